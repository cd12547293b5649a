//! Texts for a JavaScript function, many at a time.
//!
//! Never here: what the texts say.

use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use std::sync::{Arc, Mutex, PoisonError};

/// The most texts that one call of the function takes: the event loop has other things to do.
const MAX_BATCH: usize = 256;

/// The most texts that wait. More are lost, and counted.
const MAX_WAITING: usize = 16_384;

/// A function that takes a JSON array, as text. It does not keep the process alive, and must not throw.
pub type Teller<'env> = Function<'env, String, ()>;

/// Texts for a JavaScript function. It is called with them, as one JSON array, when the event loop gets to it.
pub struct Mailbox {
    waiting: Arc<Mutex<Waiting>>,
    bell: ThreadsafeFunction<(), (), String, Status, false, true>,
}

#[derive(Default)]
struct Waiting {
    letters: Vec<String>,
    /// Calls of the function that are under way.
    calls: usize,
    lost: u64,
}

impl Waiting {
    /// The next batch.
    fn batch(&mut self) -> String {
        self.calls = self.calls.saturating_sub(1);
        let count = self.letters.len().min(MAX_BATCH);
        let letters: Vec<String> = self.letters.drain(..count).collect();
        format!("[{}]", letters.join(","))
    }
}

impl Mailbox {
    /// A mailbox that `teller` empties.
    ///
    /// # Errors
    /// What Node says.
    pub fn new(teller: &Teller<'_>) -> napi::Result<Mailbox> {
        let waiting = Arc::new(Mutex::new(Waiting::default()));
        let theirs = waiting.clone();
        let builder = teller.build_threadsafe_function::<()>().weak::<true>();
        let bell =
            builder.build_callback(move |_| Ok(theirs.lock().unwrap_or_else(PoisonError::into_inner).batch()))?;
        Ok(Mailbox { waiting, bell })
    }

    /// Adds a JSON text.
    pub fn push(&self, letter: String) {
        self.add(letter, |_| false);
    }

    /// Adds a JSON text in place of the last one that waits, where `replaces` says so of that one.
    pub fn push_over(&self, letter: String, replaces: impl Fn(&str) -> bool) {
        self.add(letter, replaces);
    }

    /// How many texts were lost because the event loop did not get to them.
    pub fn lost(&self) -> u64 {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).lost
    }

    fn add(&self, letter: String, replaces: impl Fn(&str) -> bool) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = waiting.letters.len() >= MAX_WAITING;
        match waiting.letters.last_mut() {
            Some(last) if replaces(last) => *last = letter,
            _ if is_full => waiting.lost += 1,
            _ => waiting.letters.push(letter),
        }
        let rings = waiting.letters.len() > waiting.calls * MAX_BATCH;
        if rings {
            waiting.calls += 1;
        }
        drop(waiting);
        if rings {
            // An environment that ends takes no more calls, and has nobody who reads.
            self.bell.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}
