//! How near a question is to the chunks of files, by their vectors. Pure.
//!
//! Never here: how vectors are made, kept or compared (`model/`, `store/vector_set.rs`).

use crate::search::corpus::{Corpus, FileIndex};
use crate::store::vector_set::{Probe, VectorSet};
use std::ops::Range;

/// The nearest chunks whose files may answer for their sake alone.
const POOL: usize = 100;

/// Where the vectors of a snapshot's files are in their set.
#[derive(Debug, Default)]
pub(crate) struct VectorRanges {
    /// By file: where its vectors begin and end, if it has any.
    of_file: Vec<(u32, u32)>,
    /// Every file that has any, with where they begin, in the order of these.
    files: Vec<(u32, FileIndex)>,
}

impl VectorRanges {
    /// Those of `set`.
    pub(crate) fn new(set: &VectorSet, corpus: &Corpus) -> VectorRanges {
        let mut ranges = VectorRanges { of_file: vec![(0, 0); corpus.files.len()], files: Vec::new() };
        for (file_id, range) in set.files().filter(|(_, range)| !range.is_empty()) {
            if let Some(file) = corpus.index_of_id(file_id) {
                ranges.of_file[file as usize] = (range.start as u32, range.end as u32);
                ranges.files.push((range.start as u32, file));
            }
        }
        ranges
    }

    /// Where the vectors of a file are.
    fn of(&self, file: FileIndex) -> Range<usize> {
        let (start, end) = self.of_file.get(file as usize).copied().unwrap_or_default();
        start as usize..end as usize
    }

    /// The file of the vector at `position`.
    fn file_at(&self, position: u32) -> Option<FileIndex> {
        let after = self.files.partition_point(|(first, _)| *first <= position);
        let (_, file) = *self.files.get(after.checked_sub(1)?)?;
        (position < self.of_file[file as usize].1).then_some(file)
    }
}

/// How near one question is to every chunk; to none without vectors.
#[derive(Default)]
pub(crate) struct Nearness<'s> {
    /// What is compared when it is asked for.
    compared: Option<Compared<'s>>,
    /// The files of the nearest chunks, ascending.
    leaders: Vec<FileIndex>,
    /// The similarity of the nearest chunk, at least 0.
    best: f32,
}

struct Compared<'s> {
    set: &'s VectorSet,
    probe: Probe,
    ranges: &'s VectorRanges,
    /// The similarity of every vector of the set; empty where not all of them are known.
    known: Vec<f32>,
}

impl Compared<'_> {
    /// The similarities of the chunks of a file, if they are known.
    fn known(&self, file: FileIndex) -> Option<&[f32]> {
        self.known.get(self.ranges.of(file))
    }
}

impl<'s> Nearness<'s> {
    /// The nearness of the question of this vector. Files whose chunks are all less similar than `least` may not answer for
    /// the sake of their vectors alone.
    pub(crate) fn new((set, query): (&'s VectorSet, &[f32]), ranges: &'s VectorRanges, least: f32) -> Nearness<'s> {
        let Some(probe) = set.probe(query) else { return Nearness::default() };
        let mut nearest = set.nearest(&probe, POOL);
        let known = match set.compares_all() {
            true => nearest.iter().map(|(_, similarity)| *similarity).collect(),
            false => Vec::new(),
        };
        let best = nearest.iter().map(|(_, similarity)| *similarity).fold(0.0, f32::max);
        nearest.retain(|(_, similarity)| *similarity > 0.0 && *similarity >= least);
        keep_largest(&mut nearest);
        let mut leaders: Vec<FileIndex> = nearest.into_iter().filter_map(|(at, _)| ranges.file_at(at)).collect();
        leaders.sort_unstable();
        leaders.dedup();
        Nearness { compared: Some(Compared { set, probe, ranges, known }), leaders, best }
    }

    /// The files of the nearest chunks, ascending.
    pub(crate) fn leaders(&self) -> &[FileIndex] {
        &self.leaders
    }

    /// Whether any file is near at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.best <= 0.0
    }

    /// The similarity of every chunk of a file, from 0 to 1, in their order; empty without vectors.
    pub(crate) fn chunks(&self, file: FileIndex) -> Vec<f64> {
        let Some(compared) = &self.compared else { return Vec::new() };
        let value = |similarity: f32| f64::from(similarity.max(0.0));
        if let Some(known) = compared.known(file) {
            return known.iter().map(|similarity| value(*similarity)).collect();
        }
        let positions = compared.ranges.of(file);
        let mut similarities = Vec::with_capacity(positions.len());
        compared.set.compare(&compared.probe, positions, |_, similarity| similarities.push(value(similarity)));
        similarities
    }

    /// The largest similarity of the file's chunks against that of all chunks, from 0 to 1.
    pub(crate) fn file(&self, file: FileIndex) -> f64 {
        let Some(compared) = self.compared.as_ref().filter(|_| self.best > 0.0) else { return 0.0 };
        let largest = match compared.known(file) {
            Some(known) => known.iter().copied().fold(0.0, f32::max),
            None => compared.set.largest(&compared.probe, compared.ranges.of(file)),
        };
        (f64::from(largest) / f64::from(self.best)).min(1.0)
    }
}

/// Drops all that are less similar than the [`POOL`] most similar.
fn keep_largest(nearest: &mut Vec<(u32, f32)>) {
    if nearest.len() > POOL {
        let (_, least) = *nearest.select_nth_unstable_by(POOL - 1, |left, right| right.1.total_cmp(&left.1)).1;
        nearest.retain(|(_, similarity)| *similarity >= least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_largest_are_what_sorting_all_gives(values in prop::collection::vec(-20i8..=20, 0..500)) {
            let mut nearest: Vec<(u32, f32)> = (0..).zip(values.iter().map(|value| f32::from(*value))).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable_by(|left, right| right.cmp(left));
            let least = sorted.get(POOL - 1).copied().unwrap_or(i8::MIN);
            let expected: Vec<u32> = (0..).zip(&values).filter(|(_, value)| **value >= least).map(|(at, _)| at).collect();
            keep_largest(&mut nearest);
            let mut found: Vec<u32> = nearest.into_iter().map(|(at, _)| at).collect();
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
