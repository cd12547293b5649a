//! Models in this process that a configuration names.
//!
//! Never here: what the models do.

use crate::config::EmbeddingConfig;
use crate::error::{Error, Result};
use crate::host::Embedder;
#[cfg(any(feature = "model2vec", feature = "onnx"))]
use crate::model::Prefixes;
use crate::model::StaticModel;
#[cfg(feature = "model2vec")]
use crate::model::model2vec::Model2Vec;
#[cfg(feature = "onnx")]
use crate::model::onnx::{OnnxEmbedder, OnnxOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The model in the file that `embedding` names, relative to `folder`.
pub(super) fn static_model(embedding: &EmbeddingConfig, folder: &Path) -> Result<Arc<dyn Embedder>> {
    let path = path(&embedding.path, ("path", folder))?;
    match StaticModel::open(&path) {
        Err(Error::InvalidArgument { reason, .. }) => Err(Error::argument("path", reason)),
        Err(Error::Io { source, .. }) => Err(Error::argument("path", format!("{}: {source}", path.display()))),
        opened => Ok(Arc::new(opened?)),
    }
}

/// The model in the model2vec format that `embedding` names, relative to `folder`.
#[cfg(feature = "model2vec")]
pub(super) fn model2vec(embedding: &EmbeddingConfig, folder: &Path) -> Result<Arc<dyn Embedder>> {
    let path = path(&embedding.path, ("path", folder))?;
    Ok(Arc::new(Model2Vec::open(&path)?.with_prefixes(prefixes(embedding))))
}

/// The model in the ONNX format that `embedding` names, relative to `folder`, on at most `threads` threads.
#[cfg(feature = "onnx")]
pub(super) fn onnx(embedding: &EmbeddingConfig, threads: usize, folder: &Path) -> Result<Arc<dyn Embedder>> {
    let (path, runtime) = (path(&embedding.path, ("path", folder))?, path(&embedding.runtime, ("runtime", folder))?);
    let options = OnnxOptions::new(runtime).with_pooling(embedding.pooling).with_max_tokens(embedding.max_tokens);
    let options = options.with_threads(threads).with_prefixes(prefixes(embedding));
    Ok(Arc::new(OnnxEmbedder::open(&path, &options)?))
}

#[cfg(not(feature = "model2vec"))]
pub(super) fn model2vec(_: &EmbeddingConfig, _: &Path) -> Result<Arc<dyn Embedder>> {
    Err(Error::argument("provider", "this build reads no model2vec folders: build it with the feature model2vec"))
}

#[cfg(not(feature = "onnx"))]
pub(super) fn onnx(_: &EmbeddingConfig, _: usize, _: &Path) -> Result<Arc<dyn Embedder>> {
    Err(Error::argument("provider", "this build runs no ONNX models: build it with the feature onnx"))
}

fn path(path: &Option<PathBuf>, (key, folder): (&'static str, &Path)) -> Result<PathBuf> {
    let path = path.as_ref().ok_or_else(|| Error::argument(key, "a path is needed"))?;
    Ok(folder.join(path))
}

#[cfg(any(feature = "model2vec", feature = "onnx"))]
fn prefixes(embedding: &EmbeddingConfig) -> Prefixes {
    let text = |prefix: &Option<String>| prefix.clone().unwrap_or_default();
    Prefixes::new(text(&embedding.query_prefix), text(&embedding.document_prefix))
}
