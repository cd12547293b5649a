//! Embedding models that work in this process: the built-in one with its trainer, and models of one's own.
//!
//! Never here: when texts are embedded, servers elsewhere.

mod batches;
pub mod deny;
mod embedding;
mod files;
mod format;
mod learned;
mod lessons;
mod matrix;
mod mine;
mod prose;
mod step;
mod tokens;
mod train;
mod vocabulary;

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

pub use embedding::StaticModel;
pub use mine::{Mined, Source};
#[cfg(any(feature = "model2vec", feature = "onnx"))]
pub use prefixes::Prefixes;
pub use train::{Pairs, TrainOptions, TrainProgress, Trained, train};
