//! The code graph for people.

use super::hits;
use super::report::{counted, reasons, some};
use super::style::{DIM, PATH, SYMBOL, WARN, clean, paint};
use pampax_core::graph::{Direction, GraphEdge, GraphNode, Hub, Unresolved};
use pampax_core::{Graph, GraphPath, GraphQuery};

/// The edges of a graph, below the definitions that they were followed from, and what is not among them.
pub fn graph(graph: &Graph, query: &GraphQuery) -> String {
    let mut text = several(graph.starts.len(), query.symbols.len());
    let near: Vec<usize> = graph.edges.iter().map(|edge| near(edge, &graph.starts, query.direction)).collect();
    let is_further = |node: &usize| near.contains(node) && !graph.starts.contains(node);
    for node in graph.starts.iter().copied().chain((0..graph.nodes.len()).filter(is_further)) {
        text.extend(graph.nodes.get(node).map(definition));
        let edges = graph.edges.iter().zip(&near).filter(|(_, near)| **near == node);
        text.extend(edges.map(|(found, _)| edge(&graph.nodes, found, node)));
    }
    text.extend(graph.hubs.iter().map(|found| hub(&graph.nodes, found)));
    text + &reasons("left out", graph.dropped.iter().map(|dropped| (dropped.reason.as_str(), dropped.count as u64)))
        + &unresolved(&graph.unresolved)
}

/// What there is to say about a graph as a whole.
pub fn summary(graph: &Graph) -> String {
    hits::state(&counted(graph.edges.len() as u64, "edge"), graph.generation, &graph.degraded)
}

/// One edge after another, below the definition where the way begins.
pub fn path(path: &GraphPath) -> String {
    let mut text: String = path.nodes.first().map(definition).into_iter().collect();
    text.extend(path.edges.iter().enumerate().map(|(position, found)| edge(&path.nodes, found, position)));
    let length = counted(path.edges.len() as u64, "edge");
    text + &paint(DIM, &format!("{length}, confidence {:.2}", path.confidence)) + "\n"
}

/// That there is no way.
pub fn no_path(from: &str, to: &str) -> String {
    format!("no way leads from `{}` to `{}`; `--direction both` also goes against the edges\n", clean(from), clean(to))
}

/// That names have more definitions than there are names.
fn several(starts: usize, names: usize) -> String {
    match (starts, names) {
        (starts, names) if starts <= names => String::new(),
        (starts, 1) => format!("{starts} definitions of that name; the walk starts from all of them\n"),
        (starts, names) => format!("{starts} definitions of {names} names; the walk starts from all of them\n"),
    }
}

/// The end of an edge that it was followed from.
fn near(edge: &GraphEdge, starts: &[usize], direction: Direction) -> usize {
    match direction {
        Direction::In => edge.to,
        Direction::Both if starts.contains(&edge.to) && !starts.contains(&edge.from) => edge.to,
        _ => edge.from,
    }
}

fn definition(node: &GraphNode) -> String {
    let lines = paint(DIM, &format!(":{}-{}", node.start_line, node.end_line));
    let kind = paint(DIM, node.kind.map_or("file", |kind| kind.name()));
    format!("{}{lines}  {kind}{}\n", paint(PATH, node.path.as_str()), symbol(node, " "))
}

/// An edge as seen from `near`: what leads to it at its mention, what leads from it at its definition.
fn edge(nodes: &[GraphNode], edge: &GraphEdge, near: usize) -> String {
    let (arrow, far) = match (edge.from == near, edge.to == near) {
        (true, true) => ("↻", near),
        (true, false) => ("→", edge.to),
        _ => ("←", edge.from),
    };
    let Some(node) = nodes.get(far) else { return String::new() };
    let line = paint(DIM, &format!(":{}", if far == edge.from { edge.line } else { node.start_line }));
    let how = paint(DIM, &format!("({}, {}, {:.2})", edge.kind, edge.resolution, edge.confidence));
    format!("  {arrow} {}{line}{}  {how}\n", paint(PATH, node.path.as_str()), symbol(node, "  "))
}

fn symbol(node: &GraphNode, gap: &str) -> String {
    node.symbol.as_deref().map_or(String::new(), |name| format!("{gap}{}", paint(SYMBOL, name)))
}

fn hub(nodes: &[GraphNode], hub: &Hub) -> String {
    let Some(node) = nodes.get(hub.node) else { return String::new() };
    let name = node.symbol.as_deref().unwrap_or(node.path.as_str());
    let edges = counted(hub.degree as u64, "edge");
    paint(WARN, &format!("hub: {name} has {edges} {}, damped and not followed further", hub.direction)) + "\n"
}

fn unresolved(mentions: &[Unresolved]) -> String {
    if mentions.is_empty() {
        return String::new();
    }
    let named: Vec<String> = mentions.iter().map(|found| format!("{} in line {}", found.name, found.line)).collect();
    format!("unresolved: {}\n", some(mentions.len() as u64, named.iter().map(String::as_str)))
}
