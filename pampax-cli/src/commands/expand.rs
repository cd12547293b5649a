//! `pampax expand`.

use super::bundle;
use crate::args::ExpandArgs;
use crate::context::Context;
use crate::failure::Outcome;
use pampax_core::Assembler;
use pampax_core::assemble::Expansion;

/// Prints the pieces that are named, or the bundle that holds them.
pub fn run(args: &ExpandArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let assembler = Assembler::new(context.searcher()?);
    let mut expansion = Expansion::new(args.targets.iter().map(|target| place.relative(target)).collect());
    expansion.level = args.level;
    expansion.budget = bundle::budget(&args.bundle, context);
    expansion.tokenizer = bundle::tokenizer(&args.bundle, context);
    expansion.format = bundle::format(&args.bundle, output);
    expansion.session = bundle::session(&args.session)?;
    let expanded = assembler.expand(&expansion, &context.limits(args.time.timeout_ms))?;
    bundle::finish(&expanded, expansion.format, &args.session, output)
}
