//! `pampax backup` and `pampax restore`.

use super::limits_until_interrupt;
use crate::args::{BackupArgs, RestoreArgs};
use crate::failure::Outcome;
use crate::output::{Mode, Output, upkeep};
use crate::place::Place;
use pampax_core::Host;
use pampax_core::index::backup::Existing;

/// Writes the index into a file and prints what it holds.
pub fn run(args: &BackupArgs, host: Host, output: &Output) -> Outcome {
    let index = Place::to_read(&args.place)?.open(host)?;
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    let report = index.backup(&args.file, existing, &limits_until_interrupt(args.time.timeout_ms)?)?;
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&upkeep::backup(&report)),
    }
}

/// Replaces the index with the one in a file and prints what became of it.
pub fn restore(args: &RestoreArgs, host: Host, output: &Output) -> Outcome {
    let index = Place::to_read(&args.place)?.open(host)?;
    let report = index.restore(&args.file, &limits_until_interrupt(args.time.timeout_ms)?)?;
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&upkeep::restore(&report)),
    }
}
