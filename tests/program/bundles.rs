//! Bundles used one after another: expanded, in a session, verified, replayed.

use crate::program::{Tree, listing};
use serde_json::Value;

/// A tree with a function that is too long for a small budget.
fn tree() -> Tree {
    let tree = Tree::new();
    let body: String = (0..60).map(|line| format!("    total += measure_{line}(orbit)\n")).collect();
    tree.write("src/orbit.py", format!("def plan_orbit(orbit):\n    total = 0\n{body}    return total\n"));
    tree.run(&["index"]).expect_success();
    tree
}

fn assemble(tree: &Tree, arguments: &[&str]) -> Value {
    tree.run(&[&["assemble"], arguments].concat()).expect_success().json()
}

fn paths(bundle: &Value, list: &str) -> Vec<String> {
    let list = bundle[list].as_array().expect("a list").iter();
    list.map(|item| item["path"].as_str().expect("a path").to_owned()).collect()
}

#[test]
fn the_next_step_works_as_it_is_printed() {
    let tree = tree();
    let bundle = assemble(&tree, &["plan_orbit", "--budget", "150"]);
    let steps = bundle["stop"]["next_steps"].as_array().unwrap();
    let command = steps.iter().filter_map(Value::as_str).find(|step| step.starts_with("pampax expand ")).unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let expanded = tree.run(&words).expect_success().json();
    assert!(expanded["text"].as_str().unwrap().contains("measure_59(orbit)\n    return total"), "{expanded}");
    assert_eq!(expanded["items"][0]["level"], "full");
    assert_eq!(expanded["stop"]["reason"], "satisfied");
}

#[test]
fn pieces_are_expanded_by_id_by_line_and_by_file() {
    let tree = tree();
    let id = assemble(&tree, &["verify password"])["items"][0]["span_id"].as_str().unwrap().to_owned();
    let expand = |arguments: &[&str]| tree.run(&[&["expand"], arguments].concat()).expect_success().json();
    let by_id = expand(&[&format!("src/auth/session.rs#{id}")]);
    assert_eq!(by_id["items"][0]["span_id"], id.as_str());
    let by_line = expand(&["src/auth/session.rs:11"]);
    assert_eq!(by_line["items"][0]["symbol"], "Session.login");
    let outline = expand(&["src/auth/session.rs"]);
    assert_eq!(outline["items"][0]["level"], "outline");
    assert!(outline["text"].as_str().unwrap().contains("function verify_password"), "{outline}");
    let signatures = expand(&["src/orbit.py:1", "--level", "signatures"]);
    assert_eq!(signatures["items"][0]["level"], "signatures");
    let root = tree.root();
    let absolute = expand(&[root.join("settings.toml").to_str().unwrap()]);
    assert_eq!(absolute["items"][0]["path"], "settings.toml");
    let missing = expand(&["no/such/file", "settings.toml:99", "src/auth/session.rs#0123456789abcdef"]);
    assert_eq!((missing["degraded"].as_array().unwrap().len(), &missing["text"]), (3, &Value::from("")));
    assert_eq!(missing["stop"]["reason"], "no_results");
    let nested = expand(&["src/auth/session.rs:11", "src/auth/session.rs", "--level", "full"]);
    assert_eq!((nested["items"].as_array().unwrap().len(), &nested["dropped"][0]["reason"]), (1, &"duplicate".into()));
}

#[test]
fn a_session_sends_nothing_twice_and_tells_what_became_stale() {
    let tree = Tree::indexed();
    let file = tree.beside("state.json");
    let session = ["--session", file.to_str().unwrap()];
    let ask = |question: &str| assemble(&tree, &[&[question], &session[..]].concat());
    let first = ask("verify password");
    assert!(paths(&first, "items").contains(&"src/auth/session.rs".to_owned()));
    let second = ask("verify password");
    assert_eq!((second["text"].as_str(), second["items"].as_array().unwrap().len()), (Some(""), 0), "{second}");
    assert!(second["dropped"].as_array().unwrap().iter().any(|dropped| dropped["reason"] == "already_sent"));
    assert_eq!(second["session"]["prefix_bytes"], second["session"]["bytes"]);

    tree.write("src/auth/session.rs", "fn verify_password() -> bool {\n    checked_elsewhere()\n}\n");
    tree.run(&["index"]).expect_success();
    let third = ask("verify password");
    assert!(paths(&third, "stale").iter().all(|path| path == "src/auth/session.rs"));
    assert!(!paths(&third, "stale").is_empty(), "{third}");
    assert!(third["text"].as_str().unwrap().starts_with("### "), "{third}");
    assert!(third["text"].as_str().unwrap().contains("checked_elsewhere"));
    assert!(third["session"]["prefix_bytes"].as_u64() < third["session"]["bytes"].as_u64());
    assert!(paths(&ask("verify password"), "stale").is_empty(), "each is told once");

    let expanded = tree.run(&[&["expand", "src/auth/session.rs:1"], &session[..]].concat()).expect_success().json();
    assert_eq!(expanded["items"].as_array().unwrap().len(), 0, "{expanded}");
    assert_eq!(expanded["stop"]["reason"], "satisfied");
    let beside =
        listing(file.parent().unwrap()).into_iter().filter(|(path, _)| path.to_string_lossy().contains("state.json"));
    assert_eq!(beside.count(), 1, "a file was left beside the session");
}

#[test]
fn a_session_has_a_budget_of_its_own() {
    let tree = tree();
    let file = tree.beside("state.json");
    let ask = |question: &str, more: &[&str]| {
        let session = ["--session", file.to_str().unwrap()];
        assemble(&tree, &[&[question], &session[..], more].concat())
    };
    let first = ask("plan the orbit", &["--session-budget", "120"]);
    assert!(first["tokens"].as_u64().unwrap() > 0 && first["budget"] == 120, "{first}");
    assert_eq!(first["stop"]["reason"], "session_budget");
    let second = ask("retry with backoff", &[]);
    assert_eq!(second["stop"]["reason"], "session_budget", "{second}");
    assert!(second["session"]["spent"].as_u64().unwrap() <= 120);
    let third = ask("retry with backoff", &["--session-budget", "4000"]);
    assert!(third["tokens"].as_u64().unwrap() > 0, "{third}");
}

#[test]
fn a_receipt_is_verified_and_replayed() {
    let tree = Tree::indexed();
    let printed = tree.run(&["assemble", "verify password"]).expect_success().stdout;
    tree.write("../bundle.json", &printed);
    let verify = || tree.run(&["verify", "../bundle.json"]).expect_success().json();
    let replay = || tree.run(&["replay", "../bundle.json"]).expect_success().json();
    assert_eq!(verify()["is_unchanged"], true);
    assert_eq!(replay()["replay"]["outcome"], "identical");
    let of_stdin = tree.run_with_input(&["verify", "-"], printed.as_bytes()).expect_success().json();
    assert_eq!(of_stdin, verify());

    tree.write("src/auth/session.rs", "// moved\nfn verify_password() -> bool {\n    true\n}\n");
    let on_disk = verify();
    assert_eq!(on_disk["is_unchanged"], true, "the index is as it was");
    assert!(on_disk["disk"].as_array().unwrap().iter().any(|file| file["freshness"] == "stale"), "{on_disk}");
    tree.run(&["index"]).expect_success();
    let indexed = verify();
    assert_eq!((&indexed["is_unchanged"], &indexed["index"]), (&Value::from(false), &Value::from("other")));
    assert_eq!(indexed["moved"][0]["what"], "changed");
    assert_eq!(replay()["replay"]["outcome"], "differs");
    assert!(replay()["replay"]["line"].as_u64().unwrap() >= 1);
    let text = tree.run(&["--text", "verify", "../bundle.json"]).expect_success();
    assert!(text.stdout.contains("reads differently now"), "{text:?}");
}

#[test]
fn an_expansion_is_replayed_as_one() {
    let tree = tree();
    let printed = tree.run(&["expand", "src/orbit.py:2", "--level", "elided"]).expect_success();
    let replayed = tree.run_with_input(&["replay", "-"], printed.stdout.as_bytes()).expect_success().json();
    assert_eq!(replayed["replay"]["outcome"], "identical");
    assert_eq!(replayed["text"], printed.json()["text"]);
}

#[test]
fn a_receipt_of_another_engine_or_form_says_so() {
    let tree = Tree::indexed();
    let mut bundle = assemble(&tree, &["login"]);
    bundle["receipt"]["config"]["engine"] = Value::from("0.0.1");
    let input = bundle.to_string();
    let replayed = tree.run_with_input(&["replay", "-"], input.as_bytes()).expect_success().json();
    let degraded = replayed["degraded"].as_array().unwrap();
    assert!(degraded.iter().any(|degraded| degraded["what"] == "replay"), "{replayed}");
    let verified = tree.run_with_input(&["verify", "-"], input.as_bytes()).expect_success().json();
    assert_eq!((&verified["is_unchanged"], &verified["config"]), (&Value::from(false), &Value::from("other")));
    bundle["receipt"]["version"] = Value::from(2);
    let ran = tree.run_with_input(&["verify", "-"], bundle.to_string().as_bytes());
    assert_eq!((ran.status, ran.error()), (Some(2), (201, "INVALID_ARGUMENT".to_owned())));
}
