//! What the engine costs beside the work that cannot be avoided, as ratios measured in one run, and what the program costs.

use crate::figures::floor::{files_of, read_and_parse, walk_and_stat};
use crate::figures::program;
use crate::report::{Report, Row};
use crate::{Failure, corpus, folder_bytes, worker};
use pampax_core::source::RepoPath;
use pampax_core::{Assembler, Host, Index, Limits, Query, Request, Searcher};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The number of files in the tree, of which some are skipped or ignored.
const FILES_ON_DISK: usize = 4_800;

/// The least number of files that are indexed.
const FILES: usize = 4_000;

/// Questions with a part of the path that must be among the first ten hits.
const QUESTIONS: &[(&str, &str)] = &[
    ("AhoCorasickBuilder", "aho-corasick"),
    ("how are ansi escape codes written for a color", "anstyle"),
    ("blake3 keyed hash", "blake3"),
    ("parse command line arguments with subcommands", "clap"),
    ("select over several crossbeam channels", "crossbeam"),
    ("bit packing of integers in blocks", "bitpacking"),
    ("crc32 checksum with simd", "crc32fast"),
    ("compute a levenshtein automaton", "levenshtein"),
    ("glob set matching many patterns", "globset"),
    ("gitignore file parsing", "ignore"),
    ("encode text as shift_jis", "encoding_rs"),
    ("date and time zone arithmetic", "jiff"),
];

/// Measures the packages, without an embedder, and the built program.
pub fn measure(report: &mut Report) -> Result<(), Failure> {
    let program = program()?;
    let root = corpus::tree(FILES_ON_DISK)?;
    let scratch = tempfile::tempdir()?;
    let index = indexing(&root, scratch.path(), report)?;
    let searcher = index.searcher()?;
    let rows = |name: &str, values: &[f64], bound: f64| {
        let [p50, p95] = Row::percentiles(name, values, "ms", None);
        [p50.at_most(bound), p95]
    };
    report
        .add(FILES_ON_DISK, rows("search with the index open", &warm_latencies(|text| search(&searcher, text))?, 2.0));
    let assembler = Assembler::new(searcher.clone());
    let latencies = warm_latencies(|text| assemble(&assembler, text))?;
    report.add(FILES_ON_DISK, rows("bundle of 5,000 tokens with the index open", &latencies, 5.0));
    let one_shot = one_shot(&program, &root, index.folder())?;
    let peak = peak_memory(&program, &root, &scratch.path().join("memory"))?;
    report.add(
        FILES_ON_DISK,
        [
            Row::new("`pampax search` in a new process", one_shot, "ms").at_most(60.0),
            Row::new("peak memory of a cold `pampax index`", peak, "MB").at_most(300.0),
        ],
    );
    Ok(())
}

fn indexing(root: &Path, scratch: &Path, report: &mut Report) -> Result<Index, Failure> {
    let files = files_of(root)?;
    let warm_up = floor(&files)?;
    let (_, first_cold, _) = cold_index(root, &scratch.join("first"))?;
    let floor = floor(&files)?.min(warm_up);
    let (index, cold, update) = cold_index(root, &scratch.join("index"))?;
    let cold = cold.min(first_cold);
    let source_bytes = update["totals"]["bytes"].as_u64().ok_or("the report has no bytes")?;
    let disk = folder_bytes(index.folder())?;
    let unchanged = best(5, || Ok(index.update(&Limits::default()).map(|report| assert_eq!(report.added, 0))?))?;
    let stat = best(5, || walk_and_stat(root).map(|count| assert!(count >= FILES)))?;
    let ratio = |time: Duration, floor: Duration| time.as_secs_f64() / floor.as_secs_f64();
    report.add(
        FILES_ON_DISK,
        [
            Row::new("cold index", cold.as_secs_f64(), "s"),
            Row::new("cold index / read and parse", ratio(cold, floor), "×").at_most(3.0),
            Row::new("index on disk / source", disk as f64 / source_bytes as f64, "×").at_most(1.2),
            Row::new("update of an unchanged tree / walk and stat", ratio(unchanged, stat), "×").at_most(1.5),
        ],
    );
    Ok(index)
}

fn floor(files: &[PathBuf]) -> Result<Duration, Failure> {
    let start = Instant::now();
    assert!(read_and_parse(files)? > 20_000_000, "the floor read too little to compare with");
    Ok(start.elapsed())
}

fn cold_index(root: &Path, folder: &Path) -> Result<(Index, Duration, Value), Failure> {
    let index = Index::open(root, &worker::config(folder), Host::default())?;
    let start = Instant::now();
    let report = index.update(&Limits::default())?;
    let elapsed = start.elapsed();
    assert!(report.added as usize >= FILES, "only {} files were indexed", report.added);
    Ok((index, elapsed, serde_json::to_value(&report)?))
}

fn best(times: usize, mut work: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut best = Duration::MAX;
    for _ in 0..times {
        let start = Instant::now();
        work()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

/// The time of each question in milliseconds. `ask` gives the paths of the answer.
fn warm_latencies(ask: impl Fn(&str) -> pampax_core::Result<Vec<RepoPath>>) -> Result<Vec<f64>, Failure> {
    let mut latencies = Vec::new();
    for round in 0..30 {
        for (text, part) in QUESTIONS {
            let start = Instant::now();
            let paths = ask(text)?;
            let elapsed = start.elapsed().as_secs_f64() * 1e3;
            assert!(paths.iter().any(|path| path.as_str().contains(part)), "{text} does not find {part}");
            if round > 0 {
                latencies.push(elapsed);
            }
        }
    }
    Ok(latencies)
}

fn search(searcher: &Searcher, text: &str) -> pampax_core::Result<Vec<RepoPath>> {
    let results = searcher.search(&Query::new(text), &Limits::default())?;
    Ok(results.hits.into_iter().map(|hit| hit.path).collect())
}

fn assemble(assembler: &Assembler, text: &str) -> pampax_core::Result<Vec<RepoPath>> {
    let bundle = assembler.assemble(&Request::new(text, 5_000), &Limits::default())?;
    assert!(bundle.tokens > 1_000 && bundle.tokens <= bundle.budget, "{} tokens for {text}", bundle.tokens);
    Ok(bundle.items.into_iter().map(|item| item.path).collect())
}

fn one_shot(program: &Path, root: &Path, folder: &Path) -> Result<f64, Failure> {
    let (text, part) = QUESTIONS[0];
    let elapsed = best(10, || {
        let output = Command::new(program)
            .args(["search", text, "--json", "--root"])
            .arg(root)
            .arg("--index-dir")
            .arg(folder)
            .output()?;
        let answer: Value = serde_json::from_slice(&output.stdout)?;
        let hits = answer["hits"].as_array().ok_or("no hits")?;
        assert!(hits.iter().any(|hit| hit["path"].as_str().is_some_and(|path| path.contains(part))));
        Ok(())
    })?;
    Ok(elapsed.as_secs_f64() * 1e3)
}

/// The high-water mark of a cold index in a process of its own, in MB.
fn peak_memory(program: &Path, root: &Path, folder: &Path) -> Result<f64, Failure> {
    let mut child = Command::new(program)
        .arg("index")
        .arg(root)
        .arg("--index-dir")
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kb = 0u64;
    while child.try_wait()?.is_none() {
        let mark = std::fs::read_to_string(&status).unwrap_or_default();
        let line = mark.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0);
        peak_kb = peak_kb.max(kb);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(child.wait()?.success() && peak_kb > 0, "the index run failed");
    Ok(peak_kb as f64 / 1e3)
}
