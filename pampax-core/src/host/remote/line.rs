//! The way to one seam: whether calls go through (the circuit breaker), and how many at once.
//!
//! Never here: the time, which comes in as a number.

use super::{BreakerState, RemotePolicy};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What all clones of a host know of one seam.
#[derive(Debug, Default)]
pub(crate) struct Line {
    state: Mutex<State>,
    /// Signalled when a call ends.
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    /// How many phases there were: what a call of an earlier one came to says nothing of this one.
    epoch: u64,
    in_flight: u32,
    /// How many of those nobody waits for any more.
    abandoned: u32,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Closed { failures: u32 },
    Open { until_ns: u64, failures: u32 },
    HalfOpen { successes: u32, trying: u32, failures: u32 },
}

impl Default for Phase {
    fn default() -> Phase {
        Phase::Closed { failures: 0 }
    }
}

/// Why a call does not go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The breaker is open.
    Open { left: Duration, failures: u32 },
    /// The breaker is half open and as many calls as it lets through are under way.
    Trying,
    /// As many calls as may run at once are under way.
    Full,
    /// The same, and nobody waits for any of them any more: to wait for one to end is to wait for nothing.
    Stuck,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Open { left, failures } => {
                let unit = if *failures == 1 { "failure" } else { "failures" };
                write!(formatter, "the circuit breaker is open for another {} after {failures} {unit}", Rounded(*left))
            }
            Refusal::Trying => {
                formatter.write_str("the circuit breaker is half open and its trial call is still under way")
            }
            Refusal::Full => formatter.write_str("as many calls as may run at once are under way"),
            Refusal::Stuck => formatter.write_str("every call slot is held by a call that gave no answer in its time"),
        }
    }
}

/// A time in seconds, or in milliseconds below one second, rounded up.
pub(crate) struct Rounded(pub Duration);

impl fmt::Display for Rounded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_micros().div_ceil(1_000) {
            milliseconds @ 0..1_000 => write!(formatter, "{milliseconds} ms"),
            milliseconds => write!(formatter, "{} s", milliseconds.div_ceil(1_000)),
        }
    }
}

/// What a call says of its seam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It works.
    Works,
    /// It does not.
    Fails,
    /// Nothing: the call was cancelled, or its own content was wrong.
    Nothing,
}

/// One call that is let through: its place among those at once, which lasts until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    line: Arc<Line>,
    place: Arc<SlotPlace>,
}

/// What is known of a slot by whom waits for its call. Only changed while its line is locked.
#[derive(Debug, Default)]
pub(crate) struct SlotPlace {
    has_ended: AtomicBool,
    is_abandoned: AtomicBool,
}

impl Slot {
    /// The place of the slot, for [`Line::abandon`].
    pub(crate) fn place(&self) -> Arc<SlotPlace> {
        self.place.clone()
    }
}

/// The breaker's interest in one call. Dropped without a finding, it says nothing.
#[derive(Debug)]
pub(crate) struct Trial {
    line: Arc<Line>,
    epoch: u64,
    /// Whether the breaker became half open for it.
    pub is_first: bool,
    is_settled: bool,
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state of the breaker at `now_ns`.
    pub(crate) fn state(&self, now_ns: u64) -> BreakerState {
        match self.lock().phase {
            Phase::Closed { .. } => BreakerState::Closed,
            Phase::Open { until_ns, .. } if now_ns < until_ns => BreakerState::Open,
            // The next call is let through to try.
            Phase::Open { .. } | Phase::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Lets a call through.
    ///
    /// # Errors
    /// Why it does not go through now.
    pub(crate) fn enter(self: &Arc<Line>, policy: &RemotePolicy, now_ns: u64) -> Result<(Slot, Trial), Refusal> {
        let mut state = self.lock();
        let mut is_first = false;
        if let Phase::Open { until_ns, failures } = state.phase {
            if now_ns < until_ns {
                return Err(Refusal::Open { left: Duration::from_nanos(until_ns - now_ns), failures });
            }
            is_first = true;
        }
        if policy.max_concurrent > 0 && state.in_flight >= policy.max_concurrent {
            return Err(if state.abandoned >= state.in_flight { Refusal::Stuck } else { Refusal::Full });
        }
        if let (Phase::Open { failures, .. }, true) = (state.phase, is_first) {
            state.change(Phase::HalfOpen { successes: 0, trying: 0, failures });
        }
        if let Phase::HalfOpen { trying, .. } = &mut state.phase {
            if *trying >= policy.half_open_calls.max(1) {
                return Err(Refusal::Trying);
            }
            *trying += 1;
        }
        state.in_flight += 1;
        let slot = Slot { line: self.clone(), place: Arc::default() };
        Ok((slot, Trial { line: self.clone(), epoch: state.epoch, is_first, is_settled: false }))
    }

    /// Nobody waits for the call at `place` any more.
    pub(crate) fn abandon(&self, place: &SlotPlace) {
        let mut state = self.lock();
        if !place.has_ended.load(Ordering::Relaxed) && !place.is_abandoned.swap(true, Ordering::Relaxed) {
            state.abandoned += 1;
        }
    }

    /// Waits until a call ends, for at most `time`.
    pub(crate) fn wait_for_room(&self, time: Duration) {
        // Who waits looks again, whatever woke it.
        drop(self.freed.wait_timeout(self.lock(), time));
    }
}

impl State {
    fn change(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
    }

    fn settle(&mut self, policy: &RemotePolicy, finding: Finding, now_ns: u64) {
        let open = |failures| {
            let open_ns = policy.breaker_open_ms.saturating_mul(1_000_000);
            Phase::Open { until_ns: now_ns.saturating_add(open_ns), failures }
        };
        match (&mut self.phase, finding) {
            (Phase::Closed { failures }, Finding::Works) => *failures = 0,
            (Phase::Closed { failures }, Finding::Fails) => {
                *failures = failures.saturating_add(1);
                if policy.breaker_failures > 0 && *failures >= policy.breaker_failures {
                    let phase = open(*failures);
                    self.change(phase);
                }
            }
            (Phase::HalfOpen { successes, trying, .. }, Finding::Works) => {
                *successes += 1;
                *trying = trying.saturating_sub(1);
                if *successes >= policy.breaker_successes {
                    self.change(Phase::default());
                }
            }
            (Phase::HalfOpen { failures, .. }, Finding::Fails) => {
                let phase = open(failures.saturating_add(1));
                self.change(phase);
            }
            (Phase::HalfOpen { trying, .. }, Finding::Nothing) => *trying = trying.saturating_sub(1),
            (Phase::Closed { .. }, Finding::Nothing) | (Phase::Open { .. }, _) => {}
        }
    }
}

impl Trial {
    /// Tells the breaker what the call came to; the state afterwards, if that changed it.
    pub(crate) fn settle(mut self, policy: &RemotePolicy, finding: Finding, now_ns: u64) -> Option<BreakerState> {
        self.is_settled = true;
        let mut state = self.line.lock();
        if state.epoch != self.epoch {
            return None;
        }
        state.settle(policy, finding, now_ns);
        let is_changed = state.epoch != self.epoch;
        drop(state);
        is_changed.then(|| self.line.state(now_ns))
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let mut state = self.line.lock();
        if !self.is_settled && state.epoch == self.epoch {
            state.settle(&RemotePolicy::default(), Finding::Nothing, 0);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.line.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        self.place.has_ended.store(true, Ordering::Relaxed);
        state.abandoned -= u32::from(self.place.is_abandoned.load(Ordering::Relaxed)).min(state.abandoned);
        drop(state);
        self.line.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_of_calls_that_nobody_waits_for_are_not_waited_for() {
        let policy = RemotePolicy { max_concurrent: 2, ..RemotePolicy::default() };
        let line = Arc::new(Line::default());
        let slots = [0, 1].map(|_| line.enter(&policy, 5).unwrap().0);
        assert_eq!(line.enter(&policy, 5).unwrap_err(), Refusal::Full);
        line.abandon(&slots[0].place());
        line.abandon(&slots[0].place());
        assert_eq!(line.enter(&policy, 5).unwrap_err(), Refusal::Full);
        line.abandon(&slots[1].place());
        assert_eq!(line.enter(&policy, 5).unwrap_err(), Refusal::Stuck);
        let [first, second] = slots;
        let place = first.place();
        drop(first);
        line.abandon(&place);
        let third = line.enter(&policy, 5).unwrap().0;
        assert_eq!(line.enter(&policy, 5).unwrap_err(), Refusal::Full);
        drop((second, third));
        assert_eq!(line.lock().abandoned, 0);
    }

    /// What happens to a line, and what is expected then.
    enum Step {
        Call(Finding),
        Pass(Duration),
        Refused(Refusal),
    }

    use BreakerState::{Closed, HalfOpen, Open};
    use Finding::{Fails, Nothing, Works};
    use Step::{Call, Pass, Refused};

    fn policy() -> RemotePolicy {
        RemotePolicy { breaker_failures: 2, breaker_open_ms: 60_000, ..RemotePolicy::default() }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[track_caller]
    fn check(policy: &RemotePolicy, steps: &[(Step, BreakerState)]) {
        let line = Arc::new(Line::default());
        let mut now_ns = 5;
        for (number, (step, expected)) in steps.iter().enumerate() {
            match step {
                Pass(time) => now_ns += time.as_nanos() as u64,
                Refused(expected) => assert_eq!(line.enter(policy, now_ns).unwrap_err(), *expected, "step {number}"),
                Call(finding) => {
                    let before = line.state(now_ns);
                    let (_slot, trial) = line.enter(policy, now_ns).unwrap();
                    let after = trial.settle(policy, *finding, now_ns);
                    assert_eq!(after, (before != line.state(now_ns)).then(|| line.state(now_ns)), "step {number}");
                }
            }
            assert_eq!(line.state(now_ns), *expected, "step {number}");
        }
    }

    #[test]
    fn failures_in_a_row_open_the_breaker_and_successes_close_it() {
        let open = |left, failures| Refused(Refusal::Open { left: seconds(left), failures });
        check(
            &policy(),
            &[
                (Call(Fails), Closed),
                (Call(Works), Closed),
                (Call(Fails), Closed),
                (Call(Nothing), Closed),
                (Call(Fails), Open),
                (open(60, 2), Open),
                (Pass(seconds(19)), Open),
                (open(41, 2), Open),
                (Pass(seconds(41)), HalfOpen),
                (Call(Nothing), HalfOpen),
                (Call(Works), HalfOpen),
                (Call(Fails), Open),
                (open(60, 3), Open),
                (Pass(seconds(3_600)), HalfOpen),
                (Call(Works), HalfOpen),
                (Call(Works), Closed),
                (Call(Fails), Closed),
            ],
        );
    }

    #[test]
    fn a_breaker_of_no_failures_never_opens() {
        let policy = RemotePolicy { breaker_failures: 0, ..policy() };
        check(&policy, &[(Call(Fails), Closed), (Call(Fails), Closed), (Call(Fails), Closed)]);
    }

    #[test]
    fn a_half_open_breaker_lets_few_calls_through() {
        let line = Arc::new(Line::default());
        let policy = RemotePolicy { breaker_failures: 1, half_open_calls: 2, ..policy() };
        line.enter(&policy, 0).unwrap().1.settle(&policy, Fails, 0);
        let now_ns = seconds(61).as_nanos() as u64;
        let (first, second) = (line.enter(&policy, now_ns).unwrap(), line.enter(&policy, now_ns).unwrap());
        assert_eq!(line.enter(&policy, now_ns).unwrap_err(), Refusal::Trying);
        drop(first);
        let third = line.enter(&policy, now_ns).unwrap();
        assert_eq!(second.1.settle(&policy, Fails, now_ns), Some(Open));
        assert_eq!(third.1.settle(&policy, Works, now_ns), None, "a call of an earlier phase says nothing");
        assert_eq!(line.state(now_ns), Open);
    }

    #[test]
    fn a_slot_is_free_again_when_its_call_ends() {
        let line = Arc::new(Line::default());
        let policy = RemotePolicy { max_concurrent: 1, ..policy() };
        let (slot, trial) = line.enter(&policy, 0).unwrap();
        trial.settle(&policy, Fails, 0);
        assert_eq!(line.enter(&policy, 0).unwrap_err(), Refusal::Full);
        drop(slot);
        assert!(line.enter(&policy, 0).is_ok());
        let unlimited = RemotePolicy { max_concurrent: 0, ..policy };
        let slots: Vec<_> = (0..100).map(|_| line.enter(&unlimited, 0).unwrap()).collect();
        assert_eq!(slots.len(), 100);
    }

    #[test]
    fn refusals_say_for_how_long() {
        let open = |left, failures| Refusal::Open { left, failures }.to_string();
        assert_eq!(
            open(Duration::from_millis(40_001), 5),
            "the circuit breaker is open for another 41 s after 5 failures"
        );
        assert_eq!(open(Duration::from_micros(1), 1), "the circuit breaker is open for another 1 ms after 1 failure");
    }
}
