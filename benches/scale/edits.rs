//! Files of a tree that are edited, and put back as they were.

use crate::Failure;
use crate::figures::floor::files_of;
use pampax_core::source::{RepoPath, Role};
use pampax_core::{Index, Searcher};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Shorter names are in too many other words.
const LEAST_NAME: usize = 6;

/// How long ago an edited file says that it was changed: a file that was changed just now is read once more by the next
/// update, which would be measured with it.
const AGO: Duration = Duration::from_secs(10);

/// A file in which one definition has another name.
pub struct Edit {
    pub path: RepoPath,
    /// The whole text of the file.
    pub text: String,
    /// The new name, which no other file has.
    pub word: String,
}

/// The first `count` edits of a tree, in an order that has nothing to do with the names of files.
pub fn choose(index: &Index, searcher: &Searcher, count: usize) -> Result<Vec<Edit>, Failure> {
    let mut paths = Vec::new();
    for file in files_of(index.root())? {
        let path = file.strip_prefix(index.root())?.to_string_lossy().into_owned();
        paths.push((hash(&path), path));
    }
    paths.sort();
    let mut edits = Vec::new();
    for (_, path) in paths {
        if edits.len() == count {
            return Ok(edits);
        }
        edits.extend(of_file(index, searcher, &path)?);
    }
    Err(format!("only {} of {count} files can be edited", edits.len()).into())
}

/// The edit of a file of code with a definition whose name can be replaced.
fn of_file(index: &Index, searcher: &Searcher, path: &str) -> Result<Option<Edit>, Failure> {
    let path = RepoPath::new(path)?;
    let Some(document) = searcher.document(&path)? else { return Ok(None) };
    let is_name = |name: &str| name.len() >= LEAST_NAME && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let names = document.parsed.spans.iter().map(|span| span.name.as_str()).filter(|name| is_name(name));
    let Some(name) = names.min_by_key(|name| hash(name)).filter(|_| document.role == Role::Code) else {
        return Ok(None);
    };
    let bytes = std::fs::read(index.root().join(path.as_str()))?;
    if bytes != document.text.as_bytes() {
        return Ok(None);
    }
    let word = word(hash(path.as_str()));
    let text = document.text.replace(name, &word);
    Ok(Some(Edit { path, text, word }))
}

/// The same in every run.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A word that nobody has written.
fn word(mut number: u64) -> String {
    let mut word = String::from("z");
    for _ in 0..6 {
        word.push(char::from(b"bdfgklmnprtvwz"[(number % 14) as usize]));
        word.push(char::from(b"aeiou"[(number / 14 % 5) as usize]));
        number /= 70;
    }
    word
}

/// The files that were edited; they are put back at the end, whatever happens.
pub struct Edited {
    /// The file before each edit, by its number.
    aside: TempDir,
    files: Vec<PathBuf>,
}

impl Edited {
    /// No file yet. What is put aside lies beside the index.
    pub fn none(index: &Index) -> Result<Edited, Failure> {
        let place = index.folder().parent().ok_or("the index has no folder around it")?;
        Ok(Edited { aside: tempfile::tempdir_in(place)?, files: Vec::new() })
    }

    /// Puts another file in the place of the one that is edited, which may be a link.
    pub fn write(&mut self, index: &Index, edit: &Edit) -> Result<(), Failure> {
        let file = index.root().join(edit.path.as_str());
        let new = self.aside.path().join("new");
        std::fs::write(&new, &edit.text)?;
        std::fs::File::options().write(true).open(&new)?.set_modified(SystemTime::now() - AGO)?;
        std::fs::rename(&file, self.aside.path().join(self.files.len().to_string()))?;
        self.files.push(file);
        let file = self.files.last().ok_or("no file was edited")?;
        Ok(std::fs::rename(&new, file)?)
    }

    /// Puts every file back.
    pub fn put_back(&mut self) -> Result<(), Failure> {
        while let Some(file) = self.files.pop() {
            std::fs::rename(self.aside.path().join(self.files.len().to_string()), file)?;
        }
        Ok(())
    }

    /// The files that are edited now.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

impl Drop for Edited {
    fn drop(&mut self) {
        if let Err(error) = self.put_back() {
            eprintln!("a file could not be put back: {error}");
        }
    }
}
