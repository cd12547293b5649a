//! The vector of a question, and what it is near to.
//!
//! Never here: how texts become vectors (`model/`, `host/`).

use crate::error::{Degradation, NO_EMBEDDER};
use crate::host::guard::{self, Call, Urgency};
use crate::host::{BoxError, Embedder, Purpose, Seam};
use crate::limits::Watch;
use crate::parallel::guarded;
use crate::parse::redact;
use crate::search::Searcher;
use crate::search::nearness::Nearness;
use std::sync::Arc;

/// A file that shares no word with the question is found by a model of this process only from this similarity on. Those give
/// every text a vector, that of a typing error included: three in four questions about something else stay below this
/// everywhere, and nineteen in twenty of those that have an answer do not.
const LEAST_SIMILARITY: f32 = 0.35;

impl Searcher {
    /// How near the question is to every chunk, and why that is not known, if it is not.
    pub(super) fn nearness(&self, text: &str, watch: &Watch) -> (Nearness<'_>, Vec<Degradation>) {
        match self.near(text, watch) {
            Ok(nearness) => (nearness, Vec::new()),
            Err(why) => (Nearness::default(), vec![Degradation::new("embedder", why)]),
        }
    }

    fn near(&self, text: &str, watch: &Watch) -> Result<Nearness<'_>, String> {
        let shared = &*self.shared;
        let embedder = shared.host.embedder.as_ref().ok_or(NO_EMBEDDER)?;
        let set = shared.parts.vectors.as_ref().map_err(String::clone)?;
        let text = redact::masked_as(self.masking(), text);
        let dimensions = set.dimensions();
        let vector = match shared.host.local_embedder() {
            Some(embedder) => embed_here(embedder, (&text, dimensions), watch)?,
            None => {
                let call = Call { host: &shared.host, seam: Seam::Embedder, watch, urgency: Urgency::Question };
                embed_query(&call, embedder, &text, dimensions)?
            }
        };
        let least = if shared.host.local_embedder().is_some() { LEAST_SIMILARITY } else { 0.0 };
        Ok(Nearness::new((set, &vector), &shared.vector_ranges, least))
    }
}

/// One vector of `dimensions` components, all numbers, or why there is none.
fn embed_query(
    call: &Call<'_>,
    embedder: &Arc<dyn Embedder>,
    text: &str,
    dimensions: usize,
) -> Result<Vec<f32>, String> {
    let (embedder, text) = (embedder.clone(), text.to_owned());
    guard::call(call, move |watch| checked(embedder.embed(&[&text], Purpose::Query, watch)?, dimensions))
}

/// [`embed_query`] by a model of this process.
fn embed_here(embedder: &dyn Embedder, (text, dimensions): (&str, usize), watch: &Watch) -> Result<Vec<f32>, String> {
    let embed = || checked(embedder.embed(&[text], Purpose::Query, watch)?, dimensions);
    match guarded(embed) {
        Ok(vector) => vector.map_err(|error| error.to_string()),
        Err(panic) => Err(format!("it panicked: {panic}")),
    }
}

fn checked(vector: Vec<f32>, dimensions: usize) -> Result<Vec<f32>, BoxError> {
    match vector {
        vector if vector.len() != dimensions => {
            Err(format!("it gave {} components instead of {dimensions}", vector.len()).into())
        }
        vector if vector.iter().any(|part| !part.is_finite()) => Err("it gave a component that is no number".into()),
        vector if vector.iter().all(|part| *part == 0.0) => Err("it gave a vector without a direction".into()),
        vector => Ok(vector),
    }
}
