//! What the commands that print bundles share: the format, the session file, the printing, receipts.

use crate::args::{BundleArgs, SessionArgs};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::report::counted;
use crate::output::{Mode, Output, style};
use pampax_core::assemble::{Bundle, Change, ChangeKind, Format, Receipt, Replay, Session};
use pampax_core::{Error, Result};
use serde_json::Value;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The name of standard input on the command line.
const STDIN: &str = "-";

/// The format asked for, or the one for the stream.
pub fn format(args: &BundleArgs, output: &Output) -> Format {
    args.format.unwrap_or_else(|| usual_format(output))
}

/// The format for the stream.
pub fn usual_format(output: &Output) -> Format {
    match output.mode() {
        Mode::Json => Format::Json,
        Mode::Text => Format::Markdown,
    }
}

/// The budget asked for, or the configured one.
pub fn budget(args: &BundleArgs, context: &Context) -> usize {
    args.budget.unwrap_or(context.config().cli.budget)
}

/// The tokenizer asked for, or the configured one.
pub fn tokenizer(args: &BundleArgs, context: &Context) -> String {
    args.tokenizer.clone().unwrap_or_else(|| context.config().cli.tokenizer.clone())
}

/// The session of the file that is named, if one is; a file that is not there is a new session.
///
/// # Errors
/// `IO` when the file cannot be read, `INVALID_ARGUMENT` when it holds no session.
pub fn session(args: &SessionArgs) -> Result<Option<Session>> {
    let Some(path) = &args.session else { return Ok(None) };
    let mut session = match File::open(path) {
        Ok(file) => parse_session(path, file)?,
        Err(error) if error.kind() == ErrorKind::NotFound => Session::new(),
        Err(error) => return Err(Error::io("open", path, error)),
    };
    session.budget = args.session_budget.or(session.budget);
    Ok(Some(session))
}

fn parse_session(path: &Path, mut file: File) -> Result<Session> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| Error::io("read", path, error))?;
    let bad = |error| Error::argument("session", format!("{} holds no session: {error}", path.display()));
    serde_json::from_slice(&bytes).map_err(bad)
}

/// Prints a bundle, and keeps the session once it is printed.
pub fn finish(bundle: &Bundle, format: Format, args: &SessionArgs, output: &Output) -> Outcome {
    print(bundle, format, output)?;
    if let (Some(path), Some(session)) = (&args.session, &bundle.session) {
        let document = serde_json::to_string(session)
            .map_err(|error| Error::internal(format!("a session has no JSON form: {error}")))?;
        replace(path, &(document + "\n"))?;
    }
    Ok(())
}

/// Puts a file with `text` in the place of `path`: whoever reads it finds the old one or the new one, whole.
#[expect(clippy::disallowed_methods, reason = "the session file is the user's and not part of an index")]
fn replace(path: &Path, text: &str) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| std::fs::rename(&beside, path));
    replaced.map_err(|error| {
        // What could not be written may not be there to be removed.
        drop(std::fs::remove_file(&beside));
        Error::io("write", path, error)
    })
}

/// Prints the text of a bundle, or the bundle that holds it.
pub fn print(bundle: &Bundle, format: Format, output: &Output) -> Outcome {
    if format == Format::Json {
        return output.write_json(bundle);
    }
    output.write_lines(&bundle.text)?;
    if output.mode() == Mode::Text || bundle.items.is_empty() {
        output.talk(&summary(bundle));
    }
    Ok(())
}

fn summary(bundle: &Bundle) -> String {
    let size = format!("{} of {} tokens ({})", bundle.tokens, bundle.budget, bundle.tokenizer);
    let pieces = format!("{}, {} left out", counted(bundle.items.len() as u64, "piece"), bundle.dropped.len());
    let mut text = style::paint(style::DIM, &format!("{size}, {pieces}; {}", bundle.stop.detail)) + "\n";
    let compared = bundle.replay.map(|replay| match replay {
        Replay::Identical => "the text is the same, byte for byte".to_owned(),
        Replay::Differs { line } => format!("the text differs from line {line} on"),
        _ => "the text differs".to_owned(),
    });
    text.extend(compared.map(|compared| style::paint(style::DIM, &compared) + "\n"));
    text.push_str(&changes(bundle.stale.iter().chain(&bundle.moved)));
    for degradation in bundle.degraded.iter().filter(|degradation| degradation.is_trouble()) {
        let line = style::clean(&format!("without {}: {}", degradation.what, degradation.why)).into_owned();
        text.push_str(&(style::paint(style::WARN, &line) + "\n"));
    }
    for step in &bundle.stop.next_steps {
        text.push_str(&format!("{} {}\n", style::paint(style::HELP, "next:"), style::clean(step)));
    }
    text
}

/// What became of earlier pieces, one on a line.
pub fn changes<'a>(changes: impl Iterator<Item = &'a Change>) -> String {
    changes.map(|change| style::paint(style::WARN, &style::clean(&in_words(change))) + "\n").collect()
}

fn in_words(change: &Change) -> String {
    let place = format!("{}:{}-{}", change.path, change.start_line, change.end_line);
    match (change.what, change.now_start_line, change.now_end_line) {
        (ChangeKind::Moved, Some(start), Some(end)) => format!("{place} is at lines {start}-{end} now"),
        (ChangeKind::Missing, ..) => format!("{place} is not in the index any more"),
        _ => format!("{place} reads differently now"),
    }
}

/// The receipt in a file that `assemble`, `expand` or `replay` printed as JSON, or that holds nothing else.
///
/// # Errors
/// `IO` when the file cannot be read, `INVALID_ARGUMENT` when it holds no receipt.
pub fn receipt(source: &Path) -> Result<Receipt> {
    let bytes = read(source)?;
    let bad = |error: serde_json::Error| {
        Error::argument("receipt", format!("{} holds no receipt: {error}", source.display()))
    };
    let mut document: Value = serde_json::from_slice(&bytes).map_err(bad)?;
    let receipt = document.get_mut("receipt").map(Value::take).unwrap_or(document);
    serde_json::from_value(receipt).map_err(bad)
}

fn read(source: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let failed = |error| Error::io("read", source, error);
    if source == Path::new(STDIN) {
        io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let mut file = File::open(source).map_err(|error| Error::io("open", source, error))?;
        file.read_to_end(&mut bytes).map_err(failed)?;
    }
    Ok(bytes)
}
