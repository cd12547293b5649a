//! Equal calls at the same time: one computes, the others wait for it.
//!
//! Never here: what is computed, and what is kept of it.

use crate::cache::Key;
use crate::error::Result;
use crate::limits::Watch;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often someone who waits asks whether to go on.
const POLL: Duration = Duration::from_millis(5);

/// What is being computed now.
pub(super) struct Flights<T>(Mutex<HashMap<Key, Arc<Flight<T>>>>);

impl<T> Default for Flights<T> {
    fn default() -> Flights<T> {
        Flights(Mutex::default())
    }
}

/// One computation that others may wait for.
pub(super) struct Flight<T> {
    outcome: Mutex<Outcome<T>>,
    over: Condvar,
}

enum Outcome<T> {
    Running,
    Answered(T),
    /// The leader has nothing to share: it failed, was stopped, or its answer was its own. Everyone computes alone, at
    /// the same time: one after another would be slower than without a cache.
    Alone,
}

/// What a caller does.
pub(super) enum Turn<'f, T> {
    /// It computes.
    Lead(Lead<'f, T>),
    /// It waits.
    Follow(Arc<Flight<T>>),
}

/// The duty to tell the others. Dropped without an answer, be it by an error or a panic, it lets them go alone.
pub(super) struct Lead<'f, T> {
    flights: &'f Flights<T>,
    flight: Arc<Flight<T>>,
    key: Key,
}

impl<T: Clone> Flights<T> {
    /// The first caller for `key` leads; those who come before it is done follow.
    pub(super) fn join(&self, key: Key) -> Turn<'_, T> {
        let mut flights = self.lock();
        if let Some(flight) = flights.get(&key) {
            return Turn::Follow(Arc::clone(flight));
        }
        let flight = Arc::new(Flight { outcome: Mutex::new(Outcome::Running), over: Condvar::new() });
        flights.insert(key, Arc::clone(&flight));
        Turn::Lead(Lead { flights: self, flight, key })
    }
}

impl<T> Flights<T> {
    /// How many callers wait for the one that computes `key`.
    #[cfg(test)]
    pub(super) fn followers(&self, key: &Key) -> usize {
        // The table and the leader hold one each.
        self.lock().get(key).map_or(0, |flight| Arc::strong_count(flight) - 2)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Flight<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Lead<'_, T> {
    /// Gives those who wait their answer.
    pub(super) fn finish(self, answer: T) {
        self.flight.end(Outcome::Answered(answer));
    }
}

impl<T> Drop for Lead<'_, T> {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
        self.flight.end(Outcome::Alone);
    }
}

impl<T> Flight<T> {
    fn lock(&self) -> MutexGuard<'_, Outcome<T>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first outcome stays.
    fn end(&self, outcome: Outcome<T>) {
        let mut current = self.lock();
        if matches!(*current, Outcome::Running) {
            *current = outcome;
            self.over.notify_all();
        }
    }
}

impl<T: Clone> Flight<T> {
    /// The leader's answer; `None` when the caller must compute by itself, because the leader has none to share or took
    /// half of the time that was left to `watch`: the other half is for computing.
    ///
    /// # Errors
    /// `DEADLINE_EXCEEDED`, `CANCELLED` as the watch says.
    pub(super) fn wait(&self, watch: &Watch) -> Result<Option<T>> {
        let at_least = watch.remaining().map(|remaining| remaining / 2);
        let mut outcome = self.lock();
        loop {
            match &*outcome {
                Outcome::Answered(answer) => return Ok(Some(answer.clone())),
                Outcome::Alone => return Ok(None),
                Outcome::Running => watch.check("cache")?,
            }
            if at_least.is_some_and(|at_least| watch.remaining().is_some_and(|remaining| remaining <= at_least)) {
                return Ok(None);
            }
            let waited = self.over.wait_timeout(outcome, POLL);
            outcome = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
