//! `pampax backup`, `restore`, `verify` and `compact`, and what is left when they are killed.

use crate::program::{Ran, Tree, listing};
use std::process::Stdio;

const FILE: &str = "../index.backup";

/// The hits of a question, whatever the number of the state.
fn hits(tree: &Tree, question: &str) -> serde_json::Value {
    tree.run(&["search", question]).expect_success().json()["hits"].clone()
}

#[test]
fn a_backup_is_verified_and_restored() {
    let tree = Tree::indexed();
    let expected = hits(&tree, "login");
    let backup = tree.run(&["backup", FILE]).expect_success().json();
    assert_eq!((backup["files"].as_u64(), backup["generation"].as_u64()), (Some(5), Some(1)));
    let verified = tree.run(&["verify", FILE]).expect_success().json();
    assert_eq!(
        (verified["is_sound"].as_bool(), verified["backup"]["hash"].clone()),
        (Some(true), backup["hash"].clone())
    );
    let refused = tree.run(&["backup", FILE]);
    assert_eq!((refused.status, refused.error().0), (Some(2), 201));
    assert!(refused.stderr.contains("is there already; --force replaces it"), "{refused:?}");
    tree.run(&["backup", FILE, "--force"]).expect_success();
    tree.write(".pampax/catalog.sqlite", "x".repeat(9_000));
    let damaged = tree.run(&["verify"]);
    assert_eq!((damaged.status, damaged.json()["is_sound"].as_bool()), (Some(3), Some(false)), "{damaged:?}");
    tree.run(&["restore", FILE]).expect_success();
    assert_eq!(hits(&tree, "login"), expected);
    tree.run(&["verify"]).expect_success();
}

#[test]
fn a_damaged_backup_is_refused() {
    let tree = Tree::indexed();
    let expected = hits(&tree, "login");
    tree.run(&["backup", "copy.backup"]).expect_success();
    let (_, mut bytes) = listing(&tree.root()).into_iter().find(|(path, _)| path.ends_with("copy.backup")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    tree.write("copy.backup", bytes);
    let verified = tree.run(&["verify", "copy.backup"]);
    assert_eq!((verified.status, verified.json()["problems"][0]["code"].as_str()), (Some(3), Some("BACKUP_DAMAGED")));
    let refused = tree.run(&["restore", "copy.backup"]);
    assert_eq!((refused.status, refused.error()), (Some(3), (303, "INDEX_DAMAGED".to_owned())));
    assert_eq!(hits(&tree, "login"), expected);
}

#[test]
fn a_damaged_index_does_not_replace_its_backup() {
    let tree = Tree::indexed();
    tree.run(&["backup", FILE]).expect_success();
    let path = tree.root().join(".pampax/catalog.sqlite");
    let (_, mut bytes) = listing(&tree.root()).into_iter().find(|(file, _)| *file == path).unwrap();
    let end = bytes.len().min(23 * 4096);
    bytes[3 * 4096..end].iter_mut().for_each(|byte| *byte ^= 0x55);
    tree.write(".pampax/catalog.sqlite", bytes);
    let refused = tree.run(&["backup", FILE, "--force"]);
    assert_eq!((refused.status, refused.error()), (Some(3), (303, "INDEX_DAMAGED".to_owned())));
    assert_eq!(tree.beside("").read_dir().unwrap().count(), 2, "the tree and its backup");
    tree.run(&["verify", FILE]).expect_success();
}

#[test]
fn what_is_no_backup_of_this_tree_is_refused() {
    let (tree, other) = (Tree::indexed(), Tree::indexed());
    let refused = tree.run(&["restore", "settings.toml"]);
    assert_eq!((refused.status, refused.error()), (Some(2), (201, "INVALID_ARGUMENT".to_owned())));
    assert!(refused.stderr.contains("settings.toml is no backup of an index"), "{refused:?}");
    other.run(&["backup", FILE]).expect_success();
    let file = other.beside("index.backup");
    let file = file.to_str().unwrap();
    let refused = tree.run(&["restore", file]);
    assert_eq!((refused.status, refused.error()), (Some(2), (201, "INVALID_ARGUMENT".to_owned())));
    assert!(refused.stderr.contains("; --force restores it all the same"), "{refused:?}");
    tree.run(&["restore", file, "--force"]).expect_success();
    tree.run(&["verify"]).expect_success();
}

#[test]
fn a_receipt_is_still_a_receipt() {
    let tree = Tree::indexed();
    let bundle = tree.run(&["assemble", "login"]).expect_success().stdout;
    let verified = tree.run_with_input(&["verify", "-"], bundle.as_bytes()).expect_success().json();
    assert_eq!(verified["is_unchanged"], true);
}

#[test]
fn compacting_changes_no_answer() {
    let tree = Tree::indexed();
    for round in 0..3 {
        tree.write("src/more.rs", format!("fn more_{round}() {{}}\n").repeat(300));
        tree.run(&["index"]).expect_success();
    }
    let expected = tree.run(&["search", "more login"]).expect_success().stdout;
    let report = tree.run(&["compact"]).expect_success().json();
    assert_eq!(report["after"]["text_segments"], 1);
    assert_eq!(tree.run(&["search", "more login"]).expect_success().stdout, expected);
    tree.run(&["verify"]).expect_success();
}

/// Runs a command and kills it once it has written for a while; each try waits for more of it.
#[cfg(unix)]
fn kill_while(tree: &Tree, arguments: &[&str], sign: &dyn Fn(&Tree) -> bool, turns: u32) -> Ran {
    let mut child = tree.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it succeeds");
    while !sign(tree) && child.try_wait().expect("it succeeds").is_none() {
        std::thread::yield_now();
    }
    (0..turns).for_each(|_| std::thread::yield_now());
    // It may have ended already, which is a case too.
    drop(child.kill());
    Ran::of(child.wait_with_output().expect("it succeeds"))
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_the_index_is_the_old_one_or_the_new_one() {
    let tree = Tree::new();
    for number in 0..200 {
        tree.write(&format!("many/file_{number}.rs"), format!("fn before_{number}() {{}}\n").repeat(20));
    }
    tree.run(&["index"]).expect_success();
    tree.run(&["backup", FILE]).expect_success();
    for number in 0..200 {
        tree.write(&format!("many/file_{number}.rs"), format!("fn afterwards_{number}() {{}}\n").repeat(20));
    }
    tree.run(&["index"]).expect_success();
    let begun = |tree: &Tree| tree.root().join(".pampax/catalog.restored").exists();
    let mut outcomes = [0; 2];
    for turn in 0..12 {
        kill_while(&tree, &["restore", FILE], &begun, turn * turn * 200);
        let found = ["before_7", "afterwards_7"].map(|name| {
            let hits = hits(&tree, name);
            hits.as_array().unwrap().iter().any(|hit| hit["symbol"] == name)
        });
        assert!(found[0] != found[1], "turn {turn}: {found:?}");
        outcomes[usize::from(found[0])] += 1;
        tree.run(&["verify"]).expect_success();
        if found[0] {
            tree.run(&["index"]).expect_success();
        }
    }
    assert!(outcomes[0] > 0, "no restore was stopped before its end: {outcomes:?}");
    tree.run(&["restore", FILE]).expect_success();
    assert!(!begun(&tree));
}

#[cfg(unix)]
#[test]
fn a_backup_that_is_killed_is_not_there() {
    let tree = Tree::new();
    for number in 0..200 {
        tree.write(&format!("many/file_{number}.rs"), format!("fn function_{number}() {{}}\n").repeat(40));
    }
    tree.run(&["index"]).expect_success();
    let partial = |tree: &Tree| {
        let beside = tree.beside("").read_dir().unwrap();
        beside.filter_map(|entry| entry.unwrap().file_name().into_string().ok()).any(|name| name.ends_with(".partial"))
    };
    for turn in 0..6 {
        kill_while(&tree, &["backup", FILE, "--force"], &partial, turn * turn * 100);
        if tree.beside("index.backup").exists() {
            tree.run(&["verify", FILE]).expect_success();
        }
        tree.run(&["verify"]).expect_success();
    }
}

#[test]
fn a_backup_beside_a_writer_is_sound() {
    let tree = Tree::indexed();
    for number in 0..300 {
        tree.write(&format!("many/file_{number}.rs"), format!("fn function_{number}() {{}}\n").repeat(40));
    }
    let mut writer = tree.command(&["index"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut backups = 0;
    while writer.try_wait().unwrap().is_none() || backups == 0 {
        tree.run(&["backup", FILE, "--force"]).expect_success();
        assert_eq!(tree.run(&["verify", FILE]).expect_success().json()["is_sound"], true);
        backups += 1;
    }
    assert!(writer.wait().unwrap().success());
    tree.run(&["verify"]).expect_success();
}

#[test]
fn a_backup_never_takes_the_place_of_a_file_of_the_index() {
    let tree = Tree::indexed();
    for target in [".pampax/catalog.sqlite", ".pampax/lock", ".pampax/new.backup"] {
        let ran = tree.run(&["backup", "--force", target]);
        assert_eq!((ran.status, ran.error()), (Some(2), (201, "INVALID_ARGUMENT".to_owned())), "{target}");
    }
    tree.run(&["verify"]).expect_success();
}
