//! What a caller asks: the text, the limit, the filters.
//!
//! Never here: what the text means (`question.rs`).

use crate::error::{Error, Result};
use crate::search::corpus::CorpusFile;
use crate::source::{Language, RepoPath, Role, SpanKind};
use globset::{GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

/// The most hits one query may ask for.
pub const MAX_LIMIT: usize = 1_000;

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Query {
    /// The question, identifiers, or both. It is data: no character in it is syntax. Default: empty, which finds nothing.
    pub text: String,
    /// The most hits to return, from 1 to 1,000. Default: 10.
    pub limit: usize,
    /// What may be returned. Default: everything.
    pub filters: Filters,
    /// The least [`Hit::confidence`](crate::Hit) of a hit, from 0 to 1; what falls short of it is left out, so that a
    /// question which the tree does not answer finds nothing. Default: 0.
    pub min_confidence: f64,
}

impl Default for Query {
    fn default() -> Query {
        Query { text: String::new(), limit: 10, filters: Filters::default(), min_confidence: 0.0 }
    }
}

impl Query {
    /// A question with the defaults.
    pub fn new(text: impl Into<String>) -> Query {
        Query { text: text.into(), ..Query::default() }
    }

    /// This query with at most `limit` hits.
    pub fn with_limit(mut self, limit: usize) -> Query {
        self.limit = limit;
        self
    }

    /// This query without hits below a confidence.
    pub fn with_min_confidence(mut self, min_confidence: f64) -> Query {
        self.min_confidence = min_confidence;
        self
    }

    /// This query with filters.
    pub fn with_filters(mut self, filters: Filters) -> Query {
        self.filters = filters;
        self
    }
}

/// What may be returned. Empty lists do not restrict; within a list any entry is enough; lists restrict together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Filters {
    /// Globs of paths to include, such as `src/**/*.rs`. Default: none.
    pub include: Vec<String>,
    /// Globs of paths to leave out. Default: none.
    pub exclude: Vec<String>,
    /// Languages. Default: none.
    pub languages: Vec<Language>,
    /// Kinds of the definition a hit is or lies in. Default: none.
    pub kinds: Vec<SpanKind>,
    /// Roles of the file. Default: none.
    pub roles: Vec<Role>,
}

/// Filters with their globs compiled.
pub(crate) struct FileFilter<'a> {
    filters: &'a Filters,
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
}

impl<'a> FileFilter<'a> {
    /// Compiles the globs.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the first glob that is malformed.
    pub(crate) fn new(filters: &'a Filters) -> Result<FileFilter<'a>> {
        Ok(FileFilter {
            filters,
            include: glob_set("include", &filters.include)?,
            exclude: glob_set("exclude", &filters.exclude)?,
        })
    }

    /// Whether hits of this file may be returned.
    pub(crate) fn accepts(&self, file: &CorpusFile) -> bool {
        let filters = self.filters;
        (filters.languages.is_empty() || filters.languages.contains(&file.language))
            && (filters.roles.is_empty() || filters.roles.contains(&file.role))
            && self.include.as_ref().is_none_or(|globs| matches(globs, &file.path))
            && !self.exclude.as_ref().is_some_and(|globs| matches(globs, &file.path))
    }

    /// Whether a hit in a definition of this kind may be returned.
    pub(crate) fn accepts_kind(&self, kind: Option<SpanKind>) -> bool {
        self.filters.kinds.is_empty() || kind.is_some_and(|kind| self.filters.kinds.contains(&kind))
    }

    /// Whether kinds are restricted.
    pub(crate) fn restricts_kinds(&self) -> bool {
        !self.filters.kinds.is_empty()
    }
}

/// A glob without a slash names files anywhere, as in an ignore file; a folder stands for what is in it.
fn glob_set(argument: &'static str, globs: &[String]) -> Result<Option<GlobSet>> {
    if globs.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let trimmed = glob.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        let anywhere = if trimmed.contains('/') || glob.starts_with('/') { "" } else { "**/" };
        for pattern in [format!("{anywhere}{trimmed}"), format!("{anywhere}{trimmed}/**")] {
            let compiled = globset::GlobBuilder::new(&pattern).literal_separator(true).build();
            set.add(compiled.map_err(|error| Error::argument(argument, format!("`{glob}`: {}", error.kind())))?);
        }
    }
    set.build().map(Some).map_err(|error| Error::argument(argument, error.kind().to_string()))
}

fn matches(globs: &GlobSet, path: &RepoPath) -> bool {
    globs.is_match(path.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(include: &[&str], exclude: &[&str], path: &str) -> bool {
        let owned = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
        let filters = Filters { include: owned(include), exclude: owned(exclude), ..Filters::default() };
        let path = RepoPath::new(path).unwrap();
        let file = CorpusFile {
            id: 0,
            path,
            language: Language::Rust,
            role: Role::Code,
            size: 0,
            mtime_ns: 0,
            hash: crate::source::ContentHash([0; 16]),
        };
        FileFilter::new(&filters).unwrap().accepts(&file)
    }

    #[test]
    fn globs_include_and_exclude_paths() {
        assert!(accepts(&[], &[], "src/a.rs"));
        assert!(accepts(&["*.rs"], &[], "src/deep/a.rs"));
        assert!(accepts(&["src/**/*.rs"], &[], "src/a.rs"));
        assert!(accepts(&["src"], &[], "src/deep/a.rs"));
        assert!(accepts(&["src/"], &[], "src/deep/a.rs"));
        assert!(!accepts(&["src/*.rs"], &[], "src/deep/a.rs"));
        assert!(!accepts(&["/src"], &[], "lib/src/a.rs"));
        assert!(!accepts(&["*.rs"], &["src"], "src/a.rs"));
    }

    #[test]
    fn a_malformed_glob_is_an_invalid_argument() {
        let filters = Filters { include: vec!["src/[".to_owned()], ..Filters::default() };
        let error = FileFilter::new(&filters).err().unwrap();
        assert_eq!(error.code(), crate::error::ErrorCode::InvalidArgument);
        assert!(error.to_string().contains("src/["));
    }
}
