//! Answers that were given before: what they depend on, and what of them is found out anew.
//!
//! Never here: how long they are kept, and how many.

use crate::cache::{Answer, AnswerCache, CacheName, Ground, Label, Source, Worth};
use crate::config::Config;
use crate::error::{Degradation, Result};
use crate::host::Host;
use crate::limits::Watch;
use crate::search::rank::Weights;
use crate::search::{Contribution, Hit, Query, SearchResults, Searcher};
use crate::store::Parts;
use crate::store::catalog::State;
use crate::store::saved::SavedRow;
use serde::Serialize;
use std::any::Any;
use std::mem::size_of;
use std::sync::Arc;

/// Where the answers of a searcher are kept.
#[derive(Clone)]
pub(crate) struct Keeping {
    /// Those of searches.
    pub answers: Arc<AnswerCache<SearchResults>>,
    /// Those of whoever works on top of a searcher, which does not know their kind.
    pub above: Arc<dyn Any + Send + Sync>,
}

/// What the answers of one searcher depend on besides the question.
pub(crate) struct Bedrock {
    keeping: Keeping,
    ground: Ground,
    state: State,
    /// What every answer has to do without as things are set up.
    lacking: Vec<Degradation>,
}

impl Bedrock {
    /// The bedrock of a searcher over `parts`; `degraded` is what its answers have to do without because of its place.
    ///
    /// # Errors
    /// `INTERNAL` when a part of it has no JSON form.
    pub(crate) fn new(
        keeping: Keeping,
        (parts, state): (&Parts, State),
        degraded: &[Degradation],
        (host, config, weights): (&Host, &Config, &Weights),
    ) -> Result<Bedrock> {
        let without_vectors = parts.vectors.as_ref().err().map(|why| Degradation::new("embedder", why));
        let lacking: Vec<Degradation> = without_vectors.into_iter().chain(degraded.iter().cloned()).collect();
        // An embedder that was never asked may not know the size of its vectors; those that are searched do.
        let dimensions = parts.vectors.as_ref().ok().map(|vectors| vectors.dimensions());
        let embedder = host.embedder.as_ref().map(|embedder| (embedder.id(), dimensions));
        let reranker = host.reranker.as_ref().map(|reranker| reranker.id());
        let Config { security, embedding, rerank, features, .. } = config;
        let settings = (security, embedding.exact_scan_limit, &embedding.query_prefix, rerank.pool, features);
        let ground = Ground::new(&(state.as_str(), embedder, reranker, settings, weights.hash().0, &lacking))?;
        Ok(Bedrock { keeping, ground, state, lacking })
    }
}

impl Searcher {
    /// The answer to `query`: the one that was given before, with its hits compared with the disk anew, or a new one.
    pub(super) fn kept_or_found(&self, query: &Query, watch: &Watch) -> Result<(SearchResults, Source)> {
        let Some((cache, label)) = self.kept_under(query)? else {
            return Ok((self.answer(query, watch)?, Source::Computed));
        };
        let found = cache.answer(&label, watch, || {
            let results = self.answer(query, watch)?;
            let worth = self.worth(&results.degraded, watch);
            Ok((results, worth))
        });
        match found? {
            Answer::Computed(results) => Ok((results, Source::Computed)),
            Answer::Kept(kept) => Ok((self.compared_anew(kept.answer.clone()), Source::Cached)),
        }
    }

    /// Where the answer to `query` is kept; `None` when nothing is.
    ///
    /// # Errors
    /// `INTERNAL` when the query has no JSON form.
    pub(crate) fn kept_under(&self, query: &Query) -> Result<Option<(&AnswerCache<SearchResults>, Label)>> {
        let label = self.label(CacheName::Search, query)?;
        Ok(self.shared.bedrock.as_ref().map(|bedrock| &*bedrock.keeping.answers).zip(label))
    }

    /// The answer to `query` as it is saved; `None` when it is not one that is kept.
    ///
    /// # Errors
    /// Those of a search.
    pub(crate) fn saved_form(&self, query: &Query, watch: &Watch) -> Result<Option<SavedRow>> {
        self.kept_or_found(query, watch)?;
        match self.kept_under(query)? {
            Some((cache, label)) => cache.saved_form(&label.key),
            None => Ok(None),
        }
    }

    /// The name of the state that answers; `None` when nothing is kept.
    pub(crate) fn state(&self) -> Option<&State> {
        self.shared.bedrock.as_ref().map(|bedrock| &bedrock.state)
    }

    fn compared_anew(&self, mut results: SearchResults) -> SearchResults {
        for hit in &mut results.hits {
            hit.freshness = self.freshness(&hit.path);
        }
        results
    }

    /// Whether an answer may be given again: it lacks only what every answer lacks as things are set up, and neither the
    /// time nor the caller cut it short.
    pub(crate) fn worth(&self, degraded: &[Degradation], watch: &Watch) -> Worth {
        let is_whole = self.shared.bedrock.as_ref().is_some_and(|bedrock| bedrock.lacking == degraded);
        if is_whole && watch.check("cache").is_ok() { Worth::Keep } else { Worth::Once }
    }

    /// What an answer of `cache` to `request` is kept under; `None` when nothing is kept.
    ///
    /// # Errors
    /// `INTERNAL` when the request has no JSON form.
    pub(crate) fn label(&self, cache: CacheName, request: &impl Serialize) -> Result<Option<Label>> {
        let Some(bedrock) = &self.shared.bedrock else { return Ok(None) };
        Ok(Some(Label { key: bedrock.ground.key(cache, request)?, state: bedrock.state.clone() }))
    }

    /// Where the answers of whoever works on top of this searcher are kept.
    pub(crate) fn kept_above<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let above = Arc::clone(&self.shared.bedrock.as_ref()?.keeping.above);
        above.downcast().ok()
    }
}

impl SearchResults {
    /// The bytes that it takes in memory.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let degraded: usize = self.degraded.iter().map(Degradation::memory_bytes).sum();
        let hits: usize = self.hits.iter().map(Hit::memory_bytes).sum();
        (size_of::<SearchResults>() + hits + degraded + self.suggestion.as_ref().map_or(0, String::len)) as u64
    }
}

impl Hit {
    fn memory_bytes(&self) -> usize {
        let texts = self.path.as_str().len() + self.breadcrumb.len() + self.snippet.len();
        let symbol = self.symbol.as_ref().map_or(0, String::len);
        size_of::<Hit>() + texts + symbol + self.contributions.len() * size_of::<Contribution>()
    }
}
