//! The integration tests of the workspace, as one program.

mod docs;
mod languages;
mod layers;
