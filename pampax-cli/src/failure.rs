//! Why a command did not succeed: the one place where errors become words and exit status.
//!
//! Never here: codes, names and remedies of their own; those are the core's table.

use crate::output::{Output, style};
use pampax_core::error::ErrorBody;
use pampax_core::{Error, ErrorCode};
use serde::Serialize;
use std::io;

/// The exit status of a program that was interrupted.
const INTERRUPTED: u8 = 130;

/// The exit status of a command that answered, and whose answer does not meet what was demanded of it. No error has it.
const DEMAND_NOT_MET: u8 = 1;

/// What a command returns.
pub type Outcome = Result<(), Failure>;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The engine returned an error, or the program found one of the same kinds.
    Engine(Error),
    /// The command line cannot be understood, or asks for help.
    Usage(clap::Error),
    /// Standard output cannot be written.
    Output(io::Error),
    /// The command did what it was asked for, and what it printed is that something is wrong.
    Found(ErrorCode),
    /// The command did what it was asked for, and what it printed does not meet what was demanded.
    NotMet,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Engine(error)
    }
}

/// An error, or one that did not end the command, as one JSON document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorDocument {
    Error(ErrorBody),
    Warning(ErrorBody),
}

impl ErrorDocument {
    /// The document of an engine error.
    pub fn new(error: &Error) -> ErrorDocument {
        ErrorDocument::of(error.code(), error.to_string())
    }

    /// The document of an engine error that did not end the command.
    pub fn warning(error: &Error) -> ErrorDocument {
        ErrorDocument::Warning(ErrorBody::new(error.code(), error.to_string()))
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        match self {
            ErrorDocument::Error(body) | ErrorDocument::Warning(body) => &body.message,
        }
    }

    fn of(code: ErrorCode, message: String) -> ErrorDocument {
        ErrorDocument::Error(ErrorBody::new(code, message))
    }
}

impl Failure {
    /// Tells on standard error what went wrong and returns the exit status.
    pub fn report(self, output: &Output) -> u8 {
        match self {
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Failure::Output(error) => report_error(&Error::io("write", "standard output", error), output),
            Failure::Engine(error) => report_error(&error, output),
            Failure::Usage(error) => report_usage(&error, output),
            Failure::Found(code) => code.exit_status(),
            Failure::NotMet => DEMAND_NOT_MET,
        }
    }
}

fn report_error(error: &Error, output: &Output) -> u8 {
    if output.errors_are_json() {
        output.talk_json(&ErrorDocument::new(error));
    } else {
        output.complain(&error_text(&error.to_string(), error.code().remedy()));
    }
    // Only an interrupt cancels in this program.
    if error.code() == ErrorCode::Cancelled { INTERRUPTED } else { error.code().exit_status() }
}

fn error_text(message: &str, remedy: &str) -> String {
    let error = style::paint(style::ERROR, "error:");
    let help = style::paint(style::HELP, "help:");
    format!("{error} {}\n{help} {}\n", style::clean(message), style::clean(remedy))
}

fn report_usage(error: &clap::Error, output: &Output) -> u8 {
    let code = ErrorCode::InvalidArgument;
    if output.errors_are_json() {
        output.talk_json(&ErrorDocument::of(code, usage_message(error)));
    } else {
        output.complain(&error.render().ansi().to_string());
    }
    code.exit_status()
}

/// The first paragraph of clap's message, on one line.
fn usage_message(error: &clap::Error) -> String {
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a command is required; `pampax --help` lists them".to_owned();
    }
    let text = error.render().to_string();
    let paragraph = text.split("\n\n").next().unwrap_or(&text);
    let words: Vec<&str> = paragraph.trim_start_matches("error:").split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn usage_errors_fit_on_one_line_and_name_the_allowed_values() {
        let error = crate::args::Cli::try_parse_from(["pampax", "search", "q", "--role", "nonsense"]).unwrap_err();
        let message = usage_message(&error);
        assert!(message.starts_with("invalid value 'nonsense' for '--role <ROLE>'"), "{message}");
        assert!(message.contains("vendored"), "{message}");
        assert!(!message.contains('\n'));
    }

    #[test]
    fn control_characters_in_messages_are_shown_escaped() {
        let text = error_text("cannot read a\u{1b}[31mb", "look");
        assert!(text.contains(r"a\u{1b}[31mb"), "{text}");
    }
}
