//! Whether an index, or a backup of one, holds what it promises, read in full.
//!
//! Never here: the checks themselves (`store/sound.rs`, `store/agree.rs`), mending.

use super::{Index, told};
use crate::error::{Error, Result};
use crate::health::HealthCode;
use crate::health::text::condition_of;
use crate::host::log::Event;
use crate::index::backup::BackupReport;
use crate::limits::{Limits, Watch};
use crate::source::Generation;
use crate::store::agree::{Reading, text_state};
use crate::store::backup;
use crate::store::inspect::peek_current;
use crate::store::sound::{self, Soundness};
use serde::Serialize;
use std::path::Path;

/// What a verification found. Two verifications of the same bytes find the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Whether there is no problem.
    pub is_sound: bool,
    /// The state that was read; none when it cannot be told.
    pub generation: Option<Generation>,
    /// What is said of the backup; none of an index.
    pub backup: Option<BackupReport>,
    /// The lines of SQLite's integrity check; `ok` alone when it finds nothing.
    pub integrity: Vec<String>,
    /// Stored files that were unpacked.
    pub documents: u64,
    /// How many of them were compared with the hash of the file they were read from. Where the text is not the file's
    /// bytes, because of its encoding, its own checksum was compared.
    pub hashed: u64,
    /// Documents of the text index that were compared with the catalog; none of a backup, which holds no text index.
    pub text_documents: Option<u64>,
    /// What is wrong, the most severe first.
    pub problems: Vec<Problem>,
}

/// Something that is wrong with what is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// Which condition it is.
    pub code: HealthCode,
    /// What was found.
    pub detail: String,
}

impl VerifyReport {
    fn new(soundness: Soundness, code: HealthCode) -> VerifyReport {
        let problem = |detail| Problem { code, detail };
        VerifyReport {
            is_sound: false,
            generation: None,
            backup: None,
            integrity: soundness.integrity,
            documents: soundness.documents,
            hashed: soundness.hashed,
            text_documents: None,
            problems: soundness.problems.into_iter().map(problem).collect(),
        }
    }

    fn finished(mut self) -> VerifyReport {
        self.problems.sort();
        self.is_sound = self.problems.is_empty();
        self
    }

    /// The condition that decides how a program ends that was asked for this; none when everything is sound.
    pub fn worst(&self) -> Option<HealthCode> {
        self.problems.iter().map(|problem| problem.code).min()
    }
}

impl Index {
    /// Reads the whole index: SQLite's integrity check, every stored file against its hash, every vector's size, and every
    /// document and byte of the text index. Leaves no trace.
    ///
    /// # Errors
    /// `INDEX_MISSING`, `INDEX_VERSION`, `IO`, `DEADLINE_EXCEEDED`, `CANCELLED`. Damage is no error but a problem in the
    /// report.
    pub fn verify(&self, limits: &Limits) -> Result<VerifyReport> {
        let watch = self.host.watch(limits);
        watch.observer().operation(Event::IndexVerify, || self.verified(&watch), told::verify)
    }

    fn verified(&self, watch: &Watch) -> Result<VerifyReport> {
        let threads = self.config.performance.threads;
        let soundness = damage_as_problem(sound::examine(&self.folder, threads, watch))?;
        let mut report = VerifyReport::new(soundness, HealthCode::CatalogDamaged);
        let known = peek_current(&self.folder, |database| {
            let mut vectors = Vec::new();
            for counts in database.model_counts()? {
                watch.check("vectors")?;
                let damage = database.vector_damage(&counts.model)?.in_words();
                vectors.extend(damage.map(|damage| format!("{}: {damage}", counts.model.name)));
            }
            Ok((database.generation()?, vectors))
        });
        let Some((generation, vectors)) = unless_damaged(known, &mut report)? else { return Ok(report.finished()) };
        report.generation = Some(generation);
        let problem = |detail| Problem { code: HealthCode::VectorsDamaged, detail };
        report.problems.extend(vectors.into_iter().map(problem));
        let text = text_state(&self.folder, Reading::Everything, watch);
        let Some(text) = unless_damaged(text, &mut report)? else { return Ok(report.finished()) };
        report.text_documents = text.counts.map(|counts| counts.documents);
        let problem = text.problem.map(condition_of).map(|(code, detail)| Problem { code, detail });
        report.problems.extend(problem);
        Ok(report.finished())
    }

    /// Reads a whole backup: every byte against the hash in it, SQLite's integrity check, and every stored file against
    /// its hash.
    ///
    /// # Errors
    /// `INDEX_VERSION` when it is newer than this program, `IO`, `DEADLINE_EXCEEDED`, `CANCELLED`. Damage is no error but
    /// a problem in the report.
    pub fn verify_backup(&self, file: &Path, limits: &Limits) -> Result<VerifyReport> {
        let watch = self.host.watch(limits);
        watch.observer().operation(Event::IndexVerify, || self.verified_backup(file, &watch), told::verify)
    }

    fn verified_backup(&self, file: &Path, watch: &Watch) -> Result<VerifyReport> {
        let mut backup = None;
        let opened = backup::open(file, watch).and_then(|(manifest, database)| {
            backup = Some(BackupReport::new(file, manifest));
            database.examine(self.config.performance.threads, watch)
        });
        let mut report = VerifyReport::new(damage_as_problem(opened)?, HealthCode::BackupDamaged);
        report.generation = backup.as_ref().map(|backup| backup.generation);
        report.backup = backup;
        Ok(report.finished())
    }

    /// Whether the file at `path` begins as a backup does: whether it is one for [`Index::verify_backup`] to read.
    ///
    /// # Errors
    /// `IO` when it cannot be read.
    pub fn is_backup(path: &Path) -> Result<bool> {
        backup::is_database(path)
    }
}

fn damage_as_problem(outcome: Result<Soundness>) -> Result<Soundness> {
    match outcome {
        Err(Error::IndexDamaged { reason, .. }) => Ok(Soundness { problems: vec![reason], ..Soundness::default() }),
        outcome => outcome,
    }
}

/// What was read, unless the catalog is too damaged for it, which the report then says.
fn unless_damaged<T>(outcome: Result<T>, report: &mut VerifyReport) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Error::IndexDamaged { reason, .. }) => {
            let problem = Problem { code: HealthCode::CatalogDamaged, detail: reason };
            if !report.problems.contains(&problem) {
                report.problems.push(problem);
            }
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
