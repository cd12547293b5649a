//! How an engine is opened.
//!
//! Never here: what a key of the configuration means.

use crate::config::{Config, Layer, Settings};
use crate::error::Result;
use crate::protocol::request::parse;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How an engine is opened: the configuration in parts, the later ones stronger. Unknown fields are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The text of a `pampax.toml`. Nothing is read from disk. Default: none.
    pub config: Option<String>,
    /// Variables such as `PAMPAX_CACHE_ENABLED`; names that do not begin with `PAMPAX_` are passed over. The process's own
    /// are not read. Default: none.
    pub variables: BTreeMap<String, String>,
    /// Values by key, such as `{"cache.enabled": false}`. Default: none.
    pub settings: BTreeMap<String, Value>,
    /// The folder of the index, absolute or relative to the root. Default: `storage.index_dir`.
    pub index_dir: Option<PathBuf>,
    /// Whether measurements are kept for [`Engine::metrics`](super::Engine::metrics). Default: true.
    pub metrics: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { config: None, variables: BTreeMap::new(), settings: BTreeMap::new(), index_dir: None, metrics: true }
    }
}

impl Options {
    /// Reads options; an empty text means none.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `text` is not JSON, or holds what is no option.
    pub fn from_json(text: &str) -> Result<Options> {
        if text.trim().is_empty() {
            return Ok(Options::default());
        }
        parse("options", text)
    }

    /// The configuration.
    ///
    /// # Errors
    /// `INVALID_CONFIG` naming the key.
    pub fn to_config(&self) -> Result<Config> {
        let mut layers = Vec::new();
        if let Some(text) = &self.config {
            layers.push(Layer::file("config", text)?);
        }
        layers.push(Layer::variables(self.variables.clone(), &[]));
        let mut settings = Layer::default();
        for (key, value) in &self.settings {
            settings.argument(key, &written(value), &format!("settings {key}"));
        }
        layers.push(settings);
        let config = Settings::of(&layers)?.config;
        Ok(match &self.index_dir {
            Some(folder) => config.with_index_dir(folder),
            None => config,
        })
    }
}

/// A value as an argument of a program would be written.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // A list of JSON texts is one of TOML too.
        other => other.to_string(),
    }
}
