//! `pampax compact`.

use crate::args::CompactArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, upkeep};

/// Compacts the index and prints how much room that made.
pub fn run(args: &CompactArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let index = context.index()?;
    let report = index.compact(&context.limits_until_interrupt(args.time.timeout_ms)?)?;
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&upkeep::compact(&report)),
    }
}
