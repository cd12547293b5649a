//! `pampax explain`.

use super::questions;
use crate::args::ExplainArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, explained};
use pampax_core::search::Query;

/// Prints what the question is about, or why the file is not among its results.
pub fn run(args: &ExplainArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let index = context.index()?;
    let searcher = index.searcher()?;
    let text = questions::text(&args.query)?;
    let Some(path) = &args.missing else {
        let recognition = searcher.recognise(&text)?;
        return match output.mode() {
            Mode::Json => output.write_json(&recognition),
            Mode::Text => output.write_styled(&explained::recognition(&recognition)),
        };
    };
    let query = Query::new(text).with_limit(args.limit).with_filters(args.filters.to_filters());
    let query = query.with_min_confidence(args.min_confidence);
    let missing =
        index.explain_missing(&searcher, &query, &place.relative(path), &context.limits(args.time.timeout_ms))?;
    match output.mode() {
        Mode::Json => output.write_json(&missing),
        Mode::Text => output.write_styled(&explained::missing(&missing)),
    }
}
