//! References that a program which understands the language has resolved: which line names which definition.
//!
//! Never here: where they come from.

use crate::error::Result;
use crate::source::ContentHash;
use crate::store::commit::Commit;
use crate::store::schema::Database;
use rusqlite::{OptionalExtension, params};

/// A name on a line, and the line that defines it. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExactReference<'a> {
    pub file_id: u32,
    pub line: u32,
    pub name: &'a str,
    pub target_file: u32,
    pub target_line: u32,
}

impl Database {
    /// Where `name` as it stands on a line of a file is defined: files and lines, in order. `None` when nothing is known
    /// of it.
    pub(crate) fn exact_target(&self, file_id: u32, line: u32, name: &str) -> Result<Option<Vec<(u32, u32)>>> {
        let targets = self.collect(
            "SELECT target_file, target_line FROM exact_references WHERE file_id = ?1 AND line = ?2 AND name = ?3
                ORDER BY target_file, target_line",
            params![file_id, line, name],
            |row| Ok(Some((row.get(0)?, row.get(1)?))),
        )?;
        Ok((!targets.is_empty()).then_some(targets))
    }

    /// The files and lines that refer to a definition on one of `lines` of a file, in order, each once.
    #[cfg(test)]
    pub(crate) fn exact_sources(&self, target_file: u32, lines: crate::source::LineRange) -> Result<Vec<(u32, u32)>> {
        self.collect(
            "SELECT DISTINCT file_id, line FROM exact_references
                WHERE target_file = ?1 AND target_line BETWEEN ?2 AND ?3 ORDER BY file_id, line",
            params![target_file, lines.start, lines.end],
            |row| Ok(Some((row.get(0)?, row.get(1)?))),
        )
    }

    /// Whether there is any exact reference. Reads one row at most.
    pub(crate) fn has_exact(&self) -> Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM exact_references LIMIT 1")
            .and_then(|mut statement| statement.exists([]))
            .map_err(self.failed("read"))
    }
}

impl Commit<'_> {
    /// Adds a reference. One that is there already stays.
    pub(crate) fn put_exact(&mut self, reference: &ExactReference<'_>) -> Result<()> {
        let ExactReference { file_id, line, name, target_file, target_line } = reference;
        self.execute(
            "INSERT OR IGNORE INTO exact_references VALUES (?1, ?2, ?3, ?4, ?5)",
            params![file_id, line, name, target_file, target_line],
        )
    }

    /// Removes all references.
    pub(crate) fn clear_exact(&mut self) -> Result<()> {
        self.execute("DELETE FROM exact_references", [])
    }

    /// Removes the references in a file and those to it.
    pub(super) fn forget_exact(&mut self, file_id: u32) -> Result<()> {
        self.execute("DELETE FROM exact_references WHERE file_id = ?1", [file_id])?;
        self.execute("DELETE FROM exact_references WHERE target_file = ?1", [file_id])
    }

    /// [`Commit::forget_exact`], unless the file's bytes still are those of `hash`: then every line is where it was.
    pub(super) fn forget_exact_unless(&mut self, file_id: u32, hash: ContentHash) -> Result<()> {
        let database = self.database();
        let stored = database
            .connection
            .prepare_cached("SELECT hash FROM files WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([file_id], |row| row.get(0).map(ContentHash)).optional())
            .map_err(database.failed("read"))?;
        if stored == Some(hash) { Ok(()) } else { self.forget_exact(file_id) }
    }
}
