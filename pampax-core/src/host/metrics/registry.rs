//! The sink that keeps measurements in the process, for snapshots.
//!
//! Never here: how a snapshot is written.

use super::MetricsSink;
use super::family::Family;
use super::measured::{Measured, MeasurementFault};
use super::snapshot::Snapshot;
use super::table::Metric;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The sets of labels that a metric may have, unless a registry is told otherwise.
pub(super) const DEFAULT_LABEL_SETS: usize = 64;

/// Keeps every measurement of [`Metric`] in the process.
///
/// It never grows without bound: metrics and label names are those of the table, a metric has at most 64 sets of label
/// values, whose further ones are kept together under the value `other`, and a label's value is cut to 64 characters. What
/// is wrong with a measurement is counted in `measurement_faults_total`, whose reasons are [`MeasurementFault`].
///
/// ```
/// use pampax_core::host::metrics::{Metric, MetricsSink, Registry};
///
/// let registry = Registry::new();
/// registry.histogram(Metric::SearchLatencyMs.name(), 12.5, &[("answer", "computed")]);
/// let snapshot = registry.snapshot();
/// let latency = snapshot.distribution(Metric::SearchLatencyMs);
/// assert_eq!(latency.map(|latency| latency.quantile(0.95)), Some(12.5));
/// assert!(snapshot.prometheus().contains("pampax_search_latency_ms_count{answer=\"computed\"} 1\n"));
/// ```
#[derive(Debug)]
pub struct Registry {
    /// One for each metric, in the order of the table.
    families: Vec<Mutex<Family>>,
    label_sets: usize,
}

impl Default for Registry {
    fn default() -> Registry {
        Registry::new()
    }
}

impl Registry {
    /// A registry that holds nothing yet.
    pub fn new() -> Registry {
        let families = Metric::ALL.iter().map(|metric| Mutex::new(Family::new(*metric))).collect();
        Registry { families, label_sets: DEFAULT_LABEL_SETS }
    }

    /// This registry with at most `count` sets of labels for each metric, besides the one that takes the rest.
    /// Default: 64.
    pub fn with_label_sets(mut self, count: usize) -> Registry {
        self.label_sets = count;
        self
    }

    /// Everything that was measured so far, which begins anew: what is taken twice adds up with [`Snapshot::merge`].
    pub fn take(&self) -> Snapshot {
        let fresh = Metric::ALL.iter().map(|metric| Family::new(*metric));
        let taken = self.families.iter().zip(fresh).map(|(family, fresh)| std::mem::replace(&mut *lock(family), fresh));
        Snapshot::of(taken.filter(|family| !family.series.is_empty()).collect(), self.label_sets)
    }

    /// Everything that was measured so far. Each metric is copied at one moment; measuring goes on meanwhile.
    pub fn snapshot(&self) -> Snapshot {
        let copies = self.families.iter().map(|family| lock(family).clone());
        Snapshot::of(copies.filter(|family| !family.series.is_empty()).collect(), self.label_sets)
    }

    fn record(&self, name: &'static str, measured: Measured, labels: &[(&'static str, &str)]) {
        let fault = match measured.admit(name) {
            Ok(metric) => self.keep(metric, measured, labels),
            Err(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            // What is wrong with the labels of this one shows in its own series `other`.
            self.keep(Metric::MeasurementFaultsTotal, Measured::Count(1), &fault.labels(name));
        }
    }

    /// Adds a measurement to its series; says what had to be changed about it.
    fn keep(&self, metric: Metric, measured: Measured, labels: &[(&'static str, &str)]) -> Option<MeasurementFault> {
        let mut family = lock(&self.families[metric as usize]);
        let (value, fault) = family.value(labels, self.label_sets);
        value.take(measured).or(fault)
    }
}

fn lock(family: &Mutex<Family>) -> MutexGuard<'_, Family> {
    // No change leaves a family half done.
    family.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MetricsSink for Registry {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        self.record(name, Measured::Count(value), labels);
    }

    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.record(name, Measured::Level(value), labels);
    }

    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.record(name, Measured::Observed(value, 1), labels);
    }

    fn histogram_many(&self, name: &'static str, value: f64, count: u64, labels: &[(&'static str, &str)]) {
        self.record(name, Measured::Observed(value, count), labels);
    }
}

#[cfg(test)]
mod tests;
