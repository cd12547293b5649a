//! The threads of one environment of Node.
//!
//! Never here: promises.

use super::Place;
use napi::Env;
use napi_derive::napi;
use pampax_core::CancelToken;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The most calls that run at once, beside those with a thread of their own; further ones wait.
const MAX_THREADS: usize = 16;

/// How long a thread without work stays.
const IDLE: Duration = Duration::from_secs(10);

/// The stack of a thread: what the engine calls may recurse.
const STACK_BYTES: usize = 8 << 20;

/// Whether a job is done.
pub enum Fate {
    /// It is.
    Run,
    /// It was cancelled before its turn.
    Cancelled,
    /// There is no thread for it, for this reason.
    NoThread(String),
}

/// A call with all that it needs.
pub struct Job {
    token: CancelToken,
    work: Box<dyn FnOnce(Fate) + Send>,
}

impl Job {
    /// A job that `token` takes back.
    pub fn new(token: CancelToken, work: impl FnOnce(Fate) + Send + 'static) -> Job {
        Job { token, work: Box::new(work) }
    }
}

/// The threads of one environment: the main thread's, or a worker's. They end with it.
#[napi]
pub struct Runtime {
    shared: Arc<Shared>,
}

#[napi]
impl Runtime {
    /// The threads of this environment. None is started yet.
    #[napi(constructor)]
    pub fn new(env: &Env) -> napi::Result<Runtime> {
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new() });
        env.add_env_cleanup_hook(shared.clone(), |shared| shared.close())?;
        Ok(Runtime { shared })
    }

    /// How many calls run or wait, for tests.
    #[napi(getter)]
    pub fn open_calls(&self) -> u32 {
        let state = self.shared.lock();
        u32::try_from(state.queue.len() + state.running.len()).unwrap_or(u32::MAX)
    }
}

impl Runtime {
    /// The part that outlives the environment while calls run.
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

/// What the threads of an environment share.
pub struct Shared {
    state: Mutex<State>,
    /// Signalled when there is work, or no more of it.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: usize,
    idle: usize,
    /// The tokens of the calls that run.
    running: BTreeMap<u64, CancelToken>,
    next_number: u64,
    is_closed: bool,
    sweep: Sweep,
}

/// Whether somebody looks for calls that were cancelled while they waited.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Sweep {
    #[default]
    None,
    Running,
    /// And has to look again.
    Again,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `job` done at `place`.
    pub fn start(self: &Arc<Self>, job: Job, place: Place) {
        match place {
            Place::Own => self.start_own(job),
            Place::Pool => self.enqueue(job),
        }
    }

    /// Drops `held` on a thread of the pool.
    pub fn let_go<T: Send + 'static>(self: &Arc<Self>, held: T) {
        self.enqueue(Job::new(CancelToken::new(), move |_| drop(held)));
    }

    /// Has the calls settled that were cancelled while they waited: once for all that are cancelled at a time, and not on
    /// the thread of the event loop.
    pub fn drop_cancelled(self: &Arc<Self>) {
        let mut state = self.lock();
        if state.queue.is_empty() || state.is_closed {
            return;
        }
        if state.sweep != Sweep::None {
            state.sweep = Sweep::Again;
            return;
        }
        state.sweep = Sweep::Running;
        drop(state);
        let shared = self.clone();
        if thread("pampax-node-sweep").spawn(move || shared.sweep()).is_err() {
            self.sweep();
        }
    }

    fn sweep(&self) {
        loop {
            let mut state = self.lock();
            let queue = std::mem::take(&mut state.queue);
            let (cancelled, waiting): (VecDeque<Job>, VecDeque<Job>) =
                queue.into_iter().partition(|job| job.token.is_cancelled());
            state.queue = waiting;
            drop(state);
            for job in cancelled {
                // What is left of a panic is a promise of an environment that is gone.
                drop(catch_unwind(AssertUnwindSafe(|| (job.work)(Fate::Cancelled))));
            }
            let mut state = self.lock();
            match state.sweep {
                Sweep::Again => state.sweep = Sweep::Running,
                _ => {
                    state.sweep = Sweep::None;
                    return;
                }
            }
        }
    }

    /// Ends everything: nobody is left to tell.
    fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.running.values().for_each(CancelToken::cancel);
        let unheard: Vec<Job> = state.queue.drain(..).collect();
        drop(state);
        self.changed.notify_all();
        drop(unheard);
    }

    fn start_own(self: &Arc<Self>, job: Job) {
        let (shared, slot) = (self.clone(), Arc::new(Mutex::new(Some(job))));
        let theirs = slot.clone();
        let started = thread("pampax-node-own").spawn(move || {
            let job = take(&theirs);
            job.into_iter().for_each(|job| shared.work(job));
        });
        if let Err(error) = started {
            take(&slot).into_iter().for_each(|job| (job.work)(Fate::NoThread(error.to_string())));
        }
    }

    fn enqueue(self: &Arc<Self>, job: Job) {
        let mut state = self.lock();
        if state.is_closed {
            return;
        }
        state.queue.push_back(job);
        let wants_thread = state.idle < state.queue.len() && state.threads < MAX_THREADS;
        if wants_thread {
            state.threads += 1;
        }
        drop(state);
        self.changed.notify_one();
        if wants_thread {
            self.add_thread();
        }
    }

    fn add_thread(self: &Arc<Self>) {
        let shared = self.clone();
        let Err(error) = thread("pampax-node").spawn(move || shared.serve()) else { return };
        let mut state = self.lock();
        state.threads -= 1;
        // Where there are other threads, they take the job.
        let stranded = if state.threads == 0 { state.queue.drain(..).collect() } else { Vec::new() };
        drop(state);
        stranded.into_iter().for_each(|job| (job.work)(Fate::NoThread(error.to_string())));
    }

    /// The body of a thread.
    fn serve(&self) {
        while let Some(job) = self.next() {
            self.work(job);
        }
    }

    /// The next job, or `None` when the thread is not needed any more.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                return Some(job);
            }
            if state.is_closed {
                state.threads -= 1;
                return None;
            }
            state.idle += 1;
            let (woken, waited) = self.changed.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            if waited.timed_out() && state.queue.is_empty() {
                state.threads -= 1;
                return None;
            }
        }
    }

    fn work(&self, job: Job) {
        let number = self.note(&job.token);
        // The work's own panics are settled with it. What is left is a promise of an environment that is gone.
        drop(catch_unwind(AssertUnwindSafe(|| (job.work)(Fate::Run))));
        self.lock().running.remove(&number);
    }

    /// Notes that a call runs, so that the end of the environment ends it.
    fn note(&self, token: &CancelToken) -> u64 {
        let mut state = self.lock();
        if state.is_closed {
            token.cancel();
        }
        let number = state.next_number;
        state.next_number += 1;
        state.running.insert(number, token.clone());
        number
    }
}

fn take(slot: &Mutex<Option<Job>>) -> Option<Job> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn thread(name: &str) -> std::thread::Builder {
    std::thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES)
}
