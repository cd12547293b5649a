//! The catalog without the room that nothing takes any more.
//!
//! Never here: the text index, whether it is worth it.

use crate::error::{Error, Result};
use crate::limits::Watch;
use crate::store::inspect::{CatalogFile, free_bytes};
use crate::store::schema::{Database, or_stopped};
use std::io::ErrorKind;
use std::path::Path;

impl Database {
    /// Writes the catalog anew, and empties the log beside it where no reader needs it. What is stored stays the same.
    ///
    /// # Errors
    /// `IO` when the disk has no room for a second copy, and those of `watch`. The catalog is as it was then.
    pub(crate) fn compact(&mut self, folder: &Path, watch: &Watch) -> Result<()> {
        check_room(folder)?;
        self.stop_with(watch)?;
        let vacuumed = self.connection.execute_batch("VACUUM").map_err(self.failed("compact"));
        self.go_on()?;
        or_stopped(watch, vacuumed)?;
        self.empty_log()
    }

    fn empty_log(&self) -> Result<()> {
        // A reader that still needs the log keeps it; the next writer empties it then.
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        emptied.map(|_| ()).map_err(self.failed("compact"))
    }
}

/// A compacted copy lies beside the catalog, and passes through the log, before it takes its place.
fn check_room(folder: &Path) -> Result<()> {
    let bytes = CatalogFile::of(folder)?.map_or(0, |file| file.bytes.saturating_add(file.wal_bytes));
    let needed = bytes.saturating_mul(2);
    match free_bytes(folder)? >= needed {
        true => Ok(()),
        false => {
            let reason = format!("{needed} bytes must be free");
            Err(Error::io("compact", folder, std::io::Error::new(ErrorKind::StorageFull, reason)))
        }
    }
}
