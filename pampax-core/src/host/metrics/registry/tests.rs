use super::*;
use crate::host::metrics::fixture;
use std::collections::BTreeSet;

fn faults(registry: &Registry) -> Vec<(String, String, u64)> {
    let of = |label: Option<&str>| label.unwrap_or_default().to_owned();
    let snapshot = registry.snapshot();
    let faults = snapshot.series(Metric::MeasurementFaultsTotal).iter().map(|series| match series.value {
        super::super::Value::Counter(count) => {
            (of(series.labels.get("metric")), of(series.labels.get("reason")), count)
        }
        _ => panic!("faults are counted"),
    });
    faults.collect()
}

#[test]
fn known_measurements_have_known_sums_and_percentiles() {
    let registry = Registry::new();
    for milliseconds in 1..=100 {
        registry.histogram("search_latency_ms", f64::from(milliseconds), &[("answer", "computed")]);
        registry.counter("cache_hits", 2, &[("cache", if milliseconds % 2 == 0 { "search" } else { "bundle" })]);
        registry.gauge("cache_hit_ratio", f64::from(milliseconds) / 100.0, &[("cache", "search")]);
    }
    let snapshot = registry.snapshot();
    let latency = snapshot.distribution(Metric::SearchLatencyMs).unwrap();
    assert_eq!((latency.count(), latency.sum(), latency.mean()), (100, 5_050.0, 50.5));
    for (share, expected) in [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)] {
        assert!((latency.quantile(share) - expected).abs() <= expected / 1_000.0, "{share}");
    }
    assert_eq!(snapshot.counter(Metric::CacheHits), 200);
    assert_eq!(snapshot.series(Metric::CacheHits).len(), 2);
    assert_eq!(snapshot.gauge(Metric::CacheHitRatio, &["search"]), Some(1.0));
    assert_eq!(snapshot.gauge(Metric::CacheHitRatio, &["bundle"]), None);
    assert_eq!(faults(&registry), []);
}

#[test]
fn every_metric_of_the_table_is_kept() {
    let registry = Registry::new();
    assert!(registry.snapshot().is_empty());
    fixture::one_of_each(&registry);
    let kept: BTreeSet<&str> = registry.snapshot().families().iter().map(|family| family.metric.name()).collect();
    assert_eq!(kept, Metric::ALL.iter().map(|metric| metric.name()).collect());
}

#[test]
fn values_of_labels_are_bounded() {
    let registry = Registry::new();
    let values: Vec<String> = (0..1_000).map(|number| format!("{number:04}")).collect();
    for value in &values {
        registry.counter("degraded_total", 1, &[("what", value)]);
    }
    let snapshot = registry.snapshot();
    let series = snapshot.series(Metric::DegradedTotal);
    assert_eq!(series.len(), 65);
    assert!(series.iter().zip(&values).take(64).all(|(series, value)| series.labels.get("what") == Some(value)));
    assert_eq!(series[64].labels.get("what"), Some("other"));
    assert_eq!(snapshot.counter(Metric::DegradedTotal), 1_000);
    assert_eq!(faults(&registry), [("degraded_total".to_owned(), "too_many_label_sets".to_owned(), 936)]);
}

#[test]
fn faults_are_bounded_too() {
    let registry = Registry::new().with_label_sets(1);
    registry.counter("nothing", 1, &[]);
    registry.counter("search_latency_ms", 1, &[]);
    registry.gauge("index_files", f64::NAN, &[]);
    let other = ("other".to_owned(), "other".to_owned(), 2);
    assert_eq!(faults(&registry), [other, ("unknown".to_owned(), "unknown_name".to_owned(), 1)]);
}

#[track_caller]
fn check_fault(measure: impl Fn(&Registry), metric: Metric, reason: MeasurementFault, is_kept: bool) {
    let registry = Registry::new();
    measure(&registry);
    assert_eq!(faults(&registry), [(metric.name().to_owned(), reason.name().to_owned(), 1)]);
    assert_eq!(registry.snapshot().families().len() == 2, is_kept);
}

#[test]
fn what_is_wrong_is_counted_with_its_reason() {
    let latency = Metric::SearchLatencyMs;
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        check_fault(|sink| sink.histogram(latency.name(), value, &[]), latency, MeasurementFault::NotFinite, false);
        check_fault(
            |sink| sink.gauge("index_files", value, &[]),
            Metric::IndexFiles,
            MeasurementFault::NotFinite,
            false,
        );
    }
    check_fault(|sink| sink.histogram(latency.name(), -0.1, &[]), latency, MeasurementFault::Negative, false);
    check_fault(|sink| sink.histogram(latency.name(), 1e12, &[]), latency, MeasurementFault::TooLarge, true);
    check_fault(|sink| sink.counter(latency.name(), 1, &[]), latency, MeasurementFault::WrongKind, false);
    check_fault(
        |sink| sink.histogram(latency.name(), 1.0, &[("x", "y")]),
        latency,
        MeasurementFault::UnknownLabel,
        true,
    );
    let registry = Registry::new();
    registry.counter("no_such_metric", 1, &[]);
    assert_eq!(faults(&registry), [("unknown".to_owned(), "unknown_name".to_owned(), 1)]);
}

#[test]
fn a_snapshot_stays_what_it_was() {
    let registry = Registry::new();
    fixture::one_of_each(&registry);
    let (before, written) = (registry.snapshot(), registry.snapshot().prometheus());
    fixture::one_of_each(&registry);
    assert_eq!(before.prometheus(), written);
    assert_ne!(registry.snapshot(), before);
    assert_eq!(registry.snapshot().counter(Metric::CacheHits), 2 * before.counter(Metric::CacheHits));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test of what many threads do")]
fn nothing_is_lost_between_threads() {
    let registry = Registry::new();
    std::thread::scope(|scope| {
        for thread in 0..8u32 {
            let registry = &registry;
            scope.spawn(move || {
                let value = thread.to_string();
                for number in 0..500u32 {
                    registry.counter("degraded_total", 1, &[("what", &value)]);
                    registry.histogram("token_usage", f64::from(number), &[]);
                    if number % 100 == 0 {
                        assert!(registry.snapshot().counter(Metric::DegradedTotal) > u64::from(number));
                    }
                }
            });
        }
    });
    let snapshot = registry.snapshot();
    assert_eq!(snapshot.counter(Metric::DegradedTotal), 4_000);
    assert_eq!(snapshot.series(Metric::DegradedTotal).len(), 8);
    let tokens = snapshot.distribution(Metric::TokenUsage).unwrap();
    assert_eq!((tokens.count(), tokens.sum(), tokens.max()), (4_000, 8.0 * 124_750.0, 499.0));
}
