use super::*;
use proptest::prelude::*;

fn of(values: &[f64]) -> Distribution {
    let mut distribution = Distribution::new(MetricUnit::Milliseconds);
    assert!(values.iter().all(|value| distribution.record(*value, 1)));
    distribution
}

fn parsed(text: &str) -> Result<Distribution, &'static str> {
    #[derive(Deserialize)]
    struct Read {
        exact: Exact,
    }
    let read: Read = serde_json::from_str(text).unwrap();
    Distribution::restored(MetricUnit::Milliseconds, &read.exact)
}

#[track_caller]
fn is_near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= expected / 1_000.0 + 1e-6, "{found} is not {expected}");
}

#[test]
fn known_values_have_known_percentiles() {
    let distribution = of(&(1..=1_000).map(f64::from).collect::<Vec<f64>>());
    assert_eq!((distribution.count(), distribution.sum(), distribution.mean()), (1_000, 500_500.0, 500.5));
    assert_eq!((distribution.min(), distribution.max()), (1.0, 1_000.0));
    for (share, expected) in [(0.0, 1.0), (0.001, 1.0), (0.5, 500.0), (0.95, 950.0), (0.99, 990.0), (1.0, 1_000.0)] {
        is_near(distribution.quantile(share), expected);
    }
}

#[test]
fn equal_values_are_their_own_percentiles() {
    for value in [0.0, 0.000_001, 0.001, 0.123_456, 50.0, 3_600_000.0] {
        let distribution = of(&[value; 7]);
        assert_eq!([0.0, 0.5, 0.95, 0.99, 1.0].map(|share| distribution.quantile(share)), [value; 5]);
        assert_eq!((distribution.min(), distribution.mean(), distribution.max()), (value, value, value));
    }
}

#[test]
fn a_microsecond_and_a_day_have_three_digits() {
    let distribution = of(&[0.001, 0.001_01, 86_400_000.0]);
    is_near(distribution.quantile(0.3), 0.001);
    is_near(distribution.quantile(0.6), 0.001_01);
    is_near(distribution.quantile(0.9), 86_400_000.0);
    assert!(distribution.quantile(0.3) < distribution.quantile(0.6));
}

#[test]
fn an_empty_one_is_all_zeros() {
    let distribution = of(&[]);
    let all =
        [distribution.sum(), distribution.mean(), distribution.min(), distribution.max(), distribution.quantile(0.5)];
    assert_eq!((distribution.count(), all), (0, [0.0; 5]));
    assert_eq!(parsed(&serde_json::to_string(&distribution).unwrap()), Ok(distribution));
}

#[test]
fn strange_values_are_kept_within_limits() {
    for (value, expected) in [(f64::NAN, 0.0), (-1.0, 0.0), (f64::NEG_INFINITY, 0.0)] {
        let mut distribution = of(&[]);
        assert!(!distribution.record(value, 1), "{value}");
        assert_eq!((distribution.count(), distribution.max()), (1, expected), "{value}");
    }
    for value in [f64::INFINITY, f64::MAX, 1e10] {
        let mut distribution = of(&[]);
        assert!(!distribution.record(value, 1), "{value}");
        assert_eq!(distribution.max(), MAX_STEPS as f64 / 1e6, "{value}");
        assert_eq!(distribution.quantile(0.5), distribution.max());
    }
    assert_eq!(of(&[1.0]).quantile(f64::NAN), 1.0);
}

#[test]
fn counts_and_sums_stop_at_their_limits() {
    let mut distribution = of(&[]);
    for _ in 0..3 {
        distribution.record(1e9, u64::MAX);
    }
    assert_eq!((distribution.count(), distribution.sum), (MAX_COUNT, u64::MAX));
    let copy = distribution.clone();
    distribution.merge(&copy);
    assert_eq!((distribution.count(), distribution.sum), (MAX_COUNT, u64::MAX));
    assert_eq!(distribution.quantile(1.0), 1e9);
}

#[test]
fn buckets_with_bounds_count_what_is_at_most_the_bound() {
    let distribution = of(&[0.5, 1.0, 1.0, 4.999, 5.0, 5.1, 100.0]);
    assert_eq!(distribution.cumulative(&[0.1, 1.0, 4.9, 5.0, 10.0, 1_000.0]), [0, 3, 3, 5, 6, 7]);
    assert_eq!(distribution.cumulative(&[]), Vec::<u64>::new());
}

#[test]
fn what_cannot_be_true_is_refused() {
    let written = |exact: &str| parsed(&format!(r#"{{"exact":{{{exact}}}}}"#));
    let good = r#""steps_per_unit":1000000,"sum":7,"min":3,"max":4,"buckets":[[3,1],[4,1]]"#;
    assert_eq!(written(good), Ok(of(&[0.000_003, 0.000_004])));
    for (from, to) in [
        ("1000000", "1000"),
        ("[[3,1],[4,1]]", "[[4,1],[3,1]]"),
        ("[[3,1],[4,1]]", "[[3,1],[3,1]]"),
        ("[[3,1],[4,1]]", "[[3,0],[4,1]]"),
        ("[[3,1],[4,1]]", "[[3,1],[2049,1]]"),
        ("[[3,1],[4,1]]", "[[3,1],[1125899906842624,1]]"),
        (r#""sum":7"#, r#""sum":6"#),
        (r#""min":3"#, r#""min":2"#),
        (r#""min":3"#, r#""min":18446744073709551615"#),
        (r#""max":4"#, r#""max":5"#),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        assert!(written(&bad).is_err(), "{bad}");
    }
}

/// Values over the whole range, small ones as likely as large ones, and what to count them as.
fn values() -> impl Strategy<Value = Vec<(f64, u64)>> {
    let value = prop_oneof![Just(0.0), (-6.0..9.0f64).prop_map(|power| 10f64.powf(power))];
    prop::collection::vec((value, 1..5u64), 0..200)
}

fn weighted(values: &[(f64, u64)]) -> Distribution {
    let mut distribution = Distribution::new(MetricUnit::Milliseconds);
    assert!(values.iter().all(|(value, count)| distribution.record(*value, *count)));
    distribution
}

proptest! {
    #[test]
    fn merging_is_recording_everything_in_one(values in values(), cut in any::<prop::sample::Index>()) {
        let (left, right) = values.split_at(cut.index(values.len() + 1));
        let mut merged = weighted(left);
        merged.merge(&weighted(right));
        prop_assert_eq!(&merged, &weighted(&values));
        let mut other_way = weighted(right);
        other_way.merge(&weighted(left));
        prop_assert_eq!(merged, other_way);
    }

    #[test]
    fn what_is_written_is_what_is_read(values in values()) {
        let distribution = weighted(&values);
        prop_assert_eq!(parsed(&serde_json::to_string(&distribution).unwrap()), Ok(distribution));
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_values(values in values(), share in 0.0..=1.0f64) {
        let distribution = weighted(&values);
        let mut sorted: Vec<f64> = values.iter().flat_map(|(value, count)| vec![*value; *count as usize]).collect();
        sorted.sort_by(f64::total_cmp);
        for share in [0.5, 0.95, 0.99, share] {
            let rank = ((share * sorted.len() as f64).ceil() as usize).max(1);
            let expected = sorted.get(rank - 1).copied().unwrap_or_default();
            let found = distribution.quantile(share);
            let near = (found - expected).abs() <= expected / 1_000.0 + 1e-6;
            prop_assert!(near, "{} of {}: {} is not {}", share, sorted.len(), found, expected);
        }
        prop_assert_eq!(distribution.count(), sorted.len() as u64);
        let sum: f64 = sorted.iter().sum();
        prop_assert!((distribution.sum() - sum).abs() <= sum * 1e-9 + sorted.len() as f64 * 1e-6);
    }

    #[test]
    fn buckets_with_bounds_agree_with_the_sorted_values(values in values(), bounds in prop::collection::vec(0.001..1e9f64, 0..9)) {
        let mut bounds = bounds;
        bounds.sort_by(f64::total_cmp);
        let at_most = |limit: f64| values.iter().filter(|(value, _)| *value <= limit).map(|(_, count)| count).sum::<u64>();
        for (bound, found) in bounds.iter().zip(weighted(&values).cumulative(&bounds)) {
            prop_assert!(at_most(bound * 0.999 - 2e-6) <= found && found <= at_most(bound * 1.001 + 2e-6));
        }
    }

    #[test]
    fn no_value_and_no_count_breaks_it(values in prop::collection::vec((any::<f64>(), any::<u64>()), 0..30)) {
        let mut distribution = of(&[]);
        for (value, count) in values {
            distribution.record(value, count);
        }
        prop_assert!(distribution.count() <= MAX_COUNT);
        prop_assert!(distribution.min() <= distribution.quantile(0.5) && distribution.quantile(0.5) <= distribution.max());
        prop_assert_eq!(parsed(&serde_json::to_string(&distribution).unwrap()), Ok(distribution));
    }
}
