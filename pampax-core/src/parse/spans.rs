//! Definitions as spans: names, qualified names, signatures, doc comments and nesting.
//!
//! Never here: which nodes are definitions (the query files).

use super::captures::Found;
use super::grammar::Grammar;
use super::lines::{LineIndex, border_before};
use super::surroundings::{Place, places};
use super::{Span, clauses};
use crate::source::{ByteRange, SpanKind};
use std::cmp::Reverse;
use tree_sitter::{Node, Tree};

/// How deep keys of a data format are followed.
const KEY_DEPTH: usize = 4;
/// How many keys of a data format are kept.
const KEY_COUNT: usize = 4_000;
/// The longest name that is kept, in bytes.
const NAME_BYTES: usize = 200;

/// How far before a name the word is looked for that makes it a constant, in bytes.
const CONSTANT_BYTES: usize = 100;

/// A definition before it is nested into others.
struct Draft {
    kind: SpanKind,
    name: String,
    qualifier: String,
    bytes: ByteRange,
    signature: ByteRange,
    doc: Option<ByteRange>,
}

/// The spans of `definitions`, which were found in `tree`.
pub(super) fn build(
    (text, lines): (&str, &LineIndex),
    tree: &Tree,
    definitions: &[Found<'_>],
    grammar: &Grammar,
) -> Vec<Span> {
    let places = places(tree, definitions, grammar);
    let mut drafts: Vec<Draft> =
        definitions.iter().zip(&places).filter_map(|(found, place)| draft(text, found, place)).collect();
    drafts.sort_by_key(|draft| (draft.bytes.start, Reverse(draft.bytes.end), draft.signature.start));
    let mut nest = Nest { spans: Vec::with_capacity(drafts.len()), open: Vec::new(), lines };
    for draft in drafts {
        if nest.admits(&draft, grammar.row.is_data) {
            nest.add(draft);
        }
    }
    if grammar.row.has_clauses { clauses::join(nest.spans) } else { nest.spans }
}

fn draft(text: &str, found: &Found<'_>, place: &Place) -> Option<Draft> {
    let written = text.get(found.name.byte_range())?;
    let (path, last) = match found.kind {
        SpanKind::Rule => ("", written),
        kind if is_free_text(kind) => ("", symbol(written)),
        SpanKind::Module if !written.contains("::") => dotted(written),
        _ => parted(symbol(written)),
    };
    let name = name(last)?;
    let written = found.qualifier.and_then(|node| text.get(node.byte_range())).unwrap_or(path);
    let qualifier = plain_name(written);
    let bytes = trimmed(text, place.start, place.end)?;
    let docstring = found.docstring.map(|node| (node.start_byte(), node.end_byte()));
    let signature = signature(text, found, place).unwrap_or(bytes);
    let is_constructor = found.kind == SpanKind::Function && qualifier.rsplit('.').next() == Some(&name);
    Some(Draft {
        kind: match found.kind {
            SpanKind::Variable if is_constant(text, signature.start as usize, found.name.start_byte()) => {
                SpanKind::Constant
            }
            _ if is_constructor => SpanKind::Constructor,
            kind => kind,
        },
        name,
        qualifier,
        bytes,
        signature,
        doc: docstring.or(place.doc).and_then(|(start, end)| trimmed(text, start, end)),
    })
}

fn signature(text: &str, found: &Found<'_>, place: &Place) -> Option<ByteRange> {
    let body = found.body.or_else(|| found.node.child_by_field_name("body"));
    let end = body.map_or(place.end, |body: Node<'_>| body.start_byte());
    trimmed(text, place.head, end)
}

/// The range from `start` to `end` without white space at its end; none when nothing is left.
fn trimmed(text: &str, start: usize, end: usize) -> Option<ByteRange> {
    let kept = text.get(start..end)?.trim_end();
    (!kept.is_empty()).then(|| ByteRange { start: start as u32, end: (start + kept.len()) as u32 })
}

/// Whether names of this kind are headings, keys, selectors and the like, in which `::` parts nothing.
fn is_free_text(kind: SpanKind) -> bool {
    use SpanKind::{Element, Key, Rule, Section, Target};
    matches!(kind, Element | Key | Rule | Section | Target)
}

/// Whether a variable is declared to be a constant, by a word between `start` and its name, or before `start` in the
/// same statement on the same line, as for `b` of `const a = 1, b = 2`.
fn is_constant(text: &str, start: usize, name: usize) -> bool {
    let line = text.get(border_before(text, start.saturating_sub(CONSTANT_BYTES))..start).unwrap_or("");
    let statement = line.rsplit(['\n', ';', '{', '}']).next().unwrap_or("");
    let own = text.get(start..name).unwrap_or("");
    let mut words = statement.split_whitespace().chain(own.split_whitespace());
    words.any(|word| matches!(word, "const" | "constexpr" | "constinit"))
}

/// `a::b<c::d>::e` as the path `a::b<c::d>` and the last part `e`; the path is empty in other names.
fn parted(written: &str) -> (&str, &str) {
    // Conversion operators name a type, which may have a path of its own.
    let before_type = written.find("operator").unwrap_or(written.len());
    let before_arguments = written.find('(').unwrap_or(written.len());
    let mut depth = 0_u32;
    let separator =
        written.as_bytes()[..before_type.min(before_arguments)].iter().enumerate().rev().find(|(at, byte)| {
            match byte {
                b'>' => depth += 1,
                b'<' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && **byte == b':' && *at > 0 && written.as_bytes()[at - 1] == b':'
        });
    match separator.map(|(at, _)| at) {
        Some(at) => (written.get(..at - 1).unwrap_or(""), written.get(at + 1..).unwrap_or(written)),
        None => ("", written),
    }
}

/// A name as it is kept: without quotes around it, white space inside it as one space each.
/// What a symbol of Ruby, such as `:name`, stands for; anything else as it is.
fn symbol(written: &str) -> &str {
    written.strip_prefix(':').filter(|rest| rest.starts_with(char::is_alphabetic)).unwrap_or(written)
}

/// The path and the last part of a module's name, such as `Ecto.Query`.
fn dotted(written: &str) -> (&str, &str) {
    match written.rsplit_once('.') {
        Some((path, last)) if last.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') => (path, last),
        _ => ("", written),
    }
}

fn name(written: &str) -> Option<String> {
    let unquoted = unquoted(written);
    // The name of a conversion operator of C++ comes with its parameters.
    let is_conversion = unquoted.starts_with("operator ") && !unquoted.starts_with("operator ()");
    let plain = if is_conversion { unquoted.split('(').next().unwrap_or(unquoted) } else { unquoted };
    let mut name = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    name.truncate(border_before(&name, NAME_BYTES));
    (!name.is_empty()).then_some(name)
}

/// `written` without white space and quotation marks around it.
pub(super) fn unquoted(written: &str) -> &str {
    let written = written.trim();
    // Only a pair: `foldl'` is a name.
    let inside = |quote: char| written.strip_prefix(quote)?.strip_suffix(quote);
    ['"', '\'', '`'].into_iter().find_map(inside).unwrap_or(written)
}

/// Qualifiers of JavaScript that name no type.
const NO_QUALIFIERS: &[&str] = &["exports", "module.exports", "window", "globalThis", "self", "this"];

/// A qualifier as a part of a qualified name: no generic arguments, pointer marks or spaces, parts joined with dots.
fn plain_name(written: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for letter in written.chars() {
        match letter {
            '<' | '[' | '(' => depth += 1,
            '>' | ']' | ')' => depth = depth.saturating_sub(1),
            '*' | '&' => {}
            _ if letter.is_whitespace() || depth > 0 => {}
            ':' | '\\' | '/' | '.' if plain.is_empty() || plain.ends_with('.') => {}
            ':' | '\\' | '/' => plain.push('.'),
            _ => plain.push(letter),
        }
    }
    plain.truncate(plain.trim_end_matches('.').len());
    plain.truncate(plain.trim_end_matches(".prototype").len());
    if NO_QUALIFIERS.contains(&plain.as_str()) {
        plain.clear();
    }
    plain.truncate(border_before(&plain, NAME_BYTES));
    plain
}

/// Spans as they are nested, in their final order.
struct Nest<'lines> {
    spans: Vec<Span>,
    /// The spans around the current position, outermost first.
    open: Vec<usize>,
    lines: &'lines LineIndex,
}

impl Nest<'_> {
    /// Moves to the place of `draft`; says whether it is kept.
    fn admits(&mut self, draft: &Draft, is_data: bool) -> bool {
        let encloses = |span: &Span| draft.bytes.start < span.bytes.end && span.bytes != draft.bytes;
        while self.open.last().is_some_and(|top| !encloses(&self.spans[*top])) {
            self.open.pop();
        }
        let Some(parent) = self.open.last().map(|top| &self.spans[*top]) else {
            return !is_data || self.spans.len() < KEY_COUNT;
        };
        let is_local = is_function(parent.kind)
            && matches!(draft.kind, SpanKind::Variable | SpanKind::Constant | SpanKind::Field | SpanKind::Property);
        let is_too_many = is_data && (self.open.len() >= KEY_DEPTH || self.spans.len() >= KEY_COUNT);
        parent.bytes.contains(draft.bytes) && !is_local && !is_too_many
    }

    fn add(&mut self, draft: Draft) {
        let parent = self.open.last().copied();
        let prefix = parent.map(|parent| self.spans[parent].qualified_name.as_str());
        let parts = [prefix.unwrap_or_default(), &draft.qualifier, &draft.name];
        let qualified_name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        let is_of_type =
            |name: &str| parent.is_some_and(|at| is_type(self.spans[at].kind) && self.spans[at].name == name);
        let is_member = !draft.qualifier.is_empty() || parent.is_some_and(|parent| is_type(self.spans[parent].kind));
        let kind = match draft.kind {
            SpanKind::Function | SpanKind::Method if is_of_type(&draft.name) => SpanKind::Constructor,
            SpanKind::Function if is_member => SpanKind::Method,
            kind => kind,
        };
        self.open.push(self.spans.len());
        self.spans.push(Span {
            kind,
            name: draft.name,
            qualified_name,
            bytes: draft.bytes,
            lines: self.lines.lines(draft.bytes),
            signature: draft.signature,
            doc: draft.doc,
            parent: parent.map(|parent| parent as u32),
        });
    }
}

/// Whether definitions of this kind hold statements, so that values inside are local.
pub(super) fn is_function(kind: SpanKind) -> bool {
    matches!(kind, SpanKind::Function | SpanKind::Method | SpanKind::Constructor)
}

/// Whether functions inside a definition of this kind are its methods.
pub(super) fn is_type(kind: SpanKind) -> bool {
    use SpanKind::{Class, Enum, Impl, Interface, Struct, Trait};
    matches!(kind, Class | Struct | Enum | Interface | Trait | Impl)
}
