//! Mentions of things that are defined elsewhere.
//!
//! Never here: what they resolve to.

use super::captures::Mention;
use super::receivers::receiver;
use super::{Reference, Span};
use crate::source::{ByteRange, EdgeKind, Language};
use std::borrow::Cow;
use std::collections::HashSet;

/// The longest name that is kept, in bytes; a longer one is no name.
const NAME_BYTES: usize = 200;
/// The same for an import, which may list many names.
const IMPORT_BYTES: usize = 4_000;

/// What tells one reference from another: kind, name, receiver, enclosing definition, and the line of an import.
type Kept<'t> = (EdgeKind, Cow<'t, str>, Option<String>, Option<u32>, u32);

/// The references of `mentions`, which are ordered by position: one for each kind, name, receiver and enclosing
/// definition; of imports one for each line.
pub(super) fn build(text: &str, mentions: &[Mention], spans: &[Span], language: Language) -> Vec<Reference> {
    let mut seen: HashSet<Kept<'_>> = HashSet::with_capacity(mentions.len());
    let mut references = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let bytes = ByteRange { start: mention.start, end: mention.end };
        let Some(name) = name(mention.kind, bytes.slice(text)) else { continue };
        let receiver = match mention.kind {
            EdgeKind::Import | EdgeKind::Route | EdgeKind::ConfigKey => None,
            _ => receiver(text.get(..mention.start as usize).unwrap_or(""), language),
        };
        let span = smallest_around(spans, bytes);
        // What decorates a definition is called where the definition stands.
        let span = match span.and_then(|at| spans.get(at as usize)) {
            Some(around) if mention.kind == EdgeKind::Call && bytes.end <= around.signature.start => around.parent,
            _ => span,
        };
        // Each import binds names of its own, however often it names one module.
        let line = if mention.kind == EdgeKind::Import { mention.line } else { 0 };
        let kept = (mention.kind, name, receiver, span, line);
        if !seen.contains(&kept) {
            let (kind, name, receiver) = (kept.0, kept.1.clone().into_owned(), kept.2.clone());
            references.push(Reference { kind, name, receiver, line: mention.line, span });
            seen.insert(kept);
        }
    }
    references
}

/// The name in `written`: texts lose their quotes, an import its angle brackets, white space within one is folded.
/// A type of one letter is a parameter.
fn name(kind: EdgeKind, written: &str) -> Option<Cow<'_, str>> {
    let written = written.trim();
    let (name, least, most) = match kind {
        EdgeKind::Import => (written.trim_matches(['"', '\'', '`', '<', '>']).trim(), 1, IMPORT_BYTES),
        EdgeKind::Route => (unquoted(written), 1, NAME_BYTES),
        EdgeKind::ConfigKey => (setting(unquoted(written)), 1, NAME_BYTES),
        EdgeKind::Reference => (written, 2, NAME_BYTES),
        _ => (written, 1, NAME_BYTES),
    };
    if !(least..=most).contains(&name.len()) {
        return None;
    }
    match (name.contains('\n'), kind) {
        (false, _) => Some(Cow::Borrowed(name)),
        (true, EdgeKind::Import) => Some(Cow::Owned(one_line(name))),
        (true, _) => None,
    }
}

/// A text without its quotes and the letters before them, such as `r"…"`.
fn unquoted(written: &str) -> &str {
    const QUOTES: [char; 3] = ['"', '\'', '`'];
    let start =
        written.find(QUOTES).filter(|start| written[..*start].chars().all(|c| c.is_ascii_alphabetic() || c == '@'));
    written[start.unwrap_or(0)..].trim_matches(QUOTES)
}

/// The key of a setting that may be written as a placeholder with a default: `${server.port:80}`.
fn setting(written: &str) -> &str {
    let inner = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.map_or(written, |inner| inner.split_once(':').map_or(inner, |(key, _)| key))
}

/// `text` without line comments and with single spaces.
fn one_line(text: &str) -> String {
    let bare = text.lines().flat_map(|line| line.split_once("//").map_or(line, |(code, _)| code).split_whitespace());
    bare.collect::<Vec<&str>>().join(" ")
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
