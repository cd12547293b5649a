//! `pampax assemble`.

use super::{bundle, questions};
use crate::args::AssembleArgs;
use crate::context::Context;
use crate::failure::Outcome;
use pampax_core::Assembler;
use pampax_core::assemble::Request;

/// Prints the text, or the bundle that holds it.
pub fn run(args: &AssembleArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let assembler = Assembler::new(context.searcher()?);
    let mut request = Request::new(questions::text(&args.query)?, bundle::budget(&args.bundle, context));
    request.tokenizer = bundle::tokenizer(&args.bundle, context);
    request.format = bundle::format(&args.bundle, output);
    request.candidates = args.limit;
    request.filters = args.filters.to_filters();
    request.min_confidence = args.min_confidence;
    request.intent = args.intent;
    request.required = args.require.iter().map(|symbol| place.relative(symbol)).collect();
    request.session = bundle::session(&args.session)?;
    let assembled = assembler.assemble(&request, &context.limits(args.time.timeout_ms))?;
    bundle::finish(&assembled, request.format, &args.session, output)
}
