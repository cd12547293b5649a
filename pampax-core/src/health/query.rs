//! What is asked about the health of an index.

use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

named_enum! {
    /// A side that an index is looked at from.
    Component {
        /// What is stored: the truth.
        Catalog = "catalog",
        /// The text index, which is derived from it.
        Text = "text",
        /// The vectors, against the embedder that the host supplies.
        Vectors = "vectors",
        /// What is kept to answer faster.
        Cache = "cache",
        /// The memory of the process.
        Memory = "memory",
        /// The configuration.
        Configuration = "configuration",
        /// The disk that the index lies on.
        Disk = "disk",
        /// The tree against what is indexed.
        Drift = "drift",
        /// The languages whose files are understood only in part.
        Languages = "languages",
        /// Whether something is writing to the index.
        Lock = "lock",
    }
}

named_enum! {
    /// How much is read.
    Depth {
        /// What can be read within milliseconds: the schema, the ends of every table, a few files from all over.
        Quick = "quick",
        /// Everything: SQLite's integrity check, every stored file, every byte of the text index.
        Deep = "deep",
    }
}

/// What is asked of [`crate::Index::health`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HealthQuery {
    /// The components to look at. Default: none named, which means all.
    pub components: Vec<Component>,
    /// How much is read. Default: what can be read within milliseconds.
    pub depth: Depth,
    /// The longest a component may take, in milliseconds. Default: 2,000; 300,000 when everything is read.
    pub timeout_ms: Option<u64>,
    /// From where on something is wrong.
    pub thresholds: Thresholds,
}

impl Default for HealthQuery {
    fn default() -> HealthQuery {
        HealthQuery { components: Vec::new(), depth: Depth::Quick, timeout_ms: None, thresholds: Thresholds::default() }
    }
}

impl HealthQuery {
    /// This query for some components only.
    pub fn with_components(mut self, components: &[Component]) -> HealthQuery {
        self.components = components.to_vec();
        self
    }

    /// This query, reading as much as `depth` says.
    pub fn with_depth(mut self, depth: Depth) -> HealthQuery {
        self.depth = depth;
        self
    }

    /// This query with a time for each component.
    pub fn with_timeout(mut self, timeout: Duration) -> HealthQuery {
        self.timeout_ms = Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// This query with other thresholds.
    pub fn with_thresholds(mut self, thresholds: Thresholds) -> HealthQuery {
        self.thresholds = thresholds;
        self
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.unwrap_or(match self.depth {
            Depth::Quick => 2_000,
            Depth::Deep => 300_000,
        }))
    }

    /// The components to look at, each once, in their order.
    pub(super) fn asked(&self) -> Vec<Component> {
        let is_asked = |component: &Component| self.components.is_empty() || self.components.contains(component);
        Component::ALL.iter().copied().filter(is_asked).collect()
    }
}

/// From where on something is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Thresholds {
    /// A log beside the catalog that is larger is too large, in bytes. Default: 134,217,728 (128 MiB).
    pub wal_bytes: u64,
    /// A catalog that is smaller is never too empty, in bytes. Default: 16,777,216 (16 MiB).
    pub sparse_catalog_bytes: u64,
    /// A text index of fewer documents never has too many deleted ones. Default: 10,000.
    pub sparse_documents: u64,
    /// The share of the files, in percent, above which changes in the tree matter. Default: 5.
    pub drift_percent: u64,
    /// An index is old when no file was read for longer, in milliseconds. Default: 604,800,000 (7 days).
    pub age_ms: u64,
    /// The share of a language's files, in percent, above which an incomplete structure matters. Default: 75.
    pub degraded_percent: u64,
    /// A language of fewer files is not judged. Default: 20.
    pub degraded_files: u64,
    /// A writer that writes for longer is looked at, in milliseconds. Default: 3,600,000 (1 hour).
    pub lock_ms: u64,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            wal_bytes: 128 << 20,
            sparse_catalog_bytes: 16 << 20,
            sparse_documents: 10_000,
            drift_percent: 5,
            age_ms: 7 * 24 * 3_600_000,
            degraded_percent: 75,
            degraded_files: 20,
            lock_ms: 3_600_000,
        }
    }
}
