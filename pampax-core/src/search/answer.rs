//! What search answers: hits with their evidence, symbols, documents.
//!
//! Never here: how answers are found.

use crate::error::Degradation;
use crate::parse::decode::OffsetMap;
use crate::parse::{Chunk, Parsed, Span, redact};
use crate::search::question::Question;
use crate::search::rank::signal_named;
use crate::search::terms::Analyser;
use crate::source::{
    ByteRange, ContentHash, Freshness, Generation, Language, LineRange, RepoPath, Role, SpanId, SpanKind,
};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::sync::OnceLock;

/// The answer to one query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchResults {
    /// The hits, best first; equal scores are ordered by path, then by line.
    pub hits: Vec<Hit>,
    /// What could not be used, and why.
    pub degraded: Vec<Degradation>,
    /// What a person could try when there are no hits.
    pub suggestion: Option<String>,
    /// The probability, from 0 to 1, that any of the first ten hits' files answers. Low where the tree holds nothing on
    /// the question.
    pub confidence: f64,
    /// The state of the index that answered.
    pub generation: Generation,
}

/// One piece of a file that answers a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hit {
    /// The file.
    pub path: RepoPath,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// The bytes of the hit in the original file, whatever its encoding.
    pub bytes: ByteRange,
    /// How well it answers: the sum of the contributions.
    pub score: f64,
    /// The probability that the file answers the question, from 0 to 1: the first hits of questions like those it was
    /// calibrated on are right this often.
    pub confidence: f64,
    /// The file's language.
    pub language: Language,
    /// The file's role.
    pub role: Role,
    /// The qualified name of the definition the hit is or lies in.
    pub symbol: Option<String>,
    /// What that definition is.
    pub kind: Option<SpanKind>,
    /// That definition's id, for `Assembler::expand`.
    pub span_id: Option<SpanId>,
    /// The names of the enclosing definitions, outermost first, with ` › ` between them.
    pub breadcrumb: String,
    /// The text of the hit, secrets masked.
    pub snippet: String,
    /// The size of the snippet in tokens of the `approximate` tokenizer.
    pub tokens: u32,
    /// Whether the file on disk still is the indexed one.
    pub freshness: Freshness,
    /// Every signal that made up the score.
    pub contributions: Vec<Contribution>,
}

impl Hit {
    /// The lines of the hit.
    pub fn lines(&self) -> LineRange {
        LineRange { start: self.start_line, end: self.end_line }
    }
}

/// One signal's part of a score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Contribution {
    /// The stable name of the signal.
    pub signal: &'static str,
    /// The value of the signal for this hit.
    pub value: f64,
    /// The weight of the signal.
    pub weight: f64,
    /// Value times weight.
    pub contribution: f64,
}

/// A contribution as it is read, before its signal is known to be one.
#[derive(Deserialize)]
struct NamedContribution {
    signal: String,
    value: f64,
    weight: f64,
    contribution: f64,
}

impl<'de> Deserialize<'de> for Contribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Contribution, D::Error> {
        let NamedContribution { signal, value, weight, contribution } = Deserialize::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("there is no signal `{signal}`"));
        Ok(Contribution { signal: signal_named(&signal).ok_or_else(unknown)?, value, weight, contribution })
    }
}

/// Definitions of a name, as bindings and programs tell them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SymbolList {
    /// The definitions, in the order of [`Searcher::symbols`](super::Searcher::symbols).
    pub symbols: Vec<Symbol>,
    /// The state of the index that answered.
    pub generation: Generation,
}

/// One definition found by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Symbol {
    /// The definition's id.
    pub span_id: SpanId,
    /// Its own name.
    pub name: String,
    /// Its name with the names of its parents.
    pub qualified_name: String,
    /// What it is.
    pub kind: SpanKind,
    /// The file.
    pub path: RepoPath,
    /// The file's language.
    pub language: Language,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// The definition up to its body, white space folded, secrets masked.
    pub signature: String,
    /// The doc comment without its markers.
    pub doc: Option<String>,
}

/// One indexed file with its structure, as of one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// The file.
    pub path: RepoPath,
    /// Its language.
    pub language: Language,
    /// Its role.
    pub role: Role,
    /// Its whole text, decoded, secrets NOT masked.
    pub text: String,
    /// Its structure; all ranges are ranges of `text`.
    pub parsed: Parsed,
    /// The hash of its bytes.
    pub hash: ContentHash,
    /// Where each piece of `text` lies in the original file.
    pub(crate) offsets: OffsetMap,
    /// The secrets of `text`, found when first asked for.
    pub(crate) secrets: OnceLock<Vec<redact::Secret>>,
    /// Where each line of `text` starts, found when first asked for.
    pub(crate) line_starts: OnceLock<Vec<u32>>,
}

impl Document {
    /// The bytes of the original file that a range of `text` was decoded from.
    pub fn source_range(&self, range: ByteRange) -> ByteRange {
        ByteRange { start: self.offsets.to_source(range.start), end: self.offsets.to_source(range.end) }
    }

    /// The id of the `span`-th definition.
    pub fn span_id(&self, span: usize) -> Option<SpanId> {
        let wanted = self.parsed.spans.get(span)?;
        let is_equal = |other: &&Span| other.kind == wanted.kind && other.qualified_name == wanted.qualified_name;
        let ordinal = self.parsed.spans[..span].iter().filter(is_equal).count();
        Some(SpanId::new(&self.path, wanted.kind, &wanted.qualified_name, ordinal as u32))
    }

    /// A part of the text as it is shown. A secret that the part cuts is masked as a whole.
    pub(crate) fn shown(&self, range: ByteRange, masks_secrets: bool) -> Cow<'_, str> {
        if !masks_secrets {
            return Cow::Borrowed(range.slice(&self.text));
        }
        redact::mask_range(&self.text, self.secrets(), range.start as usize..range.end as usize)
    }

    /// The secrets of the text.
    pub(crate) fn secrets(&self) -> &[redact::Secret] {
        self.secrets.get_or_init(|| redact::secrets(&self.text))
    }

    /// Where each line of the text starts.
    pub(crate) fn line_starts(&self) -> &[u32] {
        let after = |(at, _): (usize, &str)| at as u32 + 1;
        self.line_starts.get_or_init(|| std::iter::once(0).chain(self.text.match_indices('\n').map(after)).collect())
    }

    /// The definition among those that start in `chunk` whose name holds the most of the question; the first of equal
    /// ones, and `None` when no name holds any of it.
    pub(crate) fn clearest_span(&self, chunk: &Chunk, question: &Question, analyser: &mut Analyser) -> Option<u32> {
        let spans = &self.parsed.spans;
        let first = spans.partition_point(|span| span.bytes.start < chunk.bytes.start);
        let mut clearest = (0.0, None);
        for (offset, span) in spans[first..].iter().take_while(|span| span.bytes.start < chunk.bytes.end).enumerate() {
            let share = question.share_of(&span.name, analyser);
            if share > clearest.0 {
                clearest = (share, Some((first + offset) as u32));
            }
        }
        clearest.1
    }

    /// The `span`-th definition as a symbol.
    pub(crate) fn symbol(&self, span: usize, masks_secrets: bool) -> Option<Symbol> {
        let wanted = self.parsed.spans.get(span)?;
        let signature = self.shown(wanted.signature, masks_secrets);
        let masked = |text: &str| if masks_secrets { redact::mask(text).into_owned() } else { text.to_owned() };
        Some(Symbol {
            span_id: self.span_id(span)?,
            name: masked(&wanted.name),
            qualified_name: masked(&wanted.qualified_name),
            kind: wanted.kind,
            path: self.path.clone(),
            language: self.language,
            start_line: wanted.lines.start,
            end_line: wanted.lines.end,
            signature: signature.split_whitespace().collect::<Vec<_>>().join(" "),
            doc: wanted.doc.map(|doc| bare_comment(&self.shown(doc, masks_secrets))),
        })
    }
}

/// A doc comment without its markers.
fn bare_comment(comment: &str) -> String {
    let bare = |line: &str| {
        let line = line.trim();
        let line = line.strip_suffix("*/").or_else(|| line.strip_suffix("-->")).unwrap_or(line).trim_end();
        let line = line.trim_start_matches(['/', '*', '#', '!']).trim_start_matches("--").trim_start_matches("<!--");
        line.trim_matches('"').trim().to_owned()
    };
    let lines: Vec<String> = comment.lines().map(bare).collect();
    lines.join("\n").trim().to_owned()
}
