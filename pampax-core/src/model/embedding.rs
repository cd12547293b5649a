//! The built-in embedding: a table of tokens, learned from code, that is summed up to vectors without a network, a
//! download or a graphics card.
//!
//! A text is cut into tokens; each distinct one adds its row, times its weight on this side (question or document),
//! times `1 + ln(occurrences)`; the sum is normalised. Tokens without a row are made of the rows of their sub-words, as in
//! Bojanowski, Grave, Joulin and Mikolov, "Enriching word vectors with subword information" (2017), so none is unknown.
//!
//! Never here: where vectors are kept and searched.

use super::files;
use super::format::{self, Artefact};
use super::tokens::{self, Kind, Tokeniser};
use crate::error::{Error, Result};
use crate::host::{BoxError, Embedder, Purpose};
use crate::limits::Watch;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// A static embedding of text and code.
#[derive(Debug, Clone)]
pub struct StaticModel {
    artefact: Artefact,
    id: String,
}

/// The most bytes of a file that is taken for a model.
const MAX_BYTES: u64 = 1 << 30;

/// The artefact that comes with the program.
const BUILT_IN: &[u8] = include_bytes!("builtin.bin");

impl StaticModel {
    /// The model that comes with the program. Nothing is copied and nothing read but its header, so this costs next to
    /// nothing.
    pub fn built_in() -> Arc<StaticModel> {
        let model = StaticModel::unchecked(Cow::Borrowed(BUILT_IN), "built-in");
        Arc::new(model.expect("a test reads the artefact of the crate"))
    }

    /// The model in the file at `path`, as `pampax train` writes it. The file is read whole and its checksum checked.
    ///
    /// # Errors
    /// `IO` when the file cannot be read, is a pipe or a device, or has more than a gigabyte; `INVALID_ARGUMENT` when it is not a model or is damaged.
    pub fn open(path: &Path) -> Result<StaticModel> {
        let bytes = files::whole(path, MAX_BYTES).map_err(|error| Error::io("read", path, error))?;
        StaticModel::from_bytes(bytes).map_err(|error| match error {
            Error::InvalidArgument { argument, reason } => {
                Error::argument(argument, format!("{}: {reason}", path.display()))
            }
            other => other,
        })
    }

    /// The model that `bytes` hold.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when they are not a model or are damaged.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<StaticModel> {
        let model = StaticModel::unchecked(Cow::Owned(bytes), "static")?;
        match model.artefact.is_sound() {
            true => Ok(model),
            false => Err(Error::argument("model", "its contents are damaged")),
        }
    }

    fn unchecked(bytes: Cow<'static, [u8]>, name: &str) -> Result<StaticModel> {
        let artefact = Artefact::new(bytes).map_err(|reason| Error::argument("model", reason))?;
        let id = format!("pampax-{name}-{}", artefact.name());
        Ok(StaticModel { artefact, id })
    }

    /// The number of components of every vector.
    pub fn dimensions(&self) -> usize {
        self.artefact.dimensions
    }

    /// The number of tokens that have a row of their own.
    pub fn token_count(&self) -> usize {
        self.artefact.token_count()
    }

    /// The size of the model in bytes.
    pub fn byte_count(&self) -> usize {
        self.artefact.byte_count()
    }

    /// What the model was trained on, with which command, as JSON.
    pub fn provenance(&self) -> &str {
        self.artefact.provenance()
    }

    /// Appends one vector of length 1 and [`StaticModel::dimensions`] components for each text to `vectors`.
    ///
    /// A text without a token has a fixed direction.
    pub fn embed_into(&self, texts: &[&str], purpose: Purpose, vectors: &mut Vec<f32>) {
        let mut room = Room::default();
        vectors.reserve(texts.len() * self.dimensions());
        for text in texts {
            let start = vectors.len();
            vectors.resize(start + self.dimensions(), 0.0);
            self.sum(text, side(purpose), &mut room, &mut vectors[start..]);
        }
    }

    fn sum(&self, text: &str, side: usize, room: &mut Room, sum: &mut [f32]) {
        room.read(text, &self.artefact);
        for run in room.rows.chunk_by(|one, other| one == other) {
            self.artefact.add(run[0], self.artefact.weight(run[0], side) * damped(run.len()), sum);
        }
        for run in room.unknown.chunk_by(|one, other| one.0 == other.0) {
            let (_, start, end) = run[0];
            room.subwords.clear();
            tokens::each_subword(&room.texts[start..end], self.artefact.bucket_count, &mut |bucket| {
                room.subwords.push(self.artefact.bucket_row(bucket));
            });
            let share = damped(run.len()) / room.subwords.len().max(1) as f32;
            let weights: f32 = room.subwords.iter().map(|row| self.artefact.weight(*row, side)).sum();
            let weight = weights / room.subwords.len().max(1) as f32;
            room.subwords.iter().for_each(|row| self.artefact.add(*row, weight * share, sum));
        }
        normalise(sum);
    }
}

impl Embedder for StaticModel {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.artefact.dimensions
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        let mut vectors = Vec::new();
        for batch in texts.chunks(256) {
            watch.check("embed")?;
            self.embed_into(batch, purpose, &mut vectors);
        }
        Ok(vectors)
    }
}

fn side(purpose: Purpose) -> usize {
    match purpose {
        Purpose::Query => 0,
        Purpose::Document => 1,
    }
}

/// What a token that occurs `count` times counts.
fn damped(count: usize) -> f32 {
    1.0 + f64::from(u32::try_from(count).unwrap_or(u32::MAX)).ln() as f32
}

/// Room for the tokens of one text, used again for the next.
#[derive(Default)]
struct Room {
    tokeniser: Tokeniser,
    rows: Vec<u32>,
    /// Tokens without a row: their hash, and where they stand in `texts`.
    unknown: Vec<(u64, usize, usize)>,
    texts: String,
    subwords: Vec<u32>,
}

impl Room {
    /// Finds the rows of the tokens of `text`, equal ones side by side.
    fn read(&mut self, text: &str, artefact: &Artefact) {
        let Room { tokeniser, rows, unknown, texts, .. } = self;
        rows.clear();
        unknown.clear();
        texts.clear();
        tokeniser.each(text, &mut |kind, token| {
            let hash = format::hash(token);
            match artefact.row(hash) {
                Some(row) => rows.push(row),
                None if kind == Kind::Whole => {}
                None => {
                    let start = texts.len();
                    texts.push_str(token);
                    unknown.push((hash, start, texts.len()));
                }
            }
        });
        rows.sort_unstable();
        unknown.sort_unstable();
    }
}

/// Makes a vector's length 1; one without a direction gets a fixed one.
fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt() as f32;
    if length > 0.0 && length.is_finite() {
        vector.iter_mut().for_each(|value| *value /= length);
    } else {
        let equal = 1.0 / (vector.len() as f32).sqrt();
        vector.fill(equal);
    }
}

#[cfg(test)]
mod tests;
