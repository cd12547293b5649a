//! A backup of an index in one file, and an index from a backup.
//!
//! Never here: the form of the file (`store/backup.rs`).

use super::{Index, told};
use crate::error::{Error, Result};
use crate::host::log::Event;
use crate::host::observe::End;
use crate::index::write::Writer;
use crate::limits::{Limits, Watch};
use crate::source::{ContentHash, Generation};
use crate::store::backup::{self, Manifest, Target};
use crate::store::inspect::peek;
use crate::store::lock::WriteLock;
use crate::store::restored::Restored;
use crate::store::text::TextIndex;
use crate::store::{drop_derived, make_folder, text_folder};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What happens to a file that is where a backup goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// It stays, and there is no backup. The default.
    #[default]
    Keep,
    /// The backup takes its place once it is whole.
    Replace,
}

/// What happens to an index of one root when a backup of another is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtherRoot {
    /// It stays: the backup is taken for the wrong one while its own root is there, or an index of another is. The default.
    #[default]
    Refuse,
    /// The backup is restored.
    Accept,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BackupReport {
    /// The file.
    pub path: PathBuf,
    /// The state of the index that it holds.
    pub generation: Generation,
    /// The version of the catalog's tables.
    pub schema: u32,
    /// The folder that was indexed, as the index knows it.
    pub root: Option<PathBuf>,
    /// Indexed files.
    pub files: u64,
    /// The bytes of the catalog in it.
    pub catalog_bytes: u64,
    /// The hash of these bytes.
    pub hash: ContentHash,
}

impl BackupReport {
    pub(super) fn new(path: &Path, manifest: Manifest) -> BackupReport {
        BackupReport {
            path: path.to_path_buf(),
            generation: manifest.generation,
            schema: manifest.schema,
            root: manifest.root,
            files: manifest.files,
            catalog_bytes: manifest.image_bytes,
            hash: manifest.image_hash,
        }
    }
}

/// What became of an index that was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RestoreReport {
    /// What the backup holds.
    pub backup: BackupReport,
    /// The last state of the index that was replaced; none where there was no index, or none that could be read.
    pub replaced: Option<Generation>,
    /// The number of the restored state. It is that of the backup where there was nothing before, and a new one where a
    /// state was replaced: numbers are used once, so nothing that belongs to the replaced states can be taken for its own.
    pub generation: Generation,
}

/// The steps of a restore, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RestoreStep {
    /// A copy of the backup's catalog lies in the index folder, verified.
    Copied,
    /// What was derived from the catalog that is replaced is gone.
    DerivedDropped,
    /// The copy is the catalog.
    Replaced,
}

impl Index {
    /// Writes the last committed state into the file at `to`, in one piece: the file is there in whole or not at all.
    /// Works while another program updates the index, which waits for nothing. What was copied is checked in full first.
    ///
    /// Only the catalog is in it. What is derived from the catalog is made again by [`Index::restore`].
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming `file` when `to` is there and shall stay, `INDEX_MISSING`, `INDEX_DAMAGED` naming the index
    /// folder, `INDEX_VERSION` when the index is newer, `IO`, `DEADLINE_EXCEEDED`, `CANCELLED`. What is at `to` is as it was.
    pub fn backup(&self, to: &Path, existing: Existing, limits: &Limits) -> Result<BackupReport> {
        let watch = self.host.watch(limits);
        let write = || {
            if self.holds(to) {
                let reason = format!("{} lies in the index folder, whose files it could replace", to.display());
                return Err(Error::argument("file", reason));
            }
            if existing == Existing::Keep && to.exists() {
                return Err(Error::argument("file", format!("{} is there already", to.display())));
            }
            let now_ms = self.host.clock.unix_ms();
            let number = now_ms.rotate_left(32) ^ self.host.clock.monotonic_ns();
            let target = Target { path: to, number, now_ms, threads: self.config.performance.threads };
            let manifest = backup::write(&self.folder, target, &watch)?;
            Ok(BackupReport::new(to, manifest))
        };
        let tell =
            |report: &BackupReport, end: &End<'_>| told::upkeep("the index was backed up", report.generation, end);
        watch.observer().operation(Event::IndexBackup, write, tell)
    }

    /// Whether a file at `path` would lie in the index folder.
    fn holds(&self, path: &Path) -> bool {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match (folder.canonicalize(), self.folder.canonicalize()) {
            (Ok(folder), Ok(own)) => folder.starts_with(own),
            _ => false,
        }
    }

    /// Replaces the index with the one in the backup at `from`, after every byte and every stored file of it was checked,
    /// and derives the text index anew. Readers of the old state go on with it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming `file` when `from` is no backup, and naming `root` when it is one of another root that is
    /// still there, or that the index here is not of, and `other_root` refuses it; `INDEX_DAMAGED` naming `from` when the
    /// backup is not sound, `INDEX_VERSION` when it is newer than this program, `INDEX_LOCKED` when something else is
    /// writing, `IO`, `DEADLINE_EXCEEDED`, `CANCELLED`. The index is as it was then, or as in the backup; what is derived
    /// from it is made again when it is next opened.
    pub fn restore(&self, from: &Path, other_root: OtherRoot, limits: &Limits) -> Result<RestoreReport> {
        self.restore_stepwise(from, other_root, limits, &|_| Ok(()))
    }

    pub(super) fn restore_stepwise(
        &self,
        from: &Path,
        other_root: OtherRoot,
        limits: &Limits,
        on_step: &dyn Fn(RestoreStep) -> Result<()>,
    ) -> Result<RestoreReport> {
        let watch = self.host.watch(limits);
        let restore = || {
            // What will not be restored is refused before anything is made for it.
            let manifest = manifest_of(from)?;
            if other_root == OtherRoot::Refuse {
                self.check_root(from, &manifest)?;
            }
            make_folder(&self.folder)?;
            let report = self.replace_catalog(from, &watch, on_step).map_err(|error| about_backup(from, error))?;
            // The catalog is restored: the next one who opens it does what is left, should this not come to its end.
            match Writer::open(&self.write_context(), &watch) {
                Ok(_) | Err(Error::IndexLocked { .. }) => Ok(report),
                Err(error) => Err(error),
            }
        };
        watch.observer().operation(Event::IndexRestore, restore, |report, end| {
            told::upkeep("the index was restored from a backup", report.generation, end);
        })
    }

    /// A backup of another root is wrong here, unless that root has moved here.
    fn check_root(&self, from: &Path, manifest: &Manifest) -> Result<()> {
        let own = self.root.to_string_lossy();
        let Some(other) = manifest.root.as_deref().filter(|other| other.to_string_lossy() != own) else {
            return Ok(());
        };
        // An index that cannot be read is no reason against what replaces it.
        let indexed = peek(&self.folder, |database| database.root()).ok().flatten();
        let is_of_another = indexed.is_some_and(|indexed| Path::new(&indexed) != other);
        if !is_of_another && !other.exists() {
            return Ok(());
        }
        let reason = format!("{} is a backup of {}, this index is of {own}", from.display(), other.display());
        Err(Error::argument("root", reason))
    }

    /// Everything that must not happen beside another writer.
    fn replace_catalog(
        &self,
        from: &Path,
        watch: &Watch,
        on_step: &dyn Fn(RestoreStep) -> Result<()>,
    ) -> Result<RestoreReport> {
        let _lock = WriteLock::acquire(&self.folder)?;
        let restored = Restored::copy(from, &self.folder, watch)?;
        if let Some(reason) = backup::problem_of(restored.read()?, self.config.performance.threads, watch)? {
            return Err(Error::IndexDamaged { path: from.to_path_buf(), reason });
        }
        on_step(RestoreStep::Copied)?;
        let replaced = peek(&self.folder, |database| database.generation()).ok().filter(|one| *one != Generation(0));
        let generation = self.next_number(replaced, restored.manifest.generation);
        if generation != restored.manifest.generation {
            restored.renumber(generation)?;
        }
        let report = RestoreReport { backup: BackupReport::new(from, restored.manifest.clone()), replaced, generation };
        drop_derived(&self.folder)?;
        on_step(RestoreStep::DerivedDropped)?;
        restored.put_in_place(watch)?;
        on_step(RestoreStep::Replaced)?;
        Ok(report)
    }

    /// The number of a restored state: after every number that is known to have been used in this folder.
    fn next_number(&self, replaced: Option<Generation>, restored: Generation) -> Generation {
        let of_text = TextIndex::open(&text_folder(&self.folder)).and_then(|text| text.generation()).map(Generation);
        match replaced.max(of_text) {
            Some(used) => Generation(used.max(restored).0.saturating_add(1)),
            None => restored,
        }
    }
}

/// The manifest of the backup at `from`.
fn manifest_of(from: &Path) -> Result<Manifest> {
    match backup::is_backup(from)? {
        true => backup::manifest(from).map_err(|error| about_backup(from, error)),
        false => Err(Error::argument("file", format!("{} is no backup of an index", from.display()))),
    }
}

/// Damage of the backup at `from` must not be taken for damage of the index.
fn about_backup(from: &Path, error: Error) -> Error {
    match error {
        Error::IndexDamaged { path, reason } if path == from => {
            let reason = format!("the backup is what is damaged, the index here is as it was: {reason}");
            Error::IndexDamaged { path, reason }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::error::ErrorCode;
    use crate::host::Host;

    /// The paths and texts of an index, as a reader finds them.
    fn texts(index: &Index) -> Vec<(String, String)> {
        index.searcher().unwrap();
        let snapshot = crate::store::catalog::Snapshot::open(index.folder()).unwrap();
        let catalog = snapshot.read();
        let rows = catalog.file_table().unwrap();
        rows.iter().map(|row| (row.path.to_string(), catalog.document(row.id).unwrap().unwrap().text)).collect()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn a_restore_that_stops_at_any_step_leaves_one_state_or_the_other() {
        use RestoreStep::*;
        for (stop_at, is_restored) in [(Copied, false), (DerivedDropped, false), (Replaced, true)] {
            for is_damaged in [false, true] {
                let (root, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
                let file = folder.path().join("backup");
                let index = Index::open(root.path(), &Config::default(), Host::default()).unwrap();
                std::fs::write(root.path().join("a.rs"), "fn old() {}\n").unwrap();
                index.update(&Limits::default()).unwrap();
                index.backup(&file, Existing::Keep, &Limits::default()).unwrap();
                let old = texts(&index);
                std::fs::write(root.path().join("a.rs"), "fn newer_than_that() {}\n").unwrap();
                index.update(&Limits::default()).unwrap();
                let new = texts(&index);
                let catalog = index.folder().join("catalog.sqlite");
                if is_damaged {
                    std::fs::write(&catalog, [b'x'; 9_000]).unwrap();
                }
                let stopped = index.restore_stepwise(&file, OtherRoot::Refuse, &Limits::default(), &|step| match step
                    == stop_at
                {
                    true => Err(Error::internal("stopped")),
                    false => Ok(()),
                });
                assert_eq!(stopped.unwrap_err().code(), ErrorCode::Internal);
                match (is_restored, is_damaged) {
                    (true, _) => assert_eq!(texts(&index), old, "{stop_at:?}"),
                    (false, false) => assert_eq!(texts(&index), new, "{stop_at:?}"),
                    (false, true) => assert_eq!(std::fs::read(&catalog).unwrap(), [b'x'; 9_000], "{stop_at:?}"),
                }
                index.restore(&file, OtherRoot::Refuse, &Limits::default()).unwrap();
                assert_eq!(texts(&index), old, "{stop_at:?}");
                assert!(index.verify(&Limits::default()).unwrap().is_sound, "{stop_at:?}");
            }
        }
    }
}
