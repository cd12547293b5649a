//! Carries out a plan: reads and parses in workers, writes in the order of the paths, commits along the way.
//!
//! Never here: what has to be done (`plan.rs`), how it is written (`write.rs`).

use crate::classify::{SkipReason, Skipped};
use crate::error::Result;
use crate::host::log::Event;
use crate::index::plan::{Candidate, Plan, Vanished, is_racy};
use crate::index::prepare::{Preparation, Prepared, Reading, parse_key, skip_key};
use crate::index::report::{Progress, Stage};
use crate::index::write::{Batch, bounds};
use crate::limits::Watch;
use crate::parallel::{Outcome, guarded, ordered_map};
use crate::source::ContentHash;
use crate::store::catalog::{FileRow, SkippedFile, SkippedRow};
use crate::store::commit::FileStat;
use crate::walk::SourceFile;
use std::collections::{BTreeMap, BTreeSet};

/// What the files of one update came to.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub added: u64,
    pub changed: u64,
    pub renamed: u64,
    pub removed: u64,
    pub unchanged: u64,
    pub bytes_parsed: u64,
    /// Vectors that a model of this process made.
    pub embedded: u64,
    /// Why it made none of a file, if so.
    pub not_embedded: Option<String>,
    /// Everything that is not indexed, ordered by path.
    pub skipped: Vec<SkippedRow>,
}

/// What applying needs besides the plan.
#[derive(Clone, Copy)]
pub(crate) struct Application<'a> {
    pub preparation: Preparation<'a>,
    pub watch: &'a Watch,
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// Reads what the plan says, and writes what follows from it. The last changes are left to the caller to commit.
///
/// # Errors
/// Those of the catalog, the text index and the watch. What was committed on the way stays.
pub(crate) fn apply(
    application: &Application<'_>,
    plan: Plan,
    walk_skipped: Vec<Skipped>,
    batch: &mut Batch<'_>,
) -> Result<Changes> {
    let config = application.preparation.config;
    let known: BTreeSet<ContentHash> = plan.vanished.iter().map(|row| row.hash).collect();
    let items: Vec<(Candidate, u64)> = plan
        .read
        .into_iter()
        .map(|candidate| (candidate.walked.size, candidate))
        .map(|(size, one)| (one, size))
        .collect();
    let mut progress = Progress::start(Stage::Parse);
    progress.files_total = items.len() as u64;
    progress.bytes_total = items.iter().map(|(_, size)| size).sum();
    let mut applier = Applier {
        application,
        vanished: Vanished::new(plan.vanished),
        skipped: plan.still_skipped.into_iter().map(|row| (row.path.clone(), row)).collect(),
        changes: Changes { unchanged: plan.unchanged, ..Changes::default() },
        uncommitted_bytes: 0,
        progress,
        batch,
    };
    (application.progress)(progress);
    let look = |candidate: &Candidate| application.preparation.look(candidate, &|hash| known.contains(&hash));
    ordered_map(&items, &bounds(config.performance.threads), look, |candidate, outcome| {
        application.watch.check("parse")?;
        applier.take(candidate, outcome)
    })?;
    applier.finish(walk_skipped)
}

struct Applier<'a, 'b, 'w> {
    application: &'a Application<'a>,
    batch: &'b mut Batch<'w>,
    vanished: Vanished,
    skipped: BTreeMap<String, SkippedRow>,
    changes: Changes,
    uncommitted_bytes: u64,
    progress: Progress,
}

impl Applier<'_, '_, '_> {
    /// Takes what became of one candidate.
    fn take(&mut self, candidate: &Candidate, outcome: Outcome<Result<Reading>>) -> Result<()> {
        match outcome {
            Err(panic) => self.skip_internal(candidate, &panic)?,
            Ok(reading) => match reading? {
                Reading::Skipped(skipped, stat) => self.skip(candidate, skipped, stat)?,
                Reading::Unchanged(stat) => self.touch(candidate, stat)?,
                Reading::Known(source, stat) => self.rename(candidate, source, stat)?,
                Reading::New(prepared) => self.put(candidate, *prepared)?,
            },
        }
        self.progress.files_done += 1;
        self.progress.bytes_done += candidate.walked.size;
        (self.application.progress)(self.progress);
        if self.uncommitted_bytes >= self.application.preparation.config.indexer.checkpoint_bytes {
            self.batch.commit(false)?;
            self.uncommitted_bytes = 0;
        }
        Ok(())
    }

    fn put(&mut self, candidate: &Candidate, mut prepared: Prepared) -> Result<()> {
        let id = candidate.row.as_ref().map(|row| row.id);
        match id {
            Some(_) => self.changes.changed += 1,
            None => self.changes.added += 1,
        }
        self.changes.bytes_parsed += candidate.walked.size;
        self.uncommitted_bytes += candidate.walked.size;
        let key = parse_key(self.application.preparation.config);
        let id = self.batch.put(id, &candidate.walked.path, &prepared, key)?;
        let Some((model, vectors)) = self.application.preparation.model.zip(prepared.vectors.take()) else {
            return Ok(());
        };
        match vectors {
            Ok(block) => {
                self.changes.embedded += prepared.parsed.chunks.len() as u64;
                self.batch.put_vectors(&model, id, block)
            }
            Err(why) => {
                self.changes.not_embedded.get_or_insert(why);
                Ok(())
            }
        }
    }

    /// A time that may still hide a change is not worth a write: the file is read again next time anyway.
    fn touch(&mut self, candidate: &Candidate, stat: FileStat) -> Result<()> {
        self.changes.unchanged += 1;
        let Some(row) = &candidate.row else { return Ok(()) };
        let looks_the_same = (row.size, row.mtime_ns) == (stat.size, stat.mtime_ns);
        if looks_the_same && is_racy(stat.mtime_ns, stat.seen_ms) {
            return Ok(());
        }
        self.batch.catalog()?.touch_file(row.id, stat)
    }

    fn rename(&mut self, candidate: &Candidate, source: SourceFile, stat: FileStat) -> Result<()> {
        let preparation = &self.application.preparation;
        let key = parse_key(preparation.config);
        let fits = |row: &FileRow| {
            (row.parse_key, row.language, row.role, row.encoding.as_str())
                == (key, source.language, source.role, source.encoding)
        };
        if let Some(row) = self.vanished.take(source.hash, fits) {
            self.changes.renamed += 1;
            return self.batch.rename(row.id, &candidate.walked.path, stat);
        }
        match guarded(|| preparation.prepare(&candidate.walked.path, source, stat)) {
            Ok(prepared) => self.put(candidate, prepared?),
            Err(panic) => self.skip_internal(candidate, &panic),
        }
    }

    fn skip_internal(&mut self, candidate: &Candidate, panic: &str) -> Result<()> {
        let WalkedStat { path, stat } = WalkedStat::of(candidate, self.application);
        self.skip(candidate, Skipped { path, reason: SkipReason::Internal, detail: panic.to_owned() }, stat)
    }

    fn skip(&mut self, candidate: &Candidate, skipped: Skipped, stat: FileStat) -> Result<()> {
        if let Some(row) = &candidate.row {
            self.batch.delete(row.id)?;
            self.changes.removed += 1;
        }
        let row = skipped_row(skipped, Some((stat, skip_key(self.application.preparation.config))));
        let row = match &candidate.skipped {
            Some(stored) if is_same_skip(stored, &row) && is_racy(stat.mtime_ns, stat.seen_ms) => stored.clone(),
            Some(_) => row,
            None => {
                self.log_skipped(&row);
                row
            }
        };
        self.skipped.insert(row.path.clone(), row);
        Ok(())
    }

    /// Removes what is gone and lists what is skipped.
    fn finish(mut self, walk_skipped: Vec<Skipped>) -> Result<Changes> {
        for row in self.vanished.into_rows() {
            self.batch.delete(row.id)?;
            self.changes.removed += 1;
        }
        for skipped in walk_skipped {
            let row = skipped_row(skipped, None);
            self.skipped.insert(row.path.clone(), row);
        }
        self.changes.skipped = self.skipped.into_values().collect();
        Ok(self.changes)
    }

    fn log_skipped(&self, row: &SkippedRow) {
        let (path, reason, detail) = (row.path.as_str(), row.reason.as_str(), row.detail.as_str());
        let fields = [("path", path.into()), ("reason", reason.into()), ("detail", detail.into())];
        let message = "a file is not indexed because of its content";
        self.application.watch.observer().log(Event::IndexSkipFile, message, &fields);
    }
}

/// The path and state of a file whose reading did not come to an end.
struct WalkedStat {
    path: String,
    stat: FileStat,
}

impl WalkedStat {
    fn of(candidate: &Candidate, application: &Application<'_>) -> WalkedStat {
        let walked = &candidate.walked;
        let seen_ms = application.preparation.clock.unix_ms();
        let stat = FileStat { size: walked.size, mtime_ns: walked.mtime_ns, seen_ms };
        WalkedStat { path: walked.path.to_string(), stat }
    }
}

/// A skip as a row. Reasons that lie in the file's content are remembered with what the file looked like.
fn skipped_row(skipped: Skipped, read: Option<(FileStat, i64)>) -> SkippedRow {
    let seen = read.filter(|_| is_about_content(skipped.reason)).map(|(stat, skip_key)| SkippedFile {
        size: stat.size,
        mtime_ns: stat.mtime_ns,
        seen_ms: stat.seen_ms,
        skip_key,
    });
    SkippedRow { path: skipped.path, reason: skipped.reason.name().to_owned(), detail: skipped.detail, seen }
}

/// Whether a file is skipped for as long as its content is the same.
fn is_about_content(reason: SkipReason) -> bool {
    matches!(reason, SkipReason::Binary | SkipReason::Minified | SkipReason::Secret | SkipReason::Internal)
}

fn is_same_skip(stored: &SkippedRow, new: &SkippedRow) -> bool {
    let state = |row: &SkippedRow| row.seen.map(|seen| (seen.size, seen.mtime_ns, seen.skip_key));
    (&stored.reason, &stored.detail, state(stored)) == (&new.reason, &new.detail, state(new))
}

/// The rows as they are reported. A row with a reason of another version of this program is left out.
pub(crate) fn reported(rows: &[SkippedRow]) -> Vec<Skipped> {
    rows.iter()
        .filter_map(|row| {
            let reason = SkipReason::from_name(&row.reason)?;
            Some(Skipped { path: row.path.clone(), reason, detail: row.detail.clone() })
        })
        .collect()
}
