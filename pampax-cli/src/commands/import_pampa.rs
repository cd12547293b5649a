//! `pampax import-pampa`.

use crate::args::ImportPampaArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Mode;
use crate::output::report::counted;
use crate::output::style::{WARN, clean, paint};
use pampax_core::pampa::{PampaImport, PampaState};

/// Prints what the folder holds, and where that is in the index.
pub fn run(args: &ImportPampaArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let import = context.index()?.import_pampa(&args.folder, &context.limits_until_interrupt(args.time.timeout_ms)?)?;
    match output.mode() {
        Mode::Json => output.write_json(&import),
        Mode::Text => output.write_styled(&in_words(&import)),
    }
}

fn in_words(import: &PampaImport) -> String {
    let count = |state: PampaState| import.chunks.iter().filter(|chunk| chunk.state == state).count() as u64;
    let chunks = counted(import.chunks.len() as u64, "chunk");
    let (same, changed, gone) = (count(PampaState::Same), count(PampaState::Changed), count(PampaState::Gone));
    let mut text = format!("{chunks}: {same} as they were, {changed} changed, {gone} gone\n");
    for pack in &import.packs {
        let globs = pack.filters.include.iter().map(|glob| format!(" --include {glob}"));
        let languages = pack.filters.languages.iter().map(|language| format!(" --lang {language}"));
        let filters: String = globs.chain(languages).collect();
        text.push_str(&clean(&format!("context pack {}:{filters}", pack.name)));
        text.push('\n');
    }
    for model in &import.vectors {
        let left = format!("{} of {}, left where they are", counted(model.sound as u64, "vector"), model.provider);
        text.push_str(&(clean(&left).into_owned() + "\n"));
    }
    for problem in &import.problems {
        text.push_str(&(paint(WARN, &clean(&format!("{}: {}", problem.what, problem.why))) + "\n"));
    }
    text
}
