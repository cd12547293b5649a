//! A connection for writing that waits for the next update of the same index.
//!
//! The last connection to a catalog moves the log beside it into it and removes the log, for which the disk is waited for
//! several times. One that stays open between updates saves that, and the opening.
//!
//! Never here: writing.

use crate::store::lock::WriteLock;
use crate::store::schema::{Database, FILE_NAME, length, wal_of};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The longest log that waits beside the catalog.
const MAX_LOG_BYTES: u64 = 1 << 20;

/// A place for one connection.
#[derive(Debug)]
pub(crate) struct Idle {
    folder: PathBuf,
    database: Mutex<Option<Database>>,
}

impl Idle {
    /// An empty place for a connection to the catalog in `folder`.
    pub(crate) fn new(folder: &Path) -> Idle {
        Idle { folder: folder.to_path_buf(), database: Mutex::default() }
    }

    /// Puts a connection here, unless much was written with it: a long log is better moved into the catalog, which its end
    /// does. Only who holds the writer's lock may.
    pub(crate) fn put(&self, database: Database) {
        let log = length(&wal_of(&self.folder.join(FILE_NAME)));
        if !log.is_ok_and(|bytes| bytes.unwrap_or(0) <= MAX_LOG_BYTES) {
            return;
        }
        // A log may belong to another file by the time this connection ends. Without this it would be removed all the same.
        if database.keep_log(true).is_ok() {
            *self.database.lock().unwrap_or_else(PoisonError::into_inner) = Some(database);
        }
    }

    /// Takes the connection away, if the file that it is to is still the catalog. Only who holds the writer's lock may.
    pub(crate) fn take(&self) -> Option<Database> {
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner).take();
        database.filter(|database| database.is_current() && database.keep_log(false).is_ok())
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        let is_empty = self.database.get_mut().unwrap_or_else(PoisonError::into_inner).is_none();
        if is_empty {
            return;
        }
        // Whoever writes now keeps the log anyway, or takes care of it in the end.
        let lock = WriteLock::acquire_existing(&self.folder);
        if lock.is_ok() {
            drop(self.take());
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Generation;
    use crate::store::commit::Commit;

    fn commit(database: &Database, generation: u64) {
        let mut commit = Commit::begin(database).unwrap();
        commit.stamp(Generation(generation), true).unwrap();
        commit.commit().unwrap();
    }

    fn log(folder: &Path) -> PathBuf {
        folder.join("catalog.sqlite-wal")
    }

    #[test]
    fn the_log_stays_while_a_connection_waits_and_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let idle = Idle::new(folder.path());
        let database = Database::open_writer(folder.path()).unwrap();
        commit(&database, 1);
        idle.put(database);
        assert!(log(folder.path()).exists());
        let database = idle.take().unwrap();
        assert!(idle.take().is_none(), "it is one connection");
        commit(&database, 2);
        idle.put(database);
        drop(WriteLock::acquire(folder.path()).unwrap());
        drop(idle);
        assert!(!log(folder.path()).exists());
        assert_eq!(Database::open_reader(folder.path()).unwrap().generation().unwrap(), Generation(2));
    }

    #[test]
    fn a_long_log_is_not_waited_with() {
        let folder = tempfile::tempdir().unwrap();
        let idle = Idle::new(folder.path());
        let database = Database::open_writer(folder.path()).unwrap();
        let sql = "CREATE TABLE large AS SELECT zeroblob(3000000) AS zeros";
        database.connection.execute_batch(sql).unwrap();
        idle.put(database);
        assert!(idle.take().is_none() && !log(folder.path()).exists());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test removes its own files")]
    fn a_catalog_that_is_made_anew_owes_nothing_to_a_log_of_the_last_one() {
        let folder = tempfile::tempdir().unwrap();
        let idle = Idle::new(folder.path());
        let database = Database::open_writer(folder.path()).unwrap();
        (1..=3).for_each(|generation| commit(&database, generation));
        idle.put(database);
        std::fs::remove_file(folder.path().join("catalog.sqlite")).unwrap();
        let other = Database::open_writer(folder.path()).unwrap();
        commit(&other, 7);
        drop(other);
        drop(idle);
        assert_eq!(Database::open_reader(folder.path()).unwrap().generation().unwrap(), Generation(7));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test removes its own files")]
    fn nothing_is_made_where_the_index_is_being_removed() {
        let folder = tempfile::tempdir().unwrap();
        let idle = Idle::new(folder.path());
        let database = Database::open_writer(folder.path()).unwrap();
        commit(&database, 1);
        idle.put(database);
        for entry in folder.path().read_dir().unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        drop(idle);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test replaces its own files")]
    fn a_connection_to_a_file_that_was_replaced_leaves_the_new_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let idle = Idle::new(folder.path());
        let database = Database::open_writer(folder.path()).unwrap();
        commit(&database, 1);
        idle.put(database);
        std::fs::remove_file(log(folder.path())).unwrap();
        std::fs::remove_file(folder.path().join("catalog.sqlite-shm")).unwrap();
        std::fs::remove_file(folder.path().join("catalog.sqlite")).unwrap();
        let other = Database::open_writer(folder.path()).unwrap();
        commit(&other, 7);
        assert!(log(folder.path()).metadata().unwrap().len() > 0);
        assert!(idle.take().is_none());
        drop(idle);
        assert!(log(folder.path()).metadata().unwrap().len() > 0, "the log of the new file is still there");
        let reader = Database::open_reader(folder.path()).unwrap();
        assert_eq!(reader.generation().unwrap(), Generation(7));
        drop((reader, other));
    }
}
