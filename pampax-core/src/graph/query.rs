//! Questions to the graph.
//!
//! Never here: answers.

use crate::search::Filters;
use crate::source::{EdgeKind, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;

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
#[serde(default, deny_unknown_fields)]
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
