//! How near a question is to the chunks of files, by their vectors.
//!
//! Never here: how vectors are made, kept or compared (`model/`, `store/vector_set.rs`).

use crate::search::corpus::{Corpus, FileIndex};
use crate::store::vector_set::VectorSet;

/// The nearest chunks whose files may answer for their sake alone.
const POOL: usize = 100;

/// The similarity of one question to every chunk; empty without vectors.
#[derive(Debug, Default)]
pub(crate) struct Nearness {
    /// By position in the set of vectors; 0 for a chunk that was not looked at.
    similarities: Vec<f32>,
    /// By file: where its chunks begin and end, if it has vectors.
    places: Vec<(u32, u32)>,
    /// The files of the nearest chunks, ascending.
    leaders: Vec<FileIndex>,
    /// The largest similarity.
    pub best: f64,
}

impl Nearness {
    /// The nearness of the question of this vector. Files whose chunks are all less similar than `least` may not answer for
    /// the sake of their vectors alone.
    pub(crate) fn new((set, query): (&VectorSet, &[f32]), corpus: &Corpus, least: f32) -> Nearness {
        let mut nearness = Nearness { places: vec![(0, 0); corpus.files.len()], ..Nearness::default() };
        nearness.similarities = set.similarities_or_nearest(query, POOL);
        let least = least_of_the_best(&nearness.similarities).max(least);
        for (file_id, range) in set.files() {
            let Some(file) = corpus.index_of_id(file_id) else { continue };
            let best = nearness.similarities.get(range.clone()).unwrap_or_default().iter().copied().fold(0.0, f32::max);
            nearness.places[file as usize] = (range.start as u32, range.end as u32);
            nearness.best = nearness.best.max(f64::from(best));
            if best > 0.0 && best >= least {
                nearness.leaders.push(file);
            }
        }
        nearness.leaders.sort_unstable();
        nearness
    }

    /// The files of the nearest chunks, ascending.
    pub(crate) fn leaders(&self) -> &[FileIndex] {
        &self.leaders
    }

    /// The similarity of one chunk of a file, from 0 to 1; 0 without a vector.
    pub(crate) fn chunk(&self, file: FileIndex, chunk: u32) -> f64 {
        self.of(file).get(chunk as usize).map_or(0.0, |similarity| f64::from(*similarity).max(0.0))
    }

    /// The largest similarity of the file's chunks, from 0 to 1.
    pub(crate) fn file(&self, file: FileIndex) -> f64 {
        f64::from(self.of(file).iter().copied().fold(0.0, f32::max))
    }

    fn of(&self, file: FileIndex) -> &[f32] {
        let (start, end) = self.places.get(file as usize).copied().unwrap_or_default();
        self.similarities.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The least of the [`POOL`] largest.
fn least_of_the_best(similarities: &[f32]) -> f32 {
    if similarities.len() <= POOL {
        return 0.0;
    }
    let mut sorted = similarities.to_vec();
    *sorted.select_nth_unstable_by(POOL - 1, |left, right| right.total_cmp(left)).1
}
