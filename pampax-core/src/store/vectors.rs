//! Vectors as the catalog keeps them: a block of them for each file, one vector for each chunk.
//!
//! A block belongs to a model and never changes. A file counts as embedded when its row names its block; blocks that no
//! row names are what an update left behind, or made before it was stopped, and are taken up by the hashes of the texts
//! that their vectors were made from, so that equal text is embedded once, whatever file it stands in. Blocks of a model
//! of this process hold no hashes: such a model is as quick as finding them.
//!
//! Never here: the embedder, which texts are embedded, the search (`vector_set.rs`).

use crate::error::Result;
use crate::source::ContentHash;
use crate::store::commit::Commit;
use crate::store::schema::Database;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::HashMap;

pub(super) const HASH_BYTES: usize = 16;
/// The bytes of the scale of one vector.
const SCALE_BYTES: usize = 4;
/// The bytes of the checksum that a block ends with.
const CHECK_BYTES: usize = 8;

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
    /// Their chunks, each of which has a vector.
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

/// The vectors of the chunks of one file in chunk order: their scales, their components, and a checksum of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block(Vec<u8>);

impl Block {
    /// The block of `vectors`, which are of one size.
    pub(crate) fn new(vectors: &[Quantised]) -> Block {
        let size = vectors.iter().map(|vector| SCALE_BYTES + vector.bytes.len()).sum::<usize>() + CHECK_BYTES;
        let mut bytes = Vec::with_capacity(size);
        vectors.iter().for_each(|vector| bytes.extend(vector.scale.to_le_bytes()));
        vectors.iter().for_each(|vector| bytes.extend(vector.bytes.iter().map(|byte| byte.cast_unsigned())));
        let check = checksum(&bytes);
        bytes.extend(check);
        Block(bytes)
    }

    /// The bytes that it takes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The vector at `position`, if there is one of `dimensions` components.
    pub(crate) fn vector(&self, position: u32, dimensions: usize) -> Option<Quantised> {
        let (scales, bytes) = parts(&self.0, dimensions)?;
        let position = position as usize;
        let range = position.checked_mul(dimensions)?..(position + 1).checked_mul(dimensions)?;
        let bytes = bytes.get(range)?.iter().map(|byte| byte.cast_signed()).collect();
        Some(Quantised { scale: f32::from_le_bytes(*scales.get(position)?), bytes })
    }
}

/// The scales and the components in the stored form of a block of `dimensions`; `None` when it is of another size.
pub(super) fn parts(stored: &[u8], dimensions: usize) -> Option<(&[[u8; SCALE_BYTES]], &[u8])> {
    let content = stored.len().checked_sub(CHECK_BYTES)?;
    let count = content / (SCALE_BYTES + dimensions);
    let (scales, rest) = stored.split_at(count * SCALE_BYTES);
    let (bytes, _) = rest.split_at_checked(count * dimensions)?;
    (count * (SCALE_BYTES + dimensions) == content).then_some((scales.as_chunks().0, bytes))
}

/// Whether the stored form of a block is as it was written, with `count` vectors.
pub(super) fn is_sound(stored: &[u8], (count, dimensions): (usize, usize)) -> bool {
    let holds = parts(stored, dimensions).is_some_and(|(scales, _)| scales.len() == count);
    holds && stored.split_last_chunk().is_some_and(|(content, check)| checksum(content) == *check)
}

fn checksum(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let mut cut = [0; CHECK_BYTES];
    cut.copy_from_slice(&ContentHash::of(bytes).0[..CHECK_BYTES]);
    cut
}

/// Where the vector of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// At a position of a block.
    InBlock(i64, u32),
    /// By itself.
    Single,
}

impl Database {
    /// The models that files are embedded with, and how much there is of each.
    pub(crate) fn model_counts(&self) -> Result<Vec<ModelCounts>> {
        let sql = "SELECT id, name, dimensions, (SELECT count(*) FROM embedded WHERE model = models.id),
            (SELECT coalesce(sum(chunk_count), 0) FROM embedded JOIN files ON files.id = file_id WHERE model = models.id)
            FROM models ORDER BY name";
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
        if self.files_without(model)?.0 == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT id FROM files WHERE id NOT IN (SELECT file_id FROM embedded WHERE model = ?1) ORDER BY path";
        self.collect(sql, [model.id], |row| Ok(Some(row.get(0)?)))
    }

    /// How many files are not embedded with the model, and how many there are.
    pub(crate) fn files_without(&self, model: &Model) -> Result<(u64, u64)> {
        // A file that goes takes what says that it is embedded with it.
        let sql = "SELECT (SELECT count(*) FROM embedded WHERE model = ?1), (SELECT count(*) FROM files)";
        let counts = self.collect(sql, [model.id], |row| Ok(Some((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))))?;
        let (with, all) = counts.first().copied().unwrap_or_default();
        let (with, all) = (with.unsigned_abs(), all.unsigned_abs());
        Ok((all.saturating_sub(with), all))
    }

    /// The texts that the model has vectors for, by their hashes.
    pub(crate) fn known_vectors(&self, model: &Model) -> Result<HashMap<ContentHash, Known>> {
        let singles = self.collect("SELECT hash FROM vectors WHERE model = ?1", [model.id], |row| {
            Ok(Some((ContentHash(row.get(0)?), Known::Single)))
        })?;
        let mut known: HashMap<ContentHash, Known> = singles.into_iter().collect();
        self.collect("SELECT id, hashes FROM vector_blocks WHERE model = ?1 ORDER BY id", [model.id], |row| {
            let id = row.get(0)?;
            let (hashes, rest) = row.get_ref(1)?.as_blob()?.as_chunks::<HASH_BYTES>();
            known.extend((0..).zip(hashes).map(|(at, hash)| (ContentHash(*hash), Known::InBlock(id, at))));
            Ok(rest.is_empty().then_some(()))
        })?;
        Ok(known)
    }

    /// The block with this number.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when there is none.
    pub(crate) fn block(&self, id: i64) -> Result<Block> {
        self.connection
            .prepare_cached("SELECT vectors FROM vector_blocks WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([id], |row| row.get(0).map(Block)))
            .map_err(self.failed("read"))
    }

    /// The hashes of the texts of a block, in their order.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when there is none.
    pub(crate) fn block_hashes(&self, id: i64) -> Result<Vec<ContentHash>> {
        let read = |row: &Row<'_>| {
            let (hashes, _) = row.get_ref(0)?.as_blob()?.as_chunks::<HASH_BYTES>();
            Ok(hashes.iter().map(|hash| ContentHash(*hash)).collect())
        };
        self.connection
            .prepare_cached("SELECT hashes FROM vector_blocks WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([id], read))
            .map_err(self.failed("read"))
    }

    /// Whether there is anything of another model.
    pub(crate) fn has_other_models(&self, model: &Model) -> Result<bool> {
        let found = self.collect("SELECT 1 FROM models WHERE id != ?1 LIMIT 1", [model.id], |_| Ok(Some(())))?;
        Ok(!found.is_empty())
    }

    /// The vector of a text that lies by itself.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when there is none.
    pub(crate) fn single_vector(&self, model: &Model, hash: ContentHash) -> Result<Quantised> {
        let read = |row: &Row<'_>| {
            let bytes = row.get_ref(1)?.as_blob()?.iter().map(|byte| byte.cast_signed()).collect();
            Ok(Quantised { scale: row.get::<_, f64>(0)? as f32, bytes })
        };
        self.connection
            .prepare_cached("SELECT scale, vector FROM vectors WHERE model = ?1 AND hash = ?2")
            .and_then(|mut statement| statement.query_row(params![model.id, hash.0], read))
            .map_err(self.failed("read"))
    }
}

impl Commit<'_> {
    /// The model with this name and size. A model of the same name and another size is another model: its vectors go.
    pub(crate) fn put_model(&self, name: &str, dimensions: u32) -> Result<Model> {
        if let Some(model) = self.database().model(name, dimensions)? {
            return Ok(model);
        }
        for table in ["vectors", "vector_blocks", "embedded"] {
            let sql = format!("DELETE FROM {table} WHERE model IN (SELECT id FROM models WHERE name = ?1)");
            self.execute(&sql, [name])?;
        }
        self.execute("DELETE FROM models WHERE name = ?1", [name])?;
        self.execute("INSERT INTO models (name, dimensions) VALUES (?1, ?2)", params![name, dimensions])?;
        Ok(Model { id: self.database().connection.last_insert_rowid(), name: name.to_owned(), dimensions })
    }

    /// Stores vectors by the hash of their text, for files that do not have all theirs yet.
    pub(crate) fn put_vectors(&self, model: &Model, vectors: &[(ContentHash, &Quantised)]) -> Result<()> {
        for (hash, vector) in vectors {
            let bytes: Vec<u8> = vector.bytes.iter().map(|byte| byte.cast_unsigned()).collect();
            self.execute(
                "INSERT OR REPLACE INTO vectors (model, hash, scale, vector) VALUES (?1, ?2, ?3, ?4)",
                params![model.id, hash.0, f64::from(vector.scale), bytes],
            )?;
        }
        Ok(())
    }

    /// Stores a block with the hashes of its texts, none for a model of this process, and returns its number.
    pub(crate) fn put_block(&self, model: &Model, hashes: &[ContentHash], block: &Block) -> Result<i64> {
        let hashes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
        self.execute(
            "INSERT INTO vector_blocks (model, hashes, vectors) VALUES (?1, ?2, ?3)",
            params![model.id, hashes, block.0],
        )?;
        Ok(self.database().connection.last_insert_rowid())
    }

    /// Notes that a file is embedded: its chunks have the vectors of `block`.
    pub(crate) fn put_embedded(&self, model: &Model, file_id: u32, block: i64) -> Result<()> {
        self.execute(
            "INSERT OR REPLACE INTO embedded (file_id, model, block) VALUES (?1, ?2, ?3)",
            params![file_id, model.id, block],
        )
    }

    /// Forgets that a file is embedded. Its block stays for whoever has the same text, unless it has no hashes to find it by.
    pub(super) fn forget_embedded(&self, file_id: u32) -> Result<()> {
        let sql = "DELETE FROM vector_blocks WHERE length(hashes) = 0 AND id = (SELECT block FROM embedded WHERE file_id = ?1)";
        self.execute(sql, [file_id])?;
        self.execute("DELETE FROM embedded WHERE file_id = ?1", [file_id])
    }

    /// Removes what no search can use: vectors of other models, and vectors of texts that stand in no file any more. For
    /// when every file is embedded with `model`.
    pub(crate) fn drop_unused_vectors(&self, model: &Model) -> Result<()> {
        self.execute("DELETE FROM embedded WHERE model != ?1", [model.id])?;
        self.execute("DELETE FROM models WHERE id != ?1", [model.id])?;
        self.drop_unnamed_vectors()
    }

    /// Removes the vectors that no file is embedded with.
    pub(super) fn drop_unnamed_vectors(&self) -> Result<()> {
        self.execute("DELETE FROM vectors", [])?;
        self.execute("DELETE FROM vector_blocks WHERE id NOT IN (SELECT block FROM embedded)", [])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vectors_without_a_direction_are_refused() {
        for vector in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert_eq!(Quantised::new(vector), None, "{vector:?}");
        }
        assert!(Quantised::new(&[f32::MAX, f32::MIN_POSITIVE]).is_some());
    }

    proptest! {
        #[test]
        fn a_block_gives_back_its_vectors_and_knows_a_flipped_bit(
            vectors in prop::collection::vec(prop::collection::vec(1.0f32..5.0, 5), 0..6), at in any::<prop::sample::Index>(),
        ) {
            let vectors: Vec<Quantised> = vectors.iter().filter_map(|vector| Quantised::new(vector)).collect();
            let block = Block::new(&vectors);
            let found: Vec<Quantised> = (0..).map_while(|position| block.vector(position, 5)).collect();
            prop_assert_eq!(&found, &vectors);
            prop_assert!(is_sound(&block.0, (vectors.len(), 5)));
            let mut damaged = block.0.clone();
            let bit = at.index(damaged.len() * 8);
            damaged[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!is_sound(&damaged, (vectors.len(), 5)));
            prop_assert!(!is_sound(&block.0[..block.len() - 1], (vectors.len(), 5)));
        }

        #[test]
        fn bytes_of_any_length_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), dimensions in 0usize..9) {
            prop_assert!(!is_sound(&bytes, (bytes.len(), dimensions)));
            let vector = Block(bytes).vector(3, dimensions);
            prop_assert!(vector.is_none_or(|vector| vector.bytes.len() == dimensions));
        }
    }
}
