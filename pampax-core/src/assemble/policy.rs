//! How a kind of question wants its context: data, checked.
//!
//! Never here: what kind a question is (`search/intent.rs`).

use crate::assemble::render::Level;
use crate::error::{Error, Result};
use crate::search::intent::Intent;
use crate::source::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The policies that are built in, one table for each intent.
const BUILT_IN: &str = include_str!("policies.toml");

/// One policy for each intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Policies(BTreeMap<Intent, Policy>);

impl Default for Policies {
    /// The policies that are built in.
    fn default() -> Policies {
        Policies::with("").expect("a test reads the built-in policies")
    }
}

/// Policies as they are written: what differs from the built-in ones.
#[derive(Deserialize)]
struct Written(BTreeMap<String, toml::Table>);

impl TryFrom<Written> for Policies {
    type Error = Error;

    fn try_from(written: Written) -> Result<Policies> {
        Policies::merged(written.0)
    }
}

impl Policies {
    /// The built-in policies, with the keys that `overrides` sets in their place. `overrides` is TOML: a table for each
    /// intent, such as `[symbol]`, with any of the keys of [`Policy`].
    ///
    /// # Errors
    /// `INVALID_CONFIG` naming the key when a table is of no intent, a key is unknown or a value is out of range.
    pub fn with(overrides: &str) -> Result<Policies> {
        Policies::merged(read(overrides)?)
    }

    fn merged(overrides: BTreeMap<String, toml::Table>) -> Result<Policies> {
        let mut tables = read(BUILT_IN)?;
        for (intent, table) in overrides {
            merge(tables.entry(intent).or_default(), table);
        }
        let mut policies = BTreeMap::new();
        for intent in Intent::ALL {
            let table = tables.remove(intent.name()).unwrap_or_default();
            let policy: Policy =
                table.try_into().map_err(|error: toml::de::Error| invalid(intent.name(), error.message()))?;
            policy.check(intent.name())?;
            policies.insert(*intent, policy);
        }
        match tables.into_keys().next() {
            Some(unknown) => Err(invalid(&unknown, "there is no such intent")),
            None => Ok(Policies(policies)),
        }
    }

    /// The built-in policies, with the keys that `tables` set in their place: one table for each intent.
    pub(crate) fn of_tables(tables: toml::Table) -> Result<Policies> {
        let table = |(intent, value): (String, toml::Value)| match value {
            toml::Value::Table(table) => Ok((intent, table)),
            _ => Err(invalid(&intent, "it is not a table")),
        };
        Policies::merged(tables.into_iter().map(table).collect::<Result<_>>()?)
    }

    /// The built-in policies, each with the keys that `overrides` sets in their place. `overrides` is TOML with any of the
    /// keys of [`Policy`].
    ///
    /// # Errors
    /// As [`Policies::with`].
    pub fn for_every_intent(overrides: &str) -> Result<Policies> {
        let tables = Intent::ALL.iter().map(|intent| format!("[{intent}]\n{overrides}\n"));
        Policies::with(&tables.collect::<String>())
    }

    /// The policy for an intent.
    pub fn of(&self, intent: Intent) -> &Policy {
        &self.0[&intent]
    }
}

fn read(text: &str) -> Result<BTreeMap<String, toml::Table>> {
    toml::from_str(text).map_err(|error: toml::de::Error| invalid("", error.message()))
}

/// Puts the values of `table` in the place of those of `into`; tables within are merged in their turn.
pub(crate) fn merge(into: &mut toml::Table, table: toml::Table) {
    for (key, value) in table {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(known)), toml::Value::Table(inner)) => merge(known, inner),
            (_, value) => _ = into.insert(key, value),
        }
    }
}

fn invalid(intent: &str, reason: &str) -> Error {
    let key = if intent.is_empty() { "policies".to_owned() } else { format!("policies.{intent}") };
    Error::InvalidConfig { key, reason: reason.trim().to_owned() }
}

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

impl Policy {
    fn check(&self, intent: &str) -> Result<()> {
        let Closeness { callee, caller, base, user, test } = self.closeness;
        let shares = [
            ("callee", callee),
            ("caller", caller),
            ("base", base),
            ("user", user),
            ("test", test),
            ("floor", self.floor),
        ];
        let quotas = self.quotas.iter().map(|(role, share)| (role.name(), *share));
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        if let Some((key, value)) = shares.into_iter().chain(quotas).find(|(_, value)| !is_share(*value)) {
            return Err(invalid(intent, &format!("{key} is {value}, which is not from 0 to 1")));
        }
        if !(is_share(self.goal) && self.goal > 0.0) {
            return Err(invalid(intent, &format!("goal is {}, which is not above 0 and up to 1", self.goal)));
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::error::ErrorCode;

    fn refused(text: &str, named: &str) {
        let error = Config::from_toml(text).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidConfig);
        assert!(error.to_string().contains(named), "{error}");
    }

    #[test]
    fn the_built_in_policies_are_read_and_differ_where_the_file_says_so() {
        let policies = Policies::default();
        assert!(policies.of(Intent::Symbol).goal < policies.of(Intent::Search).goal);
        for intent in Intent::ALL {
            policies.of(*intent).check(intent.name()).unwrap();
        }
    }

    #[test]
    fn a_file_replaces_the_keys_it_has_and_no_others() {
        let policies =
            Config::from_toml("[policies.symbol]\nseeds = 2\nquotas = { test = 0.1 }\ncloseness = { caller = 0.9 }\n")
                .unwrap()
                .policies;
        let (changed, built_in) = (policies.of(Intent::Symbol), Policies::default());
        assert_eq!((changed.seeds, changed.closeness.caller, changed.quotas[&Role::Test]), (2, 0.9, 0.1));
        assert_eq!(changed.closeness.callee, built_in.of(Intent::Symbol).closeness.callee);
        assert_eq!(changed.goal, built_in.of(Intent::Symbol).goal);
        assert_eq!(policies.of(Intent::Search), built_in.of(Intent::Search));
        assert_eq!(Config::from_toml("").unwrap().policies, built_in);
    }

    #[test]
    fn mistakes_are_named() {
        refused("[policies.symbols]\nseeds = 2\n", "policies.symbols");
        refused("[policies.symbol]\nseed = 2\n", "seed");
        refused("[policies.symbol]\nfloor = 2.0\n", "floor");
        refused("[policies.symbol]\ngoal = 0.0\n", "goal");
        refused("[policies.symbol]\nquotas = { test = -1.0 }\n", "test");
        refused("[policies.symbol]\nquotas = { tests = 0.1 }\n", "tests");
        refused("policies = 3", "policies");
        refused("[policies", "line 1");
    }
}
