//! From candidates to pieces: widened to their definitions, joined where they touch, each byte in one piece only.

use crate::assemble::candidate::{Candidate, Found, Label};
use crate::assemble::page::Page;
use crate::assemble::render::Level;
use crate::parse::Span;
use crate::source::ByteRange;
use std::collections::BTreeMap;

/// A definition up to this size is shown with the part of it that was found.
const MAX_WIDENED_BYTES: usize = 3_200;

/// Neighbours are joined up to this size.
const MAX_JOINED_BYTES: usize = 6_400;

/// The same text in two files is shown once when it is at least this long.
const MIN_COPIED_BYTES: usize = 240;

/// A part of one document that is shown as one.
pub(crate) struct Piece<'a> {
    pub(crate) page: &'a Page<'a>,
    pub(crate) label: Label,
    /// What may be shown.
    pub(crate) bytes: ByteRange,
    /// What was found.
    pub(crate) found: Vec<ByteRange>,
    /// The candidates that are in it, best first.
    pub(crate) candidates: Vec<usize>,
    /// The level at which a session sent it before.
    pub(crate) replaces: Option<Level>,
}

/// The pieces, best first, and the candidates that show nothing new.
pub(crate) struct Pieces<'a> {
    pub(crate) pieces: Vec<Piece<'a>>,
    pub(crate) duplicates: Vec<usize>,
    pub(crate) below_floor: Vec<usize>,
}

/// Makes pieces of `candidates` that are at least as relevant as `floor`; `pages` holds the document of each. The most
/// relevant candidate chooses first.
pub(crate) fn pieces<'a>(candidates: &[Candidate], pages: &[&'a Page<'a>], floor: f64) -> Pieces<'a> {
    let is_above = |position: &usize| candidates[*position].label.relevance >= floor;
    let (mut order, below_floor): (Vec<usize>, Vec<usize>) = (0..candidates.len()).partition(is_above);
    let key = |candidate: usize| (candidates[candidate].is_required(), candidates[candidate].label.relevance);
    order.sort_by(|left, right| {
        let (left, right) = (key(*left), key(*right));
        right.0.cmp(&left.0).then(right.1.total_cmp(&left.1))
    });
    let mut gathering = Gathering { pieces: Vec::new(), duplicates: Vec::new(), texts: BTreeMap::new() };
    for position in order {
        gathering.add(position, &candidates[position], pages[position]);
    }
    let Gathering { mut pieces, mut duplicates, .. } = gathering;
    for piece in &mut pieces {
        piece.bytes = piece.page.trimmed(piece.bytes);
    }
    duplicates.sort_unstable();
    Pieces { pieces, duplicates, below_floor }
}

struct Gathering<'a> {
    pieces: Vec<Piece<'a>>,
    duplicates: Vec<usize>,
    /// The text of every longer piece, with its position: a copy of it elsewhere shows nothing new.
    texts: BTreeMap<&'a str, usize>,
}

impl<'a> Gathering<'a> {
    fn add(&mut self, position: usize, candidate: &Candidate, page: &'a Page<'a>) {
        let in_same = || self.pieces.iter().enumerate().filter(|(_, piece)| is_same(piece.page, page));
        let shown: Vec<ByteRange> = in_same().map(|(_, piece)| piece.bytes).collect();
        let wanted = found_bytes(page, candidate.found);
        let uncovered = longest_uncovered(wanted, &shown).filter(|found| !page.trimmed(*found).is_empty());
        let Some(found) = uncovered else {
            let around = in_same().find(|(_, piece)| overlaps(piece.bytes, wanted)).map(|(index, _)| index);
            return self.merge(position, candidate, around);
        };
        let widened = widened(page, found).filter(|wide| shown.iter().all(|other| !overlaps(*wide, *other)));
        let bytes = widened.unwrap_or(found);
        let text = page.trimmed(bytes).slice(&page.document.text);
        let is_long = text.len() >= MIN_COPIED_BYTES;
        if let Some(original) = self.texts.get(text).filter(|_| is_long) {
            return self.merge(position, candidate, Some(*original));
        }
        // What is required is as small as it can be, so that it fits.
        let is_alone = |piece: &Piece<'_>| candidate.is_required() || piece.label.origin.is_required();
        let joinable = self
            .pieces
            .iter()
            .position(|piece| is_same(piece.page, page) && is_joinable(piece.bytes, bytes) && !is_alone(piece));
        self.texts.insert(text, joinable.unwrap_or(self.pieces.len()));
        match joinable.and_then(|joinable| self.pieces.get_mut(joinable)) {
            Some(piece) => {
                piece.bytes =
                    ByteRange { start: piece.bytes.start.min(bytes.start), end: piece.bytes.end.max(bytes.end) };
                piece.found.push(found);
                piece.candidates.push(position);
            }
            None => self.pieces.push(Piece {
                page,
                label: candidate.label.clone(),
                bytes,
                found: vec![found],
                candidates: vec![position],
                replaces: None,
            }),
        }
    }

    /// A candidate that shows nothing new adds the edges that led to it to the piece that shows it.
    fn merge(&mut self, position: usize, candidate: &Candidate, piece: Option<usize>) {
        if let Some(piece) = piece.and_then(|piece| self.pieces.get_mut(piece)) {
            piece.label.edges.extend(candidate.label.edges.iter().cloned());
        }
        self.duplicates.push(position);
    }
}

/// A definition from the start of its doc.
pub(crate) fn with_doc(span: &Span) -> ByteRange {
    let start = span.doc.map_or(span.bytes.start, |doc| doc.start.min(span.bytes.start));
    ByteRange { start, end: span.bytes.end }
}

fn is_same(one: &Page<'_>, other: &Page<'_>) -> bool {
    one.document.path == other.document.path
}

fn overlaps(one: ByteRange, other: ByteRange) -> bool {
    one.start < other.end && other.start < one.end
}

fn is_joinable(one: ByteRange, other: ByteRange) -> bool {
    (one.end == other.start || other.end == one.start) && one.len() + other.len() <= MAX_JOINED_BYTES
}

pub(crate) fn found_bytes(page: &Page<'_>, found: Found) -> ByteRange {
    let parsed = &page.document.parsed;
    let whole = || ByteRange { start: 0, end: page.document.text.len() as u32 };
    match found {
        Found::Definition(span) => parsed.spans.get(span).map_or_else(whole, |span| page.indented(with_doc(span))),
        Found::Chunk(chunk) => parsed.chunks.get(chunk).map_or_else(whole, |chunk| chunk.bytes),
        Found::Lines(lines) => page.bytes(lines),
    }
}

/// The longest part of `bytes` outside all of `shown`.
fn longest_uncovered(bytes: ByteRange, shown: &[ByteRange]) -> Option<ByteRange> {
    let mut shown: Vec<ByteRange> = shown.iter().copied().filter(|other| overlaps(bytes, *other)).collect();
    shown.sort();
    let mut gaps = Vec::new();
    let mut start = bytes.start;
    for other in shown {
        gaps.push(ByteRange { start, end: other.start.max(start) });
        start = start.max(other.end);
    }
    gaps.push(ByteRange { start, end: bytes.end.max(start) });
    gaps.into_iter().filter(|gap| !gap.is_empty()).max_by_key(|gap| (gap.len(), u32::MAX - gap.start))
}

/// Whole lines of the smallest definition around `found`, if it is small enough.
fn widened(page: &Page<'_>, found: ByteRange) -> Option<ByteRange> {
    let core = page.trimmed(found);
    let spans = page.document.parsed.spans.iter().map(with_doc);
    let around = spans.filter(|span| span.contains(core)).min_by_key(|span| span.len())?;
    let lines = page.bytes(page.lines(around));
    let wide = ByteRange { start: lines.start.min(found.start), end: lines.end.max(found.end) };
    (wide.len() <= MAX_WIDENED_BYTES).then_some(wide)
}
