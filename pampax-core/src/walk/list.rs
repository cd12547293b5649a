//! The entries of one folder, in order.
//!
//! Never here: which of them are left out by a rule.

use super::{read, skipped};
use crate::classify::{SkipReason, Skipped};
use std::cmp::Ordering;
use std::fs::{DirEntry, FileType, ReadDir};

/// An entry of a folder whose name is text.
pub(super) struct Entry {
    /// Its own name.
    pub(super) name: String,
    /// What it is, links not followed.
    pub(super) kind: FileType,
    /// Where its size and time come from.
    pub(super) source: DirEntry,
}

impl Entry {
    /// Orders siblings so that whole paths come in the order of their bytes: a folder counts with its slash.
    fn compare(&self, other: &Entry) -> Ordering {
        let (left, right) = (self.name.as_bytes(), other.name.as_bytes());
        let common = left.len().min(right.len());
        let next = |entry: &Entry| entry.name.as_bytes().get(common).copied().or(entry.kind.is_dir().then_some(b'/'));
        left[..common].cmp(&right[..common]).then_with(|| next(self).cmp(&next(other)))
    }
}

/// The entries of `folder` in order; those that cannot be named or looked at are skipped.
pub(super) fn list(folder: &str, entries: ReadDir, skips: &mut Vec<Skipped>) -> Vec<Entry> {
    let mut listed = Vec::new();
    for entry in entries {
        let named = entry.map(|source| (source.file_name().into_string(), source));
        match named {
            Ok((Ok(name), source)) => match source.file_type() {
                Ok(kind) => listed.push(Entry { name, kind, source }),
                Err(error) => skips.push(skipped(&join(folder, &name), read::refusal(error))),
            },
            Ok((Err(name), _)) => {
                let path = join(folder, &name.to_string_lossy());
                skips.push(Skipped::new(path, SkipReason::NotUtf8Path, "its name is not UTF-8"));
            }
            Err(error) => skips.push(skipped(folder, read::refusal(error))),
        }
    }
    listed.sort_unstable_by(Entry::compare);
    listed
}

/// The path of the entry `name` of `folder`, which is empty for the root.
pub(super) fn join(folder: &str, name: &str) -> String {
    let mut path = String::with_capacity(folder.len() + 1 + name.len());
    path.push_str(folder);
    descend(&mut path, name);
    path
}

/// Appends the entry `name` to the path of its folder.
pub(super) fn descend(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('/');
    }
    path.push_str(name);
}
