//! What a user may set, and the validated form that the engine works with.
//!
//! Never here: reading files or the environment; text and values come in as data.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Everything that can be set. Unknown keys are errors.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// What is indexed and how.
    pub indexer: IndexerConfig,
    /// Where the index lives.
    pub storage: StorageConfig,
    /// How much of the machine is used.
    pub performance: PerformanceConfig,
    /// What is kept out of every output.
    pub security: SecurityConfig,
    /// How vectors are made and searched.
    pub embedding: EmbeddingConfig,
}

/// What is indexed and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct IndexerConfig {
    /// Files larger than this are skipped, in bytes. Default: 2,097,152 (2 MiB).
    pub max_file_bytes: u64,
    /// The longest a parse of one file may take, in milliseconds; past it the rest of the file goes by lines. Default: 2,000.
    pub parse_timeout_ms: u64,
    /// The upper bound of a chunk, in tokens of the `approximate` tokenizer. Default: 512.
    pub max_chunk_tokens: u32,
    /// Whether files and folders that start with a dot are walked. Default: true (`.git` never is).
    pub hidden: bool,
    /// Whether `.gitignore`, `.ignore` and git's exclude files count, beside `.pampaxignore`. Default: true.
    pub ignore_files: bool,
    /// Globs, in `.gitignore` syntax, of files that are left out as well. Default: none.
    pub exclude: Vec<String>,
    /// How many bytes of new source an update commits at a time; an update that is killed resumes there. Default: 16,777,216 (16 MiB).
    pub checkpoint_bytes: u64,
}

impl Default for IndexerConfig {
    fn default() -> IndexerConfig {
        IndexerConfig {
            max_file_bytes: 2 << 20,
            parse_timeout_ms: 2_000,
            max_chunk_tokens: 512,
            hidden: true,
            ignore_files: true,
            exclude: Vec::new(),
            checkpoint_bytes: 16 << 20,
        }
    }
}

/// Where the index lives.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StorageConfig {
    /// The index folder. Default: `.pampax` in the root.
    pub index_dir: Option<PathBuf>,
}

/// How much of the machine is used.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PerformanceConfig {
    /// Threads for indexing; 0 means one for each core. Results never depend on it. Default: 0.
    pub threads: usize,
    /// Memory that the text index may use while writing, in bytes; at least 15,000,000. Default: 48,000,000.
    pub text_writer_bytes: usize,
}

impl Default for PerformanceConfig {
    fn default() -> PerformanceConfig {
        PerformanceConfig { threads: 0, text_writer_bytes: 48_000_000 }
    }
}

/// What is kept out of every output.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SecurityConfig {
    /// Whether files that hold secrets by their name (`.env`, private keys) are indexed. Default: false.
    pub index_secret_files: bool,
    /// Whether keys, tokens and passwords are masked in every output. Default: true.
    pub mask_secrets: bool,
}

impl Default for SecurityConfig {
    fn default() -> SecurityConfig {
        SecurityConfig { index_secret_files: false, mask_secrets: true }
    }
}

/// How vectors are made and searched.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct EmbeddingConfig {
    /// How many texts one call of the embedder gets. Default: 64.
    pub batch_size: usize,
    /// The number of vectors above which an approximate graph is searched instead of all of them. Default:
    /// 200,000. Up to 20,000, the most that was measured, the scan wins; see docs/benchmarks.md.
    pub exact_scan_limit: usize,
}

impl Default for EmbeddingConfig {
    fn default() -> EmbeddingConfig {
        EmbeddingConfig { batch_size: 64, exact_scan_limit: 200_000 }
    }
}

impl Config {
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
        let rules: [(&str, bool, &str); 7] = [
            (
                "indexer.max_file_bytes",
                (1..=1 << 30).contains(&self.indexer.max_file_bytes),
                "must be from 1 to 1073741824",
            ),
            ("indexer.parse_timeout_ms", self.indexer.parse_timeout_ms >= 1, "must be at least 1"),
            (
                "indexer.max_chunk_tokens",
                (32..=8_192).contains(&self.indexer.max_chunk_tokens),
                "must be from 32 to 8192",
            ),
            ("indexer.checkpoint_bytes", self.indexer.checkpoint_bytes >= 1, "must be at least 1"),
            ("performance.threads", self.performance.threads <= 1_024, "must be from 0 to 1024"),
            (
                "performance.text_writer_bytes",
                (15_000_000..4_000_000_000).contains(&self.performance.text_writer_bytes),
                "must be from 15000000 to 3999999999",
            ),
            ("embedding.batch_size", (1..=4_096).contains(&self.embedding.batch_size), "must be from 1 to 4096"),
        ];
        match rules.iter().find(|(_, holds, _)| !holds) {
            Some((key, _, reason)) => {
                Err(Error::InvalidConfig { key: (*key).to_owned(), reason: (*reason).to_owned() })
            }
            None => Ok(()),
        }
    }
}
