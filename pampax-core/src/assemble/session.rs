//! What was sent in earlier bundles, so that none of it is sent again while it still reads the same.
//!
//! Never here: where the state is kept; it is plain data that the host passes in and gets back.

use crate::assemble::budget::BUDGETS;
use crate::assemble::bundle::{Bundle, DropReason, Request, Stop, StopReason};
use crate::assemble::imprint::{Change, Files, Imprint, Place, Standing, standings};
use crate::assemble::render::Level;
use crate::error::{Error, Result};
use crate::source::{ByteRange, LineRange, RepoPath};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The state of a conversation that several bundles are made for. It is plain data: a host keeps it, passes it in with
/// a request, and gets the next state back in the bundle.
///
/// The texts of the bundles are meant to be appended one after another, so that the bytes of the earlier ones stay as
/// they are and prompt caches hit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Session {
    /// The most tokens that all bundles may have together. Default: no limit.
    pub budget: Option<usize>,
    /// The tokenizer that counted what was spent; `None` before the first bundle. Default: none.
    pub tokenizer: Option<String>,
    /// The tokens of all bundles so far. Default: 0.
    pub spent: usize,
    /// The bytes of the texts of all bundles so far. Default: 0.
    pub bytes: usize,
    /// How many of these bytes, from the first on, lie before the first piece that is stale; all when none is.
    /// Default: 0.
    pub prefix_bytes: usize,
    /// What was sent, in the order of the texts. Default: nothing.
    pub sent: Vec<Sent>,
}

impl Session {
    /// A session in which nothing was sent.
    pub fn new() -> Session {
        Session::default()
    }

    /// This session with a budget for all bundles together.
    pub fn with_budget(mut self, budget: usize) -> Session {
        self.budget = Some(budget);
        self
    }

    /// The tokens that are left of the budget; `None` without one.
    pub fn left(&self) -> Option<usize> {
        self.budget.map(|budget| budget.saturating_sub(self.spent))
    }
}

/// One piece that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sent {
    /// What it was. Lines, bytes and hash of the file are those of the index that answered last.
    #[serde(flatten)]
    pub imprint: Imprint,
    /// Whether it was found to read differently since; it is sent again when it is wanted then.
    pub is_stale: bool,
}

/// The budget of a request in a session: at most what the session has left. Less than a bundle can be made of is
/// nothing.
///
/// # Errors
/// `INVALID_ARGUMENT` when the session was counted by another tokenizer, or names a part of a file that cannot be one.
pub(crate) fn cut(budget: usize, tokenizer: &str, session: Option<&Session>) -> Result<usize> {
    let Some(session) = session else { return Ok(budget) };
    if let Some(other) = session.tokenizer.as_deref().filter(|other| *other != tokenizer) {
        let reason = format!("the session was counted by `{other}`, which cannot be mixed with `{tokenizer}`");
        return Err(Error::argument("tokenizer", reason));
    }
    session.sent.iter().try_for_each(|sent| sent.imprint.check("session"))?;
    let left = session.left().unwrap_or(budget);
    Ok(if left < *BUDGETS.start() { 0 } else { budget.min(left) })
}

/// The request with its budget cut to what its session has left.
///
/// # Errors
/// Those of [`cut`].
pub(crate) fn within(request: &Request) -> Result<Request> {
    let budget = cut(request.budget, &request.tokenizer, request.session.as_ref())?;
    Ok(Request { budget, ..request.clone() })
}

/// Whether a bundle for `request` follows others, so that its text is a continuation without a title.
pub(crate) fn is_later(request: &Request) -> bool {
    request.session.as_ref().is_some_and(|session| session.bytes > 0)
}

/// A part of a file that was sent and still reads the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region {
    pub(crate) bytes: ByteRange,
    pub(crate) lines: LineRange,
    pub(crate) level: Level,
}

/// A session as it stands in one snapshot.
pub(crate) struct Known {
    /// With everything at its current place, or marked as stale.
    session: Session,
    stale: Vec<Change>,
    moved: Vec<Change>,
    regions: BTreeMap<RepoPath, Vec<Region>>,
    /// The lines that were shown above other pieces.
    above: BTreeMap<RepoPath, BTreeSet<u32>>,
}

impl Known {
    /// Looks up what `session` sent.
    ///
    /// # Errors
    /// Those of reading a file.
    pub(crate) fn read(session: &Session, files: &Files<'_>) -> Result<Known> {
        let mut known = Known {
            session: session.clone(),
            stale: Vec::new(),
            moved: Vec::new(),
            regions: BTreeMap::new(),
            above: BTreeMap::new(),
        };
        let live: Vec<&Imprint> = session.sent.iter().filter(|sent| !sent.is_stale).map(|sent| &sent.imprint).collect();
        let standings = standings(&live, files)?;
        let mut sent = std::mem::take(&mut known.session.sent);
        for (sent, standing) in sent.iter_mut().filter(|sent| !sent.is_stale).zip(standings) {
            known.note(sent, &standing);
        }
        known.session.sent = sent;
        Ok(known)
    }

    fn note(&mut self, sent: &mut Sent, standing: &Standing) {
        let change = standing.change(&sent.imprint);
        match standing {
            Standing::At(place) => {
                self.moved.extend(change);
                self.place(&mut sent.imprint, *place);
            }
            Standing::Changed | Standing::Missing => {
                self.stale.extend(change);
                sent.is_stale = true;
            }
        }
    }

    fn place(&mut self, imprint: &mut Imprint, place: Place) {
        if place.content_hash != imprint.content_hash {
            // Nothing tells whether the lines above read the same.
            imprint.above.clear();
        }
        (imprint.start_line, imprint.end_line) = (place.lines.start, place.lines.end);
        (imprint.bytes, imprint.content_hash) = (place.bytes, place.content_hash);
        let region = Region { bytes: place.bytes, lines: place.lines, level: imprint.level };
        self.regions.entry(imprint.path.clone()).or_default().push(region);
        self.above.entry(imprint.path.clone()).or_default().extend(&imprint.above);
    }

    /// What was sent of a file and still reads the same.
    pub(crate) fn regions(&self, path: &RepoPath) -> &[Region] {
        self.regions.get(path).map_or(&[], Vec::as_slice)
    }

    /// Whether a line was sent as it reads in the file.
    pub(crate) fn has_line(&self, path: &RepoPath, line: u32) -> bool {
        let holds =
            |region: &Region| region.level == Level::Full && region.lines.start <= line && line <= region.lines.end;
        self.regions(path).iter().any(holds) || self.above.get(path).is_some_and(|lines| lines.contains(&line))
    }

    /// `bundle` with the state of the session after it; `imprints` are those of its items, `asked` is the budget before
    /// it was cut.
    pub(crate) fn finish(&self, mut bundle: Bundle, imprints: &[Imprint], asked: usize) -> Bundle {
        let mut session = self.session.clone();
        session.sent.extend(imprints.iter().cloned().map(|mut imprint| {
            imprint.section_start = imprint.section_start.saturating_add(session.bytes);
            Sent { imprint, is_stale: false }
        }));
        session.tokenizer = Some(bundle.tokenizer.clone());
        session.spent = session.spent.saturating_add(bundle.tokens);
        session.bytes = session.bytes.saturating_add(bundle.text.len());
        let stale = session.sent.iter().filter(|sent| sent.is_stale).map(|sent| sent.imprint.section_start).min();
        session.prefix_bytes = stale.unwrap_or(session.bytes).min(session.bytes);
        if asked > bundle.budget {
            end_of_budget(&mut bundle.stop, &self.session);
        }
        tell_sent(&mut bundle);
        bundle.stale.clone_from(&self.stale);
        bundle.moved.clone_from(&self.moved);
        bundle.session = Some(session);
        bundle
    }
}

/// Where the budget of the session was what ended the packing, that is the reason.
fn end_of_budget(stop: &mut Stop, before: &Session) {
    if !matches!(stop.reason, StopReason::BudgetReached | StopReason::RequiredOverBudget) {
        return;
    }
    let (left, budget) = (before.left().unwrap_or(0), before.budget.unwrap_or(0));
    stop.reason = StopReason::SessionBudget;
    stop.detail = format!("{left} of the {budget} tokens of the session were left: {}", stop.detail);
    stop.next_steps = vec!["a larger budget for the session, or a new session".to_owned()];
}

/// Says how much was left out because it was sent before.
fn tell_sent(bundle: &mut Bundle) {
    let count = bundle.dropped.iter().filter(|dropped| dropped.reason == DropReason::AlreadySent).count();
    if count > 0 {
        bundle.stop.detail.push_str(&format!("; {count} candidates were sent before and still read the same"));
    }
}

#[cfg(test)]
mod tests;
