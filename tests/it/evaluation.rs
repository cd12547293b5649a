//! Questions whose answers are known: what is asked, what counts as found, what a repository says of itself.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use pampax_core::eval::{Commit, Evaluation, Mining, Question, Source, Target, compare, evaluate, mine, quality};
use pampax_core::source::LineRange;
use pampax_core::{Config, ErrorCode, Host, Index, Limits, Query, Searcher};
use std::time::Duration;

const FILES: &[(&str, &str)] = &[
    (
        "src/store.py",
        "\"\"\"Keeps things.\"\"\"\n\n\ndef put(key, value):\n    \"\"\"Writes a value under its key until somebody removes it.\"\"\"\n    table[key] = value\n\n\ndef get(key):\n    return table[key]\n",
    ),
    ("src/other.py", "def draw(radius):\n    return radius * 2\n"),
    ("lib/store.py", "def list_all():\n    return []\n"),
    (
        "src/parser.rs",
        "/// Reads the header of a message, byte by byte. More.\npub fn header(bytes: &[u8]) -> usize { bytes.len() }\n",
    ),
    (
        "tests/test_other.py",
        "def test_draw_of_a_negative_radius_fails_loudly():\n    assert draw(-1)\n\n\ndef test_short():\n    pass\n",
    ),
    ("tests/test_store.py", "def test_value_under_missing_key_raises_error():\n    get('a')\n"),
];

fn searcher(folder: &tempfile::TempDir) -> Searcher {
    for (path, text) in FILES {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let index = Index::open(folder.path(), &Config::default(), Host::default()).unwrap();
    index.update(&Limits::default()).unwrap();
    index.searcher().unwrap()
}

fn question(query: &str, targets: &[Target]) -> Question {
    Question::new(query, targets.to_vec(), Source::Given)
}

#[test]
fn an_answer_is_that_of_the_search() {
    let folder = tempfile::tempdir().unwrap();
    let searcher = searcher(&folder);
    let targets = [Target::new("src/store.py"), Target::new("src/other.py")];
    let report = evaluate(&searcher, &Evaluation::new(vec![question("put value key", &targets)]), &Limits::default());
    let answer = &report.unwrap().answers[0];
    let hits = searcher.search(&Query::new("put value key").with_limit(20), &Limits::default()).unwrap().hits;
    let rank = |path: &str| hits.iter().position(|hit| hit.path.as_str() == path).map(|place| place + 1);
    assert_eq!(answer.ranks, [rank("src/store.py"), rank("src/other.py")]);
    assert_eq!(answer.ranks[0], Some(1));
    assert_eq!(answer.measures.get("ndcg@10"), Some(&quality(&answer.ranks, 10).ndcg));
    assert_eq!(answer.results.len(), hits.len());
    assert_eq!(
        (answer.language.as_str(), answer.folder.as_str(), answer.category.as_str()),
        ("python", "src", "semantic")
    );
}

#[test]
fn an_indexed_path_means_its_file_and_another_one_any_file_that_ends_so() {
    let folder = tempfile::tempdir().unwrap();
    let searcher = searcher(&folder);
    let ranks = |path: &str| {
        let evaluation = Evaluation::new(vec![question("draw radius", &[Target::new(path)])]);
        let report = evaluate(&searcher, &evaluation, &Limits::default()).unwrap();
        (report.answers[0].ranks[0].is_some(), report.targets_not_indexed)
    };
    assert_eq!(ranks("src/other.py"), (true, 0));
    assert_eq!(ranks("other.py"), (true, 0));
    assert_eq!(ranks("project/src/other.py"), (true, 0));
    assert_eq!(ranks("her.py"), (false, 1));
    let lines = |start, end| Target::new("src/store.py").with_lines(LineRange { start, end });
    let far = Evaluation::new(vec![question("put value key", &[lines(900, 901), lines(4, 6)])]);
    assert_eq!(evaluate(&searcher, &far, &Limits::default()).unwrap().answers[0].ranks, [None, Some(1)]);
}

#[test]
fn what_cannot_be_asked_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let searcher = searcher(&folder);
    let targets = [Target::new("src/store.py")];
    let check = |evaluation: &Evaluation, limits: &Limits, code: ErrorCode| {
        assert_eq!(evaluate(&searcher, evaluation, limits).unwrap_err().code(), code, "{evaluation:?}");
    };
    let usual = Evaluation::new(vec![question("a", &targets)]);
    check(&Evaluation::default(), &Limits::default(), ErrorCode::InvalidArgument);
    check(&Evaluation::new(vec![question("a", &[])]), &Limits::default(), ErrorCode::InvalidArgument);
    check(&usual, &Limits::default().with_timeout(Duration::ZERO), ErrorCode::DeadlineExceeded);
    for (k, tokenizer) in [(0, "approximate"), (1_001, "approximate"), (10, "nonsense")] {
        let mut evaluation = usual.clone();
        (evaluation.k, evaluation.tokenizer) = (k, tokenizer.to_owned());
        check(&evaluation, &Limits::default(), ErrorCode::InvalidArgument);
    }
    let first = evaluate(&searcher, &usual, &Limits::default()).unwrap();
    let second = evaluate(&searcher, &Evaluation::new(vec![question("b", &targets)]), &Limits::default()).unwrap();
    assert_eq!(compare(&first, &second).unwrap_err().code(), ErrorCode::InvalidArgument);
}

#[test]
fn comments_tests_and_history_make_questions() {
    let folder = tempfile::tempdir().unwrap();
    let searcher = searcher(&folder);
    let commit = |number: usize, message: &str, paths: &[&str]| {
        Commit::new(format!("{number:040}"), message, paths.iter().map(|path| (*path).to_owned()).collect())
    };
    let history = vec![
        commit(1, "Multiply the radius once more when drawing", &["src/other.py", "tests/test_other.py"]),
        commit(2, "Multiply radius once more when drawing circles", &["src/other.py"]),
        commit(3, "Keep values of removed keys until the end", &["src/store.py", "src/a.py", "src/b.py", "src/c.py"]),
        commit(4, "Draw it", &["src/other.py"]),
        commit(5, "Escape from the whole tree of sources", &["../../etc/passwd", "/etc/passwd"]),
    ];
    let mined = mine(&searcher, &Mining::new(history.clone(), 10), &Limits::default()).unwrap();
    let found: Vec<(Source, &str, &str)> = mined
        .questions
        .iter()
        .map(|question| (question.source, question.query.as_str(), question.relevant[0].path.as_str()))
        .collect();
    let docs = &found[1..3];
    assert_eq!(found[0], (Source::History, "Multiply the radius once more when drawing", "src/other.py"));
    assert!(
        docs.contains(&(Source::Docs, "Writes a value under its key until somebody removes it", "src/store.py")),
        "{docs:?}"
    );
    assert!(docs.contains(&(Source::Docs, "Reads the header of a message, byte by byte", "src/parser.rs")), "{docs:?}");
    assert_eq!(found[3], (Source::Tests, "draw of a negative radius fails loudly", "src/other.py"));
    // Two files are called store, so its test says of neither.
    assert_eq!((found.len(), mined.commits, mined.tests), (4, 5, 1), "{found:?}");
    let header = mined.questions.iter().find(|question| question.relevant[0].path == "src/parser.rs").unwrap();
    assert_eq!(header.relevant[0].lines, Some(LineRange { start: 2, end: 2 }));

    let only = Mining::new(history, 1).with_sources(vec![Source::Docs]);
    let questions = mine(&searcher, &only, &Limits::default()).unwrap().questions;
    assert_eq!((questions.len(), questions[0].source), (1, Source::Docs));
}
