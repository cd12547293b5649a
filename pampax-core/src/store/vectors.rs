//! Vectors: how they are kept in the catalog, and the search for the nearest ones in memory.
//!
//! Vectors belong to a model and to the hash of the text they were made from, so equal text is embedded once, whatever
//! file it stands in. A file counts as embedded when its row names the hash of every chunk.
//!
//! Never here: the embedder, which texts are embedded. The graph's own files are neither written nor read.

use crate::error::{Degradation, Result};
use crate::source::ContentHash;
use crate::store::commit::Commit;
use crate::store::schema::Database;
use hnsw_rs::prelude::{Distance, Hnsw};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::{BTreeSet, HashSet};

pub(super) const HASH_BYTES: usize = 16;
/// The graph's shape: neighbours of a point, and candidates looked at while building and searching.
const NEIGHBOURS: usize = 16;
const BUILD_CANDIDATES: usize = 200;
const LAYERS: usize = 16;
const SEARCH_CANDIDATES: usize = 128;

/// A model whose vectors the catalog may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    pub id: i64,
    pub name: String,
    pub dimensions: u32,
}

/// What an index holds of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModelCounts {
    pub model: Model,
    /// Files whose chunks all have vectors.
    pub files: u64,
    /// Different vectors.
    pub vectors: u64,
}

/// A vector of unit length as signed bytes: each component is its byte times `scale`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantised {
    pub scale: f32,
    pub bytes: Vec<i8>,
}

impl Quantised {
    /// `vector` at unit length; `None` when it has no direction: it is empty, all zero, or holds a number that is not finite.
    pub(crate) fn new(vector: &[f32]) -> Option<Quantised> {
        let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        let largest = vector.iter().fold(0.0f64, |largest, value| largest.max(f64::from(*value).abs()));
        if !length.is_finite() || largest == 0.0 {
            return None;
        }
        let bytes = vector.iter().map(|value| (f64::from(*value) / largest * 127.0).round() as i8).collect();
        Some(Quantised { scale: (largest / length / 127.0) as f32, bytes })
    }
}

impl Database {
    /// The models that files are embedded with, and how much there is of each.
    pub(crate) fn model_counts(&self) -> Result<Vec<ModelCounts>> {
        let sql = "SELECT id, name, dimensions, (SELECT count(*) FROM embedded WHERE model = models.id),
            (SELECT count(*) FROM vectors WHERE model = models.id) FROM models ORDER BY name";
        let counts = self.collect(sql, [], |row| {
            Ok(Some(ModelCounts {
                model: Model { id: row.get(0)?, name: row.get(1)?, dimensions: row.get(2)? },
                files: row.get::<_, i64>(3)?.unsigned_abs(),
                vectors: row.get::<_, i64>(4)?.unsigned_abs(),
            }))
        })?;
        Ok(counts.into_iter().filter(|counts| counts.files > 0).collect())
    }

    /// The model with this name and size, where 0 is any size, if the catalog knows it.
    pub(crate) fn model(&self, name: &str, dimensions: u32) -> Result<Option<Model>> {
        let model = |row: &Row<'_>| Ok(Model { id: row.get(0)?, name: name.to_owned(), dimensions: row.get(1)? });
        self.connection
            .prepare_cached("SELECT id, dimensions FROM models WHERE name = ?1 AND ?2 IN (0, dimensions)")
            .and_then(|mut statement| statement.query_row(params![name, dimensions], model).optional())
            .map_err(self.failed("read"))
    }

    /// The files that are not embedded with the model, ordered by path.
    pub(crate) fn files_to_embed(&self, model: &Model) -> Result<Vec<u32>> {
        let sql = "SELECT id FROM files WHERE id NOT IN (SELECT file_id FROM embedded WHERE model = ?1) ORDER BY path";
        self.collect(sql, [model.id], |row| Ok(Some(row.get(0)?)))
    }

    /// How many files are not embedded with the model, and how many there are.
    pub(crate) fn files_without(&self, model: &Model) -> Result<(u64, u64)> {
        let sql = "SELECT COUNT(*) FILTER (WHERE id NOT IN (SELECT file_id FROM embedded WHERE model = ?1)), COUNT(*) FROM files";
        let counts = self.collect(sql, [model.id], |row| Ok(Some((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))))?;
        let (without, all) = counts.first().copied().unwrap_or_default();
        Ok((without.unsigned_abs(), all.unsigned_abs()))
    }

    /// The hashes that the model has vectors for.
    pub(crate) fn vector_hashes(&self, model: &Model) -> Result<HashSet<ContentHash>> {
        let rows = self.collect("SELECT hash FROM vectors WHERE model = ?1", [model.id], |row| {
            Ok(Some(ContentHash(row.get(0)?)))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The chunks of every file embedded with the model, as (file, hashes in chunk order), ordered by file.
    fn embedded_files(&self, model: &Model) -> Result<Vec<(u32, Vec<ContentHash>)>> {
        self.collect("SELECT file_id, hashes FROM embedded WHERE model = ?1 ORDER BY file_id", [model.id], |row| {
            let bytes: Vec<u8> = row.get(1)?;
            let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
            let hashes = hashes.iter().map(|hash| ContentHash(*hash)).collect();
            Ok(rest.is_empty().then_some((row.get(0)?, hashes)))
        })
    }
}

impl Commit<'_> {
    /// The model with this name and size. A model of the same name and another size is another model: its vectors go.
    pub(crate) fn put_model(&self, name: &str, dimensions: u32) -> Result<Model> {
        if let Some(model) = self.database().model(name, dimensions)? {
            return Ok(model);
        }
        for table in ["vectors", "embedded"] {
            let sql = format!("DELETE FROM {table} WHERE model IN (SELECT id FROM models WHERE name = ?1)");
            self.execute(&sql, [name])?;
        }
        self.execute("DELETE FROM models WHERE name = ?1", [name])?;
        self.execute("INSERT INTO models (name, dimensions) VALUES (?1, ?2)", params![name, dimensions])?;
        Ok(Model { id: self.database().connection.last_insert_rowid(), name: name.to_owned(), dimensions })
    }

    /// Stores vectors by the hash of their text.
    pub(crate) fn put_vectors(&self, model: &Model, vectors: &[(ContentHash, Quantised)]) -> Result<()> {
        for (hash, vector) in vectors {
            let bytes: Vec<u8> = vector.bytes.iter().map(|byte| byte.cast_unsigned()).collect();
            self.execute(
                "INSERT OR REPLACE INTO vectors (model, hash, scale, vector) VALUES (?1, ?2, ?3, ?4)",
                params![model.id, hash.0, f64::from(vector.scale), bytes],
            )?;
        }
        Ok(())
    }

    /// Notes that a file is embedded: all its chunks, by the hashes of their texts, have vectors.
    pub(crate) fn put_embedded(&self, model: &Model, file_id: u32, hashes: &[ContentHash]) -> Result<()> {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
        self.execute(
            "INSERT OR REPLACE INTO embedded (file_id, model, hashes) VALUES (?1, ?2, ?3)",
            params![file_id, model.id, bytes],
        )
    }

    /// Removes what no search can use: vectors of other models, and vectors of texts that stand in no file any more.
    pub(crate) fn drop_unused_vectors(&self, model: &Model) -> Result<()> {
        for sql in [
            "DELETE FROM vectors WHERE model != ?1",
            "DELETE FROM embedded WHERE model != ?1",
            "DELETE FROM models WHERE id != ?1",
        ] {
            self.execute(sql, [model.id])?;
        }
        let files = self.database().embedded_files(model)?;
        let used: HashSet<ContentHash> = files.into_iter().flat_map(|(_, hashes)| hashes).collect();
        let stored: BTreeSet<ContentHash> = self.database().vector_hashes(model)?.into_iter().collect();
        for hash in stored.iter().filter(|hash| !used.contains(hash)) {
            self.execute("DELETE FROM vectors WHERE model = ?1 AND hash = ?2", params![model.id, hash.0])?;
        }
        Ok(())
    }
}

/// One chunk near a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Nearest {
    pub file_id: u32,
    /// The position in the file's chunks.
    pub chunk: u32,
    /// The cosine of the angle between the two, from -1 to 1.
    pub similarity: f32,
}

/// The vectors of one snapshot and model, in memory.
pub(crate) struct VectorSet {
    dimensions: usize,
    /// All vectors one after another.
    bytes: Vec<i8>,
    scales: Vec<f32>,
    /// The chunks of each vector: ranges of `places`.
    first_place: Vec<u32>,
    places: Vec<(u32, u32)>,
    /// How many files of the snapshot have none, and how many files there are.
    without: (u64, u64),
    graph: Option<Hnsw<'static, i8, Angle>>,
}

impl VectorSet {
    /// Loads the vectors of `model`; above `exact_limit` of them a graph is built for an approximate search.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when a vector is missing or has another size.
    pub(crate) fn load(database: &Database, model: &Model, exact_limit: usize) -> Result<VectorSet> {
        let dimensions = model.dimensions as usize;
        let mut places: Vec<(ContentHash, u32, u32)> = Vec::new();
        for (file_id, hashes) in database.embedded_files(model)? {
            places.extend(hashes.iter().enumerate().map(|(chunk, hash)| (*hash, file_id, chunk as u32)));
        }
        places.sort_unstable();
        let mut set = VectorSet {
            dimensions,
            bytes: Vec::new(),
            scales: Vec::new(),
            first_place: Vec::new(),
            places: Vec::with_capacity(places.len()),
            without: database.files_without(model)?,
            graph: None,
        };
        let mut wanted = places.chunk_by(|left, right| left.0 == right.0).peekable();
        // The table is kept in this order, so that both are read once from end to end.
        let sql = "SELECT hash, scale, vector FROM vectors WHERE model = ?1 ORDER BY hash";
        database.collect(sql, [model.id], |row| {
            let hash = ContentHash(row.get(0)?);
            if let Some(chunks) = wanted.next_if(|chunks| chunks[0].0 == hash) {
                let bytes = row.get_ref(2)?.as_blob()?;
                if bytes.len() != dimensions {
                    return Ok(None);
                }
                set.add(chunks, row.get::<_, f64>(1)? as f32, bytes);
            }
            Ok(Some(()))
        })?;
        if wanted.next().is_some() {
            return Err(database.damaged("a vector is missing"));
        }
        set.first_place.push(set.places.len() as u32);
        if set.len() > exact_limit {
            set.build_graph();
        }
        Ok(set)
    }

    /// Adds the vector of `chunks`.
    fn add(&mut self, chunks: &[(ContentHash, u32, u32)], scale: f32, bytes: &[u8]) {
        self.bytes.extend(bytes.iter().map(|byte| byte.cast_signed()));
        self.scales.push(scale);
        self.first_place.push(self.places.len() as u32);
        self.places.extend(chunks.iter().map(|(_, file_id, chunk)| (*file_id, *chunk)));
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

    /// The number of different vectors.
    pub(crate) fn len(&self) -> usize {
        self.scales.len()
    }

    /// The `count` chunks nearest to `query`, nearest first; equal ones by file, then by position.
    /// Empty when `query` has another size than the vectors, or no direction.
    pub(crate) fn nearest(&self, query: &[f32], count: usize) -> Vec<Nearest> {
        let Some(query) = Quantised::new(query).filter(|query| query.bytes.len() == self.dimensions) else {
            return Vec::new();
        };
        if count == 0 {
            return Vec::new();
        }
        let mut best: Vec<(usize, f32)> = match &self.graph {
            None => (0..self.len()).map(|position| (position, self.similarity(position, &query))).collect(),
            Some(graph) => graph
                .search(&query.bytes, count, SEARCH_CANDIDATES.max(count * 2))
                .iter()
                .map(|found| (found.d_id, self.similarity(found.d_id, &query)))
                .collect(),
        };
        if best.len() > count {
            let (_, least, _) = best.select_nth_unstable_by(count - 1, |left, right| right.1.total_cmp(&left.1));
            let least = least.1;
            best.retain(|(_, similarity)| *similarity >= least);
        }
        let mut nearest: Vec<Nearest> = best.into_iter().flat_map(|(at, similarity)| self.at(at, similarity)).collect();
        nearest.sort_unstable_by(|left, right| {
            let place = |one: &Nearest| (one.file_id, one.chunk);
            right.similarity.total_cmp(&left.similarity).then(place(left).cmp(&place(right)))
        });
        nearest.truncate(count);
        nearest
    }

    fn at(&self, position: usize, similarity: f32) -> impl Iterator<Item = Nearest> {
        let range = self.first_place[position] as usize..self.first_place[position + 1] as usize;
        self.places[range].iter().map(move |(file_id, chunk)| Nearest { file_id: *file_id, chunk: *chunk, similarity })
    }

    fn vector(&self, position: usize) -> &[i8] {
        &self.bytes[position * self.dimensions..(position + 1) * self.dimensions]
    }

    fn similarity(&self, position: usize, query: &Quantised) -> f32 {
        let cosine = dot(self.vector(position), &query.bytes) as f32 * self.scales[position] * query.scale;
        cosine.clamp(-1.0, 1.0)
    }

    /// Points go in one after another in the order of their hashes: the same vectors give the same graph.
    fn build_graph(&mut self) {
        let graph = Hnsw::new(NEIGHBOURS, self.len(), LAYERS, BUILD_CANDIDATES, Angle);
        for position in 0..self.len() {
            graph.insert((self.vector(position), position));
        }
        self.graph = Some(graph);
    }
}

/// The dot product; it cannot overflow below 133,000 components.
fn dot(left: &[i8], right: &[i8]) -> i32 {
    left.iter().zip(right).map(|(left, right)| i32::from(*left) * i32::from(*right)).sum()
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

    fn set_of(folder: &std::path::Path, vectors: &[Vec<f32>], exact_limit: usize) -> VectorSet {
        let database = Database::open_writer(folder).unwrap();
        let commit = Commit::begin(&database).unwrap();
        let model = commit.put_model("sample", vectors[0].len() as u32).unwrap();
        let hashes: Vec<ContentHash> = (0..vectors.len()).map(|at| ContentHash::of(&at.to_le_bytes())).collect();
        let rows: Vec<_> =
            hashes.iter().zip(vectors).map(|(hash, one)| (*hash, Quantised::new(one).unwrap())).collect();
        commit.put_vectors(&model, &rows).unwrap();
        commit.put_embedded(&model, 1, &hashes).unwrap();
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
    }

    #[test]
    fn vectors_without_a_direction_are_refused() {
        for vector in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert_eq!(Quantised::new(vector), None, "{vector:?}");
        }
        assert!(Quantised::new(&[f32::MAX, f32::MIN_POSITIVE]).is_some());
    }

    #[test]
    fn the_scan_finds_the_nearest_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let vectors = sample(200, 24);
        let set = set_of(folder.path(), &vectors, 1_000);
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
    }

    #[test]
    fn the_graph_finds_nearly_what_the_scan_finds_and_is_the_same_each_time() {
        let vectors = sample(600, 24);
        let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let [scan, graph, twin] =
            [(0, 1_000), (1, 10), (2, 10)].map(|(at, limit)| set_of(folders[at].path(), &vectors, limit));
        assert!(scan.graph.is_none() && graph.graph.is_some());
        let mut shared = 0;
        for query in sample(620, 24).split_off(600) {
            let expected = scan.nearest(&query, 10);
            let found = graph.nearest(&query, 10);
            assert_eq!(found, twin.nearest(&query, 10));
            shared += found.iter().filter(|one| expected.contains(one)).count();
        }
        assert!(shared >= 190, "{shared} of 200");
    }

    #[test]
    fn a_missing_vector_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open_writer(folder.path()).unwrap();
        let commit = Commit::begin(&database).unwrap();
        let model = commit.put_model("sample", 4).unwrap();
        commit.put_embedded(&model, 1, &[ContentHash::of(b"lost")]).unwrap();
        commit.commit().unwrap();
        assert!(matches!(VectorSet::load(&database, &model, 10), Err(crate::Error::IndexDamaged { .. })));
    }
}
