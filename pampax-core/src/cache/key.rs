//! The names under which answers are kept: hashes of everything that an answer depends on.
//!
//! Never here: which things these are; the rooms that answer know.

use crate::cache::CacheName;
use crate::error::{Error, Result};
use serde::Serialize;

/// Raised by every change of what is kept that a key does not show.
const FORM: u32 = 1;

/// The hash of a request and of all else that its answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The hash of what all answers of one searcher depend on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground([u8; 32]);

impl Ground {
    /// The ground that `parts` are.
    ///
    /// # Errors
    /// `INTERNAL` when they have no JSON form.
    pub(crate) fn new(parts: &impl Serialize) -> Result<Ground> {
        let form = json(&(FORM, env!("CARGO_PKG_VERSION"), parts))?;
        Ok(Ground(*blake3::hash(&form).as_bytes()))
    }

    /// The key of an answer of `cache` to `request`.
    ///
    /// # Errors
    /// `INTERNAL` when the request has no JSON form.
    pub(crate) fn key(&self, cache: CacheName, request: &impl Serialize) -> Result<Key> {
        let form = json(&(cache, request))?;
        Ok(Key(*blake3::keyed_hash(&self.0, &form).as_bytes()))
    }
}

/// The JSON form of `value`. Fields come in the order of their declaration, so that equal values have equal forms.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| Error::internal(format!("a value has no JSON form: {error}")))
}
