//! Everything that was measured up to one moment: read, merged, written as JSON and read back.
//!
//! Never here: other ways to write it (`prometheus.rs`, `line_protocol.rs`), files.

use super::distribution::{Distribution, Exact};
use super::family::{Family, Series, Value};
use super::labels::Labels;
use super::registry::DEFAULT_LABEL_SETS;
use super::table::{Metric, MetricKind};
use crate::error::{Error, Result};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that was measured up to one moment. Only metrics that were measured are in it, ordered by name, their series
/// ordered by labels: equal measurements give equal bytes.
///
/// As JSON it is complete, so that snapshots of several processes can be kept in one file: read it, [`Snapshot::merge`] what
/// was measured since, write it.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    families: Vec<Family>,
    label_sets: usize,
}

impl Default for Snapshot {
    fn default() -> Snapshot {
        Snapshot::of(Vec::new(), DEFAULT_LABEL_SETS)
    }
}

impl Snapshot {
    /// The version of what a snapshot looks like as JSON. New metrics do not change it.
    pub const SCHEMA: u32 = 1;

    pub(super) fn of(families: Vec<Family>, label_sets: usize) -> Snapshot {
        let mut families: Vec<Family> = families.into_iter().map(Family::sorted).collect();
        families.sort_by_key(|family| family.metric.name());
        Snapshot { families, label_sets }
    }

    /// Reads what was written as JSON: counters and distributions exactly, gauges to 15 digits.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the text is no snapshot, has another schema, is damaged, or holds a metric or a label that
    /// only another version of the program knows.
    pub fn from_json(text: &str) -> Result<Snapshot> {
        serde_json::from_str(text).map_err(|error| Error::argument("snapshot", error.to_string()))
    }

    /// The metrics that were measured, ordered by name.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// The series of `metric`, ordered by labels; empty when it was not measured.
    pub fn series(&self, metric: Metric) -> &[Series] {
        self.families.iter().find(|family| family.metric == metric).map_or(&[], |family| &family.series)
    }

    /// The sum of all series of a counter; 0 when it was not measured.
    pub fn counter(&self, metric: Metric) -> u64 {
        let counts = self.series(metric).iter().map(|series| match series.value {
            Value::Counter(count) => count,
            _ => 0,
        });
        counts.fold(0, u64::saturating_add)
    }

    /// The gauge with these label values, which are those of all its labels in alphabetical order of their names.
    pub fn gauge(&self, metric: Metric, label_values: &[&str]) -> Option<f64> {
        let with_values =
            |series: &&Series| series.labels.iter().map(|(_, value)| value).eq(label_values.iter().copied());
        match self.series(metric).iter().find(with_values)?.value {
            Value::Gauge(level) => Some(level),
            _ => None,
        }
    }

    /// The values of all series of a histogram together, if there are any.
    pub fn distribution(&self, metric: Metric) -> Option<Distribution> {
        let parts = self.series(metric).iter().filter_map(|series| match &series.value {
            Value::Histogram(part) => Some(part.as_ref()),
            _ => None,
        });
        parts.fold(None, |all: Option<Distribution>, part| match all {
            None => Some(part.clone()),
            Some(mut all) => {
                all.merge(part);
                Some(all)
            }
        })
    }

    /// Adds a later snapshot: counters and distributions add up as if all had been measured in one place; of two gauges the
    /// later one counts. A metric keeps at most as many sets of labels as in the registry that allowed for more.
    pub fn merge(&mut self, later: &Snapshot) {
        self.label_sets = self.label_sets.max(later.label_sets);
        for family in &later.families {
            for series in &family.series {
                self.absorb(family.metric, series.labels.clone(), &series.value);
            }
        }
        let families = std::mem::take(&mut self.families);
        *self = Snapshot::of(families, self.label_sets);
    }

    fn absorb(&mut self, metric: Metric, labels: Labels, later: &Value) {
        let position = self.families.iter().position(|family| family.metric == metric).unwrap_or_else(|| {
            self.families.push(Family::new(metric));
            self.families.len() - 1
        });
        self.families[position].absorb(labels, later, self.label_sets);
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut snapshot = serializer.serialize_struct("Snapshot", 2)?;
        snapshot.serialize_field("schema", &Snapshot::SCHEMA)?;
        snapshot.serialize_field("metrics", &self.families)?;
        snapshot.end()
    }
}

/// A snapshot as it was written, unchecked.
#[derive(Deserialize)]
struct Written {
    schema: u32,
    metrics: Vec<WrittenFamily>,
}

#[derive(Deserialize)]
struct WrittenFamily {
    name: Metric,
    series: Vec<WrittenSeries>,
}

#[derive(Deserialize)]
struct WrittenSeries {
    labels: BTreeMap<String, String>,
    #[serde(flatten)]
    value: WrittenValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenValue {
    Counter(u64),
    Gauge(f64),
    Histogram(WrittenDistribution),
}

#[derive(Deserialize)]
struct WrittenDistribution {
    exact: Exact,
}

impl<'de> Deserialize<'de> for Snapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Snapshot, D::Error> {
        Written::deserialize(deserializer)?.checked().map_err(serde::de::Error::custom)
    }
}

impl Written {
    fn checked(self) -> std::result::Result<Snapshot, String> {
        if self.schema != Snapshot::SCHEMA {
            return Err(format!("its schema is {}, this program reads {}", self.schema, Snapshot::SCHEMA));
        }
        let mut snapshot = Snapshot::default();
        for family in &self.metrics {
            for series in &family.series {
                let wrong = |why| format!("metric `{}`: {why}", family.name);
                let (labels, value) = series.checked(family.name).map_err(wrong)?;
                snapshot.absorb(family.name, labels, &value);
            }
        }
        Ok(Snapshot::of(snapshot.families, snapshot.label_sets))
    }
}

impl WrittenSeries {
    fn checked(&self, metric: Metric) -> std::result::Result<(Labels, Value), &'static str> {
        let given: Vec<(&str, &str)> =
            self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (labels, true) = Labels::of(metric, &given) else {
            return Err("it has a label that is not known");
        };
        let value = match (&self.value, metric.kind()) {
            (WrittenValue::Counter(sum), MetricKind::Counter) => Value::Counter(*sum),
            (WrittenValue::Gauge(level), MetricKind::Gauge) if level.is_finite() => Value::Gauge(*level),
            (WrittenValue::Histogram(written), MetricKind::Histogram) => {
                Value::Histogram(Arc::new(Distribution::restored(metric.unit(), &written.exact)?))
            }
            _ => return Err("a value is of another kind"),
        };
        Ok((labels, value))
    }
}

#[cfg(test)]
mod tests;
