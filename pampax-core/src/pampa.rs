//! What a `.pampa` folder of the JavaScript system before this one holds, and where that is in an index: each chunk with its
//! tags and descriptions, context packs as filters, questions that led somewhere.
//!
//! Its vectors are counted and checked, not taken over: they belong to pieces that are cut elsewhere now.
//!
//! Never here: SQL, files.

#[cfg(test)]
mod tests;

use crate::error::{Degradation, Result};
use crate::index::Index;
use crate::limits::{Limits, Watch};
use crate::search::{Document, Filters, Searcher};
use crate::source::{Generation, Language, RepoPath};
use crate::store::pampa::{ChunkRow, IntentionRow, PampaFolder};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What an old store holds, by the present index.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PampaImport {
    /// The chunks, ordered by file, symbol and hash.
    pub chunks: Vec<PampaChunk>,
    /// The context packs, ordered by the names of their files.
    pub packs: Vec<PampaPack>,
    /// Questions that led to chunks, ordered by question.
    pub intentions: Vec<PampaIntention>,
    /// How many vectors of each model there are.
    pub vectors: Vec<PampaVectors>,
    /// What could not be read, and why.
    pub problems: Vec<Degradation>,
    /// The state of the index that chunks were looked for in.
    pub generation: Generation,
}

/// A chunk of an old store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PampaChunk {
    /// Its hash, by which the old system named it.
    pub sha: String,
    /// The file it was cut from, as it was written.
    pub file: String,
    /// The name it was given.
    pub symbol: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it is for, in the words of who wrote it.
    pub intent: Option<String>,
    /// A description.
    pub description: Option<String>,
    /// How it stands in the index.
    pub state: PampaState,
    /// What `expand` calls the place it is at now: `PATH#ID` or `PATH:LINE`; `None` when it is gone.
    pub target: Option<String>,
}

/// How an old chunk stands in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PampaState {
    /// Its text stands in its file, word for word.
    Same,
    /// Its file has a definition of its name, with another text.
    Changed,
    /// Its file, or its name in it, is not in the index.
    Gone,
}

/// A context pack of an old store, as filters.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PampaPack {
    /// The name of its file without the ending.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// What it lets through: its globs and languages.
    pub filters: Filters,
    /// The parts of its scope that no filter says, as `KEY` or `KEY: VALUE`.
    pub left_out: Vec<String>,
}

/// A question of an old store that led to a chunk.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PampaIntention {
    /// The question.
    pub query: String,
    /// The hash of the chunk.
    pub sha: String,
    /// How sure that was, from 0 to 1.
    pub confidence: f64,
    /// How often it was asked.
    pub uses: i64,
}

/// The vectors of one model of an old store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PampaVectors {
    /// The provider that made them.
    pub provider: String,
    /// Their components.
    pub dimensions: i64,
    /// How many can be read and have as many components.
    pub sound: usize,
    /// How many are missing, cannot be read, or have another number of components.
    pub unsound: usize,
}

impl Index {
    /// Reads the `.pampa` folder of the JavaScript system at `folder`, relative to the root, and looks its chunks up in the
    /// last committed state. Nothing is written, there or here.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when there is no such store, or it cannot be read, `INDEX_MISSING` before the first update, `INDEX_DAMAGED`, `IO`,
    /// `DEADLINE_EXCEEDED`, `CANCELLED`.
    pub fn import_pampa(&self, folder: &Path, limits: &Limits) -> Result<PampaImport> {
        let searcher = self.searcher()?;
        let watch = searcher.host().watch(limits);
        let store = PampaFolder::open(&self.root().join(folder), &watch)?;
        let (rows, refused) = store.chunks(&watch)?;
        let (intentions, not_read) = store.intentions(&watch)?;
        let mut problems: Vec<Degradation> =
            refused.into_iter().chain(not_read).map(|why| Degradation::new("row", why)).collect();
        if store.has_log() {
            let why =
                "a log beside it holds changes that were not read: open it once with the old system, or with sqlite3";
            problems.push(Degradation::new("database", why));
        }
        let chunks = chunks(&rows, &store, &searcher, (&watch, &mut problems))?;
        let packs = packs(&store, &mut problems)?;
        let intentions = intentions.into_iter().map(intention).collect();
        Ok(PampaImport {
            chunks,
            packs,
            intentions,
            vectors: vectors(&rows),
            problems,
            generation: searcher.generation(),
        })
    }
}

fn intention(row: IntentionRow) -> PampaIntention {
    PampaIntention { query: row.query, sha: row.sha, confidence: row.confidence, uses: row.uses }
}

fn chunks(
    rows: &[ChunkRow],
    store: &PampaFolder,
    searcher: &Searcher,
    (watch, problems): (&Watch, &mut Vec<Degradation>),
) -> Result<Vec<PampaChunk>> {
    let mut chunks = Vec::with_capacity(rows.len());
    for row in rows {
        watch.check("import")?;
        let text = store.text(&row.sha);
        let mut problem = |why: &str| problems.push(Degradation::new(format!("chunk {}", row.sha), why));
        if let Err(why) = &text {
            problem(why);
        }
        let tags = match row.tags.as_deref().filter(|tags| !tags.is_empty()).map(serde_json::from_str::<Vec<String>>) {
            Some(Err(_)) => {
                problem("its tags are not a list of words");
                Vec::new()
            }
            tags => tags.transpose().unwrap_or_default().unwrap_or_default(),
        };
        let document = match RepoPath::new(&row.file) {
            Ok(path) => searcher.document(&path)?,
            Err(_) => None,
        };
        let (state, target) = match &document {
            Some(document) => place(document, row, text.ok().as_deref()),
            None => (PampaState::Gone, None),
        };
        chunks.push(PampaChunk {
            sha: row.sha.clone(),
            file: row.file.clone(),
            symbol: row.symbol.clone(),
            tags,
            intent: row.intent.clone(),
            description: row.description.clone(),
            state,
            target,
        });
    }
    Ok(chunks)
}

/// Where a chunk is in its file now.
fn place(document: &Document, row: &ChunkRow, text: Option<&str>) -> (PampaState, Option<String>) {
    let at = text.map(str::trim).filter(|text| !text.is_empty()).and_then(|text| document.text.find(text));
    let named = document.parsed.spans.iter().position(|span| is_named(&row.symbol, &span.name, &span.qualified_name));
    let of_span = |span: usize| Some(format!("{}#{}", document.path, document.span_id(span)?));
    match (at, named) {
        (Some(at), named) => {
            let line = 1 + document.text[..at].matches('\n').count();
            let target = named.and_then(of_span).unwrap_or_else(|| format!("{}:{line}", document.path));
            (PampaState::Same, Some(target))
        }
        (None, Some(span)) => (PampaState::Changed, of_span(span)),
        (None, None) => (PampaState::Gone, None),
    }
}

/// The old system wrote `Type.method`, `Type::method`, or the name alone.
fn is_named(symbol: &str, name: &str, qualified_name: &str) -> bool {
    let symbol = symbol.replace("::", ".");
    !symbol.is_empty() && (symbol == name || symbol == qualified_name)
}

fn vectors(rows: &[ChunkRow]) -> Vec<PampaVectors> {
    let mut models: BTreeMap<(&str, i64), (usize, usize)> = BTreeMap::new();
    for row in rows {
        let (Some(provider), Some(dimensions)) = (&row.provider, row.dimensions) else { continue };
        let is_sound = row.vector_length.is_some_and(|length| i64::try_from(length) == Ok(dimensions));
        let (sound, unsound) = models.entry((provider, dimensions)).or_default();
        *if is_sound { sound } else { unsound } += 1;
    }
    let of = |((provider, dimensions), (sound, unsound)): ((&str, i64), _)| PampaVectors {
        provider: provider.to_owned(),
        dimensions,
        sound,
        unsound,
    };
    models.into_iter().map(of).collect()
}

fn packs(store: &PampaFolder, problems: &mut Vec<Degradation>) -> Result<Vec<PampaPack>> {
    let mut packs = Vec::new();
    for (key, pack) in store.packs()? {
        // The file that remembers which pack is in use is none.
        if key == "active-pack" {
            continue;
        }
        match pack.as_ref().map_err(String::as_str).and_then(|pack| pack.as_object().ok_or("it is no object")) {
            Ok(_) => packs.extend(pack.as_ref().ok().map(|pack| as_filters(&key, pack))),
            Err(why) => problems.push(Degradation::new(format!("context pack {key}"), why)),
        }
    }
    Ok(packs)
}

fn as_filters(key: &str, pack: &Value) -> PampaPack {
    let text = |name: &str| pack[name].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    // The scope stands in an object of its own or beside the name.
    let scope = if pack["scope"].is_object() { &pack["scope"] } else { pack };
    let mut filters = Filters::default();
    let mut left_out = Vec::new();
    for (name, value) in scope.as_object().into_iter().flatten() {
        match name.as_str() {
            "name" | "description" | "key" => {}
            "path_glob" => filters.include.extend(words(value)),
            "lang" => {
                for word in words(value) {
                    match language(&word) {
                        Some(language) => filters.languages.push(language),
                        None => left_out.push(format!("lang: {word}")),
                    }
                }
            }
            other => left_out.push(other.to_owned()),
        }
    }
    PampaPack {
        key: key.to_owned(),
        name: text("name").unwrap_or_else(|| key.to_owned()),
        description: text("description"),
        filters,
        left_out,
    }
}

/// One word or a list of them.
fn words(value: &Value) -> Vec<String> {
    let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The old names of languages, most of which are the present ones.
fn language(name: &str) -> Option<Language> {
    match name.to_lowercase().as_str() {
        "js" | "jsx" => Some(Language::JavaScript),
        "ts" | "tsx" => Some(Language::TypeScript),
        "py" => Some(Language::Python),
        "c#" | "c_sharp" => Some(Language::CSharp),
        "c++" => Some(Language::Cpp),
        "shell" | "sh" => Some(Language::Bash),
        name => Language::from_name(name),
    }
}
