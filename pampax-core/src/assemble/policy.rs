//! How a kind of question wants its context: data, checked.
//!
//! Never here: what kind a question is (`search/intent.rs`).

use crate::assemble::render::Level;
use crate::source::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a bundle is made of, and when it is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// How many of the best hits the code graph is walked from. Default: 6.
    pub seeds: usize,
    /// The most neighbours that the graph may add. 0 leaves the graph out. Default: 24.
    pub neighbours: usize,
    /// How relevant a neighbour is for a seed of relevance 1 and an edge of confidence 1. Default: see [`Closeness`].
    pub closeness: Closeness,
    /// The most that is shown of a neighbour. Default: full.
    pub neighbour_level: Level,
    /// The share of the budget, from 0 to 1, that files of a role may take at most. Default: none are limited.
    pub quotas: BTreeMap<Role, f64>,
    /// What is less relevant than this part of the best is left out, from 0 to 1. Default: 0.005.
    pub floor: f64,
    /// Packing ends when this share of the value of all candidates in full is reached, above 0 to 1. Default: 1.
    pub goal: f64,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            seeds: 6,
            neighbours: 24,
            closeness: Closeness::default(),
            neighbour_level: Level::Full,
            quotas: BTreeMap::new(),
            floor: 0.005,
            goal: 1.0,
        }
    }
}

/// How relevant what lies one edge away from a seed is, for each way to get there, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Closeness {
    /// What the seed calls. Default: 0.3.
    pub callee: f64,
    /// What calls the seed. Default: 0.2.
    pub caller: f64,
    /// The types that the seed extends, implements or mentions. Default: 0.2.
    pub base: f64,
    /// What extends, implements or mentions the seed. Default: 0.1.
    pub user: f64,
    /// What tests the seed. Default: 0.05.
    pub test: f64,
}

impl Default for Closeness {
    fn default() -> Closeness {
        Closeness { callee: 0.3, caller: 0.2, base: 0.2, user: 0.1, test: 0.05 }
    }
}
