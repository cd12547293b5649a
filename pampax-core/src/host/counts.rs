//! Counts of tokens that are kept between bundles: the same sections come up again.

use crate::host::TokenCounter;
use crate::source::ContentHash;
use quick_cache::sync::Cache;

/// The most sections whose counts are kept; each takes about 50 bytes.
const KEPT: usize = 40_000;

/// The counts of one state of an index, whoever asks.
pub(crate) struct Counts(Cache<(ContentHash, String), usize>);

impl Default for Counts {
    fn default() -> Counts {
        Counts(Cache::new(KEPT))
    }
}

/// A counter that remembers.
pub(crate) struct Remembering<'a> {
    pub(crate) counter: &'a dyn TokenCounter,
    pub(crate) counts: &'a Counts,
}

impl TokenCounter for Remembering<'_> {
    fn name(&self) -> &str {
        self.counter.name()
    }

    fn count(&self, text: &str) -> usize {
        let key = (ContentHash::of(text.as_bytes()), self.name().to_owned());
        if let Some(count) = self.counts.0.get(&key) {
            return count;
        }
        let count = self.counter.count(text);
        self.counts.0.insert(key, count);
        count
    }
}
