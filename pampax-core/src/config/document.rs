//! The table of keys as a commented file, as a page and as a schema.
//!
//! Never here: meanings of their own; those are the table's.

use crate::assemble::policy::Policies;
use crate::config::key::joined;
use crate::config::layer::{table_of, value_of};
use crate::config::sections::SECTIONS;
use crate::config::{Config, KEYS, Key, Kind};
use crate::error::Result;
use serde_json::{Map, Value, json};

/// The longest line of a comment, in characters.
const LINE: usize = 100;

/// A configuration file with every key, its meaning and its default, all commented out.
///
/// # Errors
/// None that a user can cause; `INVALID_CONFIG` if a default could not be written.
pub fn template() -> Result<String> {
    let defaults = table_of(&Config::default())?;
    let mut text =
        "# The configuration of pampax. Every key is shown with its default; take the # away to change it.\n"
            .to_owned();
    for (section, doc) in SECTIONS {
        text.push_str(&format!("\n# {}\n[{section}]\n", joined(doc)));
        for key in KEYS.iter().filter(|key| key.section == *section) {
            wrapped(&key.meaning()).iter().for_each(|line| text.push_str(&format!("# {line}\n")));
            let value = value_of(&defaults, key).map_or_else(|| placeholder(key), toml::Value::to_string);
            text.push_str(&format!("#{} = {value}\n", key.name));
        }
    }
    text.push_str("\n# How bundles are put together for each kind of question; see docs/configuration.md.\n");
    text.push_str("#[policies.symbol]\n#goal = 0.7\n");
    Ok(text)
}

/// What stands in the template for a key without a default.
fn placeholder(key: &Key) -> String {
    match key.kind {
        Kind::Path => "\"path\"".to_owned(),
        _ => format!("\"{}\"", key.name),
    }
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        match lines[last].chars().count() + 1 + word.chars().count() {
            _ if lines[last].is_empty() => lines[last].push_str(word),
            length if length <= LINE => lines[last].push_str(&format!(" {word}")),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The reference of all keys, as Markdown: one table for each section.
///
/// # Errors
/// As [`template`].
pub fn reference() -> Result<String> {
    let defaults = table_of(&Config::default())?;
    let mut text = String::new();
    for (section, doc) in SECTIONS {
        text.push_str(&format!("### `[{section}]`\n\n{}\n\n", joined(doc)));
        text.push_str("| key | value | default | meaning | takes effect |\n|---|---|---|---|---|\n");
        for key in KEYS.iter().filter(|key| key.section == *section) {
            let default = value_of(&defaults, key).map_or_else(|| "none".to_owned(), |value| format!("`{value}`"));
            let meaning = key.meaning();
            let (meaning, _) = meaning.split_once(" Default:").unwrap_or((&meaning, ""));
            let (name, wanted, effect) = (key.name, key.wanted(), key.effect);
            text.push_str(&format!("| `{name}` | {wanted} | {default} | {meaning} | {effect} |\n"));
        }
        text.push('\n');
    }
    Ok(text)
}

/// The JSON Schema of a configuration file.
///
/// # Errors
/// As [`template`].
pub fn schema() -> Result<Value> {
    let defaults = table_of(&Config::default())?;
    let mut properties = Map::new();
    for (section, doc) in SECTIONS {
        let mut keys = Map::new();
        for key in KEYS.iter().filter(|key| key.section == *section) {
            keys.insert(key.name.to_owned(), schema_of(key, value_of(&defaults, key)));
        }
        properties.insert((*section).to_owned(), object(&joined(doc), keys));
    }
    let policies = "How bundles are put together for each kind of question: a table for each intent.";
    properties
        .insert("policies".to_owned(), json!({ "description": policies, "type": "object", "properties": intents() }));
    let mut schema = object("The configuration of pampax: pampax.toml.", properties);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "pampax.toml".into();
    Ok(schema)
}

fn object(description: &str, properties: Map<String, Value>) -> Value {
    json!({ "description": description, "type": "object", "additionalProperties": false, "properties": properties })
}

fn schema_of(key: &Key, default: Option<&toml::Value>) -> Value {
    let mut schema = match key.kind {
        Kind::Truth => json!({ "type": "boolean" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Text | Kind::Path => json!({ "type": "string" }),
        Kind::List => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Choice(names) => json!({ "enum": names() }),
    };
    schema["description"] = key.meaning().into();
    if let Some((least, greatest)) = key.range {
        schema["minimum"] = bound(key, least);
        schema["maximum"] = bound(key, greatest);
    }
    if let Some(default) = default.and_then(|default| serde_json::to_value(default).ok()) {
        schema["default"] = default;
    }
    schema
}

fn bound(key: &Key, bound: f64) -> Value {
    if matches!(key.kind, Kind::Integer) { (bound as u64).into() } else { bound.into() }
}

/// The shape of the policies: an object for each intent, with the values that are built in.
fn intents() -> Value {
    let policies = serde_json::to_value(Policies::default()).unwrap_or_default();
    let tables = policies.as_object().into_iter().flatten();
    let shapes = tables.map(|(intent, policy)| (intent.clone(), json!({ "type": "object", "default": policy })));
    Value::Object(shapes.collect())
}
