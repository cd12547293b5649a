//! Work on the addon's own threads, and the promises that it settles.
//!
//! Never here: what the work is.

mod pool;
mod trouble;

pub use pool::{Runtime, Shared};
pub use trouble::{Current, is_stopped, tell_trouble};

use crate::error::to_js_error;
use napi::Env;
use napi::JsDeferred;
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi_derive::napi;
use pampax_core::host::{Clock, SystemClock};
use pampax_core::{CancelToken, Error, Limits, Result};
use pool::{Fate, Job};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// Bounds of one call, as the facade passes them on.
#[napi(object)]
#[derive(Default)]
pub struct CallLimits {
    /// The longest time the call may take, in milliseconds, waiting for a thread included. Default: no limit.
    pub timeout_ms: Option<f64>,
    /// The id that every log record of the call carries. Default: one of the engine's own.
    pub correlation_id: Option<String>,
}

/// One call on its way to a thread.
pub struct Call {
    timeout: Option<Duration>,
    correlation_id: Option<String>,
    token: CancelToken,
    clock: SystemClock,
}

/// Where a call runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On one of the threads that all calls share.
    Pool,
    /// On a thread of its own, because it takes as long as it takes.
    Own,
}

/// What makes the value of a promise, on the thread of the event loop.
type Resolver<T> = Box<dyn FnOnce(Env) -> napi::Result<T> + Send>;

impl Call {
    /// A call that `token` stops.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the time-out is no length of time.
    pub fn new(limits: CallLimits, token: CancelToken) -> Result<Call> {
        let timeout = limits.timeout_ms.map(to_duration).transpose()?;
        Ok(Call { timeout, correlation_id: limits.correlation_id, token, clock: SystemClock::new() })
    }

    /// The limits of the work, which begins now.
    fn limits(&self) -> Limits {
        let waited = Duration::from_nanos(self.clock.monotonic_ns());
        let mut limits = Limits::default().with_cancel(self.token.clone());
        limits.timeout = self.timeout.map(|timeout| timeout.saturating_sub(waited));
        limits.correlation_id.clone_from(&self.correlation_id);
        limits
    }
}

fn to_duration(timeout_ms: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(timeout_ms / 1_000.0)
        .map_err(|_| Error::argument("timeoutMs", format!("{timeout_ms} is not a number of milliseconds")))
}

/// A promise of what `work` returns. A panic becomes `INTERNAL`.
///
/// # Errors
/// What Node says when no promise can be made; everything else rejects the promise.
pub fn run<'env, T: ToNapiValue + Send + 'static>(
    env: &'env Env,
    (shared, place): (&Arc<Shared>, Place),
    call: Result<Call>,
    work: impl FnOnce(&Limits) -> Result<T> + Send + 'static,
) -> napi::Result<Object<'env>> {
    let (deferred, promise) = env.create_deferred::<T, Resolver<T>>()?;
    match call {
        Ok(call) => {
            let token = call.token.clone();
            let job = Job::new(token, move |fate| settle(deferred, outcome(fate, &call, work)));
            shared.start(job, place);
        }
        Err(error) => deferred.reject(to_js_error(&error)),
    }
    Ok(promise)
}

/// What became of a call.
fn outcome<T>(fate: Fate, call: &Call, work: impl FnOnce(&Limits) -> Result<T>) -> Result<T> {
    match fate {
        Fate::Run => guarded(call, work),
        Fate::Cancelled => Err(Error::Cancelled { stage: "queue" }),
        Fate::NoThread(why) => Err(Error::internal(format!("no thread can be started: {why}"))),
    }
}

fn guarded<T>(call: &Call, work: impl FnOnce(&Limits) -> Result<T>) -> Result<T> {
    let current = Current::begin(&call.token);
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&call.limits())));
    let trouble = current.end();
    match (trouble, outcome) {
        (Some(trouble), _) => Err(trouble),
        (None, Ok(outcome)) => outcome,
        (None, Err(panic)) => Err(Error::internal(message_of(&*panic))),
    }
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic without a message".into())
}

fn settle<T: ToNapiValue + Send + 'static>(deferred: JsDeferred<T, Resolver<T>>, outcome: Result<T>) {
    match outcome {
        Ok(value) => deferred.resolve(Box::new(move |_| Ok(value))),
        Err(error) => deferred.reject(to_js_error(&error)),
    }
}
