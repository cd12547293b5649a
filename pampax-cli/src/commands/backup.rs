//! `pampax backup` and `pampax restore`.

use crate::args::{BackupArgs, RestoreArgs};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, upkeep};
use pampax_core::index::backup::Existing;

/// Writes the index into a file and prints what it holds.
pub fn run(args: &BackupArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let index = context.index()?;
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    let report = index.backup(&args.file, existing, &context.limits_until_interrupt(args.time.timeout_ms)?)?;
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&upkeep::backup(&report)),
    }
}

/// Replaces the index with the one in a file and prints what became of it.
pub fn restore(args: &RestoreArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let index = context.index()?;
    let report = index.restore(&args.file, &context.limits_until_interrupt(args.time.timeout_ms)?)?;
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&upkeep::restore(&report)),
    }
}
