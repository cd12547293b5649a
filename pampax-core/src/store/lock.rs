//! The writer's lock: one file, held open for as long as something is written.
//!
//! Never here: waiting. Whoever comes second is told who was first.

use crate::error::{Error, Result};
use crate::parallel::pause;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

const FILE_NAME: &str = "lock";
/// More than any owner line that this program writes.
const MAX_OWNER_BYTES: u64 = 512;

/// How often, and how long each time, a writer waits for one who only looks whether the lock is held.
const LOOKS: u32 = 5;
const LOOK: Duration = Duration::from_millis(2);

/// Who writes to an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The process, as it named itself.
    pub owner: String,
    /// When it began, in milliseconds since the Unix epoch; 0 where the file system keeps no times.
    pub since_ms: u64,
}

/// The right to write to one index folder. The operating system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// Takes the lock of `folder` and leaves the name of this process in it.
    ///
    /// # Errors
    /// `INDEX_LOCKED` at once when somebody holds it, in this process or another; `IO` when the file cannot be made.
    pub(crate) fn acquire(folder: &Path) -> Result<WriteLock> {
        WriteLock::open(folder, OpenOptions::new().create(true))
    }

    /// [`WriteLock::acquire`] where something was written before: in a folder that is being removed nothing is made.
    ///
    /// # Errors
    /// As [`WriteLock::acquire`], `IO` when there is no file.
    pub(crate) fn acquire_existing(folder: &Path) -> Result<WriteLock> {
        WriteLock::open(folder, &mut OpenOptions::new())
    }

    fn open(folder: &Path, options: &mut OpenOptions) -> Result<WriteLock> {
        let path = folder.join(FILE_NAME);
        options.read(true).write(true).truncate(false);
        let mut file = options.open(&path).map_err(|error| Error::io("open", &path, error))?;
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::IndexLocked { path: folder.to_path_buf(), owner: owner_of(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path, error)),
        }
        sign(&mut file).map_err(|error| Error::io("write", &path, error))?;
        Ok(WriteLock { _file: file })
    }

    /// Who holds the lock of `folder`; `None` when nobody does. Leaves no trace.
    ///
    /// # Errors
    /// `IO` when there is a lock file that cannot be read.
    pub(crate) fn holder(folder: &Path) -> Result<Option<Holder>> {
        let path = folder.join(FILE_NAME);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("open", &path, error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                let modified = file.metadata().and_then(|metadata| metadata.modified()).ok();
                let since = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
                let since_ms = since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
                Ok(Some(Holder { owner: owner_of(&mut file), since_ms }))
            }
            Err(TryLockError::Error(error)) => Err(Error::io("lock", &path, error)),
        }
    }
}

/// Takes the lock of `file`. A look of [`WriteLock::holder`] is no reason to be refused.
fn try_lock(file: &File) -> std::result::Result<(), TryLockError> {
    for _ in 1..LOOKS {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => pause(LOOK),
            outcome => return outcome,
        }
    }
    file.try_lock()
}

fn sign(file: &mut File) -> std::io::Result<()> {
    // As wide as any number of a process, so that an index takes the same room whoever wrote to it last.
    let owner = format!("process {:<10}\n", std::process::id());
    file.rewind()?;
    file.write_all(owner.as_bytes())?;
    match file.metadata()?.len() == owner.len() as u64 {
        true => Ok(()),
        false => file.set_len(owner.len() as u64),
    }
}

/// The text that the holder left, which it may still be writing.
fn owner_of(file: &mut File) -> String {
    let mut text = Vec::new();
    let read = file.take(MAX_OWNER_BYTES).read_to_end(&mut text);
    let owner = String::from_utf8_lossy(&text).trim().to_owned();
    match read {
        Ok(_) if !owner.is_empty() => owner,
        _ => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn the_second_writer_is_refused_with_the_name_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = WriteLock::acquire(folder.path()).unwrap();
        let refused = WriteLock::acquire(folder.path()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::IndexLocked);
        assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        WriteLock::acquire(folder.path()).unwrap();
    }

    #[test]
    fn a_look_names_the_holder_and_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(WriteLock::holder(folder.path()).unwrap(), None);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        let lock = WriteLock::acquire(folder.path()).unwrap();
        let holder = WriteLock::holder(folder.path()).unwrap().unwrap();
        assert_eq!(holder.owner, format!("process {}", std::process::id()));
        assert!(holder.since_ms > 0);
        drop(lock);
        assert_eq!(WriteLock::holder(folder.path()).unwrap(), None);
    }

    #[test]
    fn a_lock_file_that_nobody_holds_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut left_behind = File::create(folder.path().join(FILE_NAME)).unwrap();
        left_behind.write_all(b"process 4294967295 (long gone and with a longer name than ours is)\n").unwrap();
        drop(left_behind);
        let _held = WriteLock::acquire(folder.path()).unwrap();
        let refused = WriteLock::acquire(folder.path()).unwrap_err().to_string();
        assert!(!refused.contains("4294967295"), "{refused}");
    }
}
