//! The index folder: the catalog (the only truth), the text index derived from it, and the writer's lock.
//!
//! Never here: what should be stored, ranking.

pub(crate) mod agree;
pub(crate) mod backup;
pub(crate) mod catalog;
pub(crate) mod commit;
mod compact;
pub(crate) mod exact;
pub(crate) mod idle;
pub(crate) mod inspect;
pub(crate) mod lock;
mod outline;
pub(crate) mod packed;
pub(crate) mod pampa;
pub(crate) mod restored;
pub(crate) mod saved;
pub(crate) mod schema;
pub(crate) mod segments;
mod signs;
pub(crate) mod sound;
pub(crate) mod text;
mod text_files;
pub(crate) mod unwritten;
pub(crate) mod vector_set;
pub(crate) mod vectors;

use crate::error::{Error, Result};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// One committed state for reading: the catalog, and what is derived from it, of the same generation.
pub(crate) struct Parts {
    pub catalog: catalog::Snapshot,
    pub text: text::TextSnapshot,
    /// The vectors of the host's embedder, or why there are none.
    pub vectors: std::result::Result<vector_set::VectorSet, String>,
}

/// The folder of the text index in the index folder.
pub(crate) fn text_folder(folder: &Path) -> PathBuf {
    folder.join("text")
}

/// The real path of a folder to index.
///
/// # Errors
/// `IO` when it does not exist or is not a folder.
#[expect(clippy::disallowed_methods, reason = "an index starts from a folder that exists")]
pub(crate) fn root_folder(root: &Path) -> Result<PathBuf> {
    let real = std::fs::canonicalize(root).map_err(|error| Error::io("open", root, error))?;
    let metadata = std::fs::metadata(&real).map_err(|error| Error::io("open", root, error))?;
    match metadata.is_dir() {
        true => Ok(real),
        false => Err(Error::io("open", root, ErrorKind::NotADirectory.into())),
    }
}

/// Whether a folder holds files, but no index.
fn is_of_others(folder: &Path) -> Result<bool> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::io("list", folder, error)),
    };
    let mut is_empty = true;
    for entry in entries {
        let name = entry.map_err(|error| Error::io("list", folder, error))?.file_name();
        if name == schema::FILE_NAME || name == "lock" {
            return Ok(false);
        }
        is_empty &= name == ".gitignore";
    }
    Ok(!is_empty)
}

/// Makes the index folder where there is none; git is told to ignore it.
#[expect(clippy::disallowed_methods, reason = "the store owns this folder")]
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    if is_of_others(folder)? {
        let reason = format!("{} holds other files; name an empty or new folder", folder.display());
        return Err(Error::InvalidConfig { key: "storage.index_dir".to_owned(), reason });
    }
    std::fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
    let path = folder.join(".gitignore");
    match std::fs::File::create_new(&path) {
        Ok(mut file) => file.write_all(b"*\n").map_err(|error| Error::io("write", &path, error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::io("create", &path, error)),
    }
}

/// Removes everything in `folder` that is derived from the catalog.
///
/// # Errors
/// `IO` when something of it cannot be removed.
pub(crate) fn drop_derived(folder: &Path) -> Result<()> {
    text::remove_whatever(&text_folder(folder))?;
    saved::remove(folder)
}

/// The bytes of all files below `folder`. A file that goes away meanwhile counts for nothing.
pub(crate) fn disk_bytes(folder: &Path) -> Result<u64> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::io("list", folder, error))?;
    let mut total = 0;
    for entry in entries {
        let path = entry.map_err(|error| Error::io("list", folder, error))?.path();
        total += match std::fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => disk_bytes(&path)?,
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(error) => return Err(Error::io("read", &path, error)),
        };
    }
    Ok(total)
}
