//! What the program measured, and the file that keeps it over many runs.
//!
//! Never here: what is measured.

use pampax_core::host::metrics::{Registry, Snapshot};
use pampax_core::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The largest file that is taken for measurements.
const MAX_BYTES: u64 = 64 << 20;

/// What this run measures, and the file that it is added to.
pub struct Measurements {
    file: PathBuf,
    registry: Arc<Registry>,
    /// What was taken from the sink and is not in the file yet.
    waiting: Mutex<Snapshot>,
}

impl Measurements {
    /// Nothing measured yet; `file` is where it will be kept.
    pub fn new(file: PathBuf) -> Measurements {
        Measurements { file, registry: Arc::new(Registry::new()), waiting: Mutex::default() }
    }

    /// The sink that measures.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    /// What the file holds; nothing when it is not there.
    ///
    /// # Errors
    /// `IO` when it cannot be read, `INVALID_ARGUMENT` when it holds something else.
    pub fn stored(&self) -> Result<Snapshot> {
        let refused = |reason: String| Error::argument("metrics.file", format!("{} {reason}", self.file.display()));
        // Opening what is no plain file could wait for ever, and reading it never end.
        match self.file.metadata() {
            Ok(metadata) if !metadata.is_file() => return Err(refused("is not a plain file".to_owned())),
            Ok(metadata) if metadata.len() > MAX_BYTES => {
                return Err(refused(format!("has more than {MAX_BYTES} bytes")));
            }
            Ok(_) | Err(_) => {}
        }
        match File::open(&self.file) {
            Ok(file) => {
                let text = std::io::read_to_string(file).map_err(|error| Error::io("read", &self.file, error))?;
                // A full disk may have left nothing of it.
                if text.trim().is_empty() {
                    return Ok(Snapshot::default());
                }
                Snapshot::from_json(&text).map_err(|error| {
                    let file = self.file.display();
                    Error::argument("metrics.file", format!("{file} holds no measurements; delete or move it: {error}"))
                })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Snapshot::default()),
            Err(error) => Err(Error::io("open", &self.file, error)),
        }
    }

    /// Adds what was measured since the last time to the file. Several processes may do so at once.
    ///
    /// # Errors
    /// As [`Measurements::stored`], and `IO` when the file cannot be written.
    pub fn keep(&self) -> Result<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.merge(&self.registry.take());
        if waiting.is_empty() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let mut sum = self.stored()?;
        sum.merge(&waiting);
        self.replace(&sum)?;
        *waiting = Snapshot::default();
        Ok(())
    }

    /// Holds other processes back until it is dropped.
    fn lock(&self) -> Result<File> {
        let path = beside(&self.file, "lock");
        let failed = |error| Error::io("lock", &path, error);
        if let Some(folder) = self.file.parent() {
            make(folder)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    #[expect(clippy::disallowed_methods, reason = "the file is the user's and not part of an index")]
    fn replace(&self, snapshot: &Snapshot) -> Result<()> {
        let document = serde_json::to_string(snapshot)
            .map_err(|error| Error::internal(format!("measurements have no JSON form: {error}")))?;
        let new = beside(&self.file, "new");
        let written = File::create(&new).and_then(|mut file| file.write_all(document.as_bytes()));
        written.and_then(|()| fs::rename(&new, &self.file)).map_err(|error| Error::io("write", &self.file, error))
    }
}

#[expect(clippy::disallowed_methods, reason = "the folder is the user's and not part of an index")]
fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{ending}"));
    PathBuf::from(name)
}
