//! The vectors of one snapshot in memory, and the search for the nearest ones.
//!
//! Never here: how they are stored (`vectors.rs`), what a similarity is worth. The graph's own files are neither written
//! nor read.

use crate::error::{Degradation, Result};
use crate::store::schema::Database;
use crate::store::vectors::{self, Model, Quantised};
use hnsw_rs::prelude::{Distance, Hnsw};
use std::ops::Range;

/// The graph's shape: neighbours of a point, and candidates looked at while building and searching.
const NEIGHBOURS: usize = 16;
const BUILD_CANDIDATES: usize = 200;
const LAYERS: usize = 16;
const SEARCH_CANDIDATES: usize = 128;

/// One chunk near a query.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Nearest {
    pub file_id: u32,
    /// The position in the file's chunks.
    pub chunk: u32,
    /// The cosine of the angle between the two, from -1 to 1.
    pub similarity: f32,
}

/// The vectors of one snapshot and model, in memory, those of a file one after another in the order of its chunks.
pub(crate) struct VectorSet {
    dimensions: usize,
    /// All vectors one after another.
    bytes: Vec<i8>,
    scales: Vec<f32>,
    /// Every file with the position of its first vector, in the order of these.
    files: Vec<(u32, u32)>,
    /// How many files of the snapshot have none, and how many files there are.
    without: (u64, u64),
    graph: Option<Graph>,
}

impl VectorSet {
    /// Loads the vectors of `model`; above `exact_limit` of them a graph is built for an approximate search.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when a vector is missing or has another size.
    pub(crate) fn load(database: &Database, model: &Model, exact_limit: usize) -> Result<VectorSet> {
        let chunks = usize::try_from(database.totals()?.chunks).unwrap_or_default();
        let mut set = VectorSet {
            dimensions: model.dimensions as usize,
            bytes: Vec::with_capacity(chunks.saturating_mul(model.dimensions as usize)),
            scales: Vec::with_capacity(chunks),
            files: Vec::new(),
            without: database.files_without(model)?,
            graph: None,
        };
        let sql = "SELECT block, file_id FROM embedded WHERE model = ?1 ORDER BY block, file_id";
        let files =
            database.collect(sql, [model.id], |row| Ok(Some((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?))))?;
        let mut wanted = files.chunk_by(|left, right| left.0 == right.0).peekable();
        // The table is kept in this order, so that it is read once from end to end.
        database.collect("SELECT id, vectors FROM vector_blocks WHERE model = ?1 ORDER BY id", [model.id], |row| {
            let id: i64 = row.get(0)?;
            match wanted.next_if(|files| files[0].0 == id) {
                Some(files) => Ok(set.add(files, row.get_ref(1)?.as_blob()?)),
                None => Ok(Some(())),
            }
        })?;
        if wanted.next().is_some() {
            return Err(database.damaged("the vectors of a file are missing"));
        }
        if set.len() > exact_limit {
            set.graph = Some(Graph::new(&set));
        }
        Ok(set)
    }

    /// Adds the vectors of `files`, which hold the same texts; `None` when they are of another size.
    fn add(&mut self, files: &[(i64, u32)], stored: &[u8]) -> Option<()> {
        let (scales, bytes) = vectors::parts(stored, self.dimensions)?;
        for (_, file_id) in files {
            self.files.push((*file_id, self.scales.len() as u32));
            self.scales.extend(scales.iter().map(|scale| f32::from_le_bytes(*scale)));
            self.bytes.extend(bytes.iter().map(|byte| byte.cast_signed()));
        }
        Some(())
    }

    /// What an answer has to do without where some files have no vectors.
    pub(crate) fn degradation(&self) -> Option<Degradation> {
        let (without, all) = self.without;
        let why = || format!("{without} of {all} files have no vectors: update the index with this embedder");
        (without > 0).then(|| Degradation::new("embedder", why()))
    }

    /// The number of components of every vector.
    pub(crate) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The number of vectors.
    pub(crate) fn len(&self) -> usize {
        self.scales.len()
    }

    /// Every file that has vectors, with their positions, which are in the order of its chunks.
    pub(crate) fn files(&self) -> impl Iterator<Item = (u32, Range<usize>)> {
        let ends = self.files.iter().skip(1).map(|(_, first)| *first as usize).chain([self.len()]);
        self.files.iter().zip(ends).map(|((file_id, first), end)| (*file_id, *first as usize..end))
    }

    /// The similarity of `query` to every vector, by position: the cosine of the angle between the two, from -1 to 1.
    /// Empty when `query` has another size than the vectors, or no direction.
    pub(crate) fn similarities(&self, query: &[f32]) -> Vec<f32> {
        let Some(query) = self.quantised(query) else { return Vec::new() };
        // Widened once, so that the loop over all vectors only widens these.
        let wide: Vec<i16> = query.bytes.iter().map(|byte| i16::from(*byte)).collect();
        let vectors = self.bytes.chunks_exact(self.dimensions).zip(&self.scales);
        vectors.map(|(vector, scale)| cosine(wide_dot(vector, &wide), *scale, query.scale)).collect()
    }

    /// [`VectorSet::similarities`]; where the search is approximate, those of the `count` nearest alone, and 0 for others.
    pub(crate) fn similarities_or_nearest(&self, query: &[f32], count: usize) -> Vec<f32> {
        let Some(graph) = &self.graph else { return self.similarities(query) };
        let mut similarities = vec![0.0; self.len()];
        let candidates = self.quantised(query).map(|query| graph.candidates(self, &query, count)).unwrap_or_default();
        for (at, similarity) in candidates {
            similarities[at as usize] = similarity;
        }
        similarities
    }

    #[cfg(test)]
    /// The `count` chunks nearest to `query`, nearest first; equal ones by file, then by position.
    /// Empty when `query` has another size than the vectors, or no direction.
    pub(crate) fn nearest(&self, query: &[f32], count: usize) -> Vec<Nearest> {
        if count == 0 {
            return Vec::new();
        }
        let mut best: Vec<(u32, f32)> = match &self.graph {
            None => (0..).zip(self.similarities(query)).collect(),
            Some(graph) => self.quantised(query).map(|query| graph.candidates(self, &query, count)).unwrap_or_default(),
        };
        if best.len() > count {
            let (_, least, _) = best.select_nth_unstable_by(count - 1, |left, right| right.1.total_cmp(&left.1));
            let least = least.1;
            best.retain(|(_, similarity)| *similarity >= least);
        }
        let mut nearest: Vec<Nearest> = best.into_iter().map(|(at, similarity)| self.at(at, similarity)).collect();
        nearest.sort_unstable_by(|left, right| {
            let place = |one: &Nearest| (one.file_id, one.chunk);
            right.similarity.total_cmp(&left.similarity).then(place(left).cmp(&place(right)))
        });
        nearest.truncate(count);
        nearest
    }

    #[cfg(test)]
    fn at(&self, position: u32, similarity: f32) -> Nearest {
        let after = self.files.partition_point(|(_, first)| *first <= position);
        // Files without a chunk begin where the next one does: the last that begins here is the one that has it.
        let (file_id, first) = self.files[after - 1];
        Nearest { file_id, chunk: position - first, similarity }
    }

    fn quantised(&self, query: &[f32]) -> Option<Quantised> {
        Quantised::new(query).filter(|query| query.bytes.len() == self.dimensions)
    }

    fn vector(&self, position: u32) -> &[i8] {
        let first = position as usize * self.dimensions;
        &self.bytes[first..first + self.dimensions]
    }
}

/// The graph of an approximate search over different vectors.
struct Graph {
    points: Hnsw<'static, i8, Angle>,
    /// Positions in the order of their vectors, equal ones together.
    positions: Vec<u32>,
    /// Where in these the positions of each point begin, and where the last ones end.
    first: Vec<u32>,
}

impl Graph {
    /// Points go in one after another in the order of their components: the same vectors give the same graph.
    fn new(set: &VectorSet) -> Graph {
        let mut positions: Vec<u32> = (0..set.len() as u32).collect();
        positions.sort_unstable_by(|left, right| set.vector(*left).cmp(set.vector(*right)).then(left.cmp(right)));
        let points = Hnsw::new(NEIGHBOURS, set.len(), LAYERS, BUILD_CANDIDATES, Angle);
        let mut first = vec![0];
        for equal in positions.chunk_by(|left, right| set.vector(*left) == set.vector(*right)) {
            points.insert((set.vector(equal[0]), first.len() - 1));
            first.push(first.last().map_or(0, |last| last + equal.len() as u32));
        }
        Graph { points, positions, first }
    }

    /// The positions of the points nearest to `query`, and their similarities: at least `count`, if it finds as many.
    fn candidates(&self, set: &VectorSet, query: &Quantised, count: usize) -> Vec<(u32, f32)> {
        let found = self.points.search(&query.bytes, count, SEARCH_CANDIDATES.max(count * 2));
        let equal = |point: usize| &self.positions[self.first[point] as usize..self.first[point + 1] as usize];
        let positions = found.iter().flat_map(|found| equal(found.d_id));
        let similarity =
            |position: u32| cosine(dot(set.vector(position), &query.bytes), set.scales[position as usize], query.scale);
        positions.map(|position| (*position, similarity(*position))).collect()
    }
}

fn cosine(dot: i32, scale: f32, query_scale: f32) -> f32 {
    (dot as f32 * scale * query_scale).clamp(-1.0, 1.0)
}

/// The dot product; it cannot overflow below 133,000 components.
fn dot(left: &[i8], right: &[i8]) -> i32 {
    left.iter().zip(right).map(|(left, right)| i32::from(*left) * i32::from(*right)).sum()
}

/// [`dot`] with one side widened, in steps that compilers make vector instructions of.
fn wide_dot(left: &[i8], right: &[i16]) -> i32 {
    let (left_steps, left_rest) = left.as_chunks::<16>();
    let (right_steps, right_rest) = right.as_chunks::<16>();
    let step = |left: &[i8; 16], right: &[i16; 16]| -> i32 {
        left.iter().zip(right).map(|(left, right)| i32::from(i16::from(*left)) * i32::from(*right)).sum()
    };
    let steps: i32 = left_steps.iter().zip(right_steps).map(|(left, right)| step(left, right)).sum();
    let rest = left_rest.iter().zip(right_rest).map(|(left, right)| i32::from(*left) * i32::from(*right));
    steps + rest.sum::<i32>()
}

/// One minus the cosine, never negative, which the graph relies on.
#[derive(Debug, Clone, Copy)]
struct Angle;

impl Distance<i8> for Angle {
    fn eval(&self, left: &[i8], right: &[i8]) -> f32 {
        let lengths = (f64::from(dot(left, left)) * f64::from(dot(right, right))).sqrt();
        if lengths == 0.0 {
            return 1.0;
        }
        (1.0 - f64::from(dot(left, right)) / lengths).clamp(0.0, 2.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ContentHash;
    use crate::store::commit::Commit;
    use crate::store::vectors::Block;
    use proptest::prelude::*;

    /// Vectors that differ by their number, without a random number.
    fn sample(count: usize, dimensions: usize) -> Vec<Vec<f32>> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        (0..count).map(|_| (0..dimensions).map(|_| next()).collect()).collect()
    }

    /// The vectors as those of files with `per_file` chunks, numbered from 1, with a file without chunks in between.
    fn set_of(folder: &std::path::Path, vectors: &[Vec<f32>], (per_file, exact_limit): (usize, usize)) -> VectorSet {
        let database = Database::open_writer(folder).unwrap();
        let commit = Commit::begin(&database).unwrap();
        let model = commit.put_model("sample", vectors[0].len() as u32).unwrap();
        for (file, vectors) in vectors.chunks(per_file).enumerate() {
            let vectors: Vec<Quantised> = vectors.iter().map(|one| Quantised::new(one).unwrap()).collect();
            for (file_id, vectors) in [(1_000 + file, &[][..]), (1 + file, &vectors[..])] {
                let block = commit.put_block(&model, &[], &Block::new(vectors)).unwrap();
                commit.put_embedded(&model, file_id as u32, block).unwrap();
            }
        }
        commit.commit().unwrap();
        VectorSet::load(&database, &model, exact_limit).unwrap()
    }

    fn cosine(left: &[f32], right: &[f32]) -> f32 {
        let dot = |left: &[f32], right: &[f32]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f32>();
        dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
    }

    proptest! {
        #[test]
        fn quantised_cosines_are_close_to_exact_ones(
            left in prop::collection::vec(-5.0f32..5.0, 32), right in prop::collection::vec(-5.0f32..5.0, 32),
        ) {
            let (Some(one), Some(other)) = (Quantised::new(&left), Quantised::new(&right)) else { return Ok(()) };
            let found = dot(&one.bytes, &other.bytes) as f32 * one.scale * other.scale;
            prop_assert!((found - cosine(&left, &right)).abs() < 0.02, "{found} {}", cosine(&left, &right));
        }

        #[test]
        fn both_dot_products_are_one(pairs in prop::collection::vec((-127i8.., -127i8..), 0..70)) {
            let (left, right): (Vec<i8>, Vec<i8>) = pairs.into_iter().unzip();
            let wide: Vec<i16> = right.iter().map(|byte| i16::from(*byte)).collect();
            prop_assert_eq!(wide_dot(&left, &wide), dot(&left, &right));
        }
    }

    #[test]
    fn the_scan_finds_the_nearest_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let vectors = sample(200, 24);
        let set = set_of(folder.path(), &vectors, (7, 1_000));
        for query in sample(210, 24).split_off(200) {
            let mut expected: Vec<(usize, f32)> =
                vectors.iter().map(|vector| cosine(vector, &query)).enumerate().collect();
            expected.sort_by(|left, right| right.1.total_cmp(&left.1));
            let found = set.nearest(&query, 5);
            assert_eq!(found.len(), 5);
            assert!(found.windows(2).all(|pair| pair[0].similarity >= pair[1].similarity));
            assert!((found[0].similarity - expected[0].1).abs() < 0.02);
            assert!((found[4].similarity - expected[4].1).abs() < 0.02);
        }
        assert_eq!(set.nearest(&vectors[0], 1_000).len(), 200);
        assert_eq!(set.nearest(&vectors[0], 0), []);
        assert_eq!(set.nearest(&[1.0; 3], 5), []);
        assert_eq!(set.nearest(&vectors[38], 1)[0].chunk, 38 % 7);
        assert_eq!(set.nearest(&vectors[38], 1)[0].file_id, 1 + 38 / 7);
    }

    #[test]
    fn every_chunk_has_a_similarity_at_the_position_that_its_file_names() {
        let folder = tempfile::tempdir().unwrap();
        let vectors = sample(50, 24);
        let set = set_of(folder.path(), &vectors, (7, 1_000));
        let similarities = set.similarities(&vectors[20]);
        assert_eq!(
            (similarities.len(), set.similarities(&[1.0; 3]), set.similarities(&[0.0; 24])),
            (50, vec![], vec![])
        );
        let mut seen = 0;
        for (file_id, range) in set.files().filter(|(file_id, _)| *file_id < 1_000) {
            for (chunk, similarity) in similarities[range].iter().enumerate() {
                let expected = cosine(&vectors[(file_id as usize - 1) * 7 + chunk], &vectors[20]);
                assert!((similarity - expected).abs() < 0.02, "{file_id} {chunk}");
                seen += 1;
            }
        }
        assert_eq!((seen, set.files().count()), (50, 16), "files without chunks have no positions");
    }

    #[test]
    fn the_graph_finds_nearly_what_the_scan_finds_and_is_the_same_each_time() {
        let mut vectors = sample(600, 24);
        let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let scan = set_of(folders[0].path(), &vectors, (1, 1_000));
        let graph = set_of(folders[1].path(), &vectors, (1, 10));
        vectors.reverse();
        let twin = set_of(folders[2].path(), &vectors, (1, 10));
        assert!(scan.graph.is_none() && graph.graph.is_some());
        let mut shared = 0;
        for query in sample(620, 24).split_off(600) {
            let expected = scan.nearest(&query, 10);
            let found = graph.nearest(&query, 10);
            let mirrored: Vec<Nearest> =
                twin.nearest(&query, 10).iter().map(|one| Nearest { file_id: 601 - one.file_id, ..*one }).collect();
            assert_eq!(found, mirrored, "whatever the order of the files");
            shared += found.iter().filter(|one| expected.contains(one)).count();
        }
        assert!(shared >= 190, "{shared} of 200");
    }

    #[test]
    fn equal_vectors_are_one_point_of_the_graph_and_all_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut vectors = sample(40, 24);
        vectors.extend(vec![vectors[3].clone(); 30]);
        let set = set_of(folder.path(), &vectors, (10, 5));
        let found = set.nearest(&vectors[3], 31);
        assert!(found.iter().all(|one| one.similarity > 0.99), "{found:?}");
        assert_eq!((found[0].file_id, found[0].chunk, found.len()), (1, 3, 31));
    }

    #[test]
    fn missing_and_misshapen_vectors_are_damage() {
        for damage in ["DELETE FROM vector_blocks", "UPDATE vector_blocks SET vectors = x'0102030405060708090a'"] {
            let folder = tempfile::tempdir().unwrap();
            let database = Database::open_writer(folder.path()).unwrap();
            let commit = Commit::begin(&database).unwrap();
            let model = commit.put_model("sample", 4).unwrap();
            let block = Block::new(&[Quantised::new(&[1.0; 4]).unwrap()]);
            let block = commit.put_block(&model, &[ContentHash::of(b"text")], &block).unwrap();
            commit.put_embedded(&model, 1, block).unwrap();
            commit.commit().unwrap();
            assert_eq!(VectorSet::load(&database, &model, 10).unwrap().len(), 1);
            database.connection.execute_batch(damage).unwrap();
            let loaded = VectorSet::load(&database, &model, 10).map(|_| ());
            assert!(matches!(loaded, Err(crate::Error::IndexDamaged { .. })), "{damage}");
        }
    }
}
