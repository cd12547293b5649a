//! What a user may set, in one table; the layers it comes from; and the checked form that the engine works with.
//!
//! Never here: reading files or the environment; text and values come in as data.

mod change;
mod document;
mod embedder;
mod host;
mod key;
mod layer;
mod nearest;
mod sections;
mod shown;

pub use change::{Change, Effect, ReloadReport};
pub use document::{reference, schema, template};
pub use key::{KEYS, Key, Kind};
pub use layer::{Layer, Origin, Problem, Settings};
pub(crate) use nearest::nearest;
pub use sections::{
    CacheConfig, CliConfig, CliMode, Colour, EmbeddingConfig, EmbeddingProvider, FeaturesConfig, IndexerConfig,
    LogDestination, LoggingConfig, MetricsConfig, PerformanceConfig, Pooling, RemoteConfig, RerankConfig,
    RerankProvider, SecurityConfig, StorageConfig,
};
pub use shown::ShownValue;

use crate::assemble::policy::Policies;
use crate::error::{Error, Result};
use crate::limits::Limits;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Everything that can be set. Unknown keys are errors. The table of keys with defaults and ranges is [`KEYS`];
/// docs/configuration.md is made from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// What is indexed and how.
    pub indexer: IndexerConfig,
    /// Where the index lives.
    pub storage: StorageConfig,
    /// How much of the machine is used, and for how long.
    pub performance: PerformanceConfig,
    /// What is kept out of every output.
    pub security: SecurityConfig,
    /// How vectors are made and searched.
    pub embedding: EmbeddingConfig,
    /// Who reorders the best hits.
    pub rerank: RerankConfig,
    /// How embedders and rerankers elsewhere are called.
    pub remote: RemoteConfig,
    /// What is logged, and where to.
    pub logging: LoggingConfig,
    /// What is measured, and where to.
    pub metrics: MetricsConfig,
    /// How long answers are kept.
    pub cache: CacheConfig,
    /// Parts that can be turned off.
    pub features: FeaturesConfig,
    /// What the `pampax` program does when its arguments do not say.
    pub cli: CliConfig,
    /// How bundles are put together for each kind of question. Tables `[policies.INTENT]` with the keys of
    /// [`Policy`](crate::assemble::Policy).
    pub policies: Policies,
}

impl Config {
    /// The configuration of one file's text.
    ///
    /// # Errors
    /// `INVALID_CONFIG` naming the first key that is unknown, of another type or out of range.
    pub fn from_toml(text: &str) -> Result<Config> {
        Ok(Settings::of(&[Layer::file("pampax.toml", text)?])?.config)
    }

    /// This configuration with the index in `folder`.
    pub fn with_index_dir(mut self, folder: impl Into<PathBuf>) -> Config {
        self.storage.index_dir = Some(folder.into());
        self
    }

    /// Checks every value.
    ///
    /// # Errors
    /// `INVALID_CONFIG` naming the field path of the first value that is out of range.
    pub fn validate(&self) -> Result<()> {
        match layer::problems_of(self)?.into_iter().next() {
            Some(problem) => Err(problem.into_error()),
            None => Ok(()),
        }
    }

    /// The value of a key, as TOML writes it; `None` when it is not set and has no default. Secrets are shown as `***`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when there is no such key.
    pub fn value(&self, key: &str) -> Result<Option<String>> {
        let known = Key::named(key).ok_or_else(|| Error::argument("key", format!("there is no key {key}")))?;
        let value = layer::value_of(&layer::table_of(self)?, known).map(toml::Value::to_string);
        Ok(value.map(|value| if known.is_secret { change::HIDDEN.to_owned() } else { value }))
    }

    /// The limits of a search: `limits`, with the configured time where they name none.
    pub(crate) fn search_limits(&self, limits: &Limits) -> Limits {
        within(limits, self.performance.search_timeout_ms)
    }

    /// The limits of an assembly: `limits`, with the configured time where they name none.
    pub(crate) fn assemble_limits(&self, limits: &Limits) -> Limits {
        within(limits, self.performance.assemble_timeout_ms)
    }
}

/// `limits`, with `timeout_ms` where they name no time; 0 means without end.
fn within(limits: &Limits, timeout_ms: u64) -> Limits {
    let own = (timeout_ms > 0).then(|| Duration::from_millis(timeout_ms));
    Limits { timeout: limits.timeout.or(own), ..limits.clone() }
}

#[cfg(test)]
mod tests;
