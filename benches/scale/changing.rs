//! From a change of the tree to an answer that knows of it.

use crate::Failure;
use crate::edits::{Edit, Edited, choose};
use crate::figures::floor::{read_and_parse, walk_and_stat};
use crate::figures::milliseconds;
use crate::questions;
use crate::yardstick::Yardstick;
use pampax_core::eval::Question;
use pampax_core::{Index, Limits, Query, Searcher};
use serde_json::{Value, json};
use std::time::Instant;

/// One file in so many differs between two branches.
const BRANCH: u64 = 50;

/// The most questions whose answers are compared before and after.
const COMPARED: usize = 100;

/// Edits `count` files one after the other after one that is not counted, each with an update, a searcher and a search for
/// the new name, and puts them back.
pub fn edits(index: &Index, count: usize) -> Result<Value, Failure> {
    let mut searcher = index.searcher()?;
    let chosen = choose(index, &searcher, count + 1)?;
    let (mut edited, mut yardstick, mut times) = (Edited::none(index)?, Yardstick::default(), Vec::new());
    for edit in &chosen {
        edited.write(index, edit)?;
        yardstick.take();
        let start = Instant::now();
        let report = index.update(&Limits::default())?;
        let update_ms = milliseconds(start);
        // Whoever asks meanwhile has the old one.
        let next = index.searcher()?;
        let open_ms = milliseconds(start) - update_ms;
        check_found(&next, edit)?;
        let all_ms = milliseconds(start);
        if report.changed != 1 || report.added + report.removed > 0 {
            return Err(format!("the edit of {} changed {} files", edit.path.as_str(), report.changed).into());
        }
        times
            .push(json!({"update": update_ms, "open": open_ms, "search": all_ms - update_ms - open_ms, "all": all_ms}));
        searcher = next;
    }
    drop(searcher);
    edited.put_back()?;
    index.update(&Limits::default())?;
    Ok(json!({"ms": times[1..], "yardstick_ms": yardstick.ms()}))
}

/// The edited file is the first that is found for its new name.
fn check_found(searcher: &Searcher, edit: &Edit) -> Result<(), Failure> {
    let results = searcher.search(&Query::new(edit.word.as_str()), &Limits::default())?;
    match results.hits.first().is_some_and(|hit| hit.path == edit.path) {
        true => Ok(()),
        false => Err(format!("{} is not the first hit for {}", edit.path.as_str(), edit.word).into()),
    }
}

/// Edits one file in fifty at once, and puts them back at once.
pub fn branch(index: &Index) -> Result<Value, Failure> {
    let searcher = index.searcher()?;
    let questions = questions::read(index)?;
    let before = answers(&searcher, &questions)?;
    let count = (index.status()?.totals.files / BRANCH).max(1);
    let chosen = choose(index, &searcher, usize::try_from(count)?)?;
    drop(searcher);
    let (mut edited, mut yardstick) = (Edited::none(index)?, Yardstick::default());
    for edit in &chosen {
        edited.write(index, edit)?;
    }
    yardstick.take();
    let there = switched(index, count)?;
    chosen.iter().try_for_each(|edit| check_found(&there.1, edit))?;
    let start = Instant::now();
    walk_and_stat(index.root())?;
    read_and_parse(edited.files())?;
    let floor = start.elapsed().as_secs_f64();
    edited.put_back()?;
    yardstick.take();
    let back = switched(index, count)?;
    if answers(&back.1, &questions)? != before {
        return Err("the answers after switching there and back are others".into());
    }
    Ok(json!({"files": count, "there_s": there.0, "back_s": back.0, "floor_s": floor, "yardstick_ms": yardstick.ms()}))
}

/// The seconds until a searcher knows of `count` changed files, and the searcher.
fn switched(index: &Index, count: u64) -> Result<(f64, Searcher), Failure> {
    let start = Instant::now();
    let report = index.update(&Limits::default())?;
    let searcher = index.searcher()?;
    let seconds = start.elapsed().as_secs_f64();
    match report.changed == count && report.added + report.removed == 0 {
        true => Ok((seconds, searcher)),
        false => Err(format!("{} files changed for {count}", report.changed).into()),
    }
}

/// Everything that is answered, but for the number of the state that answers.
fn answers(searcher: &Searcher, questions: &[Question]) -> Result<Vec<Value>, Failure> {
    let answer = |question: &Question| -> Result<Value, Failure> {
        let results = searcher.search(&Query::new(question.query.as_str()), &Limits::default())?;
        Ok(json!([results.hits, results.confidence, results.suggestion]))
    };
    questions.iter().take(COMPARED).map(answer).collect()
}
