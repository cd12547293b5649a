//! `pampax callers`, `callees`, `references`, `imports`, `tests`, `path` and `graph`.

use crate::args::{Drawing, GraphArgs, PathArgs, TestsArgs, WalkArgs};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, Output, graphs};
use pampax_core::graph::{Direction, draw};
use pampax_core::{Graph, GraphQuery};

/// Prints what `preset` asks of the symbol.
pub fn walk(args: &WalkArgs, preset: fn(&str) -> GraphQuery, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let query = args.bounds.of(preset(&place.relative(&args.symbol)));
    let graph = context.searcher()?.graph(&query, &context.limits(args.bounds.time.timeout_ms))?;
    print(&graph, &query, usual(output), output)
}

/// Prints the tests of the symbol.
pub fn tests(args: &TestsArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let symbol = place.relative(&args.symbol);
    let graph = context.searcher()?.tests_of(&symbol, &context.limits(args.time.timeout_ms))?;
    print(&graph, &GraphQuery::new(&symbol).with_direction(Direction::In), usual(output), output)
}

/// Prints the surest way between the two ends.
pub fn path(args: &PathArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let (from, to) = (place.relative(&args.from), place.relative(&args.to));
    let query = args.edges.of(GraphQuery::default()).with_depth(args.depth);
    let query = query.with_min_confidence(args.min_confidence).with_filters(args.files.to_filters());
    let searcher = context.searcher()?;
    let path = searcher.graph_path((&from, &to), &query, &context.limits(args.time.timeout_ms))?;
    match (output.mode(), &path) {
        (Mode::Json, path) => output.write_json(path),
        (Mode::Text, Some(path)) => output.write_styled(&graphs::path(path)),
        (Mode::Text, None) => {
            output.talk(&graphs::no_path(&from, &to));
            Ok(())
        }
    }
}

/// Prints the graph around the symbols.
pub fn graph(args: &GraphArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let mut query = args.bounds.of(args.edges.of(GraphQuery::default()));
    query.symbols = args.symbols.iter().map(|symbol| place.relative(symbol)).collect();
    let graph = context.searcher()?.graph(&query, &context.limits(args.bounds.time.timeout_ms))?;
    print(&graph, &query, args.format.unwrap_or(usual(output)), output)
}

/// What is printed unless a format is named.
fn usual(output: &Output) -> Drawing {
    match output.mode() {
        Mode::Json => Drawing::Json,
        Mode::Text => Drawing::Text,
    }
}

fn print(graph: &Graph, query: &GraphQuery, drawing: Drawing, output: &Output) -> Outcome {
    match drawing {
        Drawing::Json => output.write_json(graph),
        Drawing::Dot => output.write_lines(&draw::draw(graph, draw::Format::Dot)?),
        Drawing::Mermaid => output.write_lines(&draw::draw(graph, draw::Format::Mermaid)?),
        Drawing::Text => {
            output.write_styled(&graphs::graph(graph, query))?;
            output.talk(&graphs::summary(graph));
            Ok(())
        }
    }
}
