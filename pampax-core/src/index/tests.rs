//! Rules of updating, checked on small trees: what an index holds is compared with what a fresh one holds.

use super::*;
use crate::error::{Error, ErrorCode};
use crate::host::{BoxError, Clock, Embedder, LogRecord, LogSink, Purpose, SystemClock};
use crate::limits::CancelToken;
use crate::store::catalog::NameMatch;
use crate::store::text::{TextField, TextSnapshot};
use crate::store::vector_set::VectorSet;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A tree on disk with an index beside it.
struct Tree {
    root: tempfile::TempDir,
    index: tempfile::TempDir,
    config: Config,
    host: Host,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Tree {
        let tree = Tree {
            root: tempfile::tempdir().unwrap(),
            index: tempfile::tempdir().unwrap(),
            config: Config::default(),
            host: Host::default(),
        };
        files.iter().for_each(|(path, text)| tree.write(path, text));
        tree
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn remove(&self, path: &str) {
        std::fs::remove_file(self.root.path().join(path)).unwrap();
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.root.path().join(from), self.root.path().join(to)).unwrap();
    }

    fn index_at(&self, folder: &Path) -> Index {
        Index::open(self.root.path(), &self.config.clone().with_index_dir(folder), self.host.clone()).unwrap()
    }

    fn index(&self) -> Index {
        self.index_at(self.index.path())
    }

    fn update(&self) -> UpdateReport {
        self.index().update(&Limits::default()).unwrap()
    }

    fn update_files(&self, paths: &[&str]) -> UpdateReport {
        let paths: Vec<RepoPath> = paths.iter().map(|path| RepoPath::new(path).unwrap()).collect();
        self.index().update_files(&paths, &Limits::default()).unwrap()
    }

    /// Asserts that the index holds exactly what one made from nothing holds.
    fn assert_equals_fresh(&self) {
        let fresh = tempfile::tempdir().unwrap();
        let index = self.index_at(fresh.path());
        index.update(&Limits::default()).unwrap();
        assert_eq!(export(&self.index()), export(&index));
    }
}

/// The last committed state, as a searcher gets it.
fn open(index: &Index) -> Result<(Snapshot, TextSnapshot)> {
    snapshot::open(&index.write_context(), &index.host.watch(&Limits::default()))
}

fn unlimited() -> Watch {
    Watch::start(&Limits::default(), Arc::new(SystemClock::new()))
}

/// Everything a question could see, without file numbers, generations and times.
fn export(index: &Index) -> Vec<String> {
    let (snapshot, text) = open(index).unwrap();
    let catalog = snapshot.read();
    let rows = catalog.file_table().unwrap();
    let paths: BTreeMap<u32, String> = rows.iter().map(|row| (row.id, row.path.to_string())).collect();
    let mut lines = Vec::new();
    for row in &rows {
        let document = catalog.document(row.id).unwrap().unwrap();
        lines.push(format!(
            "{} {} {} {} {} {} {:?} {document:?}",
            row.path, row.size, row.language, row.role, row.encoding, row.lines, row.degraded
        ));
        for reference in &document.parsed.references {
            let count = catalog.files_referring_to(&reference.name).unwrap().len();
            lines.push(format!("{} {count}", reference.name));
        }
    }
    for symbol in catalog.symbols("", NameMatch::Substring, 10_000).unwrap() {
        lines.push(format!("{} {}", paths[&symbol.file_id], symbol.ordinal));
    }
    lines.extend(
        catalog.skipped_table().unwrap().iter().map(|row| format!("{} {} {}", row.path, row.reason, row.detail)),
    );
    let mut documents = vec![None; text.document_count() as usize];
    text.for_each_document(|at, file, chunk| documents[at as usize] = Some((paths[&file].clone(), chunk)));
    let mut live: Vec<_> = documents.iter().flatten().map(|place| format!("{place:?}")).collect();
    live.sort();
    lines.extend(live);
    for word in ["alpha", "beta", "gamma", "login"] {
        for field in [TextField::Body, TextField::Names, TextField::Path] {
            let mut postings = Vec::new();
            text.postings(field, word, &mut postings).unwrap();
            let mut found: Vec<_> = postings
                .iter()
                .map(|posting| (documents[posting.document as usize].clone().unwrap(), posting.frequency))
                .collect();
            found.sort();
            lines.push(format!("{word} {found:?}"));
        }
    }
    lines
}

const ALPHA: &str = "fn alpha() {\n    beta();\n}\n";
const BETA: &str = "fn beta() {}\n";

fn counts(report: &UpdateReport) -> String {
    let UpdateReport { added, changed, renamed, removed, unchanged, .. } = report;
    format!("+{added} ~{changed} >{renamed} -{removed} ={unchanged}")
}

#[test]
fn the_same_tree_gives_the_same_index_however_often() {
    let tree = Tree::new(&[("a.rs", ALPHA), ("b/b.rs", BETA), ("c.bin", "\0\u{1}\0")]);
    let first = tree.update();
    assert_eq!((counts(&first).as_str(), first.generation), ("+2 ~0 >0 -0 =0", Generation(1)));
    assert_eq!(first.skipped.iter().filter(|skip| skip.path == "c.bin").count(), 1);
    let exported = export(&tree.index());
    for _ in 0..4 {
        let again = tree.update();
        assert_eq!((counts(&again).as_str(), again.generation), ("+0 ~0 >0 -0 =2", Generation(1)));
        assert_eq!((again.skipped, again.totals), (first.skipped.clone(), first.totals));
        assert_eq!(export(&tree.index()), exported);
    }
    tree.assert_equals_fresh();
}

#[test]
fn only_what_was_touched_changes() {
    let tree = Tree::new(&[("a.rs", ALPHA), ("b.rs", BETA), ("c.rs", "fn gamma() {}\n"), ("d.rs", "login();\n")]);
    tree.update();
    tree.write("a.rs", "fn gamma() {\n    beta();\n}\n");
    tree.remove("b.rs");
    tree.rename("c.rs", "z.rs");
    let report = tree.update();
    assert_eq!((counts(&report).as_str(), report.generation), ("+0 ~1 >1 -1 =1", Generation(2)));
    assert!(!export(&tree.index()).iter().any(|line| line.contains("b.rs") || line.contains("c.rs")));
    tree.assert_equals_fresh();
}

#[test]
fn an_edit_that_keeps_size_and_time_is_seen_when_the_file_was_fresh() {
    let tree = Tree::new(&[("a.rs", "fn alpha() {}\n")]);
    tree.update();
    let path = tree.root.path().join("a.rs");
    let modified = path.metadata().unwrap().modified().unwrap();
    tree.write("a.rs", "fn gamma() {}\n");
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    assert_eq!(counts(&tree.update()), "+0 ~1 >0 -0 =0");
    tree.assert_equals_fresh();
}

#[test]
fn a_twin_is_still_found_when_its_twin_is_deleted() {
    let tree = Tree::new(&[("a.rs", ALPHA), ("b.rs", ALPHA)]);
    tree.update();
    tree.remove("a.rs");
    tree.update();
    let exported = export(&tree.index()).join("\n");
    assert!(exported.contains("b.rs") && exported.contains("beta();") && !exported.contains("a.rs"));
    tree.assert_equals_fresh();
}

#[test]
fn trees_of_no_one_and_two_chunks_work() {
    for files in [&[][..], &[("a.rs", BETA)], &[("a.rs", BETA), ("b.rs", ALPHA)], &[("empty.rs", "")]] {
        let tree = Tree::new(files);
        let report = tree.update();
        assert_eq!((report.generation, report.totals.files), (Generation(1), files.len() as u64));
        assert_eq!(tree.update().generation, Generation(1));
        assert_eq!(tree.index().status().unwrap().totals.files, files.len() as u64);
        tree.assert_equals_fresh();
    }
}

#[derive(Debug, Clone)]
enum Edit {
    Write(usize, usize),
    Remove(usize),
    Rename(usize, usize),
    Update,
}

const PATHS: [&str; 5] = ["a.rs", "b.rs", "dir/a.rs", "dir/c.txt", "z.bin"];
const TEXTS: [&str; 6] = [ALPHA, BETA, "", "alpha beta gamma\n", "fn login() {}\nfn alpha() {}\n", "\0binary"];

impl Edit {
    /// The paths that are other ones afterwards.
    fn paths(&self) -> Vec<&'static str> {
        match self {
            Edit::Write(path, _) | Edit::Remove(path) => vec![PATHS[*path]],
            Edit::Rename(from, to) => vec![PATHS[*from], PATHS[*to]],
            Edit::Update => Vec::new(),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (0..PATHS.len(), 0..TEXTS.len()).prop_map(|(path, text)| Edit::Write(path, text)),
        2 => (0..PATHS.len()).prop_map(Edit::Remove),
        2 => (0..PATHS.len(), 0..PATHS.len()).prop_map(|(from, to)| Edit::Rename(from, to)),
        2 => Just(Edit::Update),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn any_edits_lead_to_what_a_fresh_index_holds(
        edits in prop::collection::vec(edit(), 1..14),
        unwritten_files in prop::sample::select(vec![0, 1, 2, 3, 32]),
        is_told in any::<bool>(),
    ) {
        let mut tree = Tree::new(&[("a.rs", ALPHA)]);
        tree.config.indexer.unwritten_files = unwritten_files;
        let exists = |path: usize| tree.root.path().join(PATHS[path]).exists();
        let mut touched = Vec::new();
        for edit in edits {
            touched.extend(edit.paths());
            match edit {
                Edit::Write(path, text) => tree.write(PATHS[path], TEXTS[text]),
                Edit::Remove(path) if exists(path) => tree.remove(PATHS[path]),
                Edit::Rename(from, to) if exists(from) => {
                    tree.write(PATHS[to], "");
                    tree.rename(PATHS[from], PATHS[to]);
                }
                Edit::Remove(_) | Edit::Rename(..) => {}
                Edit::Update if is_told => _ = tree.update_files(&std::mem::take(&mut touched)),
                Edit::Update => _ = tree.update(),
            }
        }
        if is_told {
            tree.update_files(&touched);
        } else {
            tree.update();
        }
        tree.assert_equals_fresh();
        prop_assert!(tree.index().verify(&Limits::default()).unwrap().is_sound);
        tree.index().compact(&Limits::default()).unwrap();
        let (catalog, text) = open(&tree.index()).unwrap();
        prop_assert_eq!(text.generation(), Some(catalog.generation().0), "everything is written out");
        tree.assert_equals_fresh();
    }
}

#[test]
fn few_changes_wait_to_be_written_to_the_text_index_and_are_found() {
    let mut tree = Tree::new(&[("a.rs", ALPHA)]);
    tree.config.indexer.unwritten_files = 2;
    tree.update();
    let mut written_at = Vec::new();
    for (path, text) in [("b.rs", BETA), ("a.rs", BETA), ("b.rs", ALPHA), ("c.rs", BETA), ("d.rs", ALPHA)] {
        tree.write(path, text);
        tree.update();
        let (catalog, text) = open(&tree.index()).unwrap();
        written_at.push((catalog.generation().0, text.generation().unwrap()));
        tree.assert_equals_fresh();
    }
    assert_eq!(written_at, [(2, 1), (3, 1), (4, 1), (5, 5), (6, 5)]);
    tree.write("large.rs", &format!("// {}\n{ALPHA}", "word ".repeat(60_000)));
    tree.update();
    let (catalog, text) = open(&tree.index()).unwrap();
    assert_eq!(text.generation(), Some(catalog.generation().0), "much is written at once");
    tree.assert_equals_fresh();
}

#[test]
fn an_update_of_named_files_leaves_the_others_as_they_are() {
    let tree = Tree::new(&[("a.rs", ALPHA), ("b.rs", BETA), ("dir/c.rs", BETA), ("notes.bin", "\0")]);
    assert_eq!(tree.update_files(&["a.rs"]).added, 3, "the first update is one of the tree");
    ["a.rs", "b.rs", "dir/c.rs"].iter().for_each(|path| tree.write(path, "fn other() {}\n"));
    tree.write("new.rs", ALPHA);
    assert_eq!(counts(&tree.update_files(&["b.rs"])), "+0 ~1 >0 -0 =0");
    assert_eq!(tree.update_files(&["b.rs", "b.rs", "absent.rs", "notes.bin"]).unchanged, 1);
    let held = || -> Vec<String> {
        let (catalog, _) = open(&tree.index()).unwrap();
        let rows = catalog.read().file_table().unwrap();
        rows.iter().map(|row| format!("{} {}", row.path, row.size)).collect()
    };
    assert_eq!(held(), [format!("a.rs {}", ALPHA.len()), "b.rs 14".into(), format!("dir/c.rs {}", BETA.len())]);
    let long = "x".repeat(300);
    let report = tree.update_files(&["no\0name.rs", &long, "b.rs/below"]);
    assert_eq!((report.skipped.len(), report.generation), (1, Generation(2)), "what cannot be a name is none");
    tree.rename("b.rs", "moved.rs");
    assert_eq!(counts(&tree.update_files(&["b.rs", "moved.rs"])), "+0 ~0 >1 -0 =0");
    assert_eq!(tree.index().status().unwrap().skipped.values().sum::<u64>(), 1, "what is skipped stays so");
    tree.update_files(&["a.rs", "dir/c.rs", "new.rs"]);
    tree.assert_equals_fresh();
}

#[test]
fn named_paths_that_decide_about_others_lead_to_a_look_at_the_tree() {
    let tree = Tree::new(&[("a.rs", ALPHA), ("dir/b.rs", BETA), ("dir/c.rs", BETA)]);
    tree.update();
    tree.write(".ignore", "c.rs\n");
    assert_eq!(tree.update_files(&[".ignore"]).removed, 1);
    tree.assert_equals_fresh();
    tree.remove("dir/b.rs");
    tree.write("dir/new.rs", ALPHA);
    assert_eq!(counts(&tree.update_files(&["dir"])), "+1 ~0 >0 -1 =2");
    tree.rename("dir", "moved");
    assert_eq!(counts(&tree.update_files(&["dir"])), "+0 ~0 >1 -0 =2");
    tree.rename("moved", "folder");
    tree.write("moved", "a file now\n");
    tree.update_files(&["moved"]);
    tree.assert_equals_fresh();
}

#[test]
fn a_small_update_that_stops_leaves_one_generation_or_the_other() {
    for (stop_at, expected) in [(CommitStep::CatalogStamped, 1), (CommitStep::CatalogCommitted, 2)] {
        let tree = Tree::new(&[("a.rs", ALPHA)]);
        tree.update();
        let before = export(&tree.index());
        tree.write("b.rs", BETA);
        let stopped = tree.index().update_stepwise(&Limits::default(), &|_| {}, &|step| match step == stop_at {
            true => Err(Error::internal("stopped")),
            false => Ok(()),
        });
        assert_eq!(stopped.unwrap_err().code(), ErrorCode::Internal);
        let (catalog, text) = open(&tree.index()).unwrap();
        assert_eq!((catalog.generation(), text.generation()), (Generation(expected), Some(1)), "{stop_at:?}");
        match expected {
            1 => assert_eq!(export(&tree.index()), before, "{stop_at:?}"),
            _ => tree.assert_equals_fresh(),
        }
        assert_eq!(tree.update().generation, Generation(2));
        tree.assert_equals_fresh();
    }
}

#[test]
fn an_update_that_stops_at_any_step_leaves_one_generation_or_the_other() {
    use CommitStep::*;
    for (stop_at, expected) in [(CatalogStamped, 1), (TextPrepared, 1), (CatalogCommitted, 2), (TextCommitted, 2)] {
        let mut tree = Tree::new(&[("a.rs", ALPHA)]);
        tree.config.indexer.unwritten_files = 0;
        tree.update();
        let before = export(&tree.index());
        tree.write("b.rs", BETA);
        let stopped = tree.index().update_stepwise(&Limits::default(), &|_| {}, &|step| match step == stop_at {
            true => Err(Error::internal("stopped")),
            false => Ok(()),
        });
        assert_eq!(stopped.unwrap_err().code(), ErrorCode::Internal);
        let (catalog, text) = open(&tree.index()).unwrap();
        assert_eq!(catalog.generation(), Generation(expected), "{stop_at:?}");
        assert_eq!(text.generation(), Some(expected), "{stop_at:?}");
        match expected {
            1 => assert_eq!(export(&tree.index()), before, "{stop_at:?}"),
            _ => tree.assert_equals_fresh(),
        }
        assert_eq!(tree.update().generation, Generation(2));
        tree.assert_equals_fresh();
    }
}

#[test]
fn a_cancelled_update_leaves_the_state_before_or_a_checkpoint() {
    for (checkpoint_bytes, expected) in [(1 << 20, Err(ErrorCode::IndexMissing)), (1, Ok(false))] {
        let files: Vec<(String, String)> = (0..8).map(|n| (format!("f{n}.rs"), format!("fn f{n}() {{}}\n"))).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let mut tree = Tree::new(&files);
        tree.config.indexer.checkpoint_bytes = checkpoint_bytes;
        let token = CancelToken::new();
        let limits = Limits::default().with_cancel(token.clone());
        let cancel_at_four = |progress: Progress| {
            if progress.files_done == 4 {
                token.cancel();
            }
        };
        let stopped = tree.index().update_with_progress(&limits, &cancel_at_four).unwrap_err();
        assert_eq!(stopped.code(), ErrorCode::Cancelled);
        let status = tree.index().status();
        assert_eq!(status.map(|status| status.complete).map_err(|error| error.code()), expected);
        let report = tree.update();
        assert_eq!(report.totals.files, 8);
        assert_eq!(report.unchanged, if checkpoint_bytes == 1 { 4 } else { 0 });
        assert!(tree.index().status().unwrap().complete);
        tree.assert_equals_fresh();
    }
}

#[test]
fn a_deadline_in_the_past_stops_before_anything_is_indexed() {
    let tree = Tree::new(&[("a.rs", ALPHA)]);
    let limits = Limits::default().with_timeout(std::time::Duration::ZERO);
    assert_eq!(tree.index().update(&limits).unwrap_err().code(), ErrorCode::DeadlineExceeded);
    assert_eq!(tree.index().status().unwrap_err().code(), ErrorCode::IndexMissing);
}

#[test]
fn the_second_writer_is_refused_and_readers_go_on() {
    let mut tree = Tree::new(&[("a.rs", ALPHA)]);
    tree.config.indexer.unwritten_files = 0;
    tree.update();
    tree.write("b.rs", BETA);
    let refused = Mutex::new(Vec::new());
    tree.index()
        .update_stepwise(&Limits::default(), &|_| {}, &|step| {
            if step != CommitStep::TextPrepared {
                return Ok(());
            }
            let error = tree.index().update(&Limits::default()).unwrap_err();
            assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
            refused.lock().unwrap().push(error.code());
            let (catalog, text) = open(&tree.index()).unwrap();
            assert_eq!((catalog.generation(), text.generation()), (Generation(1), Some(1)));
            Ok(())
        })
        .unwrap();
    assert_eq!(*refused.lock().unwrap(), [ErrorCode::IndexLocked]);
}

#[test]
fn a_reader_between_the_two_commits_gets_the_new_state() {
    let mut tree = Tree::new(&[("a.rs", ALPHA)]);
    tree.config.indexer.unwritten_files = 0;
    tree.update();
    tree.write("b.rs", BETA);
    let seen = Mutex::new(Vec::new());
    tree.index()
        .update_stepwise(&Limits::default(), &|_| {}, &|step| {
            if step == CommitStep::CatalogCommitted {
                *seen.lock().unwrap() = export(&tree.index());
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(*seen.lock().unwrap(), export(&tree.index()));
}

#[derive(Default)]
struct Events(Mutex<Vec<&'static str>>);

impl LogSink for Events {
    fn write(&self, record: &LogRecord<'_>) {
        self.0.lock().unwrap().push(record.event.name());
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test damages its own files")]
fn a_missing_or_damaged_text_index_is_built_again() {
    let events = Arc::new(Events::default());
    let mut tree = Tree::new(&[("a.rs", ALPHA), ("b.rs", BETA)]);
    tree.host = tree.host.with_log(events.clone());
    tree.update();
    let expected = export(&tree.index());
    let text = tree.index.path().join("text");
    let damages: [&dyn Fn(); 3] = [
        &|| std::fs::remove_dir_all(&text).unwrap(),
        &|| std::fs::write(text.join("meta.json"), b"{").unwrap(),
        &|| {
            for entry in std::fs::read_dir(&text).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension != "json" && extension != "lock") {
                    std::fs::write(path, b"").unwrap();
                }
            }
        },
    ];
    for (number, damage) in damages.iter().enumerate() {
        damage();
        assert_eq!(export(&tree.index()), expected, "damage {number} seen by a reader");
        damage();
        tree.write("c.rs", "fn gamma() {}\n");
        tree.update();
        tree.remove("c.rs");
        tree.update();
        assert_eq!(export(&tree.index()), expected, "damage {number} seen by a writer");
    }
    let rebuilt = events.0.lock().unwrap().iter().filter(|event| **event == "text.rebuild").count();
    assert_eq!(rebuilt, 6);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test damages its own files")]
fn a_damaged_catalog_is_named_and_never_thrown_away() {
    let tree = Tree::new(&[("a.rs", ALPHA)]);
    tree.update();
    let path = tree.index.path().join("catalog.sqlite");
    let healthy = std::fs::read(&path).unwrap();
    let mut flipped = healthy.clone();
    flipped[4096..].iter_mut().for_each(|byte| *byte ^= 0x55);
    for damaged in [vec![b'x'; 9000], healthy[..4096].to_vec(), flipped, Vec::new()] {
        std::fs::write(&path, &damaged).unwrap();
        let found = [
            tree.index().update(&Limits::default()).err().map(|error| error.code()),
            open(&tree.index()).err().map(|error| error.code()),
            tree.index().status().err().map(|error| error.code()),
        ];
        assert_eq!(found, [Some(ErrorCode::IndexDamaged); 3], "{} bytes", damaged.len());
        assert_eq!(std::fs::read(&path).unwrap(), damaged);
    }
    std::fs::write(&path, &healthy).unwrap();
    assert_eq!(tree.update().generation, Generation(1));
}

#[test]
fn settings_that_change_what_is_stored_index_again_what_they_touch() {
    let mut tree = Tree::new(&[("a.rs", ALPHA), ("b.rs", BETA), ("long.rs", &BETA.repeat(50))]);
    tree.update();
    tree.config.indexer.exclude = vec!["b.rs".into()];
    assert_eq!(counts(&tree.update()), "+0 ~0 >0 -1 =2");
    tree.config.indexer.max_file_bytes = 100;
    assert_eq!(counts(&tree.update()), "+0 ~0 >0 -1 =1");
    tree.config.indexer.max_file_bytes = 10_000;
    assert_eq!(counts(&tree.update()), "+1 ~0 >0 -0 =1");
    tree.config.indexer.max_chunk_tokens = 64;
    assert_eq!(counts(&tree.update()), "+0 ~2 >0 -0 =0");
    tree.assert_equals_fresh();
}

/// A clock that fails once, in the worker that reads a file.
struct FailingClock(AtomicBool);

impl Clock for FailingClock {
    fn unix_ms(&self) -> u64 {
        assert!(self.0.swap(true, Ordering::SeqCst), "the clock fails");
        0
    }

    fn monotonic_ns(&self) -> u64 {
        0
    }
}

#[test]
fn a_panic_costs_one_file() {
    let mut tree = Tree::new(&[("a.rs", ALPHA), ("b.rs", BETA)]);
    tree.config.performance.threads = 1;
    tree.host = tree.host.with_clock(Arc::new(FailingClock(AtomicBool::new(false))));
    let report = tree.update();
    assert_eq!(counts(&report), "+1 ~0 >0 -0 =0");
    let skipped: Vec<_> = report.skipped.iter().map(|skip| (skip.path.as_str(), skip.detail.as_str())).collect();
    assert_eq!(skipped, [("a.rs", "the clock fails")]);
}

/// Vectors from the letters of a text; counts what it is asked, and fails as told.
#[derive(Default)]
struct LetterEmbedder {
    name: Mutex<&'static str>,
    asked: AtomicU64,
    answer: Mutex<Option<Vec<f32>>>,
}

impl LetterEmbedder {
    fn answer_with(&self, answer: Option<Vec<f32>>) {
        *self.answer.lock().unwrap() = answer;
    }
}

impl Embedder for LetterEmbedder {
    fn id(&self) -> &str {
        *self.name.lock().unwrap()
    }

    fn dimensions(&self) -> usize {
        26
    }

    fn embed(&self, texts: &[&str], _: Purpose, _: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        if let Some(answer) = self.answer.lock().unwrap().clone() {
            return if answer.is_empty() { Err("no model".into()) } else { Ok(answer) };
        }
        self.asked.fetch_add(texts.len() as u64, Ordering::SeqCst);
        let letters = |text: &&str| -> Vec<f32> {
            let count = |letter: u8| text.bytes().filter(|byte| *byte == letter).count() as f32;
            (b'a'..=b'z').map(count).collect()
        };
        Ok(texts.iter().flat_map(letters).collect())
    }
}

fn embedding_tree(files: &[(&str, &str)]) -> (Tree, Arc<LetterEmbedder>) {
    let embedder = Arc::new(LetterEmbedder::default());
    *embedder.name.lock().unwrap() = "letters-1";
    let mut tree = Tree::new(files);
    tree.host = tree.host.with_embedder(embedder.clone());
    (tree, embedder)
}

/// The path of the chunk nearest to the letters of `text`, among the vectors of `model`.
fn nearest_path(tree: &Tree, model: &str, text: &str) -> Option<String> {
    let (snapshot, _) = open(&tree.index()).unwrap();
    let catalog = snapshot.read();
    let model = catalog.model(model, 26).unwrap()?;
    let set = VectorSet::load(&catalog, &model, 1_000).unwrap();
    let query = LetterEmbedder::default().embed(&[text], Purpose::Query, &unlimited()).unwrap();
    let nearest = *set.nearest_in_order(&query, 1).first()?;
    let rows = catalog.file_table().unwrap();
    rows.into_iter().find(|row| row.id == nearest.file_id).map(|row| row.path.to_string())
}

#[test]
fn each_text_is_embedded_once() {
    let (tree, embedder) = embedding_tree(&[("a.rs", ALPHA), ("b.rs", BETA), ("twin.rs", BETA)]);
    let first = tree.update();
    assert_eq!((first.embedded, first.reused, first.generation), (2, 1, Generation(2)));
    assert_eq!(nearest_path(&tree, "letters-1", ALPHA).as_deref(), Some("a.rs"));
    let again = tree.update();
    assert_eq!((again.embedded, again.generation), (0, Generation(2)));
    tree.rename("a.rs", "moved.rs");
    tree.remove("twin.rs");
    assert_eq!(tree.update().embedded, 0);
    assert_eq!(nearest_path(&tree, "letters-1", ALPHA).as_deref(), Some("moved.rs"));
    tree.write("moved.rs", "fn zzz() {}\n");
    assert_eq!(tree.update().embedded, 1);
    assert_eq!(embedder.asked.load(Ordering::SeqCst), 3);
    let status = tree.index().status().unwrap().embedding.unwrap();
    assert_eq!((status.files, status.vectors, status.model.as_str()), (2, 2, "letters-1"));
}

#[test]
fn a_failing_embedder_leaves_a_lexical_index_and_is_named() {
    let failures: [(Vec<f32>, &str); 4] = [
        (Vec::new(), "no model"),
        (vec![1.0; 7], "numbers"),
        (vec![f32::NAN; 52], "not finite"),
        (vec![0.0; 52], "no direction"),
    ];
    for (answer, why) in failures {
        let (tree, embedder) = embedding_tree(&[("a.rs", ALPHA), ("b.rs", BETA)]);
        embedder.answer_with(Some(answer));
        let report = tree.update();
        assert_eq!((report.generation, report.embedded), (Generation(1), 0));
        assert_eq!(report.degraded.len(), 1);
        assert_eq!(report.degraded[0].what, "embedder");
        assert!(report.degraded[0].why.contains(why), "{}", report.degraded[0].why);
        assert_eq!(nearest_path(&tree, "letters-1", ALPHA), None);
        embedder.answer_with(None);
        assert_eq!(tree.update().embedded, 2);
        assert_eq!(nearest_path(&tree, "letters-1", ALPHA).as_deref(), Some("a.rs"));
    }
}

#[test]
fn vectors_of_two_models_are_never_mixed() {
    let (tree, embedder) = embedding_tree(&[("a.rs", ALPHA), ("b.rs", BETA)]);
    tree.update();
    *embedder.name.lock().unwrap() = "letters-2";
    embedder.answer_with(Some(Vec::new()));
    tree.update();
    assert_eq!(nearest_path(&tree, "letters-2", ALPHA), None);
    assert_eq!(nearest_path(&tree, "letters-1", ALPHA).as_deref(), Some("a.rs"), "kept until the new ones are whole");
    embedder.answer_with(None);
    assert_eq!(tree.update().embedded, 2);
    assert_eq!(nearest_path(&tree, "letters-2", ALPHA).as_deref(), Some("a.rs"));
    assert_eq!(nearest_path(&tree, "letters-1", ALPHA), None);
}

/// [`embedding_tree`] with the embedder as a model of this process.
fn local_tree(files: &[(&str, &str)]) -> (Tree, Arc<LetterEmbedder>) {
    let (mut tree, embedder) = embedding_tree(files);
    tree.host = tree.host.with_local_embedder(embedder.clone());
    (tree, embedder)
}

/// Every vector of a model by path and chunk, as its similarity to one question.
fn vectors(index: &Index, model: &str) -> Vec<(String, u32, f32)> {
    let (snapshot, _) = open(index).unwrap();
    let catalog = snapshot.read();
    let Some(model) = catalog.model(model, 26).unwrap() else { return Vec::new() };
    let set = VectorSet::load(&catalog, &model, 1_000).unwrap();
    let query = LetterEmbedder::default().embed(&["some words of a question"], Purpose::Query, &unlimited()).unwrap();
    let rows = catalog.file_table().unwrap();
    let path = |id: u32| rows.iter().find(|row| row.id == id).unwrap().path.to_string();
    let mut found: Vec<_> = set
        .nearest_in_order(&query, 1_000)
        .iter()
        .map(|near| (path(near.file_id), near.chunk, near.similarity))
        .collect();
    found.sort_by(|left, right| (&left.0, left.1).cmp(&(&right.0, right.1)));
    found
}

/// Functions enough for several chunks.
fn long_file(word: &str) -> String {
    (0..40).map(|number| format!("fn {word}_{number}() {{\n    {}\n}}\n\n", word.repeat(number + 10))).collect()
}

#[test]
fn a_model_of_this_process_embeds_what_is_parsed_in_the_same_generation() {
    let (tree, embedder) =
        local_tree(&[("a.rs", ALPHA), ("b.rs", BETA), ("long.rs", &long_file("gamma")), ("e.rs", "")]);
    let first = tree.update();
    let chunks = first.totals.chunks;
    assert!(chunks > 4, "{chunks}");
    assert_eq!((first.embedded, first.generation, first.degraded.len()), (chunks, Generation(1), 0));
    assert_eq!(vectors(&tree.index(), "letters-1").len() as u64, chunks);
    assert_eq!(nearest_path(&tree, "letters-1", ALPHA).as_deref(), Some("a.rs"));
    assert_eq!((tree.update().embedded, tree.update().generation), (0, Generation(1)));
    tree.rename("a.rs", "moved.rs");
    assert_eq!(tree.update().embedded, 0, "a file that moves keeps its vectors");
    tree.write("b.rs", "fn zzz() {}\n");
    tree.remove("long.rs");
    assert_eq!(tree.update().embedded, 1);
    assert_eq!(embedder.asked.load(Ordering::SeqCst), chunks + 1);
    let status = tree.index().status().unwrap().embedding.unwrap();
    assert_eq!((status.files, status.vectors), (3, 2));
    let fresh = tempfile::tempdir().unwrap();
    let index = tree.index_at(fresh.path());
    index.update(&Limits::default()).unwrap();
    assert_eq!(vectors(&tree.index(), "letters-1"), vectors(&index, "letters-1"));
    assert!(tree.index().verify(&Limits::default()).unwrap().is_sound);
}

#[test]
fn vectors_are_the_same_on_any_number_of_threads_and_whoever_makes_them() {
    let files: Vec<(String, String)> = (0..30).map(|n| (format!("f{n}.rs"), long_file(&format!("w{n}")))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let made = |threads: usize, is_local: bool, is_late: bool| {
        let (mut tree, embedder) = local_tree(&files);
        tree.config.performance.threads = threads;
        if !is_local {
            tree.host = tree.host.with_embedder(embedder);
        }
        if is_late {
            let mut config = tree.index().config().clone();
            config.features.embedding = false;
            let index = Index::open(tree.root.path(), &config, Host::default()).unwrap();
            index.update(&Limits::default()).unwrap();
        }
        assert!(tree.update().embedded > 30);
        vectors(&tree.index(), "letters-1")
    };
    let expected = made(1, true, false);
    for (threads, is_local, is_late) in
        [(2, true, false), (8, true, false), (1, false, false), (1, true, true), (8, true, true)]
    {
        assert_eq!(made(threads, is_local, is_late), expected, "{threads} {is_local} {is_late}");
    }
}

#[test]
fn an_update_that_stops_leaves_the_vectors_of_one_generation_or_the_other() {
    use CommitStep::*;
    for (stop_at, expected) in [(CatalogStamped, 1), (TextPrepared, 1), (CatalogCommitted, 2), (TextCommitted, 2)] {
        let (mut tree, _) = local_tree(&[("a.rs", ALPHA)]);
        tree.config.indexer.unwritten_files = 0;
        tree.update();
        tree.write("a.rs", "fn zzz() {}\n");
        tree.write("b.rs", BETA);
        let stopped = tree.index().update_stepwise(&Limits::default(), &|_| {}, &|step| match step == stop_at {
            true => Err(Error::internal("stopped")),
            false => Ok(()),
        });
        assert_eq!(stopped.unwrap_err().code(), ErrorCode::Internal);
        let found: Vec<String> = vectors(&tree.index(), "letters-1").into_iter().map(|(path, ..)| path).collect();
        assert_eq!(found, if expected == 1 { vec!["a.rs"] } else { vec!["a.rs", "b.rs"] }, "{stop_at:?}");
        let similar = nearest_path(&tree, "letters-1", "fn zzz() {}\n").is_some();
        assert!(similar && tree.index().verify(&Limits::default()).unwrap().is_sound, "{stop_at:?}");
        assert_eq!(tree.update().generation, Generation(2));
    }
}

#[test]
fn a_model_of_this_process_that_fails_costs_no_file() {
    let failures: [(Vec<f32>, &str); 4] = [
        (Vec::new(), "no model"),
        (vec![1.0; 7], "numbers"),
        (vec![f32::NAN; 26], "not finite"),
        (vec![0.0; 26], "no direction"),
    ];
    for (answer, why) in failures {
        let (tree, embedder) = local_tree(&[("a.rs", ALPHA), ("b.rs", BETA)]);
        embedder.answer_with(Some(answer));
        let report = tree.update();
        assert_eq!((counts(&report).as_str(), report.embedded, report.degraded.len()), ("+2 ~0 >0 -0 =0", 0, 1));
        assert!(report.degraded[0].why.contains(why), "{}", report.degraded[0].why);
        assert_eq!(tree.update().degraded.len(), 1, "an update tries again");
        embedder.answer_with(None);
        assert_eq!(tree.update().embedded, 2);
        assert_eq!(nearest_path(&tree, "letters-1", ALPHA).as_deref(), Some("a.rs"));
    }
}

/// Panics at every text.
struct Panicking;

impl Embedder for Panicking {
    fn id(&self) -> &str {
        "panicking"
    }

    fn dimensions(&self) -> usize {
        2
    }

    fn embed(&self, _: &[&str], _: Purpose, _: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        panic!("a table is empty")
    }
}

#[test]
fn a_model_of_this_process_that_panics_costs_no_file() {
    let mut tree = Tree::new(&[("a.rs", ALPHA)]);
    tree.host = tree.host.with_local_embedder(Arc::new(Panicking));
    let report = tree.update();
    assert_eq!(
        (counts(&report).as_str(), report.degraded[0].why.as_str()),
        ("+1 ~0 >0 -0 =0", "it panicked: a table is empty")
    );
}

#[test]
fn switching_between_embedders_never_mixes_vectors() {
    let (mut tree, embedder) = local_tree(&[("a.rs", ALPHA), ("b.rs", BETA)]);
    let plain = Host::default();
    let host = |name: &'static str, is_local: bool| {
        *embedder.name.lock().unwrap() = name;
        match is_local {
            true => plain.clone().with_local_embedder(embedder.clone()),
            false => plain.clone().with_embedder(embedder.clone()),
        }
    };
    let models = ["here-1", "there-1", "here-2", "there-2"];
    for (model, is_local) in
        [("here-1", true), ("there-1", false), ("here-2", true), ("here-1", true), ("there-2", false)]
    {
        tree.host = plain.clone();
        tree.config.features.embedding = false;
        assert_eq!(tree.update().embedded, 0);
        tree.config.features.embedding = true;
        tree.host = host(model, is_local);
        let missing =
            tree.index().searcher().unwrap().search(&crate::Query::new("where is alpha"), &Limits::default()).unwrap();
        assert_eq!((missing.hits.len(), missing.degraded[0].what.as_str()), (1, "embedder"), "lexical meanwhile");
        tree.write("b.rs", &format!("fn of_{}() {{}}\n", model.replace('-', "_")));
        let report = tree.update();
        assert_eq!((report.embedded, report.degraded.len()), (2, 0), "{model}");
        for other in models {
            assert_eq!(
                vectors(&tree.index(), other).len(),
                if other == model { 2 } else { 0 },
                "{other} after {model}"
            );
        }
        let found =
            tree.index().searcher().unwrap().search(&crate::Query::new("where is alpha"), &Limits::default()).unwrap();
        assert_eq!(found.degraded, [], "{model}");
        let catalog = rusqlite::Connection::open(tree.index.path().join("catalog.sqlite")).unwrap();
        let count =
            |table: &str| catalog.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
        assert_eq!(
            (count("vector_blocks"), count("embedded"), count("vectors"), count("models")),
            (Ok(2), Ok(2), Ok(0), Ok(1))
        );
    }
    tree.host = plain;
    let built_in =
        || tree.index().status().unwrap().embedding.is_some_and(|status| status.model.starts_with("pampax-built-in"));
    let missing =
        tree.index().searcher().unwrap().search(&crate::Query::new("where is alpha"), &Limits::default()).unwrap();
    assert!(missing.degraded[0].why.starts_with("the index holds no vectors of pampax-built-in"), "{missing:?}");
    assert_eq!((tree.update().embedded, built_in()), (2, true), "the default");
    assert!(models.iter().all(|model| vectors(&tree.index(), model).is_empty()));
}

#[test]
fn what_was_embedded_before_a_failure_is_not_embedded_again() {
    let long = long_file("gamma");
    let (mut tree, embedder) = embedding_tree(&[("a.rs", ALPHA), ("long.rs", &long), ("z.rs", BETA)]);
    tree.config.embedding.batch_size = 3;
    let token = CancelToken::new();
    let limits = Limits::default().with_cancel(token.clone());
    let asked = || embedder.asked.load(Ordering::SeqCst);
    let cancel = |progress: Progress| {
        if progress.stage == Stage::Embed && progress.files_done == 2 {
            token.cancel();
        }
    };
    assert_eq!(tree.index().update_with_progress(&limits, &cancel).unwrap_err().code(), ErrorCode::Cancelled);
    let before = asked();
    assert!(before >= 6, "{before}");
    assert_eq!(vectors(&tree.index(), "letters-1"), [], "no search uses what is not whole");
    let report = tree.update();
    assert_eq!((asked(), report.embedded + before), (report.totals.chunks, report.totals.chunks));
    assert_eq!(vectors(&tree.index(), "letters-1").len() as u64, report.totals.chunks);
}

#[test]
fn vectors_that_lie_by_themselves_are_taken_up() {
    use crate::store::commit::Commit;
    let (tree, embedder) = embedding_tree(&[("a.rs", ALPHA), ("b.rs", BETA), ("twin.rs", BETA)]);
    tree.update();
    let (expected, asked) = (vectors(&tree.index(), "letters-1"), embedder.asked.load(Ordering::SeqCst));
    let catalog = Database::open_writer(tree.index.path()).unwrap();
    let model = catalog.model("letters-1", 26).unwrap().unwrap();
    let commit = Commit::begin(&catalog).unwrap();
    for (hash, known) in catalog.known_vectors(&model).unwrap() {
        let crate::store::vectors::Known::InBlock(block, at) = known else { panic!("{known:?}") };
        let vector = catalog.block(block).unwrap().vector(at, 26).unwrap();
        commit.put_vectors(&model, &[(hash, &vector)]).unwrap();
    }
    commit.execute("DELETE FROM embedded", []).unwrap();
    commit.execute("DELETE FROM vector_blocks", []).unwrap();
    commit.commit().unwrap();
    drop(catalog);
    assert_eq!(vectors(&tree.index(), "letters-1"), []);
    let report = tree.update();
    assert_eq!((report.embedded, report.reused, embedder.asked.load(Ordering::SeqCst)), (0, 3, asked));
    assert_eq!(vectors(&tree.index(), "letters-1"), expected);
}

#[test]
fn damaged_vectors_cost_the_vectors_and_not_the_search() {
    for damage in [
        "DELETE FROM vector_blocks WHERE id = 1",
        "UPDATE vector_blocks SET vectors = zeroblob(3)",
        "UPDATE vector_blocks SET vectors = 'garbage'",
        "UPDATE embedded SET block = 99",
    ] {
        let (tree, _) = local_tree(&[("a.rs", ALPHA), ("b.rs", BETA)]);
        tree.update();
        let catalog = rusqlite::Connection::open(tree.index.path().join("catalog.sqlite")).unwrap();
        catalog.execute_batch(damage).unwrap();
        drop(catalog);
        let ask = || {
            tree.index().searcher().unwrap().search(&crate::Query::new("where is alpha"), &Limits::default()).unwrap()
        };
        let results = ask();
        assert_eq!((results.hits.len(), results.degraded.len()), (1, 1), "{damage}");
        assert!(results.degraded[0].why.starts_with("the vectors cannot be used"), "{damage}: {results:?}");
        tree.index().mend(crate::health::Mend::Vectors, &Limits::default()).unwrap();
        tree.update();
        assert_eq!(ask().degraded, [], "{damage}");
    }
}
