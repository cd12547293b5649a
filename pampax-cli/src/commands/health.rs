//! `pampax health`.

use crate::args::{Cli, HealthArgs, PlaceArgs};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Mode, Output, health};
use pampax_core::health::Depth;
use pampax_core::{Error, HealthQuery, HealthReport};
use std::path::Path;
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
            let mut report = index.health(&query, &context.limits(None));
            context.keep_measurements();
            address(&mut report, Some(context.place().root()), args.place.index_dir.as_deref());
            report
        }
        Err(error) => of_error(&error, &args.place),
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

/// The report where there is no index to ask.
pub(super) fn of_error(error: &Error, place: &PlaceArgs) -> HealthReport {
    let mut report = HealthReport::of_error(error);
    let root = place.root.as_deref().and_then(|root| std::path::absolute(root).ok());
    address(&mut report, root.as_deref(), place.index_dir.as_deref());
    report
}

/// Makes the commands of the report mend the index that it is of, from the current folder.
pub(super) fn address(report: &mut HealthReport, root: Option<&Path>, index_dir: Option<&Path>) {
    let is_here = |root: &&Path| std::path::absolute(".").is_ok_and(|here| here.components().eq(root.components()));
    let elsewhere = root.filter(|root| !is_here(root));
    for command in report.conditions.iter_mut().filter_map(|condition| condition.command.as_mut()) {
        if let Some(root) = elsewhere {
            let flag = if command == "pampax index" { "" } else { "--root " };
            command.push_str(&format!(" {flag}{}", word(root)));
        }
        if let Some(index_dir) = index_dir {
            command.push_str(&format!(" --index-dir {}", word(index_dir)));
        }
    }
}

/// A path as one word of a shell.
fn word(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = path.chars().all(|c| c.is_alphanumeric() || "/._-+=:@".contains(c));
    if is_plain { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// Success, unless the index is unhealthy.
pub(super) fn found(report: &HealthReport) -> Outcome {
    report.error().map_or(Ok(()), |code| Err(Failure::Found(code)))
}
