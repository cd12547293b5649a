//! What lies around a few definitions, within bounds that a search can afford.
//!
//! Never here: choosing among the neighbours.

#![cfg_attr(not(test), expect(dead_code, reason = "nothing is assembled by the graph yet"))]

use super::edges::{Edge, Scan};
use super::resolve::Resolver;
use super::view::{Place, View};
use super::{Direction, Resolution};
use crate::error::Result;
use crate::limits::Watch;
use crate::search::Searcher;
use crate::search::corpus::FileIndex;
use crate::source::EdgeKind;

/// How much is looked at around each start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caps {
    /// The most mentions of one start that are resolved, in the order of its lines.
    pub mentions: usize,
    /// The most files in which mentions of a start are looked for, the nearest first.
    pub files: usize,
    /// The most neighbours of one start in one direction, the surest first.
    pub edges: usize,
    /// The least confidence of an edge.
    pub min_confidence: f64,
}

impl Default for Caps {
    fn default() -> Caps {
        Caps { mentions: 24, files: 12, edges: 12, min_confidence: super::MIN_CONFIDENCE }
    }
}

/// One definition beside a start.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Neighbour {
    /// The position of the start among those that were asked about.
    pub start: usize,
    /// The neighbour's file.
    pub file: FileIndex,
    /// Its position among the file's spans; `None` for the file itself.
    pub span: Option<u32>,
    /// `Out` when the start refers to it, `In` when it refers to the start.
    pub direction: Direction,
    pub kind: EdgeKind,
    /// The line of the mention, in the file that holds it.
    pub line: u32,
    pub resolution: Resolution,
    pub confidence: f64,
}

/// The neighbours of `starts` by calls, inheritance and mentions, in the order of the starts; of each start outgoing
/// ones first, each direction by confidence, then by path and line.
///
/// Looks at no more than the caps say: with the default ones at most 24 names and 12 files for each start. Names,
/// documents and imports that were read once are kept by the searcher.
///
/// # Errors
/// `DEADLINE_EXCEEDED`, `CANCELLED`, `INDEX_DAMAGED`, `IO`.
pub(crate) fn neighbours(
    searcher: &Searcher,
    starts: &[(FileIndex, Option<u32>)],
    caps: &Caps,
    watch: &Watch,
) -> Result<Vec<Neighbour>> {
    const KINDS: &[EdgeKind] = &[EdgeKind::Call, EdgeKind::Inherit, EdgeKind::Implement, EdgeKind::Reference];
    let view = View::new(searcher, watch)?;
    let resolver = Resolver::new(&view);
    let scan = Scan { kinds: KINDS, files: caps.files, mentions: caps.mentions };
    let mut found = Vec::new();
    for (start, (file, span)) in starts.iter().enumerate() {
        watch.check("graph")?;
        let place = Place { file: *file, span: *span };
        for direction in [Direction::Out, Direction::In] {
            let edges = match (direction, span) {
                (Direction::Out, _) => resolver.outgoing(place, &scan)?.edges,
                // Who imports a file is a question to the whole tree.
                (_, None) => Vec::new(),
                _ => resolver.incoming(place, &scan)?.edges,
            };
            found.extend(surest(edges, direction, caps).into_iter().map(|edge| neighbour(start, direction, &edge)));
        }
    }
    Ok(found)
}

fn surest(mut edges: Vec<Edge>, direction: Direction, caps: &Caps) -> Vec<Edge> {
    let far = |edge: &Edge| if direction == Direction::In { edge.from } else { edge.to };
    edges.retain(|edge| edge.confidence >= caps.min_confidence && edge.from != edge.to);
    edges.sort_by(|left, right| {
        right.confidence.total_cmp(&left.confidence).then_with(|| (far(left), left.line).cmp(&(far(right), right.line)))
    });
    edges.truncate(caps.edges);
    edges
}

fn neighbour(start: usize, direction: Direction, edge: &Edge) -> Neighbour {
    let far = if direction == Direction::In { edge.from } else { edge.to };
    Neighbour {
        start,
        file: far.file,
        span: far.span,
        direction,
        kind: edge.kind,
        line: edge.line,
        resolution: edge.resolution,
        confidence: edge.confidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Host, Index, Limits};

    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn searcher(files: &[(&str, &str)]) -> (tempfile::TempDir, Searcher) {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            std::fs::write(root.path().join(path), text).unwrap();
        }
        let index = Index::open(root.path(), &Config::default(), Host::default()).unwrap();
        index.update(&Limits::default()).unwrap();
        let searcher = index.searcher().unwrap();
        (root, searcher)
    }

    #[test]
    fn neighbours_are_both_ways_and_bounded() {
        let many: String = (0..40).map(|n| format!("fn caller{n}() {{\n    start();\n}}\n")).collect();
        let text = format!("fn target() {{}}\nfn start() {{\n    target();\n}}\n{many}");
        let (_root, searcher) = searcher(&[("a.rs", &text)]);
        let watch = Watch::start(&Limits::default(), searcher.host().clock.clone());
        let found = neighbours(&searcher, &[(0, Some(1)), (0, Some(0))], &Caps::default(), &watch).unwrap();
        let of = |start: usize, direction: Direction| {
            found.iter().filter(|found| (found.start, found.direction) == (start, direction)).collect::<Vec<_>>()
        };
        let out = of(0, Direction::Out);
        assert_eq!(out.iter().map(|found| (found.span, found.line)).collect::<Vec<_>>(), [(Some(0), 3)]);
        assert_eq!(of(0, Direction::In).len(), Caps::default().edges);
        assert_eq!(of(1, Direction::In).iter().map(|found| found.span).collect::<Vec<_>>(), [Some(1)]);
    }
}
