//! The files below a root that are indexed, and why the others are not.
//!
//! Never here: what a file's text means, and the catalog. Nothing outside the root is read, no link is followed, nothing
//! but folders and regular files is opened, and neither the user's global git settings nor folders above the root count.

mod explain;
mod ignore;
mod list;
mod named;
mod pattern;
mod read;

pub use explain::{Explanation, FileFacts, PathOutcome, explain};
pub use ignore::IgnoreRule;
#[cfg(feature = "watch")]
pub(crate) use named::decides_about_others;
pub(crate) use named::walk_files;
pub(crate) use read::{SourceFile, read};

use crate::classify::{self, SkipReason, Skipped};
use crate::config::{Config, IndexerConfig};
use crate::error::{Error, Result};
use crate::limits::Watch;
use crate::source::{Freshness, RepoPath};
use ignore::{Decision, IgnoreFile, Rules, Source};
use list::{Entry, descend, join, list};
use std::fs::{FileType, Metadata, ReadDir};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// The name of the index folder in the root. A folder of this name is never walked, wherever it lies.
pub(crate) const INDEX_FOLDER_NAME: &str = ".pampax";

/// Folders and files that hold the history of a version control system.
const VERSION_CONTROL: [&str; 4] = [".git", ".hg", ".svn", ".jj"];

/// Ignore files larger than this are not used.
const MAX_IGNORE_FILE_BYTES: u64 = 16 << 20;

/// What a walk found. Both lists are ordered by the bytes of the path.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The files to read.
    pub(crate) files: Vec<WalkedFile>,
    /// Everything that was left out; of a folder only the folder itself.
    pub(crate) skipped: Vec<Skipped>,
    /// The folders that were looked into, relative to the root, which is the empty path.
    pub(crate) folders: Vec<String>,
}

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WalkedFile {
    /// Where it is.
    pub(crate) path: RepoPath,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// When it was last modified, in nanoseconds since the Unix epoch.
    pub(crate) mtime_ns: i64,
}

/// Lists what is to be indexed below `root`. `index_dir` is left out if it lies there.
///
/// # Errors
/// `IO` when the root cannot be read, `INVALID_ARGUMENT` when the index folder is the root itself, `INVALID_CONFIG` when
/// a glob of `indexer.exclude` holds a line end, `CANCELLED` and `DEADLINE_EXCEEDED` as the watch says.
pub(crate) fn walk(root: &Path, config: &Config, index_dir: &Path, watch: &Watch) -> Result<Walk> {
    let walker = Walker::new(root, config, index_dir)?;
    let mut walk = Walk::default();
    walker.run(&mut walk, || watch.check("walk").map(|()| true))?;
    walk.skipped.sort_unstable();
    Ok(walk)
}

/// The files of a tree up to some path.
#[derive(Debug)]
pub(crate) struct PartOfTree {
    /// The files that an update would read, ordered by path.
    pub(crate) files: Vec<WalkedFile>,
    /// The folder that was not looked into any more.
    end: Option<String>,
}

impl PartOfTree {
    /// Whether this is the whole tree.
    pub(crate) fn is_whole(&self) -> bool {
        self.end.is_none()
    }

    /// Whether `path` lies in this part, if it is in the tree.
    pub(crate) fn covers(&self, path: &str) -> bool {
        let Some(end) = &self.end else { return true };
        path.bytes().lt(end.bytes().chain((!end.is_empty()).then_some(b'/')))
    }
}

/// [`walk`], as far as the time of `watch` goes.
///
/// # Errors
/// Those of [`walk`] but `DEADLINE_EXCEEDED`.
pub(crate) fn walk_for_a_while(root: &Path, config: &Config, index_dir: &Path, watch: &Watch) -> Result<PartOfTree> {
    let walker = Walker::new(root, config, index_dir)?;
    let mut walk = Walk::default();
    let end = walker.run(&mut walk, || match watch.check("walk") {
        Err(Error::DeadlineExceeded { .. }) => Ok(false),
        outcome => outcome.map(|()| true),
    })?;
    Ok(PartOfTree { files: walk.files, end })
}

/// Whether a file still has the size and the time of modification that it was indexed with.
pub(crate) fn freshness(root: &Path, file: &WalkedFile) -> Freshness {
    match root.join(file.path.as_str()).symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => Freshness::Missing,
        Ok(metadata) if metadata.len() == file.size && mtime_ns(&metadata) == file.mtime_ns => Freshness::Fresh,
        Ok(_) => Freshness::Stale,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Freshness::Missing,
        Err(_) => Freshness::Unknown,
    }
}

/// What is still to be done: folders to visit among files to list, in the order of their paths from the end.
enum Found {
    Folder(Folder),
    File(WalkedFile),
}

/// A folder to visit, and the rules of the folders above it.
struct Folder {
    path: String,
    rules: Rules,
}

/// What holds for every entry of one walk.
struct Walker<'a> {
    root: &'a Path,
    config: &'a Config,
    /// The index folder relative to the root, if it lies below.
    index_folder: Option<String>,
    /// The log and the measurements that the configuration names, relative to the root.
    own_files: Vec<String>,
    /// The rules of the configuration.
    rules: Rules,
}

/// An entry that is left out without a look into it.
#[derive(Debug)]
struct Refused {
    skipped: Skipped,
    rule: Option<IgnoreRule>,
}

impl<'a> Walker<'a> {
    fn new(root: &'a Path, config: &'a Config, index_dir: &Path) -> Result<Walker<'a>> {
        let globs = &config.indexer.exclude;
        if let Some(position) = globs.iter().position(|glob| glob.contains('\n')) {
            let key = format!("indexer.exclude[{position}]");
            return Err(Error::InvalidConfig { key, reason: "holds a line end".to_owned() });
        }
        let excludes = IgnoreFile::from_lines(Source::Exclude, "", globs.iter().map(|glob| glob.as_bytes()));
        let index_folder = index_folder_below(root, index_dir)?;
        let own_files = own_files(root, config);
        Ok(Walker { root, config, index_folder, own_files, rules: Rules::default().with(vec![excludes]) })
    }

    /// Walks the tree in the order of its paths for as long as `may_go_on` says so. Returns the folder where it ended.
    fn run(&self, walk: &mut Walk, may_go_on: impl Fn() -> Result<bool>) -> Result<Option<String>> {
        let mut pending = vec![Found::Folder(Folder { path: String::new(), rules: self.rules.clone() })];
        while let Some(found) = pending.pop() {
            let folder = match found {
                Found::File(file) => {
                    walk.files.push(file);
                    continue;
                }
                Found::Folder(folder) => folder,
            };
            if !may_go_on()? {
                return Ok(Some(folder.path));
            }
            let listing = self.root.join(&folder.path).read_dir();
            walk.folders.extend(listing.is_ok().then(|| folder.path.clone()));
            match listing {
                Ok(entries) => pending.extend(self.visit(&folder, entries, &mut walk.skipped).into_iter().rev()),
                Err(error) if folder.path.is_empty() => return Err(Error::io("read", self.root, error)),
                Err(error) => walk.skipped.push(skipped(&folder.path, read::refusal(error))),
            }
        }
        Ok(None)
    }

    /// Sorts out the entries of one folder: what is walked is returned in order, the rest is skipped.
    fn visit(&self, folder: &Folder, entries: ReadDir, skips: &mut Vec<Skipped>) -> Vec<Found> {
        let entries = list(&folder.path, entries, skips);
        let (rules, problems) = self.rules_in(&folder.path, &folder.rules, Present::among(&entries));
        let mut found = Vec::with_capacity(entries.len());
        let mut path = folder.path.clone();
        for entry in entries {
            path.truncate(folder.path.len());
            descend(&mut path, &entry.name);
            if problems.iter().any(|problem| problem.path == path) {
                continue;
            }
            match self.refuse(&rules, &path, entry.kind) {
                Some(refused) => skips.push(refused.skipped),
                None if entry.kind.is_dir() => {
                    found.push(Found::Folder(Folder { path: path.clone(), rules: rules.clone() }));
                }
                None => {
                    let metadata = entry.source.metadata().map_err(|error| skipped(&path, read::refusal(error)));
                    match metadata.and_then(|metadata| self.file(&path, &metadata)) {
                        Ok(file) => found.push(Found::File(file)),
                        Err(skipped) => skips.push(skipped),
                    }
                }
            }
        }
        skips.extend(problems);
        found
    }

    /// The rules for the entries of `folder`, and the ignore files that could not be used.
    fn rules_in(&self, folder: &str, rules: &Rules, present: Present) -> (Rules, Vec<Skipped>) {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for source in present.sources(&self.config.indexer) {
            let path = join(folder, source.name());
            if source == Source::GitExclude && !self.is_folder(&join(folder, ".git/info")) {
                continue;
            }
            match read::read_bytes(&self.root.join(&path), MAX_IGNORE_FILE_BYTES, |_| Ok(())) {
                Ok(bytes) => files.push(IgnoreFile::parse(source, folder, &bytes)),
                Err((SkipReason::Changed, _)) if source == Source::GitExclude => {}
                Err((reason, detail)) => {
                    problems.push(Skipped::new(path, reason, format!("{detail}; its rules do not apply")));
                }
            }
        }
        (rules.with(files), problems)
    }

    fn is_folder(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
    }

    /// Why the entry at `path` is left out, as far as its name, its kind and the ignore files tell.
    fn refuse(&self, rules: &Rules, path: &str, kind: FileType) -> Option<Refused> {
        let name = file_name(path);
        let refused = |reason, detail: &str| Some(Refused { skipped: Skipped::new(path, reason, detail), rule: None });
        if VERSION_CONTROL.contains(&name) {
            return refused(SkipReason::VersionControl, "it belongs to a version control system");
        }
        if kind.is_dir() && (name == INDEX_FOLDER_NAME || self.index_folder.as_deref() == Some(path)) {
            return refused(SkipReason::IndexFolder, "it is an index folder");
        }
        if !kind.is_dir() && self.own_files.iter().any(|own| path.strip_prefix(own.as_str()).is_some_and(is_of_own)) {
            return refused(SkipReason::IndexFolder, "it is a log or a file of measurements that pampax writes");
        }
        match rules.decide(path, kind.is_dir()) {
            Decision::Exclude(rule) => {
                let detail = format!("{} line {}: {}", rule.file, rule.line, rule.pattern);
                return Some(Refused { skipped: Skipped::new(path, SkipReason::Ignored, detail), rule: Some(rule) });
            }
            Decision::Silent if name.starts_with('.') && !self.config.indexer.hidden => {
                return refused(SkipReason::Hidden, "its name starts with a dot and indexer.hidden is off");
            }
            Decision::Silent | Decision::Include => {}
        }
        match read::check_regular(kind) {
            Err(refusal) if !kind.is_dir() => Some(Refused { skipped: skipped(path, refusal), rule: None }),
            _ => None,
        }
    }

    /// The file at `path`, unless its name or size leaves it out.
    fn file(&self, path: &str, metadata: &Metadata) -> std::result::Result<WalkedFile, Skipped> {
        let size = metadata.len();
        let mtime_ns = mtime_ns(metadata);
        let path = RepoPath::new(path).map_err(|error| skipped(path, (SkipReason::OutsideRoot, error.to_string())))?;
        if let Some((reason, rule)) = classify::skip_by_name(&path, &self.config.security) {
            return Err(skipped(path.as_str(), (reason, rule.to_owned())));
        }
        read::check_size(size, self.config.indexer.max_file_bytes)
            .map_err(|(reason, detail)| skipped(path.as_str(), (reason, format!("{size} bytes, {detail}"))))?;
        Ok(WalkedFile { path, size, mtime_ns })
    }
}

/// Whether what follows the name of a file of our own makes it that file, or one that was made of it.
fn is_of_own(ending: &str) -> bool {
    let suffix = ending.strip_prefix('.');
    let is_number = |suffix: &str| !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_digit());
    ending.is_empty() || suffix.is_some_and(|suffix| is_number(suffix) || matches!(suffix, "lock" | "new"))
}

/// The log and the measurements that the configuration names, where they lie in the root.
fn own_files(root: &Path, config: &Config) -> Vec<String> {
    let named = [config.logging.file.as_ref(), config.metrics.file.as_ref()].into_iter().flatten();
    let below = named.filter_map(|file| Some(root.join(file).strip_prefix(root).ok()?.to_str()?.replace('\\', "/")));
    below.map(|path| path.trim_start_matches("./").to_owned()).filter(|path| !path.is_empty()).collect()
}

/// Which ignore files a folder holds.
#[derive(Debug, Clone, Copy, Default)]
struct Present {
    /// In the order of [`Source::IN_FOLDERS`].
    in_folder: [bool; 3],
    /// Whether there is a git folder.
    git: bool,
}

impl Present {
    fn among(entries: &[Entry]) -> Present {
        let mut present = Present::default();
        for entry in entries.iter().filter(|entry| entry.name.starts_with('.')) {
            present.git |= entry.name == ".git" && entry.kind.is_dir();
            for (is_present, source) in present.in_folder.iter_mut().zip(Source::IN_FOLDERS) {
                *is_present |= entry.name == source.name() && entry.kind.is_file();
            }
        }
        present
    }

    /// The sources to read.
    fn sources(self, indexer: &IndexerConfig) -> impl Iterator<Item = Source> {
        let in_folder = Source::IN_FOLDERS.into_iter().zip(self.in_folder);
        in_folder
            .chain([(Source::GitExclude, self.git)])
            .filter(|&(source, is_present)| is_present && (indexer.ignore_files || source == Source::Pampaxignore))
            .map(|(source, _)| source)
    }
}

fn skipped(path: &str, (reason, detail): read::Refusal) -> Skipped {
    Skipped::new(path, reason, detail)
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The time of the last change in nanoseconds since the Unix epoch; 0 where the file system keeps none.
fn mtime_ns(metadata: &Metadata) -> i64 {
    let Ok(modified) = metadata.modified() else { return 0 };
    match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanoseconds| -nanoseconds),
    }
}

/// The path of `index_dir` relative to `root`, if it exists and lies below.
fn index_folder_below(root: &Path, index_dir: &Path) -> Result<Option<String>> {
    let root = root.canonicalize().map_err(|error| Error::io("read", root, error))?;
    // An index folder that does not exist yet cannot be walked either.
    let Ok(index_dir) = index_dir.canonicalize() else { return Ok(None) };
    let Ok(below) = index_dir.strip_prefix(&root) else { return Ok(None) };
    let parts: Vec<&str> = below.iter().filter_map(|part| part.to_str()).collect();
    match parts.is_empty() {
        true => Err(Error::argument("index_dir", "the index folder cannot be the root itself")),
        false => Ok(Some(parts.join("/"))),
    }
}

#[cfg(test)]
mod tests;
