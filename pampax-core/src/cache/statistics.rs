//! What caches hold and what became of the look-ups in them.

use crate::search::rank::rounded;
use crate::source::{Generation, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

named_enum! {
    /// A kind of answers that is kept.
    CacheName {
        /// The answers of [`Searcher::search`](crate::Searcher::search).
        Search = "search",
        /// The bundles of [`Assembler::assemble`](crate::Assembler::assemble).
        Bundle = "bundle",
    }
}

/// What the caches of an index hold, and what became of the look-ups since it was opened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CacheStatistics {
    /// Whether answers are kept at all.
    pub enabled: bool,
    /// The answers of searches, in memory.
    pub search: AnswerStatistics,
    /// Bundles, in memory.
    pub bundle: AnswerStatistics,
    /// The answers of both kinds that were saved in the index folder.
    pub saved: SavedStatistics,
}

/// One cache in memory. Requests that are never looked up, such as those of a session, count nowhere.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AnswerStatistics {
    /// Look-ups that found their answer.
    pub hits: u64,
    /// How many of the hits were found among the saved answers.
    pub from_saved: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// How many of the misses took the answer of an equal call that was under way.
    pub shared: u64,
    /// Hits by look-ups, from 0 to 1, to six digits; 0 before the first.
    pub hit_ratio: f64,
    /// Answers that were computed and not kept: something failed, they were cut short, or they are too large.
    pub not_kept: u64,
    /// Answers that were pushed out by newer ones.
    pub evictions: u64,
    /// Answers that were found too old.
    pub expired: u64,
    /// Answers that were dropped because the index has a newer state.
    pub outdated: u64,
    /// Answers that are kept now.
    pub entries: u64,
    /// The bytes of memory that they take.
    pub bytes: u64,
    /// The most answers that are kept.
    pub entry_limit: usize,
    /// The most bytes that they may take.
    pub byte_limit: u64,
    /// How long an answer is kept, in milliseconds.
    pub ttl_ms: u64,
}

/// The answers in the index folder, which [`Index::warm`](crate::Index::warm) saves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedStatistics {
    /// Whether saved answers are used.
    pub enabled: bool,
    /// Answers in the file.
    pub entries: u64,
    /// The size of the file in bytes; 0 when there is none.
    pub bytes: u64,
    /// The state of the index that the newest of them was saved from.
    pub generation: Option<Generation>,
    /// How many of them are of the state that the index has now. The others are never used.
    pub usable: u64,
    /// Why the file cannot be used, if it cannot.
    pub problem: Option<String>,
}

/// Counts the look-ups of one cache.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    hits: AtomicU64,
    from_saved: AtomicU64,
    misses: AtomicU64,
    shared: AtomicU64,
    not_kept: AtomicU64,
    evictions: AtomicU64,
    expired: AtomicU64,
    outdated: AtomicU64,
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn hit(&self) {
        add(&self.hits, 1);
    }

    pub(super) fn saved_hit(&self) {
        add(&self.from_saved, 1);
    }

    pub(super) fn miss(&self) {
        add(&self.misses, 1);
    }

    pub(super) fn shared(&self) {
        add(&self.misses, 1);
        add(&self.shared, 1);
    }

    pub(super) fn not_kept(&self) {
        add(&self.not_kept, 1);
    }

    pub(super) fn evicted(&self, count: u64) {
        add(&self.evictions, count);
    }

    pub(super) fn expired(&self) {
        add(&self.expired, 1);
    }

    pub(super) fn outdated(&self, count: usize) {
        add(&self.outdated, count as u64);
    }

    /// Hits by look-ups.
    pub(super) fn hit_ratio(&self) -> f64 {
        let (hits, misses) = (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed));
        rounded(hits as f64 / (hits + misses).max(1) as f64)
    }

    /// The counts, without what the cache itself knows.
    pub(super) fn read(&self) -> AnswerStatistics {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        AnswerStatistics {
            hits: count(&self.hits),
            from_saved: count(&self.from_saved),
            misses: count(&self.misses),
            shared: count(&self.shared),
            hit_ratio: self.hit_ratio(),
            not_kept: count(&self.not_kept),
            evictions: count(&self.evictions),
            expired: count(&self.expired),
            outdated: count(&self.outdated),
            ..AnswerStatistics::default()
        }
    }
}
