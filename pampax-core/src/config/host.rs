//! The seams that a configuration names.
//!
//! Never here: what the seams do.

use crate::config::{Config, EmbeddingProvider, LogDestination, RerankProvider};
use crate::error::{Error, Result};
#[cfg(feature = "http")]
use crate::host::http::{HttpOptions, HttpReranker, OllamaEmbedder, OpenAiEmbedder};
#[cfg(feature = "http")]
use crate::host::{Embedder, Reranker};
use crate::host::{Host, RemotePolicy, RotatingFile};
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
        self.equip_remote(host.with_remote(self.remote_policy()))
    }

    /// Checks what the seams that this configuration names can be made from, without asking anybody.
    ///
    /// # Errors
    /// `INVALID_CONFIG` as [`Config::equip`].
    pub fn check_seams(&self) -> Result<()> {
        self.equip_remote(Host::default()).map(|_| ())
    }

    /// How seams that may be far away are called.
    fn remote_policy(&self) -> RemotePolicy {
        let remote = &self.remote;
        let mut policy = RemotePolicy::default();
        (policy.timeout_ms, policy.batch_timeout_ms) = (remote.timeout_ms, remote.batch_timeout_ms);
        (policy.retries, policy.retry_base_ms) = (remote.retries, remote.retry_base_ms);
        (policy.breaker_failures, policy.breaker_successes) = (remote.breaker_failures, remote.breaker_successes);
        (policy.breaker_open_ms, policy.half_open_calls) = (remote.breaker_open_ms, remote.half_open_calls);
        policy.max_concurrent = remote.max_concurrent;
        policy
    }

    #[cfg(feature = "http")]
    fn equip_remote(&self, mut host: Host) -> Result<Host> {
        let (embedding, rerank) = (&self.embedding, &self.rerank);
        let mut options =
            options(&embedding.model, &embedding.url, &embedding.api_key).with_dimensions(embedding.dimensions);
        options.query_prefix = embedding.query_prefix.clone().unwrap_or_default();
        options.document_prefix = embedding.document_prefix.clone().unwrap_or_default();
        let embedder: Option<Arc<dyn Embedder>> = match embedding.provider {
            EmbeddingProvider::None => None,
            EmbeddingProvider::OpenAi => Some(Arc::new(OpenAiEmbedder::new(&options).map_err(of("embedding"))?)),
            EmbeddingProvider::Ollama => Some(Arc::new(OllamaEmbedder::new(&options).map_err(of("embedding"))?)),
        };
        let options = self::options(&rerank.model, &rerank.url, &rerank.api_key);
        let reranker = match rerank.provider {
            RerankProvider::None => None,
            RerankProvider::Cohere => Some(HttpReranker::cohere(&options).map_err(of("rerank"))?),
            RerankProvider::Jina => Some(HttpReranker::jina(&options).map_err(of("rerank"))?),
        };
        host.embedder = embedder.or(host.embedder);
        host.reranker = reranker.map(|reranker| Arc::new(reranker) as Arc<dyn Reranker>).or(host.reranker);
        Ok(host)
    }

    #[cfg(not(feature = "http"))]
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

#[cfg(feature = "http")]
fn options(model: &Option<String>, url: &Option<String>, api_key: &Option<String>) -> HttpOptions {
    let options = HttpOptions::new(model.as_deref().unwrap_or_default());
    let options = options.with_url(url.as_deref().unwrap_or_default());
    options.with_api_key(api_key.as_deref().unwrap_or_default())
}

/// A mistake in the options of a seam is one in the keys of its section.
#[cfg(feature = "http")]
fn of(section: &'static str) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::InvalidArgument { argument, reason } => {
            Error::InvalidConfig { key: format!("{section}.{argument}"), reason }
        }
        other => other,
    }
}
