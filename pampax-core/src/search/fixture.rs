//! Small corpora for the tests of ranking.

use crate::search::corpus::Corpus;
use crate::search::question::{QueryTerm, Question};
use crate::search::terms::{ChunkTerms, FileTerms};
use crate::source::{ContentHash, Language, RepoPath, Role};
use crate::store::catalog::CorpusFile;
use crate::store::text::{TextIndex, TextSnapshot};
use proptest::prelude::*;

/// The words that all texts are made of; of the numbers of a text the larger ones stand for rarer words.
const WORDS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// One file: the words of its path, and of each chunk those of the body and of the names.
pub(crate) type Texts = (Vec<&'static str>, Vec<(Vec<&'static str>, Vec<&'static str>)>);

/// A few files of a few chunks, most of them short.
pub(crate) fn files() -> impl Strategy<Value = Vec<Texts>> {
    let text = |most: usize| {
        prop::collection::vec((0usize..6, 0usize..6).prop_map(|(left, right)| WORDS[left.min(right)]), 0..most)
    };
    let chunk = (text(25), text(4));
    prop::collection::vec((text(4), prop::collection::vec(chunk, 0..9)), 1..40)
}

/// A question of some of the words; the first ones are stems.
pub(crate) fn question() -> impl Strategy<Value = Question> {
    prop::sample::subsequence(WORDS.to_vec(), 0..=6).prop_flat_map(|words| {
        prop::collection::vec((0.1f64..1.0, any::<bool>()), words.len()).prop_map(move |weights| {
            let term = |(word, (weight, is_stem)): (&&str, &(f64, bool))| QueryTerm {
                text: (*word).to_owned(),
                weight: *weight,
                is_stem: *is_stem,
            };
            Question { terms: words.iter().zip(&weights).map(term).collect(), ..Question::default() }
        })
    })
}

/// The corpus of `files`; every other commit takes one more file away and adds it again, so that segments differ in age.
pub(crate) fn corpus(files: &[Texts]) -> (Corpus, TextSnapshot) {
    let index = TextIndex::in_memory().unwrap();
    let mut writer = index.writer(15_000_000).unwrap();
    let joined = |words: &[&str]| words.iter().map(|word| format!("{word} ")).collect::<String>();
    let chunk = |(body, names): &(Vec<&str>, Vec<&str>)| ChunkTerms { body: joined(body), names: joined(names) };
    let terms = |(path, chunks): &Texts| FileTerms { path: joined(path), chunks: chunks.iter().map(chunk).collect() };
    let (older, newer) = files.split_at(files.len() / 2);
    for (id, file) in (0..).zip(older) {
        writer.add(id, &terms(file)).unwrap();
    }
    writer.prepare(1).unwrap().commit().unwrap();
    writer.delete(0);
    for (id, file) in (older.len() as u32..).zip(newer).chain((0..).zip(older).take(1)) {
        writer.add(id, &terms(file)).unwrap();
    }
    writer.prepare(2).unwrap().commit().unwrap();
    let text = index.snapshot().unwrap();
    let rows = (0..files.len() as u32).map(|id| CorpusFile {
        id,
        path: RepoPath::new(&format!("{id:03}.rs")).unwrap(),
        language: Language::Rust,
        role: Role::ALL[id as usize % Role::ALL.len()],
        size: 0,
        mtime_ns: 0,
        hash: ContentHash([0; 16]),
    });
    (Corpus::load(rows.collect(), &text).unwrap(), text)
}
