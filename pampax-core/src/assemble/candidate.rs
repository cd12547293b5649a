//! What could go into a bundle, how relevant it is, and what led to it.
//!
//! Never here: what is shown of it.

use crate::assemble::bundle::{Origin, WalkedEdge};
use crate::error::Result;
use crate::graph::near;
use crate::limits::Watch;
use crate::parse::redact::{self, Masking};
use crate::search::intent::Recognised;
use crate::search::places::places;
use crate::search::rank::{Signal, rounded};
use crate::search::{Contribution, Document, Hit, Searcher};
use crate::source::{LineRange, SpanId, SpanKind};
use std::sync::Arc;

/// How fast relevance falls with the distance from the best score. With the built-in ranker half a point of score
/// makes a file about a third as likely to be the one that was meant; context is worth more than that, so that the
/// curve is flatter.
const STEEPNESS: f64 = 1.0;

/// How much less relevant each further place of a stack trace is than the one before.
const LATER_PLACE: f64 = 0.95;
/// The lines around a place that count as found with it.
const LINES_AROUND: u32 = 5;

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

    /// The definition it is or lies in, by its position among the file's spans.
    pub(crate) fn span(&self) -> Option<u32> {
        let parsed = &self.document.parsed;
        let labelled = self.label.span_id.and_then(|id| {
            let of_name =
                |span: &usize| Some(parsed.spans[*span].qualified_name.as_str()) == self.label.symbol.as_deref();
            (0..parsed.spans.len()).filter(of_name).find(|span| self.document.span_id(*span) == Some(id))
        });
        match (labelled, self.found) {
            (Some(span), _) => Some(span as u32),
            (None, Found::Definition(span)) => Some(span as u32),
            (None, Found::Chunk(chunk)) => parsed.chunks.get(chunk).and_then(|chunk| chunk.span),
            (None, Found::Lines(_)) => None,
        }
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
    pub(crate) fn of_definition(document: &Document, span: usize, origin: Origin, masking: Masking) -> Label {
        let definition = document.parsed.spans.get(span);
        Label {
            symbol: definition.map(|definition| redact::masked_as(masking, &definition.qualified_name).into_owned()),
            kind: definition.map(|definition| definition.kind),
            span_id: document.span_id(span),
            origin,
            relevance: 1.0,
            score: 0.0,
            contributions: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// The label of a part of a file that is no definition.
    pub(crate) fn unnamed(origin: Origin) -> Label {
        Label {
            symbol: None,
            kind: None,
            span_id: None,
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

/// What the request requires: each a definition or a whole file.
pub(crate) fn required(searcher: &Searcher, symbols: &[String], watch: &Watch) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    for symbol in symbols {
        for place in near::named(searcher, symbol, watch)? {
            let document = searcher.read(place.file)?;
            candidates.push(at(searcher, (document, place.span.map(|span| span as usize)), Origin::Required, 1.0));
        }
    }
    Ok(candidates)
}

/// The definitions around the places that a question names. The first one named comes first.
pub(crate) fn of_places(searcher: &Searcher, recognised: &Recognised) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    let (places, _) = places(searcher, recognised)?;
    for (position, place) in places.iter().enumerate() {
        let Some(document) = searcher.document(&place.path)? else { continue };
        let relevance = place.confidence * LATER_PLACE.powi(position as i32);
        let span = match place.span_id {
            Some(id) => searcher.span(id, &place.path)?.map(|(_, span)| span),
            None => None,
        };
        let mut candidate = at(searcher, (document, span), Origin::Place, relevance);
        // What is found is the line, so that a shortened view of the definition around it keeps it.
        if let Some(line) = place.line {
            let start = line.saturating_sub(LINES_AROUND).max(1);
            candidate.found = Found::Lines(LineRange { start, end: line.saturating_add(LINES_AROUND) });
        }
        candidates.push(candidate);
    }
    Ok(candidates)
}

/// A definition of a document, or all of it.
fn at(
    searcher: &Searcher,
    (document, span): (Arc<Document>, Option<usize>),
    origin: Origin,
    relevance: f64,
) -> Candidate {
    let mut label = Label::of_definition(&document, span.unwrap_or(usize::MAX), origin, searcher.masking());
    label.relevance = rounded(relevance).clamp(1e-6, 1.0);
    let whole = LineRange { start: 1, end: document.line_starts().len() as u32 };
    Candidate { found: span.map_or(Found::Lines(whole), Found::Definition), document, label }
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
    let repeat = hit.contributions.iter().find(|part| part.signal == Signal::Repeat.name());
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
