//! Models in the model2vec format: a row for each token of a tokenizer, and a text is the mean of the rows of its tokens.
//!
//! Never here: how rows are stored.

use crate::error::Result;
use crate::host::{BoxError, Embedder, Purpose};
use crate::limits::Watch;
use crate::model::files::{self, wrong};
use crate::model::prefixes::Prefixes;
use crate::model::table::Table;
use crate::model::tokenizer::{self, Around, FileTokenizer};
use crate::parallel::guarded;
use serde::Deserialize;
use std::fmt;
use std::path::Path;

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const TENSORS: &str = "model.safetensors";

/// The largest files that are read, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;
const MAX_TENSOR_BYTES: u64 = 2 << 30;

/// The most tokens of a text that count, where the model does not say.
const MAX_TOKENS: usize = 512;

/// An embedding model in the model2vec format, in memory. With the feature `model2vec`.
///
/// The vector of a text is the mean of the rows of its tokens, each times its weight where the model has weights, with
/// unknown tokens left out: the same as the Python package of that name gives. A text without any known token, for which
/// that gives zeros, has the direction of the first axis here, since a vector without a direction cannot be compared.
pub struct Model2Vec {
    name: String,
    id: String,
    tokenizer: FileTokenizer,
    table: Table,
    normalize: bool,
    /// The most characters of a text that are looked at.
    max_characters: Option<usize>,
    prefixes: Prefixes,
}

/// What `config.json` may say.
#[derive(Deserialize)]
#[serde(default)]
struct Settings {
    normalize: bool,
    max_length: Option<usize>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { normalize: false, max_length: Some(MAX_TOKENS) }
    }
}

impl Model2Vec {
    /// The model in `folder`: `config.json`, `tokenizer.json`, and `model.safetensors` with a matrix `embeddings` and
    /// perhaps lists `weights` and `mapping`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the file and what is wrong with it.
    pub fn open(folder: &Path) -> Result<Model2Vec> {
        let settings = files::read(folder, CONFIG, MAX_CONFIG_BYTES)?;
        let tokenizer = files::read(folder, TOKENIZER, tokenizer::MAX_BYTES)?;
        let tensors = files::read(folder, TENSORS, MAX_TENSOR_BYTES)?;
        let mut hasher = blake3::Hasher::new();
        for part in [&settings, &tokenizer, &tensors] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        let name = files::name("model2vec", &hasher.finalize());
        let settings: Settings = serde_json::from_slice(&settings).map_err(|error| wrong(folder, CONFIG, error))?;
        let tokenizer =
            FileTokenizer::new(&tokenizer, settings.max_length).map_err(|error| wrong(folder, TOKENIZER, error))?;
        let table = guarded(|| Table::new(tensors)).unwrap_or_else(Err);
        let table = table.map_err(|error| wrong(folder, TENSORS, error))?;
        let median = check_vocabulary(&tokenizer, &table).map_err(|error| wrong(folder, TOKENIZER, error))?;
        let max_characters = settings.max_length.map(|tokens| tokens.saturating_mul(median));
        let (normalize, prefixes) = (settings.normalize, Prefixes::default());
        Ok(Model2Vec { id: name.clone(), name, tokenizer, table, normalize, max_characters, prefixes })
    }

    /// This model with texts put after prefixes.
    pub fn with_prefixes(mut self, prefixes: Prefixes) -> Model2Vec {
        self.id = format!("{}{}", self.name, prefixes.in_name());
        self.prefixes = prefixes;
        self
    }

    /// The vector of `text`, with the direction of the first axis where it has none.
    fn vector(&self, text: &str) -> std::result::Result<Vec<f32>, String> {
        let end = self.max_characters.and_then(|most| text.char_indices().nth(most)).map_or(text.len(), |(end, _)| end);
        let tokens = self.tokenizer.tokens(&text[..end], Around::Nothing)?;
        let known = tokens.ids.into_iter().filter(|token| Some(*token) != self.tokenizer.unknown());
        let mean = self.table.mean(known).unwrap_or_default();
        let length = mean.iter().map(|component| component * component).sum::<f64>().sqrt();
        if length == 0.0 {
            let mut axis = vec![0.0; self.table.dimensions()];
            axis[0] = 1.0;
            return Ok(axis);
        }
        let unit = if self.normalize { length } else { 1.0 };
        Ok(mean.into_iter().map(|component| (component / unit) as f32).collect())
    }
}

/// The median length of a token, in characters, when every token has a row.
fn check_vocabulary(tokenizer: &FileTokenizer, table: &Table) -> std::result::Result<usize, String> {
    let vocabulary = tokenizer.vocabulary()?;
    if let Some((token, number)) = vocabulary.iter().max_by_key(|(_, number)| *number)
        && *number as usize >= table.tokens()
    {
        return Err(format!("token {token:?} has the number {number}, and {TENSORS} has {} rows", table.tokens()));
    }
    let mut lengths: Vec<usize> = vocabulary.iter().map(|(token, _)| token.chars().count()).collect();
    lengths.sort_unstable();
    let middle = lengths.len() / 2;
    match lengths.len() {
        0 => Err("it has no token".to_owned()),
        count if count % 2 == 0 => Ok((lengths[middle - 1] + lengths[middle]) / 2),
        _ => Ok(lengths[middle]),
    }
}

impl Embedder for Model2Vec {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.table.dimensions()
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        let mut vectors = Vec::with_capacity(texts.len() * self.dimensions());
        for text in texts {
            watch.check("embed")?;
            vectors.extend(self.vector(&self.prefixes.before(text, purpose))?);
        }
        Ok(vectors)
    }
}

impl fmt::Debug for Model2Vec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Model2Vec").field("id", &self.id).finish_non_exhaustive()
    }
}
