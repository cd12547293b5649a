//! What quality must at least be.
//!
//! Never here: what happens when it is not.

use crate::error::{Error, Result};
use crate::eval::comparison::Comparison;
use crate::eval::report::EvalReport;
use serde::Serialize;
use std::str::FromStr;

/// How unlikely a fall must be by chance to count as one.
const SIGNIFICANT: f64 = 0.05;

/// A demand on a report or on a comparison.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Gate {
    /// A measure over all questions is at least this.
    AtLeast {
        /// The measure as the report names it; `ndcg` and `mrr` mean their cut of the report.
        measure: String,
        /// The value, from 0 to 1.
        value: f64,
    },
    /// The second of two runs does not have a lower NDCG by more than chance (p below 0.05, one-sided), neither over all
    /// questions nor over those of any source.
    NoWorse,
}

/// What came of the demands.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GateReport {
    /// Whether all of them hold.
    pub passed: bool,
    /// Each of them.
    pub checks: Vec<Check>,
}

/// What came of one demand.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The demand: a measure, or `no-worse` with what it was looked at over.
    pub gate: String,
    /// What must at least be.
    pub required: f64,
    /// What is: the measure, or how likely such a fall is by chance.
    pub found: f64,
    /// Whether the demand holds.
    pub passed: bool,
}

impl FromStr for Gate {
    type Err = Error;

    /// `MEASURE=VALUE`, such as `ndcg=0.8` or `recall@10=0.9`, or `no-worse`.
    fn from_str(text: &str) -> Result<Gate> {
        if text.trim() == "no-worse" {
            return Ok(Gate::NoWorse);
        }
        let bad = || Error::argument("gate", format!("{text:?} is neither MEASURE=VALUE nor no-worse"));
        let (measure, value) = text.split_once('=').ok_or_else(bad)?;
        let value: f64 = value.trim().parse().map_err(|_| bad())?;
        if !(0.0..=1.0).contains(&value) {
            return Err(Error::argument("gate", format!("{text:?}: the value is not from 0 to 1")));
        }
        Ok(Gate::AtLeast { measure: measure.trim().to_owned(), value })
    }
}

/// Looks whether a report, and for [`Gate::NoWorse`] its comparison with another, meets the demands.
///
/// # Errors
/// `INVALID_ARGUMENT` for a measure that the report does not have (the reason names those it has), or for `no-worse`
/// without a comparison.
pub fn check(gates: &[Gate], report: &EvalReport, comparison: Option<&Comparison>) -> Result<GateReport> {
    let mut checks = Vec::new();
    for gate in gates {
        match gate {
            Gate::AtLeast { measure, value } => checks.push(at_least(report, measure, *value)?),
            Gate::NoWorse => checks.extend(no_worse(comparison)?),
        }
    }
    Ok(GateReport { passed: checks.iter().all(|check| check.passed), checks })
}

fn at_least(report: &EvalReport, measure: &str, required: f64) -> Result<Check> {
    let name = if ["ndcg", "mrr"].contains(&measure) { format!("{measure}@{}", report.k) } else { measure.to_owned() };
    let measures = &report.overall.measures;
    let unknown = || {
        let names: Vec<&str> = measures.0.iter().map(|(name, _)| name.as_str()).collect();
        Error::argument("gate", format!("`{measure}` is not measured here; these are: {}", names.join(", ")))
    };
    let found = measures.get(&name).ok_or_else(unknown)?.mean;
    Ok(Check { gate: name, required, found, passed: found >= required })
}

fn no_worse(comparison: Option<&Comparison>) -> Result<Vec<Check>> {
    let missing = || Error::argument("gate", "no-worse needs something to compare with");
    let comparison = comparison.ok_or_else(missing)?;
    let overall = comparison.overall.0.first().map(|(_, difference)| ("all", difference));
    let sources = comparison.by_source.0.iter().map(|(name, difference)| (name.as_str(), difference));
    let check = |(over, difference): (&str, &super::Difference)| Check {
        gate: format!("no-worse over {over}"),
        required: SIGNIFICANT,
        found: difference.p_worse,
        passed: difference.p_worse >= SIGNIFICANT,
    };
    Ok(overall.into_iter().chain(sources).map(check).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_a_measure_and_a_value() {
        let gate = |text: &str| text.parse::<Gate>().unwrap();
        assert_eq!(gate("recall@10=0.9"), Gate::AtLeast { measure: "recall@10".to_owned(), value: 0.9 });
        assert_eq!(gate("no-worse"), Gate::NoWorse);
        for text in ["", "ndcg", "ndcg=", "ndcg=much", "ndcg=1.5", "ndcg=-0.1", "ndcg=NaN", "worse"] {
            assert!(text.parse::<Gate>().is_err(), "{text}");
        }
    }
}
