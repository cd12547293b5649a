//! A distribution of values: counts by value to three significant digits, and exact count, sum, least and largest.
//!
//! Never here: labels, names.

use super::table::MetricUnit;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize, Serializer};

/// The largest value in steps. Everything up to it is a whole number in JSON and has a bucket.
const MAX_STEPS: u64 = (1 << 50) - 1;
/// The largest number of values. Beyond it nothing is counted; every whole number up to it is exact as a float.
const MAX_COUNT: u64 = 1 << 53;

/// Counts of values, told apart to three significant digits (1 part in 1,000) and never finer than one step of the unit:
/// a millionth of a millisecond, a thousandth of a second, a ten-thousandth of a share, one token, byte or thing.
///
/// Values up to 2^50 steps are told apart, which for milliseconds is 13 days. Two distributions merge exactly: the result is
/// the one that had recorded the values of both.
#[derive(Debug, Clone)]
pub struct Distribution {
    unit: MetricUnit,
    counts: Histogram<u64>,
    sum: u64,
    min: u64,
    max: u64,
}

/// How many steps one unit has. Values are rounded to the nearest step.
fn steps_per(unit: MetricUnit) -> u32 {
    match unit {
        MetricUnit::Milliseconds => 1_000_000,
        MetricUnit::Seconds => 1_000,
        MetricUnit::Ratio => 10_000,
        MetricUnit::Bytes | MetricUnit::Tokens | MetricUnit::Count => 1,
    }
}

impl Distribution {
    /// A distribution of values in `unit` that holds none.
    pub fn new(unit: MetricUnit) -> Distribution {
        let counts = Histogram::new(3).expect("three significant digits can be had");
        Distribution { unit, counts, sum: 0, min: u64::MAX, max: 0 }
    }

    /// Adds `value`, `count` times. What is below zero or not a number counts as zero, what is too large as the largest
    /// value that is told apart. Whether the value was within these limits.
    pub fn record(&mut self, value: f64, count: u64) -> bool {
        let steps = (value * f64::from(steps_per(self.unit))).round();
        self.record_steps((steps as u64).min(MAX_STEPS), count);
        (0.0..=MAX_STEPS as f64).contains(&steps)
    }

    fn record_steps(&mut self, steps: u64, count: u64) {
        let count = count.min(MAX_COUNT - self.count());
        if count == 0 {
            return;
        }
        self.counts.record_n(steps, count).expect("the counts grow as far as the largest value needs");
        self.sum = self.sum.saturating_add(steps.saturating_mul(count));
        self.min = self.min.min(steps);
        self.max = self.max.max(steps);
    }

    /// Adds the values of `other`, which is in the same unit.
    pub(super) fn merge(&mut self, other: &Distribution) {
        let (sum, min, max) = (self.sum.saturating_add(other.sum), self.min.min(other.min), self.max.max(other.max));
        for (steps, count) in other.buckets() {
            self.record_steps(steps, count);
        }
        (self.sum, self.min, self.max) = (sum, min, max);
    }

    /// The least value of each bucket that holds any, in steps and ascending, with the number of values in it.
    fn buckets(&self) -> impl Iterator<Item = (u64, u64)> {
        let recorded = self.counts.iter_recorded();
        recorded.map(|bucket| (self.counts.lowest_equivalent(bucket.value_iterated_to()), bucket.count_at_value()))
    }

    fn in_unit(&self, steps: u64) -> f64 {
        steps as f64 / f64::from(steps_per(self.unit))
    }

    /// The number of values.
    pub fn count(&self) -> u64 {
        self.counts.len()
    }

    /// The sum of the values, each rounded to a step.
    pub fn sum(&self) -> f64 {
        self.in_unit(self.sum)
    }

    /// The sum divided by the count; 0 when there is no value.
    pub fn mean(&self) -> f64 {
        if self.count() == 0 {
            return 0.0;
        }
        self.sum as f64 / self.count() as f64 / f64::from(steps_per(self.unit))
    }

    /// The least value; 0 when there is none.
    pub fn min(&self) -> f64 {
        if self.count() == 0 { 0.0 } else { self.in_unit(self.min) }
    }

    /// The largest value; 0 when there is none.
    pub fn max(&self) -> f64 {
        self.in_unit(self.max)
    }

    /// The value that the share `share` of all values does not exceed: 0.5 gives the median, 0.99 the 99th percentile.
    /// It is at most 1 part in 1,000 above the value of that rank, and 0 when there is no value.
    pub fn quantile(&self, share: f64) -> f64 {
        if self.count() == 0 {
            return 0.0;
        }
        let share = if share > 0.0 { share.min(1.0) } else { 0.0 };
        self.in_unit(self.counts.value_at_quantile(share).clamp(self.min, self.max))
    }

    /// How many values are at most each of `bounds`, which ascend. A value that shares its three digits with a bound counts
    /// as being at most the bound.
    pub(super) fn cumulative(&self, bounds: &[f64]) -> Vec<u64> {
        let per_unit = f64::from(steps_per(self.unit));
        let mut buckets = self.buckets().peekable();
        let mut below = 0;
        let up_to = |bound: &f64| {
            let limit = (bound * per_unit).round() as u64;
            while let Some((_, count)) = buckets.next_if(|(steps, _)| *steps <= limit) {
                below += count;
            }
            below
        };
        bounds.iter().map(up_to).collect()
    }
}

impl PartialEq for Distribution {
    fn eq(&self, other: &Distribution) -> bool {
        // How far the counts have grown is no part of the value.
        (self.unit, self.sum, self.min, self.max) == (other.unit, other.sum, other.min, other.max)
            && self.buckets().eq(other.buckets())
    }
}

/// A distribution as it is written to be merged later. All but `steps_per_unit` and the counts are in steps.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Exact {
    steps_per_unit: u32,
    sum: u64,
    min: u64,
    max: u64,
    buckets: Vec<(u64, u64)>,
}

/// A distribution as it is written: for people in its unit, and exactly.
#[derive(Serialize)]
struct Written {
    count: u64,
    sum: f64,
    mean: f64,
    min: f64,
    max: f64,
    p50: f64,
    p95: f64,
    p99: f64,
    exact: Exact,
}

impl Serialize for Distribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            count: self.count(),
            sum: self.sum(),
            mean: self.mean(),
            min: self.min(),
            max: self.max(),
            p50: self.quantile(0.5),
            p95: self.quantile(0.95),
            p99: self.quantile(0.99),
            exact: Exact {
                steps_per_unit: steps_per(self.unit),
                sum: self.sum,
                min: if self.count() == 0 { 0 } else { self.min },
                max: self.max,
                buckets: self.buckets().collect(),
            },
        };
        written.serialize(serializer)
    }
}

impl Distribution {
    /// The distribution of values in `unit` that was written as `exact`.
    ///
    /// # Errors
    /// What about it cannot be true.
    pub(super) fn restored(unit: MetricUnit, exact: &Exact) -> Result<Distribution, &'static str> {
        if exact.steps_per_unit != steps_per(unit) {
            return Err("its steps are not those of the unit");
        }
        if !exact.buckets.is_sorted_by(|left, right| left.0 < right.0) {
            return Err("its buckets do not ascend");
        }
        let mut restored = Distribution::new(unit);
        for (steps, count) in &exact.buckets {
            if *count == 0 || *steps > MAX_STEPS || restored.counts.lowest_equivalent(*steps) != *steps {
                return Err("a bucket is none that is written");
            }
            restored.record_steps(*steps, *count);
        }
        restored.bounded_by(exact)
    }

    /// This distribution with the sum, the least and the largest value of `exact`.
    fn bounded_by(mut self, exact: &Exact) -> Result<Distribution, &'static str> {
        if self.count() == 0 {
            return Ok(self);
        }
        let fits = |steps: u64, bucket: u64| steps <= MAX_STEPS && self.counts.lowest_equivalent(steps) == bucket;
        if !fits(exact.min, self.min) || !fits(exact.max, self.max) || exact.min > exact.max || exact.sum < self.sum {
            return Err("its sum, least or largest value do not agree with its buckets");
        }
        (self.sum, self.min, self.max) = (exact.sum, exact.min, exact.max);
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
