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

/// Who says what changed.
#[derive(Clone, Copy)]
enum Told {
    /// An editor, or a watcher: the path of the file.
    File,
    /// Nobody: the whole tree is looked at.
    Nothing,
}

/// Edits files one after the other, each with an update, a searcher and a search for the new name, and puts them back:
/// `count` whose paths are told and in turns with them `count` where nothing is, after one of each that is not counted.
pub fn edits(index: &Index, count: usize) -> Result<Value, Failure> {
    let mut searcher = index.searcher()?;
    let chosen = choose(index, &searcher, 2 * (count + 1))?;
    let (mut edited, mut yardstick) = (Edited::none(index)?, Yardstick::default());
    let (mut file, mut tree) = (Vec::new(), Vec::new());
    for pair in chosen.chunks_exact(2) {
        for (edit, (told, times)) in pair.iter().zip([(Told::File, &mut file), (Told::Nothing, &mut tree)]) {
            edited.write(index, edit)?;
            yardstick.take();
            let (time, next) = searchable(index, edit, told)?;
            times.push(time);
            // Until then whoever asks has the old one.
            searcher = next;
        }
    }
    drop(searcher);
    edited.put_back()?;
    index.update(&Limits::default())?;
    Ok(json!({"file": file[1..], "tree": tree[1..], "yardstick_ms": yardstick.ms()}))
}

/// The times until an edit is found, and the searcher that finds it.
fn searchable(index: &Index, edit: &Edit, told: Told) -> Result<(Value, Searcher), Failure> {
    let start = Instant::now();
    let report = match told {
        Told::File => index.update_files(std::slice::from_ref(&edit.path), &Limits::default())?,
        Told::Nothing => index.update(&Limits::default())?,
    };
    let update = milliseconds(start);
    let searcher = index.searcher()?;
    let open = milliseconds(start) - update;
    check_found(&searcher, edit)?;
    let all = milliseconds(start);
    match report.changed == 1 && report.added + report.removed == 0 {
        true => Ok((json!({"update": update, "open": open, "search": all - update - open, "all": all}), searcher)),
        false => Err(format!("the edit of {} changed {} files", edit.path.as_str(), report.changed).into()),
    }
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
