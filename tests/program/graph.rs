//! The code graph: who calls what, in a list, as JSON, and as drawings.

use crate::program::Tree;
use serde_json::Value;

/// `handle` calls `check`, `check` calls `verify`, `verify` calls `hash` and itself.
const FILES: &[(&str, &str)] = &[
    ("web/handle.py", "from auth.check import check\n\n\ndef handle(request):\n    return check(request)\n"),
    ("auth/check.py", "from auth.verify import verify\n\n\ndef check(request):\n    return verify(request, 3)\n"),
    (
        "auth/verify.py",
        "def verify(request, attempts):\n    if attempts == 0:\n        return False\n    \
         return hash(request) or verify(request, attempts - 1)\n\n\ndef hash(request):\n    return request\n",
    ),
    ("tests/test_check.py", "from auth.check import check\n\n\ndef test_check():\n    assert not check(None)\n"),
    ("Speaker.kt", "class Speaker {\n    fun `says \"hi\"`() {\n        greet()\n    }\n}\n\nfun greet() {}\n"),
];

fn tree() -> Tree {
    let tree = Tree::new();
    for (path, text) in FILES {
        tree.write(path, text);
    }
    tree.run(&["index"]).expect_success();
    tree
}

/// The names at the two ends of each edge, and its kind between them.
fn edges(document: &Value) -> Vec<String> {
    let name = |end: &Value| {
        let node = &document["nodes"][end.as_u64().expect("an end is a position") as usize];
        node["symbol"].as_str().or(node["path"].as_str()).expect("a node has a path").to_owned()
    };
    let text = |edge: &Value| {
        format!("{} {} {}", name(&edge["from"]), edge["kind"].as_str().expect("an edge has a kind"), name(&edge["to"]))
    };
    document["edges"].as_array().expect("edges are a list").iter().map(text).collect()
}

#[track_caller]
fn check(tree: &Tree, arguments: &[&str], expected: &[&str]) {
    let mut found = edges(&tree.run(arguments).expect_success().json());
    found.sort();
    assert_eq!(found, expected, "{arguments:?}");
}

#[test]
fn callers_are_not_callees() {
    let tree = tree();
    check(&tree, &["callers", "check"], &["handle call check", "test_check call check"]);
    check(&tree, &["callees", "check"], &["check call verify"]);
    check(&tree, &["callees", "handle"], &["handle call check"]);
    check(&tree, &["callers", "handle"], &[]);
}

#[test]
fn a_walk_ends_at_its_depth() {
    let tree = tree();
    let first = "handle call check";
    check(&tree, &["callees", "handle", "--depth", "1"], &[first]);
    check(&tree, &["callees", "handle", "--depth", "2"], &["check call verify", first]);
    let all = ["check call verify", first, "verify call hash", "verify call verify"];
    check(&tree, &["callees", "handle", "--depth", "3"], &all);
    check(&tree, &["callees", "handle", "--depth", "10"], &all);
}

#[test]
fn edges_are_chosen_by_direction_kind_confidence_file_and_number() {
    let tree = tree();
    let both = ["graph", "check", "--direction", "both", "--kind", "call"];
    check(&tree, &both, &["check call verify", "handle call check", "test_check call check"]);
    check(&tree, &["graph", "check", "--direction", "in", "--kind", "inherit,implement"], &[]);
    check(
        &tree,
        &["graph", "check", "hash", "--direction", "in", "--kind", "call", "--role", "test"],
        &["test_check call check"],
    );
    check(&tree, &["callers", "check", "--exclude", "tests/**"], &["handle call check"]);
    check(&tree, &["callers", "check", "--min-confidence", "1"], &[]);
    let cut = tree.run(&["callers", "check", "--limit", "1"]).expect_success().json();
    assert_eq!((edges(&cut).len(), &cut["dropped"]), (1, &serde_json::json!([{"reason": "limit", "count": 1}])));
}

#[test]
fn imports_mentions_and_tests_are_found() {
    let tree = tree();
    let imports = [
        "auth/check.py import auth/verify.py",
        "tests/test_check.py import auth/check.py",
        "web/handle.py import auth/check.py",
    ];
    check(&tree, &["imports", "auth/check.py"], &imports);
    let absolute = tree.root().join("auth/check.py");
    check(&tree, &["imports", absolute.to_str().unwrap()], &imports);
    check(&tree, &["tests", "check"], &["test_check test-of check"]);
    let mentions = edges(&tree.run(&["references", "check"]).expect_success().json());
    assert!(mentions.contains(&"handle call check".to_owned()), "{mentions:?}");
}

#[test]
fn a_way_is_found_or_is_null() {
    let tree = tree();
    let way = tree.run(&["path", "handle", "hash"]).expect_success().json();
    assert_eq!(edges(&way), ["handle call check", "check call verify", "verify call hash"]);
    for none in [
        &["path", "hash", "handle"][..],
        &["path", "handle", "hash", "--depth", "2"],
        &["path", "handle", "hash", "--exclude", "auth/verify.py"],
    ] {
        assert_eq!(tree.run(none).expect_success().stdout, "null\n", "{none:?}");
    }
    let back = tree.run(&["path", "hash", "handle", "--direction", "in"]).expect_success().json();
    assert_eq!(edges(&back).len(), 3);
}

#[test]
fn a_name_that_is_not_there_is_two_and_brings_the_nearest() {
    let tree = tree();
    for arguments in
        [&["callers", "verifi"][..], &["tests", "verifi"], &["path", "handle", "verifi"], &["graph", "check", "verifi"]]
    {
        let ran = tree.run(arguments);
        assert_eq!((ran.status, ran.error()), (Some(2), (201, "INVALID_ARGUMENT".to_owned())), "{arguments:?}");
        assert!(ran.stderr.contains("similar names: verify"), "{ran:?}");
    }
}

#[test]
fn bounds_that_cannot_be_used_are_two() {
    let tree = tree();
    for arguments in [
        &["callers"][..],
        &["callers", "check", "--depth", "0"],
        &["callers", "check", "--depth", "11"],
        &["callers", "check", "--limit", "0"],
        &["callers", "check", "--min-confidence", "1.5"],
        &["callers", "check", "--min-confidence", "NaN"],
        &["callers", "check", "--include", "[unclosed"],
        &["search", "check", "--min-confidence", "1.5"],
        &["search", "check", "--min-confidence", "NaN"],
        &["assemble", "check", "--min-confidence", "-0.1"],
        &["path", "check"],
        &["path", "check", "hash", "--depth", "11"],
        &["graph"],
        &["graph", "check", "--direction", "up"],
        &["graph", "check", "--kind", "nonsense"],
        &["graph", "check", "--format", "svg"],
    ] {
        let ran = tree.run(arguments);
        assert_eq!((ran.status, ran.error().0), (Some(2), 201), "{arguments:?}");
    }
    let late = tree.run(&["callers", "check", "--timeout-ms", "0"]);
    assert_eq!((late.status, late.error().0), (Some(5), 500));
}

#[test]
fn drawings_keep_names_in_their_quotes() {
    let tree = tree();
    let draw = |format: &str| {
        tree.run(&["graph", "Speaker", "greet", "--direction", "in", "--format", format]).expect_success().stdout
    };
    assert!(draw("dot").contains("[label=\"Speaker.says \\\"hi\\\"\\nSpeaker.kt:2\"];\n"), "{}", draw("dot"));
    assert!(draw("mermaid").contains("[\"Speaker.says #34;hi#34;<br>Speaker.kt:2\"]\n"), "{}", draw("mermaid"));
    for format in ["dot", "mermaid", "json"] {
        assert_eq!(draw(format), draw(format));
    }
}

/// The list, and what is said beside it.
fn text(tree: &Tree, arguments: &[&str]) -> (String, String) {
    let ran = tree.run(&[&["--text"], arguments].concat());
    assert_eq!(ran.status, Some(0), "{ran:?}");
    (ran.stdout, ran.stderr)
}

#[test]
fn people_read_edges_below_the_definitions_they_lead_from() {
    let tree = tree();
    let (list, talk) = text(&tree, &["callees", "handle", "--depth", "3"]);
    let expected = "\
web/handle.py:4-5  function handle
  → auth/check.py:4  check  (call, import-resolved, 0.90)
auth/check.py:4-5  function check
  → auth/verify.py:1  verify  (call, import-resolved, 0.90)
auth/verify.py:1-4  function verify
  ↻ auth/verify.py:4  verify  (call, same-file, 0.95)
  → auth/verify.py:7  hash  (call, same-file, 0.95)
";
    assert_eq!((list.as_str(), talk.as_str()), (expected, "4 edges, generation 1\n"));
    let (list, _) = text(&tree, &["graph", "check", "--direction", "both", "--kind", "call", "--exclude", "tests/**"]);
    let expected = "\
auth/check.py:4-5  function check
  → auth/verify.py:1  verify  (call, import-resolved, 0.90)
  ← web/handle.py:5  handle  (call, import-resolved, 0.90)
";
    assert_eq!(list, expected);
    let (same, _) = text(
        &tree,
        &["graph", "check", "--format", "text", "--direction", "both", "--kind", "call", "--exclude", "tests/**"],
    );
    assert_eq!(same, expected);
}

#[test]
fn people_read_what_is_not_among_the_edges() {
    let tree = Tree::new();
    let caller = |number: usize| format!("def caller_{number}():\n    log()\n    missing()\n\n\n");
    let callers: String = (0..60).map(caller).collect();
    tree.write("log.py", format!("def log():\n    pass\n\n\n{callers}"));
    tree.write("other.py", "def log():\n    pass\n");
    tree.run(&["index"]).expect_success();
    let (list, talk) = text(&tree, &["callers", "log", "--limit", "10"]);
    assert!(
        list.starts_with("2 definitions of that name; the walk starts from all of them\nlog.py:1-2  function log\n"),
        "{list}"
    );
    assert!(
        list.ends_with("hub: log has 60 edges in, damped and not followed further\nleft out: 50 limit\n"),
        "{list}"
    );
    assert_eq!(talk, "10 edges, generation 1\n");
    let (list, _) = text(&tree, &["callees", "caller_1"]);
    assert!(list.ends_with("unresolved: 1 (missing in line 12)\n"), "{list}");
}

#[test]
fn people_read_a_way_edge_by_edge() {
    let tree = tree();
    let (way, _) = text(&tree, &["path", "handle", "verify"]);
    let expected = "\
web/handle.py:4-5  function handle
  → auth/check.py:4  check  (call, import-resolved, 0.90)
  → auth/verify.py:1  verify  (call, import-resolved, 0.90)
2 edges, confidence 0.81
";
    assert_eq!(way, expected);
    let (way, talk) = text(&tree, &["path", "verify", "handle"]);
    assert_eq!((way.as_str(), talk.starts_with("no way leads from `verify` to `handle`; ")), ("", true), "{talk}");
}
