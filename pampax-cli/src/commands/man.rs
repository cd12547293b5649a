//! `pampax man`.

use crate::args::{Cli, ManArgs};
use crate::failure::Outcome;
use crate::output::Output;
use clap::CommandFactory;
use clap_mangen::Man;
use pampax_core::{Error, Result};
use std::path::Path;

/// Prints the manual page of the program, or writes those of the program and its commands into a folder.
pub fn run(args: &ManArgs, output: &Output) -> Outcome {
    let command = Cli::command().name("pampax");
    match &args.dir {
        Some(folder) => Ok(write_all(command, folder)?),
        None => output.write(&page(command)?),
    }
}

fn page(command: clap::Command) -> Result<String> {
    let mut page = Vec::new();
    let failed = |error| Error::internal(format!("the manual page cannot be made: {error}"));
    Man::new(command).render(&mut page).map_err(failed)?;
    String::from_utf8(page).map_err(|_| Error::internal("the manual page is not UTF-8"))
}

/// The pages of a command and of those below it, each with its name.
fn collect(name: &str, command: &clap::Command, pages: &mut Vec<(String, clap::Command)>) {
    pages.push((name.to_owned(), command.clone().name(name.to_owned()).disable_help_subcommand(true)));
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        collect(&format!("{name}-{}", inner.get_name()), inner, pages);
    }
}

#[expect(clippy::disallowed_methods, reason = "manual pages are written where the user says")]
fn write_all(mut command: clap::Command, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
    command.build();
    let mut pages = Vec::new();
    collect("pampax", &command, &mut pages);
    for (name, command) in pages {
        let path = folder.join(format!("{name}.1"));
        std::fs::write(&path, page(command)?).map_err(|error| Error::io("write", &path, error))?;
    }
    Ok(())
}
