//! All series of one metric, and how two values of one series become one.
//!
//! Never here: threads (`registry.rs`), files (`snapshot.rs`).

use super::distribution::Distribution;
use super::labels::Labels;
use super::measured::{Measured, MeasurementFault};
use super::table::{Metric, MetricKind};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use std::sync::Arc;

/// What a series holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Value {
    /// The sum of a counter.
    Counter(u64),
    /// The last value of a gauge.
    Gauge(f64),
    /// The values of a histogram.
    Histogram(#[serde(serialize_with = "shared")] Arc<Distribution>),
}

fn shared<S: Serializer>(values: &Arc<Distribution>, serializer: S) -> Result<S::Ok, S::Error> {
    values.as_ref().serialize(serializer)
}

impl Value {
    /// The value of a series of `metric` before anything was measured.
    fn start(metric: Metric) -> Value {
        match metric.kind() {
            MetricKind::Counter => Value::Counter(0),
            MetricKind::Gauge => Value::Gauge(0.0),
            MetricKind::Histogram => Value::Histogram(Arc::new(Distribution::new(metric.unit()))),
        }
    }

    /// Adds a measurement; says what had to be changed about it.
    pub(super) fn take(&mut self, measured: Measured) -> Option<MeasurementFault> {
        match (self, measured) {
            (Value::Counter(sum), Measured::Count(more)) => *sum = sum.saturating_add(more),
            (Value::Gauge(level), Measured::Level(now)) => *level = now,
            (Value::Histogram(values), Measured::Observed(value, count)) => {
                // Copies the values only while a snapshot holds them.
                let fits = Arc::make_mut(values).record(value, count);
                return (!fits).then_some(MeasurementFault::TooLarge);
            }
            _ => return Some(MeasurementFault::WrongKind),
        }
        None
    }

    /// What this value and a later one of the same kind come to: sums and counts add up, of two gauges the later counts.
    fn merge(&mut self, later: &Value) {
        match (self, later) {
            (Value::Counter(sum), Value::Counter(more)) => *sum = sum.saturating_add(*more),
            (Value::Histogram(values), Value::Histogram(more)) => Arc::make_mut(values).merge(more),
            (kept, later) => *kept = later.clone(),
        }
    }
}

/// The measurements of one metric with the same labels.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Series {
    /// The labels.
    pub labels: Labels,
    /// What was measured.
    #[serde(flatten)]
    pub value: Value,
}

/// All series of one metric.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Family {
    /// The metric.
    pub metric: Metric,
    /// Its series; in a snapshot they are ordered by their labels.
    pub series: Vec<Series>,
}

impl Family {
    pub(super) fn new(metric: Metric) -> Family {
        Family { metric, series: Vec::new() }
    }

    /// The value of the series with the labels `given`, and what was wrong with them. There are at most `limit` series and
    /// the one for what has no series of its own.
    pub(super) fn value(&mut self, given: &[(&str, &str)], limit: usize) -> (&mut Value, Option<MeasurementFault>) {
        if let Some(position) = self.series.iter().position(|series| series.labels.is(given)) {
            return (&mut self.series[position].value, None);
        }
        let (labels, all_known) = Labels::of(self.metric, given);
        let (value, has_own) = self.value_of(labels, limit);
        let fault = match (has_own, all_known) {
            (false, _) => Some(MeasurementFault::TooManyLabelSets),
            (true, false) => Some(MeasurementFault::UnknownLabel),
            (true, true) => None,
        };
        (value, fault)
    }

    /// The value of the series with these labels, or of the one for what has no series of its own; and whether it is the
    /// former.
    fn value_of(&mut self, labels: Labels, limit: usize) -> (&mut Value, bool) {
        let position = |series: &[Series], labels: &Labels| series.iter().position(|series| series.labels == *labels);
        if let Some(position) = position(&self.series, &labels) {
            return (&mut self.series[position].value, true);
        }
        let other = Labels::other(self.metric);
        let known_other = position(&self.series, &other);
        let has_own = labels == other || self.series.len() - usize::from(known_other.is_some()) < limit;
        let place = match known_other {
            Some(place) if !has_own => place,
            _ => {
                let labels = if has_own { labels } else { other };
                self.series.push(Series { labels, value: Value::start(self.metric) });
                self.series.len() - 1
            }
        };
        (&mut self.series[place].value, has_own)
    }

    /// Adds a later value of the series with these labels.
    pub(super) fn absorb(&mut self, labels: Labels, later: &Value, limit: usize) {
        self.value_of(labels, limit).0.merge(later);
    }

    pub(super) fn sorted(mut self) -> Family {
        self.series.sort_by(|left, right| left.labels.cmp(&right.labels));
        self
    }
}

impl Serialize for Family {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut family = serializer.serialize_struct("Family", 4)?;
        family.serialize_field("name", &self.metric)?;
        family.serialize_field("kind", &self.metric.kind())?;
        family.serialize_field("unit", &self.metric.unit())?;
        family.serialize_field("series", &self.series)?;
        family.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(metric: Metric, limit: usize, values: &[&[(&str, &str)]]) -> Vec<(Vec<(&'static str, String)>, u64)> {
        let mut family = Family::new(metric);
        for labels in values {
            family.value(labels, limit).0.merge(&Value::Counter(1));
        }
        let of = |series: Series| {
            let labels = series.labels.iter().map(|(name, value)| (name, value.to_owned())).collect();
            let Value::Counter(count) = series.value else { panic!("{metric} is a counter") };
            (labels, count)
        };
        family.sorted().series.into_iter().map(of).collect()
    }

    fn cache(value: &str, count: u64) -> (Vec<(&'static str, String)>, u64) {
        (vec![("cache", value.to_owned())], count)
    }

    #[test]
    fn sets_beyond_the_limit_share_one() {
        let of = |limit| {
            let values: [&[(&str, &str)]; 6] = [
                &[("cache", "a")],
                &[("cache", "b")],
                &[("cache", "c")],
                &[("cache", "a")],
                &[("cache", "d")],
                &[("cache", " d\n")],
            ];
            counted(Metric::CacheHits, limit, &values)
        };
        assert_eq!(of(64), [cache("a", 2), cache("b", 1), cache("c", 1), cache("d", 2)]);
        assert_eq!(of(4), [cache("a", 2), cache("b", 1), cache("c", 1), cache("d", 2)]);
        assert_eq!(of(2), [cache("a", 2), cache("b", 1), cache("other", 3)]);
        assert_eq!(of(0), [cache("other", 6)]);
    }

    #[test]
    fn a_set_that_is_called_other_is_the_shared_one() {
        let values: [&[(&str, &str)]; 4] =
            [&[("cache", "other")], &[("cache", "a")], &[("cache", "b")], &[("cache", "c")]];
        assert_eq!(counted(Metric::CacheHits, 2, &values), [cache("a", 1), cache("b", 1), cache("other", 2)]);
    }

    #[test]
    fn labels_that_the_table_does_not_have_make_no_series() {
        let values: [&[(&str, &str)]; 2] = [&[("user", "1")], &[("user", "2")]];
        assert_eq!(counted(Metric::ZeroResultsTotal, 1, &values), [(vec![], 2)]);
        let mut family = Family::new(Metric::ZeroResultsTotal);
        assert_eq!(family.value(&[("user", "1")], 1).1, Some(MeasurementFault::UnknownLabel));
        assert_eq!(family.value(&[], 1).1, None);
    }
}
