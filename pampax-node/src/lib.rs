//! The Node addon of pampax: the engine behind promises, on threads of its own.
//!
//! What it takes and gives is text: requests and answers of [`pampax_core::protocol`]. The TypeScript facade beside it
//! makes objects of them.
//!
//! Never here: what an operation means; anything that waits on the thread of the event loop.

mod cancel;
mod error;
mod handle;
mod host;
mod index;
mod mailbox;
mod run;
mod searcher;
