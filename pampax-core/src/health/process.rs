//! What belongs to the process: its memory, its configuration, and what it keeps to answer faster.

use super::{CacheFacts, ConfigurationFacts, Examination, Facts, Found, HealthCode, MemoryFacts};
use crate::cache::SavedStatistics;
use crate::error::{Error, Result};
use crate::store::inspect::peek_current;
use crate::store::saved::{Counts, SavedFile};
use std::path::Path;

pub(super) fn look_at_memory(examination: &Examination) -> Result<Found> {
    let resident = memory_stats::memory_stats().map(|stats| stats.physical_mem as u64);
    let limit_bytes = examination.memory_limit_bytes();
    let is_high = resident.is_some_and(|bytes| bytes > limit_bytes);
    let facts = MemoryFacts { resident_bytes: resident, limit_bytes };
    Ok(Found::new(Facts::Memory(facts))
        .with(is_high, HealthCode::MemoryHigh, || format!("the process takes more than {limit_bytes} bytes of memory"))
        .with(resident.is_none(), HealthCode::MemoryUnknown, || {
            "this platform does not tell how much memory the process takes".to_owned()
        }))
}

pub(super) fn look_at_configuration(examination: &Examination) -> Result<Found> {
    let subject = &examination.subject;
    subject.config.validate()?;
    let facts = ConfigurationFacts { root: subject.root.clone(), index_dir: subject.folder.clone() };
    Ok(Found::new(Facts::Configuration(facts)))
}

pub(super) fn look_at_cache(examination: &Examination) -> Result<Found> {
    let subject = &examination.subject;
    let [search, bundle] = subject.kept.clone();
    let mut saved = SavedStatistics::default();
    saved.enabled = subject.config.cache.enabled && subject.config.cache.saved;
    match counts(&subject.folder) {
        Ok(None) => {}
        Ok(Some(Counts { entries, bytes, generation, usable })) => {
            (saved.entries, saved.bytes, saved.generation, saved.usable) = (entries, bytes, generation, usable);
        }
        // They are being replaced just now.
        Err(Error::IndexLocked { .. }) => {}
        Err(error) => saved.problem = Some(error.to_string()),
    }
    let problem = saved.problem.clone();
    let facts = CacheFacts { saved, search: Some(search), bundle: Some(bundle) };
    Ok(Found::new(Facts::Cache(facts))
        .with(problem.is_some(), HealthCode::CacheUnusable, || problem.unwrap_or_default()))
}

/// What the file of saved answers holds, if there is one.
fn counts(folder: &Path) -> Result<Option<Counts>> {
    let Some(file) = SavedFile::open(folder)? else { return Ok(None) };
    // What is wrong with the catalog is told of by its own component; no answer is of a state that cannot be read.
    let state = peek_current(folder, |database| database.state()).ok().flatten();
    file.counts(state.as_ref()).map(Some)
}
