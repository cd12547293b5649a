//! Bytes to structure: spans, chunks and references of one file. Pure: the same bytes give the same result.
//!
//! Never here: disk, the catalog, ranking.

pub mod language;
pub mod redact;

use crate::source::{ByteRange, EdgeKind, LineRange, SpanKind};
use serde::{Deserialize, Serialize};

/// Everything learned from one file's text. All ranges are byte ranges of the decoded text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[non_exhaustive]
pub struct Parsed {
    /// Definitions, ordered by start, then by end descending, so that a parent comes before its children.
    pub spans: Vec<Span>,
    /// Disjoint ordered pieces that together cover every byte.
    pub chunks: Vec<Chunk>,
    /// References and imports, ordered by position.
    pub references: Vec<Reference>,
    /// Why the structure is incomplete, if it is.
    pub degraded: Option<ParseDegradation>,
}

/// One definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Span {
    /// What is defined.
    pub kind: SpanKind,
    /// Its own name, such as `render`.
    pub name: String,
    /// Its name with the names of its parents, joined with `.`, such as `View.render`.
    pub qualified_name: String,
    /// The whole definition, attributes and decorators included, doc comment excluded.
    pub bytes: ByteRange,
    /// The lines of `bytes`.
    pub lines: LineRange,
    /// From the start of the definition to the start of its body; the whole definition when it has no body.
    pub signature: ByteRange,
    /// The doc comment (before the definition, or the docstring inside), with its comment markers.
    pub doc: Option<ByteRange>,
    /// The index in [`Parsed::spans`] of the smallest enclosing definition.
    pub parent: Option<u32>,
}

/// A piece of a file that is searched and returned as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Chunk {
    /// Its bytes.
    pub bytes: ByteRange,
    /// Its lines; two chunks share a line only where one line is longer than a chunk may be.
    pub lines: LineRange,
    /// The index in [`Parsed::spans`] of the definition this chunk is or lies in; for a chunk of several definitions the first of them.
    pub span: Option<u32>,
    /// Qualified name of the enclosing definitions with ` › ` between them, without the path; empty at file level.
    pub breadcrumb: String,
    /// Its size by the `approximate` tokenizer.
    pub tokens: u32,
}

/// A mention of something that is defined elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reference {
    /// How it is mentioned.
    pub kind: EdgeKind,
    /// The name mentioned, such as `login`; for an import the module or path as written, without quotes.
    pub name: String,
    /// The line of the mention, counted from 1.
    pub line: u32,
    /// The index in [`Parsed::spans`] of the smallest definition around the mention.
    pub span: Option<u32>,
}

/// Why a file's structure is incomplete. The file is still searchable by its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ParseDegradation {
    /// The grammar found syntax errors; what parses is kept.
    SyntaxErrors,
    /// The time budget ended; the file is split by lines.
    TimedOut,
    /// The syntax nests deeper than is followed; the file is split by lines.
    TooDeep,
}

/// Bounds of one parse.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ParseLimits {
    /// The longest the parse may take, in milliseconds.
    pub timeout_ms: u64,
    /// The upper bound of a chunk in tokens of the `approximate` tokenizer.
    pub max_chunk_tokens: u32,
}

impl Default for ParseLimits {
    fn default() -> ParseLimits {
        ParseLimits { timeout_ms: 2_000, max_chunk_tokens: 512 }
    }
}
