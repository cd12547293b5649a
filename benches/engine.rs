//! Index, search and assemble on a real tree, for comparing one commit with another.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

mod corpus;
#[path = "gates/whole_table.rs"]
mod whole_table;

use criterion::{Criterion, criterion_group, criterion_main};
use pampax_core::host::metrics::{Metric, MetricsSink, Registry};
use pampax_core::{Assembler, Config, Host, Index, Limits, Query, Request, Searcher};
use std::hint::black_box;
use std::path::Path;
use whole_table::{checked, measure};

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

/// The values of each series of a histogram.
const OBSERVATIONS: u32 = 1_000;

/// The whole table measured and read: the time of a snapshot must stay below 1 ms.
fn metrics(criterion: &mut Criterion) {
    let registry = Registry::new();
    let series = measure(&registry, OBSERVATIONS);
    assert_eq!(checked(&registry.snapshot(), u64::from(OBSERVATIONS)), series);
    criterion.bench_function("metrics/snapshot/whole table", |bencher| bencher.iter(|| black_box(registry.snapshot())));
    let snapshot = registry.snapshot();
    criterion.bench_function("metrics/prometheus/whole table", |bencher| {
        bencher.iter(|| {
            let text = snapshot.prometheus();
            assert!(text.len() > 10_000 && text.ends_with('\n'));
            text
        });
    });
    criterion.bench_function("metrics/json/whole table", |bencher| {
        bencher.iter(|| serde_json::to_string(&snapshot).expect("a snapshot can be written"));
    });
    let latency = Metric::SearchLatencyMs.name();
    criterion.bench_function("metrics/record/histogram", |bencher| {
        let registry = Registry::new();
        bencher.iter(|| registry.histogram(latency, black_box(12.5), &[("answer", "computed")]));
        assert!(registry.snapshot().distribution(Metric::SearchLatencyMs).is_some_and(|values| values.count() > 0));
    });
    // A snapshot is alive while the next measurement of every series comes in, so each of them is copied once.
    criterion.bench_function("metrics/snapshot and measure/whole table", |bencher| {
        bencher.iter(|| {
            let snapshot = registry.snapshot();
            measure(&registry, 1);
            snapshot
        });
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = metrics, engine }
criterion_main!(benches);
