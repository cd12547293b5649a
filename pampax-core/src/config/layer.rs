//! Where values come from: files, variables, arguments, each over the one before, with the origin of every value.
//!
//! Never here: reading files or the environment.

use crate::assemble::policy::{Policies, merge};
use crate::config::key::{KEYS, Key, Kind};
use crate::config::nearest::nearest;
use crate::config::{Config, sections};
use crate::error::{Error, Result};
use crate::host::tokens::Tokenizer;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use toml::{Table, Value};

/// The most problems of one layer that are told.
const MAX_PROBLEMS: usize = 100;

/// What every variable begins with.
const PREFIX: &str = "PAMPAX_";

/// The one section that has no keys of its own in the table.
const POLICIES: &str = "policies";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A file, by the name it was given.
    File(String),
    /// An environment variable, by its name.
    Variable(String),
    /// An argument of the program, as written there.
    Argument(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => formatter.write_str("default"),
            Origin::File(name) => write!(formatter, "file {name}"),
            Origin::Variable(name) => write!(formatter, "variable {name}"),
            Origin::Argument(name) => write!(formatter, "argument {name}"),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Something wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// The field path, such as `indexer.max_file_bytes`, or the name of the variable.
    pub key: String,
    /// What is wrong, as a sentence without a full stop.
    pub reason: String,
    /// Where it was set.
    pub origin: Origin,
}

impl Problem {
    /// A problem that only shows when several values are looked at.
    pub fn new(key: impl Into<String>, reason: impl Into<String>) -> Problem {
        Problem { key: key.into(), reason: reason.into(), origin: Origin::Default }
    }

    /// The problem with where the value comes from. Default: no origin is named.
    pub fn with_origin(mut self, origin: Origin) -> Problem {
        self.origin = origin;
        self
    }

    /// The problem as an error.
    pub fn into_error(self) -> Error {
        let Problem { key, reason, origin } = self;
        let reason = if origin == Origin::Default { reason } else { format!("{reason} ({origin})") };
        Error::InvalidConfig { key, reason }
    }
}

/// Values of one origin, and what is wrong with them by themselves.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    values: BTreeMap<&'static str, (Value, Option<Origin>)>,
    policies: Option<(Table, String)>,
    problems: Vec<Problem>,
}

impl Layer {
    /// The values of a TOML file. `name` is how the file is called in messages.
    ///
    /// # Errors
    /// `INVALID_CONFIG` when `text` is not TOML, with the line.
    pub fn file(name: &str, text: &str) -> Result<Layer> {
        let table: Table = toml::from_str(text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            Error::InvalidConfig { key: name.to_owned(), reason: format!("line {line}: {}", error.message().trim()) }
        })?;
        let origin = Origin::File(name.to_owned());
        let mut layer = Layer::default();
        for (section, value) in table {
            match value {
                Value::Table(table) if section == POLICIES => layer.policies = Some((table, name.to_owned())),
                Value::Table(table) => table.into_iter().for_each(|(key, value)| {
                    layer.set(&format!("{section}.{key}"), value, &origin);
                }),
                _ => layer.unknown(&section, &origin),
            }
        }
        Ok(layer)
    }

    /// The values of environment variables whose names begin with `PAMPAX_`; other variables are passed over.
    /// `known` names variables that mean something to the program itself.
    pub fn variables(variables: impl IntoIterator<Item = (String, String)>, known: &[&str]) -> Layer {
        let mut layer = Layer::default();
        for (name, text) in variables {
            if name.starts_with(PREFIX) && !known.contains(&name.as_str()) {
                layer.variable(&name, &text, known);
            }
        }
        layer
    }

    fn variable(&mut self, name: &str, text: &str, known: &[&str]) {
        let origin = Origin::Variable(name.to_owned());
        if let Some(key) = KEYS.iter().find(|key| key.variable() == name) {
            return self.set_text(key, text, origin);
        }
        let names: Vec<String> =
            KEYS.iter().map(Key::variable).chain(known.iter().map(|name| (*name).to_owned())).collect();
        let meant = nearest(name, names.iter().map(String::as_str));
        self.refuse(name, format!("there is no such variable{}", suggestion(meant)), origin);
    }

    /// One value of an argument; `argument` is how it was written.
    pub fn argument(&mut self, path: &str, text: &str, argument: &str) {
        let origin = Origin::Argument(argument.to_owned());
        match Key::named(path) {
            Some(key) => self.set_text(key, text, origin),
            None => self.unknown(path, &origin),
        }
    }

    fn set_text(&mut self, key: &'static Key, text: &str, origin: Origin) {
        let value = match key.kind {
            Kind::Truth => text.parse().ok().map(Value::Boolean),
            Kind::Integer => text.replace('_', "").parse().ok().map(Value::Integer),
            Kind::Number => text.parse().ok().map(Value::Float),
            Kind::Text | Kind::Path | Kind::Choice(_) => Some(Value::String(text.to_owned())),
            Kind::List => Some(Value::Array(items(text))),
        };
        match value {
            Some(value) => self.set(key.path, value, &origin),
            None => self.refuse(key.path, format!("{text:?} is not {}", key.wanted()), origin),
        }
    }

    fn set(&mut self, path: &str, value: Value, origin: &Origin) {
        let Some(key) = Key::named(path) else { return self.unknown(path, origin) };
        match check(key, &value) {
            Some(reason) => self.refuse(path, reason, origin.clone()),
            None => _ = self.values.insert(key.path, (as_wanted(key, value), Some(origin.clone()))),
        }
    }

    fn unknown(&mut self, path: &str, origin: &Origin) {
        // Looking for what was meant takes time, and nobody reads that many.
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let section = path.split('.').next().unwrap_or(path);
        let sections = sections::SECTIONS.iter().map(|(name, _)| *name).chain([POLICIES]);
        let (what, meant) = match sections.clone().any(|name| name == section) {
            true if path == section => ("it is a table, not a value", None),
            true => ("there is no such key", nearest(path, KEYS.iter().map(|key| key.path))),
            false => {
                let of_section = nearest(section, sections);
                let of_key = nearest(path, KEYS.iter().map(|key| key.path));
                ("there is no such section", of_key.or(of_section))
            }
        };
        self.refuse(path, format!("{what}{}", suggestion(meant)), origin.clone());
    }

    fn refuse(&mut self, key: &str, reason: String, origin: Origin) {
        self.problems.push(Problem { key: key.to_owned(), reason, origin });
    }
}

fn suggestion(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The items of a list as TOML writes it, or divided by commas.
fn items(text: &str) -> Vec<Value> {
    if text.trim_start().starts_with('[')
        && let Ok(mut table) = toml::from_str::<Table>(&format!("items = {text}"))
        && let Some(Value::Array(items)) = table.remove("items")
    {
        return items;
    }
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| Value::String(item.to_owned())).collect()
}

/// Whole numbers are numbers too.
fn as_wanted(key: &Key, value: Value) -> Value {
    match (key.kind, value) {
        (Kind::Number, Value::Integer(number)) => Value::Float(number as f64),
        (_, value) => value,
    }
}

/// What is wrong with a value, if anything.
fn check(key: &Key, value: &Value) -> Option<String> {
    let is_text = |value: &Value| matches!(value, Value::String(_));
    let fits = match (key.kind, value) {
        (Kind::Truth, Value::Boolean(_)) | (Kind::Text, Value::String(_)) => true,
        (Kind::Path, Value::String(path)) => !path.is_empty(),
        (Kind::Integer, Value::Integer(number)) => in_range(key, *number as f64),
        (Kind::Number, Value::Integer(number)) => in_range(key, *number as f64),
        (Kind::Number, Value::Float(number)) => in_range(key, *number),
        (Kind::List, Value::Array(items)) => items.iter().all(is_text),
        (Kind::Choice(names), Value::String(name)) => names().contains(&name.as_str()),
        _ => false,
    };
    let shown = if key.is_secret { "the value".to_owned() } else { value.to_string() };
    (!fits).then(|| format!("{shown} is not {}", key.wanted()))
}

fn in_range(key: &Key, number: f64) -> bool {
    key.range.is_none_or(|(least, greatest)| (least..=greatest).contains(&number))
}

/// A checked configuration, and where each of its values comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The values.
    pub config: Config,
    origins: BTreeMap<&'static str, Origin>,
}

impl Settings {
    /// The values of `layers`, later ones over earlier ones, over the defaults.
    ///
    /// # Errors
    /// `INVALID_CONFIG` for the first problem; see [`Settings::problems`] for all.
    pub fn of(layers: &[Layer]) -> Result<Settings> {
        if let Some(problem) = layers.iter().flat_map(|layer| &layer.problems).next() {
            return Err(problem.clone().into_error());
        }
        let (mut table, mut policies) = (Table::new(), Table::new());
        let mut origins = BTreeMap::new();
        for layer in layers {
            for (path, (value, origin)) in &layer.values {
                put(&mut table, path, value.clone());
                origins.extend(origin.clone().map(|origin| (*path, origin)));
            }
            if let Some((tables, _)) = &layer.policies {
                merge(&mut policies, tables.clone());
            }
        }
        let invalid = |error: toml::de::Error| Error::InvalidConfig {
            key: "pampax.toml".to_owned(),
            reason: error.message().trim().to_owned(),
        };
        let mut config: Config = table.try_into().map_err(invalid)?;
        config.policies = Policies::of_tables(policies)?;
        config.validate()?;
        Ok(Settings { config, origins })
    }

    /// Everything that is wrong with `layers`, in the order of layers and keys; also what only shows together.
    pub fn problems(layers: &[Layer]) -> Vec<Problem> {
        let mut problems: Vec<Problem> = layers.iter().flat_map(|layer| layer.problems.clone()).collect();
        let sound: Vec<Layer> = layers.iter().map(|layer| Layer { problems: Vec::new(), ..layer.clone() }).collect();
        if let Err(error) = Settings::of(&sound) {
            let (key, reason) = match error {
                Error::InvalidConfig { key, reason } => (key, reason),
                other => ("pampax.toml".to_owned(), other.to_string()),
            };
            let of_policies = layers.iter().rev().find_map(|layer| Some(layer.policies.as_ref()?.1.clone()));
            let origin = of_policies.filter(|_| key.starts_with(POLICIES)).map_or(Origin::Default, Origin::File);
            problems.push(Problem { key, reason, origin });
        }
        problems
    }

    /// Where the value of a key comes from.
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }
}

pub(super) fn put(table: &mut Table, path: &str, value: Value) {
    let Some((section, key)) = path.split_once('.') else { return };
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        section.insert(key.to_owned(), value);
    }
}

/// The values of a configuration, section by section.
pub(super) fn table_of(config: &Config) -> Result<Table> {
    Table::try_from(config).map_err(|error| Error::InvalidConfig {
        key: "pampax.toml".to_owned(),
        reason: format!("a value cannot be written as TOML: {error}"),
    })
}

/// The value of a key in a table of sections.
pub(super) fn value_of<'a>(table: &'a Table, key: &Key) -> Option<&'a Value> {
    table.get(key.section)?.as_table()?.get(key.name)
}

/// Everything that is wrong with the values of a configuration.
///
/// # Errors
/// `INVALID_CONFIG` when a value has no written form, such as a path that is not UTF-8 or a number past 2^63.
pub(super) fn problems_of(config: &Config) -> Result<Vec<Problem>> {
    let table = table_of(config)?;
    let mut problems = Vec::new();
    for key in KEYS {
        let wrong = value_of(&table, key).and_then(|value| check(key, value));
        problems.extend(wrong.map(|reason| Problem { key: key.path.to_owned(), reason, origin: Origin::Default }));
    }
    problems.extend(incomplete(config));
    Ok(problems)
}

fn is_blank(text: &Option<String>) -> bool {
    text.as_ref().is_none_or(|text| text.trim().is_empty())
}

/// What only shows when several keys are looked at.
fn incomplete(config: &Config) -> Vec<Problem> {
    use crate::config::{EmbeddingProvider, LogDestination, RerankProvider};
    let (embedding, rerank, logging) = (&config.embedding, &config.rerank, &config.logging);
    let is_named = matches!(embedding.provider, EmbeddingProvider::OpenAi | EmbeddingProvider::Ollama);
    use EmbeddingProvider::{Model2Vec, Onnx, Static};
    let has_path = matches!(embedding.provider, Static | Model2Vec | Onnx);
    let rules = [
        ("embedding.model", is_named && is_blank(&embedding.model), "embedding.provider needs a model"),
        ("embedding.path", has_path && embedding.path.is_none(), "embedding.provider needs the path of a model"),
        (
            "embedding.runtime",
            embedding.provider == EmbeddingProvider::Onnx && embedding.runtime.is_none(),
            "embedding.provider is onnx, so the library that runs models is needed",
        ),
        (
            "rerank.model",
            rerank.provider != RerankProvider::None && is_blank(&rerank.model),
            "rerank.provider needs a model",
        ),
        (
            "logging.file",
            logging.destination == LogDestination::File && logging.file.is_none(),
            "logging.destination is file, so a file is needed",
        ),
    ];
    let broken = rules.into_iter().filter(|(_, is_broken, _)| *is_broken);
    let problem = |key: &str, reason: String| Problem { key: key.to_owned(), reason, origin: Origin::Default };
    let mut problems: Vec<Problem> = broken.map(|(key, _, reason)| problem(key, reason.to_owned())).collect();
    if Tokenizer::from_name(&config.cli.tokenizer).is_none() {
        let names: Vec<&str> = Tokenizer::ALL.iter().map(|tokenizer| tokenizer.name()).collect();
        let reason = format!("{:?} is not one of {}", config.cli.tokenizer, names.join(", "));
        problems.push(problem("cli.tokenizer", reason));
    }
    problems
}
