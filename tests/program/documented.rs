//! docs/cli.md names every command and every flag, and none that does not exist; its examples print what it shows.

use crate::program::Tree;
use std::collections::BTreeSet;

const COMMANDS: &[&str] = &[
    "index",
    "watch",
    "import-scip",
    "import-pampa",
    "search",
    "assemble",
    "expand",
    "verify",
    "replay",
    "symbols",
    "callers",
    "callees",
    "references",
    "imports",
    "tests",
    "path",
    "graph",
    "show",
    "status",
    "cache",
    "metrics",
    "why",
    "explain",
    "eval",
    "tune",
    "health",
    "doctor",
    "backup",
    "restore",
    "compact",
    "train",
    "config",
    "call",
    "languages",
    "completions",
    "man",
];

/// Commands of commands that have flags of their own.
const ACTIONS: &[[&str; 2]] = &[["cache", "warm"], ["config", "show"], ["config", "init"]];

const DOCS: &str = include_str!("../../docs/cli.md");

/// Every `--flag` in `text`.
fn flags(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("--").map(|(start, _)| start);
    let names = starts.filter_map(|start| {
        let before = text[..start].chars().next_back();
        let name: String = text[start + 2..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
        let is_flag = !before.is_some_and(|c| c == '-' || c.is_alphanumeric()) && name.starts_with(char::is_alphabetic);
        is_flag.then_some(name)
    });
    names.collect()
}

#[test]
fn commands_and_flags_are_documented() {
    let tree = Tree::new();
    let top = tree.run(&["--help"]).expect_success().stdout;
    let listed =
        top.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1).take_while(|line| !line.is_empty());
    let listed: Vec<&str> =
        listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert_eq!(listed, COMMANDS);
    let mut help = flags(&top);
    for command in COMMANDS {
        assert!(DOCS.contains(&format!("pampax {command}")), "docs/cli.md does not show {command}");
        help.extend(flags(&tree.run(&[command, "--help"]).expect_success().stdout));
    }
    for [command, action] in ACTIONS {
        help.extend(flags(&tree.run(&[command, action, "--help"]).expect_success().stdout));
    }
    assert_eq!(help, flags(DOCS), "the flags of the program and those of docs/cli.md");
}

#[test]
fn examples_print_what_is_shown() {
    let tree = Tree::indexed();
    let blocks = DOCS.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let examples: Vec<&str> = blocks.flat_map(|block| block.split("$ pampax ").skip(1)).collect();
    assert!(!examples.is_empty(), "docs/cli.md has no examples");
    for (command, expected) in examples.iter().filter_map(|example| example.split_once('\n')) {
        let arguments: Vec<&str> = ["--text"].into_iter().chain(command.split_whitespace()).collect();
        let ran = tree.run(&arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), expected), "{command}");
    }
}
