//! Embedding models that work in this process.
//!
//! Never here: when texts are embedded, servers elsewhere.

#[cfg(any(feature = "model2vec", feature = "onnx"))]
mod files;
#[cfg(feature = "model2vec")]
pub mod model2vec;
#[cfg(feature = "onnx")]
pub mod onnx;
#[cfg(any(feature = "model2vec", feature = "onnx"))]
mod prefixes;
#[cfg(feature = "model2vec")]
mod table;
#[cfg(any(feature = "model2vec", feature = "onnx"))]
mod tokenizer;

#[cfg(any(feature = "model2vec", feature = "onnx"))]
pub use prefixes::Prefixes;
