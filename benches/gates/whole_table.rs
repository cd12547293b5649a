//! A registry with every metric measured.

use pampax_core::host::metrics::{Metric, MetricKind, MetricsSink, Registry, Snapshot};

/// The answers, seams, caches and so on that a metric tells apart: three for each label.
const VALUES: [&str; 3] = ["first", "second", "third"];

/// Tells `registry` of every metric with every set of labels once, and of histograms `observations` values spread evenly over
/// the orders of magnitude from a hundredth of a unit to 10,000 units. The number of series.
pub fn measure(registry: &Registry, observations: u32) -> usize {
    let mut series = 0;
    for metric in Metric::ALL {
        let second = if metric.labels().len() > 1 { &VALUES[..] } else { &VALUES[..1] };
        let first = if metric.labels().is_empty() { &VALUES[..1] } else { &VALUES[..] };
        for values in first.iter().flat_map(|first| second.iter().map(move |second| [*first, *second])) {
            let labels: Vec<(&'static str, &str)> = metric.labels().iter().copied().zip(values).collect();
            series += 1;
            match metric.kind() {
                MetricKind::Counter => registry.counter(metric.name(), 1, &labels),
                MetricKind::Gauge => registry.gauge(metric.name(), 1.0, &labels),
                _ => (0..observations).for_each(|number| {
                    let power = f64::from(number) / f64::from(observations) * 6.0 - 2.0;
                    registry.histogram(metric.name(), 10f64.powf(power), &labels);
                }),
            }
        }
    }
    series
}

/// The number of series in `snapshot`, which holds all metrics and `observations` values in each series of a histogram.
pub fn checked(snapshot: &Snapshot, observations: u64) -> usize {
    assert_eq!(snapshot.families().len(), Metric::ALL.len());
    for metric in Metric::ALL.iter().filter(|metric| metric.kind() == MetricKind::Histogram) {
        let values = snapshot.distribution(*metric).expect("every metric was measured");
        assert_eq!(values.count(), observations * snapshot.series(*metric).len() as u64);
        let median = values.quantile(0.5);
        assert!(metric.unit().name() != "milliseconds" || (median - 10.0).abs() < 0.2, "{metric}: {median}");
    }
    snapshot.families().iter().map(|family| family.series.len()).sum()
}
