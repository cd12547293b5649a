//! What could go into a bundle, how relevant it is, and what led to it.
//!
//! Never here: what is shown of it.

use crate::assemble::bundle::{Origin, WalkedEdge};
use crate::search::rank::rounded;
use crate::search::{Contribution, Document, Hit};
use crate::source::{LineRange, SpanId, SpanKind};
use std::sync::Arc;

/// How fast relevance falls with the distance from the best score. With the built-in ranker half a point of score
/// makes a file about a third as likely to be the one that was meant; context is worth more than that, so that the
/// curve is flatter.
const STEEPNESS: f64 = 1.0;

/// A part of a file that could be shown.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) document: Arc<Document>,
    pub(crate) found: Found,
    pub(crate) label: Label,
}

impl Candidate {
    /// Whether it must be in before anything optional is.
    pub(crate) fn is_required(&self) -> bool {
        self.label.origin.is_required()
    }

    /// Its lines in its file.
    pub(crate) fn lines(&self) -> LineRange {
        let parsed = &self.document.parsed;
        let found = match self.found {
            Found::Definition(span) => parsed.spans.get(span).map(|span| span.lines),
            Found::Chunk(chunk) => parsed.chunks.get(chunk).map(|chunk| chunk.lines),
            Found::Lines(lines) => Some(lines),
        };
        found.unwrap_or(LineRange { start: 1, end: 1 })
    }
}

/// Which part of its file a candidate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The definition at this position among the file's spans.
    Definition(usize),
    /// The chunk at this position.
    Chunk(usize),
    /// These lines.
    Lines(LineRange),
}

/// What a candidate is called and why it is one.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) symbol: Option<String>,
    pub(crate) kind: Option<SpanKind>,
    pub(crate) span_id: Option<SpanId>,
    pub(crate) origin: Origin,
    /// Above 0 and at most 1.
    pub(crate) relevance: f64,
    pub(crate) score: f64,
    pub(crate) contributions: Vec<Contribution>,
    pub(crate) edges: Vec<WalkedEdge>,
}

impl Label {
    /// The label of something that search did not find by itself.
    pub(crate) fn of_definition(document: &Document, span: usize, origin: Origin) -> Label {
        let definition = document.parsed.spans.get(span);
        Label {
            symbol: definition.map(|definition| definition.qualified_name.clone()),
            kind: definition.map(|definition| definition.kind),
            span_id: document.span_id(span),
            origin,
            relevance: 1.0,
            score: 0.0,
            contributions: Vec::new(),
            edges: Vec::new(),
        }
    }

    fn of_hit(hit: &Hit, relevance: f64) -> Label {
        Label {
            symbol: hit.symbol.clone(),
            kind: hit.kind,
            span_id: hit.span_id,
            origin: Origin::Search,
            relevance,
            score: hit.score,
            contributions: hit.contributions.clone(),
            edges: Vec::new(),
        }
    }
}

/// The candidates of the first hits, whose documents these are.
pub(crate) fn of_hits(hits: &[Hit], documents: Vec<Arc<Document>>) -> Vec<Candidate> {
    let best = hits.iter().map(score_alone).fold(f64::MIN, f64::max);
    let candidate = |(hit, document): (&Hit, Arc<Document>)| {
        let relevance = relevance(best - score_alone(hit));
        Candidate { found: found(&document, hit), document, label: Label::of_hit(hit, relevance) }
    };
    hits.iter().zip(documents).map(candidate).collect()
}

/// The score without what a hit loses for not being the first of its file: packing counts that redundancy itself.
fn score_alone(hit: &Hit) -> f64 {
    let repeat = hit.contributions.iter().find(|part| part.signal == "repeat");
    hit.score - repeat.map_or(0.0, |part| part.contribution)
}

fn relevance(gap: f64) -> f64 {
    rounded((-gap * STEEPNESS).exp()).max(1e-6)
}

/// The chunk that the hit is, or its lines when it is not a whole chunk.
fn found(document: &Document, hit: &Hit) -> Found {
    let lines = hit.lines();
    let chunks = || document.parsed.chunks.iter().enumerate().filter(|(_, chunk)| chunk.lines == lines);
    // Of several chunks on one line the bytes decide; elsewhere the lines do.
    let same = chunks().find(|(_, chunk)| document.source_range(chunk.bytes) == hit.bytes).or(chunks().next());
    same.map_or(Found::Lines(lines), |(position, _)| Found::Chunk(position))
}
