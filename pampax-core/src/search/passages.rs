//! From ranked files to ranked passages: which chunks of each file are the answer. Pure.
//!
//! Never here: the text of a chunk.

use crate::search::corpus::{Corpus, FileIndex};
use crate::search::definitions::{Definitions, NamedDefinition};
use crate::search::evidence::Evidence;
use crate::search::features::{Candidate, voice};
use crate::search::nearness::Nearness;
use crate::search::question::Question;
use crate::search::rank::{Signal, Signals, Weights};
use std::cmp::{Ordering, Reverse};

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
    pub evidence: &'a Evidence<'a>,
    pub definitions: &'a Definitions,
    pub nearness: &'a Nearness<'a>,
    pub weights: &'a Weights,
    /// The most chunks of one file that are wanted.
    pub per_file: usize,
}

/// The passages of `candidates`, best first; equal scores by path, then by place in the file.
pub(crate) fn passages(inputs: &Inputs<'_>, candidates: &[Candidate]) -> Vec<Passage> {
    let mut passages = Vec::with_capacity(candidates.len() * inputs.per_file);
    for candidate in candidates {
        passages.extend(of_file(inputs, candidate));
    }
    // Scores are whole millionths; a key for each moves less than the passages are.
    passages.sort_by_cached_key(|passage| (Reverse((passage.score * 1e6).round() as i64), passage.file, passage.chunk));
    passages
}

/// The best passages of one file, best first; the further ones carry [`Signal::Repeat`].
fn of_file(inputs: &Inputs<'_>, candidate: &Candidate) -> impl Iterator<Item = Passage> {
    let own = Own::new(inputs, candidate.file);
    let best = best_chunks(inputs, candidate.file, &own);
    best.into_iter().enumerate().map(move |(repeat, (_, chunk, document))| {
        let mut signals = candidate.signals;
        let values = own.values(inputs, (document, chunk));
        values.signals().into_iter().for_each(|(signal, value)| signals.set(signal, value));
        signals.set(Signal::Repeat, repeat as f64);
        Passage {
            file: candidate.file,
            chunk,
            named_span: values.named_span,
            score: signals.score(inputs.weights),
            confidence: 0.0,
            signals,
        }
    })
}

/// The best chunks of a file with their estimates and documents, best first; equal ones in their order.
fn best_chunks(inputs: &Inputs<'_>, file: FileIndex, own: &Own<'_>) -> Vec<(f64, u32, u32)> {
    let estimated = |document: &u32| {
        let chunk = inputs.corpus.chunk_of[*document as usize];
        (inputs.weights.estimate(&own.values(inputs, (*document, chunk)).signals()), chunk, *document)
    };
    let best_first = |left: &(f64, u32, u32), right: &(f64, u32, u32)| -> Ordering {
        right.0.total_cmp(&left.0).then(left.1.cmp(&right.1))
    };
    let mut ranked: Vec<(f64, u32, u32)> = inputs.corpus.documents_of(file).iter().map(estimated).collect();
    if ranked.len() > inputs.per_file {
        ranked.select_nth_unstable_by(inputs.per_file, best_first);
        ranked.truncate(inputs.per_file);
    }
    ranked.sort_unstable_by(best_first);
    ranked
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
    named: &'a [NamedDefinition],
}

/// The signals that are a chunk's own.
struct Values {
    body: f64,
    names: f64,
    defines: f64,
    similarity: f64,
    /// The span in it that the question names.
    named_span: Option<u32>,
}

impl Values {
    /// In the order of the table.
    fn signals(&self) -> [(Signal, f64); 4] {
        [
            (Signal::ChunkBody, self.body),
            (Signal::ChunkNames, self.names),
            (Signal::ChunkDefines, self.defines),
            (Signal::ChunkVector, self.similarity),
        ]
    }
}

impl<'a> Own<'a> {
    fn new(inputs: &Inputs<'a>, file: FileIndex) -> Own<'a> {
        let Inputs { corpus, evidence, .. } = inputs;
        let (mut body, mut names) = (0.0f32, 0.0f32);
        for document in corpus.documents_of(file) {
            body = body.max(evidence.chunk_body(*document));
            names = names.max(evidence.chunk_names(*document));
        }
        let best = |best: f32| f64::from(if best > 0.0 { best } else { 1.0 });
        Own {
            best_body: best(body),
            best_names: best(names),
            similarities: inputs.nearness.chunks(file),
            named: inputs.definitions.of(file),
        }
    }

    fn values(&self, inputs: &Inputs<'_>, (document, chunk): (u32, u32)) -> Values {
        let defined = defined_in(chunk, self.named, inputs.question);
        Values {
            body: f64::from(inputs.evidence.chunk_body(document)) / self.best_body,
            names: f64::from(inputs.evidence.chunk_names(document)) / self.best_names,
            defines: defined.map_or(0.0, |(_, voice)| voice),
            similarity: self.similarities.get(chunk as usize).copied().unwrap_or(0.0),
            named_span: defined.map(|(span, _)| span),
        }
    }
}

/// The span of a chunk that the question names most clearly, and how clearly.
fn defined_in(chunk: u32, named: &[NamedDefinition], question: &Question) -> Option<(u32, f64)> {
    named
        .iter()
        .filter(|definition| definition.chunk == chunk)
        .map(|definition| (definition.span, voice(definition, question)))
        .filter(|(_, voice)| *voice > 0.0)
        .max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0)))
}
