//! `pampax search`.

use super::{limits, questions};
use crate::args::SearchArgs;
use crate::failure::Outcome;
use crate::output::{Mode, Output, hits};
use crate::place::Place;
use pampax_core::Host;
use pampax_core::search::Query;

/// Answers the question, or the file of questions.
pub fn run(args: &SearchArgs, host: Host, output: &Output) -> Outcome {
    let mut query = Query::default().with_limit(args.limit).with_filters(args.filters.to_filters());
    let searcher = Place::to_read(&args.place)?.open(host)?.searcher()?;
    let limits = limits(args.time.timeout_ms);
    if let Some(source) = &args.queries {
        return questions::answer(source, &query, &searcher, &limits, output);
    }
    query.text = questions::text(args.query.as_deref().unwrap_or_default())?;
    let results = searcher.search(&query, &limits)?;
    match output.mode() {
        Mode::Json => output.write_json(&results),
        Mode::Text => {
            output.write_styled(&hits::render(&results, &query.text, output.width()))?;
            output.talk(&hits::summary(&results));
            Ok(())
        }
    }
}
