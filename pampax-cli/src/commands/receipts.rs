//! `pampax verify` of a bundle, and `pampax replay`.

use super::bundle;
use crate::args::ReceiptArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Mode;
use crate::output::style::{DIM, WARN, clean, paint};
use pampax_core::Assembler;
use pampax_core::Limits;
use pampax_core::assemble::{Format, Verification};
use pampax_core::source::Freshness;
use std::path::Path;

/// Prints whether anything that the bundle in `file` was made from has moved.
pub fn verify(file: &Path, limits: &Limits, context: &Context) -> Outcome {
    let output = &context.output;
    let receipt = bundle::receipt(file)?;
    let assembler = Assembler::new(context.searcher()?);
    let verification = assembler.verify(&receipt, limits)?;
    match output.mode() {
        Mode::Json => output.write_json(&verification),
        Mode::Text => output.write_styled(&in_words(&verification)),
    }
}

fn in_words(verification: &Verification) -> String {
    let mut text = format!("{}\n", verification.detail);
    text.push_str(&bundle::changes(verification.moved.iter()));
    for file in &verification.disk {
        let state = match file.freshness {
            Freshness::Fresh => continue,
            Freshness::Stale => "changed on disk since it was indexed",
            Freshness::Missing => "gone from disk or from the index",
            _ => "cannot be checked on disk",
        };
        text.push_str(&(paint(WARN, &clean(&format!("{}: {state}", file.path))) + "\n"));
    }
    let compared = format!(
        "generation {}, index {}, configuration {}",
        verification.generation, verification.index, verification.config
    );
    text + &paint(DIM, &compared) + "\n"
}

/// Asks again and prints the bundle, with how its text compares.
pub fn replay(args: &ReceiptArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let receipt = bundle::receipt(&args.file)?;
    let assembler = Assembler::new(context.searcher()?);
    let replayed = assembler.replay(&receipt, &context.limits(args.time.timeout_ms))?;
    let format = match output.mode() {
        Mode::Json => Format::Json,
        Mode::Text => Format::Markdown,
    };
    bundle::print(&replayed, format, output)
}
