//! The history of the root, read by git.
//!
//! Never here: what is made of it.

use pampax_core::eval::{Commit, HISTORY_ARGUMENTS, read_history};
use pampax_core::{Error, Result};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};

/// The most bytes of history that are read.
const MAX_BYTES: u64 = 256 << 20;

/// The newest commits of the repository around `root`, at most `count`, with paths relative to `root`. Git is run with fixed
/// arguments and without a shell, and fetches nothing.
///
/// # Errors
/// `IO` when git cannot be run, or with what it says.
pub fn commits(root: &Path, count: usize) -> Result<Vec<Commit>> {
    let failed = |error| Error::io("read the history of", root, error);
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(HISTORY_ARGUMENTS).arg(format!("--max-count={count}")).args(["HEAD", "--", "."]);
    // The root alone says which repository it is.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
    command.env("GIT_TERMINAL_PROMPT", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    let mut output = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_BYTES).read_to_end(&mut output).map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    let is_cut = output.len() as u64 == MAX_BYTES;
    if !status.success() && !is_cut {
        return Err(failed(io::Error::other(format!("git log: {status}; is it a repository with a commit?"))));
    }
    read_history(&output)
}
