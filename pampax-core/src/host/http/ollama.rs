//! Embeddings as Ollama serves them.
//!
//! Never here: connections.

use super::HttpOptions;
use super::client::Service;
use super::model::{Model, probed};
use crate::error::Result;
use crate::host::{BoxError, Embedder, Purpose, Seam};
use crate::limits::Watch;
use serde::Deserialize;

const SERVICE: Service = Service {
    provider: "ollama",
    seam: Seam::Embedder,
    url: "http://localhost:11434",
    path: "/api/embed",
    ending: "/embed",
};

/// Asks a server that has Ollama's `/api/embed`.
#[derive(Debug)]
pub struct OllamaEmbedder(Model);

#[derive(Deserialize)]
struct Answer {
    embeddings: Vec<Vec<f32>>,
}

impl OllamaEmbedder {
    /// An embedder as `options` have it. Nothing is asked yet.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an address or a key that cannot be used, or no model.
    pub fn new(options: &HttpOptions) -> Result<OllamaEmbedder> {
        Ok(OllamaEmbedder(Model::new(&SERVICE, options)?))
    }

    /// Asks for the vector of one word, once, and returns the number of its components.
    ///
    /// # Errors
    /// `EMBEDDER_FAILED`.
    pub fn probe(&self, watch: &Watch) -> Result<usize> {
        probed(self.embed(&["pampax"], Purpose::Document, watch))
    }
}

impl Embedder for OllamaEmbedder {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        self.0.embed((texts, purpose), watch, |answer: Answer| Ok(answer.embeddings))
    }
}
