//! From a question to a text that fits a token budget, with the evidence for every piece.
//!
//! Never here: ranking, which is search's; storage.

mod account;
mod budget;
mod bundle;
mod candidate;
mod compose;
#[cfg(test)]
mod fixture;
mod ladder;
mod neighbours;
mod pack;
mod page;
mod piece;
pub mod policy;
mod render;
mod surroundings;

pub use bundle::{
    Bundle, DropReason, Dropped, EdgeDirection, Item, Origin, PackingReport, Purchase, PurchasedPiece, Request, Stop,
    StopReason, WalkedEdge,
};
pub use policy::{Policies, Policy};
pub use render::{Format, Level};

use crate::assemble::candidate::{of_hits, of_places, required};
use crate::assemble::compose::{Asked, Manner, Material, compose, compose_definitions};
use crate::assemble::render::Style;
use crate::error::{Degradation, Error, Result};
use crate::host::tokens::counter;
use crate::limits::{Limits, Watch};
use crate::parse::redact::Masking;
use crate::search::intent::{self, Recognised};
use crate::search::{Document, Hit, Query, SearchResults, Searcher};
use crate::source::{RepoPath, SpanId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes context of what a searcher finds. A clone is cheap and shares the searcher's snapshot.
#[derive(Clone)]
pub struct Assembler {
    searcher: Searcher,
    policies: Arc<Policies>,
}

impl Assembler {
    /// An assembler over one snapshot, with the policies that are built in.
    pub fn new(searcher: Searcher) -> Assembler {
        Assembler { searcher, policies: Arc::new(Policies::default()) }
    }

    /// This assembler with other policies.
    pub fn with_policies(mut self, policies: Policies) -> Assembler {
        self.policies = Arc::new(policies);
        self
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
        let recognised = intent::read(&request.query);
        let asked = Asked::of(request, &recognised);
        let policy = self.policies.of(asked.intent);
        let query =
            Query::new(request.query.as_str()).with_limit(request.candidates).with_filters(request.filters.clone());
        let results = self.searcher.search(&query, limits)?;
        let material = self.material(request, (results, &recognised), policy, &watch)?;
        let manner = Manner { policy, style: self.style(request.format), counter: &*counter };
        compose((request, &asked), material, manner, &|| watch.check("pack"))
    }

    /// The candidates: what is required, what the question names, what search found, and what lies near that.
    fn material(
        &self,
        request: &Request,
        (results, recognised): (SearchResults, &Recognised),
        policy: &Policy,
        watch: &Watch,
    ) -> Result<Material> {
        let (documents, mut stopped) = self.documents(&results.hits, watch)?;
        let reached = documents.len();
        let mut candidates = of_hits(&results.hits, documents);
        candidates.extend(of_places(&self.searcher, recognised)?);
        candidates.extend(required(&self.searcher, &request.required, watch)?);
        if stopped.is_ok() {
            stopped = match neighbours::add(&self.searcher, &mut candidates, policy, watch) {
                Err(error @ (Error::DeadlineExceeded { .. } | Error::Cancelled { .. })) => Err(error),
                other => Ok(other?),
            };
        }
        Ok(Material { results, candidates, reached, stopped })
    }

    /// Definitions at a chosen level, as named by the items of an earlier bundle: by their file and their `span_id`. A
    /// definition too small to have that level is shown at the next one it has.
    ///
    /// The text is Markdown; its tokens are those of `o200k_base`. A definition that is not in this snapshot is named in
    /// `degraded`.
    ///
    /// # Errors
    /// `DEADLINE_EXCEEDED`, `CANCELLED`, `INDEX_DAMAGED`, `IO`.
    pub fn expand(&self, definitions: &[(RepoPath, SpanId)], level: Level, limits: &Limits) -> Result<Bundle> {
        let request = Request::new("", *budget::BUDGETS.end());
        let host = self.searcher.host();
        let watch = Watch::start(limits, host.clock.clone());
        let mut found = Vec::new();
        let mut degraded = Vec::new();
        for (path, span_id) in definitions {
            watch.check("expand")?;
            match self.searcher.span(*span_id, path)? {
                Some(definition) => found.push(definition),
                None => degraded.push(Degradation::new("definition", format!("{path} has no definition {span_id}"))),
            }
        }
        let results =
            SearchResults { hits: Vec::new(), degraded, suggestion: None, generation: self.searcher.generation() };
        let counter = counter(&request.tokenizer, host)?;
        let policy = Policy::default();
        let manner = Manner { policy: &policy, style: self.style(request.format), counter: &*counter };
        compose_definitions(&request, (results, &found), level, manner)
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
