//! `pampax completions`.

use crate::args::{Cli, CompletionsArgs};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use clap::CommandFactory;
use pampax_core::Error;

/// Prints the completion script.
pub fn run(args: &CompletionsArgs, output: &Output) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pampax", &mut script);
    let script = String::from_utf8(script)
        .map_err(|_| Failure::Engine(Error::internal("the completion script is not UTF-8")))?;
    output.write(&script)
}
