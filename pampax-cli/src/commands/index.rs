//! `pampax index`.

use crate::args::IndexArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::progress::Bar;
use crate::output::{Mode, report};
use pampax_core::Error;

/// Brings the index up to date and prints what changed.
pub fn run(args: &IndexArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let index = context.index()?;
    if let Some(enclosing) = context.place().enclosing_index().filter(|_| args.root.is_none()) {
        let reason = format!("this folder lies in {}, which has an index; it gets one of its own", enclosing.display());
        output.warn(&Error::argument("root", reason));
    }
    let bar = Bar::new(output);
    let update = index.update_with_progress(&limits, &|progress| bar.show(&progress));
    bar.finish();
    let update = update?;
    match output.mode() {
        Mode::Json => output.write_json(&update),
        Mode::Text => output.write_styled(&report::update(&update)),
    }
}
