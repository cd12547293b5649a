//! Reads the files of a `.pampa` folder, which the JavaScript system before this one kept: `pampa.db` (SQLite, vectors as
//! JSON), `chunks/SHA.gz` (one text each), `contextpacks/*.json`. Nothing is ever written there.
//!
//! Never here: what becomes of it.

use crate::error::{Error, Result};
use crate::limits::Watch;
use flate2::read::GzDecoder;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The names of the database, newest first.
const DATABASES: [&str; 2] = ["pampa.db", "pampax.db"];

/// The largest text of a chunk and the largest file of a context pack, in bytes.
const MAX_TEXT_BYTES: u64 = 16 << 20;
const MAX_PACK_BYTES: u64 = 1 << 20;

/// A row of the old table of chunks.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChunkRow {
    pub sha: String,
    pub file: String,
    pub symbol: String,
    pub tags: Option<String>,
    pub intent: Option<String>,
    pub description: Option<String>,
    pub provider: Option<String>,
    pub dimensions: Option<i64>,
    /// How many numbers its vector has; `None` when there is none, or it cannot be read.
    pub vector_length: Option<usize>,
}

/// A row of the old table of questions that led to chunks.
#[derive(Debug, Clone)]
pub(crate) struct IntentionRow {
    pub query: String,
    pub sha: String,
    pub confidence: f64,
    pub uses: i64,
}

/// An old store, opened for reading.
pub(crate) struct PampaFolder {
    folder: PathBuf,
    database: Connection,
    path: PathBuf,
}

/// Rows, and why others cannot be read.
pub(crate) type Rows<T> = (Vec<T>, Vec<String>);

/// The columns that every version of the table of chunks had.
const NEEDED: &[&str] = &["id", "sha", "file_path", "symbol", "lang"];

/// The longest value of a row, in bytes.
const MAX_VALUE_BYTES: i32 = 16 << 20;

/// How many steps of SQLite's machine a statement does before it asks whether to go on.
const STEPS_BETWEEN_CHECKS: i32 = 100_000;

/// A connection that looks at nothing but the file itself.
fn connect_immutable(path: &Path) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b':' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri + "?immutable=1", flags)
}

/// A store that cannot be read is a wrong argument: there is nothing of ours to mend.
fn unreadable(path: &Path, error: rusqlite::Error) -> Error {
    Error::argument("folder", format!("{} cannot be read: {error}", path.display()))
}

impl PampaFolder {
    /// Opens the store in `folder`. Its database is read as it lies there: without what a log beside it holds, and without
    /// a trace.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when there is none, or it cannot be read.
    pub fn open(folder: &Path, watch: &Watch) -> Result<PampaFolder> {
        let path = DATABASES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        let path = path.ok_or_else(|| Error::argument("folder", format!("{} has no pampa.db", folder.display())))?;
        let mut database = connect_immutable(&path).map_err(|error| unreadable(&path, error))?;
        let limits = database.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
        let watch = watch.clone();
        let handler = move || watch.check("import").is_err();
        let handled = limits.and_then(|_| database.progress_handler(STEPS_BETWEEN_CHECKS, Some(handler)));
        handled.map_err(|error| unreadable(&path, error))?;
        let store = PampaFolder { folder: folder.to_path_buf(), database, path };
        store.check()?;
        Ok(store)
    }

    /// Whether there is a table of chunks with what every version of it had.
    fn check(&self) -> Result<()> {
        let columns = self.columns("code_chunks")?;
        match NEEDED.iter().find(|name| !columns.contains(**name)) {
            Some(name) => {
                let reason = format!("{} has no table code_chunks with the column {name}", self.path.display());
                Err(Error::argument("folder", reason))
            }
            None => Ok(()),
        }
    }

    /// Whether a log beside the database holds changes that are not in it.
    pub fn has_log(&self) -> bool {
        let mut log = self.path.as_os_str().to_owned();
        log.push("-wal");
        Path::new(&log).metadata().is_ok_and(|log| log.len() > 0)
    }

    /// All chunks, ordered by file, symbol and hash.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`, `DEADLINE_EXCEEDED`, `CANCELLED`.
    pub fn chunks(&self, watch: &Watch) -> Result<Rows<ChunkRow>> {
        let columns = self.columns("code_chunks")?;
        let column = |name: &str| if columns.contains(name) { name.to_owned() } else { format!("NULL AS {name}") };
        let optional =
            ["pampa_tags", "pampa_intent", "pampa_description", "embedding_provider", "embedding_dimensions"];
        let optional: Vec<String> = optional.into_iter().map(column).collect();
        let sql = format!(
            "SELECT sha, file_path, symbol, {}, {} FROM code_chunks ORDER BY file_path, symbol, sha, id",
            optional.join(", "),
            column("embedding")
        );
        let read = |row: &Row<'_>| {
            let vector = row.get_ref(8)?.as_bytes_or_null()?;
            Ok(ChunkRow {
                sha: row.get(0)?,
                file: row.get(1)?,
                symbol: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                tags: row.get(3)?,
                intent: row.get(4)?,
                description: row.get(5)?,
                provider: row.get(6)?,
                dimensions: row.get(7)?,
                vector_length: vector
                    .and_then(|bytes| serde_json::from_slice::<Vec<f64>>(bytes).ok())
                    .map(|all| all.len()),
            })
        };
        self.rows(&sql, read, watch)
    }

    /// Questions that led to chunks, ordered by question.
    ///
    /// # Errors
    /// As [`PampaFolder::chunks`].
    pub fn intentions(&self, watch: &Watch) -> Result<Rows<IntentionRow>> {
        let columns = self.columns("intention_cache")?;
        if columns.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let needed = ["id", "original_query", "target_sha", "confidence", "usage_count"];
        if let Some(name) = needed.iter().find(|name| !columns.contains(**name)) {
            return Ok((
                Vec::new(),
                vec![format!("the table intention_cache has no column {name}, so none of it was read")],
            ));
        }
        let sql = "SELECT original_query, target_sha, confidence, usage_count FROM intention_cache
                   ORDER BY original_query, target_sha, id";
        let read = |row: &Row<'_>| {
            Ok(IntentionRow { query: row.get(0)?, sha: row.get(1)?, confidence: row.get(2)?, uses: row.get(3)? })
        };
        self.rows(sql, read, watch)
    }

    /// The rows, and why some of them cannot be read.
    fn rows<T>(&self, sql: &str, read: impl Fn(&Row<'_>) -> rusqlite::Result<T>, watch: &Watch) -> Result<Rows<T>> {
        let failed = |error| watch.check("import").err().unwrap_or_else(|| unreadable(&self.path, error));
        let mut statement = self.database.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let (mut found, mut refused) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next().map_err(failed)? {
            watch.check("import")?;
            match read(row) {
                Ok(row) => found.push(row),
                Err(error) => refused.push(error.to_string()),
            }
        }
        Ok((found, refused))
    }

    /// The columns of a table; none of a view, which could be without an end.
    fn columns(&self, table: &str) -> Result<BTreeSet<String>> {
        let failed = |error| unreadable(&self.path, error);
        let sql =
            "SELECT c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name = ?1";
        let mut statement = self.database.prepare(sql).map_err(failed)?;
        let names = statement.query_map([table], |row| row.get(0)).map_err(failed)?;
        names.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    /// The text of a chunk, or why there is none.
    pub fn text(&self, sha: &str) -> std::result::Result<String, String> {
        if sha.is_empty() || !sha.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err("its hash is no hash".to_owned());
        }
        let path = self.folder.join("chunks").join(format!("{sha}.gz"));
        // What is no plain file could be waited for for ever.
        let is_other = path.metadata().is_ok_and(|found| !found.is_file());
        let file = match File::open(if is_other { Path::new("") } else { &path }) {
            Err(_) if is_other => return Err("its text is no plain file".to_owned()),
            Ok(file) => file,
            Err(_) if path.with_extension("gz.enc").exists() => return Err("its text is encrypted".to_owned()),
            Err(error) => return Err(format!("its text cannot be opened: {error}")),
        };
        let mut bytes = Vec::new();
        let read = GzDecoder::new(file).take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes);
        match read {
            Err(error) => Err(format!("its text cannot be unpacked: {error}")),
            Ok(length) if length as u64 > MAX_TEXT_BYTES => Err("its text is too large".to_owned()),
            Ok(_) => String::from_utf8(bytes).map_err(|_| "its text is not UTF-8".to_owned()),
        }
    }

    /// The context packs by the names of their files, each as it was written or why it cannot be read.
    ///
    /// # Errors
    /// `IO` when the folder of packs cannot be listed.
    pub fn packs(&self) -> Result<Vec<(String, std::result::Result<Value, String>)>> {
        let folder = self.folder.join("contextpacks");
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let failed = |error| Error::io("list", &folder, error);
        let mut packs = Vec::new();
        for entry in folder.read_dir().map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let is_pack = path.extension().is_some_and(|extension| extension == "json") && path.is_file();
            if let (true, Some(stem)) = (is_pack, path.file_stem()) {
                packs.push((stem.to_string_lossy().into_owned(), pack(&path)));
            }
        }
        packs.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(packs)
    }
}

fn pack(path: &Path) -> std::result::Result<Value, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_PACK_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(format!("it cannot be read: {error}")),
        Ok(length) if length as u64 > MAX_PACK_BYTES => Err("it is too large".to_owned()),
        Ok(_) => serde_json::from_slice(&bytes).map_err(|error| format!("it is not JSON: {error}")),
    }
}
