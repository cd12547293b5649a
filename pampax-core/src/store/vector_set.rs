//! The vectors of one snapshot in memory, and the search for the nearest ones.
//!
//! Never here: how they are stored (`vectors.rs`), what a similarity is worth. The graph's own files are neither written
//! nor read.

use crate::error::{Degradation, Result};
use crate::store::schema::Database;
use crate::store::signs::{Signs, signs};
use crate::store::vectors::{self, Model, Quantised};
use hnsw_rs::prelude::{Distance, Hnsw};
use multiversion::multiversion;
use std::ops::Range;

/// The graph's shape: neighbours of a point, and candidates looked at while building and searching.
const NEIGHBOURS: usize = 16;
const BUILD_CANDIDATES: usize = 200;
const LAYERS: usize = 16;
const SEARCH_CANDIDATES: usize = 128;

/// Among fewer vectors the nearest are found by comparing all; among more, by comparing those with the most signs in common.
const SIGNS_FROM: usize = 10_000;

/// How many vectors with the most signs in common are compared for each of the nearest that is wanted.
const SIGNS_PER_WANTED: usize = 20;

/// How many vectors of one file are compared at most where those with the most signs in common are known.
const COMPARED_PER_FILE: usize = 64;

/// The vectors of one snapshot and model, in memory, those of a file one after another in the order of its chunks.
pub(crate) struct VectorSet {
    dimensions: usize,
    /// All vectors one after another.
    bytes: Vec<i8>,
    scales: Vec<f32>,
    /// The signs of all components; `None` where all are compared.
    signs: Option<Signs>,
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
            signs: None,
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
        } else if set.len() >= SIGNS_FROM && set.dimensions > 0 {
            set.signs = Some(Signs::new(&set.bytes, set.dimensions));
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

    /// `query` in the form that is compared; `None` when it has another size than the vectors, or no direction.
    pub(crate) fn probe(&self, query: &[f32]) -> Option<Probe> {
        let quantised = Quantised::new(query).filter(|query| query.bytes.len() == self.dimensions)?;
        let wide = quantised.bytes.iter().map(|byte| i16::from(*byte)).collect();
        let signs = self.signs.as_ref().map(|_| signs(&quantised.bytes).collect());
        Some(Probe { quantised, wide, signs: signs.unwrap_or_default() })
    }

    /// Whether [`VectorSet::nearest`] compares all vectors, and gives all of them in their order.
    pub(crate) fn compares_all(&self) -> bool {
        self.graph.is_none() && self.signs.is_none()
    }

    /// The positions of the vectors nearest to `probe`, in no order, with their similarities: at least `count` if there are
    /// as many. Among many vectors one of the nearest may be missing, the first ones hardly ever.
    pub(crate) fn nearest(&self, probe: &Probe, count: usize) -> Vec<(u32, f32)> {
        if let Some(graph) = &self.graph {
            return graph.candidates(self, &probe.quantised, count);
        }
        let mut nearest = Vec::new();
        let alike = self.signs.as_ref().map(|signs| signs.alike(&probe.signs, count.saturating_mul(SIGNS_PER_WANTED)));
        nearest.reserve_exact(alike.as_ref().map_or(self.len(), Vec::len));
        let each = |at: usize, similarity: f32| nearest.push((at as u32, similarity));
        match alike {
            Some(alike) => self.compare(probe, alike.into_iter().map(|at| at as usize), each),
            None => self.compare(probe, 0..self.len(), each),
        }
        nearest
    }

    /// The similarity of the nearest of the vectors at `positions`, at least 0. Of many those are compared that have the most
    /// signs in common with `probe`.
    pub(crate) fn largest(&self, probe: &Probe, positions: Range<usize>) -> f32 {
        let mut largest = 0.0f32;
        let each = |_: usize, similarity: f32| largest = largest.max(similarity);
        match &self.signs {
            Some(signs) if positions.len() > COMPARED_PER_FILE => {
                let distances = signs.distances(&probe.signs, positions.clone());
                self.compare(probe, most_alike(&distances).map(|at| positions.start + at), each);
            }
            _ => self.compare(probe, positions, each),
        }
        largest
    }

    /// Passes on the similarity of `probe` to each of the vectors at `positions`: the cosine of the angle, from -1 to 1.
    pub(crate) fn compare(
        &self,
        probe: &Probe,
        positions: impl Iterator<Item = usize>,
        mut each: impl FnMut(usize, f32),
    ) {
        let vector = |position: usize| &self.bytes[position * self.dimensions..(position + 1) * self.dimensions];
        let vectors = positions.map(|position| (position, vector(position), self.scales[position]));
        scan(vectors, (&probe.wide, probe.quantised.scale), &mut each);
    }

    fn vector(&self, position: u32) -> &[i8] {
        let first = position as usize * self.dimensions;
        &self.bytes[first..first + self.dimensions]
    }
}

/// One chunk near a query.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Near {
    pub file_id: u32,
    /// The position in the file's chunks.
    pub chunk: u32,
    pub similarity: f32,
}

#[cfg(test)]
impl VectorSet {
    /// The `count` chunks nearest to `query`, nearest first; equal ones by file, then by position.
    pub(crate) fn nearest_in_order(&self, query: &[f32], count: usize) -> Vec<Near> {
        let found = self.probe(query).map(|probe| self.nearest(&probe, count)).unwrap_or_default();
        let chunk = |(position, similarity): (u32, f32)| {
            let after = self.files.partition_point(|(_, first)| *first <= position);
            // Files without a chunk begin where the next one does: the last that begins here is the one that has it.
            let (file_id, first) = self.files[after - 1];
            Near { file_id, chunk: position - first, similarity }
        };
        let mut nearest: Vec<Near> = found.into_iter().map(chunk).collect();
        nearest.sort_unstable_by(|left, right| {
            let place = |one: &Near| (one.file_id, one.chunk);
            right.similarity.total_cmp(&left.similarity).then(place(left).cmp(&place(right)))
        });
        nearest.truncate(count);
        nearest
    }
}

/// A query's vector in the form that is compared with those of a set.
#[derive(Debug)]
pub(crate) struct Probe {
    quantised: Quantised,
    /// Its components widened once, so that the loop over all vectors only widens these.
    wide: Vec<i16>,
    /// Its signs; empty where the set has none.
    signs: Vec<u64>,
}

/// The positions of the [`COMPARED_PER_FILE`] least of more `distances`, of equal ones the first.
fn most_alike(distances: &[u32]) -> impl Iterator<Item = usize> {
    let mut numbered: Vec<(u32, u32)> = distances.iter().copied().zip(0..).collect();
    numbered.select_nth_unstable(COMPARED_PER_FILE);
    numbered.truncate(COMPARED_PER_FILE);
    numbered.into_iter().map(|(_, at)| at as usize)
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

/// Passes on the cosine of each of `vectors`, which come with their numbers and scales, with `query`, its components widened
/// and its scale. Compiled for each of these instruction sets, and the best that the processor has is taken; all give the
/// same numbers.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn scan<'v, V: Iterator<Item = (usize, &'v [i8], f32)>, F: FnMut(usize, f32)>(
    vectors: V,
    query: (&[i16], f32),
    each: &mut F,
) {
    for (number, vector, scale) in vectors {
        let products = vector.iter().zip(query.0).map(|(left, right)| i32::from(*left) * i32::from(*right));
        each(number, cosine(products.sum(), scale, query.1));
    }
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
        fn the_scan_is_the_dot_product_of_each(
            (query, vectors) in (0usize..150).prop_flat_map(|size| {
                let vector = || prop::collection::vec(-127i8.., size);
                (vector(), prop::collection::vec((vector(), 1e-6f32..1e-5), 0..9))
            }),
        ) {
            let wide: Vec<i16> = query.iter().map(|byte| i16::from(*byte)).collect();
            let mut found = Vec::new();
            let numbered = vectors.iter().enumerate().map(|(number, (vector, scale))| (number, vector.as_slice(), *scale));
            scan(numbered, (&wide, 0.5), &mut |number, cosine| found.push((number, cosine)));
            let expected = vectors.iter().map(|(vector, scale)| super::cosine(dot(vector, &query), *scale, 0.5));
            prop_assert_eq!(found, expected.enumerate().collect::<Vec<_>>());
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
            let found = set.nearest_in_order(&query, 5);
            assert_eq!(found.len(), 5);
            assert!(found.windows(2).all(|pair| pair[0].similarity >= pair[1].similarity));
            assert!((found[0].similarity - expected[0].1).abs() < 0.02);
            assert!((found[4].similarity - expected[4].1).abs() < 0.02);
        }
        assert_eq!(set.nearest_in_order(&vectors[0], 1_000).len(), 200);
        assert_eq!(set.nearest_in_order(&vectors[0], 0), []);
        assert_eq!(set.nearest_in_order(&[1.0; 3], 5), []);
        assert_eq!(set.nearest_in_order(&vectors[38], 1)[0].chunk, 38 % 7);
        assert_eq!(set.nearest_in_order(&vectors[38], 1)[0].file_id, 1 + 38 / 7);
    }

    #[test]
    fn every_chunk_has_a_similarity_at_the_position_that_its_file_names() {
        let folder = tempfile::tempdir().unwrap();
        let vectors = sample(50, 24);
        let set = set_of(folder.path(), &vectors, (7, 1_000));
        assert!(set.probe(&[1.0; 3]).is_none() && set.probe(&[0.0; 24]).is_none());
        let probe = set.probe(&vectors[20]).unwrap();
        let mut seen = 0;
        for (file_id, range) in set.files().filter(|(file_id, _)| *file_id < 1_000) {
            let first = range.start;
            set.compare(&probe, range, |position, similarity| {
                let expected = cosine(&vectors[(file_id as usize - 1) * 7 + position - first], &vectors[20]);
                assert!((similarity - expected).abs() < 0.02, "{file_id} {position}");
                seen += 1;
            });
        }
        assert_eq!((seen, set.files().count()), (50, 16), "files without chunks have no positions");
    }

    #[test]
    fn among_many_vectors_the_signs_lead_to_nearly_what_comparing_all_finds() {
        // Texts come in groups that mean nearly the same, as those of a tree do.
        let (centres, noise) = (sample(SIGNS_FROM / 50, 64), sample(SIGNS_FROM + 20, 64));
        let near = |at: usize| -> Vec<f32> {
            centres[at % centres.len()].iter().zip(&noise[at]).map(|(centre, noise)| centre + noise).collect()
        };
        let folder = tempfile::tempdir().unwrap();
        let set = set_of(folder.path(), &(0..SIGNS_FROM).map(near).collect::<Vec<_>>(), (1_000, usize::MAX));
        assert!(set.signs.is_some());
        let (mut first, mut shared) = (0, 0);
        for query in (SIGNS_FROM..SIGNS_FROM + 20).map(near) {
            let probe = set.probe(&query).unwrap();
            let mut all = Vec::new();
            set.compare(&probe, 0..set.len(), |position, similarity| all.push((position as u32, similarity)));
            all.sort_by(|left, right| right.1.total_cmp(&left.1));
            let found = set.nearest(&probe, 100);
            assert!((100..SIGNS_FROM / 2).contains(&found.len()), "{} are compared", found.len());
            first += all[..10].iter().filter(|one| found.contains(one)).count();
            shared += all[..100].iter().filter(|one| found.contains(one)).count();
        }
        assert!(first >= 199 && shared >= 1_900, "{first} of 200, {shared} of 2000");
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
            let expected = scan.nearest_in_order(&query, 10);
            let found = graph.nearest_in_order(&query, 10);
            let mirrored: Vec<Near> = twin
                .nearest_in_order(&query, 10)
                .iter()
                .map(|one| Near { file_id: 601 - one.file_id, ..*one })
                .collect();
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
        let found = set.nearest_in_order(&vectors[3], 31);
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
