//! A catalog from a backup on its way into its place.
//!
//! Never here: the form of a backup, what is derived from a catalog.

use crate::error::{Error, Result};
use crate::limits::Watch;
use crate::source::Generation;
use crate::store::backup::{
    Manifest, check_hash, copy_pages, manifest_in, open_plain, pass_on, remove, remove_with_logs, shared_memory_of,
    sync_folder,
};
use crate::store::commit::NAME_STATE;
use crate::store::schema::{Database, FILE_NAME, failure, length, wal_of};
use rusqlite::Connection;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

/// The name of a catalog in the index folder that is not in its place yet.
const RESTORED: &str = "catalog.restored";

/// A verified copy of a backup's database in the index folder, not in its place yet. Only who holds the writer's lock may
/// have one.
pub(crate) struct Restored {
    folder: PathBuf,
    path: PathBuf,
    pub(crate) manifest: Manifest,
}

impl Restored {
    /// Copies the database of the backup at `from` into `folder`.
    ///
    /// # Errors
    /// Those of [`crate::store::backup::open`]; the index is untouched.
    pub(crate) fn copy(from: &Path, folder: &Path, watch: &Watch) -> Result<Restored> {
        let path = folder.join(RESTORED);
        remove_with_logs(&path)?;
        let mut source = open_plain(from)?;
        let manifest = manifest_in((&mut source, from))?;
        source.rewind().map_err(|error| Error::io("read", from, error))?;
        let restored = Restored { folder: folder.to_path_buf(), path, manifest };
        let path = &restored.path;
        let mut copy = File::create_new(path).map_err(|error| Error::io("create", path, error))?;
        let hash = pass_on((&mut source, from), restored.manifest.image_bytes, watch, |block| {
            copy.write_all(block).map_err(|error| Error::io("write", path, error))
        })?;
        check_hash(from, &restored.manifest, hash)?;
        copy.sync_all().map_err(|error| Error::io("write", path, error))?;
        Ok(restored)
    }

    /// The copy, for reading.
    pub(crate) fn read(&self) -> Result<Database> {
        Database::connect_reader(&self.path, "?immutable=1")
    }

    /// Gives the state in the copy another number, which makes it another state.
    pub(crate) fn renumber(&self, generation: Generation) -> Result<()> {
        let failed = |error| failure("write", &self.path, error);
        let mut connection = Connection::open(&self.path).map_err(failed)?;
        let transaction = connection.transaction().map_err(failed)?;
        // The text index is built anew of all that is in the copy.
        let sql = "UPDATE meta SET value = ?1 WHERE key IN ('generation', 'text_generation')";
        transaction.execute(sql, [generation.0.to_string()]).map_err(failed)?;
        transaction.execute(NAME_STATE, []).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        connection.close().map_err(|(_, error)| failed(error))
    }

    /// Puts the copy in the place of the catalog, all or nothing. A catalog that can still be written to is replaced in
    /// one transaction, which its readers do not notice; one that cannot, by the file.
    ///
    /// # Errors
    /// `IO`, `INDEX_LOCKED` when another program uses the catalog, and those of `watch`. The index is as it was.
    pub(crate) fn put_in_place(self, watch: &Watch) -> Result<()> {
        let path = self.folder.join(FILE_NAME);
        let length = length(&path)?;
        match length.unwrap_or(0) {
            0 => self.replace_file(&path)?,
            _ => match self.overwrite(&path, watch) {
                Err(Error::IndexDamaged { .. }) => self.replace_file(&path)?,
                outcome => outcome?,
            },
        }
        remove_with_logs(&self.path)
    }

    fn overwrite(&self, path: &Path, watch: &Watch) -> Result<()> {
        let failed = |error| failure("write", path, error);
        let target = Connection::open(path).map_err(failed)?;
        // Reading the header tells whether this is a database at all before anything is written.
        target.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0)).map_err(failed)?;
        target.close().map_err(|(_, error)| failed(error))?;
        copy_pages(&self.read()?, path, watch)
    }

    /// What is in the log of a catalog that cannot be read would be taken for a part of the new one: it goes first.
    #[expect(clippy::disallowed_methods, reason = "the store owns the index folder")]
    fn replace_file(&self, path: &Path) -> Result<()> {
        for beside in [wal_of(path), shared_memory_of(path)] {
            remove(&beside)?;
        }
        std::fs::rename(&self.path, path).map_err(|error| Error::io("rename", path, error))?;
        sync_folder(&self.folder)
    }
}

impl Drop for Restored {
    fn drop(&mut self) {
        // A copy that stays takes room and harms nothing: the next one replaces it.
        drop(remove_with_logs(&self.path));
    }
}
