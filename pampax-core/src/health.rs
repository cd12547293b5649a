//! How an index is: looked at from many sides at once, without changing anything, within a time.
//!
//! Never here: mending (`index/compact.rs`), text for people.

mod catalog;
mod code;
mod disk;
mod drift;
mod facts;
mod process;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod told;
mod vectors;

pub use code::{ComponentStatus, HealthCode, Mend};
pub use facts::{
    CacheFacts, CatalogFacts, ConfigurationFacts, DiskFacts, DriftFacts, Facts, LanguageFacts, LanguageShare,
    LockFacts, MemoryFacts, TextFacts, VectorFacts,
};

use crate::cache::AnswerStatistics;
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::host::Host;
use crate::limits::{Limits, Watch};
use crate::parallel::{Job, Outcome, side_by_side};
use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

named_enum! {
    /// A side that an index is looked at from.
    Component {
        /// What is stored: the truth.
        Catalog = "catalog",
        /// The text index, which is derived from it.
        Text = "text",
        /// The vectors, against the embedder that the host supplies.
        Vectors = "vectors",
        /// What is kept to answer faster.
        Cache = "cache",
        /// The memory of the process.
        Memory = "memory",
        /// The configuration.
        Configuration = "configuration",
        /// The disk that the index lies on.
        Disk = "disk",
        /// The tree against what is indexed.
        Drift = "drift",
        /// The languages whose files are understood only in part.
        Languages = "languages",
        /// Whether something is writing to the index.
        Lock = "lock",
    }
}

named_enum! {
    /// How much is read.
    Depth {
        /// What can be read within milliseconds: the schema, the ends of every table, a few files from all over.
        Quick = "quick",
        /// Everything: SQLite's integrity check, every stored file, every byte of the text index.
        Deep = "deep",
    }
}

named_enum! {
    /// How an index is as a whole.
    HealthStatus {
        /// Nothing is wrong.
        Healthy = "healthy",
        /// It answers, but less well than it could, or may not for long.
        Degraded = "degraded",
        /// It does not answer, or may answer wrongly.
        Unhealthy = "unhealthy",
    }
}

/// What is asked of [`crate::Index::health`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HealthQuery {
    /// The components to look at. Default: none named, which means all.
    pub components: Vec<Component>,
    /// How much is read. Default: what can be read within milliseconds.
    pub depth: Depth,
    /// The longest a component may take, in milliseconds. Default: 2,000; 300,000 when everything is read.
    pub timeout_ms: Option<u64>,
    /// From where on something is wrong.
    pub thresholds: Thresholds,
}

impl Default for HealthQuery {
    fn default() -> HealthQuery {
        HealthQuery { components: Vec::new(), depth: Depth::Quick, timeout_ms: None, thresholds: Thresholds::default() }
    }
}

impl HealthQuery {
    /// This query for some components only.
    pub fn with_components(mut self, components: &[Component]) -> HealthQuery {
        self.components = components.to_vec();
        self
    }

    /// This query, reading as much as `depth` says.
    pub fn with_depth(mut self, depth: Depth) -> HealthQuery {
        self.depth = depth;
        self
    }

    /// This query with a time for each component.
    pub fn with_timeout(mut self, timeout: Duration) -> HealthQuery {
        self.timeout_ms = Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// This query with other thresholds.
    pub fn with_thresholds(mut self, thresholds: Thresholds) -> HealthQuery {
        self.thresholds = thresholds;
        self
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.unwrap_or(match self.depth {
            Depth::Quick => 2_000,
            Depth::Deep => 300_000,
        }))
    }

    /// The components to look at, each once, in their order.
    fn asked(&self) -> Vec<Component> {
        let is_asked = |component: &Component| self.components.is_empty() || self.components.contains(component);
        Component::ALL.iter().copied().filter(is_asked).collect()
    }
}

/// From where on something is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Thresholds {
    /// A log beside the catalog that is larger is too large, in bytes. Default: 134,217,728 (128 MiB).
    pub wal_bytes: u64,
    /// A catalog that is smaller is never too empty, in bytes. Default: 16,777,216 (16 MiB).
    pub sparse_catalog_bytes: u64,
    /// A text index of fewer documents never has too many deleted ones. Default: 10,000.
    pub sparse_documents: u64,
    /// The share of the files, in percent, above which changes in the tree matter. Default: 5.
    pub drift_percent: u64,
    /// An index is old when no file was read for longer, in milliseconds. Default: 604,800,000 (7 days).
    pub age_ms: u64,
    /// The share of a language's files, in percent, above which an incomplete structure matters. Default: 75.
    pub degraded_percent: u64,
    /// A language of fewer files is not judged. Default: 20.
    pub degraded_files: u64,
    /// A writer that writes for longer is looked at, in milliseconds. Default: 3,600,000 (1 hour).
    pub lock_ms: u64,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            wal_bytes: 128 << 20,
            sparse_catalog_bytes: 16 << 20,
            sparse_documents: 10_000,
            drift_percent: 5,
            age_ms: 7 * 24 * 3_600_000,
            degraded_percent: 75,
            degraded_files: 20,
            lock_ms: 3_600_000,
        }
    }
}

/// How an index is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HealthReport {
    /// How it is as a whole: as its worst component.
    pub status: HealthStatus,
    /// What is wrong or worth knowing, the most severe first, each condition once.
    pub conditions: Vec<Condition>,
    /// What each component is found to be, in their order.
    pub components: Vec<ComponentReport>,
    /// How long the look took, in milliseconds. Differs from moment to moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<u64>,
}

/// Something that is wrong with an index, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Condition {
    /// Which condition it is.
    pub code: HealthCode,
    /// What it makes of its component.
    pub status: ComponentStatus,
    /// The component it was found in first.
    pub component: Component,
    /// What was found, as a sentence without a full stop.
    pub message: String,
    /// What a person can do about it.
    pub remedy: &'static str,
    /// The command that mends it, where there is one.
    pub command: Option<String>,
}

impl Condition {
    fn new(component: Component, code: HealthCode, message: String) -> Condition {
        let (status, remedy) = (code.status(), code.remedy());
        let command = code.command().map(str::to_owned);
        Condition { code, status, component, message, remedy, command }
    }
}

/// What a component is found to be.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ComponentReport {
    /// The component.
    pub component: Component,
    /// As its worst condition.
    pub status: ComponentStatus,
    /// Its conditions, the most severe first.
    pub codes: Vec<HealthCode>,
    /// What was found out; none when nothing could be.
    pub facts: Option<Facts>,
    /// How long it took, in milliseconds; none when it did not come to its end. Differs from moment to moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<u64>,
}

impl HealthReport {
    /// The report of an index that could not even be opened.
    pub fn of_error(error: &Error) -> HealthReport {
        let found = Found::failed(HealthCode::of_error(error), error.to_string());
        HealthReport::new(vec![(Component::Configuration, found, None)])
    }

    fn new(looked: Vec<(Component, Found, Option<u64>)>) -> HealthReport {
        let mut conditions: BTreeMap<HealthCode, Condition> = BTreeMap::new();
        let mut components = Vec::new();
        for (component, found, elapsed_ms) in looked {
            let codes: BTreeSet<HealthCode> = found.conditions.iter().map(|(code, _)| *code).collect();
            let status = codes.iter().map(|code| code.status()).max().unwrap_or(ComponentStatus::Ok);
            for (code, message) in found.conditions {
                conditions.entry(code).or_insert_with(|| Condition::new(component, code, message));
            }
            let codes = codes.into_iter().collect();
            components.push(ComponentReport { component, status, codes, facts: found.facts, elapsed_ms });
        }
        let worst = components.iter().map(|component| component.status).max();
        let status = match worst.unwrap_or(ComponentStatus::Ok) {
            ComponentStatus::Ok => HealthStatus::Healthy,
            ComponentStatus::Warning => HealthStatus::Degraded,
            ComponentStatus::Error => HealthStatus::Unhealthy,
        };
        HealthReport { status, conditions: conditions.into_values().collect(), components, elapsed_ms: None }
    }

    /// The error that decides how a program ends that was asked for this: that of the most severe condition; none unless
    /// the index is unhealthy.
    pub fn error(&self) -> Option<ErrorCode> {
        self.conditions.iter().find_map(|condition| condition.code.error())
    }

    /// The repairs that lose nothing and mend what was found, in the order in which to do them.
    pub fn mends(&self) -> Vec<Mend> {
        let mends: BTreeSet<Mend> = self.conditions.iter().filter_map(|condition| condition.code.mend()).collect();
        mends.into_iter().collect()
    }

    /// This report without what differs from one moment to the next: two looks at the same index are equal then.
    pub fn without_measures(mut self) -> HealthReport {
        self.elapsed_ms = None;
        for report in &mut self.components {
            report.elapsed_ms = None;
            match &mut report.facts {
                Some(Facts::Memory(memory)) => memory.resident_bytes = None,
                Some(Facts::Disk(disk)) => disk.free_bytes = None,
                Some(Facts::Drift(drift)) => drift.age_ms = None,
                Some(Facts::Lock(lock)) => lock.held_ms = None,
                Some(Facts::Cache(cache)) => (cache.search, cache.bundle) = (None, None),
                _ => {}
            }
        }
        self
    }
}

/// The index that is looked at.
#[derive(Clone)]
pub(crate) struct Subject {
    pub root: PathBuf,
    pub folder: PathBuf,
    pub config: Config,
    pub host: Host,
    /// What is kept in memory: answers of searches, and bundles.
    pub kept: [AnswerStatistics; 2],
}

/// What a component needs to look.
struct Examination {
    subject: Subject,
    depth: Depth,
    thresholds: Thresholds,
    watch: Watch,
}

impl Examination {
    /// What should be free on the disk of the index.
    fn min_free_bytes(&self) -> u64 {
        self.subject.config.storage.min_free_bytes
    }

    /// What the process may take.
    fn memory_limit_bytes(&self) -> u64 {
        self.subject.config.performance.memory_limit_bytes
    }
}

/// What a look at a component found.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    facts: Option<Facts>,
    conditions: Vec<(HealthCode, String)>,
}

impl Found {
    fn new(facts: Facts) -> Found {
        Found { facts: Some(facts), conditions: Vec::new() }
    }

    fn failed(code: HealthCode, message: String) -> Found {
        Found { facts: None, conditions: vec![(code, message)] }
    }

    /// This, with a condition if it holds.
    fn with(mut self, holds: bool, code: HealthCode, message: impl FnOnce() -> String) -> Found {
        if holds {
            self.conditions.push((code, message()));
        }
        self
    }
}

/// A way to look at a component.
type Look = fn(&Examination) -> Result<Found>;

fn look_of(component: Component) -> Look {
    match component {
        Component::Catalog => catalog::look,
        Component::Text => text::look,
        Component::Vectors => vectors::look,
        Component::Cache => process::look_at_cache,
        Component::Memory => process::look_at_memory,
        Component::Configuration => process::look_at_configuration,
        Component::Disk => disk::look,
        Component::Drift => drift::look,
        Component::Languages => catalog::look_at_languages,
        Component::Lock => disk::look_at_lock,
    }
}

/// Looks at an index from every side that `query` names, on as many threads, within its time and that of `limits`.
pub(crate) fn examine(subject: Subject, query: &HealthQuery, limits: &Limits) -> HealthReport {
    let looks: Vec<(Component, Look)> = query.asked().into_iter().map(|one| (one, look_of(one))).collect();
    examine_by(subject, query, limits, &looks)
}

fn examine_by(subject: Subject, query: &HealthQuery, limits: &Limits, looks: &[(Component, Look)]) -> HealthReport {
    let clock = subject.host.clock.clone();
    let started_ns = clock.monotonic_ns();
    let timeout = limits.timeout.map_or(query.timeout(), |total| total.min(query.timeout()));
    let mut limits = limits.clone();
    limits.timeout = Some(timeout);
    let watch = subject.host.watch(&limits);
    let observer = watch.observer().clone();
    let (depth, thresholds) = (query.depth, query.thresholds.clone());
    let examination = Arc::new(Examination { subject, depth, thresholds, watch });
    let tasks = looks.iter().map(|(_, look)| timed(*look, &examination)).collect();
    let outcomes = side_by_side(tasks, timeout);
    let looked = looks.iter().zip(outcomes).map(|((component, _), outcome)| finish(*component, outcome, timeout));
    let mut report = HealthReport::new(looked.collect());
    let elapsed_ns = clock.monotonic_ns().saturating_sub(started_ns);
    report.elapsed_ms = Some(elapsed_ns / 1_000_000);
    told::report(&report, elapsed_ns as f64 / 1e6, &observer);
    report
}

/// A look that also tells how long it took, in milliseconds.
fn timed(look: Look, examination: &Arc<Examination>) -> Job<(Result<Found>, u64)> {
    let examination = Arc::clone(examination);
    Box::new(move || {
        let clock = &examination.subject.host.clock;
        let started_ns = clock.monotonic_ns();
        let found = examination.watch.check("health").and_then(|()| look(&examination));
        (found, clock.monotonic_ns().saturating_sub(started_ns) / 1_000_000)
    })
}

fn finish(
    component: Component,
    outcome: Option<Outcome<(Result<Found>, u64)>>,
    timeout: Duration,
) -> (Component, Found, Option<u64>) {
    match outcome {
        None | Some(Ok((Err(Error::DeadlineExceeded { .. }), _))) => {
            let message = format!("{component} gave no answer within {} ms", timeout.as_millis());
            (component, Found::failed(HealthCode::TimedOut, message), None)
        }
        Some(Ok((Ok(found), elapsed_ms))) => (component, found, Some(elapsed_ms)),
        Some(Ok((Err(error), elapsed_ms))) => {
            (component, Found::failed(HealthCode::of_error(&error), error.to_string()), Some(elapsed_ms))
        }
        Some(Err(panic)) => (component, Found::failed(HealthCode::CheckFailed, panic), None),
    }
}
