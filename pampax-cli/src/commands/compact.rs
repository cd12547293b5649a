//! `pampax compact`.

use super::limits_until_interrupt;
use crate::args::CompactArgs;
use crate::failure::Outcome;
use crate::output::{Mode, Output, upkeep};
use crate::place::Place;
use pampax_core::Host;

/// Compacts the index and prints how much room that made.
pub fn run(args: &CompactArgs, host: Host, output: &Output) -> Outcome {
    let index = Place::to_read(&args.place)?.open(host)?;
    let report = index.compact(&limits_until_interrupt(args.time.timeout_ms)?)?;
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&upkeep::compact(&report)),
    }
}
