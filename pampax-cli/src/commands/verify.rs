//! `pampax verify`: of an index, a backup, or a bundle.

use super::receipts;
use crate::args::VerifyArgs;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Mode, Output, upkeep};
use pampax_core::Index;
use pampax_core::index::verify::VerifyReport;
use std::path::Path;

/// Prints whether what is named holds what it promises. What is stored and does not ends with the status of its condition;
/// that the index has moved on since a bundle was made is an answer.
pub fn run(args: &VerifyArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let report = match &args.file {
        None => context.index()?.verify(&limits)?,
        Some(file) if file != Path::new("-") && Index::is_backup(file)? => {
            context.index()?.verify_backup(file, &limits)?
        }
        Some(file) => return receipts::verify(file, &limits, context),
    };
    print(&report, output)
}

fn print(report: &VerifyReport, output: &Output) -> Outcome {
    match output.mode() {
        Mode::Json => output.write_json(report)?,
        Mode::Text => output.write_styled(&upkeep::verification(report))?,
    }
    let code = report.worst().and_then(|code| code.error());
    code.map_or(Ok(()), |code| Err(Failure::Found(code)))
}
