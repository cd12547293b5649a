//! The `pampax` program: a host of the core library for terminals and scripts.
//!
//! Never here: logic that belongs in the core.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod context;
mod failure;
mod history;
mod measurements;

mod output;
mod place;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(commands::run())
}
