use super::*;
use crate::error::ErrorCode;
use crate::host::metrics::{MetricsSink, Registry, fixture};
use proptest::prelude::*;

fn after(measure: impl Fn(&Registry)) -> Snapshot {
    let registry = Registry::new();
    measure(&registry);
    registry.snapshot()
}

fn json(snapshot: &Snapshot) -> String {
    serde_json::to_string(snapshot).unwrap()
}

const WRITTEN: &str = concat!(
    r#"{"schema":1,"metrics":["#,
    r#"{"name":"cache_hit_ratio","kind":"gauge","unit":"ratio","series":[{"labels":{"cache":"search"},"gauge":0.75}]},"#,
    r#"{"name":"cache_hits","kind":"counter","unit":"count","series":["#,
    r#"{"labels":{"cache":"bundle"},"counter":1},{"labels":{"cache":"search"},"counter":3}]},"#,
    r#"{"name":"token_usage","kind":"histogram","unit":"tokens","series":[{"labels":{},"histogram":"#,
    r#"{"count":3,"sum":10400.0,"mean":3466.6666666666665,"min":200.0,"max":5100.0,"p50":5100.0,"p95":5100.0,"p99":5100.0,"#,
    r#""exact":{"steps_per_unit":1,"sum":10400,"min":200,"max":5100,"buckets":[[200,1],[5100,2]]}}}]}]}"#,
);

fn written() -> Snapshot {
    after(|registry| {
        registry.histogram("token_usage", 5_100.0, &[]);
        registry.counter("cache_hits", 3, &[("cache", "search")]);
        registry.gauge("cache_hit_ratio", 0.75, &[("cache", "search")]);
        registry.histogram("token_usage", 200.0, &[]);
        registry.counter("cache_hits", 1, &[("cache", "bundle")]);
        registry.histogram("token_usage", 5_100.0, &[]);
    })
}

#[test]
fn as_json_it_is_ordered_and_complete() {
    assert_eq!(json(&written()), WRITTEN);
    assert_eq!(Snapshot::from_json(WRITTEN).unwrap(), written());
    assert_eq!(json(&Snapshot::default()), r#"{"schema":1,"metrics":[]}"#);
}

#[test]
fn what_is_no_snapshot_is_refused_with_a_reason() {
    for (from, to, reason) in [
        (r#"{"schema""#, r#"["schema""#, "expected"),
        (r#""schema":1"#, r#""schema":2"#, "its schema is 2, this program reads 1"),
        (r#""cache_hits""#, r#""cache_hats""#, "there is no metric `cache_hats`"),
        (r#""cache":"bundle""#, r#""user":"bundle""#, "metric `cache_hits`: it has a label that is not known"),
        (r#""counter":1"#, r#""gauge":1"#, "metric `cache_hits`: a value is of another kind"),
        (r#""counter":1"#, r#""counter":-1"#, "-1"),
        (r#""gauge":0.75"#, r#""gauge":null"#, "null"),
        (r#""gauge":0.75"#, r#""gauge":1e999"#, "number"),
        ("[200,1]", "[200,0]", "metric `token_usage`: a bucket is none that is written"),
        ("[[200,1]", "[[201,1]", "metric `token_usage`: its sum, least or largest value"),
    ] {
        let text = WRITTEN.replacen(from, to, 1);
        assert_ne!(text, WRITTEN);
        let error = Snapshot::from_json(&text).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument);
        assert!(error.to_string().contains(reason), "{error} has no `{reason}`");
    }
    assert!(Snapshot::from_json(&WRITTEN[..WRITTEN.len() / 2]).is_err());
}

#[test]
fn a_snapshot_in_another_order_is_the_same_snapshot() {
    let bundle = r#"{"labels":{"cache":"bundle"},"counter":1}"#;
    let search = r#"{"labels":{"cache":"search"},"counter":3}"#;
    let swapped = WRITTEN.replace(&format!("{bundle},{search}"), &format!("{search},{bundle}"));
    assert_ne!(swapped, WRITTEN);
    assert_eq!(Snapshot::from_json(&swapped).unwrap(), written());
    let twice = WRITTEN.replace(bundle, &format!("{bundle},{bundle}"));
    assert_eq!(Snapshot::from_json(&twice).unwrap().counter(Metric::CacheHits), 5);
}

#[test]
fn of_two_gauges_the_later_counts() {
    let with = |level| after(|registry| registry.gauge("index_files", level, &[]));
    let mut merged = with(5.0);
    merged.merge(&with(3.0));
    assert_eq!(merged.gauge(Metric::IndexFiles, &[]), Some(3.0));
    merged.merge(&Snapshot::default());
    assert_eq!(merged, with(3.0));
}

#[test]
fn merging_keeps_the_bound_of_labels() {
    let with = |range: std::ops::Range<u32>, label_sets| {
        let registry = Registry::new().with_label_sets(label_sets);
        for number in range {
            registry.counter("degraded_total", 1, &[("what", &number.to_string())]);
        }
        registry.snapshot()
    };
    let mut merged = with(0..3, 3);
    merged.merge(&with(2..6, 4));
    let values = merged.series(Metric::DegradedTotal).iter().map(|series| series.labels.get("what").unwrap());
    assert_eq!(values.collect::<Vec<_>>(), ["0", "1", "2", "3", "other"]);
    assert_eq!(merged.counter(Metric::DegradedTotal), 7);
}

#[test]
fn sums_do_not_overflow() {
    let full = || after(|registry| registry.counter("cache_hits", u64::MAX, &[("cache", "search")]));
    let mut merged = full();
    merged.merge(&after(|registry| registry.counter("cache_hits", 1, &[("cache", "bundle")])));
    merged.merge(&full());
    assert_eq!(merged.counter(Metric::CacheHits), u64::MAX);
    assert_eq!(Snapshot::from_json(&json(&merged)).unwrap(), merged);
}

#[test]
fn all_series_of_a_histogram_are_one_distribution() {
    let snapshot = after(|registry| {
        registry.histogram("search_latency_ms", 1.0, &[("answer", "cached")]);
        registry.histogram("search_latency_ms", 3.0, &[("answer", "computed")]);
    });
    let all = snapshot.distribution(Metric::SearchLatencyMs).unwrap();
    assert_eq!((all.count(), all.min(), all.max(), all.mean()), (2, 1.0, 3.0, 2.0));
    assert_eq!(snapshot.distribution(Metric::AssembleLatencyMs), None);
    assert_eq!(snapshot.distribution(Metric::CacheHits), None);
}

proptest! {
    #[test]
    fn merging_is_measuring_everything_in_one_place(steps in fixture::steps(), cut in any::<prop::sample::Index>()) {
        let (first, then) = steps.split_at(cut.index(steps.len() + 1));
        let mut merged = after(|registry| fixture::measure(registry, first));
        merged.merge(&after(|registry| fixture::measure(registry, then)));
        let all = after(|registry| fixture::measure(registry, &steps));
        prop_assert_eq!(json(&merged), json(&all));
        prop_assert_eq!(merged, all);
    }

    #[test]
    fn what_is_written_is_what_is_read(steps in fixture::steps()) {
        let snapshot = after(|registry| fixture::measure(registry, &steps));
        let read = Snapshot::from_json(&json(&snapshot)).unwrap();
        prop_assert_eq!(json(&read), json(&snapshot));
        prop_assert_eq!(read, snapshot);
    }

    #[test]
    fn no_text_breaks_the_reader(
        at in any::<prop::sample::Index>(),
        bytes in prop::sample::select(vec!["", "0", "-1", "9", "e9", "\"", "[", "]", "{", "}", ",", "null", "18446744073709551615"]),
        length in 0..4usize,
    ) {
        let start = at.index(WRITTEN.len());
        let end = (start + length).min(WRITTEN.len());
        let text = format!("{}{bytes}{}", &WRITTEN[..start], &WRITTEN[end..]);
        if let Ok(snapshot) = Snapshot::from_json(&text) {
            prop_assert_eq!(Snapshot::from_json(&json(&snapshot)).unwrap(), snapshot);
        }
    }
}
