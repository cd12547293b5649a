//! The labels of one series: names of the table, values cut and cleaned.
//!
//! Never here: how many sets of labels a metric may have (`family.rs`).

use super::table::Metric;
use serde::{Serialize, Serializer};

/// The most characters of a label's value; the rest is cut off.
const MAX_VALUE_CHARACTERS: usize = 64;
/// The value of every label of the set that takes what has no set of its own.
const OTHER: &str = "other";

/// The labels of one series, in alphabetical order of their names. A label without a value is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Labels(Vec<(&'static str, String)>);

impl Labels {
    /// What `given` says about the labels of `metric`, and whether it held no other label. Of two values for one label the
    /// last counts.
    pub(super) fn of(metric: Metric, given: &[(&str, &str)]) -> (Labels, bool) {
        let value_of = |label: &str| given.iter().rev().find(|(name, _)| *name == label).map(|(_, value)| clean(value));
        let labels = metric.labels().iter().filter_map(|label| Some((*label, value_of(label)?)));
        let all_known = given.iter().all(|(name, _)| metric.labels().contains(name));
        (Labels(labels.filter(|(_, value)| !value.is_empty()).collect()), all_known)
    }

    /// The set that takes what has no set of its own.
    pub(super) fn other(metric: Metric) -> Labels {
        Labels(metric.labels().iter().map(|label| (*label, OTHER.to_owned())).collect())
    }

    /// Whether `given` is this very set, cleaned already.
    pub(super) fn is(&self, given: &[(&str, &str)]) -> bool {
        let has =
            |label: &(&'static str, String)| given.iter().any(|(name, value)| *name == label.0 && *value == label.1);
        self.0.len() == given.len() && self.0.iter().all(has)
    }

    /// The value of the label `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(label, _)| *label == name).map(|(_, value)| value)
    }

    /// Names and values, in alphabetical order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// `value` without control characters and without space around it, cut to its first [`MAX_VALUE_CHARACTERS`].
fn clean(value: &str) -> String {
    let plain = value.trim().chars().map(|c| if c.is_control() { '_' } else { c });
    plain.take(MAX_VALUE_CHARACTERS).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(metric: Metric, given: &[(&str, &str)], expected: &[(&str, &str)], all_known: bool) {
        let (labels, known) = Labels::of(metric, given);
        assert_eq!((labels.iter().collect::<Vec<_>>(), known), (expected.to_vec(), all_known), "{given:?}");
        let kept: Vec<(&str, &str)> = labels.iter().collect();
        assert_eq!(Labels::of(metric, &kept), (labels.clone(), true), "cleaning again changes nothing");
        assert!(labels.is(&kept));
    }

    #[test]
    fn labels_come_in_order_and_only_those_of_the_table() {
        let expected = [("seam", "embedder"), ("status", "200")];
        check(Metric::RemoteCallsTotal, &[("status", "200"), ("seam", "embedder")], &expected, true);
        check(Metric::RemoteCallsTotal, &[("seam", "embedder"), ("user", "42"), ("status", "200")], &expected, false);
        check(Metric::RemoteCallsTotal, &[("seam", "a"), ("seam", "embedder"), ("status", "200")], &expected, true);
        check(Metric::ZeroResultsTotal, &[("query", "secret")], &[], false);
        check(Metric::CacheHits, &[], &[], true);
    }

    #[test]
    fn values_are_cut_and_cleaned() {
        check(Metric::CacheHits, &[("cache", "")], &[], true);
        check(Metric::CacheHits, &[("cache", " \t ")], &[], true);
        check(Metric::CacheHits, &[("cache", " a\nb\0c ")], &[("cache", "a_b_c")], true);
        check(Metric::CacheHits, &[("cache", "ключ \"x\" \\")], &[("cache", "ключ \"x\" \\")], true);
        check(Metric::CacheHits, &[("cache", &"é".repeat(65))], &[("cache", &"é".repeat(64))], true);
        let broken_at_a_space = format!("{} rest", "a".repeat(63));
        check(Metric::CacheHits, &[("cache", &broken_at_a_space)], &[("cache", &"a".repeat(63))], true);
    }

    #[test]
    fn a_set_is_known_by_its_values_in_any_order() {
        let (labels, _) = Labels::of(Metric::RemoteCallsTotal, &[("seam", "embedder"), ("status", "200")]);
        assert!(labels.is(&[("status", "200"), ("seam", "embedder")]));
        assert!(!labels.is(&[("status", "200"), ("seam", "reranker")]));
        assert!(!labels.is(&[("status", "200")]));
        assert!(!labels.is(&[("status", "200"), ("seam", "embedder"), ("more", "x")]));
        assert_eq!(labels.get("seam"), Some("embedder"));
        assert_eq!(labels.get("code"), None);
    }
}
