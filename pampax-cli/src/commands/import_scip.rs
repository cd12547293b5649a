//! `pampax import-scip`.

use crate::args::ImportScipArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, report};
use pampax_core::source::RepoPath;
use pampax_core::{Error, Result};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Takes over the references of the file and prints what came of it.
pub fn run(args: &ImportScipArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let under = args.under.as_ref().map(|folder| RepoPath::new(&place.relative(folder))).transpose()?;
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let bytes = read(&args.file)?;
    let imported = context.index()?.import_scip(&bytes, under.as_ref(), &limits)?;
    match output.mode() {
        Mode::Json => output.write_json(&imported),
        Mode::Text => output.write_styled(&report::imported(&imported)),
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(|error| Error::io("open", path, error))?;
    file.read_to_end(&mut bytes).map_err(|error| Error::io("read", path, error))?;
    Ok(bytes)
}
