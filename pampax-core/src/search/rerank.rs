//! Asking the host's reranker for the order of the best hits.
//!
//! Never here: which hits are asked about.

use crate::error::Degradation;
use crate::host::guard::{self, Call, Urgency};
use crate::host::{Host, Reranker, Seam};
use crate::limits::Watch;
use crate::search::rank::{RERANK, rounded};
use crate::search::{Contribution, Hit};
use std::sync::Arc;

/// Puts `hits` into the reranker's order. Their scores become their places, counted from the last, with the difference
/// as a contribution. When the reranker fails, nothing changes and the reason is returned.
pub(crate) fn rerank(
    (host, reranker): (&Host, &Arc<dyn Reranker>),
    query: &str,
    hits: &mut [Hit],
    watch: &Watch,
) -> Option<Degradation> {
    if hits.is_empty() {
        return None;
    }
    let call = Call { host, seam: Seam::Reranker, watch, urgency: Urgency::Question };
    match ask(&call, reranker, query, hits) {
        Ok(scores) => {
            reorder(hits, &scores);
            None
        }
        Err(why) => Some(Degradation::new("reranker", why)),
    }
}

fn ask(call: &Call<'_>, reranker: &Arc<dyn Reranker>, query: &str, hits: &[Hit]) -> Result<Vec<f32>, String> {
    let (reranker, query) = (reranker.clone(), query.to_owned());
    let texts: Vec<String> = hits.iter().map(|hit| format!("{}\n{}", hit.path, hit.snippet)).collect();
    guard::call(call, move |watch| {
        let documents: Vec<&str> = texts.iter().map(String::as_str).collect();
        let scores = reranker.score(&query, &documents, watch)?;
        match scores {
            scores if scores.len() != documents.len() => {
                Err(format!("it gave {} scores for {} documents", scores.len(), documents.len()).into())
            }
            scores if scores.iter().any(|score| !score.is_finite()) => Err("it gave a score that is no number".into()),
            scores => Ok(scores),
        }
    })
}

fn reorder(hits: &mut [Hit], scores: &[f32]) {
    let mut order: Vec<usize> = (0..hits.len()).collect();
    order.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]).then(left.cmp(right)));
    let mut places = vec![0; hits.len()];
    for (place, hit) in order.iter().enumerate() {
        places[*hit] = place;
    }
    for (hit, place) in hits.iter_mut().zip(&places) {
        let (signal, weight) = RERANK;
        let value = rounded((places.len() - place) as f64 - hit.score);
        hit.contributions.push(Contribution { signal, value, weight, contribution: value * weight });
        hit.score = rounded(hit.contributions.iter().map(|part| part.contribution).sum());
    }
    hits.sort_by(|left, right| right.score.total_cmp(&left.score));
}
