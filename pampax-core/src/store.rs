//! The index folder: the catalog (the only truth), the text index derived from it, and the writer's lock.
//!
//! Never here: what should be stored, ranking.

pub(crate) mod catalog;
pub(crate) mod commit;
pub(crate) mod lock;
mod outline;
pub(crate) mod schema;
pub(crate) mod text;
