//! Records as lines of JSON in a file that is replaced when it is full.
//!
//! Never here: any other file.

#![expect(clippy::disallowed_methods, reason = "a log file is rotated by renaming it")]

use crate::error::{Error, Result};
use crate::host::log::json::line;
use crate::host::log::{LogRecord, LogSink};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Appends each record as one line of JSON to a file. A file that would grow past its bound is renamed to `NAME.1`, that
/// one to `NAME.2` and so on; what would be past the number of files is removed.
///
/// Several processes may append to one file, since a line is written with one call; the one that finds it full rotates it,
/// and the others go on in the new one.
#[derive(Debug)]
pub struct RotatingFile {
    path: PathBuf,
    max_bytes: u64,
    max_files: usize,
    open: Mutex<Option<Open>>,
    lost: AtomicU64,
}

/// The file that lines go to, and what it was when it was opened, by which it is known again.
#[derive(Debug)]
struct Open {
    file: File,
    at_opening: fs::Metadata,
}

impl Open {
    fn append(path: &Path) -> io::Result<Open> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let at_opening = file.metadata()?;
        Ok(Open { file, at_opening })
    }
}

impl RotatingFile {
    /// A log at `path` of at most `max_bytes` each (at least one record always fits), and at most `max_files` of them
    /// together, the current one included. Folders above it are made.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `max_files` is 0, or the path is that of something else than a log; `IO` when the file cannot
    /// be opened.
    pub fn open(path: &Path, max_bytes: u64, max_files: usize) -> Result<RotatingFile> {
        if max_files == 0 {
            return Err(Error::argument("max_files", "0 files hold no log"));
        }
        check(path)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
        }
        let open = Open::append(path).map_err(|error| Error::io("open", path, error))?;
        let (path, open) = (path.to_path_buf(), Mutex::new(Some(open)));
        Ok(RotatingFile { path, max_bytes, max_files, open, lost: AtomicU64::new(0) })
    }

    fn append_line(&self, line: &[u8]) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = open.take().and_then(|kept| Some((self.length_if_current(&kept)?, kept)));
        let (length, mut current) = match kept {
            Some(kept) => kept,
            None => {
                let opened = Open::append(&self.path)?;
                (opened.at_opening.len(), opened)
            }
        };
        if length > 0 && length.saturating_add(line.len() as u64) > self.max_bytes {
            // Of several processes that find it full the first one rotates it; the lock ends with the file.
            current.file.lock()?;
            if self.length_if_current(&current).is_some() {
                self.rotate()?;
            }
            current = Open::append(&self.path)?;
        }
        current.file.write_all(line)?;
        *open = Some(current);
        Ok(())
    }

    /// The length of `open`, unless another process has renamed it: a line goes to the one that has the name now.
    fn length_if_current(&self, open: &Open) -> Option<u64> {
        let named = fs::metadata(&self.path).ok()?;
        is_same(&open.at_opening, &named).then_some(named.len())
    }

    fn rotate(&self) -> io::Result<()> {
        let numbered = |number: usize| {
            let mut name = self.path.as_os_str().to_owned();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        if self.max_files == 1 {
            return remove(&self.path);
        }
        remove(&numbered(self.max_files - 1))?;
        for number in (1..self.max_files - 1).rev() {
            rename(&numbered(number), &numbered(number + 1))?;
        }
        rename(&self.path, &numbered(1))
    }
}

impl LogSink for RotatingFile {
    fn write(&self, record: &LogRecord<'_>) {
        if line(record).and_then(|line| self.append_line(&line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Refuses what is no plain file, since opening it could wait for ever, and a file that holds something else than records,
/// since it would be renamed when it is full.
fn check(path: &Path) -> Result<()> {
    let refused = |reason: &str| Err(Error::argument("logging.file", format!("{} {reason}", path.display())));
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("open", path, error)),
        Ok(metadata) if metadata.is_dir() => Err(Error::io("open", path, io::ErrorKind::IsADirectory.into())),
        Ok(metadata) if !metadata.is_file() => refused("is not a plain file"),
        Ok(_) => {
            let mut first = [b'{'; 1];
            let read = File::open(path).and_then(|mut file| file.read(&mut first));
            read.map_err(|error| Error::io("read", path, error))?;
            if first == *b"{" { Ok(()) } else { refused("is there already and holds no log records") }
        }
    }
}

/// What is not there needs no removing, and no renaming.
fn unless_missing(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn remove(path: &Path) -> io::Result<()> {
    unless_missing(fs::remove_file(path))
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    unless_missing(fs::rename(from, to))
}

#[cfg(unix)]
fn is_same(left: &fs::Metadata, right: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (left.dev(), left.ino()) == (right.dev(), right.ino())
}

/// Where a file that is open cannot be renamed, the open one is the current one.
#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}
