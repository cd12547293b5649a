//! Questions that a tree asks and answers itself: its doc comments, the names of its tests, the names of its definitions.

use crate::Failure;
use pampax_core::eval::{Mining, Question, Source, mine, read_questions};
use pampax_core::{Index, Limits};
use serde_json::{Value, json};
use std::path::PathBuf;

/// The most questions from comments and from tests each.
const MOST: usize = 200;

/// Every so many questions from comments, the name of what is documented is asked for too.
const NAMED: usize = 2;

/// The least number of questions that say something about the 99th percentile.
const LEAST: usize = 100;

/// Mines the questions of the index, so that who asks them has read nothing before.
pub fn write(index: &Index) -> Result<Value, Failure> {
    let mining = Mining::new(Vec::new(), MOST).with_sources(vec![Source::Docs, Source::Tests]);
    let mut questions = mine(&index.searcher()?, &mining, &Limits::default())?.questions;
    let documented = questions.iter().filter(|question| question.source == Source::Docs);
    let named: Vec<Question> = documented.step_by(NAMED).filter_map(by_name).collect();
    questions.extend(named);
    if questions.len() < LEAST {
        return Err(format!("{} has only {} questions", index.root().display(), questions.len()).into());
    }
    let lines = questions.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    std::fs::write(file(index)?, lines.join("\n"))?;
    Ok(json!({"count": questions.len()}))
}

/// The questions that were mined.
pub fn read(index: &Index) -> Result<Vec<Question>, Failure> {
    Ok(read_questions(&std::fs::read_to_string(file(index)?)?)?)
}

fn file(index: &Index) -> Result<PathBuf, Failure> {
    Ok(index.folder().parent().ok_or("the index has no folder around it")?.join("questions.jsonl"))
}

fn by_name(question: &Question) -> Option<Question> {
    let name = question.id.as_deref()?.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next()?;
    (name.len() > 3).then(|| Question::new(name, question.relevant.clone(), Source::Given))
}
