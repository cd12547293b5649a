//! Adjustments of the weights that were fitted to one repository, and which of them holds.
//!
//! Never here: how they are fitted.

use crate::error::{Error, Result};
use crate::search::rank::Weights;
use crate::source::{ContentHash, Generation};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The adjustments of one index, and which of them is chosen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tunings {
    /// The version that is chosen; `None` when the weights are those of the table.
    pub active: Option<u32>,
    /// Every version that was accepted, oldest first.
    pub versions: Vec<Tuning>,
}

/// One adjustment of the weights with the figures that proved it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tuning {
    /// Its number, from 1; numbers are not used again.
    pub version: u32,
    /// The hash of the table of weights that it adjusts. It is of no use with another table.
    pub table: ContentHash,
    /// By signal what its weight is multiplied with; signals that are not named keep theirs.
    pub factors: BTreeMap<String, f64>,
    /// The state of the index on which it was proved.
    pub generation: Generation,
    /// How many questions it was fitted on, and how many later ones proved it.
    pub fitted_on: usize,
    /// How many later questions proved it.
    pub proved_on: usize,
    /// NDCG@10 of the later questions before.
    pub ndcg_before: f64,
    /// NDCG@10 of the later questions with it.
    pub ndcg_after: f64,
    /// How likely a rise at least as high is if it makes no difference.
    pub p: f64,
}

/// Which weights a searcher uses.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ranking {
    /// The hash of the table of weights that this program has.
    pub table: ContentHash,
    /// The version of the adjustment that is used; `None` when the weights are those of the table.
    pub tuning: Option<u32>,
    /// Why the version that is chosen is not used; `None` when it is, or none is chosen.
    pub unused: Option<String>,
}

/// Which weights are wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Weighing {
    /// Those of the version that is chosen, if one is.
    #[default]
    Chosen,
    /// Those of the table, times these factors.
    By(BTreeMap<String, f64>),
}

impl Tunings {
    /// What the catalog holds.
    ///
    /// # Errors
    /// `INTERNAL` when it is not what was written.
    pub(crate) fn read(text: Option<&str>) -> Result<Tunings> {
        let Some(text) = text else { return Ok(Tunings::default()) };
        serde_json::from_str(text).map_err(|error| Error::internal(format!("stored weights cannot be read: {error}")))
    }

    /// What the catalog is to hold.
    ///
    /// # Errors
    /// `INTERNAL` when there is no JSON form of it.
    pub(crate) fn written(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::internal(format!("weights have no JSON form: {error}")))
    }

    /// The version of this number.
    pub fn version(&self, version: u32) -> Option<&Tuning> {
        self.versions.iter().find(|tuning| tuning.version == version)
    }

    /// Adds a version and chooses it. Returns its number.
    pub(crate) fn add(&mut self, mut tuning: Tuning) -> u32 {
        tuning.version = self.versions.iter().map(|tuning| tuning.version).max().unwrap_or(0) + 1;
        self.active = Some(tuning.version);
        self.versions.push(tuning);
        self.active.unwrap_or_default()
    }

    /// Which weights hold.
    pub(crate) fn ranking(&self, is_allowed: bool) -> Ranking {
        let table = Weights::shipped().hash();
        let unused = |why: &str| Ranking { table, tuning: None, unused: Some(why.to_owned()) };
        match (self.active, self.active.and_then(|version| self.version(version))) {
            (None, _) => Ranking { table, tuning: None, unused: None },
            (Some(_), _) if !is_allowed => unused("features.tuning is false"),
            (Some(_), None) => unused("the version that is chosen is not there"),
            (_, Some(tuning)) if tuning.table != table => unused("it adjusts another table of weights: tune again"),
            (Some(version), Some(_)) => Ranking { table, tuning: Some(version), unused: None },
        }
    }

    /// The weights that are wanted.
    pub(crate) fn weights(&self, ranking: &Ranking, weighing: &Weighing) -> Weights {
        let chosen = ranking.tuning.and_then(|version| self.version(version)).map(|tuning| &tuning.factors);
        let factors = match weighing {
            Weighing::Chosen => chosen,
            Weighing::By(factors) => Some(factors),
        };
        factors.map_or_else(Weights::shipped, |factors| Weights::shipped().adjusted(factors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuning(table: ContentHash, factor: f64) -> Tuning {
        Tuning {
            version: 0,
            table,
            factors: BTreeMap::from([("path".to_owned(), factor), ("no such signal".to_owned(), 9.0)]),
            generation: Generation(1),
            fitted_on: 100,
            proved_on: 50,
            ndcg_before: 0.5,
            ndcg_after: 0.6,
            p: 0.01,
        }
    }

    fn weight(weights: &Weights, signal: &str) -> f64 {
        weights.named().find(|(name, _)| *name == signal).map(|(_, weight)| weight).unwrap()
    }

    #[test]
    fn the_chosen_version_holds_where_it_fits() {
        let shipped = Weights::shipped();
        let mut tunings = Tunings::default();
        assert_eq!(tunings.ranking(true), Ranking { table: shipped.hash(), tuning: None, unused: None });
        assert_eq!((tunings.add(tuning(shipped.hash(), 2.0)), tunings.add(tuning(shipped.hash(), 0.5))), (1, 2));
        let weights = tunings.weights(&tunings.ranking(true), &Weighing::Chosen);
        assert_eq!(weight(&weights, "path"), weight(&shipped, "path") * 0.5);
        assert_eq!(weight(&weights, "body"), weight(&shipped, "body"));
        tunings.active = Some(1);
        let weights = tunings.weights(&tunings.ranking(true), &Weighing::Chosen);
        assert_eq!(weight(&weights, "path"), weight(&shipped, "path") * 2.0);
        let off = tunings.ranking(false);
        assert_eq!((off.tuning, tunings.weights(&off, &Weighing::Chosen)), (None, shipped));
        assert!(off.unused.unwrap().contains("features.tuning"));
        assert_eq!(Tunings::read(Some(&tunings.written().unwrap())).unwrap(), tunings);
    }

    #[test]
    fn a_version_of_another_table_is_not_used() {
        let mut tunings = Tunings::default();
        tunings.add(tuning(ContentHash([7; 16]), 2.0));
        let ranking = tunings.ranking(true);
        assert!(ranking.tuning.is_none() && ranking.unused.as_ref().unwrap().contains("tune again"));
        assert_eq!(tunings.weights(&ranking, &Weighing::Chosen), Weights::shipped());
    }
}
