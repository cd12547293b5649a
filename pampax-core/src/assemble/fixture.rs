//! Documents and hits for tests, from source text alone.

use crate::host::SystemClock;
use crate::parse::{self, ParseLimits};
use crate::search::{Contribution, Document, Hit};
use crate::source::{ByteRange, ContentHash, Freshness, Language, RepoPath, Role};
use std::sync::Arc;

pub(crate) fn document(path: &str, text: &str) -> Arc<Document> {
    let language = if path.ends_with(".rs") { Language::Rust } else { Language::Text };
    Arc::new(Document {
        path: RepoPath::new(path).unwrap(),
        language,
        role: Role::Code,
        text: text.to_owned(),
        parsed: parse::parse(text, language, &ParseLimits::default(), &SystemClock::new()),
        hash: ContentHash::of(text.as_bytes()),
        offsets: parse::decode::OffsetMap::default(),
        secrets: std::sync::OnceLock::new(),
        line_starts: std::sync::OnceLock::new(),
    })
}

/// A hit on the definition at `index` of `document` with its doc; on the chunk there, when nothing is defined.
pub(crate) fn hit(document: &Document, index: usize, score: f64) -> Hit {
    let span = document.parsed.spans.get(index);
    let bytes = match span {
        Some(span) => ByteRange { start: span.doc.map_or(span.bytes.start, |doc| doc.start), end: span.bytes.end },
        None => document.parsed.chunks[index].bytes,
    };
    let line_of = |byte: u32| document.text[..byte as usize].matches('\n').count() as u32 + 1;
    Hit {
        path: document.path.clone(),
        start_line: line_of(bytes.start),
        end_line: line_of(bytes.end - 1),
        bytes,
        score,
        confidence: 0.5,
        language: document.language,
        role: document.role,
        symbol: span.map(|span| span.qualified_name.clone()),
        kind: span.map(|span| span.kind),
        span_id: document.span_id(index),
        breadcrumb: String::new(),
        snippet: bytes.slice(&document.text).to_owned(),
        tokens: bytes.len().div_ceil(4) as u32,
        freshness: Freshness::Fresh,
        contributions: vec![Contribution { signal: "text", value: score, weight: 1.0, contribution: score }],
    }
}

/// A function of `lines` lines with a comment.
pub(crate) fn function(name: &str, lines: usize) -> String {
    let body: String = (0..lines).map(|line| format!("    let value_{line} = compute_{name}({line});\n")).collect();
    format!("/// Computes {name}.\nfn {name}(input: u32) -> u32 {{\n{body}}}\n")
}
