//! The token counter seam, and the counters that are built in.

use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Counts the tokens of a text as one named model would.
pub trait TokenCounter: Send + Sync {
    /// The name by which requests choose this counter.
    fn name(&self) -> &str;

    /// The number of tokens of `text`. Must not depend on anything but `text`.
    fn count(&self, text: &str) -> usize;
}

named_enum! {
    /// The counters that are built in.
    Tokenizer {
        /// The byte-pair encoding of the GPT-4o family, exact.
        O200kBase = "o200k_base",
        /// The byte-pair encoding of the GPT-4 family, exact.
        Cl100kBase = "cl100k_base",
        /// A fast estimate for models whose vocabulary is not public.
        Approximate = "approximate",
    }
}
