//! Embedders and a reranker that are asked over HTTP. With the feature `http`; the only code of the core that opens a
//! socket.
//!
//! Each call is one attempt. It ends when its watch does, the request with it: patience, retries and the circuit breaker
//! are those of the host's [`RemotePolicy`](crate::host::RemotePolicy). Redirects are not followed, proxies are not used,
//! and certificates are checked against the roots that Mozilla trusts.
//!
//! Never here: when and what to ask.

mod client;
mod model;
mod ollama;
mod openai;
mod rerank;
mod trouble;

use std::fmt;

pub use ollama::OllamaEmbedder;
pub use openai::OpenAiEmbedder;
pub use rerank::HttpReranker;

/// Where a model is asked, and how.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpOptions {
    /// The address of the server, `http` or `https`: alone, such as `http://localhost:8080`; with the path that all its
    /// services share, such as `https://api.openai.com/v1`; or that of the service itself. Default: empty, which is the
    /// public server of the provider, and `http://localhost:11434` for Ollama.
    pub url: String,
    /// The name of the model, as the server knows it.
    pub model: String,
    /// What the server knows its caller by. Default: none.
    pub api_key: ApiKey,
    /// The number of components that vectors are to have, which the server is asked for; 0 means as many as the model
    /// gives. Default: 0. Rerankers do not use it.
    pub dimensions: usize,
    /// What is put before each question, for models that tell questions from documents so, such as `search_query: `.
    /// Default: nothing. Rerankers do not use it.
    pub query_prefix: String,
    /// What is put before each piece of a file, such as `search_document: `. Default: nothing. Rerankers do not use it.
    pub document_prefix: String,
    /// The largest answer that is read, in bytes. Default: 67,108,864 (64 MiB).
    pub max_answer_bytes: u64,
}

impl HttpOptions {
    /// Options for `model` at the provider's own server.
    pub fn new(model: impl Into<String>) -> HttpOptions {
        HttpOptions {
            url: String::new(),
            model: model.into(),
            api_key: ApiKey::default(),
            dimensions: 0,
            query_prefix: String::new(),
            document_prefix: String::new(),
            max_answer_bytes: 64 << 20,
        }
    }

    /// These options with an address.
    pub fn with_url(mut self, url: impl Into<String>) -> HttpOptions {
        self.url = url.into();
        self
    }

    /// These options with a key.
    pub fn with_api_key(mut self, key: impl Into<String>) -> HttpOptions {
        self.api_key = ApiKey(key.into());
        self
    }

    /// These options with vectors of `dimensions` components.
    pub fn with_dimensions(mut self, dimensions: usize) -> HttpOptions {
        self.dimensions = dimensions;
        self
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What stands before an `@` or after a `?` may be a secret.
        let url = self.url.split('?').next().and_then(|url| url.rsplit('@').next()).unwrap_or_default();
        formatter
            .debug_struct("HttpOptions")
            .field("url", &url)
            .field("model", &self.model)
            .field("api_key", &self.api_key)
            .field("dimensions", &self.dimensions)
            .field("query_prefix", &self.query_prefix)
            .field("document_prefix", &self.document_prefix)
            .field("max_answer_bytes", &self.max_answer_bytes)
            .finish()
    }
}

/// A key that is sent as `Authorization: Bearer`, and shown nowhere. Empty for none.
#[derive(Clone, Default)]
pub struct ApiKey(String);

impl ApiKey {
    /// The key `key`.
    pub fn new(key: impl Into<String>) -> ApiKey {
        ApiKey(key.into())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_empty() { "none" } else { "set" })
    }
}
