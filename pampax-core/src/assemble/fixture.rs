//! Documents and hits for tests, from source text alone: every `fn … {` to the next `}` in the first column is a
//! function with the comment above it, and a chunk; what lies between is chunked as well.

use crate::parse::decode::OffsetMap;
use crate::parse::{Chunk, Parsed, Span};
use crate::search::{Contribution, Document, Hit};
use crate::source::{ByteRange, ContentHash, Freshness, Language, LineRange, RepoPath, Role, SpanId, SpanKind};
use std::sync::Arc;

pub(crate) fn document(path: &str, text: &str) -> Arc<Document> {
    let mut builder = Builder::default();
    for line in text.split_inclusive('\n') {
        builder.line(text, line);
    }
    builder.close_chunk(None);
    Arc::new(Document {
        path: RepoPath::new(path).unwrap(),
        language: if path.ends_with(".rs") { Language::Rust } else { Language::Text },
        role: Role::Code,
        text: text.to_owned(),
        parsed: builder.parsed,
        hash: ContentHash::of(text.as_bytes()),
        offsets: OffsetMap::default(),
    })
}

#[derive(Default)]
struct Builder {
    parsed: Parsed,
    at: u32,
    line: u32,
    chunk: Option<(u32, u32)>,
    doc: Option<u32>,
    function: Option<(u32, u32, String)>,
}

impl Builder {
    fn line(&mut self, text: &str, line: &str) {
        self.line += 1;
        let start = self.at;
        self.at += line.len() as u32;
        if line.starts_with("///") && self.function.is_none() {
            if self.doc.is_none() {
                let (at, number) = (std::mem::replace(&mut self.at, start), self.line);
                self.line -= 1;
                self.close_chunk(None);
                (self.at, self.line) = (at, number);
            }
            self.doc.get_or_insert(start);
        } else if let Some(rest) = line.strip_prefix("fn ") {
            if self.doc.is_none() {
                let (at, number) = (std::mem::replace(&mut self.at, start), self.line);
                self.line -= 1;
                self.close_chunk(None);
                (self.at, self.line) = (at, number);
            }
            let name = rest.split('(').next().unwrap_or_default().to_owned();
            self.function = Some((start, self.line, name));
        }
        self.chunk.get_or_insert((self.doc.unwrap_or(start), self.line));
        if line.starts_with('}') {
            if let Some((start, first_line, name)) = self.function.take() {
                let bytes = ByteRange { start, end: self.at - (line.len() - line.trim_end().len()) as u32 };
                let signature = bytes.slice(text).find('{').map_or(bytes.end, |brace| start + brace as u32);
                self.parsed.spans.push(Span {
                    kind: SpanKind::Function,
                    qualified_name: name.clone(),
                    name,
                    bytes,
                    lines: LineRange { start: first_line, end: self.line },
                    signature: ByteRange { start, end: signature },
                    doc: self.doc.take().map(|doc| ByteRange { start: doc, end: start }),
                    parent: None,
                });
                let span = self.parsed.spans.len() as u32 - 1;
                self.close_chunk(Some(span));
            }
        }
    }

    fn close_chunk(&mut self, span: Option<u32>) {
        if let Some((start, first_line)) = self.chunk.take() {
            self.parsed.chunks.push(Chunk {
                bytes: ByteRange { start, end: self.at },
                lines: LineRange { start: first_line, end: self.line },
                span,
                breadcrumb: String::new(),
                tokens: (self.at - start).div_ceil(4),
            });
        }
    }
}

/// A hit on the `chunk`-th chunk of `document`.
pub(crate) fn hit(document: &Document, chunk: usize, score: f64) -> Hit {
    let chunk = &document.parsed.chunks[chunk];
    let span = chunk.span.map(|span| &document.parsed.spans[span as usize]);
    Hit {
        path: document.path.clone(),
        start_line: chunk.lines.start,
        end_line: chunk.lines.end,
        bytes: chunk.bytes,
        score,
        language: document.language,
        role: document.role,
        symbol: span.map(|span| span.qualified_name.clone()),
        kind: span.map(|span| span.kind),
        span_id: span.map(|span| SpanId::new(&document.path, span.kind, &span.qualified_name, 0)),
        breadcrumb: String::new(),
        snippet: chunk.bytes.slice(&document.text).to_owned(),
        tokens: chunk.tokens,
        freshness: Freshness::Fresh,
        contributions: vec![Contribution { signal: "text", value: score, weight: 1.0, contribution: score }],
    }
}

/// A function of `lines` lines with a comment.
pub(crate) fn function(name: &str, lines: usize) -> String {
    let body: String = (0..lines).map(|line| format!("    let value_{line} = compute_{name}({line});\n")).collect();
    format!("/// Computes {name}.\nfn {name}(input: u32) -> u32 {{\n{body}}}\n")
}
