//! How a look at an index is told to the log and measured.
//!
//! Never here: looking and judging.

use super::{ComponentStatus, Facts, HealthReport, HealthStatus};
use crate::host::Metric;
use crate::host::log::{Event, Level};
use crate::host::observe::Observer;

/// Tells of a report that took `duration_ms`.
pub(super) fn report(report: &HealthReport, duration_ms: f64, observer: &Observer) {
    observer.observe(Metric::HealthLatencyMs, duration_ms, &[]);
    for found in &report.components {
        let status = match found.status {
            ComponentStatus::Ok => 0.0,
            ComponentStatus::Warning => 1.0,
            ComponentStatus::Error => 2.0,
        };
        observer.gauge(Metric::HealthStatus, status, &[("component", found.component.name())]);
        if let Some(facts) = &found.facts {
            measure(facts, observer);
        }
    }
    let level = if report.status == HealthStatus::Healthy { Level::Debug } else { Level::Warn };
    let codes: Vec<&str> = report.conditions.iter().map(|condition| condition.code.name()).collect();
    let fields = [("status", report.status.name().into()), ("codes", codes.join(",").into())];
    observer.log_at(level, Event::HealthCheck, "the index was looked at", &fields);
}

fn measure(facts: &Facts, observer: &Observer) {
    let gauge = |metric: Metric, value: u64| observer.gauge(metric, value as f64, &[]);
    match facts {
        Facts::Catalog(catalog) => {
            gauge(Metric::IndexFiles, catalog.totals.files);
            gauge(Metric::IndexChunks, catalog.totals.chunks);
            gauge(Metric::IndexGeneration, catalog.generation.0);
            gauge(Metric::CatalogWalBytes, catalog.wal_bytes);
        }
        Facts::Disk(disk) => {
            gauge(Metric::IndexBytes, disk.index_bytes);
            disk.free_bytes.into_iter().for_each(|free| gauge(Metric::DiskFreeBytes, free));
        }
        Facts::Memory(memory) => {
            memory.resident_bytes.into_iter().for_each(|bytes| gauge(Metric::ProcessResidentBytes, bytes));
        }
        Facts::Drift(drift) => {
            drift.age_ms.into_iter().for_each(|age_ms| gauge(Metric::IndexAgeSeconds, age_ms / 1_000));
        }
        Facts::Languages(languages) => {
            let degraded = languages.languages.values().map(|share| share.degraded).sum();
            gauge(Metric::IndexDegradedFiles, degraded);
        }
        _ => {}
    }
}
