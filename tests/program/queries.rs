//! Questions are data: any text, from the command line, standard input, or a file.

use crate::program::{Tree, error_of, paths};
use serde_json::Value;

const TEXTS: &[&str] = &[
    "login",
    "",
    " ",
    "error 301 --json",
    "--json",
    "-v",
    "--",
    "\"quoted\" 'single' `back`",
    "? - / : * ( ) AND OR NEAR NOT \\",
    "'; DROP TABLE files; --",
    "🦀 emoji 👩‍👩‍👧",
    "שלום עולם \u{202e}abc",
    "漢字 検索",
    "\u{1b}[31mred",
    "a\nb\r\nc\td",
    "INDEX_MISSING exit 3",
];

#[test]
fn any_text_is_answered() {
    let tree = Tree::indexed();
    let long = "retry backoff ".repeat(10 * 1024 / 14 + 1);
    for text in TEXTS.iter().copied().chain([long.as_str()]) {
        let ran = tree.run(&["search", "--", text]);
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{text:?}: {ran:?}");
        assert!(ran.json()["hits"].is_array());
        let bundle = tree.run(&["assemble", "--tokenizer", "approximate", "--", text]);
        assert_eq!((bundle.status, bundle.stderr.as_str()), (Some(0), ""), "{text:?}: {bundle:?}");
        assert_eq!(bundle.json()["query"], text);
    }
}

#[test]
fn a_dash_is_standard_input() {
    let tree = Tree::indexed();
    for command in ["search", "assemble"] {
        let given = tree.run(&[command, "verify password"]).expect_success();
        let read = tree.run_with_input(&[command, "-"], b"verify password\n").expect_success();
        assert_eq!(given.stdout, read.stdout);
    }
}

#[test]
fn a_thing_that_matches_nothing_is_success_with_a_suggestion() {
    let tree = Tree::indexed();
    let document = tree.run(&["search", "zzzzqqqq"]).expect_success().json();
    assert!(paths(&document).is_empty());
    assert!(document["suggestion"].is_string(), "{document}");
}

#[test]
fn many_questions_are_answered_line_by_line() {
    let tree = Tree::indexed();
    let input = b"verify password\r\n\n{\"text\":\"retry\",\"limit\":1}\nlogin";
    let ran = tree.run_with_input(&["search", "--limit", "2", "--queries", "-"], input).expect_success();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let alone = |arguments: &[&str]| tree.run(arguments).expect_success().stdout.trim_end().to_owned();
    let expected = [
        alone(&["search", "verify password", "--limit", "2"]),
        alone(&["search", "", "--limit", "2"]),
        alone(&["search", "retry", "--limit", "1"]),
        alone(&["search", "login", "--limit", "2"]),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_bad_line_gets_an_error_in_its_place_and_the_rest_is_answered() {
    let tree = Tree::indexed();
    let input = b"login\n{\"txt\":\"x\"}\nbad \xff utf-8\n{\"text\":\"x\",\"limit\":0}\nretry\n";
    let ran = tree.run_with_input(&["search", "--queries", "-"], input);
    assert_eq!(ran.status, Some(2), "{ran:?}");
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    for answered in [0, 4] {
        assert!(!paths(&lines[answered]).is_empty());
    }
    for refused in [1, 2, 3] {
        assert_eq!(error_of(&lines[refused]), (201, "INVALID_ARGUMENT".to_owned()));
    }
    let reported: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(reported, lines[1], "the first error is the outcome");
}

#[test]
fn questions_are_read_from_a_file() {
    let tree = Tree::indexed();
    tree.write("../questions.txt", "login\nretry\n");
    let ran = tree.run(&["search", "--queries", "../questions.txt"]).expect_success();
    assert_eq!(ran.stdout.lines().count(), 2);
    let empty = tree.run_with_input(&["search", "--queries", "-"], b"").expect_success();
    assert_eq!(empty.stdout, "");
}
