//! The edges of a few definitions, found in a time that does not grow with the tree.
//!
//! Bounds, for each start: its first 32 mentions of names with at most 12 definitions; of the files that mention its own
//! name the 6 nearest, and none of them when more than 60 mention it.

use super::edges::{Edge, Scan};
use super::resolve::Resolver;
use super::starts;
use super::view::{Place, View};
use super::{Direction, MIN_CONFIDENCE};
use crate::error::Result;
use crate::limits::Watch;
use crate::search::Searcher;
use std::sync::Arc;

const BOUNDS: Scan<'static> = Scan { kinds: &[], files: 6, mentions: 32, namesakes: 12 };

/// A name that more files mention is too common to tell who uses this definition.
const MAX_MENTIONING: usize = 60;

/// An edge that leads from or to a start.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NearEdge {
    /// Whether the start refers (out) or is referred to (in).
    pub direction: Direction,
    pub edge: Edge,
}

impl NearEdge {
    /// The other end.
    pub(crate) fn far(&self) -> Place {
        if self.direction == Direction::In { self.edge.from } else { self.edge.to }
    }
}

/// The edges of each of `starts` of at least [`MIN_CONFIDENCE`]. What was found once is kept by the searcher.
pub(crate) fn near(searcher: &Searcher, starts: &[Place], watch: &Watch) -> Result<Vec<Arc<Vec<NearEdge>>>> {
    let view = View::new(searcher, watch)?;
    let resolver = Resolver::new(&view);
    starts
        .iter()
        .map(|place| {
            watch.check("graph")?;
            // What a resolver remembers saves it lookups, so that it finds more. Each place gets its own: its edges must
            // not depend on which others were asked about before.
            let around = || around(&resolver.anew(), *place).map(Arc::new);
            searcher.kept().near.get_or_insert_with(place, around)
        })
        .collect()
}

fn around(resolver: &Resolver<'_, '_>, place: Place) -> Result<Vec<NearEdge>> {
    let is_sure = |edge: &Edge| edge.confidence >= MIN_CONFIDENCE && edge.from != edge.to;
    let out = resolver.outgoing(place, &BOUNDS)?.edges.into_iter().filter(is_sure);
    let mut found: Vec<NearEdge> = out.map(|edge| NearEdge { direction: Direction::Out, edge }).collect();
    if is_rarely_mentioned(resolver.view, place)? {
        let into = resolver.incoming(place, &BOUNDS)?.edges.into_iter().filter(is_sure);
        found.extend(into.map(|edge| NearEdge { direction: Direction::In, edge }));
    }
    Ok(found)
}

fn is_rarely_mentioned(view: &View<'_>, place: Place) -> Result<bool> {
    let Some(span) = place.span else { return Ok(false) };
    let document = view.document(place.file)?;
    let Some(definition) = document.parsed.spans.get(span as usize) else { return Ok(false) };
    Ok(view.mentioning(&definition.name)?.len() <= MAX_MENTIONING)
}

/// What a person calls a definition or a file, and what it may be.
///
/// # Errors
/// `INVALID_ARGUMENT` when there is none; the reason names similar ones.
pub(crate) fn named(searcher: &Searcher, symbol: &str, watch: &Watch) -> Result<Vec<Place>> {
    starts::find(&View::new(searcher, watch)?, symbol)
}
