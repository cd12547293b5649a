//! The receipt of a bundle: what was asked, of what state, and the hashes of what came out.
//!
//! Never here: how a bundle is made, and how a receipt is checked (`verify.rs`).

use crate::assemble::bundle::{Bundle, Request, StopReason};
use crate::assemble::expand::Expansion;
use crate::assemble::imprint::Imprint;
use crate::assemble::session::{Known, Session};
use crate::error::{Error, Result};
use crate::source::{ContentHash, Generation};
use serde::{Deserialize, Serialize};

/// The version of the engine, which decides how text is ranked, packed and written.
pub(crate) const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// What a bundle was made from, and hashes of what came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The version of this form: [`Receipt::VERSION`].
    pub version: u32,
    /// What was asked, as it was asked.
    pub asked: Call,
    /// The state of the index that answered.
    pub generation: Generation,
    /// The hash of the paths and hashes of all files in that index.
    pub index: ContentHash,
    /// Everything besides the index that the text depends on.
    pub config: Fingerprint,
    /// What ended the packing. What the time ended cannot be repeated.
    pub stop: StopReason,
    /// The hash of the text.
    pub text_hash: ContentHash,
    /// The length of the text in bytes.
    pub text_bytes: usize,
    /// The pieces of the text, in its order.
    pub items: Vec<Imprint>,
}

impl Default for Receipt {
    fn default() -> Receipt {
        Receipt {
            version: Receipt::VERSION,
            asked: Call::default(),
            generation: Generation::default(),
            index: ContentHash::default(),
            config: Fingerprint::default(),
            stop: StopReason::NoResults,
            text_hash: ContentHash::of(b""),
            text_bytes: 0,
            items: Vec::new(),
        }
    }
}

impl Receipt {
    /// The version of the form that this engine writes and reads.
    pub const VERSION: u32 = 1;

    pub(crate) fn new(bundle: &Bundle, basis: &Basis, items: Vec<Imprint>) -> Receipt {
        Receipt {
            version: Receipt::VERSION,
            asked: basis.asked.clone(),
            generation: bundle.generation,
            index: basis.index,
            config: basis.config.clone(),
            stop: bundle.stop.reason,
            text_hash: ContentHash::of(bundle.text.as_bytes()),
            text_bytes: bundle.text.len(),
            items,
        }
    }

    /// Whether this engine reads it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for another version of the form.
    pub(crate) fn check(&self) -> Result<()> {
        if self.version == Receipt::VERSION {
            return self.items.iter().try_for_each(|item| item.check("receipt"));
        }
        let reason = format!("version {} is not the {} that this engine reads", self.version, Receipt::VERSION);
        Err(Error::argument("receipt", reason))
    }
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Call {
    /// The context for a question.
    Assemble(Request),
    /// Named pieces.
    Expand(Expansion),
}

impl Call {
    pub(crate) fn session(&self) -> Option<&Session> {
        match self {
            Call::Assemble(request) => request.session.as_ref(),
            Call::Expand(expansion) => expansion.session.as_ref(),
        }
    }

    pub(crate) fn budget(&self) -> usize {
        match self {
            Call::Assemble(request) => request.budget,
            Call::Expand(expansion) => expansion.budget,
        }
    }

    pub(crate) fn tokenizer(&self) -> &str {
        match self {
            Call::Assemble(request) => &request.tokenizer,
            Call::Expand(expansion) => &expansion.tokenizer,
        }
    }
}

impl Default for Call {
    fn default() -> Call {
        Call::Assemble(Request::default())
    }
}

/// What the text of a bundle depends on besides the request and the index.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Fingerprint {
    /// The version of the engine.
    pub engine: String,
    /// Whether secrets are masked.
    pub masks_secrets: bool,
    /// The tokenizer that counts.
    pub tokenizer: String,
    /// The hash of the policy, and of the settings and the reranker that a bundle depends on.
    pub policy: ContentHash,
    /// The host's embedder, if it has one.
    pub embedder: Option<String>,
    /// Whether the host has a reranker.
    pub has_reranker: bool,
}

impl Fingerprint {
    /// The names of the parts that differ from `other`.
    pub(crate) fn differences(&self, other: &Fingerprint) -> Vec<&'static str> {
        let parts = [
            ("engine", self.engine == other.engine),
            ("masks_secrets", self.masks_secrets == other.masks_secrets),
            ("tokenizer", self.tokenizer == other.tokenizer),
            ("policy", self.policy == other.policy),
            ("embedder", self.embedder == other.embedder),
            ("has_reranker", self.has_reranker == other.has_reranker),
        ];
        parts.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
    }
}

/// What a bundle is bound to from the start.
#[derive(Default)]
pub(crate) struct Basis {
    pub(crate) asked: Call,
    pub(crate) index: ContentHash,
    pub(crate) config: Fingerprint,
    /// The session that was passed in, as it stands now.
    pub(crate) known: Option<Known>,
}

impl Basis {
    /// `bundle` with its receipt and the state of its session; `imprints` are those of its items.
    pub(crate) fn finish(&self, mut bundle: Bundle, imprints: Vec<Imprint>) -> Bundle {
        if let Some(known) = &self.known {
            bundle = known.finish(bundle, &imprints, self.asked.budget());
        }
        bundle.receipt = Receipt::new(&bundle, self, imprints);
        bundle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_of_a_receipt_are_left_alone() {
        let fingerprint: Fingerprint = serde_json::from_str(r#"{"engine":"9.0.0","colour":"blue"}"#).unwrap();
        assert_eq!(fingerprint.differences(&Fingerprint::default()), ["engine"]);
    }
}
