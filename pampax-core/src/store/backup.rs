//! One file that holds the catalog as it was at one moment.
//!
//! The file is the pages of an SQLite database, then a manifest as JSON, then a trailer of fixed size: the length of the
//! manifest, its hash, and a mark. Whoever knows SQLite only sees the database.
//!
//! Never here: the text index, which is derived anew; the way back (`restored.rs`).

use crate::error::{Error, Result};
use crate::limits::Watch;
use crate::source::{ContentHash, Generation};
use crate::store::schema::{APPLICATION_ID, Database, FILE_NAME, SCHEMA_VERSION, check_not_emptied, failure, wal_of};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What every SQLite database begins with.
const SQLITE_MARK: &[u8; 16] = b"SQLite format 3\0";
/// Where a database says which program it belongs to.
const APPLICATION_AT: Range<usize> = 68..72;
/// What every backup ends with.
const MARK: &[u8; 8] = b"PMPXBAK1";
/// The length and the hash of the manifest, and the mark.
const TRAILER_BYTES: u64 = 8 + 16 + 8;
/// More than any manifest that this program writes.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;
/// How many pages are copied between two looks at the time.
const STEP_PAGES: i32 = 1_024;
/// How much of a file is read at a time.
const BLOCK_BYTES: usize = 1 << 20;
/// How long another program that uses the target may take.
const WAIT: Duration = Duration::from_secs(5);

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The version of this form.
    pub version: u32,
    /// The version of the program that wrote it.
    pub engine: String,
    /// The version of the catalog's tables.
    pub schema: u32,
    pub generation: Generation,
    /// The folder that was indexed.
    pub root: Option<PathBuf>,
    /// The number of indexed files.
    pub files: u64,
    /// When it was made, in milliseconds since the Unix epoch.
    pub made_ms: u64,
    /// The length of the database before the manifest.
    pub image_bytes: u64,
    /// The hash of these bytes.
    pub image_hash: ContentHash,
}

impl Manifest {
    /// The version of the form that this program writes and reads.
    const VERSION: u32 = 1;
}

/// When, how and under which name a backup is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The file, which is there in whole or not at all.
    pub path: &'a Path,
    /// A number that no other process that writes the same file has now.
    pub number: u64,
    /// Now, in milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// How many threads check it; 0 is one for each core.
    pub threads: usize,
}

impl Target<'_> {
    /// The file beside the target that is written to.
    fn partial(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{:x}.partial", self.number));
        PathBuf::from(name)
    }
}

/// Copies the last committed state of the catalog in `folder` into one file, which replaces what is there. Writers and
/// readers go on meanwhile. The copy is read in full before it appears under its name.
///
/// # Errors
/// `INDEX_MISSING`, `INDEX_DAMAGED` naming `folder` when what was copied is not sound, `INDEX_VERSION` when it is newer,
/// `IO`, and those of `watch`. Then nothing is left, and what was there stays.
pub(crate) fn write(folder: &Path, target: Target<'_>, watch: &Watch) -> Result<Manifest> {
    write_file(folder, target, watch).map_err(|error| match error {
        // Whatever file of this run showed it: the copy is what the index is.
        Error::IndexDamaged { reason, .. } => Error::IndexDamaged { path: folder.to_path_buf(), reason },
        other => other,
    })
}

fn write_file(folder: &Path, target: Target<'_>, watch: &Watch) -> Result<Manifest> {
    let source = open_source(folder)?;
    let partial = target.partial();
    // People know the file by the name that they gave it.
    File::create_new(&partial).map_err(|error| Error::io("create", target.path, error))?;
    let written = write_partial(&source, (&partial, target.now_ms), watch)
        .and_then(|manifest| check_sound(&partial, target.threads, watch).map(|()| manifest))
        .and_then(|manifest| rename(&partial, target.path).map(|()| manifest));
    if written.is_err() {
        // Why there is no backup matters more than why a part of it is left.
        drop(remove_with_logs(&partial));
    }
    written
}

fn write_partial(source: &Database, (partial, now_ms): (&Path, u64), watch: &Watch) -> Result<Manifest> {
    let state = source.figures()?;
    copy_pages(source, partial, watch)?;
    let (image_bytes, image_hash) = hash_of(partial, watch)?;
    let manifest = Manifest {
        version: Manifest::VERSION,
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        schema: state.schema,
        generation: state.generation,
        root: state.root,
        files: state.totals.files,
        made_ms: now_ms,
        image_bytes,
        image_hash,
    };
    append(partial, &manifest).map_err(|error| Error::io("write", partial, error))?;
    Ok(manifest)
}

/// The copy holds what it promises, or the catalog it was made from does not.
fn check_sound(partial: &Path, threads: usize, watch: &Watch) -> Result<()> {
    let copy = Database::connect_reader(partial, "?immutable=1");
    match copy.and_then(|copy| problem_of(copy, threads, watch))? {
        Some(reason) => Err(Error::IndexDamaged { path: partial.to_path_buf(), reason }),
        None => Ok(()),
    }
}

/// The first problem of a catalog that is read in full; `None` when it is sound.
///
/// # Errors
/// `IO`, and those of `watch`.
pub(crate) fn problem_of(database: Database, threads: usize, watch: &Watch) -> Result<Option<String>> {
    match database.examine(threads, watch) {
        Ok(soundness) => Ok(soundness.problems.into_iter().next()),
        Err(Error::IndexDamaged { reason, .. }) => Ok(Some(reason)),
        Err(error) => Err(error),
    }
}

/// The catalog as it is now, and as it stays for this connection.
fn open_source(folder: &Path) -> Result<Database> {
    let path = folder.join(FILE_NAME);
    check_not_emptied(&path)?;
    if !path.exists() {
        return Err(Error::IndexMissing { path: folder.to_path_buf() });
    }
    let source = Database::connect_reader(&path, "")?;
    source.connection.execute_batch("BEGIN").map_err(source.failed("read"))?;
    match source.version(SCHEMA_VERSION)? > 0 && source.generation()? != Generation(0) {
        true => Ok(source),
        false => Err(Error::IndexMissing { path: folder.to_path_buf() }),
    }
}

/// Copies what `source` sees into the file at `to`, all or nothing.
pub(super) fn copy_pages(source: &Database, to: &Path, watch: &Watch) -> Result<()> {
    let failed = |error| failure("write", to, error);
    let mut target = Connection::open(to).map_err(failed)?;
    target.busy_timeout(WAIT).map_err(failed)?;
    {
        let backup = Backup::new(&source.connection, &mut target).map_err(failed)?;
        loop {
            watch.check("copy")?;
            match backup.step(STEP_PAGES).map_err(failed)? {
                StepResult::Done => break,
                StepResult::More => {}
                _ => return Err(Error::IndexLocked { path: to.to_path_buf(), owner: "another program".to_owned() }),
            }
        }
    }
    target.close().map_err(|(_, error)| failed(error))
}

/// The length of a file and the hash of its bytes.
fn hash_of(path: &Path, watch: &Watch) -> Result<(u64, ContentHash)> {
    let mut file = File::open(path).map_err(|error| Error::io("open", path, error))?;
    let bytes = file.metadata().map_err(|error| Error::io("read", path, error))?.len();
    let hash = pass_on((&mut file, path), bytes, watch, |_| Ok(()))?;
    Ok((bytes, hash))
}

/// Reads `bytes` bytes of a file, gives them to `take` piece by piece, and returns their hash.
pub(super) fn pass_on(
    (file, path): (&mut File, &Path),
    bytes: u64,
    watch: &Watch,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<ContentHash> {
    let mut hasher = blake3::Hasher::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut left = bytes;
    while left > 0 {
        watch.check("copy")?;
        let length = usize::try_from(left).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        file.read_exact(&mut block[..length]).map_err(|error| Error::io("read", path, error))?;
        hasher.update(&block[..length]);
        take(&block[..length])?;
        left -= length as u64;
    }
    let mut cut = [0; 16];
    cut.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Ok(ContentHash(cut))
}

fn append(path: &Path, manifest: &Manifest) -> std::io::Result<()> {
    let text = serde_json::to_vec(manifest)?;
    let mut file = OpenOptions::new().append(true).open(path)?;
    file.write_all(&text)?;
    file.write_all(&(text.len() as u64).to_le_bytes())?;
    file.write_all(&ContentHash::of(&text).0)?;
    file.write_all(MARK)?;
    file.sync_all()
}

/// Whether the file at `path` looks like a database, and so like a backup or what is left of one.
///
/// # Errors
/// `IO` when it cannot be read.
pub(crate) fn is_database(path: &Path) -> Result<bool> {
    Ok(head_of(path)?.starts_with(SQLITE_MARK))
}

/// Whether the file at `path` begins or ends as a backup does, and so is one or what is left of one. A database of another
/// program is none.
///
/// # Errors
/// `IO` when it cannot be read.
pub(crate) fn is_backup(path: &Path) -> Result<bool> {
    let head = head_of(path)?;
    let begins =
        head.starts_with(SQLITE_MARK) && head.get(APPLICATION_AT).is_none_or(|id| id == APPLICATION_ID.to_be_bytes());
    Ok(begins || ends_as_backup(path).map_err(|error| Error::io("read", path, error))?)
}

/// Opens a file for reading. What is no plain file could be waited for for ever.
///
/// # Errors
/// `IO`.
pub(super) fn open_plain(path: &Path) -> Result<File> {
    let failed = |error| Error::io("open", path, error);
    if !path.metadata().map_err(failed)?.is_file() {
        return Err(failed(std::io::Error::other("it is not a plain file")));
    }
    File::open(path).map_err(failed)
}

/// The first bytes of a file, as far as the mark of the program that a database belongs to.
fn head_of(path: &Path) -> Result<Vec<u8>> {
    let mut file = open_plain(path)?;
    let mut head = Vec::new();
    let read = (&mut file).take(APPLICATION_AT.end as u64).read_to_end(&mut head);
    read.map_err(|error| Error::io("read", path, error))?;
    Ok(head)
}

fn ends_as_backup(path: &Path) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    let Some(start) = file.metadata()?.len().checked_sub(MARK.len() as u64) else { return Ok(false) };
    let mut end = [0; MARK.len()];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut end)?;
    Ok(end == *MARK)
}

/// The manifest at the end of a backup. The database before it is not read.
///
/// # Errors
/// `INDEX_DAMAGED` when the file does not end as a backup does, `INDEX_VERSION` when its form is of another version, `IO`.
pub(crate) fn manifest(path: &Path) -> Result<Manifest> {
    let mut file = open_plain(path)?;
    manifest_in((&mut file, path))
}

pub(super) fn manifest_in((file, path): (&mut File, &Path)) -> Result<Manifest> {
    let damaged = |reason: &str| Error::IndexDamaged { path: path.to_path_buf(), reason: reason.to_owned() };
    let io = |error| Error::io("read", path, error);
    let bytes = file.metadata().map_err(io)?.len();
    let cut_short = || damaged("it does not end as a backup does: it was cut short, or is no backup");
    let start = bytes.checked_sub(TRAILER_BYTES).ok_or_else(cut_short)?;
    let mut trailer = [0; TRAILER_BYTES as usize];
    file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut trailer)).map_err(io)?;
    let (length, rest) = trailer.split_at(8);
    let (hash, mark) = rest.split_at(16);
    if mark != MARK {
        return Err(cut_short());
    }
    let length = length.try_into().map_or(u64::MAX, u64::from_le_bytes);
    let begin = start.checked_sub(length).filter(|_| length <= MAX_MANIFEST_BYTES);
    let begin = begin.ok_or_else(|| damaged("the length of its manifest is wrong"))?;
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(begin)).and_then(|_| file.take(length).read_to_end(&mut text)).map_err(io)?;
    if ContentHash::of(&text).0 != *hash {
        return Err(damaged("its manifest does not match its hash"));
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| damaged("its manifest cannot be read"))?;
    match manifest.version == Manifest::VERSION && manifest.image_bytes == begin {
        true => Ok(manifest),
        false if manifest.version != Manifest::VERSION => {
            let (found, supported) = (manifest.version, Manifest::VERSION);
            Err(Error::IndexVersion { path: path.to_path_buf(), found, supported })
        }
        false => Err(damaged("its database has another length than its manifest says")),
    }
}

/// Opens the database in a backup for reading, once its bytes are known to be those that were written.
///
/// # Errors
/// Those of [`manifest`], `INDEX_DAMAGED` when the bytes are others, and those of `watch`.
pub(crate) fn open(path: &Path, watch: &Watch) -> Result<(Manifest, Database)> {
    let mut file = open_plain(path)?;
    let manifest = manifest_in((&mut file, path))?;
    file.rewind().map_err(|error| Error::io("read", path, error))?;
    let hash = pass_on((&mut file, path), manifest.image_bytes, watch, |_| Ok(()))?;
    check_hash(path, &manifest, hash)?;
    Ok((manifest, Database::connect_reader(path, "?immutable=1")?))
}

pub(super) fn check_hash(path: &Path, manifest: &Manifest, hash: ContentHash) -> Result<()> {
    match hash == manifest.image_hash {
        true => Ok(()),
        false => Err(Error::IndexDamaged {
            path: path.to_path_buf(),
            reason: "its bytes do not match the hash in its manifest".to_owned(),
        }),
    }
}

pub(super) fn shared_memory_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-shm");
    PathBuf::from(name)
}

/// Removes a database that is not in use, and what SQLite may have left beside it.
pub(super) fn remove_with_logs(path: &Path) -> Result<()> {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    [path.to_path_buf(), wal_of(path), shared_memory_of(path), PathBuf::from(journal)]
        .iter()
        .try_for_each(|one| remove(one))
}

#[expect(clippy::disallowed_methods, reason = "the store removes what it made")]
pub(super) fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

#[expect(clippy::disallowed_methods, reason = "a backup appears under its name when it is whole")]
fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|error| Error::io("rename", to, error))?;
    sync_folder(to.parent().unwrap_or(Path::new(".")))
}

/// Makes a new name in a folder last, where folders can be opened for that.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| Error::io("write", folder, error))?;
    }
    Ok(())
}
