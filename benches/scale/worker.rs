//! One process that takes one measure, told what to do line by line.
//!
//! Steps: `floor`, `index`, `questions`, `unchanged N`, `open`, `search N`, `bundle N`, `readers N`, `first TEXT`, `steady N`,
//! `memory`, `edit N`, `branch`. The answer to each is one line of JSON.

use crate::Failure;
use crate::figures::process::answer_lines;
use crate::figures::{memory, milliseconds};
use crate::{asking, changing, indexing, questions};
use pampax_core::{Config, Host, Index, Searcher};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

/// Answers the lines of standard input until it ends.
pub fn serve(root: &Path, folder: &Path) -> Result<(), Failure> {
    let index = open(root, folder)?;
    answer_lines(|line| step(&index, line))
}

/// The index as the program has it, but that answers are not kept: only the first would be computed.
fn open(root: &Path, folder: &Path) -> Result<Index, Failure> {
    let mut config = Config::default().with_index_dir(folder);
    config.cache.enabled = false;
    let host = config.equip(Host::default(), root)?;
    Ok(Index::open(root, &config, host)?)
}

fn step(index: &Index, line: &str) -> Result<Value, Failure> {
    let (step, argument) = line.split_once(' ').unwrap_or((line, "0"));
    let rounds = || argument.parse::<usize>();
    let asked = || -> Result<_, Failure> { Ok((index.searcher()?, questions::read(index)?)) };
    match step {
        "floor" => indexing::floor(index),
        "index" => indexing::cold(index),
        "unchanged" => indexing::unchanged(index, rounds()?),
        "questions" => questions::write(index),
        "open" => reopened(index),
        "search" => asking::searches(&asked()?, rounds()?),
        "bundle" => asking::bundles(&asked()?, rounds()?),
        "readers" => asking::readers(&asked()?, rounds()?),
        "first" => asking::first(&index.searcher()?, argument),
        "steady" => steady(index, rounds()?),
        "memory" => memory(),
        "edit" => changing::edits(index, rounds()?),
        "branch" => changing::branch(index),
        _ => Err(format!("there is no step {step}").into()),
    }
}

fn reopened(index: &Index) -> Result<Value, Failure> {
    let start = Instant::now();
    let searcher: Searcher = index.searcher()?;
    let ms = milliseconds(start);
    drop(searcher);
    Ok(json!({"ms": ms}))
}

/// What a process has in memory that holds a searcher and was asked `count` questions.
fn steady(index: &Index, count: usize) -> Result<Value, Failure> {
    let questions = questions::read(index)?;
    let searcher = index.searcher()?;
    for question in questions.iter().cycle().take(count) {
        asking::search(&searcher, question)?;
    }
    let mut memory = memory()?;
    memory["source_mb"] = json!(index.status()?.totals.bytes as f64 / 1e6);
    Ok(memory)
}
