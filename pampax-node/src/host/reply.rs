//! The way by which a JavaScript function answers, now or later.
//!
//! Never here: what it answers.

use napi::bindgen_prelude::Float32Array;
use napi_derive::napi;
use pampax_core::host::{BoxError, RemoteError};
use pampax_core::{Error, Watch};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How often somebody who waits looks whether the answer is still wanted.
const SLICE: Duration = Duration::from_millis(20);

/// What a function came to.
pub type Answer = Result<Vec<f32>, BoxError>;

/// Takes the answer of one call of a function; the first one counts.
#[napi]
pub struct Reply {
    sender: Sender<Answer>,
}

#[napi]
impl Reply {
    /// The function answered.
    #[napi]
    pub fn numbers(&self, numbers: Float32Array) {
        self.send(Ok(numbers.to_vec()));
    }

    /// The function failed, and another call would too.
    #[napi]
    pub fn fail(&self, why: String) {
        self.send(Err(why.into()));
    }

    /// Something far away failed: with a status of HTTP, or without an answer. `retry_after_ms` is how long it asks to wait.
    #[napi]
    pub fn fail_remote(&self, why: String, status: Option<u16>, retry_after_ms: Option<f64>) {
        let error = match status {
            Some(status) => RemoteError::status(status, why),
            None => RemoteError::unreachable(why),
        };
        let wait = retry_after_ms.and_then(|wait_ms| Duration::try_from_secs_f64(wait_ms / 1_000.0).ok());
        self.send(Err(Box::new(match wait {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        })));
    }
}

impl Reply {
    /// A reply, and where it arrives.
    pub fn new() -> (Reply, Receiver<Answer>) {
        let (sender, receiver) = channel();
        (Reply { sender }, receiver)
    }

    fn send(&self, answer: Answer) {
        // Nobody may be waiting any more; the answer is not wanted then.
        drop(self.sender.send(answer));
    }
}

/// Waits for an answer while `is_wanted` says so.
///
/// # Errors
/// Those of the function, those of `is_wanted`, and one of its own when the function is gone.
pub fn wait(receiver: &Receiver<Answer>, is_wanted: impl Fn() -> Result<(), BoxError>) -> Answer {
    loop {
        match receiver.recv_timeout(SLICE) {
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Disconnected) => return Err("the function never answers".into()),
            Err(RecvTimeoutError::Timeout) => is_wanted()?,
        }
    }
}

/// Whether somebody waits for an answer within `watch`.
///
/// # Errors
/// Why nobody does.
pub fn in_time(watch: &Watch) -> Result<(), BoxError> {
    match watch.check("seam") {
        Ok(()) => Ok(()),
        Err(Error::Cancelled { .. }) => Err("the call was cancelled".into()),
        Err(_) => Err("the function gave no answer in time".into()),
    }
}
