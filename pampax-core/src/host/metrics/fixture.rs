//! Measurements for tests: any of them, and one of each.

use super::{Metric, MetricKind, MetricsSink};
use proptest::prelude::*;

/// Which metric, values of its labels, the value, and how often.
pub(super) type Step = (prop::sample::Index, [String; 2], f64, u64);

/// Measurements that all can be kept, with few but strange values of labels.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let label = prop::sample::select(vec!["", "a", " b ", "c\n\"\\", "d,e=f {é}", "other"]).prop_map(str::to_owned);
    let value = prop_oneof![Just(0.0), (-6.0..9.0f64).prop_map(|power| 10f64.powf(power))];
    prop::collection::vec((any::<prop::sample::Index>(), [label.clone(), label], value, 1..5u64), 0..60)
}

/// Tells `sink` of all `steps`, in their order.
pub(super) fn measure(sink: &dyn MetricsSink, steps: &[Step]) {
    for (choice, values, value, count) in steps {
        one(sink, *choice.get(Metric::ALL), [&values[0], &values[1]], (*value, *count));
    }
}

/// Tells `sink` one thing of every metric.
pub(super) fn one_of_each(sink: &dyn MetricsSink) {
    Metric::ALL.iter().for_each(|metric| one(sink, *metric, ["x", "y"], (2.5, 2)));
}

fn one(sink: &dyn MetricsSink, metric: Metric, values: [&str; 2], (value, count): (f64, u64)) {
    let labels: Vec<(&'static str, &str)> = metric.labels().iter().copied().zip(values).collect();
    match metric.kind() {
        MetricKind::Counter => sink.counter(metric.name(), count, &labels),
        // Fifteen digits at most: so many are read back from JSON.
        MetricKind::Gauge => sink.gauge(metric.name(), (value * 1e3).round() / 1e3, &labels),
        MetricKind::Histogram => sink.histogram_many(metric.name(), value, count, &labels),
    }
}
