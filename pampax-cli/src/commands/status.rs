//! `pampax status`.

use crate::args::StatusArgs;
use crate::failure::Outcome;
use crate::output::{Mode, Output, report};
use crate::place::Place;
use pampax_core::Host;

/// Prints what the index holds.
pub fn run(args: &StatusArgs, host: Host, output: &Output) -> Outcome {
    let status = Place::to_read(&args.place)?.open(host)?.status()?;
    match output.mode() {
        Mode::Json => output.write_json(&status),
        Mode::Text => output.write_styled(&report::status(&status)),
    }
}
