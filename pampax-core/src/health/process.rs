//! What belongs to the process: its memory, its configuration, and what it keeps to answer faster.

use super::{CacheFacts, ConfigurationFacts, Examination, Facts, Found, HealthCode, MemoryFacts};
use crate::error::Result;
use crate::store::saved_bytes;

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
    let saved_bytes = saved_bytes(&examination.subject.folder)?;
    Ok(Found::new(Facts::Cache(CacheFacts { saved_bytes })))
}
