//! The integration tests of the workspace, as one program.

mod assemble;
mod cache;
mod docs;
mod evaluation;
mod examples;
mod graph;
mod health;
mod http;
mod intent;
mod languages;
mod layers;
mod metrics;
mod missing;
mod model2vec;
mod observe;
#[cfg(feature = "onnx")]
mod onnx;
mod parsing;
mod protocol;
mod remote;
mod schemas;
mod search;
mod server;
mod tuning;
mod upkeep;
