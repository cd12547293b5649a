//! What is measured, each measure in processes of its own, as rows.

use crate::Failure;
use crate::figures::program;
use crate::figures::report::{Row, median, percentile};
use crate::trees::Tree;
use crate::yardstick;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

/// A measure of one tree.
type Measure = fn(&Tree, Rounds) -> Result<Vec<Row>, Failure>;

/// All measures in their order: what changes the tree comes last.
pub const MEASURES: &[(&str, Measure); 10] = &[
    ("index", index),
    ("unchanged", unchanged),
    ("query", query),
    ("assemble", assemble),
    ("readers", readers),
    ("first", first),
    ("program", one_shot),
    ("memory", memory),
    ("edit", edit),
    ("branch", branch),
];

/// How often what is not counted in samples is done again.
#[derive(Clone, Copy)]
pub struct Rounds(pub usize);

/// A tree with more files is indexed, and asked, fewer times.
const LARGE: usize = 10_000;

/// A part of the index folder is not told of below this share of the source.
const LIGHT: f64 = 0.005;

/// How many questions are asked of new processes.
const FIRST: usize = 20;

/// How many questions a process was asked whose memory is told.
const STEADY: usize = 200;

/// How many files are edited one after the other.
const EDITS: usize = 30;

impl Rounds {
    /// For what takes long.
    fn of(self, tree: &Tree) -> usize {
        if tree.files > LARGE { 1 } else { self.0.max(1) }
    }

    /// For what is short.
    fn many(self, tree: &Tree) -> usize {
        self.of(tree) * if tree.files > LARGE { 3 } else { 5 }
    }
}

fn index(tree: &Tree, rounds: Rounds) -> Result<Vec<Row>, Failure> {
    let (mut floors, mut replies) = (Vec::new(), Vec::new());
    for _ in 0..rounds.of(tree) {
        floors.push(tree.build.start()?.ask("floor")?);
        replies.push(tree.build.start()?.ask("index")?);
    }
    let of = |replies: &[Value], name: &str| middle(replies, |reply| number(reply, name));
    let per = |name: &str, floor: &[Value]| -> Result<f64, Failure> {
        let pairs = replies.iter().zip(floor);
        let ratios = pairs.map(|(reply, floor)| Ok(number(reply, name)? / number(floor, name)?));
        Ok(median(&ratios.collect::<Result<Vec<f64>, Failure>>()?))
    };
    let megabytes = of(&replies, "bytes")? / 1e6;
    let floor_bytes = of(&floors, "bytes")? / 1e6 / megabytes;
    if !(0.99..1.01).contains(&floor_bytes) {
        return Err(format!("the floor reads {floor_bytes:.3} of the source that is indexed").into());
    }
    let (samples, peak_mb) = (replies.len(), of(&replies, "peak_mb")?);
    let mut rows = vec![
        Row::new("indexed files", of(&replies, "files")?, "files"),
        Row::new("chunks, each with a vector", of(&replies, "chunks")?, "chunks"),
        Row::new("source", megabytes, "MB"),
        Row::new("cold index", of(&replies, "seconds")?, "s").from(samples),
        Row::new("walk, read and parse", of(&floors, "seconds")?, "s").from(samples),
        Row::new("cold index / walk, read and parse", per("seconds", &floors)?, "×").from(samples),
        Row::new("cold index / walk, read and parse, CPU time", per("cpu_seconds", &floors)?, "×").from(samples),
        Row::new("cold index, source per CPU-second", megabytes / of(&replies, "cpu_seconds")?, "MB").from(samples),
        Row::new("walk, read and parse, source per CPU-second", megabytes / of(&floors, "cpu_seconds")?, "MB"),
        Row::new("peak memory of a cold index", peak_mb, "MB").from(samples),
        Row::new("peak memory of a cold index / source", peak_mb / megabytes, "×").from(samples),
    ];
    rows.extend(disk(&replies, megabytes)?);
    rows.push(yardstick::row("a cold index", of(&replies, "yardstick_ms")?));
    Ok(rows)
}

/// The index folder and its parts, those that weigh something.
fn disk(replies: &[Value], megabytes: f64) -> Result<Vec<Row>, Failure> {
    let parts = replies.last().and_then(|reply| reply["disk"].as_object()).ok_or("no parts on disk")?;
    let ratio = |bytes: &Value| bytes.as_f64().unwrap_or_default() / 1e6 / megabytes;
    let mut rows = vec![Row::new("index on disk / source", parts.values().map(ratio).sum(), "×")];
    let heavy = parts.iter().map(|(part, bytes)| (part, ratio(bytes))).filter(|(_, ratio)| *ratio >= LIGHT);
    rows.extend(heavy.map(|(part, ratio)| Row::new(&format!("of it `{part}` / source"), ratio, "×")));
    Ok(rows)
}

fn unchanged(tree: &Tree, rounds: Rounds) -> Result<Vec<Row>, Failure> {
    let samples = rounds.many(tree) * 4;
    let reply = tree.build.start()?.ask(&format!("unchanged {samples}"))?;
    Ok(vec![
        Row::new("update of an unchanged tree", number(&reply, "update_ms")?, "ms").from(samples),
        Row::new("walk and stat", number(&reply, "walk_ms")?, "ms").from(samples),
        Row::new("update of an unchanged tree / walk and stat", number(&reply, "ratio")?, "×").from(samples),
        Row::new("update of an unchanged tree / walk and stat, CPU time", number(&reply, "cpu_ratio")?, "×"),
        yardstick::row("an update of an unchanged tree", number(&reply, "yardstick_ms")?),
    ])
}

fn query(tree: &Tree, rounds: Rounds) -> Result<Vec<Row>, Failure> {
    texts(tree)?;
    let reply = tree.build.start()?.ask(&format!("search {}", rounds.many(tree)))?;
    let open_ms = tree.build.start()?.ms("open")?;
    let mut rows = latencies("warm search", &reply)?;
    rows.push(Row::new("a right file among the first ten hits", number(&reply, "right")?, "of the questions"));
    rows.push(Row::new("opening a searcher", open_ms, "ms"));
    Ok(rows)
}

fn assemble(tree: &Tree, rounds: Rounds) -> Result<Vec<Row>, Failure> {
    texts(tree)?;
    latencies("warm bundle of 4,000 tokens", &tree.build.start()?.ask(&format!("bundle {}", rounds.many(tree)))?)
}

/// The percentiles over the questions, each with the median of its times.
fn latencies(measure: &str, reply: &Value) -> Result<Vec<Row>, Failure> {
    let (times, yardstick) = (numbers(&reply["ms"])?, number(reply, "yardstick_ms")?);
    let mut rows = percentiles(measure, &times);
    let p50 = median(&times);
    rows.push(Row::new(&format!("{measure}, p99 / p50"), percentile(&times, 0.99) / p50, "×").from(times.len()));
    rows.push(Row::new(&format!("{measure}, p50 / yardstick"), p50 / yardstick, "×").from(times.len()));
    let cpu_ms = number(reply, "cpu_ms")?;
    rows.push(Row::new(&format!("{measure}, CPU time"), cpu_ms, "ms").from(times.len()));
    rows.push(yardstick::row(measure, yardstick));
    Ok(rows)
}

fn percentiles(measure: &str, times: &[f64]) -> Vec<Row> {
    let mut rows = Row::percentiles(measure, times, "ms", None).to_vec();
    rows.push(Row::new(&format!("{measure}, p99"), percentile(times, 0.99), "ms").from(times.len()));
    rows
}

fn readers(tree: &Tree, rounds: Rounds) -> Result<Vec<Row>, Failure> {
    texts(tree)?;
    let reply = tree.build.start()?.ask(&format!("readers {}", rounds.many(tree)))?;
    Ok(vec![
        Row::new("searches of one thread", number(&reply, "one")?, "/s"),
        Row::new("searches of two threads on one searcher", number(&reply, "two")?, "/s"),
        Row::new("time of two threads / of one", number(&reply, "ratio")?, "×"),
    ])
}

fn first(tree: &Tree, rounds: Rounds) -> Result<Vec<Row>, Failure> {
    let texts = texts(tree)?;
    let (mut warm, mut cold) = (Vec::new(), Vec::new());
    for text in spread(&texts) {
        let step = format!("first {}", text.replace('\n', " "));
        let times: Result<Vec<f64>, Failure> = (0..rounds.0.max(1)).map(|_| tree.build.fresh(&step)).collect();
        warm.push(median(&times?));
        cold.push(tree.build.cold(&step)?);
    }
    let mut rows = percentiles("first answer of a new process", &warm);
    rows.extend(Row::percentiles("first answer of a new process, index on disk", &cold, "ms", None));
    Ok(rows)
}

/// The program in a new process for each question, beside what it takes to start it.
fn one_shot(tree: &Tree, _: Rounds) -> Result<Vec<Row>, Failure> {
    let (program, texts) = (program()?, texts(tree)?);
    let (mut times, mut starts, mut found) = (Vec::new(), Vec::new(), 0);
    for text in spread(&texts) {
        let start = Instant::now();
        let version = Command::new(&program).arg("--version").output()?;
        starts.push(crate::figures::milliseconds(start));
        let start = Instant::now();
        let output = searched(&program, tree, text)?;
        times.push(crate::figures::milliseconds(start));
        let answer: Value = serde_json::from_slice(&output.stdout)?;
        found += usize::from(answer["hits"].as_array().is_some_and(|hits| !hits.is_empty()));
        if !version.status.success() {
            return Err("the program does not start".into());
        }
    }
    if found < times.len() {
        return Err(format!("the program answers {found} of {} questions", times.len()).into());
    }
    let ratio = median(&times) / median(&starts);
    let mut rows = Row::percentiles("`pampax search` in a new process", &times, "ms", None).to_vec();
    rows.push(Row::new("`pampax search` / `pampax --version`", ratio, "×").from(times.len()));
    Ok(rows)
}

fn searched(program: &Path, tree: &Tree, text: &str) -> Result<Output, Failure> {
    let mut command = Command::new(program);
    command.args(["search", "--json", "--set", "cache.enabled=false", "--root"]).arg(&tree.build.root);
    let output = command.arg("--index-dir").arg(&tree.build.folder).args(["--", text]).output()?;
    match output.status.success() {
        true => Ok(output),
        false => Err(format!("the program failed: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn memory(tree: &Tree, _: Rounds) -> Result<Vec<Row>, Failure> {
    texts(tree)?;
    let reply = tree.build.start()?.ask(&format!("steady {STEADY}"))?;
    let of = |name: &str| number(&reply, name);
    let per_source = of("resident_mb")? / of("source_mb")?;
    Ok(vec![
        Row::new("memory after 200 searches", of("resident_mb")?, "MB"),
        Row::new("memory after 200 searches / source", per_source, "×"),
        Row::new("of it not of files", of("anonymous_mb")?, "MB"),
        Row::new("of it of files", of("files_mb")?, "MB"),
        Row::new("peak memory until then", of("peak_mb")?, "MB"),
    ])
}

fn edit(tree: &Tree, _: Rounds) -> Result<Vec<Row>, Failure> {
    let reply = tree.build.start()?.ask(&format!("edit {EDITS}"))?;
    let times = |told: &str, part: &str| -> Result<Vec<f64>, Failure> {
        let edits = reply[told].as_array().ok_or("no edits")?;
        edits.iter().map(|edit| number(edit, part)).collect()
    };
    let (all, yardstick) = (times("file", "all")?, number(&reply, "yardstick_ms")?);
    let mut rows = Row::percentiles("edit to searchable", &all, "ms", None).to_vec();
    for (part, name) in [("update", "update"), ("open", "searcher"), ("search", "first search")] {
        rows.push(Row::new(&format!("of it the {name}, p50"), median(&times("file", part)?), "ms").from(all.len()));
    }
    rows.push(Row::new("edit to searchable, p50 / yardstick", median(&all) / yardstick, "×").from(all.len()));
    rows.extend(Row::percentiles("edit to searchable, no path told", &times("tree", "all")?, "ms", None));
    rows.push(yardstick::row("edits", yardstick));
    Ok(rows)
}

fn branch(tree: &Tree, rounds: Rounds) -> Result<Vec<Row>, Failure> {
    texts(tree)?;
    let switches = (0..rounds.of(tree)).map(|_| tree.build.start()?.ask("branch"));
    let replies = switches.collect::<Result<Vec<Value>, Failure>>()?;
    let of = |name: &str| middle(&replies, |reply| number(reply, name));
    let ratio = middle(&replies, |reply| Ok(number(reply, "there_s")? / number(reply, "floor_s")?))?;
    let samples = replies.len();
    Ok(vec![
        Row::new("files that differ between the branches", of("files")?, "files"),
        Row::new("switch of branches", of("there_s")?, "s").from(samples),
        Row::new("switch back", of("back_s")?, "s").from(samples),
        Row::new("switch of branches / walk, and read and parse what changed", ratio, "×").from(samples),
        yardstick::row("switches of branches", of("yardstick_ms")?),
    ])
}

/// The questions of the tree, which are mined where they are not yet.
fn texts(tree: &Tree) -> Result<Vec<String>, Failure> {
    let file = tree.build.folder.with_file_name("questions.jsonl");
    if !file.exists() {
        tree.build.start()?.ask("questions")?;
    }
    let lines = std::fs::read_to_string(file)?;
    let text = |line: &str| -> Result<String, Failure> {
        let question: Value = serde_json::from_str(line)?;
        Ok(question["query"].as_str().ok_or("a question without text")?.to_owned())
    };
    lines.lines().map(text).collect()
}

/// A few of them from all over.
fn spread(texts: &[String]) -> impl Iterator<Item = &String> {
    texts.iter().step_by((texts.len() / FIRST).max(1)).take(FIRST)
}

fn middle(replies: &[Value], of: impl Fn(&Value) -> Result<f64, Failure>) -> Result<f64, Failure> {
    Ok(median(&replies.iter().map(of).collect::<Result<Vec<f64>, _>>()?))
}

fn number(reply: &Value, name: &str) -> Result<f64, Failure> {
    reply[name].as_f64().ok_or_else(|| format!("no {name} in {reply}").into())
}

fn numbers(values: &Value) -> Result<Vec<f64>, Failure> {
    let values = values.as_array().ok_or("no times")?;
    values.iter().map(|value| value.as_f64().ok_or_else(|| "a time that is none".into())).collect()
}
