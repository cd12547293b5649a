//! Answers that were saved for programs that run once: `cache.sqlite` in the index folder, derived and expendable.
//!
//! A reader writes nothing, not even beside the file: it has no write-ahead log. Whatever is wrong with the file, nobody
//! needs it, and the next save makes it anew.
//!
//! Never here: what an answer is, and which of them are saved.

use crate::error::{Error, Result};
use crate::source::Generation;
use crate::store::catalog::State;
use crate::store::packed::Packed;
use crate::store::schema::{failure, file_uri, length};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file in the index folder.
pub(crate) const FILE_NAME: &str = "cache.sqlite";
/// Marks the file as one of this program: "PMPC".
const APPLICATION_ID: i64 = 0x504d_5043;
/// The version of the table. A file of any other is made anew.
const VERSION: u32 = 1;
/// An answer that claims to be larger is damaged.
const MAX_ANSWER_BYTES: u64 = 256 << 20;
/// How long a save waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);

const TABLE: &str = "
CREATE TABLE answers (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    cache TEXT NOT NULL,
    state TEXT NOT NULL,
    generation INTEGER NOT NULL,
    value BLOB NOT NULL
);
";

/// One answer to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedRow {
    pub key: [u8; 32],
    pub cache: &'static str,
    pub json: Vec<u8>,
}

/// What is saved together.
pub(crate) struct Batch<'a> {
    pub state: &'a State,
    pub generation: Generation,
    pub rows: &'a [SavedRow],
    /// The most bytes that all saved answers may have; the oldest go first.
    pub max_bytes: u64,
}

/// What a save came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Saved {
    /// Answers of other states that were dropped.
    pub dropped: u64,
    /// Answers of this state that were pushed out by the bound on bytes.
    pub pushed_out: u64,
    /// Why the file that was there had to be made anew.
    pub remade: Option<String>,
}

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub entries: u64,
    pub bytes: u64,
    pub generation: Option<Generation>,
    /// Of the state that was asked about.
    pub usable: u64,
}

/// The file, opened for reading.
pub(crate) struct SavedFile {
    connection: Connection,
    path: PathBuf,
}

impl SavedFile {
    /// Opens the file in `folder`; `None` when there is none.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `INDEX_VERSION` for any other version, `INDEX_LOCKED`, `IO`.
    pub(crate) fn open(folder: &Path) -> Result<Option<SavedFile>> {
        let path = folder.join(FILE_NAME);
        if length(&path)?.is_none() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let opened = Connection::open_with_flags(file_uri(&path), flags);
        let connection = opened.map_err(|error| failure("open", &path, error))?;
        let file = SavedFile { connection, path };
        file.connection.busy_timeout(Duration::ZERO).map_err(|error| failure("open", &file.path, error))?;
        match version(&file.connection, &file.path)? {
            0 => Err(damaged(&file.path, "it is empty")),
            _ => Ok(Some(file)),
        }
    }

    /// Whether it holds an answer of `state`.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `INDEX_LOCKED`, `IO`.
    pub(crate) fn holds(&self, state: &State) -> Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM answers WHERE state = ?1 LIMIT 1")
            .and_then(|mut statement| statement.exists([state.as_str()]))
            .map_err(|error| failure("read", &self.path, error))
    }

    /// The keys of all answers: a look into the file costs more than one among them.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `INDEX_LOCKED`, `IO`.
    pub(crate) fn keys(&self) -> Result<HashSet<[u8; 32]>> {
        self.connection
            .prepare_cached("SELECT key FROM answers")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .map_err(|error| failure("read", &self.path, error))
    }

    /// The JSON of the answer under `key`.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `INDEX_LOCKED`, `IO`.
    pub(crate) fn find(&self, key: &[u8; 32]) -> Result<Option<Vec<u8>>> {
        let found: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT value FROM answers WHERE key = ?1")
            .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
            .map_err(|error| failure("read", &self.path, error))?;
        let Some(packed) = found.map(Packed) else { return Ok(None) };
        let json = packed.unpack_within(MAX_ANSWER_BYTES);
        json.map(Some).ok_or_else(|| damaged(&self.path, "a compressed answer cannot be read"))
    }

    /// What it holds, and how much of it is of `state`.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `INDEX_LOCKED`, `IO`.
    pub(crate) fn counts(&self, state: Option<&State>) -> Result<Counts> {
        let sql = "SELECT count(*), max(generation), coalesce(sum(state = ?1), 0) FROM answers";
        let state = state.map_or("", State::as_str);
        let counts = self.connection.query_row(sql, [state], |row| {
            let generation = row.get::<_, Option<i64>>(1)?.map(|number| Generation(number.unsigned_abs()));
            let number = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
            Ok(Counts { entries: number(0)?, bytes: 0, generation, usable: number(2)? })
        });
        let counts = counts.map_err(|error| failure("read", &self.path, error))?;
        Ok(Counts { bytes: length(&self.path)?.unwrap_or(0), ..counts })
    }
}

/// Saves answers of one state; those of all others are dropped. Whatever was in the place of the file and is no such file
/// of this version is replaced.
///
/// # Errors
/// `INDEX_LOCKED` when another program saves for longer than 5 seconds, `IO`.
pub(crate) fn save(folder: &Path, batch: &Batch<'_>) -> Result<Saved> {
    match write(folder, batch) {
        Err(error @ (Error::IndexDamaged { .. } | Error::IndexVersion { .. })) => {
            remove(folder)?;
            let saved = write(folder, batch)?;
            Ok(Saved { remade: Some(error.to_string()), ..saved })
        }
        other => other,
    }
}

/// Removes the file and what a crash may have left beside it.
///
/// # Errors
/// `IO`.
#[expect(clippy::disallowed_methods, reason = "the store owns the index folder")]
pub(crate) fn remove(folder: &Path) -> Result<()> {
    for name in [FILE_NAME, "cache.sqlite-journal", "cache.sqlite-wal", "cache.sqlite-shm"] {
        let path = folder.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::io("remove", &path, error)),
            _ => {}
        }
    }
    Ok(())
}

fn write(folder: &Path, batch: &Batch<'_>) -> Result<Saved> {
    let path = folder.join(FILE_NAME);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |action: &'static str| {
        let path = path.clone();
        move |error| failure(action, &path, error)
    };
    let mut connection = Connection::open_with_flags(&path, flags).map_err(failed("open"))?;
    connection.busy_timeout(PATIENCE).map_err(failed("open"))?;
    if version(&connection, &path)? == 0 {
        make(&connection).map_err(failed("write"))?;
    }
    let transaction = connection.transaction().map_err(failed("write"))?;
    let dropped = transaction
        .execute("DELETE FROM answers WHERE state != ?1", [batch.state.as_str()])
        .map_err(failed("write"))?;
    for row in batch.rows {
        put(&transaction, batch, row)?.map_err(failed("write"))?;
    }
    let pushed_out = push_out(&transaction, batch.max_bytes).map_err(failed("write"))?;
    transaction.commit().map_err(failed("write"))?;
    if dropped + pushed_out > 0 {
        connection.execute_batch("VACUUM").map_err(failed("write"))?;
    }
    Ok(Saved { dropped: dropped as u64, pushed_out: pushed_out as u64, remade: None })
}

/// Makes the table. Rolling back needs a journal, reading none.
fn make(connection: &Connection) -> rusqlite::Result<()> {
    let script = format!(
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE;
            PRAGMA application_id = {APPLICATION_ID}; {TABLE} PRAGMA user_version = {VERSION}; COMMIT;"
    );
    connection.execute_batch(&script)
}

fn put(transaction: &Transaction<'_>, batch: &Batch<'_>, row: &SavedRow) -> Result<rusqlite::Result<usize>> {
    let value = Packed::pack(&row.json)?;
    let generation = i64::try_from(batch.generation.0).unwrap_or(i64::MAX);
    let sql = "INSERT OR REPLACE INTO answers (key, cache, state, generation, value) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![row.key, row.cache, batch.state.as_str(), generation, value.0];
    Ok(transaction.prepare_cached(sql).and_then(|mut statement| statement.execute(values)))
}

/// Drops the oldest answers beyond `max_bytes`.
fn push_out(transaction: &Transaction<'_>, max_bytes: u64) -> rusqlite::Result<usize> {
    let sql = "DELETE FROM answers WHERE number IN (SELECT number FROM (SELECT number,
        sum(length(value)) OVER (ORDER BY number DESC) AS total FROM answers) WHERE total > ?1)";
    transaction.execute(sql, [i64::try_from(max_bytes).unwrap_or(i64::MAX)])
}

/// The version of the file; 0 for an empty one.
fn version(connection: &Connection, path: &Path) -> Result<u32> {
    let number = |name: &str| {
        let read = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        read.map_err(|error| failure("read", path, error))
    };
    let (application, found, objects) = (number("application_id")?, number("user_version")?, number("schema_version")?);
    if (found != 0 || objects != 0) && application != APPLICATION_ID {
        return Err(damaged(path, "it is a database of another program"));
    }
    match u32::try_from(found) {
        Ok(version @ (0 | VERSION)) => Ok(version),
        Ok(found) => Err(Error::IndexVersion { path: path.to_path_buf(), found, supported: VERSION }),
        Err(_) => Err(damaged(path, "its version is not a number from 0")),
    }
}

fn damaged(path: &Path, reason: &str) -> Error {
    Error::IndexDamaged { path: path.to_path_buf(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn row(name: &str, bytes: usize) -> SavedRow {
        // Bytes that do not compress, so that sizes are known.
        let json = (0..bytes).map(|at| blake3::hash(format!("{name}{at}").as_bytes()).as_bytes()[0]).collect();
        SavedRow { key: *blake3::hash(name.as_bytes()).as_bytes(), cache: "search", json }
    }

    fn state(name: &str) -> State {
        State::new(name)
    }

    fn save_rows(folder: &Path, of: &str, rows: &[SavedRow]) -> Saved {
        let batch = Batch { state: &state(of), generation: Generation(7), rows, max_bytes: 10_000 };
        save(folder, &batch).unwrap()
    }

    fn found(folder: &Path, name: &str) -> Option<Vec<u8>> {
        SavedFile::open(folder).unwrap().unwrap().find(&row(name, 0).key).unwrap()
    }

    #[test]
    fn what_is_saved_is_found_until_another_state_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        assert!(SavedFile::open(folder.path()).unwrap().is_none());
        assert_eq!(save_rows(folder.path(), "one", &[row("a", 100), row("b", 50)]), Saved::default());
        assert_eq!(found(folder.path(), "a"), Some(row("a", 100).json));
        assert_eq!(found(folder.path(), "c"), None);
        let file = SavedFile::open(folder.path()).unwrap().unwrap();
        assert!(file.holds(&state("one")).unwrap() && !file.holds(&state("two")).unwrap());
        let counts = file.counts(Some(&state("one"))).unwrap();
        assert_eq!((counts.entries, counts.usable, counts.generation), (2, 2, Some(Generation(7))));
        assert_eq!(file.counts(None).unwrap().usable, 0);
        drop(file);
        assert_eq!(save_rows(folder.path(), "two", &[row("c", 10)]).dropped, 2);
        assert_eq!((found(folder.path(), "a"), found(folder.path(), "c")), (None, Some(row("c", 10).json)));
    }

    #[test]
    fn the_oldest_answers_go_when_there_are_too_many_bytes() {
        let folder = tempfile::tempdir().unwrap();
        save_rows(folder.path(), "one", &[row("a", 4_000), row("b", 4_000)]);
        let saved = save_rows(folder.path(), "one", &[row("a", 4_000), row("c", 4_000)]);
        assert_eq!(saved.pushed_out, 1);
        assert_eq!(found(folder.path(), "b"), None);
        assert!(found(folder.path(), "a").is_some() && found(folder.path(), "c").is_some());
    }

    #[test]
    fn a_file_of_another_kind_or_version_is_refused_and_made_anew() {
        let breakers: [fn(&Path); 4] = [
            #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
            |path| std::fs::write(path, vec![0x5a; 8_192]).unwrap(),
            #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
            |path| std::fs::write(path, b"").unwrap(),
            |path| Connection::open(path).unwrap().execute_batch("PRAGMA user_version = 9").unwrap(),
            |path| Connection::open(path).unwrap().execute_batch("PRAGMA application_id = 9").unwrap(),
        ];
        for (number, broken) in breakers.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            save_rows(folder.path(), "one", &[row("a", 100)]);
            broken(&folder.path().join(FILE_NAME));
            let code = SavedFile::open(folder.path()).err().map(|error| error.code());
            assert!(matches!(code, Some(ErrorCode::IndexDamaged | ErrorCode::IndexVersion)), "{number}: {code:?}");
            save_rows(folder.path(), "one", &[row("b", 100)]);
            assert_eq!((found(folder.path(), "a"), found(folder.path(), "b")), (None, Some(row("b", 100).json)));
        }
    }

    #[test]
    fn a_flipped_bit_is_never_an_answer() {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<SavedRow> = (0..6).map(|number| row(&number.to_string(), 2_000)).collect();
        let batch = Batch { state: &state("one"), generation: Generation(1), rows: &rows, max_bytes: 1 << 20 };
        save(folder.path(), &batch).unwrap();
        let path = folder.path().join(FILE_NAME);
        #[expect(clippy::disallowed_methods, reason = "a test damages its own files")]
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(331) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            #[expect(clippy::disallowed_methods, reason = "a test damages its own files")]
            std::fs::write(&path, bytes).unwrap();
            let Ok(Some(file)) = SavedFile::open(folder.path()) else { continue };
            for row in &rows {
                let found = file.find(&row.key);
                assert!(matches!(&found, Ok(None) | Err(_)) || found.unwrap().as_ref() == Some(&row.json), "byte {at}");
            }
        }
    }
}
