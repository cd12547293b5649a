//! `pampax tune`, with questions from a file and from a history.

use crate::program::Tree;
use serde_json::{Value, json};

/// A word that no other number has, and that is one word.
fn word(number: usize) -> String {
    const PARTS: &[&str] = &["bak", "dor", "fim", "gul", "hep", "jov", "kan", "lur", "mez", "nid", "pof", "rus", "tav"];
    [number / 169 % 13, number / 13 % 13, number % 13].map(|part| PARTS[part]).concat()
}

/// Many questions, of each of which the second of two files is the answer.
fn tree() -> Tree {
    let tree = Tree::new();
    for number in 0..170 {
        let word = word(number);
        tree.write(&format!("src/{word}/core.rs"), format!("pub fn run() -> u32 {{\n    {number}\n}}\n"));
        tree.write(&format!("src/part_{number}.rs"), format!("// The {word} is here.\nfn go() {{}}\n"));
    }
    tree.run(&["index"]).expect_success();
    let asked: String = (0..170).map(|number| word(number) + "\n").collect();
    let answers = tree.run_with_input(&["search", "--queries", "-"], asked.as_bytes()).expect_success().stdout;
    let mut questions = String::new();
    for (number, answer) in answers.lines().enumerate() {
        let answer: Value = serde_json::from_str(answer).expect("an answer is JSON");
        let second = &answer["hits"][1]["path"];
        questions += &json!({"query": word(number), "relevant": [second]}).to_string();
        questions.push('\n');
    }
    tree.write("../questions.jsonl", questions);
    tree
}

#[test]
fn weights_are_fitted_listed_and_given_up() {
    let tree = tree();
    let search = || tree.run(&["search", &word(7)]).expect_success().stdout;
    let ranking = || tree.run(&["status"]).expect_success().json()["ranking"]["tuning"].clone();
    let before = search();
    let trial = tree.run(&["tune", "../questions.jsonl", "--dry-run"]).expect_success().json();
    assert_eq!((&trial["accepted"], &trial["version"], ranking()), (&json!(true), &json!(null), json!(null)));
    let report = tree.run(&["tune", "../questions.jsonl"]).expect_success().json();
    assert_eq!((&report["accepted"], &report["version"], ranking()), (&json!(true), &json!(1), json!(1)), "{report}");
    assert_ne!(search(), before);
    let list = tree.run(&["tune", "--list"]).expect_success().json();
    assert_eq!((&list["active"], &list["versions"][0]["proved_on"]), (&json!(1), &json!(51)));
    let text = tree.run(&["--text", "status"]).expect_success().stdout;
    assert!(text.contains("tuned, version 1"), "{text}");
    assert_eq!(tree.run(&["search", &word(7), "--set", "features.tuning=false"]).expect_success().stdout, before);
    assert_eq!(tree.run(&["tune", "--revert"]).expect_success().json()["active"], json!(null));
    assert_eq!((search(), ranking()), (before, json!(null)), "the bytes of before");
    assert_eq!(tree.run(&["tune", "--revert", "1"]).expect_success().json()["active"], json!(1));
    assert_eq!(tree.run(&["tune", "--revert", "5"]).error(), (201, "INVALID_ARGUMENT".to_owned()));
    let shown = tree.run(&["--text", "tune", "--list"]).expect_success().stdout;
    assert!(shown.starts_with("version 1 is used\n"), "{shown}");
}

#[test]
fn too_short_a_history_changes_nothing_and_none_is_an_error() {
    let tree = Tree::indexed();
    assert_eq!(tree.run(&["tune"]).error(), (300, "IO".to_owned()));
    tree.write("../questions.jsonl", r#"{"query": "login", "relevant": ["src/auth/session.rs"]}"#);
    let report = tree.run(&["tune", "../questions.jsonl"]).expect_success().json();
    assert_eq!((&report["accepted"], &report["before"]), (&json!(false), &json!(null)));
    assert!(report["why"].as_str().unwrap().contains("too few"), "{report}");
    let text = tree.run(&["--text", "tune", "../questions.jsonl"]).expect_success().stdout;
    assert!(text.starts_with("nothing is changed\n"), "{text}");
}
