//! Answers saved ahead, for programs that ask one question and end.
//!
//! Never here: how they are saved.

use crate::assemble::{Assembler, Policies, Request};
use crate::error::{Error, Result};
use crate::host::log::{Completion, Event};
use crate::host::observe::{End, Observer};
use crate::index::Index;
use crate::limits::{Limits, Watch};
use crate::search::{Query, Searcher};
use crate::source::Generation;
use crate::store::catalog::State;
use crate::store::saved::{Batch, Saved, SavedRow, save};
use serde::Serialize;

/// Why an answer without an error is not saved.
const NOT_KEPT: &str =
    "its answer is not one that is kept: something failed on the way, it is of a session or too large";

/// What is asked ahead.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Warm {
    /// The searches. Default: none.
    pub queries: Vec<Query>,
    /// The bundles; those of a session are not saved. Default: none.
    pub requests: Vec<Request>,
    /// The policies of the bundles. Only an assembler with the same ones finds them. Default: those of the configuration.
    pub policies: Option<Policies>,
}

impl Warm {
    /// These searches.
    pub fn new(queries: Vec<Query>) -> Warm {
        Warm { queries, ..Warm::default() }
    }

    /// This, with bundles.
    pub fn with_requests(mut self, requests: Vec<Request>) -> Warm {
        self.requests = requests;
        self
    }

    /// This, with the policies of the bundles.
    pub fn with_policies(mut self, policies: Policies) -> Warm {
        self.policies = Some(policies);
        self
    }
}

/// What was saved.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WarmReport {
    /// The state of the index that answered.
    pub generation: Generation,
    /// Searches whose answers are saved now.
    pub searches: u64,
    /// Bundles that are saved now.
    pub bundles: u64,
    /// What is not saved, in the order in which it was asked.
    pub not_saved: Vec<NotSaved>,
    /// Saved answers of other states of the index that were dropped.
    pub dropped: u64,
    /// Older saved answers that were dropped because all together take too many bytes.
    pub pushed_out: u64,
    /// Why the file that was there could not be used, where it was made anew.
    pub remade: Option<String>,
    /// Why the call ended before everything was asked: the time was over, or the caller cancelled. What was answered until
    /// then is saved.
    pub stopped: Option<String>,
    /// The time it took, in milliseconds. Not part of the JSON form.
    #[serde(skip)]
    pub elapsed_ms: u64,
}

/// Something that was asked and is not saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotSaved {
    /// The question.
    pub query: String,
    /// Why, as a sentence without a full stop.
    pub why: String,
}

/// What was computed so far.
#[derive(Default)]
struct Gathered {
    searches: Vec<SavedRow>,
    bundles: Vec<SavedRow>,
    not_saved: Vec<NotSaved>,
    stopped: Option<String>,
}

impl Index {
    /// Asks what `warm` holds and saves the answers in the index folder, where every searcher of the same state finds them,
    /// in any process. Answers of other states are dropped from there. `limits` hold for the whole call.
    ///
    /// # Errors
    /// `INVALID_CONFIG` when `cache.enabled` or `cache.saved` is off, `INVALID_ARGUMENT` when the index was written last by a
    /// program that did not name its states, `INDEX_MISSING` before the first update,
    /// `INDEX_LOCKED` when another program saves at the same time, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`.
    pub fn warm(&self, warm: &Warm, limits: &Limits) -> Result<WarmReport> {
        let watch = self.host.watch(limits);
        watch.observer().operation(Event::CacheWarm, || self.warmed(warm, &watch), told)
    }

    fn warmed(&self, warm: &Warm, watch: &Watch) -> Result<WarmReport> {
        self.check_saving()?;
        let started_ns = self.host.clock.monotonic_ns();
        let searcher = self.searcher()?;
        let Some(state) = searcher.state() else {
            return Err(Error::argument(
                "index",
                "an older program wrote it last; it can be warmed after its next change",
            ));
        };
        let gathered = gather(warm, &searcher, watch)?;
        let rows = [&gathered.searches[..], &gathered.bundles].concat();
        let saved = self.save((&searcher, state), &rows, watch.observer())?;
        Ok(WarmReport {
            generation: searcher.generation(),
            searches: gathered.searches.len() as u64,
            bundles: gathered.bundles.len() as u64,
            not_saved: gathered.not_saved,
            dropped: saved.dropped,
            pushed_out: saved.pushed_out,
            remade: saved.remade,
            stopped: gathered.stopped,
            elapsed_ms: self.host.clock.monotonic_ns().saturating_sub(started_ns) / 1_000_000,
        })
    }

    fn check_saving(&self) -> Result<()> {
        let cache = &self.config.cache;
        let off =
            [("cache.enabled", cache.enabled), ("cache.saved", cache.saved)].into_iter().find(|(_, is_on)| !is_on);
        let reason = "is off, so that saved answers would never be used".to_owned();
        off.map_or(Ok(()), |(key, _)| Err(Error::InvalidConfig { key: key.to_owned(), reason }))
    }

    fn save(&self, (searcher, state): (&Searcher, &State), rows: &[SavedRow], observer: &Observer) -> Result<Saved> {
        let (generation, max_bytes) = (searcher.generation(), self.config.cache.max_bytes);
        self.caches.saved.forget();
        let saved = save(&self.folder, &Batch { state, generation, rows, max_bytes })?;
        self.caches.saved.look_for(state);
        if let Some(why) = &saved.remade {
            let message = "the saved answers could not be used and were made anew";
            observer.log(Event::CacheRemakeSaved, message, &[("why", why.as_str().into())]);
        }
        Ok(saved)
    }
}

/// Answers everything that `warm` holds, until `watch` says to stop.
fn gather(warm: &Warm, searcher: &Searcher, watch: &Watch) -> Result<Gathered> {
    let assembler = Assembler::new(searcher.clone());
    let assembler = match &warm.policies {
        Some(policies) => assembler.with_policies(policies.clone()),
        None => assembler,
    };
    let mut gathered = Gathered::default();
    gathered.searches =
        gathered.rows(&warm.queries, |query| (query.text.as_str(), searcher.saved_form(query, watch)))?;
    gathered.bundles =
        gathered.rows(&warm.requests, |request| (request.query.as_str(), assembler.saved_form(request, watch)))?;
    Ok(gathered)
}

impl Gathered {
    /// What there is to save of each of `asked`.
    fn rows<'a, T>(
        &mut self,
        asked: &'a [T],
        answer: impl Fn(&'a T) -> (&'a str, Result<Option<SavedRow>>),
    ) -> Result<Vec<SavedRow>> {
        let mut rows = Vec::new();
        for one in if self.stopped.is_some() { &[] } else { asked } {
            let (query, row) = answer(one);
            let why = match row {
                Ok(Some(row)) => {
                    rows.push(row);
                    continue;
                }
                Err(error @ (Error::DeadlineExceeded { .. } | Error::Cancelled { .. })) => {
                    self.stopped = Some(error.to_string());
                    break;
                }
                Ok(None) => NOT_KEPT.to_owned(),
                Err(error @ Error::InvalidArgument { .. }) => error.to_string(),
                Err(error) => return Err(error),
            };
            self.not_saved.push(NotSaved { query: query.to_owned(), why });
        }
        Ok(rows)
    }
}

fn told(report: &WarmReport, end: &End<'_>) {
    end.log(Completion::Ok, "answers were saved", || {
        vec![
            ("generation", report.generation.0.into()),
            ("searches", report.searches.into()),
            ("bundles", report.bundles.into()),
            ("not_saved", report.not_saved.len().into()),
            ("dropped", report.dropped.into()),
        ]
    });
}
