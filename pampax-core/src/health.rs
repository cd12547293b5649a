//! How an index is: looked at from many sides at once, without changing anything, within a time.
//!
//! Never here: mending (`index/compact.rs`), text for people.

mod catalog;
mod code;
mod disk;
mod drift;
mod facts;
mod process;
mod query;
mod report;
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

pub use query::{Component, Depth, HealthQuery, Thresholds};
pub use report::{ComponentReport, Condition, HealthReport, HealthStatus};

use crate::cache::AnswerStatistics;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::limits::{Limits, Watch};
use crate::parallel::{Job, Outcome, side_by_side};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

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
