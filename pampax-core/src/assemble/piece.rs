//! From candidates to pieces: widened to their definitions, joined where they touch, each byte in one piece only.

use crate::assemble::page::Page;
use crate::parse::Span;
use crate::search::{Contribution, Hit};
use crate::source::{ByteRange, SpanId, SpanKind};

/// A definition up to this size is shown with the part of it that was found.
const MAX_WIDENED_BYTES: usize = 3_200;

/// Neighbours are joined up to this size.
const MAX_JOINED_BYTES: usize = 6_400;

/// What a piece is called and why it is there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Label {
    pub(crate) symbol: Option<String>,
    pub(crate) kind: Option<SpanKind>,
    pub(crate) span_id: Option<SpanId>,
    pub(crate) score: f64,
    pub(crate) contributions: Vec<Contribution>,
}

impl Label {
    pub(crate) fn of(hit: &Hit) -> Label {
        Label {
            symbol: hit.symbol.clone(),
            kind: hit.kind,
            span_id: hit.span_id,
            score: hit.score,
            contributions: hit.contributions.clone(),
        }
    }
}

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
}

/// The pieces, best first, and the candidates that show nothing new.
pub(crate) struct Pieces<'a> {
    pub(crate) pieces: Vec<Piece<'a>>,
    pub(crate) duplicates: Vec<usize>,
}

/// Makes pieces of `hits`, best first; `pages` holds the document of each.
pub(crate) fn pieces<'a>(hits: &[Hit], pages: &[&'a Page<'a>]) -> Pieces<'a> {
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    let mut duplicates = Vec::new();
    for (candidate, (hit, page)) in hits.iter().zip(pages).enumerate() {
        let shown: Vec<ByteRange> =
            pieces.iter().filter(|piece| is_same(piece.page, page)).map(|piece| piece.bytes).collect();
        let Some(found) = longest_uncovered(found_bytes(page, hit), &shown) else {
            duplicates.push(candidate);
            continue;
        };
        if page.trimmed(found).is_empty() {
            duplicates.push(candidate);
            continue;
        }
        let widened = widened(page, found).filter(|wide| shown.iter().all(|other| !overlaps(*wide, *other)));
        let bytes = widened.unwrap_or(found);
        match pieces.iter_mut().find(|piece| is_same(piece.page, page) && is_joinable(piece.bytes, bytes)) {
            Some(piece) => {
                piece.bytes =
                    ByteRange { start: piece.bytes.start.min(bytes.start), end: piece.bytes.end.max(bytes.end) };
                piece.found.push(found);
                piece.candidates.push(candidate);
            }
            None => pieces.push(Piece {
                page,
                label: Label::of(hit),
                bytes,
                found: vec![found],
                candidates: vec![candidate],
            }),
        }
    }
    for piece in &mut pieces {
        piece.bytes = piece.page.trimmed(piece.bytes);
    }
    Pieces { pieces, duplicates }
}

/// The `span`-th definition of a page with its doc.
pub(crate) fn definition<'a>(page: &'a Page<'a>, span: usize) -> Option<Piece<'a>> {
    let definition = page.document.parsed.spans.get(span)?;
    let bytes = page.trimmed(with_doc(definition));
    let label = Label {
        symbol: Some(definition.qualified_name.clone()),
        kind: Some(definition.kind),
        span_id: page.document.span_id(span),
        ..Label::default()
    };
    Some(Piece { page, label, bytes, found: vec![bytes], candidates: Vec::new() })
}

fn with_doc(span: &Span) -> ByteRange {
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

/// The chunk that the hit is, or its lines when it is not a whole chunk.
fn found_bytes(page: &Page<'_>, hit: &Hit) -> ByteRange {
    let chunks = page.document.parsed.chunks.iter().filter(|chunk| chunk.lines == hit.lines());
    // Of several chunks on one line the bytes decide; elsewhere the lines do, whatever the file's encoding.
    chunks
        .clone()
        .find(|chunk| chunk.bytes == hit.bytes)
        .or(chunks.clone().next())
        .map_or_else(|| page.bytes(hit.lines()), |chunk| chunk.bytes)
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
