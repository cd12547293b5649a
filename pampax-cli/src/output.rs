//! The two streams of the program: data on standard output, talk on standard error.
//!
//! Never here: what a command has to say.

pub mod evaluation;
pub mod explained;
pub mod graphs;
pub mod health;
pub mod hits;
pub mod progress;
pub mod report;
pub mod snippet;
pub mod style;
pub mod table;
pub mod upkeep;

use crate::args::Look;
use crate::failure::{ErrorDocument, Failure, Outcome};
use anstream::{AutoStream, ColorChoice};
use pampax_core::Error;
use pampax_core::config::{CliConfig, CliMode, Colour};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// The width of a terminal that does not tell.
const DEFAULT_WIDTH: usize = 100;

/// What standard output carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// JSON documents.
    Json,
    /// Text for people.
    Text,
}

/// The two streams of the program.
#[derive(Debug)]
pub struct Output {
    mode: Mode,
    errors: Mode,
    color: ColorChoice,
    width: Option<usize>,
    is_quiet: bool,
    is_deterministic: bool,
}

impl Output {
    /// The streams as `look` asks for them, or else as they are configured.
    pub fn new(look: &Look, config: &CliConfig) -> Output {
        let colour = if look.deterministic { Colour::Never } else { look.color.unwrap_or(config.color) };
        let color = match colour {
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
            _ => ColorChoice::Auto,
        };
        let mode = if look.is_chosen() { CliMode::Auto } else { config.mode };
        let wants_json = look.json || mode == CliMode::Json;
        let wants_text = look.text || mode == CliMode::Interactive;
        let stdout_is_terminal = io::stdout().is_terminal();
        let mode_for = |is_terminal: bool| match (wants_json, wants_text || is_terminal) {
            (false, true) => Mode::Text,
            _ => Mode::Json,
        };
        let width = stdout_is_terminal.then(|| {
            terminal_size::terminal_size_of(io::stdout()).map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
        });
        let (stdout, stderr) = (mode_for(stdout_is_terminal), mode_for(io::stderr().is_terminal()));
        let is_quiet = look.quiet || mode == CliMode::Quiet;
        Output { mode: stdout, errors: stderr, color, width, is_quiet, is_deterministic: look.deterministic }
    }

    /// The streams before the command line or the configuration is understood.
    pub fn before_arguments() -> Output {
        Output::new(&Look::default(), &CliConfig::default())
    }

    /// Whether data only is wanted: no progress, no summaries.
    pub fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Whether nothing may be printed that differs between two runs.
    pub fn is_deterministic(&self) -> bool {
        self.is_deterministic
    }

    /// What standard output carries.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether standard output is a terminal, which obeys control characters.
    pub fn is_terminal(&self) -> bool {
        self.width.is_some()
    }

    /// The width of the terminal; none where lines may be as long as they are.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// Whether errors are written as JSON.
    pub fn errors_are_json(&self) -> bool {
        self.errors == Mode::Json
    }

    /// Whether talk may be in colour.
    pub fn talks_in_colour(&self) -> bool {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
            choice => choice != ColorChoice::Never,
        }
    }

    /// Writes data as it is.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn write(&self, data: &str) -> Outcome {
        let mut stdout = io::stdout().lock();
        stdout.write_all(data.as_bytes()).and_then(|()| stdout.flush()).map_err(Failure::Output)
    }

    /// Writes a text of several lines as it is, but on a terminal without anything that the terminal would obey.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn write_lines(&self, text: &str) -> Outcome {
        if self.is_terminal() { self.write(&style::clean_lines(text)) } else { self.write(text) }
    }

    /// Writes text for people, whose colours are left out where they are not wanted.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn write_styled(&self, text: &str) -> Outcome {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.color);
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Failure::Output)
    }

    /// Writes one JSON document on a line of its own.
    ///
    /// # Errors
    /// When the value has no JSON form, or standard output cannot be written.
    pub fn write_json<T: Serialize>(&self, value: &T) -> Outcome {
        let mut document = serde_json::to_string(value)
            .map_err(|error| Error::internal(format!("a result has no JSON form: {error}")))?;
        document.push('\n');
        self.write(&document)
    }

    /// Tells people something on standard error, unless data only is wanted.
    pub fn talk(&self, text: &str) {
        if !self.is_quiet {
            self.complain(text);
        }
    }

    /// Tells people on standard error what went wrong.
    pub fn complain(&self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        // When nobody listens there is nobody to tell.
        drop(stderr.write_all(text.as_bytes()));
    }

    /// Tells on standard error of an error that does not end the command.
    pub fn warn(&self, error: &Error) {
        if self.errors_are_json() {
            self.talk_json(&ErrorDocument::warning(error));
        } else {
            self.complain(&format!("{} {}\n", style::paint(style::WARN, "warning:"), style::clean(&error.to_string())));
        }
    }

    /// Tells a program something on standard error.
    pub fn talk_json<T: Serialize>(&self, value: &T) {
        let mut stderr = io::stderr().lock();
        // When nobody listens there is nobody to tell.
        drop(serde_json::to_writer(&mut stderr, value).map_err(io::Error::from).and_then(|()| writeln!(stderr)));
    }
}
