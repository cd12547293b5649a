//! Questions to one snapshot of an index, and their answers.
//!
//! Never here: writing of any kind.

mod answer;
mod bm25;
mod closer;
pub(crate) mod confidence;
pub(crate) mod corpus;
mod definitions;
mod evidence;
mod features;
#[cfg(test)]
mod fixture;
mod imports;
pub(crate) mod intent;
pub(crate) mod kept;
mod missing;
mod names;
mod nearness;
mod passages;
pub(crate) mod places;
pub(crate) mod query;
mod question;
mod question_vector;
pub(crate) mod rank;
mod rerank;
mod retrieve;
mod shortlist;
mod shown;
mod spoken;
pub(crate) mod terms;
pub(crate) mod told;
pub(crate) mod tuning;

pub use answer::{Contribution, Document, Hit, SearchResults, Symbol, SymbolList};
pub use intent::Intent;
pub use missing::{Missing, SignalDifference, Stage, Verdict};
pub use places::{CodePlace, Recognition, UnmatchedPlace};
pub use query::{Filters, MAX_LIMIT, Query};
pub use shown::Shown;
pub use tuning::{Ranking, Tuning, Tunings};

use crate::cache::Source;
use crate::config::Config;
use crate::error::{Degradation, Error, Result};
use crate::graph::view::Kept;
use crate::graph::{self, Graph, GraphPath, GraphQuery};
use crate::host::counts::Counts;
use crate::host::log::Event;
use crate::host::observe::End;
use crate::host::{Host, Metric};
use crate::limits::{Limits, Watch};
use crate::parse::decode::OffsetMap;
use crate::parse::redact;
use crate::search::corpus::{Corpus, CorpusFile, FileIndex};
use crate::search::definitions::Definitions;
use crate::search::evidence::{Evidence, Sheets};
use crate::search::features::Candidate;
use crate::search::imports::Imports;
use crate::search::kept::{Bedrock, Keeping};
use crate::search::names::Names;
use crate::search::nearness::{Nearness, VectorRanges};
use crate::search::passages::Passage;
use crate::search::query::FileFilter;
use crate::search::question::Question;
use crate::search::rank::{Signal, Weights};
use crate::search::spoken::SpokenNames;
use crate::search::terms::Analyser;
use crate::search::tuning::Weighing;
use crate::source::{ContentHash, Freshness, Generation, RepoPath, SpanId};
use crate::store::Parts;
use crate::store::catalog::{NameMatch, SymbolRow};
use crate::store::schema::Database;
use crate::walk;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, OnceLock};

/// The most candidate files whose chunks are weighed, unless the limit asks for more.
const POOL: usize = 64;

/// The most chunks of one file, where files are few or many chunks may be refused, and otherwise.
const MAX_PER_FILE: usize = 20;
const FEW_PER_FILE: usize = 3;

/// About how many documents are kept unpacked, and the most bytes they may take.
const DOCUMENT_COUNT: usize = 1_000;
const DOCUMENT_BYTES: u64 = 64 << 20;

/// What is said where everything that was found falls short of the confidence asked for.
const UNSURE: &str = "what was found falls short of the confidence asked for: the tree may hold no answer";

/// Answers questions from one immutable state of an index. A clone is cheap and shares the state.
#[derive(Clone)]
pub struct Searcher {
    shared: Arc<Shared>,
}

/// Where the indexed files lie.
pub(crate) struct Place {
    pub root: PathBuf,
    /// What every answer has to do without.
    pub degraded: Vec<Degradation>,
    /// Where answers are kept; `None` when they are not.
    pub keeping: Option<Keeping>,
    /// Which weights are wanted.
    pub weighing: Weighing,
}

struct Shared {
    place: Place,
    host: Host,
    config: Arc<Config>,
    parts: Parts,
    corpus: Corpus,
    documents: Cache<FileIndex, Arc<Document>, DocumentWeight>,
    /// What every signal weighs.
    weights: Weights,
    imports: Imports,
    names: Names,
    spoken: SpokenNames,
    sheets: Sheets,
    vector_ranges: VectorRanges,
    ranking: Ranking,
    kept: Kept,
    counts: Counts,
    digest: OnceLock<ContentHash>,
    /// What kept answers depend on; `None` when none are.
    bedrock: Option<Bedrock>,
}

/// A query, read, with what every stage needs of it.
struct Asked<'a> {
    query: &'a Query,
    filter: FileFilter<'a>,
    question: Question,
    /// The definitions whose names it holds.
    definitions: Definitions,
    nearness: Nearness<'a>,
    degraded: Vec<Degradation>,
    watch: Watch,
}

/// Weighs a document by the bytes of its text, its structure counted as as much again.
#[derive(Clone)]
struct DocumentWeight;

impl Weighter<FileIndex, Arc<Document>> for DocumentWeight {
    fn weight(&self, _: &FileIndex, document: &Arc<Document>) -> u64 {
        document.text.len() as u64 * 2 + 1_024
    }
}

impl Searcher {
    /// A searcher over one opened snapshot.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` or `IO` when the tables cannot be read.
    pub(crate) fn new(place: Place, host: Host, config: Arc<Config>, parts: Parts) -> Result<Searcher> {
        let files = parts.catalog.read().corpus_files()?;
        let corpus = Corpus::load(files, &parts.text)?;
        let state = parts.catalog.read().state()?;
        let tunings = Tunings::read(parts.catalog.read().tunings()?.as_deref())?;
        let ranking = tunings.ranking(config.features.tuning);
        let weights = tunings.weights(&ranking, &place.weighing);
        let bedrock = place.keeping.clone().zip(state).map(|(keeping, state)| {
            Bedrock::new(keeping, (&parts, state), &place.degraded, (&host, &config, &weights))
        });
        let shared = Shared {
            bedrock: bedrock.transpose()?,
            documents: Cache::with_weighter(DOCUMENT_COUNT, DOCUMENT_BYTES, DocumentWeight),
            weights,
            imports: Imports::new(corpus.files.len()),
            names: Names::default(),
            spoken: SpokenNames::default(),
            sheets: Sheets::default(),
            vector_ranges: parts.vectors.as_ref().map(|set| VectorRanges::new(set, &corpus)).unwrap_or_default(),
            ranking,
            kept: Kept::default(),
            counts: Counts::default(),
            digest: OnceLock::new(),
            place,
            host,
            config,
            parts,
            corpus,
        };
        Ok(Searcher { shared: Arc::new(shared) })
    }

    /// The state of the index that answers.
    pub fn generation(&self) -> Generation {
        self.shared.parts.catalog.generation()
    }

    /// Which weights rank its answers.
    pub fn ranking(&self) -> &Ranking {
        &self.shared.ranking
    }

    /// The hash of the weights where they are not those of the table.
    pub(crate) fn tuned_weights(&self) -> Option<ContentHash> {
        self.shared.ranking.tuning.map(|_| self.shared.weights.hash())
    }

    /// The seams this searcher was opened with.
    pub fn host(&self) -> &Host {
        &self.shared.host
    }

    /// How names and texts are shown.
    pub(crate) fn masking(&self) -> redact::Masking {
        if self.masks_secrets() { redact::Masking::Masked } else { redact::Masking::Plain }
    }

    /// Whether secrets are masked in what this searcher returns.
    pub fn masks_secrets(&self) -> bool {
        self.shared.config.security.mask_secrets
    }

    /// The configuration this searcher was opened with.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Answers one question.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a limit of 0 or above [`MAX_LIMIT`], a confidence beyond 1 or a malformed glob, `DEADLINE_EXCEEDED`,
    /// `CANCELLED`, `INDEX_DAMAGED`, `IO`.
    pub fn search(&self, query: &Query, limits: &Limits) -> Result<SearchResults> {
        let watch = self.shared.host.watch(&self.shared.config.search_limits(limits));
        self.told(query, &watch, || self.kept_or_found(query, &watch))
    }

    /// [`Searcher::search`] as a part of a call that began already, and that keeps what it makes of the answer.
    pub(crate) fn search_within(&self, query: &Query, watch: &Watch) -> Result<SearchResults> {
        self.told(query, watch, || Ok((self.answer(query, watch)?, Source::Computed)))
    }

    fn told(
        &self,
        query: &Query,
        watch: &Watch,
        search: impl FnOnce() -> Result<(SearchResults, Source)>,
    ) -> Result<SearchResults> {
        let tell = |(results, source): &(SearchResults, Source), end: &End<'_>| {
            told::search(query, (results, *source), end);
        };
        let (results, _) = watch.observer().operation(Event::SearchSearch, search, tell)?;
        Ok(results)
    }

    fn answer(&self, query: &Query, watch: &Watch) -> Result<SearchResults> {
        let asked = self.ask(query, watch)?;
        let evidence = self.gather(&asked)?;
        let passages = self.passages(&asked, &evidence, query.limit)?;
        let confidence = confidence::of_answer(&passages);
        let (mut hits, degraded) = self.ranked(&asked, passages)?;
        hits.truncate(query.limit);
        let is_matched = !hits.is_empty();
        hits.retain(|hit| hit.confidence >= query.min_confidence);
        let suggestion = match (hits.is_empty(), is_matched) {
            (true, true) => Some(UNSURE.to_owned()),
            (true, false) => Some(self.suggestion(query, &asked.question)?),
            _ => None,
        };
        Ok(SearchResults { hits, degraded, suggestion, confidence, generation: self.generation() })
    }

    fn ask<'a>(&'a self, query: &'a Query, watch: &Watch) -> Result<Asked<'a>> {
        if !(1..=MAX_LIMIT).contains(&query.limit) {
            return Err(Error::argument("limit", format!("{} is not from 1 to {MAX_LIMIT}", query.limit)));
        }
        if !(0.0..=1.0).contains(&query.min_confidence) {
            let reason = format!("{} is not from 0 to 1", query.min_confidence);
            return Err(Error::argument("min_confidence", reason));
        }
        let filter = FileFilter::new(&query.filters)?;
        let question = question::read(&query.text);
        let definitions = self.definitions(&question)?;
        // What a model of this process makes of a name says less than what the tree defines by that name.
        let is_local = self.shared.host.local_embedder().is_some();
        let (nearness, without_vectors) = match is_local && question.is_single_word && !definitions.is_empty() {
            true => (Nearness::default(), Vec::new()),
            false => self.nearness(&query.text, watch),
        };
        let degraded = [without_vectors, self.shared.place.degraded.clone()].concat();
        Ok(Asked { query, filter, question, definitions, nearness, degraded, watch: watch.clone() })
    }

    /// The definitions and files that a query's symbols lead to, along calls, imports, inheritance and mentions.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a symbol that is not defined (the reason names similar ones) or a value out of range,
    /// `DEADLINE_EXCEEDED`, `CANCELLED`, `INDEX_DAMAGED`, `IO`.
    pub fn graph(&self, query: &GraphQuery, limits: &Limits) -> Result<Graph> {
        graph::ask(self, query, limits)
    }

    /// The surest way from `from` to `to` by the product of the edges' confidences, along the direction and kinds and
    /// within the depth of `query`, whose own symbols are not used; `None` when there is none. Looks at no more than
    /// 1,000 definitions.
    ///
    /// # Errors
    /// As [`Searcher::graph`].
    pub fn graph_path(&self, ends: (&str, &str), query: &GraphQuery, limits: &Limits) -> Result<Option<GraphPath>> {
        graph::path(self, ends, query, limits)
    }

    /// The tests of a definition, as `test-of` edges that lead to it: tests that reach it in at most two steps, and files
    /// of tests that are named after its file.
    ///
    /// # Errors
    /// As [`Searcher::graph`].
    pub fn tests_of(&self, symbol: &str, limits: &Limits) -> Result<Graph> {
        graph::tests(self, symbol, limits)
    }

    /// The files of this state.
    pub(crate) fn corpus(&self) -> &Corpus {
        &self.shared.corpus
    }

    /// The catalog of this state.
    pub(crate) fn catalog(&self) -> MutexGuard<'_, Database> {
        self.shared.parts.catalog.read()
    }

    /// What graphs of this state have read so far.
    pub(crate) fn kept(&self) -> &Kept {
        &self.shared.kept
    }

    /// The counts of tokens of this state so far.
    pub(crate) fn counts(&self) -> &Counts {
        &self.shared.counts
    }

    /// What every answer has to do without.
    pub(crate) fn degraded(&self) -> &[Degradation] {
        &self.shared.place.degraded
    }

    /// What the words of the index have to say about a question.
    fn gather(&self, asked: &Asked<'_>) -> Result<Evidence<'_>> {
        let Shared { corpus, sheets, parts, .. } = &*self.shared;
        let evidence = retrieve::retrieve(&asked.question, (corpus, sheets), &parts.text, &asked.watch)?;
        asked.watch.check("rank")?;
        Ok(evidence)
    }

    /// The best `count` files that the filters accept, by the signals that every file has.
    fn chosen(&self, asked: &Asked<'_>, evidence: &Evidence<'_>, count: usize) -> Vec<Candidate> {
        features::candidates(&self.inputs(asked, evidence), &|file| asked.filter.accepts(file), count)
    }

    /// The same files after a closer look, in the order that it gives them.
    fn candidates(&self, asked: &Asked<'_>, evidence: &Evidence<'_>, count: usize) -> Result<Vec<Candidate>> {
        let mut candidates = self.chosen(asked, evidence, count);
        let inputs = self.inputs(asked, evidence);
        closer::look(&inputs, &mut candidates, POOL);
        for candidate in candidates.iter_mut().take(POOL) {
            asked.watch.check("rank")?;
            candidate.signals.set(Signal::Imported, self.imported(candidate.file)?);
        }
        closer::sort(&inputs, &mut candidates);
        Ok(candidates)
    }

    fn inputs<'a>(&'a self, asked: &'a Asked<'_>, evidence: &'a Evidence<'_>) -> features::Inputs<'a> {
        features::Inputs {
            question: &asked.question,
            corpus: &self.shared.corpus,
            evidence,
            definitions: &asked.definitions,
            nearness: &asked.nearness,
            weights: &self.shared.weights,
            spoken: &self.shared.spoken,
        }
    }

    /// How many files are weighed when `limit` hits are wanted.
    fn pool(&self, asked: &Asked<'_>, limit: usize) -> usize {
        if asked.filter.restricts_kinds() { self.shared.corpus.files.len() } else { POOL.max(limit) }
    }

    fn passages(&self, asked: &Asked<'_>, evidence: &Evidence<'_>, limit: usize) -> Result<Vec<Passage>> {
        let candidates = self.candidates(asked, evidence, self.pool(asked, limit))?;
        let is_short = candidates.len() < limit || asked.filter.restricts_kinds();
        let per_file = if is_short { MAX_PER_FILE } else { FEW_PER_FILE };
        let mut passages = self.passages_of(asked, evidence, &candidates, per_file);
        confidence::set(&mut passages);
        Ok(passages)
    }

    fn passages_of(
        &self,
        asked: &Asked<'_>,
        evidence: &Evidence<'_>,
        candidates: &[Candidate],
        per_file: usize,
    ) -> Vec<Passage> {
        let inputs = passages::Inputs {
            question: &asked.question,
            corpus: &self.shared.corpus,
            evidence,
            definitions: &asked.definitions,
            nearness: &asked.nearness,
            weights: &self.shared.weights,
            per_file,
        };
        passages::passages(&inputs, candidates)
    }

    /// The hits in their last order, more than were asked for where a reranker had its choice, and what was done without.
    fn ranked(&self, asked: &Asked<'_>, passages: Vec<Passage>) -> Result<(Vec<Hit>, Vec<Degradation>)> {
        let mut hits = self.hits(passages, (&asked.question, &asked.filter), asked.query.limit, &asked.watch)?;
        let mut degraded = asked.degraded.clone();
        if let Some(reranker) = &self.shared.host.reranker {
            let host = &self.shared.host;
            let text = redact::masked_as(self.masking(), &asked.query.text);
            degraded.extend(rerank::rerank((host, reranker), &text, &mut hits, &asked.watch));
            asked.watch.check_cancelled("rerank")?;
        }
        Ok((hits, degraded))
    }

    /// Reads the text of the best passages until there are enough hits.
    fn hits(
        &self,
        passages: Vec<Passage>,
        (question, filter): (&Question, &FileFilter<'_>),
        limit: usize,
        watch: &Watch,
    ) -> Result<Vec<Hit>> {
        let wanted =
            if self.shared.host.reranker.is_some() { limit.max(self.shared.config.rerank.pool) } else { limit };
        let mut documents: HashMap<FileIndex, Arc<Document>> = HashMap::new();
        let mut hits = Vec::new();
        let mut analyser = Analyser::new();
        for passage in passages {
            if hits.len() == wanted {
                break;
            }
            watch.check("hydrate")?;
            let document = match documents.get(&passage.file) {
                Some(document) => document.clone(),
                None => {
                    let document = self.read(passage.file)?;
                    documents.insert(passage.file, document.clone());
                    document
                }
            };
            hits.extend(
                self.hit(&passage, &document, (question, &mut analyser)).filter(|hit| filter.accepts_kind(hit.kind)),
            );
        }
        Ok(hits)
    }

    fn hit(
        &self,
        passage: &Passage,
        document: &Document,
        (question, analyser): (&Question, &mut Analyser),
    ) -> Option<Hit> {
        let file = &self.shared.corpus.files[passage.file as usize];
        let chunk = document.parsed.chunks.get(passage.chunk as usize)?;
        let span_number =
            passage.named_span.or_else(|| document.clearest_span(chunk, question, analyser)).or(chunk.span);
        let span = span_number.and_then(|span| document.parsed.spans.get(span as usize));
        let masks_secrets = self.masks_secrets();
        let masked = |name: &str| if masks_secrets { redact::mask(name).into_owned() } else { name.to_owned() };
        Some(Hit {
            path: file.path.clone(),
            start_line: chunk.lines.start,
            end_line: chunk.lines.end,
            bytes: document.source_range(chunk.bytes),
            score: passage.score,
            confidence: passage.confidence,
            language: file.language,
            role: file.role,
            symbol: span.map(|span| masked(&span.qualified_name)),
            kind: span.map(|span| span.kind),
            span_id: span_number.and_then(|span| document.span_id(span as usize)),
            breadcrumb: masked(&chunk.breadcrumb),
            snippet: document.shown(chunk.bytes, masks_secrets).into_owned(),
            tokens: chunk.tokens,
            freshness: walk::freshness(&self.shared.place.root, &file.walked()),
            contributions: passage.signals.contributions(&self.shared.weights),
        })
    }
    /// What a person could try when nothing was found.
    fn suggestion(&self, query: &Query, question: &Question) -> Result<String> {
        let fixed = match () {
            () if self.shared.corpus.files.is_empty() => "the index is empty: no file of the tree could be indexed",
            () if question.terms.is_empty() => "ask with at least one word or number",
            () if query.filters != Filters::default() => "nothing passes the filters: remove or widen them",
            () => return self.similar_name(question),
        };
        Ok(fixed.to_owned())
    }

    fn similar_name(&self, question: &Question) -> Result<String> {
        for name in question.names.iter().filter(|name| name.fold.chars().count() >= 4) {
            let beginning: String = name.fold.chars().take(4).collect();
            if let Some(symbol) = self.symbols(&beginning, 1)?.first() {
                return Ok(format!("no file holds any of these words; a similar name is defined: {}", symbol.name));
            }
        }
        Ok("no file holds any of these words: try other words, or names from the code".to_owned())
    }

    /// The definitions whose name is, begins with, or holds `name`, whatever the case; exact names first (equal
    /// capitals, then types before the rest), then by name, path and line. A qualified name such as `View.render` must match the end of the definition's.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an empty name or a limit of 0, `INDEX_DAMAGED`, `IO`.
    pub fn symbols(&self, name: &str, limit: usize) -> Result<Vec<Symbol>> {
        let wanted = name.trim();
        if wanted.is_empty() || limit == 0 {
            return Err(Error::argument("symbols", "a name and a limit of at least 1 are needed"));
        }
        let parts: Vec<&str> = wanted.split(['.', '#', '/', '\\']).flat_map(|part| part.split("::")).collect();
        let last = parts.iter().rev().find(|part| !part.is_empty()).unwrap_or(&wanted).to_lowercase();
        let written = parts.iter().rev().find(|part| !part.is_empty()).copied().unwrap_or(wanted);
        let suffix = parts.join(".").to_lowercase();
        let is_qualified = parts.len() > 1;
        let fetched = if is_qualified { MAX_LIMIT.max(limit) } else { limit };
        let mut symbols = Vec::new();
        let mut seen = HashSet::new();
        for how in [NameMatch::Exact, NameMatch::Prefix, NameMatch::Substring] {
            let mut rows = self.symbol_rows(&last, how, fetched)?;
            if how == NameMatch::Exact {
                rows.sort_by_key(|row| symbol_order(row, written));
            }
            for row in rows {
                if symbols.len() == limit {
                    return Ok(symbols);
                }
                if !seen.insert((row.file_id, row.ordinal)) {
                    continue;
                }
                let found = self.symbol(row.file_id, row.ordinal)?;
                let fits = |symbol: &Symbol| !is_qualified || symbol.qualified_name.to_lowercase().ends_with(&suffix);
                symbols.extend(found.filter(fits));
            }
        }
        Ok(symbols)
    }

    fn symbol_rows(&self, name: &str, how: NameMatch, limit: usize) -> Result<Vec<SymbolRow>> {
        self.shared.parts.catalog.read().symbols(name, how, limit)
    }

    fn symbol(&self, file_id: u32, span: u32) -> Result<Option<Symbol>> {
        let Some(index) = self.shared.corpus.index_of_id(file_id) else { return Ok(None) };
        let document = self.read(index)?;
        Ok(document.symbol(span as usize, self.masks_secrets()))
    }

    /// The indexed file at `path`, with its structure; `None` when it is not indexed.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` or `IO` when it cannot be read.
    pub fn document(&self, path: &RepoPath) -> Result<Option<Arc<Document>>> {
        self.shared.corpus.find(path).map(|index| self.read(index)).transpose()
    }

    /// The hash of an indexed file; `None` when it is not indexed.
    pub(crate) fn content_hash(&self, path: &RepoPath) -> Option<ContentHash> {
        self.shared.corpus.find(path).map(|index| self.shared.corpus.files[index as usize].hash)
    }

    /// Whether a file on disk still is the indexed one; missing when it is not indexed.
    pub(crate) fn freshness(&self, path: &RepoPath) -> Freshness {
        let file = self.shared.corpus.find(path).map(|index| &self.shared.corpus.files[index as usize]);
        file.map_or(Freshness::Missing, |file| walk::freshness(&self.shared.place.root, &file.walked()))
    }

    /// A hash of the paths and hashes of all indexed files.
    pub(crate) fn digest(&self) -> ContentHash {
        *self.shared.digest.get_or_init(|| {
            let entry = |file: &CorpusFile| [file.path.as_str().as_bytes(), b"\0", &file.hash.0].concat();
            ContentHash::of(&self.shared.corpus.files.iter().flat_map(entry).collect::<Vec<u8>>())
        })
    }

    /// The definition with this id: its file and its position among the file's spans.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` or `IO` when a file cannot be read.
    pub fn span(&self, id: SpanId, path: &RepoPath) -> Result<Option<(Arc<Document>, usize)>> {
        let Some(document) = self.document(path)? else { return Ok(None) };
        let position = (0..document.parsed.spans.len()).find(|span| document.span_id(*span) == Some(id));
        Ok(position.map(|span| (document, span)))
    }

    /// The document of a file.
    pub(crate) fn read(&self, index: FileIndex) -> Result<Arc<Document>> {
        self.shared.documents.get_or_insert_with(&index, || self.unpack(index))
    }

    fn unpack(&self, index: FileIndex) -> Result<Arc<Document>> {
        let file = &self.shared.corpus.files[index as usize];
        let damaged = |reason: &str| Error::IndexDamaged {
            path: self.shared.place.root.join(file.path.as_str()),
            reason: reason.to_owned(),
        };
        let started_ns = self.shared.host.clock.monotonic_ns();
        let stored = self.shared.parts.catalog.read().document(file.id)?;
        let taken_ns = self.shared.host.clock.monotonic_ns().saturating_sub(started_ns);
        self.shared.host.metrics.histogram(Metric::SqliteReadMs.name(), taken_ns as f64 / 1e6, &[]);
        let stored = stored.ok_or_else(|| damaged("the catalog lists the file without its text"))?;
        let offsets = OffsetMap::from_bytes(&stored.offsets.unwrap_or_default());
        let offsets = offsets.ok_or_else(|| damaged("the map back to its bytes cannot be read"))?;
        Ok(Arc::new(Document {
            path: file.path.clone(),
            language: file.language,
            role: file.role,
            text: stored.text,
            parsed: stored.parsed,
            offsets,
            hash: file.hash,
            secrets: OnceLock::new(),
            line_starts: OnceLock::new(),
        }))
    }
}

/// Equal capitals before other ones, then types, then what else people mean by a name. Stable within.
fn symbol_order(row: &SymbolRow, written: &str) -> (bool, bool, bool) {
    let is_firm = features::firmness(row.kind) >= 0.8;
    (row.name != written, !features::is_type(row.kind), !is_firm)
}
