//! The indexed paths most like one that is not indexed.
//!
//! Never here: disk.

use crate::search::corpus::Corpus;
use crate::source::RepoPath;

/// The most paths that are named.
const MAX_NEAR: usize = 5;

/// Longer names are not compared letter by letter.
const MAX_NAME_CHARS: usize = 128;

/// How one path resembles another, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// It lies in the folder that was asked about.
    Below,
    /// The paths differ in case only.
    Case,
    /// The names of the files are equal.
    Name,
    /// So many letters of the name differ.
    Letters(usize),
}

/// The paths most like `path`, the most alike first.
pub(super) fn near(corpus: &Corpus, path: &str) -> Vec<RepoPath> {
    let slashed = path.replace('\\', "/");
    let asked = slashed.trim_matches('/').trim_start_matches("./");
    let alike = corpus.files.iter().filter_map(|file| {
        let likeness = likeness(asked, &file.path)?;
        Some((likeness, usize::MAX - equal_ends(asked, &file.path), &file.path))
    });
    let mut alike: Vec<(Likeness, usize, &RepoPath)> = alike.collect();
    alike.sort_unstable();
    alike.into_iter().take(MAX_NEAR).map(|(_, _, path)| path.clone()).collect()
}

fn likeness(asked: &str, path: &RepoPath) -> Option<Likeness> {
    if asked.is_empty() {
        return None;
    }
    if path.as_str().strip_prefix(asked).is_some_and(|rest| rest.starts_with('/')) {
        return Some(Likeness::Below);
    }
    let name = asked.rsplit('/').next().unwrap_or(asked);
    if path.as_str().eq_ignore_ascii_case(asked) {
        return Some(Likeness::Case);
    }
    if path.file_name() == name {
        return Some(Likeness::Name);
    }
    let count = name.chars().count();
    if count > MAX_NAME_CHARS || path.file_name().chars().count().abs_diff(count) > allowed(count) {
        return None;
    }
    let differing = distance(&name.to_lowercase(), &path.file_name().to_lowercase());
    (differing <= allowed(count)).then_some(Likeness::Letters(differing))
}

/// How many letters of a name may differ.
fn allowed(count: usize) -> usize {
    count / 4
}

/// How many of the last parts of two paths are equal.
fn equal_ends(asked: &str, path: &RepoPath) -> usize {
    asked.rsplit('/').zip(path.as_str().rsplit('/')).take_while(|(left, right)| left == right).count()
}

/// The number of letters to add, drop or change to make one word the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, character) in left.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (at, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(character != *other);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: &str, path: &str, expected: Option<Likeness>) {
        assert_eq!(likeness(asked, &RepoPath::new(path).unwrap()), expected, "{asked} and {path}");
    }

    #[test]
    fn paths_are_alike_by_folder_case_name_or_letters() {
        check("src/auth", "src/auth/login.py", Some(Likeness::Below));
        check("SRC/Login.py", "src/login.py", Some(Likeness::Case));
        check("lib/login.py", "src/login.py", Some(Likeness::Name));
        check("src/logn.py", "src/login.py", Some(Likeness::Letters(1)));
        check("src/logout.py", "src/start.py", None);
        check("", "src/start.py", None);
    }

    #[test]
    fn distances_count_letters() {
        for (left, right, expected) in [("", "ab", 2), ("login", "login", 0), ("kitten", "sitting", 3)] {
            assert_eq!((distance(left, right), distance(right, left)), (expected, expected));
        }
    }
}
