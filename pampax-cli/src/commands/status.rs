//! `pampax status`.

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, report};

/// Prints what the index holds.
pub fn run(context: &Context) -> Outcome {
    let output = &context.output;
    let status = context.index()?.status()?;
    match output.mode() {
        Mode::Json => output.write_json(&status),
        Mode::Text => output.write_styled(&report::status(&status)),
    }
}
