//! The integration tests of the workspace, as one program.

mod assemble;
mod docs;
mod examples;
mod graph;
mod health;
mod intent;
mod languages;
mod layers;
mod missing;
mod parsing;
mod schemas;
mod search;
mod upkeep;
