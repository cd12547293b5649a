//! Index, search and assemble on a real tree, for comparing one commit with another.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

mod corpus;

use criterion::{Criterion, criterion_group, criterion_main};
use pampax_core::{Assembler, Config, Host, Index, Limits, Query, Request, Searcher};
use std::hint::black_box;
use std::path::Path;

/// Questions whose answers are in the packages, with a part of the path that must be among the hits.
const QUESTIONS: &[(&str, &str)] = &[
    ("how does the aho corasick automaton build its transition table", "aho-corasick"),
    ("AhoCorasickBuilder", "aho-corasick"),
    ("anstyle color to ansi escape codes", "anstyle"),
    ("blake3 keyed hash", "blake3"),
    ("parse command line arguments with subcommands", "clap"),
    ("crossbeam channel select operation", "crossbeam"),
];

fn open(root: &Path, folder: &Path) -> Index {
    let config = Config::default().with_index_dir(folder);
    Index::open(root, &config, Host::default()).expect("the tree can be opened")
}

fn answered(searcher: &Searcher, question: &str, part: &str) -> usize {
    let results = searcher.search(&Query::new(question), &Limits::default()).expect("the search succeeds");
    assert!(results.hits.iter().any(|hit| hit.path.as_str().contains(part)), "{question} does not find {part}");
    results.hits.len()
}

fn engine(criterion: &mut Criterion) {
    let root = corpus::tree(500).expect("the corpus is there");
    let folder = tempfile::tempdir().expect("a temporary folder");
    criterion.bench_function("index/cold/500 files", |bencher| {
        bencher.iter_with_large_drop(|| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let report = open(&root, folder.path()).update(&Limits::default()).expect("the update succeeds");
            assert!(report.added >= 400, "only {} files were indexed", report.added);
            folder
        });
    });
    let index = open(&root, folder.path());
    index.update(&Limits::default()).expect("the update succeeds");
    criterion.bench_function("index/unchanged/500 files", |bencher| {
        bencher.iter(|| {
            let report = index.update(&Limits::default()).expect("the update succeeds");
            assert!(report.added == 0 && report.unchanged >= 400);
        });
    });
    let searcher = index.searcher().expect("there is an index");
    criterion.bench_function("search/warm/500 files", |bencher| {
        bencher.iter(|| {
            QUESTIONS[..2].iter().map(|(text, part)| black_box(answered(&searcher, text, part))).sum::<usize>()
        });
    });
    let assembler = Assembler::new(searcher);
    criterion.bench_function("assemble/5000 tokens/500 files", |bencher| {
        bencher.iter(|| {
            let request = Request::new(QUESTIONS[0].0, 5_000);
            let bundle = assembler.assemble(&request, &Limits::default()).expect("the assembly succeeds");
            assert!(!bundle.items.is_empty() && bundle.tokens <= 5_000);
            black_box(bundle.tokens)
        });
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = engine }
criterion_main!(benches);
