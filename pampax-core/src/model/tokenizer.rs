//! Text to the numbers of its tokens, as a `tokenizer.json` has it.
//!
//! The library that reads the file may panic on what it holds; a panic is an error here. It starts threads only for
//! batches and for padding, and is asked for neither.
//!
//! Never here: what the numbers stand for.

use crate::parallel::guarded;
use serde::Deserialize;
use tokenizers::{Tokenizer, TruncationParams};

/// The largest `tokenizer.json` that is read, in bytes. Those of models for a hundred languages have 40 MB.
pub(super) const MAX_BYTES: u64 = 128 << 20;

/// A tokenizer of a model that is used, bounded in what it gives.
pub(super) struct FileTokenizer {
    tokenizer: Tokenizer,
    /// What stands for text that the vocabulary has no token for.
    unknown: Option<u32>,
}

/// The tokens of one text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub ids: Vec<u32>,
    /// Which of two texts each token is of. With one text, what the model calls the first one.
    #[cfg(feature = "onnx")]
    pub type_ids: Vec<u32>,
}

/// Whether the tokens that a model puts around a text are given too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// They are not.
    #[cfg(feature = "model2vec")]
    Nothing,
    /// They are, and count for the bound.
    #[cfg(feature = "onnx")]
    Special,
}

/// The part of the file that tells what is unknown.
#[derive(Deserialize)]
struct Document {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    unk_token: Option<String>,
    unk_id: Option<u32>,
}

impl FileTokenizer {
    /// The tokenizer that `bytes` describe, which gives at most `max_tokens` for a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(bytes: &[u8], max_tokens: Option<usize>) -> Result<FileTokenizer, String> {
        let document: Document = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let tokenizer = guarded(|| {
            let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| error.to_string())?;
            let truncation =
                max_tokens.map(|max_length| TruncationParams { max_length, ..TruncationParams::default() });
            tokenizer.with_padding(None).with_truncation(truncation).map_err(|error| error.to_string())?;
            Ok::<Tokenizer, String>(tokenizer)
        });
        let tokenizer = tokenizer.map_err(|panic| format!("it cannot be used: {panic}"))??;
        let unknown = document.model.unk_token.and_then(|token| tokenizer.token_to_id(&token));
        Ok(FileTokenizer { tokenizer, unknown: unknown.or(document.model.unk_id) })
    }

    /// The tokens of `text`.
    ///
    /// # Errors
    /// Why it has none.
    pub(super) fn tokens(&self, text: &str, around: Around) -> Result<Tokens, String> {
        let has_special = match around {
            #[cfg(feature = "model2vec")]
            Around::Nothing => false,
            #[cfg(feature = "onnx")]
            Around::Special => true,
        };
        let encoding = guarded(|| self.tokenizer.encode_fast(text, has_special).map_err(|error| error.to_string()));
        let encoding = encoding.map_err(|panic| format!("the tokenizer cannot be used: {panic}"))??;
        Ok(Tokens {
            ids: encoding.get_ids().to_vec(),
            #[cfg(feature = "onnx")]
            type_ids: encoding.get_type_ids().to_vec(),
        })
    }

    /// What stands for text that the vocabulary has no token for.
    #[cfg(feature = "model2vec")]
    pub(super) fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    /// Every token and its number.
    #[cfg(feature = "model2vec")]
    pub(super) fn vocabulary(&self) -> Result<Vec<(String, u32)>, String> {
        guarded(|| self.tokenizer.get_vocab(true).into_iter().collect())
            .map_err(|panic| format!("it cannot be used: {panic}"))
    }
}
