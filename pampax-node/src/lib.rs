//! The Node addon of pampax: the engine behind promises, on threads of its own.
//!
//! What it takes and gives is text: requests and answers of [`pampax_core::protocol`]. The TypeScript facade beside it
//! makes objects of them.
//!
//! Never here: what an operation means; anything that waits on the thread of the event loop.

pub mod cancel;
pub mod error;
pub mod handle;
pub mod host;
pub mod index;
pub mod mailbox;
pub mod run;
pub mod searcher;
