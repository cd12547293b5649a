//! `pampax verify`: of an index, a backup, or a bundle.

use super::{limits_until_interrupt, receipts};
use crate::args::VerifyArgs;
use crate::failure::{Failure, Outcome};
use crate::output::{Mode, Output, upkeep};
use crate::place::Place;
use pampax_core::index::verify::VerifyReport;
use pampax_core::{Host, Index};
use std::path::Path;

/// Prints whether what is named holds what it promises. What is stored and does not ends with the status of its condition;
/// that the index has moved on since a bundle was made is an answer.
pub fn run(args: &VerifyArgs, host: Host, output: &Output) -> Outcome {
    let limits = limits_until_interrupt(args.time.timeout_ms)?;
    let report = match &args.file {
        None => Place::to_read(&args.place)?.open(host)?.verify(&limits)?,
        Some(file) if file != Path::new("-") && Index::is_backup(file)? => {
            Place::to_read(&args.place)?.open(host)?.verify_backup(file, &limits)?
        }
        Some(file) => return receipts::verify(file, &limits, &args.place, host, output),
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
