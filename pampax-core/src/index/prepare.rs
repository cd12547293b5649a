//! One file from disk to everything that is stored about it. Runs in workers, on one file at a time.
//!
//! Never here: the catalog, the text index.

use crate::classify::Skipped;
use crate::config::Config;
use crate::error::Result;
use crate::host::Clock;
use crate::index::local::{FileVectors, LocalModel};
use crate::index::plan::Candidate;
use crate::parse::{ParseLimits, Parsed, parse};
use crate::search::terms::{FileTerms, file_terms};
use crate::source::{ContentHash, RepoPath};
use crate::store::commit::FileStat;
use crate::store::packed::PackedContent;
use crate::walk::{SourceFile, WalkedFile, read};
use std::path::Path;

/// Raised by every change to walking, decoding, classifying or parsing that changes what is stored about a file.
const PARSER_VERSION: u32 = 3;

/// What preparing needs besides the file.
#[derive(Clone, Copy)]
pub(crate) struct Preparation<'a> {
    pub root: &'a Path,
    pub config: &'a Config,
    pub clock: &'a dyn Clock,
    /// The model that makes vectors here and now, if one does.
    pub model: Option<LocalModel<'a>>,
}

/// A file that is ready to be stored.
pub(crate) struct Prepared {
    pub source: SourceFile,
    pub stat: FileStat,
    pub lines: u32,
    pub parsed: Parsed,
    pub content: PackedContent,
    pub terms: FileTerms,
    /// The vectors of its chunks, where [`Preparation::model`] makes them.
    pub vectors: Option<FileVectors>,
}

/// What reading a candidate came to.
pub(crate) enum Reading {
    /// It cannot be indexed.
    Skipped(Skipped, FileStat),
    /// Its content is the one that is indexed.
    Unchanged(FileStat),
    /// Its content is one of those whose paths are gone; it is not parsed yet.
    Known(SourceFile, FileStat),
    /// Its content is new.
    New(Box<Prepared>),
}

impl Preparation<'_> {
    /// Reads a candidate, and parses it where its content is new. `is_known` tells the contents whose paths are gone.
    ///
    /// # Errors
    /// `INTERNAL` when compression fails.
    pub(crate) fn look(&self, candidate: &Candidate, is_known: &dyn Fn(ContentHash) -> bool) -> Result<Reading> {
        let WalkedFile { path, size, mtime_ns } = &candidate.walked;
        let stat = FileStat { size: *size, mtime_ns: *mtime_ns, seen_ms: self.clock.unix_ms() };
        let source = match read(self.root, &candidate.walked, self.config) {
            Ok(source) => source,
            Err(skipped) => return Ok(Reading::Skipped(skipped, stat)),
        };
        match &candidate.row {
            Some(row) if row.hash == source.hash && row.parse_key == parse_key(self.config) => {
                Ok(Reading::Unchanged(stat))
            }
            None if is_known(source.hash) => Ok(Reading::Known(source, stat)),
            _ => self.prepare(path, source, stat).map(|prepared| Reading::New(Box::new(prepared))),
        }
    }

    /// Parses and analyses a file.
    ///
    /// # Errors
    /// `INTERNAL` when compression fails.
    pub(crate) fn prepare(&self, path: &RepoPath, source: SourceFile, stat: FileStat) -> Result<Prepared> {
        let indexer = &self.config.indexer;
        let limits = ParseLimits { timeout_ms: indexer.parse_timeout_ms, max_chunk_tokens: indexer.max_chunk_tokens };
        let parsed = parse(&source.text, source.language, &limits, self.clock);
        let offsets = Some(source.offsets.to_bytes()).filter(|bytes| !bytes.is_empty());
        let content = PackedContent::new(&source.text, offsets, &parsed)?;
        let terms = file_terms(path, &source.text, &parsed);
        let vectors = self.model.map(|model| model.vectors(&source.text, &parsed));
        Ok(Prepared { lines: line_count(&source.text), source, stat, parsed, content, terms, vectors })
    }
}

fn line_count(text: &str) -> u32 {
    u32::try_from(text.lines().count()).unwrap_or(u32::MAX)
}

/// A fingerprint of everything besides its bytes that the structure of a file depends on.
pub(crate) fn parse_key(config: &Config) -> i64 {
    let indexer = &config.indexer;
    fingerprint(&[
        u64::from(PARSER_VERSION),
        indexer.parse_timeout_ms,
        u64::from(indexer.max_chunk_tokens),
        u64::from(config.security.index_secret_files),
    ])
}

/// A fingerprint of everything besides its bytes that the reason to skip a file depends on.
pub(crate) fn skip_key(config: &Config) -> i64 {
    let indexer = &config.indexer;
    fingerprint(&[u64::from(PARSER_VERSION), indexer.max_file_bytes, u64::from(config.security.index_secret_files)])
}

fn fingerprint(values: &[u64]) -> i64 {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let mut first = [0; 8];
    first.copy_from_slice(&ContentHash::of(&bytes).0[..8]);
    i64::from_le_bytes(first)
}
