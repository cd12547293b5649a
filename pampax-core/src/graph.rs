//! The code graph: what calls, imports, extends and mentions what, resolved from the snapshot when it is asked for.
//!
//! Never here: how mentions are found in text (`parse`), what is done with an answer.

mod bare;
pub(crate) mod bindings;
mod calls;
pub mod draw;
pub(crate) mod edges;
mod exact;
mod expressions;
pub(crate) mod family;
mod given;
mod items;
pub(crate) mod manifest;
mod members;
pub(crate) mod modules;
pub(crate) mod near;
mod overloads;
mod query;
mod resolve;
mod route;
mod selected;
mod site;
mod starts;
pub(crate) mod tables;
mod tests_of;
pub(crate) mod typing;
mod values;
mod variables;
pub(crate) mod view;
mod walk;

pub(crate) use tests_of::tested_stem;

pub use query::{Direction, GraphQuery, MAX_DEPTH, MAX_EDGES, MIN_CONFIDENCE};

use crate::error::{Degradation, Result};
use crate::host::Metric;
use crate::host::log::{Completion, Event};
use crate::host::observe::End;
use crate::limits::Limits;
use crate::search::Searcher;
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
    let watch = searcher.host().watch(&searcher.config().search_limits(limits));
    let walk = || walk::walk(&view::View::new(searcher, &watch)?, query);
    watch.observer().operation(Event::GraphWalk, walk, told)
}

/// The tests of `symbol`.
pub(crate) fn tests(searcher: &Searcher, symbol: &str, limits: &Limits) -> Result<Graph> {
    let watch = searcher.host().watch(&searcher.config().search_limits(limits));
    let find = || tests_of::tests(&view::View::new(searcher, &watch)?, symbol);
    watch.observer().operation(Event::GraphTests, find, told)
}

/// The best way from `from` to `to`.
pub(crate) fn path(
    searcher: &Searcher,
    (from, to): (&str, &str),
    query: &GraphQuery,
    limits: &Limits,
) -> Result<Option<GraphPath>> {
    let watch = searcher.host().watch(&searcher.config().search_limits(limits));
    let find = || route::best(&view::View::new(searcher, &watch)?, (from, to), query);
    watch.observer().operation(Event::GraphPath, find, |path, end| {
        end.took(Metric::GraphLatencyMs, &[]);
        end.log(Completion::Ok, "a way between two definitions was looked for", || {
            vec![("found", path.is_some().into())]
        });
    })
}

/// How a graph is told.
fn told(graph: &Graph, end: &End<'_>) {
    end.took(Metric::GraphLatencyMs, &[]);
    end.observer.count_degraded(&graph.degraded);
    end.log(Completion::of(&graph.degraded), "a question to the graph was answered", || {
        vec![("nodes", graph.nodes.len().into()), ("edges", graph.edges.len().into())]
    });
}
