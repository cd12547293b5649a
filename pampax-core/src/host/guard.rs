//! Calls to seams that may be slow or broken: with a deadline, with panics caught.
//!
//! Never here: what a caller does without the answer.

use crate::host::BoxError;
use crate::limits::Watch;
use crate::parallel;
use std::time::Duration;

/// The longest a seam may take when the call has no deadline of its own.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs `call` until it is done or half of the time left to `watch` is over: the other half is for going on without the
/// answer. The error says why there is none.
pub(crate) fn call<R: Send + 'static>(
    watch: &Watch,
    call: impl FnOnce() -> Result<R, BoxError> + Send + 'static,
) -> Result<R, String> {
    let timeout = watch.remaining().map_or(DEFAULT_TIMEOUT, |remaining| remaining / 2);
    match parallel::with_deadline(timeout, call) {
        Ok(Some(Ok(answer))) => Ok(answer),
        Ok(Some(Err(error))) => Err(error.to_string()),
        Ok(None) => Err(format!("it gave no answer within {} ms", timeout.as_millis())),
        Err(why) => Err(why),
    }
}
