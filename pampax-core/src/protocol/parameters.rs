//! What operations take that no type of the Rust API describes.
//!
//! Never here: what operations do with it.

use crate::assemble::Receipt;
use crate::graph::GraphQuery;
use crate::host::metrics::Snapshot;
use crate::search::{Filters, Query};
use crate::source::RepoPath;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// No parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Files relative to the root; none for the whole tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Files {
    #[serde(default)]
    pub files: Option<Vec<RepoPath>>,
}

/// A path relative to the root.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Path {
    pub path: String,
}

/// A file to back up into.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Backup {
    pub file: PathBuf,
    /// Whether a file of that name may be replaced.
    #[serde(default)]
    pub replace: bool,
}

/// A backup to restore.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restore {
    pub file: PathBuf,
    /// Whether a backup of another root is accepted.
    #[serde(default)]
    pub accept_other_root: bool,
}

/// A backup to verify.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupFile {
    pub file: PathBuf,
}

/// A folder of the JavaScript system, relative to the root.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pampa {
    #[serde(default = "usual_folder")]
    pub folder: PathBuf,
}

fn usual_folder() -> PathBuf {
    PathBuf::from(".pampa")
}

/// What to keep answers of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Warm {
    #[serde(default)]
    pub queries: Vec<Query>,
    #[serde(default)]
    pub requests: Vec<crate::assemble::Request>,
}

/// A key or a section of the configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    #[serde(default)]
    pub key: Option<String>,
}

/// How measurements are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metrics {
    #[serde(default)]
    pub format: MetricsFormat,
}

/// A form of measurements.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MetricsFormat {
    #[default]
    Json,
    Prometheus,
    Line,
}

impl MetricsFormat {
    /// The document of a snapshot; the forms that are not JSON are a string.
    pub fn of(self, snapshot: &Snapshot) -> Measurements {
        match self {
            MetricsFormat::Json => Measurements::Document(snapshot.clone()),
            MetricsFormat::Prometheus => Measurements::Text(snapshot.prometheus()),
            MetricsFormat::Line => Measurements::Text(snapshot.line_protocol(None)),
        }
    }
}

/// What was measured, as a document or as text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Measurements {
    Document(Snapshot),
    Text(String),
}

/// A name of definitions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Symbols {
    pub name: String,
    #[serde(default = "fifty")]
    pub limit: usize,
}

fn fifty() -> usize {
    50
}

/// A walk from one definition, or from one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Walk {
    pub symbol: String,
    pub depth: Option<u32>,
    pub min_confidence: Option<f64>,
    pub limit: Option<usize>,
    #[serde(default)]
    pub filters: Filters,
}

impl Walk {
    /// The query that `preset` makes of the symbol, within the bounds of the walk.
    pub fn query(self, preset: fn(&str) -> GraphQuery) -> GraphQuery {
        let query = preset(&self.symbol).with_filters(self.filters);
        let (depth, limit) = (self.depth.unwrap_or(query.depth), self.limit.unwrap_or(query.limit));
        let min_confidence = self.min_confidence.unwrap_or(query.min_confidence);
        query.with_depth(depth).with_limit(limit).with_min_confidence(min_confidence)
    }
}

/// A definition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Symbol {
    pub symbol: String,
}

/// Two definitions, and by which edges to go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ends {
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub query: GraphQuery,
}

/// A version; none for what is shipped.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Version {
    #[serde(default)]
    pub version: Option<u32>,
}

/// A text that asks something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub text: String,
}

/// A query, and a file that is missing among its results.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Missing {
    pub query: Query,
    pub path: String,
}

/// Some lines of a file, all of them unless said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lines {
    pub path: String,
    pub first_line: Option<usize>,
    pub last_line: Option<usize>,
}

/// What a bundle was made from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfReceipt {
    pub receipt: Receipt,
}
