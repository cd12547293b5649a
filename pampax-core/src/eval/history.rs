//! The history of a repository as `git log` tells it. Running git is the host's.
//!
//! Never here: which commits make questions.

use crate::error::{Error, Result};

/// What `git` is to be given, besides where the repository is and how many commits are wanted at most, for
/// [`read_history`] to read: commits that are no merges, newest first, with the files that each adds or modifies below
/// the current folder. Nothing in a repository's configuration can make it run another program.
pub const HISTORY_ARGUMENTS: &[&str] = &[
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "log.showSignature=false",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    "log",
    "--no-merges",
    "--no-color",
    "--no-decorate",
    "--no-notes",
    "--no-mailmap",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--ignore-submodules=all",
    "--diff-filter=AM",
    "--name-status",
    "--relative",
    "-z",
    "--format=%x1e%H%x1f%B%x1f",
];

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// Its name in hexadecimal.
    pub id: String,
    /// Its whole message.
    pub message: String,
    /// The files that it adds or modifies, relative to where git was run.
    pub changed: Vec<String>,
}

impl Commit {
    /// A commit.
    pub fn new(id: impl Into<String>, message: impl Into<String>, changed: Vec<String>) -> Commit {
        Commit { id: id.into(), message: message.into(), changed }
    }
}

/// The commits in what git wrote when it was given [`HISTORY_ARGUMENTS`], in its order.
///
/// # Errors
/// `INVALID_ARGUMENT` when it is something else.
pub fn read_history(output: &[u8]) -> Result<Vec<Commit>> {
    let text = String::from_utf8_lossy(output);
    let mut records = text.split('\u{1e}');
    if !records.next().unwrap_or_default().trim_matches(['\0', '\n']).is_empty() {
        return Err(Error::argument("history", "it is not what git log was asked for"));
    }
    // A message may hold the marks between records, which then does not read as a commit.
    Ok(records.filter_map(commit).collect())
}

fn commit(record: &str) -> Option<Commit> {
    let (id, rest) = record.split_once('\u{1f}')?;
    let (message, files) = rest.rsplit_once('\u{1f}')?;
    let is_name = id.len() >= 40 && id.chars().all(|character| character.is_ascii_hexdigit());
    let mut fields = files.split('\0').map(|field| field.trim_start_matches('\n')).filter(|field| !field.is_empty());
    let mut changed = Vec::new();
    while let Some(status) = fields.next() {
        if let Some(path) = fields.next().filter(|_| ["A", "M"].contains(&status)) {
            changed.push(path.to_owned());
        }
    }
    is_name.then(|| Commit::new(id, message.trim(), changed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_read_as_git_writes_them() {
        let id = "0123456789012345678901234567890123456789";
        let output =
            format!("\u{1e}{id}\u{1f}One\n\nBody\n\u{1f}\0M\0a b.rs\0A\0c\u{1f}d\0\u{1e}{id}\u{1f}Empty\n\u{1f}\0");
        let commits = read_history(output.as_bytes()).unwrap();
        let texts: Vec<(&str, usize)> = commits.iter().map(|commit| (&*commit.message, commit.changed.len())).collect();
        assert_eq!(texts[1], ("Empty", 0));
        let plain = format!("\u{1e}{id}\u{1f}One\n\nBody\n\u{1f}\0M\0a b.rs\0A\0c\nd\0");
        let commits = read_history(plain.as_bytes()).unwrap();
        assert_eq!(commits, [Commit::new(id, "One\n\nBody", vec!["a b.rs".to_owned(), "c\nd".to_owned()])]);
        assert_eq!(read_history(b"").unwrap(), []);
        assert_eq!(read_history(format!("\u{1e}{id} \u{1f}no name\u{1f}").as_bytes()).unwrap(), []);
        assert!(read_history(b"fatal: not a git repository").is_err());
    }
}
