//! `pampax health`.

use crate::args::HealthArgs;
use crate::failure::{Failure, Outcome};
use crate::output::{Mode, Output, health};
use crate::place::Place;
use pampax_core::health::Depth;
use pampax_core::{HealthQuery, HealthReport, Host, Limits};
use std::time::Duration;

/// Prints how the index is. The exit status is that of the most severe condition.
pub fn run(args: &HealthArgs, host: Host, output: &Output) -> Outcome {
    let mut query = HealthQuery::default().with_components(&args.components);
    if args.deep {
        query = query.with_depth(Depth::Deep);
    }
    if let Some(timeout_ms) = args.timeout_ms {
        query = query.with_timeout(Duration::from_millis(timeout_ms));
    }
    let opened = Place::to_read(&args.place).and_then(|place| place.open(host));
    let report = match opened {
        Ok(index) => index.health(&query, &Limits::default()),
        Err(error) => HealthReport::of_error(&error),
    };
    match output.mode() {
        Mode::Json if args.measures => output.write_json(&report)?,
        Mode::Json => output.write_json(&report.clone().without_measures())?,
        Mode::Text => output.write_styled(&health::report(&report))?,
    }
    found(&report)
}

/// Success, unless the index is unhealthy.
pub(super) fn found(report: &HealthReport) -> Outcome {
    report.error().map_or(Ok(()), |code| Err(Failure::Found(code)))
}
