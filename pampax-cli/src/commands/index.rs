//! `pampax index`.

use crate::args::IndexArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::progress::Bar;
use crate::output::{Mode, report};

/// Brings the index up to date and prints what changed.
pub fn run(args: &IndexArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let index = context.index()?;
    let bar = Bar::new(output);
    let update = index.update_with_progress(&limits, &|progress| bar.show(&progress));
    bar.finish();
    let update = update?;
    match output.mode() {
        Mode::Json => output.write_json(&update),
        Mode::Text => output.write_styled(&report::update(&update)),
    }
}
