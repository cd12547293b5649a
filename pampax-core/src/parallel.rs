//! The only place that starts threads: a scoped map over many items with results in input order, and tasks that are
//! waited for within a watch.
//!
//! Never here: what the work is.

use crate::error::{Error, Result};
use crate::limits::Watch;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The stack of a worker: grammars and tree walks recurse.
const STACK_BYTES: usize = 8 << 20;

/// The longest that waiting goes on without a look at the watch.
const SLICE: Duration = Duration::from_millis(10);

/// How much is under way at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The number of worker threads; 0 means one for each core.
    pub threads: usize,
    /// The most items that are started and not yet consumed.
    pub items: usize,
    /// The most weight that is started and not yet consumed; one item always goes ahead.
    pub weight: u64,
}

impl Bounds {
    /// The number of worker threads to start for `items` items.
    fn worker_count(&self, items: usize) -> usize {
        let wanted = match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        wanted.min(items).max(1)
    }
}

/// What became of one item: the result, or the message of the panic that its work ended with.
pub(crate) type Outcome<R> = std::result::Result<R, String>;

/// Runs `work` on every item on several threads and gives the outcomes to `consume` in input order, on this thread.
///
/// # Errors
/// The first error of `consume`, after which no new item is started; `INTERNAL` when no thread can be started.
pub(crate) fn ordered_map<T: Sync, R: Send>(
    items: &[(T, u64)],
    bounds: &Bounds,
    work: impl Fn(&T) -> R + Sync,
    mut consume: impl FnMut(&T, Outcome<R>) -> Result<()>,
) -> Result<()> {
    let workers = bounds.worker_count(items.len());
    if workers == 1 && items.len() <= 1 {
        return items.iter().try_for_each(|(item, _)| consume(item, guarded(|| work(item))));
    }
    let queue = Queue::new(items, bounds);
    run_scope(&queue, workers, &|| queue.serve(&work), || {
        for (position, (item, _)) in items.iter().enumerate() {
            consume(item, queue.take(position))?;
        }
        Ok(())
    })
}

/// Runs `work` on every item in place, on several threads; it also gets the item's position.
///
/// # Errors
/// `INTERNAL` when work panics or no thread can be started.
pub(crate) fn each_mut<T: Send>(items: &mut [T], threads: usize, work: impl Fn(usize, &mut T) + Sync) -> Result<()> {
    let items: Vec<_> = items.iter_mut().enumerate().map(|item| (Mutex::new(item), 0)).collect();
    ordered_map(
        &items,
        &Bounds { threads, items: usize::MAX, weight: u64::MAX },
        |item| {
            let mut item = item.lock().unwrap_or_else(PoisonError::into_inner);
            let (position, item) = &mut *item;
            work(*position, item);
        },
        |_, outcome| outcome.map_err(Error::internal),
    )
}

/// Lets this thread wait for `time`.
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Runs `work`; a panic becomes its message.
pub(crate) fn guarded<R>(work: impl FnOnce() -> R) -> Outcome<R> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic without a message".into())
    })
}

/// Work on a thread of its own. Nobody has to wait for it: the thread ends when the work does.
pub(crate) struct Task<R> {
    outcome: Receiver<Outcome<R>>,
}

/// How waiting ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Waited<T> {
    /// With what was waited for.
    Done(T),
    /// The caller cancelled.
    Cancelled,
    /// The time was over.
    Over,
}

impl<R: Send + 'static> Task<R> {
    /// Starts `work` on a thread called `name`.
    ///
    /// # Errors
    /// Why no thread can be started.
    pub(crate) fn start(name: &str, work: impl FnOnce() -> R + Send + 'static) -> Outcome<Task<R>> {
        let (sender, outcome) = std::sync::mpsc::channel();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                // The receiver is gone when nobody waits any more; nobody wants the result then.
                drop(sender.send(guarded(work)));
            })
            .map_err(|error| format!("no thread can be started: {error}"))?;
        Ok(Task { outcome })
    }

    /// Waits for the outcome until `watch` ends.
    pub(crate) fn wait(&self, watch: &Watch) -> Waited<Outcome<R>> {
        wait(watch, |slice| match self.outcome.recv_timeout(slice) {
            Ok(outcome) => Some(outcome),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Err("its thread ended without a result".to_owned())),
        })
    }
}

/// Asks `poll`, which waits for the time it is given, until it has something or `watch` ends. Cancelling is noticed
/// within one [`SLICE`].
///
/// The slices are counted as well, so that a clock that stands still ends the waiting too.
pub(crate) fn wait<T>(watch: &Watch, mut poll: impl FnMut(Duration) -> Option<T>) -> Waited<T> {
    let limit = watch.remaining().unwrap_or(Duration::MAX);
    let mut waited = Duration::ZERO;
    loop {
        if watch.is_cancelled() {
            return Waited::Cancelled;
        }
        let left = limit.saturating_sub(waited).min(watch.remaining().unwrap_or(Duration::MAX));
        let slice = left.min(SLICE);
        match poll(slice) {
            Some(found) => return Waited::Done(found),
            None if slice == left => return Waited::Over,
            None => waited = waited.saturating_add(slice),
        }
    }
}

/// Work that a thread of its own does.
pub(crate) type Job<R> = Box<dyn FnOnce() -> R + Send>;

/// Runs every task on a thread of its own, for at most `timeout`. The outcome of a task that is not done by then is `None`:
/// its thread ends whenever the task does, and its result is dropped.
pub(crate) fn side_by_side<R: Send + 'static>(
    tasks: Vec<Job<R>>,
    timeout: std::time::Duration,
) -> Vec<Option<Outcome<R>>> {
    let count = tasks.len();
    let shared = Arc::new((Mutex::new(BTreeMap::new()), Condvar::new()));
    for (position, task) in tasks.into_iter().enumerate() {
        let theirs = Arc::clone(&shared);
        let deliver = move |outcome| {
            theirs.0.lock().unwrap_or_else(PoisonError::into_inner).insert(position, outcome);
            theirs.1.notify_one();
        };
        let ours = deliver.clone();
        let started = std::thread::Builder::new()
            .name(format!("pampax-side-{position}"))
            .stack_size(STACK_BYTES)
            .spawn(move || deliver(guarded(task)));
        if let Err(error) = started {
            ours(Err(format!("no thread can be started: {error}")));
        }
    }
    let outcomes = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = shared.1.wait_timeout_while(outcomes, timeout, |outcomes| outcomes.len() < count);
    let mut outcomes = waited.unwrap_or_else(PoisonError::into_inner).0;
    (0..count).map(|position| outcomes.remove(&position)).collect()
}

#[expect(clippy::disallowed_methods, reason = "threads are started here and nowhere else")]
fn run_scope<T, R: Send>(
    queue: &Queue<'_, T, R>,
    workers: usize,
    serve: &(impl Fn() + Sync),
    consume: impl FnOnce() -> Result<()>,
) -> Result<()>
where
    T: Sync,
{
    std::thread::scope(|scope| {
        let _stop = StopOnDrop(queue);
        for number in 0..workers {
            let started = std::thread::Builder::new()
                .name(format!("pampax-worker-{number}"))
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, serve);
            match started {
                Ok(_) => {}
                Err(_) if number > 0 => break,
                Err(error) => return Err(Error::internal(format!("cannot start a thread: {error}"))),
            }
        }
        consume()
    })
}

/// Ends the workers when the consumer leaves, however it leaves.
struct StopOnDrop<'a, 'i, T, R>(&'a Queue<'i, T, R>);

impl<T, R> Drop for StopOnDrop<'_, '_, T, R> {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.room.notify_all();
    }
}

struct Queue<'i, T, R> {
    items: &'i [(T, u64)],
    bounds: &'i Bounds,
    state: Mutex<State<R>>,
    /// Signalled when an item may be started.
    room: Condvar,
    /// Signalled when an outcome arrived.
    arrived: Condvar,
}

struct State<R> {
    next: usize,
    in_flight: usize,
    in_flight_weight: u64,
    outcomes: BTreeMap<usize, Outcome<R>>,
    stopped: bool,
}

impl<'i, T, R> Queue<'i, T, R> {
    fn new(items: &'i [(T, u64)], bounds: &'i Bounds) -> Self {
        let state = State { next: 0, in_flight: 0, in_flight_weight: 0, outcomes: BTreeMap::new(), stopped: false };
        Queue { items, bounds, state: Mutex::new(state), room: Condvar::new(), arrived: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The body of a worker.
    fn serve(&self, work: &impl Fn(&T) -> R) {
        while let Some(position) = self.start_next() {
            let outcome = guarded(|| work(&self.items[position].0));
            self.lock().outcomes.insert(position, outcome);
            self.arrived.notify_one();
        }
    }

    /// Waits until an item may be started; `None` when there is nothing left to start.
    fn start_next(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            let position = state.next;
            if state.stopped || position >= self.items.len() {
                return None;
            }
            let weight = self.items[position].1;
            let fits = state.in_flight < self.bounds.items
                && state.in_flight_weight.saturating_add(weight) <= self.bounds.weight;
            if fits || state.in_flight == 0 {
                state.next += 1;
                state.in_flight += 1;
                state.in_flight_weight = state.in_flight_weight.saturating_add(weight);
                return Some(position);
            }
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for the outcome of the item at `position` and makes room for others.
    fn take(&self, position: usize) -> Outcome<R> {
        let mut state = self.lock();
        loop {
            if let Some(outcome) = state.outcomes.remove(&position) {
                state.in_flight -= 1;
                state.in_flight_weight = state.in_flight_weight.saturating_sub(self.items[position].1);
                self.room.notify_all();
                return outcome;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Clock;
    use crate::limits::{CancelToken, Limits};
    use proptest::prelude::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn bounds(threads: usize, items: usize, weight: u64) -> Bounds {
        Bounds { threads, items, weight }
    }

    proptest! {
        #[test]
        fn outcomes_come_in_input_order_and_within_bounds(
            weights in prop::collection::vec(0u64..10, 0..60),
            threads in 1usize..6,
            limit in 1usize..5,
        ) {
            let items: Vec<(usize, u64)> = weights.iter().copied().enumerate().collect();
            let running = AtomicUsize::new(0);
            let mut seen = Vec::new();
            ordered_map(&items, &bounds(threads, limit, 15), |item| {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                assert!(now <= limit.max(1));
                running.fetch_sub(1, Ordering::SeqCst);
                item * 2
            }, |item, outcome| {
                seen.push((*item, outcome));
                Ok(())
            }).unwrap();
            let expected: Vec<_> = (0..items.len()).map(|item| (item, Ok(item * 2))).collect();
            prop_assert_eq!(seen, expected);
        }
    }

    #[test]
    fn items_are_changed_in_place_and_a_panic_is_an_error() {
        for threads in [1, 3] {
            let mut items = vec![1; 100];
            each_mut(&mut items, threads, |position, item| *item += position).unwrap();
            assert_eq!(items, (1..101).collect::<Vec<_>>());
            assert!(each_mut(&mut items, threads, |_, item| assert!(*item != 7)).is_err());
        }
    }

    #[test]
    fn a_panic_is_the_outcome_of_its_item_only() {
        let items: Vec<(u32, u64)> = (0..20).map(|item| (item, 1)).collect();
        let mut failed = Vec::new();
        ordered_map(
            &items,
            &bounds(3, 4, 100),
            |item| assert!(*item != 7, "item seven"),
            |item, outcome| {
                if let Err(message) = outcome {
                    failed.push((*item, message));
                }
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(failed, [(7, "item seven".to_owned())]);
    }

    fn watch(timeout: Duration, token: &CancelToken) -> Watch {
        let limits = Limits::default().with_timeout(timeout).with_cancel(token.clone());
        Watch::start(&limits, Arc::new(StoppedClock))
    }

    /// A clock whose time never passes.
    struct StoppedClock;

    impl Clock for StoppedClock {
        fn unix_ms(&self) -> u64 {
            0
        }

        fn monotonic_ns(&self) -> u64 {
            0
        }
    }

    #[test]
    fn a_task_is_waited_for_until_it_is_done_or_the_watch_ends() {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let done = Task::start("test", || 7).unwrap();
        let panics = Task::start("test", || -> u32 { panic!("no") }).unwrap();
        let hangs = Task::start("test", move || held.recv().map_or(1, |()| 2)).unwrap();
        let token = CancelToken::new();
        assert_eq!(done.wait(&watch(Duration::from_secs(60), &token)), Waited::Done(Ok(7)));
        assert_eq!(panics.wait(&watch(Duration::from_secs(60), &token)), Waited::Done(Err("no".to_owned())));
        assert_eq!(hangs.wait(&watch(Duration::from_millis(30), &token)), Waited::Over);
        assert_eq!(hangs.wait(&watch(Duration::ZERO, &token)), Waited::Over);
        token.cancel();
        assert_eq!(hangs.wait(&watch(Duration::from_secs(3_600), &token)), Waited::Cancelled);
        drop(hold);
        assert_eq!(hangs.wait(&watch(Duration::from_secs(60), &CancelToken::new())), Waited::Done(Ok(1)));
    }

    #[test]
    fn an_error_of_the_consumer_stops_the_workers() {
        let items: Vec<(u32, u64)> = (0..1_000).map(|item| (item, 1)).collect();
        let started = AtomicUsize::new(0);
        let result = ordered_map(
            &items,
            &bounds(2, 4, 100),
            |_| started.fetch_add(1, Ordering::SeqCst),
            |item, _| if *item == 10 { Err(Error::internal("stop")) } else { Ok(()) },
        );
        assert!(result.is_err());
        assert!(started.load(Ordering::SeqCst) <= 16, "{started:?} items were started");
    }
}
