//! `pampax tune`.

use super::evaluate::{COMMITS_PER_QUESTION, read};
use crate::args::TuneArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::history;
use crate::output::{Mode, evaluation};
use pampax_core::eval::{Mining, Question, Source, mine, read_questions};
use pampax_core::search::Tunings;
use pampax_core::tune::Tune;
use pampax_core::{Index, Limits, Result};

/// Fits and proves, lists, or goes back to a version.
pub fn run(args: &TuneArgs, context: &Context) -> Outcome {
    let index = context.index()?;
    // Before interrupts are held back: a pipe may never end.
    let given = args.questions.as_deref().map(read).transpose()?;
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    if let Some(version) = args.revert {
        return print(&index.use_tuning(version, &limits)?, context);
    }
    if args.list {
        return print(&index.tunings()?, context);
    }
    let questions = questions(args, context, (given.as_deref(), &index, &limits))?;
    let tune = if args.dry_run { Tune::new(questions).dry() } else { Tune::new(questions) };
    let report = index.tune(&tune, &limits)?;
    match context.output.mode() {
        Mode::Json => context.output.write_json(&report),
        Mode::Text => context.output.write_styled(&evaluation::tuned(&report)),
    }
}

fn questions(
    args: &TuneArgs,
    context: &Context,
    (given, index, limits): (Option<&str>, &Index, &Limits),
) -> Result<Vec<Question>> {
    if let Some(given) = given {
        let mut questions = read_questions(given)?;
        questions.truncate(args.limit);
        return Ok(questions);
    }
    let commits = history::commits(context.place().root(), args.limit.saturating_mul(COMMITS_PER_QUESTION), limits)?;
    let mining = Mining::new(commits, args.limit).with_sources(vec![Source::History]);
    Ok(mine(&index.searcher()?, &mining, limits)?.questions)
}

fn print(tunings: &Tunings, context: &Context) -> Outcome {
    match context.output.mode() {
        Mode::Json => context.output.write_json(tunings),
        Mode::Text => context.output.write_styled(&evaluation::versions(tunings)),
    }
}
