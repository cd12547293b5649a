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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn tokenizer(model: Value, max_tokens: Option<usize>) -> Result<FileTokenizer, String> {
        let whole = json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
            "pre_tokenizer": { "type": "Whitespace" }, "post_processor": null, "decoder": null, "model": model,
        });
        FileTokenizer::new(whole.to_string().as_bytes(), max_tokens)
    }

    #[cfg(feature = "model2vec")]
    #[test]
    fn every_kind_of_model_says_what_is_unknown() {
        let words = json!({ "a": 0, "b": 1, "?": 2 });
        let pieces = json!([["?", 0.0], ["a", -1.0], ["b", -2.0]]);
        for (model, ids, unknown) in [
            (json!({ "type": "WordLevel", "vocab": words, "unk_token": "?" }), vec![0, 2, 1], Some(2)),
            (json!({ "type": "WordLevel", "vocab": words, "unk_token": "none" }), vec![], None),
            (json!({ "type": "BPE", "vocab": words, "merges": [] }), vec![0, 1], None),
            (json!({ "type": "BPE", "vocab": words, "merges": [], "unk_token": "?" }), vec![0, 2, 1], Some(2)),
            (json!({ "type": "Unigram", "vocab": pieces, "unk_id": 0 }), vec![1, 0, 2], Some(0)),
        ] {
            let tokenizer = tokenizer(model.clone(), None).unwrap();
            assert_eq!(tokenizer.unknown(), unknown, "{model}");
            let found = tokenizer.tokens("a c b", Around::Nothing);
            assert_eq!(found.map(|tokens| tokens.ids).unwrap_or_default(), ids, "{model}");
        }
    }

    #[cfg(feature = "model2vec")]
    #[test]
    fn a_text_is_cut_off_after_the_most_tokens() {
        let model = json!({ "type": "WordLevel", "vocab": { "a": 0, "b": 1 }, "unk_token": "a" });
        let tokenizer = tokenizer(model, Some(3)).unwrap();
        assert_eq!(tokenizer.tokens("b b a b b", Around::Nothing).unwrap().ids, [1, 1, 0]);
        assert_eq!(tokenizer.tokens("", Around::Nothing).unwrap().ids, [0; 0]);
    }

    #[test]
    fn what_is_no_tokenizer_is_an_error() {
        for model in [
            json!({}),
            json!(null),
            json!({ "type": "Unigram", "vocab": [], "unk_id": 7 }),
            json!({ "type": "BPE", "vocab": { "a": 0 }, "merges": [["a", "z"]] }),
            json!({ "type": "WordPiece", "vocab": { "a": 4_294_967_296u64 }, "unk_token": "a" }),
        ] {
            assert!(tokenizer(model.clone(), None).is_err(), "{model}");
        }
        assert!(FileTokenizer::new(b"\xff", None).is_err());
    }
}
