//! The compact form of one file's structure, as the catalog keeps it.
//!
//! Never here: compression, SQL. The declaration order of `SpanKind` and `EdgeKind` is part of the form: new ones go last.

use crate::parse::{Chunk, ParseDegradation, Parsed, Reference, Span};
use crate::source::{ByteRange, EdgeKind, LineRange, SpanKind};
use std::collections::HashMap;

/// The first byte of every outline.
const VERSION: u8 = 2;
/// The first version, which knew no receivers and is read as well.
const WITHOUT_RECEIVERS: u8 = 1;
/// Set in the kind of a reference that a receiver follows.
const HAS_RECEIVER: u8 = 0x80;
const DEGRADATIONS: [(u8, ParseDegradation); 3] =
    [(1, ParseDegradation::SyntaxErrors), (2, ParseDegradation::TimedOut), (3, ParseDegradation::TooDeep)];

/// `parsed` as bytes.
pub(super) fn encode(parsed: &Parsed) -> Vec<u8> {
    let Parsed { spans, chunks, references, degraded } = parsed;
    let mut sink = Sink(vec![VERSION]);
    sink.0.push(degradation_code(*degraded));
    encode_spans(&mut sink, spans);
    encode_chunks(&mut sink, chunks);
    encode_references(&mut sink, references);
    sink.0
}

/// The structure that `bytes` describe; `None` when they are not what [`encode`] wrote.
pub(super) fn decode(bytes: &[u8]) -> Option<Parsed> {
    let mut source = Source(bytes);
    if !matches!(source.byte()?, WITHOUT_RECEIVERS | VERSION) {
        return None;
    }
    let degraded = degradation_of(source.byte()?)?;
    let spans = decode_spans(&mut source)?;
    let chunks = decode_chunks(&mut source)?;
    let references = decode_references(&mut source)?;
    source.0.is_empty().then_some(Parsed { spans, chunks, references, degraded })
}

/// The stored number of a degradation; 0 for none.
pub(super) fn degradation_code(degraded: Option<ParseDegradation>) -> u8 {
    let row = degraded.and_then(|why| DEGRADATIONS.iter().find(|(_, known)| *known == why));
    row.map_or(0, |(code, _)| *code)
}

/// The degradation with this stored number; `None` when there is no such number.
pub(super) fn degradation_of(code: u8) -> Option<Option<ParseDegradation>> {
    match code {
        0 => Some(None),
        _ => DEGRADATIONS.iter().find(|(known, _)| *known == code).map(|(_, why)| Some(*why)),
    }
}

/// How a qualified name is kept: it nearly always follows from the parent's and the own name.
const JOINED: u8 = 0;
const SPELLED_OUT: u8 = 1;

fn joined_name(spans: &[Span], parent: Option<u32>, name: &str) -> String {
    match parent.and_then(|parent| spans.get(parent as usize)) {
        Some(parent) => format!("{}.{name}", parent.qualified_name),
        None => name.to_owned(),
    }
}

fn encode_spans(sink: &mut Sink, spans: &[Span]) {
    sink.number(spans.len() as u64);
    let (mut byte, mut line) = (0, 0);
    for (position, span) in spans.iter().enumerate() {
        let Span { kind, name, qualified_name, bytes, lines, signature, doc, parent } = span;
        sink.0.push(*kind as u8);
        sink.range(byte, (bytes.start, bytes.end));
        sink.range(line, (lines.start, lines.end));
        sink.range(bytes.start, (signature.start, signature.end));
        sink.0.push(u8::from(doc.is_some()));
        if let Some(doc) = doc {
            sink.range(bytes.start, (doc.start, doc.end));
        }
        sink.index(*parent);
        sink.text(name);
        if joined_name(&spans[..position], *parent, name) == *qualified_name {
            sink.0.push(JOINED);
        } else {
            sink.0.push(SPELLED_OUT);
            sink.text(qualified_name);
        }
        (byte, line) = (bytes.start, lines.start);
    }
}

fn decode_spans(source: &mut Source<'_>) -> Option<Vec<Span>> {
    let count = source.count()?;
    let mut spans: Vec<Span> = Vec::with_capacity(count);
    let (mut byte, mut line) = (0, 0);
    for _ in 0..count {
        let kind = *SpanKind::ALL.get(source.byte()? as usize)?;
        let bytes = source.bytes(byte)?;
        let lines = source.lines(line)?;
        let signature = source.bytes(bytes.start)?;
        let doc = match source.byte()? {
            0 => None,
            _ => Some(source.bytes(bytes.start)?),
        };
        let parent = source.index()?;
        let name = source.text()?.to_owned();
        let qualified_name = match source.byte()? {
            JOINED => joined_name(&spans, parent, &name),
            _ => source.text()?.to_owned(),
        };
        (byte, line) = (bytes.start, lines.start);
        spans.push(Span { kind, name, qualified_name, bytes, lines, signature, doc, parent });
    }
    Some(spans)
}

fn encode_chunks(sink: &mut Sink, chunks: &[Chunk]) {
    sink.number(chunks.len() as u64);
    let (mut byte, mut line) = (0, 0);
    for chunk in chunks {
        let Chunk { bytes, lines, span, breadcrumb, tokens } = chunk;
        sink.range(byte, (bytes.start, bytes.end));
        sink.range(line, (lines.start, lines.end));
        sink.index(*span);
        sink.text(breadcrumb);
        sink.number(u64::from(*tokens));
        (byte, line) = (bytes.end, lines.end);
    }
}

fn decode_chunks(source: &mut Source<'_>) -> Option<Vec<Chunk>> {
    let count = source.count()?;
    let mut chunks = Vec::with_capacity(count);
    let (mut byte, mut line) = (0, 0);
    for _ in 0..count {
        let bytes = source.bytes(byte)?;
        let lines = source.lines(line)?;
        let span = source.index()?;
        let breadcrumb = source.text()?.to_owned();
        let tokens = u32::try_from(source.number()?).ok()?;
        (byte, line) = (bytes.end, lines.end);
        chunks.push(Chunk { bytes, lines, span, breadcrumb, tokens });
    }
    Some(chunks)
}

fn encode_references(sink: &mut Sink, references: &[Reference]) {
    let mut positions: HashMap<&str, u64> = HashMap::new();
    let mut names = Vec::new();
    for name in references.iter().flat_map(|reference| std::iter::once(&reference.name).chain(&reference.receiver)) {
        positions.entry(name).or_insert_with(|| {
            names.push(name.as_str());
            names.len() as u64 - 1
        });
    }
    let position = |name: &str| positions.get(name).copied().unwrap_or_default();
    sink.number(names.len() as u64);
    names.iter().for_each(|name| sink.text(name));
    sink.number(references.len() as u64);
    let mut last_line = 0;
    for reference in references {
        let Reference { kind, name, receiver, line, span } = reference;
        sink.0.push(*kind as u8 | if receiver.is_some() { HAS_RECEIVER } else { 0 });
        sink.number(position(name));
        if let Some(receiver) = receiver {
            sink.number(position(receiver));
        }
        sink.signed(i64::from(*line) - last_line);
        sink.index(*span);
        last_line = i64::from(*line);
    }
}

fn decode_references(source: &mut Source<'_>) -> Option<Vec<Reference>> {
    let name_count = source.count()?;
    let names: Vec<&str> = (0..name_count).map(|_| source.text()).collect::<Option<_>>()?;
    let count = source.count()?;
    let mut references = Vec::with_capacity(count);
    let mut last_line = 0i64;
    let name = |number: u64| names.get(usize::try_from(number).ok()?).map(|name| (*name).to_owned());
    for _ in 0..count {
        let head = source.byte()?;
        let kind = *EdgeKind::ALL.get(usize::from(head & !HAS_RECEIVER))?;
        let mentioned = name(source.number()?)?;
        let receiver = match head & HAS_RECEIVER {
            0 => None,
            _ => Some(name(source.number()?)?),
        };
        last_line = last_line.checked_add(source.signed()?)?;
        let line = u32::try_from(last_line).ok()?;
        references.push(Reference { kind, name: mentioned, receiver, line, span: source.index()? });
    }
    Some(references)
}

/// Numbers are little-endian groups of seven bits; signed ones are zigzagged; texts have their length before them.
struct Sink(Vec<u8>);

impl Sink {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn index(&mut self, index: Option<u32>) {
        self.number(index.map_or(0, |index| u64::from(index) + 1));
    }

    /// A range as its distance from `origin` and its length.
    fn range(&mut self, origin: u32, (start, end): (u32, u32)) {
        self.signed(i64::from(start) - i64::from(origin));
        self.signed(i64::from(end) - i64::from(start));
    }
}

struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The number of things that follow; each takes at least a byte, so a larger number is wrong.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len()).then_some(count)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn index(&mut self) -> Option<Option<u32>> {
        match self.number()? {
            0 => Some(None),
            above => Some(Some(u32::try_from(above - 1).ok()?)),
        }
    }

    fn range(&mut self, origin: u32) -> Option<(u32, u32)> {
        let start = i64::from(origin).checked_add(self.signed()?)?;
        let end = start.checked_add(self.signed()?)?;
        Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?))
    }

    fn bytes(&mut self, origin: u32) -> Option<ByteRange> {
        self.range(origin).map(|(start, end)| ByteRange { start, end })
    }

    fn lines(&mut self, origin: u32) -> Option<LineRange> {
        self.range(origin).map(|(start, end)| LineRange { start, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn byte_range() -> impl Strategy<Value = ByteRange> {
        (any::<u32>(), any::<u32>()).prop_map(|(start, end)| ByteRange { start, end })
    }

    fn line_range() -> impl Strategy<Value = LineRange> {
        (any::<u32>(), any::<u32>()).prop_map(|(start, end)| LineRange { start, end })
    }

    fn index() -> impl Strategy<Value = Option<u32>> {
        prop::option::of(prop_oneof![0u32..5, any::<u32>()])
    }

    fn span() -> impl Strategy<Value = Span> {
        let ranges = (byte_range(), line_range(), byte_range(), prop::option::of(byte_range()));
        (prop::sample::select(SpanKind::ALL), "[a-zß.]{0,6}", "[a-zß.]{0,9}", ranges, index()).prop_map(
            |(kind, name, qualified_name, (bytes, lines, signature, doc), parent)| Span {
                kind,
                name,
                qualified_name,
                bytes,
                lines,
                signature,
                doc,
                parent,
            },
        )
    }

    fn parsed() -> impl Strategy<Value = Parsed> {
        let chunk = (byte_range(), line_range(), index(), ".{0,9}", any::<u32>())
            .prop_map(|(bytes, lines, span, breadcrumb, tokens)| Chunk { bytes, lines, span, breadcrumb, tokens });
        let receiver = prop::option::of("[a-c]{0,2}");
        let reference = (prop::sample::select(EdgeKind::ALL), "[a-c]{0,2}", receiver, any::<u32>(), index())
            .prop_map(|(kind, name, receiver, line, span)| Reference { kind, name, receiver, line, span });
        let degraded = prop::option::of(prop::sample::select(&DEGRADATIONS[..]).prop_map(|(_, why)| why));
        (
            prop::collection::vec(span(), 0..9),
            prop::collection::vec(chunk, 0..9),
            prop::collection::vec(reference, 0..9),
            degraded,
        )
            .prop_map(|(spans, chunks, references, degraded)| Parsed { spans, chunks, references, degraded })
    }

    proptest! {
        #[test]
        fn decoding_gives_back_what_was_encoded(parsed in parsed()) {
            prop_assert_eq!(decode(&encode(&parsed)), Some(parsed));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
            let with_version: Vec<u8> = [VERSION, 0].into_iter().chain(bytes).collect();
            let _ = decode(&with_version);
        }

        #[test]
        fn a_shortened_outline_is_refused(parsed in parsed(), cut in 1usize..20) {
            let bytes = encode(&parsed);
            let kept = bytes.len().saturating_sub(cut);
            prop_assert_eq!(decode(&bytes[..kept]), None);
        }
    }

    #[test]
    fn an_outline_of_the_first_version_is_read() {
        let reference = Reference { kind: EdgeKind::Call, name: "f".to_owned(), receiver: None, line: 3, span: None };
        let parsed = Parsed { references: vec![reference], ..Parsed::default() };
        let mut bytes = encode(&parsed);
        bytes[0] = WITHOUT_RECEIVERS;
        assert_eq!(decode(&bytes), Some(parsed));
    }

    #[test]
    fn stored_numbers_of_kinds_never_change() {
        let span_kinds: Vec<&str> = SpanKind::ALL.iter().map(|kind| kind.name()).collect();
        let expected = "module class struct enum enum_member interface trait impl type function method constructor \
            macro constant variable field property section key rule element table target";
        assert_eq!(span_kinds[..23].join(" "), expected);
        let edge_kinds: Vec<&str> = EdgeKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(edge_kinds[..8].join(" "), "call import inherit implement reference test-of route config-key");
        assert!(EdgeKind::ALL.len() < usize::from(HAS_RECEIVER));
    }
}
