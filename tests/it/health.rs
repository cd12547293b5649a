//! Each condition of an index is found by its real cause, and looking changes nothing.

#![expect(clippy::disallowed_methods, reason = "a test makes and damages its own files")]

use pampax_core::health::{Component, ComponentStatus, Depth, Facts, HealthCode, HealthStatus, Thresholds};
use pampax_core::host::{BoxError, Clock, Embedder, Purpose};
use pampax_core::index::Warm;
use pampax_core::{Config, ErrorCode, HealthQuery, HealthReport, Host, Index, Limits, Query, Watch};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tempfile::TempDir;

/// The default, but for the memory that the process may take: other tests run in it at the same time.
fn config() -> Config {
    let mut config = Config::default();
    config.performance.memory_limit_bytes = 1 << 45;
    config
}

/// A tree of twelve files with its index in `.pampax`.
pub struct Tree {
    pub folder: TempDir,
    pub host: Host,
}

impl Tree {
    pub fn new() -> Tree {
        let tree = Tree { folder: TempDir::new().unwrap(), host: Host::default() };
        for number in 0..12 {
            tree.write(&format!("src/f{number}.rs"), format!("fn function_{number}() {{\n    other_{number}();\n}}\n"));
        }
        tree
    }

    pub fn indexed() -> Tree {
        let tree = Tree::new();
        tree.update();
        tree
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn index(&self) -> Index {
        Index::open(self.folder.path(), &config(), self.host.clone()).unwrap()
    }

    pub fn update(&self) {
        self.index().update(&Limits::default()).unwrap();
    }

    /// Updates the index, and the text index on disk with it.
    pub fn update_text(&self) {
        let mut config = config();
        config.indexer.unwritten_files = 0;
        let index = Index::open(self.folder.path(), &config, self.host.clone()).unwrap();
        index.update(&Limits::default()).unwrap();
    }

    pub fn store(&self, name: &str) -> PathBuf {
        self.folder.path().join(".pampax").join(name)
    }

    pub fn flip(&self, name: &str, at: impl Fn(usize) -> std::ops::Range<usize>) {
        let path = self.store(name);
        let mut bytes = std::fs::read(&path).unwrap();
        let range = at(bytes.len());
        bytes[range].iter_mut().for_each(|byte| *byte ^= 0x55);
        std::fs::write(path, bytes).unwrap();
    }

    fn look(&self, query: &HealthQuery) -> HealthReport {
        self.index().health(query, &Limits::default())
    }
}

/// Every file below `folder` with its bytes and its time of modification.
pub fn listing(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let modified = path.metadata().unwrap().modified().unwrap();
            let bytes = if path.is_dir() { Vec::new() } else { std::fs::read(&path).unwrap() };
            if path.is_dir() {
                open.push(path.clone());
            }
            files.insert(path, (bytes, modified));
        }
    }
    files
}

fn codes(report: &HealthReport) -> Vec<HealthCode> {
    report.conditions.iter().map(|condition| condition.code).collect()
}

fn deep() -> HealthQuery {
    HealthQuery::default().with_depth(Depth::Deep)
}

/// Looks both ways at the tree and expects the same conditions, and nothing changed.
#[track_caller]
fn check(tree: &Tree, expected: &[HealthCode]) {
    for query in [HealthQuery::default(), deep()] {
        check_with(tree, &query, expected);
    }
}

#[track_caller]
fn check_with(tree: &Tree, query: &HealthQuery, expected: &[HealthCode]) {
    let before = listing(tree.folder.path());
    let report = tree.look(query);
    assert_eq!(codes(&report), expected, "{report:#?}");
    assert!(before == listing(tree.folder.path()), "looking changed something");
    let status = match expected.iter().map(|code| code.status()).max() {
        Some(ComponentStatus::Error) => HealthStatus::Unhealthy,
        Some(ComponentStatus::Warning) => HealthStatus::Degraded,
        _ => HealthStatus::Healthy,
    };
    assert_eq!((report.status, report.error()), (status, expected.iter().find_map(|code| code.error())));
}

#[test]
fn a_sound_index_is_healthy() {
    let tree = Tree::indexed();
    check(&tree, &[]);
    let report = tree.look(&deep());
    assert_eq!(report.components.iter().map(|one| one.component).collect::<Vec<_>>(), Component::ALL);
    let Some(Facts::Catalog(catalog)) = &report.components[0].facts else { panic!("{report:?}") };
    assert_eq!((catalog.integrity.as_slice(), catalog.documents_checked), (&["ok".to_owned()][..], 12));
    assert_eq!((catalog.totals.files, catalog.generation.0, catalog.complete), (12, 1, true));
    let Some(Facts::Text(text)) = &report.components[1].facts else { panic!("{report:?}") };
    assert_eq!((text.documents, text.checksums_compared), (catalog.totals.files + catalog.totals.chunks, true));
}

#[test]
fn a_missing_index_is_missing() {
    let tree = Tree::new();
    check(&tree, &[HealthCode::CatalogMissing]);
    assert_eq!(tree.look(&deep()).error(), Some(ErrorCode::IndexMissing));
    assert!(!tree.folder.path().join(".pampax").exists());
    tree.update();
    std::fs::remove_file(tree.store("catalog.sqlite")).unwrap();
    check(&tree, &[HealthCode::CatalogMissing]);
}

#[test]
fn a_damaged_catalog_is_damaged() {
    let garbage = |tree: &Tree| std::fs::write(tree.store("catalog.sqlite"), [b'x'; 9000]).unwrap();
    let emptied = |tree: &Tree| std::fs::write(tree.store("catalog.sqlite"), []).unwrap();
    let header = |tree: &Tree| tree.flip("catalog.sqlite", |_| 0..16);
    let pages = |tree: &Tree| tree.flip("catalog.sqlite", |length| 4096..length);
    let cut = |tree: &Tree| {
        let path = tree.store("catalog.sqlite");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(path, &bytes[..bytes.len() - 4096]).unwrap();
    };
    let damages: [&dyn Fn(&Tree); 5] = [&garbage, &emptied, &header, &pages, &cut];
    for (number, damage) in damages.iter().enumerate() {
        let tree = Tree::indexed();
        damage(&tree);
        let report = tree.look(&HealthQuery::default());
        assert_eq!(codes(&report), [HealthCode::CatalogDamaged], "damage {number}: {report:#?}");
        check(&tree, &[HealthCode::CatalogDamaged]);
    }
}

#[test]
fn a_flipped_byte_in_a_stored_text_is_seen_by_a_deep_look() {
    let tree = Tree::indexed();
    // The frame of a compressed text begins so.
    let bytes = std::fs::read(tree.store("catalog.sqlite")).unwrap();
    let frame = bytes.windows(4).rposition(|window| window == [0x28, 0xb5, 0x2f, 0xfd]).unwrap();
    tree.flip("catalog.sqlite", |_| frame + 12..frame + 13);
    check_with(&tree, &deep(), &[HealthCode::CatalogDamaged]);
}

#[test]
fn another_schema_is_named() {
    let tree = Tree::indexed();
    let version = |tree: &Tree, version: u32| {
        // The number that the program keeps in the header of the database.
        let path = tree.store("catalog.sqlite");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[60..64].copy_from_slice(&version.to_be_bytes());
        std::fs::write(path, bytes).unwrap();
    };
    version(&tree, 99);
    check(&tree, &[HealthCode::SchemaNewer]);
    assert_eq!(tree.look(&deep()).error(), Some(ErrorCode::IndexVersion));
}

#[test]
fn a_stored_index_of_the_first_schema_is_older_and_mended_by_an_update() {
    let tree = Tree::new();
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalogs/schema-1.sqlite");
    std::fs::create_dir_all(tree.folder.path().join(".pampax")).unwrap();
    std::fs::copy(stored, tree.store("catalog.sqlite")).unwrap();
    check(&tree, &[HealthCode::SchemaOlder]);
    tree.update();
    check(&tree, &[]);
}

#[test]
fn a_text_index_that_is_missing_stale_or_damaged_is_named_and_mended() {
    let text = |tree: &Tree| tree.store("text");
    let missing = |tree: &Tree| std::fs::remove_dir_all(text(tree)).unwrap();
    let garbage = |tree: &Tree| std::fs::write(text(tree).join("meta.json"), "{").unwrap();
    let stale = |tree: &Tree| {
        let path = text(tree).join("meta.json");
        let meta = std::fs::read_to_string(&path).unwrap();
        std::fs::write(
            path,
            meta.replace(r#""payload":"1""#, r#""payload":"7""#).replace(r#""payload": "1""#, r#""payload": "7""#),
        )
        .unwrap();
    };
    let emptied = |tree: &Tree| of_segments(tree).iter().for_each(|path| std::fs::write(path, "").unwrap());
    let gone = |tree: &Tree| of_segments(tree).iter().for_each(|path| std::fs::remove_file(path).unwrap());
    type Damage<'a> = &'a dyn Fn(&Tree);
    let damages: [(Damage<'_>, HealthCode); 5] = [
        (&missing, HealthCode::TextMissing),
        (&garbage, HealthCode::TextDamaged),
        (&stale, HealthCode::TextStale),
        (&emptied, HealthCode::TextDamaged),
        (&gone, HealthCode::TextDamaged),
    ];
    for (damage, expected) in damages {
        let tree = Tree::indexed();
        damage(&tree);
        check(&tree, &[expected]);
        let report = tree.look(&HealthQuery::default());
        for mend in report.mends() {
            tree.index().mend(mend, &Limits::default()).unwrap();
        }
        check(&tree, &[]);
    }
}

/// The files of the text index that hold its documents.
fn of_segments(tree: &Tree) -> Vec<PathBuf> {
    let entries = tree.store("text").read_dir().unwrap().map(|entry| entry.unwrap().path());
    let is_of_segment = |path: &PathBuf| path.extension().is_some_and(|kind| kind != "json" && kind != "lock");
    entries.filter(is_of_segment).collect()
}

#[test]
fn damaged_postings_are_seen_by_a_deep_look_and_mended_from_the_catalog() {
    let tree = Tree::indexed();
    let search = |tree: &Tree| {
        let results = tree.index().searcher().unwrap().search(&Query::new("function_3"), &Limits::default());
        results.map(|results| serde_json::to_string(&results).unwrap())
    };
    let expected = search(&tree).unwrap();
    for kind in ["idx", "term"] {
        let path = of_segments(&tree).into_iter().find(|path| path.extension().is_some_and(|found| found == kind));
        let mut bytes = std::fs::read(path.as_ref().unwrap()).unwrap();
        let middle = bytes.len() / 3;
        bytes[..middle].iter_mut().for_each(|byte| *byte ^= 0x55);
        std::fs::write(path.unwrap(), bytes).unwrap();
        let report = tree.look(&deep());
        assert_eq!(codes(&report), [HealthCode::TextDamaged], "{kind}");
        assert_eq!(report.error(), Some(ErrorCode::IndexDamaged));
        for mend in report.mends() {
            tree.index().mend(mend, &Limits::default()).unwrap();
        }
        check(&tree, &[]);
        assert_eq!(search(&tree).unwrap(), expected, "{kind}");
    }
}

#[test]
fn damaged_postings_are_never_added_to() {
    let tree = Tree::indexed();
    for path in of_segments(&tree) {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[0] ^= 0x55;
        std::fs::write(path, bytes).unwrap();
    }
    tree.write("src/new.rs", "fn new() {}\n");
    tree.update_text();
    check(&tree, &[]);
}

#[test]
fn an_empty_tree_is_empty() {
    let tree = Tree { folder: TempDir::new().unwrap(), host: Host::default() };
    tree.update();
    check(&tree, &[HealthCode::IndexEmpty]);
}

#[test]
fn changes_in_the_tree_are_counted() {
    let tree = Tree::indexed();
    tree.write("src/new.rs", "fn new() {}\n");
    tree.write("src/f1.rs", "fn another() {\n    longer();\n    than_before();\n}\n");
    std::fs::remove_file(tree.folder.path().join("src/f2.rs")).unwrap();
    check(&tree, &[HealthCode::TreeDrifted]);
    let report = tree.look(&HealthQuery::default().with_components(&[Component::Drift]));
    let Some(Facts::Drift(drift)) = &report.components[0].facts else { panic!("{report:?}") };
    assert_eq!((drift.added, drift.changed, drift.removed, drift.unchanged, drift.finished), (1, 1, 1, 10, true));
    let mut thresholds = Thresholds::default();
    thresholds.drift_percent = 50;
    check_with(&tree, &HealthQuery::default().with_thresholds(thresholds), &[]);
    tree.update();
    check(&tree, &[]);
}

#[test]
fn other_settings_are_no_change_of_the_tree() {
    let tree = Tree::indexed();
    let mut config = config();
    config.indexer.max_chunk_tokens = 64;
    let index = Index::open(tree.folder.path(), &config, Host::default()).unwrap();
    assert_eq!(codes(&index.health(&HealthQuery::default(), &Limits::default())), [HealthCode::SettingsChanged]);
    index.update(&Limits::default()).unwrap();
    assert_eq!(codes(&index.health(&HealthQuery::default(), &Limits::default())), []);
}

/// A clock that stands where it is put.
struct StandingClock(AtomicU64);

impl Clock for StandingClock {
    fn unix_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn monotonic_ns(&self) -> u64 {
        0
    }
}

#[test]
fn an_index_is_old_when_the_tree_went_on_without_it() {
    const DAY_MS: u64 = 24 * 3_600_000;
    let clock = Arc::new(StandingClock(AtomicU64::new(40_000 * DAY_MS)));
    let mut tree = Tree::new();
    tree.host = Host::default().with_clock(clock.clone());
    tree.update();
    clock.0.fetch_add(8 * DAY_MS, Ordering::SeqCst);
    check(&tree, &[]);
    tree.write("src/new.rs", "fn new() {}\n");
    check(&tree, &[HealthCode::TreeDrifted, HealthCode::IndexOld]);
    clock.0.fetch_sub(7 * DAY_MS, Ordering::SeqCst);
    check(&tree, &[HealthCode::TreeDrifted]);
}

#[test]
fn an_index_made_from_another_root_is_moved() {
    let (tree, other) = (Tree::new(), Tree::new());
    let elsewhere = TempDir::new().unwrap();
    let config = config().with_index_dir(elsewhere.path());
    Index::open(tree.folder.path(), &config, Host::default()).unwrap().update(&Limits::default()).unwrap();
    let index = Index::open(other.folder.path(), &config, Host::default()).unwrap();
    let query = HealthQuery::default().with_components(&[Component::Catalog]);
    assert_eq!(codes(&index.health(&query, &Limits::default())), [HealthCode::RootMoved]);
}

#[test]
fn a_root_that_is_gone_is_unreadable() {
    let tree = Tree::new();
    let elsewhere = TempDir::new().unwrap();
    let config = config().with_index_dir(elsewhere.path());
    let index = Index::open(tree.folder.path(), &config, Host::default()).unwrap();
    index.update(&Limits::default()).unwrap();
    std::fs::remove_dir_all(tree.folder.path()).unwrap();
    let report = index.health(&HealthQuery::default(), &Limits::default());
    assert_eq!((codes(&report), report.error()), (vec![HealthCode::RootUnreadable], Some(ErrorCode::Io)));
}

#[test]
fn an_update_that_was_cut_short_is_incomplete() {
    let tree = Tree::new();
    let mut config = config();
    config.indexer.checkpoint_bytes = 1;
    let token = pampax_core::CancelToken::new();
    let limits = Limits::default().with_cancel(token.clone());
    let index = Index::open(tree.folder.path(), &config, Host::default()).unwrap();
    let stopped = index.update_with_progress(&limits, &|progress| {
        if progress.files_done == 4 {
            token.cancel();
        }
    });
    assert_eq!(stopped.unwrap_err().code(), ErrorCode::Cancelled);
    check(&tree, &[HealthCode::IndexIncomplete, HealthCode::TreeDrifted]);
}

#[test]
fn low_limits_are_passed() {
    let tree = Tree::indexed();
    let check = |set: &dyn Fn(&mut Config), expected: HealthCode| {
        let mut config = config();
        set(&mut config);
        let index = Index::open(tree.folder.path(), &config, Host::default()).unwrap();
        assert_eq!(codes(&index.health(&HealthQuery::default(), &Limits::default())), [expected]);
    };
    check(&|config| config.performance.memory_limit_bytes = 1_000_000, HealthCode::MemoryHigh);
    check(&|config| config.storage.min_free_bytes = 1 << 50, HealthCode::DiskFull);
    let report = tree.look(&HealthQuery::default().with_components(&[Component::Disk]));
    let Some(Facts::Disk(disk)) = &report.components[0].facts else { panic!("{report:?}") };
    let low = disk.free_bytes.unwrap().saturating_mul(2);
    check(&|config| config.storage.min_free_bytes = low, HealthCode::DiskLow);
    assert!(disk.writable && disk.index_bytes > 10_000, "{disk:?}");
}

#[test]
fn a_writer_at_work_is_named_and_disturbs_nothing() {
    let tree = Tree::indexed();
    tree.write("src/new.rs", "fn new() {}\n");
    let seen = std::sync::Mutex::new(Vec::new());
    tree.index()
        .update_with_progress(&Limits::default(), &|progress| {
            if progress.files_done == 1 {
                seen.lock().unwrap().push(tree.look(&HealthQuery::default()));
            }
        })
        .unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(!seen.is_empty());
    for report in seen {
        assert_eq!(codes(&report), [HealthCode::TreeDrifted, HealthCode::Locked], "{report:#?}");
        let owner = format!("process {} is writing to the index", std::process::id());
        assert_eq!(report.conditions[1].message, owner);
    }
    check(&tree, &[]);
}

#[test]
fn a_writer_that_writes_for_hours_is_looked_at() {
    let mut tree = Tree::indexed();
    tree.host = Host::default().with_clock(Arc::new(StandingClock(AtomicU64::new(u64::MAX / 2))));
    let file = std::fs::File::open(tree.store("lock")).unwrap();
    file.lock().unwrap();
    let query = HealthQuery::default().with_components(&[Component::Lock]);
    check_with(&tree, &query, &[HealthCode::LockOld, HealthCode::Locked]);
    file.unlock().unwrap();
    check_with(&tree, &query, &[]);
}

/// A clock on which every look takes a millisecond.
struct TickingClock(AtomicU64);

impl Clock for TickingClock {
    fn unix_ms(&self) -> u64 {
        0
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.fetch_add(1_000_000, Ordering::SeqCst)
    }
}

#[test]
fn a_tree_that_cannot_be_compared_in_time_is_compared_in_part() {
    let mut tree = Tree::new();
    for number in 100..300 {
        tree.write(&format!("folder_{number}/f.rs"), "fn f() {}\n");
    }
    tree.update();
    tree.host = Host::default().with_clock(Arc::new(TickingClock(AtomicU64::new(0))));
    let query = HealthQuery::default().with_components(&[Component::Drift]).with_timeout(Duration::from_millis(150));
    check_with(&tree, &query, &[HealthCode::ComparisonUnfinished]);
    let Some(Facts::Drift(drift)) = tree.look(&query).components[0].facts.clone() else { panic!("no facts") };
    assert!(!drift.finished && (10..212).contains(&drift.unchanged) && drift.removed == 0, "{drift:?}");
}

#[test]
fn many_deleted_documents_are_named_and_compacted_away() {
    let tree = Tree::indexed();
    for number in 0..7 {
        std::fs::remove_file(tree.folder.path().join(format!("src/f{number}.rs"))).unwrap();
    }
    tree.update_text();
    let mut thresholds = Thresholds::default();
    thresholds.sparse_documents = 24;
    let query = HealthQuery::default().with_thresholds(thresholds);
    check_with(&tree, &query, &[HealthCode::TextSparse]);
    tree.index().mend(tree.look(&query).mends()[0], &Limits::default()).unwrap();
    check_with(&tree, &query, &[]);
}

#[test]
fn saved_answers_that_cannot_be_used_are_named_and_dropped() {
    let tree = Tree::indexed();
    let warm = Warm::new(vec![Query::new("function_3")]);
    tree.index().warm(&warm, &Limits::default()).unwrap();
    check(&tree, &[]);
    let Some(Facts::Cache(cache)) = tree.look(&HealthQuery::default()).components[3].facts.clone() else {
        panic!("no facts of the cache")
    };
    assert_eq!((cache.saved.entries, cache.saved.usable, cache.saved.enabled), (1, 1, true));
    std::fs::write(tree.store("cache.sqlite"), [b'x'; 5_000]).unwrap();
    check(&tree, &[HealthCode::CacheUnusable]);
    for mend in tree.look(&HealthQuery::default()).mends() {
        tree.index().mend(mend, &Limits::default()).unwrap();
    }
    check(&tree, &[]);
}

#[test]
fn a_log_that_no_reader_lets_go_is_large_and_an_almost_empty_catalog_sparse() {
    let tree = Tree::indexed();
    let reader = tree.index().searcher().unwrap();
    for number in 0..12 {
        tree.write(&format!("src/f{number}.rs"), "fn again() { many(); }\n".repeat(500 + number));
    }
    tree.update();
    let mut thresholds = Thresholds::default();
    (thresholds.wal_bytes, thresholds.sparse_catalog_bytes) = (1_000, 1);
    let query = HealthQuery::default().with_thresholds(thresholds);
    assert_eq!(codes(&tree.look(&query)), [HealthCode::WalLarge]);
    drop(reader);
    for number in 0..12 {
        std::fs::remove_file(tree.folder.path().join(format!("src/f{number}.rs"))).unwrap();
    }
    tree.update();
    assert_eq!(codes(&tree.look(&query)), [HealthCode::IndexEmpty, HealthCode::CatalogSparse]);
    tree.index().compact(&Limits::default()).unwrap();
    check_with(&tree, &query, &[HealthCode::IndexEmpty]);
}

#[test]
fn a_language_that_is_hardly_understood_is_named() {
    let tree = Tree::new();
    for number in 0..20 {
        tree.write(&format!("broken/f{number}.go"), "package p\nfunc ((( {\n}}} func\n");
    }
    tree.update();
    check(&tree, &[HealthCode::LanguageDegraded]);
    let report = tree.look(&HealthQuery::default());
    assert_eq!(report.conditions[0].message, "20 of 20 files in go have an incomplete structure");
}

/// Vectors of one number each; hangs where it is told to.
struct Numbers {
    name: &'static str,
    hangs: bool,
}

impl Embedder for Numbers {
    fn id(&self) -> &str {
        if self.hangs {
            let (sender, receiver) = mpsc::channel::<()>();
            assert!(receiver.recv_timeout(Duration::from_secs(60)).is_err());
            drop(sender);
        }
        self.name
    }

    fn dimensions(&self) -> usize {
        2
    }

    fn embed(&self, texts: &[&str], _: Purpose, _: &Watch) -> Result<Vec<f32>, BoxError> {
        Ok(texts.iter().flat_map(|text| [text.len() as f32, 1.0]).collect())
    }
}

fn embedder(name: &'static str) -> Host {
    Host::default().with_embedder(Arc::new(Numbers { name, hangs: false }))
}

/// Makes vectors of questions only.
struct Unwilling;

impl Embedder for Unwilling {
    fn id(&self) -> &str {
        "unwilling"
    }

    fn dimensions(&self) -> usize {
        2
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, _: &Watch) -> Result<Vec<f32>, BoxError> {
        match purpose {
            Purpose::Query => Ok(vec![1.0; texts.len() * 2]),
            _ => Err("no documents".into()),
        }
    }
}

#[test]
fn answers_say_what_files_have_no_vectors() {
    let mut tree = Tree::new();
    tree.host = Host::default().with_embedder(Arc::new(Unwilling));
    tree.update();
    let results = tree.index().searcher().unwrap().search(&Query::new("function_1"), &Limits::default()).unwrap();
    let said: Vec<&str> = results.degraded.iter().map(|missing| missing.why.as_str()).collect();
    assert_eq!(said, ["12 of 12 files have no vectors: update the index with this embedder"]);
}

#[test]
fn vectors_are_compared_with_the_embedder() {
    let mut tree = Tree::indexed();
    check(&tree, &[]);
    for host in [embedder("numbers-1"), embedder("numbers-2"), Host::default()] {
        tree.host = host;
        check(&tree, &[HealthCode::EmbedderChanged]);
        tree.update();
        check(&tree, &[]);
    }
    let without = |tree: &Tree| {
        let mut config = config();
        config.features.embedding = false;
        Index::open(tree.folder.path(), &config, tree.host.clone()).unwrap()
    };
    let plain = Tree::new();
    without(&plain).update(&Limits::default()).unwrap();
    check(&plain, &[HealthCode::VectorsMissing]);
    assert_eq!(codes(&without(&tree).health(&HealthQuery::default(), &Limits::default())), [], "nobody asks for them");
}

#[test]
fn an_embedder_that_hangs_costs_its_component_only() {
    let mut tree = Tree::indexed();
    tree.host = Host::default().with_embedder(Arc::new(Numbers { name: "slow", hangs: true }));
    let started = std::time::Instant::now();
    let report = tree.look(&HealthQuery::default().with_timeout(Duration::from_millis(500)));
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!((codes(&report), report.error()), (vec![HealthCode::TimedOut], Some(ErrorCode::DeadlineExceeded)));
    assert_eq!(report.conditions[0].component, Component::Vectors);
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::indexed();
    let mode = |mode: u32| {
        for path in [tree.store("catalog.sqlite"), tree.folder.path().join(".pampax")] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    mode(0o555);
    let report = tree.look(&HealthQuery::default());
    mode(0o755);
    assert_eq!(codes(&report), [HealthCode::FolderReadOnly]);
}
