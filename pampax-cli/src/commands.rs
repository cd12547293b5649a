//! The commands, and the one way through the program.
//!
//! Never here: what a command does.

mod assemble;
mod backup;
mod bundle;
mod compact;
mod completions;
mod doctor;
mod expand;
mod explain;
mod graph;
mod health;
mod import_scip;
mod index;
mod languages;
mod questions;
mod receipts;
mod search;
mod show;
mod status;
mod symbols;
mod verify;
mod why;

pub use doctor::Diagnosis;

use crate::args::{Cli, Command};
use crate::failure::{Failure, Outcome};
use crate::log::StderrLog;
use crate::output::Output;
use clap::Parser;
use pampax_core::{CancelToken, Error, GraphQuery, Host, Limits, Result};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

/// Does what the command line says and returns the exit status.
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return status_of(answer(error), &Output::before_arguments()),
    };
    let output = Output::new(&cli.look);
    let host = if cli.look.verbose { Host::default().with_log(Arc::new(StderrLog)) } else { Host::default() };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| dispatch(&cli.command, host, &output)));
    let caught = || Failure::Engine(Error::internal("a panic was caught; the lines above tell where"));
    status_of(outcome.unwrap_or_else(|_| Err(caught())), &output)
}

fn status_of(outcome: Outcome, output: &Output) -> u8 {
    outcome.map_or_else(|failure| failure.report(output), |()| 0)
}

/// Help and version are answers; everything else that clap reports is a failure.
fn answer(error: clap::Error) -> Outcome {
    if error.use_stderr() {
        return Err(Failure::Usage(error));
    }
    Output::before_arguments().write_styled(&error.render().ansi().to_string())
}

fn dispatch(command: &Command, host: Host, output: &Output) -> Outcome {
    match command {
        Command::Index(args) => index::run(args, host, output),
        Command::ImportScip(args) => import_scip::run(args, host, output),
        Command::Search(args) => search::run(args, host, output),
        Command::Assemble(args) => assemble::run(args, host, output),
        Command::Expand(args) => expand::run(args, host, output),
        Command::Verify(args) => verify::run(args, host, output),
        Command::Replay(args) => receipts::replay(args, host, output),
        Command::Symbols(args) => symbols::run(args, host, output),
        Command::Callers(args) => graph::walk(args, GraphQuery::callers, host, output),
        Command::Callees(args) => graph::walk(args, GraphQuery::callees, host, output),
        Command::References(args) => graph::walk(args, GraphQuery::references, host, output),
        Command::Imports(args) => graph::walk(args, GraphQuery::imports, host, output),
        Command::Tests(args) => graph::tests(args, host, output),
        Command::Path(args) => graph::path(args, host, output),
        Command::Graph(args) => graph::graph(args, host, output),
        Command::Show(args) => show::run(args, host, output),
        Command::Status(args) => status::run(args, host, output),
        Command::Why(args) => why::run(args, host, output),
        Command::Explain(args) => explain::run(args, host, output),
        Command::Health(args) => health::run(args, host, output),
        Command::Doctor(args) => doctor::run(args, host, output),
        Command::Backup(args) => backup::run(args, host, output),
        Command::Restore(args) => backup::restore(args, host, output),
        Command::Compact(args) => compact::run(args, host, output),
        Command::Languages => languages::run(output),
        Command::Completions(args) => completions::run(args, output),
    }
}

/// The limits of a call that may take `timeout_ms`.
fn limits(timeout_ms: Option<u64>) -> Limits {
    match timeout_ms {
        Some(timeout_ms) => Limits::default().with_timeout(Duration::from_millis(timeout_ms)),
        None => Limits::default(),
    }
}

/// The limits of a call that may take `timeout_ms` and that an interrupt ends, with the index good.
fn limits_until_interrupt(timeout_ms: Option<u64>) -> Result<Limits> {
    let token = CancelToken::new();
    let limits = limits(timeout_ms).with_cancel(token.clone());
    ctrlc::set_handler(move || token.cancel())
        .map_err(|error| Error::internal(format!("interrupts cannot be handled: {error}")))?;
    Ok(limits)
}
