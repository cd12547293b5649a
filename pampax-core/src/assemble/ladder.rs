//! One piece at each level of detail, the most detailed first.

use crate::assemble::page::Page;
use crate::assemble::piece::Piece;
use crate::assemble::render::Level;
use crate::assemble::surroundings;
use crate::parse::Span;
use crate::source::{ByteRange, Language, LineRange, SpanKind};
use std::fmt::Write;

/// Lines kept at the start of a shortened body.
const BODY_HEAD: usize = 3;
/// Lines kept at the start and the end of shortened text without definitions.
const TEXT_HEAD: usize = 8;
const TEXT_TAIL: usize = 2;
/// A gap shorter than this is shown instead of marked.
const MIN_GAP: usize = 3;
/// The most lines shown of one doc comment and of one signature.
const MAX_DOC: usize = 6;
const MAX_SIGNATURE: usize = 12;
/// The most lines kept of the definition that a piece is named for.
const MAX_NAMED: usize = 8;
/// The most names in an outline.
const MAX_OUTLINE_NAMES: usize = 40;
/// The most bytes of a line in an outline.
const MAX_OUTLINE_LINE: usize = 100;
/// A level is offered when it is at most this share of the one above, in percent.
const WORTHWHILE_PERCENT: usize = 85;

/// What a level is worth against the whole piece.
const PLACED_WORTH: f64 = 1.0;
/// A piece this relevant may be shown with the imports it uses and the types around it.
const PLACED_RELEVANCE: f64 = 0.3;
/// A piece of fewer lines has no body worth shortening.
const MIN_SHORTENED: usize = 8;
const FULL_WORTH: f64 = 0.95;
const FOUND_WORTH: f64 = 0.85;
const SHORTENED_WORTH: f64 = 0.75;
const SIGNATURES_WORTH: f64 = 0.5;
const OUTLINE_WORTH: f64 = 0.3;

/// A piece as it reads at one level.
pub(crate) struct View {
    pub(crate) level: Level,
    /// Against the whole piece, above 0 and at most 1.
    pub(crate) worth: f64,
    pub(crate) body: String,
    /// The lines from further up that the body begins with.
    pub(crate) above: Vec<u32>,
}

/// The views of `piece`, each clearly shorter than the one before; the first shows everything.
pub(crate) fn views(piece: &Piece<'_>) -> Vec<View> {
    let sheet = Sheet::new(piece);
    let full = vec![true; sheet.lines.len()];
    let whole = sheet.kept(&full);
    let is_central = !piece.label.origin.is_of_graph() && piece.label.relevance >= PLACED_RELEVANCE;
    let above = if is_central { surroundings::rows(piece) } else { None };
    let placed = above.map(|rows| {
        let body = sheet.below(&rows, &whole);
        View { level: Level::Full, worth: PLACED_WORTH, body, above: rows }
    });
    let mut views: Vec<View> = placed.into_iter().collect();
    views.push(View {
        level: Level::Full,
        worth: if views.is_empty() { PLACED_WORTH } else { FULL_WORTH },
        body: whole,
        above: Vec::new(),
    });
    let is_long = sheet.lines.len() >= MIN_SHORTENED;
    let named = piece.label.symbol.as_deref();
    let shorter = [
        (Level::Elided, FOUND_WORTH, sheet.around_found(&piece.found).filter(|_| is_long)),
        (Level::Elided, SHORTENED_WORTH, sheet.shortened(named).filter(|_| is_long)),
        (Level::Signatures, SIGNATURES_WORTH, sheet.signatures()),
    ];
    let view = |(level, worth, keep): (Level, f64, Option<Vec<bool>>)| Some((level, worth, sheet.kept(&keep?)));
    let shorter = shorter.into_iter().filter_map(view).chain([(Level::Outline, OUTLINE_WORTH, sheet.outline(named))]);
    for (level, worth, body) in shorter {
        let view = View { level, worth, body, above: Vec::new() };
        let above = views.last().map_or(0, |above| above.body.len());
        if view.body.len() * 100 <= above * WORTHWHILE_PERCENT {
            views.push(view);
        }
    }
    views
}

/// The lines of a piece and the definitions that start in it.
struct Sheet<'a> {
    page: &'a Page<'a>,
    bytes: ByteRange,
    first_line: u32,
    lines: Vec<ByteRange>,
    spans: Vec<&'a Span>,
}

impl<'a> Sheet<'a> {
    fn new(piece: &Piece<'a>) -> Sheet<'a> {
        let (page, bytes) = (piece.page, piece.bytes);
        let all = &page.document.parsed.spans;
        let first = all.partition_point(|span| span.bytes.start < bytes.start);
        let after = all.partition_point(|span| span.bytes.start < bytes.end);
        // What a function defines for itself is part of its body.
        let is_own = |span: &&Span| {
            let parent = span.parent.and_then(|parent| all.get(parent as usize));
            !parent.is_some_and(|parent| has_body(parent) && parent.bytes.start >= bytes.start)
        };
        let spans = all.get(first..after).unwrap_or(&[]).iter().filter(is_own).collect();
        Sheet { page, bytes, first_line: page.lines(bytes).start, lines: page.split(bytes), spans }
    }

    /// The rows, counted from 0 within the piece, that `bytes` touches.
    fn rows(&self, bytes: ByteRange) -> std::ops::Range<usize> {
        let LineRange { start, end } = self.page.lines(bytes);
        let row = |line: u32| (line.saturating_sub(self.first_line) as usize).min(self.lines.len());
        if bytes.end <= self.bytes.start || bytes.start >= self.bytes.end { 0..0 } else { row(start)..row(end + 1) }
    }

    fn mark(&self, keep: &mut [bool], bytes: ByteRange, most: usize) {
        for row in self.rows(bytes).take(most) {
            keep[row] = true;
        }
    }

    fn mark_signature(&self, keep: &mut [bool], span: &Span) {
        if let Some(doc) = span.doc {
            self.mark(keep, doc, MAX_DOC);
        }
        let most = if matches!(span.kind, SpanKind::Section | SpanKind::Key) { 1 } else { MAX_SIGNATURE };
        self.mark(keep, span.signature, most);
    }

    /// What was found, the signatures of the definitions around it, and the last line.
    fn around_found(&self, found: &[ByteRange]) -> Option<Vec<bool>> {
        let mut keep = vec![false; self.lines.len()];
        for found in found {
            self.mark(&mut keep, self.page.trimmed(*found), usize::MAX);
            for span in self.spans.iter().filter(|span| span.bytes.contains(*found)) {
                self.mark_signature(&mut keep, span);
            }
        }
        *keep.last_mut()? = true;
        Some(keep)
    }

    /// Everything but the inner lines of bodies; of text without bodies the start and the end.
    fn shortened(&self, named: Option<&str>) -> Option<Vec<bool>> {
        let mut keep = vec![true; self.lines.len()];
        let bodies: Vec<&&Span> = self.spans.iter().filter(|span| has_body(span)).collect();
        for span in &bodies {
            let body = ByteRange { start: span.signature.end, end: span.bytes.end.min(self.bytes.end) };
            let rows = self.rows(body);
            let last = rows.end.saturating_sub(1);
            let head = (rows.start + 1 + BODY_HEAD).min(last);
            keep[head..last].fill(false);
            self.mark_signature(&mut keep, span);
        }
        if bodies.is_empty() {
            let tail = self.lines.len().saturating_sub(TEXT_TAIL);
            keep[TEXT_HEAD.min(tail)..tail].fill(false);
        }
        // Of a body the start is kept already.
        let is_named = |span: &&&Span| !has_body(span) && Some(span.qualified_name.as_str()) == named;
        for span in self.spans.iter().filter(is_named) {
            self.mark_signature(&mut keep, span);
            self.mark(&mut keep, span.bytes, MAX_NAMED);
        }
        Some(keep)
    }

    fn signatures(&self) -> Option<Vec<bool>> {
        let mut keep = vec![false; self.lines.len()];
        self.spans.iter().for_each(|span| self.mark_signature(&mut keep, span));
        keep.contains(&true).then_some(keep)
    }

    /// The kept lines, with a mark in the place of every gap.
    fn kept(&self, keep: &[bool]) -> String {
        let mut body = String::new();
        let mut row = 0;
        while row < self.lines.len() {
            let gap = keep[row..].iter().take_while(|keep| !**keep).count();
            let is_marked = gap >= MIN_GAP;
            if is_marked {
                self.push_gap(&mut body, row, gap);
                row += gap;
            }
            let shown = if is_marked { 0 } else { gap.max(1) };
            for line in &self.lines[row..row + shown] {
                self.push_line(&mut body, *line);
            }
            row += shown;
        }
        body
    }

    fn push_line(&self, body: &mut String, line: ByteRange) {
        let text = &self.page.document.text;
        let is_cut = |at: u32, edge: Option<u8>| at != 0 && edge.is_some_and(|edge| !matches!(edge, b'\n' | b'\r'));
        let before = text.as_bytes().get((line.start as usize).wrapping_sub(1)).copied();
        if is_cut(line.start, before) {
            body.push('…');
        }
        body.push_str(self.page.shown(line).trim_end());
        if is_cut(line.end, text.as_bytes().get(line.end as usize).copied()) && !rest_is_blank(text, line.end) {
            body.push('…');
        }
        body.push('\n');
    }

    fn push_gap(&self, body: &mut String, row: usize, lines: usize) {
        let text = self.lines[row].slice(&self.page.document.text);
        let indent = &text[..text.len() - text.trim_start().len()];
        let (open, close) = comment(self.page.document.language);
        let first = self.first_line as usize + row;
        _ = writeln!(body, "{indent}{open}… lines {first}-{}{close}", first + lines - 1);
    }

    /// `body` below lines from further up in the file, which stand with a mark in the place of every gap.
    fn below(&self, above: &[u32], body: &str) -> String {
        let mut placed = String::new();
        let mut next = above.first().copied().unwrap_or(self.first_line);
        for line in above.iter().copied().chain([self.first_line]) {
            if line > next {
                let (open, close) = comment(self.page.document.language);
                _ = writeln!(placed, "{open}… lines {next}-{}{close}", line - 1);
            }
            if line < self.first_line {
                let bytes = self.page.split(self.page.bytes(LineRange { start: line, end: line }));
                bytes.first().into_iter().for_each(|bytes| self.push_line(&mut placed, *bytes));
            }
            next = line + 1;
        }
        placed + body
    }

    /// The names of the definitions with their lines; without any, the first line.
    fn outline(&self, named: Option<&str>) -> String {
        let mut outline = String::new();
        let is_named = |span: &&&Span| Some(span.qualified_name.as_str()) == named;
        let far = self.spans.iter().skip(MAX_OUTLINE_NAMES).find(is_named);
        for span in far.into_iter().chain(self.spans.iter().take(MAX_OUTLINE_NAMES - usize::from(far.is_some()))) {
            let name = &span.qualified_name;
            _ = writeln!(outline, "{}: {} {}", span.lines.start, span.kind, clipped(name.trim()));
        }
        if self.spans.len() > MAX_OUTLINE_NAMES {
            _ = writeln!(outline, "… {} more", self.spans.len() - MAX_OUTLINE_NAMES);
        }
        if outline.is_empty() {
            let line = self.lines.first().map(|line| self.page.shown(*line)).unwrap_or_default();
            _ = writeln!(outline, "{}: {}", self.first_line, clipped(line.trim()));
        }
        outline
    }
}

fn has_body(span: &Span) -> bool {
    use SpanKind::{Constructor, Function, Macro, Method, Target};
    matches!(span.kind, Function | Method | Constructor | Macro | Target)
}

fn rest_is_blank(text: &str, from: u32) -> bool {
    let rest = text.as_bytes().get(from as usize..).unwrap_or(&[]);
    rest.iter().take_while(|byte| **byte != b'\n').all(u8::is_ascii_whitespace)
}

/// `line` without line breaks, cut to the length of an outline.
fn clipped(line: &str) -> String {
    let line = line.replace(['\n', '\r'], " ");
    if line.len() <= MAX_OUTLINE_LINE {
        return line;
    }
    let end = (0..=MAX_OUTLINE_LINE).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", &line[..end])
}

/// How a comment on one line opens and closes; nothing where there are no comments.
fn comment(language: Language) -> (&'static str, &'static str) {
    use Language as L;
    match language {
        L::Rust | L::JavaScript | L::TypeScript | L::Tsx | L::Go | L::Java | L::Kotlin | L::C | L::Cpp | L::CSharp => {
            ("// ", "")
        }
        L::Php | L::Swift | L::Scala | L::Zig | L::Dart => ("// ", ""),
        L::Python | L::Ruby | L::Elixir | L::Bash | L::Yaml | L::Toml | L::Makefile | L::Dockerfile | L::CMake => {
            ("# ", "")
        }
        L::Haskell | L::Lua | L::Sql => ("-- ", ""),
        L::OCaml | L::OCamlInterface => ("(* ", " *)"),
        L::Css => ("/* ", " */"),
        L::Html => ("<!-- ", " -->"),
        L::Json | L::Markdown | L::Text => ("", ""),
    }
}
