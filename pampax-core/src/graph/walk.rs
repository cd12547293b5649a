//! From the starts of a query along the edges: what is reached, what is cut, in one fixed order.
//!
//! Never here: how edges are found.

use super::edges::{Edge, Scan};
use super::resolve::Resolver;
use super::starts;
use super::view::{Place, View};
use super::{Direction, Dropped, Graph, GraphEdge, GraphNode, GraphQuery, Hub, MAX_DEPTH, Unresolved};
use crate::error::{Error, Result};
use crate::parse::{Reference, redact};
use crate::search::query::FileFilter;
use crate::source::EdgeKind;
use std::collections::{BTreeMap, BTreeSet};

/// A place with more edges in one direction is a hub.
const HUB_DEGREE: usize = 50;

/// The most places that one walk looks at, the most files in which mentions of one name are looked for, and the most
/// mentions of one definition.
const MAX_PLACES: usize = 2_000;
pub(super) const MAX_FILES: usize = 4_000;
pub(super) const MAX_MENTIONS: usize = 5_000;

/// The most mentions without a target that an answer holds.
const MAX_UNRESOLVED: usize = 100;

/// What a walk has gathered.
#[derive(Default)]
pub(super) struct Found {
    pub(super) edges: Vec<Edge>,
    hubs: Vec<(Place, Direction, usize)>,
    unresolved: Vec<(Place, Reference)>,
    dropped: BTreeMap<&'static str, usize>,
    /// Members of types that edges lead from, in place of the types.
    members: BTreeSet<Place>,
}

impl Found {
    /// These edges and nothing else.
    pub(super) fn of(edges: Vec<Edge>) -> Found {
        Found { edges, ..Found::default() }
    }
}

/// The answer to a query.
pub(super) fn walk(view: &View<'_>, query: &GraphQuery) -> Result<Graph> {
    check(query)?;
    if query.symbols.is_empty() {
        return Err(Error::argument("symbols", "at least one is needed"));
    }
    let filter = FileFilter::new(&query.filters)?;
    let mut starts: Vec<Place> = Vec::new();
    for symbol in &query.symbols {
        starts.extend(starts::find(view, symbol)?);
    }
    starts.sort_unstable();
    starts.dedup();
    let resolver = Resolver::new(view);
    let mut found = Found::default();
    let mut seen: BTreeSet<Place> = starts.iter().copied().collect();
    let mut level = starts.clone();
    for depth in 0..query.depth {
        let mut next = BTreeSet::new();
        for place in level {
            for direction in directions(query.direction) {
                let ends = expand(&resolver, (place, direction), query, &filter, &mut found)?;
                next.extend(ends.into_iter().filter(|end| !seen.contains(end)));
            }
        }
        let room = MAX_PLACES.saturating_sub(seen.len());
        if next.len() > room && depth + 1 < query.depth {
            *found.dropped.entry("limit").or_default() += next.len() - room;
        }
        level = next.into_iter().take(room).collect();
        seen.extend(&level);
    }
    answer(view, query, &starts, found)
}

pub(super) fn check(query: &GraphQuery) -> Result<()> {
    if !(1..=MAX_DEPTH).contains(&query.depth) {
        return Err(Error::argument("depth", format!("{} is not from 1 to {MAX_DEPTH}", query.depth)));
    }
    if !(0.0..=1.0).contains(&query.min_confidence) {
        return Err(Error::argument("min_confidence", format!("{} is not from 0 to 1", query.min_confidence)));
    }
    if query.kinds.contains(&EdgeKind::TestOf) {
        return Err(Error::argument(
            "kinds",
            "a walk follows no `test-of` edges; ask for the tests of a symbol instead",
        ));
    }
    if query.limit == 0 {
        return Err(Error::argument("limit", "at least 1 edge is needed"));
    }
    Ok(())
}

pub(super) fn directions(direction: Direction) -> Vec<Direction> {
    match direction {
        Direction::Both => vec![Direction::In, Direction::Out],
        one => vec![one],
    }
}

/// Adds the edges of one place in one direction; returns the far ends to go on from.
pub(super) fn expand(
    resolver: &Resolver<'_, '_>,
    (place, direction): (Place, Direction),
    query: &GraphQuery,
    filter: &FileFilter<'_>,
    found: &mut Found,
) -> Result<Vec<Place>> {
    resolver.view.watch.check("graph")?;
    let scan = Scan { kinds: &query.kinds, files: MAX_FILES, mentions: MAX_MENTIONS, namesakes: usize::MAX };
    let edges = match direction {
        Direction::In => resolver.incoming(place, &scan)?,
        _ => resolver.outgoing(place, &scan)?,
    };
    if edges.skipped_files > 0 {
        *found.dropped.entry("files").or_default() += edges.skipped_files;
    }
    found.unresolved.extend(edges.unresolved.into_iter().map(|reference| (place, reference)));
    let far = |edge: &Edge| if direction == Direction::In { edge.from } else { edge.to };
    let accepts = |edge: &Edge| filter.accepts(&resolver.view.searcher.corpus().files[far(edge).file as usize]);
    let mut kept: Vec<Edge> = edges.edges.into_iter().filter(accepts).collect();
    let before = kept.len();
    kept.retain(|edge| edge.confidence >= query.min_confidence);
    if kept.len() < before {
        *found.dropped.entry("min_confidence").or_default() += before - kept.len();
    }
    let degree = kept.len();
    if degree > HUB_DEGREE {
        found.hubs.push((place, direction, degree));
        let damping = (HUB_DEGREE as f64 / degree as f64).sqrt();
        kept.iter_mut().for_each(|edge| edge.confidence *= damping);
    }
    if direction == Direction::Out {
        found.members.extend(kept.iter().map(|edge| edge.from).filter(|from| *from != place));
    }
    let ends = if degree > HUB_DEGREE { Vec::new() } else { kept.iter().map(far).collect() };
    found.edges.extend(kept);
    Ok(ends)
}

/// Orders, cuts and names what was found.
pub(super) fn answer(view: &View<'_>, query: &GraphQuery, starts: &[Place], mut found: Found) -> Result<Graph> {
    let mut edges = std::mem::take(&mut found.edges);
    edges.sort_by(|left, right| {
        let key = |edge: &Edge| (edge.from.file, edge.line, edge.to, edge.from, edge.kind);
        right.confidence.total_cmp(&left.confidence).then_with(|| key(left).cmp(&key(right)))
    });
    let mut seen = BTreeSet::new();
    edges.retain(|edge| seen.insert((edge.kind, edge.from, edge.to)));
    let before = edges.len();
    edges.truncate(query.limit);
    let roots: Vec<Place> = starts.iter().chain(&found.members).copied().collect();
    let edges = reachable(edges, &roots);
    if edges.len() < before {
        *found.dropped.entry("limit").or_default() += before - edges.len();
    }
    let mut places: BTreeSet<Place> = starts.iter().copied().collect();
    places.extend(edges.iter().flat_map(|edge| [edge.from, edge.to]));
    let places: Vec<Place> = places.into_iter().collect();
    let at = |place: Place| places.binary_search(&place).unwrap_or_default();
    let nodes = places.iter().map(|place| node(view, *place)).collect::<Result<Vec<GraphNode>>>()?;
    found.hubs.retain(|(place, ..)| places.binary_search(place).is_ok());
    found.unresolved.retain(|(place, _)| starts.contains(place));
    if found.unresolved.len() > MAX_UNRESOLVED {
        *found.dropped.entry("unresolved").or_default() += found.unresolved.len() - MAX_UNRESOLVED;
    }
    let hub = |(place, direction, degree): &(Place, Direction, usize)| Hub {
        node: at(*place),
        direction: *direction,
        degree: *degree,
    };
    let unresolved = found.unresolved.into_iter().take(MAX_UNRESOLVED);
    let dropped = found.dropped.into_iter().map(|(reason, count)| Dropped { reason: reason.to_owned(), count });
    Ok(Graph {
        starts: starts.iter().map(|place| at(*place)).collect(),
        edges: edges.into_iter().map(|edge| drawn(edge, &at)).collect(),
        hubs: found.hubs.iter().map(hub).collect(),
        unresolved: unresolved.map(|(place, reference)| nameless(view, at(place), reference)).collect(),
        dropped: dropped.collect(),
        degraded: view.searcher.degraded().to_vec(),
        generation: view.searcher.generation(),
        nodes,
    })
}

fn nameless(view: &View<'_>, from: usize, reference: Reference) -> Unresolved {
    let Reference { kind, name, receiver, line, .. } = reference;
    let name = if view.searcher.masks_secrets() { redact::mask(&name).into_owned() } else { name };
    Unresolved { from, kind, name, receiver, line }
}

fn drawn(edge: Edge, at: &dyn Fn(Place) -> usize) -> GraphEdge {
    GraphEdge {
        kind: edge.kind,
        from: at(edge.from),
        to: at(edge.to),
        line: edge.line,
        receiver: edge.receiver,
        resolution: edge.resolution,
        confidence: edge.confidence,
    }
}

/// The edges that hang together with a start, in their order.
fn reachable(edges: Vec<Edge>, starts: &[Place]) -> Vec<Edge> {
    let mut near: BTreeMap<Place, Vec<Place>> = BTreeMap::new();
    for edge in &edges {
        near.entry(edge.from).or_default().push(edge.to);
        near.entry(edge.to).or_default().push(edge.from);
    }
    let mut seen: BTreeSet<Place> = starts.iter().copied().collect();
    let mut open: Vec<Place> = starts.to_vec();
    while let Some(place) = open.pop() {
        for other in near.get(&place).into_iter().flatten() {
            if seen.insert(*other) {
                open.push(*other);
            }
        }
    }
    edges.into_iter().filter(|edge| seen.contains(&edge.from)).collect()
}

/// The node of a place.
pub(super) fn node(view: &View<'_>, place: Place) -> Result<GraphNode> {
    let document = view.document(place.file)?;
    let span = place.span.and_then(|at| Some((at as usize, document.parsed.spans.get(at as usize)?)));
    let masks = view.searcher.masks_secrets();
    let masked = |text: &str| if masks { redact::mask(text).into_owned() } else { text.to_owned() };
    let last_line = document.parsed.chunks.last().map_or(1, |chunk| chunk.lines.end);
    Ok(GraphNode {
        path: document.path.clone(),
        symbol: span.map(|(_, span)| masked(&span.qualified_name)),
        kind: span.map(|(_, span)| span.kind),
        span_id: span.and_then(|(at, _)| document.span_id(at)),
        role: document.role,
        start_line: span.map_or(1, |(_, span)| span.lines.start),
        end_line: span.map_or(last_line, |(_, span)| span.lines.end),
    })
}
