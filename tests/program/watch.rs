//! `pampax watch` on real files: what leads to an update, what does not, and how it ends.

use crate::program::Tree;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// The longest an update that is expected may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long nothing has to happen to be believed: several times the quiet time.
const SILENCE: Duration = Duration::from_millis(1_500);

struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    /// A watcher of the tree whose first update is done.
    #[expect(clippy::disallowed_methods, reason = "a pipe is read beside the test")]
    fn start(tree: &Tree, arguments: &[&str]) -> Watching {
        let all = [&["watch", "--set", "indexer.watch_debounce_ms=50"], arguments].concat();
        let mut command = tree.command(&all);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let watching = Watching { child, lines };
        watching.update();
        watching
    }

    fn update(&self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("an update");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn expect_silence(&self) {
        assert_eq!(self.lines.recv_timeout(SILENCE), Err(RecvTimeoutError::Timeout));
    }

    /// The exit status after a signal.
    fn end(mut self, signal: &str) -> Option<i32> {
        let killed = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        self.child.wait().expect("the program ends").code()
    }
}

#[test]
fn changes_are_indexed_until_an_interrupt_ends_it_well() {
    let tree = Tree::new();
    let watching = Watching::start(&tree, &[]);
    tree.write("src/new.py", "def brand_new_function():\n    return 1\n");
    assert_eq!(watching.update()["added"], 1);
    tree.write("src/deep/er/late.py", "def a_late_function():\n    return 2\n");
    let mut added = 0;
    while added == 0 {
        added = watching.update()["added"].as_u64().unwrap();
    }
    tree.write("src/deep/er/later.py", "def a_later_function():\n    return 3\n");
    assert_eq!(watching.update()["added"], 1);
    let hits = tree.run(&["search", "a_later_function"]).expect_success().json();
    assert_eq!(hits["hits"][0]["path"], "src/deep/er/later.py");
    assert_eq!(watching.end("-INT"), Some(0));
    tree.run(&["search", "brand_new_function"]).expect_success();
}

#[test]
fn a_folder_that_a_rule_lets_in_is_heard_of_from_then_on() {
    let tree = Tree::new();
    tree.write(".gitignore", "ignored/\n");
    tree.write("ignored/deep/old.py", "x = 1\n");
    let watching = Watching::start(&tree, &[]);
    tree.write(".gitignore", "nothing/\n");
    let mut added = 0;
    while added == 0 {
        added = watching.update()["added"].as_u64().unwrap();
    }
    tree.write("ignored/deep/old.py", "def a_changed_function():\n    return 1\n");
    assert_eq!(watching.update()["changed"], 1);
    let hits = tree.run(&["search", "a_changed_function"]).expect_success().json();
    assert_eq!(hits["hits"][0]["path"], "ignored/deep/old.py");
    assert_eq!(watching.end("-INT"), Some(0));
}

#[test]
fn what_is_not_indexed_and_its_own_files_lead_to_nothing() {
    let tree = Tree::new();
    tree.write(".gitignore", "ignored/\n*.out\n");
    tree.write("ignored/old.py", "x = 1\n");
    let log = ["--set", "logging.destination=file", "--set", "logging.file=own.txt", "--set", "logging.level=debug"];
    let watching = Watching::start(&tree, &log);
    // The log was made after the watching began, beside the sources.
    watching.expect_silence();
    tree.write("ignored/new.py", "y = 1\n");
    tree.write("build.out", "z");
    tree.write(".pampax/scratch", "z");
    tree.run(&["search", "login"]).expect_success();
    watching.expect_silence();
    assert_eq!(watching.end("-TERM"), Some(0));
}

#[test]
fn a_time_limit_ends_it_too() {
    let tree = Tree::new();
    let ran = tree.run(&["watch", "--timeout-ms", "3000"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.json()["added"], 5);
}
