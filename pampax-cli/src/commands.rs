//! The commands, and the one way through the program.
//!
//! Never here: what a command does.

mod assemble;
mod backup;
mod bundle;
mod cache;
mod call;
mod compact;
mod completions;
mod config;
mod doctor;
mod evaluate;
mod expand;
mod explain;
mod graph;
mod health;
mod import_pampa;
mod import_scip;
mod index;
mod languages;
mod man;
mod metrics;
mod questions;
mod receipts;
mod search;
mod show;
mod status;
mod symbols;
mod train;
mod tune;
mod verify;
#[cfg(feature = "watch")]
mod watch;
mod why;

pub use doctor::Diagnosis;
pub use evaluate::{Compared, Evaluated};

use crate::args::{Cli, Command};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use clap::Parser;
use pampax_core::config::CliConfig;
use pampax_core::{Error, GraphQuery};
use std::panic::{self, AssertUnwindSafe};

/// Does what the command line says and returns the exit status.
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return status_of(answer(error), &Output::before_arguments()),
    };
    let plain = Output::new(&cli.look, &CliConfig::default());
    let caught = |_| Err(Failure::Engine(Error::internal("a panic was caught; the lines above tell where")));
    let guarded = |run: &dyn Fn() -> Outcome| panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(caught);
    if cli.command.is_plain() {
        return status_of(guarded(&|| talk(&cli, &plain)), &plain);
    }
    match Context::new(&cli) {
        Ok(context) => {
            let outcome = guarded(&|| dispatch(&cli.command, &context));
            context.keep_measurements();
            status_of(outcome, &context.output)
        }
        Err(error) => status_of(Err(error.into()), &plain),
    }
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

/// The commands that answer without a configuration, or with a broken one.
fn talk(cli: &Cli, output: &Output) -> Outcome {
    match &cli.command {
        Command::Config(args) => config::run(args, cli.choices.of(), output),
        Command::Health(args) => health::run(args, cli, output),
        Command::Doctor(args) => doctor::run(args, cli, output),
        Command::Languages => languages::run(output),
        Command::Completions(args) => completions::run(args, output),
        Command::Man(args) => man::run(args, output),
        command => dispatch(command, &Context::new(cli)?),
    }
}

fn dispatch(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::Index(args) => index::run(args, context),
        #[cfg(feature = "watch")]
        Command::Watch(args) => watch::run(args, context),
        Command::ImportScip(args) => import_scip::run(args, context),
        Command::ImportPampa(args) => import_pampa::run(args, context),
        Command::Search(args) => search::run(args, context),
        Command::Assemble(args) => assemble::run(args, context),
        Command::Expand(args) => expand::run(args, context),
        Command::Verify(args) => verify::run(args, context),
        Command::Replay(args) => receipts::replay(args, context),
        Command::Symbols(args) => symbols::run(args, context),
        Command::Callers(args) => graph::walk(args, GraphQuery::callers, context),
        Command::Callees(args) => graph::walk(args, GraphQuery::callees, context),
        Command::References(args) => graph::walk(args, GraphQuery::references, context),
        Command::Imports(args) => graph::walk(args, GraphQuery::imports, context),
        Command::Tests(args) => graph::tests(args, context),
        Command::Path(args) => graph::path(args, context),
        Command::Graph(args) => graph::graph(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Status(_) => status::run(context),
        Command::Cache(args) => cache::run(args, context),
        Command::Metrics(args) => metrics::run(args, context),
        Command::Backup(args) => backup::run(args, context),
        Command::Restore(args) => backup::restore(args, context),
        Command::Compact(args) => compact::run(args, context),
        Command::Why(args) => why::run(args, context),
        Command::Explain(args) => explain::run(args, context),
        Command::Eval(args) => evaluate::run(args, context),
        Command::Train(args) => train::run(args, context),
        Command::Tune(args) => tune::run(args, context),
        Command::Call(args) => call::run(args, context),
        Command::Config(_) | Command::Health(_) | Command::Doctor(_) => Ok(()),
        Command::Languages | Command::Completions(_) | Command::Man(_) => Ok(()),
    }
}
