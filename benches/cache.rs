//! What keeping answers gives: a log of requests with edits in between is replayed, and what a look-up costs is measured.
//!
//! `cargo bench --bench cache -- [--trees DIR --specs repos.json --questions DIR] [--repos NAME,…] [--requests N]
//! [--out FILE]`
//!
//! Questions come by Zipf's law over those of the benchmark; two of three are searches, the rest bundles. A part of the
//! requests is never made twice. After every so many requests a file is edited and the index brought up to date. The
//! counts of the cache must be those that the log implies, and kept answers are compared with new ones on the way. It
//! prints one JSON document and fails when a bound is broken.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

#[path = "corpus/mod.rs"]
mod corpus;
#[path = "cache/log.rs"]
mod log;
#[path = "cache/place.rs"]
mod place;

use log::{Dice, Entry, Shape};
use pampax_core::index::Warm;
use pampax_core::{Assembler, Bundle, Config, Host, Index, Limits, Query, Request, SearchResults, Searcher};
use place::Place;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub type Failure = Box<dyn Error>;

/// The requests between two edits that are tried; 0 stands for no edits.
const BETWEEN_EDITS: &[usize] = &[10, 25, 50, 100, 200, 400, 0];

/// The shares of requests that nobody makes twice, tried with `REALISTIC` requests between two edits.
const UNSEEN: &[f64] = &[0.0, 0.1, 0.2, 0.3];

/// The most files that are edited.
const MOST_EDITED: usize = 200;

/// What the goal is measured with: an edit after so many requests, and this share of new questions.
const REALISTIC: (usize, f64) = (100, 0.1);

/// The share of look-ups that should hit in the realistic setting.
const GOAL: f64 = 0.6;

/// How much slower than without a cache a request without a hit may be: what two equal runs differ by on a busy machine.
const SLOWER: f64 = 1.05;

fn main() -> Result<(), Failure> {
    let arguments = place::arguments()?;
    let scratch = tempfile::tempdir()?;
    let requests = arguments.get("requests").map_or(Ok(1_000), |number| number.parse())?;
    let places = place::places(&arguments, scratch.path())?;
    let mut reports = Vec::new();
    for place in &places {
        let folder = scratch.path().join("indexes").join(&place.name);
        let report = report(place, &folder, requests)?;
        eprintln!("{}: {}", place.name, report["realistic"]);
        reports.push(report);
    }
    let summary = summary(&reports)?;
    let document = serde_json::to_string_pretty(&json!({"summary": summary, "places": reports}))?;
    if let Some(out) = arguments.get("out") {
        std::fs::write(out, &document)?;
    }
    println!("{document}");
    match summary["broken"].as_array().is_some_and(|broken| !broken.is_empty()) {
        true => Err(format!("bounds are broken: {}", summary["broken"]).into()),
        false => Ok(()),
    }
}

fn report(place: &Place, folder: &Path, requests: usize) -> Result<Value, Failure> {
    let mut replayed = Vec::new();
    let shape = |between: usize, unseen: f64| Shape {
        requests,
        between_edits: (between > 0).then_some(between),
        unseen,
        exponent: 1.0,
        seed: 0x7061_6d70_6178,
    };
    let mut shapes: Vec<Shape> = BETWEEN_EDITS.iter().map(|between| shape(*between, REALISTIC.1)).collect();
    shapes.extend(UNSEEN.iter().filter(|unseen| **unseen != REALISTIC.1).map(|unseen| shape(REALISTIC.0, *unseen)));
    let mut realistic = 0.0;
    for shape in &shapes {
        let row = Replay::new(place, folder, shape)?.run(&log::log(shape, place.questions.len()))?;
        if (shape.between_edits, shape.unseen) == (Some(REALISTIC.0), REALISTIC.1) {
            realistic = row["hit_rate"].as_f64().ok_or("a replay without a hit rate")?;
        }
        replayed.push(row);
    }
    let costs = costs(place, folder)?;
    Ok(json!({"place": place.name, "questions": place.questions.len(), "realistic": realistic, "replays": replayed,
        "costs": costs}))
}

/// One log being replayed.
struct Replay<'a> {
    place: &'a Place,
    shape: &'a Shape,
    index: Index,
    /// The same index folder without a cache, to compare with.
    plain: Index,
    /// Names of definitions, to ask for once each.
    names: Vec<String>,
    edited: Vec<PathBuf>,
    dice: Dice,
    hits: Vec<f64>,
    misses: Vec<f64>,
    updates: Vec<f64>,
    compared: usize,
}

/// What answers at one state of the index.
struct Open {
    searcher: Searcher,
    assembler: Assembler,
    plain: Searcher,
}

impl<'a> Replay<'a> {
    fn new(place: &'a Place, folder: &Path, shape: &'a Shape) -> Result<Replay<'a>, Failure> {
        // A replay takes longer than people do, or less: the time is left out of it.
        let forever = 7 * 24 * 3_600_000;
        let change =
            |config: &mut Config| (config.cache.search_ttl_ms, config.cache.bundle_ttl_ms) = (forever, forever);
        let index = index(place, folder, change)?;
        index.update(&Limits::default())?;
        let names = names(&index.searcher()?)?;
        let plain = self::index(place, folder, |config| config.cache.enabled = false)?;
        let (hits, misses, updates) = (Vec::new(), Vec::new(), Vec::new());
        let (edited, dice) = (sources(&place.root, &index)?, Dice(shape.seed));
        Ok(Replay { place, shape, index, plain, names, edited, dice, hits, misses, updates, compared: 0 })
    }

    fn open(&self) -> Result<Open, Failure> {
        let searcher = self.index.searcher()?;
        Ok(Open { assembler: Assembler::new(searcher.clone()), searcher, plain: self.plain.searcher()? })
    }

    fn run(mut self, entries: &[Entry]) -> Result<Value, Failure> {
        let mut open = self.open()?;
        let mut seen = BTreeSet::new();
        for (number, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Edit => {
                    self.edit(number)?;
                    open = self.open()?;
                    seen.clear();
                }
                Entry::Known(question) => {
                    let is_new = seen.insert(*question);
                    self.request(&open, (&self.place.questions[*question].clone(), *question), !is_new)?;
                }
                Entry::Unseen(once) => {
                    let name = &self.names[once % self.names.len()];
                    let text = format!("where is {name} {}", once / self.names.len());
                    self.request(&open, (&text, *once), false)?;
                }
            }
        }
        self.summary()
    }

    /// Makes one request, which must be a hit or must not.
    fn request(&mut self, open: &Open, (text, number): (&str, usize), is_hit: bool) -> Result<(), Failure> {
        let before = self.hits_so_far();
        let is_search = number % 3 != 2;
        let start = Instant::now();
        let answer = if is_search { search(&open.searcher, text)? } else { assemble(&open.assembler, text)? };
        let elapsed = start.elapsed().as_secs_f64() * 1e3;
        assert_eq!(self.hits_so_far() - before, u64::from(is_hit), "`{text}` should be a hit: {is_hit}");
        if is_hit {
            self.hits.push(elapsed)
        } else {
            self.misses.push(elapsed)
        }
        if is_hit && self.hits.len() % 25 == 1 {
            let plain = Assembler::new(open.plain.clone());
            let new = if is_search { search(&open.plain, text)? } else { assemble(&plain, text)? };
            assert!(answer == new, "a kept answer to `{text}` differs from a new one");
            self.compared += 1;
        }
        Ok(())
    }

    fn hits_so_far(&self) -> u64 {
        let statistics = self.index.cache().statistics();
        statistics.search.hits + statistics.bundle.hits
    }

    fn edit(&mut self, number: usize) -> Result<(), Failure> {
        let path = &self.edited[self.dice.below(self.edited.len())];
        let mut file = std::fs::OpenOptions::new().append(true).open(path)?;
        writeln!(file, "\n// note {number}")?;
        drop(file);
        let start = Instant::now();
        let report = self.index.update(&Limits::default())?;
        self.updates.push(start.elapsed().as_secs_f64() * 1e3);
        assert!(report.changed > 0, "an edit of {} changed nothing", path.display());
        Ok(())
    }

    fn summary(mut self) -> Result<Value, Failure> {
        let statistics = self.index.cache().statistics();
        let misses = statistics.search.misses + statistics.bundle.misses;
        assert_eq!((self.hits.len() as u64, self.misses.len() as u64), (self.hits_so_far(), misses));
        assert!(self.compared > 0 || self.hits.is_empty(), "nothing was compared");
        let hit_rate = self.hits.len() as f64 / (self.hits.len() + self.misses.len()) as f64;
        Ok(json!({
            "between_edits": self.shape.between_edits, "unseen": self.shape.unseen, "hit_rate": rounded(hit_rate),
            "hits": self.hits.len(), "misses": self.misses.len(), "edits": self.updates.len(),
            "hit_ms": quantiles(&mut self.hits), "miss_ms": quantiles(&mut self.misses),
            "update_ms": quantiles(&mut self.updates), "compared": self.compared,
        }))
    }
}

/// What look-ups cost and save, measured in pairs with an index that keeps nothing.
fn costs(place: &Place, folder: &Path) -> Result<Value, Failure> {
    // An answer is too old as soon as it is asked for again, and the saved ones are of other questions: every request
    // looks everywhere and finds nothing.
    let missing = index(place, folder, |config| (config.cache.search_ttl_ms, config.cache.bundle_ttl_ms) = (1, 1))?;
    let plain = index(place, folder, |config| config.cache.enabled = false)?;
    missing.warm(&Warm::new(vec![Query::new("a question that nobody asks")]), &Limits::default())?;
    let searches = paired(place, (&missing, &plain), search)?;
    let bundles = paired(place, (&missing, &plain), assemble_with)?;
    let statistics = missing.cache().statistics();
    assert_eq!((statistics.search.hits, statistics.bundle.hits), (0, 0), "everything should be a miss");
    Ok(json!({"miss_against_no_cache": {"search": searches, "bundle": bundles},
        "one_shot": one_shot(place, folder, &plain)?}))
}

/// The median over all pairs of the time with a cache by the time without.
fn paired(place: &Place, (kept, plain): (&Index, &Index), ask: Ask) -> Result<f64, Failure> {
    let (kept, plain) = (kept.searcher()?, plain.searcher()?);
    let mut ratios = Vec::new();
    for round in 0..21 {
        for (number, text) in place.questions.iter().take(60).enumerate() {
            let timed = |searcher: &Searcher| -> Result<f64, Failure> {
                let start = Instant::now();
                ask(searcher, text)?;
                Ok(start.elapsed().as_secs_f64())
            };
            let (with, without) = match (round + number) % 2 {
                0 => (timed(&kept)?, timed(&plain)?),
                _ => {
                    let without = timed(&plain)?;
                    (timed(&kept)?, without)
                }
            };
            if round > 0 {
                ratios.push(with / without);
            }
        }
    }
    Ok(median(&mut ratios))
}

type Ask = fn(&Searcher, &str) -> Result<Answer, Failure>;

/// What came back.
#[derive(PartialEq)]
enum Answer {
    Results(SearchResults),
    Bundle(Box<Bundle>),
}

/// What a program that opens the index, asks one question and ends waits for, with its answer saved and without, in ms.
fn one_shot(place: &Place, folder: &Path, plain: &Index) -> Result<Value, Failure> {
    let texts: Vec<&String> = place.questions.iter().take(20).collect();
    let queries = texts.iter().map(|text| Query::new(text.as_str())).collect();
    let requests = texts.iter().map(|text| Request::new(text.as_str(), 5_000)).collect();
    let report = index(place, folder, |_| {})?.warm(&Warm::new(queries).with_requests(requests), &Limits::default())?;
    assert_eq!((report.searches, report.bundles), (texts.len() as u64, texts.len() as u64), "{:?}", report.not_saved);
    let mut figures = serde_json::Map::new();
    for (name, ask) in [("search", search as Ask), ("bundle", assemble_with)] {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for text in &texts {
            let timed = |change: fn(&mut Config)| -> Result<(f64, Answer, u64), Failure> {
                let start = Instant::now();
                let index = index(place, folder, change)?;
                let answer = ask(&index.searcher()?, text)?;
                let elapsed = start.elapsed().as_secs_f64() * 1e3;
                let statistics = index.cache().statistics();
                Ok((elapsed, answer, statistics.search.from_saved + statistics.bundle.from_saved))
            };
            let (saved, new) = (timed(|_| {})?, timed(|config| config.cache.enabled = false)?);
            assert_eq!((saved.2, new.2), (1, 0), "`{text}` was not answered from what is saved");
            assert!(saved.1 == new.1, "the saved answer to `{text}` is not a new one");
            with.push(saved.0);
            without.push(new.0);
        }
        figures.insert(name.to_owned(), json!({"saved": quantiles(&mut with), "new": quantiles(&mut without)}));
    }
    let saved = plain.cache().statistics().saved;
    figures.insert("answers".to_owned(), json!({"entries": saved.entries, "bytes": saved.bytes}));
    Ok(figures.into())
}

fn index(place: &Place, folder: &Path, change: impl FnOnce(&mut Config)) -> Result<Index, Failure> {
    let mut config = Config::default().with_index_dir(folder);
    change(&mut config);
    Ok(Index::open(&place.root, &config, Host::default())?)
}

fn assemble_with(searcher: &Searcher, text: &str) -> Result<Answer, Failure> {
    assemble(&Assembler::new(searcher.clone()), text)
}

fn search(searcher: &Searcher, text: &str) -> Result<Answer, Failure> {
    let results = searcher.search(&Query::new(text), &Limits::default())?;
    assert!(!results.hits.is_empty(), "nothing answers `{text}`");
    Ok(Answer::Results(results))
}

fn assemble(assembler: &Assembler, text: &str) -> Result<Answer, Failure> {
    let bundle = assembler.assemble(&Request::new(text, 5_000), &Limits::default())?;
    assert!(!bundle.items.is_empty() && bundle.tokens <= bundle.budget, "nothing is shown for `{text}`");
    Ok(Answer::Bundle(Box::new(bundle)))
}

/// Names of definitions, each once.
fn names(searcher: &Searcher) -> Result<Vec<String>, Failure> {
    let mut names = BTreeSet::new();
    for letter in 'a'..='z' {
        names.extend(searcher.symbols(&letter.to_string(), 200)?.into_iter().map(|symbol| symbol.name));
    }
    names.retain(|name| name.chars().filter(|letter| letter.is_alphanumeric()).count() > 3);
    match names.is_empty() {
        true => Err("the index holds no names".into()),
        false => Ok(names.into_iter().collect()),
    }
}

/// Files that may be edited: indexed ones of programming languages, in the order of their paths.
fn sources(root: &Path, index: &Index) -> Result<Vec<PathBuf>, Failure> {
    const ENDINGS: &[&str] = &[
        "rs", "py", "js", "ts", "go", "java", "c", "cc", "cpp", "h", "php", "rb", "swift", "kt", "scala", "ex", "hs",
        "lua", "sh", "zig", "cs",
    ];
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(root).require_git(false).build() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let is_indexed = |path: &PathBuf| -> Result<bool, Failure> {
        let below = path.strip_prefix(root)?.to_string_lossy().into_owned();
        Ok(index.why(&below)?.in_index == Some(true))
    };
    let mut indexed = Vec::new();
    for path in files.into_iter().take(MOST_EDITED) {
        if is_indexed(&path)? {
            indexed.push(path);
        }
    }
    Ok(indexed)
}

fn summary(reports: &[Value]) -> Result<Value, Failure> {
    let single: Vec<&Value> = reports.iter().filter(|report| report["place"] != "all as one").collect();
    let mean = |report: &dyn Fn(&Value) -> Option<f64>| -> Result<f64, Failure> {
        let values: Option<Vec<f64>> = single.iter().map(|place| report(place)).collect();
        let values = values.ok_or("a figure is missing")?;
        Ok(rounded(values.iter().sum::<f64>() / values.len() as f64))
    };
    let rows = single.first().and_then(|report| report["replays"].as_array()).map_or(0, Vec::len);
    let mut rates = Vec::new();
    for row in 0..rows {
        let shape = &single[0]["replays"][row];
        rates.push(json!({
            "between_edits": shape["between_edits"], "unseen": shape["unseen"],
            "hit_rate": mean(&|report| report["replays"][row]["hit_rate"].as_f64())?,
            "hit_ms_p50": mean(&|report| report["replays"][row]["hit_ms"]["p50"].as_f64())?,
            "miss_ms_p50": mean(&|report| report["replays"][row]["miss_ms"]["p50"].as_f64())?,
        }));
    }
    let realistic = mean(&|report| report["realistic"].as_f64())?;
    let search = mean(&|report| report["costs"]["miss_against_no_cache"]["search"].as_f64())?;
    let bundle = mean(&|report| report["costs"]["miss_against_no_cache"]["bundle"].as_f64())?;
    let bounds = [("hit rate", realistic >= GOAL), ("search", search <= SLOWER), ("bundle", bundle <= SLOWER)];
    let broken: Vec<&str> = bounds.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect();
    Ok(json!({"places": single.len(), "rates": rates, "realistic_hit_rate": realistic, "goal": GOAL,
        "miss_against_no_cache": {"search": search, "bundle": bundle, "bound": SLOWER}, "broken": broken}))
}

fn quantiles(values: &mut [f64]) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values.get(((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1)));
    json!({"p50": at(0.5).copied().map(rounded), "p95": at(0.95).copied().map(rounded)})
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    rounded(values[values.len() / 2])
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
