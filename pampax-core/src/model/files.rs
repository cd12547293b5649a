//! The files of a model's folder, which may hold anything.
//!
//! Never here: what the bytes mean.

#[cfg(any(feature = "model2vec", feature = "onnx"))]
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
#[cfg(feature = "onnx")]
use std::path::PathBuf;

/// What is wrong with the file `name` of `folder`, as a mistake in the path that was given.
#[cfg(any(feature = "model2vec", feature = "onnx"))]
pub(super) fn wrong(folder: &Path, name: &str, what: impl std::fmt::Display) -> Error {
    Error::argument("path", format!("{}: {what}", folder.join(name).display()))
}

/// The bytes of the file `name` in `folder`.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the file, when it is missing, is no file, cannot be read, or has more than `limit` bytes.
#[cfg(any(feature = "model2vec", feature = "onnx"))]
pub(super) fn read(folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>> {
    whole(&folder.join(name), limit).map_err(|error| wrong(folder, name, error))
}

/// The bytes of the file at `path`.
///
/// # Errors
/// What the operating system said, or that it is no file or has more than `limit` bytes.
pub(super) fn whole(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it has more than {limit} bytes")));
    }
    Ok(bytes)
}

/// Adds the content of the file `name` of `folder` to `hasher`.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the file.
#[cfg(feature = "onnx")]
pub(super) fn hash(folder: &Path, name: &str, hasher: &mut blake3::Hasher) -> Result<()> {
    let file = open(&folder.join(name)).map_err(|error| wrong(folder, name, error))?;
    hasher.update_reader(file).map(|_| ()).map_err(|error| wrong(folder, name, error))
}

/// The place of the file at `path` without links, as the operating system knows it.
///
/// # Errors
/// What the operating system said.
#[cfg(feature = "onnx")]
pub(super) fn place(path: &Path) -> io::Result<PathBuf> {
    let place = path.canonicalize()?;
    if place.is_file() { Ok(place) } else { Err(io::Error::other("it is no file")) }
}

/// Whether `folder` holds a file called `name`.
#[cfg(feature = "onnx")]
pub(super) fn holds(folder: &Path, name: &str) -> bool {
    folder.join(name).is_file()
}

/// Opens a file. Pipes and devices are refused before they are opened, for that may never end.
fn open(path: &Path) -> io::Result<File> {
    if path.metadata()?.is_file() { File::open(path) } else { Err(io::Error::other("it is no file")) }
}

/// The name of a model by the hash of what it was made from.
#[cfg(any(feature = "model2vec", feature = "onnx"))]
pub(super) fn name(kind: &str, hash: &blake3::Hash) -> String {
    // Half of the hash is plenty to tell models apart.
    format!("{kind}/{}", &hash.to_hex()[..32])
}
