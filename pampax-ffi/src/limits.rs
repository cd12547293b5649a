//! How long a call may run and who may stop it.

use crate::boundary::{self, Versioned};
use crate::handle;
use crate::text::optional_text;
use pampax_core::{CancelToken, Limits, Result};
use std::ffi::c_char;
use std::time::Duration;

/// Stops the calls that were given it, from any thread. Triggering is final.
pub struct pampax_cancel(CancelToken);

/// Bounds of one call; NULL in place of them is no bound.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_limits {
    /// `sizeof(pampax_limits)`.
    pub struct_size: usize,
    /// The longest time that the call may take, in milliseconds. 0: no limit.
    pub timeout_ms: u64,
    /// The id that every log record of the call carries. NULL: one of the engine's own.
    pub correlation_id: *const c_char,
    /// What stops the call. It must live until the call ends. NULL: nothing does.
    pub cancel: *const pampax_cancel,
}

// SAFETY: it is `repr(C)`, begins with its size, and holds numbers and pointers that may be NULL.
unsafe impl Versioned for pampax_limits {}

/// The limits that a caller names.
///
/// # Errors
/// `INVALID_ARGUMENT` for a structure or an id that is none.
///
/// # Safety
/// `limits` is NULL or as the head of the header says.
pub(crate) unsafe fn limits(limits: *const pampax_limits) -> Result<Limits> {
    if limits.is_null() {
        return Ok(Limits::default());
    }
    // SAFETY: what the structure names is as the head of the header says: the caller's promise.
    let (given, correlation_id, cancel) = unsafe {
        let given = boundary::read(limits, "limits")?;
        (given, optional_text(given.correlation_id, "correlation_id")?, given.cancel.as_ref())
    };
    let mut limits = Limits::default();
    limits.timeout = (given.timeout_ms > 0).then(|| Duration::from_millis(given.timeout_ms));
    limits.correlation_id = correlation_id.map(str::to_owned);
    limits.cancel = cancel.map(|cancel| cancel.0.clone());
    Ok(limits)
}

/// A token that is not triggered; NULL only after a panic. Free it with `pampax_cancel_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pampax_cancel_new() -> *mut pampax_cancel {
    boundary::value(std::ptr::null_mut(), || handle::give(pampax_cancel(CancelToken::new())))
}

/// Asks every call that was given the token to end at its next check. NULL is fine.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_cancel_trigger(cancel: *const pampax_cancel) {
    boundary::release(|| {
        // SAFETY: the caller keeps the promises of the head of the header.
        if let Some(cancel) = unsafe { cancel.as_ref() } {
            cancel.0.cancel();
        }
    });
}

/// Whether the token was triggered; false for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_cancel_is_triggered(cancel: *const pampax_cancel) -> bool {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::value(false, || unsafe { cancel.as_ref() }.is_some_and(|cancel| cancel.0.is_cancelled()))
}

/// Takes a token. Calls that run go on. NULL is fine.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_cancel_free(cancel: *mut pampax_cancel) {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::release(|| unsafe { handle::take(cancel) });
}
