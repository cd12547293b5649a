//! The seams that a configuration names.
//!
//! Never here: what the seams do.

use crate::config::{Config, EmbeddingProvider, LogDestination, RerankProvider};
use crate::error::{Error, Result};
use crate::host::{Host, RotatingFile};
use std::path::Path;
use std::sync::Arc;

impl Config {
    /// `host`, with what this configuration names in the place of what it had: the log file, relative to `folder`, and an
    /// embedder and a reranker that are asked over HTTP. Standard error is the program's own and left to it.
    ///
    /// # Errors
    /// `INVALID_CONFIG` when a provider is named that this build has not, or that cannot be used as configured; `IO` when
    /// the log file cannot be opened.
    pub fn equip(&self, mut host: Host, folder: &Path) -> Result<Host> {
        let logging = &self.logging;
        if let (LogDestination::File, Some(file)) = (logging.destination, &logging.file) {
            let log = RotatingFile::open(&folder.join(file), logging.max_bytes, logging.max_files)?;
            host = host.with_log(Arc::new(log));
        }
        self.equip_remote(host)
    }

    fn equip_remote(&self, host: Host) -> Result<Host> {
        let absent = |key: &str| {
            let reason = "this build asks nobody over HTTP: build it with the feature http".to_owned();
            Err(Error::InvalidConfig { key: key.to_owned(), reason })
        };
        match (self.embedding.provider, self.rerank.provider) {
            (EmbeddingProvider::None, RerankProvider::None) => Ok(host),
            (EmbeddingProvider::None, _) => absent("rerank.provider"),
            _ => absent("embedding.provider"),
        }
    }
}
