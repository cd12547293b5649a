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
pub(super) fn build(text: &str, mentions: &[Mention<'_>], spans: &[Span]) -> Vec<Reference> {
    let mut seen: HashSet<(EdgeKind, &str, Option<u32>)> = HashSet::new();
    let mut references = Vec::new();
    for mention in mentions {
        let Some(name) = text.get(mention.node.byte_range()).and_then(|written| name(mention.kind, written)) else {
            continue;
        };
        let start = mention.node.start_byte() as u32;
        let span = smallest_around(spans, ByteRange { start, end: start + 1 });
        if seen.insert((mention.kind, name, span)) {
            let line = mention.node.start_position().row as u32 + 1;
            references.push(Reference { kind: mention.kind, name: name.to_owned(), line, span });
        }
    }
    references
}

/// The name in `written`: an import loses the quotes or angle brackets around it.
fn name(kind: EdgeKind, written: &str) -> Option<&str> {
    let written = written.trim();
    let name = match kind {
        EdgeKind::Import => written.trim_matches(['"', '\'', '`', '<', '>']).trim(),
        _ => written,
    };
    (!name.is_empty() && name.len() <= NAME_BYTES && !name.contains('\n')).then_some(name)
}

/// The index of the smallest span that holds all of `bytes`.
pub(super) fn smallest_around(spans: &[Span], bytes: ByteRange) -> Option<u32> {
    let mut candidate = spans.partition_point(|span| span.bytes.start <= bytes.start).checked_sub(1)?;
    loop {
        let span = spans.get(candidate)?;
        if span.bytes.contains(bytes) {
            return Some(candidate as u32);
        }
        candidate = span.parent? as usize;
    }
}
