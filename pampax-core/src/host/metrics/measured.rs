//! One measurement, and the check that every sink of the engine makes of it.
//!
//! Never here: what becomes of a measurement afterwards.

use super::table::{Metric, MetricKind};
use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// What is wrong with a measurement: the reasons of `measurement_faults_total`.
    MeasurementFault {
        /// No metric has this name. The measurement is refused, and counted under the metric `unknown`.
        UnknownName = "unknown_name",
        /// The metric is of another kind. The measurement is refused.
        WrongKind = "wrong_kind",
        /// The value is infinite or not a number. The measurement is refused.
        NotFinite = "not_finite",
        /// A value of a distribution is below zero. The measurement is refused.
        Negative = "negative",
        /// A value of a distribution is above the largest that is told apart. It is kept as that one.
        TooLarge = "too_large",
        /// The metric has no label of this name. The label is left out, the measurement is kept.
        UnknownLabel = "unknown_label",
        /// The metric has as many sets of labels as it may have. The measurement is kept under the set `other`.
        TooManyLabelSets = "too_many_label_sets",
    }
}

/// What a sink is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Measured {
    /// So much more.
    Count(u64),
    /// What it is now.
    Level(f64),
    /// One value, and how often it was seen.
    Observed(f64, u64),
}

impl Measured {
    fn kind(self) -> MetricKind {
        match self {
            Measured::Count(_) => MetricKind::Counter,
            Measured::Level(_) => MetricKind::Gauge,
            Measured::Observed(..) => MetricKind::Histogram,
        }
    }

    /// The metric of this name, if it can take this measurement.
    pub(super) fn admit(self, name: &str) -> Result<Metric, MeasurementFault> {
        let metric = Metric::from_name(name).ok_or(MeasurementFault::UnknownName)?;
        match self {
            _ if metric.kind() != self.kind() => Err(MeasurementFault::WrongKind),
            Measured::Level(value) | Measured::Observed(value, _) if !value.is_finite() => {
                Err(MeasurementFault::NotFinite)
            }
            Measured::Observed(value, _) if value < 0.0 => Err(MeasurementFault::Negative),
            _ => Ok(metric),
        }
    }
}

impl MeasurementFault {
    /// The labels under which this fault of the metric `name` is counted.
    pub(super) fn labels(self, name: &str) -> [(&'static str, &'static str); 2] {
        [("metric", Metric::from_name(name).map_or("unknown", Metric::name)), ("reason", self.name())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, measured: Measured, expected: Result<Metric, MeasurementFault>) {
        assert_eq!(measured.admit(name), expected, "{name} {measured:?}");
    }

    #[test]
    fn only_what_a_metric_can_hold_is_admitted() {
        check("cache_hits", Measured::Count(u64::MAX), Ok(Metric::CacheHits));
        check("cache_hit", Measured::Count(1), Err(MeasurementFault::UnknownName));
        check("cache_hits", Measured::Level(1.0), Err(MeasurementFault::WrongKind));
        check("cache_hits", Measured::Observed(f64::NAN, 1), Err(MeasurementFault::WrongKind));
        check("index_age_seconds", Measured::Level(-1.0), Ok(Metric::IndexAgeSeconds));
        check("search_latency_ms", Measured::Observed(0.0, 1), Ok(Metric::SearchLatencyMs));
        check("search_latency_ms", Measured::Observed(f64::MAX, 1), Ok(Metric::SearchLatencyMs));
        check("search_latency_ms", Measured::Observed(-0.001, 1), Err(MeasurementFault::Negative));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            check("index_age_seconds", Measured::Level(value), Err(MeasurementFault::NotFinite));
            check("search_latency_ms", Measured::Observed(value, 1), Err(MeasurementFault::NotFinite));
        }
    }
}
