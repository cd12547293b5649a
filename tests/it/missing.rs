//! Why a file is missing from the results of a query, and whether the remedy helps.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use pampax_core::host::{BoxError, Reranker};
use pampax_core::search::{MAX_LIMIT, Missing, Stage, Verdict};
use pampax_core::source::{Language, Role, SpanKind};
use pampax_core::{Config, Filters, Host, Index, Limits, Query, Searcher, Watch};
use std::sync::Arc;

struct Indexed {
    folder: tempfile::TempDir,
    index: Index,
    searcher: Searcher,
}

impl Indexed {
    fn new(files: &[(&str, &str)]) -> Indexed {
        Indexed::with_host(files, Host::default())
    }

    fn with_host(files: &[(&str, &str)], host: Host) -> Indexed {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let index = Index::open(folder.path(), &Config::default(), host).unwrap();
        index.update(&Limits::default()).unwrap();
        let searcher = index.searcher().unwrap();
        Indexed { folder, index, searcher }
    }

    fn missing(&self, query: &Query, path: &str) -> Missing {
        self.index.explain_missing(&self.searcher, query, path, &Limits::default()).unwrap()
    }

    fn returns(&self, query: &Query, path: &str) -> bool {
        let results = self.searcher.search(query, &Limits::default()).unwrap();
        results.hits.iter().any(|hit| hit.path.as_str() == path)
    }

    /// The explanation, which agrees with the results.
    #[track_caller]
    fn check(&self, query: &Query, path: &str, verdict: Verdict) -> Missing {
        let missing = self.missing(query, path);
        assert_eq!(missing.verdict, verdict, "{missing:?}");
        assert_eq!(verdict == Verdict::Returned, self.returns(query, path), "{missing:?}");
        assert_eq!(verdict == Verdict::Returned, missing.remedy.is_empty(), "{missing:?}");
        missing
    }
}

/// Files that all answer to `ledger`, the earlier the better, and one that does not.
fn ledgers(count: usize) -> Vec<(String, String)> {
    let text = |number: usize| {
        let filler = "let other = 1;\n".repeat(number);
        format!("fn part_{number}() {{\n// ledger\n{filler}}}\n")
    };
    let mut files: Vec<(String, String)> =
        (0..count).map(|number| (format!("src/f{number:03}.rs"), text(number))).collect();
    files.push(("src/circle.rs".to_owned(), "pub fn draw_circle() {}\npub struct Circle;\n".to_owned()));
    files
}

fn tree(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}

/// The limit that a remedy names.
fn limit_of(missing: &Missing) -> usize {
    missing.remedy.strip_prefix("raise the limit to ").unwrap_or_else(|| panic!("{missing:?}")).parse().unwrap()
}

#[test]
fn a_returned_file_has_its_rank() {
    let files = ledgers(5);
    let indexed = Indexed::new(&tree(&files));
    let missing = indexed.check(&Query::new("ledger"), "src/f003.rs", Verdict::Returned);
    assert_eq!((missing.stage, missing.cut_off), (Stage::Results, Some(10)));
    assert!(missing.rank.is_some_and(|rank| (1..=5).contains(&rank)));
}

#[test]
fn a_file_below_the_limit_comes_in_with_the_limit_named_and_not_with_one_less() {
    let files = ledgers(120);
    let indexed = Indexed::new(&tree(&files));
    let mut stages = Vec::new();
    for (path, _) in files.iter().filter(|(path, _)| path.contains("/f")).step_by(7) {
        let query = Query::new("ledger").with_limit(3);
        let missing = indexed.missing(&query, path);
        if missing.verdict == Verdict::Returned {
            continue;
        }
        let missing = indexed.check(&query, path, Verdict::BelowCutOff);
        let limit = limit_of(&missing);
        assert!(indexed.returns(&query.clone().with_limit(limit), path), "{missing:?}");
        assert!(!indexed.returns(&query.clone().with_limit(limit - 1), path), "{missing:?}");
        assert!(missing.rank > missing.cut_off && missing.score <= missing.last_score, "{missing:?}");
        let sum: f64 = missing.signals.iter().map(|part| part.difference).sum();
        assert!((sum - (missing.score.unwrap() - missing.last_score.unwrap())).abs() < 1e-5, "{missing:?}");
        assert!(missing.signals.windows(2).all(|pair| pair[0].difference.abs() >= pair[1].difference.abs()));
        stages.push(missing.stage);
    }
    assert!(stages.contains(&Stage::Order) && stages.contains(&Stage::Candidates), "{stages:?}");
}

#[test]
fn a_file_that_shares_no_word_is_described_by_its_names() {
    let files = ledgers(2);
    let indexed = Indexed::new(&tree(&files));
    let missing = indexed.check(&Query::new("ledger"), "src/circle.rs", Verdict::NotMatched);
    assert_eq!(missing.stage, Stage::Retrieve);
    assert_eq!(missing.remedy, "ask with a word of the file; its names are: draw_circle, Circle");
    assert!(indexed.returns(&Query::new("draw_circle"), "src/circle.rs"));
    let missing = indexed.check(&Query::new("?!"), "src/circle.rs", Verdict::NotMatched);
    assert_eq!(missing.detail, "the question holds no word and no number");
}

#[test]
fn a_filter_that_refuses_the_file_is_named() {
    let files = ledgers(2);
    let indexed = Indexed::new(&tree(&files));
    let check = |change: &dyn Fn(&mut Filters), detail: &str, remedy: &str| {
        let mut filters = Filters::default();
        change(&mut filters);
        let missing = indexed.check(&Query::new("ledger").with_filters(filters), "src/f001.rs", Verdict::Filtered);
        assert_eq!((missing.detail.as_str(), missing.remedy.as_str()), (detail, remedy));
    };
    check(
        &|filters| filters.languages = vec![Language::Go, Language::C],
        "its language is rust",
        "add rust to the filter languages=go,c",
    );
    check(&|filters| filters.roles = vec![Role::Test], "its role is code", "add code to the filter roles=test");
    check(
        &|filters| filters.include = vec!["docs/**".to_owned()],
        "no include glob fits it",
        "add `src/f001.rs` to the filter include=docs/**",
    );
    check(
        &|filters| filters.exclude = vec!["lib".to_owned(), "src".to_owned()],
        "the glob `src` excludes it",
        "drop the filter exclude=src",
    );
    check(
        &|filters| {
            filters.languages = vec![Language::Go];
            filters.exclude = vec!["*.rs".to_owned()];
        },
        "its language is rust, and the glob `*.rs` excludes it",
        "add rust to the filter languages=go, and drop the filter exclude=*.rs",
    );
    check(
        &|filters| filters.kinds = vec![SpanKind::Struct],
        "none of its passages is in a definition of the kinds struct",
        "drop the filter kinds=struct",
    );
}

#[test]
fn a_filter_may_not_be_all_that_is_in_the_way() {
    let files = ledgers(40);
    let indexed = Indexed::new(&tree(&files));
    let filters = |languages: &[Language]| {
        let mut filters = Filters::default();
        filters.languages = languages.to_vec();
        filters
    };
    let query = Query::new("ledger").with_limit(2).with_filters(filters(&[Language::Go]));
    let last = (0..40).map(|number| format!("src/f{number:03}.rs"));
    let remedies: Vec<String> = last.map(|path| indexed.check(&query, &path, Verdict::Filtered).remedy).collect();
    assert_eq!(
        remedies.iter().filter(|remedy| !remedy.contains("; then raise the limit to ")).count(),
        2,
        "{remedies:?}"
    );
    let missing = indexed.check(&query, "src/circle.rs", Verdict::Filtered);
    assert!(missing.remedy.ends_with("; then ask with a word of the file; its names are: draw_circle, Circle"));
}

#[test]
fn ranks_count_only_the_kinds_asked_for() {
    let files = ledgers(30);
    let indexed = Indexed::new(&tree(&files));
    let mut filters = Filters::default();
    filters.kinds = vec![SpanKind::Function];
    let query = Query::new("ledger").with_limit(2).with_filters(filters);
    let lost: Vec<Missing> = (0..30).map(|number| indexed.missing(&query, &format!("src/f{number:03}.rs"))).collect();
    let lost: Vec<&Missing> = lost.iter().filter(|missing| missing.verdict != Verdict::Returned).collect();
    assert_eq!(lost.len(), 28);
    for missing in lost {
        let limit = limit_of(missing);
        assert!(indexed.returns(&query.clone().with_limit(limit), &missing.path), "{missing:?}");
        assert!(!indexed.returns(&query.clone().with_limit(limit - 1), &missing.path), "{missing:?}");
    }
}

#[test]
fn an_empty_file_has_nothing_to_return() {
    let indexed = Indexed::new(&[("src/ledger.py", ""), ("src/a.py", "ledger = 1\n")]);
    let missing = indexed.missing(&Query::new("ledger"), "src/ledger.py");
    let is_returned = indexed.returns(&Query::new("ledger"), "src/ledger.py");
    assert_eq!(is_returned, missing.verdict == Verdict::Returned);
    assert_eq!(missing.verdict, Verdict::Empty, "{missing:?}");
}

#[test]
fn a_file_that_is_not_indexed_is_explained_by_the_tree() {
    let indexed = Indexed::new(&[
        (".gitignore", "*.log\n\ndist/\n"),
        ("dist/app.js", "ledger()\n"),
        ("src/app.js", "ledger()\n"),
        (".env", "LEDGER=1\n"),
    ]);
    let query = Query::new("ledger");
    let missing = indexed.check(&query, "dist/app.js", Verdict::NotIndexed);
    assert_eq!(missing.remedy, "remove line 3 `dist/` from .gitignore");
    assert!(missing.explanation.is_some_and(|explanation| explanation.ignore_rule.is_some()));
    assert_eq!(missing.near[0].as_str(), "src/app.js");
    let missing = indexed.check(&query, ".env", Verdict::NotIndexed);
    assert_eq!(missing.remedy, "set security.index_secret_files to true");
    let missing = indexed.check(&query, "src/ap.js", Verdict::NotIndexed);
    assert_eq!(missing.detail, "there is no such file");
    assert_eq!(missing.remedy, "name a file that exists, such as `src/app.js`");
    let missing = indexed.check(&query, "src", Verdict::NotIndexed);
    assert_eq!(missing.remedy, "name one of its files, such as `src/app.js`");
    indexed.check(&query, "../x", Verdict::NotIndexed);
    std::fs::write(indexed.folder.path().join("src/new.js"), "ledger()\n").unwrap();
    let missing = indexed.check(&query, "src/new.js", Verdict::NotIndexed);
    assert_eq!(missing.remedy, "update the index");
    indexed.index.update(&Limits::default()).unwrap();
    let missing = indexed.check(&query, "src/new.js", Verdict::NotIndexed);
    assert_eq!(missing.remedy, "open another searcher");
}

/// Prefers the last of what it is asked about.
struct Backwards;

impl Reranker for Backwards {
    fn id(&self) -> &str {
        "backwards-1"
    }

    fn score(&self, _: &str, documents: &[&str], _: &Watch) -> Result<Vec<f32>, BoxError> {
        Ok((0..documents.len()).map(|place| place as f32).collect())
    }
}

#[test]
fn a_reranker_is_a_stage_of_its_own() {
    let files = ledgers(30);
    let indexed = Indexed::with_host(&tree(&files), Host::default().with_reranker(Arc::new(Backwards)));
    let query = Query::new("ledger").with_limit(5);
    let first = Indexed::new(&tree(&files)).searcher.search(&query, &Limits::default()).unwrap().hits.remove(0);
    let missing = indexed.check(&query, first.path.as_str(), Verdict::BelowCutOff);
    assert_eq!((missing.stage, missing.cut_off), (Stage::Rerank, Some(5)));
    assert!(indexed.returns(&query.clone().with_limit(limit_of(&missing)), first.path.as_str()), "{missing:?}");
}

#[test]
fn a_limit_out_of_range_is_refused_as_by_search() {
    let indexed = Indexed::new(&[("a.rs", "fn a() {}\n")]);
    let query = Query::new("a").with_limit(MAX_LIMIT + 1);
    assert!(indexed.searcher.explain_missing(&query, "a.rs", &Limits::default()).is_err());
}
