//! The seams that a configuration names.
//!
//! Never here: what the seams do.

use crate::config::{Config, EmbeddingProvider, LogDestination, RerankProvider, embedder};
use crate::error::{Error, Result};
#[cfg(feature = "http")]
use crate::host::http::{HttpOptions, HttpReranker, OllamaEmbedder, OpenAiEmbedder};
use crate::host::{Embedder, Host, RemotePolicy, Reranker, RotatingFile};
use crate::model::StaticModel;
use std::path::Path;
use std::sync::Arc;

impl Config {
    /// `host`, with what this configuration names in the place of what it had: the log file, an embedder that is a model on disk
    /// or is asked over HTTP, and a reranker that is asked over HTTP. Paths are relative to `folder`. Standard error is
    /// the program's own and left to it.
    ///
    /// # Errors
    /// `INVALID_CONFIG` when a provider is named that this build has not, or that cannot be used as configured; `IO` when
    /// the log file cannot be opened or a model cannot be read.
    pub fn equip(&self, mut host: Host, folder: &Path) -> Result<Host> {
        let logging = &self.logging;
        if let (LogDestination::File, Some(file)) = (logging.destination, &logging.file) {
            let log = RotatingFile::open(&folder.join(file), logging.max_bytes, logging.max_files)?;
            host = host.with_log(Arc::new(log));
        }
        self.equip_seams(host.with_remote(self.remote_policy()), folder)
    }

    /// `host`, with the built-in model where this configuration wants it and the host has no embedder.
    pub(crate) fn with_built_in(&self, host: Host) -> Host {
        let is_wanted = self.embedding.provider == EmbeddingProvider::BuiltIn && self.features.embedding;
        match is_wanted && host.embedder.is_none() {
            true => host.with_local_embedder(StaticModel::built_in()),
            false => host,
        }
    }

    /// Checks what the seams that this configuration names can be made from, without asking anybody. Models are read; their
    /// paths are relative to `folder`.
    ///
    /// # Errors
    /// `INVALID_CONFIG` as [`Config::equip`].
    pub fn check_seams(&self, folder: &Path) -> Result<()> {
        self.equip_seams(Host::default(), folder).map(|_| ())
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

    fn equip_seams(&self, host: Host, folder: &Path) -> Result<Host> {
        let mut host = self.equip_embedder(host, folder).map_err(of("embedding"))?;
        host.reranker = self.reranker()?.or(host.reranker);
        Ok(host)
    }

    fn equip_embedder(&self, host: Host, folder: &Path) -> Result<Host> {
        Ok(match self.embedding.provider {
            // The built-in model is there without being named: an index takes it where the host has nothing else.
            EmbeddingProvider::None | EmbeddingProvider::BuiltIn => host,
            EmbeddingProvider::Static => host.with_local_embedder(embedder::static_model(&self.embedding, folder)?),
            EmbeddingProvider::OpenAi | EmbeddingProvider::Ollama => host.with_embedder(self.http_embedder()?),
            EmbeddingProvider::Model2Vec => host.with_local_embedder(embedder::model2vec(&self.embedding, folder)?),
            // A network takes its time, so it is called as what is far away: with a limit, and in batches.
            EmbeddingProvider::Onnx => {
                host.with_embedder(embedder::onnx(&self.embedding, self.performance.threads, folder)?)
            }
        })
    }

    #[cfg(feature = "http")]
    fn http_embedder(&self) -> Result<Arc<dyn Embedder>> {
        let embedding = &self.embedding;
        let mut options =
            options(&embedding.model, &embedding.url, &embedding.api_key).with_dimensions(embedding.dimensions);
        options.query_prefix = embedding.query_prefix.clone().unwrap_or_default();
        options.document_prefix = embedding.document_prefix.clone().unwrap_or_default();
        Ok(match embedding.provider {
            EmbeddingProvider::Ollama => Arc::new(OllamaEmbedder::new(&options)?),
            _ => Arc::new(OpenAiEmbedder::new(&options)?),
        })
    }

    #[cfg(feature = "http")]
    fn reranker(&self) -> Result<Option<Arc<dyn Reranker>>> {
        let options = options(&self.rerank.model, &self.rerank.url, &self.rerank.api_key);
        let reranker = match self.rerank.provider {
            RerankProvider::None => return Ok(None),
            RerankProvider::Cohere => HttpReranker::cohere(&options),
            RerankProvider::Jina => HttpReranker::jina(&options),
        };
        Ok(Some(Arc::new(reranker.map_err(of("rerank"))?)))
    }

    #[cfg(not(feature = "http"))]
    fn http_embedder(&self) -> Result<Arc<dyn Embedder>> {
        Err(asks_nobody("embedding.provider"))
    }

    #[cfg(not(feature = "http"))]
    fn reranker(&self) -> Result<Option<Arc<dyn Reranker>>> {
        match self.rerank.provider {
            RerankProvider::None => Ok(None),
            _ => Err(asks_nobody("rerank.provider")),
        }
    }
}

#[cfg(not(feature = "http"))]
fn asks_nobody(key: &str) -> Error {
    let reason = "this build asks nobody over HTTP: build it with the feature http".to_owned();
    Error::InvalidConfig { key: key.to_owned(), reason }
}

#[cfg(feature = "http")]
fn options(model: &Option<String>, url: &Option<String>, api_key: &Option<String>) -> HttpOptions {
    let options = HttpOptions::new(model.as_deref().unwrap_or_default());
    let options = options.with_url(url.as_deref().unwrap_or_default());
    options.with_api_key(api_key.as_deref().unwrap_or_default())
}

/// A mistake in the options of a seam is one in the keys of its section.
fn of(section: &'static str) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::InvalidArgument { argument, reason } => {
            Error::InvalidConfig { key: format!("{section}.{argument}"), reason }
        }
        other => other,
    }
}
