//! Questions whose answers are known, from a file and from the repository itself.

use crate::program::{Ran, Tree};
use serde_json::{Value, json};
use std::process::Command;

const DOCS: &str = include_str!("../../docs/evaluation.md");

/// The questions that the documentation shows.
fn documented_questions() -> &'static str {
    let block = DOCS.split("```json\n").nth(1).expect("questions are documented");
    block.split("```").next().expect("a block ends")
}

fn git(tree: &Tree, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgSign=false"]).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let done = command.current_dir(tree.root()).output().expect("git is on the machine");
    assert!(done.status.success(), "git {arguments:?}: {done:?}");
}

/// A tree with a history: what each commit says, and the files that it changes.
fn with_history(commits: &[(&str, &[&str])]) -> Tree {
    let tree = Tree::new();
    git(&tree, &["init", "-q", "-b", "main"]);
    git(&tree, &["add", "."]);
    git(&tree, &["commit", "-q", "-m", "Everything that there is at the beginning of all"]);
    for (number, (message, paths)) in commits.iter().enumerate() {
        for path in *paths {
            tree.write(path, format!("fn part_{number}() {{}}\n"));
        }
        git(&tree, &["add", "-A"]);
        git(&tree, &["commit", "-q", "--allow-empty", "-m", message]);
    }
    tree.run(&["index"]).expect_success();
    tree
}

fn lines(tree: &Tree, name: &str) -> Vec<Value> {
    let file = std::fs::File::open(tree.beside(name)).expect("the file was written");
    let text = std::io::read_to_string(file).expect("the file is text");
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

#[test]
fn questions_of_a_file_are_measured() {
    let tree = Tree::indexed();
    tree.write(
        "../questions.jsonl",
        format!("{}{}\n", documented_questions(), r#"{"query": "gone", "relevant": ["a/gone.rs"]}"#),
    );
    let arguments = ["eval", "../questions.jsonl", "--budgets", "500", "--out", "../answers.jsonl"];
    let ran = tree.run(&arguments).expect_success();
    let report = ran.json();
    assert_eq!((&report["overall"]["questions"], &report["overall"]["targets"]), (&json!(4), &json!(5)));
    assert_eq!(
        (&report["targets_not_indexed"], &report["k"], &report["generation"]),
        (&json!(1), &json!(10), &json!(1))
    );
    let names: Vec<&String> = report["overall"]["measures"].as_object().unwrap().keys().collect();
    let expected = [
        "ndcg@10",
        "mrr@10",
        "recall@1",
        "recall@5",
        "recall@10",
        "recall@20",
        "accuracy@1",
        "accuracy@5",
        "accuracy@10",
        "accuracy@20",
        "recall@500_tokens",
    ];
    assert_eq!(names.len(), expected.len(), "{names:?}");
    assert!(expected.iter().all(|name| names.iter().any(|known| known == name)), "{names:?}");
    let groups: Vec<&String> = report["by_category"].as_object().unwrap().keys().collect();
    assert_eq!(groups, ["architecture", "semantic", "symbol"]);
    assert_eq!(report["by_language"]["unknown"]["questions"], 1);
    assert_eq!(report["by_folder"]["a"]["measures"]["recall@20"]["mean"].as_f64(), Some(0.0));
    assert!(report.get("answers").is_none() && report.get("compared").is_none(), "{report}");

    let answers = lines(&tree, "answers.jsonl");
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["ranks"], json!([1]), "{}", answers[0]);
    assert_eq!(answers[0]["results"][0]["is_target"], true);
    assert_eq!((&answers[3]["ranks"], &answers[3]["query"]), (&json!([null]), &json!("gone")));
    let means = answers.iter().map(|answer| answer["measures"]["ndcg@10"].as_f64().unwrap()).sum::<f64>() / 4.0;
    assert!((report["overall"]["measures"]["ndcg@10"]["mean"].as_f64().unwrap() - means).abs() < 1e-6);
    assert_eq!(tree.run(&arguments).stdout, ran.stdout, "the same again");
}

#[test]
fn a_demand_holds_or_ends_with_status_one() {
    let tree = Tree::indexed();
    tree.write("../questions.jsonl", documented_questions());
    let gate = |demands: &[&str]| {
        let demands = demands.iter().flat_map(|demand| ["--gate", demand]);
        let arguments: Vec<&str> =
            ["eval", "../questions.jsonl", "--budgets", "0"].into_iter().chain(demands).collect();
        tree.run(&arguments)
    };
    let held = gate(&["ndcg=0.2", "accuracy@20=0.5"]).expect_success().json();
    assert_eq!((&held["gate"]["passed"], held["gate"]["checks"].as_array().unwrap().len()), (&json!(true), 2));
    let failed = gate(&["ndcg=0.2", "recall@1=1"]);
    let document = failed.json();
    assert_eq!((failed.status, failed.stderr.as_str()), (Some(1), ""), "{failed:?}");
    assert_eq!(document["gate"]["passed"], false);
    assert_eq!(
        (&document["gate"]["checks"][1]["gate"], &document["gate"]["checks"][1]["passed"]),
        (&json!("recall@1"), &json!(false))
    );
    assert_eq!(gate(&["recall@7=0.1"]).error(), (201, "INVALID_ARGUMENT".to_owned()));
    assert_eq!(gate(&["no-worse"]).error(), (201, "INVALID_ARGUMENT".to_owned()));
}

#[test]
fn a_configuration_is_no_worse_than_itself() {
    let tree = Tree::indexed();
    tree.write("../questions.jsonl", documented_questions());
    let same = ["eval", "../questions.jsonl", "--budgets", "500", "--with", "cache.enabled=true", "--gate", "no-worse"];
    let document = tree.run(&same).expect_success().json();
    let compared = &document["compared"];
    assert_eq!(compared["changes"], json!([]));
    for (name, difference) in compared["differences"]["overall"].as_object().unwrap() {
        let found = (difference["mean"].as_f64(), difference["p"].as_f64(), difference["equal"].as_u64());
        assert_eq!(found, (Some(0.0), Some(1.0), Some(3)), "{name}");
    }
    assert_eq!(compared["report"]["overall"], document["overall"]);
}

#[test]
fn an_index_that_lacks_the_answers_is_worse_and_a_key_of_indexing_needs_one_of_its_own() {
    let tree = Tree::indexed();
    let question =
        |number: usize| json!({"query": format!("login session {number}"), "relevant": ["src/auth/session.rs"]});
    let questions: Vec<String> = (0..6).map(|number| question(number).to_string()).collect();
    tree.write("../questions.jsonl", questions.join("\n"));
    let evaluate = |more: &[&str]| tree.run(&[&["eval", "../questions.jsonl", "--budgets", "0"], more].concat());
    let refused = evaluate(&["--with", "indexer.exclude=[\"auth\"]"]);
    assert_eq!(refused.error(), (201, "INVALID_ARGUMENT".to_owned()));
    assert!(refused.stderr.contains("storage.index_dir"), "{refused:?}");
    tree.run(&["index", "--index-dir", "../other", "--exclude", "auth"]).expect_success();
    let other = tree.beside("other");
    let folder = format!("storage.index_dir={}", other.display());
    let worse = evaluate(&["--with", "indexer.exclude=[\"auth\"]", "--with", &folder, "--gate", "no-worse"]);
    assert_eq!(worse.status, Some(1), "{worse:?}");
    let difference = &worse.json()["compared"]["differences"]["overall"]["ndcg@10"];
    assert_eq!(
        (difference["worse"].as_u64(), difference["p_worse"].as_f64()),
        (Some(6), Some(0.015625)),
        "{difference}"
    );
    tree.write("../other.toml", format!("[storage]\nindex_dir = {:?}\n", other.display().to_string()));
    let by_file = evaluate(&["--compare", "../other.toml", "--gate", "no-worse"]);
    assert_eq!(by_file.json()["compared"]["differences"], worse.json()["compared"]["differences"]);
}

#[test]
fn a_history_asks_questions() {
    let tree = with_history(&[
        (
            "Open the session only after the password was verified\n\nFixes #12\nSigned-off-by: A <a@b.c>",
            &["src/auth/session.rs"],
        ),
        ("Bump the release of the whole session parser", &["src/auth/session.rs"]),
        ("Explain retrying and its waiting times in the guide", &["docs/guide.md"]),
        ("Wait longer before each further attempt (#3)", &["src/retry.py", "tests/test_retry.py"]),
        ("Read the header of a parser that goes away", &["src/gone.rs"]),
        ("Touch very many files of the tree at once", &["m/1.rs", "m/2.rs", "m/3.rs", "m/4.rs", "m/5.rs", "m/6.rs"]),
    ]);
    git(&tree, &["rm", "-q", "src/gone.rs"]);
    git(&tree, &["commit", "-q", "-m", "Remove what nobody calls any more today"]);
    tree.run(&["index"]).expect_success();
    let arguments = ["eval", "--self", "--from", "history", "--budgets", "0", "--write-questions", "../mined.jsonl"];
    let ran = tree.run(&arguments).expect_success();
    let report = ran.json();
    assert_eq!(
        (&report["mined"]["commits"], &report["mined"]["questions_by_source"]),
        (&json!(7), &json!({"history": 2}))
    );
    assert_eq!(report["by_source"]["history"]["questions"], 2);
    let mined = lines(&tree, "mined.jsonl");
    let said: Vec<&str> = mined.iter().map(|question| question["query"].as_str().unwrap()).collect();
    assert_eq!(
        said,
        ["Wait longer before each further attempt", "Open the session only after the password was verified"]
    );
    assert_eq!(mined[0]["relevant"], json!(["src/retry.py"]), "tests are no targets");
    assert!(mined.iter().all(|question| question["id"].as_str().is_some_and(|id| id.len() == 40)));
    let again = tree.run(&["eval", "../mined.jsonl", "--budgets", "0"]).expect_success().json();
    assert_eq!(again["overall"], report["overall"], "what was written can be asked");
    assert_eq!(tree.run(&[&arguments[..], &["--limit", "1"]].concat()).json()["overall"]["questions"], 1);
}

#[test]
fn a_repository_within_another_is_asked_for_its_part_of_the_history() {
    let tree = with_history(&[("Draw the circle around the given centre", &["part/src/circle.rs"])]);
    tree.run(&["index", "part"]).expect_success();
    let report =
        tree.run(&["eval", "--self", "--root", "part", "--from", "history", "--budgets", "0"]).expect_success();
    assert_eq!(report.json()["mined"]["commits"], 1);
    assert_eq!(report.json()["by_folder"]["src"]["questions"], 1);
}

#[test]
fn no_question_is_an_error_that_says_why() {
    let tree = Tree::indexed();
    let outside = tree.run(&["eval", "--self", "--from", "history"]);
    assert_eq!((outside.status, outside.error()), (Some(3), (300, "IO".to_owned())));
    let nothing = tree.run(&["eval", "--self", "--from", "tests,history"]);
    assert_eq!(nothing.error(), (201, "INVALID_ARGUMENT".to_owned()));
    assert!(nothing.stderr.contains("0 commits") && nothing.stderr.contains("read the history"), "{nothing:?}");
    tree.write("../empty.jsonl", "\n");
    assert_eq!(tree.run(&["eval", "../empty.jsonl"]).error(), (201, "INVALID_ARGUMENT".to_owned()));
}

#[test]
fn what_git_is_configured_to_run_is_not_run() {
    let tree = with_history(&[("Open the session only after the password was verified", &["src/auth/session.rs"])]);
    let mark = tree.beside("ran");
    let program = format!("touch '{}'", mark.display());
    for key in ["core.pager", "core.fsmonitor", "diff.external", "gpg.program", "core.sshCommand"] {
        git(&tree, &["config", key, &program]);
    }
    git(&tree, &["config", "log.showSignature", "true"]);
    let report = tree.run(&["eval", "--self", "--from", "history", "--budgets", "0"]).expect_success();
    assert_eq!(report.json()["overall"]["questions"], 1);
    assert!(!mark.exists(), "a program of the repository was run");
}

#[cfg(unix)]
#[test]
fn a_git_that_never_ends_is_not_waited_for() {
    use std::os::unix::fs::PermissionsExt;
    let tree = with_history(&[("Open the session only after the password was verified", &["src/auth/session.rs"])]);
    tree.write("bin/git", "#!/bin/sh\nexec sleep 600\n");
    let program = tree.root().join("bin/git");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a script can be made a program");
    let places = [tree.root().join("bin"), "/usr/bin".into(), "/bin".into()];
    let path = std::env::join_paths(places).expect("paths can be joined");
    for arguments in [&["eval", "--self", "--timeout-ms", "200"][..], &["tune", "--timeout-ms", "200"]] {
        let ran = Ran::of(tree.command(arguments).env("PATH", &path).output().expect("the program starts"));
        assert_eq!((ran.status, ran.error().1.as_str()), (Some(5), "DEADLINE_EXCEEDED"), "{ran:?}");
    }
}

#[test]
fn questions_are_not_written_over() {
    let tree = Tree::indexed();
    tree.write("questions.jsonl", documented_questions());
    for flag in ["--out", "--write-questions"] {
        let ran = tree.run(&["eval", "questions.jsonl", flag, "./questions.jsonl"]);
        assert_eq!(ran.error(), (201, "INVALID_ARGUMENT".to_owned()), "{flag}");
    }
    let kept = std::fs::File::open(tree.root().join("questions.jsonl")).and_then(std::io::read_to_string);
    assert_eq!(kept.expect("they are there"), documented_questions());
}

#[test]
fn the_documented_gate_runs() {
    let tree = Tree::new();
    tree.write("questions.jsonl", documented_questions());
    let step = DOCS.split("<!-- gate -->\n```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_pampax")).parent().expect("the program lies in a folder");
    let mut places = vec![program.to_path_buf()];
    places.extend(std::env::split_paths(&std::env::var_os("PATH").expect("there is a path")));
    let mut shell = Command::new("sh");
    shell.args(["-c", step.expect("a gate is documented")]).current_dir(tree.root());
    shell.env("PATH", std::env::join_paths(places).expect("paths can be joined"));
    let ran = Ran::of(shell.output().expect("there is a shell"));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 3);
}
