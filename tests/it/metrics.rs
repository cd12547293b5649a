//! Metrics as a host meets them: its own sinks, several at once, and OpenTelemetry.

use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use pampax_core::host::metrics::{
    Metric, MetricKind, MetricsSink, OpenTelemetryMetrics, Registry, Sampled, Snapshot, TeeMetrics,
};
use pampax_core::{Assembler, Config, ErrorCode, GraphQuery, Host, Index, Limits, Query, Request};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// What OpenTelemetry was told of one series: the sum of a counter, the level of a gauge, or the values of a histogram.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Sum(u64),
    Level(f64),
    Values { count: u64, sum: f64, bounds: Vec<f64>, buckets: Vec<u64> },
}

/// One instrument: its unit, its description, and its series by their attributes.
#[derive(Debug, Clone, PartialEq)]
struct Instrument {
    unit: String,
    help: String,
    series: BTreeMap<String, Told>,
}

fn attributes<'a>(of: impl Iterator<Item = &'a opentelemetry::KeyValue>) -> String {
    let mut pairs: Vec<String> = of.map(|pair| format!("{}={}", pair.key, pair.value)).collect();
    pairs.sort();
    pairs.join(",")
}

fn series(data: &AggregatedMetrics) -> BTreeMap<String, Told> {
    match data {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            assert!(sum.is_monotonic());
            sum.data_points().map(|point| (attributes(point.attributes()), Told::Sum(point.value()))).collect()
        }
        AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
            gauge.data_points().map(|point| (attributes(point.attributes()), Told::Level(point.value()))).collect()
        }
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
            let told = histogram.data_points().map(|point| {
                let (bounds, buckets) = (point.bounds().collect(), point.bucket_counts().collect());
                let values = Told::Values { count: point.count(), sum: point.sum(), bounds, buckets };
                (attributes(point.attributes()), values)
            });
            told.collect()
        }
        other => panic!("no metric is of this kind: {other:?}"),
    }
}

/// Everything the exporter holds, by the name of the instrument.
fn exported(exporter: &InMemoryMetricExporter) -> BTreeMap<String, Instrument> {
    let resources = exporter.get_finished_metrics().expect("the exporter answers");
    let scopes = resources.last().expect("something was exported").scope_metrics();
    let metrics = scopes.inspect(|scope| assert_eq!(scope.scope().name(), "pampax")).flat_map(|scope| scope.metrics());
    let told = metrics.map(|metric| {
        let (unit, help) = (metric.unit().to_owned(), metric.description().to_owned());
        (metric.name().to_owned(), Instrument { unit, help, series: series(metric.data()) })
    });
    told.collect()
}

/// Everything that a sink of OpenTelemetry must do is one test: the provider is one for the whole process.
#[test]
fn opentelemetry_gets_every_metric_with_its_unit_labels_and_buckets() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_reader(PeriodicReader::builder(exporter.clone()).build()).build();
    opentelemetry::global::set_meter_provider(provider.clone());
    let sink = OpenTelemetryMetrics::new();
    for metric in Metric::ALL {
        let labels: Vec<(&'static str, &str)> = metric.labels().iter().map(|label| (*label, " value\n")).collect();
        match metric.kind() {
            MetricKind::Counter => sink.counter(metric.name(), 2, &labels),
            MetricKind::Gauge => sink.gauge(metric.name(), -1.5, &labels),
            MetricKind::Histogram => sink.histogram_many(metric.name(), metric.bounds()[1], 3, &labels),
            other => panic!("there is no kind {other}"),
        }
    }
    provider.force_flush().expect("the provider exports");
    let told = exported(&exporter);
    assert_eq!(told.len(), Metric::ALL.len());
    for metric in Metric::ALL {
        check_told(*metric, &told[metric.exported_name()]);
    }
    check_faults(&sink, &provider, &exporter);
}

fn check_told(metric: Metric, told: &Instrument) {
    let unit = match metric.unit().name() {
        "milliseconds" => "ms",
        "seconds" => "s",
        "bytes" => "By",
        "tokens" => "{token}",
        _ => "1",
    };
    assert_eq!((told.unit.as_str(), told.help.as_str()), (unit, metric.help()), "{metric}");
    let labels: Vec<String> = metric.labels().iter().map(|label| format!("{label}=value")).collect();
    let expected = match metric.kind() {
        MetricKind::Counter => Told::Sum(2),
        MetricKind::Gauge => Told::Level(-1.5),
        _ => {
            let mut buckets = vec![0; metric.bounds().len() + 1];
            buckets[1] = 3;
            let sum = metric.bounds()[1] * 3.0;
            Told::Values { count: 3, sum, bounds: metric.bounds().to_vec(), buckets }
        }
    };
    let Some(found) = told.series.get(&labels.join(",")) else { panic!("{metric}: {told:?}") };
    match (found, &expected) {
        (Told::Values { sum, .. }, Told::Values { sum: wanted, bounds, buckets, count }) => {
            assert!((sum - wanted).abs() < wanted * 1e-9, "{metric}");
            let (sum, bounds, buckets, count) = (*sum, bounds.clone(), buckets.clone(), *count);
            assert_eq!(found, &Told::Values { count, sum, bounds, buckets }, "{metric}");
        }
        _ => assert_eq!(found, &expected, "{metric}"),
    }
    assert_eq!(told.series.len(), 1, "{metric}");
}

/// What is wrong is counted and goes no further.
fn check_faults(sink: &OpenTelemetryMetrics, provider: &SdkMeterProvider, exporter: &InMemoryMetricExporter) {
    let before = exported(exporter);
    sink.counter("no_such_metric", 1, &[]);
    sink.counter("search_latency_ms", 1, &[]);
    sink.histogram("search_latency_ms", f64::NAN, &[("answer", "value")]);
    sink.histogram("search_latency_ms", -1.0, &[("answer", "value")]);
    sink.gauge("index_files", f64::INFINITY, &[]);
    sink.gauge("index_files", -1.5, &[("user", "42")]);
    provider.force_flush().expect("the provider exports");
    let mut after = exported(exporter);
    let faults = after.remove("pampax_measurement_faults_total").expect("faults are counted").series;
    let expected = [
        ("metric=index_files,reason=not_finite", 1),
        ("metric=index_files,reason=unknown_label", 1),
        ("metric=search_latency_ms,reason=negative", 1),
        ("metric=search_latency_ms,reason=not_finite", 1),
        ("metric=search_latency_ms,reason=wrong_kind", 1),
        ("metric=unknown,reason=unknown_name", 1),
        ("metric=value,reason=value", 2),
    ];
    assert_eq!(faults, expected.map(|(labels, count)| (labels.to_owned(), Told::Sum(count))).into());
    let kept = |name: &String| name != "pampax_measurement_faults_total";
    assert!(before.iter().filter(|(name, _)| kept(name)).all(|(name, told)| after.get(name) == Some(told)));
}

#[test]
fn sinks_can_be_put_before_one_another() {
    let (all, share) = (Arc::new(Registry::new()), Arc::new(Registry::new()));
    let sampled = Sampled::new(share.clone(), 0.5, 1).expect("a half is a rate");
    let sink: Arc<dyn MetricsSink> = Arc::new(TeeMetrics(vec![all.clone(), Arc::new(sampled)]));
    for _ in 0..1_000 {
        sink.counter(Metric::ZeroResultsTotal.name(), 1, &[]);
        sink.histogram(Metric::TokenUsage.name(), 4_000.0, &[]);
    }
    let (all, share) = (all.snapshot(), share.snapshot());
    assert_eq!(all.counter(Metric::ZeroResultsTotal), 1_000);
    let total = |of: &Snapshot| {
        let tokens = of.distribution(Metric::TokenUsage).expect("tokens were measured");
        assert_eq!((tokens.quantile(0.5), tokens.quantile(0.99)), (4_000.0, 4_000.0));
        of.counter(Metric::ZeroResultsTotal) + tokens.count()
    };
    assert_eq!((total(&all), total(&share)), (2_000, 2_000));
}

#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the file can be written");
}

/// Every call of a library that measures, once or twice, and one that fails.
fn used(registry: &Arc<Registry>) {
    let folder = TempDir::new().expect("a temporary folder");
    write(
        folder.path(),
        "login.py",
        "def login(name):\n    return greet(name)\n\n\ndef greet(name):\n    return name\n",
    );
    write(folder.path(), "logout.py", "def logout(name):\n    return None\n");
    let host = Host::default().with_metrics(registry.clone());
    let (config, limits) = (Config::default(), Limits::default());
    let index = Index::open(folder.path(), &config, host).expect("the folder can be opened");
    index.update(&limits).expect("the update succeeds");
    let searcher = index.searcher().expect("there is an index");
    assert!(!searcher.search(&Query::new("login"), &limits).expect("the search succeeds").hits.is_empty());
    assert!(searcher.search(&Query::new("zebra quagga"), &limits).expect("the search succeeds").hits.is_empty());
    write(folder.path(), "login.py", "def login(name):\n    return None\n");
    assert!(!searcher.search(&Query::new("greet"), &limits).expect("the search succeeds").hits.is_empty());
    let mut query = Query::new("login");
    query.limit = 0;
    let error = searcher.search(&query, &limits).expect_err("a limit of 0 is refused");
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
    searcher.graph(&GraphQuery::callers("greet"), &limits).expect("the graph answers");
    let request = Request::new("how does login greet", 1_000);
    let bundle = Assembler::new(searcher).assemble(&request, &limits).expect("the assembly succeeds");
    assert!(bundle.tokens > 0);
}

#[test]
fn the_engine_measures_what_it_does_and_nothing_wrongly() {
    let registry = Arc::new(Registry::new());
    used(&registry);
    let snapshot = registry.snapshot();
    assert_eq!(snapshot.series(Metric::MeasurementFaultsTotal), [], "the engine measures something wrongly");
    let count = |metric| snapshot.distribution(metric).map_or(0, |values| values.count());
    assert_eq!(count(Metric::SearchLatencyMs), 4, "three searches, and the one of the assembly");
    assert_eq!((count(Metric::GraphLatencyMs), count(Metric::AssembleLatencyMs)), (1, 1));
    assert_eq!((count(Metric::IndexRefreshMs), count(Metric::TokenUsage), count(Metric::BudgetUtilization)), (1, 1, 1));
    assert!(count(Metric::SqliteReadMs) > 0);
    assert_eq!(snapshot.counter(Metric::ZeroResultsTotal), 1);
    assert!(snapshot.counter(Metric::StaleHitsTotal) >= 1);
    assert_eq!(snapshot.counter(Metric::IndexChangesTotal), 2);
    assert_eq!(snapshot.gauge(Metric::IndexFiles, &[]), Some(2.0));
    let errors = snapshot.series(Metric::ErrorsTotal);
    assert_eq!(errors.iter().map(|series| series.labels.get("code")).collect::<Vec<_>>(), [Some("INVALID_ARGUMENT")]);
    let share = snapshot.distribution(Metric::BudgetUtilization).expect("an assembly was measured").max();
    assert!(share > 0.0 && share <= 1.0, "{share}");
    assert!(snapshot.gauge(Metric::ProcessResidentBytes, &[]).is_some_and(|bytes| bytes > 1e6));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test removes its own file")]
fn a_reason_for_skipping_that_is_gone_is_measured_as_gone() {
    let (folder, registry) = (tempfile::tempdir().expect("a temporary folder"), Arc::new(Registry::new()));
    write(folder.path(), "login.py", "def login(name):\n    return name\n");
    write(folder.path(), ".env", "TOKEN=1\n");
    let host = Host::default().with_metrics(registry.clone());
    let index = Index::open(folder.path(), &Config::default(), host).expect("the folder can be opened");
    let secrets = || {
        index.update(&Limits::default()).expect("the update succeeds");
        registry.snapshot().gauge(Metric::IndexSkippedFiles, &["secret"])
    };
    assert_eq!(secrets(), Some(1.0));
    std::fs::remove_file(folder.path().join(".env")).expect("the file can be removed");
    assert_eq!(secrets(), Some(0.0));
}
