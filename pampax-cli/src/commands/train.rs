//! `pampax train`.

use super::evaluate::is_same_file;
use crate::args::TrainArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Mode;
use pampax_core::model::{Pairs, Source, TrainOptions, TrainProgress, train};
use pampax_core::{Error, Limits, Result};
use serde_json::{Value, json};
use std::path::Path;

/// Learns a model from sources, writes it, and prints what it is.
pub fn run(args: &TrainArgs, context: &Context) -> Outcome {
    let output = &context.output;
    if args.pairs.as_deref().is_some_and(|pairs| is_same_file(pairs, &args.out)) {
        return Err(Error::argument("out", format!("{} holds the pairs", args.out.display())).into());
    }
    // Before interrupts are held back: a pipe may never end.
    let kept = kept_pairs(args)?;
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let pairs = match kept {
        Some(kept) => kept,
        None => mined_pairs(args, context, &limits)?,
    };
    let told = |progress: TrainProgress| {
        tell(context, &format!("step {} of {}, loss {:.3}\n", progress.step, progress.steps, progress.loss));
    };
    let trained = train(&pairs, &options(args), (provenance(args, &pairs)?, &limits), &told)?;
    write(&args.out, &trained.bytes)?;
    let languages: serde_json::Map<String, Value> =
        pairs.languages().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
    let report = json!({
        "out": args.out, "bytes": trained.bytes.len(), "pairs": pairs.count(), "pairs_by_language": languages,
        "reciprocal_rank": trained.reciprocal_rank, "candidates": trained.candidates,
    });
    match output.mode() {
        Mode::Json => output.write_json(&report),
        Mode::Text => output.write_styled(&format!(
            "{}: {} bytes, learned from {} definitions; mean reciprocal rank {:.3} among {}\n",
            args.out.display(),
            trained.bytes.len(),
            pairs.count(),
            trained.reciprocal_rank,
            trained.candidates
        )),
    }
}

/// Tells a person how far it is.
fn tell(context: &Context, text: &str) {
    if matches!(context.output.mode(), Mode::Text) {
        context.output.talk(text);
    }
}

/// The pairs of the file that keeps them, if it is there.
#[expect(clippy::disallowed_methods, reason = "files that the command line names")]
fn kept_pairs(args: &TrainArgs) -> Result<Option<Pairs>> {
    let Some(kept) = args.pairs.as_deref().filter(|path| path.exists()) else { return Ok(None) };
    let bytes = std::fs::read(kept).map_err(|error| Error::io("read", kept, error))?;
    Pairs::from_bytes(&bytes).map(Some)
}

/// The pairs of the sources, which the file that keeps pairs then holds.
fn mined_pairs(args: &TrainArgs, context: &Context, limits: &Limits) -> Result<Pairs> {
    let sources: Vec<Source> = args.sources.iter().map(|root| Source::new(root)).collect();
    let bounds = (args.source_bytes, args.source_pairs);
    let (pairs, _) = Pairs::mine(&sources, bounds, limits, &|name, mined| {
        let denied = match mined.denied {
            0 => String::new(),
            denied => format!("; {denied} files left out, whose names are those of code that models are measured on"),
        };
        tell(context, &format!("{name}: {} definitions from {} files{denied}\n", mined.lessons, mined.files));
    })?;
    if let Some(path) = &args.pairs {
        write(path, &pairs.to_bytes()?)?;
    }
    Ok(pairs)
}

fn options(args: &TrainArgs) -> TrainOptions {
    let mut options = TrainOptions::default();
    options.seed = args.seed;
    options.dimensions = args.dimensions;
    options.vocabulary = args.vocabulary;
    options.subwords = args.subwords;
    options.bits = args.bits;
    options.epochs = args.epochs;
    options.threads = args.threads;
    options
}

/// The sources by name, with the row of the table that tells of each where there is one.
#[expect(clippy::disallowed_methods, reason = "files that the command line names")]
fn provenance(args: &TrainArgs, pairs: &Pairs) -> Result<Value> {
    let Some(path) = &args.packages else { return Ok(pairs.sources().into()) };
    let table = std::fs::read_to_string(path).map_err(|error| Error::io("read", path, error))?;
    let row = |source: &String| {
        let told = table.lines().find(|line| {
            let mut cells = line.split('\t');
            let name = cells.next().zip(cells.next()).map(|(kind, name)| format!("{kind}/{}", name.replace('/', "+")));
            name.as_ref() == Some(source)
        });
        told.unwrap_or(source).to_owned()
    };
    Ok(pairs.sources().iter().map(row).collect())
}

#[expect(clippy::disallowed_methods, reason = "files that the command line names")]
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|error| Error::io("write", path, error))
}
