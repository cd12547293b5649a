//! The exit status comes from the error table and from nothing else.

use crate::program::{Ran, Tree, listing, paths};
use std::process::Stdio;

#[track_caller]
fn check(tree: &Tree, arguments: &[&str], status: i32, code: u64, name: &str) {
    let ran = tree.run(arguments);
    assert_eq!(ran.status, Some(status), "{arguments:?}: {ran:?}");
    assert_eq!(ran.error(), (code, name.to_owned()), "{arguments:?}");
}

#[test]
fn arguments_that_cannot_be_used_are_two() {
    let tree = Tree::indexed();
    for arguments in [
        &[][..],
        &["no-such-command"],
        &["search"],
        &["search", "q", "--no-such-flag"],
        &["search", "q", "--lang", "klingon"],
        &["search", "q", "--role", "nonsense"],
        &["search", "q", "--kind", "nonsense"],
        &["search", "q", "--limit", "0"],
        &["search", "q", "--limit", "1001"],
        &["search", "q", "--limit", "many"],
        &["search", "q", "--include", "[unclosed"],
        &["search", "q", "--queries", "-"],
        &["search", "q", "--json", "--text"],
        &["assemble", "q", "--budget", "1"],
        &["assemble", "q", "--tokenizer", "nonsense"],
        &["assemble", "q", "--format", "pdf"],
        &["assemble", "q", "--session-budget", "500"],
        &["assemble", "q", "--session", "settings.toml"],
        &["expand"],
        &["expand", "../outside"],
        &["expand", "settings.toml", "--level", "nonsense"],
        &["expand", "settings.toml", "--budget", "1"],
        &["verify", "settings.toml"],
        &["replay", "settings.toml"],
        &["show", "settings.toml:0"],
        &["show", "settings.toml:2-1"],
        &["show", "settings.toml:abc"],
        &["show", "settings.toml:99"],
        &["show", "no/such/file"],
        &["show", "../outside"],
        &["show", "/etc/passwd"],
        &["eval"],
        &["tune", "settings.toml"],
        &["tune", "--list", "--dry-run"],
        &["eval", "settings.toml"],
        &["eval", "--self", "--gate", "nonsense"],
        &["eval", "--self", "--from", "nonsense"],
        &["eval", "--self", "--k", "0"],
        &["health", "--components", "nonsense"],
        &["backup", "settings.toml"],
        &["restore", "settings.toml"],
        &["completions", "nonsense"],
    ] {
        check(&tree, arguments, 2, 201, "INVALID_ARGUMENT");
    }
    check(&tree, &["index", "--threads", "5000"], 2, 200, "INVALID_CONFIG");
}

#[test]
fn allowed_values_are_named() {
    let tree = Tree::new();
    for (flag, named) in [("--lang", "haskell"), ("--role", "vendored"), ("--kind", "enum_member")] {
        let ran = tree.run(&["search", "q", flag, "nonsense"]);
        assert!(ran.stderr.contains(named), "{ran:?}");
    }
}

#[test]
fn what_is_not_there_is_three() {
    let tree = Tree::new();
    for arguments in [
        &["search", "login"][..],
        &["assemble", "login"],
        &["symbols", "login"],
        &["callers", "login"],
        &["path", "login", "Session"],
        &["show", "settings.toml"],
        &["status"],
        &["verify"],
        &["backup", "../index.backup"],
        &["compact"],
    ] {
        check(&tree, &[arguments, &["--root", "."]].concat(), 3, 301, "INDEX_MISSING");
    }
    check(&tree, &["index", "no/such/folder"], 3, 300, "IO");
    assert_eq!(listing(&tree.root()).iter().filter(|(path, _)| path.ends_with(".pampax")).count(), 0);
    tree.run(&["index"]).expect_success();
    check(&tree, &["search", "--queries", "no-such-file"], 3, 300, "IO");
    check(&tree, &["restore", "no-such-file"], 3, 300, "IO");
    check(&tree, &["verify", "no-such-file"], 3, 300, "IO");
}

#[test]
fn a_damaged_catalog_is_three_and_is_kept() {
    let tree = Tree::indexed();
    tree.write(
        ".pampax/catalog.sqlite",
        "this is no database, and it is longer than one header of a hundred bytes, to be sure of that",
    );
    check(&tree, &["search", "login"], 3, 303, "INDEX_DAMAGED");
    check(&tree, &["index"], 3, 303, "INDEX_DAMAGED");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_three() {
    let tree = Tree::indexed();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = Ran::of(tree.command(&["search", "login"]).stdout(full).output().unwrap());
    assert_eq!((ran.status, ran.error().0), (Some(3), 300));
}

#[test]
fn a_time_that_is_over_is_five() {
    let tree = Tree::new();
    check(&tree, &["index", "--timeout-ms", "0"], 5, 500, "DEADLINE_EXCEEDED");
    tree.run(&["index"]).expect_success();
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let tree = Tree::new();
    // More than a pipe holds, so that writing meets the closed end.
    tree.write("long.txt", "a line of text that is long enough\n".repeat(20_000));
    tree.run(&["index"]).expect_success();
    for arguments in [
        &["show", "long.txt"][..],
        &["--text", "show", "long.txt"],
        &["search", "login"],
        &["--help"],
        &["completions", "zsh"],
    ] {
        let mut command = tree.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}: {ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_is_130_and_leaves_a_good_index() {
    let tree = Tree::new();
    for number in 0..500 {
        let function =
            |part: usize| format!("pub fn f_{number}_{part}(value: u32) -> u32 {{\n    value + {part}\n}}\n\n");
        tree.write(&format!("many/file_{number}.rs"), (0..40).map(function).collect::<String>());
    }
    let mut command = tree.command(&["index"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program handles interrupts before it makes its folder.
    while !tree.root().join(".pampax").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the program ended before it could be interrupted");
        std::thread::yield_now();
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.status, ran.error()), (Some(130), (501, "CANCELLED".to_owned())));
    tree.run(&["index"]).expect_success();
    let found = paths(&tree.run(&["search", "f_499_39", "--limit", "1"]).expect_success().json());
    assert_eq!(found, ["many/file_499.rs"]);
}
