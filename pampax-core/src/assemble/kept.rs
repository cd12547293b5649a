//! Bundles that were made before: what they depend on, and which of them are kept.
//!
//! A bundle shows nothing of the disk, only of the index, so that one that was kept is given as it is.
//!
//! Never here: how long they are kept, and how many.

use crate::assemble::bundle::{Dropped, Item, StopReason, WalkedEdge};
use crate::assemble::imprint::Imprint;
use crate::assemble::receipt::Call;
use crate::assemble::{Assembler, Bundle, Policies, Request};
use crate::cache::{Answer, AnswerCache, CacheName, Label, Source, Worth};
use crate::error::{Degradation, Error, Result};
use crate::limits::Watch;
use crate::search::{Contribution, Searcher};
use crate::source::ContentHash;
use crate::store::saved::SavedRow;
use std::mem::size_of;
use std::sync::{Arc, OnceLock};

/// Where an assembler keeps its bundles.
#[derive(Clone)]
pub(crate) struct KeptBundles {
    cache: Arc<AnswerCache<Bundle>>,
    /// The hash of the assembler's policies, made when first asked for.
    policies: Arc<OnceLock<ContentHash>>,
}

impl KeptBundles {
    /// Where the index of `searcher` keeps bundles, if it does.
    pub(super) fn of(searcher: &Searcher) -> Option<KeptBundles> {
        Some(KeptBundles { cache: searcher.kept_above()?, policies: Arc::default() })
    }

    /// The same place for other policies.
    pub(super) fn with_other_policies(self) -> KeptBundles {
        KeptBundles { policies: Arc::default(), ..self }
    }

    fn policies(&self, policies: &Policies) -> Result<ContentHash> {
        if let Some(hash) = self.policies.get() {
            return Ok(*hash);
        }
        let form = serde_json::to_vec(policies)
            .map_err(|error| Error::internal(format!("policies have no JSON form: {error}")))?;
        Ok(*self.policies.get_or_init(|| ContentHash::of(&form)))
    }
}

impl Assembler {
    /// The bundle for `request`: the one that was made before, or a new one.
    pub(super) fn kept_or_assembled(&self, request: &Request, watch: &Watch) -> Result<(Bundle, Source)> {
        let Some((cache, label)) = self.kept_under(request)? else {
            return Ok((self.assembled(request, watch)?, Source::Computed));
        };
        let found = cache.answer(&label, watch, || {
            let bundle = self.assembled(request, watch)?;
            let worth = self.worth(&bundle, watch);
            Ok((bundle, worth))
        });
        match found? {
            Answer::Computed(bundle) => Ok((bundle, Source::Computed)),
            Answer::Kept(kept) => Ok((kept.answer.clone(), Source::Cached)),
        }
    }

    /// Where the bundle for `request` is kept. Those of sessions are not: each is asked for once.
    ///
    /// # Errors
    /// `INTERNAL` when the request has no JSON form.
    pub(crate) fn kept_under(&self, request: &Request) -> Result<Option<(&AnswerCache<Bundle>, Label)>> {
        let Some(kept) = self.kept.as_ref().filter(|_| request.session.is_none()) else { return Ok(None) };
        let policies = kept.policies(&self.policies)?;
        let label = self.searcher.label(CacheName::Bundle, &(request, policies))?;
        Ok(label.map(|label| (&*kept.cache, label)))
    }

    /// The bundle for `request` as it is saved; `None` when it is not one that is kept.
    ///
    /// # Errors
    /// Those of [`Assembler::assemble`].
    pub(crate) fn saved_form(&self, request: &Request, watch: &Watch) -> Result<Option<SavedRow>> {
        let Some((cache, label)) = self.kept_under(request)? else { return Ok(None) };
        self.kept_or_assembled(request, watch)?;
        cache.saved_form(&label.key)
    }

    fn worth(&self, bundle: &Bundle, watch: &Watch) -> Worth {
        match bundle.stop.reason {
            StopReason::Deadline | StopReason::Cancelled => Worth::Once,
            _ => self.searcher.worth(&bundle.degraded, watch),
        }
    }
}

impl Bundle {
    /// The bytes that it takes in memory.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let texts = self.query.len() + self.text.len() + self.tokenizer.len() + self.why_intent.len();
        let stop = self.stop.detail.len() + self.stop.next_steps.iter().map(|step| text_bytes(step)).sum::<usize>();
        let items: usize = self.items.iter().map(item_bytes).sum();
        let dropped: usize = self.dropped.iter().map(dropped_bytes).sum();
        let pieces = self.packing.more.iter().flat_map(|purchase| &purchase.pieces);
        let purchases: usize = pieces.map(|piece| size_of_val(piece) + piece.path.as_str().len()).sum();
        let degraded: usize = self.degraded.iter().map(Degradation::memory_bytes).sum();
        let imprints: usize = self.receipt.items.iter().map(imprint_bytes).sum();
        let parts = [texts, stop, items, dropped, purchases, degraded, imprints, asked_bytes(&self.receipt.asked)];
        (size_of::<Bundle>() + parts.iter().sum::<usize>()) as u64
    }
}

fn text_bytes(text: &str) -> usize {
    size_of::<String>() + text.len()
}

fn name_bytes(name: Option<&String>) -> usize {
    name.map_or(0, String::len)
}

fn item_bytes(item: &Item) -> usize {
    let edge = |edge: &WalkedEdge| size_of_val(edge) + edge.path.as_str().len() + name_bytes(edge.symbol.as_ref());
    let names = item.path.as_str().len() + name_bytes(item.symbol.as_ref()) + name_bytes(item.why_not_higher.as_ref());
    let contributions = item.contributions.len() * size_of::<Contribution>();
    size_of::<Item>() + names + contributions + item.edges.iter().map(edge).sum::<usize>()
}

fn dropped_bytes(dropped: &Dropped) -> usize {
    size_of::<Dropped>() + dropped.path.as_str().len() + name_bytes(dropped.symbol.as_ref())
}

fn imprint_bytes(imprint: &Imprint) -> usize {
    let names = imprint.path.as_str().len() + name_bytes(imprint.symbol.as_ref());
    size_of::<Imprint>() + names + size_of_val(&*imprint.above)
}

fn asked_bytes(asked: &Call) -> usize {
    let Call::Assemble(request) = asked else { return 0 };
    let Request { query, tokenizer, filters, required, .. } = request;
    let texts = [&filters.include, &filters.exclude, required].into_iter().flatten();
    query.len() + tokenizer.len() + texts.map(|text| text_bytes(text)).sum::<usize>()
}
