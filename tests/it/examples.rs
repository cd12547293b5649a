//! Every example runs and does what it says.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use std::path::PathBuf;
use std::process::Command;

const SESSION: &str = "/// Opens a session.\npub fn login_user(name: &str) {}\n";

/// The output of an example on a tree of one file.
fn run(example: &str, text: &str, arguments: &[&str]) -> String {
    let tree = tempfile::tempdir().unwrap();
    std::fs::write(tree.path().join("session.rs"), text).unwrap();
    let test = std::env::current_exe().unwrap();
    let folder: PathBuf = test.parent().unwrap().parent().unwrap().join("examples");
    let output = Command::new(folder.join(example)).arg(tree.path()).args(arguments).output();
    let output = output.expect("`cargo test --workspace` builds the examples");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn quickstart_prints_hits_and_context() {
    let printed = run("quickstart", SESSION, &["how does login work"]);
    assert!(printed.starts_with("1 files, generation 1\nsession.rs:1-2 "), "{printed}");
    assert!(printed.contains("pub fn login_user"), "{printed}");
}

#[test]
fn custom_embedder_prints_the_part_of_the_vectors() {
    let printed = run("custom_embedder", SESSION, &["login"]);
    assert!(printed.starts_with("1 vectors made"), "{printed}");
    assert!(printed.contains("    vector "), "{printed}");
}

#[test]
fn token_error_prints_the_error_of_the_estimate() {
    assert!(run("token_error", &SESSION.repeat(60), &[]).contains('%'));
}

#[test]
fn agent_loop_asks_on_until_nothing_is_shortened() {
    let body = "    let step = name.len();\n".repeat(60);
    let text = format!("/// Opens a session.\npub fn login_user(name: &str) {{\n{body}}}\n");
    let printed = run("agent_loop", &text, &["how does login_user work"]);
    assert!(printed.starts_with("turn 1: ") && printed.contains("turn 2: "), "{printed}");
    let spent = printed.lines().last().unwrap().split(' ').next().unwrap().parse::<usize>().unwrap();
    assert!((300..=6_000).contains(&spent), "{printed}");
}
