//! What an evaluation found: measures over all questions and over groups of them.
//!
//! Never here: asking questions.

use crate::error::Degradation;
use crate::eval::measures::{Estimate, accuracy, quality, recall};
use crate::eval::question::{Source, Target};
use crate::source::Generation;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The ranks at which recall and accuracy are cut.
pub(super) const CUTS: &[usize] = &[1, 5, 10, 20];

/// How good retrieval is over some questions. The same index, configuration and questions give the same report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EvalReport {
    /// The state of the index that answered.
    pub generation: Generation,
    /// Where NDCG and MRR are cut.
    pub k: usize,
    /// How many hits were asked for.
    pub limit: usize,
    /// What counted the tokens of bundles.
    pub tokenizer: String,
    /// How many targets no indexed file is, so that nothing could find them.
    pub targets_not_indexed: usize,
    /// Over all questions, each with the same weight.
    pub overall: Group,
    /// By the kind of question.
    pub by_category: Named<Group>,
    /// By where the question comes from.
    pub by_source: Named<Group>,
    /// By the language it is about.
    pub by_language: Named<Group>,
    /// By the top folder of the first target; `.` for the root.
    pub by_folder: Named<Group>,
    /// What the answers had to do without.
    pub degraded: Vec<Degradation>,
    /// Each question with its answer, in the order of the questions; left out of JSON when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answered>,
}

/// The measures of some questions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// How many questions.
    pub questions: usize,
    /// How many targets they have together.
    pub targets: usize,
    /// The mean of each measure over the questions, by its name, such as `ndcg@10`.
    pub measures: Named<Estimate>,
}

/// Values by name, in an order of their own. An object in JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T> Named<T> {
    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named(Vec::new())
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Answered {
    /// The question.
    pub query: String,
    /// What it is told apart by, if it has that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// What kind of question it is.
    pub category: String,
    /// The language it is about.
    pub language: String,
    /// The top folder of its first target; `.` for the root.
    pub folder: String,
    /// What answers it.
    pub targets: Vec<Target>,
    /// For each target the rank of the first hit on it, from 1.
    pub ranks: Vec<Option<usize>>,
    /// Its measures, by name.
    pub measures: Named<f64>,
    /// The hits, best first.
    pub results: Vec<Retrieved>,
}

/// One hit of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Retrieved {
    /// The file.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// Its score.
    pub score: f64,
    /// Whether it hits a target.
    pub is_target: bool,
}

/// The measures of one ranking of which `limit` hits are known, and of the bundles by their budgets.
pub(super) fn measures(ranks: &[Option<usize>], (k, limit): (usize, usize), bundles: &[(usize, f64)]) -> Named<f64> {
    let quality = quality(ranks, k);
    let mut measures = vec![(format!("ndcg@{k}"), quality.ndcg), (format!("mrr@{k}"), quality.reciprocal_rank)];
    let mut cuts: Vec<usize> = CUTS.iter().copied().chain([k]).filter(|cut| *cut <= limit).collect();
    cuts.sort_unstable();
    cuts.dedup();
    measures.extend(cuts.iter().map(|cut| (format!("recall@{cut}"), recall(ranks, *cut))));
    measures.extend(cuts.iter().map(|cut| (format!("accuracy@{cut}"), accuracy(ranks, *cut))));
    measures.extend(bundles.iter().map(|(budget, recall)| (format!("recall@{budget}_tokens"), *recall)));
    Named(measures)
}

impl Group {
    /// The group of these answers.
    pub(super) fn of(answers: &[&Answered]) -> Group {
        let names = answers.first().map_or(&[][..], |first| &first.measures.0);
        let estimate = |name: &String| {
            let values: Vec<f64> = answers.iter().filter_map(|answer| answer.measures.get(name).copied()).collect();
            (name.clone(), Estimate::of(&values))
        };
        Group {
            questions: answers.len(),
            targets: answers.iter().map(|answer| answer.targets.len()).sum(),
            measures: Named(names.iter().map(|(name, _)| estimate(name)).collect()),
        }
    }
}

/// The measures of `answers` by a key, in the order of the keys.
pub(super) fn by(answers: &[Answered], key: fn(&Answered) -> &str) -> Named<Group> {
    let mut groups: BTreeMap<&str, Vec<&Answered>> = BTreeMap::new();
    for answer in answers {
        groups.entry(key(answer)).or_default().push(answer);
    }
    Named(groups.into_iter().map(|(name, group)| (name.to_owned(), Group::of(&group))).collect())
}
