//! A graph as text for other programs: DOT, Mermaid, JSON.
//!
//! Never here: asking for a graph.

use super::{Graph, GraphNode};
use crate::error::{Error, Result};
use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};

named_enum! {
    /// A form in which a graph is written.
    Format {
        /// One JSON object, as [`Graph`] is.
        Json = "json",
        /// The language of Graphviz.
        Dot = "dot",
        /// The language of Mermaid's flowcharts.
        Mermaid = "mermaid",
    }
}

/// `graph` as text, with a line end at its end. Nodes are numbered as in the graph; what is not certain is dashed.
///
/// # Errors
/// `INTERNAL` when the graph cannot be written as JSON.
pub fn draw(graph: &Graph, format: Format) -> Result<String> {
    let mut text = String::new();
    let written = match format {
        Format::Json => {
            let json = serde_json::to_string_pretty(graph).map_err(|error| Error::internal(error.to_string()))?;
            writeln!(text, "{json}")
        }
        Format::Dot => dot(graph, &mut text),
        Format::Mermaid => mermaid(graph, &mut text),
    };
    written.map_err(|error| Error::internal(error.to_string()))?;
    Ok(text)
}

/// An edge below this confidence is drawn dashed.
const CERTAIN: f64 = 0.8;

fn dot(graph: &Graph, text: &mut String) -> fmt::Result {
    text.push_str("digraph code {\n  rankdir=LR;\n  node [shape=box];\n");
    for (number, node) in graph.nodes.iter().enumerate() {
        let (name, place) = label(node);
        let style = if graph.starts.contains(&number) { ", penwidth=2" } else { "" };
        writeln!(text, "  n{number} [label=\"{}\\n{}\"{style}];", dot_text(&name), dot_text(&place))?;
    }
    for edge in &graph.edges {
        let style = if edge.confidence < CERTAIN { ", style=dashed" } else { "" };
        writeln!(text, "  n{} -> n{} [label=\"{}\"{style}];", edge.from, edge.to, edge.kind)?;
    }
    text.push_str("}\n");
    Ok(())
}

fn dot_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

fn mermaid(graph: &Graph, text: &mut String) -> fmt::Result {
    text.push_str("flowchart LR\n");
    for (number, node) in graph.nodes.iter().enumerate() {
        let (name, place) = label(node);
        writeln!(text, "  n{number}[\"{}<br>{}\"]", mermaid_text(&name), mermaid_text(&place))?;
    }
    for edge in &graph.edges {
        let arrow = if edge.confidence < CERTAIN { "-.->" } else { "-->" };
        writeln!(text, "  n{} {arrow}|{}| n{}", edge.from, edge.kind, edge.to)?;
    }
    for start in &graph.starts {
        writeln!(text, "  style n{start} stroke-width:3px")?;
    }
    Ok(())
}

/// Every character that Mermaid or HTML could take for a sign, as its number.
fn mermaid_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | ':' | ',') => escaped.push(c),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push_str(&format!("#{};", c as u32)),
        }
    }
    escaped
}

/// What a node is called, and where it is.
fn label(node: &GraphNode) -> (String, String) {
    match &node.symbol {
        Some(symbol) => (symbol.clone(), format!("{}:{}", node.path, node.start_line)),
        None => (node.path.file_name().to_owned(), node.path.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{GraphEdge, Resolution};
    use crate::source::{EdgeKind, Generation, RepoPath, Role, SpanKind};

    fn graph(symbols: &[&str]) -> Graph {
        let node = |symbol: &&str| GraphNode {
            path: RepoPath::new("a \"b\".rs").unwrap(),
            symbol: Some((*symbol).to_owned()),
            kind: Some(SpanKind::Function),
            span_id: None,
            role: Role::Code,
            start_line: 3,
            end_line: 4,
        };
        let edge = |to: usize| GraphEdge {
            kind: EdgeKind::Call,
            from: 0,
            to,
            line: 3,
            receiver: None,
            resolution: Resolution::SameFile,
            confidence: if to == 1 { 0.95 } else { 0.5 },
        };
        Graph {
            starts: vec![0],
            nodes: symbols.iter().map(node).collect(),
            edges: (1..symbols.len()).map(edge).collect(),
            hubs: Vec::new(),
            unresolved: Vec::new(),
            dropped: Vec::new(),
            degraded: Vec::new(),
            generation: Generation(1),
        }
    }

    #[test]
    fn names_cannot_leave_their_quotes() {
        let drawn = draw(&graph(&["a\"];x[\\", "b\n]-->c"]), Format::Dot).unwrap();
        let expected = "digraph code {\n  rankdir=LR;\n  node [shape=box];\n  n0 [label=\"a\\\"];x[\\\\\\na \\\"b\\\".rs:3\", penwidth=2];\n  n1 [label=\"b ]-->c\\na \\\"b\\\".rs:3\"];\n  n0 -> n1 [label=\"call\"];\n}\n";
        assert_eq!(drawn, expected);
        let drawn = draw(&graph(&["a\"]<b>|#", "c", "d"]), Format::Mermaid).unwrap();
        let expected = "flowchart LR\n  n0[\"a#34;#93;#60;b#62;#124;#35;<br>a #34;b#34;.rs:3\"]\n  n1[\"c<br>a #34;b#34;.rs:3\"]\n  n2[\"d<br>a #34;b#34;.rs:3\"]\n  n0 -->|call| n1\n  n0 -.->|call| n2\n  style n0 stroke-width:3px\n";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn json_is_the_graph() {
        let drawn = draw(&graph(&["a", "b"]), Format::Json).unwrap();
        let json: serde_json::Value = serde_json::from_str(&drawn).unwrap();
        assert_eq!((json["nodes"][1]["symbol"].as_str(), json["edges"][0]["kind"].as_str()), (Some("b"), Some("call")));
    }
}
