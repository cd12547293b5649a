//! From a question to a text that fits a token budget, with the evidence for every piece.
//!
//! Never here: ranking, which is search's; storage.

mod budget;
mod bundle;
mod compose;
#[cfg(test)]
mod fixture;
mod ladder;
mod pack;
mod page;
mod piece;
mod render;

pub use bundle::{Bundle, DropReason, Dropped, Format, Item, Level, Request, Stop, StopReason};
