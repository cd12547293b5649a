//! What the catalog holds, as it is read: files, their texts and structures, symbols, counts.
//!
//! Never here: writing (`commit.rs`), the tables' definitions (`schema.rs`).

use crate::error::{Error, Result};
use crate::parse::{ParseDegradation, Parsed};
use crate::source::{ContentHash, Generation, Language, RepoPath, Role, SpanKind};
use crate::store::outline;
use crate::store::packed::Packed;
use crate::store::schema::Database;
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One indexed file without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileRow {
    /// Its number in the catalog and the text index; stays the same while the path or the content does.
    pub id: u32,
    pub path: RepoPath,
    pub size: u64,
    pub mtime_ns: i64,
    /// When it was last read, by the clock of the host.
    pub seen_ms: u64,
    pub hash: ContentHash,
    /// A fingerprint of everything besides its bytes that its structure depends on.
    pub parse_key: i64,
    pub language: Language,
    pub role: Role,
    pub encoding: String,
    pub lines: u32,
    pub span_count: u32,
    pub chunk_count: u32,
    pub degraded: Option<ParseDegradation>,
}

/// What a search needs of one indexed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CorpusFile {
    pub id: u32,
    pub path: RepoPath,
    pub size: u64,
    pub mtime_ns: i64,
    pub hash: ContentHash,
    pub language: Language,
    pub role: Role,
}

/// One file or folder that is not indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SkippedRow {
    pub path: String,
    pub reason: String,
    pub detail: String,
    /// What the file looked like when its content was the reason; `None` when its name or its kind was.
    pub seen: Option<SkippedFile>,
}

/// The state of a file that was read and then skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SkippedFile {
    pub size: u64,
    pub mtime_ns: i64,
    pub seen_ms: u64,
    /// A fingerprint of everything besides its bytes that the reason depends on.
    pub skip_key: i64,
}

/// The content of one indexed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredDocument {
    /// The decoded text.
    pub text: String,
    pub parsed: Parsed,
    /// The map from positions in `text` to positions in the file's bytes; `None` where they are equal.
    pub offsets: Option<Vec<u8>>,
}

/// A definition: the file and the position in [`Parsed::spans`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SymbolRow {
    pub file_id: u32,
    pub ordinal: u32,
    /// As it is written.
    pub name: String,
    pub kind: SpanKind,
    /// The position in [`Parsed::chunks`] of the chunk it starts in.
    pub chunk: u32,
}

/// Sums over all indexed files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Totals {
    /// Files.
    pub files: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Definitions.
    pub spans: u64,
    /// Chunks.
    pub chunks: u64,
}

/// How a name is looked for. Names are compared folded; see [`fold_name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameMatch {
    /// The whole name.
    Exact,
    /// The name starts with it.
    Prefix,
    /// The name holds it anywhere.
    Substring,
}

/// The form in which names are compared.
pub(crate) fn fold_name(name: &str) -> String {
    name.to_lowercase()
}

/// The number under which references to `name` are counted: 47 bits of FNV-1a over the folded name.
pub(super) fn reference_key(name: &str) -> i64 {
    let hash = fold_name(name)
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash >> 17) as i64
}

/// The number under which imports of `name` are counted, among those of references.
pub(super) fn import_key(name: &str) -> i64 {
    reference_key(&format!("import {name}"))
}

/// A name of one committed state of a catalog, which no other state of any catalog has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State(Arc<str>);

impl State {
    pub(crate) fn new(name: &str) -> State {
        State(name.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The columns of [`FileRow`].
const FILES: &str =
    "SELECT id, path, size, mtime_ns, seen_ms, hash, parse_key, language, role, encoding, lines, span_count,
    chunk_count, degraded FROM files";

/// One committed state of the catalog, held open for as long as this lives. Writers do not disturb it.
#[derive(Debug)]
pub(crate) struct Snapshot {
    database: Mutex<Database>,
    generation: Generation,
}

impl Snapshot {
    /// Opens the last committed state of the catalog in `folder`.
    ///
    /// # Errors
    /// `INDEX_MISSING`, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`.
    pub(crate) fn open(folder: &Path) -> Result<Snapshot> {
        let database = Database::open_reader(folder)?;
        database.connection.execute_batch("BEGIN").map_err(database.failed("read"))?;
        let generation = database.generation()?;
        if generation == Generation(0) {
            return Err(Error::IndexMissing { path: folder.to_path_buf() });
        }
        Ok(Snapshot { database: Mutex::new(database), generation })
    }

    /// The number of this state.
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// The catalog of this state, for the calls of [`Database`] that read.
    pub(crate) fn read(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Database {
    /// The number of the last committed state; 0 when nothing was ever committed.
    pub(crate) fn generation(&self) -> Result<Generation> {
        self.numbered("generation")
    }

    /// The number of the state that the text index was written at. What has changed since is in [`Database::unwritten`].
    pub(crate) fn text_generation(&self) -> Result<Generation> {
        self.numbered("text_generation")
    }

    fn numbered(&self, key: &str) -> Result<Generation> {
        match self.meta(key)? {
            None => Ok(Generation(0)),
            Some(text) => {
                text.parse().map(Generation).map_err(|_| self.damaged("its generation is not a number from 0"))
            }
        }
    }

    /// The files whose documents in the text index are not those of this state, by id, with their paths; files that are gone
    /// have none.
    pub(crate) fn unwritten(&self) -> Result<Vec<(u32, Option<RepoPath>)>> {
        let sql = "SELECT u.file_id, f.path FROM unwritten u LEFT JOIN files f ON f.id = u.file_id ORDER BY u.file_id";
        self.collect(sql, [], |row| {
            let path = row.get_ref(1)?.as_str_or_null()?.map(RepoPath::new);
            Ok(path.transpose().ok().zip(Some(row.get(0)?)).map(|(path, id)| (id, path)))
        })
    }

    /// How many files [`Database::unwritten`] lists, and the bytes of those that are there.
    pub(crate) fn unwritten_size(&self) -> Result<(u64, u64)> {
        let sql = "SELECT count(*), coalesce(sum(f.size), 0) FROM unwritten u LEFT JOIN files f ON f.id = u.file_id";
        let row = self.connection.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let (files, bytes) = row.map_err(self.failed("read"))?;
        Ok((files.unsigned_abs(), bytes.unsigned_abs()))
    }

    /// The name of the last committed state; `None` where it was committed by a version that gave none.
    pub(crate) fn state(&self) -> Result<Option<State>> {
        Ok(self.meta("state")?.map(|name| State::new(&name)))
    }

    /// Whether the last update went to its end.
    pub(crate) fn is_complete(&self) -> Result<bool> {
        Ok(self.meta("complete")?.as_deref() == Some("1"))
    }

    /// Whether a file is indexed under `path`.
    pub(crate) fn holds(&self, path: &str) -> Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM files WHERE path = ?1")
            .and_then(|mut statement| statement.exists([path]))
            .map_err(self.failed("read"))
    }

    /// The real path of the folder that was indexed last.
    pub(crate) fn root(&self) -> Result<Option<String>> {
        self.meta("root")
    }

    /// The adjustments of the weights, as they were written.
    pub(crate) fn tunings(&self) -> Result<Option<String>> {
        self.meta("tunings")
    }

    fn meta(&self, key: &str) -> Result<Option<String>> {
        self.connection
            .prepare_cached("SELECT value FROM meta WHERE key = ?1")
            .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
            .map_err(self.failed("read"))
    }

    /// Every indexed file, ordered by path.
    pub(crate) fn file_table(&self) -> Result<Vec<FileRow>> {
        let mut rows = self.collect(FILES, [], file_row)?;
        // Rows lie nearly in this order already; SQLite would look each of them up through its index on the path.
        rows.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(rows)
    }

    /// The indexed files at `paths`, in their order.
    pub(crate) fn files_at(&self, paths: &[RepoPath]) -> Result<Vec<FileRow>> {
        let sql = format!("{FILES} WHERE path = ?1");
        let mut rows = Vec::new();
        for path in paths {
            rows.extend(self.collect(&sql, [path.as_str()], file_row)?);
        }
        Ok(rows)
    }

    /// Whether a file is indexed in a folder of this name.
    pub(crate) fn holds_below(&self, path: &str) -> Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM files WHERE path > ?1 || '/' AND path < ?1 || '0'")
            .and_then(|mut statement| statement.exists([path]))
            .map_err(self.failed("read"))
    }

    /// What a search needs of every indexed file, ordered by path.
    pub(crate) fn corpus_files(&self) -> Result<Vec<CorpusFile>> {
        let sql = "SELECT id, path, size, mtime_ns, hash, language, role FROM files";
        let mut files = self.collect(sql, [], corpus_file)?;
        // As in the table of files.
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(files)
    }

    /// The indexed file with the least id from `id` on.
    pub(super) fn first_file_from(&self, id: i64) -> Result<Option<FileRow>> {
        let rows = self.collect(&format!("{FILES} WHERE id >= ?1 ORDER BY id LIMIT 1"), [id], file_row)?;
        Ok(rows.into_iter().next())
    }

    /// The files with an incomplete structure, ordered by path.
    pub(crate) fn degraded_files(&self) -> Result<Vec<(RepoPath, ParseDegradation)>> {
        self.collect("SELECT path, degraded FROM files WHERE degraded != 0 ORDER BY path", [], |row| {
            let path = RepoPath::new(row.get_ref(0)?.as_str()?).ok();
            Ok(path.zip(outline::degradation_of(row.get(1)?).flatten()))
        })
    }

    /// Every skipped file and folder, ordered by path.
    pub(crate) fn skipped_table(&self) -> Result<Vec<SkippedRow>> {
        self.collect(
            "SELECT path, reason, detail, size, mtime_ns, seen_ms, skip_key FROM skipped ORDER BY path",
            [],
            skipped_row,
        )
    }

    /// The content of a file; `None` when no file has this id.
    pub(crate) fn document(&self, file_id: u32) -> Result<Option<StoredDocument>> {
        let stored = self
            .connection
            .prepare_cached("SELECT text, offsets, outline FROM contents WHERE file_id = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([file_id], |row| {
                        let text = Packed(row.get(0)?);
                        Ok((text, row.get::<_, Option<Vec<u8>>>(1)?, Packed(row.get(2)?)))
                    })
                    .optional()
            })
            .map_err(self.failed("read"))?;
        let Some((text, offsets, structure)) = stored else { return Ok(None) };
        let text = self.unpack(&text).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| self.damaged(format!("the text of file {file_id} is not UTF-8")))
        })?;
        Ok(Some(StoredDocument { text, parsed: self.structure(file_id, &structure)?, offsets }))
    }

    /// The structure of a file; `None` when no file has this id.
    pub(crate) fn parsed(&self, file_id: u32) -> Result<Option<Parsed>> {
        let structure = self
            .connection
            .prepare_cached("SELECT outline FROM contents WHERE file_id = ?1")
            .and_then(|mut statement| statement.query_row([file_id], |row| Ok(Packed(row.get(0)?))).optional())
            .map_err(self.failed("read"))?;
        structure.map(|structure| self.structure(file_id, &structure)).transpose()
    }

    /// The definitions whose folded name matches `folded`: shorter names first, then by name, path and position.
    pub(crate) fn symbols(&self, folded: &str, how: NameMatch, limit: usize) -> Result<Vec<SymbolRow>> {
        let condition = match how {
            NameMatch::Exact => "s.fold = ?1",
            NameMatch::Prefix => "s.fold >= ?1 AND s.fold < ?1 || char(1114111)",
            NameMatch::Substring => "instr(s.fold, ?1) > 0",
        };
        let sql = format!(
            "SELECT s.file_id, s.ordinal, s.kind, s.chunk, s.name FROM symbols s JOIN files f ON f.id = s.file_id
                WHERE {condition} ORDER BY length(s.fold), s.fold, f.path, s.ordinal LIMIT {}",
            up_to(limit)
        );
        self.collect(&sql, [folded], symbol_row)
    }

    /// Up to `limit` definitions of this folded name, in no order that means something.
    pub(crate) fn definitions(&self, folded: &str, limit: usize) -> Result<Vec<SymbolRow>> {
        let sql = "SELECT file_id, ordinal, kind, chunk, name FROM symbols WHERE fold = ?1";
        self.collect(&format!("{sql} LIMIT {}", up_to(limit)), [folded], symbol_row)
    }

    /// How many definitions have this folded name, counted up to `most`.
    pub(crate) fn count_symbols(&self, folded: &str, most: usize) -> Result<usize> {
        self.connection
            .prepare_cached(&format!(
                "SELECT count(*) FROM (SELECT 1 FROM symbols WHERE fold = ?1 LIMIT {})",
                up_to(most)
            ))
            .and_then(|mut statement| statement.query_row([folded], |row| row.get::<_, i64>(0)))
            .map(|count| count.unsigned_abs() as usize)
            .map_err(self.failed("read"))
    }

    /// How many files import something called `name`, whatever its case, counted up to `most`.
    pub(crate) fn count_imports(&self, name: &str, most: u32) -> Result<u32> {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM reference_names WHERE name_hash = ?1 LIMIT {most})");
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_row([import_key(name)], |row| row.get(0)))
            .map_err(self.failed("read"))
    }

    /// The files that refer to `name`, whatever its case, by id; now and then one that refers to another name of the
    /// same number.
    pub(crate) fn files_referring_to(&self, name: &str) -> Result<Vec<u32>> {
        self.collect("SELECT file_id FROM reference_names WHERE name_hash = ?1", [reference_key(name)], |row| {
            row.get(0).map(Some)
        })
    }

    /// Sums over all files.
    pub(crate) fn totals(&self) -> Result<Totals> {
        let sums = "SELECT count(*), coalesce(sum(size), 0), coalesce(sum(lines), 0), coalesce(sum(span_count), 0),
            coalesce(sum(chunk_count), 0) FROM files";
        self.connection
            .query_row(sums, [], |row| {
                let sum = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
                Ok(Totals { files: sum(0)?, bytes: sum(1)?, lines: sum(2)?, spans: sum(3)?, chunks: sum(4)? })
            })
            .map_err(self.failed("read"))
    }

    /// Files, and those with an incomplete structure, by language.
    pub(crate) fn language_counts(&self) -> Result<Vec<(Language, u64, u64)>> {
        let sql = "SELECT language, count(*), sum(degraded != 0) FROM files GROUP BY language ORDER BY language";
        self.collect(sql, [], |row| {
            let language = Language::from_name(row.get_ref(0)?.as_str()?);
            let (files, degraded) = (row.get::<_, i64>(1)?.unsigned_abs(), row.get::<_, i64>(2)?.unsigned_abs());
            Ok(language.map(|language| (language, files, degraded)))
        })
    }

    /// The number of skipped files and folders, by reason.
    pub(crate) fn skipped_counts(&self) -> Result<BTreeMap<String, u64>> {
        let rows = self.collect("SELECT reason, count(*) FROM skipped GROUP BY reason", [], |row| {
            Ok(Some((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs())))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The rows of a query; a row that `read` refuses with `None` means that the catalog is damaged.
    pub(super) fn collect<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<T>>,
    ) -> Result<Vec<T>> {
        let rows = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(params, |row| read(row))?.collect::<rusqlite::Result<_>>())
            .map_err(self.failed("read"))?;
        let rows: Option<Vec<T>> = Vec::into_iter(rows).collect();
        rows.ok_or_else(|| self.damaged("a row holds a value that no program of this version writes"))
    }

    fn structure(&self, file_id: u32, packed: &Packed) -> Result<Parsed> {
        let bytes = self.unpack(packed)?;
        outline::decode(&bytes).ok_or_else(|| self.damaged(format!("the outline of file {file_id} cannot be read")))
    }

    fn unpack(&self, packed: &Packed) -> Result<Vec<u8>> {
        packed.unpack().ok_or_else(|| self.damaged("a compressed value cannot be read"))
    }
}

fn symbol_row(row: &Row<'_>) -> rusqlite::Result<Option<SymbolRow>> {
    let kind = SpanKind::from_name(row.get_ref(2)?.as_str()?);
    let (file_id, ordinal, chunk, name) = (row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?);
    Ok(kind.map(|kind| SymbolRow { file_id, ordinal, name, kind, chunk }))
}

/// A limit as part of a statement: as a parameter it would be parsed again with every value.
fn up_to(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn file_row(row: &Row<'_>) -> rusqlite::Result<Option<FileRow>> {
    let path = RepoPath::new(row.get_ref(1)?.as_str()?).ok();
    let language = Language::from_name(row.get_ref(7)?.as_str()?);
    let role = Role::from_name(row.get_ref(8)?.as_str()?);
    let degraded = outline::degradation_of(row.get(13)?);
    let (Some(path), Some(language), Some(role), Some(degraded)) = (path, language, role, degraded) else {
        return Ok(None);
    };
    Ok(Some(FileRow {
        id: row.get(0)?,
        path,
        size: row.get::<_, i64>(2)?.unsigned_abs(),
        mtime_ns: row.get(3)?,
        seen_ms: row.get::<_, i64>(4)?.unsigned_abs(),
        hash: ContentHash(row.get(5)?),
        parse_key: row.get(6)?,
        language,
        role,
        encoding: row.get(9)?,
        lines: row.get(10)?,
        span_count: row.get(11)?,
        chunk_count: row.get(12)?,
        degraded,
    }))
}

fn corpus_file(row: &Row<'_>) -> rusqlite::Result<Option<CorpusFile>> {
    let path = RepoPath::new(row.get_ref(1)?.as_str()?).ok();
    let language = Language::from_name(row.get_ref(5)?.as_str()?);
    let role = Role::from_name(row.get_ref(6)?.as_str()?);
    let (Some(path), Some(language), Some(role)) = (path, language, role) else { return Ok(None) };
    let size = row.get::<_, i64>(2)?.unsigned_abs();
    let hash = ContentHash(row.get(4)?);
    Ok(Some(CorpusFile { id: row.get(0)?, path, size, mtime_ns: row.get(3)?, hash, language, role }))
}

fn skipped_row(row: &Row<'_>) -> rusqlite::Result<Option<SkippedRow>> {
    let seen = match row.get::<_, Option<i64>>(3)? {
        None => None,
        Some(size) => Some(SkippedFile {
            size: size.unsigned_abs(),
            mtime_ns: row.get(4)?,
            seen_ms: row.get::<_, i64>(5)?.unsigned_abs(),
            skip_key: row.get(6)?,
        }),
    };
    Ok(Some(SkippedRow { path: row.get(0)?, reason: row.get(1)?, detail: row.get(2)?, seen }))
}
