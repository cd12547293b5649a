//! Answers that are kept, so that a question that comes again is not answered again.
//!
//! Never here: what an answer is made of, and whether it may be kept.

mod flight;
mod key;
mod saved;
mod statistics;
#[cfg(test)]
mod tests;

pub(crate) use key::{Ground, Key};
pub(crate) use saved::SavedAnswers;
pub(crate) use statistics::Counters;
pub use statistics::{AnswerStatistics, CacheName, CacheStatistics, SavedStatistics};

use crate::cache::flight::{Flights, Lead, Turn};
use crate::error::Result;
use crate::host::{Metric, Observer};
use crate::limits::Watch;
use crate::store::catalog::State;
use crate::store::saved::SavedRow;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An answer that takes more than this part of a cache is not kept in it.
const LARGEST_PART: u64 = 4;

/// How much a cache keeps, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub ttl_ms: u64,
    pub entries: usize,
    pub bytes: u64,
}

impl Bounds {
    /// The weight of the smallest answer. As many as there may be entries, and half of one, weigh no more than all bytes
    /// there may be, so that the bound on the weight is the bound on both.
    fn share(&self) -> u64 {
        let entries = u64::try_from(self.entries).unwrap_or(u64::MAX);
        (self.bytes.saturating_mul(2) / entries.saturating_mul(2).saturating_add(1)).max(1)
    }

    fn capacity(&self) -> u64 {
        let share = self.share();
        share.saturating_mul(self.entries as u64).saturating_add(share / 2).min(self.bytes)
    }
}

/// An answer that is kept.
#[derive(Debug)]
pub(crate) struct Kept<V> {
    pub answer: V,
    bytes: u64,
    state: State,
    since_ns: u64,
}

/// Whether an answer that was computed may be given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// It may: it depends on nothing but what its key names.
    Keep,
    /// It was cut short or something failed on the way; the next one may be better.
    Once,
}

/// Where an answer came from.
#[derive(Debug)]
pub(crate) enum Answer<V> {
    /// It was computed for this call.
    Computed(V),
    /// It was kept, or computed for an equal call at the same time.
    Kept(Arc<Kept<V>>),
}

/// Where an answer came from, as metrics name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Computed,
    Cached,
}

impl Source {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Source::Computed => "computed",
            Source::Cached => "cached",
        }
    }
}

/// What an answer is kept under.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub key: Key,
    /// The state of the index that answers; part of the key already.
    pub state: State,
}

/// The answers of one kind that an index has given.
pub(crate) struct AnswerCache<V> {
    name: CacheName,
    bounds: Bounds,
    weigh: fn(&V) -> u64,
    kept: Cache<Key, Arc<Kept<V>>, Weight, DefaultHashBuilder, CountEvicted>,
    flights: Flights<Arc<Kept<V>>>,
    counters: Counters,
    saved: Arc<SavedAnswers>,
    /// The bytes of all answers that are kept. Held while they change.
    bytes: Mutex<u64>,
}

/// One look-up.
#[derive(Clone, Copy)]
struct Call<'a> {
    label: &'a Label,
    watch: &'a Watch,
}

impl Call<'_> {
    fn observer(&self) -> &Observer {
        self.watch.observer()
    }

    fn now_ns(&self) -> u64 {
        self.observer().clock().monotonic_ns()
    }
}

/// Weighs an answer by its bytes, or by its share where it is smaller.
#[derive(Debug, Clone, Copy)]
struct Weight {
    share: u64,
}

impl<V> Weighter<Key, Arc<Kept<V>>> for Weight {
    fn weight(&self, _: &Key, kept: &Arc<Kept<V>>) -> u64 {
        kept.bytes.max(self.share).max(1)
    }
}

/// What an insertion pushed out.
#[derive(Debug, Default)]
struct Evicted {
    count: u64,
    bytes: u64,
}

/// Counts what is pushed out.
#[derive(Debug, Clone, Copy)]
struct CountEvicted;

impl<V> Lifecycle<Key, Arc<Kept<V>>> for CountEvicted {
    type RequestState = Evicted;

    fn on_evict(&self, evicted: &mut Evicted, _: Key, kept: Arc<Kept<V>>) {
        evicted.count += 1;
        evicted.bytes += kept.bytes;
    }
}

impl<V: Clone + Serialize + DeserializeOwned> AnswerCache<V> {
    /// A cache without answers. `weigh` gives the bytes that an answer takes in memory; `saved` holds those that were saved
    /// for programs that run once.
    pub(crate) fn new(name: CacheName, bounds: Bounds, weigh: fn(&V) -> u64, saved: Arc<SavedAnswers>) -> Self {
        let options = OptionsBuilder::new()
            .shards(1)
            .estimated_items_capacity(bounds.entries)
            .weight_capacity(bounds.capacity())
            .build()
            .expect("both capacities are set");
        let weight = Weight { share: bounds.share() };
        let kept = Cache::with_options(options, weight, DefaultHashBuilder::default(), CountEvicted);
        let (flights, counters) = (Flights::default(), Counters::default());
        AnswerCache { name, bounds, weigh, kept, flights, counters, saved, bytes: Mutex::new(0) }
    }

    /// The answer that is kept under `label`; else what `compute` makes, which is kept if it is worth it. While one call
    /// computes, equal ones wait for it, no longer than half of the time they have.
    ///
    /// # Errors
    /// Those of `compute`, which are not kept and are no other call's; `DEADLINE_EXCEEDED`, `CANCELLED`.
    pub(crate) fn answer(
        &self,
        label: &Label,
        watch: &Watch,
        compute: impl FnOnce() -> Result<(V, Worth)>,
    ) -> Result<Answer<V>> {
        watch.check("cache")?;
        let call = Call { label, watch };
        if let Some(kept) = self.get(call) {
            return Ok(self.hit(kept, call));
        }
        match self.flights.join(label.key) {
            Turn::Lead(lead) => self.lead(call, lead, compute),
            Turn::Follow(flight) => match flight.wait(watch)? {
                Some(kept) => {
                    self.counters.shared();
                    self.tell(call, Metric::CacheMisses);
                    Ok(Answer::Kept(kept))
                }
                None => self.compute(call, compute).map(|(answer, _)| Answer::Computed(answer)),
            },
        }
    }

    /// Answers this call and those that wait for it.
    fn lead(
        &self,
        call: Call<'_>,
        lead: Lead<'_, Arc<Kept<V>>>,
        compute: impl FnOnce() -> Result<(V, Worth)>,
    ) -> Result<Answer<V>> {
        // The leader before may have finished between the look-up and the lead.
        if let Some(kept) = self.get(call) {
            lead.finish(Arc::clone(&kept));
            return Ok(self.hit(kept, call));
        }
        if let Some(answer) = self.saved.get((self.name, call.label), call.observer()) {
            let kept = self.keep(call, answer);
            lead.finish(Arc::clone(&kept));
            self.counters.saved_hit();
            return Ok(self.hit(kept, call));
        }
        let (answer, kept) = self.compute(call, compute)?;
        if let Some(kept) = kept {
            lead.finish(kept);
        }
        Ok(Answer::Computed(answer))
    }

    fn compute(
        &self,
        call: Call<'_>,
        compute: impl FnOnce() -> Result<(V, Worth)>,
    ) -> Result<(V, Option<Arc<Kept<V>>>)> {
        self.counters.miss();
        self.tell(call, Metric::CacheMisses);
        let (answer, worth) = compute()?;
        let kept = match worth {
            Worth::Keep => Some(self.keep(call, answer.clone())),
            Worth::Once => {
                self.counters.not_kept();
                None
            }
        };
        Ok((answer, kept))
    }

    fn hit(&self, kept: Arc<Kept<V>>, call: Call<'_>) -> Answer<V> {
        self.counters.hit();
        self.tell(call, Metric::CacheHits);
        Answer::Kept(kept)
    }

    fn tell(&self, call: Call<'_>, look_up: Metric) {
        let (observer, labels) = (call.observer(), [("cache", self.name.name())]);
        if observer.measures() {
            observer.count(look_up, 1, &labels);
            observer.gauge(Metric::CacheHitRatio, self.counters.hit_ratio(), &labels);
        }
    }

    fn tell_size(&self, call: Call<'_>, given_up: u64, bytes: u64) {
        let (observer, labels) = (call.observer(), [("cache", self.name.name())]);
        if !observer.measures() {
            return;
        }
        if given_up > 0 {
            observer.count(Metric::CacheEvictions, given_up, &labels);
        }
        observer.gauge(Metric::CacheEntries, self.kept.len() as f64, &labels);
        observer.gauge(Metric::CacheBytes, bytes as f64, &labels);
    }

    /// The answer that is kept, unless its time is over.
    fn get(&self, call: Call<'_>) -> Option<Arc<Kept<V>>> {
        let kept = self.kept.get(&call.label.key)?;
        let now_ns = call.now_ns();
        if !self.is_expired(&kept, now_ns) {
            return Some(kept);
        }
        let mut bytes = self.bytes();
        if let Some((_, expired)) = self.kept.remove_if(&call.label.key, |kept| self.is_expired(kept, now_ns)) {
            *bytes -= expired.bytes;
            self.counters.expired();
            self.tell_size(call, 1, *bytes);
        }
        None
    }

    fn is_expired(&self, kept: &Kept<V>, now_ns: u64) -> bool {
        // A clock of another host may be behind the one that the answer was kept by.
        let age_ns = now_ns.checked_sub(kept.since_ns);
        age_ns.is_none_or(|age_ns| age_ns >= self.bounds.ttl_ms.saturating_mul(1_000_000))
    }

    fn keep(&self, call: Call<'_>, answer: V) -> Arc<Kept<V>> {
        let bytes = (self.weigh)(&answer);
        let kept = Arc::new(Kept { answer, bytes, state: call.label.state.clone(), since_ns: call.now_ns() });
        if self.bounds.entries == 0 || bytes > self.bounds.bytes / LARGEST_PART {
            self.counters.not_kept();
            return kept;
        }
        let mut bytes = self.bytes();
        let replaced = self.kept.remove(&call.label.key).map_or(0, |(_, replaced)| replaced.bytes);
        let mut evicted = Evicted::default();
        self.kept.insert_with_lifecycle(call.label.key, Arc::clone(&kept), &mut evicted);
        *bytes = (*bytes + kept.bytes) - (replaced + evicted.bytes);
        self.counters.evicted(evicted.count);
        self.tell_size(call, evicted.count, *bytes);
        kept
    }

    fn bytes(&self) -> MutexGuard<'_, u64> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops the answers of every state but `state`: no searcher that is opened from now on can use them.
    pub(crate) fn keep_only(&self, state: &State) {
        let mut bytes = self.bytes();
        let before = self.kept.len();
        self.kept.retain(|_, kept| kept.state == *state);
        self.counters.outdated(before.saturating_sub(self.kept.len()));
        *bytes = self.kept.iter().map(|(_, kept)| kept.bytes).sum();
    }

    /// Drops every answer.
    pub(crate) fn clear(&self) {
        let mut bytes = self.bytes();
        self.kept.clear();
        *bytes = 0;
    }

    /// The answer under `key` as it is saved; `None` when it is not kept, or would not come back as it is.
    ///
    /// # Errors
    /// `INTERNAL` when an answer has no JSON form.
    pub(crate) fn saved_form(&self, key: &Key) -> Result<Option<SavedRow>> {
        let Some(kept) = self.kept.peek(key) else { return Ok(None) };
        let json = key::json(&kept.answer)?;
        let read: Option<V> = serde_json::from_slice(&json).ok();
        let again = read.map(|read| key::json(&read)).transpose()?;
        Ok((again.as_ref() == Some(&json)).then(|| SavedRow { key: *key.bytes(), cache: self.name.name(), json }))
    }

    /// What there is, and what became of the look-ups since the index was opened.
    pub(crate) fn statistics(&self) -> AnswerStatistics {
        let (entries, bytes) = (self.kept.len() as u64, *self.bytes());
        let Bounds { ttl_ms, entries: entry_limit, bytes: byte_limit } = self.bounds;
        AnswerStatistics { entries, bytes, entry_limit, byte_limit, ttl_ms, ..self.counters.read() }
    }
}
