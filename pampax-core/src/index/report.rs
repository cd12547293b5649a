//! What an update or an import did and what an index holds, as data.
//!
//! Never here: how either is found out, text for people.

use crate::classify::{SkipReason, Skipped};
use crate::error::Degradation;
use crate::parse::ParseDegradation;
use crate::search::tuning::Ranking;
use crate::source::{Generation, Language, RepoPath, Role, named_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

pub use crate::store::catalog::Totals;

/// What one update did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UpdateReport {
    /// The state of the index now. It is the one from before when nothing changed.
    pub generation: Generation,
    /// Files that were not indexed before.
    pub added: u64,
    /// Files whose content was read into the index again.
    pub changed: u64,
    /// Files whose content was known under another path.
    pub renamed: u64,
    /// Files that are gone, or are skipped now.
    pub removed: u64,
    /// Files that are as they were.
    pub unchanged: u64,
    /// What the whole index holds now.
    pub totals: Totals,
    /// Bytes of source that were parsed.
    pub bytes_parsed: u64,
    /// Vectors that were made.
    pub embedded: u64,
    /// Chunks whose vectors were known already.
    pub reused: u64,
    /// Everything that is not indexed, ordered by path.
    pub skipped: Vec<Skipped>,
    /// How many of them there are, by reason.
    pub skipped_counts: BTreeMap<SkipReason, u64>,
    /// Files that are indexed with an incomplete structure, ordered by path.
    pub degraded_files: Vec<DegradedFile>,
    /// What the update had to do without.
    pub degraded: Vec<Degradation>,
    /// How long it took, in milliseconds. Left out of the serialised report, which is the same for the same work.
    #[serde(skip)]
    pub elapsed_ms: u64,
}

/// A file that is indexed with an incomplete structure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DegradedFile {
    /// The file.
    pub path: RepoPath,
    /// Why its structure is incomplete.
    pub why: ParseDegradation,
}

/// What an index holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The indexed folder.
    pub root: PathBuf,
    /// The index folder.
    pub index_dir: PathBuf,
    /// The last committed state.
    pub generation: Generation,
    /// Whether the last update went to its end; if not, the next one goes on where it stopped.
    pub complete: bool,
    /// Sums over all files.
    pub totals: Totals,
    /// Files by language.
    pub languages: BTreeMap<Language, u64>,
    /// Files by role.
    pub roles: BTreeMap<Role, u64>,
    /// What is not indexed, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Files that are indexed with an incomplete structure, ordered by path.
    pub degraded_files: Vec<DegradedFile>,
    /// The bytes of the index on disk.
    pub disk_bytes: u64,
    /// The vectors, if there are any.
    pub embedding: Option<EmbeddingStatus>,
    /// Which weights rank its answers.
    pub ranking: Ranking,
}

/// The vectors of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EmbeddingStatus {
    /// The identity of the model.
    pub model: String,
    /// The number of components of each vector.
    pub dimensions: u32,
    /// Files whose chunks all have vectors.
    pub files: u64,
    /// The chunks of these files, each of which has a vector.
    pub vectors: u64,
}

/// What the import of an `index.scip` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScipReport {
    /// The state of the index now.
    pub generation: Generation,
    /// Files of the import that are indexed.
    pub documents: u64,
    /// Files of the import that are not indexed, and so were left out.
    pub documents_unknown: u64,
    /// The first 20 of them by path, as the import names them.
    pub unknown: Vec<String>,
    /// Places that define a symbol.
    pub definitions: u64,
    /// Places that refer to one of these definitions.
    pub references: u64,
    /// Places in indexed files that were left out, by reason.
    pub skipped: BTreeMap<ScipSkip, u64>,
}

impl ScipReport {
    pub(crate) fn new(generation: Generation) -> ScipReport {
        let (unknown, skipped) = (Vec::new(), BTreeMap::new());
        ScipReport { generation, documents: 0, documents_unknown: 0, unknown, definitions: 0, references: 0, skipped }
    }
}

named_enum! {
    /// Why a place of an import was left out.
    ScipSkip {
        /// The symbol is local to a function or a signature.
        Local = "local",
        /// A place or a symbol without a name: a file or module, a member of a literal, an announced definition.
        Unnamed = "unnamed",
        /// No indexed file defines the symbol.
        Undefined = "undefined",
        /// The name is not where the import has it: the file was changed after it was analysed.
        Moved = "moved",
        /// The symbol is defined in more than 8 places.
        Ambiguous = "ambiguous",
        /// The symbol or the place cannot be understood.
        Malformed = "malformed",
    }
}

named_enum! {
    /// A part of an update.
    Stage {
        /// Files are being found.
        Walk = "walk",
        /// Files are being read and parsed.
        Parse = "parse",
        /// Vectors are being made.
        Embed = "embed",
        /// What was found is being written.
        Commit = "commit",
    }
}

/// How far an update is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Progress {
    /// The part that is running.
    pub stage: Stage,
    /// Files that are done in this stage.
    pub files_done: u64,
    /// Files there are to do in this stage.
    pub files_total: u64,
    /// Bytes of those that are done.
    pub bytes_done: u64,
    /// Bytes of all of them.
    pub bytes_total: u64,
}

impl Progress {
    pub(crate) fn start(stage: Stage) -> Progress {
        Progress { stage, files_done: 0, files_total: 0, bytes_done: 0, bytes_total: 0 }
    }
}
