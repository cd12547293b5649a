//! A look at the index folder that leaves no trace in it: nothing is made, written, or rebuilt.
//!
//! One thing may change where a writer left a log of what is not in the catalog yet: the file of the memory that SQLite's
//! processes share.
//!
//! Never here: what follows from what is seen.

use crate::error::{Error, Result};
use crate::source::Generation;
use crate::store::catalog::Totals;
use crate::store::schema::{Database, FILE_NAME, check_not_emptied, wal_of};
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// How the files of the catalog look from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CatalogFile {
    /// The size of the catalog.
    pub bytes: u64,
    /// The size of the log of what is committed and not yet in the catalog.
    pub wal_bytes: u64,
    modified_ns: Option<u128>,
}

impl CatalogFile {
    /// The files of the catalog in `folder`; `None` when there is none.
    ///
    /// # Errors
    /// `IO` when the folder cannot be read.
    #[expect(clippy::disallowed_methods, reason = "the store owns the index folder")]
    pub(crate) fn of(folder: &Path) -> Result<Option<CatalogFile>> {
        let path = folder.join(FILE_NAME);
        let look = |path: &Path| match std::fs::metadata(path) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", path, error)),
        };
        let Some(catalog) = look(&path)? else { return Ok(None) };
        let wal_bytes = look(&wal_of(&path))?.map_or(0, |metadata| metadata.len());
        let modified = catalog.modified().ok().and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        Ok(Some(CatalogFile { bytes: catalog.len(), wal_bytes, modified_ns: modified.map(|since| since.as_nanos()) }))
    }
}

/// What the catalog is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pages {
    /// The size of a page.
    pub page_bytes: u64,
    /// The number of pages.
    pub count: u64,
    /// How many of them hold nothing.
    pub free: u64,
}

/// What the catalog says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CatalogFigures {
    pub schema: u32,
    pub generation: Generation,
    pub is_complete: bool,
    pub root: Option<PathBuf>,
    pub totals: Totals,
    pub pages: Pages,
}

/// Lets `read` read the last committed state of the catalog in `folder`, whatever its version.
///
/// While there is no log beside the catalog it is read as a file that nobody writes to, which leaves nothing beside it. A
/// file that changes meanwhile is read again as readers do, which needs what a writer has made by then.
///
/// # Errors
/// `INDEX_MISSING` when there is no catalog, `INDEX_DAMAGED`, `IO`, and those of `read`.
pub(crate) fn peek<T>(folder: &Path, read: impl Fn(Database) -> Result<T>) -> Result<T> {
    let path = folder.join(FILE_NAME);
    check_not_emptied(&path)?;
    let missing = || Error::IndexMissing { path: folder.to_path_buf() };
    let before = CatalogFile::of(folder)?.filter(|file| file.bytes > 0).ok_or_else(missing)?;
    if before.wal_bytes == 0 {
        let outcome = Database::connect_reader(&path, "?immutable=1").and_then(&read);
        if CatalogFile::of(folder)? == Some(before) {
            return outcome;
        }
    }
    let database = Database::connect_reader(&path, "")?;
    database.connection.execute_batch("BEGIN").map_err(database.failed("read"))?;
    read(database)
}

/// [`peek`] at a catalog that a searcher could open.
///
/// # Errors
/// Those of [`peek`], `INDEX_VERSION` for another version, `INDEX_MISSING` before the first generation.
pub(crate) fn peek_current<T>(folder: &Path, read: impl Fn(Database) -> Result<T>) -> Result<T> {
    peek(folder, |database| {
        database.check_current()?;
        match database.generation()? {
            Generation(0) => Err(Error::IndexMissing { path: folder.to_path_buf() }),
            _ => read(database),
        }
    })
}

impl Database {
    /// The version of the schema, which may be one that this program does not know.
    pub(crate) fn schema(&self) -> Result<u32> {
        self.version(u32::MAX)
    }

    /// What the catalog says of itself. Needs the tables of the first version.
    pub(crate) fn figures(&self) -> Result<CatalogFigures> {
        Ok(CatalogFigures {
            schema: self.schema()?,
            generation: self.generation()?,
            is_complete: self.is_complete()?,
            root: self.root()?.map(PathBuf::from),
            totals: self.totals()?,
            pages: self.pages()?,
        })
    }

    /// What the catalog is made of.
    pub(super) fn pages(&self) -> Result<Pages> {
        let pragma = |name: &str| {
            let value = self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            value.map(i64::unsigned_abs).map_err(self.failed("read"))
        };
        let (page_bytes, count, free) = (pragma("page_size")?, pragma("page_count")?, pragma("freelist_count")?);
        Ok(Pages { page_bytes, count, free })
    }
}

/// The bytes that are free for this user on the disk of `folder`, or of the nearest folder above it that exists.
///
/// # Errors
/// `IO` when the operating system does not tell.
pub(crate) fn free_bytes(folder: &Path) -> Result<u64> {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    fs4::available_space(existing).map_err(|error| Error::io("find the free space of", existing, error))
}

/// Why the index in `folder` cannot be written to, as far as its files tell without a try; `None` when nothing says so.
/// Whether new files can be made in the folder is told by its permissions alone.
#[expect(clippy::disallowed_methods, reason = "the store owns the index folder")]
pub(crate) fn write_refusal(folder: &Path) -> Option<String> {
    let path = folder.join(FILE_NAME);
    // Opening for writing asks the operating system; neither the bytes nor the times of the file change.
    if let Err(error) = OpenOptions::new().write(true).open(&path) {
        return (error.kind() != ErrorKind::NotFound).then(|| format!("{}: {error}", path.display()));
    }
    let metadata = std::fs::metadata(folder).ok()?;
    metadata.permissions().readonly().then(|| format!("{} is read-only", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::store::commit::Commit;
    use std::ffi::OsString;

    fn catalog(folder: &Path) -> Database {
        let database = Database::open_writer(folder).unwrap();
        let mut commit = Commit::begin(&database).unwrap();
        commit.stamp(Generation(1), true).unwrap();
        commit.commit().unwrap();
        database
    }

    fn names(folder: &Path) -> Vec<OsString> {
        let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_look_at_a_catalog_at_rest_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(peek(folder.path(), |_| Ok(())).unwrap_err().code(), ErrorCode::IndexMissing);
        drop(catalog(folder.path()));
        assert_eq!(names(folder.path()), [FILE_NAME]);
        let state = peek_current(folder.path(), |database| database.figures()).unwrap();
        assert_eq!((state.generation, state.is_complete, state.pages.page_bytes), (Generation(1), true, 4096));
        assert_eq!(names(folder.path()), [FILE_NAME]);
    }

    #[test]
    fn what_is_only_in_the_log_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let writer = catalog(folder.path());
        assert!(CatalogFile::of(folder.path()).unwrap().unwrap().wal_bytes > 0);
        assert_eq!(peek_current(folder.path(), |database| database.generation()).unwrap(), Generation(1));
        drop(writer);
    }

    #[test]
    fn a_catalog_that_changes_under_a_look_is_looked_at_again() {
        let folder = tempfile::tempdir().unwrap();
        drop(catalog(folder.path()));
        let looks = std::cell::Cell::new(0);
        let generation = peek_current(folder.path(), |database| {
            looks.set(looks.get() + 1);
            if looks.get() == 1 {
                let writer = Database::open_writer(folder.path())?;
                let mut commit = Commit::begin(&writer)?;
                commit.stamp(Generation(2), true)?;
                commit.commit()?;
            }
            database.generation()
        });
        assert_eq!((generation.unwrap(), looks.get()), (Generation(2), 2));
    }

    #[test]
    fn a_folder_that_may_be_written_to_is_not_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(catalog(folder.path()));
        assert_eq!(write_refusal(folder.path()), None);
        assert!(free_bytes(&folder.path().join("not/there")).unwrap() > 0);
    }
}
