//! The text of an indexed file, or of some of its lines.
//!
//! Never here: how lines are written on a command line.

use crate::error::{Error, Result};
use crate::parse::redact;
use crate::search::Searcher;
use crate::source::{ContentHash, Generation, Language, RepoPath, Role};
use serde::Serialize;

/// Some lines of an indexed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shown {
    /// The file, relative to the root.
    pub path: RepoPath,
    /// Its language.
    pub language: Language,
    /// What it is for.
    pub role: Role,
    /// The first line of the text, counted from 1.
    pub start_line: usize,
    /// The last line of the text.
    pub end_line: usize,
    /// How many lines the file has.
    pub line_count: usize,
    /// The hash of the file's bytes.
    pub hash: ContentHash,
    /// The lines as they were indexed, with secrets masked unless `security.mask_secrets` is off.
    pub text: String,
    /// The state of the index that answered.
    pub generation: Generation,
}

impl Searcher {
    /// The lines of an indexed file from `first_line` to `last_line`, counted from 1 and both included. Without a first
    /// line from the beginning, without a last one, or past it, to the end.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a file that is not indexed, a first line of 0 or past the end, or a last line before the
    /// first; `INDEX_DAMAGED`, `IO`.
    pub fn show(&self, path: &RepoPath, first_line: Option<usize>, last_line: Option<usize>) -> Result<Shown> {
        let not_indexed = || Error::argument("path", format!("`{path}` is not in the index; `pampax why` tells why"));
        let document = self.document(path)?.ok_or_else(not_indexed)?;
        let start_line = first_line.unwrap_or(1);
        if start_line == 0 || last_line.is_some_and(|last| last < start_line) {
            return Err(Error::argument("lines", "they are counted from 1, the last not before the first"));
        }
        let text = redact::masked_as(self.masking(), &document.text);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        if start_line > lines.len().max(1) {
            let reason = format!("`{path}` has {} lines, {start_line} is past its end", lines.len());
            return Err(Error::argument("lines", reason));
        }
        let end_line = last_line.unwrap_or(lines.len()).min(lines.len());
        Ok(Shown {
            path: document.path.clone(),
            language: document.language,
            role: document.role,
            start_line,
            end_line,
            line_count: lines.len(),
            hash: document.hash,
            text: lines.get(start_line - 1..end_line).unwrap_or_default().concat(),
            generation: self.generation(),
        })
    }
}
