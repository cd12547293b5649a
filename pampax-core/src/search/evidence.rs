//! What a question's words say about every file and chunk, on a sheet with a place for each. A sheet is as large as the
//! corpus and is wiped where it was written on, so that a question costs no more than what holds its words.
//!
//! Never here: which words those are (`retrieve.rs`), how signals are weighed against each other.

use crate::search::corpus::{Corpus, FileIndex};
use std::sync::{Mutex, PoisonError};

/// The weights of a file's best chunks in its sum of chunks.
const CHUNK_DECAY: [f64; 5] = [1.0, 1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0];

/// The sum of [`CHUNK_DECAY`], and a little more.
const ALL_DECAYED: f64 = 2.284;

/// Bounds are this much larger than what they bound, for the rounding of sums of chunks.
const SLACK: f64 = 1.001;

/// Where more than one file in so many is written about, all chunks are wiped, which is quicker than to find theirs.
const WIPED_WHOLE_FROM: usize = 4;

/// The most sheets that wait for another question.
const KEPT_SHEETS: usize = 4;

/// What one file has to say about a question. Sums of BM25, not yet compared with other files.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(align(64))]
pub(crate) struct FileEvidence {
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
    /// No less than the decayed sum of its best chunks, but for a little.
    chunks_bound: f64,
}

/// Room for the evidence of one question: all zero but where it was written on.
#[derive(Debug, Default)]
struct Sheet {
    /// By file.
    files: Vec<FileEvidence>,
    /// By document: BM25 of the chunk's body.
    chunk_body: Vec<f32>,
    /// By document: how much of the question the names defined in the chunk hold.
    chunk_names: Vec<f32>,
    /// A bit for each file: whether anything is written about it or its chunks.
    marks: Vec<u64>,
}

impl Sheet {
    fn new(corpus: &Corpus) -> Sheet {
        let (files, documents) = (corpus.files.len(), corpus.file_of.len());
        Sheet {
            files: vec![FileEvidence::default(); files],
            chunk_body: vec![0.0; documents],
            chunk_names: vec![0.0; documents],
            marks: vec![0; files.div_ceil(64)],
        }
    }

    /// The files that are written about, ascending.
    fn touched(&self) -> Vec<FileIndex> {
        let mut touched = Vec::new();
        for (word, marks) in self.marks.iter().enumerate() {
            let mut rest = *marks;
            while rest != 0 {
                touched.push(word as FileIndex * 64 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
        touched
    }

    fn wipe(&mut self, corpus: &Corpus) {
        let touched = self.touched();
        touched.iter().for_each(|file| self.files[*file as usize] = FileEvidence::default());
        if touched.len() > self.files.len() / WIPED_WHOLE_FROM {
            self.chunk_body.fill(0.0);
            self.chunk_names.fill(0.0);
        } else {
            for document in touched.iter().flat_map(|file| corpus.documents_of(*file)) {
                self.chunk_body[*document as usize] = 0.0;
                self.chunk_names[*document as usize] = 0.0;
            }
        }
        self.marks.fill(0);
    }
}

/// Sheets of one corpus that no question uses just now.
#[derive(Debug, Default)]
pub(crate) struct Sheets(Mutex<Vec<Sheet>>);

impl Sheets {
    fn take(&self, corpus: &Corpus) -> Sheet {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| Sheet::new(corpus))
    }

    fn give_back(&self, sheet: Sheet) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_SHEETS {
            kept.push(sheet);
        }
    }
}

/// What the whole corpus has to say about a question.
pub(crate) struct Evidence<'c> {
    corpus: &'c Corpus,
    sheets: &'c Sheets,
    sheet: Sheet,
    touched: Vec<FileIndex>,
    share_sum: f64,
}

impl<'c> Evidence<'c> {
    /// None yet.
    pub(crate) fn new(corpus: &'c Corpus, sheets: &'c Sheets) -> Evidence<'c> {
        Evidence { corpus, sheets, sheet: sheets.take(corpus), touched: Vec::new(), share_sum: 0.0 }
    }

    /// The files with any evidence, ascending. Known once all is collected.
    pub(crate) fn touched(&self) -> &[FileIndex] {
        &self.touched
    }

    /// What the terms' shares of the question add up to.
    pub(crate) fn share_sum(&self) -> f64 {
        self.share_sum
    }

    /// Whether there is any evidence about a file.
    pub(crate) fn is_touched(&self, file: FileIndex) -> bool {
        self.sheet.marks[file as usize / 64] >> (file % 64) & 1 == 1
    }

    /// What a file has to say, its coverages being sums and not yet shares.
    pub(crate) fn sums(&self, file: FileIndex) -> &FileEvidence {
        &self.sheet.files[file as usize]
    }

    /// What a file has to say; all zero where nothing matches.
    pub(crate) fn file(&self, file: FileIndex) -> FileEvidence {
        let mut evidence = self.sheet.files[file as usize];
        if self.share_sum > 0.0 {
            evidence.coverage /= self.share_sum;
            evidence.path_coverage /= self.share_sum;
            evidence.names_coverage /= self.share_sum;
        }
        evidence
    }

    /// The decayed sum of a file's best chunks.
    pub(crate) fn top_chunks(&self, file: FileIndex) -> f64 {
        let best = best_chunks(self.corpus.documents_of(file), &self.sheet.chunk_body);
        best.iter().zip(CHUNK_DECAY).map(|(score, weight)| score * weight).sum()
    }

    /// BM25 of the body of a chunk.
    pub(crate) fn chunk_body(&self, document: u32) -> f32 {
        self.sheet.chunk_body[document as usize]
    }

    /// How much of the question the names defined in a chunk hold.
    pub(crate) fn chunk_names(&self, document: u32) -> f32 {
        self.sheet.chunk_names[document as usize]
    }

    pub(super) fn file_mut(&mut self, file: FileIndex) -> &mut FileEvidence {
        self.sheet.marks[file as usize / 64] |= 1 << (file % 64);
        &mut self.sheet.files[file as usize]
    }

    /// The numbers for the bodies of all chunks. Whoever writes one must ask for [`Evidence::file_mut`] of its file.
    pub(super) fn chunk_body_mut(&mut self) -> &mut [f32] {
        &mut self.sheet.chunk_body
    }

    /// The numbers for the names in all chunks. Whoever writes one must ask for [`Evidence::file_mut`] of its file.
    pub(super) fn chunk_names_mut(&mut self) -> &mut [f32] {
        &mut self.sheet.chunk_names
    }

    /// Nothing more is written. The terms' shares of the question add up to `share_sum`.
    pub(super) fn close(&mut self, share_sum: f64) {
        self.touched = self.sheet.touched();
        self.share_sum = share_sum;
    }
}

impl Drop for Evidence<'_> {
    fn drop(&mut self) {
        let mut sheet = std::mem::take(&mut self.sheet);
        sheet.wipe(self.corpus);
        self.sheets.give_back(sheet);
    }
}

impl FileEvidence {
    /// A number that [`Evidence::top_chunks`] does not exceed.
    pub(crate) fn top_chunks_bound(&self) -> f64 {
        self.chunks_bound * SLACK
    }

    /// Counts what one term adds to the file's chunks: `sum` to all together, `largest` to one at most.
    pub(super) fn bound_chunks(&mut self, sum: f64, largest: f64) {
        self.chunks_bound += sum.min(largest * ALL_DECAYED);
    }
}

/// The scores of a file's best chunks, descending, zero where it has fewer.
fn best_chunks(documents: &[u32], scores: &[f32]) -> [f64; CHUNK_DECAY.len()] {
    let mut best = [0.0; CHUNK_DECAY.len()];
    for document in documents {
        let mut score = f64::from(scores[*document as usize]);
        if score <= best[CHUNK_DECAY.len() - 1] {
            continue;
        }
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
        fn no_file_has_more_in_its_best_chunks_than_its_bound(
            terms in proptest::collection::vec(proptest::collection::vec(0.0f32..9.0, 12), 0..9),
        ) {
            let (mut evidence, mut scores) = (FileEvidence::default(), [0.0f32; 12]);
            for term in &terms {
                scores.iter_mut().zip(term).for_each(|(score, value)| *score += value);
                let values = || term.iter().copied().map(f64::from);
                evidence.bound_chunks(values().sum(), values().fold(0.0, f64::max));
            }
            let best = best_chunks(&(0..12).collect::<Vec<u32>>(), &scores);
            let decayed: f64 = best.iter().zip(CHUNK_DECAY).map(|(score, weight)| score * weight).sum();
            prop_assert!(decayed <= evidence.top_chunks_bound());
        }
    }
}
