//! What an update has to do: the files of the tree against the rows of the catalog. Pure.
//!
//! Never here: reading files, writing rows.

use crate::source::ContentHash;
use crate::store::catalog::{FileRow, SkippedFile, SkippedRow};
use crate::walk::WalkedFile;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A file that was modified this shortly before it was read may be modified again without a visible trace.
const RACY_MS: u64 = 2_000;

/// What the files' structure and the reasons for skipping depend on, besides the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keys {
    pub parse_key: i64,
    pub skip_key: i64,
}

/// How much of the index may change.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    pub files: u64,
    pub bytes: u64,
}

/// What an update has to do.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Files that are as they were.
    pub unchanged: u64,
    /// Files to read, ordered by path.
    pub read: Vec<Candidate>,
    /// Indexed files that the tree no longer has, ordered by path.
    pub vanished: Vec<FileRow>,
    /// Files that were skipped for their content, which has not changed.
    pub still_skipped: Vec<SkippedRow>,
}

impl Plan {
    /// How much of the index may have to change.
    pub(crate) fn extent(&self) -> Extent {
        let files = self.read.len().saturating_add(self.vanished.len()) as u64;
        Extent { files, bytes: self.read.iter().map(|candidate| candidate.walked.size).sum() }
    }

    /// Whether the index may have to change.
    pub(crate) fn has_work(&self) -> bool {
        !self.read.is_empty() || !self.vanished.is_empty()
    }
}

/// A file to read.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub walked: WalkedFile,
    /// The file as it is indexed, if it is.
    pub row: Option<FileRow>,
    /// The file as it was skipped, if it was read and skipped.
    pub skipped: Option<SkippedRow>,
}

/// Compares the tree with the catalog. `walked` and `rows` are ordered by path.
pub(crate) fn plan(walked: Vec<WalkedFile>, rows: Vec<FileRow>, skipped: &[SkippedRow], keys: Keys) -> Plan {
    let mut plan = Plan::default();
    let skipped: BTreeMap<&str, &SkippedRow> =
        skipped.iter().filter(|row| row.seen.is_some()).map(|row| (row.path.as_str(), row)).collect();
    let mut rows = rows.into_iter().peekable();
    for file in walked {
        while let Some(row) = rows.next_if(|row| row.path < file.path) {
            plan.vanished.push(row);
        }
        let row = rows.next_if(|row| row.path.cmp(&file.path) == Ordering::Equal);
        match (row, skipped.get(file.path.as_str()).copied()) {
            (Some(row), _) if is_unchanged(&row, &file, keys) => plan.unchanged += 1,
            (None, Some(skipped)) if is_still_skipped(skipped, &file, keys) => plan.still_skipped.push(skipped.clone()),
            (row, skipped) => plan.read.push(Candidate { walked: file, row, skipped: skipped.cloned() }),
        }
    }
    plan.vanished.extend(rows);
    plan
}

fn is_unchanged(row: &FileRow, file: &WalkedFile, keys: Keys) -> bool {
    (row.size, row.mtime_ns, row.parse_key) == (file.size, file.mtime_ns, keys.parse_key)
        && !is_racy(row.mtime_ns, row.seen_ms)
}

fn is_still_skipped(row: &SkippedRow, file: &WalkedFile, keys: Keys) -> bool {
    let Some(SkippedFile { size, mtime_ns, seen_ms, skip_key }) = row.seen else { return false };
    (size, mtime_ns, skip_key) == (file.size, file.mtime_ns, keys.skip_key) && !is_racy(mtime_ns, seen_ms)
}

/// Whether a file may have changed after it was read without a change of its time of modification.
pub(crate) fn is_racy(mtime_ns: i64, seen_ms: u64) -> bool {
    let modified_ms = u64::try_from(mtime_ns / 1_000_000).unwrap_or(0);
    modified_ms.abs_diff(seen_ms) < RACY_MS
}

/// Indexed files whose paths are gone, by content: a new path with the same content is a new name.
#[derive(Debug, Default)]
pub(crate) struct Vanished(BTreeMap<ContentHash, Vec<FileRow>>);

impl Vanished {
    pub(crate) fn new(rows: Vec<FileRow>) -> Vanished {
        let mut by_hash: BTreeMap<ContentHash, Vec<FileRow>> = BTreeMap::new();
        rows.into_iter().for_each(|row| by_hash.entry(row.hash).or_default().push(row));
        Vanished(by_hash)
    }

    /// Takes the first file, by path, that has this content and that `fits`.
    pub(crate) fn take(&mut self, hash: ContentHash, fits: impl Fn(&FileRow) -> bool) -> Option<FileRow> {
        let rows = self.0.get_mut(&hash)?;
        let position = rows.iter().position(fits)?;
        Some(rows.remove(position))
    }

    /// The files that nothing took, ordered by content, then by path.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = FileRow> {
        self.0.into_values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Language, RepoPath, Role};

    const KEYS: Keys = Keys { parse_key: 3, skip_key: 4 };
    const LATER_MS: u64 = 10_000;

    fn file(path: &str, mtime_ns: i64) -> WalkedFile {
        WalkedFile { path: RepoPath::new(path).unwrap(), size: 1, mtime_ns }
    }

    fn row(path: &str, mtime_ns: i64) -> FileRow {
        FileRow {
            id: 1,
            path: RepoPath::new(path).unwrap(),
            size: 1,
            mtime_ns,
            seen_ms: LATER_MS,
            hash: ContentHash::of(b"x"),
            parse_key: KEYS.parse_key,
            language: Language::Text,
            role: Role::Code,
            encoding: "UTF-8".into(),
            lines: 1,
            span_count: 0,
            chunk_count: 0,
            degraded: None,
        }
    }

    fn skipped(path: &str, skip_key: i64) -> SkippedRow {
        let seen = SkippedFile { size: 1, mtime_ns: 1, seen_ms: LATER_MS, skip_key };
        SkippedRow { path: path.into(), reason: "binary".into(), detail: String::new(), seen: Some(seen) }
    }

    fn check(walked: &[WalkedFile], rows: &[FileRow], skips: &[SkippedRow], expected: &str) {
        let plan = plan(walked.to_vec(), rows.to_vec(), skips, KEYS);
        let paths = |paths: Vec<&str>| paths.join(" ");
        let found = format!(
            "unchanged {} read [{}] vanished [{}] skipped [{}]",
            plan.unchanged,
            paths(plan.read.iter().map(|candidate| candidate.walked.path.as_str()).collect()),
            paths(plan.vanished.iter().map(|row| row.path.as_str()).collect()),
            paths(plan.still_skipped.iter().map(|row| row.path.as_str()).collect()),
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn files_are_told_apart_by_path_size_and_time() {
        check(&[], &[], &[], "unchanged 0 read [] vanished [] skipped []");
        check(
            &[file("a", 1), file("b", 2), file("d", 1)],
            &[row("a", 1), row("b", 1), row("c", 1), row("e", 1)],
            &[],
            "unchanged 1 read [b d] vanished [c e] skipped []",
        );
    }

    #[test]
    fn a_file_modified_just_before_it_was_read_is_read_again() {
        let recent = (LATER_MS as i64 - 500) * 1_000_000;
        check(&[file("a", recent)], &[row("a", recent)], &[], "unchanged 0 read [a] vanished [] skipped []");
    }

    #[test]
    fn another_way_of_parsing_reads_everything_again() {
        let old = FileRow { parse_key: KEYS.parse_key + 1, ..row("a", 1) };
        check(&[file("a", 1)], &[old], &[], "unchanged 0 read [a] vanished [] skipped []");
    }

    #[test]
    fn a_skipped_file_is_read_again_only_when_it_or_the_rules_changed() {
        let skips = [skipped("a", KEYS.skip_key), skipped("b", KEYS.skip_key + 1), skipped("c", KEYS.skip_key)];
        check(
            &[file("a", 1), file("b", 1), file("c", 2)],
            &[],
            &skips,
            "unchanged 0 read [b c] vanished [] skipped [a]",
        );
    }

    #[test]
    fn a_vanished_file_is_taken_once_and_only_when_it_fits() {
        let mut vanished = Vanished::new(vec![row("a", 1), row("b", 1)]);
        let hash = ContentHash::of(b"x");
        assert!(vanished.take(hash, |row| row.language == Language::Rust).is_none());
        assert_eq!(vanished.take(hash, |_| true).unwrap().path.as_str(), "a");
        assert_eq!(vanished.into_rows().map(|row| row.path.to_string()).collect::<Vec<_>>(), ["b"]);
    }
}
