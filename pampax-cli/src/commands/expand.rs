//! `pampax expand`.

use super::{bundle, limits};
use crate::args::ExpandArgs;
use crate::failure::Outcome;
use crate::output::Output;
use crate::place::Place;
use pampax_core::Host;
use pampax_core::assemble::Expansion;

/// Prints the pieces that are named, or the bundle that holds them.
pub fn run(args: &ExpandArgs, host: Host, output: &Output) -> Outcome {
    let place = Place::to_read(&args.place)?;
    let assembler = place.assembler(place.open(host)?.searcher()?)?;
    let mut expansion = Expansion::new(args.targets.iter().map(|target| place.relative(target)).collect());
    expansion.level = args.level;
    expansion.budget = args.bundle.budget;
    expansion.tokenizer.clone_from(&args.bundle.tokenizer);
    expansion.format = bundle::format(&args.bundle, output);
    expansion.session = bundle::session(&args.session)?;
    let expanded = assembler.expand(&expansion, &limits(args.time.timeout_ms))?;
    bundle::finish(&expanded, expansion.format, &args.session, output)
}
