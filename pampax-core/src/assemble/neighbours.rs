//! What the code graph adds to what search found: neighbours of the best hits, with the edges that lead to them.
//!
//! Never here: how edges are found (`graph/near.rs`).

use crate::assemble::bundle::{EdgeDirection, Origin, WalkedEdge};
use crate::assemble::candidate::{Candidate, Found, Label};
use crate::assemble::policy::{Closeness, Policy};
use crate::error::Result;
use crate::graph::Direction;
use crate::graph::near::{NearEdge, near};
use crate::graph::view::Place;
use crate::limits::Watch;
use crate::search::Searcher;
use crate::search::rank::rounded;
use crate::source::{EdgeKind, Role};
use std::collections::BTreeMap;

/// Adds the definitions around the best of `candidates`, which are ordered best first. A candidate that the graph leads
/// to as well becomes more relevant.
///
/// # Errors
/// `DEADLINE_EXCEEDED`, `CANCELLED`, `INDEX_DAMAGED`, `IO`.
pub(crate) fn add(searcher: &Searcher, candidates: &mut Vec<Candidate>, policy: &Policy, watch: &Watch) -> Result<()> {
    if policy.neighbours == 0 || policy.seeds == 0 {
        return Ok(());
    }
    let places: Vec<Option<Place>> = candidates.iter().map(|candidate| place(searcher, candidate)).collect();
    let mut reached = reached(searcher, (candidates, &places), policy, watch)?;
    for (candidate, place) in candidates.iter_mut().zip(&places) {
        if let Some(reached) = place.and_then(|place| reached.remove(&place)) {
            candidate.label.relevance = rounded(1.0 - (1.0 - candidate.label.relevance) * reached.miss);
            candidate.label.edges.extend(reached.edges);
        }
    }
    let mut best: Vec<(Place, Reached)> = reached.into_iter().collect();
    best.sort_by(|left, right| left.1.miss.total_cmp(&right.1.miss).then(left.0.cmp(&right.0)));
    best.truncate(policy.neighbours);
    for (place, reached) in best {
        candidates.extend(candidate(searcher, place, reached)?);
    }
    Ok(())
}

/// What the graph leads to from the best candidates.
fn reached(
    searcher: &Searcher,
    (candidates, places): (&[Candidate], &[Option<Place>]),
    policy: &Policy,
    watch: &Watch,
) -> Result<BTreeMap<Place, Reached>> {
    let seeds = seeds(places, policy.seeds);
    let starts: Vec<Place> = seeds.iter().map(|(place, _)| *place).collect();
    let mut reached: BTreeMap<Place, Reached> = BTreeMap::new();
    for ((_, position), edges) in seeds.iter().zip(near(searcher, &starts, watch)?) {
        let seed = &candidates[*position];
        for edge in edges.iter() {
            let far = edge.far();
            let is_test = searcher.corpus().files[far.file as usize].role == Role::Test;
            let closeness = closeness(&policy.closeness, edge, is_test);
            if far.span.is_none() || closeness <= 0.0 {
                continue;
            }
            let slot = reached.entry(far).or_default();
            slot.miss *= 1.0 - closeness * edge.edge.confidence * seed.label.relevance;
            slot.is_test |= is_test;
            slot.edges.push(walked(edge, seed));
        }
    }
    Ok(reached)
}

fn place(searcher: &Searcher, candidate: &Candidate) -> Option<Place> {
    let file = searcher.corpus().find(&candidate.document.path)?;
    Some(Place { file, span: Some(candidate.span()?) })
}

/// How a place was reached.
struct Reached {
    /// The chance that none of the edges matters.
    miss: f64,
    is_test: bool,
    edges: Vec<WalkedEdge>,
}

impl Default for Reached {
    fn default() -> Reached {
        Reached { miss: 1.0, is_test: false, edges: Vec::new() }
    }
}

/// The definitions of the best candidates, each once, with the position of the candidate.
fn seeds(places: &[Option<Place>], count: usize) -> Vec<(Place, usize)> {
    let mut seeds: Vec<(Place, usize)> = Vec::new();
    for (position, place) in places.iter().enumerate() {
        if let Some(place) = place.filter(|place| seeds.iter().all(|(known, _)| known != place)) {
            seeds.push((place, position));
        }
        if seeds.len() == count {
            break;
        }
    }
    seeds
}

/// How relevant the far end of an edge is for a seed of relevance 1.
fn closeness(closeness: &Closeness, edge: &NearEdge, is_test: bool) -> f64 {
    match (edge.direction, edge.edge.kind) {
        (_, EdgeKind::Import) => 0.0,
        (Direction::In, _) if is_test => closeness.test,
        (Direction::In, EdgeKind::Call) => closeness.caller,
        (Direction::In, _) => closeness.user,
        (_, EdgeKind::Call) => closeness.callee,
        _ => closeness.base,
    }
}

fn walked(edge: &NearEdge, seed: &Candidate) -> WalkedEdge {
    WalkedEdge {
        kind: edge.edge.kind,
        direction: if edge.direction == Direction::In { EdgeDirection::From } else { EdgeDirection::To },
        path: seed.document.path.clone(),
        symbol: seed.label.symbol.clone(),
        line: edge.edge.line,
        resolution: edge.edge.resolution,
        confidence: rounded(edge.edge.confidence),
    }
}

fn candidate(searcher: &Searcher, place: Place, reached: Reached) -> Result<Option<Candidate>> {
    let Some(span) = place.span else { return Ok(None) };
    let document = searcher.read(place.file)?;
    let origin = if reached.is_test { Origin::Test } else { Origin::Graph };
    let mut label = Label::of_definition(&document, span as usize, origin, searcher.masking());
    label.relevance = rounded(1.0 - reached.miss).max(1e-6);
    label.edges = reached.edges;
    Ok(Some(Candidate { document, found: Found::Definition(span as usize), label }))
}
