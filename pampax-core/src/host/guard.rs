//! Calls to seams that may be slow, broken or far away: in time, with panics caught, tried again where that may help, and
//! not made at all while the circuit breaker is open.
//!
//! Never here: what a caller does without the answer.

use crate::host::log::{Event, Value};
use crate::host::remote::line::{Finding, Refusal, Rounded, Slot, Trial};
use crate::host::{BoxError, BreakerState, Host, Metric, RemoteError, Seam};
use crate::limits::Watch;
use crate::parallel::{self, Task, Waited};
use std::sync::Arc;
use std::time::Duration;

/// The longest time by which a seam's own watch ends before nobody waits for the seam any more, so that one that keeps
/// its time can say what it was waiting for.
const GRACE: Duration = Duration::from_millis(50);

/// One call of a seam.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub host: &'a Host,
    pub seam: Seam,
    pub watch: &'a Watch,
    pub urgency: Urgency,
}

/// What waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A question, which needs half of its time for going on without the answer.
    Question,
    /// An update, which can wait.
    Batch,
}

/// Why a call has no answer.
enum Failure {
    /// No attempt was made.
    Refused(String),
    /// The attempt failed, and another one would too.
    Final(String),
    /// The attempt failed, and another one may not.
    Passing { why: String, retry_after: Option<Duration> },
    /// The caller cancelled.
    Cancelled,
}

/// Runs `work` within the call's time, and again as the host's policy has it. The error says why there is no answer.
pub(crate) fn call<R: Send + 'static>(
    call: &Call<'_>,
    work: impl Fn(&Watch) -> Result<R, BoxError> + Send + Sync + 'static,
) -> Result<R, String> {
    let (watch, work) = (call.watch.within(call.time()), Arc::new(work));
    let mut retries = 0;
    let mut last: Option<String> = None;
    loop {
        let (why, retry_after) = match attempt(call, &watch, &work) {
            Ok(answer) => return Ok(answer),
            Err(Failure::Cancelled) => return Err("the call was cancelled".to_owned()),
            Err(Failure::Refused(why)) => return Err(last.map_or(why.clone(), |last| format!("{last}; {why}"))),
            Err(Failure::Final(why)) => return Err(after_retries(&why, retries)),
            Err(Failure::Passing { why, retry_after }) => (why, retry_after),
        };
        let said = after_retries(&why, retries);
        if retries >= call.host.remote.retries || call.state() == BreakerState::Open {
            return Err(said);
        }
        let pause = call.host.remote.pause(retries, retry_after, fastrand::f64());
        if watch.remaining().is_some_and(|left| pause >= left) {
            call.count_refused("no_time");
            let asked = retry_after.map(|wait| format!("{said}, with the wish to wait {}", Rounded(wait)));
            return Err(asked.unwrap_or(said));
        }
        retries += 1;
        call.tell_retry(&why, (retries, pause));
        last = Some(said);
        if pause_within(&watch, pause) == Waited::Cancelled {
            return Err("the call was cancelled".to_owned());
        }
    }
}

fn after_retries(why: &str, retries: u32) -> String {
    match retries {
        0 => why.to_owned(),
        1 => format!("{why} after 1 retry"),
        retries => format!("{why} after {retries} retries"),
    }
}

fn pause_within(watch: &Watch, pause: Duration) -> Waited<()> {
    parallel::wait(&watch.within(pause), |slice| {
        parallel::pause(slice);
        None
    })
}

/// One attempt, on a thread of its own.
fn attempt<R: Send + 'static>(
    call: &Call<'_>,
    watch: &Watch,
    work: &Arc<impl Fn(&Watch) -> Result<R, BoxError> + Send + Sync + 'static>,
) -> Result<R, Failure> {
    let (slot, trial) = admit(call, watch)?;
    let limit = watch.remaining().map_or(call.attempt_time(), |left| left.min(call.attempt_time()));
    let (outer, inner) = (watch.within(limit), watch.within(limit - GRACE.min(limit / 8)));
    let (work, place) = (work.clone(), slot.place());
    let task = Task::start("pampax-seam", move || {
        // The slot is taken until the work ends, whether or not somebody still waits for it.
        let _slot = slot;
        work(&inner)
    });
    let started_ns = call.host.clock.monotonic_ns();
    let waited = task.map_err(Failure::Refused)?.wait(&outer);
    let took_ms = call.host.clock.monotonic_ns().saturating_sub(started_ns) as f64 / 1e6;
    call.watch.observer().observe(Metric::SeamLatencyMs, took_ms, &[("seam", call.seam.name())]);
    let answer = match waited {
        Waited::Done(Ok(Ok(answer))) => Ok(answer),
        // What a cancelled call came to says nothing of the seam.
        waited if outer.is_cancelled() => {
            if !matches!(waited, Waited::Done(_)) {
                call.host.line(call.seam).abandon(&place);
            }
            Err((Failure::Cancelled, Finding::Nothing))
        }
        Waited::Done(Ok(Err(error))) => Err(failure(&error)),
        Waited::Done(Err(panic)) => Err((Failure::Final(format!("it panicked: {panic}")), Finding::Fails)),
        Waited::Cancelled | Waited::Over => {
            call.host.line(call.seam).abandon(&place);
            let why = format!("it gave no answer within {} ms", limit.as_millis());
            Err((Failure::Final(why), Finding::Fails))
        }
    };
    let finding = answer.as_ref().map_or_else(|(_, finding)| *finding, |_| Finding::Works);
    call.settle(trial, finding, answer.as_ref().err().map(|(failure, _)| failure));
    answer.map_err(|(failure, _)| failure)
}

/// What an error of a seam means for this call and for the breaker.
fn failure(error: &BoxError) -> (Failure, Finding) {
    let why = error.to_string();
    match error.downcast_ref::<RemoteError>() {
        Some(remote) if remote.is_retried() => {
            (Failure::Passing { why, retry_after: remote.retry_after }, Finding::Fails)
        }
        Some(remote) if remote.is_of_one_request() => (Failure::Final(why), Finding::Nothing),
        _ => (Failure::Final(why), Finding::Fails),
    }
}

/// Waits until the seam may be called.
fn admit(call: &Call<'_>, watch: &Watch) -> Result<(Slot, Trial), Failure> {
    let (line, policy) = (call.host.line(call.seam), &call.host.remote);
    let allowed = watch.remaining().unwrap_or(Duration::MAX);
    let waited = parallel::wait(watch, |slice| match line.enter(policy, call.host.clock.monotonic_ns()) {
        Err(Refusal::Full) => {
            line.wait_for_room(slice);
            None
        }
        entered => Some(entered),
    });
    match waited {
        Waited::Done(Ok((slot, trial))) => {
            if trial.is_first {
                call.count_change(BreakerState::HalfOpen);
            }
            Ok((slot, trial))
        }
        Waited::Done(Err(refusal)) => {
            call.count_refused(if refusal == Refusal::Stuck { "too_many" } else { "breaker_open" });
            Err(Failure::Refused(refusal.to_string()))
        }
        Waited::Cancelled => Err(Failure::Cancelled),
        Waited::Over => {
            call.count_refused("too_many");
            Err(Failure::Refused(format!("no call slot within {} ms", allowed.as_millis())))
        }
    }
}

impl Call<'_> {
    /// The longest that one attempt may take.
    fn attempt_time(&self) -> Duration {
        Duration::from_millis(match self.urgency {
            Urgency::Question => self.host.remote.timeout_ms,
            Urgency::Batch => self.host.remote.batch_timeout_ms,
        })
    }

    /// The longest that all attempts and the pauses between them may take.
    fn time(&self) -> Duration {
        match (self.urgency, self.watch.remaining()) {
            (Urgency::Question, Some(left)) => left / 2,
            (Urgency::Question, None) => self.attempt_time(),
            (Urgency::Batch, Some(left)) => left,
            (Urgency::Batch, None) => self.attempt_time().saturating_mul(self.host.remote.retries.saturating_add(1)),
        }
    }

    fn state(&self) -> BreakerState {
        self.host.remote_state(self.seam)
    }

    /// Tells the breaker what an attempt came to, and the observer both.
    fn settle(&self, trial: Trial, finding: Finding, failure: Option<&Failure>) {
        let (seam, observer) = (self.seam.name(), self.watch.observer());
        let changed = trial.settle(&self.host.remote, finding, self.host.clock.monotonic_ns());
        match failure {
            Some(Failure::Final(_) | Failure::Passing { .. }) => {
                observer.count(Metric::SeamFailuresTotal, 1, &[("seam", seam)]);
            }
            Some(Failure::Cancelled | Failure::Refused(_)) | None => {}
        }
        observer.gauge(Metric::CircuitBreakerState, self.state().number().into(), &[("seam", seam)]);
        match (changed, failure) {
            (Some(BreakerState::Open), Some(Failure::Final(why) | Failure::Passing { why, .. })) => {
                let open_ms = Value::from(self.host.remote.breaker_open_ms);
                let fields = [("seam", seam.into()), ("why", why.as_str().into()), ("open_ms", open_ms)];
                observer.log(Event::RemoteOpenBreaker, "a seam failed too often and is left alone", &fields);
            }
            (Some(BreakerState::Closed), _) => {
                observer.log(Event::RemoteCloseBreaker, "a seam works again", &[("seam", seam.into())]);
            }
            _ => {}
        }
        changed.into_iter().for_each(|state| self.count_change(state));
    }

    fn count_change(&self, state: BreakerState) {
        let labels = [("seam", self.seam.name()), ("state", state.name())];
        self.watch.observer().count(Metric::CircuitBreakerChangesTotal, 1, &labels);
    }

    /// Counts a call that is not made.
    fn count_refused(&self, reason: &str) {
        let labels = [("reason", reason), ("seam", self.seam.name())];
        self.watch.observer().count(Metric::RemoteRefusedTotal, 1, &labels);
    }

    fn tell_retry(&self, why: &str, (retry, pause): (u32, Duration)) {
        let (seam, observer) = (self.seam.name(), self.watch.observer());
        observer.count(Metric::RemoteRetriesTotal, 1, &[("seam", seam)]);
        let pause_ms = Value::from(pause.as_millis() as u64);
        let fields =
            [("seam", seam.into()), ("retry", u64::from(retry).into()), ("pause_ms", pause_ms), ("why", why.into())];
        observer.log(Event::RemoteRetry, "a call of a seam failed and is made again", &fields);
    }
}
