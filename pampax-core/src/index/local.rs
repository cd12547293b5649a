//! Vectors of one file by a model that computes in this process. Runs in workers, on one file at a time.
//!
//! Never here: embedders that may be slow, broken or far away (`embed.rs`).

use crate::host::{BoxError, Embedder, Purpose};
use crate::limits::Watch;
use crate::parallel::guarded;
use crate::parse::redact::{self, Masking};
use crate::parse::{Chunk, Parsed};
use crate::store::vectors::{Block, Quantised};

/// A model that computes in this process, and how secrets go to it.
#[derive(Clone, Copy)]
pub(crate) struct LocalModel<'a> {
    pub embedder: &'a dyn Embedder,
    pub masking: Masking,
    pub watch: &'a Watch,
}

/// The vectors of the chunks of a file, or why there are none.
pub(crate) type FileVectors = std::result::Result<Block, String>;

impl LocalModel<'_> {
    /// The number of components of its vectors.
    pub(crate) fn dimensions(&self) -> u32 {
        u32::try_from(self.embedder.dimensions()).unwrap_or(u32::MAX)
    }

    /// The vectors of the chunks of `text`.
    pub(crate) fn vectors(&self, text: &str, parsed: &Parsed) -> FileVectors {
        let texts = chunk_texts(text, parsed, self.masking);
        let make = || vectors(self.embedder, (&texts, self.embedder.dimensions()), self.watch);
        match guarded(make) {
            Ok(Ok(vectors)) => Ok(Block::new(&vectors)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(panic) => Err(format!("it panicked: {panic}")),
        }
    }
}

/// The texts that stand for the chunks of a file. The path is not part of them, so a file that moves keeps its vectors.
pub(crate) fn chunk_texts(text: &str, parsed: &Parsed, masking: Masking) -> Vec<String> {
    let secrets = match masking {
        Masking::Masked => redact::secrets(text),
        Masking::Plain => Vec::new(),
    };
    let chunk_text = |chunk: &Chunk| {
        let range = chunk.bytes.start as usize..chunk.bytes.end as usize;
        let part = redact::mask_range(text, &secrets, range);
        match chunk.breadcrumb.as_str() {
            "" => part.into_owned(),
            breadcrumb => format!("{}\n{part}", redact::masked_as(masking, breadcrumb)),
        }
    };
    parsed.chunks.iter().map(chunk_text).collect()
}

/// The vectors of `texts`, which have `dimensions` components each and a direction.
pub(crate) fn vectors(
    embedder: &dyn Embedder,
    (texts, dimensions): (&[String], usize),
    watch: &Watch,
) -> std::result::Result<Vec<Quantised>, BoxError> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let numbers = embedder.embed(&texts, Purpose::Document, watch)?;
    let expected = texts.len().saturating_mul(dimensions);
    if numbers.len() != expected || expected == 0 {
        return Err(format!("it gave {} numbers where {expected} were expected", numbers.len()).into());
    }
    let vectors: Option<Vec<Quantised>> = numbers.chunks_exact(dimensions).map(Quantised::new).collect();
    vectors.ok_or_else(|| "it gave a vector that has no direction or holds a number that is not finite".into())
}
