//! The integration tests of the workspace, as one program.

mod assemble;
mod docs;
mod examples;
mod graph;
mod languages;
mod layers;
mod parsing;
mod search;
