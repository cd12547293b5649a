//! What a cache promises, with answers that are plain text and a clock that stands still.

#![expect(clippy::disallowed_methods, reason = "tests call from several threads at once")]

use super::*;
use crate::error::{Error, ErrorCode};
use crate::host::Clock;
use crate::limits::{CancelToken, Limits};
use proptest::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Stands still until it is moved.
#[derive(Default)]
struct Still(AtomicU64);

impl Still {
    fn advance(&self, time: Duration) {
        self.0.fetch_add(time.as_nanos() as u64, Ordering::SeqCst);
    }
}

impl Clock for Still {
    fn unix_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst) / 1_000_000
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct Fixture {
    cache: AnswerCache<String>,
    clock: Arc<Still>,
    computed: AtomicUsize,
}

fn fixture(entries: usize, bytes: u64) -> Fixture {
    let saved = Arc::new(SavedAnswers::new("nowhere".into(), false));
    let bounds = Bounds { ttl_ms: 1_000, entries, bytes };
    let cache = AnswerCache::new(CacheName::Search, bounds, |answer: &String| answer.len() as u64, saved);
    Fixture { cache, clock: Arc::default(), computed: AtomicUsize::new(0) }
}

fn label(question: &str) -> Label {
    labelled(question, "state")
}

fn labelled(question: &str, state: &str) -> Label {
    let ground = Ground::new(&state).unwrap();
    Label { key: ground.key(CacheName::Search, &question).unwrap(), state: State::new(state) }
}

impl Fixture {
    fn watch(&self, limits: &Limits) -> Watch {
        Watch::start(limits, Arc::clone(&self.clock) as Arc<dyn Clock>)
    }

    fn ask_with(
        &self,
        label: &Label,
        limits: &Limits,
        work: impl FnOnce() -> Result<(String, Worth)>,
    ) -> Result<String> {
        let compute = || {
            self.computed.fetch_add(1, Ordering::SeqCst);
            work()
        };
        match self.cache.answer(label, &self.watch(limits), compute)? {
            Answer::Computed(answer) => Ok(answer),
            Answer::Kept(kept) => Ok(kept.answer.clone()),
        }
    }

    fn ask(&self, question: &str, answer: &str) -> String {
        self.ask_with(&label(question), &Limits::default(), || Ok((answer.to_owned(), Worth::Keep))).unwrap()
    }

    fn computed(&self) -> usize {
        self.computed.load(Ordering::SeqCst)
    }

    /// How many calls wait for the one that computes the answer to `question`.
    fn followers(&self, question: &str) -> usize {
        self.cache.flights.followers(&label(question).key)
    }

    fn wait_for_followers(&self, question: &str, count: usize) {
        while self.followers(question) < count {
            std::thread::yield_now();
        }
    }
}

#[test]
fn the_second_equal_question_is_a_hit() {
    let fixture = fixture(10, 1_000);
    assert_eq!((fixture.ask("a", "one").as_str(), fixture.ask("a", "other").as_str()), ("one", "one"));
    assert_eq!(fixture.ask("b", "two"), "two");
    let statistics = fixture.cache.statistics();
    assert_eq!((statistics.hits, statistics.misses, statistics.shared, statistics.entries), (1, 2, 0, 2));
    assert_eq!((statistics.bytes, statistics.hit_ratio), (6, 0.333333));
}

#[test]
fn an_answer_is_kept_until_its_time_is_over() {
    let fixture = fixture(10, 1_000);
    fixture.ask("a", "one");
    fixture.clock.advance(Duration::from_millis(999));
    assert_eq!(fixture.ask("a", "two"), "one");
    fixture.clock.advance(Duration::from_millis(1));
    assert_eq!(fixture.ask("a", "three"), "three");
    let statistics = fixture.cache.statistics();
    assert_eq!((statistics.hits, statistics.misses, statistics.expired, statistics.entries), (1, 2, 1, 1));
}

#[test]
fn a_cache_holds_exactly_as_many_answers_as_it_may() {
    for entries in [1, 2, 7, 100, 1_000] {
        let fixture = fixture(entries, 1 << 20);
        for question in 0..entries * 2 {
            fixture.ask(&question.to_string(), "answer");
            assert_eq!(fixture.cache.statistics().entries, entries.min(question + 1) as u64, "{entries}");
        }
        let statistics = fixture.cache.statistics();
        assert_eq!((statistics.evictions, statistics.not_kept), (entries as u64, 0), "{entries}");
    }
}

proptest! {
    #[test]
    fn neither_bound_is_ever_exceeded(
        sizes in prop::collection::vec(0usize..400, 1..80),
        entries in 0usize..20,
        bytes in 0u64..2_000,
    ) {
        let fixture = fixture(entries, bytes);
        for (question, size) in sizes.iter().enumerate() {
            let answer = "x".repeat(*size);
            prop_assert_eq!(fixture.ask(&question.to_string(), &answer), answer);
            let statistics = fixture.cache.statistics();
            prop_assert!(statistics.entries <= entries as u64 && statistics.bytes <= bytes, "{:?}", statistics);
            prop_assert_eq!(statistics.entries + statistics.evictions + statistics.not_kept, question as u64 + 1);
        }
    }
}

#[test]
fn an_answer_that_would_push_out_much_of_the_others_is_not_kept() {
    let fixture = fixture(10, 1_000);
    fixture.ask("a", "small");
    fixture.ask("b", &"x".repeat(251));
    assert_eq!((fixture.ask("a", "other").as_str(), fixture.ask("b", "again").as_str()), ("small", "again"));
    assert_eq!(fixture.cache.statistics().not_kept, 1);
}

#[test]
fn failures_and_answers_that_are_worth_it_once_are_not_kept() {
    let fixture = fixture(10, 1_000);
    let fail = || Err(Error::internal("no"));
    let asked = fixture.ask_with(&label("a"), &Limits::default(), fail);
    assert_eq!(asked.unwrap_err().code(), ErrorCode::Internal);
    let once = || Ok(("half".to_owned(), Worth::Once));
    assert_eq!(fixture.ask_with(&label("a"), &Limits::default(), once).unwrap(), "half");
    assert_eq!(fixture.ask("a", "whole"), "whole");
    let statistics = fixture.cache.statistics();
    assert_eq!((statistics.misses, statistics.not_kept, statistics.entries), (3, 1, 1));
}

#[test]
fn answers_of_states_that_were_left_behind_are_dropped() {
    let fixture = fixture(10, 1_000);
    let ask = |state: &str, answer: &str| {
        let keep = || Ok((answer.to_owned(), Worth::Keep));
        fixture.ask_with(&labelled("a", state), &Limits::default(), keep).unwrap()
    };
    assert_eq!((ask("old", "one"), ask("new", "two")), ("one".to_owned(), "two".to_owned()));
    fixture.cache.keep_only(&State::new("new"));
    assert_eq!((ask("new", "three"), ask("old", "four")), ("two".to_owned(), "four".to_owned()));
    assert_eq!(fixture.cache.statistics().outdated, 1);
    fixture.cache.clear();
    assert_eq!(fixture.cache.statistics().entries, 0);
    assert_eq!(ask("new", "five"), "five");
}

#[test]
fn equal_questions_at_once_are_computed_once() {
    let fixture = fixture(10, 1_000);
    let answers: Vec<String> = std::thread::scope(|scope| {
        let lead = scope.spawn(|| {
            fixture.ask_with(&label("a"), &Limits::default(), || {
                fixture.wait_for_followers("a", 7);
                Ok(("one".to_owned(), Worth::Keep))
            })
        });
        while fixture.computed() == 0 {
            std::thread::yield_now();
        }
        let followers: Vec<_> = (0..7).map(|_| scope.spawn(|| Ok(fixture.ask("a", "other")))).collect();
        followers.into_iter().chain([lead]).map(|call| call.join().unwrap().unwrap()).collect()
    });
    assert_eq!(answers, ["one"; 8]);
    let statistics = fixture.cache.statistics();
    assert_eq!((fixture.computed(), statistics.misses, statistics.shared, statistics.hits), (1, 8, 7, 0));
}

#[test]
fn a_leader_without_an_answer_leaves_the_others_to_themselves() {
    type Ending = fn() -> Result<(String, Worth)>;
    let endings: [Ending; 4] = [
        || Err(Error::internal("the leader failed")),
        || Err(Error::Cancelled { stage: "rank" }),
        || Ok(("half".to_owned(), Worth::Once)),
        || panic!("the leader panicked"),
    ];
    for (number, ending) in endings.into_iter().enumerate() {
        let fixture = fixture(10, 1_000);
        std::thread::scope(|scope| {
            let lead = scope.spawn(|| {
                fixture.ask_with(&label("a"), &Limits::default(), || {
                    fixture.wait_for_followers("a", 3);
                    ending()
                })
            });
            while fixture.computed() == 0 {
                std::thread::yield_now();
            }
            let followers: Vec<_> = (0..3).map(|_| scope.spawn(|| fixture.ask("a", "whole"))).collect();
            for follower in followers {
                assert_eq!(follower.join().unwrap(), "whole", "{number}");
            }
            assert!(!matches!(lead.join(), Ok(Ok(answer)) if answer != "half"), "{number}");
        });
        assert_eq!(fixture.followers("a"), 0);
        assert_eq!(fixture.ask("a", "later"), "whole", "{number}");
    }
}

/// Lets `follow` ask while another call computes; that one ends after `follow` did.
fn beside_a_leader(fixture: &Fixture, follow: impl FnOnce() + Send) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let lead = scope.spawn(|| {
            fixture.ask_with(&label("a"), &Limits::default(), || {
                while !is_over.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
                Ok(("the leader's".to_owned(), Worth::Keep))
            })
        });
        while fixture.computed() == 0 {
            std::thread::yield_now();
        }
        let follower = scope.spawn(follow);
        let followed = follower.join();
        is_over.store(true, Ordering::SeqCst);
        assert_eq!(lead.join().unwrap().unwrap(), "the leader's");
        followed.unwrap();
    });
}

#[test]
fn one_who_waits_can_be_cancelled() {
    let fixture = fixture(10, 1_000);
    beside_a_leader(&fixture, || {
        let token = CancelToken::new();
        let limits = Limits::default().with_cancel(token.clone());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| fixture.ask_with(&label("a"), &limits, || panic!("it does not compute")));
            fixture.wait_for_followers("a", 1);
            token.cancel();
            assert_eq!(waiting.join().unwrap().unwrap_err().code(), ErrorCode::Cancelled);
        });
    });
}

#[test]
fn one_who_waits_computes_alone_when_half_of_its_time_is_over() {
    let fixture = fixture(10, 1_000);
    beside_a_leader(&fixture, || {
        let limits = Limits::default().with_timeout(Duration::from_secs(2));
        std::thread::scope(|scope| {
            let waiting = scope
                .spawn(|| fixture.ask_with(&label("a"), &limits, || Ok(("its own".to_owned(), Worth::Keep))).unwrap());
            fixture.wait_for_followers("a", 1);
            fixture.clock.advance(Duration::from_secs(1));
            assert_eq!(waiting.join().unwrap(), "its own");
        });
    });
}

#[test]
fn a_call_that_is_stopped_already_gets_no_kept_answer_either() {
    let fixture = fixture(10, 1_000);
    fixture.ask("a", "one");
    let token = CancelToken::new();
    token.cancel();
    for (limits, code) in [
        (Limits::default().with_timeout(Duration::ZERO), ErrorCode::DeadlineExceeded),
        (Limits::default().with_cancel(token), ErrorCode::Cancelled),
    ] {
        let asked = fixture.ask_with(&label("a"), &limits, || Ok((String::new(), Worth::Keep)));
        assert_eq!(asked.unwrap_err().code(), code);
    }
}

#[test]
fn a_saved_answer_is_found_once_and_then_kept() {
    let folder = tempfile::tempdir().unwrap();
    let saving = fixture(10, 1_000);
    saving.ask("a", "one");
    let row = saving.cache.saved_form(&label("a").key).unwrap().unwrap();
    assert_eq!(saving.cache.saved_form(&label("b").key).unwrap(), None);
    let state = State::new("state");
    let batch = crate::store::saved::Batch {
        state: &state,
        generation: crate::source::Generation(1),
        rows: &[row],
        max_bytes: 1 << 20,
    };
    crate::store::saved::save(folder.path(), &batch).unwrap();
    let saved = Arc::new(SavedAnswers::new(folder.path().to_path_buf(), true));
    saved.look_for(&state);
    let fixture = Fixture { cache: AnswerCache { saved, ..fixture(10, 1_000).cache }, ..fixture(1, 1) };
    for expected in [(1, 1), (2, 1)] {
        assert_eq!(fixture.ask("a", "other"), "one");
        let statistics = fixture.cache.statistics();
        assert_eq!((statistics.hits, statistics.from_saved), expected);
    }
    assert_eq!((fixture.ask("b", "two").as_str(), fixture.computed()), ("two", 1));
}
