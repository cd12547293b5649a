//! What is asked for and what comes back: requests, bundles, their items and the account of what was left out.
//!
//! Never here: how a bundle is made.

use crate::assemble::imprint::Change;
use crate::assemble::receipt::Receipt;
use crate::assemble::render::{Format, Level};
use crate::assemble::session::Session;
use crate::assemble::verify::Replay;
use crate::error::Degradation;
use crate::graph::Resolution;
use crate::search::{Contribution, Filters, Intent};
use crate::source::{ContentHash, EdgeKind, Generation, Language, RepoPath, Role, SpanId, SpanKind, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// The condition that ended the packing.
    StopReason {
        /// Every candidate is in at full level, or as much of their value as the policy asks for.
        Satisfied = "satisfied",
        /// The next piece does not fit.
        BudgetReached = "budget_reached",
        /// Something that was required does not fit, so that nothing optional is in.
        RequiredOverBudget = "required_over_budget",
        /// Everything above the policy's floor is in; what is left out is far less relevant than the best.
        ScoreCliff = "score_cliff",
        /// Search offered nothing more.
        CandidatesExhausted = "candidates_exhausted",
        /// The question matches nothing.
        NoResults = "no_results",
        /// The time was over; what was packed until then is kept.
        Deadline = "deadline",
        /// The next piece does not fit into what is left of the session's budget.
        SessionBudget = "session_budget",
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
    /// The least confidence of a hit that is used, from 0 to 1, so that a question which the tree does not answer gives an
    /// empty bundle. Default: 0.
    pub min_confidence: f64,
    /// What kind of question it is, which chooses the policy. Default: recognised from the question.
    pub intent: Option<Intent>,
    /// Definitions and files that must be in, as [`GraphQuery::symbols`](crate::graph::GraphQuery) names them. They come
    /// before anything optional, at least by their outlines. Default: none.
    pub required: Vec<String>,
    /// What was sent before; see [`Session`]. Default: none.
    pub session: Option<Session>,
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
            min_confidence: 0.0,
            intent: None,
            required: Vec::new(),
            session: None,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bundle {
    /// The question as asked.
    pub query: String,
    /// The rendered text: what goes to the model.
    pub text: String,
    /// The tokens of `text` by `tokenizer`; never more than `budget`.
    pub tokens: usize,
    /// The budget: as asked, or what the session has left when that is less.
    pub budget: usize,
    /// The tokenizer that counted.
    pub tokenizer: String,
    /// The probability, from 0 to 1, that the files in the text are all that the answer needs.
    pub confidence: f64,
    /// What is in the text, in its order.
    pub items: Vec<Item>,
    /// What was considered and left out, best first.
    pub dropped: Vec<Dropped>,
    /// The one condition that ended the packing.
    pub stop: Stop,
    /// What kind of question it was taken for, which chose the policy.
    pub intent: Intent,
    /// What decided that.
    pub why_intent: String,
    /// How good the choice is, and what more budget would buy.
    pub packing: PackingReport,
    /// What could not be used, and why.
    pub degraded: Vec<Degradation>,
    /// The state of the index that answered.
    pub generation: Generation,
    /// What the session sent before and what now reads differently or is gone; each is told once.
    pub stale: Vec<Change>,
    /// What the session sent before and what now stands at other lines, word for word.
    pub moved: Vec<Change>,
    /// The state of the session after this bundle; `None` outside of a session.
    pub session: Option<Session>,
    /// What the bundle was made from, for `Assembler::verify` and `Assembler::replay`.
    pub receipt: Receipt,
    /// How the text compares with that of the receipt; `None` for what is no replay.
    pub replay: Option<Replay>,
}

/// How good the choice of pieces and levels is under the model that packing maximises: the sum over files of their
/// relevance, with diminishing returns for further pieces of one file and for detail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PackingReport {
    /// The value of what was chosen.
    pub value: f64,
    /// No choice within the budget has a value above this.
    pub bound: f64,
    /// `value / bound`: how much of the best possible was reached at least, from 0 to 1.
    pub reached: f64,
    /// The value of every candidate in full.
    pub everything: f64,
    /// What more budget would buy, in the order of [`PackingReport::MORE`].
    pub more: Vec<Purchase>,
}

impl PackingReport {
    /// How many more tokens the purchases are for.
    pub const MORE: &'static [usize] = &[500, 2_000];
}

/// What more budget would buy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Purchase {
    /// Tokens beside the budget.
    pub tokens: usize,
    /// The value that would be added.
    pub value: f64,
    /// What would be in or shown in more detail, at most five.
    pub pieces: Vec<PurchasedPiece>,
}

/// One piece that more budget would buy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PurchasedPiece {
    /// The file.
    pub path: RepoPath,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// The level it would have.
    pub level: Level,
    /// The level it has now; `None` when it is not in.
    pub instead_of: Option<Level>,
}

/// Why packing ended and what a caller can do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The level at which the session sent it before; this is the upgrade.
    pub replaces: Option<Level>,
    /// The tokens this piece adds to the text.
    pub tokens: usize,
    /// What made it a candidate.
    pub origin: Origin,
    /// How relevant it was taken to be for the packing: above 0, and 1 for the best.
    pub relevance: f64,
    /// The score search gave it; 0 for what search did not find by itself.
    pub score: f64,
    /// Every signal that made up the score.
    pub contributions: Vec<Contribution>,
    /// The edges of the code graph that lead to it from other pieces.
    pub edges: Vec<WalkedEdge>,
    /// The hash of the file it was taken from.
    pub content_hash: ContentHash,
}

named_enum! {
    /// What made a piece a candidate.
    Origin {
        /// The request names it.
        Required = "required",
        /// The question names it by a place in a file, as a stack trace does.
        Place = "place",
        /// Search found it.
        Search = "search",
        /// The code graph leads to it from what search found.
        Graph = "graph",
        /// It tests what search found.
        Test = "test",
    }
}

impl Origin {
    pub(crate) fn is_required(self) -> bool {
        self == Origin::Required
    }

    pub(crate) fn is_of_graph(self) -> bool {
        matches!(self, Origin::Graph | Origin::Test)
    }
}

/// One edge of the code graph that leads to a piece.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WalkedEdge {
    /// How the places refer to each other.
    pub kind: EdgeKind,
    /// Whether the piece is what is referred to or what refers.
    pub direction: EdgeDirection,
    /// The file at the other end.
    pub path: RepoPath,
    /// The definition at the other end; `None` for the file itself.
    pub symbol: Option<String>,
    /// The line of the mention, in the file that refers.
    pub line: u32,
    /// How the edge was found.
    pub resolution: Resolution,
    /// How sure the edge is, from 0 to 1.
    pub confidence: f64,
}

named_enum! {
    /// Which end of an edge a piece is.
    EdgeDirection {
        /// The piece is referred to, such as a function that is called.
        To = "to",
        /// The piece refers, such as a function that calls.
        From = "from",
    }
}

/// One candidate that is not in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dropped {
    /// The file.
    pub path: RepoPath,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// The qualified name of the definition it is or lies in.
    pub symbol: Option<String>,
    /// What made it a candidate.
    pub origin: Origin,
    /// The score search gave it; 0 for what search did not find by itself.
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
        /// The session sent it before, at this level or a higher one, and it still reads the same.
        AlreadySent = "already_sent",
        /// The call ended before it was considered.
        NotReached = "not_reached",
        /// Its role has used up the share of the budget that the policy gives it.
        OverQuota = "over_quota",
        /// It is far less relevant than the best.
        BelowFloor = "below_floor",
        /// Something that was required does not fit, and nothing optional is taken then.
        RequiredFirst = "required_first",
        /// The policy's goal was reached without it.
        NotNeeded = "not_needed",
    }
}
