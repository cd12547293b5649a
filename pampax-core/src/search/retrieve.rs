//! From a question to what every file and chunk has to say about it: BM25 sums over exact statistics of live documents.
//!
//! Terms are taken in one fixed order, so sums do not depend on threads or segments.
//!
//! Never here: how signals are weighed against each other.

use crate::error::Result;
use crate::limits::Watch;
use crate::search::bm25::{CHUNK_BODY, FILE_BODY, FILE_NAMES, PATH, inverse_document_frequency};
use crate::search::corpus::{Corpus, FileIndex, NONE};
use crate::search::evidence::{Evidence, Sheets};
use crate::search::question::{QueryTerm, Question};
use crate::store::text::{Posting, TextField, TextSnapshot};

/// What a name is damped by in a chunk: names are few, whatever the chunk's length.
const CHUNK_NAME_LENGTH: f64 = 1.0;

/// Collects the evidence, on one of `sheets`.
pub(crate) fn retrieve<'c>(
    question: &Question,
    (corpus, sheets): (&'c Corpus, &'c Sheets),
    text: &TextSnapshot,
    watch: &Watch,
) -> Result<Evidence<'c>> {
    let mut gatherer = Gatherer { corpus, evidence: Evidence::new(corpus, sheets), runs: Vec::new(), share_sum: 0.0 };
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

struct Gatherer<'c> {
    corpus: &'c Corpus,
    evidence: Evidence<'c>,
    runs: Vec<Run>,
    share_sum: f64,
}

/// What one term is to one file.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Run {
    file: FileIndex,
    /// How often it occurs.
    frequency: u32,
    /// What it adds to all of its chunks.
    sum: f64,
    /// The most that it adds to one of them.
    largest: f64,
}

impl<'c> Gatherer<'c> {
    /// Returns the term's share of the question: its weight times its rarity among files, or 0 if it is no stem.
    fn add_body(&mut self, term: &QueryTerm, postings: &[Posting]) -> f64 {
        let weight = term.weight * inverse_document_frequency(self.corpus.chunk_count as usize, postings.len());
        let Corpus { body_lengths, damping, .. } = self.corpus;
        let chunk_body = self.evidence.chunk_body_mut();
        collect_runs(self.corpus, postings, &mut self.runs, |posting| {
            let at = posting.document as usize;
            let damping = damping.chunk[usize::from(body_lengths[at])];
            let value = (weight * CHUNK_BODY.part(f64::from(posting.frequency), damping)) as f32;
            chunk_body[at] += value;
            value
        });
        let rarity = inverse_document_frequency(self.corpus.files.len(), self.runs.len());
        let share = if term.is_stem { rarity * term.weight } else { 0.0 };
        self.share_sum += share;
        let weight = term.weight * rarity;
        for run in &self.runs {
            let frequency = f64::from(run.frequency);
            let evidence = self.evidence.file_mut(run.file);
            evidence.body += weight * FILE_BODY.part(frequency, damping.body[run.file as usize]);
            evidence.occurrences += share * frequency;
            evidence.coverage += share;
            evidence.bound_chunks(run.sum, run.largest);
        }
        share
    }

    fn add_names(&mut self, term: &QueryTerm, share: f64, postings: &[Posting]) {
        collect_runs(self.corpus, postings, &mut self.runs, |_| 0.0);
        let weight = term.weight * inverse_document_frequency(self.corpus.files.len(), self.runs.len());
        for run in &self.runs {
            let damping = self.corpus.damping.names[run.file as usize];
            let evidence = self.evidence.file_mut(run.file);
            evidence.names += weight * FILE_NAMES.part(f64::from(run.frequency), damping);
            evidence.names_coverage += share;
        }
        let damping = FILE_NAMES.damping(CHUNK_NAME_LENGTH);
        let chunk_names = self.evidence.chunk_names_mut();
        for posting in postings.iter().filter(|posting| self.corpus.file_of[posting.document as usize] != NONE) {
            let value = weight * FILE_NAMES.part(f64::from(posting.frequency), damping);
            chunk_names[posting.document as usize] += value as f32;
        }
    }

    fn add_path(&mut self, term: &QueryTerm, share: f64, postings: &[Posting]) {
        let weight = term.weight * inverse_document_frequency(self.corpus.files.len(), postings.len());
        for posting in postings {
            let file = self.corpus.file_of[posting.document as usize];
            if file == NONE {
                continue;
            }
            let damping = self.corpus.damping.path[file as usize];
            let evidence = self.evidence.file_mut(file);
            evidence.path += weight * PATH.part(f64::from(posting.frequency), damping);
            evidence.path_coverage += share;
        }
    }

    fn finish(mut self) -> Evidence<'c> {
        self.evidence.close(self.share_sum);
        self.evidence
    }
}

/// Adds up the postings of each file, `value` being what the term adds to a chunk. Every file is in one of `runs`.
fn collect_runs(corpus: &Corpus, postings: &[Posting], runs: &mut Vec<Run>, mut value: impl FnMut(&Posting) -> f32) {
    runs.clear();
    let mut run = Run { file: NONE, ..Run::default() };
    for posting in postings {
        let file = corpus.file_of[posting.document as usize];
        if file == NONE {
            continue;
        }
        if file != run.file {
            runs.extend((run.file != NONE).then_some(run));
            run = Run { file, ..Run::default() };
        }
        let value = f64::from(value(posting));
        run.frequency += posting.frequency;
        run.sum += value;
        run.largest = run.largest.max(value);
    }
    runs.extend((run.file != NONE).then_some(run));
    if !corpus.is_grouped {
        runs.sort_unstable_by_key(|run| run.file);
        runs.dedup_by(|next, kept| kept.join(next));
    }
}

impl Run {
    /// Adds `next` to it, if it is about the same file.
    fn join(&mut self, next: &Run) -> bool {
        let is_same = self.file == next.file;
        if is_same {
            self.frequency += next.frequency;
            self.sum += next.sum;
            self.largest = self.largest.max(next.largest);
        }
        is_same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;
    use crate::limits::Limits;
    use crate::search::fixture::{self, Texts};
    use proptest::prelude::*;

    fn count(words: &[&str], term: &QueryTerm) -> f64 {
        words.iter().filter(|word| **word == term.text).count() as f64
    }

    /// What is said about one file and its chunks by the formulas, term by term.
    #[derive(Debug, Default, PartialEq)]
    struct Said {
        /// The body, names, path, occurrences and coverages of the file.
        file: [f64; 7],
        chunk_body: Vec<f32>,
        chunk_names: Vec<f32>,
    }

    fn lengths<'a>(texts: impl Iterator<Item = &'a Vec<&'static str>>) -> f64 {
        texts.map(Vec::len).sum::<usize>() as f64
    }

    /// What the formulas say about every file.
    fn reference(files: &[Texts], question: &Question) -> Vec<Said> {
        let bodies = |file: &Texts| lengths(file.1.iter().map(|chunk| &chunk.0));
        let names = |file: &Texts| lengths(file.1.iter().map(|chunk| &chunk.1));
        let mean = |total: f64, count: usize| total.max(1.0) / count.max(1) as f64;
        let chunk_count = files.iter().map(|file| file.1.len()).sum();
        let all_bodies: f64 = files.iter().map(bodies).sum();
        let (chunk_mean, file_mean) = (mean(all_bodies, chunk_count), mean(all_bodies, files.len()));
        let names_mean = mean(files.iter().map(names).sum(), files.len());
        let path_mean = mean(lengths(files.iter().map(|file| &file.0)), files.len());
        let said = |file: &Texts| {
            let none = vec![0.0; file.1.len()];
            Said { chunk_body: none.clone(), chunk_names: none, ..Said::default() }
        };
        let mut all: Vec<Said> = files.iter().map(said).collect();
        let mut share_sum = 0.0;
        for term in &question.terms {
            let in_body = |file: &Texts| file.1.iter().map(|chunk| count(&chunk.0, term)).sum::<f64>();
            let in_names = |file: &Texts| file.1.iter().map(|chunk| count(&chunk.1, term)).sum::<f64>();
            let holding = |found: &dyn Fn(&Texts) -> f64| files.iter().filter(|file| found(file) > 0.0).count();
            let chunks = files.iter().flat_map(|file| &file.1).filter(|chunk| count(&chunk.0, term) > 0.0).count();
            let chunk_weight = term.weight * inverse_document_frequency(chunk_count, chunks);
            let file_rarity = inverse_document_frequency(files.len(), holding(&in_body));
            let names_weight = term.weight * inverse_document_frequency(files.len(), holding(&in_names));
            let path_weight =
                term.weight * inverse_document_frequency(files.len(), holding(&|file| count(&file.0, term)));
            let share = if term.is_stem { file_rarity * term.weight } else { 0.0 };
            share_sum += share;
            for (file, said) in files.iter().zip(&mut all) {
                for (chunk, (body, names)) in file.1.iter().zip(said.chunk_body.iter_mut().zip(&mut said.chunk_names)) {
                    let damping = CHUNK_BODY.damping(chunk.0.len() as f64 / chunk_mean);
                    *body += (chunk_weight * CHUNK_BODY.part(count(&chunk.0, term), damping)) as f32;
                    *names += (names_weight * FILE_NAMES.part(count(&chunk.1, term), FILE_NAMES.damping(1.0))) as f32;
                }
                let [body, named, path, occurrences, coverage, path_coverage, names_coverage] = &mut said.file;
                let (found, of_names, of_path) = (in_body(file), in_names(file), count(&file.0, term));
                *body += term.weight * file_rarity * FILE_BODY.part(found, FILE_BODY.damping(bodies(file) / file_mean));
                *named += names_weight * FILE_NAMES.part(of_names, FILE_NAMES.damping(names(file) / names_mean));
                *path += path_weight * PATH.part(of_path, PATH.damping(file.0.len() as f64 / path_mean));
                *occurrences += share * found;
                *coverage += if found > 0.0 { share } else { 0.0 };
                *path_coverage += if of_path > 0.0 { share } else { 0.0 };
                *names_coverage += if of_names > 0.0 { share } else { 0.0 };
            }
        }
        let shares = if share_sum > 0.0 { share_sum } else { 1.0 };
        all.iter_mut().for_each(|said| said.file[4..].iter_mut().for_each(|coverage| *coverage /= shares));
        all
    }

    fn said(evidence: &Evidence<'_>, corpus: &Corpus, file: FileIndex) -> Said {
        let own = evidence.file(file);
        let mut documents = corpus.documents_of(file).to_vec();
        documents.sort_unstable_by_key(|document| corpus.chunk_of[*document as usize]);
        Said {
            file: [own.body, own.names, own.path, own.occurrences, own.coverage, own.path_coverage, own.names_coverage],
            chunk_body: documents.iter().map(|document| evidence.chunk_body(*document)).collect(),
            chunk_names: documents.iter().map(|document| evidence.chunk_names(*document)).collect(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn evidence_is_what_the_formulas_say_and_a_used_sheet_is_as_good_as_a_new_one(
            files in fixture::files(), questions in prop::collection::vec(fixture::question(), 1..5),
        ) {
            let (corpus, text) = fixture::corpus(&files);
            let (sheets, watch) = (Sheets::default(), Host::default().watch(&Limits::default()));
            for question in &questions {
                let evidence = retrieve(question, (&corpus, &sheets), &text, &watch).unwrap();
                let expected = reference(&files, question);
                for (file, expected) in (0..).zip(&expected) {
                    prop_assert_eq!(&said(&evidence, &corpus, file), expected);
                    prop_assert_eq!(evidence.touched().contains(&file), expected.file[..3].iter().any(|value| *value > 0.0));
                    prop_assert!(evidence.top_chunks(file) <= evidence.sums(file).top_chunks_bound());
                }
            }
        }
    }
}
