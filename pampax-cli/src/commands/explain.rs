//! `pampax explain`.

use super::{limits, questions};
use crate::args::ExplainArgs;
use crate::failure::Outcome;
use crate::output::{Mode, Output, explained};
use crate::place::Place;
use pampax_core::Host;
use pampax_core::search::Query;

/// Prints what the question is about, or why the file is not among its results.
pub fn run(args: &ExplainArgs, host: Host, output: &Output) -> Outcome {
    let place = Place::to_read(&args.place)?;
    let index = place.open(host)?;
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
    let missing = index.explain_missing(&searcher, &query, &place.relative(path), &limits(args.time.timeout_ms))?;
    match output.mode() {
        Mode::Json => output.write_json(&missing),
        Mode::Text => output.write_styled(&explained::missing(&missing)),
    }
}
