//! What a search and an update promise when their embedder or reranker is far away, slow or broken.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use crate::server::{Reply, Server, eventually, letters, no_thread_is_left};
use pampax_core::host::http::{HttpOptions, HttpReranker, OllamaEmbedder, OpenAiEmbedder};
use pampax_core::host::{
    BoxError, BreakerState, Clock, Embedder, LogRecord, LogSink, Metric, MetricsSink, Purpose, RemoteError,
    RemotePolicy, Reranker, Seam,
};
use pampax_core::index::report::UpdateReport;
use pampax_core::{CancelToken, Config, ErrorCode, Host, Index, Limits, Query, SearchResults, Searcher, Watch};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

const FILES: &[(&str, &str)] = &[
    ("camel.js", "export function loginUser(name) {\n  return sessions.open(name);\n}\n"),
    ("snake.py", "def user_login(name):\n    return sessions.open(name)\n"),
    ("guide.md", "# Login\n\nHow a login works.\n"),
];

struct Tree {
    folder: tempfile::TempDir,
    index: tempfile::TempDir,
    config: Config,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree {
            folder: tempfile::tempdir().unwrap(),
            index: tempfile::tempdir().unwrap(),
            config: Config::default(),
        };
        // Each search is to ask its seams.
        tree.config.cache.enabled = false;
        for (path, text) in files {
            std::fs::write(tree.folder.path().join(path), text).unwrap();
        }
        tree
    }

    fn index(&self, host: &Host) -> Index {
        let config = self.config.clone().with_index_dir(self.index.path());
        Index::open(self.folder.path(), &config, host.clone()).unwrap()
    }

    fn update(&self, host: &Host) -> UpdateReport {
        self.index(host).update(&Limits::default()).unwrap()
    }

    fn searcher(&self, host: &Host) -> Searcher {
        self.index(host).searcher().unwrap()
    }
}

/// Within this time a search ends whatever its seams do. Tests that get near it fail by what they check, not by chance.
fn limits() -> Limits {
    Limits::default().with_timeout(Duration::from_secs(60))
}

fn search(searcher: &Searcher) -> SearchResults {
    searcher.search(&Query::new("login"), &limits()).unwrap()
}

fn paths(results: &SearchResults) -> Vec<&str> {
    results.hits.iter().map(|hit| hit.path.as_str()).collect()
}

/// Why something is degraded.
#[track_caller]
fn why<'a>(results: &'a SearchResults, what: &str) -> &'a str {
    let found = results.degraded.iter().find(|degradation| degradation.what == what);
    found.map(|degradation| degradation.why.as_str()).unwrap_or_else(|| panic!("{what} is not degraded"))
}

/// Whether `why` holds the parts of `expected`, of which `HOST` is the server.
fn says(why: &str, expected: &str, server: &Server) -> bool {
    expected.replace("HOST", &server.host()).split('…').all(|part| why.contains(part))
}

fn has_vectors(results: &SearchResults) -> bool {
    results.hits.iter().any(|hit| hit.contributions.iter().any(|part| part.signal == "vector"))
}

/// A policy that loses no time.
fn policy(retries: u32) -> RemotePolicy {
    let mut policy = RemotePolicy::default();
    policy.timeout_ms = 400;
    policy.batch_timeout_ms = 400;
    policy.retry_base_ms = 1;
    policy.retries = retries;
    policy.breaker_failures = 0;
    policy
}

fn openai(url: &str) -> Arc<OpenAiEmbedder> {
    Arc::new(OpenAiEmbedder::new(&HttpOptions::new("letters").with_url(url).with_api_key("pa55word")).unwrap())
}

/// A host with the embedder at `url`, which loses no time.
fn host(url: &str, retries: u32) -> Host {
    Host::default().with_embedder(openai(url)).with_remote(policy(retries))
}

/// An index with vectors of a server that may change its ways afterwards.
fn indexed(server: &Server) -> Tree {
    let tree = Tree::new(FILES);
    let report = tree.update(&host(&server.url(), 0));
    assert!(report.degraded.is_empty() && report.embedded > 0, "{report:?}");
    tree
}

/// A server that is good to an update, and answers questions as told.
fn server_for_questions(reply: impl Fn(usize) -> Option<Reply> + Send + Sync + 'static) -> Server {
    let questions = AtomicUsize::new(0);
    Server::start(move |_, request| match request.body["input"][0].as_str() {
        Some("login") => reply(questions.fetch_add(1, Ordering::SeqCst)).unwrap_or_else(|| letters(request)),
        _ => letters(request),
    })
}

#[test]
fn questions_and_files_meet_through_a_server() {
    let server = Server::start(|_, request| letters(request));
    let tree = indexed(&server);
    let results = search(&tree.searcher(&host(&server.url(), 0)));
    assert!(has_vectors(&results) && results.degraded.is_empty(), "{:?}", results.degraded);
    let ollama = Arc::new(OllamaEmbedder::new(&HttpOptions::new("letters").with_url(server.url())).unwrap());
    let other = search(&tree.searcher(&Host::default().with_embedder(ollama)));
    assert!(why(&other, "embedder").contains("no vectors of ollama/letters@127.0.0.1"), "vectors never mix");
    assert!(!has_vectors(&other));
}

#[test]
fn an_embedder_that_fails_in_any_way_leaves_lexical_hits_and_is_named() {
    let failures: [(Reply, &str); 12] = [
        (Reply::status(503), "HTTP 503 from HOST after 2 retries"),
        (Reply::status(429), "HTTP 429 from HOST after 2 retries"),
        (Reply::status(401), "HTTP 401 from HOST: the API key is missing or not accepted"),
        (Reply::status(302), "HTTP 302 from HOST: redirects are not followed"),
        (Reply::Hang, "HOST: no answer within … after 2 retries"),
        (Reply::HangInBody, "HOST: no answer within … after 2 retries"),
        (Reply::Drip, "HOST: no answer within … after 2 retries"),
        (Reply::Cut, "after 2 retries"),
        (Reply::NoHttp, "HOST answered with something that is not HTTP"),
        (Reply::json(json!({ "data": [{ "index": 0, "embedding": [null] }] })), "HOST answered with something else"),
        (Reply::json(json!({ "data": [] })), "it gave 0 vectors for 1 texts"),
        (Reply::json(json!({ "data": [{ "index": 0, "embedding": [1, 2] }] })), "it gave 2 components instead of 26"),
    ];
    for (reply, expected) in failures {
        let server = server_for_questions(move |_| Some(reply.clone()));
        let tree = indexed(&server);
        let results = search(&tree.searcher(&host(&server.url(), 2)));
        assert_eq!(results.hits.len(), 3, "{expected}");
        assert!(!has_vectors(&results));
        let why = why(&results, "embedder");
        assert!(says(why, expected, &server), "{why:?} is not {expected:?}");
        assert!(!why.contains("pa55word") && !why.contains("login"), "{why}");
    }
}

#[test]
fn a_server_that_is_gone_leaves_lexical_hits() {
    let tree = indexed(&Server::start(|_, request| letters(request)));
    let server = Server::resetting();
    let url = server.url();
    // The vectors are of another server, so it is an update that asks.
    let report = tree.update(&host(&url, 2));
    assert!(report.degraded[0].why.ends_with("after 2 retries"), "{:?}", report.degraded);
    assert_eq!(server.connections(), 3);
    assert_eq!(search(&tree.searcher(&host(&url, 2))).hits.len(), 3);
}

#[test]
fn what_passes_is_waited_for() {
    let server = server_for_questions(|number| match number {
        0 => Some(Reply::status(503)),
        1 => Some(Reply::Hang),
        _ => None,
    });
    let tree = indexed(&server);
    let (log, metrics) = (Arc::new(Events::default()), Arc::new(Counts::default()));
    let host = host(&server.url(), 3).with_log(log.clone()).with_metrics(metrics.clone());
    let results = search(&tree.searcher(&host));
    assert!(has_vectors(&results) && results.degraded.is_empty(), "{:?}", results.degraded);
    assert_eq!(log.named("remote.retry").len(), 2);
    assert_eq!((log.named("search.search").len(), log.requests().len()), (1, 1), "one correlation id for all of it");
    assert_eq!(metrics.sum("remote_retries_total"), 2);
    assert_eq!(metrics.sum("remote_calls_total"), 3);
    assert_eq!((metrics.sum("seam_failures_total"), metrics.sum("seam_latency_ms")), (2, 3));
    assert_eq!(metrics.sum("remote_latency_ms"), 3);
}

#[test]
fn a_wish_to_wait_is_kept_where_there_is_time() {
    let wish = |seconds: &str| Some(Reply::Whole(429, vec![("Retry-After", seconds.to_owned())], Vec::new()));
    let server = server_for_questions(move |number| if number == 0 { wish("1") } else { None });
    let tree = indexed(&server);
    let searcher = tree.searcher(&host(&server.url(), 3));
    let start = Instant::now();
    assert!(has_vectors(&search(&searcher)));
    assert!(start.elapsed() >= Duration::from_secs(1));
    let server = server_for_questions(move |_| wish("3600"));
    let tree = indexed(&server);
    let results = search(&tree.searcher(&host(&server.url(), 3)));
    assert_eq!(why(&results, "embedder"), format!("HTTP 429 from {}, with the wish to wait 3600 s", server.host()));
}

#[test]
fn a_search_ends_in_time_whatever_its_policy() {
    for reply in [Reply::Hang, Reply::status(503), Reply::Drip] {
        let server = server_for_questions(move |_| Some(reply.clone()));
        let tree = indexed(&server);
        let mut policy = RemotePolicy::default();
        policy.timeout_ms = 3_600_000;
        policy.retries = 1_000_000;
        policy.retry_base_ms = 20;
        policy.breaker_failures = 0;
        let searcher = tree.searcher(&host(&server.url(), 0).with_remote(policy));
        let limits = Limits::default().with_timeout(Duration::from_secs(4));
        let results = searcher.search(&Query::new("login"), &limits).unwrap();
        assert_eq!(results.hits.len(), 3);
        assert!(!why(&results, "embedder").is_empty());
        server.wait_until_left();
    }
}

/// A clock that stands still until it is told otherwise.
#[derive(Default)]
struct HandClock(AtomicU64);

impl HandClock {
    fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds * 1_000_000_000, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn unix_ms(&self) -> u64 {
        0
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The events that were logged.
#[derive(Default)]
struct Events(Mutex<Vec<Told>>);

/// A record: event, correlation id, fields.
type Told = (&'static str, String, String);

impl Events {
    fn named(&self, event: &str) -> Vec<String> {
        let events = self.0.lock().unwrap();
        events.iter().filter(|(name, _, _)| *name == event).map(|(_, _, fields)| fields.clone()).collect()
    }

    /// The different correlation ids.
    fn requests(&self) -> BTreeSet<String> {
        self.0.lock().unwrap().iter().map(|(_, id, _)| id.clone()).collect()
    }
}

impl LogSink for Events {
    fn write(&self, record: &LogRecord<'_>) {
        let fields = format!("{:?}", record.fields);
        assert!(!fields.contains("pa55word") && !fields.contains("login"), "{fields}");
        self.0.lock().unwrap().push((record.event.name(), record.correlation_id.to_owned(), fields));
    }
}

/// The sums of counters and the last values of gauges.
#[derive(Default)]
struct Counts(Mutex<Vec<(&'static str, f64)>>);

impl Counts {
    fn sum(&self, name: &str) -> u64 {
        self.0.lock().unwrap().iter().filter(|(known, _)| *known == name).map(|(_, value)| *value as u64).sum()
    }

    fn last(&self, name: &str) -> Option<f64> {
        self.0.lock().unwrap().iter().rev().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

fn check_labels(name: &str, labels: &[(&'static str, &str)]) {
    let names: Vec<&str> = labels.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, Metric::from_name(name).unwrap().labels(), "{name}");
}

impl MetricsSink for Counts {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        check_labels(name, labels);
        self.0.lock().unwrap().push((name, value as f64));
    }

    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        check_labels(name, labels);
        self.0.lock().unwrap().push((name, value));
    }

    fn histogram(&self, name: &'static str, _: f64, labels: &[(&'static str, &str)]) {
        check_labels(name, labels);
        self.0.lock().unwrap().push((name, 1.0));
    }
}

/// What a fake answers to the texts it is given.
type Script = Box<dyn Fn(&[&str], &Watch) -> Result<Vec<f32>, BoxError> + Send + Sync>;

/// Answers as its script tells, as an embedder of three letters and as a reranker; counts what it is asked.
struct Fake {
    script: Mutex<Arc<Script>>,
    asked: AtomicUsize,
}

impl Fake {
    fn new(script: impl Fn(&[&str], &Watch) -> Result<Vec<f32>, BoxError> + Send + Sync + 'static) -> Arc<Fake> {
        Arc::new(Fake { script: Mutex::new(Arc::new(Box::new(script))), asked: AtomicUsize::new(0) })
    }

    fn good() -> Arc<Fake> {
        Fake::new(|texts, _| Ok(vec![1.0; texts.len() * 3]))
    }

    fn follow(&self, script: impl Fn(&[&str], &Watch) -> Result<Vec<f32>, BoxError> + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Arc::new(Box::new(script));
        self.asked.store(0, Ordering::SeqCst);
    }

    fn answer(&self, texts: &[&str], watch: &Watch) -> Result<Vec<f32>, BoxError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let script = self.script.lock().unwrap().clone();
        script(texts, watch)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Embedder for Fake {
    fn id(&self) -> &str {
        "fake"
    }

    fn dimensions(&self) -> usize {
        3
    }

    fn embed(&self, texts: &[&str], _: Purpose, watch: &Watch) -> Result<Vec<f32>, BoxError> {
        self.answer(texts, watch)
    }
}

impl Reranker for Fake {
    fn id(&self) -> &str {
        "fake"
    }

    fn score(&self, _: &str, documents: &[&str], watch: &Watch) -> Result<Vec<f32>, BoxError> {
        self.answer(documents, watch)
    }
}

/// A tree that is indexed with a fake embedder, and a host with it.
fn with_fake(policy: RemotePolicy) -> (Tree, Arc<Fake>, Host) {
    let (tree, fake) = (Tree::new(FILES), Fake::good());
    let host = Host::default().with_embedder(fake.clone()).with_remote(policy);
    assert!(tree.update(&host).degraded.is_empty());
    (tree, fake, host)
}

#[test]
fn the_breaker_leaves_a_broken_seam_alone_until_it_works_again() {
    let mut policy = policy(0);
    (policy.breaker_failures, policy.breaker_successes, policy.breaker_open_ms) = (2, 2, 60_000);
    let (tree, fake, host) = with_fake(policy);
    let (clock, log, metrics) = (Arc::new(HandClock::default()), Arc::new(Events::default()), Arc::<Counts>::default());
    let host = host.with_clock(clock.clone()).with_log(log.clone()).with_metrics(metrics.clone());
    // Two searchers of two clones.
    let (one, other) = (tree.searcher(&host), tree.searcher(&host.clone()));
    fake.follow(|_, _| Err(RemoteError::status(503, "HTTP 503 from far").into()));
    for (searcher, state) in [(&one, BreakerState::Closed), (&other, BreakerState::Open)] {
        assert_eq!(why(&search(searcher), "embedder"), "HTTP 503 from far");
        assert_eq!(host.remote_state(Seam::Embedder), state);
    }
    assert_eq!(metrics.last("circuit_breaker_state"), Some(2.0));
    assert!(log.named("remote.open_breaker")[0].contains("HTTP 503 from far"));
    clock.pass(19);
    assert_eq!(why(&search(&one), "embedder"), "the circuit breaker is open for another 41 s after 2 failures");
    assert_eq!((search(&one).hits.len(), fake.asked()), (3, 2), "nothing is asked, and the words are found");
    assert_eq!(host.remote_state(Seam::Reranker), BreakerState::Closed, "each seam has its own");

    clock.pass(41);
    assert_eq!(host.remote_state(Seam::Embedder), BreakerState::HalfOpen);
    assert_eq!(why(&search(&one), "embedder"), "HTTP 503 from far");
    assert_eq!(host.remote_state(Seam::Embedder), BreakerState::Open, "one failure opens it again");
    clock.pass(60);
    fake.follow(|texts, _| Ok(vec![1.0; texts.len() * 3]));
    for state in [BreakerState::HalfOpen, BreakerState::Closed] {
        assert!(has_vectors(&search(&other)));
        assert_eq!(host.remote_state(Seam::Embedder), state);
    }
    assert_eq!(log.named("remote.open_breaker").len(), 2);
    assert_eq!(log.named("remote.close_breaker").len(), 1);
    assert_eq!(metrics.last("circuit_breaker_state"), Some(0.0));
    assert_eq!(metrics.sum("circuit_breaker_changes_total"), 5, "open, half open, open, half open, closed");
    assert_eq!(metrics.sum("remote_refused_total"), 2);
}

#[test]
fn another_embedder_starts_with_a_closed_breaker() {
    let mut policy = policy(0);
    policy.breaker_failures = 1;
    let (tree, fake, host) = with_fake(policy);
    fake.follow(|_, _| Err("gone".into()));
    search(&tree.searcher(&host));
    assert_eq!(host.remote_state(Seam::Embedder), BreakerState::Open);
    assert_eq!(host.with_embedder(Fake::good()).remote_state(Seam::Embedder), BreakerState::Closed);
}

#[test]
fn only_remote_errors_that_may_pass_are_retried_and_most_failures_count() {
    let cases: [(Script, usize, BreakerState); 8] = [
        (Box::new(|_, _| Err(RemoteError::unreachable("no connection").into())), 3, BreakerState::Open),
        (Box::new(|_, _| Err(RemoteError::status(500, "500").into())), 3, BreakerState::Open),
        (Box::new(|_, _| Err(RemoteError::status(404, "404").into())), 1, BreakerState::Closed),
        (Box::new(|_, _| Err("out of memory".into())), 1, BreakerState::Closed),
        (Box::new(|_, _| panic!("a bug")), 1, BreakerState::Closed),
        (Box::new(|_, _| Ok(vec![f32::NAN; 3])), 1, BreakerState::Closed),
        (Box::new(|_, _| Ok(vec![1.0; 4])), 1, BreakerState::Closed),
        (
            Box::new(|_, _| {
                loop {
                    std::thread::park();
                }
            }),
            1,
            BreakerState::Closed,
        ),
    ];
    for (number, (script, asked, state)) in cases.into_iter().enumerate() {
        let mut policy = policy(2);
        policy.breaker_failures = 3;
        let (tree, fake, host) = with_fake(policy);
        fake.follow(script);
        let searcher = tree.searcher(&host);
        assert!(!why(&search(&searcher), "embedder").is_empty());
        assert_eq!((fake.asked(), host.remote_state(Seam::Embedder)), (asked, state), "case {number}");
        if asked == 1 {
            (0..2).for_each(|_| _ = search(&searcher));
            assert_eq!(host.remote_state(Seam::Embedder), BreakerState::Open, "case {number} counts");
        }
    }
}

#[test]
fn a_question_that_is_wrong_says_nothing_of_the_server() {
    let mut policy = policy(2);
    policy.breaker_failures = 1;
    let (tree, fake, host) = with_fake(policy);
    fake.follow(|_, _| Err(RemoteError::status(400, "HTTP 400 from far").into()));
    assert_eq!(why(&search(&tree.searcher(&host)), "embedder"), "HTTP 400 from far");
    assert_eq!((fake.asked(), host.remote_state(Seam::Embedder)), (1, BreakerState::Closed));
}

#[test]
fn few_calls_run_at_once() {
    let mut policy = policy(0);
    (policy.max_concurrent, policy.timeout_ms) = (1, 60_000);
    let (tree, fake, host) = with_fake(policy);
    let searcher = tree.searcher(&host);
    let (entered, waiting) = mpsc::channel();
    let (hold, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    fake.follow(move |texts, _| {
        entered.send(()).unwrap();
        held.lock().unwrap().recv().unwrap();
        Ok(vec![1.0; texts.len() * 3])
    });
    std::thread::scope(|scope| {
        let first = scope.spawn(|| search(&searcher));
        waiting.recv().unwrap();
        let short = Limits::default().with_timeout(Duration::from_millis(4_000));
        let refused = searcher.search(&Query::new("login"), &short).unwrap();
        let why = why(&refused, "embedder");
        assert!(why.starts_with("no call slot within ") && why.ends_with(" ms"), "{why}");
        assert_eq!((refused.hits.len(), fake.asked()), (3, 1));
        // One that has the time gets the slot when it is free.
        let second = scope.spawn(|| search(&searcher));
        hold.send(()).unwrap();
        assert!(has_vectors(&first.join().unwrap()));
        hold.send(()).unwrap();
        assert!(has_vectors(&second.join().unwrap()));
    });
    assert_eq!(host.remote_state(Seam::Embedder), BreakerState::Closed);
}

#[test]
fn a_call_that_nobody_waits_for_keeps_its_slot() {
    let mut policy = policy(0);
    (policy.max_concurrent, policy.timeout_ms) = (1, 20);
    let (tree, fake, host) = with_fake(policy);
    let searcher = tree.searcher(&host);
    let (hold, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    fake.follow(move |texts, _| {
        assert!(held.lock().unwrap().recv().is_err(), "the holder is dropped");
        Ok(vec![1.0; texts.len() * 3])
    });
    assert_eq!(why(&search(&searcher), "embedder"), "it gave no answer within 20 ms");
    // Threads do not pile up, and nobody waits for what is not waited for.
    let long = Limits::default().with_timeout(Duration::from_secs(10_000));
    let results = searcher.search(&Query::new("login"), &long).unwrap();
    assert_eq!(why(&results, "embedder"), "every call slot is held by a call that gave no answer in its time");
    drop(hold);
    eventually("the slot is free", || has_vectors(&search(&searcher)));
}

#[test]
fn a_cancelled_search_is_cancelled_wherever_it_waits() {
    let silent = server_for_questions(|_| Some(Reply::Hang));
    let busy = server_for_questions(|_| Some(Reply::Whole(503, vec![("Retry-After", "20".to_owned())], Vec::new())));
    for server in [silent, busy] {
        let tree = indexed(&server);
        let known = server.requests().len();
        let mut policy = policy(5);
        policy.timeout_ms = 60_000;
        let searcher = tree.searcher(&host(&server.url(), 0).with_remote(policy));
        let token = CancelToken::new();
        let limits = Limits::default().with_timeout(Duration::from_secs(100)).with_cancel(token.clone());
        let start = Instant::now();
        let error = std::thread::scope(|scope| {
            let search = scope.spawn(|| searcher.search(&Query::new("login"), &limits));
            server.wait_for_requests(known + 1);
            token.cancel();
            search.join().unwrap().unwrap_err()
        });
        assert_eq!(error.code(), ErrorCode::Cancelled);
        assert!(start.elapsed() < Duration::from_secs(15), "the wait is cut short");
        no_thread_is_left();
    }
}

#[test]
fn a_cancelled_reranking_is_cancelled() {
    let (entered, waiting) = mpsc::channel();
    let fake = Fake::new(move |_, watch| {
        entered.send(()).unwrap();
        while watch.check("rerank").is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
        Err("stopped".into())
    });
    let tree = Tree::new(FILES);
    let host = Host::default().with_reranker(fake);
    tree.update(&host);
    let searcher = tree.searcher(&host);
    let token = CancelToken::new();
    let limits = limits().with_cancel(token.clone());
    let error = std::thread::scope(|scope| {
        let search = scope.spawn(|| searcher.search(&Query::new("login"), &limits));
        waiting.recv().unwrap();
        token.cancel();
        search.join().unwrap().unwrap_err()
    });
    assert_eq!(error.code(), ErrorCode::Cancelled);
    assert_eq!(host.remote_state(Seam::Reranker), BreakerState::Closed);
}

/// Scores each document by whether it holds `word`.
fn prefer(word: &'static str) -> impl Fn(usize, &crate::server::Request) -> Reply {
    move |_, request| {
        let documents = request.body["documents"].as_array().unwrap();
        let score = |text: &str| if text.contains(word) { 0.9 } else { 0.1 };
        let results = documents.iter().enumerate().rev();
        let results: Vec<_> = results
            .map(|(index, text)| json!({ "index": index, "relevance_score": score(text.as_str().unwrap()) }))
            .collect();
        Reply::json(json!({ "results": results }))
    }
}

fn with_reranker(url: &str, policy: RemotePolicy) -> Host {
    let reranker = HttpReranker::jina(&HttpOptions::new("judge").with_url(url).with_api_key("pa55word")).unwrap();
    Host::default().with_reranker(Arc::new(reranker)).with_remote(policy)
}

#[test]
fn a_reranker_at_a_server_changes_the_order() {
    let tree = Tree::new(FILES);
    tree.update(&Host::default());
    let plain = search(&tree.searcher(&Host::default()));
    let last = paths(&plain)[2];
    let word = match last {
        "camel.js" => "loginUser",
        "snake.py" => "user_login",
        _ => "How a login works",
    };
    let server = Server::start(prefer(word));
    let reranked = search(&tree.searcher(&with_reranker(&server.url(), policy(0))));
    assert_eq!(paths(&reranked)[0], last);
    assert_ne!(paths(&reranked), paths(&plain));
    assert!(reranked.degraded.iter().all(|degradation| degradation.what != "reranker"));
    let question = &server.requests()[0].body;
    assert_eq!((&question["query"], question["documents"].as_array().unwrap().len()), (&json!("login"), 3));
}

#[test]
fn a_reranker_that_fails_in_any_way_leaves_the_order_and_is_named() {
    let tree = Tree::new(FILES);
    tree.update(&Host::default());
    let plain = search(&tree.searcher(&Host::default()));
    let score = |index: usize, score: f64| json!({ "index": index, "relevance_score": score });
    let failures: [(Reply, &str); 7] = [
        (Reply::Hang, "HOST: no answer within … after 1 retry"),
        (Reply::HangInBody, "HOST: no answer within … after 1 retry"),
        (Reply::status(503), "HTTP 503 from HOST after 1 retry"),
        (Reply::status(403), "HTTP 403 from HOST"),
        (Reply::NoHttp, "HOST answered with something that is not HTTP"),
        (Reply::json(json!({ "results": [score(0, 1.0)] })), "it gave 1 scores for 3 documents"),
        (
            Reply::json(json!({ "results": [score(0, 1.0), score(1, 0.5), score(7, 0.5)] })),
            "not those of the documents",
        ),
    ];
    for (reply, expected) in failures {
        let server = Server::start(move |_, _| reply.clone());
        let results = search(&tree.searcher(&with_reranker(&server.url(), policy(1))));
        assert_eq!(paths(&results), paths(&plain));
        let why = why(&results, "reranker");
        assert!(says(why, expected, &server), "{why:?} is not {expected:?}");
        assert!(!why.contains("pa55word") && !why.contains("login"), "{why}");
    }
}

#[test]
fn an_update_retries_a_batch_and_goes_on() {
    let server = Server::start(|number, request| if number % 2 == 0 { Reply::status(503) } else { letters(request) });
    let mut tree = Tree::new(FILES);
    tree.config.embedding.batch_size = 1;
    let report = tree.update(&host(&server.url(), 1));
    assert!(report.degraded.is_empty() && report.embedded == 3, "{report:?}");
    assert_eq!(server.requests().len(), 8, "the size and three files, each asked twice");
}

#[test]
fn an_update_does_not_insist_on_a_broken_embedder() {
    let files: Vec<(String, String)> =
        (0..60).map(|number| (format!("f{number}.rs"), format!("pub fn function_{number}() {{}}\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut tree = Tree::new(&files);
    tree.config.embedding.batch_size = 1;
    let server = Server::start(|number, request| if number < 10 { letters(request) } else { Reply::status(500) });
    let mut policy = policy(10);
    policy.breaker_failures = 5;
    let host = host(&server.url(), 0).with_remote(policy);
    let report = tree.update(&host);
    assert_eq!((report.embedded, report.degraded.len()), (9, 1), "{report:?}");
    assert!(report.degraded[0].why.starts_with("HTTP 500 from"), "{:?}", report.degraded);
    assert_eq!(server.requests().len(), 15, "the breaker ends the retries");
    let again = tree.update(&host);
    assert!(again.degraded[0].why.starts_with("the circuit breaker is open for another"), "{:?}", again.degraded);
    assert_eq!(server.requests().len(), 15);
}

#[test]
fn an_update_goes_on_without_an_embedder_that_hangs() {
    let mut policy = policy(3);
    policy.batch_timeout_ms = 50;
    let (tree, fake, host) = with_fake(policy);
    std::fs::write(tree.folder.path().join("new.rs"), "pub fn login_again() {}\n").unwrap();
    fake.follow(|_, _| {
        loop {
            std::thread::park();
        }
    });
    let report = tree.update(&host);
    assert_eq!((report.added, report.embedded), (1, 0));
    assert_eq!(report.degraded[0].why, "it gave no answer within 50 ms");
    assert_eq!(fake.asked(), 1, "what does not keep its time is not called again");
    assert_eq!(search(&tree.searcher(&Host::default())).hits.len(), 4);
}

#[test]
fn an_update_is_cancelled_while_it_waits() {
    let server = Server::start(|_, _| Reply::Whole(429, vec![("Retry-After", "20".to_owned())], Vec::new()));
    let tree = Tree::new(FILES);
    let mut policy = policy(5);
    policy.batch_timeout_ms = 60_000;
    let index = tree.index(&host(&server.url(), 0).with_remote(policy));
    let token = CancelToken::new();
    let limits = Limits::default().with_cancel(token.clone());
    let start = Instant::now();
    let error = std::thread::scope(|scope| {
        let update = scope.spawn(|| index.update(&limits));
        server.wait_for_requests(1);
        token.cancel();
        update.join().unwrap().unwrap_err()
    });
    assert_eq!(error.code(), ErrorCode::Cancelled);
    assert!(start.elapsed() < Duration::from_secs(15), "the wait is cut short");
    assert_eq!(search(&tree.searcher(&Host::default())).hits.len(), 3, "what was indexed is there");
}

#[test]
fn a_size_is_learned_once_and_found_again() {
    let server = Server::start(|_, request| letters(request));
    let tree = indexed(&server);
    let first = server.requests().len();
    // Another process knows no size until it asks, and an update without work does not ask.
    assert_eq!(tree.update(&host(&server.url(), 0)).embedded, 0);
    assert_eq!(server.requests().len(), first);
    assert!(has_vectors(&search(&tree.searcher(&host(&server.url(), 0)))));
    assert_eq!(server.requests().len(), first + 1);
}

#[test]
fn a_model_that_was_changed_at_its_server_is_embedded_anew() {
    let is_changed = Arc::new(AtomicBool::new(false));
    let script = is_changed.clone();
    let server = Server::start(move |_, request| {
        if !script.load(Ordering::SeqCst) {
            return letters(request);
        }
        let items = request.body["input"].as_array().unwrap().iter().enumerate();
        let items: Vec<_> = items.map(|(index, _)| json!({ "index": index, "embedding": [1, 2] })).collect();
        Reply::json(json!({ "data": items }))
    });
    let tree = indexed(&server);
    is_changed.store(true, Ordering::SeqCst);
    let results = search(&tree.searcher(&host(&server.url(), 0)));
    assert_eq!((why(&results, "embedder"), results.hits.len()), ("it gave 2 components instead of 26", 3));
    std::fs::write(tree.folder.path().join("new.rs"), "pub fn login_again() {}\n").unwrap();
    let report = tree.update(&host(&server.url(), 0));
    assert_eq!((report.embedded, report.degraded.len()), (4, 0), "{report:?}");
    assert_eq!(tree.index(&Host::default()).status().unwrap().embedding.unwrap().dimensions, 2);
    assert!(has_vectors(&search(&tree.searcher(&host(&server.url(), 0)))));
}

#[test]
fn an_embedder_that_never_tells_its_size_is_named() {
    struct Sizeless;
    impl Embedder for Sizeless {
        fn id(&self) -> &str {
            "sizeless"
        }
        fn dimensions(&self) -> usize {
            0
        }
        fn embed(&self, texts: &[&str], _: Purpose, _: &Watch) -> Result<Vec<f32>, BoxError> {
            Ok(vec![1.0; texts.len() * 3])
        }
    }
    let report = Tree::new(FILES).update(&Host::default().with_embedder(Arc::new(Sizeless)));
    assert_eq!(report.degraded[0].why, "it does not tell how many components its vectors have");
}

#[test]
fn secrets_stay_here() {
    const SECRET: &str = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let file = format!("pub fn login_of_robot() -> String {{\n    fetch(\"{SECRET}\")\n}}\n");
    let tree = Tree::new(&[("robot.rs", &file), FILES[0]]);
    let server = Server::start(|number, request| match request.path.as_str() {
        "/v1/rerank" => prefer("robot")(number, request),
        _ => letters(request),
    });
    let reranking = with_reranker(&server.url(), policy(0));
    let host = reranking.with_embedder(openai(&server.url()));
    assert_eq!(tree.update(&host).embedded, 2);
    let searcher = tree.searcher(&host);
    let query = Query::new(format!("login with {SECRET}"));
    let results = searcher.search(&query, &limits()).unwrap();
    assert!(has_vectors(&results) && results.degraded.is_empty(), "{:?}", results.degraded);
    let sent = server.requests();
    assert!(sent.iter().all(|request| !request.body.to_string().contains(SECRET)));
    let marks = sent.iter().filter(|request| request.body.to_string().contains("[masked:")).count();
    assert_eq!((sent.len(), marks), (4, 3), "the size, the files, the question, the hits");
}
