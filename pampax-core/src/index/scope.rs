//! How much of the tree an update looks at. Pure.
//!
//! Never here: looking.

use crate::source::RepoPath;
use crate::store::catalog::SkippedRow;

/// What an update brings up to date.
#[derive(Debug)]
pub(super) enum Scope {
    /// All of it.
    Tree,
    /// The files at these paths, ascending and each once.
    Files(Vec<RepoPath>),
}

impl Scope {
    /// The files at `paths`.
    pub(super) fn files(paths: &[RepoPath]) -> Scope {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        paths.dedup();
        Scope::Files(paths)
    }

    /// What stays skipped: `within` of what is looked at, and of all that was skipped before what is not.
    pub(super) fn still_skipped(&self, mut within: Vec<SkippedRow>, before: &[SkippedRow]) -> Vec<SkippedRow> {
        if let Scope::Files(paths) = self {
            let is_within = |row: &SkippedRow| paths.binary_search_by(|path| path.as_str().cmp(&row.path)).is_ok();
            within.extend(before.iter().filter(|row| !is_within(row)).cloned());
        }
        within
    }
}
