//! The metrics seam.

/// Takes measurements. Names are listed in the operations documentation; labels are bounded.
pub trait MetricsSink: Send + Sync {
    /// Adds `value` to a counter.
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]);

    /// Sets a gauge.
    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]);

    /// Records one observation of a distribution.
    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullMetrics;

impl MetricsSink for NullMetrics {
    fn counter(&self, _: &'static str, _: u64, _: &[(&'static str, &str)]) {}
    fn gauge(&self, _: &'static str, _: f64, _: &[(&'static str, &str)]) {}
    fn histogram(&self, _: &'static str, _: f64, _: &[(&'static str, &str)]) {}
}
