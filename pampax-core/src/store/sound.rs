//! Whether the catalog holds what it promises: SQLite's own checks, and every stored file against its hash.
//!
//! Never here: the text index, files of the tree.

use crate::error::{Error, Result};
use crate::limits::Watch;
use crate::parallel::{Bounds, ordered_map};
use crate::source::ContentHash;
use crate::store::catalog::FileRow;
use crate::store::commit::Commit;
use crate::store::inspect::{CatalogFile, peek_current};
use crate::store::outline;
use crate::store::packed::Packed;
use crate::store::schema::{Database, or_stopped};
use crate::store::vectors::{self, HASH_BYTES, Model};
use rusqlite::OptionalExtension;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The most lines that SQLite's check reports.
const MAX_LINES: u32 = 100;
/// How many stored files a quick check looks at.
const SAMPLES: i64 = 16;
/// The tables whose first and last rows a quick check reads.
const ENDS: [&str; 10] = [
    "meta ORDER BY key",
    "files ORDER BY id",
    "contents ORDER BY file_id",
    "symbols ORDER BY fold",
    "reference_names ORDER BY name_hash",
    "skipped ORDER BY path",
    "vectors ORDER BY model",
    "vector_blocks ORDER BY id",
    "embedded ORDER BY file_id",
    "exact_references ORDER BY file_id",
];

/// What is wrong with a catalog, one sentence each, and how much was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Soundness {
    pub problems: Vec<String>,
    /// The lines of SQLite's integrity check; none when it was not asked.
    pub integrity: Vec<String>,
    /// Stored files that were unpacked.
    pub documents: u64,
    /// How many of them were compared with the hash of their bytes. The text of the others is not what their bytes are,
    /// because of their encoding: its own checksum was compared.
    pub hashed: u64,
}

impl Soundness {
    fn note(&mut self, document: Document) {
        self.documents += 1;
        match document {
            Document::Hashed => self.hashed += 1,
            Document::Unpacked => {}
            Document::Wrong(problem) => self.problems.push(problem),
        }
    }
}

/// What became of the check of one stored file.
enum Document {
    Hashed,
    Unpacked,
    Wrong(String),
}

impl Database {
    /// A check of a catalog of the current version that takes milliseconds whatever its size: the schema, the size of the file, the ends of every table, and
    /// a few files from all over the catalog. Damage between them is not seen.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when something cannot be read at all, `IO`.
    pub(crate) fn sample(&self, folder: &Path) -> Result<Soundness> {
        let mut soundness = Soundness::default();
        soundness.problems.extend(self.schema_problem()?);
        soundness.problems.extend(self.size_problem(folder)?);
        for table in ENDS {
            for order in ["", " DESC"] {
                let sql = format!("SELECT * FROM {table}{order} LIMIT 1");
                let row = self.connection.query_row(&sql, [], |row| row.get_ref(0).map(|_| ()));
                row.optional().map_err(self.failed("read"))?;
            }
        }
        for row in self.sampled_rows()? {
            soundness.note(self.check_document(&row)?);
        }
        Ok(soundness)
    }

    /// A check that reads everything: SQLite's integrity check, every stored file, and the sums over all of them.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when the tables of files cannot be read, `IO`, and those of `watch`.
    pub(crate) fn examine(mut self, threads: usize, watch: &Watch) -> Result<Soundness> {
        self.stop_with(watch)?;
        let integrity = or_stopped(watch, self.integrity())?;
        let mut soundness = Soundness { integrity, ..Soundness::default() };
        if soundness.integrity != ["ok"] {
            soundness.problems.push(format!("integrity check: {}", soundness.integrity.join("; ")));
        }
        soundness.problems.extend(self.schema_problem()?);
        let rows = or_stopped(watch, self.file_table())?;
        soundness.problems.extend(or_stopped(watch, self.sum_problems(&rows))?);
        let items: Vec<(FileRow, u64)> =
            rows.into_iter().map(|row| (row.size, row)).map(|(size, row)| (row, size)).collect();
        let bounds = Bounds { threads, items: 64, weight: 16 << 20 };
        let database = Mutex::new(self);
        let check = |row: &FileRow| {
            let stored = database.lock().unwrap_or_else(PoisonError::into_inner).stored(row.id);
            stored.map(|stored| stored.map_or_else(|| row.lost(), |stored| stored.check(row)))
        };
        ordered_map(&items, &bounds, check, |row, outcome| {
            watch.check("documents")?;
            let document = outcome.map_err(|panic| Error::internal(format!("checking {}: {panic}", row.path)))?;
            soundness.note(or_stopped(watch, document)?);
            Ok(())
        })?;
        Ok(soundness)
    }

    fn integrity(&self) -> Result<Vec<String>> {
        self.collect(&format!("PRAGMA integrity_check({MAX_LINES})"), [], |row| row.get(0).map(Some))
    }

    fn schema_problem(&self) -> Result<Option<String>> {
        let (found, expected) = (self.objects()?, Database::expected_objects(self.schema()?)?);
        let differs = expected.iter().find(|(name, sql)| found.get(*name) != Some(*sql));
        let differs = differs.or_else(|| found.iter().find(|(name, _)| !expected.contains_key(*name)));
        Ok(differs.map(|(name, _)| format!("`{name}` is not as a catalog of its version has it")))
    }

    fn size_problem(&self, folder: &Path) -> Result<Option<String>> {
        let pages = self.pages()?;
        let Some(file) = CatalogFile::of(folder)? else { return Ok(None) };
        // With a log beside it the file may be shorter than what it will hold.
        let is_short = file.wal_bytes == 0 && file.bytes < pages.page_bytes.saturating_mul(pages.count);
        Ok(is_short.then(|| format!("it ends after {} bytes, before its last page", file.bytes)))
    }

    /// What the sums over the files say against other tables.
    fn sum_problems(&self, rows: &[FileRow]) -> Result<Vec<String>> {
        let count = |table: &str| {
            let sql = format!("SELECT count(*) FROM {table}");
            let count = self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
            count.map(i64::unsigned_abs).map_err(self.failed("read"))
        };
        let spans: u64 = rows.iter().map(|row| u64::from(row.span_count)).sum();
        let expected = [("contents", rows.len() as u64), ("symbols", spans)];
        let mut problems = Vec::new();
        for (table, expected) in expected {
            let found = count(table)?;
            if found != expected {
                problems.push(format!("`{table}` has {found} rows, the files have {expected}"));
            }
        }
        Ok(problems)
    }

    /// A few files from all over the table, with the least of each that a check needs.
    fn sampled_rows(&self) -> Result<Vec<FileRow>> {
        let bounds = "SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM files";
        let bounds = self.connection.query_row(bounds, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let (first, last) = bounds.map_err(self.failed("read"))?;
        let mut rows: Vec<FileRow> = Vec::new();
        for sample in 0..SAMPLES {
            let from = first.saturating_add(last.saturating_sub(first).saturating_mul(sample) / (SAMPLES - 1));
            let row = self.first_file_from(from)?;
            rows.extend(row.filter(|row| rows.last().is_none_or(|before| before.id != row.id)));
        }
        Ok(rows)
    }

    fn check_document(&self, row: &FileRow) -> Result<Document> {
        Ok(self.stored(row.id)?.map_or_else(|| row.lost(), |stored| stored.check(row)))
    }

    fn stored(&self, file_id: u32) -> Result<Option<Stored>> {
        self.connection
            .prepare_cached("SELECT text, offsets IS NULL, outline FROM contents WHERE file_id = ?1")
            .and_then(|mut statement| {
                let read = |row: &rusqlite::Row<'_>| {
                    Ok(Stored { text: Packed(row.get(0)?), is_as_written: row.get(1)?, outline: Packed(row.get(2)?) })
                };
                statement.query_row([file_id], read).optional()
            })
            .map_err(self.failed("read"))
    }
}

impl FileRow {
    fn lost(&self) -> Document {
        Document::Wrong(format!("the text of {} is missing", self.path))
    }
}

/// The content of a file as it lies in the catalog.
struct Stored {
    text: Packed,
    /// Whether positions in the text are positions in the file's bytes.
    is_as_written: bool,
    outline: Packed,
}

impl Stored {
    fn check(&self, row: &FileRow) -> Document {
        let wrong = |what: &str| Document::Wrong(format!("{what} of {} cannot be read", row.path));
        let Some(text) = self.text.unpack().filter(|text| std::str::from_utf8(text).is_ok()) else {
            return wrong("the text");
        };
        let Some(parsed) = self.outline.unpack().and_then(|bytes| outline::decode(&bytes)) else {
            return wrong("the outline");
        };
        let counts = (parsed.spans.len(), parsed.chunks.len());
        if counts != (row.span_count as usize, row.chunk_count as usize) {
            return Document::Wrong(format!("the outline of {} is of another text", row.path));
        }
        match self.is_as_written && row.encoding == "UTF-8" {
            true if ContentHash::of(&text) == row.hash => Document::Hashed,
            true => Document::Wrong(format!("the text of {} does not match its hash", row.path)),
            false => Document::Unpacked,
        }
    }
}

/// How many files at either end of the table a quick check of vectors looks at.
const VECTOR_SAMPLES: i64 = 8;

/// Reads a file's number, how many chunks it has, and its block, if it is there.
const BLOCKS: &str = "SELECT embedded.file_id, files.chunk_count, hashes, vectors FROM embedded
    LEFT JOIN files ON files.id = embedded.file_id LEFT JOIN vector_blocks ON vector_blocks.id = embedded.block
    WHERE embedded.model = ?1";

/// What is wrong with the vectors of a model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct VectorDamage {
    /// Files whose vectors are missing or not as they were written.
    pub files: BTreeSet<u32>,
}

impl VectorDamage {
    /// What it is in words; `None` when there is none.
    pub(crate) fn in_words(&self) -> Option<String> {
        let count = self.files.len();
        (count > 0).then(|| format!("the vectors of {count} files are missing or not as they were written"))
    }
}

impl Database {
    /// What is wrong with the vectors of a few files of `model`.
    pub(crate) fn sampled_vector_damage(&self, model: &Model) -> Result<VectorDamage> {
        let mut damage = VectorDamage::default();
        for order in ["", "DESC"] {
            let sql = format!("{BLOCKS} ORDER BY embedded.file_id {order} LIMIT {VECTOR_SAMPLES}");
            damage.files.extend(self.damaged_blocks(&sql, model)?);
        }
        Ok(damage)
    }

    /// What is wrong with the vectors of `model`. Reads all of them.
    pub(crate) fn vector_damage(&self, model: &Model) -> Result<VectorDamage> {
        Ok(VectorDamage { files: self.damaged_blocks(BLOCKS, model)?.into_iter().collect() })
    }

    fn damaged_blocks(&self, sql: &str, model: &Model) -> Result<Vec<u32>> {
        let files = self.collect(sql, [model.id], |row| {
            let (count, hashes, vectors) = (row.get::<_, Option<u32>>(1)?, row.get_ref(2)?, row.get_ref(3)?);
            let (Some(count), Ok(hashes), Ok(vectors)) = (count, hashes.as_blob(), vectors.as_blob()) else {
                return Ok(Some((row.get(0)?, false)));
            };
            let (count, dimensions) = (count as usize, model.dimensions as usize);
            let has_hashes = hashes.is_empty() || hashes.len() == count * HASH_BYTES;
            Ok(Some((row.get::<_, u32>(0)?, has_hashes && vectors::is_sound(vectors, (count, dimensions)))))
        })?;
        Ok(files.into_iter().filter(|(_, is_sound)| !is_sound).map(|(id, _)| id).collect())
    }
}

impl Commit<'_> {
    /// [`Commit::drop_damaged_vectors`] of every model, and what no file uses, which may be damaged too.
    pub(crate) fn drop_all_damaged_vectors(&self) -> Result<()> {
        let models = self.database().model_counts()?;
        models.iter().try_for_each(|counts| self.drop_damaged_vectors(&counts.model))?;
        self.drop_unnamed_vectors()
    }

    /// Removes what [`Database::vector_damage`] finds. The next update with the embedder makes it again.
    fn drop_damaged_vectors(&self, model: &Model) -> Result<()> {
        for id in self.database().vector_damage(model)?.files {
            self.execute("DELETE FROM vector_blocks WHERE id = (SELECT block FROM embedded WHERE file_id = ?1)", [id])?;
            self.execute("DELETE FROM embedded WHERE file_id = ?1", [id])?;
        }
        Ok(())
    }
}

/// What is wrong with the catalog in `folder`, read in full. Leaves no trace.
///
/// # Errors
/// Those of [`crate::store::inspect::peek_current`] and of [`Database::examine`].
pub(crate) fn examine(folder: &Path, threads: usize, watch: &Watch) -> Result<Soundness> {
    peek_current(folder, |database| database.examine(threads, watch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemClock;
    use crate::limits::Limits;
    use crate::parse::Parsed;
    use crate::source::{Generation, Language, RepoPath, Role};
    use crate::store::commit::{FileStat, NewFile};
    use crate::store::packed::PackedContent;
    use std::sync::Arc;

    fn watch() -> Watch {
        Watch::start(&Limits::default(), Arc::new(SystemClock::new()))
    }

    /// A catalog of as many files, the last of them in another encoding.
    fn catalog(folder: &Path, files: usize) -> Database {
        let database = Database::open_writer(folder).unwrap();
        let mut commit = Commit::begin(&database).unwrap();
        for number in 0..files {
            let text = format!("text of file {number}, long enough to be compressed; text of file {number}");
            let offsets = (number + 1 == files).then(|| vec![1, 2, 3]);
            let parsed = Parsed::default();
            let file = NewFile {
                path: &RepoPath::new(&format!("f{number}.txt")).unwrap(),
                stat: FileStat { size: text.len() as u64, mtime_ns: 1, seen_ms: 1 },
                hash: ContentHash::of(text.as_bytes()),
                parse_key: 1,
                language: Language::Text,
                role: Role::Code,
                encoding: "UTF-8",
                lines: 1,
                parsed: &parsed,
                content: &PackedContent::new(&text, offsets, &parsed).unwrap(),
            };
            commit.put_file(None, &file).unwrap();
        }
        commit.stamp(Generation(1), true).unwrap();
        commit.commit().unwrap();
        database
    }

    fn sampled(folder: &Path) -> Soundness {
        peek_current(folder, |database| database.sample(folder)).unwrap()
    }

    #[test]
    fn a_sound_catalog_has_no_problem() {
        let folder = tempfile::tempdir().unwrap();
        drop(catalog(folder.path(), 40));
        let full = examine(folder.path(), 2, &watch()).unwrap();
        assert_eq!((full.problems.as_slice(), full.integrity.as_slice()), (&[][..], &["ok".to_owned()][..]));
        assert_eq!((full.documents, full.hashed), (40, 39));
        let sample = sampled(folder.path());
        assert_eq!((sample.problems.as_slice(), sample.documents), (&[][..], 16));
    }

    #[track_caller]
    fn check(damage: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let database = catalog(folder.path(), 3);
        database.connection.execute_batch(damage).unwrap();
        drop(database);
        let full = examine(folder.path(), 1, &watch()).unwrap();
        assert!(full.problems.iter().any(|problem| problem.contains(expected)), "{damage}: {full:?}");
    }

    #[test]
    fn what_does_not_agree_is_named() {
        check("DELETE FROM contents WHERE file_id = 2", "the text of f1.txt is missing");
        check("DELETE FROM contents WHERE file_id = 2", "`contents` has 2 rows, the files have 3");
        check("UPDATE contents SET text = x'00' WHERE file_id = 1", "the text of f0.txt cannot be read");
        check("UPDATE contents SET outline = x'00' WHERE file_id = 1", "the outline of f0.txt cannot be read");
        check("UPDATE files SET hash = zeroblob(16) WHERE id = 2", "the text of f1.txt does not match its hash");
        check("UPDATE files SET chunk_count = 9 WHERE id = 2", "the outline of f1.txt is of another text");
        check("INSERT INTO symbols VALUES ('a', 1, 0, 'a', 'function', 0)", "`symbols` has 1 rows, the files have 0");
        check("DROP INDEX exact_targets", "`exact_targets` is not as a catalog of its version has it");
        check("CREATE TABLE more (x)", "`more` is not as a catalog of its version has it");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test damages its own files")]
    fn a_damaged_page_is_found_in_full_and_a_cut_file_by_the_sample() {
        let folder = tempfile::tempdir().unwrap();
        drop(catalog(folder.path(), 400));
        let path = folder.path().join(crate::store::schema::FILE_NAME);
        let healthy = std::fs::read(&path).unwrap();
        let name = healthy.windows(8).rposition(|bytes| bytes == b"f399.txt").unwrap();
        let mut damaged = healthy.clone();
        damaged[name + 1] ^= 0x01;
        std::fs::write(&path, &damaged).unwrap();
        let full = examine(folder.path(), 1, &watch());
        assert!(full.as_ref().map_or(true, |full| !full.problems.is_empty()), "{full:?}");
        std::fs::write(&path, &healthy[..healthy.len() - 4096]).unwrap();
        let sample = peek_current(folder.path(), |database| database.sample(folder.path()));
        assert!(sample.as_ref().map_or(true, |sample| !sample.problems.is_empty()), "{sample:?}");
    }

    #[test]
    fn damaged_vectors_are_counted_and_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let database = catalog(folder.path(), 5);
        database.connection.execute("UPDATE files SET chunk_count = 2", []).unwrap();
        let counts = database.file_table().unwrap();
        let commit = Commit::begin(&database).unwrap();
        let model = commit.put_model("sample", 2).unwrap();
        let vector = |bytes: &[i8]| vectors::Quantised { scale: 1.0, bytes: bytes.to_vec() };
        let block_of = |count: u32, vector: vectors::Quantised| vectors::Block::new(&vec![vector; count as usize]);
        for row in &counts {
            let (count, size) = (row.chunk_count, if row.id == 2 { 3 } else { 2 });
            let block = commit.put_block(&model, &[], &block_of(count, vector(&[1, 2, 3][..size]))).unwrap();
            let block = if row.id == 3 { block + 1_000 } else { block };
            commit.put_embedded(&model, row.id, block).unwrap();
        }
        let flip =
            "UPDATE vector_blocks SET vectors = CAST(x'ff' || substr(vectors, 2) AS BLOB) WHERE id = (SELECT block FROM embedded
            WHERE file_id = 4)";
        commit.execute(flip, []).unwrap();
        assert_eq!(database.vector_damage(&model).unwrap().files, BTreeSet::from([2, 3, 4]));
        assert_eq!(database.sampled_vector_damage(&model).unwrap(), database.vector_damage(&model).unwrap());
        commit.drop_damaged_vectors(&model).unwrap();
        assert_eq!(database.vector_damage(&model).unwrap().in_words(), None);
        assert_eq!(database.files_to_embed(&model).unwrap(), [2, 3, 4]);
        commit.commit().unwrap();
    }

    #[test]
    fn a_check_ends_with_its_time() {
        let folder = tempfile::tempdir().unwrap();
        drop(catalog(folder.path(), 3));
        let limits = Limits::default().with_timeout(std::time::Duration::ZERO);
        let watch = Watch::start(&limits, Arc::new(SystemClock::new()));
        let stopped = examine(folder.path(), 1, &watch).unwrap_err();
        assert_eq!(stopped.code(), crate::error::ErrorCode::DeadlineExceeded);
    }
}
