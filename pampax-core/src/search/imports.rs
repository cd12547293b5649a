//! How much the rest of a tree leans on a file, by its imports.
//!
//! Never here: which file an import means (`graph/`).

use crate::error::Result;
use crate::search::Searcher;
use crate::search::corpus::FileIndex;
use crate::search::spoken::spoken_name;
use std::sync::atomic::{AtomicU32, Ordering};

/// The most files that one name is counted for.
const MAX_IMPORTS: u32 = 1_000;

/// Not counted yet.
const UNKNOWN: u32 = u32::MAX;

/// How many files of a snapshot import something of each file's name, counted when first asked for.
pub(crate) struct Imports(Vec<AtomicU32>);

impl Imports {
    /// Nothing is counted yet.
    pub(crate) fn new(file_count: usize) -> Imports {
        Imports((0..file_count).map(|_| AtomicU32::new(UNKNOWN)).collect())
    }
}

impl Searcher {
    /// How many files import something of the file's name, as a logarithm against that of the number of files.
    pub(super) fn imported(&self, file: FileIndex) -> Result<f64> {
        let slot = &self.shared.imports.0[file as usize];
        let mut count = slot.load(Ordering::Relaxed);
        if count == UNKNOWN {
            let name = spoken_name(&self.shared.corpus.files[file as usize]);
            count = self.shared.parts.catalog.read().count_imports(name, MAX_IMPORTS)?;
            slot.store(count, Ordering::Relaxed);
        }
        Ok(f64::from(count).ln_1p() / (self.shared.corpus.files.len() as f64).ln_1p())
    }
}
