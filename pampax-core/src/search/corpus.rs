//! The tables of one snapshot that every query reads: files, and which document of the text index is which chunk.
//!
//! Never here: anything that depends on a query.

use crate::error::Result;
use crate::search::bm25::{Bm25, CHUNK_BODY, FILE_BODY, FILE_NAMES, PATH};
use crate::source::{Language, RepoPath};
pub(crate) use crate::store::catalog::CorpusFile;
use crate::store::text::{TextField, TextSnapshot, length_of};
use crate::walk::WalkedFile;
use std::collections::HashSet;

impl CorpusFile {
    /// The file as it was found on disk.
    pub(crate) fn walked(&self) -> WalkedFile {
        WalkedFile { path: self.path.clone(), size: self.size, mtime_ns: self.mtime_ns }
    }
}

/// For each file: whether it is a header of C, and another file of its name is not.
fn headers(files: &[CorpusFile]) -> Vec<bool> {
    let is_header =
        |file: &CorpusFile| file.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("h"));
    let of_c = files.iter().filter(|file| file.language == Language::C);
    let implemented: HashSet<&str> = of_c.filter(|file| !is_header(file)).map(|file| file.path.stem()).collect();
    let is_implemented = |file: &CorpusFile| implemented.contains(file.path.stem());
    files.iter().map(|file| file.language == Language::C && is_header(file) && is_implemented(file)).collect()
}

/// The mean over live documents, at least a little above 0.
fn mean(lengths: impl Iterator<Item = u32>, count: usize) -> f64 {
    let total: u64 = lengths.map(u64::from).sum();
    total.max(1) as f64 / count.max(1) as f64
}

/// What damps terms in every text, worked out once: see [`Bm25::damping`].
#[derive(Debug, Default)]
pub(crate) struct Damping {
    /// By number of a rounded length: in the body of a chunk of that length.
    pub chunk: Vec<f64>,
    /// By file: in all its bodies.
    pub body: Vec<f64>,
    /// By file: in all its names.
    pub names: Vec<f64>,
    /// By file: in its path.
    pub path: Vec<f64>,
}

/// How many terms the texts of files have. Gone once [`Damping`] is made of it.
struct Lengths {
    /// By document, as numbers of rounded lengths.
    names: Vec<u8>,
    paths: Vec<u8>,
    /// By file: of all its names, and of its path.
    file_names: Vec<u32>,
    file_paths: Vec<u32>,
}

/// The position of a file in [`Corpus::files`].
pub(crate) type FileIndex = u32;

/// Not a live document, or not a known file.
pub(crate) const NONE: u32 = u32::MAX;

/// The tables of one snapshot.
pub(crate) struct Corpus {
    /// Ordered by path.
    pub files: Vec<CorpusFile>,
    /// For each document: its file, or [`NONE`].
    pub file_of: Vec<FileIndex>,
    /// For each document: its chunk number, or [`NONE`] for the document of the whole file.
    pub chunk_of: Vec<u32>,
    /// For each document: the number of terms in its body, as a number of rounded lengths.
    pub body_lengths: Vec<u8>,
    /// For each file: the number of terms in all its bodies.
    pub file_lengths: Vec<u32>,
    /// For each file: whether it is a header of C that another file of its name implements.
    pub is_header_of_another: Vec<bool>,
    /// The mean number of terms in all bodies of a file, at least a little above 0.
    pub mean_length: f64,
    /// What lengths do to terms.
    pub damping: Damping,
    /// The number of live chunk documents.
    pub chunk_count: u32,
    /// Whether every file's documents lie one after another, with none of another file between them.
    pub is_grouped: bool,
    by_id: Vec<FileIndex>,
    first_document: Vec<u32>,
    documents: Vec<u32>,
}

impl Corpus {
    /// Reads the tables. `files` must be ordered by path.
    pub(crate) fn load(files: Vec<CorpusFile>, text: &TextSnapshot) -> Result<Corpus> {
        let document_count = text.document_count() as usize;
        let by_id = index_by_id(&files);
        let mut lengths = Lengths {
            names: text.lengths(TextField::Names)?,
            paths: text.lengths(TextField::Path)?,
            file_names: vec![0; files.len()],
            file_paths: vec![0; files.len()],
        };
        let mut corpus = Corpus {
            file_of: vec![NONE; document_count],
            chunk_of: vec![NONE; document_count],
            body_lengths: text.lengths(TextField::Body)?,
            file_lengths: vec![0; files.len()],
            is_header_of_another: headers(&files),
            chunk_count: 0,
            is_grouped: true,
            mean_length: 0.0,
            damping: Damping::default(),
            by_id,
            first_document: vec![0; files.len() + 1],
            documents: Vec::new(),
            files,
        };
        text.for_each_document(|document, id, chunk| corpus.place(document, (id, chunk), &mut lengths));
        corpus.group_documents();
        corpus.is_grouped = is_grouped(&corpus.file_of, corpus.files.len());
        corpus.measure(&lengths);
        Ok(corpus)
    }

    /// Puts a document down as what it is of the file of this id.
    fn place(&mut self, document: u32, (id, chunk): (u32, Option<u32>), lengths: &mut Lengths) {
        let Some(file) = self.index_of_id(id) else { return };
        let (at, of) = (document as usize, file as usize);
        self.file_of[at] = file;
        let Some(chunk) = chunk else {
            lengths.file_paths[of] = length_of(lengths.paths[at]);
            return;
        };
        self.chunk_of[at] = chunk;
        self.chunk_count += 1;
        self.first_document[of + 1] += 1;
        self.file_lengths[of] += length_of(self.body_lengths[at]);
        lengths.file_names[of] += length_of(lengths.names[at]);
    }

    fn measure(&mut self, lengths: &Lengths) {
        let file_count = self.files.len();
        let of_numbers = |numbers: &[u8], count: usize| mean(numbers.iter().map(|number| length_of(*number)), count);
        let of_all = |field: Bm25, lengths: &[u32], mean: f64| -> Vec<f64> {
            lengths.iter().map(|length| field.damping(f64::from(*length) / mean)).collect()
        };
        let rounded: Vec<u32> = (0..=u8::MAX).map(length_of).collect();
        self.mean_length = mean(self.file_lengths.iter().copied(), file_count);
        self.damping = Damping {
            chunk: of_all(CHUNK_BODY, &rounded, of_numbers(&self.body_lengths, self.chunk_count as usize)),
            body: of_all(FILE_BODY, &self.file_lengths, self.mean_length),
            names: of_all(FILE_NAMES, &lengths.file_names, of_numbers(&lengths.names, file_count)),
            path: of_all(PATH, &lengths.file_paths, of_numbers(&lengths.paths, file_count)),
        };
    }

    fn group_documents(&mut self) {
        for file in 1..self.first_document.len() {
            self.first_document[file] += self.first_document[file - 1];
        }
        let mut next = self.first_document.clone();
        self.documents = vec![0; self.chunk_count as usize];
        for (document, file) in self.file_of.iter().enumerate() {
            if *file != NONE && self.chunk_of[document] != NONE {
                let slot = &mut next[*file as usize];
                self.documents[*slot as usize] = document as u32;
                *slot += 1;
            }
        }
    }

    /// The documents of a file's chunks.
    pub(crate) fn documents_of(&self, file: FileIndex) -> &[u32] {
        let range = self.first_document[file as usize] as usize..self.first_document[file as usize + 1] as usize;
        &self.documents[range]
    }

    /// The position of a file by its id.
    pub(crate) fn index_of_id(&self, id: u32) -> Option<FileIndex> {
        self.by_id.get(id as usize).copied().filter(|file| *file != NONE)
    }

    /// The position of a file by its path.
    pub(crate) fn find(&self, path: &RepoPath) -> Option<FileIndex> {
        self.files.binary_search_by(|file| file.path.cmp(path)).ok().map(|index| index as FileIndex)
    }
}

/// Whether no file comes again after another one.
fn is_grouped(file_of: &[FileIndex], file_count: usize) -> bool {
    let mut is_known = vec![false; file_count];
    let mut last = NONE;
    let mut is_new = |file: FileIndex| {
        let is_next = file == last || !std::mem::replace(&mut is_known[file as usize], true);
        last = file;
        is_next
    };
    file_of.iter().copied().filter(|file| *file != NONE).all(&mut is_new)
}

/// The position of each file by its id; [`NONE`] where no file has that id.
fn index_by_id(files: &[CorpusFile]) -> Vec<FileIndex> {
    let size = files.iter().map(|file| file.id as usize + 1).max().unwrap_or(0);
    let mut index = vec![NONE; size];
    for (position, file) in files.iter().enumerate() {
        index[file.id as usize] = position as FileIndex;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn documents_are_grouped_when_no_file_has_two_runs(
            documents in prop::collection::vec(prop_oneof![0u32..5, Just(NONE)], 0..9),
        ) {
            let mut runs: Vec<FileIndex> = documents.iter().copied().filter(|file| *file != NONE).collect();
            runs.dedup();
            let mut files = runs.clone();
            files.sort_unstable();
            files.dedup();
            prop_assert_eq!(is_grouped(&documents, 5), runs.len() == files.len());
        }
    }
}
