//! The names that files speak by, in words.
//!
//! Never here: how a name answers to a question (`closer.rs`).

use crate::search::corpus::{CorpusFile, FileIndex};
use crate::search::terms::{Analyser, EXACT_MARK, fold, parts, words};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// File names that say nothing; the folder's name speaks for them.
const SILENT_NAMES: &[&str] = &["index", "init", "lib", "main", "mod", "package"];

/// The words of a file's name, or of its folder's where its own says nothing.
pub(crate) fn spoken_name(file: &CorpusFile) -> &str {
    let stem = file.path.stem();
    let folder_name = file.path.folder().rsplit('/').next().unwrap_or("");
    let is_silent = SILENT_NAMES.contains(&stem.trim_matches('_').to_ascii_lowercase().as_str());
    if is_silent && !folder_name.is_empty() { folder_name } else { stem }
}

/// About how many files' names are kept in words.
const KEPT_NAMES: usize = 2_000;

/// The words of the names of one snapshot's files, worked out when first asked for.
pub(crate) struct SpokenNames(Cache<FileIndex, Arc<[SpokenWord]>>);

impl Default for SpokenNames {
    fn default() -> SpokenNames {
        SpokenNames(Cache::new(KEPT_NAMES))
    }
}

impl SpokenNames {
    /// Those of a file.
    pub(crate) fn of(&self, index: FileIndex, file: &CorpusFile) -> Arc<[SpokenWord]> {
        self.0.get(&index).unwrap_or_else(|| {
            let name = SpokenWord::all_of(file);
            self.0.insert(index, name.clone());
            name
        })
    }
}

/// One word of a file's name.
pub(crate) struct SpokenWord {
    /// As it is written, folded.
    pub folded: String,
    /// What it is stored as, but for its exact forms.
    pub stems: Vec<String>,
}

impl SpokenWord {
    /// Those of the name of `file`, in their order.
    pub(crate) fn all_of(file: &CorpusFile) -> Arc<[SpokenWord]> {
        let mut analyser = Analyser::new();
        let mut terms = String::new();
        let mut word = |folded: &str| {
            terms.clear();
            analyser.analyse(folded, &mut terms);
            let stems = terms.split_whitespace().filter(|term| !term.starts_with(EXACT_MARK));
            SpokenWord { folded: folded.to_owned(), stems: stems.map(str::to_owned).collect() }
        };
        words(spoken_name(file)).flat_map(parts).map(|part| word(&fold(part))).collect()
    }
}
