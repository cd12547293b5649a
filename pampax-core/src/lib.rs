//! pampax: an in-process code-context engine.
//!
//! Three types carry the product: [`Index`] keeps a searchable copy of a source tree up to date, [`Searcher`] answers
//! questions from one immutable snapshot of it, and [`Assembler`] turns an answer into text that fits a token budget.
//!
//! ```
//! use pampax_core::{Assembler, Config, Host, Index, Limits, Query, Request};
//! # let folder = tempfile::tempdir()?;
//! # let root = folder.path();
//! std::fs::write(root.join("session.rs"), "/// Opens a session.\npub fn login_user(name: &str) {}\n")?;
//!
//! let index = Index::open(root, &Config::default(), Host::default())?;
//! index.update(&Limits::default())?;
//! let searcher = index.searcher()?;
//!
//! let results = searcher.search(&Query::new("login"), &Limits::default())?;
//! assert_eq!(results.hits[0].path.as_str(), "session.rs");
//!
//! let bundle = Assembler::new(searcher).assemble(&Request::new("how does login work", 1_000), &Limits::default())?;
//! assert!(bundle.tokens <= 1_000 && bundle.text.contains("login_user"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The core never reads the environment, prints, or exits, and opens a socket only in the feature `http`. What it needs
//! from outside comes through the seams of [`Host`].

#![forbid(unsafe_code)]

pub mod error;
pub mod limits;
pub mod source;

pub mod host;

pub mod classify;
pub mod config;
pub mod eval;
pub mod model;
pub mod parse;

pub mod cache;
mod parallel;
mod scip;
mod store;
pub mod walk;

pub mod graph;
pub mod search;

pub mod assemble;
pub mod health;
pub mod index;
pub mod pampa;
pub mod tune;

pub mod protocol;

pub use assemble::{Assembler, Bundle, Request};
pub use config::Config;
pub use error::{Error, ErrorCode, Result};
pub use graph::{Graph, GraphPath, GraphQuery};
pub use health::{HealthQuery, HealthReport};
pub use host::Host;
pub use index::Index;
pub use limits::{CancelToken, Limits, Watch};
pub use model::StaticModel;
pub use search::{Filters, Hit, Query, SearchResults, Searcher};
