//! The surest way from one definition to another.
//!
//! Never here: naming definitions, drawing.

use super::edges::Edge;
use super::resolve::Resolver;
use super::view::{Place, View};
use super::walk::{self, Found};
use super::{GraphEdge, GraphPath, GraphQuery, starts};
use crate::error::Result;
use crate::search::query::FileFilter;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// The most definitions whose edges are looked at.
const MAX_PLACES: usize = 1_000;

/// A place that is reached, with the product of confidences on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reached {
    confidence: f64,
    depth: u32,
    place: Place,
}

impl Eq for Reached {}

impl Ord for Reached {
    fn cmp(&self, other: &Reached) -> Ordering {
        let sure = self.confidence.total_cmp(&other.confidence);
        sure.then_with(|| other.depth.cmp(&self.depth)).then_with(|| other.place.cmp(&self.place))
    }
}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Reached) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best way by the product of confidences within the depth of `query`; `None` when there is none.
pub(super) fn best(view: &View<'_>, (from, to): (&str, &str), query: &GraphQuery) -> Result<Option<GraphPath>> {
    walk::check(query)?;
    let filter = FileFilter::new(&query.filters)?;
    let (firsts, lasts) = (starts::find(view, from)?, starts::find(view, to)?);
    let resolver = Resolver::new(view);
    let mut open: BinaryHeap<Reached> =
        firsts.iter().map(|place| Reached { confidence: 1.0, depth: 0, place: *place }).collect();
    let mut known: BTreeMap<Place, f64> = firsts.iter().map(|place| (*place, 1.0)).collect();
    let mut came_by: BTreeMap<Place, (Place, Edge)> = BTreeMap::new();
    let mut done: BTreeSet<Place> = BTreeSet::new();
    while let Some(reached) = open.pop() {
        if lasts.contains(&reached.place) {
            return way(view, reached, &came_by).map(Some);
        }
        if !done.insert(reached.place) || reached.depth >= query.depth || done.len() > MAX_PLACES {
            continue;
        }
        let mut found = Found::default();
        for direction in walk::directions(query.direction) {
            walk::expand(&resolver, (reached.place, direction), query, &filter, &mut found)?;
        }
        for edge in found.edges {
            let far = if edge.from == reached.place { edge.to } else { edge.from };
            // A type passes on what its members reach.
            let far = if edge.from != reached.place && edge.to != reached.place { edge.to } else { far };
            let confidence = reached.confidence * edge.confidence;
            if known.get(&far).is_none_or(|known| confidence > *known) {
                known.insert(far, confidence);
                came_by.insert(far, (reached.place, edge));
                open.push(Reached { confidence, depth: reached.depth + 1, place: far });
            }
        }
    }
    Ok(None)
}

fn way(view: &View<'_>, last: Reached, came_by: &BTreeMap<Place, (Place, Edge)>) -> Result<GraphPath> {
    let mut places = vec![last.place];
    let mut edges = Vec::new();
    let mut at = last.place;
    while let Some((before, edge)) = came_by.get(&at) {
        places.push(*before);
        edges.push(edge.clone());
        at = *before;
    }
    places.reverse();
    edges.reverse();
    let nodes = places.iter().map(|place| walk::node(view, *place)).collect::<Result<_>>()?;
    let edges = edges.into_iter().enumerate().map(|(position, edge)| {
        let forward = edge.to == places[position + 1];
        let (from, to) = if forward { (position, position + 1) } else { (position + 1, position) };
        GraphEdge {
            kind: edge.kind,
            from,
            to,
            line: edge.line,
            receiver: edge.receiver,
            resolution: edge.resolution,
            confidence: edge.confidence,
        }
    });
    Ok(GraphPath { nodes, edges: edges.collect(), confidence: last.confidence, generation: view.searcher.generation() })
}
