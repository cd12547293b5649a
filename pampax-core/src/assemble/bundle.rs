//! What is asked for and what comes back: requests, bundles, their items and the account of what was left out.
//!
//! Never here: how a bundle is made.

use crate::assemble::render::{Format, Level};
use crate::error::Degradation;
use crate::search::{Contribution, Filters};
use crate::source::{Generation, Language, RepoPath, Role, SpanId, SpanKind, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// The condition that ended the packing.
    StopReason {
        /// Every candidate is in at full level.
        Satisfied = "satisfied",
        /// The next piece does not fit.
        BudgetReached = "budget_reached",
        /// Search offered nothing more.
        CandidatesExhausted = "candidates_exhausted",
        /// The question matches nothing.
        NoResults = "no_results",
        /// The time was over; what was packed until then is kept.
        Deadline = "deadline",
        /// The caller cancelled; what was packed until then is kept.
        Cancelled = "cancelled",
    }
}

/// What to assemble.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Request {
    /// The question. Default: empty.
    pub query: String,
    /// The most tokens the rendered text may have, from 50 to 10,000,000. Default: 5,000.
    pub budget: usize,
    /// The tokenizer that counts: a built-in name or the name of the host's counter. Default: `o200k_base`.
    pub tokenizer: String,
    /// How the text is written. Default: Markdown.
    pub format: Format,
    /// The most candidates taken from search, from 1 to 1,000. Default: 50.
    pub candidates: usize,
    /// What may be used. Default: everything.
    pub filters: Filters,
}

impl Default for Request {
    fn default() -> Request {
        Request {
            query: String::new(),
            budget: 5_000,
            tokenizer: "o200k_base".to_owned(),
            format: Format::Markdown,
            candidates: 50,
            filters: Filters::default(),
        }
    }
}

impl Request {
    /// A request for context on `query` within `budget` tokens.
    pub fn new(query: impl Into<String>, budget: usize) -> Request {
        Request { query: query.into(), budget, ..Request::default() }
    }
}

/// The assembled context.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Bundle {
    /// The question as asked.
    pub query: String,
    /// The rendered text: what goes to the model.
    pub text: String,
    /// The tokens of `text` by `tokenizer`; never more than `budget`.
    pub tokens: usize,
    /// The budget as asked.
    pub budget: usize,
    /// The tokenizer that counted.
    pub tokenizer: String,
    /// What is in the text, in its order.
    pub items: Vec<Item>,
    /// What was considered and left out, best first.
    pub dropped: Vec<Dropped>,
    /// The one condition that ended the packing.
    pub stop: Stop,
    /// What could not be used, and why.
    pub degraded: Vec<Degradation>,
    /// The state of the index that answered.
    pub generation: Generation,
}

/// Why packing ended and what a caller can do next.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stop {
    /// The condition that fired.
    pub reason: StopReason,
    /// A sentence for people.
    pub detail: String,
    /// What would bring more, most useful first.
    pub next_steps: Vec<String>,
}

/// One piece of the text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Item {
    /// The file.
    pub path: RepoPath,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// The file's language.
    pub language: Language,
    /// The file's role.
    pub role: Role,
    /// The qualified name of the definition the piece is or lies in.
    pub symbol: Option<String>,
    /// What that definition is.
    pub kind: Option<SpanKind>,
    /// That definition's id, for `expand`.
    pub span_id: Option<SpanId>,
    /// How much of it is shown.
    pub level: Level,
    /// Why it is not shown at a higher level, when it is not full.
    pub why_not_higher: Option<String>,
    /// The tokens this piece adds to the text.
    pub tokens: usize,
    /// The score search gave it.
    pub score: f64,
    /// Every signal that made up the score.
    pub contributions: Vec<Contribution>,
}

/// One candidate that is not in the text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Dropped {
    /// The file.
    pub path: RepoPath,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// The score search gave it.
    pub score: f64,
    /// Why it was left out.
    pub reason: DropReason,
    /// The tokens it would have needed at its lowest level, when that was counted.
    pub tokens: Option<usize>,
}

named_enum! {
    /// Why a candidate was left out.
    DropReason {
        /// It does not fit into what was left of the budget, even at its lowest level.
        OverBudget = "over_budget",
        /// What it shows is already in the text.
        Duplicate = "duplicate",
        /// The call ended before it was considered.
        NotReached = "not_reached",
    }
}
