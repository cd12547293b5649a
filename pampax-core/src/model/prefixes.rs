//! What stands before texts.
//!
//! Never here: the texts.

use crate::host::Purpose;

/// What is put before texts, for models that tell questions from documents so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prefixes {
    /// Before each question, such as `search_query: `. Default: nothing.
    pub query: String,
    /// Before each piece of a file, such as `search_document: `. Default: nothing.
    pub document: String,
}

impl Prefixes {
    /// These prefixes.
    pub fn new(query: impl Into<String>, document: impl Into<String>) -> Prefixes {
        Prefixes { query: query.into(), document: document.into() }
    }

    /// What is embedded for `text`.
    pub(super) fn before(&self, text: &str, purpose: Purpose) -> String {
        let prefix = match purpose {
            Purpose::Query => &self.query,
            Purpose::Document => &self.document,
        };
        format!("{prefix}{text}")
    }

    /// What the name of a model ends with: another prefix makes other vectors.
    pub(super) fn in_name(&self) -> String {
        match self.document.as_str() {
            "" => String::new(),
            prefix => format!(" after {prefix:?}"),
        }
    }
}
