//! `pampax search`.

use super::questions;
use crate::args::SearchArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, hits};
use pampax_core::search::Query;

/// Answers the question, or the file of questions.
pub fn run(args: &SearchArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let mut query = Query::default()
        .with_limit(args.limit.unwrap_or(context.config().cli.limit))
        .with_filters(args.filters.to_filters())
        .with_min_confidence(args.min_confidence);
    let searcher = context.searcher()?;
    let limits = context.limits(args.time.timeout_ms);
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
