//! Embeddings as OpenAI serves them, and many servers after its model.
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
    provider: "openai",
    seam: Seam::Embedder,
    url: "https://api.openai.com/v1",
    path: "/v1/embeddings",
    ending: "/embeddings",
};

/// Asks a server that has OpenAI's `/v1/embeddings`.
///
/// ```no_run
/// use pampax_core::Host;
/// use pampax_core::host::http::{HttpOptions, OpenAiEmbedder};
/// use std::sync::Arc;
///
/// let options = HttpOptions::new("text-embedding-3-small").with_api_key("the key");
/// let host = Host::default().with_embedder(Arc::new(OpenAiEmbedder::new(&options)?));
/// # Ok::<(), pampax_core::Error>(())
/// ```
#[derive(Debug)]
pub struct OpenAiEmbedder(Model);

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Option<usize>,
    embedding: Vec<f32>,
}

impl OpenAiEmbedder {
    /// An embedder as `options` have it. Nothing is asked yet.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an address or a key that cannot be used, or no model.
    pub fn new(options: &HttpOptions) -> Result<OpenAiEmbedder> {
        Ok(OpenAiEmbedder(Model::new(&SERVICE, options)?))
    }

    /// Asks for the vector of one word, once, and returns the number of its components.
    ///
    /// # Errors
    /// `EMBEDDER_FAILED`.
    pub fn probe(&self, watch: &Watch) -> Result<usize> {
        probed(self.embed(&["pampax"], Purpose::Document, watch))
    }
}

impl Embedder for OpenAiEmbedder {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn dimensions(&self) -> usize {
        self.0.dimensions()
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        self.0.embed((texts, purpose), watch, |answer: Answer| in_order(answer.data))
    }
}

/// The vectors in the order of the texts, which their numbers tell, where they have any.
fn in_order(items: Vec<Item>) -> std::result::Result<Vec<Vec<f32>>, BoxError> {
    if items.iter().all(|item| item.index.is_none()) {
        return Ok(items.into_iter().map(|item| item.embedding).collect());
    }
    let mut vectors: Vec<Option<Vec<f32>>> = items.iter().map(|_| None).collect();
    for item in items {
        match item.index.and_then(|index| vectors.get_mut(index)) {
            Some(place @ None) => *place = Some(item.embedding),
            _ => return Err("it gave vectors whose numbers are not those of the texts".into()),
        }
    }
    Ok(vectors.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(indexes: &[Option<usize>], expected: Option<&[f32]>) {
        let item = |(place, index): (usize, &Option<usize>)| Item { index: *index, embedding: vec![place as f32] };
        let vectors = in_order(indexes.iter().enumerate().map(item).collect()).ok();
        assert_eq!(vectors.map(|vectors| vectors.concat()).as_deref(), expected, "{indexes:?}");
    }

    #[test]
    fn vectors_are_ordered_by_their_numbers() {
        check(&[], Some(&[]));
        check(&[None, None], Some(&[0.0, 1.0]));
        check(&[Some(2), Some(0), Some(1)], Some(&[1.0, 2.0, 0.0]));
        for wrong in [[Some(0), Some(0)], [Some(1), Some(2)], [Some(0), None]] {
            check(&wrong, None);
        }
    }
}
