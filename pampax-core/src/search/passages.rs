//! From ranked files to ranked passages: which chunks of each file are the answer. Pure.
//!
//! Never here: the text of a chunk.

use crate::search::corpus::{Corpus, FileIndex};
use crate::search::features::{Candidate, NamedDefinition, voice};
use crate::search::nearness::Nearness;
use crate::search::question::Question;
use crate::search::rank::{Signal, Signals, Weights};
use crate::search::retrieve::Evidence;
use std::cmp::Reverse;
use std::collections::HashMap;

/// One chunk that may be returned.
#[derive(Debug, Clone)]
pub(crate) struct Passage {
    /// Its file.
    pub file: FileIndex,
    /// Its number in the file.
    pub chunk: u32,
    /// The span that the question names and that starts in the chunk, if any.
    pub named_span: Option<u32>,
    /// Its signals, those of the file included.
    pub signals: Signals,
    /// Their sum.
    pub score: f64,
    /// The probability that its file answers; 0 until it is set.
    pub confidence: f64,
}

/// What passages are chosen from.
pub(crate) struct Inputs<'a> {
    pub question: &'a Question,
    pub corpus: &'a Corpus,
    pub evidence: &'a Evidence,
    pub definitions: &'a [NamedDefinition],
    pub nearness: &'a Nearness<'a>,
    pub weights: &'a Weights,
    /// The most chunks of one file that are wanted.
    pub per_file: usize,
}

/// The passages of `candidates`, best first; equal scores by path, then by place in the file.
pub(crate) fn passages(inputs: &Inputs<'_>, candidates: &[Candidate]) -> Vec<Passage> {
    let mut definitions: HashMap<FileIndex, Vec<&NamedDefinition>> = HashMap::new();
    for definition in inputs.definitions {
        definitions.entry(definition.file).or_default().push(definition);
    }
    let mut passages = Vec::with_capacity(candidates.len() * inputs.per_file);
    for candidate in candidates {
        let named = definitions.get(&candidate.file).map_or(&[][..], Vec::as_slice);
        passages.extend(of_file(inputs, candidate, named));
    }
    // Scores are whole millionths; a key for each moves less than the passages are.
    passages.sort_by_cached_key(|passage| (Reverse((passage.score * 1e6).round() as i64), passage.file, passage.chunk));
    passages
}

/// The best passages of one file, best first; the further ones carry [`Signal::Repeat`].
fn of_file(inputs: &Inputs<'_>, candidate: &Candidate, named: &[&NamedDefinition]) -> Vec<Passage> {
    let documents = inputs.corpus.documents_of(candidate.file);
    let best = |scores: &[f32]| {
        let best = documents.iter().map(|document| scores[*document as usize]).fold(0.0, f32::max);
        f64::from(if best > 0.0 { best } else { 1.0 })
    };
    let own = Own {
        best_body: best(&inputs.evidence.chunk_body),
        best_names: best(&inputs.evidence.chunk_names),
        similarities: inputs.nearness.chunks(candidate.file),
        named,
    };
    let mut ranked: Vec<(f64, u32, u32)> = documents
        .iter()
        .map(|document| {
            let chunk = inputs.corpus.chunk_of[*document as usize];
            let mut signals = Signals::new();
            set_chunk_signals(inputs, (*document, chunk), &own, &mut signals);
            (signals.estimate(inputs.weights), chunk, *document)
        })
        .collect();
    ranked.sort_unstable_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
    let best = ranked.iter().take(inputs.per_file).enumerate();
    best.map(|(repeat, (_, chunk, document))| {
        let mut signals = candidate.signals;
        let named_span = set_chunk_signals(inputs, (*document, *chunk), &own, &mut signals);
        signals.set(Signal::Repeat, repeat as f64);
        Passage {
            file: candidate.file,
            chunk: *chunk,
            named_span,
            score: signals.score(inputs.weights),
            confidence: 0.0,
            signals,
        }
    })
    .collect()
}

/// What the chunks of one file are compared by.
struct Own<'a> {
    /// The most that one of them has to say by its text.
    best_body: f64,
    /// The most that one has to say by the names defined in it.
    best_names: f64,
    /// How near each is, in their order.
    similarities: Vec<f64>,
    /// The definitions in the file that the question names.
    named: &'a [&'a NamedDefinition],
}

/// Sets the signals that are a chunk's own. Returns the span in it that the question names.
fn set_chunk_signals(
    inputs: &Inputs<'_>,
    (document, chunk): (u32, u32),
    own: &Own<'_>,
    signals: &mut Signals,
) -> Option<u32> {
    let at = document as usize;
    signals.set(Signal::ChunkBody, f64::from(inputs.evidence.chunk_body[at]) / own.best_body);
    signals.set(Signal::ChunkNames, f64::from(inputs.evidence.chunk_names[at]) / own.best_names);
    signals.set(Signal::ChunkVector, own.similarities.get(chunk as usize).copied().unwrap_or(0.0));
    let defined = defined_in(chunk, own.named, inputs.question);
    signals.set(Signal::ChunkDefines, defined.map_or(0.0, |(_, voice)| voice));
    defined.map(|(span, _)| span)
}

/// The span of a chunk that the question names most clearly, and how clearly.
fn defined_in(chunk: u32, named: &[&NamedDefinition], question: &Question) -> Option<(u32, f64)> {
    named
        .iter()
        .filter(|definition| definition.chunk == chunk)
        .map(|definition| (definition.span, voice(definition, question)))
        .filter(|(_, voice)| *voice > 0.0)
        .max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0)))
}
