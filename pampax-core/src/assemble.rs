//! From a question to a text that fits a token budget, with the evidence for every piece.
//!
//! Never here: ranking, which is search's; storage.

mod budget;
mod bundle;
mod compose;
#[cfg(test)]
mod fixture;
mod ladder;
mod pack;
mod page;
mod piece;
mod render;

pub use bundle::{Bundle, DropReason, Dropped, Item, Request, Stop, StopReason};
pub use render::{Format, Level};

use crate::assemble::compose::{Material, compose};
use crate::assemble::render::Style;
use crate::error::{Error, Result};
use crate::host::tokens::counter;
use crate::limits::{Limits, Watch};
use crate::parse::redact::Masking;
use crate::search::{Document, Hit, Query, Searcher};
use crate::source::RepoPath;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes context of what a searcher finds. A clone is cheap and shares the searcher's snapshot.
#[derive(Clone)]
pub struct Assembler {
    searcher: Searcher,
}

impl Assembler {
    /// An assembler over one snapshot.
    pub fn new(searcher: Searcher) -> Assembler {
        Assembler { searcher }
    }

    /// The context for one request: at most `request.budget` tokens of text, and the account of what is in it.
    ///
    /// When the time is over or the caller cancels after something was found, what was packed until then is returned
    /// and the stop reason says so.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a budget or a number of candidates out of range, an unknown tokenizer or a malformed
    /// glob; `DEADLINE_EXCEEDED` or `CANCELLED` before anything was found; `INDEX_DAMAGED`, `IO`.
    pub fn assemble(&self, request: &Request, limits: &Limits) -> Result<Bundle> {
        budget::check(request.budget, request.candidates)?;
        let host = self.searcher.host();
        let counter = counter(&request.tokenizer, host)?;
        let watch = Watch::start(limits, host.clock.clone());
        let query =
            Query::new(request.query.as_str()).with_limit(request.candidates).with_filters(request.filters.clone());
        let results = self.searcher.search(&query, limits)?;
        let (documents, stopped) = self.documents(&results.hits, &watch)?;
        let material = Material { results, documents, stopped };
        compose(request, material, (self.style(request.format), &*counter), &|| watch.check("pack"))
    }

    fn style(&self, format: Format) -> Style {
        let masking = if self.searcher.masks_secrets() { Masking::Masked } else { Masking::Plain };
        Style { format, masking }
    }

    /// The document of each hit, until `watch` says to stop.
    fn documents(&self, hits: &[Hit], watch: &Watch) -> Result<(Vec<Arc<Document>>, Result<()>)> {
        let mut read: BTreeMap<&RepoPath, Arc<Document>> = BTreeMap::new();
        let mut documents = Vec::with_capacity(hits.len());
        for hit in hits {
            if let Err(stopped) = watch.check("read") {
                return Ok((documents, Err(stopped)));
            }
            let document = match read.get(&hit.path) {
                Some(document) => Arc::clone(document),
                None => self.document(&hit.path)?,
            };
            read.insert(&hit.path, Arc::clone(&document));
            documents.push(document);
        }
        Ok((documents, Ok(())))
    }

    fn document(&self, path: &RepoPath) -> Result<Arc<Document>> {
        let document = self.searcher.document(path)?;
        document.ok_or_else(|| Error::internal(format!("search found {path}, which is not in its snapshot")))
    }
}

#[cfg(test)]
mod tests;
