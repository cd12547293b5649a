//! From a question to a text that fits a token budget, with the evidence for every piece.
//!
//! Never here: ranking, which is search's; storage.

mod account;
mod budget;
mod bundle;
mod candidate;
mod compose;
mod expand;
#[cfg(test)]
mod fixture;
mod imprint;
pub(crate) mod kept;
mod ladder;
mod neighbours;
mod pack;
mod page;
mod piece;
pub mod policy;
mod prices;
mod receipt;
mod render;
mod session;
mod surroundings;
mod told;
mod unsent;
mod verify;

pub use bundle::{
    Bundle, DropReason, Dropped, EdgeDirection, Item, Origin, PackingReport, Purchase, PurchasedPiece, Request, Stop,
    StopReason, WalkedEdge,
};
pub use expand::Expansion;
pub use imprint::{Change, ChangeKind, Imprint};
pub use policy::{Policies, Policy};
pub use receipt::{Call, Fingerprint, Receipt};
pub use render::{Format, Level};
pub use session::{Sent, Session};
pub use verify::{FileOnDisk, Replay, Sameness, Verification};

use crate::assemble::candidate::{of_hits, of_places, required};
use crate::assemble::compose::{Asked, Manner, Material, compose};
use crate::assemble::kept::KeptBundles;
use crate::assemble::receipt::Basis;
use crate::assemble::render::Style;
use crate::error::{Error, Result};
use crate::host::counts::Remembering;
use crate::host::log::Event;
use crate::host::tokens::counter;
use crate::limits::{Limits, Watch};
use crate::search::intent::{self, Recognised};
use crate::search::{Document, Hit, Intent, Query, SearchResults, Searcher};
use crate::source::RepoPath;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes context of what a searcher finds. A clone is cheap and shares the searcher's snapshot.
#[derive(Clone)]
pub struct Assembler {
    searcher: Searcher,
    policies: Arc<Policies>,
    kept: Option<KeptBundles>,
}

impl Assembler {
    /// An assembler over one snapshot, with the policies of its configuration.
    pub fn new(searcher: Searcher) -> Assembler {
        let kept = KeptBundles::of(&searcher);
        let policies = Arc::new(searcher.config().policies.clone());
        Assembler { searcher, policies, kept }
    }

    /// This assembler with other policies.
    pub fn with_policies(mut self, policies: Policies) -> Assembler {
        self.policies = Arc::new(policies);
        self.kept = self.kept.map(KeptBundles::with_other_policies);
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
        let watch = self.watch(limits);
        let assemble = || self.kept_or_assembled(request, &watch);
        let (bundle, _) = watch.observer().operation(Event::AssembleAssemble, assemble, told::assembled)?;
        Ok(bundle)
    }

    /// Starts the time of one call.
    fn watch(&self, limits: &Limits) -> Watch {
        self.searcher.host().watch(&self.searcher.config().assemble_limits(limits))
    }

    fn assembled(&self, request: &Request, watch: &Watch) -> Result<Bundle> {
        budget::check(request.budget, request.candidates)?;
        let call = Call::Assemble(request.clone());
        let request = &session::within(request)?;
        let host = self.searcher.host();
        let counter = counter(&request.tokenizer, host)?;
        let counter = Remembering { counter: &*counter, counts: self.searcher.counts() };
        let recognised = intent::read(&request.query);
        let asked = Asked::of(request, &recognised);
        let policy = self.policies.of(asked.intent);
        let query = Query::new(request.query.as_str())
            .with_limit(request.candidates)
            .with_filters(request.filters.clone())
            .with_min_confidence(request.min_confidence);
        let results = self.searcher.search_within(&query, watch)?;
        let basis = self.basis(call, policy, watch)?;
        let material = Material { basis, ..self.material(request, (results, &recognised), policy, watch)? };
        let manner = Manner { policy, style: self.style(request.format), counter: &counter };
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
        if stopped.is_ok() && self.searcher.config().features.graph {
            stopped = match neighbours::add(&self.searcher, &mut candidates, policy, watch) {
                Err(error @ (Error::DeadlineExceeded { .. } | Error::Cancelled { .. })) => Err(error),
                other => Ok(other?),
            };
        }
        Ok(Material { results, candidates, reached, stopped, basis: Basis::default() })
    }

    /// How a bundle for `call` is packed.
    fn policy(&self, call: &Call) -> &Policy {
        let intent = match call {
            Call::Assemble(request) => Asked::of(request, &intent::read(&request.query)).intent,
            Call::Expand(_) => Intent::Symbol,
        };
        self.policies.of(intent)
    }

    fn style(&self, format: Format) -> Style {
        Style { format, masking: self.searcher.masking() }
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
