//! The rules of the text format, as a strict reader; see "Text-based format" and "Metric and label naming" of Prometheus.

use super::*;
use crate::host::metrics::{Metric, MetricsSink, Registry, fixture};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One line of values: name, labels, value.
#[derive(Debug, Clone, PartialEq)]
struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

/// One metric with its lines.
#[derive(Debug, Default)]
struct Described {
    name: String,
    kind: String,
    help: String,
    samples: Vec<Sample>,
}

/// The metrics of `text`.
///
/// # Panics
/// When a line breaks a rule of the format.
fn read(text: &str) -> Vec<Described> {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line has no end");
    let mut metrics: Vec<Described> = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("help has a name");
            metrics.push(Described { name: name.to_owned(), help: unescaped(help, false), ..Described::default() });
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let metric = metrics.last_mut().expect("the type follows the help");
            let (name, kind) = rest.split_once(' ').expect("a type has a name");
            assert!(metric.name == name && metric.kind.is_empty() && metric.samples.is_empty(), "{line}");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            metric.kind = kind.to_owned();
        } else {
            let metric = metrics.last_mut().expect("samples follow the type");
            metric.samples.push(sample(line));
        }
    }
    metrics.iter().for_each(check_metric);
    let names: BTreeSet<&str> = metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(names.len(), metrics.len(), "a metric is described twice");
    metrics
}

fn is_name(name: &str, more: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || more.contains(c);
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(fits)
}

fn sample(line: &str) -> Sample {
    let end = line.find(['{', ' ']).expect("a sample has a value");
    let (name, rest) = line.split_at(end);
    assert!(is_name(name, ":"), "{line}");
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest),
        None => (Vec::new(), rest),
    };
    let value = value.strip_prefix(' ').expect("one space stands before the value");
    assert!(value == "+Inf" || value.chars().all(|c| c.is_ascii_digit() || "-.e+".contains(c)), "{line}");
    let names: BTreeSet<&String> = labels.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), labels.len(), "{line}: a label is given twice");
    Sample { name: name.to_owned(), labels, value: value.parse().expect("a value is a number") }
}

/// The labels of `rest`, which stands behind an opening brace, and what stands behind the closing one.
fn labels(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut labels = Vec::new();
    loop {
        let (name, quoted) = rest.split_once("=\"").expect("a label has a quoted value");
        assert!(is_name(name, "") && !name.starts_with("__"), "{rest}");
        let end = end_of_quotes(quoted);
        labels.push((name.to_owned(), unescaped(&quoted[..end], true)));
        rest = &quoted[end + 1..];
        match rest.split_at(1) {
            (",", more) => rest = more,
            ("}", value) => return (labels, value),
            _ => panic!("a comma or a brace follows a label: {rest}"),
        }
    }
}

fn end_of_quotes(quoted: &str) -> usize {
    let mut is_escaped = false;
    let end = quoted.char_indices().find(|(_, c)| {
        let is_end = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        is_end
    });
    end.expect("quotes are closed").0
}

fn unescaped(text: &str, has_quotes: bool) -> String {
    let mut characters = text.chars();
    let mut plain = String::new();
    while let Some(c) = characters.next() {
        plain.push(match c {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('\\') => '\\',
                Some('"') if has_quotes => '"',
                other => panic!("a backslash stands before {other:?}: {text}"),
            },
            c => c,
        });
    }
    plain
}

fn check_metric(metric: &Described) {
    assert!(is_name(&metric.name, ":") && !metric.help.is_empty() && !metric.kind.is_empty(), "{metric:?}");
    assert!(!metric.samples.is_empty(), "{} has no sample", metric.name);
    match metric.kind.as_str() {
        "histogram" => check_histogram(metric),
        kind => {
            assert_eq!(metric.name.ends_with("_total"), kind == "counter", "{}", metric.name);
            let is_own = |sample: &Sample| sample.name == metric.name && (kind == "gauge" || sample.value >= 0.0);
            assert!(metric.samples.iter().all(is_own), "{metric:?}");
            let labels = metric.samples.iter().map(|sample| sample.labels.clone());
            assert_eq!(labels.collect::<BTreeSet<_>>().len(), metric.samples.len(), "{}: a series twice", metric.name);
        }
    }
}

/// Each series has ascending buckets whose counts do not fall, of which the last is infinite, then a sum, then a count, which
/// is that of the last bucket.
fn check_histogram(metric: &Described) {
    let mut series: BTreeMap<Vec<(String, String)>, Vec<&Sample>> = BTreeMap::new();
    for sample in &metric.samples {
        let labels = sample.labels.iter().filter(|(name, _)| name != "le").cloned().collect();
        series.entry(labels).or_default().push(sample);
    }
    for samples in series.values() {
        let [buckets @ .., sum, count] = samples.as_slice() else { panic!("{}: too few samples", metric.name) };
        assert_eq!(
            (sum.name.clone(), count.name.clone()),
            (format!("{}_sum", metric.name), format!("{}_count", metric.name))
        );
        let bound = |sample: &&Sample| {
            assert_eq!(sample.name, format!("{}_bucket", metric.name));
            let bound = sample.labels.iter().find(|(name, _)| name == "le").expect("a bucket has a bound");
            bound.1.parse::<f64>().expect("a bound is a number")
        };
        let bounds: Vec<f64> = buckets.iter().map(bound).collect();
        assert!(bounds.is_sorted_by(|left, right| left < right), "{bounds:?}");
        assert!(buckets.is_sorted_by(|left, right| left.value <= right.value), "{buckets:?}");
        let last = buckets.last().expect("there is a bucket");
        assert_eq!((bounds.last(), last.value), (Some(&f64::INFINITY), count.value));
        assert!(sum.value >= 0.0 && count.value >= 1.0);
    }
}

fn written(measure: impl Fn(&Registry)) -> String {
    let registry = Registry::new();
    measure(&registry);
    registry.snapshot().prometheus()
}

#[test]
fn it_looks_like_this() {
    let text = written(|registry| {
        registry.counter("cache_hits", 3, &[("cache", "search")]);
        registry.counter("remote_calls_total", 1, &[("seam", "embedder"), ("status", "a\\\"b")]);
        registry.gauge("cache_hit_ratio", 0.75, &[("cache", "search")]);
        registry.gauge("index_files", 12.0, &[]);
        registry.histogram("budget_utilization", 0.5, &[]);
        registry.histogram("budget_utilization", 0.92, &[]);
    });
    let expected = r#"# HELP pampax_budget_utilization Tokens of a bundle as a share of its budget.
# TYPE pampax_budget_utilization histogram
pampax_budget_utilization_bucket{le="0.1"} 0
pampax_budget_utilization_bucket{le="0.2"} 0
pampax_budget_utilization_bucket{le="0.3"} 0
pampax_budget_utilization_bucket{le="0.4"} 0
pampax_budget_utilization_bucket{le="0.5"} 1
pampax_budget_utilization_bucket{le="0.6"} 1
pampax_budget_utilization_bucket{le="0.7"} 1
pampax_budget_utilization_bucket{le="0.8"} 1
pampax_budget_utilization_bucket{le="0.9"} 1
pampax_budget_utilization_bucket{le="0.95"} 2
pampax_budget_utilization_bucket{le="1"} 2
pampax_budget_utilization_bucket{le="+Inf"} 2
pampax_budget_utilization_sum 1.42
pampax_budget_utilization_count 2
# HELP pampax_cache_hit_ratio Hits of a cache as a share of all its look-ups.
# TYPE pampax_cache_hit_ratio gauge
pampax_cache_hit_ratio{cache="search"} 0.75
# HELP pampax_cache_hits_total Answers that came from a cache, `search` or `bundle`.
# TYPE pampax_cache_hits_total counter
pampax_cache_hits_total{cache="search"} 3
# HELP pampax_index_files Files in the index.
# TYPE pampax_index_files gauge
pampax_index_files 12
# HELP pampax_remote_calls_total Requests to a remote service, by seam and by what became of them: an HTTP status, `timeout`, `network`, `malformed`.
# TYPE pampax_remote_calls_total counter
pampax_remote_calls_total{seam="embedder",status="a\\\"b"} 1
"#;
    assert_eq!(text, expected);
    assert_eq!(read(&text).len(), 5);
    assert_eq!(written(|_| {}), "");
}

#[test]
fn names_of_samples_differ_between_metrics() {
    let metrics = read(&written(|registry| fixture::one_of_each(registry)));
    assert_eq!(metrics.len(), Metric::ALL.len());
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for metric in &metrics {
        for sample in &metric.samples {
            assert_eq!(*owners.entry(&sample.name).or_insert(&metric.name), metric.name, "{}", sample.name);
        }
    }
}

#[test]
fn line_breaks_and_backslashes_of_help_are_escaped() {
    assert_eq!(escaped("a\\b\nc"), "a\\\\b\\nc");
    assert_eq!(unescaped(&escaped("a\\b\nc\\"), false), "a\\b\nc\\");
}

#[test]
#[should_panic(expected = "a backslash stands before")]
fn the_reader_is_strict_about_escapes() {
    read("# HELP a b\n# TYPE a gauge\na{x=\"\\q\"} 1\n");
}

#[test]
#[should_panic(expected = "a_bucket")]
fn the_reader_is_strict_about_buckets() {
    read("# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n");
}

proptest! {
    #[test]
    fn whatever_is_measured_follows_the_rules(steps in fixture::steps()) {
        let registry = Registry::new();
        fixture::measure(&registry, &steps);
        let snapshot = registry.snapshot();
        let metrics = read(&snapshot.prometheus());
        prop_assert_eq!(metrics.len(), snapshot.families().len());
        for (metric, family) in metrics.iter().zip(snapshot.families()) {
            prop_assert_eq!(&metric.help, family.metric.help());
            let is_own = |sample: &&Sample| !sample.name.ends_with("_bucket") && !sample.name.ends_with("_sum");
            let found: Vec<_> = metric.samples.iter().filter(is_own).map(|sample| sample.labels.clone()).collect();
            let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            let expected = family.series.iter().map(|series| series.labels.iter().map(owned).collect::<Vec<_>>());
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_label_is_read_back(value in "\\PC{0,70}|[ -~\\n\\t\\\\\"]{0,70}") {
        let registry = Registry::new();
        registry.counter("cache_hits", 1, &[("cache", &value)]);
        let snapshot = registry.snapshot();
        let kept = snapshot.series(Metric::CacheHits)[0].labels.get("cache").map(str::to_owned);
        let read = read(&snapshot.prometheus());
        prop_assert_eq!(read[0].samples[0].labels.first().map(|(_, value)| value.clone()), kept);
    }
}
