//! References that another program found are taken over.

use crate::program::Tree;
use std::path::PathBuf;

/// One field of a message: its number and its bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len();
    [&[number << 3 | 2, (length & 0x7f) as u8 | 0x80, (length >> 7) as u8], bytes].concat()
}

/// One place: line and columns from 0, symbol, roles.
fn place([line, start, end]: [u8; 3], symbol: &str, roles: u8) -> Vec<u8> {
    field(2, &[field(1, &[line, start, end]), field(2, symbol.as_bytes()), vec![3 << 3, roles]].concat())
}

/// What an indexer says of the tree, with paths that begin with `prefix`.
fn index(prefix: &str) -> Vec<u8> {
    let retry = "scip-python python tree 1 retry/retry_with_backoff().";
    let document = |path: &str, places: &[Vec<u8>]| {
        field(2, &[field(1, format!("{prefix}{path}").as_bytes()), places.concat()].concat())
    };
    let definition = document("retry.py", &[place([3, 4, 22], retry, 1)]);
    let uses = [place([0, 18, 36], retry, 2), place([4, 11, 29], retry, 0), place([4, 30, 33], "local 1", 0)];
    [field(1, b""), definition, document("../tests/test_retry.py", &uses[..0]), document("test.py", &uses)].concat()
}

fn tree() -> Tree {
    let tree = Tree::new();
    tree.write("src/test.py", TEST_PY);
    tree.run(&["index"]).expect_success();
    tree
}

const TEST_PY: &str =
    "from retry import retry_with_backoff\n\n\ndef test():\n    assert retry_with_backoff(int) == 0\n";

fn write(tree: &Tree, bytes: &[u8]) -> PathBuf {
    tree.write("index.scip", bytes);
    tree.root().join("index.scip")
}

#[test]
fn an_import_tells_what_it_took_over() {
    let tree = tree();
    write(&tree, &index("src/"));
    let document = tree.run(&["import-scip", "index.scip"]).expect_success().json();
    let expected = serde_json::json!({
        "generation": 2, "documents": 2, "documents_unknown": 1, "unknown": ["src/../tests/test_retry.py"],
        "definitions": 1, "references": 2, "skipped": {"local": 1},
    });
    assert_eq!(document, expected);
    assert_eq!(tree.run(&["status"]).expect_success().json()["generation"], 2);
}

#[test]
fn paths_may_begin_in_a_folder_below_the_root() {
    let tree = tree();
    let file = write(&tree, &index(""));
    let file = file.to_str().unwrap();
    let elsewhere = tree.run(&["import-scip", file]).expect_success().json();
    assert_eq!((&elsewhere["documents"], &elsewhere["documents_unknown"]), (&0.into(), &3.into()));
    let below = tree.root().join("src");
    for folder in ["src", "./src/", below.to_str().unwrap()] {
        let document = tree.run(&["import-scip", file, "--under", folder]).expect_success().json();
        assert_eq!((&document["documents"], &document["references"]), (&2.into(), &2.into()), "{folder}");
    }
}

#[test]
fn people_read_text() {
    let tree = tree();
    write(&tree, &index("src/"));
    let text = tree.run(&["--text", "import-scip", "index.scip"]).expect_success().stdout;
    let expected = "2 references in 2 files, generation 2\n1 definition\nleft out: 1 local\n\
        files that are not indexed: 1 (src/../tests/test_retry.py)\n";
    assert_eq!(text, expected);
}

#[test]
fn an_import_that_cannot_be_leaves_the_index_as_it_is() {
    let tree = tree();
    write(&tree, &index("src/")[..60]);
    tree.write("text.scip", "not an index");
    for (arguments, status, code) in [
        (&["import-scip", "index.scip"][..], 2, 201),
        (&["import-scip", "text.scip"], 2, 201),
        (&["import-scip"], 2, 201),
        (&["import-scip", "index.scip", "--under", "../.."], 2, 201),
        (&["import-scip", "no-such-file"], 3, 300),
        (&["import-scip", "src"], 3, 300),
    ] {
        let ran = tree.run(arguments);
        assert_eq!((ran.status, ran.error().0), (Some(status), code), "{arguments:?}: {ran:?}");
    }
    write(&tree, &index("src/"));
    let late = tree.run(&["import-scip", "index.scip", "--timeout-ms", "0"]);
    assert_eq!((late.status, late.error().0), (Some(5), 500));
    assert_eq!(tree.run(&["status"]).expect_success().json()["generation"], 1);
    let missing = Tree::new();
    missing.write("index.scip", index("src/"));
    let ran = missing.run(&["import-scip", "index.scip", "--root", "."]);
    assert_eq!((ran.status, ran.error().0), (Some(3), 301));
    assert!(!missing.root().join(".pampax").exists());
}

/// Makes the catalog say that it is of the first version.
#[expect(clippy::disallowed_methods, reason = "a test changes its own files")]
fn age(tree: &Tree) {
    let path = tree.root().join(".pampax/catalog.sqlite");
    let mut bytes = std::fs::read(&path).expect("the index has a catalog");
    bytes[60..64].copy_from_slice(&1u32.to_be_bytes());
    std::fs::write(&path, bytes).expect("the catalog can be written");
}

#[test]
fn an_index_of_an_older_version_says_what_to_do() {
    let tree = tree();
    age(&tree);
    let ran = tree.run(&["status"]);
    assert_eq!((ran.status, ran.error()), (Some(3), (304, "INDEX_VERSION".to_owned())));
    assert!(ran.stderr.contains("run `pampax index` on the folder if the index is older"), "{ran:?}");
}
