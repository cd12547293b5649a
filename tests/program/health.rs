//! `pampax health` and `pampax doctor`: a status for every cause, nothing changed by looking, and what can be mended mended.

use crate::program::{Ran, Tree, listing, paths};
use serde_json::Value;

/// The document of a command that ended with `status` and had nothing to say beside it.
#[track_caller]
fn document(ran: &Ran, status: i32) -> Value {
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(status), ""), "{ran:?}");
    ran.json()
}

fn codes(document: &Value, list: &str) -> Vec<String> {
    let conditions = document[list].as_array().unwrap_or_else(|| panic!("no {list}: {document}"));
    conditions.iter().map(|condition| condition["code"].as_str().expect("it is there").to_owned()).collect()
}

/// `health` and `doctor` name these conditions and end with this status, and change nothing.
#[track_caller]
fn check(tree: &Tree, status: i32, expected: &[&str]) {
    let before = listing(&tree.root());
    for (arguments, list) in
        [(&["health"][..], "conditions"), (&["health", "--deep"], "conditions"), (&["doctor"], "problems")]
    {
        let document = document(&tree.run(&[arguments, &["--root", "."]].concat()), status);
        assert_eq!(codes(&document, list), expected, "{arguments:?}: {document}");
        let word = match (status, expected.is_empty()) {
            (0, true) => "healthy",
            (0, false) => "degraded",
            _ => "unhealthy",
        };
        assert_eq!(document["status"], word);
        for condition in document[list].as_array().expect("it is there") {
            assert!(condition["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{condition}");
        }
    }
    assert!(before == listing(&tree.root()), "looking changed something");
}

#[expect(clippy::disallowed_methods, reason = "a test damages its own files")]
fn remove(tree: &Tree, path: &str) {
    let path = tree.root().join(path);
    if path.is_dir() {
        std::fs::remove_dir_all(path).expect("it succeeds");
    } else {
        std::fs::remove_file(path).expect("it succeeds");
    }
}

#[test]
fn each_state_has_its_code_and_its_status() {
    let tree = Tree::new();
    check(&tree, 3, &["CATALOG_MISSING"]);
    tree.run(&["index"]).expect_success();
    check(&tree, 0, &[]);
    tree.write("src/retry.py", "def retry():\n    return 'something else entirely'\n");
    check(&tree, 0, &["TREE_DRIFTED"]);
    tree.run(&["index"]).expect_success();
    remove(&tree, ".pampax/text");
    check(&tree, 0, &["TEXT_MISSING"]);
    tree.write(".pampax/text/meta.json", "{");
    check(&tree, 3, &["TEXT_DAMAGED"]);
    tree.write(".pampax/catalog.sqlite", "x".repeat(9_000));
    check(&tree, 3, &["CATALOG_DAMAGED"]);
}

#[test]
fn a_configuration_that_cannot_be_used_is_two() {
    let tree = Tree::indexed();
    tree.write("notes/more.txt", "this folder holds files of its own\n");
    let ran = tree.run(&["health", "--root", "no/such/folder"]);
    let document = document(&ran, 3);
    assert_eq!(codes(&document, "conditions"), ["STORE_UNREADABLE"]);
}

#[test]
fn a_component_without_time_is_timed_out() {
    let tree = Tree::indexed();
    let document = document(&tree.run(&["health", "--components", "catalog", "--timeout-ms", "0"]), 5);
    assert_eq!(codes(&document, "conditions"), ["TIMED_OUT"]);
}

#[test]
fn only_the_named_components_are_looked_at_and_measures_are_printed_on_request() {
    let tree = Tree::indexed();
    let plain = document(&tree.run(&["health", "--components", "disk,memory"]), 0);
    let names: Vec<&Value> = plain["components"].as_array().unwrap().iter().map(|one| &one["component"]).collect();
    assert_eq!(names, ["memory", "disk"]);
    assert!(plain["components"][1]["facts"].get("free_bytes").is_none(), "{plain}");
    let measured = document(&tree.run(&["health", "--components", "disk,memory", "--measures"]), 0);
    assert!(measured["components"][1]["facts"]["free_bytes"].is_u64(), "{measured}");
    assert!(measured["elapsed_ms"].is_u64());
}

#[test]
fn a_writer_in_another_process_is_named() {
    let tree = Tree::indexed();
    let held = std::fs::File::options().read(true).write(true).open(tree.root().join(".pampax/lock")).unwrap();
    held.lock().unwrap();
    let document = document(&tree.run(&["health"]), 0);
    assert_eq!(
        (codes(&document, "conditions"), &document["status"]),
        (vec!["LOCKED".to_owned()], &Value::from("healthy"))
    );
    let ran = tree.run(&["index"]);
    assert_eq!((ran.status, ran.error()), (Some(3), (302, "INDEX_LOCKED".to_owned())));
    let ran = tree.run(&["compact"]);
    assert_eq!((ran.status, ran.error()), (Some(3), (302, "INDEX_LOCKED".to_owned())));
}

#[test]
fn the_doctor_mends_what_loses_nothing() {
    let tree = Tree::indexed();
    tree.write(".pampax/text/meta.json", "{");
    tree.write("src/new_file.rs", "fn brand_new() {}\n");
    let mended = document(&tree.run(&["doctor", "--fix"]), 0);
    assert_eq!((mended["status"].as_str(), codes(&mended, "problems").len()), (Some("healthy"), 0), "{mended}");
    let repairs: Vec<&str> =
        mended["repairs"].as_array().unwrap().iter().map(|one| one["mend"].as_str().unwrap()).collect();
    assert_eq!(repairs, ["text", "update"]);
    let found = paths(&tree.run(&["search", "brand_new"]).expect_success().json());
    assert_eq!(found[0], "src/new_file.rs");
    assert_eq!(document(&tree.run(&["doctor", "--fix"]), 0)["repairs"], Value::from(Vec::<Value>::new()));
}

#[test]
fn damaged_postings_are_mended_by_the_doctor() {
    let tree = Tree::indexed();
    let expected = tree.run(&["search", "login"]).expect_success().stdout;
    for (path, mut bytes) in listing(&tree.root().join(".pampax/text")) {
        if path.extension().is_some_and(|kind| kind == "idx" || kind == "term") {
            let part = bytes.len() / 3;
            bytes[..part].iter_mut().for_each(|byte| *byte ^= 0x55);
            let below = path.strip_prefix(tree.root()).unwrap().to_str().unwrap().to_owned();
            tree.write(&below, bytes);
        }
    }
    let problems = document(&tree.run(&["doctor"]), 3);
    assert_eq!(codes(&problems, "problems"), ["TEXT_DAMAGED"]);
    assert_eq!(problems["problems"][0]["command"], "pampax doctor --fix");
    document(&tree.run(&["doctor", "--fix"]), 0);
    assert_eq!(tree.run(&["search", "login"]).expect_success().stdout, expected);
}

#[test]
fn commands_name_the_index_that_the_report_is_of() {
    let tree = Tree::new();
    tree.run(&["index", "--index-dir", "../an index"]).expect_success();
    tree.write("../an index/catalog.sqlite", "x".repeat(9_000));
    let document = document(&tree.run(&["doctor", "--index-dir", "../an index"]), 3);
    assert_eq!(document["problems"][0]["command"], "pampax restore FILE --index-dir '../an index'");
}

#[test]
fn the_doctor_never_touches_a_catalog_that_it_cannot_read() {
    let tree = Tree::indexed();
    tree.write(".pampax/catalog.sqlite", "x".repeat(9_000));
    let before = listing(&tree.root());
    let document = document(&tree.run(&["doctor", "--fix"]), 3);
    assert_eq!(codes(&document, "problems"), ["CATALOG_DAMAGED"]);
    assert_eq!(document["problems"][0]["command"], "pampax restore FILE");
    assert!(before == listing(&tree.root()));
}

#[test]
fn people_get_a_line_for_each_component_and_the_way_out() {
    let tree = Tree::new();
    let ran = tree.run(&["--text", "health", "--root", "."]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    assert!(ran.stdout.starts_with("unhealthy\nerror: CATALOG_MISSING: no index at "), "{ran:?}");
    assert!(ran.stdout.contains("\n  help: index the folder: `pampax index`\n"), "{ran:?}");
    assert!(ran.stdout.contains("\nlock           ok     nobody is writing\n"), "{ran:?}");
}
