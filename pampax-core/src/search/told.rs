//! How answers are told to the log and measured: counts and names of what is missing, the question only where that is
//! wanted.
//!
//! Never here: what is answered.

use crate::cache::Source;
use crate::error::Degradation;
use crate::host::Metric;
use crate::host::log::{Completion, Value};
use crate::host::observe::{End, Observer};
use crate::parse::redact;
use crate::search::{Query, SearchResults};
use crate::source::Freshness;

/// Tells of a search.
pub(crate) fn search(query: &Query, (results, source): (&SearchResults, Source), end: &End<'_>) {
    end.took(Metric::SearchLatencyMs, &[("answer", source.name())]);
    end.observer.count_degraded(&results.degraded);
    if results.hits.is_empty() {
        end.observer.count(Metric::ZeroResultsTotal, 1, &[]);
    }
    let stale = results.hits.iter().filter(|hit| hit.freshness != Freshness::Fresh).count();
    if stale > 0 {
        end.observer.count(Metric::StaleHitsTotal, stale as u64, &[]);
    }
    end.log(Completion::of(&results.degraded), "a question was answered", || {
        let mut fields = question(&query.text, end.observer);
        fields.push(("hits", results.hits.len().into()));
        fields.push(("generation", results.generation.0.into()));
        fields.extend(missing(&results.degraded));
        fields
    });
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
    let trouble = degraded.iter().filter(|degradation| degradation.is_trouble());
    let names: Vec<&str> = trouble.map(|degradation| degradation.what.as_str()).collect();
    (!names.is_empty()).then(|| ("degraded", names.join(",").into()))
}
