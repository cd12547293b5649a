//! The files of the text index on disk. Whoever may read the catalog may read them: tantivy's own way to replace a file
//! leaves one that nobody but its owner may read.
//!
//! Never here: what the files hold.

use crate::store::schema::FILE_NAME;
use std::fs::File;
use std::io::{Result, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};

/// The folder of a text index, with the catalog beside it.
#[derive(Debug, Clone)]
pub(super) struct TextFiles {
    folder: PathBuf,
    files: MmapDirectory,
}

impl TextFiles {
    /// The files in `folder`, which must be there.
    pub(super) fn open(folder: &Path) -> std::result::Result<TextFiles, OpenDirectoryError> {
        Ok(TextFiles { folder: folder.to_path_buf(), files: MmapDirectory::open(folder)? })
    }
}

/// Gives `file` the mode of the catalog at `catalog`, if there is one.
#[cfg(unix)]
fn share(file: &File, catalog: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = File::open(catalog).and_then(|catalog| catalog.metadata()) else { return Ok(()) };
    let of = |permissions: std::fs::Permissions| permissions.mode() & 0o777;
    let mode = of(metadata.permissions());
    match of(file.metadata()?.permissions()) == mode {
        true => Ok(()),
        false => file.set_permissions(PermissionsExt::from_mode(mode)),
    }
}

#[cfg(not(unix))]
fn share(_: &File, _: &Path) -> Result<()> {
    Ok(())
}

impl Directory for TextFiles {
    /// Writes beside the file, and replaces it once everything is written.
    #[expect(clippy::disallowed_methods, reason = "the store owns this folder")]
    fn atomic_write(&self, path: &Path, data: &[u8]) -> Result<()> {
        let path = self.folder.join(path);
        let mut partial = path.as_os_str().to_owned();
        // Several threads may replace a file at once: each has a partial one of its own.
        partial.push(format!(".{:016x}.partial", fastrand::u64(..)));
        let mut file = File::create(&partial)?;
        share(&file, &self.folder.with_file_name(FILE_NAME))?;
        file.write_all(data)?;
        file.sync_data()?;
        std::fs::rename(&partial, &path)
    }

    fn get_file_handle(&self, path: &Path) -> std::result::Result<Arc<dyn FileHandle>, OpenReadError> {
        self.files.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> std::result::Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> std::result::Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> std::result::Result<WritePtr, OpenWriteError> {
        self.files.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> std::result::Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    fn sync_directory(&self) -> Result<()> {
        self.files.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> std::result::Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn a_replaced_file_may_be_read_by_those_who_may_read_the_catalog() {
        let folder = tempfile::tempdir().unwrap();
        let (catalog, text) = (folder.path().join(FILE_NAME), folder.path().join("text"));
        std::fs::write(&catalog, "").unwrap();
        std::fs::create_dir_all(&text).unwrap();
        let files = TextFiles::open(&text).unwrap();
        for mode in [0o644, 0o600, 0o640] {
            File::open(&catalog).unwrap().set_permissions(PermissionsExt::from_mode(mode)).unwrap();
            files.atomic_write(Path::new("meta.json"), &[7; 3]).unwrap();
            let metadata = std::fs::metadata(text.join("meta.json")).unwrap();
            assert_eq!((metadata.permissions().mode() & 0o777, metadata.len()), (mode, 3));
        }
        assert_eq!(text.read_dir().unwrap().count(), 1);
    }
}
