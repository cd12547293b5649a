//! Why one path is indexed or not, by the same decisions that a walk takes.
//!
//! Never here: a decision of its own.

use super::named::Resolved;
use super::{INDEX_FOLDER_NAME, IgnoreRule, Refused, Walker, read};
use crate::classify::{self, SkipReason, Skipped};
use crate::config::Config;
use crate::error::Result;
use crate::source::{Language, RepoPath, Role, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

named_enum! {
    /// What becomes of a path when its root is indexed.
    PathOutcome {
        /// It is a file that is indexed.
        Indexed = "indexed",
        /// It is a folder whose entries are looked at.
        Walked = "walked",
        /// It, or a folder above it, is left out.
        Skipped = "skipped",
        /// There is nothing of this name.
        Missing = "missing",
    }
}

/// Whether a path is indexed, and which rule decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The path that was asked about, relative to the root.
    pub path: String,
    /// What becomes of it.
    pub outcome: PathOutcome,
    /// Why it is skipped; its `path` is that of the folder above which decided, if one did.
    pub skipped: Option<Skipped>,
    /// The line of an ignore file that excludes it, if one does.
    pub ignore_rule: Option<IgnoreRule>,
    /// What the engine knows about it, if it is indexed.
    pub file: Option<FileFacts>,
    /// Whether the index holds it as of its last update; `None` when there is no index.
    pub in_index: Option<bool>,
}

/// What is known about a file that is indexed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileFacts {
    /// Its size in bytes.
    pub size: u64,
    /// Its encoding, such as `UTF-8`.
    pub encoding: String,
    /// Its language.
    pub language: Language,
    /// What it is for.
    pub role: Role,
    /// The rule that gave it its role.
    pub role_rule: String,
}

/// Says whether `path`, relative to `root`, is or would be indexed with this configuration, and why.
///
/// The index folder is that of the configuration, or else `.pampax` in the root. A path that does not exist is an
/// outcome, not an error.
///
/// # Errors
/// `IO` when the root cannot be read, `INVALID_ARGUMENT` and `INVALID_CONFIG` as for indexing.
pub fn explain(root: &Path, config: &Config, path: &str) -> Result<Explanation> {
    let default_dir = root.join(INDEX_FOLDER_NAME);
    let walker = Walker::new(root, config, config.storage.index_dir.as_deref().unwrap_or(&default_dir))?;
    let Ok(wanted) = RepoPath::new(path) else { return Ok(without_name(path)) };
    match walker.resolve(&wanted) {
        Resolved::Folder => Ok(explain_folder(root, &wanted)),
        Resolved::File => Ok(explain_file(&walker, &wanted)),
        Resolved::Refused(Refused { skipped, rule }) => Ok(Explanation::skipped(&wanted, skipped, rule)),
        Resolved::Missing => Ok(Explanation::bare(&wanted, PathOutcome::Missing)),
    }
}

/// The root itself, or a path that does not lie below it.
fn without_name(path: &str) -> Explanation {
    let is_root = path.split('/').all(|part| matches!(part, "" | ".")) && !path.starts_with('/');
    let outcome = if is_root { PathOutcome::Walked } else { PathOutcome::Skipped };
    let outside = Skipped::new(path, SkipReason::OutsideRoot, "only what lies below the root is indexed");
    Explanation {
        path: path.to_owned(),
        outcome,
        skipped: (!is_root).then_some(outside),
        ignore_rule: None,
        file: None,
        in_index: None,
    }
}

fn explain_folder(root: &Path, wanted: &RepoPath) -> Explanation {
    match root.join(wanted.as_str()).read_dir() {
        Ok(_) => Explanation::bare(wanted, PathOutcome::Walked),
        Err(error) => Explanation::unreached(wanted, wanted.as_str(), error),
    }
}

fn explain_file(walker: &Walker<'_>, wanted: &RepoPath) -> Explanation {
    let metadata = match walker.root.join(wanted.as_str()).symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) => return Explanation::unreached(wanted, wanted.as_str(), error),
    };
    let walked = walker.file(wanted.as_str(), &metadata);
    let read = walked.and_then(|file| read::read(walker.root, &file, walker.config));
    match read {
        Err(skipped) => Explanation::skipped(wanted, skipped, None),
        Ok(file) => {
            let (_, rule) = classify::role_and_rule(wanted, file.language, read::head_of(&file.text));
            let facts = FileFacts {
                size: metadata.len(),
                encoding: file.encoding.to_owned(),
                language: file.language,
                role: file.role,
                role_rule: rule.to_owned(),
            };
            Explanation { file: Some(facts), ..Explanation::bare(wanted, PathOutcome::Indexed) }
        }
    }
}

impl Explanation {
    fn bare(path: &RepoPath, outcome: PathOutcome) -> Explanation {
        Explanation {
            path: path.as_str().to_owned(),
            outcome,
            skipped: None,
            ignore_rule: None,
            file: None,
            in_index: None,
        }
    }

    fn skipped(path: &RepoPath, skipped: Skipped, ignore_rule: Option<IgnoreRule>) -> Explanation {
        Explanation { skipped: Some(skipped), ignore_rule, ..Explanation::bare(path, PathOutcome::Skipped) }
    }

    /// What the operating system's refusal to look at `at` means for `path`.
    fn unreached(path: &RepoPath, at: &str, error: std::io::Error) -> Explanation {
        match Resolved::unreached(at, error) {
            Resolved::Refused(Refused { skipped, rule }) => Explanation::skipped(path, skipped, rule),
            _ => Explanation::bare(path, PathOutcome::Missing),
        }
    }
}
