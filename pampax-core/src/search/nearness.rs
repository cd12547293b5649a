//! How near the question is to the chunks of files, by their vectors.
//!
//! Never here: how vectors are made, kept or compared (`model/`, `store/vector_set.rs`).

use crate::error::{Degradation, NO_EMBEDDER};
use crate::host::guard::{self, Call, Urgency};
use crate::host::{BoxError, Embedder, Purpose, Seam};
use crate::limits::Watch;
use crate::parallel::guarded;
use crate::parse::redact;
use crate::search::Searcher;
use crate::search::corpus::{Corpus, FileIndex};
use crate::store::vector_set::VectorSet;
use std::sync::Arc;

/// The nearest chunks whose files may answer for their sake alone.
const POOL: usize = 100;

/// The similarity of one question to every chunk; empty without vectors.
#[derive(Debug, Default)]
pub(crate) struct Nearness {
    /// By position in the set of vectors; 0 for a chunk that was not looked at.
    similarities: Vec<f32>,
    /// By file: where its chunks begin and end, if it has vectors.
    places: Vec<(u32, u32)>,
    /// The files of the nearest chunks, ascending.
    leaders: Vec<FileIndex>,
    /// The largest similarity.
    pub best: f64,
}

impl Nearness {
    fn new(set: &VectorSet, corpus: &Corpus, query: &[f32]) -> Nearness {
        let mut nearness = Nearness { places: vec![(0, 0); corpus.files.len()], ..Nearness::default() };
        nearness.similarities = set.similarities_or_nearest(query, POOL);
        let least = least_of_the_best(&nearness.similarities);
        for (file_id, range) in set.files() {
            let Some(file) = corpus.index_of_id(file_id) else { continue };
            let best = nearness.similarities.get(range.clone()).unwrap_or_default().iter().copied().fold(0.0, f32::max);
            nearness.places[file as usize] = (range.start as u32, range.end as u32);
            nearness.best = nearness.best.max(f64::from(best));
            if best > 0.0 && best >= least {
                nearness.leaders.push(file);
            }
        }
        nearness.leaders.sort_unstable();
        nearness
    }

    /// The files of the nearest chunks, ascending.
    pub(crate) fn leaders(&self) -> &[FileIndex] {
        &self.leaders
    }

    /// The similarity of one chunk of a file, from 0 to 1; 0 without a vector.
    pub(crate) fn chunk(&self, file: FileIndex, chunk: u32) -> f64 {
        self.of(file).get(chunk as usize).map_or(0.0, |similarity| f64::from(*similarity).max(0.0))
    }

    /// The largest similarity of the file's chunks, from 0 to 1.
    pub(crate) fn file(&self, file: FileIndex) -> f64 {
        f64::from(self.of(file).iter().copied().fold(0.0, f32::max))
    }

    fn of(&self, file: FileIndex) -> &[f32] {
        let (start, end) = self.places.get(file as usize).copied().unwrap_or_default();
        self.similarities.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The least of the [`POOL`] largest.
fn least_of_the_best(similarities: &[f32]) -> f32 {
    if similarities.len() <= POOL {
        return 0.0;
    }
    let mut sorted = similarities.to_vec();
    *sorted.select_nth_unstable_by(POOL - 1, |left, right| right.total_cmp(left)).1
}

impl Searcher {
    /// How near the question is to every chunk, and why that is not known, if it is not.
    pub(super) fn nearness(&self, text: &str, watch: &Watch) -> (Nearness, Vec<Degradation>) {
        match self.near(text, watch) {
            Ok(nearness) => (nearness, Vec::new()),
            Err(why) => (Nearness::default(), vec![Degradation::new("embedder", why)]),
        }
    }

    fn near(&self, text: &str, watch: &Watch) -> Result<Nearness, String> {
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
        Ok(Nearness::new(set, &shared.corpus, &vector))
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
