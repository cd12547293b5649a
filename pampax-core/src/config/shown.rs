//! The values of a configuration for people and programs to read.
//!
//! Never here: where a value comes from.

use crate::config::key::{KEYS, Key};
use crate::config::{Config, Origin};
use crate::error::{Error, Result};
use serde::Serialize;
use serde_json::Value;

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ShownValue {
    /// The key, such as `cache.enabled`.
    pub key: &'static str,
    /// Its value; null when it is not set and has no default. Secrets are `***`.
    pub value: Value,
    /// Where the value comes from, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Config {
    /// The value of the key `name`, of every key of the section `name`, or of all keys, in the order of the table.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when there is no such key and no such section.
    pub fn shown(&self, name: Option<&str>) -> Result<Vec<ShownValue>> {
        let is_asked = |key: &&Key| name.is_none_or(|name| key.path == name || key.section == name);
        let keys: Vec<&Key> = KEYS.iter().filter(is_asked).collect();
        if let (Some(name), true) = (name, keys.is_empty()) {
            return Err(Error::argument("key", format!("there is no key and no section {name}")));
        }
        let all = serde_json::to_value(self)
            .map_err(|error| Error::internal(format!("a configuration has no JSON form: {error}")))?;
        Ok(keys.into_iter().map(|key| shown(key, &all)).collect())
    }
}

fn shown(key: &'static Key, all: &Value) -> ShownValue {
    let value = match all[key.section][key.name].clone() {
        Value::Null => Value::Null,
        _ if key.is_secret => "***".into(),
        Value::String(url) if key.name == "url" => without_secrets(&url).into(),
        value => value,
    };
    ShownValue { key: key.path, value, origin: None }
}

/// An address without what may be a password or a key in it.
fn without_secrets(url: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, ""), |(address, _)| (address, "?***"));
    let address = match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://***{}", &address[..scheme], &address[at..]),
        _ => address.to_owned(),
    };
    address + query
}
