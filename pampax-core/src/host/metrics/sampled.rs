//! The sink that passes on a share of the measurements, each with the weight of those it stands for.

use super::MetricsSink;
use crate::error::{Error, Result};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One as a rate: rates are whole parts of it, so that no rounding adds up.
const ONE: u64 = 1 << 32;
/// The lowest rate above zero. It bounds the weight of one measurement.
const LEAST_RATE: f64 = 0.0001;

/// Passes on a share of the measurements. Gauges are always passed on; they have no weight.
///
/// Measurements are taken in blocks of as many as one stands for (10 at a rate of 0.1; 3 or 4 at 0.3). From each block one is
/// chosen by its place and the seed, and passed on with the size of its block as its weight: a counter grows by so many
/// times its value, a distribution gets so many observations. So totals of all measurements are right to one block, those of
/// one metric are right on average, and the same measurements in the same order give the same result. What happens rarely
/// is missed: at a rate of 0.1 nine of ten single errors.
pub struct Sampled {
    inner: Arc<dyn MetricsSink>,
    /// The rate in parts of [`ONE`].
    rate: AtomicU64,
    seed: u64,
    /// How many measurements there were.
    seen: AtomicU64,
}

impl Sampled {
    /// A sink that passes the share `rate` of all measurements on to `inner`: 1 is everything, 0 is nothing. A rate above 0
    /// and below 0.0001 is taken as 0.0001. The seed should differ between processes, so that not all of them
    /// leave out the same.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `rate` is not a number from 0 to 1.
    pub fn new(inner: Arc<dyn MetricsSink>, rate: f64, seed: u64) -> Result<Sampled> {
        Ok(Sampled { inner, rate: AtomicU64::new(parts_of(rate)?), seed, seen: AtomicU64::new(0) })
    }

    /// Goes on with another rate. The block under way may count for more or less than it stands for.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `rate` is not a number from 0 to 1; the rate is then what it was.
    pub fn change_rate(&self, rate: f64) -> Result<()> {
        self.rate.store(parts_of(rate)?, Ordering::Relaxed);
        Ok(())
    }

    /// The weight of the next measurement, if it is one to be passed on.
    fn weight(&self) -> Option<u64> {
        match self.rate.load(Ordering::Relaxed) {
            0 => None,
            ONE => Some(1),
            rate => weight_of(self.seen.fetch_add(1, Ordering::Relaxed), rate, self.seed),
        }
    }
}

fn parts_of(rate: f64) -> Result<u64> {
    if !(0.0..=1.0).contains(&rate) {
        return Err(Error::argument("rate", format!("{rate} is not a number from 0 to 1")));
    }
    Ok(if rate == 0.0 { 0 } else { (rate.max(LEAST_RATE) * ONE as f64).round() as u64 })
}

/// The weight of measurement `number`, counted from 0, if it is the one that its block is known by.
fn weight_of(number: u64, rate: u64, seed: u64) -> Option<u64> {
    let block = (u128::from(number) * u128::from(rate)) >> 32;
    let start_of = |block: u128| (block << 32).div_ceil(u128::from(rate)) as u64;
    let (start, end) = (start_of(block), start_of(block + 1));
    let size = end - start;
    let chosen = start + mixed(seed ^ mixed(block as u64)) % size;
    (number == chosen).then_some(size)
}

/// A number that looks like chance, the same one for the same `value`: the last steps of SplitMix64.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

impl fmt::Debug for Sampled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.rate.load(Ordering::Relaxed) as f64 / ONE as f64;
        formatter.debug_struct("Sampled").field("rate", &rate).field("seed", &self.seed).finish_non_exhaustive()
    }
}

impl MetricsSink for Sampled {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        if let Some(weight) = self.weight() {
            self.inner.counter(name, value.saturating_mul(weight), labels);
        }
    }

    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.inner.gauge(name, value, labels);
    }

    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.histogram_many(name, value, 1, labels);
    }

    fn histogram_many(&self, name: &'static str, value: f64, count: u64, labels: &[(&'static str, &str)]) {
        match self.weight().map(|weight| count.saturating_mul(weight)) {
            None => {}
            Some(1) => self.inner.histogram(name, value, labels),
            Some(count) => self.inner.histogram_many(name, value, count, labels),
        }
    }

    fn is_listening(&self) -> bool {
        self.inner.is_listening()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::host::metrics::{Metric, NullMetrics, Registry, Snapshot};
    use proptest::prelude::*;

    /// What a registry knows of 20,000 searches through a sink of this rate: hits and misses take turns.
    fn through(rate: f64, seed: u64) -> Snapshot {
        let registry = Arc::new(Registry::new());
        let sampled = Sampled::new(registry.clone(), rate, seed).unwrap();
        for number in 0..20_000u32 {
            let (found, name) = if number % 2 == 0 { ("search", "cache_hits") } else { ("bundle", "cache_misses") };
            sampled.counter(name, 1, &[("cache", found)]);
            sampled.histogram("search_latency_ms", f64::from(number % 1_000 + 1), &[("answer", "computed")]);
        }
        sampled.gauge("index_files", 5.0, &[]);
        registry.snapshot()
    }

    #[test]
    fn a_rate_of_one_is_everything() {
        let snapshot = through(1.0, 0);
        assert_eq!((snapshot.counter(Metric::CacheHits), snapshot.counter(Metric::CacheMisses)), (10_000, 10_000));
        let latency = snapshot.distribution(Metric::SearchLatencyMs).unwrap();
        assert_eq!((latency.count(), latency.mean()), (20_000, 500.5));
    }

    #[test]
    fn a_rate_of_zero_is_nothing_but_gauges() {
        let snapshot = through(0.0, 0);
        assert_eq!(snapshot.families().iter().map(|family| family.metric).collect::<Vec<_>>(), [Metric::IndexFiles]);
        assert_eq!(snapshot.gauge(Metric::IndexFiles, &[]), Some(5.0));
    }

    #[test]
    fn a_share_stands_for_the_whole() {
        let near =
            |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 0.1, "{found} is not {expected}");
        for (rate, seed) in [(0.1, 0), (0.1, 1), (0.1, u64::MAX), (0.3, 7), (0.5, 42), (0.9, 3)] {
            let snapshot = through(rate, seed);
            near(snapshot.counter(Metric::CacheHits) as f64, 10_000.0);
            near(snapshot.counter(Metric::CacheMisses) as f64, 10_000.0);
            let latency = snapshot.distribution(Metric::SearchLatencyMs).unwrap();
            near(latency.count() as f64, 20_000.0);
            near(latency.mean(), 500.5);
            near(latency.quantile(0.5), 500.0);
            near(latency.quantile(0.95), 950.0);
            assert_eq!(snapshot.gauge(Metric::IndexFiles, &[]), Some(5.0));
            assert_eq!(snapshot, through(rate, seed), "the same seed gives the same sample");
        }
        assert_ne!(through(0.1, 0), through(0.1, 1), "another seed gives another sample");
    }

    #[test]
    fn a_rate_is_a_number_from_zero_to_one() {
        for rate in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            let error = Sampled::new(Arc::new(NullMetrics), rate, 0).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidArgument, "{rate}");
        }
        let least = parts_of(f64::MIN_POSITIVE).unwrap();
        let weight = (0..20_001).find_map(|number| weight_of(number, least, 0));
        assert!(weight.is_some_and(|weight| (9_999..=10_001).contains(&weight)), "{weight:?}");
    }

    #[test]
    fn a_rate_can_change() {
        let registry = Arc::new(Registry::new());
        let sampled = Sampled::new(registry.clone(), 0.0, 0).unwrap();
        let after = |rate| {
            sampled.change_rate(rate).unwrap();
            sampled.counter("zero_results_total", 5, &[]);
            registry.snapshot().counter(Metric::ZeroResultsTotal)
        };
        assert_eq!([0.0, 1.0, 0.0, 1.0].map(after), [0, 5, 5, 10]);
        assert!(sampled.change_rate(2.0).is_err());
        assert_eq!(after(1.0), 15);
    }

    proptest! {
        #[test]
        fn weights_add_up_to_what_they_stand_for(rate in 0.0001..1.0f64, seed: u64, start in 0..1u64 << 40) {
            let parts = parts_of(rate).unwrap();
            let block = (1.0 / rate).ceil() as u64 + 1;
            let seen = 20 * block;
            let weights: u64 = (start..start + seen).filter_map(|number| weight_of(number, parts, seed)).sum();
            prop_assert!(weights.abs_diff(seen) <= 2 * block, "{} for {}", weights, seen);
        }
    }
}
