//! The arguments of the commands that ask the code graph.
//!
//! Never here: what a command does.

use super::{FileArgs, PlaceArgs, TimeArgs};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use pampax_core::GraphQuery;
use pampax_core::graph::{Direction, MAX_DEPTH, MAX_EDGES, MIN_CONFIDENCE};
use pampax_core::source::EdgeKind;

/// Arguments of `callers`, `callees`, `references` and `imports`.
#[derive(Debug, Args)]
pub struct WalkArgs {
    /// A name, Type.name, path, path:line, path#name, or the id of a definition
    pub symbol: String,
    /// How far the walk goes.
    #[command(flatten)]
    pub bounds: BoundArgs,
}

/// Arguments of `tests`.
#[derive(Debug, Args)]
pub struct TestsArgs {
    /// A name, Type.name, path, path:line, path#name, or the id of a definition
    pub symbol: String,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `path`.
#[derive(Debug, Args)]
pub struct PathArgs {
    /// Where it begins, as SYMBOL of `pampax graph`
    pub from: String,
    /// Where it ends, as SYMBOL of `pampax graph`
    pub to: String,
    /// The most edges it may have
    #[arg(long, value_name = "N", default_value_t = MAX_DEPTH)]
    pub depth: u32,
    /// Which edges are followed.
    #[command(flatten)]
    pub edges: EdgeArgs,
    /// The least confidence of an edge, from 0 to 1
    #[arg(long, value_name = "X", default_value_t = MIN_CONFIDENCE)]
    pub min_confidence: f64,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Through which files it may lead.
    #[command(flatten)]
    pub files: FileArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// Where to start: a name, Type.name, path, path:line, path#name, or the id of a definition
    #[arg(value_name = "SYMBOL", required = true)]
    pub symbols: Vec<String>,
    /// How the graph is written [default: text on a terminal, json in a pipe]
    #[arg(long, value_enum)]
    pub format: Option<Drawing>,
    /// Which edges are followed.
    #[command(flatten)]
    pub edges: EdgeArgs,
    /// How far the walk goes.
    #[command(flatten)]
    pub bounds: BoundArgs,
}

/// How a graph is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Drawing {
    /// The graph as it is
    Json,
    /// The language of Graphviz
    Dot,
    /// The language of Mermaid's flowcharts
    Mermaid,
    /// A list for people
    Text,
}

/// Which edges are followed.
#[derive(Debug, Args)]
pub struct EdgeArgs {
    /// Follow edges that lead to a definition, from it, or both
    #[arg(long, value_parser = direction_parser(), default_value = "out")]
    pub direction: Direction,
    /// Only these kinds of edges
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = edge_kind_parser())]
    pub kind: Vec<EdgeKind>,
}

/// How far a walk goes.
#[derive(Debug, Args)]
pub struct BoundArgs {
    /// How many edges away from the start the walk ends, from 1 to 10
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub depth: u32,
    /// The least confidence of an edge, from 0 to 1
    #[arg(long, value_name = "X", default_value_t = MIN_CONFIDENCE)]
    pub min_confidence: f64,
    /// The most edges to return; the surest stay
    #[arg(long, short = 'n', value_name = "N", default_value_t = MAX_EDGES)]
    pub limit: usize,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the far ends of edges may lie.
    #[command(flatten)]
    pub files: FileArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

impl EdgeArgs {
    /// `query` along these edges.
    pub fn of(&self, query: GraphQuery) -> GraphQuery {
        query.with_direction(self.direction).with_kinds(&self.kind)
    }
}

impl BoundArgs {
    /// `query` within these bounds.
    pub fn of(&self, query: GraphQuery) -> GraphQuery {
        let query = query.with_depth(self.depth).with_min_confidence(self.min_confidence);
        query.with_limit(self.limit).with_filters(self.files.to_filters())
    }
}

fn direction_parser() -> impl TypedValueParser<Value = Direction> {
    let names = PossibleValuesParser::new(Direction::ALL.iter().map(|direction| direction.name()));
    names.try_map(|name| Direction::from_name(&name).ok_or("unknown direction"))
}

fn edge_kind_parser() -> impl TypedValueParser<Value = EdgeKind> {
    let names = PossibleValuesParser::new(EdgeKind::ALL.iter().map(|kind| kind.name()));
    names.try_map(|name| EdgeKind::from_name(&name).ok_or("unknown kind of edge"))
}
