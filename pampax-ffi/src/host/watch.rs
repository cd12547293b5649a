//! How a callback that takes long learns that nobody waits for it any more.

use crate::boundary;
use pampax_core::Watch;

/// The time of the call that a callback works for. Belongs to the engine; valid until the callback returns.
pub struct pampax_watch(pub(super) Watch);

/// Whether nobody waits for the answer any more, because the call was cancelled or its time is over; false for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_watch_is_over(watch: *const pampax_watch) -> bool {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::value(false, || unsafe { watch.as_ref() }.is_some_and(|watch| watch.0.check("callback").is_err()))
}

/// The time left in milliseconds; -1 when there is no limit, and for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_watch_remaining_ms(watch: *const pampax_watch) -> i64 {
    boundary::value(None, || {
        // SAFETY: the caller keeps the promises of the head of the header.
        let left = unsafe { watch.as_ref() }?.0.remaining()?;
        Some(i64::try_from(left.as_millis()).unwrap_or(i64::MAX))
    })
    .unwrap_or(-1)
}
