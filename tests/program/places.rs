//! Where the index lives, and how a command finds it.

use crate::program::{Ran, Tree, listing, paths};

#[test]
fn an_index_elsewhere_leaves_the_tree_untouched() {
    let tree = Tree::new();
    let before = listing(&tree.root());
    let elsewhere = tree.beside("index");
    let place = ["--index-dir", elsewhere.to_str().unwrap()];
    let run = |arguments: &[&str]| tree.run(&[arguments, &place[..]].concat()).expect_success();
    run(&["index"]);
    assert_eq!(paths(&run(&["search", "verify password"]).json())[0], "src/auth/session.rs");
    for arguments in [&["assemble", "login"][..], &["symbols", "login"], &["status"], &["show", "settings.toml"]] {
        run(arguments);
    }
    assert_eq!(before, listing(&tree.root()));
    assert!(!listing(&elsewhere).is_empty());
}

#[test]
fn reading_changes_nothing() {
    let tree = Tree::indexed();
    let sources = |tree: &Tree| -> Vec<_> {
        listing(&tree.root()).into_iter().filter(|(path, _)| !path.ends_with("catalog.sqlite-shm")).collect()
    };
    tree.run(&["search", "login"]).expect_success();
    let before = sources(&tree);
    for arguments in [
        &["search", "retry"][..],
        &["assemble", "login"],
        &["symbols", "login"],
        &["graph", "login"],
        &["status"],
        &["why", "src"],
        &["health"],
        &["doctor"],
        &["verify"],
    ] {
        tree.run(arguments).expect_success();
    }
    assert!(before == sources(&tree), "a reading command wrote");
}

#[test]
fn the_nearest_parent_with_an_index_is_read() {
    let tree = Tree::indexed();
    let at_root = tree.run(&["search", "login"]).expect_success();
    let below = tree.command(&["search", "login"]).current_dir(tree.root().join("src/auth")).output();
    assert_eq!(at_root.stdout, Ran::of(below.unwrap()).expect_success().stdout);
}

#[test]
fn an_index_within_an_index_is_told_of() {
    let tree = Tree::indexed();
    let run = |folder: &str| Ran::of(tree.command(&["index"]).current_dir(tree.root().join(folder)).output().unwrap());
    let second = run("src");
    assert_eq!(second.status, Some(0));
    assert!(second.stderr.contains("which has an index"), "{second:?}");
    run("src").expect_success();
    run(".").expect_success();
}

#[test]
fn what_mends_an_index_is_told_for_the_folder_it_is_asked_from() {
    let tree = Tree::new();
    let below = tree.command(&["health", "--root", ".."]).current_dir(tree.root().join("src")).output();
    let root = tree.root().canonicalize().unwrap();
    let ran = Ran::of(below.unwrap());
    let command = ran.json()["conditions"][0]["command"].as_str().unwrap().to_owned();
    assert!(command.starts_with("pampax index ") && command != "pampax index", "{command} in {}", root.display());
    assert_eq!(tree.run(&["health"]).json()["conditions"][0]["command"], "pampax index");
}

#[test]
fn a_root_is_named_from_anywhere() {
    let tree = Tree::new();
    let root = tree.root();
    let root = root.to_str().unwrap();
    let elsewhere = |arguments: &[&str]| {
        let output = tree.command(arguments).current_dir(std::env::temp_dir()).output();
        Ran::of(output.unwrap()).expect_success()
    };
    elsewhere(&["index", root]);
    assert_eq!(elsewhere(&["search", "login", "--root", root]).stdout, tree.run(&["search", "login"]).stdout);
}

#[test]
fn the_own_index_is_never_indexed() {
    let tree = Tree::indexed();
    tree.run(&["index"]).expect_success();
    let found = paths(&tree.run(&["search", "pampax catalog gitignore", "--limit", "100"]).expect_success().json());
    assert!(!found.iter().any(|path| path.starts_with(".pampax")), "{found:?}");
}

#[test]
fn what_is_excluded_is_not_found() {
    let tree = Tree::new();
    tree.run(&["index", "--exclude", "*.py", "--threads", "1"]).expect_success();
    let found = paths(&tree.run(&["search", "retry_with_backoff"]).expect_success().json());
    assert!(!found.iter().any(|path| path.ends_with(".py")), "{found:?}");
}
