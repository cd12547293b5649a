//! `pampax index`.

use super::limits;
use crate::args::IndexArgs;
use crate::failure::Outcome;
use crate::output::progress::Bar;
use crate::output::{Mode, Output, report};
use crate::place::Place;
use pampax_core::{CancelToken, Error, Host, Limits, Result};

/// Brings the index up to date and prints what changed.
pub fn run(args: &IndexArgs, host: Host, output: &Output) -> Outcome {
    let mut place = Place::to_write(args.root.as_deref(), args.index_dir.as_deref())?;
    place.config_mut().performance.threads = args.threads;
    place.config_mut().indexer.exclude.clone_from(&args.exclude);
    let limits = limits_until_interrupt(args)?;
    let index = place.open(host)?;
    let bar = Bar::new(output);
    let update = index.update_with_progress(&limits, &|progress| bar.show(&progress));
    bar.finish();
    let update = update?;
    match output.mode() {
        Mode::Json => output.write_json(&update),
        Mode::Text => output.write_styled(&report::update(&update)),
    }
}

/// The limits of an update that an interrupt ends between two files, with the index good.
fn limits_until_interrupt(args: &IndexArgs) -> Result<Limits> {
    let token = CancelToken::new();
    let limits = limits(args.time.timeout_ms).with_cancel(token.clone());
    ctrlc::set_handler(move || token.cancel())
        .map_err(|error| Error::internal(format!("interrupts cannot be handled: {error}")))?;
    Ok(limits)
}
