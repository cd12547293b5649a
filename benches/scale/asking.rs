//! Searches and bundles of a process that has the index open; every answer is checked.

use crate::Failure;
use crate::figures::milliseconds;
use crate::figures::report::median;
use crate::indexing::cpu_seconds;
use crate::yardstick::Yardstick;
use pampax_core::eval::Question;
use pampax_core::{Assembler, Limits, Query, Request, Searcher};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// The least share of the questions that must find a right file among the first ten hits.
const LEAST_RIGHT: f64 = 0.6;

/// Questions between two looks at the yardstick.
const BLOCK: usize = 50;

/// The size of a bundle.
const BUDGET: usize = 4_000;

/// The time of one search in ms, and whether a right file is among the first ten hits.
pub fn search(searcher: &Searcher, question: &Question) -> Result<(f64, bool), Failure> {
    let start = Instant::now();
    let results = searcher.search(&Query::new(question.query.as_str()), &Limits::default())?;
    let ms = milliseconds(start);
    if let Some(degradation) = results.degraded.iter().find(|degradation| degradation.is_trouble()) {
        return Err(format!("`{}` is degraded: {degradation:?}", question.query).into());
    }
    if results.hits.is_empty() || results.hits.iter().any(|hit| hit.snippet.is_empty()) {
        return Err(format!("`{}` finds nothing", question.query).into());
    }
    let is_target = |path: &str| question.targets().any(|target| target.path == path);
    Ok((ms, results.hits.iter().any(|hit| is_target(hit.path.as_str()))))
}

/// Asks every question `rounds` times after once that is not counted.
pub fn searches((searcher, questions): &(Searcher, Vec<Question>), rounds: usize) -> Result<Value, Failure> {
    let mut right = 0;
    let mut answered = each(questions, rounds, |question, round| {
        let (ms, is_right) = search(searcher, question)?;
        right += usize::from(is_right && round == 0);
        Ok(ms)
    })?;
    let share = right as f64 / questions.len() as f64;
    answered["right"] = json!(share);
    match share >= LEAST_RIGHT {
        true => Ok(answered),
        false => Err(format!("only {share:.2} of the questions find a right file").into()),
    }
}

/// The same for bundles.
pub fn bundles((searcher, questions): &(Searcher, Vec<Question>), rounds: usize) -> Result<Value, Failure> {
    let assembler = Assembler::new(searcher.clone());
    each(questions, rounds, |question, _| {
        let request = Request::new(question.query.as_str(), BUDGET);
        let start = Instant::now();
        let bundle = assembler.assemble(&request, &Limits::default())?;
        let ms = milliseconds(start);
        match bundle.items.is_empty() || bundle.text.is_empty() || !(1..=BUDGET).contains(&bundle.tokens) {
            false => Ok(ms),
            true => Err(format!("a bundle of {} tokens for `{}`", bundle.tokens, question.query).into()),
        }
    })
}

/// Asks every question `rounds` times after one round, the round 0, that is not counted. A question's time is the median
/// of its rounds.
fn each(
    questions: &[Question],
    rounds: usize,
    mut ask: impl FnMut(&Question, usize) -> Result<f64, Failure>,
) -> Result<Value, Failure> {
    let (mut times, mut yardstick, mut seconds) = (vec![Vec::new(); questions.len()], Yardstick::default(), 0.0);
    let rounds = rounds.max(1);
    for round in 0..=rounds {
        for (questions, times) in questions.chunks(BLOCK).zip(times.chunks_mut(BLOCK)) {
            let before = cpu_seconds()?;
            for (question, times) in questions.iter().zip(times) {
                let ms = ask(question, round)?;
                times.extend((round > 0).then_some(ms));
            }
            if round > 0 {
                seconds += cpu_seconds()? - before;
                yardstick.take();
            }
        }
    }
    let ms: Vec<f64> = times.iter().map(|times| median(times)).collect();
    let cpu_ms = seconds * 1e3 / (rounds * questions.len()) as f64;
    Ok(json!({"ms": ms, "cpu_ms": cpu_ms, "yardstick_ms": yardstick.ms()}))
}

/// The first search of a process.
pub fn first(searcher: &Searcher, text: &str) -> Result<Value, Failure> {
    let results = searcher.search(&Query::new(text), &Limits::default())?;
    match results.hits.first() {
        Some(hit) => Ok(json!({"path": hit.path.as_str()})),
        None => Err(format!("`{text}` finds nothing").into()),
    }
}

/// Searches per second of one thread and of two on the same searcher, which take turns.
pub fn readers((searcher, questions): &(Searcher, Vec<Question>), rounds: usize) -> Result<Value, Failure> {
    let mut seconds = [Vec::new(), Vec::new()];
    for round in 0..=rounds.max(1) {
        for threads in [1, 2] {
            let elapsed = together(searcher, questions, threads)?;
            seconds[threads - 1].extend((round > 0).then_some(elapsed));
        }
    }
    let rate = |seconds: &[f64]| questions.len() as f64 / median(seconds);
    let ratios: Vec<f64> = seconds[0].iter().zip(&seconds[1]).map(|(one, two)| two / one).collect();
    Ok(json!({"one": rate(&seconds[0]), "two": rate(&seconds[1]), "ratio": median(&ratios)}))
}

/// The seconds in which `threads` ask all questions once.
fn together(searcher: &Searcher, questions: &[Question], threads: usize) -> Result<f64, Failure> {
    let next = AtomicUsize::new(0);
    let ask = || -> Result<(), String> {
        while let Some(question) = questions.get(next.fetch_add(1, Ordering::Relaxed)) {
            search(searcher, question).map_err(|error| error.to_string())?;
        }
        Ok(())
    };
    let start = Instant::now();
    let results: Vec<_> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..threads).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|thread| thread.join()).collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    for result in results {
        result.map_err(|_| "a thread that searches panicked")??;
    }
    Ok(seconds)
}
