//! Two runs over the same questions, side by side.
//!
//! Never here: asking questions.

use crate::error::{Error, Result};
use crate::eval::measures::{Estimate, rounded};
use crate::eval::report::{Answered, EvalReport, Named};
use crate::eval::significance::{Tail, paired};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the second of two runs is better and worse at. Every difference is that of the second run to the first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// By measure.
    pub overall: Named<Difference>,
    /// That of NDCG by the kind of question.
    pub by_category: Named<Difference>,
    /// That of NDCG by where the questions come from.
    pub by_source: Named<Difference>,
    /// That of NDCG by language.
    pub by_language: Named<Difference>,
}

/// The paired difference of one measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The mean difference over the questions.
    pub mean: f64,
    /// Its standard error; `None` for fewer than two questions.
    pub standard_error: Option<f64>,
    /// How likely a mean at least as far from zero is if there is no difference.
    pub p: f64,
    /// How likely a mean at least as high is if there is no difference.
    pub p_better: f64,
    /// How likely a mean at least as low is if there is no difference.
    pub p_worse: f64,
    /// How many questions are answered better.
    pub better: usize,
    /// How many questions are answered worse.
    pub worse: usize,
    /// How many questions are answered as well as before.
    pub equal: usize,
}

impl Difference {
    /// The difference of these pairs: what each question had in the first run and what in the second.
    pub(crate) fn of(pairs: &[(f64, f64)]) -> Difference {
        let differences: Vec<f64> = pairs.iter().map(|(first, second)| rounded(second - first)).collect();
        let estimate = Estimate::of(&differences);
        let better = differences.iter().filter(|difference| **difference > 0.0).count();
        let worse = differences.iter().filter(|difference| **difference < 0.0).count();
        Difference {
            mean: estimate.mean,
            standard_error: estimate.standard_error,
            p: paired(&differences, Tail::Both).p,
            p_better: paired(&differences, Tail::Above).p,
            p_worse: paired(&differences, Tail::Below).p,
            better,
            worse,
            equal: differences.len() - better - worse,
        }
    }
}

/// Compares two reports over the same questions.
///
/// # Errors
/// `INVALID_ARGUMENT` when they are not over the same questions, or not by the same measures.
pub fn compare(first: &EvalReport, second: &EvalReport) -> Result<Comparison> {
    let questions = |report: &EvalReport| report.answers.iter().map(|answer| answer.query.clone()).collect::<Vec<_>>();
    if questions(first) != questions(second) || first.answers.is_empty() {
        return Err(Error::argument("compare", "the two runs were not asked the same questions"));
    }
    let pairs: Vec<(&Answered, &Answered)> = first.answers.iter().zip(&second.answers).collect();
    let names: Vec<&str> = first.overall.measures.0.iter().map(|(name, _)| name.as_str()).collect();
    let overall = names.iter().map(|name| Ok(((*name).to_owned(), Difference::of(&values(&pairs, name)?))));
    let first_name = names.first().copied().unwrap_or_default();
    Ok(Comparison {
        overall: Named(overall.collect::<Result<_>>()?),
        by_category: by(&pairs, first_name, |answer| &answer.category)?,
        by_source: by(&pairs, first_name, |answer| answer.source.name())?,
        by_language: by(&pairs, first_name, |answer| &answer.language)?,
    })
}

fn values(pairs: &[(&Answered, &Answered)], name: &str) -> Result<Vec<(f64, f64)>> {
    let missing = || Error::argument("compare", format!("the two runs were not both measured by {name}"));
    let value = |answer: &Answered| answer.measures.get(name).copied().ok_or_else(missing);
    pairs.iter().map(|(first, second)| Ok((value(first)?, value(second)?))).collect()
}

fn by(pairs: &[(&Answered, &Answered)], name: &str, key: fn(&Answered) -> &str) -> Result<Named<Difference>> {
    let mut groups: BTreeMap<&str, Vec<(&Answered, &Answered)>> = BTreeMap::new();
    for pair in pairs {
        groups.entry(key(pair.0)).or_default().push(*pair);
    }
    let difference = |(group, pairs): (&str, Vec<_>)| Ok((group.to_owned(), Difference::of(&values(&pairs, name)?)));
    Ok(Named(groups.into_iter().map(difference).collect::<Result<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_says_how_much_and_how_sure() {
        let difference = Difference::of(&[(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (0.5, 0.25)]);
        assert_eq!((difference.better, difference.worse, difference.equal), (2, 1, 1));
        assert_eq!((difference.mean, difference.p), (0.3125, 0.5));
        assert_eq!(difference.standard_error, Some(0.277169));
        let same = Difference::of(&[(0.3, 0.3), (0.9, 0.9)]);
        assert_eq!((same.mean, same.standard_error, same.p, same.p_worse), (0.0, Some(0.0), 1.0, 1.0));
    }
}
