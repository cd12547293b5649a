//! Mentions of things that are defined elsewhere.
//!
//! Never here: what they resolve to.

use super::captures::Mention;
use super::{Reference, Span};
use crate::source::{ByteRange, EdgeKind};
use std::collections::HashSet;

/// The longest name that is kept, in bytes; a longer one is no name.
const NAME_BYTES: usize = 200;

/// The references of `mentions`, which are ordered by position: one for each kind, name and enclosing definition.
pub(super) fn build(text: &str, mentions: &[Mention], spans: &[Span]) -> Vec<Reference> {
    let mut seen: HashSet<(EdgeKind, &str, Option<u32>)> = HashSet::with_capacity(mentions.len());
    let mut references = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let bytes = ByteRange { start: mention.start, end: mention.end };
        let Some(name) = name(mention.kind, bytes.slice(text)) else { continue };
        let span = smallest_around(spans, bytes);
        if seen.insert((mention.kind, name, span)) {
            references.push(Reference { kind: mention.kind, name: name.to_owned(), line: mention.line, span });
        }
    }
    references
}

/// The name in `written`: an import loses the quotes or angle brackets around it. A type of one letter is a parameter.
fn name(kind: EdgeKind, written: &str) -> Option<&str> {
    let written = written.trim();
    let name = match kind {
        EdgeKind::Import => written.trim_matches(['"', '\'', '`', '<', '>']).trim(),
        _ => written,
    };
    let least = if kind == EdgeKind::Reference { 2 } else { 1 };
    ((least..=NAME_BYTES).contains(&name.len()) && !name.contains('\n')).then_some(name)
}

/// The index of the smallest span that holds all of `bytes`.
pub(super) fn smallest_around(spans: &[Span], bytes: ByteRange) -> Option<u32> {
    let mut candidate = spans.partition_point(|span| span.bytes.start <= bytes.start).checked_sub(1)?;
    loop {
        let span = spans.get(candidate)?;
        if span.bytes.contains(bytes) {
            // Of several names of one declaration, which stand side by side, the first stands for it.
            let before = spans.get(..candidate)?.iter().rev();
            return Some((candidate - before.take_while(|other| other.bytes == span.bytes).count()) as u32);
        }
        candidate = span.parent? as usize;
    }
}
