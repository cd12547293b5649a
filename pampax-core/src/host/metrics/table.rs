//! The one table of metrics. Names, labels and buckets of every sink and every rendering derive from [`Metric`].
//!
//! Never here: how a measurement is kept or passed on.

use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// How the measurements of a metric add up.
    MetricKind {
        /// A sum that only grows.
        Counter = "counter",
        /// The last value that was seen.
        Gauge = "gauge",
        /// A distribution of values.
        Histogram = "histogram",
    }
}

named_enum! {
    /// What a metric counts or measures.
    MetricUnit {
        /// Milliseconds.
        Milliseconds = "milliseconds",
        /// Seconds.
        Seconds = "seconds",
        /// Bytes.
        Bytes = "bytes",
        /// Tokens of the request's tokenizer.
        Tokens = "tokens",
        /// A share from 0 to 1.
        Ratio = "ratio",
        /// Things, events, or the number of a state.
        Count = "count",
    }
}

/// Upper bounds for what a person waits for.
const WAITING_MS: &[f64] =
    &[0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 30_000.0];
/// Upper bounds for one read of the catalog.
const READING_MS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 1_000.0];
/// Upper bounds for updates of an index.
const UPDATING_MS: &[f64] = &[
    1.0,
    5.0,
    10.0,
    50.0,
    100.0,
    500.0,
    1_000.0,
    5_000.0,
    10_000.0,
    30_000.0,
    60_000.0,
    300_000.0,
    600_000.0,
    1_800_000.0,
];
/// Upper bounds for the tokens of a bundle.
const TOKENS: &[f64] =
    &[100.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 32_000.0, 64_000.0, 128_000.0];
/// Upper bounds for shares.
const SHARES: &[f64] = &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0];

/// One row of the table.
struct Row {
    name: &'static str,
    exported_name: &'static str,
    kind: MetricKind,
    unit: MetricUnit,
    labels: &'static [&'static str],
    bounds: &'static [f64],
    help: &'static str,
    measured_by: &'static str,
}

macro_rules! metrics {
    ($(#[doc = $help:literal] $variant:ident = $name:literal, $kind:ident, $unit:ident, $labels:expr, $bounds:expr, $by:literal;)*) => {
        /// Something the engine measures. Names and label names never change once released.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Metric { $(#[doc = $help] $variant,)* }

        /// The rows, in declaration order.
        const TABLE: &[Row] = &[$(Row {
            name: $name,
            exported_name: concat!("pampax_", $name),
            kind: MetricKind::$kind,
            unit: MetricUnit::$unit,
            labels: &$labels,
            bounds: $bounds,
            help: $help.trim_ascii(),
            measured_by: $by,
        },)*];

        impl Metric {
            /// Every metric, in the order of the table.
            pub const ALL: &'static [Metric] = &[$(Metric::$variant,)*];

            /// The metric with this stable name.
            pub fn from_name(name: &str) -> Option<Metric> {
                match name { $($name => Some(Metric::$variant),)* _ => None }
            }
        }
    };
}

metrics! {
    /// How long a search took that gave an answer, which was `computed` or `cached`.
    SearchLatencyMs = "search_latency_ms", Histogram, Milliseconds, ["answer"], WAITING_MS, "Searcher::search";
    /// How long an assembly took that gave a bundle, which was `computed` or `cached`.
    AssembleLatencyMs = "assemble_latency_ms", Histogram, Milliseconds, ["answer"], WAITING_MS, "Assembler::assemble";
    /// How long a question to the graph took that gave an answer.
    GraphLatencyMs = "graph_latency_ms", Histogram, Milliseconds, [], WAITING_MS, "Searcher::graph and Searcher::path";
    /// Searches that found nothing.
    ZeroResultsTotal = "zero_results_total", Counter, Count, [], &[], "Searcher::search";
    /// Hits whose file has changed or gone since it was indexed.
    StaleHitsTotal = "stale_hits_total", Counter, Count, [], &[], "Searcher::search";
    /// Answers and updates that had to do without something, by what it was.
    DegradedTotal = "degraded_total", Counter, Count, ["what"], &[], "Searcher::search, Assembler::assemble and Index::update";
    /// Tokens of a bundle.
    TokenUsage = "token_usage", Histogram, Tokens, [], TOKENS, "Assembler::assemble";
    /// Tokens of a bundle as a share of its budget.
    BudgetUtilization = "budget_utilization", Histogram, Ratio, [], SHARES, "Assembler::assemble";
    /// Calls that failed, by the name of the error code.
    ErrorsTotal = "errors_total", Counter, Count, ["code"], &[], "every call of Index, Searcher and Assembler";
    /// How long one read of the catalog took.
    SqliteReadMs = "sqlite_read_ms", Histogram, Milliseconds, [], READING_MS, "the catalog of a Searcher";

    /// How long an update of the index took that went to its end.
    IndexRefreshMs = "index_refresh_ms", Histogram, Milliseconds, [], UPDATING_MS, "Index::update";
    /// Files that updates `added`, `changed`, `renamed` or `removed`.
    IndexChangesTotal = "index_changes_total", Counter, Count, ["change"], &[], "Index::update";
    /// Vectors of chunks that updates `made`, or `reused` because the text was known.
    IndexVectorsTotal = "index_vectors_total", Counter, Count, ["origin"], &[], "Index::update";
    /// Files in the index.
    IndexFiles = "index_files", Gauge, Count, [], &[], "Index::update and Index::health";
    /// Chunks in the index.
    IndexChunks = "index_chunks", Gauge, Count, [], &[], "Index::update and Index::health";
    /// Bytes of the index folder on disk.
    IndexBytes = "index_bytes", Gauge, Bytes, [], &[], "Index::update and Index::health";
    /// The number of the last committed state of the index.
    IndexGeneration = "index_generation", Gauge, Count, [], &[], "Index::update and Index::health";
    /// Time since the index was last brought up to date.
    IndexAgeSeconds = "index_age_seconds", Gauge, Seconds, [], &[], "Index::health";
    /// Files that are not indexed, by reason.
    IndexSkippedFiles = "index_skipped_files", Gauge, Count, ["reason"], &[], "Index::update";
    /// Files that are indexed with an incomplete structure.
    IndexDegradedFiles = "index_degraded_files", Gauge, Count, [], &[], "Index::update";
    /// Changes of files that the watcher was told about.
    WatchEventsTotal = "watch_events_total", Counter, Count, [], &[], "the watcher";

    /// Answers that came from a cache, `search` or `bundle`.
    CacheHits = "cache_hits", Counter, Count, ["cache"], &[], "the caches";
    /// Answers that were not in a cache, `search` or `bundle`.
    CacheMisses = "cache_misses", Counter, Count, ["cache"], &[], "the caches";
    /// Answers that a cache gave up for want of room or because they were too old.
    CacheEvictions = "cache_evictions", Counter, Count, ["cache"], &[], "the caches";
    /// Hits of a cache as a share of all its look-ups.
    CacheHitRatio = "cache_hit_ratio", Gauge, Ratio, ["cache"], &[], "the caches";
    /// Answers in a cache.
    CacheEntries = "cache_entries", Gauge, Count, ["cache"], &[], "the caches";
    /// Bytes that the answers in a cache take.
    CacheBytes = "cache_bytes", Gauge, Bytes, ["cache"], &[], "the caches";

    /// How long the host's `embedder` or `reranker` took, whatever it is.
    SeamLatencyMs = "seam_latency_ms", Histogram, Milliseconds, ["seam"], WAITING_MS, "the guard around the seams";
    /// Calls of the host's `embedder` or `reranker` that failed, were late or answered with what cannot be used.
    SeamFailuresTotal = "seam_failures_total", Counter, Count, ["seam"], &[], "the guard around the seams";
    /// Requests to a remote service, by seam and by what became of them: an HTTP status, `timeout`, `network`, `malformed`.
    RemoteCallsTotal = "remote_calls_total", Counter, Count, ["seam", "status"], &[], "the HTTP seams";
    /// Requests to a remote service that were repeats of a failed one.
    RemoteRetriesTotal = "remote_retries_total", Counter, Count, ["seam"], &[], "the guard around the seams";
    /// Requests to a remote service that were not made: `breaker_open`, `too_many` or `no_time`.
    RemoteRefusedTotal = "remote_refused_total", Counter, Count, ["reason", "seam"], &[], "the guard around the seams";
    /// How long one request to a remote service took.
    RemoteLatencyMs = "remote_latency_ms", Histogram, Milliseconds, ["seam"], WAITING_MS, "the HTTP seams";
    /// The state of the circuit breaker of a remote service: 0 closed, 1 half open, 2 open.
    CircuitBreakerState = "circuit_breaker_state", Gauge, Count, ["seam"], &[], "the circuit breakers";
    /// Changes of a circuit breaker to `closed`, `half_open` or `open`.
    CircuitBreakerChangesTotal = "circuit_breaker_changes_total", Counter, Count, ["seam", "state"], &[], "the circuit breakers";

    /// How long a check of health took.
    HealthLatencyMs = "health_latency_ms", Histogram, Milliseconds, [], WAITING_MS, "Index::health";
    /// What the last check found of a component: 0 ok, 1 warning, 2 error.
    HealthStatus = "health_status", Gauge, Count, ["component"], &[], "Index::health";
    /// Bytes of the catalog's write-ahead log.
    CatalogWalBytes = "catalog_wal_bytes", Gauge, Bytes, [], &[], "Index::health";
    /// Bytes that are free on the disk of the index folder.
    DiskFreeBytes = "disk_free_bytes", Gauge, Bytes, [], &[], "Index::health";
    /// Bytes of memory that the process has in use.
    ProcessResidentBytes = "process_resident_bytes", Gauge, Bytes, [], &[], "Index::health and Index::update";

    /// Log records that the log sink could not write since it was opened.
    LogRecordsLost = "log_records_lost", Gauge, Count, [], &[], "the log sinks";
    /// Measurements that a metrics sink refused or changed, by metric and reason.
    MeasurementFaultsTotal = "measurement_faults_total", Counter, Count, ["metric", "reason"], &[], "the metrics sinks";
}

impl Metric {
    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The stable name, such as `search_latency_ms`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The name that programs outside the process see: the stable name after `pampax_`.
    pub fn exported_name(self) -> &'static str {
        self.row().exported_name
    }

    /// How its measurements add up.
    pub fn kind(self) -> MetricKind {
        self.row().kind
    }

    /// What it counts or measures.
    pub fn unit(self) -> MetricUnit {
        self.row().unit
    }

    /// The names of the labels it may have, in alphabetical order.
    pub fn labels(self) -> &'static [&'static str] {
        self.row().labels
    }

    /// The upper bounds of the buckets that renderings with buckets use, ascending; empty unless it is a histogram.
    pub fn bounds(self) -> &'static [f64] {
        self.row().bounds
    }

    /// What it tells, as one sentence.
    pub fn help(self) -> &'static str {
        self.row().help
    }

    /// The part of the engine that measures it.
    pub fn measured_by(self) -> &'static str {
        self.row().measured_by
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for Metric {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Metric, D::Error> {
        let name = String::deserialize(deserializer)?;
        Metric::from_name(&name).ok_or_else(|| serde::de::Error::custom(format!("there is no metric `{name}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn is_plain(name: &str) -> bool {
        let mut characters = name.chars();
        characters.next().is_some_and(|first| first.is_ascii_lowercase())
            && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    }

    #[test]
    fn names_differ_and_are_plain() {
        let names: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        for metric in Metric::ALL {
            assert!(is_plain(metric.name()), "{metric}");
            assert_eq!(Metric::from_name(metric.name()), Some(*metric));
            assert_eq!(metric.exported_name(), format!("pampax_{metric}"));
        }
        assert_eq!(Metric::from_name("search_latency"), None);
    }

    #[test]
    fn labels_are_few_plain_and_in_order() {
        for metric in Metric::ALL {
            let labels = metric.labels();
            assert!(labels.len() <= 2 && labels.is_sorted_by(|left, right| left < right), "{metric}");
            assert!(labels.iter().all(|label| is_plain(label) && !["le", "quantile"].contains(label)), "{metric}");
        }
    }

    #[test]
    fn only_histograms_have_bounds_and_they_ascend() {
        for metric in Metric::ALL {
            assert_eq!(metric.bounds().is_empty(), metric.kind() != MetricKind::Histogram, "{metric}");
            assert!(metric.bounds().is_sorted_by(|left, right| left < right), "{metric}");
            assert!(metric.bounds().iter().all(|bound| *bound > 0.0 && bound.is_finite()), "{metric}");
        }
    }

    #[test]
    fn a_name_that_ends_in_total_is_a_counter() {
        for metric in Metric::ALL.iter().filter(|metric| metric.name().ends_with("_total")) {
            assert_eq!(metric.kind(), MetricKind::Counter, "{metric}");
        }
    }

    #[test]
    fn a_name_ends_in_the_unit_it_is_given_in() {
        for (end, unit) in [
            ("_ms", MetricUnit::Milliseconds),
            ("_seconds", MetricUnit::Seconds),
            ("_bytes", MetricUnit::Bytes),
            ("_ratio", MetricUnit::Ratio),
        ] {
            for metric in Metric::ALL.iter().filter(|metric| metric.name().ends_with(end)) {
                assert_eq!(metric.unit(), unit, "{metric}");
            }
        }
    }

    #[test]
    fn each_has_a_sentence_and_a_source() {
        for metric in Metric::ALL {
            let help = metric.help();
            assert!(help.starts_with(char::is_uppercase) && help.ends_with('.'), "{metric}: {help}");
            assert!(help.chars().all(|c| !c.is_control()) && help.len() <= 120, "{metric}: {help}");
            assert!(!metric.measured_by().is_empty(), "{metric}");
        }
    }

    #[test]
    fn the_names_of_the_product_are_there() {
        let names = "search_latency_ms assemble_latency_ms index_refresh_ms sqlite_read_ms cache_hit_ratio cache_hits \
                     cache_misses cache_evictions token_usage budget_utilization errors_total circuit_breaker_state \
                     index_files index_chunks index_bytes index_age_seconds zero_results_total";
        for name in names.split_whitespace() {
            assert!(Metric::from_name(name).is_some(), "{name}");
        }
        assert_eq!(Metric::ErrorsTotal.labels(), ["code"]);
    }
}
