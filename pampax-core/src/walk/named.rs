//! What becomes of single paths of a tree, by the same decisions that a walk takes.
//!
//! Never here: a decision of its own.

use super::{Present, Refused, Source, Walk, Walker, list::join, read, skipped};
use crate::classify::{SkipReason, Skipped};
use crate::config::Config;
use crate::error::Result;
use crate::source::RepoPath;
use std::fs::FileType;
use std::io::ErrorKind;
use std::path::Path;

/// What a path is, as far as names, kinds and ignore files tell.
#[derive(Debug)]
pub(super) enum Resolved {
    /// A folder that is walked.
    Folder,
    /// A file that is looked at.
    File,
    /// It, or a folder above it, is left out.
    Refused(Refused),
    /// There is nothing of this name.
    Missing,
}

/// [`super::walk`] of the files at `paths` alone; `None` when one of them is more than a file: a folder that is walked, or
/// an ignore file, which decides about others.
///
/// # Errors
/// `IO` when the root cannot be read, `INVALID_ARGUMENT` and `INVALID_CONFIG` as for a walk.
pub(crate) fn walk_files(root: &Path, config: &Config, index_dir: &Path, paths: &[RepoPath]) -> Result<Option<Walk>> {
    let walker = Walker::new(root, config, index_dir)?;
    let mut walk = Walk::default();
    for path in paths {
        if decides_about_others(path) {
            return Ok(None);
        }
        match walker.resolve(path) {
            Resolved::Folder => return Ok(None),
            Resolved::File => match walker.file_at(path) {
                Ok(file) => walk.files.extend(file),
                Err(skipped) => walk.skipped.push(skipped),
            },
            Resolved::Refused(refused) => walk.skipped.push(refused.skipped),
            Resolved::Missing => {}
        }
    }
    walk.files.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    walk.files.dedup();
    walk.skipped.sort_unstable();
    walk.skipped.dedup();
    Ok(Some(walk))
}

/// Whether what has this path may change what becomes of other files.
pub(crate) fn decides_about_others(path: &RepoPath) -> bool {
    let decides = |name: &str| name == ".git" || Source::IN_FOLDERS.iter().any(|source| source.name() == name);
    path.as_str().split('/').any(decides)
}

impl Resolved {
    /// What the operating system's refusal to look at `at` means.
    pub(super) fn unreached(at: &str, error: std::io::Error) -> Resolved {
        // What cannot be a name is none.
        if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidFilename) {
            return Resolved::Missing;
        }
        match read::refusal(error) {
            (SkipReason::Changed, _) => Resolved::Missing,
            refusal => Resolved::Refused(Refused { skipped: skipped(at, refusal), rule: None }),
        }
    }
}

impl Walker<'_> {
    /// What `wanted` is.
    pub(super) fn resolve(&self, wanted: &RepoPath) -> Resolved {
        let mut rules = self.rules.clone();
        let mut at = String::new();
        let mut kind: Option<FileType> = None;
        for name in wanted.as_str().split('/') {
            if kind.is_some_and(|kind| !kind.is_dir()) {
                return Resolved::Missing;
            }
            let (deeper, problems) = self.rules_in(&at, &rules, self.present_in(&at));
            (rules, at) = (deeper, join(&at, name));
            kind = match self.root.join(&at).symlink_metadata() {
                Ok(metadata) => Some(metadata.file_type()),
                Err(error) => return Resolved::unreached(&at, error),
            };
            if let Some(skipped) = problems.into_iter().find(|problem| problem.path == at) {
                return Resolved::Refused(Refused { skipped, rule: None });
            }
            if let Some(refused) = kind.and_then(|kind| self.refuse(&rules, &at, kind)) {
                return Resolved::Refused(refused);
            }
        }
        if kind.is_some_and(|kind| kind.is_dir()) { Resolved::Folder } else { Resolved::File }
    }

    /// The file at a path that is looked at, unless its name or size leaves it out; nothing when it is gone.
    fn file_at(&self, path: &RepoPath) -> std::result::Result<Option<super::WalkedFile>, Skipped> {
        match self.root.join(path.as_str()).symlink_metadata() {
            Ok(metadata) => self.file(path.as_str(), &metadata).map(Some),
            Err(error) => match Resolved::unreached(path.as_str(), error) {
                Resolved::Refused(refused) => Err(refused.skipped),
                _ => Ok(None),
            },
        }
    }

    /// Which ignore files lie in `folder`.
    fn present_in(&self, folder: &str) -> Present {
        let is = |name: &str, is_kind: fn(&FileType) -> bool| {
            let metadata = self.root.join(join(folder, name)).symlink_metadata();
            metadata.is_ok_and(|metadata| is_kind(&metadata.file_type()))
        };
        Present {
            in_folder: Source::IN_FOLDERS.map(|source| is(source.name(), FileType::is_file)),
            git: is(".git", FileType::is_dir),
        }
    }
}
