//! docs/cli.md names every command and every flag, and none that does not exist.

use crate::program::Tree;
use std::collections::BTreeSet;

const COMMANDS: &[&str] = &[
    "index",
    "import-scip",
    "search",
    "assemble",
    "expand",
    "verify",
    "replay",
    "symbols",
    "show",
    "status",
    "why",
    "explain",
    "languages",
    "completions",
];

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
    assert_eq!(help, flags(DOCS), "the flags of the program and those of docs/cli.md");
}
