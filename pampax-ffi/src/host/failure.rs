//! What a callback says of its failure.

use crate::boundary;
use pampax_core::host::{BoxError, RemoteError};
use std::ffi::{CStr, c_char};
use std::time::Duration;

/// What a callback that fails may say. Belongs to the engine; valid until the callback returns.
#[derive(Default)]
pub struct pampax_failure {
    message: Option<String>,
    remote: Option<Remote>,
}

/// What is known of a failure far away.
#[derive(Clone, Copy)]
struct Remote {
    status: Option<u16>,
    retry_after: Option<Duration>,
}

impl pampax_failure {
    /// What came of a callback that returned `status`.
    pub(super) fn outcome(self, status: i32) -> Result<(), BoxError> {
        if status == 0 {
            return Ok(());
        }
        let message = self.message.unwrap_or_else(|| format!("the callback returned {status}"));
        let Some(remote) = self.remote else { return Err(message.into()) };
        let error = match remote.status {
            Some(status) => RemoteError::status(status, message),
            None => RemoteError::unreachable(message),
        };
        Err(match remote.retry_after {
            Some(wait) => error.with_retry_after(wait).into(),
            None => error.into(),
        })
    }
}

/// Says why a callback fails, as a sentence without a full stop; it is shown to users and logged. The text is copied. What
/// is not UTF-8 in it is replaced. NULLs are fine, and do nothing.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_failure_set_message(failure: *mut pampax_failure, message: *const c_char) {
    boundary::release(|| {
        // SAFETY: the caller keeps the promises of the head of the header.
        let (failure, message) = unsafe { (failure.as_mut(), (!message.is_null()).then(|| CStr::from_ptr(message))) };
        if let Some((failure, message)) = failure.zip(message) {
            failure.message = Some(message.to_string_lossy().into_owned());
        }
    });
}

/// Says that something far away failed: with an HTTP status, or 0 when there was no connection or no answer, and how long
/// it asks to wait in milliseconds, or 0. The call is then made again where that may help; after any other failure it is
/// not. NULL is fine, and does nothing.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_failure_set_remote(
    failure: *mut pampax_failure,
    http_status: u16,
    retry_after_ms: u64,
) {
    boundary::release(|| {
        // SAFETY: the caller keeps the promises of the head of the header.
        if let Some(failure) = unsafe { failure.as_mut() } {
            let retry_after = (retry_after_ms > 0).then(|| Duration::from_millis(retry_after_ms));
            failure.remote = Some(Remote { status: (http_status > 0).then_some(http_status), retry_after });
        }
    });
}
