//! The integration tests of the workspace, as one program.

mod assemble;
mod cache;
mod docs;
mod examples;
mod graph;
mod intent;
mod languages;
mod layers;
mod missing;
mod observe;
mod parsing;
mod schemas;
mod search;
