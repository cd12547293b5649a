//! `pampax watch`.

use crate::args::WatchArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, Output, report};
use pampax_core::index::watch::WatchEvent;

/// Keeps the index up to date and prints every update until it is interrupted, which is its good end, or its time is over.
pub fn run(args: &WatchArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let index = context.index()?;
    // Whoever does not read any more ends the watching like an interrupt.
    let mut written = Ok(());
    index.watch(&limits, |event| {
        if written.is_ok() {
            written = tell(&event, output);
            context.keep_measurements();
        }
        if let (Err(_), Some(token)) = (&written, &limits.cancel) {
            token.cancel();
        }
    })?;
    written
}

fn tell(event: &WatchEvent, output: &Output) -> Outcome {
    match (event, output.mode()) {
        (WatchEvent::Updated(update), Mode::Json) => output.write_json(update),
        (WatchEvent::Updated(update), Mode::Text) => output.write_styled(&report::update(update)),
        (WatchEvent::Failed(error) | WatchEvent::Rescanning(error), _) => {
            output.warn(error);
            Ok(())
        }
        _ => Ok(()),
    }
}
