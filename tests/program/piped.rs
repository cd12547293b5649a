//! In a pipe, standard output is strict JSON and nothing else, and the same every time.

use crate::program::{Tree, paths};

/// Every command that prints a document.
const COMMANDS: &[&[&str]] = &[
    &["index"],
    &["search", "login"],
    &["search", "retry", "--limit", "3", "--lang", "python", "--role", "code,test", "--kind", "function"],
    &["search", "login", "--include", "src/**", "--exclude", "**/*.py"],
    &["search", "login", "--min-confidence", "0.2"],
    &["search", "login", "--min-confidence", "1"],
    &["search", "zzzz qqqq"],
    &["assemble", "retry with backoff"],
    &["assemble", "retry with backoff", "--min-confidence", "1"],
    &["assemble", "retry with backoff", "--format", "json", "--budget", "200", "--tokenizer", "cl100k_base"],
    &["expand", "src/retry.py:4", "settings.toml", "no/such/file"],
    &["expand", "src/retry.py", "--level", "full", "--budget", "100"],
    &["symbols", "login"],
    &["symbols", "no_such_name"],
    &["callers", "verify_password"],
    &["callees", "Session::login", "--depth", "2"],
    &["references", "retry_with_backoff", "--role", "test", "--min-confidence", "0", "--limit", "3"],
    &["imports", "src/retry.py", "--lang", "python"],
    &["tests", "retry_with_backoff"],
    &["path", "test_retry", "retry_with_backoff"],
    &["graph", "Session", "src/retry.py:8", "--direction", "both", "--kind", "call", "--kind", "reference,import"],
    &["graph", "login", "--format", "json"],
    &["show", "src/retry.py"],
    &["show", "src/retry.py:4-6"],
    &["status"],
    &["why", "src/retry.py"],
    &["why", "no/such/file"],
    &["explain", "how does login work"],
    &["explain", "login", "--missing", "src/retry.py", "--limit", "1", "--lang", "rust"],
    &["health"],
    &["health", "--deep", "--components", "catalog,text,lock"],
    &["doctor"],
    &["verify"],
    &["backup", "../index.backup", "--force"],
    &["verify", "../index.backup"],
    &["languages"],
    &["config", "show", "--origin"],
    &["config", "validate"],
    &["config", "schema"],
    &["cache", "stats"],
    &["--deterministic", "metrics"],
];

#[test]
fn every_command_prints_one_document_twice_the_same() {
    let tree = Tree::indexed();
    for arguments in COMMANDS {
        let first = tree.run(arguments).expect_success();
        let second = tree.run(arguments).expect_success();
        assert!(first.json().is_object(), "{first:?}");
        assert_eq!(first.stdout, second.stdout, "{arguments:?}");
        let asked_for = tree.run(&[&["--json"], *arguments].concat()).expect_success();
        assert_eq!(first.stdout, asked_for.stdout, "{arguments:?}");
    }
}

#[test]
fn a_search_has_the_fields_that_scripts_rely_on() {
    let tree = Tree::indexed();
    let document = tree.run(&["search", "verify password"]).expect_success().json();
    let hit = &document["hits"][0];
    assert_eq!(hit["path"], "src/auth/session.rs");
    let start = hit["start_line"].as_u64().unwrap();
    assert!(start >= 1 && hit["end_line"].as_u64().unwrap() >= start);
    assert!(hit["score"].is_number());
    assert!(document["degraded"].is_array() && document["generation"].is_u64());
}

#[test]
fn filters_restrict_and_a_limit_limits() {
    let tree = Tree::indexed();
    let search = |more: &[&str]| paths(&tree.run(&[&["search", "retry login"], more].concat()).expect_success().json());
    assert_eq!(search(&["--limit", "1"]).len(), 1);
    assert!(search(&["--lang", "markdown"]).iter().all(|path| path == "docs/guide.md"));
    assert!(search(&["--role", "test"]).iter().all(|path| path == "tests/test_retry.py"));
    assert!(!search(&["--exclude", "src/**"]).iter().any(|path| path.starts_with("src/")));
    assert!(search(&["--include", "src/**"]).iter().all(|path| path.starts_with("src/")));
}

#[test]
fn an_assembly_has_the_fields_that_scripts_rely_on() {
    let tree = Tree::indexed();
    let document = tree.run(&["assemble", "retry with backoff", "--budget", "300"]).expect_success().json();
    assert!(document["text"].as_str().unwrap().contains("retry_with_backoff"));
    assert!(document["tokens"].as_u64().unwrap() <= 300);
    assert_eq!(document["budget"], 300);
    assert!(document["items"].as_array().is_some_and(|items| !items.is_empty()));
    assert!(document["stop"]["reason"].is_string());
}

#[test]
fn a_trace_on_standard_input_leads_to_its_definition() {
    let tree = Tree::indexed();
    let trace = "Traceback (most recent call last):\n  File \"/app/src/retry.py\", line 8, in retry_with_backoff\n";
    let document = tree.run_with_input(&["explain", "-"], trace.as_bytes()).expect_success().json();
    assert_eq!(document["intent"], "incident");
    let place = &document["places"][0];
    assert_eq!((place["path"].as_str(), place["line"].as_u64()), (Some("src/retry.py"), Some(8)));
    assert_eq!(place["symbol"], "retry_with_backoff");
}

#[test]
fn a_missing_file_is_explained_and_its_remedy_helps() {
    let tree = Tree::indexed();
    let explain =
        |more: &[&str]| tree.run(&[&["explain", "login", "--missing"], more].concat()).expect_success().json();
    assert_eq!(explain(&["src/auth/session.rs"])["verdict"], "returned");
    assert_eq!(explain(&["src/retry.py"])["verdict"], "not_matched");
    let filtered = explain(&["src/auth/session.rs", "--lang", "python"]);
    assert_eq!(filtered["remedy"], "add rust to the filter languages=python");
    let absolute = tree.root().join("docs/guide.md");
    let below = explain(&[absolute.to_str().unwrap(), "--limit", "1"]);
    assert_eq!((below["verdict"].as_str(), below["path"].as_str()), (Some("below_cut_off"), Some("docs/guide.md")));
    let limit = below["remedy"].as_str().unwrap().rsplit(' ').next().unwrap();
    let hits = paths(&tree.run(&["search", "login", "--limit", limit]).expect_success().json());
    assert!(hits.contains(&"docs/guide.md".to_owned()), "{hits:?}");
}

#[test]
fn a_file_kept_out_by_a_rule_names_its_line() {
    let tree = Tree::new();
    tree.write(".gitignore", "*.log\nbuild/\n");
    tree.write("build/login.rs", "fn login() {}\n");
    tree.run(&["index"]).expect_success();
    let document = tree.run(&["explain", "login", "--missing", "build/login.rs"]).expect_success().json();
    assert_eq!((document["verdict"].as_str(), document["stage"].as_str()), (Some("not_indexed"), Some("index")));
    assert_eq!(document["remedy"], "remove line 2 `build/` from .gitignore");
}

#[test]
fn markdown_and_xml_are_the_text_itself() {
    let tree = Tree::indexed();
    let bundle = tree.run(&["assemble", "login"]).expect_success().json();
    let markdown = tree.run(&["assemble", "login", "--format", "markdown"]).expect_success();
    assert_eq!(markdown.stdout, bundle["text"].as_str().unwrap());
    let xml = tree.run(&["assemble", "login", "--format", "xml"]).expect_success();
    assert!(xml.stdout.starts_with('<') && xml.stdout.contains("session.rs"), "{xml:?}");
}

#[test]
fn show_prints_the_lines_asked_for() {
    let tree = Tree::indexed();
    let text = |target: &str| tree.run(&["show", target]).expect_success().json()["text"].as_str().unwrap().to_owned();
    assert_eq!(text("settings.toml"), "[server]\nport = 8080\n");
    assert_eq!(text("settings.toml:2"), "port = 8080\n");
    assert_eq!(text("settings.toml:1-1"), "[server]\n");
    assert_eq!(text("settings.toml:1-900"), "[server]\nport = 8080\n");
    assert_eq!(text("settings.toml:2-"), "port = 8080\n");
}

#[test]
fn a_path_with_a_colon_is_a_path_first() {
    let tree = Tree::new();
    tree.write("notes:2", "first\nsecond\n");
    tree.write("notes", "other\nlines\n");
    tree.run(&["index"]).expect_success();
    let text = |target: &str| tree.run(&["show", target]).expect_success().json()["text"].clone();
    assert_eq!(text("notes:2"), "first\nsecond\n");
    assert_eq!(text("notes:2:2"), "second\n");
    assert_eq!(text("notes:1"), "other\n");
}

#[test]
fn text_is_printed_on_request() {
    let tree = Tree::indexed();
    let ran = tree.run(&["--text", "search", "verify password"]);
    assert_eq!(ran.status, Some(0));
    assert!(ran.stdout.starts_with("src/auth/session.rs:"), "{ran:?}");
    assert!(!ran.stdout.contains('\u{1b}'), "colour in a pipe: {ran:?}");
    let coloured = tree.run(&["--text", "--color", "always", "search", "verify password"]);
    assert!(coloured.stdout.contains('\u{1b}'), "{coloured:?}");
}

#[test]
fn log_records_go_to_standard_error() {
    let tree = Tree::new();
    let ran = tree.run(&["--verbose", "index"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.json().is_object());
    let records = ran.stderr.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let operations: Vec<(String, String)> =
        records.map(|record| (record["component"].to_string(), record["op"].to_string())).collect();
    assert!(operations.contains(&(r#""index""#.to_owned(), r#""update""#.to_owned())), "{operations:?}");
}

#[test]
fn completions_are_scripts_and_the_version_is_named() {
    let tree = Tree::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = tree.run(&["completions", shell]).expect_success().stdout;
        assert!(script.contains("pampax") && script.contains("assemble"), "{shell}");
    }
    let version = tree.run(&["--version"]).expect_success().stdout;
    assert_eq!(version, format!("pampax {}\n", env!("CARGO_PKG_VERSION")));
}
