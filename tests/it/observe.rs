//! What a host hears of a request: every record of it under one id, failures with their code, no question by itself.

use pampax_core::host::{BoxError, Embedder, LogRecord, LogSink, MetricsSink, Purpose};
use pampax_core::{Assembler, Config, GraphQuery, Host, Index, Limits, Query, Request, Watch};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A log and metrics in memory.
#[derive(Default)]
struct Heard {
    records: Mutex<Vec<serde_json::Value>>,
    measured: Mutex<Vec<(String, f64, String)>>,
}

impl LogSink for Heard {
    fn write(&self, record: &LogRecord<'_>) {
        self.records.lock().unwrap().push(serde_json::to_value(record).unwrap());
    }
}

impl Heard {
    fn keep(&self, name: &str, value: f64, labels: &[(&'static str, &str)]) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.measured.lock().unwrap().push((name.to_owned(), value, labels.join(",")));
    }

    /// The names of the operations and the ids they ran under, since the last time.
    fn operations(&self) -> Vec<(String, String)> {
        let records = std::mem::take(&mut *self.records.lock().unwrap());
        let text = |record: &serde_json::Value, name: &str| record[name].as_str().unwrap().to_owned();
        let name = |record: &serde_json::Value| format!("{}.{}", text(record, "component"), text(record, "op"));
        records.iter().map(|record| (name(record), text(record, "corr_id"))).collect()
    }

    fn measured(&self, name: &str) -> Vec<(f64, String)> {
        let measured = self.measured.lock().unwrap();
        let of_name = measured.iter().filter(|(measured, ..)| measured == name);
        of_name.map(|(_, value, labels)| (*value, labels.clone())).collect()
    }
}

impl MetricsSink for Heard {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        self.keep(name, value as f64, labels);
    }
    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.keep(name, value, labels);
    }
    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.keep(name, value, labels);
    }
}

/// Fails on a thread of its own, since the engine calls it with a deadline, and tells under which id it was called.
struct Failing(Arc<Mutex<Vec<String>>>);

impl Embedder for Failing {
    fn id(&self) -> &str {
        "failing"
    }
    fn dimensions(&self) -> usize {
        2
    }
    fn embed(&self, _: &[&str], _: Purpose, watch: &Watch) -> Result<Vec<f32>, BoxError> {
        self.0.lock().unwrap().push(watch.observer().correlation_id().to_owned());
        Err("it never works".into())
    }
}

struct Fixture {
    _root: TempDir,
    index: Index,
    heard: Arc<Heard>,
    called_under: Arc<Mutex<Vec<String>>>,
}

#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
fn fixture(config: &Config) -> Fixture {
    let root = TempDir::new().unwrap();
    for number in 0..20 {
        let text = format!("/// Opens door {number}.\nfn open_door_{number}() {{ check_lock_{number}() }}\n");
        std::fs::write(root.path().join(format!("door_{number}.rs")), text).unwrap();
    }
    std::fs::write(root.path().join("blob.py"), b"\0\0\0").unwrap();
    let (heard, called_under) = (Arc::new(Heard::default()), Arc::default());
    let host = Host::default().with_log(heard.clone()).with_metrics(heard.clone());
    let host = host.with_embedder(Arc::new(Failing(Arc::clone(&called_under))));
    let index = Index::open(root.path(), config, host).unwrap();
    Fixture { _root: root, index, heard, called_under }
}

fn all_debug() -> Config {
    Config::from_toml("[logging]\nlevel = \"debug\"\n[performance]\nthreads = 4\n").unwrap()
}

#[test]
fn one_id_joins_all_records_of_a_request() {
    let Fixture { index, heard, called_under, _root } = fixture(&all_debug());
    let limits = |id: &str| Limits::default().with_correlation_id(id);
    index.update(&limits("one")).unwrap();
    let operations = heard.operations();
    assert!(operations.iter().all(|(_, id)| id == "one"), "{operations:?}");
    let names: Vec<&str> = operations.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["index.update", "index.skip_file", "embedder.fail"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let searcher = index.searcher().unwrap();
    heard.operations();
    called_under.lock().unwrap().clear();
    let assembler = Assembler::new(searcher.clone());
    assembler.assemble(&Request::new("open door", 500), &limits("two")).unwrap();
    let operations = heard.operations();
    assert!(operations.len() >= 2 && operations.iter().all(|(_, id)| id == "two"), "{operations:?}");
    assert!(called_under.lock().unwrap().iter().all(|id| id == "two"));
    searcher.graph(&GraphQuery::callees("open_door_1"), &limits("three")).unwrap();
    assert_eq!(heard.operations(), [("graph.walk".to_owned(), "three".to_owned())]);
}

#[test]
fn requests_without_an_id_get_different_ones() {
    let Fixture { index, heard, _root, .. } = fixture(&Config::default());
    index.update(&Limits::default()).unwrap();
    let searcher = index.searcher().unwrap();
    heard.operations();
    for _ in 0..50 {
        searcher.search(&Query::new("door"), &Limits::default()).unwrap();
    }
    let mut ids: Vec<String> =
        heard.operations().into_iter().filter(|(name, _)| name == "search.search").map(|(_, id)| id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50);
    assert!(ids.iter().all(|id| id.len() == 16));
}

#[test]
fn a_failure_is_a_record_with_its_code_and_without_the_question() {
    let Fixture { index, heard, _root, .. } = fixture(&Config::default());
    index.update(&Limits::default()).unwrap();
    let searcher = index.searcher().unwrap();
    heard.records.lock().unwrap().clear();
    let query = Query::new("a secret question").with_limit(0);
    searcher.search(&query, &Limits::default()).unwrap_err();
    let records = std::mem::take(&mut *heard.records.lock().unwrap());
    let record = records.last().unwrap();
    assert_eq!((&record["status"], &record["err_code"]), (&"failed".into(), &"INVALID_ARGUMENT".into()));
    assert!(!records.iter().any(|record| record.to_string().contains("secret question")));
    assert!(heard.measured("errors_total").contains(&(1.0, "code=INVALID_ARGUMENT".to_owned())));
}

#[test]
fn questions_are_logged_when_asked_for_and_then_without_secrets() {
    let mut config = Config::default();
    config.logging.queries = true;
    let Fixture { index, heard, _root, .. } = fixture(&config);
    index.update(&Limits::default()).unwrap();
    let question = "door with ghp_0123456789abcdefghijABCDEFGHIJ012345";
    index.searcher().unwrap().search(&Query::new(question), &Limits::default()).unwrap();
    let logged = serde_json::to_string(&*heard.records.lock().unwrap()).unwrap();
    assert!(logged.contains("door with") && !logged.contains("ghp_0123456789"), "{logged}");
}

#[test]
fn what_a_call_did_is_measured() {
    let Fixture { index, heard, _root, .. } = fixture(&Config::default());
    index.update(&Limits::default()).unwrap();
    assert_eq!(heard.measured("index_files"), [(20.0, String::new())]);
    assert_eq!(heard.measured("index_changes_total"), [(20.0, "change=added".to_owned())]);
    assert_eq!(heard.measured("index_refresh_ms").len(), 1);
    assert!(heard.measured("index_bytes")[0].0 > 0.0);
    let searcher = index.searcher().unwrap();
    let found = searcher.search(&Query::new("door"), &Limits::default()).unwrap();
    assert!(!found.hits.is_empty() && heard.measured("zero_results_total").is_empty());
    searcher.search(&Query::new("zzzz"), &Limits::default()).unwrap();
    assert_eq!(heard.measured("zero_results_total").len(), 1);
    assert_eq!(heard.measured("search_latency_ms").len(), 2);
    assert!(!heard.measured("sqlite_read_ms").is_empty());
    assert!(heard.measured("degraded_total").contains(&(1.0, "what=embedder".to_owned())));
    let bundle = Assembler::new(searcher).assemble(&Request::new("door", 500), &Limits::default()).unwrap();
    assert_eq!(heard.measured("token_usage"), [(bundle.tokens as f64, String::new())]);
    assert_eq!(heard.measured("budget_utilization"), [(bundle.tokens as f64 / 500.0, String::new())]);
}

#[test]
fn what_is_turned_off_is_not_used() {
    let config =
        Config::from_toml("[features]\nembedding = false\n[metrics]\nenabled = false\n[logging]\nlevel = \"error\"\n")
            .unwrap();
    let Fixture { index, heard, called_under, _root } = fixture(&config);
    let report = index.update(&Limits::default()).unwrap();
    assert!(report.degraded.is_empty() && called_under.lock().unwrap().is_empty());
    assert!(heard.operations().is_empty() && heard.measured.lock().unwrap().is_empty());
}

#[test]
fn another_configuration_is_taken_over_without_closing_anything() {
    let Fixture { index, heard, _root, .. } = fixture(&Config::default());
    index.update(&Limits::default()).unwrap();
    let next =
        Config::from_toml("[indexer]\nexclude = [\"door_1.rs\"]\n[storage]\nindex_dir = \"elsewhere\"\n").unwrap();
    let (reloaded, report) = index.reloaded(&next).unwrap();
    assert!(report.needs_restart && report.changes.len() == 2, "{report:?}");
    assert_eq!(reloaded.folder(), index.folder());
    assert_eq!(reloaded.update(&Limits::default()).unwrap().removed, 1);
    assert!(heard.operations().iter().any(|(name, _)| name == "index.reload"));
    let mut broken = Config::default();
    broken.cli.limit = 0;
    assert!(index.reloaded(&broken).is_err());
}
