//! What stands further up in a file that a piece of it needs to be understood: imports, and the types around it.

use crate::assemble::piece::Piece;
use crate::parse::Span;
use crate::source::{EdgeKind, LineRange, SpanKind};
use std::collections::{BTreeSet, HashSet};

/// The most lines of imports, and the most types around a piece.
const MAX_IMPORTS: usize = 8;
const MAX_AROUND: usize = 3;

/// The lines above `piece` that show the imports it uses and the first line of each type around it, ascending; `None`
/// when there are none.
pub(super) fn rows(piece: &Piece<'_>) -> Option<Vec<u32>> {
    let first = piece.page.lines(piece.bytes).start;
    let mut rows: BTreeSet<u32> = imports(piece, first).into_iter().take(MAX_IMPORTS).collect();
    rows.extend(around(piece).into_iter().filter(|line| *line < first).take(MAX_AROUND));
    (!rows.is_empty()).then(|| rows.into_iter().collect())
}

/// The line of the name of each type, module or block around a piece, the innermost first.
fn around(piece: &Piece<'_>) -> Vec<u32> {
    let spans = &piece.page.document.parsed.spans;
    let holds = |span: &&Span| {
        is_holder(span.kind) && span.bytes.start < piece.bytes.start && span.bytes.end >= piece.bytes.end
    };
    let name_line = |span: &Span| {
        let signature = span.signature.slice(&piece.page.document.text);
        let before = signature.find(span.name.as_str()).map_or("", |at| &signature[..at]);
        span.lines.start + before.matches('\n').count() as u32
    };
    spans.iter().filter(holds).map(name_line).rev().collect()
}

fn is_holder(kind: SpanKind) -> bool {
    use SpanKind::{Class, Enum, Impl, Interface, Module, Struct, Trait};
    matches!(kind, Class | Enum | Impl | Interface | Module | Struct | Trait)
}

/// The lines of imports that bind a word of the piece.
fn imports(piece: &Piece<'_>, before: u32) -> Vec<u32> {
    let document = piece.page.document;
    let references = document.parsed.references.iter().filter(|reference| reference.kind == EdgeKind::Import);
    let lines: BTreeSet<u32> = references.map(|reference| reference.line).filter(|line| *line < before).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let used: HashSet<&str> = words(piece.bytes.slice(&document.text)).map(|(word, _)| word).collect();
    let binds = |line: &u32| {
        let text = piece.page.bytes(LineRange { start: *line, end: *line }).slice(&document.text);
        words(text).any(|(word, next)| {
            word.len() > 1 && !matches!(next, Some('.' | ':' | '/' | '\\')) && used.contains(word) && !is_keyword(word)
        })
    };
    lines.into_iter().filter(binds).collect()
}

/// Words that import statements are made of.
fn is_keyword(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "as", "const", "export", "extern", "from", "import", "include", "let", "mod", "package", "pub", "require",
        "static", "type", "use", "using", "var",
    ];
    WORDS.binary_search(&word).is_ok()
}

/// The identifiers of `text`, each with the character after it.
fn words(text: &str) -> impl Iterator<Item = (&str, Option<char>)> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(is_part)?;
        let tail = &rest[start..];
        let end = tail.find(|character| !is_part(character)).unwrap_or(tail.len());
        rest = &tail[end..];
        Some((&tail[..end], rest.chars().next()))
    })
}
