//! Bytes to structure: spans, chunks and references of one file. Pure: the same bytes give the same result.
//!
//! Never here: disk, the catalog, ranking.

mod borders;
mod captures;
mod chunks;
mod clauses;
pub mod decode;
mod depth;
mod grammar;
pub mod language;
mod lines;
mod receivers;
pub mod redact;
mod references;
mod spans;
mod surroundings;

use crate::host::Clock;
use crate::source::{ByteRange, EdgeKind, Language, LineRange, RepoPath, SpanKind};
use grammar::Grammar;
use lines::LineIndex;
pub(crate) use receivers::receiver as receiver_before;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use tree_sitter::{ParseOptions, Parser, Tree};

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
    /// The name mentioned, such as `login`; for an import the module or path as written, without quotes; for a route
    /// its path, for a setting its key.
    pub name: String,
    /// What it is selected from, as written: `self`, `self.store`, `crate::store`, `Router::new()`. At most four
    /// names; arguments are left out, and an expression without a name is an empty text. `None` when the name stands
    /// alone.
    pub receiver: Option<String>,
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

/// The clock is asked once in so many calls of the parser, which each stand for some ten microseconds.
const CALLS_PER_LOOK: u32 = 8;

/// Learns the structure of `text`. Never fails: what cannot be parsed in time or at all is split by lines.
///
/// Positions have 32 bits: of a longer text only the first 4 GiB are taken.
pub fn parse(text: &str, language: Language, limits: &ParseLimits, clock: &dyn Clock) -> Parsed {
    let text = &text[..lines::border_before(text, u32::MAX as usize)];
    let lines = LineIndex::new(text);
    let max_bytes = chunks::max_bytes(limits.max_chunk_tokens);
    let parsed = match grammar::of(language) {
        Some(grammar) => by_grammar((text, &lines), grammar, max_bytes, Budget::start(limits, clock)),
        None => Ok(by_lines((text, &lines), max_bytes, None)),
    };
    parsed.unwrap_or_else(|degraded| by_lines((text, &lines), max_bytes, Some(degraded)))
}

/// The number of nodes of a file's syntax tree; 0 where no grammar fits its name. This is what parsing alone costs, for
/// benches to compare with.
#[doc(hidden)]
pub fn syntax_nodes(file_name: &str, text: &str) -> usize {
    let Ok(path) = RepoPath::new(file_name) else { return 0 };
    let Some(grammar) = grammar::of(language::detect(&path, text)) else { return 0 };
    let clock = crate::host::SystemClock::new();
    let tree = tree(text, grammar, &mut Budget::start(&ParseLimits::default(), &clock));
    tree.map_or(0, |tree| tree.root_node().descendant_count())
}

fn by_grammar(
    (text, lines): (&str, &LineIndex),
    grammar: &Grammar,
    max_bytes: u32,
    mut budget: Budget<'_>,
) -> Result<Parsed, ParseDegradation> {
    let tree = tree(text, grammar, &mut budget)?;
    let captures = captures::collect(text, &tree, grammar, &mut budget)?;
    let spans = spans::build((text, lines), &tree, &captures.definitions, grammar);
    let references = references::build(text, &captures.mentions, &spans, grammar.row.language);
    let borders = borders::of_tree((text, lines), (&tree, grammar), &spans, max_bytes);
    let chunks = chunks::build((text, lines), &spans, &borders, max_bytes);
    let degraded = tree.root_node().has_error().then_some(ParseDegradation::SyntaxErrors);
    Ok(Parsed { spans, chunks, references, degraded })
}

fn by_lines((text, lines): (&str, &LineIndex), max_bytes: u32, degraded: Option<ParseDegradation>) -> Parsed {
    let borders = borders::of_text(text, lines, max_bytes);
    let chunks = chunks::build((text, lines), &[], &borders, max_bytes);
    Parsed { chunks, degraded, ..Parsed::default() }
}

fn tree(text: &str, grammar: &Grammar, budget: &mut Budget<'_>) -> Result<Tree, ParseDegradation> {
    if depth::is_too_deep(text, grammar.row.indents) {
        return Err(ParseDegradation::TooDeep);
    }
    let mut parser = Parser::new();
    // The only cause is a grammar of another version, which a test excludes.
    parser.set_language(&grammar.language).map_err(|_| ParseDegradation::TooDeep)?;
    let mut progress = |_: &_| if budget.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |at: usize, _| text.as_bytes().get(at..).unwrap_or(&[]);
    parser.parse_with_options(&mut read, None, Some(options)).ok_or(ParseDegradation::TimedOut)
}

/// The time one parse may take.
struct Budget<'clock> {
    clock: &'clock dyn Clock,
    deadline_ns: u64,
    calls: u32,
}

impl Budget<'_> {
    fn start<'clock>(limits: &ParseLimits, clock: &'clock dyn Clock) -> Budget<'clock> {
        let timeout_ns = limits.timeout_ms.saturating_mul(1_000_000);
        Budget { clock, deadline_ns: clock.monotonic_ns().saturating_add(timeout_ns), calls: 0 }
    }

    /// Whether the time has ended. Looks at the clock now and then.
    fn is_over(&mut self) -> bool {
        self.calls = self.calls.wrapping_add(1);
        self.calls.is_multiple_of(CALLS_PER_LOOK) && self.clock.monotonic_ns() >= self.deadline_ns
    }
}
