//! `pampax index`.

use super::limits_until_interrupt;
use crate::args::IndexArgs;
use crate::failure::Outcome;
use crate::output::progress::Bar;
use crate::output::{Mode, Output, report};
use crate::place::Place;
use pampax_core::Host;

/// Brings the index up to date and prints what changed.
pub fn run(args: &IndexArgs, host: Host, output: &Output) -> Outcome {
    let mut place = Place::to_write(args.root.as_deref(), args.index_dir.as_deref())?;
    place.config_mut().performance.threads = args.threads;
    place.config_mut().indexer.exclude.clone_from(&args.exclude);
    let limits = limits_until_interrupt(args.time.timeout_ms)?;
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
