//! On a terminal: text for people, in colour unless they do not want it, and nothing that a file may smuggle in.

use crate::program::{Ran, Tree};
use std::process::Command;

/// Runs the program on a pseudo-terminal of `columns` columns, made by `script` of util-linux.
fn on_terminal(tree: &Tree, setting: &str, arguments: &str, columns: usize) -> Ran {
    let program = env!("CARGO_BIN_EXE_pampax");
    let line = format!("stty cols {columns} rows 40; {setting} '{program}' {arguments}");
    let mut script = Command::new("script");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PAMPAX_")) {
        script.env_remove(name);
    }
    script
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .current_dir(tree.root())
        .env("TERM", "xterm-256color");
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PAMPAX_BLESS"] {
        script.env_remove(name);
    }
    let output = script.stdin(std::process::Stdio::null()).output();
    let mut ran = Ran::of(output.expect("`script` of util-linux is needed for the tests on a terminal"));
    ran.stdout = ran.stdout.replace("\r\n", "\n");
    ran
}

fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[test]
fn hits_are_shown_with_numbered_lines_in_colour() {
    let tree = Tree::indexed();
    let ran = on_terminal(&tree, "", "search 'verify password'", 100);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("\u{1b}[1msrc/auth/session.rs\u{1b}[0m"), "{ran:?}");
    let plain = without_colour(&ran.stdout);
    assert!(plain.contains("  10 │     pub fn login(user: &str, password: &str) -> Option<Session> {"), "{plain}");
    assert!(plain.contains(", generation "), "{plain}");
}

#[test]
fn measures_are_shown_in_columns() {
    let tree = Tree::indexed();
    tree.write("../questions.jsonl", "{\"query\": \"verify password\", \"relevant\": [\"src/auth/session.rs\"]}\n{\"query\": \"wait\", \"relevant\": [\"src/none.py\"]}\n");
    let ran = on_terminal(&tree, "", "eval ../questions.jsonl --with cache.enabled=false --gate mrr=0.9", 100);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let plain = without_colour(&ran.stdout);
    for line in
        ["2 questions, 2 targets", "1 target not in the index", "compared: cache.enabled", "mrr@10 does not hold: 0.5"]
    {
        assert!(plain.lines().any(|shown| shown.starts_with(line)), "{line}: {plain}");
    }
    let row = plain.lines().find(|line| line.starts_with("ndcg@10")).unwrap();
    let expected = ["ndcg@10", "0.500", "0.500", "+0.000", "±", "0.000", "1.0000", "0", "0"];
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), expected);
    assert!(plain.lines().any(|line| line.starts_with("semantic  1")), "{plain}");
}

#[test]
fn lines_keep_to_the_width_of_the_terminal() {
    let tree = Tree::new();
    tree.write("wide.rs", format!("// needle {}\n", "漢字 wide ".repeat(100)));
    tree.run(&["index"]).expect_success();
    let plain = without_colour(&on_terminal(&tree, "", "search needle", 50).stdout);
    let code: Vec<&str> = plain.lines().filter(|line| line.contains('│')).collect();
    assert!(code.iter().any(|line| line.contains("needle") && line.ends_with('…')), "{plain}");
    let width = |line: &str| line.chars().map(|character| if character > '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
    assert!(code.iter().all(|line| width(line) <= 50), "{plain}");
}

#[test]
fn colour_is_left_out_where_it_is_not_wanted() {
    let tree = Tree::indexed();
    for (setting, arguments) in
        [("NO_COLOR=1", "search login"), ("CLICOLOR=0", "search login"), ("", "--color never search login")]
    {
        let ran = on_terminal(&tree, setting, arguments, 100);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("session.rs") && !ran.stdout.contains('\u{1b}'), "{setting} {arguments}: {ran:?}");
    }
}

#[test]
fn a_file_cannot_steer_the_terminal() {
    let tree = Tree::new();
    tree.write("evil\u{1b}[2J.rs", "fn needle() { \"\u{1b}[31m\u{7}\u{202e}\" }\n");
    tree.run(&["index"]).expect_success();
    for arguments in
        ["search needle", "assemble needle", "symbols needle", "graph needle", "show \"$(printf 'evil\\033[2J.rs')\""]
    {
        let ran = on_terminal(&tree, "NO_COLOR=1", arguments, 100);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("needle") && ran.stdout.contains(r"\u{1b}"), "{ran:?}");
        assert!(!ran.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{ran:?}");
    }
}

#[test]
fn json_is_the_same_on_a_terminal() {
    let tree = Tree::indexed();
    let piped = tree.run(&["search", "login"]).expect_success();
    assert_eq!(on_terminal(&tree, "", "search login --json", 100).stdout, piped.stdout);
}

#[test]
fn an_error_names_its_cause_and_the_way_out() {
    let tree = Tree::new();
    let ran = on_terminal(&tree, "NO_COLOR=1", "search login --root .", 200);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let [error, help] = lines[..] else { panic!("{ran:?}") };
    assert!(error.starts_with("error: no index at ") && error.ends_with(".pampax"), "{ran:?}");
    assert_eq!(help, "help: run `pampax index` on the folder first");
    let usage = on_terminal(&tree, "NO_COLOR=1", "search q --role nonsense", 200);
    assert!(usage.status == Some(2) && usage.stdout.contains("vendored"), "{usage:?}");
}

#[test]
fn every_command_has_words_for_people() {
    let tree = Tree::indexed();
    for (arguments, expected) in [
        ("index", "5 files"),
        ("status", "generation"),
        ("why settings.toml", "indexed"),
        ("languages", "haskell"),
        ("symbols login", "Session.login"),
        ("callers verify_password", "  ← src/auth/session.rs:11  Session.login  (call, same-file, 0.95)"),
        ("references 'Session.login'", ", generation 1"),
        ("path retry_with_backoff login", "no way leads from `retry_with_backoff` to `login`"),
        ("graph login --format dot", "digraph code {"),
        ("show settings.toml:2", "   2 │ port = 8080"),
        ("assemble login", "```rust"),
        ("search zzzzqqqq", "no hits"),
        ("explain 'why does it fail at src/retry.py:8'", "src/retry.py:4-11  retry_with_backoff"),
        ("explain login --missing docs/guide.md --limit 1", "help: raise the limit to "),
        ("health", "nobody is writing"),
        ("doctor", "healthy"),
        ("verify", "sound"),
        ("backup ../index.backup", "5 files in ../index.backup"),
        ("verify ../index.backup", "sound"),
        ("restore ../index.backup", "5 files restored from ../index.backup"),
        ("compact", "text index"),
    ] {
        let ran = on_terminal(&tree, "NO_COLOR=1", arguments, 120);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert!(ran.stdout.contains(expected), "{arguments}: {ran:?}");
        assert!(serde_json::from_str::<serde_json::Value>(&ran.stdout).is_err(), "JSON on a terminal: {ran:?}");
    }
}
