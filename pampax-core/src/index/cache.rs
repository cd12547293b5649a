//! The answers that an index keeps for all searchers and assemblers over it, and what a host can do with them.
//!
//! Never here: how answers are kept, and which.

use crate::assemble::Bundle;
use crate::cache::{AnswerCache, AnswerStatistics, Bounds, CacheName, CacheStatistics, SavedAnswers, SavedStatistics};
use crate::config::CacheConfig;
use crate::error::{Error, Result};
use crate::host::log::{Completion, Event};
use crate::index::Index;
use crate::limits::Limits;
use crate::search::SearchResults;
use crate::search::kept::Keeping;
use crate::store::catalog::{Snapshot, State};
use crate::store::saved::{self, Counts, SavedFile};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The caches of one index.
pub(crate) struct Caches {
    is_enabled: bool,
    searches: Arc<AnswerCache<SearchResults>>,
    bundles: Arc<AnswerCache<Bundle>>,
    pub(super) saved: Arc<SavedAnswers>,
    /// The state of the searcher that was opened last.
    newest: Mutex<Option<State>>,
}

impl Caches {
    /// Empty caches; nothing is read yet.
    pub(super) fn new(folder: &Path, config: &CacheConfig) -> Caches {
        let saved = Arc::new(SavedAnswers::new(folder.to_path_buf(), config.saved));
        let bounds = |ttl_ms, entries| Bounds { ttl_ms, entries, bytes: config.max_bytes };
        let searches = bounds(config.search_ttl_ms, config.search_entries);
        let bundles = bounds(config.bundle_ttl_ms, config.bundle_entries);
        let of_searches = |results: &SearchResults| results.memory_bytes();
        let of_bundles = |bundle: &Bundle| bundle.memory_bytes();
        Caches {
            is_enabled: config.enabled,
            searches: Arc::new(AnswerCache::new(CacheName::Search, searches, of_searches, Arc::clone(&saved))),
            bundles: Arc::new(AnswerCache::new(CacheName::Bundle, bundles, of_bundles, Arc::clone(&saved))),
            saved,
            newest: Mutex::new(None),
        }
    }

    /// What is kept in memory: answers of searches, and bundles.
    pub(super) fn statistics(&self) -> [AnswerStatistics; 2] {
        [self.searches.statistics(), self.bundles.statistics()]
    }

    /// Where a searcher over `state` keeps its answers. Those of other states are dropped: the index has left them behind.
    /// An index that gives its states no names keeps nothing.
    pub(super) fn begin(&self, state: Option<State>) -> Option<Keeping> {
        let state = state.filter(|_| self.is_enabled)?;
        self.saved.look_for(&state);
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref() != Some(&state) {
            self.searches.keep_only(&state);
            self.bundles.keep_only(&state);
            *newest = Some(state);
        }
        Some(Keeping { answers: Arc::clone(&self.searches), above: Arc::clone(&self.bundles) as _ })
    }
}

/// The answers that an index keeps, in memory and in its folder.
#[derive(Clone, Copy)]
pub struct Cache<'a> {
    index: &'a Index,
}

impl Index {
    /// The answers that this index keeps, for a host that wants to know or to drop them. They are shared by all searchers
    /// and assemblers over this index, and dropped with it.
    pub fn cache(&self) -> Cache<'_> {
        Cache { index: self }
    }
}

impl Cache<'_> {
    /// What is kept, what became of the look-ups since the index was opened, and what is saved.
    pub fn statistics(&self) -> CacheStatistics {
        let Index { caches, config, .. } = self.index;
        CacheStatistics {
            enabled: caches.is_enabled,
            search: caches.searches.statistics(),
            bundle: caches.bundles.statistics(),
            saved: self.saved(config.cache.enabled && config.cache.saved),
        }
    }

    /// What the file of saved answers holds. What is wrong with it is a part of that.
    fn saved(&self, enabled: bool) -> SavedStatistics {
        let statistics = SavedStatistics { enabled, ..SavedStatistics::default() };
        match self.saved_counts() {
            Ok(None) => statistics,
            Ok(Some(Counts { entries, bytes, generation, usable })) => {
                SavedStatistics { entries, bytes, generation, usable, ..statistics }
            }
            Err(error) => SavedStatistics { problem: Some(error.to_string()), ..statistics },
        }
    }

    fn saved_counts(&self) -> Result<Option<Counts>> {
        let folder = self.index.folder();
        let Some(file) = SavedFile::open(folder)? else { return Ok(None) };
        let state = match Snapshot::open(folder) {
            Ok(snapshot) => snapshot.read().state()?,
            Err(Error::IndexMissing { .. }) => None,
            Err(error) => return Err(error),
        };
        file.counts(state.as_ref()).map(Some)
    }

    /// Drops all answers, in memory and in the index folder. What is being computed meanwhile is kept.
    ///
    /// # Errors
    /// `IO` when the file of saved answers cannot be removed.
    pub fn clear(&self) -> Result<()> {
        let Index { caches, host, folder, .. } = self.index;
        let clear = || {
            caches.saved.forget();
            caches.searches.clear();
            caches.bundles.clear();
            saved::remove(folder)
        };
        host.watch(&Limits::default()).observer().operation(Event::CacheClear, clear, |(), end| {
            end.log(Completion::Ok, "all kept answers were dropped", Vec::new);
        })
    }
}
