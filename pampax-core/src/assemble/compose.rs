//! From candidates to a bundle: pieces, their levels, the packing, and the account of it.

use crate::assemble::account::Account;
use crate::assemble::budget::{Sheets, fit};
use crate::assemble::bundle::{Bundle, Item, Request};
use crate::assemble::candidate::Candidate;
use crate::assemble::imprint::imprints;
use crate::assemble::ladder::{View, views};
use crate::assemble::pack::{Offer, Offers};
use crate::assemble::page::Page;
use crate::assemble::piece::{Piece, Pieces, pieces};
use crate::assemble::policy::Policy;
use crate::assemble::prices::Prices;
use crate::assemble::receipt::{Basis, Receipt};
use crate::assemble::render::{Frame, Heading, Style};
use crate::assemble::session::is_later;
use crate::assemble::unsent::{Unsent, unsent};
use crate::error::Result;
use crate::host::TokenCounter;
use crate::search::confidence;
use crate::search::intent::Recognised;
use crate::search::{Document, Intent, SearchResults};
use crate::source::{RepoPath, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a bundle is made from.
pub(crate) struct Material {
    pub(crate) results: SearchResults,
    /// Those of the first hits, in the order of the hits, then all others.
    pub(crate) candidates: Vec<Candidate>,
    /// How many of the hits are among the candidates: fewer than there are when the call was stopped.
    pub(crate) reached: usize,
    /// What stopped the gathering of candidates, if anything did.
    pub(crate) stopped: Result<()>,
    /// What the request is bound to.
    pub(crate) basis: Basis,
}

/// What kind of question a request is.
pub(crate) struct Asked {
    pub(crate) intent: Intent,
    pub(crate) why: String,
}

impl Asked {
    /// What the request says, else what its text says.
    pub(crate) fn of(request: &Request, recognised: &Recognised) -> Asked {
        match request.intent {
            Some(intent) => Asked { intent, why: "the request says so".to_owned() },
            None => Asked { intent: recognised.intent, why: recognised.why.clone() },
        }
    }
}

/// How a bundle is packed, written and counted.
#[derive(Clone, Copy)]
pub(crate) struct Manner<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) style: Style,
    pub(crate) counter: &'a dyn TokenCounter,
}

/// Makes the bundle of what was gathered.
///
/// # Errors
/// `INVALID_ARGUMENT` when the counter counts more than the budget in a text without pieces.
pub(crate) fn compose(
    (request, asked): (&Request, &Asked),
    material: Material,
    manner: Manner<'_>,
    go_on: &dyn Fn() -> Result<()>,
) -> Result<Bundle> {
    let by_path: BTreeMap<&RepoPath, &Arc<Document>> =
        material.candidates.iter().map(|candidate| (&candidate.document.path, &candidate.document)).collect();
    let pages: BTreeMap<&RepoPath, Page<'_>> =
        by_path.into_iter().map(|(path, document)| (path, Page::new(document, manner.style.masking))).collect();
    let page_of: Vec<&Page<'_>> =
        material.candidates.iter().filter_map(|candidate| pages.get(&candidate.document.path)).collect();
    let Pieces { pieces, duplicates, below_floor } = pieces(&material.candidates, &page_of, manner.policy.floor);
    let Unsent { pieces, ladders, already_sent } =
        unsent(pieces, material.basis.known.as_ref(), &|piece| ladder(piece, manner.policy));
    let parts = Parts {
        request,
        asked,
        material: &material,
        pieces: &pieces,
        ladders: &ladders,
        duplicates: &duplicates,
        below_floor: &below_floor,
        already_sent: &already_sent,
    };
    parts.bundle(manner, go_on)
}

/// The views of a piece that its policy allows.
fn ladder(piece: &Piece<'_>, policy: &Policy) -> Vec<View> {
    let mut views = views(piece);
    if piece.label.origin.is_of_graph() && views.iter().any(|view| view.level <= policy.neighbour_level) {
        views.retain(|view| view.level <= policy.neighbour_level);
    }
    views
}

/// Everything a bundle is made of but the rendering.
pub(crate) struct Parts<'a> {
    pub(crate) request: &'a Request,
    pub(crate) asked: &'a Asked,
    pub(crate) material: &'a Material,
    pub(crate) pieces: &'a [Piece<'a>],
    pub(crate) ladders: &'a [Vec<View>],
    pub(crate) duplicates: &'a [usize],
    pub(crate) below_floor: &'a [usize],
    pub(crate) already_sent: &'a [usize],
}

impl Parts<'_> {
    pub(super) fn bundle(self, manner: Manner<'_>, go_on: &dyn Fn() -> Result<()>) -> Result<Bundle> {
        let Manner { policy, style, counter } = manner;
        let Parts { request, material, pieces, ladders, .. } = self;
        let sheets = sheets(request, style, pieces, ladders);
        let offers = offers(pieces, ladders, policy);
        let mut prices = Prices::new(&sheets.ladders, counter);
        let fitted = fit(&sheets, (&offers, &mut prices), (counter, request.budget), go_on)?;
        let mut account = Account { parts: &self, sheets: &sheets, offers: &offers, fitted: &fitted, prices, counter };
        let items = account.items();
        let dropped = account.dropped();
        let packing = account.packing();
        let stop = account.stop(&dropped, &packing);
        let imprints = imprints(&self, &sheets, &fitted);
        let bundle = Bundle {
            query: request.query.clone(),
            tokens: fitted.tokens,
            budget: request.budget,
            tokenizer: counter.name().to_owned(),
            confidence: sufficiency(&items, &material.results),
            items,
            dropped,
            stop,
            intent: self.asked.intent,
            why_intent: self.asked.why.clone(),
            packing,
            degraded: material.results.degraded.clone(),
            generation: material.results.generation,
            text: fitted.text,
            stale: Vec::new(),
            moved: Vec::new(),
            session: None,
            receipt: Receipt::default(),
            replay: None,
        };
        Ok(material.basis.finish(bundle, imprints))
    }
}

/// How likely the files of the items are all that the answer needs.
fn sufficiency(items: &[Item], results: &SearchResults) -> f64 {
    let shown: BTreeSet<&RepoPath> = items.iter().map(|item| &item.path).collect();
    let of_file: BTreeMap<&RepoPath, f64> = results.hits.iter().map(|hit| (&hit.path, hit.confidence)).collect();
    confidence::sufficiency(shown.iter().filter_map(|path| of_file.get(*path).copied()))
}

/// What the pieces offer, with a quota for each role that the policy limits.
fn offers(pieces: &[Piece<'_>], ladders: &[Vec<View>], policy: &Policy) -> Offers {
    let mut files: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    let limited: Vec<Role> = policy.quotas.keys().copied().collect();
    for piece in pieces {
        let count = files.len();
        files.entry(&piece.page.document.path).or_insert(count);
    }
    let offer = |(piece, views): (&Piece<'_>, &Vec<View>)| Offer {
        file: files[&piece.page.document.path],
        relevance: piece.label.relevance,
        worths: views.iter().map(|view| view.worth).collect(),
        is_required: piece.label.origin.is_required(),
        quota: limited.iter().position(|role| *role == piece.page.document.role),
    };
    let offers = pieces.iter().zip(ladders).map(offer).collect();
    Offers { offers, quotas: policy.quotas.values().copied().collect(), goal: policy.goal }
}

/// The rendered views of all pieces, with their frames.
fn sheets(request: &Request, style: Style, pieces: &[Piece<'_>], ladders: &[Vec<View>]) -> Sheets {
    // Where nothing is left of a session's budget the text is empty.
    let bare = if request.budget == 0 { Frame::default() } else { style.bare_frame() };
    Sheets {
        ladders: pieces.iter().zip(ladders).map(|(piece, views)| rendered(style, piece, views)).collect(),
        order: order(pieces),
        titled: if is_later(request) { bare.clone() } else { style.titled_frame(&request.query) },
        bare,
    }
}

/// The order of the text: what is required, then by the relevance of the file, then by its lines.
fn order(pieces: &[Piece<'_>]) -> Vec<usize> {
    let mut best: BTreeMap<&RepoPath, (bool, f64)> = BTreeMap::new();
    for piece in pieces {
        let slot = best.entry(&piece.page.document.path).or_insert((false, 0.0));
        slot.0 |= piece.label.origin.is_required();
        slot.1 = slot.1.max(piece.label.relevance);
    }
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by(|left, right| {
        let [left, right] = [&pieces[*left], &pieces[*right]];
        let [left_path, right_path] = [&left.page.document.path, &right.page.document.path];
        let (one, other) = (best[left_path], best[right_path]);
        other
            .0
            .cmp(&one.0)
            .then(other.1.total_cmp(&one.1))
            .then(left_path.cmp(right_path))
            .then(left.bytes.cmp(&right.bytes))
    });
    order
}

fn rendered(style: Style, piece: &Piece<'_>, views: &[View]) -> Vec<String> {
    let document = piece.page.document;
    let heading = Heading {
        path: &document.path,
        lines: piece.page.lines(piece.bytes),
        symbol: piece.label.symbol.as_deref(),
        language: document.language,
    };
    views.iter().map(|view| style.section(&heading, view.level, &view.body)).collect()
}
