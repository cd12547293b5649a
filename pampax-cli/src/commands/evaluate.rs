//! `pampax eval`.

use crate::args::EvalArgs;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::history;
use crate::output::{Mode, evaluation};
use pampax_core::config::{Change, Effect};
use pampax_core::error::Degradation;
use pampax_core::eval::{
    Comparison, EvalReport, Evaluation, GateReport, Mined, Mining, Question, Source, check, compare, evaluate, mine,
    read_questions,
};
use pampax_core::{Error, Index, Limits, Result, Searcher};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// The most questions of each source, unless said.
const USUAL_LIMIT: usize = 200;

/// How many commits are read for each question that is wanted.
pub const COMMITS_PER_QUESTION: usize = 25;

/// What is printed.
#[derive(Debug, Serialize)]
pub struct Evaluated {
    /// The report of the configuration in effect.
    #[serde(flatten)]
    pub report: EvalReport,
    /// What the questions were made of, where they were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mined: Option<Mined>,
    /// The other configuration, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
    /// What came of the demands, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateReport>,
}

/// Another configuration and how good it is.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// Every key that differs.
    pub changes: Vec<Change>,
    /// The report of the other configuration.
    pub report: EvalReport,
    /// What the other configuration is better and worse at.
    pub differences: Comparison,
}

/// Questions, and how they were come by.
struct Asked {
    questions: Vec<Question>,
    mined: Option<Mined>,
    degraded: Vec<Degradation>,
}

/// Prints how good the answers are. A demand that is not met ends with status 1.
pub fn run(args: &EvalArgs, context: &Context) -> Outcome {
    keep_questions(args)?;
    // Before interrupts are held back: a pipe may never end.
    let given = args.questions.as_deref().map(read).transpose()?;
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    let index = context.index()?;
    let searcher = index.searcher()?;
    let asked = questions(args, context, (given.as_deref(), &searcher, &limits))?;
    if let Some(path) = &args.write_questions {
        write_lines(path, &asked.questions)?;
    }
    let mut evaluation = Evaluation::new(asked.questions);
    evaluation.k = args.k;
    evaluation.budgets = args.budgets.iter().copied().filter(|budget| *budget > 0).collect();
    evaluation.tokenizer = args.tokenizer.clone().unwrap_or_else(|| context.config().cli.tokenizer.clone());
    let mut report = evaluate(&searcher, &evaluation, &limits)?;
    report.degraded.extend(asked.degraded);
    let compared = compared(args, context, (&index, &report), (&evaluation, &limits))?;
    let gate = gate(args, &report, compared.as_ref())?;
    if let Some(path) = &args.out {
        write_lines(path, &report.answers)?;
    }
    report.answers.clear();
    let is_met = gate.as_ref().is_none_or(|gate| gate.passed);
    let evaluated = Evaluated { report, mined: asked.mined, compared, gate };
    match context.output.mode() {
        Mode::Json => context.output.write_json(&evaluated)?,
        Mode::Text => context.output.write_styled(&evaluation::render(&evaluated))?,
    }
    if is_met { Ok(()) } else { Err(Failure::NotMet) }
}

/// What is written must not take the place of what is read.
fn keep_questions(args: &EvalArgs) -> Result<()> {
    let Some(source) = &args.questions else { return Ok(()) };
    for (name, written) in [("out", &args.out), ("write-questions", &args.write_questions)] {
        if written.as_deref().is_some_and(|written| is_same_file(written, source)) {
            return Err(Error::argument(name, format!("{} holds the questions", source.display())));
        }
    }
    Ok(())
}

/// Whether both are there and the same file.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

fn questions(
    args: &EvalArgs,
    context: &Context,
    (given, searcher, limits): (Option<&str>, &Searcher, &Limits),
) -> Result<Asked> {
    let Some(given) = given else { return mined(args, context, (searcher, limits)) };
    let mut questions = read_questions(given)?;
    questions.truncate(args.limit.unwrap_or(usize::MAX));
    Ok(Asked { questions, mined: None, degraded: Vec::new() })
}

fn mined(args: &EvalArgs, context: &Context, (searcher, limits): (&Searcher, &Limits)) -> Result<Asked> {
    let limit = args.limit.unwrap_or(USUAL_LIMIT);
    let mut mining = Mining::new(Vec::new(), limit);
    if !args.from.is_empty() {
        mining.sources.clone_from(&args.from);
    }
    let mut degraded = Vec::new();
    if mining.sources.contains(&Source::History) {
        match history::commits(context.place().root(), limit.saturating_mul(COMMITS_PER_QUESTION), limits) {
            Ok(commits) => mining.history = commits,
            Err(error @ (Error::Cancelled { .. } | Error::DeadlineExceeded { .. })) => return Err(error),
            Err(error) if mining.sources == [Source::History] => return Err(error),
            Err(error) => degraded.push(Degradation::new("history", error.to_string())),
        }
    }
    let mined = mine(searcher, &mining, limits)?;
    if mined.questions.is_empty() {
        return Err(nothing(&mined, &degraded));
    }
    Ok(Asked { questions: mined.questions.clone(), mined: Some(mined), degraded })
}

/// Why no question was made.
fn nothing(mined: &Mined, degraded: &[Degradation]) -> Error {
    let Mined { commits, documented, tests, .. } = mined;
    let why = degraded.first().map_or_else(String::new, |degraded| format!("; {}", degraded.why));
    let seen = format!("{commits} commits, {documented} documented definitions and {tests} tests");
    Error::argument("self", format!("no question could be made of {seen}{why}"))
}

fn compared(
    args: &EvalArgs,
    context: &Context,
    (index, report): (&Index, &EvalReport),
    (evaluation, limits): (&Evaluation, &Limits),
) -> Result<Option<Compared>> {
    if args.compare.is_none() && args.with.is_empty() {
        return Ok(None);
    }
    let other = context.other_index(args.compare.as_deref(), &args.with)?;
    let changes = index.config().reloaded(other.config())?.1.changes;
    let waits = changes.iter().find(|change| change.effect == Effect::NextUpdate);
    if let Some(change) = waits.filter(|_| other.folder() == index.folder()) {
        let how = "index into another folder with it, and name that with --with storage.index_dir=DIR";
        return Err(Error::argument("compare", format!("{} changes what is in the index: {how}", change.key)));
    }
    let mut second = evaluate(&other.searcher()?, evaluation, limits)?;
    let differences = compare(report, &second)?;
    second.answers.clear();
    Ok(Some(Compared { changes, report: second, differences }))
}

/// Demands are made of the other configuration, where there is one.
fn gate(args: &EvalArgs, report: &EvalReport, compared: Option<&Compared>) -> Result<Option<GateReport>> {
    if args.gate.is_empty() {
        return Ok(None);
    }
    let report = compared.map_or(report, |compared| &compared.report);
    check(&args.gate, report, compared.map(|compared| &compared.differences)).map(Some)
}

/// What some editors begin a file with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The text of a file, or of standard input.
///
/// # Errors
/// `IO` when it cannot be read, `INVALID_ARGUMENT` when it is not UTF-8.
pub fn read(source: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let read = match source == Path::new("-") {
        true => io::stdin().lock().read_to_end(&mut bytes),
        false => File::open(source).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| Error::io("read", source, error))?;
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|_| Error::argument("questions", "they are not UTF-8"))
}

fn write_lines<T: Serialize>(path: &Path, rows: &[T]) -> Result<()> {
    let failed = |error| Error::io("write", path, error);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    for row in rows {
        serde_json::to_writer(&mut file, row).map_err(|error| failed(error.into()))?;
        file.write_all(b"\n").map_err(failed)?;
    }
    file.flush().map_err(failed)
}
