//! Configuration as a user meets it: files, variables, arguments, and what wins.

use crate::program::{Ran, Tree};
use serde_json::Value;

/// The value and the origin of a key.
fn shown(ran: &Ran, key: &str) -> (String, String) {
    let document = ran.json();
    let values = document["values"].as_array().expect("it is there");
    let found = values.iter().find(|value| value["key"] == key).unwrap_or_else(|| panic!("{key}: {ran:?}"));
    let text = |name: &str| found[name].as_str().map_or_else(|| found[name].to_string(), str::to_owned);
    (text("value"), text("origin"))
}

fn with_variables(tree: &Tree, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let output = tree.command(arguments).envs(variables.iter().copied()).output();
    Ran::of(output.expect("the program starts"))
}

#[test]
fn arguments_win_over_variables_over_the_file_over_defaults() {
    let tree = Tree::new();
    let show = |more: &[&str], variables: &[(&str, &str)]| {
        let ran = with_variables(&tree, &[&["config", "show", "--origin"], more].concat(), variables);
        shown(&ran.expect_success(), "cli.limit")
    };
    assert_eq!(show(&[], &[]), ("10".to_owned(), "default".to_owned()));
    tree.write("pampax.toml", "[cli]\nlimit = 3\n");
    let (value, origin) = show(&[], &[]);
    assert!(value == "3" && origin.starts_with("file ") && origin.ends_with("pampax.toml"), "{value} {origin}");
    let variables = [("PAMPAX_CLI_LIMIT", "4")];
    assert_eq!(show(&[], &variables), ("4".to_owned(), "variable PAMPAX_CLI_LIMIT".to_owned()));
    let set = ["--set", "cli.limit=5"];
    assert_eq!(show(&set, &variables), ("5".to_owned(), "argument --set cli.limit".to_owned()));
}

#[test]
fn a_configured_value_is_what_a_command_does_without_its_argument() {
    let tree = Tree::indexed();
    tree.write("pampax.toml", "[cli]\nlimit = 1\nbudget = 120\ntokenizer = \"approximate\"\n");
    let hits = |arguments: &[&str]| tree.run(arguments).expect_success().json()["hits"].as_array().unwrap().len();
    assert_eq!(hits(&["search", "login"]), 1);
    assert!(hits(&["search", "login", "--limit", "3"]) > 1);
    let bundle = tree.run(&["assemble", "login"]).expect_success().json();
    assert_eq!((&bundle["budget"], &bundle["tokenizer"]), (&Value::from(120), &Value::from("approximate")));
    let bundle =
        tree.run(&["assemble", "login", "--budget", "300", "--tokenizer", "cl100k_base"]).expect_success().json();
    assert_eq!((&bundle["budget"], &bundle["tokenizer"]), (&Value::from(300), &Value::from("cl100k_base")));
}

#[test]
fn the_file_is_found_upward_and_may_be_named() {
    let tree = Tree::indexed();
    tree.write("../pampax.toml", "[cli]\nlimit = 2\n");
    tree.write("../other.toml", "[cli]\nlimit = 1\n");
    let count = |ran: Ran| ran.expect_success().json()["hits"].as_array().unwrap().len();
    assert_eq!(count(tree.run(&["search", "login"])), 2);
    assert_eq!(count(tree.run(&["search", "login", "--config", "../other.toml"])), 1);
    assert_eq!(count(with_variables(&tree, &["search", "login"], &[("PAMPAX_CONFIG", "../other.toml")])), 1);
    let missing = tree.run(&["search", "login", "--config", "none.toml"]);
    assert_eq!((missing.status, missing.error()), (Some(3), (300, "IO".to_owned())));
}

#[test]
fn a_mistake_is_two_and_names_the_key_and_what_was_meant() {
    let tree = Tree::indexed();
    for (file, variables, arguments, named) in [
        ("[cli]\nlimits = 3\n", &[][..], &["search", "q"][..], "cli.limit"),
        ("", &[("PAMPAX_CLI_LIMITS", "3")], &["search", "q"], "PAMPAX_CLI_LIMIT"),
        ("", &[], &["search", "q", "--set", "cli.limit=0"], "from 1 to 1000"),
        ("", &[], &["search", "q", "--set", "cli.limits=1"], "cli.limit"),
        ("[cli\n", &[], &["index"], "line 1"),
        ("\u{0}", &[], &["status"], "line 1"),
    ] {
        tree.write("pampax.toml", file);
        let ran = with_variables(&tree, arguments, variables);
        assert_eq!((ran.status, ran.error()), (Some(2), (200, "INVALID_CONFIG".to_owned())), "{ran:?}");
        assert!(ran.stderr.contains(named), "{ran:?}");
    }
    tree.write("pampax.toml", b"[cli]\nlimit = 3 # \xff\n");
    assert_eq!(tree.run(&["status"]).error(), (200, "INVALID_CONFIG".to_owned()));
    tree.write("pampax.toml", "");
    let pair = tree.run(&["status", "--set", "cli.limit"]);
    assert_eq!((pair.status, pair.error()), (Some(2), (201, "INVALID_ARGUMENT".to_owned())));
}

#[test]
fn commands_that_need_no_configuration_work_with_a_broken_one() {
    let tree = Tree::new();
    tree.write("pampax.toml", "[nonsense]\n");
    for arguments in [&["languages"][..], &["completions", "bash"], &["man"], &["config", "schema"], &["--version"]] {
        tree.run(arguments).expect_success();
    }
}

#[test]
fn validate_lists_every_problem() {
    let tree = Tree::new();
    tree.write("pampax.toml", "[cli]\nlimit = 0\n[indexer]\nhiden = true\n");
    let ran = with_variables(&tree, &["config", "validate"], &[("PAMPAX_CACHE_ENABLED", "maybe")]);
    assert_eq!(ran.status, Some(2), "{ran:?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let keys: Vec<&str> =
        document["problems"].as_array().unwrap().iter().map(|problem| problem["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["cli.limit", "indexer.hiden", "cache.enabled"]);
    tree.write("pampax.toml", "");
    let sound = tree.run(&["config", "validate"]).expect_success().json();
    assert_eq!((&sound["valid"], sound["problems"].as_array().unwrap().len()), (&Value::from(true), 0));
    let text = tree.run(&["--text", "config", "validate"]).expect_success().stdout;
    assert!(text.contains("nothing is wrong"), "{text}");
}

#[test]
fn init_writes_a_file_that_changes_nothing_and_replaces_none() {
    let tree = Tree::new();
    let before = tree.run(&["config", "show"]).expect_success();
    tree.run(&["config", "init"]).expect_success();
    let after = tree.run(&["config", "show"]).expect_success();
    assert_eq!(before.json()["values"], after.json()["values"]);
    let again = tree.run(&["config", "init"]);
    assert_eq!((again.status, again.error()), (Some(2), (201, "INVALID_ARGUMENT".to_owned())));
    tree.run(&["config", "init", "--force"]).expect_success();
    let printed = tree.run(&["config", "init", "-"]).expect_success().stdout;
    assert!(printed.contains("#max_file_bytes = 2097152"), "{printed}");
}

#[test]
fn one_key_or_one_section_is_shown_and_secrets_are_not() {
    let tree = Tree::new();
    let key = tree.run(&["--text", "config", "show", "cli.limit"]).expect_success().stdout;
    assert_eq!(key, "cli.limit = 10\n");
    let section = tree.run(&["config", "show", "cache"]).expect_success().json();
    assert!(section["values"].as_array().unwrap().len() > 3);
    let secret = with_variables(&tree, &["config", "show", "embedding"], &[("PAMPAX_EMBEDDING_API_KEY", "sk-abc")]);
    assert!(!secret.stdout.contains("sk-abc"), "{secret:?}");
    assert_eq!(shown(&secret, "embedding.api_key").0, "***");
    assert_eq!(tree.run(&["config", "show", "nonsense"]).status, Some(2));
}

#[test]
fn the_configuration_names_the_index_folder_and_its_root_is_found_by_it() {
    let tree = Tree::new();
    tree.write("pampax.toml", "[storage]\nindex_dir = \"../elsewhere\"\n");
    tree.run(&["index"]).expect_success();
    assert!(tree.beside("elsewhere").join("catalog.sqlite").is_file());
    assert!(!tree.root().join(".pampax").exists());
    let below = tree.command(&["search", "login"]).current_dir(tree.root().join("src")).output();
    let hits = Ran::of(below.unwrap()).expect_success().json();
    assert_eq!(hits["hits"][0]["path"], "src/auth/session.rs");
}

#[test]
fn what_may_be_read_and_shown_is_configured() {
    let tree = Tree::new();
    tree.write("pampax.toml", "[indexer]\nexclude = [\"*.py\"]\nmax_file_bytes = 1000\n[performance]\nthreads = 1\n");
    tree.run(&["index"]).expect_success();
    let why = tree.run(&["why", "src/retry.py"]).expect_success().json();
    assert_eq!(why["outcome"], "skipped");
    let quiet = tree.run(&["--text", "--quiet", "search", "login"]).expect_success();
    assert!(!quiet.stdout.is_empty());
    let json = with_variables(&tree, &["search", "login"], &[("PAMPAX_CLI_MODE", "interactive")]);
    assert!(json.stdout.starts_with("src/"), "{json:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads the log it asked for")]
fn records_go_to_the_configured_file_under_one_correlation_id() {
    let tree = Tree::indexed();
    tree.write(
        "pampax.toml",
        "[logging]\ndestination = \"file\"\nfile = \".pampax/log/pampax.log\"\nlevel = \"debug\"\n",
    );
    tree.run(&["assemble", "where is the password sk-secret checked", "--correlation-id", "run-7"]).expect_success();
    let log = std::fs::read_to_string(tree.root().join(".pampax/log/pampax.log")).unwrap();
    let records: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let operations: Vec<&str> = records.iter().map(|record| record["op"].as_str().unwrap()).collect();
    assert_eq!(operations, ["search", "assemble"]);
    assert!(records.iter().all(|record| record["corr_id"] == "run-7" && record["schema"] == 1), "{log}");
    assert!(!log.contains("password"), "a question was logged: {log}");
    tree.run(&["search", "where is ghp_0123456789abcdefghijABCDEFGHIJ012345", "--set", "logging.queries=true"])
        .expect_success();
    let log = std::fs::read_to_string(tree.root().join(".pampax/log/pampax.log")).unwrap();
    assert!(log.contains("where is ") && !log.contains("ghp_0123"), "{log}");
    tree.run(&["search", "login", "--set", "logging.level=error"]).expect_success();
    let longer = std::fs::read_to_string(tree.root().join(".pampax/log/pampax.log")).unwrap();
    assert_eq!(log, longer);
}

#[test]
fn a_deterministic_run_logs_the_same_bytes() {
    let tree = Tree::indexed();
    let run = || tree.run(&["--deterministic", "--verbose", "assemble", "login"]);
    let (first, second) = (run(), run());
    assert_eq!((first.stdout, &first.stderr), (second.stdout, &second.stderr));
    assert!(first.stderr.contains(r#""corr_id":"deterministic""#), "{}", first.stderr);
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let tree = Tree::new();
    let page = tree.run(&["man"]).expect_success().stdout;
    assert!(page.starts_with(".ie") || page.contains(".TH"), "{page}");
    tree.run(&["man", "--dir", "pages"]).expect_success();
    for name in ["pampax.1", "pampax-index.1", "pampax-config.1", "pampax-config-show.1", "pampax-search.1"] {
        assert!(tree.root().join("pages").join(name).is_file(), "{name}");
    }
}
