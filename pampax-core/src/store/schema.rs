//! The catalog's tables, their versions, and how its file is opened.
//!
//! Never here: what the rows mean to the engine (`catalog.rs`, `commit.rs`).

use crate::error::{Error, Result};
use crate::limits::Watch;
use crate::store::backup::remove_with_logs;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode as SqlCode, OpenFlags};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The catalog's file in the index folder.
pub(crate) const FILE_NAME: &str = "catalog.sqlite";
/// Marks the file as a catalog of this program: "PMPX".
pub(super) const APPLICATION_ID: i32 = 0x504d_5058;
/// The statements that lead from each schema version to the next. The number of entries is the current version.
const MIGRATIONS: &[&str] = &[V1, V2, V3, V4];

const V1: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    hash BLOB NOT NULL,
    parse_key INTEGER NOT NULL,
    language TEXT NOT NULL,
    role TEXT NOT NULL,
    encoding TEXT NOT NULL,
    lines INTEGER NOT NULL,
    span_count INTEGER NOT NULL,
    chunk_count INTEGER NOT NULL,
    degraded INTEGER NOT NULL
);
CREATE TABLE contents (
    file_id INTEGER PRIMARY KEY,
    text BLOB NOT NULL,
    offsets BLOB,
    outline BLOB NOT NULL
);
CREATE TABLE symbols (
    fold TEXT NOT NULL,
    file_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    PRIMARY KEY (fold, file_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE reference_names (
    name_hash INTEGER NOT NULL,
    file_id INTEGER NOT NULL,
    PRIMARY KEY (name_hash, file_id)
) WITHOUT ROWID;
CREATE TABLE skipped (
    path TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    size INTEGER,
    mtime_ns INTEGER,
    seen_ms INTEGER,
    skip_key INTEGER
) WITHOUT ROWID;
CREATE TABLE models (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL);
CREATE TABLE vectors (
    model INTEGER NOT NULL,
    hash BLOB NOT NULL,
    scale REAL NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, hash)
) WITHOUT ROWID;
CREATE TABLE embedded (
    file_id INTEGER PRIMARY KEY,
    model INTEGER NOT NULL,
    hashes BLOB NOT NULL
);
";

const V2: &str = "
CREATE TABLE exact_references (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    name TEXT NOT NULL,
    target_file INTEGER NOT NULL,
    target_line INTEGER NOT NULL,
    PRIMARY KEY (file_id, line, name, target_file, target_line)
) WITHOUT ROWID;
CREATE INDEX exact_targets ON exact_references (target_file, target_line);
";

/// Vectors that lay by themselves stay, for the files whose texts they were made from.
const V3: &str = "
DROP TABLE embedded;
CREATE TABLE vector_blocks (
    id INTEGER PRIMARY KEY,
    model INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    vectors BLOB NOT NULL
);
CREATE TABLE embedded (
    file_id INTEGER PRIMARY KEY,
    model INTEGER NOT NULL,
    block INTEGER NOT NULL
);
";

/// Until now the text index was written with every generation.
const V4: &str = "
CREATE TABLE unwritten (file_id INTEGER PRIMARY KEY);
INSERT INTO meta (key, value) SELECT 'text_generation', value FROM meta WHERE key = 'generation';
";

/// How many steps of SQLite's machine a long statement does before it asks whether to go on.
const STEPS_BETWEEN_CHECKS: i32 = 100_000;

/// The schema version that this program writes.
pub(crate) const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// A connection to one catalog file, which knows the file's name for its errors.
#[derive(Debug)]
pub(crate) struct Database {
    pub(super) connection: Connection,
    path: PathBuf,
    /// Which file was opened for writing, where the system tells files apart.
    file: Option<FileIdentity>,
}

/// What no other file has while one is open: the device and the number of the file on it.
type FileIdentity = (u64, u64);

impl Database {
    /// Opens the catalog in `folder` for writing; makes it when there is none and brings an older one up to date.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when the file is not a readable catalog, `INDEX_VERSION` when it is newer, `IO`.
    pub(crate) fn open_writer(folder: &Path) -> Result<Database> {
        Database::open_writer_with(folder, MIGRATIONS)
    }

    fn open_writer_with(folder: &Path, migrations: &[&str]) -> Result<Database> {
        let path = folder.join(FILE_NAME);
        check_not_emptied(&path)?;
        if length(&path)?.is_none() {
            // What is left of a catalog that is gone would be taken for a part of the next one.
            remove_with_logs(&path)?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(|error| failure("open", &path, error))?;
        let file = identity(&path);
        let mut database = Database { connection, path, file };
        let version = database.version(migrations.len() as u32)?;
        database
            .connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;")
            .map_err(database.failed("open"))?;
        database.migrate(version, migrations)?;
        Ok(database)
    }

    /// Whether this connection, made to write, is to the file that is the catalog now, and nothing of it is under way.
    pub(super) fn is_current(&self) -> bool {
        self.file.is_some()
            && self.file == identity(&self.path)
            && self.connection.is_autocommit()
            && self.version(SCHEMA_VERSION).is_ok_and(|version| version == SCHEMA_VERSION)
    }

    /// Whether the log beside the catalog stays, as it is, when this is the last connection and ends.
    pub(super) fn keep_log(&self, keeps: bool) -> Result<()> {
        let set = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keeps);
        set.map(|_| ()).map_err(self.failed("open"))
    }

    /// Opens the catalog in `folder` for reading; a folder that cannot be written to is enough.
    ///
    /// # Errors
    /// `INDEX_MISSING` when there is none, `INDEX_DAMAGED`, `INDEX_VERSION` when it is newer or older, `IO`.
    pub(crate) fn open_reader(folder: &Path) -> Result<Database> {
        let path = folder.join(FILE_NAME);
        check_not_emptied(&path)?;
        if length(&path)?.unwrap_or(0) == 0 {
            return Err(Error::IndexMissing { path: folder.to_path_buf() });
        }
        let database = Database::connect_reader(&path, "")?;
        match database.check_current() {
            Ok(()) => Ok(database),
            Err(Error::Io { .. }) if matches!(length(&wal_of(&path)), Ok(None | Some(0))) => {
                let database = Database::connect_reader(&path, "?immutable=1")?;
                database.check_current().map(|()| database)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the file at `path` for reading, whatever it holds; `suffix` goes to the end of its URI.
    pub(super) fn connect_reader(path: &Path, suffix: &str) -> Result<Database> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(format!("{}{suffix}", file_uri(path)), flags)
            .map_err(|error| failure("open", path, error))?;
        let database = Database { connection, path: path.to_path_buf(), file: None };
        let wait = std::time::Duration::from_secs(5);
        database.connection.busy_timeout(wait).map_err(database.failed("open"))?;
        Ok(database)
    }

    /// A reader takes exactly the current version; version 0 is a file whose making was interrupted.
    pub(super) fn check_current(&self) -> Result<()> {
        let folder = || self.path.parent().unwrap_or(&self.path).to_path_buf();
        match self.version(SCHEMA_VERSION)? {
            0 => Err(Error::IndexMissing { path: folder() }),
            SCHEMA_VERSION => Ok(()),
            found => Err(Error::IndexVersion { path: folder(), found, supported: SCHEMA_VERSION }),
        }
    }

    /// The version of the schema in the file, at most `supported`; 0 for an empty file.
    pub(super) fn version(&self, supported: u32) -> Result<u32> {
        let number = |name: &str| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let application = number("application_id").map_err(self.failed("read"))?;
        let found = number("user_version").map_err(self.failed("read"))?;
        let objects = number("schema_version").map_err(self.failed("read"))?;
        let Ok(version) = u32::try_from(found) else { return Err(self.damaged("its version is not a number from 0")) };
        if (version > 0 || objects > 0) && application != i64::from(APPLICATION_ID) {
            return Err(self.damaged("it is a database of another program"));
        }
        if version > supported {
            let path = self.path.parent().unwrap_or(&self.path).to_path_buf();
            return Err(Error::IndexVersion { path, found: version, supported });
        }
        Ok(version)
    }

    fn migrate(&mut self, from: u32, migrations: &[&str]) -> Result<()> {
        let steps = migrations.get(from as usize..).unwrap_or_default();
        if steps.is_empty() {
            return Ok(());
        }
        let script = format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; {} PRAGMA user_version = {}; COMMIT;",
            steps.concat(),
            migrations.len(),
        );
        self.connection.execute_batch(&script).map_err(self.failed("migrate"))
    }

    /// Lets long statements end as soon as `watch` says so. What they fail with then is for [`or_stopped`].
    pub(super) fn stop_with(&mut self, watch: &Watch) -> Result<()> {
        let watch = watch.clone();
        let handler = move || watch.check("catalog").is_err();
        self.connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(handler)).map_err(self.failed("open"))
    }

    /// Takes back [`Database::stop_with`].
    pub(super) fn go_on(&mut self) -> Result<()> {
        self.connection.progress_handler(0, None::<fn() -> bool>).map_err(self.failed("open"))
    }

    /// The tables and indexes of a catalog of `version`, each with the statement that made it.
    pub(super) fn expected_objects(version: u32) -> Result<BTreeMap<String, String>> {
        let path = PathBuf::from("memory");
        let connection = Connection::open_in_memory().map_err(|error| failure("open", &path, error))?;
        let database = Database { connection, path, file: None };
        database
            .connection
            .execute_batch(&MIGRATIONS[..(version as usize).min(MIGRATIONS.len())].concat())
            .map_err(database.failed("migrate"))?;
        database.objects()
    }

    /// The tables and indexes of this catalog, each with the statement that made it.
    pub(super) fn objects(&self) -> Result<BTreeMap<String, String>> {
        let rows = self.collect("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL", [], |row| {
            Ok(Some((row.get(0)?, row.get(1)?)))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// Turns an error of SQLite into one of ours, naming the file and `action`.
    pub(super) fn failed(&self, action: &'static str) -> impl Fn(rusqlite::Error) -> Error + use<> {
        let path = self.path.clone();
        move |error| failure(action, &path, error)
    }

    /// An `INDEX_DAMAGED` about this file.
    pub(crate) fn damaged(&self, reason: impl Into<String>) -> Error {
        Error::IndexDamaged { path: self.path.clone(), reason: reason.into() }
    }
}

/// What `watch` says, if that is why a statement failed.
pub(super) fn or_stopped<T>(watch: &Watch, outcome: Result<T>) -> Result<T> {
    outcome.or_else(|error| watch.check("catalog").and(Err(error)))
}

/// The text index is made after the first tables are, so an empty catalog beside one has lost them.
pub(super) fn check_not_emptied(path: &Path) -> Result<()> {
    match length(path)? {
        Some(0) if path.with_file_name("text").exists() => {
            Err(Error::IndexDamaged { path: path.to_path_buf(), reason: "the catalog is empty".to_owned() })
        }
        _ => Ok(()),
    }
}

/// Which file is at `path`; `None` where there is none, or the system does not say.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the store owns the index folder")]
fn identity(path: &Path) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Which file is at `path`; `None` where there is none, or the system does not say.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<FileIdentity> {
    None
}

/// The size of a file; `None` when there is none.
#[expect(clippy::disallowed_methods, reason = "the store owns the index folder")]
pub(super) fn length(path: &Path) -> Result<Option<u64>> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path, error)),
    }
}

/// The file that SQLite keeps beside `path` for what is committed and not yet in it.
pub(super) fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// The URI of `path` with the characters escaped that mean something in one.
pub(super) fn file_uri(path: &Path) -> String {
    let text = path.to_string_lossy();
    let slashed = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    let escaped = slashed.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    if escaped.starts_with('/') { format!("file:{escaped}") } else { format!("file:{}{escaped}", windows_slash()) }
}

/// A drive letter in a URI needs a slash before it; a relative path does not.
fn windows_slash() -> &'static str {
    if cfg!(windows) { "/" } else { "" }
}

/// Whether the header of the catalog at `path` names a format of reading or writing that SQLite does not know. It then
/// refuses to write, as it does for a file that it may not write to.
fn is_of_unknown_format(path: &Path) -> bool {
    let mut header = [0; 20];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && (header[18] > 2 || header[19] > 2)
}

/// An error of SQLite as one of ours.
pub(super) fn failure(action: &'static str, path: &Path, error: rusqlite::Error) -> Error {
    use rusqlite::Error as Sql;
    let damaged = |reason: String| Error::IndexDamaged { path: path.to_path_buf(), reason };
    let io = |kind: ErrorKind, text: String| Error::io(action, path, std::io::Error::new(kind, text));
    let Sql::SqliteFailure(cause, message) = &error else {
        return match error {
            Sql::FromSqlConversionFailure(..)
            | Sql::IntegralValueOutOfRange(..)
            | Sql::Utf8Error(..)
            | Sql::InvalidColumnType(..)
            | Sql::QueryReturnedNoRows => damaged(error.to_string()),
            other => Error::internal(format!("cannot {action} {}: {other}", path.display())),
        };
    };
    let text = message.clone().unwrap_or_else(|| cause.to_string());
    match cause.code {
        SqlCode::DatabaseCorrupt | SqlCode::NotADatabase => damaged(text),
        SqlCode::Unknown if text.starts_with("no such") || text == "unsupported file format" => damaged(text),
        SqlCode::ReadOnly if is_of_unknown_format(path) => damaged("its header names an unknown format".to_owned()),
        SqlCode::DiskFull => io(ErrorKind::StorageFull, text),
        SqlCode::ReadOnly => io(ErrorKind::ReadOnlyFilesystem, text),
        SqlCode::PermissionDenied => io(ErrorKind::PermissionDenied, text),
        SqlCode::OutOfMemory => io(ErrorKind::OutOfMemory, text),
        SqlCode::DatabaseBusy | SqlCode::DatabaseLocked => {
            let folder = path.parent().unwrap_or(path).to_path_buf();
            Error::IndexLocked { path: folder, owner: "another program".to_owned() }
        }
        SqlCode::CannotOpen | SqlCode::SystemIoFailure | SqlCode::FileLockingProtocolFailed => {
            io(ErrorKind::Other, text)
        }
        _ => Error::internal(format!("cannot {action} {}: {text}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn user_version(folder: &Path, version: u32) {
        let connection = Connection::open(folder.join(FILE_NAME)).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
    }

    #[test]
    fn a_new_catalog_has_the_current_version_and_reopens() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Database::open_reader(folder.path()).unwrap_err().code(), ErrorCode::IndexMissing);
        Database::open_writer(folder.path()).unwrap();
        let reader = Database::open_reader(folder.path()).unwrap();
        assert_eq!(reader.version(SCHEMA_VERSION).unwrap(), SCHEMA_VERSION);
        Database::open_writer(folder.path()).unwrap();
    }

    #[test]
    fn a_newer_catalog_is_refused_by_writers_and_readers() {
        let folder = tempfile::tempdir().unwrap();
        Database::open_writer(folder.path()).unwrap();
        user_version(folder.path(), SCHEMA_VERSION + 1);
        for refused in [Database::open_writer(folder.path()), Database::open_reader(folder.path())] {
            assert!(
                matches!(&refused, Err(Error::IndexVersion { found, supported, .. })
                    if *found == SCHEMA_VERSION + 1 && *supported == SCHEMA_VERSION),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn an_older_catalog_is_migrated_by_the_writer_and_keeps_its_rows() {
        let folder = tempfile::tempdir().unwrap();
        let old = Database::open_writer_with(folder.path(), &MIGRATIONS[..1]).unwrap();
        old.connection.execute("INSERT INTO meta VALUES ('generation', '7')", []).unwrap();
        drop(old);
        let next = [V1, "ALTER TABLE files ADD COLUMN extra TEXT;"];
        let new = Database::open_writer_with(folder.path(), &next).unwrap();
        let kept: String =
            new.connection.query_row("SELECT value FROM meta WHERE key = 'generation'", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "7");
        assert_eq!(new.version(2).unwrap(), 2);
        new.connection.prepare("SELECT extra FROM files").unwrap();
    }

    #[test]
    fn vectors_of_the_second_version_are_found_by_their_texts() {
        use crate::source::ContentHash;
        use crate::store::vectors::{Known, Quantised};
        let folder = tempfile::tempdir().unwrap();
        let old = Database::open_writer_with(folder.path(), &MIGRATIONS[..2]).unwrap();
        let rows =
            "INSERT INTO models VALUES (1, 'sample', 2); INSERT INTO vectors VALUES (1, zeroblob(16), 0.5, x'01ff');
            INSERT INTO embedded VALUES (1, 1, zeroblob(16));";
        old.connection.execute_batch(rows).unwrap();
        drop(old);
        let new = Database::open_writer(folder.path()).unwrap();
        let model = new.model("sample", 2).unwrap().unwrap();
        let hash = ContentHash([0; 16]);
        assert_eq!(new.known_vectors(&model).unwrap().into_iter().collect::<Vec<_>>(), [(hash, Known::Single)]);
        assert_eq!(new.single_vector(&model, hash).unwrap(), Quantised { scale: 0.5, bytes: vec![1, -1] });
        assert_eq!(new.model_counts().unwrap(), [], "no file is embedded until an update takes them up");
    }

    #[test]
    fn garbage_and_other_databases_are_damaged_and_left_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
        std::fs::write(&path, vec![0x5a; 8192]).unwrap();
        assert_eq!(Database::open_writer(folder.path()).unwrap_err().code(), ErrorCode::IndexDamaged);
        assert_eq!(Database::open_reader(folder.path()).unwrap_err().code(), ErrorCode::IndexDamaged);
        assert_eq!(length(&path).unwrap(), Some(8192));

        let other = tempfile::tempdir().unwrap();
        let foreign = Connection::open(other.path().join(FILE_NAME)).unwrap();
        foreign.execute_batch("CREATE TABLE theirs (x); PRAGMA user_version = 1;").unwrap();
        drop(foreign);
        assert_eq!(Database::open_writer(other.path()).unwrap_err().code(), ErrorCode::IndexDamaged);
        assert_eq!(Database::open_reader(other.path()).unwrap_err().code(), ErrorCode::IndexDamaged);
    }

    #[test]
    fn a_path_with_uri_characters_opens() {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("a?b#c%20 d");
        #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
        std::fs::create_dir_all(&odd).unwrap();
        Database::open_writer(&odd).unwrap();
        Database::open_reader(&odd).unwrap();
    }
}
