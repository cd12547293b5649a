//! Which path belongs to which file, and which package to which folder: what importing needs to know of a whole tree.
//!
//! Never here: the texts of imports, names of definitions.

use super::manifest::Manifest;
use crate::search::corpus::FileIndex;
use std::collections::HashMap;

/// The paths of one snapshot, in their order.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    paths: Vec<String>,
    by_name: HashMap<String, Vec<FileIndex>>,
    by_folder: HashMap<String, Vec<FileIndex>>,
    /// Folders by the last part of their path.
    folders: HashMap<String, Vec<String>>,
    /// Each manifest with the folder it lies in, deepest folders first.
    manifests: Vec<(String, Manifest)>,
}

impl Tables {
    /// The tables of `paths`, which are ordered.
    pub(crate) fn new(paths: Vec<String>, mut manifests: Vec<(String, Manifest)>) -> Tables {
        manifests.sort_by(|left, right| (right.0.len(), &left.0).cmp(&(left.0.len(), &right.0)));
        let mut tables = Tables { paths, manifests, ..Tables::default() };
        for (index, path) in tables.paths.iter().enumerate() {
            let (folder, name) = split(path);
            tables.by_name.entry(name.to_owned()).or_default().push(index as FileIndex);
            tables.by_folder.entry(folder.to_owned()).or_default().push(index as FileIndex);
        }
        let mut folders: Vec<&String> = tables.by_folder.keys().collect();
        folders.sort();
        for folder in folders {
            tables.folders.entry(split(folder).1.to_owned()).or_default().push(folder.clone());
        }
        tables
    }

    /// The path of a file.
    pub(crate) fn path(&self, file: FileIndex) -> &str {
        self.paths.get(file as usize).map_or("", String::as_str)
    }

    /// The folder of a file, without a slash at its end.
    pub(crate) fn folder(&self, file: FileIndex) -> &str {
        split(self.path(file)).0
    }

    /// The file at `path`.
    pub(crate) fn find(&self, path: &str) -> Option<FileIndex> {
        self.paths.binary_search_by(|other| other.as_str().cmp(path)).ok().map(|index| index as FileIndex)
    }

    /// The first file among `folder/name` for each of `names`.
    pub(crate) fn first_in<'n>(&self, folder: &str, names: impl IntoIterator<Item = &'n str>) -> Option<FileIndex> {
        names.into_iter().find_map(|name| self.find(&joined(folder, name)))
    }

    /// The files that lie directly in `folder`.
    pub(crate) fn in_folder(&self, folder: &str) -> &[FileIndex] {
        self.by_folder.get(folder).map_or(&[], Vec::as_slice)
    }

    /// The files whose path is `suffix` or ends with a slash and `suffix`.
    pub(crate) fn with_suffix(&self, suffix: &str) -> Vec<FileIndex> {
        let named = self.by_name.get(split(suffix).1).map_or(&[][..], Vec::as_slice);
        named.iter().copied().filter(|file| ends_with(self.path(*file), suffix)).collect()
    }

    /// The folders whose path is `suffix` or ends with a slash and `suffix`.
    pub(crate) fn folders_with_suffix(&self, suffix: &str) -> Vec<&str> {
        let named = self.folders.get(split(suffix).1).map_or(&[][..], Vec::as_slice);
        named.iter().map(String::as_str).filter(|folder| ends_with(folder, suffix)).collect()
    }

    /// The manifests around a file, the nearest first.
    pub(crate) fn manifests_around(&self, file: FileIndex) -> impl Iterator<Item = (&str, &Manifest)> {
        let folder = self.folder(file);
        self.manifests().filter(move |(at, _)| contains(at, folder))
    }

    /// Every manifest with its folder.
    pub(crate) fn manifests(&self) -> impl Iterator<Item = (&str, &Manifest)> {
        self.manifests.iter().map(|(folder, manifest)| (folder.as_str(), manifest))
    }

    /// Of several files the ones that lie nearest to `from`: those that share the most folders with it.
    pub(crate) fn nearest(&self, from: FileIndex, files: Vec<FileIndex>) -> Vec<FileIndex> {
        let shared = |file: &FileIndex| shared_parts(self.folder(from), self.folder(*file));
        let most = files.iter().map(shared).max().unwrap_or(0);
        files.into_iter().filter(|file| shared(file) == most).collect()
    }
}

fn contains(folder: &str, inner: &str) -> bool {
    folder.is_empty() || inner == folder || inner.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn shared_parts(left: &str, right: &str) -> usize {
    left.split('/').zip(right.split('/')).take_while(|(left, right)| left == right && !left.is_empty()).count()
}

fn ends_with(path: &str, suffix: &str) -> bool {
    path.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// The folder and the last part of a path.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// `name` within `folder`.
pub(crate) fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// `path` as seen from `folder`, without `.` and `..`; `None` when it leads out of the tree.
pub(crate) fn relative(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(paths: &[&str]) -> Tables {
        Tables::new(paths.iter().map(|path| (*path).to_owned()).collect(), Vec::new())
    }

    #[test]
    fn files_and_folders_are_found_by_the_ends_of_their_paths() {
        let tables = tables(&["a/b/c.py", "b/c.py", "xb/c.py"]);
        assert_eq!(tables.with_suffix("b/c.py"), [0, 1]);
        assert_eq!(tables.folders_with_suffix("b"), ["a/b", "b"]);
        assert_eq!((tables.find("xb/c.py"), tables.find("c.py")), (Some(2), None));
        assert_eq!(tables.nearest(1, vec![0, 1, 2]), [1]);
    }

    #[test]
    fn relative_paths_stay_in_the_tree() {
        assert_eq!(relative("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(relative("a", "../../c"), None);
    }
}
