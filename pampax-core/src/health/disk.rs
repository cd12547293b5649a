//! The disk that the index lies on, and who is writing to it.

use super::{DiskFacts, Examination, Facts, Found, HealthCode, LockFacts};
use crate::error::{Error, Result};
use crate::store::disk_bytes;
use crate::store::inspect::{free_bytes, write_refusal};
use crate::store::lock::WriteLock;
use std::io::ErrorKind;

pub(super) fn look(examination: &Examination) -> Result<Found> {
    let folder = &examination.subject.folder;
    let min_free_bytes = examination.min_free_bytes();
    let index_bytes = match disk_bytes(folder) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => 0,
        outcome => outcome?,
    };
    let free = free_bytes(folder)?;
    let refusal = write_refusal(folder);
    let facts = DiskFacts { index_bytes, free_bytes: Some(free), min_free_bytes, writable: refusal.is_none() };
    let (full, low) = (min_free_bytes / 10, min_free_bytes);
    Ok(Found::new(Facts::Disk(facts))
        .with(free < full, HealthCode::DiskFull, || format!("less than {full} bytes are free"))
        .with((full..low).contains(&free), HealthCode::DiskLow, || format!("less than {low} bytes are free"))
        .with(refusal.is_some(), HealthCode::FolderReadOnly, || refusal.unwrap_or_default()))
}

pub(super) fn look_at_lock(examination: &Examination) -> Result<Found> {
    let holder = WriteLock::holder(&examination.subject.folder)?;
    let now_ms = examination.subject.host.clock.unix_ms();
    let held_ms =
        holder.as_ref().filter(|holder| holder.since_ms > 0).map(|holder| now_ms.saturating_sub(holder.since_ms));
    let owner = holder.map(|holder| holder.owner);
    let is_old = held_ms.is_some_and(|held_ms| held_ms > examination.thresholds.lock_ms);
    let named = owner.clone().unwrap_or_default();
    let found = Found::new(Facts::Lock(LockFacts { owner: owner.clone(), held_ms }));
    Ok(found
        .with(is_old, HealthCode::LockOld, || {
            format!("{named} has been writing to the index for more than {} ms", examination.thresholds.lock_ms)
        })
        .with(owner.is_some(), HealthCode::Locked, || format!("{named} is writing to the index")))
}
