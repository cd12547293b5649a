//! `pampax health`.

use crate::args::{Cli, HealthArgs};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Mode, Output, health};
use pampax_core::health::Depth;
use pampax_core::{HealthQuery, HealthReport};
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
            address(&mut report, context.place().root());
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

/// Makes the commands of the report mend the index in `root` from the current folder.
pub(super) fn address(report: &mut HealthReport, root: &Path) {
    if std::path::absolute(".").is_ok_and(|here| here.components().eq(root.components())) {
        return;
    }
    let root = root.display().to_string();
    let is_plain = root.chars().all(|c| c.is_alphanumeric() || "/._-+=:@".contains(c));
    let word = if is_plain { root } else { format!("'{}'", root.replace('\'', r"'\''")) };
    for command in report.conditions.iter_mut().filter_map(|condition| condition.command.as_mut()) {
        let flag = if command == "pampax index" { "" } else { "--root " };
        command.push_str(&format!(" {flag}{word}"));
    }
}

/// Success, unless the index is unhealthy.
pub(super) fn found(report: &HealthReport) -> Outcome {
    report.error().map_or(Ok(()), |code| Err(Failure::Found(code)))
}
