//! What a search promises, on real indexes.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use pampax_core::config::EmbeddingProvider;
use pampax_core::host::{BoxError, Embedder, Purpose, Reranker};
use pampax_core::search::Verdict;
use pampax_core::source::{Freshness, Language, Role};
use pampax_core::{Config, ErrorCode, Filters, Host, Index, Limits, Query, SearchResults, Searcher, Watch};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

struct Tree {
    folder: tempfile::TempDir,
    index: tempfile::TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Tree {
        let tree = Tree { folder: tempfile::tempdir().unwrap(), index: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
        tree
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn index(&self, host: Host, threads: usize) -> Index {
        let mut config = Config::default().with_index_dir(self.index.path());
        config.performance.threads = threads;
        Index::open(self.root(), &config, host).unwrap()
    }

    fn searcher(&self) -> Searcher {
        self.searcher_with(Host::default())
    }

    fn searcher_with(&self, host: Host) -> Searcher {
        let index = self.index(host, 0);
        index.update(&Limits::default()).unwrap();
        index.searcher().unwrap()
    }
}

const LOGIN: &[(&str, &str)] = &[
    ("src/camel.js", "export function loginUser(name) {\n  return sessions.open(name);\n}\n"),
    ("src/snake.py", "def user_login(name):\n    return sessions.open(name)\n"),
    ("src/pascal.go", "package auth\n\nfunc LoginUser(name string) Session {\n\treturn open(name)\n}\n"),
    ("src/upper.c", "#define LOGIN 1\nint open_session(void) { return LOGIN; }\n"),
    ("tests/test_login.py", "def test_login():\n    assert user_login('ada')\n"),
    ("docs/login.md", "# Login\n\nHow a login works.\n"),
    ("src/other.rs", "/// Draws a circle.\npub fn draw_circle(radius: f64) -> f64 { radius }\n"),
];

fn search(searcher: &Searcher, text: &str) -> SearchResults {
    searcher.search(&Query::new(text), &Limits::default()).unwrap()
}

fn paths(results: &SearchResults) -> Vec<&str> {
    results.hits.iter().map(|hit| hit.path.as_str()).collect()
}

fn bytes(results: &SearchResults) -> String {
    serde_json::to_string(results).unwrap()
}

#[test]
fn a_word_matches_inside_identifiers_of_every_style() {
    let tree = Tree::new(LOGIN);
    let results = search(&tree.searcher(), "login");
    for path in ["src/camel.js", "src/snake.py", "src/pascal.go", "src/upper.c"] {
        assert!(paths(&results).contains(&path), "{path} is not in {:?}", paths(&results));
    }
    assert!(!paths(&results).contains(&"src/other.rs"), "ranking invents nothing");
}

#[test]
fn inflections_meet_in_their_stem() {
    let tree = Tree::new(&[("router.rs", "pub struct Router;\nimpl Router { fn route(&self) {} }\n"), LOGIN[6]]);
    assert_eq!(paths(&search(&tree.searcher(), "how is routing done"))[0], "router.rs");
}

#[test]
fn a_question_about_tests_finds_them_and_others_prefer_code() {
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    assert_ne!(paths(&search(&searcher, "user login"))[0], "tests/test_login.py");
    assert_eq!(paths(&search(&searcher, "test of the user login"))[0], "tests/test_login.py");
}

#[test]
fn a_named_definition_comes_first_with_its_chunk_and_symbol() {
    let filler = "    total += 1;\n".repeat(300);
    let text =
        format!("fn before() {{\n{filler}}}\n\npub struct LedgerEntry {{ id: u32 }}\n\nfn after() {{\n{filler}}}\n");
    let uses = "fn use_it(entry: LedgerEntry) -> LedgerEntry { let other: LedgerEntry = entry; other }\n".repeat(20);
    let tree = Tree::new(&[("big.rs", &text), ("uses.rs", &uses)]);
    let results = search(&tree.searcher(), "LedgerEntry");
    let first = &results.hits[0];
    assert_eq!((first.path.as_str(), first.symbol.as_deref()), ("big.rs", Some("LedgerEntry")));
    assert!(first.snippet.contains("pub struct LedgerEntry"), "{}", first.snippet);
}

#[test]
fn contributions_add_up_and_hits_are_in_total_order() {
    let tree = Tree::new(LOGIN);
    let results = search(&tree.searcher(), "login user session");
    assert!(results.hits.len() > 3);
    for hit in &results.hits {
        let sum: f64 = hit.contributions.iter().map(|part| part.contribution).sum();
        assert!((sum - hit.score).abs() < 1e-9, "{}: {sum} and {}", hit.path, hit.score);
        assert!(hit.contributions.iter().all(|part| (part.value * part.weight - part.contribution).abs() < 1e-6));
    }
    for pair in results.hits.windows(2) {
        let place = |hit: &pampax_core::Hit| (hit.path.clone(), hit.start_line);
        assert!(pair[0].score > pair[1].score || (pair[0].score == pair[1].score && place(&pair[0]) < place(&pair[1])));
    }
}

#[test]
fn equal_scores_are_ordered_by_path() {
    let tree = Tree::new(&[("b.txt", "zebra\n"), ("a.txt", "zebra\n"), ("c.txt", "zebra\n")]);
    assert_eq!(paths(&search(&tree.searcher(), "zebra")), ["a.txt", "b.txt", "c.txt"]);
}

#[test]
fn filters_leave_no_trace_in_the_searcher() {
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    let only = |filters: Filters| {
        bytes(&searcher.search(&Query::new("login").with_filters(filters), &Limits::default()).unwrap())
    };
    let mut python = Filters::default();
    python.languages = vec![Language::Python];
    let mut code = Filters::default();
    code.roles = vec![Role::Code];
    code.exclude = vec!["*.c".to_owned()];
    let alone = [tree.searcher(), tree.searcher(), tree.searcher()];
    let fresh = |searcher: &Searcher, filters: &Filters| {
        bytes(&searcher.search(&Query::new("login").with_filters(filters.clone()), &Limits::default()).unwrap())
    };
    let expected = [fresh(&alone[0], &python), fresh(&alone[1], &code), fresh(&alone[2], &Filters::default())];
    assert_eq!([only(python), only(code), only(Filters::default())], expected);
    assert!(expected[0].contains("snake.py") && !expected[0].contains("camel.js"));
    assert!(!expected[1].contains("upper.c") && !expected[1].contains("tests/"));
}

#[test]
fn kinds_restrict_to_hits_in_such_definitions() {
    let tree = Tree::new(&[("a.rs", "pub struct Login;\n"), ("b.rs", "pub fn login() {}\n")]);
    let mut filters = Filters::default();
    filters.kinds = vec![pampax_core::source::SpanKind::Function];
    let results = tree.searcher().search(&Query::new("login").with_filters(filters), &Limits::default()).unwrap();
    assert_eq!(paths(&results), ["b.rs"]);
}

#[test]
fn unusable_queries_have_their_codes() {
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    let mut malformed = Filters::default();
    malformed.include = vec!["src/[".to_owned()];
    for query in [
        Query::new("login").with_limit(0),
        Query::new("login").with_limit(1_001),
        Query::new("login").with_filters(malformed),
        Query::new("login").with_min_confidence(1.5),
        Query::new("login").with_min_confidence(-0.1),
        Query::new("login").with_min_confidence(f64::NAN),
    ] {
        let error = searcher.search(&query, &Limits::default()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument, "{error}");
    }
    let over = Limits::default().with_timeout(Duration::ZERO);
    assert_eq!(searcher.search(&Query::new("login"), &over).unwrap_err().code(), ErrorCode::DeadlineExceeded);
}

#[test]
fn nothing_found_is_success_with_a_suggestion() {
    let tree = Tree::new(LOGIN);
    for text in ["", "   ", "?!", "xyzzyplugh"] {
        let results = search(&tree.searcher(), text);
        assert!(results.hits.is_empty() && results.suggestion.is_some(), "{text:?}");
    }
}

#[test]
fn a_confidence_is_the_same_however_many_hits_are_wanted() {
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    let ask = |limit: usize| {
        let results = searcher.search(&Query::new("login user").with_limit(limit), &Limits::default()).unwrap();
        let hits: Vec<(String, u32, f64)> =
            results.hits.iter().map(|hit| (hit.path.to_string(), hit.start_line, hit.confidence)).collect();
        (hits, results.confidence)
    };
    let (all, confidence) = ask(100);
    assert!(all.len() > 3 && confidence > 0.0, "{all:?}");
    assert!(all.iter().all(|(_, _, confidence)| (0.0..=1.0).contains(confidence)), "{all:?}");
    for limit in 1..=all.len() {
        assert_eq!(ask(limit), (all[..limit].to_vec(), confidence), "{limit}");
    }
}

#[test]
fn hits_that_fall_short_of_the_confidence_asked_for_are_left_out() {
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    let ask = |least: f64| {
        let query = Query::new("login user").with_min_confidence(least);
        searcher.search(&query, &Limits::default()).unwrap()
    };
    let all = ask(0.0);
    for least in all.hits.iter().map(|hit| hit.confidence) {
        let kept: Vec<_> = all.hits.iter().filter(|hit| hit.confidence >= least).cloned().collect();
        assert_eq!(ask(least).hits, kept, "{least}");
    }
    let none = ask(1.0);
    assert!(all.hits.iter().all(|hit| hit.confidence < 1.0) && none.hits.is_empty());
    assert_eq!(none.confidence, all.confidence);
    let surest = all.hits.iter().map(|hit| hit.confidence).fold(0.0, f64::max);
    assert!(all.confidence >= surest, "any of them answers at least as probably as one of them");
    let query = Query::new("login user").with_limit(3).with_min_confidence(all.hits[1].confidence);
    let few = searcher.search(&query, &Limits::default()).unwrap();
    assert!(few.hits.iter().all(|hit| all.hits[..3].contains(hit)), "nothing takes the place of what is left out");
    assert!(none.suggestion.unwrap().contains("confidence"));
    assert_eq!(all.suggestion, None);
}

#[test]
fn a_file_that_falls_short_of_the_confidence_asked_for_is_explained_and_brought_back() {
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    let all = search(&searcher, "login user");
    let (best, last) = (&all.hits[0], all.hits.last().unwrap());
    assert!(last.confidence < best.confidence && last.path != best.path);
    let query = Query::new("login user").with_min_confidence(best.confidence);
    let missing = searcher.explain_missing(&query, last.path.as_str(), &Limits::default()).unwrap();
    assert_eq!(missing.verdict, Verdict::BelowCutOff, "{missing:?}");
    let least: f64 = missing.remedy.strip_prefix("lower min_confidence to ").unwrap().parse().unwrap();
    assert_eq!(least, last.confidence);
    let beyond =
        searcher.explain_missing(&query.clone().with_limit(1), last.path.as_str(), &Limits::default()).unwrap();
    assert!(beyond.remedy.ends_with(&format!("; then {}", missing.remedy)), "{}", beyond.remedy);
    let found = searcher.search(&query.with_min_confidence(least), &Limits::default()).unwrap();
    assert!(found.hits.iter().any(|hit| hit.path == last.path));
}

#[test]
fn two_trees_in_one_process_do_not_mix() {
    let (one, two) = (Tree::new(LOGIN), Tree::new(&[("only_here.rs", "pub fn login_elsewhere() {}\n")]));
    let (first, second) = (one.searcher(), two.searcher());
    let expected = (bytes(&search(&first, "login")), bytes(&search(&second, "login")));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!((bytes(&search(&first, "login")), bytes(&search(&second, "login"))), expected);
                }
            });
        }
    });
    assert!(!expected.1.contains("camel.js"));
}

/// The answer without the number of the generation.
fn answer(searcher: &Searcher, text: &str) -> serde_json::Value {
    serde_json::to_value(search(searcher, text).hits).unwrap()
}

#[test]
fn threads_edits_and_rebuilds_do_not_show_in_answers() {
    let tree = Tree::new(LOGIN);
    let mut answers = Vec::new();
    for threads in [1, 2, 8] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default().with_index_dir(folder.path());
        config.performance.threads = threads;
        let index = Index::open(tree.root(), &config, Host::default()).unwrap();
        index.update(&Limits::default()).unwrap();
        answers.push(answer(&index.searcher().unwrap(), "open a login session"));
    }
    for step in 0..12 {
        tree.write("src/edited.rs", format!("pub fn login_{step}() {{}}\n").as_bytes());
        tree.searcher();
    }
    std::fs::remove_file(tree.root().join("src/edited.rs")).unwrap();
    answers.push(answer(&tree.searcher(), "open a login session"));
    std::fs::remove_dir_all(tree.index.path().join("text")).unwrap();
    answers.push(answer(&tree.searcher(), "open a login session"));
    assert!(answers[0].as_array().is_some_and(|hits| hits.len() >= 4));
    for other in &answers[1..] {
        assert_eq!(*other, answers[0]);
    }
}

#[test]
fn a_search_writes_nothing() {
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    let listing = |folder: &Path| {
        let mut entries: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                (entry.file_name(), entry.metadata().unwrap().len(), entry.metadata().unwrap().modified().unwrap())
            })
            .collect();
        entries.sort();
        entries
    };
    let before = (listing(tree.index.path()), listing(&tree.index.path().join("text")));
    search(&searcher, "login");
    let again = tree.index(Host::default(), 0).searcher().unwrap();
    search(&again, "session");
    let after = (listing(tree.index.path()), listing(&tree.index.path().join("text")));
    // SQLite maps a file of locks beside a catalog that is read; it holds nothing of the index.
    let without_shared_memory = |listing: &[(std::ffi::OsString, u64, std::time::SystemTime)]| {
        listing.iter().filter(|entry| !entry.0.to_string_lossy().ends_with("-shm")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(without_shared_memory(&before.0), without_shared_memory(&after.0));
    assert_eq!(before.1, after.1);
}

#[test]
fn a_hit_says_whether_the_file_is_still_the_indexed_one() {
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    let freshness = |searcher: &Searcher| {
        let results = search(searcher, "draw circle");
        results.hits.iter().find(|hit| hit.path.as_str() == "src/other.rs").unwrap().freshness
    };
    assert_eq!(freshness(&searcher), Freshness::Fresh);
    tree.write("src/other.rs", b"/// Draws two circles, which is more.\npub fn draw_circles() {}\n");
    assert_eq!(freshness(&searcher), Freshness::Stale);
    std::fs::remove_file(tree.root().join("src/other.rs")).unwrap();
    assert_eq!(freshness(&searcher), Freshness::Missing);
}

#[test]
fn words_in_legacy_encodings_are_found_at_their_bytes() {
    let japanese = "// 検索エンジンの設定を読み込む関数です。\nint load(void) { return 1; }\n";
    let chinese = "# 数据库连接池的配置和初始化过程\ndef connect():\n    return 1\n";
    let french = "// Démarre la procédure d'élévation des privilèges\nint start(void) { return 1; }\n";
    let files: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("sjis.c", encoding_rs::SHIFT_JIS.encode(japanese).0.into_owned(), "検索エンジン", "検索エンジン"),
        ("gbk.py", encoding_rs::GBK.encode(chinese).0.into_owned(), "数据库连接池", "数据库连接池"),
        ("latin.c", encoding_rs::WINDOWS_1252.encode(french).0.into_owned(), "élévation", "élévation"),
        ("utf16.txt", utf16("Die Prüfung der Schlüsselwörter\n"), "Schlüsselwörter", "Schlüsselwörter"),
    ];
    let tree = Tree::new(LOGIN);
    files.iter().for_each(|(path, bytes, _, _)| tree.write(path, bytes));
    let searcher = tree.searcher();
    for (path, original, question, word) in &files {
        let results = search(&searcher, question);
        let hit = &results.hits[0];
        assert_eq!(hit.path.as_str(), *path, "{question}");
        assert!(hit.snippet.contains(word));
        let range = hit.bytes.start as usize..hit.bytes.end as usize;
        let document = searcher.document(&hit.path).unwrap().unwrap();
        assert_eq!(range.end, original.len(), "{path}: the only chunk ends with the file");
        assert!(document.text.contains(word));
    }
}

fn utf16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_key_that_a_chunk_or_a_signature_cuts_stays_masked() {
    let body: String =
        (0..60).map(|line| format!("MIIEpAIBAAKCAQEA{line:02}q8ZxV3nYt7RkLmWb0sGdHfJuCeXoPiTyAzNvBhQw1E5\n")).collect();
    let key = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n");
    let padding: String = (0..40).map(|line| format!("alpha line {line} of some padding text\n")).collect();
    let text = format!("{padding}{key}omegareal\n{padding}");
    let code = format!("DEPLOY_KEY = \"\"\"\n{key}\"\"\"\n");
    let tree = Tree::new(&[("notes.txt", &text), ("deploy.py", &code)]);
    let searcher = tree.searcher();
    let shown = [
        bytes(&search(&searcher, "omegareal")),
        bytes(&search(&searcher, "DEPLOY_KEY")),
        bytes(&search(&searcher, "MIIEpAIBAAKCAQEA01q8ZxV3nYt7RkLmWb0sGdHfJuCeXoPiTyAzNvBhQw1E5")),
        serde_json::to_string(&searcher.symbols("DEPLOY_KEY", 5).unwrap()).unwrap(),
    ];
    assert!(shown[0].contains("omegareal") && shown[3].contains("DEPLOY_KEY"));
    for text in shown {
        assert!(!text.contains("MIIEpAIBAAKCAQEA"), "{text}");
    }
}

#[test]
fn an_index_folder_with_other_files_is_refused_and_left_alone() {
    let tree = Tree::new(LOGIN);
    for folder in [tree.root().to_path_buf(), tree.root().join("src")] {
        let config = Config::default().with_index_dir(&folder);
        let error = Index::open(tree.root(), &config, Host::default()).unwrap().update(&Limits::default()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidConfig, "{error}");
        assert!(!folder.join("catalog.sqlite").exists() && !folder.join(".gitignore").exists());
    }
}

#[test]
fn a_path_in_the_question_finds_the_file() {
    let tree = Tree::new(LOGIN);
    assert_eq!(paths(&search(&tree.searcher(), "what goes wrong at src/other.rs:2"))[0], "src/other.rs");
}

#[test]
fn scripts_are_recognised_by_their_first_line() {
    let tree = Tree::new(&[("bin/deploy", "#!/usr/bin/env python3\ndef roll_out(version):\n    return version\n")]);
    let results = search(&tree.searcher(), "roll_out");
    assert_eq!((results.hits[0].language, results.hits[0].symbol.as_deref()), (Language::Python, Some("roll_out")));
}

/// Counts letters; a text about circles is near to another.
struct LetterEmbedder;

impl Embedder for LetterEmbedder {
    fn id(&self) -> &str {
        "letters-1"
    }

    fn dimensions(&self) -> usize {
        26
    }

    fn embed(&self, texts: &[&str], _: Purpose, _: &Watch) -> Result<Vec<f32>, BoxError> {
        Ok(texts
            .iter()
            .flat_map(|text| (b'a'..=b'z').map(|letter| text.bytes().filter(|byte| *byte == letter).count() as f32))
            .collect())
    }
}

/// What a seam answers to some texts.
type Script = fn(&[&str]) -> Result<Vec<f32>, BoxError>;

struct BrokenEmbedder(Script);

impl Embedder for BrokenEmbedder {
    fn id(&self) -> &str {
        "letters-1"
    }

    fn dimensions(&self) -> usize {
        26
    }

    fn embed(&self, texts: &[&str], _: Purpose, _: &Watch) -> Result<Vec<f32>, BoxError> {
        (self.0)(texts)
    }
}

#[test]
fn vectors_count_by_default_and_results_say_so_without_an_embedder() {
    let has_vectors = |results: &SearchResults| {
        results.hits.iter().flat_map(|hit| &hit.contributions).any(|part| part.signal == "vector")
    };
    let tree = Tree::new(LOGIN);
    let searcher = tree.searcher();
    assert!(searcher.host().embedder.as_ref().unwrap().id().starts_with("pampax-built-in"));
    let built_in = search(&searcher, "login user");
    assert!(built_in.degraded.is_empty() && has_vectors(&built_in), "{built_in:?}");
    let named = search(&searcher, "draw_circle");
    assert!(!named.hits.is_empty() && named.degraded.is_empty() && !has_vectors(&named), "a name is answered by names");
    for change in [
        |config: &mut Config| config.embedding.provider = EmbeddingProvider::None,
        |config: &mut Config| config.features.embedding = false,
    ] {
        let mut config = Config::default().with_index_dir(tree.index.path());
        change(&mut config);
        let index = Index::open(tree.root(), &config, Host::default()).unwrap();
        let lexical = search(&index.searcher().unwrap(), "login user");
        assert_eq!((lexical.degraded[0].what.as_str(), lexical.degraded[0].why.as_str()), ("embedder", "no embedder"));
        assert!(!has_vectors(&lexical) && lexical.hits.len() >= 6, "{lexical:?}");
    }
    let own = tree.searcher_with(Host::default().with_embedder(Arc::new(LetterEmbedder)));
    let hybrid = search(&own, "login user");
    assert_eq!(own.host().embedder.as_ref().unwrap().id(), "letters-1", "one that the host brings goes before it");
    assert!(hybrid.degraded.is_empty() && has_vectors(&hybrid), "{hybrid:?}");
}

#[test]
fn a_model_of_a_file_takes_the_place_of_the_built_in_one() {
    let tree = Tree::new(LOGIN);
    let open = |path: &str| {
        let mut config = Config::default().with_index_dir(tree.index.path());
        config.embedding.provider = EmbeddingProvider::Static;
        config.embedding.path = Some(path.into());
        Index::open(tree.root(), &config, config.equip(Host::default(), tree.root())?)
    };
    for content in [None, Some(b"not a model")] {
        content.into_iter().for_each(|content| tree.write("model.bin", content));
        let wrong = open("model.bin").err().unwrap();
        assert!(wrong.code() == ErrorCode::InvalidConfig && wrong.to_string().contains("embedding.path"), "{wrong}");
    }
    let built_in = include_bytes!("../../pampax-core/src/model/builtin.bin");
    tree.write("model.bin", built_in);
    tree.searcher();
    let index = open("model.bin").unwrap();
    let before = search(&index.searcher().unwrap(), "login user");
    assert!(before.degraded[0].why.starts_with("the index holds no vectors of pampax-static"), "vectors never mix");
    index.update(&Limits::default()).unwrap();
    assert_eq!(search(&index.searcher().unwrap(), "login user").degraded, []);
    assert!(index.status().unwrap().embedding.unwrap().model.starts_with("pampax-static"));
    let mut damaged = built_in.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    tree.write("model.bin", &damaged);
    assert_eq!(open("model.bin").err().unwrap().code(), ErrorCode::InvalidConfig);
}

#[test]
fn a_broken_embedder_leaves_lexical_hits_and_is_named() {
    let tree = Tree::new(LOGIN);
    tree.searcher_with(Host::default().with_embedder(Arc::new(LetterEmbedder)));
    let broken: [Script; 5] = [
        |_| Err("the model is gone".into()),
        |_| Ok(vec![1.0; 3]),
        |_| Ok(vec![f32::NAN; 26]),
        |_| panic!("the model panics"),
        |_| {
            std::thread::sleep(Duration::from_secs(3_600));
            Ok(Vec::new())
        },
    ];
    for embed in broken {
        let host = Host::default().with_embedder(Arc::new(BrokenEmbedder(embed)));
        let searcher = tree.index(host, 0).searcher().unwrap();
        let limits = Limits::default().with_timeout(Duration::from_secs(4));
        let results = searcher.search(&Query::new("login"), &limits);
        match results {
            Ok(results) => {
                assert_eq!(results.degraded[0].what, "embedder");
                assert!(!results.hits.is_empty());
            }
            Err(error) => panic!("{error}"),
        }
    }
}

struct ScriptedReranker(Script);

impl Reranker for ScriptedReranker {
    fn id(&self) -> &str {
        "scripted-1"
    }

    fn score(&self, _: &str, documents: &[&str], _: &Watch) -> Result<Vec<f32>, BoxError> {
        (self.0)(documents)
    }
}

#[test]
fn a_reranker_changes_the_order_and_a_broken_one_does_not() {
    let tree = Tree::new(LOGIN);
    let plain = search(&tree.searcher(), "login");
    let with = |score| tree.searcher_with(Host::default().with_reranker(Arc::new(ScriptedReranker(score))));
    let turned = search(&with(|documents| Ok((0..documents.len()).map(|place| place as f32).collect())), "login");
    let mut expected = paths(&plain);
    expected.reverse();
    assert_eq!(paths(&turned), expected);
    assert!(turned.hits.windows(2).all(|pair| pair[0].score > pair[1].score));
    for hit in &turned.hits {
        let sum: f64 = hit.contributions.iter().map(|part| part.contribution).sum();
        assert!((sum - hit.score).abs() < 1e-9);
    }
    let broken: [Script; 4] = [
        |_| Err("no".into()),
        |_| Ok(vec![1.0]),
        |documents| Ok(vec![f32::NAN; documents.len()]),
        |_| {
            std::thread::sleep(Duration::from_secs(3_600));
            Ok(Vec::new())
        },
    ];
    for score in broken {
        let searcher = with(score);
        let limits = Limits::default().with_timeout(Duration::from_secs(4));
        let results = searcher.search(&Query::new("login"), &limits).unwrap();
        assert_eq!(paths(&results), paths(&plain));
        assert!(results.degraded.iter().any(|degradation| degradation.what == "reranker"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_is_a_question(text in prop_oneof![
        "\\PC{0,80}", "[\"'?*/:()\\-a-z ]{0,40}", Just("AND NEAR OR NOT".to_owned()), Just("a ".repeat(5_000)),
        Just("שלום עולם 👩‍👩‍👧 🚀".to_owned()), Just("\u{0}\u{7}".to_owned()),
    ]) {
        thread_local! {
            static SEARCHER: Searcher = Tree::new(LOGIN).searcher();
        }
        let results = SEARCHER.with(|searcher| searcher.search(&Query::new(text), &Limits::default()));
        prop_assert!(results.is_ok());
    }
}
