//! The signs of many vectors' components, one bit each, and the vectors with the most of them in common with another one.
//!
//! Never here: what is done with those vectors (`vector_set.rs`).

use multiversion::multiversion;
use std::ops::Range;

/// The components whose signs are in one word.
const WORD: usize = 64;

/// How many vectors' words of signs lie side by side, so that as many are compared at once.
const LANES: usize = 16;

/// How many vectors' signs are compared before it is seen which of them have the most in common.
const BATCH: usize = 64 * LANES;

/// The signs of the components of many vectors.
pub(super) struct Signs {
    /// How many words each vector has.
    words: usize,
    /// The first words of [`LANES`] vectors, their second ones, and so on; then those of the next vectors. Zero behind the
    /// last vector.
    blocks: Vec<u64>,
    count: usize,
}

impl Signs {
    /// Those of vectors of `dimensions` components, which lie one after another.
    pub(super) fn new(vectors: &[i8], dimensions: usize) -> Signs {
        let (words, count) = (dimensions.div_ceil(WORD), vectors.len() / dimensions);
        let mut blocks = vec![0; count.div_ceil(LANES) * LANES * words];
        for (several, block) in vectors.chunks(dimensions * LANES).zip(blocks.chunks_exact_mut(LANES * words)) {
            for (lane, vector) in several.chunks_exact(dimensions).enumerate() {
                signs(vector).enumerate().for_each(|(word, signs)| block[word * LANES + lane] = signs);
            }
        }
        Signs { words, blocks, count }
    }

    /// In how many signs each vector at `positions` differs from `query`.
    pub(super) fn distances(&self, query: &[u64], positions: Range<usize>) -> Vec<u32> {
        let blocks = positions.start / LANES..positions.end.div_ceil(LANES);
        let mut distances = vec![0; blocks.len() * LANES];
        let size = LANES * self.words;
        differences(&self.blocks[blocks.start * size..blocks.end * size], query, &mut distances);
        let before = positions.start - blocks.start * LANES;
        distances.drain(..before);
        distances.truncate(positions.len());
        distances
    }

    /// The positions of the `count` vectors with the most signs in common with `query`, and of those that have as many as the
    /// last of them, ascending.
    pub(super) fn alike(&self, query: &[u64], count: usize) -> Vec<u32> {
        let mut alike = Alike::new(self.words * WORD, count);
        let mut distances = [0; BATCH];
        for (batch, blocks) in self.blocks.chunks(BATCH * self.words).enumerate() {
            let first = batch * BATCH;
            let distances = &mut distances[..(self.count - first).min(BATCH).next_multiple_of(LANES)];
            differences(blocks, query, distances);
            let distances = &distances[..(self.count - first).min(BATCH)];
            for (part, several) in distances.chunks(LANES).enumerate() {
                alike.add((first + part * LANES) as u32, several);
            }
        }
        alike.positions()
    }
}

/// The least distances so far.
struct Alike {
    count: usize,
    /// A larger distance is none of the least.
    largest: u32,
    /// How many there are of each distance up to the largest, and all together.
    of_distance: Vec<usize>,
    within: usize,
    /// Distances and positions, some of which are too large by now.
    found: Vec<(u32, u32)>,
}

impl Alike {
    fn new(longest: usize, count: usize) -> Alike {
        Alike { count, largest: longest as u32, of_distance: vec![0; longest + 1], within: 0, found: Vec::new() }
    }

    /// Adds the distances of the positions from `first` on.
    fn add(&mut self, first: u32, distances: &[u32]) {
        // Nearly always there is none; to ask so of all at once is quicker than to ask each.
        if !distances.iter().fold(false, |is_any, distance| is_any | (*distance <= self.largest)) {
            return;
        }
        for (distance, position) in distances.iter().zip(first..) {
            if *distance <= self.largest {
                self.found.push((*distance, position));
                self.of_distance[*distance as usize] += 1;
                self.within += 1;
                self.narrow();
            }
        }
    }

    fn narrow(&mut self) {
        while self.largest > 0 && self.within - self.of_distance[self.largest as usize] >= self.count {
            self.within -= self.of_distance[self.largest as usize];
            self.largest -= 1;
        }
    }

    fn positions(self) -> Vec<u32> {
        self.found.iter().filter(|(distance, _)| *distance <= self.largest).map(|(_, position)| *position).collect()
    }
}

/// In how many signs each vector of `blocks` differs from `query`. Compiled for each of these instruction sets,
/// and the best that the processor has is taken; all give the same numbers.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512vpopcntdq", "x86_64+avx2", "x86_64+popcnt"))]
fn differences(blocks: &[u64], query: &[u64], distances: &mut [u32]) {
    let blocks = blocks.chunks_exact(LANES * query.len());
    for (slots, block) in distances.chunks_exact_mut(LANES).zip(blocks) {
        let mut sums = [0u64; LANES];
        for (words, of_query) in block.chunks_exact(LANES).zip(query) {
            let words: &[u64; LANES] = words.first_chunk().unwrap_or(&[0; LANES]);
            for lane in 0..LANES {
                sums[lane] += u64::from((words[lane] ^ of_query).count_ones());
            }
        }
        slots.iter_mut().zip(sums).for_each(|(slot, sum)| *slot = sum as u32);
    }
}

/// The signs of a vector's components, [`WORD`] to a word, set where one is negative.
pub(super) fn signs(vector: &[i8]) -> impl Iterator<Item = u64> + '_ {
    let byte = |eight: &[i8]| -> u64 {
        let mut all = [0; 8];
        eight.iter().zip(&mut all).for_each(|(component, byte)| *byte = component.cast_unsigned());
        // The sign bits of the eight bytes, moved side by side by one multiplication.
        (u64::from_le_bytes(all) & 0x8080_8080_8080_8080).wrapping_mul(0x0002_0408_1020_4081) >> 56
    };
    let word = move |part: &[i8]| part.chunks(8).zip(0..).fold(0, |word, (eight, at)| word | byte(eight) << (8 * at));
    vector.chunks(WORD).map(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn signs_differ_where_one_of_two_components_is_negative(
            pairs in prop::collection::vec((-127i8.., -127i8..), 1..200),
        ) {
            let (left, right): (Vec<i8>, Vec<i8>) = pairs.iter().copied().unzip();
            let found = Signs::new(&left, left.len()).distances(&signs(&right).collect::<Vec<_>>(), 0..1);
            let expected = pairs.iter().filter(|(left, right)| (*left < 0) != (*right < 0)).count();
            prop_assert_eq!(found, [expected as u32]);
        }

        #[test]
        fn the_most_alike_are_what_counting_all_distances_gives(
            vectors in prop::collection::vec(prop::array::uniform9(-3i8..3), 1..2_500), count in 0usize..60,
        ) {
            let set = Signs::new(&vectors.concat(), 9);
            let query: Vec<u64> = signs(&vectors[0]).collect();
            let differ = |vector: &[i8; 9]| {
                vector.iter().zip(&vectors[0]).filter(|(left, right)| (**left < 0) != (**right < 0)).count() as u32
            };
            let distances: Vec<u32> = vectors.iter().map(differ).collect();
            let (start, end) = (vectors.len() / 3, vectors.len() * 2 / 3);
            prop_assert_eq!(set.distances(&query, start..end), distances[start..end].to_vec());
            let mut sorted = distances.clone();
            sorted.sort_unstable();
            let largest = sorted.get(count.max(1) - 1).copied().unwrap_or(9).min(if count == 0 { 0 } else { 9 });
            let all = (0..).zip(&distances);
            let expected: Vec<u32> = all.filter(|(_, distance)| **distance <= largest).map(|(at, _)| at).collect();
            prop_assert_eq!(set.alike(&query, count), expected);
        }
    }
}
