//! How long a call may run and who may stop it.
//!
//! Never here: what a call does when it is stopped.

use crate::error::{Error, Result};
use crate::host::clock::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Bounds of one call.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Limits {
    /// The longest time the call may take. Default: no limit.
    pub timeout: Option<Duration>,
    /// A token that stops the call when it is cancelled. Default: none.
    pub cancel: Option<CancelToken>,
}

impl Limits {
    /// These limits with a time-out.
    pub fn with_timeout(mut self, timeout: Duration) -> Limits {
        self.timeout = Some(timeout);
        self
    }

    /// These limits with a cancel token.
    pub fn with_cancel(mut self, token: CancelToken) -> Limits {
        self.cancel = Some(token);
        self
    }
}

/// Stops the calls that hold a clone of it. Cancelling is final.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> CancelToken {
        CancelToken::default()
    }

    /// Asks every holder to stop at its next check.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether [`CancelToken::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The running side of [`Limits`]: what stages and seams ask whether to go on.
#[derive(Clone)]
pub struct Watch {
    clock: Arc<dyn Clock>,
    deadline_ns: Option<u64>,
    cancel: Option<CancelToken>,
}

impl Watch {
    /// Starts the time of `limits` now.
    pub fn start(limits: &Limits, clock: Arc<dyn Clock>) -> Watch {
        let deadline_ns = limits.timeout.map(|timeout| {
            let timeout_ns = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
            clock.monotonic_ns().saturating_add(timeout_ns)
        });
        Watch { clock, deadline_ns, cancel: limits.cancel.clone() }
    }

    /// Whether the call should stop; the error names `stage`.
    ///
    /// # Errors
    /// `CANCELLED` when the token was cancelled, `DEADLINE_EXCEEDED` when the time is over.
    pub fn check(&self, stage: &'static str) -> Result<()> {
        if self.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(Error::Cancelled { stage });
        }
        match self.remaining() {
            Some(Duration::ZERO) => Err(Error::DeadlineExceeded { stage }),
            _ => Ok(()),
        }
    }

    /// The token that stops the call, if there is one.
    pub(crate) fn cancel_token(&self) -> Option<CancelToken> {
        self.cancel.clone()
    }

    /// The time left, or `None` without a deadline.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline_ns.map(|deadline| Duration::from_nanos(deadline.saturating_sub(self.clock.monotonic_ns())))
    }
}
