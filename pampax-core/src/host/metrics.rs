//! The metrics seam, and the sinks that are built in.
//!
//! Never here: what is measured where.

mod distribution;
mod family;
#[cfg(test)]
mod fixture;
mod labels;
mod line_protocol;
mod measured;
#[cfg(feature = "opentelemetry")]
mod otel;
mod prometheus;
mod registry;
mod sampled;
mod snapshot;
mod table;
mod tee;

pub use distribution::Distribution;
pub use family::{Family, Series, Value};
pub use labels::Labels;
pub use measured::MeasurementFault;
#[cfg(feature = "opentelemetry")]
pub use otel::OpenTelemetryMetrics;
pub use prometheus::PROMETHEUS_CONTENT_TYPE;
pub use registry::Registry;
pub use sampled::Sampled;
pub use snapshot::Snapshot;
pub use table::{Metric, MetricKind, MetricUnit};
pub use tee::TeeMetrics;

/// Takes measurements. The names, kinds and labels are those of [`Metric`].
///
/// A sink is called from many threads at once, in the middle of the engine's work: it must be quick, must not call the
/// engine, and must not panic. What a host writes itself is as good a sink as those that are built in.
pub trait MetricsSink: Send + Sync {
    /// Adds `value` to a counter.
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]);

    /// Sets a gauge.
    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]);

    /// Records one observation of a distribution.
    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]);

    /// Records the same observation `count` times, as sampling does for those it left out. Default: one after another.
    fn histogram_many(&self, name: &'static str, value: f64, count: u64, labels: &[(&'static str, &str)]) {
        (0..count).for_each(|_| self.histogram(name, value, labels));
    }

    /// Whether anything is done with measurements. The engine does not take those that cost something for a sink that
    /// says no. Default: true.
    fn is_listening(&self) -> bool {
        true
    }
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullMetrics;

impl MetricsSink for NullMetrics {
    fn counter(&self, _: &'static str, _: u64, _: &[(&'static str, &str)]) {}
    fn gauge(&self, _: &'static str, _: f64, _: &[(&'static str, &str)]) {}
    fn histogram(&self, _: &'static str, _: f64, _: &[(&'static str, &str)]) {}
    fn histogram_many(&self, _: &'static str, _: f64, _: u64, _: &[(&'static str, &str)]) {}

    fn is_listening(&self) -> bool {
        false
    }
}
