//! The code graph: what calls, imports, extends and mentions what, resolved from the snapshot when it is asked for.
//!
//! Never here: how mentions are found in text (`parse`), what is done with an answer.

pub(crate) mod bindings;
pub mod draw;
pub(crate) mod edges;
mod exact;
mod expressions;
pub(crate) mod family;
mod items;
pub(crate) mod manifest;
mod members;
pub(crate) mod modules;
pub(crate) mod near;
mod overloads;
mod resolve;
mod route;
mod site;
mod starts;
pub(crate) mod tables;
mod tests_of;
pub(crate) mod typing;
pub(crate) mod view;
mod walk;

use crate::error::{Degradation, Result};
use crate::limits::{Limits, Watch};
use crate::search::{Filters, Searcher};
use crate::source::{EdgeKind, Generation, RepoPath, Role, SpanId, SpanKind, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// How what a mention refers to was found, the surest way first.
    Resolution {
        /// Read from an index that a compiler made.
        Exact = "exact",
        /// Defined in the file of the mention, or a member of a type that is known there.
        SameFile = "same-file",
        /// Found by way of an import, a package, or the type of what it is selected from.
        ImportResolved = "import-resolved",
        /// Nothing says so but the name, which is defined once.
        UniqueName = "unique-name",
        /// One of several definitions of the name.
        Ambiguous = "ambiguous",
    }
}

impl Resolution {
    /// What is left of a guess by name alone when the standard library has such a name too.
    pub(crate) const COMMON_NAME: f64 = 0.3;

    /// The confidence of an edge that was found this way. Several targets of one ambiguous mention share it.
    pub fn confidence(self) -> f64 {
        match self {
            Resolution::Exact => 1.0,
            Resolution::SameFile => 0.95,
            Resolution::ImportResolved => 0.9,
            Resolution::UniqueName => 0.6,
            Resolution::Ambiguous => 0.5,
        }
    }
}

named_enum! {
    /// Which edges of a definition are followed.
    Direction {
        /// Edges that lead to it: its callers.
        In = "in",
        /// Edges that lead from it: its callees.
        Out = "out",
        /// All of them.
        Both = "both",
    }
}

/// The confidence below which edges are left out unless a query says otherwise: single guesses pass, shared ones do not.
pub const MIN_CONFIDENCE: f64 = 0.4;

/// The most edges of an answer unless a query says otherwise.
pub const MAX_EDGES: usize = 500;

/// The deepest walk.
pub const MAX_DEPTH: u32 = 10;

/// A question to the graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GraphQuery {
    /// Where to start: `name`, `Type.name` or `Type::name`, `path`, `path:line`, `path#name`, or the 16 digits of a
    /// span id. A name with several definitions starts from all of them. Default: none.
    pub symbols: Vec<String>,
    /// Which edges are followed. Default: out.
    pub direction: Direction,
    /// The kinds of edges that are followed. Default: empty, which means all.
    pub kinds: Vec<EdgeKind>,
    /// How many edges away from a start the walk ends, from 1 to [`MAX_DEPTH`]. Default: 1.
    pub depth: u32,
    /// The least confidence of an edge, from 0 to 1. Default: [`MIN_CONFIDENCE`].
    pub min_confidence: f64,
    /// The most edges of the answer; the ones of highest confidence stay. Default: [`MAX_EDGES`].
    pub limit: usize,
    /// Which files the far ends of edges may lie in. Default: all.
    pub filters: Filters,
}

impl Default for GraphQuery {
    fn default() -> GraphQuery {
        GraphQuery {
            symbols: Vec::new(),
            direction: Direction::Out,
            kinds: Vec::new(),
            depth: 1,
            min_confidence: MIN_CONFIDENCE,
            limit: MAX_EDGES,
            filters: Filters::default(),
        }
    }
}

impl GraphQuery {
    /// A query that starts from one symbol.
    pub fn new(symbol: &str) -> GraphQuery {
        GraphQuery { symbols: vec![symbol.to_owned()], ..GraphQuery::default() }
    }

    /// What calls a symbol.
    pub fn callers(symbol: &str) -> GraphQuery {
        GraphQuery::new(symbol).with_direction(Direction::In).with_kinds(&[EdgeKind::Call])
    }

    /// What a symbol calls.
    pub fn callees(symbol: &str) -> GraphQuery {
        GraphQuery::new(symbol).with_kinds(&[EdgeKind::Call])
    }

    /// Every mention of a symbol: calls, inheritance, and mentions of any other kind.
    pub fn references(symbol: &str) -> GraphQuery {
        let kinds = [EdgeKind::Call, EdgeKind::Inherit, EdgeKind::Implement, EdgeKind::Reference, EdgeKind::ConfigKey];
        GraphQuery::new(symbol).with_direction(Direction::In).with_kinds(&kinds)
    }

    /// What a file imports, and what imports it.
    pub fn imports(file: &str) -> GraphQuery {
        GraphQuery::new(file).with_direction(Direction::Both).with_kinds(&[EdgeKind::Import])
    }

    /// This query in another direction.
    pub fn with_direction(mut self, direction: Direction) -> GraphQuery {
        self.direction = direction;
        self
    }

    /// This query with these kinds of edges.
    pub fn with_kinds(mut self, kinds: &[EdgeKind]) -> GraphQuery {
        self.kinds = kinds.to_vec();
        self
    }

    /// This query with another depth.
    pub fn with_depth(mut self, depth: u32) -> GraphQuery {
        self.depth = depth;
        self
    }

    /// This query with another least confidence.
    pub fn with_min_confidence(mut self, confidence: f64) -> GraphQuery {
        self.min_confidence = confidence;
        self
    }

    /// This query with another limit of edges.
    pub fn with_limit(mut self, limit: usize) -> GraphQuery {
        self.limit = limit;
        self
    }

    /// This query with filters for the far ends of edges.
    pub fn with_filters(mut self, filters: Filters) -> GraphQuery {
        self.filters = filters;
        self
    }
}

/// A definition or a file of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GraphNode {
    /// The file.
    pub path: RepoPath,
    /// The qualified name of the definition; `None` for the file itself.
    pub symbol: Option<String>,
    /// What is defined; `None` for the file itself.
    pub kind: Option<SpanKind>,
    /// The definition's id; `None` for the file itself.
    pub span_id: Option<SpanId>,
    /// The file's role.
    pub role: Role,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
}

/// One place that refers to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GraphEdge {
    /// How.
    pub kind: EdgeKind,
    /// The position in [`Graph::nodes`] of the innermost definition that refers, or of its file.
    pub from: usize,
    /// The position in [`Graph::nodes`] of what is referred to.
    pub to: usize,
    /// The line of the first mention in the file of `from`, counted from 1.
    pub line: u32,
    /// What the name is selected from there, as [`crate::parse::Reference::receiver`].
    pub receiver: Option<String>,
    /// How the target was found.
    pub resolution: Resolution,
    /// How likely the edge is there, from 0 to 1.
    pub confidence: f64,
}

/// A mention of something that the tree does not define, or nothing says which definition is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unresolved {
    /// The position in [`Graph::nodes`] of the start that mentions it.
    pub from: usize,
    /// How.
    pub kind: EdgeKind,
    /// The name.
    pub name: String,
    /// What it is selected from.
    pub receiver: Option<String>,
    /// The line, counted from 1.
    pub line: u32,
}

/// A definition with more edges in one direction than are worth following.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hub {
    /// The position in [`Graph::nodes`].
    pub node: usize,
    /// The direction.
    pub direction: Direction,
    /// The number of its edges in that direction.
    pub degree: usize,
}

/// Edges or mentions that are not in the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Dropped {
    /// Why: `limit`, `min_confidence`, `files`, `unresolved`.
    pub reason: String,
    /// How many.
    pub count: usize,
}

/// The answer to a [`GraphQuery`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Graph {
    /// The positions in `nodes` of what the query's symbols name.
    pub starts: Vec<usize>,
    /// Definitions and files, ordered by path and line.
    pub nodes: Vec<GraphNode>,
    /// Edges, by confidence descending, then by path and line of the mention.
    pub edges: Vec<GraphEdge>,
    /// Definitions whose edges are damped and not followed further.
    pub hubs: Vec<Hub>,
    /// What the starts mention that is not defined in the tree, at most 100.
    pub unresolved: Vec<Unresolved>,
    /// What was left out, by reason.
    pub dropped: Vec<Dropped>,
    /// What could not be used, and why.
    pub degraded: Vec<Degradation>,
    /// The state of the index that answered.
    pub generation: Generation,
}

/// One way through the graph.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GraphPath {
    /// The definitions from the first to the last.
    pub nodes: Vec<GraphNode>,
    /// The edges between them: edge `n` lies between node `n` and node `n + 1`, and points either way as its ends say.
    pub edges: Vec<GraphEdge>,
    /// The product of the confidences of the edges.
    pub confidence: f64,
    /// The state of the index that answered.
    pub generation: Generation,
}

/// Answers `query` from the snapshot of `searcher`.
pub(crate) fn ask(searcher: &Searcher, query: &GraphQuery, limits: &Limits) -> Result<Graph> {
    let watch = Watch::start(limits, searcher.host().clock.clone());
    let view = view::View::new(searcher, &watch)?;
    walk::walk(&view, query)
}

/// The tests of `symbol`.
pub(crate) fn tests(searcher: &Searcher, symbol: &str, limits: &Limits) -> Result<Graph> {
    let watch = Watch::start(limits, searcher.host().clock.clone());
    let view = view::View::new(searcher, &watch)?;
    tests_of::tests(&view, symbol)
}

/// The best way from `from` to `to`.
pub(crate) fn path(
    searcher: &Searcher,
    (from, to): (&str, &str),
    query: &GraphQuery,
    limits: &Limits,
) -> Result<Option<GraphPath>> {
    let watch = Watch::start(limits, searcher.host().clock.clone());
    let view = view::View::new(searcher, &watch)?;
    route::best(&view, (from, to), query)
}
