//! Named pieces at a chosen level: definitions that an earlier bundle mentioned, the code around a line, whole files.
//!
//! Never here: search.

use crate::assemble::Assembler;
use crate::assemble::account::Account;
use crate::assemble::bundle::{Bundle, DropReason, Origin, Request, StopReason};
use crate::assemble::candidate::{Candidate, Found, Label};
use crate::assemble::compose::{Asked, Manner, Material, Parts};
use crate::assemble::ladder::{View, views};
use crate::assemble::page::Page;
use crate::assemble::piece::{Piece, found_bytes};
use crate::assemble::receipt::{Basis, Call};
use crate::assemble::render::{Format, Level};
use crate::assemble::session::{self, Session};
use crate::assemble::unsent::{Unsent, unsent};
use crate::assemble::{budget, bundle::Item, told};
use crate::error::{Degradation, Error, Result};
use crate::host::log::Event;
use crate::host::tokens::counter;
use crate::limits::{Limits, Watch};
use crate::search::{Document, Intent, SearchResults};
use crate::source::{LineRange, RepoPath, SpanId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which pieces to show, and how much of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Expansion {
    /// What to show: `PATH#SPAN_ID` for a definition, `PATH:LINE` for the smallest definition around a line, `PATH` for
    /// a whole file. The path is needed beside the span id: no table leads from ids to files, and looking through every
    /// file would take longer than all the rest. A file whose name holds a colon or a number sign is found first.
    /// Default: none.
    pub targets: Vec<String>,
    /// How much to show; a piece too small to have that level is shown at the next one it has. Default: full for
    /// definitions and lines, outline for files.
    pub level: Option<Level>,
    /// The most tokens the rendered text may have, from 50 to 10,000,000. Default: 5,000.
    pub budget: usize,
    /// The tokenizer that counts: a built-in name or the name of the host's counter. Default: `o200k_base`.
    pub tokenizer: String,
    /// How the text is written. Default: Markdown.
    pub format: Format,
    /// What was sent before. Default: none.
    pub session: Option<Session>,
}

impl Default for Expansion {
    fn default() -> Expansion {
        let Request { budget, tokenizer, format, .. } = Request::default();
        Expansion { targets: Vec::new(), level: None, budget, tokenizer, format, session: None }
    }
}

impl Expansion {
    /// An expansion of `targets`.
    pub fn new(targets: Vec<String>) -> Expansion {
        Expansion { targets, ..Expansion::default() }
    }

    /// This expansion at `level`.
    pub fn with_level(mut self, level: Level) -> Expansion {
        self.level = Some(level);
        self
    }
}

impl Item {
    /// What [`Expansion::targets`] calls this item: its definition, or its first line.
    pub fn target(&self) -> String {
        target(&self.path, self.span_id, self.start_line)
    }
}

fn target(path: &RepoPath, span_id: Option<SpanId>, line: u32) -> String {
    span_id.map_or_else(|| format!("{path}:{line}"), |span_id| format!("{path}#{span_id}"))
}

/// One piece to show, with the level that its kind has where none is asked for.
pub(crate) struct Wanted {
    pub(crate) candidate: Candidate,
    pub(crate) level: Level,
}

impl Assembler {
    /// The pieces that `expansion` names. What cannot be found is named in `degraded`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for no target, a path that leaves the root, a budget out of range or an unknown tokenizer;
    /// `DEADLINE_EXCEEDED`, `CANCELLED`, `INDEX_DAMAGED`, `IO`.
    pub fn expand(&self, expansion: &Expansion, limits: &Limits) -> Result<Bundle> {
        let watch = self.watch(limits);
        let expand = || self.expanded(expansion, &watch);
        watch.observer().operation(Event::AssembleExpand, expand, told::bundle)
    }

    pub(super) fn expanded(&self, expansion: &Expansion, watch: &Watch) -> Result<Bundle> {
        let call = Call::Expand(expansion.clone());
        let request = request(expansion)?;
        let counter = counter(&request.tokenizer, self.searcher.host())?;
        let (mut wanted, mut degraded) = (Vec::new(), Vec::new());
        for target in &expansion.targets {
            watch.check("expand")?;
            match self.find(target, expansion.level)? {
                Ok(piece) => wanted.push(piece),
                Err(why) => degraded.push(Degradation::new("target", why)),
            }
        }
        let policy = self.policy(&call);
        let manner = Manner { policy, style: self.style(request.format), counter: &*counter };
        let basis = self.basis(call, policy, watch)?;
        let results = SearchResults {
            hits: Vec::new(),
            degraded,
            suggestion: None,
            confidence: 0.0,
            generation: self.searcher.generation(),
        };
        compose_wanted(&request, (results, basis), wanted, manner)
    }

    /// What a target names, or why it names nothing.
    fn find(&self, target: &str, level: Option<Level>) -> Result<std::result::Result<Wanted, String>> {
        let split = |mark: char| target.rsplit_once(mark).filter(|(path, _)| !path.is_empty());
        if let Some(document) = self.searcher.document(&RepoPath::new(target)?)? {
            return Ok(Ok(self.whole(document, level.unwrap_or(Level::Outline))));
        }
        let level = level.unwrap_or(Level::Full);
        if let Some((path, id)) = split('#')
            && let Ok(id) = id.parse::<SpanId>()
        {
            let path = RepoPath::new(path)?;
            let found = self.searcher.span(id, &path)?;
            let missing = || format!("{path} has no definition {id}");
            return Ok(found.map(|(document, span)| self.definition(document, span, level)).ok_or_else(missing));
        }
        if let Some((path, line)) = split(':')
            && let (path, Ok(line)) = (RepoPath::new(path)?, line.parse::<u32>())
            && let Some(document) = self.searcher.document(&path)?
        {
            return Ok(self.around(document, line, level).ok_or_else(|| format!("{path} has no line {line}")));
        }
        Ok(Err(format!("`{target}` is not in the index; `pampax why` tells why")))
    }

    fn whole(&self, document: Arc<Document>, level: Level) -> Wanted {
        let end = document.text.lines().count().max(1) as u32;
        let label = Label::unnamed(Origin::Required);
        let found = Found::Lines(LineRange { start: 1, end });
        Wanted { candidate: Candidate { document, found, label }, level }
    }

    fn definition(&self, document: Arc<Document>, span: usize, level: Level) -> Wanted {
        let label = Label::of_definition(&document, span, Origin::Required, self.searcher.masking());
        Wanted { candidate: Candidate { document, found: Found::Definition(span), label }, level }
    }

    /// The smallest definition around a line, or the chunk that holds it.
    fn around(&self, document: Arc<Document>, line: u32, level: Level) -> Option<Wanted> {
        let holds = |lines: &LineRange| lines.start <= line && line <= lines.end;
        let spans = document.parsed.spans.iter().enumerate().filter(|(_, span)| holds(&span.lines));
        let smallest = spans.min_by_key(|(_, span)| span.bytes.len()).map(|(position, _)| position);
        if let Some(span) = smallest {
            return Some(self.definition(document, span, level));
        }
        let chunk = document.parsed.chunks.iter().position(|chunk| holds(&chunk.lines))?;
        let label = Label::unnamed(Origin::Required);
        Some(Wanted { candidate: Candidate { document, found: Found::Chunk(chunk), label }, level })
    }
}

/// The expansion as the packing sees it.
fn request(expansion: &Expansion) -> Result<Request> {
    if expansion.targets.is_empty() {
        return Err(Error::argument("targets", "at least one is needed"));
    }
    let Expansion { budget, tokenizer, format, session, .. } = expansion;
    let mut request = Request::new("", *budget);
    budget::check(request.budget, request.candidates)?;
    request.budget = session::cut(*budget, tokenizer, session.as_ref())?;
    request.tokenizer.clone_from(tokenizer);
    request.format = *format;
    request.session.clone_from(session);
    Ok(request)
}

/// Makes a bundle of what was named.
///
/// # Errors
/// `INVALID_ARGUMENT` when the counter counts more than the budget in a text without pieces.
pub(crate) fn compose_wanted(
    request: &Request,
    (results, basis): (SearchResults, Basis),
    wanted: Vec<Wanted>,
    manner: Manner<'_>,
) -> Result<Bundle> {
    let levels: Vec<Level> = wanted.iter().map(|wanted| wanted.level).collect();
    let candidates = wanted.into_iter().map(|wanted| wanted.candidate).collect();
    let material = Material { results, candidates, reached: 0, stopped: Ok(()), basis };
    let page = |candidate: &Candidate| candidate.document.clone();
    let documents: Vec<Arc<Document>> = material.candidates.iter().map(page).collect();
    let pages: Vec<Page<'_>> = documents.iter().map(|document| Page::new(document, manner.style.masking)).collect();
    let (pieces, duplicates) = distinct(&material.candidates, &pages);
    let level = |piece: &Piece<'_>| piece.candidates.first().and_then(|first| levels.get(*first)).copied();
    let ladder = |piece: &Piece<'_>| only(level(piece).unwrap_or(Level::Full), views(piece));
    let Unsent { pieces, ladders, already_sent } = unsent(pieces, material.basis.known.as_ref(), &ladder);
    let asked = Asked { intent: Intent::Symbol, why: "pieces were named".to_owned() };
    let parts = Parts {
        request,
        asked: &asked,
        material: &material,
        pieces: &pieces,
        ladders: &ladders,
        duplicates: &duplicates,
        below_floor: &[],
        already_sent: &already_sent,
    };
    let bundle = parts.bundle(manner, &|| Ok(()))?;
    Ok(settled(bundle))
}

/// One piece for each candidate, and the candidates that lie within others.
fn distinct<'a>(candidates: &[Candidate], pages: &'a [Page<'a>]) -> (Vec<Piece<'a>>, Vec<usize>) {
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    let mut duplicates = Vec::new();
    let mut order: Vec<(usize, &Candidate, &'a Page<'a>)> = candidates
        .iter()
        .zip(pages)
        .enumerate()
        .map(|(position, (candidate, page))| (position, candidate, page))
        .collect();
    let bytes = |candidate: &Candidate, page: &Page<'_>| page.trimmed(found_bytes(page, candidate.found));
    // What lies within something comes after it.
    order.sort_by_key(|(_, candidate, page)| std::cmp::Reverse(bytes(candidate, page).len()));
    for (position, candidate, page) in order {
        let bytes = bytes(candidate, page);
        let is_in = |piece: &Piece<'_>| piece.page.document.path == page.document.path && piece.bytes.contains(bytes);
        if pieces.iter().any(is_in) {
            duplicates.push(position);
            continue;
        }
        let (label, found) = (candidate.label.clone(), vec![bytes]);
        pieces.push(Piece { page, label, bytes, found, candidates: vec![position], replaces: None });
    }
    pieces.sort_by_key(|piece| piece.candidates.first().copied());
    duplicates.sort_unstable();
    (pieces, duplicates)
}

/// The view at `level`, or the next higher one that there is.
fn only(level: Level, mut views: Vec<View>) -> Vec<View> {
    let above = views.iter().take_while(|view| view.level > level).count();
    let above = above.min(views.len().saturating_sub(1));
    let is_missing = views.get(above).is_some_and(|view| view.level < level);
    views.drain(..above.saturating_sub(usize::from(is_missing)));
    views.truncate(1);
    views
}

/// Where all that was named is in or was sent before, nothing ended the packing early.
fn settled(mut bundle: Bundle) -> Bundle {
    let is_known = |reason| matches!(reason, DropReason::AlreadySent | DropReason::Duplicate);
    if bundle.stop.reason == StopReason::NoResults {
        bundle.stop.detail = "nothing that was named is in the index".to_owned();
    }
    let is_all = bundle.dropped.iter().all(|dropped| is_known(dropped.reason));
    let is_any = !bundle.items.is_empty() || !bundle.dropped.is_empty();
    if is_all && is_any {
        bundle.stop.reason = StopReason::Satisfied;
        bundle.stop.detail = match bundle.items.is_empty() {
            true => "everything that was named was sent before and still reads the same".to_owned(),
            false => "everything that was named and found is in".to_owned(),
        };
        bundle.stop.next_steps.clear();
        bundle.receipt.stop = StopReason::Satisfied;
    }
    bundle
}

impl Account<'_, '_> {
    /// The command that shows more of the first piece that is not shown in full.
    pub(super) fn expansion(&self) -> Option<String> {
        let shortened = |(piece, view): &(usize, usize)| self.parts.ladders[*piece][*view].level < Level::Full;
        let (index, _) = self.chosen().find(shortened)?;
        let piece = &self.parts.pieces[index];
        let line = piece.page.lines(piece.bytes).start;
        let target = target(&piece.page.document.path, piece.label.span_id, line);
        Some(format!("pampax expand {} --level full", quoted(&target)))
    }
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-#:@%+=,".contains(character);
    let is_word = text.chars().all(is_plain) && !text.starts_with(['-', '#']);
    if is_word { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_one_word_of_a_shell() {
        for (text, expected) in [
            ("src/a.rs#0123456789abcdef", "src/a.rs#0123456789abcdef"),
            ("my notes.md:3", "'my notes.md:3'"),
            ("it's.md:3", r"'it'\''s.md:3'"),
            ("$(x)/`y`:1", "'$(x)/`y`:1'"),
            ("#a:1", "'#a:1'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
