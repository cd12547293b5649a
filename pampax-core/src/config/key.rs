//! One key: what is known of it besides its value.

use crate::config::change::Effect;
use crate::config::{CliMode, Colour, EmbeddingProvider, LogDestination, Pooling, RerankProvider, sections};
use crate::host::log::Level;
use std::path::PathBuf;

/// Every key, section by section.
pub const KEYS: &[Key] = sections::KEYS;

/// What is known of a key.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Key {
    /// The table it stands in.
    pub section: &'static str,
    /// Its name in the table.
    pub name: &'static str,
    /// Section and name, such as `indexer.max_file_bytes`.
    pub path: &'static str,
    pub(super) doc: &'static [&'static str],
    /// What kind of value it has.
    pub kind: Kind,
    /// The least and the greatest number it may be.
    pub range: Option<(f64, f64)>,
    /// When a change of it takes effect in a program that runs.
    pub effect: Effect,
    /// Whether its value is shown to nobody.
    pub is_secret: bool,
}

/// What kind of value a key has.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Kind {
    /// `true` or `false`.
    Truth,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A path.
    Path,
    /// A list of texts; as a variable or an argument, divided by commas.
    List,
    /// One of some names.
    Choice(fn() -> Vec<&'static str>),
}

impl Key {
    /// The key with this path.
    pub fn named(path: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.path == path)
    }

    /// The environment variable that sets it, such as `PAMPAX_INDEXER_MAX_FILE_BYTES`.
    pub fn variable(&self) -> String {
        format!("PAMPAX_{}_{}", self.section, self.name).to_uppercase()
    }

    /// What it means, as sentences, the default included.
    pub fn meaning(&self) -> String {
        joined(self.doc)
    }

    /// What its value must be, in words.
    pub fn wanted(&self) -> String {
        let whole = |bound: f64| format!("{bound}");
        match (self.kind, self.range) {
            (Kind::Truth, _) => "true or false".to_owned(),
            (Kind::Integer, Some((least, greatest))) => {
                format!("a whole number from {} to {}", whole(least), whole(greatest))
            }
            (Kind::Integer, None) => "a whole number".to_owned(),
            (Kind::Number, Some((least, greatest))) => format!("a number from {least} to {greatest}"),
            (Kind::Number, None) => "a number".to_owned(),
            (Kind::Text, _) => "a text".to_owned(),
            (Kind::Path, _) => "a path".to_owned(),
            (Kind::List, _) => "a list of texts".to_owned(),
            (Kind::Choice(names), _) => format!("one of {}", names().join(", ")),
        }
    }
}

/// Lines of a doc comment as one text.
pub(super) fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<&str>>().join(" ")
}

/// A type that a key may have.
pub(super) trait Setting {
    const KIND: Kind;
}

impl Setting for bool {
    const KIND: Kind = Kind::Truth;
}

impl Setting for u32 {
    const KIND: Kind = Kind::Integer;
}

impl Setting for u64 {
    const KIND: Kind = Kind::Integer;
}

impl Setting for usize {
    const KIND: Kind = Kind::Integer;
}

impl Setting for f64 {
    const KIND: Kind = Kind::Number;
}

impl Setting for String {
    const KIND: Kind = Kind::Text;
}

impl Setting for Option<String> {
    const KIND: Kind = Kind::Text;
}

impl Setting for Option<PathBuf> {
    const KIND: Kind = Kind::Path;
}

impl Setting for Vec<String> {
    const KIND: Kind = Kind::List;
}

macro_rules! choices {
    ($($type:ident)*) => {
        $(impl Setting for $type {
            const KIND: Kind = Kind::Choice(|| $type::ALL.iter().map(|choice| choice.name()).collect());
        })*
    };
}

choices! { Level LogDestination EmbeddingProvider Pooling RerankProvider CliMode Colour }
