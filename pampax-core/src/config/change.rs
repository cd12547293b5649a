//! What differs between two configurations, and when it takes effect in a program that runs.

use crate::config::layer::{put, table_of, value_of};
use crate::config::{Config, KEYS, Key};
use crate::error::{Error, Result};
use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;
use toml::{Table, Value};

named_enum! {
    /// When a change of a key takes effect in a program that runs.
    Effect {
        /// With the next call.
        Immediate = "immediate",
        /// With the next update of the index.
        NextUpdate = "next_update",
        /// When the program starts again; until then the value of before stays.
        Restart = "restart",
    }
}

/// One key whose value differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The field path; `policies` for the policies.
    pub key: String,
    /// The value of before, as TOML writes it; `null` when it was not set. Secrets are not shown.
    pub from: Option<String>,
    /// The new value.
    pub to: Option<String>,
    /// When it takes effect.
    pub effect: Effect,
}

/// What taking over a configuration changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReloadReport {
    /// Every key whose value differs, in the order of the table.
    pub changes: Vec<Change>,
    /// Whether some change waits for the program to start again.
    pub needs_restart: bool,
}

/// What is written in the place of a secret.
pub(super) const HIDDEN: &str = "\"***\"";

impl Config {
    /// What would change with `next` in the place of this one, and the configuration in effect until the next start:
    /// `next`, but for the keys that need one.
    ///
    /// # Errors
    /// `INVALID_CONFIG` when a value of either is out of range.
    pub fn reloaded(&self, next: &Config) -> Result<(Config, ReloadReport)> {
        next.validate()?;
        let (old, new) = (table_of(self)?, table_of(next)?);
        let mut report = ReloadReport::default();
        let mut table = new.clone();
        for key in KEYS {
            let (from, to) = (value_of(&old, key), value_of(&new, key));
            if from == to {
                continue;
            }
            report.changes.push(change(key, from, to));
            if key.effect == Effect::Restart {
                restore(&mut table, key, from.cloned());
            }
        }
        if self.policies != next.policies {
            let (key, effect) = ("policies".to_owned(), Effect::Immediate);
            report.changes.push(Change { key, from: None, to: None, effect });
        }
        report.needs_restart = report.changes.iter().any(|change| change.effect == Effect::Restart);
        let invalid = |error: toml::de::Error| Error::InvalidConfig {
            key: "pampax.toml".to_owned(),
            reason: error.message().trim().to_owned(),
        };
        Ok((table.try_into().map_err(invalid)?, report))
    }
}

fn change(key: &Key, from: Option<&Value>, to: Option<&Value>) -> Change {
    let shown = |value: &Value| if key.is_secret { HIDDEN.to_owned() } else { value.to_string() };
    Change { key: key.path.to_owned(), from: from.map(shown), to: to.map(shown), effect: key.effect }
}

fn restore(table: &mut Table, key: &Key, value: Option<Value>) {
    match value {
        Some(value) => put(table, key.path, value),
        None => {
            if let Some(Value::Table(section)) = table.get_mut(key.section) {
                section.remove(key.name);
            }
        }
    }
}
