//! The progress of an update, on standard error while that is a terminal.

use crate::engine::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// Shows counts, the share that is done, and the time that is left.
const TEMPLATE: &str = "{prefix:>9} {bar:32.cyan/dim} {human_pos}/{human_len} files  {percent}%  {eta} left";

/// One line that moves.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that draws nothing where standard error is not a terminal.
    pub fn new() -> Bar {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar(bar)
    }

    /// Shows where the update is.
    pub fn show(&self, progress: &Progress) {
        self.0.set_prefix(progress.stage);
        self.0.set_length(progress.total);
        self.0.set_position(progress.done);
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
