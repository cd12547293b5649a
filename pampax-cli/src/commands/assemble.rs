//! `pampax assemble`.

use super::{bundle, limits, questions};
use crate::args::AssembleArgs;
use crate::failure::Outcome;
use crate::output::Output;
use crate::place::Place;
use pampax_core::Host;
use pampax_core::assemble::Request;

/// Prints the text, or the bundle that holds it.
pub fn run(args: &AssembleArgs, host: Host, output: &Output) -> Outcome {
    let place = Place::to_read(&args.place)?;
    let assembler = place.assembler(place.open(host)?.searcher()?)?;
    let mut request = Request::new(questions::text(&args.query)?, args.bundle.budget);
    request.tokenizer.clone_from(&args.bundle.tokenizer);
    request.format = bundle::format(&args.bundle, output);
    request.candidates = args.limit;
    request.filters = args.filters.to_filters();
    request.intent = args.intent;
    request.required = args.require.iter().map(|symbol| place.relative(symbol)).collect();
    request.session = bundle::session(&args.session)?;
    let assembled = assembler.assemble(&request, &limits(args.time.timeout_ms))?;
    bundle::finish(&assembled, request.format, &args.session, output)
}
