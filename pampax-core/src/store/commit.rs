//! How the catalog changes: one transaction from one generation to the next.
//!
//! Never here: what should change (`index/plan.rs`), the order of the two commits (`index/write.rs`).

use crate::error::Result;
use crate::parse::Parsed;
use crate::source::{ContentHash, EdgeKind, Generation, Language, RepoPath, Role, SpanKind};
use crate::store::catalog::{SkippedRow, fold_name, import_key, reference_key};
use crate::store::outline::degradation_code;
use crate::store::packed::PackedContent;
use crate::store::schema::Database;
use crate::store::vectors::{Block, Model};
use rusqlite::params;
use std::collections::{BTreeMap, BTreeSet};

/// Gives a state its name. Generations count from 1 again in an index that is made anew; this name never comes again.
pub(super) const NAME_STATE: &str =
    "INSERT OR REPLACE INTO meta (key, value) VALUES ('state', lower(hex(randomblob(16))))";

/// The last names of an import that stand for what is imported.
const IMPORTED_NAMES: usize = 2;

/// How many bytes of vectors are gathered before they are written.
const MAX_VECTOR_BYTES: usize = 8 << 20;

/// What the catalog is told about a file that was read.
#[derive(Debug, Clone)]
pub(crate) struct NewFile<'a> {
    pub path: &'a RepoPath,
    pub stat: FileStat,
    pub hash: ContentHash,
    pub parse_key: i64,
    pub language: Language,
    pub role: Role,
    pub encoding: &'a str,
    pub lines: u32,
    pub parsed: &'a Parsed,
    pub content: &'a PackedContent,
}

/// What a file looked like when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileStat {
    pub size: u64,
    pub mtime_ns: i64,
    pub seen_ms: u64,
}

/// One row of the symbols, in the order of its key.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SymbolEntry {
    fold: String,
    file_id: u32,
    ordinal: u32,
    name: String,
    kind: SpanKind,
    chunk: u32,
}

/// A transaction on the catalog. Dropping it takes back everything.
pub(crate) struct Commit<'d> {
    database: &'d Database,
    symbols: Vec<SymbolEntry>,
    reference_names: Vec<(i64, u32)>,
    vectors: BTreeMap<u32, (Model, Block)>,
    vector_bytes: usize,
    open: bool,
}

impl<'d> Commit<'d> {
    /// Begins a transaction.
    pub(crate) fn begin(database: &'d Database) -> Result<Commit<'d>> {
        database.connection.execute_batch("BEGIN IMMEDIATE").map_err(database.failed("write"))?;
        Ok(Commit {
            database,
            symbols: Vec::new(),
            reference_names: Vec::new(),
            vectors: BTreeMap::new(),
            vector_bytes: 0,
            open: true,
        })
    }

    /// Adds a file, or replaces the content of the file `id`. Returns its id.
    pub(crate) fn put_file(&mut self, id: Option<u32>, file: &NewFile<'_>) -> Result<u32> {
        if let Some(id) = id {
            self.forget_names(id)?;
            self.forget_exact_unless(id, file.hash)?;
            self.forget_vectors(id)?;
        }
        self.execute(
            "INSERT OR REPLACE INTO files (id, path, size, mtime_ns, seen_ms, hash, parse_key, language, role, encoding,
                lines, span_count, chunk_count, degraded) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
                ?13, ?14)",
            params![
                id,
                file.path.as_str(),
                file.stat.size as i64,
                file.stat.mtime_ns,
                file.stat.seen_ms as i64,
                file.hash.0,
                file.parse_key,
                file.language.name(),
                file.role.name(),
                file.encoding,
                file.lines,
                file.parsed.spans.len() as i64,
                file.parsed.chunks.len() as i64,
                degradation_code(file.parsed.degraded),
            ],
        )?;
        let id = match id {
            Some(id) => id,
            None => u32::try_from(self.database.connection.last_insert_rowid())
                .map_err(|_| self.database.damaged("a file number is out of range"))?,
        };
        let content = file.content;
        self.execute(
            "INSERT OR REPLACE INTO contents (file_id, text, offsets, outline) VALUES (?1, ?2, ?3, ?4)",
            params![id, content.text.0, content.offsets, content.outline.0],
        )?;
        self.note_names(id, file.parsed);
        Ok(id)
    }

    /// Gives a file the vectors of a model of this process.
    pub(crate) fn put_file_vectors(&mut self, model: &Model, id: u32, block: Block) -> Result<()> {
        self.vector_bytes += block.len();
        self.vectors.insert(id, (model.clone(), block));
        if self.vector_bytes >= MAX_VECTOR_BYTES { self.write_vectors() } else { Ok(()) }
    }

    /// Removes a file and everything that belongs to it.
    pub(crate) fn delete_file(&mut self, id: u32) -> Result<()> {
        self.forget_names(id)?;
        self.forget_exact(id)?;
        self.execute("DELETE FROM files WHERE id = ?1", [id])?;
        self.execute("DELETE FROM contents WHERE file_id = ?1", [id])?;
        self.forget_vectors(id)
    }

    /// Gives a file another path. Its text, structure and vectors stay.
    pub(crate) fn rename_file(&mut self, id: u32, path: &RepoPath, stat: FileStat) -> Result<()> {
        self.execute("UPDATE files SET path = ?2 WHERE id = ?1", params![id, path.as_str()])?;
        self.touch_file(id, stat)
    }

    /// Notes that a file was read again and has not changed.
    pub(crate) fn touch_file(&mut self, id: u32, stat: FileStat) -> Result<()> {
        self.execute(
            "UPDATE files SET size = ?2, mtime_ns = ?3, seen_ms = ?4 WHERE id = ?1",
            params![id, stat.size as i64, stat.mtime_ns, stat.seen_ms as i64],
        )
    }

    /// Replaces the list of what is skipped.
    pub(crate) fn set_skipped(&mut self, rows: &[SkippedRow]) -> Result<()> {
        self.execute("DELETE FROM skipped", [])?;
        for row in rows {
            let seen = row.seen;
            self.execute(
                "INSERT OR REPLACE INTO skipped (path, reason, detail, size, mtime_ns, seen_ms, skip_key)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    row.path,
                    row.reason,
                    row.detail,
                    seen.map(|seen| seen.size as i64),
                    seen.map(|seen| seen.mtime_ns),
                    seen.map(|seen| seen.seen_ms as i64),
                    seen.map(|seen| seen.skip_key),
                ],
            )?;
        }
        Ok(())
    }

    /// Stamps the transaction with its generation and writes what was gathered. Only [`Commit::commit`] makes it visible.
    pub(crate) fn stamp(&mut self, generation: Generation, complete: bool) -> Result<()> {
        self.write_gathered()?;
        self.put_meta("generation", &generation.0.to_string())?;
        self.put_meta("complete", if complete { "1" } else { "0" })?;
        self.execute(NAME_STATE, [])
    }

    /// Notes that the text index is written at `generation`, with all that the transaction holds.
    pub(crate) fn set_text_written(&mut self, generation: Generation) -> Result<()> {
        self.put_meta("text_generation", &generation.0.to_string())?;
        self.execute("DELETE FROM unwritten", [])
    }

    /// Notes that the documents of a file in the text index are no longer those of the catalog.
    pub(crate) fn add_unwritten(&mut self, file_id: u32) -> Result<()> {
        self.execute("INSERT OR IGNORE INTO unwritten VALUES (?1)", [file_id])
    }

    fn put_meta(&self, key: &str, value: &str) -> Result<()> {
        self.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", params![key, value])
    }

    /// Notes which folder is indexed, without a new generation.
    pub(crate) fn set_root(&mut self, root: &str) -> Result<()> {
        self.put_meta("root", root)
    }

    /// Notes the adjustments of the weights, without a new generation.
    pub(crate) fn set_tunings(&mut self, tunings: &str) -> Result<()> {
        self.put_meta("tunings", tunings)
    }

    /// Notes whether the last update went to its end, without a new generation.
    pub(crate) fn set_complete(&mut self) -> Result<()> {
        self.put_meta("complete", "1")
    }

    /// Makes the transaction visible.
    pub(crate) fn commit(mut self) -> Result<()> {
        self.write_gathered()?;
        self.database.connection.execute_batch("COMMIT").map_err(self.database.failed("write"))?;
        self.open = false;
        Ok(())
    }

    /// Rows of these tables are written in the order of their keys, which takes a fraction of the time of any other.
    fn write_gathered(&mut self) -> Result<()> {
        self.write_names()?;
        self.write_vectors()
    }

    /// Blocks are written one after another, so that they lie in a row and are read in one go.
    fn write_vectors(&mut self) -> Result<()> {
        self.vector_bytes = 0;
        for (id, (model, block)) in std::mem::take(&mut self.vectors) {
            let block = self.put_block(&model, &[], &block)?;
            self.put_embedded(&model, id, block)?;
        }
        Ok(())
    }

    fn forget_vectors(&mut self, id: u32) -> Result<()> {
        self.vectors.remove(&id);
        self.forget_embedded(id)
    }

    fn write_names(&mut self) -> Result<()> {
        self.symbols.sort_unstable();
        for SymbolEntry { fold, file_id, ordinal, name, kind, chunk } in std::mem::take(&mut self.symbols) {
            self.execute(
                "INSERT INTO symbols VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![fold, file_id, ordinal, name, kind.name(), chunk],
            )?;
        }
        self.reference_names.sort_unstable();
        for (name_hash, file_id) in std::mem::take(&mut self.reference_names) {
            self.execute("INSERT INTO reference_names VALUES (?1, ?2)", params![name_hash, file_id])?;
        }
        Ok(())
    }

    fn note_names(&mut self, id: u32, parsed: &Parsed) {
        let symbols = parsed.spans.iter().enumerate();
        self.symbols.extend(symbols.map(|(ordinal, span)| {
            let chunk = parsed.chunks.partition_point(|chunk| chunk.bytes.end <= span.bytes.start);
            SymbolEntry {
                fold: fold_name(&span.name),
                file_id: id,
                ordinal: ordinal as u32,
                name: span.name.clone(),
                kind: span.kind,
                chunk: chunk as u32,
            }
        }));
        self.reference_names.extend(reference_keys(parsed).into_iter().map(|key| (key, id)));
    }

    /// Removes the rows that [`Commit::note_names`] led to.
    fn forget_names(&mut self, id: u32) -> Result<()> {
        let Some(parsed) = self.database.parsed(id)? else { return Ok(()) };
        for (ordinal, span) in parsed.spans.iter().enumerate() {
            self.execute(
                "DELETE FROM symbols WHERE fold = ?1 AND file_id = ?2 AND ordinal = ?3",
                params![fold_name(&span.name), id, ordinal as i64],
            )?;
        }
        for key in reference_keys(&parsed) {
            self.execute("DELETE FROM reference_names WHERE name_hash = ?1 AND file_id = ?2", params![key, id])?;
        }
        Ok(())
    }

    /// The catalog as it is within this transaction.
    pub(super) fn database(&self) -> &'d Database {
        self.database
    }

    pub(crate) fn execute(&self, sql: &str, params: impl rusqlite::Params) -> Result<()> {
        self.database
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params))
            .map(|_| ())
            .map_err(self.database.failed("write"))
    }
}

impl Drop for Commit<'_> {
    fn drop(&mut self) {
        if self.open && self.database.connection.execute_batch("ROLLBACK").is_err() {
            // SQLite has rolled back by itself when the error that led here made it do so.
            self.open = false;
        }
    }
}

/// The keys of the names that are mentioned, and of the last names of what is imported.
fn reference_keys(parsed: &Parsed) -> BTreeSet<i64> {
    let names = parsed.references.iter().map(|reference| reference_key(&reference.name));
    let imports = parsed.references.iter().filter(|reference| reference.kind == EdgeKind::Import);
    names.chain(imports.flat_map(|import| imported_names(&import.name)).map(import_key)).collect()
}

/// The last names of an import as written: of the module, and of what is taken from it.
fn imported_names(written: &str) -> impl Iterator<Item = &str> {
    let path = written.trim_matches(['"', '\'', '<', '>']);
    let path = [".hpp", ".h"].iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
    path.rsplit(['/', '.', ':', '\\']).filter(|name| !name.is_empty()).take(IMPORTED_NAMES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Chunk, Reference, Span};
    use crate::source::{ByteRange, EdgeKind, LineRange, SpanKind};
    use crate::store::catalog::{NameMatch, Snapshot, StoredDocument, Totals};
    use std::path::Path;

    fn parsed(names: &[&str], references: &[&str]) -> Parsed {
        let (bytes, lines) = (ByteRange { start: 0, end: 1 }, LineRange { start: 1, end: 1 });
        let span = |name: &&str| Span {
            kind: SpanKind::Function,
            name: (*name).to_owned(),
            qualified_name: (*name).to_owned(),
            bytes,
            lines,
            signature: bytes,
            doc: None,
            parent: None,
        };
        let reference = |name: &&str| Reference {
            kind: EdgeKind::Call,
            name: (*name).to_owned(),
            receiver: None,
            line: 1,
            span: None,
        };
        Parsed {
            spans: names.iter().map(span).collect(),
            chunks: vec![Chunk { bytes, lines, span: Some(0), breadcrumb: String::new(), tokens: 1 }],
            references: references.iter().map(reference).collect(),
            degraded: None,
        }
    }

    fn put(commit: &mut Commit<'_>, id: Option<u32>, path: &str, parsed: &Parsed) -> u32 {
        let file = NewFile {
            path: &RepoPath::new(path).unwrap(),
            stat: FileStat { size: 5, mtime_ns: 7, seen_ms: 9 },
            hash: ContentHash::of(path.as_bytes()),
            parse_key: 1,
            language: Language::Rust,
            role: Role::Code,
            encoding: "UTF-8",
            lines: 1,
            parsed,
            content: &PackedContent::new(path, None, parsed).unwrap(),
        };
        commit.put_file(id, &file).unwrap()
    }

    fn finish(mut commit: Commit<'_>, generation: u64) {
        commit.stamp(Generation(generation), true).unwrap();
        commit.commit().unwrap();
    }

    fn found(folder: &Path, name: &str, how: NameMatch) -> Vec<(u32, u32)> {
        let snapshot = Snapshot::open(folder).unwrap();
        let rows = snapshot.read().symbols(name, how, 100).unwrap();
        rows.iter().map(|row| (row.file_id, row.ordinal)).collect()
    }

    #[test]
    fn a_file_is_read_back_as_it_was_put() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Database::open_writer(folder.path()).unwrap();
        let structure = parsed(&["Login", "logout"], &["check", "check", "Login"]);
        let mut commit = Commit::begin(&writer).unwrap();
        let id = put(&mut commit, None, "src/a.rs", &structure);
        finish(commit, 1);

        let snapshot = Snapshot::open(folder.path()).unwrap();
        assert_eq!(snapshot.generation(), Generation(1));
        let catalog = snapshot.read();
        let rows = catalog.file_table().unwrap();
        assert_eq!((rows.len(), rows[0].id, rows[0].path.as_str(), rows[0].span_count), (1, id, "src/a.rs", 2));
        let expected = StoredDocument { text: "src/a.rs".into(), parsed: structure, offsets: None };
        assert_eq!(catalog.document(id).unwrap(), Some(expected));
        assert_eq!(catalog.document(id + 1).unwrap(), None);
        assert_eq!(catalog.totals().unwrap(), Totals { files: 1, bytes: 5, lines: 1, spans: 2, chunks: 1 });
        assert_eq!(catalog.files_referring_to("CHECK").unwrap().len(), 1);
    }

    #[test]
    fn symbols_are_found_by_name_prefix_and_part_in_a_fixed_order() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Database::open_writer(folder.path()).unwrap();
        let mut commit = Commit::begin(&writer).unwrap();
        let later = put(&mut commit, None, "z.rs", &parsed(&["login", "LoginUser"], &[]));
        let first = put(&mut commit, None, "a.rs", &parsed(&["preLogin", "LOGIN"], &[]));
        finish(commit, 1);
        assert_eq!(found(folder.path(), "login", NameMatch::Exact), [(first, 1), (later, 0)]);
        assert_eq!(found(folder.path(), "login", NameMatch::Prefix), [(first, 1), (later, 0), (later, 1)]);
        assert_eq!(found(folder.path(), "ogin", NameMatch::Substring).len(), 4);
        assert_eq!(found(folder.path(), "%", NameMatch::Substring), []);
    }

    #[test]
    fn replacing_renaming_and_deleting_leave_no_row_behind() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Database::open_writer(folder.path()).unwrap();
        let mut commit = Commit::begin(&writer).unwrap();
        let id = put(&mut commit, None, "a.rs", &parsed(&["old"], &["gone"]));
        let model = commit.put_model("sample", 2).unwrap();
        commit.put_file_vectors(&model, id, Block::new(&[])).unwrap();
        finish(commit, 1);
        let mut commit = Commit::begin(&writer).unwrap();
        assert_eq!(put(&mut commit, Some(id), "a.rs", &parsed(&["new"], &["kept"])), id);
        commit.put_file_vectors(&model, id, Block::new(&[])).unwrap();
        finish(commit, 2);
        assert_eq!(writer.model_counts().unwrap()[0].files, 1);
        assert_eq!(found(folder.path(), "old", NameMatch::Exact), []);
        assert!(writer.files_referring_to("gone").unwrap().is_empty());

        let mut commit = Commit::begin(&writer).unwrap();
        let moved = RepoPath::new("b/a.rs").unwrap();
        commit.rename_file(id, &moved, FileStat { size: 5, mtime_ns: 8, seen_ms: 9 }).unwrap();
        finish(commit, 3);
        assert_eq!(writer.file_table().unwrap()[0].path, moved);
        assert_eq!(found(folder.path(), "new", NameMatch::Exact), [(id, 0)]);

        let mut commit = Commit::begin(&writer).unwrap();
        commit.delete_file(id).unwrap();
        finish(commit, 4);
        for table in ["files", "contents", "symbols", "reference_names", "embedded", "vector_blocks"] {
            let sql = format!("SELECT count(*) FROM {table}");
            let rows: i64 = writer.connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(rows, 0, "{table}");
        }
    }

    #[test]
    fn a_dropped_commit_changes_nothing_and_a_snapshot_does_not_see_later_ones() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Database::open_writer(folder.path()).unwrap();
        let mut commit = Commit::begin(&writer).unwrap();
        put(&mut commit, None, "a.rs", &parsed(&["first"], &[]));
        finish(commit, 1);
        let mut commit = Commit::begin(&writer).unwrap();
        put(&mut commit, None, "b.rs", &parsed(&["second"], &[]));
        commit.stamp(Generation(2), true).unwrap();
        drop(commit);
        let snapshot = Snapshot::open(folder.path()).unwrap();
        let mut commit = Commit::begin(&writer).unwrap();
        put(&mut commit, None, "c.rs", &parsed(&["third"], &[]));
        finish(commit, 2);
        assert_eq!(snapshot.read().generation().unwrap(), Generation(1));
        let paths: Vec<String> = snapshot.read().file_table().unwrap().iter().map(|row| row.path.to_string()).collect();
        assert_eq!(paths, ["a.rs"]);
        assert_eq!(Snapshot::open(folder.path()).unwrap().read().file_table().unwrap().len(), 2);
    }

    #[test]
    fn a_flipped_byte_in_stored_text_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Database::open_writer(folder.path()).unwrap();
        let mut commit = Commit::begin(&writer).unwrap();
        let id = put(&mut commit, None, "a_long_enough_name.rs", &parsed(&["first"], &[]));
        finish(commit, 1);
        let mut text: Vec<u8> = writer.connection.query_row("SELECT text FROM contents", [], |row| row.get(0)).unwrap();
        let middle = text.len() / 2;
        text[middle] ^= 1;
        writer.connection.execute("UPDATE contents SET text = ?1", [text]).unwrap();
        assert!(matches!(writer.document(id), Err(crate::Error::IndexDamaged { .. })));
    }
}
