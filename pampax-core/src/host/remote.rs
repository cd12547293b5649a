//! How seams that may be far away are called: how long, how often, when not at all, and how many at once.
//!
//! Never here: the calls themselves (`guard.rs`), any protocol (`http.rs`).

pub(crate) mod line;

use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The HTTP statuses after which a call is tried again: what was wrong may be over by then.
pub const RETRIED_STATUSES: [u16; 6] = [408, 429, 500, 502, 503, 504];

/// The HTTP statuses that blame one request. The next one may be fine, so the circuit breaker does not count them.
const STATUSES_OF_ONE_REQUEST: [u16; 3] = [400, 413, 422];

named_enum! {
    /// A seam that may be far away. Each has a circuit breaker and a limit of its own.
    Seam {
        /// [`Embedder`](crate::host::Embedder).
        Embedder = "embedder",
        /// [`Reranker`](crate::host::Reranker).
        Reranker = "reranker",
    }
}

named_enum! {
    /// Whether a seam is called.
    BreakerState {
        /// Calls go through.
        Closed = "closed",
        /// A few calls go through, to find out whether the seam works again.
        HalfOpen = "half_open",
        /// No call goes through: too many failed in a row.
        Open = "open",
    }
}

impl BreakerState {
    /// The number under which metrics know the state: 0 closed, 1 half open, 2 open.
    pub fn number(self) -> u8 {
        match self {
            BreakerState::Closed => 0,
            BreakerState::HalfOpen => 1,
            BreakerState::Open => 2,
        }
    }
}

/// How the embedder and the reranker of a host are called.
///
/// A search gives a seam at most half of the time it has left, and [`RemotePolicy::timeout_ms`] where it has no deadline;
/// attempts, waits for a slot and pauses between attempts all fit into that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RemotePolicy {
    /// The longest that one attempt to embed a question or to rerank may take, in milliseconds. Default: 5,000.
    pub timeout_ms: u64,
    /// The longest that one attempt to embed a batch of an update may take, in milliseconds; a model on the same machine
    /// needs seconds for what a question needs milliseconds. Default: 60,000.
    pub batch_timeout_ms: u64,
    /// How often a call is tried again after it failed with one of [`RETRIED_STATUSES`], without a connection, or without
    /// an answer in time. Default: 3.
    pub retries: u32,
    /// The pause before the first retry, in milliseconds. Each further one is twice as long, and each is multiplied by a
    /// random number from 0.5 to 1.5, so that many callers do not come back together. Default: 1,000.
    pub retry_base_ms: u64,
    /// After how many failures in a row the circuit breaker opens; 0 means never. Each attempt that failed counts, also
    /// one that had little time. Default: 5.
    pub breaker_failures: u32,
    /// After how many successes while half open the circuit breaker closes. Default: 2.
    pub breaker_successes: u32,
    /// How long the circuit breaker stays open before it lets calls through again, in milliseconds. Default: 60,000.
    pub breaker_open_ms: u64,
    /// How many calls a half-open circuit breaker lets through at once; 0 means 1. Default: 1.
    pub half_open_calls: u32,
    /// How many calls of one seam run at once; 0 means any number. Further ones wait while they have time. A call that
    /// nobody waits for any more counts until it ends. Default: 4.
    pub max_concurrent: u32,
}

impl Default for RemotePolicy {
    fn default() -> RemotePolicy {
        RemotePolicy {
            timeout_ms: 5_000,
            batch_timeout_ms: 60_000,
            retries: 3,
            retry_base_ms: 1_000,
            breaker_failures: 5,
            breaker_successes: 2,
            breaker_open_ms: 60_000,
            half_open_calls: 1,
            max_concurrent: 4,
        }
    }
}

impl RemotePolicy {
    /// The pause before retry number `retry`, counted from 0, which is not shorter than what the far side asked for.
    /// `chance` is from 0 to 1.
    pub(crate) fn pause(&self, retry: u32, asked: Option<Duration>, chance: f64) -> Duration {
        let factor = 2.0_f64.powi(i32::try_from(retry.min(30)).unwrap_or(30)) * (0.5 + chance);
        let pause_ms = (self.retry_base_ms as f64 * factor).min(u32::MAX.into());
        Duration::from_secs_f64(pause_ms / 1_000.0).max(asked.unwrap_or_default())
    }
}

/// What went wrong with a call of something far away. An [`Embedder`](crate::host::Embedder) or a
/// [`Reranker`](crate::host::Reranker) that returns it, boxed, is called again where that may help; after any other error
/// it is not.
///
/// ```
/// use pampax_core::host::{BoxError, RemoteError};
/// use std::time::Duration;
///
/// fn ask_my_service() -> Result<Vec<f32>, BoxError> {
///     Err(RemoteError::status(503, "HTTP 503 from models.local").with_retry_after(Duration::from_secs(2)).into())
/// }
/// assert_eq!(ask_my_service().unwrap_err().to_string(), "HTTP 503 from models.local");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct RemoteError {
    /// The HTTP status, or `None` when there was no connection or no answer.
    pub status: Option<u16>,
    /// How long the far side asks to wait. Default: it does not say.
    pub retry_after: Option<Duration>,
    /// What happened, as a sentence without a full stop. It is shown to users and logged: no keys, no texts.
    pub message: String,
}

impl RemoteError {
    /// An answer with a status that is no success.
    pub fn status(status: u16, message: impl Into<String>) -> RemoteError {
        RemoteError { status: Some(status), retry_after: None, message: message.into() }
    }

    /// No connection, or no answer in time.
    pub fn unreachable(message: impl Into<String>) -> RemoteError {
        RemoteError { status: None, retry_after: None, message: message.into() }
    }

    /// This error with the time that the far side asks to wait.
    pub fn with_retry_after(mut self, wait: Duration) -> RemoteError {
        self.retry_after = Some(wait);
        self
    }

    /// Whether the same call may succeed later: there was no answer, or its status is one of [`RETRIED_STATUSES`].
    pub fn is_retried(&self) -> bool {
        self.status.is_none_or(|status| RETRIED_STATUSES.contains(&status))
    }

    /// Whether the answer blames this one request, and says nothing of the next.
    pub(crate) fn is_of_one_request(&self) -> bool {
        self.status.is_some_and(|status| STATUSES_OF_ONE_REQUEST.contains(&status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pauses_double_and_are_spread(retry in 0u32..8, chance in 0.0f64..=1.0, base in 1u64..5_000) {
            let policy = RemotePolicy { retry_base_ms: base, ..RemotePolicy::default() };
            let middle = base as f64 * f64::from(1 << retry) / 1_000.0;
            let pause = policy.pause(retry, None, chance).as_secs_f64();
            prop_assert!(pause >= middle * 0.499 && pause <= middle * 1.501, "{pause} is not around {middle}");
            let asked = Duration::from_secs(9_000);
            prop_assert_eq!(policy.pause(retry, Some(asked), chance), asked);
        }
    }

    #[test]
    fn no_number_is_too_large_for_a_pause() {
        let policy = RemotePolicy { retry_base_ms: u64::MAX, ..RemotePolicy::default() };
        assert!(policy.pause(u32::MAX, None, 1.0) > Duration::from_secs(86_400));
    }

    #[test]
    fn what_may_be_over_later_is_retried() {
        let retried = |status| RemoteError::status(status, "").is_retried();
        assert!(RETRIED_STATUSES.into_iter().all(retried) && RemoteError::unreachable("").is_retried());
        assert!([200, 301, 400, 401, 403, 404, 413, 422, 501, 505].into_iter().all(|status| !retried(status)));
    }

    #[test]
    fn a_policy_is_read_from_what_is_set_of_it() {
        let policy: RemotePolicy = toml::from_str("retries = 1\nbreaker_open_ms = 5").unwrap();
        assert_eq!(policy, RemotePolicy { retries: 1, breaker_open_ms: 5, ..RemotePolicy::default() });
        assert!(toml::from_str::<RemotePolicy>("retrys = 1").is_err());
    }
}
