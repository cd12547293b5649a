//! `pampax why`.

use crate::args::WhyArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, report};

/// Prints why the path is indexed or is not.
pub fn run(args: &WhyArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let explanation = context.index()?.why(&place.relative(&args.path))?;
    match output.mode() {
        Mode::Json => output.write_json(&explanation),
        Mode::Text => output.write_styled(&report::explanation(&explanation)),
    }
}
