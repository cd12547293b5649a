//! What a look at the health of an index found.

use super::Found;
use super::code::{ComponentStatus, HealthCode, Mend};
use super::facts::Facts;
use super::query::Component;
use crate::error::{Error, ErrorCode};
use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

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

    pub(super) fn new(looked: Vec<(Component, Found, Option<u64>)>) -> HealthReport {
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
