//! `pampax health`.

use crate::args::{Cli, HealthArgs};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Mode, Output, health};
use pampax_core::health::Depth;
use pampax_core::{HealthQuery, HealthReport};
use std::time::Duration;

/// Prints how the index is. The exit status is that of the most severe condition.
pub fn run(args: &HealthArgs, cli: &Cli, output: &Output) -> Outcome {
    let mut query = HealthQuery::default().with_components(&args.components);
    if args.deep {
        query = query.with_depth(Depth::Deep);
    }
    if let Some(timeout_ms) = args.timeout_ms {
        query = query.with_timeout(Duration::from_millis(timeout_ms));
    }
    let opened = Context::new(cli).and_then(|context| Ok((context.index()?, context)));
    let report = match opened {
        Ok((index, context)) => {
            let report = index.health(&query, &context.limits(None));
            context.keep_measurements();
            report
        }
        Err(error) => HealthReport::of_error(&error),
    };
    match output.mode() {
        Mode::Json if args.measures && !output.is_deterministic() => output.write_json(&report)?,
        Mode::Json => output.write_json(&report.clone().without_measures())?,
        Mode::Text if output.is_deterministic() => {
            output.write_styled(&health::report(&report.clone().without_measures()))?;
        }
        Mode::Text => output.write_styled(&health::report(&report))?,
    }
    found(&report)
}

/// Success, unless the index is unhealthy.
pub(super) fn found(report: &HealthReport) -> Outcome {
    report.error().map_or(Ok(()), |code| Err(Failure::Found(code)))
}
