//! JavaScript functions as the seams of the engine.
//!
//! Never here: what the engine does with their answers.

pub mod embedder;
pub mod log;
pub mod metrics;
pub mod reply;
pub mod reranker;
pub mod token_counter;

use crate::mailbox::{Mailbox, Teller};
use napi_derive::napi;
use pampax_core::Host;
use std::sync::Arc;

/// The functions that an index was opened with.
#[napi(object, object_to_js = false)]
pub struct Seams<'env> {
    /// Default: none, or the one that the configuration names.
    pub embedder: Option<embedder::EmbedderSeam<'env>>,
    /// Default: none, or the one that the configuration names.
    pub reranker: Option<reranker::RerankerSeam<'env>>,
    /// Default: none but those that are built in.
    pub token_counter: Option<token_counter::TokenCounterSeam<'env>>,
    /// Takes log records. Default: none, or the file that the configuration names.
    pub log: Option<Teller<'env>>,
    /// Takes measurements. Default: none.
    pub metrics: Option<Teller<'env>>,
}

impl Seams<'_> {
    /// A host of the functions.
    ///
    /// # Errors
    /// What Node says.
    pub fn host(self) -> napi::Result<Host> {
        let mut host = Host::default();
        if let Some(seam) = self.embedder {
            host = host.with_embedder(Arc::new(embedder::JsEmbedder::new(seam)?));
        }
        if let Some(seam) = self.reranker {
            host = host.with_reranker(Arc::new(reranker::JsReranker::new(seam)?));
        }
        if let Some(seam) = self.token_counter {
            host = host.with_token_counter(Arc::new(token_counter::JsTokenCounter::new(seam)?));
        }
        if let Some(teller) = self.log {
            host = host.with_log(Arc::new(log::JsLog(Mailbox::new(&teller)?)));
        }
        if let Some(teller) = self.metrics {
            host = host.with_metrics(Arc::new(metrics::JsMetrics(Mailbox::new(&teller)?)));
        }
        Ok(host)
    }
}
