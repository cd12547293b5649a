//! `pampax backup` and `pampax restore`.

use crate::args::{BackupArgs, RestoreArgs};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, upkeep};
use pampax_core::Error;
use pampax_core::index::backup::{Existing, OtherRoot};

/// Writes the index into a file and prints what it holds.
pub fn run(args: &BackupArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let index = context.index()?;
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let report = index
        .backup(&args.file, existing, &limits)
        .map_err(|error| with_way_out(error, "file", "--force replaces it"))?;
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&upkeep::backup(&report)),
    }
}

/// Replaces the index with the one in a file and prints what became of it.
pub fn restore(args: &RestoreArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let index = context.index()?;
    let other_root = if args.force { OtherRoot::Accept } else { OtherRoot::Refuse };
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let report = index
        .restore(&args.file, other_root, &limits)
        .map_err(|error| with_way_out(error, "root", "--force restores it all the same"))?;
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&upkeep::restore(&report)),
    }
}

/// Adds to what is said of `argument` how it is done all the same.
fn with_way_out(error: Error, argument: &str, way_out: &str) -> Error {
    match error {
        Error::InvalidArgument { argument: named, reason } if named == argument => {
            Error::argument(named, format!("{reason}; {way_out}"))
        }
        other => other,
    }
}
