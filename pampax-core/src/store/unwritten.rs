//! Documents of the text index that are in no file of it yet: those of the few files that changed since it was written.
//!
//! Writing the text index out takes many times longer than a small change of the catalog. So a small change goes to the
//! catalog alone, which lists the files whose documents are not written; a reader makes these from the catalog, and they
//! stand in place of what is stored of the files.
//!
//! Never here: which files those are (`catalog.rs`), analysis (`search/terms.rs`), files of any kind.

use crate::search::terms::FileTerms;
use crate::store::text::{Posting, TextField, WHOLE_FILE, terms_of};
use std::collections::{HashMap, HashSet};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::tokenizer::MAX_TOKEN_LEN;

/// The documents of some files, in place of all that is stored of these.
#[derive(Default)]
pub(crate) struct Unwritten {
    replaced: HashSet<u32>,
    documents: Vec<(u32, u64)>,
    body: Inverted,
    names: Inverted,
    path: Inverted,
}

/// One field of all documents.
#[derive(Default)]
struct Inverted {
    postings: HashMap<String, Vec<Posting>>,
    lengths: Vec<u32>,
}

impl Unwritten {
    /// Puts the documents of `terms` in the place of those that are stored of a file; of a file that is gone there are none.
    /// To be called once for each file.
    pub(crate) fn replace(&mut self, file_id: u32, terms: Option<&FileTerms>) {
        self.replaced.insert(file_id);
        let Some(terms) = terms else { return };
        for (number, chunk) in terms.chunks.iter().enumerate() {
            self.add((file_id, number as u64), [&chunk.body, &chunk.names, ""]);
        }
        self.add((file_id, WHOLE_FILE), ["", "", &terms.path]);
    }

    fn add(&mut self, place: (u32, u64), [body, names, path]: [&str; 3]) {
        let document = self.documents.len() as u32;
        self.documents.push(place);
        self.body.add(document, body);
        self.names.add(document, names);
        self.path.add(document, path);
    }

    /// Whether nothing that is stored is replaced.
    pub(super) fn is_empty(&self) -> bool {
        self.replaced.is_empty()
    }

    /// Whether these documents stand in place of what is stored of a file.
    pub(super) fn replaces(&self, file_id: u32) -> bool {
        self.replaced.contains(&file_id)
    }

    /// The file and the chunk number of every document, in the order of their positions here.
    pub(super) fn documents(&self) -> &[(u32, u64)] {
        &self.documents
    }

    /// The numbers of terms of every document in a field, rounded as the text index rounds them.
    pub(super) fn lengths(&self, field: TextField) -> &[u32] {
        &self.field(field).lengths
    }

    /// The documents that hold `term` in a field, in the order of their positions here.
    pub(super) fn postings(&self, field: TextField, term: &str) -> &[Posting] {
        self.field(field).postings.get(term).map_or(&[], Vec::as_slice)
    }

    fn field(&self, field: TextField) -> &Inverted {
        match field {
            TextField::Body => &self.body,
            TextField::Names => &self.names,
            TextField::Path => &self.path,
        }
    }
}

impl Inverted {
    fn add(&mut self, document: u32, text: &str) {
        let mut length = 0;
        for term in terms_of(text).filter(|term| term.len() <= MAX_TOKEN_LEN) {
            length += 1;
            let postings = match self.postings.get_mut(term) {
                Some(postings) => postings,
                None => self.postings.entry(term.to_owned()).or_default(),
            };
            match postings.last_mut() {
                Some(last) if last.document == document => last.frequency += 1,
                _ => postings.push(Posting { document, frequency: 1 }),
            }
        }
        self.lengths.push(FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(length)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::terms::ChunkTerms;
    use crate::store::text::{TextIndex, TextSnapshot};
    use proptest::prelude::*;

    /// A file as (body, names) of each chunk.
    type File = Vec<(Vec<usize>, Vec<usize>)>;

    const WORDS: [&str; 5] = ["alpha", "beta", "gamma", "=alpha", "d"];

    fn terms(file: &File) -> FileTerms {
        let text = |words: &[usize]| words.iter().fold(String::new(), |text, word| text + WORDS[*word] + " ");
        let chunk = |(body, names): &(Vec<usize>, Vec<usize>)| ChunkTerms { body: text(body), names: text(names) };
        FileTerms { path: text(&[file.len() % WORDS.len()]), chunks: file.iter().map(chunk).collect() }
    }

    fn written(files: &[(u32, File)]) -> TextIndex {
        let index = TextIndex::in_memory().unwrap();
        let mut writer = index.writer(15_000_000).unwrap();
        for (id, file) in files {
            writer.add(*id, &terms(file)).unwrap();
        }
        writer.prepare(1).unwrap().commit().unwrap();
        index
    }

    /// Everything that can be asked of a snapshot: for each document its place, its lengths, and its terms.
    fn told(text: &TextSnapshot) -> Vec<String> {
        let mut documents = Vec::new();
        let lengths = [TextField::Body, TextField::Names, TextField::Path].map(|field| text.lengths(field).unwrap());
        text.for_each_document(|document, file, chunk| {
            let of = lengths.each_ref().map(|lengths| lengths[document as usize]);
            let mut held = Vec::new();
            for field in [TextField::Body, TextField::Names, TextField::Path] {
                for word in WORDS {
                    let mut postings = Vec::new();
                    text.postings(field, word, &mut postings).unwrap();
                    assert!(postings.is_sorted_by(|left, right| left.document < right.document));
                    let of_this = postings.iter().filter(|posting| posting.document == document);
                    held.extend(of_this.map(|posting| (word, posting.frequency)));
                }
            }
            documents.push(format!("{file} {chunk:?} {of:?} {held:?}"));
        });
        documents.sort_unstable();
        documents
    }

    fn file() -> impl Strategy<Value = File> {
        let words = || prop::collection::vec(0..WORDS.len(), 0..60);
        prop::collection::vec((words(), words()), 0..3)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn what_is_not_written_is_told_as_if_it_were(
            old in prop::collection::vec(file(), 1..4),
            new in prop::collection::vec(prop::option::of(file()), 1..4),
            first in 0u32..3,
        ) {
            let old: Vec<(u32, File)> = (0..).zip(old).collect();
            let mut files: std::collections::BTreeMap<u32, File> = old.iter().cloned().collect();
            let mut unwritten = Unwritten::default();
            for (id, file) in (first..).zip(&new) {
                unwritten.replace(id, file.as_ref().map(terms).as_ref());
                match file {
                    Some(file) => _ = files.insert(id, file.clone()),
                    None => _ = files.remove(&id),
                }
            }
            let files: Vec<(u32, File)> = files.into_iter().collect();
            let merged = written(&old).snapshot().unwrap().with_unwritten(unwritten);
            prop_assert_eq!(told(&merged), told(&written(&files).snapshot().unwrap()));
        }
    }
}
