//! The text index against the catalog.

use super::{Depth, Examination, Facts, Found, HealthCode, TextFacts};
use crate::error::Result;
use crate::source::Generation;
use crate::store::agree::{Reading, TextProblem, text_state};

pub(super) fn look(examination: &Examination) -> Result<Found> {
    let Examination { subject, depth, thresholds, watch } = examination;
    let reading = match depth {
        Depth::Quick => Reading::Opening,
        Depth::Deep => Reading::Everything,
    };
    let state = text_state(&subject.folder, reading, watch)?;
    let mut conditions: Vec<_> = state.problem.into_iter().map(condition_of).collect();
    let sparse = state.counts.filter(|counts| {
        let all = counts.documents.saturating_add(counts.deleted);
        counts.deleted > counts.documents && all >= thresholds.sparse_documents
    });
    conditions.extend(sparse.map(|counts| {
        (HealthCode::TextSparse, format!("{} documents are deleted, {} are not", counts.deleted, counts.documents))
    }));
    let facts = state.counts.map(|counts| {
        Facts::Text(TextFacts {
            generation: counts.generation.map(Generation),
            segments: counts.segments,
            documents: counts.documents,
            deleted: counts.deleted,
            checksums_compared: reading == Reading::Everything,
        })
    });
    Ok(Found { facts, conditions })
}

/// The condition that a problem of the text index is, and what was found.
pub(crate) fn condition_of(problem: TextProblem) -> (HealthCode, String) {
    match problem {
        TextProblem::Missing => (HealthCode::TextMissing, "there is no text index".to_owned()),
        TextProblem::Stale(Some(found)) => {
            (HealthCode::TextStale, format!("the text index is of generation {found}, the catalog is not"))
        }
        TextProblem::Stale(None) => (HealthCode::TextStale, "the text index is of no generation".to_owned()),
        TextProblem::Damaged(what) => (HealthCode::TextDamaged, what),
    }
}
