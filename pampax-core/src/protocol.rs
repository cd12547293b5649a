//! Every operation as one JSON request and one JSON answer: what the bindings and `pampax call` speak.
//!
//! A request is an object with the name of the operation, its parameters, and limits:
//!
//! ```json
//! {"protocol": 1, "op": "search", "params": {"text": "login", "limit": 5}, "limits": {"timeout_ms": 200}}
//! ```
//!
//! Only `op` must be there. The answer is the document that the method of the same name returns, or an error as
//! [`ErrorDocument`](crate::error::ErrorDocument). docs/protocol.md lists the operations; docs/schemas/protocol.schema.json
//! says what they take and give.
//!
//! ```
//! use pampax_core::protocol::{Engine, Options};
//! use pampax_core::{Host, Limits};
//! # let folder = tempfile::tempdir()?;
//! # std::fs::write(folder.path().join("session.rs"), "pub fn login_user(name: &str) {}\n")?;
//! let engine = Engine::open(folder.path(), &Options::default(), Host::default())?;
//! engine.call(r#"{"op": "update"}"#, &Limits::default())?;
//! let answer = engine.call(r#"{"op": "search", "params": {"text": "login"}}"#, &Limits::default())?;
//! assert!(answer.starts_with(r#"{"hits":[{"path":"session.rs""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Never here: what an operation does.

mod engine;
mod operations;
mod options;
mod parameters;
mod request;
mod strict;

pub use engine::{Engine, ask};
pub use operations::{OPERATIONS, Operation, Subject};
pub use options::Options;
pub use request::parse;

/// The version of requests and answers. It is raised when what was understood before no longer is.
pub const VERSION: u32 = 1;
