//! What kept and saved answers promise, on real indexes.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use pampax_core::assemble::{Format, Policies, Session, StopReason};
use pampax_core::cache::CacheStatistics;
use pampax_core::host::{BoxError, Clock, Embedder, LogRecord, LogSink, MetricsSink, Purpose, Reranker, TokenCounter};
use pampax_core::index::Warm;
use pampax_core::search::Intent;
use pampax_core::source::{Freshness, Language, Role};
use pampax_core::{
    Assembler, Config, ErrorCode, Filters, Host, Index, Limits, Query, Request, SearchResults, Searcher, Watch,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const FILES: &[(&str, &str)] = &[
    ("src/session.rs", "/// Opens a session.\npub fn login_user(name: &str) -> u8 {\n    open_session(name)\n}\n"),
    ("src/open.rs", "pub fn open_session(name: &str) -> u8 {\n    name.len() as u8\n}\n"),
    ("src/other.py", "def draw_circle(radius):\n    return radius\n"),
    ("docs/login.md", "# Login\n\nHow a login works.\n"),
    ("tests/test_login.py", "def test_login():\n    assert login_user('ada')\n"),
];

struct Tree {
    folder: tempfile::TempDir,
    index: tempfile::TempDir,
}

impl Tree {
    fn new() -> Tree {
        let tree = Tree { folder: tempfile::tempdir().unwrap(), index: tempfile::tempdir().unwrap() };
        FILES.iter().for_each(|(path, text)| tree.write(path, text));
        tree
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn open(&self, host: Host, change: impl FnOnce(&mut Config)) -> Index {
        let mut config = Config::default().with_index_dir(self.index.path());
        change(&mut config);
        Index::open(self.folder.path(), &config, host).unwrap()
    }

    /// An index of the current tree.
    fn updated(&self) -> Index {
        let index = self.open(Host::default(), |_| {});
        index.update(&Limits::default()).unwrap();
        index
    }

    /// An index of the same folder that keeps nothing.
    fn uncached(&self) -> Index {
        self.open(Host::default(), |config| config.cache.enabled = false)
    }

    /// Every file of the index folder with its bytes.
    fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        contents(self.index.path(), &mut found);
        found
    }

    fn saved_file(&self) -> PathBuf {
        self.index.path().join("cache.sqlite")
    }
}

fn contents(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => contents(&path, found),
            false => _ = found.insert(path.clone(), std::fs::read(&path).unwrap()),
        }
    }
}

fn search(searcher: &Searcher, query: &Query) -> SearchResults {
    searcher.search(query, &Limits::default()).unwrap()
}

fn search_bytes(index: &Index, query: &Query) -> String {
    serde_json::to_string(&search(&index.searcher().unwrap(), query)).unwrap()
}

fn bundle_bytes(index: &Index, request: &Request) -> String {
    let assembler = Assembler::new(index.searcher().unwrap());
    serde_json::to_string(&assembler.assemble(request, &Limits::default()).unwrap()).unwrap()
}

/// Hits and misses of searches, then of bundles.
fn counts(index: &Index) -> [u64; 4] {
    let CacheStatistics { search, bundle, .. } = index.cache().statistics();
    [search.hits, search.misses, bundle.hits, bundle.misses]
}

#[test]
fn a_hit_has_the_bytes_of_a_miss_and_survives_the_searcher() {
    let tree = Tree::new();
    let (kept, plain) = (tree.updated(), tree.uncached());
    let (query, request) = (Query::new("login"), Request::new("how does login work", 500));
    for round in 1..=3 {
        assert_eq!(search_bytes(&kept, &query), search_bytes(&plain, &query));
        assert_eq!(bundle_bytes(&kept, &request), bundle_bytes(&plain, &request));
        assert_eq!(counts(&kept), [round - 1, 1, round - 1, 1]);
    }
    assert!(search_bytes(&kept, &query).contains("login_user") && bundle_bytes(&kept, &request).contains("login_user"));
    assert_eq!((counts(&plain), plain.cache().statistics().enabled), ([0; 4], false));
    let statistics = kept.cache().statistics();
    assert!(statistics.search.bytes > 500 && statistics.bundle.bytes > 1_000, "{statistics:?}");
}

#[test]
fn whatever_changes_the_answer_of_a_search_is_another_question() {
    let tree = Tree::new();
    let index = tree.updated();
    let filters = |change: fn(&mut Filters)| {
        let mut filters = Filters::default();
        change(&mut filters);
        Query::new("login").with_filters(filters)
    };
    let questions = [
        Query::new("login"),
        Query::new("Login"),
        Query::new("login").with_limit(1),
        filters(|filters| filters.include = vec!["src".to_owned()]),
        filters(|filters| filters.exclude = vec!["src".to_owned()]),
        filters(|filters| filters.languages = vec![Language::Rust]),
        filters(|filters| filters.roles = vec![Role::Doc]),
        filters(|filters| filters.kinds = vec![pampax_core::source::SpanKind::Function]),
    ];
    let plain = tree.uncached();
    for (number, query) in (1..).zip(&questions) {
        assert_eq!(search_bytes(&index, query), search_bytes(&plain, query));
        assert_eq!(counts(&index)[..2], [0, number]);
    }
}

#[test]
fn whatever_changes_a_bundle_is_another_request() {
    let tree = Tree::new();
    let index = tree.updated();
    let request = |change: fn(&mut Request)| {
        let mut request = Request::new("how does login work", 500);
        change(&mut request);
        request
    };
    let requests = [
        request(|_| {}),
        request(|request| request.query.push('s')),
        request(|request| request.budget = 501),
        request(|request| request.tokenizer = "approximate".to_owned()),
        request(|request| request.format = Format::Xml),
        request(|request| request.candidates = 49),
        request(|request| request.filters.include = vec!["src".to_owned()]),
        request(|request| request.intent = Some(Intent::Config)),
        request(|request| request.required = vec!["src/other.py".to_owned()]),
    ];
    let plain = tree.uncached();
    for (number, request) in (1..).zip(&requests) {
        assert_eq!(bundle_bytes(&index, request), bundle_bytes(&plain, request));
        assert_eq!(counts(&index)[2..], [0, number]);
    }
    let policies = Policies::for_every_intent("neighbours = 0").unwrap();
    let assembler = Assembler::new(index.searcher().unwrap()).with_policies(policies);
    assembler.assemble(&requests[0], &Limits::default()).unwrap();
    assert_eq!(counts(&index)[2..], [0, 10]);
}

#[test]
fn a_new_generation_is_another_question_and_drops_what_was_kept_of_the_old() {
    let tree = Tree::new();
    let index = tree.updated();
    let query = Query::new("login");
    let old = index.searcher().unwrap();
    let before = search_bytes(&index, &query);
    tree.write("src/more.rs", "pub fn login_again() {}\n");
    index.update(&Limits::default()).unwrap();
    assert_eq!(serde_json::to_string(&search(&old, &query)).unwrap(), before, "an old searcher stays at its state");
    let after = search_bytes(&index, &query);
    assert!(!before.contains("login_again") && after.contains("login_again"));
    let statistics = index.cache().statistics().search;
    assert_eq!((statistics.hits, statistics.misses, statistics.outdated, statistics.entries), (1, 2, 1, 1));
}

#[test]
fn an_index_that_is_made_anew_shows_nothing_of_the_old_one_of_the_same_generation() {
    let tree = Tree::new();
    let index = tree.updated();
    let (query, request) = (Query::new("login"), Request::new("login", 500));
    let before = (search_bytes(&index, &query), bundle_bytes(&index, &request));
    std::fs::remove_dir_all(tree.index.path()).unwrap();
    std::fs::remove_file(tree.folder.path().join("src/session.rs")).unwrap();
    let report = index.update(&Limits::default()).unwrap();
    assert_eq!(report.generation.0, 1);
    let after = (search_bytes(&index, &query), bundle_bytes(&index, &request));
    assert!(before.0.contains("login_user(name") && !after.0.contains("login_user(name"), "{}", after.0);
    assert!(!after.1.contains("login_user(name"), "{}", after.1);
}

#[test]
fn a_hit_says_stale_when_the_file_changed_on_disk() {
    let tree = Tree::new();
    let index = tree.updated();
    let searcher = index.searcher().unwrap();
    let query = Query::new("login_user");
    let freshness = || {
        let results = search(&searcher, &query);
        results.hits.iter().find(|hit| hit.path.as_str() == "src/session.rs").unwrap().freshness
    };
    assert_eq!(freshness(), Freshness::Fresh);
    tree.write("src/session.rs", "pub fn login_user() { /* another size */ }\n");
    assert_eq!(freshness(), Freshness::Stale);
    std::fs::remove_file(tree.folder.path().join("src/session.rs")).unwrap();
    assert_eq!(freshness(), Freshness::Missing);
    assert_eq!(counts(&index), [2, 1, 0, 0]);
}

#[test]
fn requests_of_a_session_and_replays_are_computed_each_time() {
    let tree = Tree::new();
    let index = tree.updated();
    let assembler = Assembler::new(index.searcher().unwrap());
    let mut request = Request::new("login", 500);
    let bundle = assembler.assemble(&request, &Limits::default()).unwrap();
    assembler.replay(&bundle.receipt, &Limits::default()).unwrap();
    request.session = Some(Session::new());
    for _ in 0..2 {
        assembler.assemble(&request, &Limits::default()).unwrap();
    }
    assert_eq!(counts(&index), [0, 0, 0, 1]);
}

/// An embedder that can be told to fail.
#[derive(Default)]
struct Letters {
    calls: AtomicUsize,
    is_broken: AtomicBool,
}

impl Embedder for Letters {
    fn id(&self) -> &str {
        "letters-1"
    }

    fn dimensions(&self) -> usize {
        26
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, _: &Watch) -> Result<Vec<f32>, BoxError> {
        if purpose == Purpose::Query {
            self.calls.fetch_add(1, Ordering::SeqCst);
        }
        if self.is_broken.load(Ordering::SeqCst) {
            return Err("the model is gone".into());
        }
        let count = |text: &str, letter: u8| text.bytes().filter(|byte| *byte == letter).count() as f32;
        Ok(texts.iter().flat_map(|text| (b'a'..=b'z').map(|letter| count(text, letter))).collect())
    }
}

/// A reranker that keeps the order, or fails.
struct Named(&'static str, AtomicBool);

impl Reranker for Named {
    fn id(&self) -> &str {
        self.0
    }

    fn score(&self, _: &str, documents: &[&str], _: &Watch) -> Result<Vec<f32>, BoxError> {
        if self.1.load(Ordering::SeqCst) {
            return Err("the model is gone".into());
        }
        Ok((0..documents.len()).map(|place| -(place as f32)).collect())
    }
}

#[test]
fn answers_without_a_seam_that_failed_are_not_kept() {
    let tree = Tree::new();
    let (embedder, reranker) = (Arc::new(Letters::default()), Arc::new(Named("steady-1", AtomicBool::new(false))));
    let host = Host::default().with_embedder(embedder.clone()).with_reranker(reranker.clone());
    let index = tree.open(host, |_| {});
    index.update(&Limits::default()).unwrap();
    let (query, request) = (Query::new("login"), Request::new("login", 500));
    for broken in [&embedder.is_broken, &reranker.1] {
        index.cache().clear().unwrap();
        broken.store(true, Ordering::SeqCst);
        for _ in 0..2 {
            assert!(search_bytes(&index, &query).contains("the model is gone"));
            assert!(bundle_bytes(&index, &request).contains("the model is gone"));
        }
        broken.store(false, Ordering::SeqCst);
        let before = counts(&index);
        assert!(!search_bytes(&index, &query).contains("the model is gone"));
        assert!(!bundle_bytes(&index, &request).contains("the model is gone"));
        search_bytes(&index, &query);
        bundle_bytes(&index, &request);
        let [hits, misses, bundle_hits, bundle_misses] = before;
        assert_eq!(counts(&index), [hits + 1, misses + 1, bundle_hits + 1, bundle_misses + 1]);
    }
    let statistics = index.cache().statistics();
    assert_eq!((statistics.search.not_kept, statistics.bundle.not_kept), (4, 4));
}

#[test]
fn a_kept_answer_asks_no_seam() {
    let tree = Tree::new();
    let embedder = Arc::new(Letters::default());
    let index = tree.open(Host::default().with_embedder(embedder.clone()), |_| {});
    index.update(&Limits::default()).unwrap();
    for _ in 0..3 {
        search_bytes(&index, &Query::new("login"));
        bundle_bytes(&index, &Request::new("login", 500));
    }
    assert_eq!(embedder.calls.load(Ordering::SeqCst), 2);
}

/// Takes a second for every text.
struct Hasty(Arc<Jumping>);

/// A clock that others move.
struct Jumping(AtomicUsize);

impl Clock for Jumping {
    fn unix_ms(&self) -> u64 {
        0
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.load(Ordering::SeqCst) as u64
    }
}

impl TokenCounter for Hasty {
    fn name(&self) -> &str {
        "hasty"
    }

    fn count(&self, text: &str) -> usize {
        self.0.0.fetch_add(1_000_000_000, Ordering::SeqCst);
        text.len()
    }
}

#[test]
fn a_bundle_that_the_time_cut_is_not_kept() {
    let tree = Tree::new();
    let clock = Arc::new(Jumping(AtomicUsize::new(0)));
    let host = Host::default().with_clock(clock.clone()).with_token_counter(Arc::new(Hasty(clock)));
    let index = tree.open(host, |config| config.performance.assemble_timeout_ms = 0);
    index.update(&Limits::default()).unwrap();
    let mut request = Request::new("login", 5_000);
    request.tokenizer = "hasty".to_owned();
    let assembler = Assembler::new(index.searcher().unwrap());
    let short = Limits::default().with_timeout(Duration::from_secs(2));
    let cut = assembler.assemble(&request, &short).unwrap();
    assert_eq!(cut.stop.reason, StopReason::Deadline);
    let whole = assembler.assemble(&request, &Limits::default()).unwrap();
    assert_ne!(whole.stop.reason, StopReason::Deadline);
    assert_eq!(assembler.assemble(&request, &Limits::default()).unwrap(), whole);
    assert_eq!((counts(&index), index.cache().statistics().bundle.not_kept), ([0, 0, 1, 2], 1));
}

#[derive(Default)]
struct Events(Mutex<Vec<&'static str>>);

impl LogSink for Events {
    fn write(&self, record: &LogRecord<'_>) {
        self.0.lock().unwrap().push(record.event.name());
    }
}

fn warm() -> Warm {
    Warm::new(vec![Query::new("login"), Query::new("draw a circle").with_limit(3)])
        .with_requests(vec![Request::new("how does login work", 500)])
}

#[test]
fn saved_answers_are_found_by_the_next_process_with_the_same_bytes() {
    let tree = Tree::new();
    let embedder = Arc::new(Letters::default());
    let host = || Host::default().with_embedder(embedder.clone());
    let index = tree.open(host(), |_| {});
    index.update(&Limits::default()).unwrap();
    let report = index.warm(&warm(), &Limits::default()).unwrap();
    assert_eq!((report.searches, report.bundles, report.not_saved.len(), report.dropped), (2, 1, 0, 0));
    let asked = embedder.calls.load(Ordering::SeqCst);
    assert_eq!(asked, 3);

    let plain = tree.open(host(), |config| config.cache.enabled = false);
    let expected: Vec<String> = warm().queries.iter().map(|query| search_bytes(&plain, query)).collect();
    let expected_bundle = bundle_bytes(&plain, &warm().requests[0]);
    let asked = embedder.calls.load(Ordering::SeqCst);
    let next = tree.open(host(), |_| {});
    let found: Vec<String> = warm().queries.iter().map(|query| search_bytes(&next, query)).collect();
    assert_eq!((found, bundle_bytes(&next, &warm().requests[0])), (expected, expected_bundle));
    assert_eq!(embedder.calls.load(Ordering::SeqCst), asked, "nothing was computed");
    let statistics = next.cache().statistics();
    assert_eq!((statistics.search.from_saved, statistics.bundle.from_saved), (2, 1));
    assert_eq!((statistics.saved.entries, statistics.saved.usable, statistics.saved.problem), (3, 3, None));
    assert_eq!(statistics.saved.bytes, tree.saved_file().metadata().unwrap().len());

    // Another embedder, and none, are other questions.
    let none = tree.open(Host::default(), |config| config.features.embedding = false);
    assert!(search_bytes(&none, &warm().queries[0]).contains("no embedder"));
    let without = tree.open(host(), |config| config.cache.saved = false);
    search_bytes(&without, &warm().queries[0]);
    assert_eq!(counts(&without), [0, 1, 0, 0]);
}

#[test]
fn a_saved_hit_says_stale_too() {
    let tree = Tree::new();
    tree.updated().warm(&warm(), &Limits::default()).unwrap();
    tree.write("src/session.rs", "pub fn login_user() { /* another size */ }\n");
    let index = tree.open(Host::default(), |_| {});
    let results = search(&index.searcher().unwrap(), &warm().queries[0]);
    assert_eq!(index.cache().statistics().search.from_saved, 1);
    let stale = results.hits.iter().filter(|hit| hit.freshness == Freshness::Stale);
    assert_eq!(stale.map(|hit| hit.path.as_str()).collect::<Vec<_>>(), ["src/session.rs"]);
}

#[test]
fn saved_answers_of_another_generation_are_left_alone_and_dropped_by_the_next_warm() {
    let tree = Tree::new();
    let index = tree.updated();
    index.warm(&warm(), &Limits::default()).unwrap();
    tree.write("src/more.rs", "pub fn login_again() {}\n");
    index.update(&Limits::default()).unwrap();
    assert!(search_bytes(&index, &warm().queries[0]).contains("login_again"));
    let saved = index.cache().statistics().saved;
    assert_eq!((saved.entries, saved.usable, saved.generation.unwrap().0), (3, 0, 1));
    let report = index.warm(&Warm::new(vec![Query::new("login")]), &Limits::default()).unwrap();
    assert_eq!((report.searches, report.dropped, report.generation.0), (1, 3, 2));
    let saved = index.cache().statistics().saved;
    assert_eq!((saved.entries, saved.usable, saved.generation.unwrap().0), (1, 1, 2));
}

#[test]
fn searching_and_assembling_never_write_beside_saved_answers() {
    let tree = Tree::new();
    tree.updated().warm(&warm(), &Limits::default()).unwrap();
    let index = tree.open(Host::default(), |_| {});
    // The first reader makes the memory that SQLite shares between processes.
    drop(index.searcher().unwrap());
    let before = tree.contents();
    for text in ["login", "circle", "quagga"] {
        search_bytes(&index, &Query::new(text));
        bundle_bytes(&index, &Request::new(text, 500));
    }
    index.cache().statistics();
    assert!(before == tree.contents(), "a file of the index changed");
}

#[test]
fn damaged_saved_answers_are_ignored_with_a_record_and_made_anew() {
    let damages: [fn(&Path); 6] = [
        |path| std::fs::write(path, b"").unwrap(),
        |path| std::fs::write(path, vec![0x5a; 20_000]).unwrap(),
        |path| std::fs::write(path, &std::fs::read(path).unwrap()[..5_000]).unwrap(),
        |path| {
            let mut bytes = std::fs::read(path).unwrap();
            bytes.iter_mut().skip(100).step_by(50).for_each(|byte| *byte ^= 0x40);
            std::fs::write(path, bytes).unwrap();
        },
        |path| {
            // The version that the file names.
            let mut bytes = std::fs::read(path).unwrap();
            bytes[63] = 9;
            std::fs::write(path, bytes).unwrap();
        },
        |path| {
            // The program that the file names.
            let mut bytes = std::fs::read(path).unwrap();
            bytes[68] ^= 0xff;
            std::fs::write(path, bytes).unwrap();
        },
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let tree = Tree::new();
        tree.updated().warm(&warm(), &Limits::default()).unwrap();
        damage(&tree.saved_file());
        let events = Arc::new(Events::default());
        let index = tree.open(Host::default().with_log(events.clone()), |_| {});
        let plain = tree.uncached();
        for query in &warm().queries {
            assert_eq!(search_bytes(&index, query), search_bytes(&plain, query), "{number}");
        }
        assert_eq!(bundle_bytes(&index, &warm().requests[0]), bundle_bytes(&plain, &warm().requests[0]), "{number}");
        let count = |name: &str| events.0.lock().unwrap().iter().filter(|event| **event == name).count();
        assert!(count("cache.skip_saved") >= 1, "{number}");
        assert_eq!(index.cache().statistics().search.from_saved, 0, "{number}");

        let report = index.warm(&warm(), &Limits::default()).unwrap();
        assert_eq!((report.searches, report.bundles), (2, 1), "{number}");
        assert_eq!(usize::from(report.remade.is_some()), count("cache.remake_saved"), "{number}");
        let next = tree.open(Host::default(), |_| {});
        assert_eq!(search_bytes(&next, &warm().queries[0]), search_bytes(&plain, &warm().queries[0]), "{number}");
        assert_eq!(next.cache().statistics().search.from_saved, 1, "{number}");
        assert_eq!(next.cache().statistics().saved.problem, None, "{number}");
    }
}

#[test]
fn clearing_drops_what_is_kept_and_what_is_saved() {
    let tree = Tree::new();
    let index = tree.updated();
    index.cache().clear().unwrap();
    index.warm(&warm(), &Limits::default()).unwrap();
    let searcher = index.searcher().unwrap();
    search(&searcher, &Query::new("login"));
    index.cache().clear().unwrap();
    assert!(!tree.saved_file().exists());
    let statistics = index.cache().statistics();
    assert_eq!((statistics.search.entries, statistics.bundle.entries, statistics.saved.entries), (0, 0, 0));
    let misses = statistics.search.misses;
    search(&searcher, &Query::new("login"));
    assert_eq!(index.cache().statistics().search.misses, misses + 1);
}

#[test]
fn warming_says_what_it_did_not_save_and_why() {
    let tree = Tree::new();
    let missing = tree.open(Host::default(), |_| {});
    assert_eq!(missing.warm(&warm(), &Limits::default()).unwrap_err().code(), ErrorCode::IndexMissing);
    for change in [|config: &mut Config| config.cache.enabled = false, |config: &mut Config| config.cache.saved = false]
    {
        let refused = tree.open(Host::default(), change).warm(&warm(), &Limits::default()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidConfig);
    }
    let index = tree.updated();
    let mut of_session = Request::new("login", 500);
    of_session.session = Some(Session::new());
    let odd = Warm::new(vec![Query::new("login").with_limit(0), Query::new("login")]).with_requests(vec![of_session]);
    let report = index.warm(&odd, &Limits::default()).unwrap();
    assert_eq!((report.searches, report.bundles, report.stopped), (1, 0, None));
    assert_eq!(report.not_saved.len(), 2);
    assert!(report.not_saved[0].why.contains("limit"), "{:?}", report.not_saved);
    let stopped = index.warm(&warm(), &Limits::default().with_timeout(Duration::ZERO)).unwrap();
    assert_eq!((stopped.searches, stopped.bundles), (0, 0));
    assert!(stopped.stopped.unwrap().contains("deadline"));
    assert_eq!(index.cache().statistics().saved.usable, 1, "what was saved before stays");
}

#[test]
fn an_answer_is_kept_for_as_long_as_the_configuration_says() {
    let tree = Tree::new();
    let clock = Arc::new(Jumping(AtomicUsize::new(0)));
    let index = tree.open(Host::default().with_clock(clock.clone()), |_| {});
    index.update(&Limits::default()).unwrap();
    let ask = || {
        search_bytes(&index, &Query::new("login"));
        bundle_bytes(&index, &Request::new("login", 500));
        counts(&index)
    };
    assert_eq!(ask(), [0, 1, 0, 1]);
    let minutes = |count: usize| clock.0.fetch_add(count * 60_000_000_000, Ordering::SeqCst);
    minutes(4);
    assert_eq!(ask(), [1, 1, 1, 1]);
    minutes(1);
    assert_eq!(ask(), [1, 2, 2, 1]);
    minutes(25);
    assert_eq!(ask(), [1, 3, 2, 2]);
}

/// Adds up what is counted and keeps the last of what is set, by metric and labels.
#[derive(Default)]
struct Measured(Mutex<BTreeMap<String, f64>>);

impl Measured {
    fn at(&self, name: &str, labels: &[(&'static str, &str)], change: impl FnOnce(&mut f64)) {
        let key = labels.iter().fold(name.to_owned(), |key, (_, value)| format!("{key} {value}"));
        change(self.0.lock().unwrap().entry(key).or_default());
    }
}

impl MetricsSink for Measured {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        self.at(name, labels, |sum| *sum += value as f64);
    }

    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.at(name, labels, |last| *last = value);
    }

    fn histogram(&self, name: &'static str, _: f64, labels: &[(&'static str, &str)]) {
        self.at(name, labels, |count| *count += 1.0);
    }
}

#[test]
fn look_ups_are_measured() {
    let tree = Tree::new();
    let measured = Arc::new(Measured::default());
    let index = tree.open(Host::default().with_metrics(measured.clone()), |config| config.cache.search_entries = 1);
    index.update(&Limits::default()).unwrap();
    for text in ["login", "login", "login", "circle"] {
        search_bytes(&index, &Query::new(text));
        bundle_bytes(&index, &Request::new(text, 500));
    }
    let measured = measured.0.lock().unwrap();
    let statistics = index.cache().statistics();
    for (name, expected) in [
        ("cache_hits search", 2.0),
        ("cache_misses search", 2.0),
        ("cache_hit_ratio search", 0.5),
        ("cache_entries search", 1.0),
        ("cache_evictions search", 1.0),
        ("cache_bytes search", statistics.search.bytes as f64),
        ("cache_hits bundle", 2.0),
        ("cache_misses bundle", 2.0),
        ("cache_entries bundle", 2.0),
        ("cache_bytes bundle", statistics.bundle.bytes as f64),
        ("assemble_latency_ms cached", 2.0),
        ("assemble_latency_ms computed", 2.0),
        ("search_latency_ms cached", 2.0),
    ] {
        assert_eq!(measured.get(name), Some(&expected), "{name}");
    }
    assert_eq!(measured.get("cache_evictions bundle"), None);
}

#[test]
fn another_configuration_is_another_question_and_keeps_what_is_kept() {
    let tree = Tree::new();
    tree.write("src/keys.py", "def login_key():\n    api_key = \"a1b2c3d4e5f6g7h8\"\n    return api_key\n");
    let index = tree.updated();
    let (query, request) = (Query::new("login_key"), Request::new("login_key", 500));
    assert!(!search_bytes(&index, &query).contains("a1b2c3d4e5f6g7h8"));
    assert!(!bundle_bytes(&index, &request).contains("a1b2c3d4e5f6g7h8"));
    let mut config = index.config().clone();
    config.security.mask_secrets = false;
    let (open, _) = index.reloaded(&config).unwrap();
    assert!(search_bytes(&open, &query).contains("a1b2c3d4e5f6g7h8"));
    assert!(bundle_bytes(&open, &request).contains("a1b2c3d4e5f6g7h8"));
    assert_eq!(counts(&open), [0, 2, 0, 2]);
    config.security.mask_secrets = true;
    config.features.graph = false;
    let (without_graph, _) = open.reloaded(&config).unwrap();
    bundle_bytes(&without_graph, &request);
    assert_eq!(counts(&without_graph), [0, 2, 0, 3]);
    config.features.graph = true;
    let (again, _) = without_graph.reloaded(&config).unwrap();
    search_bytes(&again, &query);
    bundle_bytes(&again, &request);
    assert_eq!(counts(&again), [1, 2, 1, 3]);
}

/// What happens to a tree, or is asked of its index.
#[derive(Debug, Clone)]
enum Step {
    Write(usize, usize),
    Update,
    Reopen,
    Search(usize, usize, bool),
    Assemble(usize, usize),
}

const WORDS: [&str; 4] = ["login", "open session", "circle", "draw_circle session"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..4usize, 0..4usize).prop_map(|(file, text)| Step::Write(file, text)),
        1 => Just(Step::Update),
        1 => Just(Step::Reopen),
        5 => (0..4usize, 1..3usize, any::<bool>()).prop_map(|(word, limit, only)| Step::Search(word, limit, only)),
        4 => (0..4usize, 0..3usize).prop_map(|(word, budget)| Step::Assemble(word, budget)),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever is edited, updated and asked in between, nobody can tell a kept answer from a new one.
    #[test]
    fn kept_and_new_answers_are_the_same_bytes(steps in steps()) {
        let tree = Tree::new();
        let (kept, plain) = (tree.updated(), tree.uncached());
        let (mut kept_at, mut plain_at) = (kept.searcher().unwrap(), plain.searcher().unwrap());
        for step in steps {
            match step {
                Step::Write(file, text) => {
                    let text = format!("pub fn login_{text}() {{ open_session({file}); }}\n").repeat(text);
                    tree.write(&format!("src/file{file}.rs"), &text);
                }
                Step::Update => _ = kept.update(&Limits::default()).unwrap(),
                Step::Reopen => (kept_at, plain_at) = (kept.searcher().unwrap(), plain.searcher().unwrap()),
                Step::Search(word, limit, only) => {
                    let include = if only { vec!["src".to_owned()] } else { Vec::new() };
                    let mut filters = Filters::default();
                    filters.include = include;
                    let query = Query::new(WORDS[word]).with_limit(limit * 5).with_filters(filters);
                    let bytes = |searcher: &Searcher| serde_json::to_string(&search(searcher, &query)).unwrap();
                    prop_assert_eq!(bytes(&kept_at), bytes(&plain_at));
                }
                Step::Assemble(word, budget) => {
                    let request = Request::new(WORDS[word], [60, 200, 2_000][budget]);
                    let bytes = |searcher: &Searcher| {
                        let bundle = Assembler::new(searcher.clone()).assemble(&request, &Limits::default());
                        serde_json::to_string(&bundle.unwrap()).unwrap()
                    };
                    prop_assert_eq!(bytes(&kept_at), bytes(&plain_at));
                }
            }
        }
    }
}
