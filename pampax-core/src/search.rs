//! Questions to one snapshot of an index, and their answers.
//!
//! Never here: writing of any kind.

mod answer;
pub(crate) mod corpus;
mod features;
pub(crate) mod query;
mod question;
mod rank;
mod retrieve;
pub(crate) mod terms;

pub use answer::{Contribution, Document, Freshness, Hit, SearchResults, Symbol};
pub use query::{Filters, MAX_LIMIT, Query};
