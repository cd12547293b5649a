//! The pieces of a file that are searched and returned as one.
//!
//! A chunk costs something when it is small or large, when it starts deep inside a definition, and when it holds
//! what should be apart; the split with the least cost is taken.
//!
//! Never here: where a text may be cut (`borders.rs`).

use super::borders::Border;
use super::lines::LineIndex;
use super::spans::is_function;
use super::{Chunk, Span};
use crate::source::ByteRange;

/// The size in bytes that a chunk should have.
const TARGET_BYTES: u32 = 1_500;
/// What a chunk of no size costs; half the target costs a quarter of it.
const SMALL: u64 = 100;
/// What each target above the target costs.
const LARGE: u64 = 200;
/// The bytes that the `approximate` tokenizer takes for one token. The definition of that tokenizer: the bytes of the
/// text in UTF-8 divided by this, rounded up.
const TOKEN_BYTES: u32 = 4;

/// The most bytes that a chunk of `max_chunk_tokens` may have.
pub(super) fn max_bytes(max_chunk_tokens: u32) -> u32 {
    max_chunk_tokens.max(1).saturating_mul(TOKEN_BYTES)
}

/// Splits `text` at the best of `borders`; a chunk has at most `max_bytes`.
pub(super) fn build(
    (text, lines): (&str, &LineIndex),
    spans: &[Span],
    borders: &[Border],
    max_bytes: u32,
) -> Vec<Chunk> {
    if text.is_empty() {
        return Vec::new();
    }
    let end = text.len() as u32;
    let mut start = 0;
    let mut chunks = Vec::new();
    for cut in best_cuts(borders, end, max_bytes).into_iter().chain([end]) {
        let bytes = ByteRange { start, end: cut };
        let content = content(text, bytes);
        let (span, inside) = owner(spans, content);
        let breadcrumb = breadcrumb(spans, inside);
        let tokens = (bytes.end - bytes.start).div_ceil(TOKEN_BYTES);
        chunks.push(Chunk { bytes, lines: lines.lines(bytes), span, breadcrumb, tokens });
        start = cut;
    }
    chunks
}

/// The borders at which to cut, of least cost together.
fn best_cuts(borders: &[Border], end: u32, max_bytes: u32) -> Vec<u32> {
    let edge = |at| Border { at, cut: 0, join: 0 };
    let places: Vec<Border> = [edge(0)].into_iter().chain(borders.iter().copied()).chain([edge(end)]).collect();
    let target = u64::from(TARGET_BYTES.min(max_bytes));
    // For each place: the least cost of the text before it, and the cut before it in that split.
    let mut best: Vec<(u64, usize)> = vec![(0, 0)];
    for (index, place) in places.iter().enumerate().skip(1) {
        let mut joined = 0;
        let mut least = (u64::MAX, index - 1);
        for from in (0..index).rev() {
            let size = place.at - places[from].at;
            if size > max_bytes && from + 1 < index {
                break;
            }
            let cost = best[from].0 + joined + size_cost(u64::from(size), target);
            if cost < least.0 {
                least = (cost, from);
            }
            joined += u64::from(places[from].join);
        }
        best.push((least.0.saturating_add(u64::from(place.cut)), least.1));
    }
    let back = std::iter::successors(best.last().map(|last| last.1), |at| Some(best[*at].1));
    let mut cuts: Vec<u32> = back.take_while(|at| *at > 0).map(|at| places[at].at).collect();
    cuts.reverse();
    cuts
}

fn size_cost(size: u64, target: u64) -> u64 {
    match target.checked_sub(size) {
        Some(missing) => SMALL * missing * missing / (target * target),
        None => LARGE * (size - target) / target,
    }
}

/// `bytes` without white space at both ends, and without what closes the definitions around it at its end; all of it
/// when there is nothing else.
fn content(text: &str, bytes: ByteRange) -> ByteRange {
    let whole = bytes.slice(text);
    let is_closing = |letter: char| letter.is_whitespace() || matches!(letter, '}' | ')' | ']' | ';' | ',');
    let mut kept = whole.trim_end_matches(is_closing);
    while let Some(rest) = kept.strip_suffix("end").filter(|rest| rest.ends_with(char::is_whitespace)) {
        kept = rest.trim_end_matches(is_closing);
    }
    let start = bytes.start + (whole.len() - whole.trim_start().len()) as u32;
    let end = bytes.start + kept.len() as u32;
    if start < end { ByteRange { start, end } } else { bytes }
}

/// The definition that a chunk is, lies in, or begins with; and the smallest one that holds all of it.
fn owner(spans: &[Span], content: ByteRange) -> (Option<u32>, Option<u32>) {
    let around = super::references::smallest_around(spans, content);
    let first = first_member(spans, content, around);
    let is_whole = |index: &u32| with_doc(&spans[*index as usize]).contains(content);
    match (first, around) {
        (Some(first), _) if is_whole(&first) => (Some(first), Some(first)),
        (_, Some(around)) if is_function(spans[around as usize].kind) => (Some(around), Some(around)),
        (first, around) => (first.or(around), around),
    }
}

/// The first definition directly in `around` of which a part lies in `content`.
fn first_member(spans: &[Span], content: ByteRange, around: Option<u32>) -> Option<u32> {
    let next = spans.partition_point(|span| span.bytes.start < content.start);
    let parent = |index: &usize| spans[*index].parent.map(|parent| parent as usize);
    let above = std::iter::successors(next.checked_sub(1), parent)
        .find(|index| spans[*index].parent == around && spans[*index].bytes.end > content.start);
    let first = above.filter(|index| Some(*index as u32) != around);
    first.or_else(|| (spans.get(next)?.bytes.start < content.end).then_some(next)).map(|index| index as u32)
}

fn with_doc(span: &Span) -> ByteRange {
    let start = span.doc.map_or(span.bytes.start, |doc| doc.start.min(span.bytes.start));
    ByteRange { start, end: span.bytes.end }
}

/// The names of the definitions from the outermost to the one at `index`.
fn breadcrumb(spans: &[Span], index: Option<u32>) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut current = index.and_then(|index| spans.get(index as usize));
    while let Some(span) = current {
        current = span.parent.and_then(|parent| spans.get(parent as usize));
        let prefix = current.map_or("", |parent| parent.qualified_name.as_str());
        let own = span.qualified_name.strip_prefix(prefix).unwrap_or(&span.qualified_name);
        let qualifier = own.strip_suffix(span.name.as_str()).unwrap_or("").trim_matches('.');
        parts.push(&span.name);
        parts.extend(Some(qualifier).filter(|qualifier| !qualifier.is_empty()));
    }
    parts.reverse();
    parts.join(" › ")
}
