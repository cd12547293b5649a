//! Runs the program on a small tree of its own.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const SESSION_RS: &str = "\
//! Sessions of users.

/// Whoever is logged in.
pub struct Session {
    user: String,
}

impl Session {
    /// Checks the password and opens a session.
    pub fn login(user: &str, password: &str) -> Option<Session> {
        verify_password(user, password).then(|| Session { user: user.to_owned() })
    }
}

fn verify_password(user: &str, password: &str) -> bool {
    !user.is_empty() && password.len() > 8
}
";

const RETRY_PY: &str = "\
\"\"\"Calls that may fail.\"\"\"


def retry_with_backoff(call, attempts=3):
    \"\"\"Calls again, waiting longer each time.\"\"\"
    for attempt in range(attempts):
        try:
            return call()
        except OSError:
            wait(2 ** attempt)
    raise RuntimeError('no attempt succeeded')
";

const GUIDE_MD: &str = "\
# Guide

How a user logs in.

## Login

Call `Session::login` with a name and a password.
";

/// The files of the tree.
const FILES: &[(&str, &str)] = &[
    ("src/auth/session.rs", SESSION_RS),
    ("src/retry.py", RETRY_PY),
    (
        "tests/test_retry.py",
        "from retry import retry_with_backoff\n\n\ndef test_retry():\n    assert retry_with_backoff(int) == 0\n",
    ),
    ("docs/guide.md", GUIDE_MD),
    ("settings.toml", "[server]\nport = 8080\n"),
];

/// A tree in a folder that goes away with it.
pub struct Tree {
    folder: TempDir,
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Tree {
    /// A tree that is not indexed.
    pub fn new() -> Tree {
        let tree = Tree { folder: TempDir::new().expect("a temporary folder can be made") };
        for (path, text) in FILES {
            tree.write(path, text);
        }
        tree
    }

    /// A tree with its index.
    pub fn indexed() -> Tree {
        let tree = Tree::new();
        tree.run(&["index"]).expect_success();
        tree
    }

    /// The root of the tree.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// A path outside the tree that goes away with it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes one file.
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    /// The program, to be run in the root.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pampax"));
        command.args(arguments).current_dir(self.root()).stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PAMPAX_")) {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program in the root, all streams piped.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program starts"))
    }

    /// Runs the program in the root with `input` on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        stdin.write_all(input).expect("the program reads its input");
        drop(stdin);
        Ran::of(child.wait_with_output().expect("the program ends"))
    }
}

impl Ran {
    /// What `output` says.
    pub fn of(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Ran { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// This run, which succeeded and had nothing to say beside its data.
    #[track_caller]
    pub fn expect_success(self) -> Ran {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self
    }

    /// The one JSON document on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert!(self.stdout.ends_with('\n') && self.stdout.lines().count() == 1, "not one line: {self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error on standard error as its number and name; standard output is empty.
    #[track_caller]
    pub fn error(&self) -> (u64, String) {
        assert_eq!((self.stdout.as_str(), self.stderr.lines().count()), ("", 1), "{self:?}");
        let document: Value = serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        error_of(&document)
    }
}

/// The number and name in an error document, which also holds a message and a remedy.
#[track_caller]
pub fn error_of(document: &Value) -> (u64, String) {
    let error = &document["error"];
    for field in ["message", "remedy"] {
        assert!(error[field].as_str().is_some_and(|text| !text.is_empty()), "no {field}: {document}");
    }
    (error["code"].as_u64().expect("a code"), error["name"].as_str().expect("a name").to_owned())
}

/// The paths of the hits of a search document, best first.
pub fn paths(document: &Value) -> Vec<String> {
    let hits = document["hits"].as_array().expect("hits are a list");
    hits.iter().map(|hit| hit["path"].as_str().expect("a hit has a path").to_owned()).collect()
}

/// Every file below `folder` with its bytes, in order.
#[expect(clippy::disallowed_methods, reason = "a test looks at its own files")]
pub fn listing(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in next.read_dir().expect("a folder can be listed") {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                files.push((path.clone(), Vec::new()));
                open.push(path);
            } else {
                files.push((path.clone(), std::fs::read(&path).expect("a file can be read")));
            }
        }
    }
    files.sort();
    files
}
