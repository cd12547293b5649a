//! The progress of an update, on standard error while that is a terminal.

use super::Output;
use indicatif::{ProgressBar, ProgressStyle};
use pampax_core::index::report::{Progress, Stage};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is shown while the amount of work is known: the share of bytes, and the time that is left by them.
const KNOWN: &str = "{prefix:>9} {bar:32} {msg}  {percent:>3}%  {eta} left";
/// The same in colour.
const KNOWN_IN_COLOUR: &str = "{prefix:>9} {bar:32.cyan/dim} {msg}  {percent:>3}%  {eta} left";
/// What is shown while it is not.
const UNKNOWN: &str = "{prefix:>9} {spinner} {elapsed}";

/// One line that moves.
#[derive(Debug)]
pub struct Bar {
    line: ProgressBar,
    known: &'static str,
    stage: Mutex<Option<Stage>>,
}

impl Bar {
    /// A bar that draws nothing where standard error is not a terminal.
    pub fn new(output: &Output) -> Bar {
        let known = if output.talks_in_colour() { KNOWN_IN_COLOUR } else { KNOWN };
        let line = if output.is_quiet() { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let bar = Bar { line, known, stage: Mutex::new(None) };
        bar.begin(Stage::Walk, UNKNOWN);
        bar.line.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    /// Shows where the update is.
    pub fn show(&self, progress: &Progress) {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let known = progress.files_total > 0;
        if *stage != Some(progress.stage) || self.line.length() == Some(0) && known {
            *stage = Some(progress.stage);
            self.begin(progress.stage, if known { self.known } else { UNKNOWN });
        }
        self.line.set_length(progress.bytes_total);
        self.line.set_position(progress.bytes_done);
        self.line.set_message(format!("{}/{} files", progress.files_done, progress.files_total));
    }

    fn begin(&self, stage: Stage, template: &str) {
        // A template that indicatif refuses would leave its own in place.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.line.set_style(style.progress_chars("━╸─"));
        }
        self.line.set_prefix(match stage {
            Stage::Walk => "looking",
            Stage::Parse => "reading",
            Stage::Embed => "embedding",
            Stage::Commit => "writing",
            _ => "working",
        });
        self.line.reset_eta();
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.line.finish_and_clear();
    }
}
