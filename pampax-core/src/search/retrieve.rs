//! From a question to what every file and chunk has to say about it: BM25 sums over exact statistics of live documents.
//!
//! BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the
//! non-negative inverse document frequency `ln(1 + (N - n + 0.5) / (n + 0.5))`. Terms are taken in one fixed order, so
//! sums do not depend on threads or segments.
//!
//! Never here: how signals are weighed against each other.

use crate::error::Result;
use crate::limits::Watch;
use crate::search::corpus::{Corpus, FileIndex, NONE};
use crate::search::question::{QueryTerm, Question};
use crate::store::text::{Posting, TextField, TextSnapshot};

/// Saturation and length normalisation of one field.
#[derive(Debug, Clone, Copy)]
struct Bm25 {
    k1: f64,
    b: f64,
}

const CHUNK_BODY: Bm25 = Bm25 { k1: 1.2, b: 0.5 };
const FILE_BODY: Bm25 = Bm25 { k1: 1.5, b: 0.6 };
const FILE_NAMES: Bm25 = Bm25 { k1: 1.0, b: 0.4 };
const PATH: Bm25 = Bm25 { k1: 0.6, b: 0.4 };

/// The weights of a file's best chunks in its sum of chunks.
const CHUNK_DECAY: [f64; 5] = [1.0, 1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0];

/// What one file has to say about a question. Sums of BM25, not yet compared with other files.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct FileEvidence {
    /// The decayed sum of its best chunks.
    pub top_chunks: f64,
    /// The file as one document.
    pub body: f64,
    /// The names defined in it.
    pub names: f64,
    /// Its path.
    pub path: f64,
    /// The occurrences of the question's stems in its body, each times its rarity.
    pub occurrences: f64,
    /// The share of the question's inverse document frequency that its body holds.
    pub coverage: f64,
    /// The same for its path.
    pub path_coverage: f64,
    /// The same for the names defined in it.
    pub names_coverage: f64,
}

/// What the whole corpus has to say about a question.
pub(crate) struct Evidence {
    /// By file; all zero where nothing matches.
    pub files: Vec<FileEvidence>,
    /// By document: BM25 of the chunk's body.
    pub chunk_body: Vec<f32>,
    /// By document: how much of the question the names defined in the chunk hold.
    pub chunk_names: Vec<f32>,
    /// The files with any evidence, ascending.
    pub touched: Vec<FileIndex>,
}

/// Collects the evidence.
pub(crate) fn retrieve(question: &Question, corpus: &Corpus, text: &TextSnapshot, watch: &Watch) -> Result<Evidence> {
    let mut gatherer = Gatherer::new(corpus);
    let mut postings = Vec::new();
    for term in &question.terms {
        watch.check("retrieve")?;
        let mut share = 0.0;
        for field in [TextField::Body, TextField::Names, TextField::Path] {
            postings.clear();
            text.postings(field, &term.text, &mut postings)?;
            match field {
                TextField::Body => share = gatherer.add_body(term, &postings),
                TextField::Names => gatherer.add_names(term, share, &postings),
                TextField::Path => gatherer.add_path(term, share, &postings),
            }
        }
    }
    Ok(gatherer.finish())
}

struct Gatherer<'a> {
    corpus: &'a Corpus,
    evidence: Evidence,
    runs: Vec<(FileIndex, u32)>,
    share_sum: f64,
}

impl<'a> Gatherer<'a> {
    fn new(corpus: &'a Corpus) -> Gatherer<'a> {
        let documents = corpus.file_of.len();
        Gatherer {
            corpus,
            evidence: Evidence {
                files: vec![FileEvidence::default(); corpus.files.len()],
                chunk_body: vec![0.0; documents],
                chunk_names: vec![0.0; documents],
                touched: Vec::new(),
            },
            runs: Vec::new(),
            share_sum: 0.0,
        }
    }

    /// Returns the term's share of the question: its weight times its rarity among files, or 0 if it is no stem.
    fn add_body(&mut self, term: &QueryTerm, postings: &[Posting]) -> f64 {
        let rarity = inverse_document_frequency(self.corpus.chunk_count as usize, postings.len());
        for posting in postings {
            let length = f64::from(self.corpus.body_lengths[posting.document as usize]);
            let part = CHUNK_BODY.part(f64::from(posting.frequency), length / self.corpus.means.chunk);
            self.evidence.chunk_body[posting.document as usize] += (term.weight * rarity * part) as f32;
        }
        self.collect_runs(postings);
        let rarity = inverse_document_frequency(self.corpus.files.len(), self.runs.len());
        let share = if term.is_stem { rarity * term.weight } else { 0.0 };
        self.share_sum += share;
        for (file, frequency) in &self.runs {
            let length = f64::from(self.corpus.file_lengths[*file as usize]);
            let part = FILE_BODY.part(f64::from(*frequency), length / self.corpus.means.file);
            let evidence = &mut self.evidence.files[*file as usize];
            evidence.body += term.weight * rarity * part;
            evidence.occurrences += share * f64::from(*frequency);
            evidence.coverage += share;
        }
        share
    }

    fn add_names(&mut self, term: &QueryTerm, share: f64, postings: &[Posting]) {
        self.collect_runs(postings);
        let rarity = inverse_document_frequency(self.corpus.files.len(), self.runs.len());
        for posting in postings {
            let value = term.weight * rarity * FILE_NAMES.part(f64::from(posting.frequency), 1.0);
            self.evidence.chunk_names[posting.document as usize] += value as f32;
        }
        for (file, frequency) in &self.runs {
            let length = self.corpus.file_name_lengths[*file as usize];
            let part = FILE_NAMES.part(f64::from(*frequency), f64::from(length) / self.corpus.means.names);
            let evidence = &mut self.evidence.files[*file as usize];
            evidence.names += term.weight * rarity * part;
            evidence.names_coverage += share;
        }
    }

    fn add_path(&mut self, term: &QueryTerm, share: f64, postings: &[Posting]) {
        let rarity = inverse_document_frequency(self.corpus.files.len(), postings.len());
        for posting in postings {
            let file = self.corpus.file_of[posting.document as usize];
            if file == NONE {
                continue;
            }
            let length = f64::from(self.corpus.path_lengths[posting.document as usize]);
            let evidence = &mut self.evidence.files[file as usize];
            evidence.path +=
                term.weight * rarity * PATH.part(f64::from(posting.frequency), length / self.corpus.means.path);
            evidence.path_coverage += share;
        }
    }

    /// Adds up the frequencies of each file's documents. A file's documents may lie in several runs.
    fn collect_runs(&mut self, postings: &[Posting]) {
        self.runs.clear();
        for posting in postings {
            let file = self.corpus.file_of[posting.document as usize];
            match self.runs.last_mut() {
                _ if file == NONE => {}
                Some((last, frequency)) if *last == file => *frequency += posting.frequency,
                _ => self.runs.push((file, posting.frequency)),
            }
        }
        if !self.runs.is_sorted_by(|left, right| left.0 < right.0) {
            self.join_runs();
        }
    }

    fn join_runs(&mut self) {
        self.runs.sort_unstable_by_key(|(file, _)| *file);
        self.runs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
    }

    fn finish(mut self) -> Evidence {
        for (file, evidence) in self.evidence.files.iter_mut().enumerate() {
            if evidence.body > 0.0 {
                let best = best_chunks(self.corpus.documents_of(file as FileIndex), &self.evidence.chunk_body);
                evidence.top_chunks = best.iter().zip(CHUNK_DECAY).map(|(score, weight)| score * weight).sum();
            }
            if self.share_sum > 0.0 {
                evidence.coverage /= self.share_sum;
                evidence.path_coverage /= self.share_sum;
                evidence.names_coverage /= self.share_sum;
            }
            if evidence.body > 0.0 || evidence.names > 0.0 || evidence.path > 0.0 {
                self.evidence.touched.push(file as FileIndex);
            }
        }
        self.evidence
    }
}

impl Bm25 {
    /// The part of a term's weight that its frequency earns, for a document of `relative_length` times the mean.
    fn part(self, frequency: f64, relative_length: f64) -> f64 {
        frequency * (self.k1 + 1.0) / (frequency + self.k1 * (1.0 - self.b + self.b * relative_length))
    }
}

fn inverse_document_frequency(documents: usize, with_term: usize) -> f64 {
    let (documents, with_term) = (documents as f64, with_term as f64);
    (1.0 + (documents - with_term + 0.5).max(0.5) / (with_term + 0.5)).ln()
}

/// The scores of a file's best chunks, descending, zero where it has fewer.
fn best_chunks(documents: &[u32], scores: &[f32]) -> [f64; CHUNK_DECAY.len()] {
    let mut best = [0.0; CHUNK_DECAY.len()];
    for document in documents {
        let mut score = f64::from(scores[*document as usize]);
        for slot in &mut best {
            if score > *slot {
                std::mem::swap(slot, &mut score);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rarer_terms_weigh_more() {
        let rarity: Vec<f64> = [0, 1, 10, 100].iter().map(|found| inverse_document_frequency(100, *found)).collect();
        assert!(rarity.windows(2).all(|pair| pair[0] > pair[1]) && rarity[3] > 0.0);
    }

    proptest! {
        #[test]
        fn best_chunks_are_the_largest_in_order(scores in proptest::collection::vec(0.0f32..10.0, 0..40)) {
            let documents: Vec<u32> = (0..scores.len() as u32).collect();
            let mut expected: Vec<f64> = scores.iter().map(|score| f64::from(*score)).collect();
            expected.sort_by(|left, right| right.total_cmp(left));
            expected.resize(CHUNK_DECAY.len().max(expected.len()), 0.0);
            prop_assert_eq!(best_chunks(&documents, &scores).to_vec(), expected[..CHUNK_DECAY.len()].to_vec());
        }

        #[test]
        fn a_term_earns_more_the_more_often_it_occurs(frequency in 1.0f64..50.0, length in 0.1f64..10.0) {
            let part = CHUNK_BODY.part(frequency, length);
            prop_assert!(part > 0.0 && part < CHUNK_BODY.k1 + 1.0);
            prop_assert!(CHUNK_BODY.part(frequency + 1.0, length) > part);
        }
    }
}
