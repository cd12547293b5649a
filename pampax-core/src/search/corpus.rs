//! The tables of one snapshot that every query reads: files, and which document of the text index is which chunk.
//!
//! Never here: anything that depends on a query.

use crate::error::Result;
use crate::source::{ContentHash, Language, RepoPath, Role};
use crate::store::catalog::FileRow;
use crate::store::text::{TextField, TextSnapshot};
use crate::walk::WalkedFile;
use std::collections::HashSet;

/// One indexed file, as ranking needs it.
#[derive(Debug, Clone)]
pub(crate) struct CorpusFile {
    pub id: u32,
    pub path: RepoPath,
    pub language: Language,
    pub role: Role,
    pub size: u64,
    pub mtime_ns: i64,
    pub hash: ContentHash,
}

impl CorpusFile {
    /// The file as it was found on disk.
    pub(crate) fn walked(&self) -> WalkedFile {
        WalkedFile { path: self.path.clone(), size: self.size, mtime_ns: self.mtime_ns }
    }
}

impl From<FileRow> for CorpusFile {
    fn from(row: FileRow) -> CorpusFile {
        CorpusFile {
            id: row.id,
            path: row.path,
            language: row.language,
            role: row.role,
            size: row.size,
            mtime_ns: row.mtime_ns,
            hash: row.hash,
        }
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

/// Mean numbers of terms over live documents; at least a little above 0.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Means {
    /// Of the body of a chunk.
    pub chunk: f64,
    /// Of all bodies of a file.
    pub file: f64,
    /// Of all names of a file.
    pub names: f64,
    /// Of the path of a file.
    pub path: f64,
}

fn mean(lengths: &[u32], count: usize) -> f64 {
    let total: u64 = lengths.iter().map(|length| u64::from(*length)).sum();
    total.max(1) as f64 / count.max(1) as f64
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
    /// For each document: the number of terms in its body.
    pub body_lengths: Vec<u32>,
    /// For each document: the number of terms in its names.
    pub name_lengths: Vec<u32>,
    /// For each document: the number of terms in its path.
    pub path_lengths: Vec<u32>,
    /// For each file: the number of terms in all its bodies.
    pub file_lengths: Vec<u32>,
    /// For each file: whether it is a header of C that another file of its name implements.
    pub is_header_of_another: Vec<bool>,
    /// The mean lengths.
    pub means: Means,
    /// For each file: the number of terms in all its names.
    pub file_name_lengths: Vec<u32>,
    /// The number of live chunk documents.
    pub chunk_count: u32,
    by_id: Vec<FileIndex>,
    first_document: Vec<u32>,
    documents: Vec<u32>,
}

impl Corpus {
    /// Reads the tables. `files` must be ordered by path.
    pub(crate) fn load(files: Vec<CorpusFile>, text: &TextSnapshot) -> Result<Corpus> {
        let document_count = text.document_count() as usize;
        let by_id = index_by_id(&files);
        let mut corpus = Corpus {
            file_of: vec![NONE; document_count],
            chunk_of: vec![NONE; document_count],
            body_lengths: text.lengths(TextField::Body)?,
            name_lengths: text.lengths(TextField::Names)?,
            path_lengths: text.lengths(TextField::Path)?,
            file_lengths: vec![0; files.len()],
            file_name_lengths: vec![0; files.len()],
            is_header_of_another: headers(&files),
            chunk_count: 0,
            means: Means::default(),
            by_id,
            first_document: vec![0; files.len() + 1],
            documents: Vec::new(),
            files,
        };
        text.for_each_document(|document, id, chunk| {
            let Some(file) = corpus.index_of_id(id) else { return };
            corpus.file_of[document as usize] = file;
            let Some(chunk) = chunk else { return };
            corpus.chunk_of[document as usize] = chunk;
            corpus.chunk_count += 1;
            corpus.first_document[file as usize + 1] += 1;
            corpus.file_lengths[file as usize] += corpus.body_lengths[document as usize];
            corpus.file_name_lengths[file as usize] += corpus.name_lengths[document as usize];
        });
        corpus.group_documents();
        let file_count = corpus.files.len();
        corpus.means = Means {
            chunk: mean(&corpus.body_lengths, corpus.chunk_count as usize),
            file: mean(&corpus.file_lengths, file_count),
            names: mean(&corpus.name_lengths, file_count),
            path: mean(&corpus.path_lengths, file_count),
        };
        Ok(corpus)
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

/// The position of each file by its id; [`NONE`] where no file has that id.
fn index_by_id(files: &[CorpusFile]) -> Vec<FileIndex> {
    let size = files.iter().map(|file| file.id as usize + 1).max().unwrap_or(0);
    let mut index = vec![NONE; size];
    for (position, file) in files.iter().enumerate() {
        index[file.id as usize] = position as FileIndex;
    }
    index
}
