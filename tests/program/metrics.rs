//! What the program measures over many runs, and how it prints it.

use crate::program::Tree;
use serde_json::Value;

fn family<'a>(document: &'a Value, name: &str) -> &'a Value {
    let families = document["metrics"].as_array().expect("a list of metrics");
    families.iter().find(|family| family["name"] == name).unwrap_or_else(|| panic!("{name} in {document}"))
}

#[test]
fn measurements_of_many_runs_add_up_in_the_configured_file() {
    let tree = Tree::indexed();
    tree.write("pampax.toml", "[metrics]\nfile = \"../measured.json\"\n");
    for question in ["login", "retry", "zzzz"] {
        tree.run(&["search", question]).expect_success();
    }
    assert_eq!(tree.run(&["search", "x", "--limit", "0"]).status, Some(2));
    tree.run(&["assemble", "login"]).expect_success();
    let document = tree.run(&["metrics"]).expect_success().json();
    let latency = family(&document, "search_latency_ms")["series"][0]["histogram"].clone();
    // An assembly searches too.
    assert_eq!(latency["count"], 4, "{latency}");
    assert!(latency["p95"].as_f64().unwrap() > 0.0, "{latency}");
    assert_eq!(family(&document, "zero_results_total")["series"][0]["counter"], 1);
    let errors = &family(&document, "errors_total")["series"][0];
    assert_eq!((&errors["labels"]["code"], &errors["counter"]), (&Value::from("INVALID_ARGUMENT"), &Value::from(1)));
    assert_eq!(family(&document, "index_files")["series"][0]["gauge"], 5.0);
    let again = tree.run(&["metrics"]).expect_success().json();
    assert_eq!(family(&again, "search_latency_ms"), family(&document, "search_latency_ms"));
}

#[test]
fn prometheus_and_line_protocol_are_printed_as_they_are() {
    let tree = Tree::indexed();
    let prometheus = tree.run(&["metrics", "--format", "prometheus"]).expect_success().stdout;
    assert!(prometheus.contains("# TYPE pampax_index_files gauge\npampax_index_files 5\n"), "{prometheus}");
    let line = tree.run(&["metrics", "--format", "line"]).expect_success().stdout;
    assert!(line.lines().any(|line| line.starts_with("pampax_index_files")), "{line}");
}

#[test]
fn without_an_index_and_without_a_file_nothing_was_measured() {
    let tree = Tree::new();
    let document = tree.run(&["metrics"]).expect_success().json();
    assert_eq!(document["metrics"], Value::Array(Vec::new()));
}

#[test]
fn a_file_that_holds_something_else_is_left_alone_and_told_of() {
    let tree = Tree::indexed();
    tree.write("pampax.toml", "[metrics]\nfile = \"measured.json\"\n");
    tree.write("measured.json", "not measurements");
    let ran = tree.run(&["search", "login"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.stderr.starts_with(r#"{"warning":{"code":201"#), "{ran:?}");
    assert_eq!(tree.run(&["show", "measured.json"]).status, Some(2));
    assert_eq!(tree.run(&["metrics"]).status, Some(2));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test runs the program many times at once")]
fn several_processes_may_measure_at_once() {
    let tree = Tree::indexed();
    tree.write("pampax.toml", "[metrics]\nfile = \"../measured.json\"\n");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| tree.run(&["search", "login"]).expect_success());
        }
    });
    let document = tree.run(&["metrics"]).expect_success().json();
    assert_eq!(family(&document, "search_latency_ms")["series"][0]["histogram"]["count"], 8);
}
