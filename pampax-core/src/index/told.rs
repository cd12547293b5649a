//! How an update is told to the log and measured.
//!
//! Never here: what it does.

use crate::classify::SkipReason;
use crate::host::Metric;
use crate::host::log::Completion;
use crate::host::observe::{End, Observer};
use crate::index::report::UpdateReport;
use crate::index::verify::VerifyReport;
use crate::search::told::missing;
use crate::source::Generation;
use crate::store::disk_bytes;
use std::path::Path;

/// Tells of an update of the index in `folder`.
pub(super) fn update(report: &UpdateReport, folder: &Path, end: &End<'_>) {
    end.took(Metric::IndexRefreshMs, &[]);
    measure(report, folder, end.observer);
    end.log(Completion::of(&report.degraded), "the index is up to date", || {
        let mut fields = vec![
            ("generation", report.generation.0.into()),
            ("added", report.added.into()),
            ("changed", report.changed.into()),
            ("renamed", report.renamed.into()),
            ("removed", report.removed.into()),
            ("unchanged", report.unchanged.into()),
            ("skipped", report.skipped.len().into()),
            ("embedded", report.embedded.into()),
        ];
        fields.extend(missing(&report.degraded));
        fields
    });
}

/// Tells of upkeep that left the index at `generation`.
pub(super) fn upkeep(message: &str, generation: Generation, end: &End<'_>) {
    end.log(Completion::Ok, message, || vec![("generation", generation.0.into())]);
}

/// Tells of a check of everything.
pub(super) fn verify(report: &VerifyReport, end: &End<'_>) {
    end.log(Completion::Ok, "what is stored was checked", || vec![("problems", report.problems.len().into())]);
}

fn measure(report: &UpdateReport, folder: &Path, observer: &Observer) {
    if !observer.measures() {
        return;
    }
    observer.count_degraded(&report.degraded);
    let changes = [
        ("added", report.added),
        ("changed", report.changed),
        ("renamed", report.renamed),
        ("removed", report.removed),
    ];
    for (change, count) in changes.into_iter().filter(|(_, count)| *count > 0) {
        observer.count(Metric::IndexChangesTotal, count, &[("change", change)]);
    }
    for (origin, count) in [("made", report.embedded), ("reused", report.reused)].into_iter().filter(|(_, n)| *n > 0) {
        observer.count(Metric::IndexVectorsTotal, count, &[("origin", origin)]);
    }
    observer.gauge(Metric::IndexFiles, report.totals.files as f64, &[]);
    observer.gauge(Metric::IndexChunks, report.totals.chunks as f64, &[]);
    observer.gauge(Metric::IndexGeneration, report.generation.0 as f64, &[]);
    observer.gauge(Metric::IndexDegradedFiles, report.degraded_files.len() as f64, &[]);
    // A reason that is gone is told too, or its gauge would stay at the last number.
    for reason in SkipReason::ALL {
        let count = report.skipped_counts.get(reason).copied().unwrap_or(0);
        observer.gauge(Metric::IndexSkippedFiles, count as f64, &[("reason", reason.name())]);
    }
    // A folder that cannot be listed is told of by what reads it, not by its size.
    if let Ok(bytes) = disk_bytes(folder) {
        observer.gauge(Metric::IndexBytes, bytes as f64, &[]);
    }
    if let Some(memory) = memory_stats::memory_stats() {
        observer.gauge(Metric::ProcessResidentBytes, memory.physical_mem as f64, &[]);
    }
}
