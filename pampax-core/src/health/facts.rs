//! What each component is found to be. Data only.
//!
//! Fields that differ from one moment to the next without anything having happened are `None` when they were left out;
//! see [`super::HealthReport::without_measures`].
//!
//! Never here: finding out, and judging.

use crate::cache::{AnswerStatistics, SavedStatistics};
use crate::index::report::Totals;
use crate::source::{Generation, Language};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What was found out about a component.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Facts {
    /// Of the catalog.
    Catalog(CatalogFacts),
    /// Of the text index.
    Text(TextFacts),
    /// Of the vectors.
    Vectors(VectorFacts),
    /// Of what is kept to answer faster.
    Cache(CacheFacts),
    /// Of the process.
    Memory(MemoryFacts),
    /// Of the configuration.
    Configuration(ConfigurationFacts),
    /// Of the disk.
    Disk(DiskFacts),
    /// Of the tree against the index.
    Drift(DriftFacts),
    /// Of the languages.
    Languages(LanguageFacts),
    /// Of the writer's lock.
    Lock(LockFacts),
}

/// The catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CatalogFacts {
    /// The version of its tables.
    pub schema: u32,
    /// The last committed state.
    pub generation: Generation,
    /// Whether the last update went to its end.
    pub complete: bool,
    /// The folder it was made from.
    pub root: Option<PathBuf>,
    /// Sums over all files.
    pub totals: Totals,
    /// The size of the file.
    pub bytes: u64,
    /// The size of the log of what is committed and not yet in the file.
    pub wal_bytes: u64,
    /// How many bytes of the file hold nothing.
    pub free_bytes: u64,
    /// Stored files that were unpacked and compared with their hashes.
    pub documents_checked: u64,
    /// The lines of SQLite's integrity check, `ok` alone when it finds nothing; empty when it was not asked.
    pub integrity: Vec<String>,
}

/// The text index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TextFacts {
    /// The generation of the catalog it belongs to.
    pub generation: Option<Generation>,
    /// Parts that are read one after another.
    pub segments: u64,
    /// Documents, without the deleted ones.
    pub documents: u64,
    /// Documents that are deleted and still take room.
    pub deleted: u64,
    /// Whether every byte was compared with its checksum.
    pub checksums_compared: bool,
}

/// The vectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VectorFacts {
    /// The identity of the embedder that the host supplies.
    pub embedder: Option<String>,
    /// What the index holds, by model.
    pub models: Vec<crate::index::report::EmbeddingStatus>,
    /// Files without vectors of the host's embedder; 0 without one.
    pub files_without: u64,
}

/// What is kept to answer faster.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct CacheFacts {
    /// The answers that were saved in the index folder.
    pub saved: SavedStatistics,
    /// The answers of searches, in memory. Differs from moment to moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<AnswerStatistics>,
    /// Bundles, in memory. Differs from moment to moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<AnswerStatistics>,
}

/// The process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MemoryFacts {
    /// Memory that the process takes, with the parts of mapped files that are in memory. Differs from moment to moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_bytes: Option<u64>,
    /// What it may take.
    pub limit_bytes: u64,
}

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConfigurationFacts {
    /// The folder that is indexed.
    pub root: PathBuf,
    /// The folder that holds the index.
    pub index_dir: PathBuf,
}

/// The disk of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DiskFacts {
    /// What the index takes.
    pub index_bytes: u64,
    /// What is free. Differs from moment to moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
    /// What should be free.
    pub min_free_bytes: u64,
    /// Whether the files of the index may be written to.
    pub writable: bool,
}

/// The tree against the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DriftFacts {
    /// Whether the whole tree was compared. If not, the other numbers are of its part before some path.
    pub finished: bool,
    /// Files that were never read.
    pub added: u64,
    /// Files that look different from when they were read.
    pub changed: u64,
    /// Indexed files that are gone.
    pub removed: u64,
    /// Files that are as they were.
    pub unchanged: u64,
    /// Files that are as they were, but were read with other settings or by another version of the parser.
    pub outdated: u64,
    /// How long ago a file was last read, in milliseconds. Differs from moment to moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
}

/// The languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LanguageFacts {
    /// Files by language, and how many of them have an incomplete structure.
    pub languages: BTreeMap<Language, LanguageShare>,
}

/// The files of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct LanguageShare {
    /// All of them.
    pub files: u64,
    /// Those with an incomplete structure.
    pub degraded: u64,
}

/// The writer's lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LockFacts {
    /// Who is writing, as it named itself.
    pub owner: Option<String>,
    /// For how long, in milliseconds. Differs from moment to moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_ms: Option<u64>,
}
