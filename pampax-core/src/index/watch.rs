//! Keeping an index up to date while the tree changes.
//!
//! Never here: what an update does; starting threads, but for the one that the notifying library has.

use crate::classify::SkipReason;
use crate::error::{Error, Result};
use crate::host::Metric;
use crate::host::log::Event as LogEvent;
use crate::index::Index;
use crate::index::report::UpdateReport;
use crate::index::scope::Scope;
use crate::limits::{Limits, Watch};
use crate::source::RepoPath;
use crate::walk::{PathOutcome, decides_about_others, explain, walk};
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How often a quiet watcher looks whether it should end.
const TICK: Duration = Duration::from_millis(50);

/// How many times the quiet time a tree that never is quiet is waited for.
const MAX_QUIETS: u64 = 10;

/// The most changed files that are looked at one by one.
const MAX_FILES: usize = 1_000;

/// How often a tree is looked at that the system cannot watch whole.
const RESCAN: Duration = Duration::from_secs(5);

/// What a watcher tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent {
    /// The index is up to date, after the first update or one that changes led to.
    Updated(UpdateReport),
    /// An update failed, as it does while something else writes. It is tried again with the next change, and after five
    /// seconds.
    Failed(Error),
    /// The system cannot watch some folder; the tree is looked at every five seconds instead.
    Rescanning(Error),
}

/// What a watcher did until it was ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchSummary {
    /// Updates that went to their end.
    pub updates: u64,
    /// Updates that failed.
    pub failures: u64,
}

impl Index {
    /// Brings the index up to date, and again whenever files change and the tree has been quiet for
    /// `indexer.watch_debounce_ms`, until `limits` end it: being cancelled, or out of time, is the way to stop. Changes of
    /// what is not indexed, of the index itself, and of the configured log and metrics files lead to nothing.
    ///
    /// # Errors
    /// `IO` when the root cannot be read, or the system has no way to tell of changes; those of the configuration. An
    /// update that fails is told as [`WatchEvent::Failed`].
    pub fn watch(&self, limits: &Limits, mut on_event: impl FnMut(WatchEvent)) -> Result<WatchSummary> {
        let watch = self.host.watch(limits);
        let mut watcher = TreeWatcher::new(self, &watch)?;
        let mut summary = WatchSummary::default();
        watch.observer().log(LogEvent::IndexWatch, "a tree is watched", &[]);
        let mut is_due = true;
        while watch.check("watch").is_ok() {
            if is_due {
                let scope = watcher.take_scope(&mut on_event)?;
                watcher.update(&scope, limits, (&mut summary, &mut on_event));
            }
            is_due = watcher.wait()?;
        }
        Ok(summary)
    }
}

/// One watched tree.
struct TreeWatcher<'a> {
    index: &'a Index,
    watch: &'a Watch,
    notifier: RecommendedWatcher,
    changes: Receiver<notify::Result<Event>>,
    folders: BTreeSet<String>,
    /// The files that changed since the last update.
    changed: BTreeSet<RepoPath>,
    /// Whether more than files has, or may have, changed since then.
    is_whole: bool,
    /// Whether changes may go unheard, or an update has to be tried again.
    rescans: bool,
    is_blind: bool,
}

impl<'a> TreeWatcher<'a> {
    fn new(index: &'a Index, watch: &'a Watch) -> Result<TreeWatcher<'a>> {
        let (sender, changes) = channel();
        // A receiver that is gone has ended the watching: there is nobody left to tell.
        let notifier = notify::recommended_watcher(move |event| drop(sender.send(event)));
        let notifier = notifier.map_err(|error| failed(index.root(), error))?;
        let (folders, changed) = Default::default();
        let (is_whole, rescans, is_blind) = (true, false, false);
        Ok(TreeWatcher { index, watch, notifier, changes, folders, changed, is_whole, rescans, is_blind })
    }

    /// What the next update has to look at. Before a look at the whole tree its folders are watched.
    fn take_scope(&mut self, on_event: &mut impl FnMut(WatchEvent)) -> Result<Scope> {
        let is_whole = self.is_whole || self.rescans || self.is_blind || self.changed.len() > MAX_FILES;
        if is_whole {
            self.drain();
            self.follow(on_event)?;
        }
        self.is_whole = false;
        let changed = std::mem::take(&mut self.changed);
        Ok(if is_whole { Scope::Tree } else { Scope::Files(changed.into_iter().collect()) })
    }

    /// Takes what was told so far: the walk that follows sees all of it.
    fn drain(&mut self) {
        while let Ok(change) = self.changes.try_recv() {
            self.note(&change);
        }
    }

    /// Watches every folder that is walked, until a walk shows no new one.
    fn follow(&mut self, on_event: &mut impl FnMut(WatchEvent)) -> Result<()> {
        loop {
            let walked = walk(self.index.root(), self.index.config(), self.index.folder(), self.watch);
            let folders: BTreeSet<String> = match walked {
                Ok(walked) => walked.folders.into_iter().collect(),
                Err(Error::Cancelled { .. } | Error::DeadlineExceeded { .. }) => return Ok(()),
                Err(error) => return Err(error),
            };
            let new: Vec<String> = folders.difference(&self.folders).cloned().collect();
            if new.is_empty() {
                // A folder that is gone took its watch with it.
                self.folders = folders;
                return Ok(());
            }
            self.folders.extend(new.iter().cloned());
            for folder in new {
                self.follow_folder(&folder, on_event);
            }
        }
    }

    fn follow_folder(&mut self, folder: &str, on_event: &mut impl FnMut(WatchEvent)) {
        let path = self.index.root().join(folder);
        // A folder of that name may have been watched before it was replaced; where it was not, there is nothing to end.
        drop(self.notifier.unwatch(&path));
        let Err(error) = self.notifier.watch(&path, RecursiveMode::NonRecursive) else { return };
        let is_gone = matches!(error.kind, notify::ErrorKind::PathNotFound);
        if !is_gone && !self.is_blind {
            self.is_blind = true;
            on_event(WatchEvent::Rescanning(failed(&path, error)));
        }
    }

    fn update(
        &mut self,
        scope: &Scope,
        limits: &Limits,
        (summary, on_event): (&mut WatchSummary, &mut impl FnMut(WatchEvent)),
    ) {
        let within = Limits { timeout: self.watch.remaining(), ..limits.clone() };
        self.rescans = false;
        match self.index.update_scope(scope, &within, (&|_| {}, &|_| Ok(()))) {
            Ok(report) => {
                summary.updates += 1;
                on_event(WatchEvent::Updated(report));
            }
            Err(Error::Cancelled { .. } | Error::DeadlineExceeded { .. }) if self.watch.check("watch").is_err() => {}
            Err(error) => {
                summary.failures += 1;
                self.rescans = true;
                on_event(WatchEvent::Failed(error));
            }
        }
    }

    /// Waits for a change that matters and then for quiet. `false` when it is time to end.
    fn wait(&mut self) -> Result<bool> {
        let clock = self.watch.observer().clock().clone();
        let started_ns = clock.monotonic_ns();
        let waited = || Duration::from_nanos(clock.monotonic_ns().saturating_sub(started_ns));
        while self.watch.check("watch").is_ok() {
            if (self.rescans || self.is_blind) && waited() >= RESCAN {
                return Ok(true);
            }
            match self.changes.recv_timeout(TICK) {
                Ok(change) if self.matters(&change) => return Ok(self.settle()),
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Error::internal("the watcher of the tree ended")),
            }
        }
        Ok(false)
    }

    /// Waits until nothing was told for the quiet time, but not for ever. `false` when it is time to end.
    fn settle(&mut self) -> bool {
        let quiet = Duration::from_millis(self.index.config().indexer.watch_debounce_ms);
        let clock = self.watch.observer().clock().clone();
        let (began_ns, mut last_ns) = (clock.monotonic_ns(), clock.monotonic_ns());
        let since = |start_ns: u64| Duration::from_nanos(clock.monotonic_ns().saturating_sub(start_ns));
        while since(last_ns) < quiet && since(began_ns) < quiet.saturating_mul(MAX_QUIETS as u32) {
            if self.watch.check("watch").is_err() {
                return false;
            }
            match self.changes.recv_timeout(TICK.min(quiet)) {
                Ok(change) if self.matters(&change) => last_ns = clock.monotonic_ns(),
                _ => {}
            }
        }
        true
    }

    /// Whether something that is indexed may have changed.
    fn matters(&mut self, change: &notify::Result<Event>) -> bool {
        self.note(change);
        let Ok(event) = change else { return true };
        let changed: Vec<&PathBuf> = match is_change(event.kind) {
            true => event.paths.iter().filter(|path| self.is_indexed(path)).collect(),
            false => Vec::new(),
        };
        if !event.need_rescan() && changed.is_empty() {
            return false;
        }
        changed.into_iter().for_each(|path| self.note_changed(path));
        self.watch.observer().count(Metric::WatchEventsTotal, 1, &[]);
        true
    }

    /// Notes which folders have to be watched anew. A watcher that lost count says so with an error or asks for a new look.
    fn note(&mut self, change: &notify::Result<Event>) {
        let is_lost = change.as_ref().map_or(true, Event::need_rescan);
        if is_lost {
            self.folders.clear();
            self.is_whole = true;
        }
        let Ok(event) = change else { return };
        if matches!(event.kind, EventKind::Remove(_) | EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_))) {
            event.paths.iter().for_each(|path| self.forget(path));
        }
    }

    /// Notes that what is at `path` has changed. A folder is not told of file by file, and a file of ignore rules may open
    /// folders that are not watched yet.
    fn note_changed(&mut self, path: &Path) {
        let relative = path.strip_prefix(self.index.root()).ok().and_then(Path::to_str);
        match relative.map(|path| RepoPath::new(&path.replace('\\', "/"))) {
            Some(Ok(file)) if !path.is_dir() && !decides_about_others(&file) => _ = self.changed.insert(file),
            _ => self.is_whole = true,
        }
    }

    /// Makes the folders at and below `path` new: what has their names now has to be watched anew.
    fn forget(&mut self, path: &Path) {
        let Some(gone) = path.strip_prefix(self.index.root()).ok().and_then(Path::to_str) else { return };
        let gone = gone.replace('\\', "/");
        let is_in =
            |folder: &String| folder.strip_prefix(&gone).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if !gone.is_empty() {
            self.folders.retain(|folder| !is_in(folder));
        }
    }

    fn is_indexed(&self, path: &Path) -> bool {
        if path.starts_with(self.index.folder()) {
            return false;
        }
        let Some(relative) = path.strip_prefix(self.index.root()).ok().and_then(Path::to_str) else { return true };
        if relative.is_empty() {
            // Of the root itself only its end matters, which the next look at it finds.
            return !path.is_dir();
        }
        let explained = explain(self.index.root(), self.index.config(), &relative.replace('\\', "/"));
        let Ok(explained) = explained else { return true };
        let reason = explained.skipped.as_ref().map(|skipped| skipped.reason);
        let is_left_out = matches!(
            reason,
            Some(SkipReason::Ignored | SkipReason::IndexFolder | SkipReason::VersionControl | SkipReason::Hidden)
        );
        !(explained.outcome == PathOutcome::Skipped && is_left_out)
    }
}

/// Reading a file tells of itself on some systems; it changes nothing.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

fn failed(path: &Path, error: notify::Error) -> Error {
    let source = match error.kind {
        notify::ErrorKind::Io(source) => source,
        kind => std::io::Error::other(notify::Error::new(kind).to_string()),
    };
    Error::io("watch", path, source)
}
