//! Why one file is not among the results of a query: the stage that lost it, its rank there, and the way back in.
//!
//! Ranks come from the stages of a search themselves, run with wider bounds.
//!
//! Never here: why a file is not in the index (`walk/explain.rs`).

mod inquiry;
mod near;

use crate::error::{Degradation, Result};
use crate::limits::Limits;
use crate::search::rank::rounded;
use crate::search::{Contribution, Filters, Query, Searcher};
use crate::source::{Generation, RepoPath, named_enum};
use crate::walk::Explanation;
use inquiry::{Fate, Inquiry, Lost, Remedy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

named_enum! {
    /// What became of a file in a search.
    Verdict {
        /// It is among the results.
        Returned = "returned",
        /// It is not in the index.
        NotIndexed = "not_indexed",
        /// The filters of the query refuse it.
        Filtered = "filtered",
        /// Nothing in it answers to the question.
        NotMatched = "not_matched",
        /// It holds no text, so there is nothing of it to return.
        Empty = "empty",
        /// Others answer better, and the results end before it.
        BelowCutOff = "below_cut_off",
    }
}

named_enum! {
    /// A stage of a search, in the order in which they come.
    Stage {
        /// Knowing the file at all.
        Index = "index",
        /// The filters.
        Filter = "filter",
        /// Looking up the words of the question.
        Retrieve = "retrieve",
        /// Choosing the files whose passages are weighed.
        Candidates = "candidates",
        /// Ordering the passages and cutting at the limit.
        Order = "order",
        /// The host's reranker, and cutting at the limit after it.
        Rerank = "rerank",
        /// The results.
        Results = "results",
    }
}

/// Why a file is, or is not, among the results of a query.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Missing {
    /// The path that was asked about.
    pub path: String,
    /// What became of the file.
    pub verdict: Verdict,
    /// The stage that the file reached last.
    pub stage: Stage,
    /// What happened there, as a sentence without a full stop.
    pub detail: String,
    /// The smallest change found that would bring the file in; empty when it is in.
    pub remedy: String,
    /// The place of the file's best passage, or of the file where files are ranked, counted from 1.
    pub rank: Option<usize>,
    /// How many places that stage lets through.
    pub cut_off: Option<usize>,
    /// The score of the file's best passage, where it has one.
    pub score: Option<f64>,
    /// The score of the last hit that was returned, if there is one.
    pub last_score: Option<f64>,
    /// What each signal gave to the file's best passage and to the last hit returned, the largest difference first.
    pub signals: Vec<SignalDifference>,
    /// The paths most like the one asked about, where the index does not hold it.
    pub near: Vec<RepoPath>,
    /// What the tree's rules say of the path, where the index does not hold it and the tree could be asked.
    pub explanation: Option<Explanation>,
    /// What could not be used, and why.
    pub degraded: Vec<Degradation>,
    /// The state of the index that answered.
    pub generation: Generation,
}

/// One signal's part in two scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignalDifference {
    /// The stable name of the signal.
    pub signal: String,
    /// What it gave to the file's best passage.
    pub file: f64,
    /// What it gave to the last hit returned.
    pub last: f64,
    /// The first less the second.
    pub difference: f64,
}

impl Searcher {
    /// Why `path`, relative to the root, is or is not among the results of `query`.
    ///
    /// The verdict is [`Verdict::Returned`] exactly when [`Searcher::search`] returns a hit of the file for the same
    /// query. The limits hold for each search that the answer takes. For a file that is not in the index,
    /// `Index::explain_missing` also tells which rule keeps it out.
    ///
    /// # Errors
    /// Those of [`Searcher::search`]. A path that names no file is a verdict, not an error.
    pub fn explain_missing(&self, query: &Query, path: &str, limits: &Limits) -> Result<Missing> {
        let asked = self.ask(query, &self.host().watch(&self.config().search_limits(limits)))?;
        let file = RepoPath::new(path).ok().and_then(|path| self.shared.corpus.find(&path));
        let Some(file) = file else { return Ok(self.not_indexed(path, asked.degraded)) };
        let inquiry = Inquiry::new(self, asked, limits, file)?;
        let Lost { fate, remedy } = inquiry.lost()?;
        let remedy = match remedy {
            Remedy::Text(text) => text,
            Remedy::Accept(changes, filters) => self.then(&changes, (query, filters), path, limits)?,
        };
        let last = inquiry.last();
        let signals = match (&inquiry.best, last) {
            (Some(best), Some(last)) => {
                differences(&best.signals.contributions(&self.shared.weights), &last.contributions)
            }
            _ => Vec::new(),
        };
        let (score, last_score) = (inquiry.best.as_ref().map(|best| best.score), last.map(|last| last.score));
        let bare = self.bare(path, fate, remedy);
        Ok(Missing { score, last_score, signals, degraded: inquiry.degraded, ..bare })
    }

    /// The remedy of changed filters, with what else it then takes.
    fn then(&self, changes: &str, (query, filters): (&Query, Filters), path: &str, limits: &Limits) -> Result<String> {
        let relaxed = query.clone().with_filters(filters);
        let next = self.explain_missing(&relaxed, path, limits)?;
        Ok(match next.verdict {
            Verdict::Returned => changes.to_owned(),
            _ => format!("{changes}; then {}", next.remedy),
        })
    }

    fn not_indexed(&self, path: &str, degraded: Vec<Degradation>) -> Missing {
        let near = near::near(&self.shared.corpus, path);
        let remedy = match near.first() {
            Some(first) => format!("name a file that is indexed, such as `{first}`, or index this one"),
            None => "index it".to_owned(),
        };
        let detail = format!("generation {} of the index holds no file of this path", self.generation().0);
        let fate = Fate::new(Verdict::NotIndexed, Stage::Index, detail);
        Missing { near, degraded, ..self.bare(path, fate, remedy) }
    }

    fn bare(&self, path: &str, fate: Fate, remedy: String) -> Missing {
        Missing {
            path: path.to_owned(),
            verdict: fate.verdict,
            stage: fate.stage,
            detail: fate.detail,
            remedy,
            rank: fate.rank,
            cut_off: fate.cut_off,
            score: None,
            last_score: None,
            signals: Vec::new(),
            near: Vec::new(),
            explanation: None,
            degraded: Vec::new(),
            generation: self.generation(),
        }
    }
}

/// What each signal gave to two hits, the largest difference first, then by name; equal parts are left out.
fn differences(file: &[Contribution], last: &[Contribution]) -> Vec<SignalDifference> {
    let names: BTreeSet<&str> = file.iter().chain(last).map(|part| part.signal).collect();
    let part = |parts: &[Contribution], signal: &str| {
        parts.iter().find(|part| part.signal == signal).map_or(0.0, |part| part.contribution)
    };
    let difference = |signal: &str| {
        let (file, last) = (part(file, signal), part(last, signal));
        let difference = rounded(file - last);
        SignalDifference { signal: signal.to_owned(), file, last, difference }
    };
    let mut differences: Vec<SignalDifference> = names.into_iter().map(difference).collect();
    differences.retain(|part| part.difference != 0.0);
    differences.sort_by(|left, right| right.difference.abs().total_cmp(&left.difference.abs()));
    differences
}
