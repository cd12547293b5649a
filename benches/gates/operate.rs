//! What watching over pampax costs: logs, metrics, health, configuration. Costs of a search are paired in one run, since
//! they are small beside what a busy machine adds to either side.

use crate::report::{Report, Row, median};
use crate::worker;
use crate::{Failure, corpus, question, whole_table};
use pampax_core::config::KEYS;
use pampax_core::host::RotatingFile;
use pampax_core::host::metrics::Registry;
use pampax_core::{Config, HealthQuery, Host, Index, Limits};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Searches of each kind are paired so often for each question.
const ROUNDS: usize = 60;
/// The searches on either side of one pair.
const TURNS: usize = 5;
/// The values in each series of a histogram when the whole table is measured.
const OBSERVATIONS: u32 = 1_000;

/// Measures on a tree with `files` files, without an embedder: the quicker a search, the more a log weighs.
pub fn measure(files: usize, report: &mut Report) -> Result<(), Failure> {
    let scratch = tempfile::tempdir()?;
    let root = corpus::tree(files)?;
    let config = worker::config(&scratch.path().join("index"));
    let open = |host: Host| Index::open(&root, &config, host);
    let plain = open(Host::default())?;
    plain.update(&Limits::default())?;
    let control = overhead((&open(Host::default())?, &plain), ROUNDS)?;
    report.add(files, [Row::new("search / the same search", control.ratio, "×").from(control.pairs)]);

    let logs = scratch.path().join("logs");
    let logging = open(Host::default().with_log(Arc::new(log(&logs.join("pampax.log"))?)))?;
    let logged = overhead((&logging, &plain), ROUNDS)?;
    check_log(&logs, logged.pairs * TURNS)?;
    report.add(files, told("with JSON logs to a file", &logged));

    let registry = Arc::new(Registry::new());
    let measured = overhead((&open(Host::default().with_metrics(registry.clone()))?, &plain), ROUNDS)?;
    let counted = registry.snapshot().distribution(pampax_core::host::Metric::SearchLatencyMs);
    assert!(
        counted.is_some_and(|values| values.count() >= (measured.pairs * TURNS) as u64),
        "searches were not measured"
    );
    report.add(files, told("with the registry of metrics", &measured));
    report.add(files, health(&plain)?);
    report.add(files, snapshot());
    report.add(files, configuration()?);
    Ok(())
}

fn told(what: &str, overhead: &Overhead) -> [Row; 2] {
    let Overhead { ratio, difference_ms, pairs } = *overhead;
    [
        Row::new(&format!("search {what} / without"), ratio, "×").at_most(1.01).from(pairs),
        Row::new(&format!("search {what} - without"), difference_ms, "ms").from(pairs),
    ]
}

/// What one index costs more than another, from searches in turns.
pub struct Overhead {
    /// The median of the ratios.
    pub ratio: f64,
    /// The median of the differences.
    pub difference_ms: f64,
    pub pairs: usize,
}

/// Asks both indexes every question in turns, `rounds` times after once that is not counted. A time is the fastest of
/// `TURNS`, or what else a busy machine does would be most of it; who comes first alternates.
pub fn overhead((with, without): (&Index, &Index), rounds: usize) -> Result<Overhead, Failure> {
    let questions = question::in_tree(without.root())?;
    let searchers = [with.searcher()?, without.searcher()?];
    let (mut ratios, mut differences) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        for question in &questions {
            let mut fastest = [f64::INFINITY; 2];
            for which in (0..TURNS).flat_map(|turn| [(round + turn) % 2, 1 - (round + turn) % 2]) {
                let start = Instant::now();
                let check = question.search(&searchers[which])?;
                fastest[which] = fastest[which].min(start.elapsed().as_secs_f64() * 1e3);
                check()?;
            }
            if round > 0 {
                ratios.push(fastest[0] / fastest[1]);
                differences.push(fastest[0] - fastest[1]);
            }
        }
    }
    Ok(Overhead { ratio: median(&ratios), difference_ms: median(&differences), pairs: ratios.len() })
}

/// A log as the program writes it, with the bounds of the configuration.
pub fn log(path: &Path) -> Result<RotatingFile, Failure> {
    let logging = Config::default().logging;
    Ok(RotatingFile::open(path, logging.max_bytes, logging.max_files)?)
}

/// Every search is in the log, as a line of JSON.
pub fn check_log(folder: &Path, searches: usize) -> Result<(), Failure> {
    let mut lines = 0;
    for entry in std::fs::read_dir(folder)? {
        for line in std::fs::read_to_string(entry?.path())?.lines() {
            let record: serde_json::Value = serde_json::from_str(line)?;
            lines += usize::from(record["op"] == "search" && record["status"] == "ok");
        }
    }
    match lines > searches {
        true => Ok(()),
        false => Err(format!("the log has {lines} records of {searches} searches").into()),
    }
}

fn health(index: &Index) -> Result<[Row; 2], Failure> {
    let mut times = Vec::new();
    for _ in 0..100 {
        let start = Instant::now();
        let report = index.health(&HealthQuery::default(), &Limits::default());
        times.push(start.elapsed().as_secs_f64() * 1e3);
        worker::check_health(&report)?;
    }
    Ok(Row::percentiles("check of health", &times, "ms", Some((50.0, 125.0))))
}

fn snapshot() -> Vec<Row> {
    let registry = Registry::new();
    let series = whole_table::measure(&registry, OBSERVATIONS);
    let mut times = Vec::new();
    for _ in 0..500 {
        let start = Instant::now();
        let snapshot = registry.snapshot();
        times.push(start.elapsed().as_secs_f64() * 1e3);
        assert_eq!(whole_table::checked(&snapshot, u64::from(OBSERVATIONS)), series);
    }
    let bounds = Some((1.0, 1.0));
    Row::percentiles(&format!("snapshot of {series} series of metrics"), &times, "ms", bounds).into()
}

fn configuration() -> Result<[Row; 2], Failure> {
    let text = whole_file()?;
    let mut times = Vec::new();
    for _ in 0..500 {
        let start = Instant::now();
        let config = Config::from_toml(&text)?;
        config.validate()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        assert!(config == Config::default(), "the file says the defaults");
    }
    let bounds = Some((5.0, 10.0));
    Ok(Row::percentiles("reading and checking a configuration of every key", &times, "ms", bounds))
}

/// A configuration file with every key that has a default.
fn whole_file() -> Result<String, Failure> {
    let (config, mut text, mut section) = (Config::default(), String::new(), "");
    for key in KEYS {
        let Some(value) = config.value(&format!("{}.{}", key.section, key.name))? else { continue };
        if key.section != section {
            section = key.section;
            text.push_str(&format!("[{section}]\n"));
        }
        text.push_str(&format!("{} = {value}\n", key.name));
    }
    Ok(text)
}
