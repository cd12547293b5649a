//! How answers are told to the log: counts and names of what is missing, the question only where that is wanted.
//!
//! Never here: what is answered.

use crate::error::Degradation;
use crate::host::log::{Completion, Value};
use crate::host::observe::{Ending, Observer};
use crate::limits::Watch;
use crate::parse::redact;
use crate::search::{Query, SearchResults};

/// How a search that succeeded is told.
pub(crate) fn search<'a>(query: &'a Query, results: &SearchResults, watch: &Watch) -> Ending<'a> {
    let mut fields = question(&query.text, watch.observer());
    fields.push(("hits", results.hits.len().into()));
    fields.push(("generation", results.generation.0.into()));
    fields.extend(missing(&results.degraded));
    Ending { status: Completion::of(&results.degraded), message: "a question was answered", fields }
}

/// The length of a question; also its text, without secrets, where the host wants that.
pub(crate) fn question<'a>(text: &'a str, observer: &Observer) -> Vec<(&'static str, Value<'a>)> {
    let mut fields = vec![("query_chars", text.chars().count().into())];
    if observer.logs_queries() {
        fields.push(("query", Value::Text(redact::mask(text))));
    }
    fields
}

/// The names of what an answer had to do without, if anything.
pub(crate) fn missing(degraded: &[Degradation]) -> Option<(&'static str, Value<'static>)> {
    let names: Vec<&str> =
        degraded.iter().filter(|degradation| degradation.is_trouble()).map(|it| it.what.as_str()).collect();
    (!names.is_empty()).then(|| ("degraded", names.join(",").into()))
}
