//! What resolving reads of one snapshot: documents, definitions by name, files by what they mention; kept once read.
//!
//! Never here: what a name refers to.

use super::bindings::{self, Binding};
use super::family::Family;
use super::manifest;
use super::near::NearEdge;
use super::tables::Tables;
use crate::error::Result;
use crate::limits::Watch;
use crate::parse::Span;
use crate::search::corpus::FileIndex;
use crate::search::{Document, Searcher};
use crate::source::{RepoPath, SpanKind};
use crate::store::catalog::{NameMatch, fold_name};
use quick_cache::sync::Cache;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The most definitions of one name that are looked at, in the order of their paths.
pub(super) const MAX_NAMESAKES: usize = 1_000;

/// About how many names and files with their imports are kept.
const KEPT_NAMES: usize = 4_000;
const KEPT_FILES: usize = 2_000;

/// The most manifests that are read.
const MAX_MANIFESTS: usize = 500;

/// One definition, or a file as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub file: FileIndex,
    /// The position in the file's spans; `None` for the file itself.
    pub span: Option<u32>,
}

/// Where a definition's name is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    File,
    /// In a namespace or module within the file, by its name.
    Module(String),
    /// On a type or an object, by its name.
    Type(String),
    /// Within a function of the file, by the function's position.
    Local(u32),
}

/// One definition with the name that was asked for.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub file: FileIndex,
    pub span: u32,
    pub kind: SpanKind,
    pub family: Family,
    pub scope: Scope,
    /// Whether it only announces what is defined elsewhere.
    pub is_declaration: bool,
    /// Whether only its own file can see it, as with `static` in C.
    pub is_private: bool,
}

impl Candidate {
    pub(super) fn place(&self) -> Place {
        Place { file: self.file, span: Some(self.span) }
    }

    pub(super) fn is_of(&self, owner: &str) -> bool {
        matches!(&self.scope, Scope::Type(name) if name == owner)
    }

    pub(super) fn is_loose(&self) -> bool {
        matches!(self.scope, Scope::File | Scope::Module(_))
    }
}

/// What was read of one snapshot for graphs. Filled as questions need it.
pub(crate) struct Kept {
    tables: OnceLock<Arc<Tables>>,
    has_exact: OnceLock<bool>,
    names: Cache<String, Arc<Vec<Candidate>>>,
    /// How many definitions a name has, counted up to [`MAX_NAMESAKES`].
    counts: Cache<String, usize>,
    bindings: Cache<FileIndex, Arc<Vec<Binding>>>,
    /// The near edges of definitions.
    pub(super) near: Cache<Place, Arc<Vec<NearEdge>>>,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept {
            tables: OnceLock::new(),
            has_exact: OnceLock::new(),
            names: Cache::new(KEPT_NAMES),
            counts: Cache::new(KEPT_NAMES),
            bindings: Cache::new(KEPT_FILES),
            near: Cache::new(KEPT_NAMES),
        }
    }
}

/// One snapshot as resolving sees it.
pub(crate) struct View<'s> {
    pub(super) searcher: &'s Searcher,
    pub(super) tables: Arc<Tables>,
    pub(super) watch: &'s Watch,
}

impl<'s> View<'s> {
    /// The view of `searcher`'s snapshot.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` or `IO` when a manifest cannot be read.
    pub(crate) fn new(searcher: &'s Searcher, watch: &'s Watch) -> Result<View<'s>> {
        let kept = searcher.kept();
        let tables = match kept.tables.get() {
            Some(tables) => tables.clone(),
            None => {
                let tables = Arc::new(read_tables(searcher)?);
                kept.tables.get_or_init(|| tables).clone()
            }
        };
        Ok(View { searcher, tables, watch })
    }

    pub(super) fn document(&self, file: FileIndex) -> Result<Arc<Document>> {
        self.searcher.read(file)
    }

    pub(super) fn family(&self, file: FileIndex) -> Family {
        Family::of(self.searcher.corpus().files[file as usize].language)
    }

    /// The imports of a file.
    pub(super) fn bindings(&self, file: FileIndex) -> Result<Arc<Vec<Binding>>> {
        self.searcher.kept().bindings.get_or_insert_with(&file, || {
            let document = self.document(file)?;
            Ok(Arc::new(bindings::read(document.language, &document.text, &document.parsed)))
        })
    }

    /// The definitions of exactly this name, ordered by path and position.
    pub(super) fn named(&self, name: &str) -> Result<Arc<Vec<Candidate>>> {
        self.searcher.kept().names.get_or_insert_with(name, || self.read_named(name).map(Arc::new))
    }

    /// Whether an index that a compiler made was imported.
    pub(super) fn has_exact(&self) -> Result<bool> {
        let kept = self.searcher.kept();
        if let Some(has_exact) = kept.has_exact.get() {
            return Ok(*has_exact);
        }
        let has_exact = self.searcher.catalog().has_exact()?;
        Ok(*kept.has_exact.get_or_init(|| has_exact))
    }

    /// Whether at most `most` definitions have this name, whatever its case.
    pub(super) fn has_few_namesakes(&self, name: &str, most: usize) -> Result<bool> {
        if most >= MAX_NAMESAKES {
            return Ok(true);
        }
        // Not by the definitions that are kept: those of other cases are not among them, and whether they are kept depends
        // on what was asked before.
        let count = || self.searcher.catalog().count_symbols(&fold_name(name), MAX_NAMESAKES);
        Ok(self.searcher.kept().counts.get_or_insert_with(name, count)? <= most)
    }

    fn read_named(&self, name: &str) -> Result<Vec<Candidate>> {
        let rows = self.searcher.catalog().symbols(&fold_name(name), NameMatch::Exact, MAX_NAMESAKES)?;
        let mut candidates = Vec::new();
        for row in rows.iter().filter(|row| row.name == name && row.kind != SpanKind::Impl) {
            let Some(file) = self.searcher.corpus().index_of_id(row.file_id) else { continue };
            let document = self.document(file)?;
            candidates.extend(candidate(&document, file, row.ordinal));
        }
        candidates.sort_by_key(|found| (found.file, found.span));
        Ok(candidates)
    }

    /// The files that may mention `name`, ordered by path.
    pub(super) fn mentioning(&self, name: &str) -> Result<Vec<FileIndex>> {
        let ids = self.searcher.catalog().files_referring_to(name)?;
        let mut files: Vec<FileIndex> = ids.iter().filter_map(|id| self.searcher.corpus().index_of_id(*id)).collect();
        files.sort_unstable();
        Ok(files)
    }

    /// The file at `path`.
    pub(super) fn find(&self, path: &str) -> Option<FileIndex> {
        RepoPath::new(path).ok().and_then(|path| self.searcher.corpus().find(&path))
    }
}

fn read_tables(searcher: &Searcher) -> Result<Tables> {
    let files = &searcher.corpus().files;
    let mut manifests = Vec::new();
    let named = files.iter().enumerate().filter(|(_, file)| manifest::is_manifest(file.path.file_name()));
    for (index, file) in named.take(MAX_MANIFESTS) {
        let document = searcher.read(index as FileIndex)?;
        let manifest = manifest::read(file.path.file_name(), &document.text);
        manifests.extend(manifest.map(|manifest| (file.path.folder().to_owned(), manifest)));
    }
    Ok(Tables::new(files.iter().map(|file| file.path.as_str().to_owned()).collect(), manifests))
}

fn candidate(document: &Document, file: FileIndex, ordinal: u32) -> Option<Candidate> {
    let span = document.parsed.spans.get(ordinal as usize)?;
    let family = Family::of(document.language);
    let text = span.bytes.slice(&document.text);
    let is_header = document.path.extension().is_some_and(|extension| extension.starts_with(['h', 'H']));
    Some(Candidate {
        file,
        span: ordinal,
        kind: span.kind,
        family,
        scope: scope(document, span),
        is_declaration: is_function(span.kind) && text.trim_end().ends_with(';') && !text.contains('{'),
        is_private: family == Family::C && !is_header && text.trim_start().starts_with("static"),
    })
}

fn scope(document: &Document, span: &Span) -> Scope {
    let before = span.qualified_name.strip_suffix(&span.name).unwrap_or("").trim_end_matches('.');
    let last = before.rsplit(['.', ':']).next().unwrap_or("");
    let Some((position, parent)) = span.parent.and_then(|at| Some((at, document.parsed.spans.get(at as usize)?)))
    else {
        return if before.is_empty() { Scope::File } else { Scope::Type(last.to_owned()) };
    };
    if before != parent.qualified_name {
        return Scope::Type(last.to_owned());
    }
    match parent.kind {
        SpanKind::Module if !matches!(Family::of(document.language), Family::Ruby | Family::Elixir | Family::OCaml) => {
            Scope::Module(parent.name.clone())
        }
        SpanKind::Key | SpanKind::Section | SpanKind::Rule | SpanKind::Element => Scope::File,
        SpanKind::Target | SpanKind::Macro => Scope::Local(position),
        kind if is_function(kind) => Scope::Local(position),
        _ => Scope::Type(parent.name.clone()),
    }
}

/// Whether what is defined is run by calling it.
pub(super) fn is_function(kind: SpanKind) -> bool {
    matches!(kind, SpanKind::Function | SpanKind::Method | SpanKind::Constructor)
}

/// Whether what is defined has members.
pub(super) fn is_type(kind: SpanKind) -> bool {
    use SpanKind::{Class, Enum, Interface, Struct, Trait, Type};
    matches!(kind, Class | Enum | Interface | Struct | Trait | Type)
}

/// Values kept while one question is answered.
pub(super) type Memo<K, V> = std::cell::RefCell<HashMap<K, V>>;
