//! Keeps a searchable copy of a source tree up to date.
//!
//! Never here: searching, SQL, parsing.

mod agree;
mod apply;
pub mod backup;
mod cache;
pub mod compact;
pub(crate) mod embed;
mod embed_local;
mod import;
pub(crate) mod local;
mod missing;
pub(crate) mod plan;
pub(crate) mod prepare;
pub mod report;
mod scope;
pub(crate) mod snapshot;
#[cfg(test)]
mod tests;
mod told;
mod tunings;
pub mod verify;
mod warm;
#[cfg(feature = "watch")]
pub mod watch;
pub(crate) mod write;

pub use cache::Cache;
pub use warm::{NotSaved, Warm, WarmReport};

use crate::classify::Skipped;
use crate::config::{Config, ReloadReport};
use crate::error::{Degradation, Error, Result};
use crate::health::{HealthQuery, HealthReport, Subject, examine};
use crate::host::log::Event;
use crate::host::metrics::{NullMetrics, Sampled};
use crate::host::tokens::Tokenizer;
use crate::host::{Embedder, Host};
use crate::index::apply::{Application, Changes, apply, reported};
use crate::index::cache::Caches;
use crate::index::embed::{Embedded, Embedding, embed_missing, failure};
use crate::index::embed_local::embed_locally;
use crate::index::local::LocalModel;
use crate::index::plan::{Keys, Plan, plan};
use crate::index::prepare::{Preparation, parse_key, skip_key};
use crate::index::scope::Scope;
use crate::index::write::{Batch, CommitStep, WriteContext, Writer};
use crate::limits::{Limits, Watch};
use crate::parse::redact::Masking;
use crate::search::kept::Keeping;
use crate::search::tuning::{Tunings, Weighing};
use crate::search::{Place, Searcher};
use crate::source::{Generation, RepoPath};
use crate::store::catalog::{SkippedRow, Snapshot, State};
use crate::store::idle::Idle;
use crate::store::inspect::peek_current;
use crate::store::schema::Database;
use crate::store::vector_set::VectorSet;
use crate::store::{Parts, disk_bytes, root_folder};
use crate::walk::{Explanation, explain, walk, walk_files};
use report::{DegradedFile, EmbeddingStatus, Progress, ScipReport, Stage, Status, UpdateReport};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Who hears of an update: of its progress, and of the steps of its commits.
type Told<'a> = (&'a (dyn Fn(Progress) + Sync), &'a dyn Fn(CommitStep) -> Result<()>);

/// The index of one folder of source code. Cheap to open: nothing is read or made before it is needed.
pub struct Index {
    root: PathBuf,
    folder: PathBuf,
    config: Arc<Config>,
    /// The seams as the configuration wants them used.
    host: Host,
    /// The seams as they were given.
    given: Host,
    caches: Arc<Caches>,
    idle: Idle,
}

impl Index {
    /// An index of `root`. Its files are made by the first [`Index::update`].
    ///
    /// A relative `storage.index_dir` is relative to `root`. The built-in model makes vectors where the configuration has it,
    /// which is the default, and the host has no embedder.
    ///
    /// # Errors
    /// `INVALID_CONFIG` naming the key, `INVALID_ARGUMENT` when the host's token counter has the name of a built-in one,
    /// `IO` when `root` is not a folder.
    pub fn open(root: &Path, config: &Config, host: Host) -> Result<Index> {
        config.validate()?;
        check_counter(&host)?;
        let root = root_folder(root)?;
        let folder = index_folder(&root, config);
        let config = Arc::new(config.clone().with_index_dir(&folder));
        let given = host.clone();
        let host = tuned(config.with_built_in(host), &config)?;
        let caches = Arc::new(Caches::new(&folder, &config.cache));
        let idle = Idle::new(&folder);
        Ok(Index { root, folder, config, host, given, caches, idle })
    }

    /// This index under another configuration, with the same seams, and what that changes. Keys that need a restart keep
    /// their value. Searchers that were handed out before keep the configuration they have.
    ///
    /// # Errors
    /// `INVALID_CONFIG` naming the key; nothing is changed then.
    pub fn reloaded(&self, config: &Config) -> Result<(Index, ReloadReport)> {
        let next = config.clone().with_index_dir(index_folder(&self.root, config));
        let (config, report) = self.config.reloaded(&next)?;
        let mut index = Index::open(&self.root, &config, self.given.clone())?;
        if (&index.config.cache, &index.folder) == (&self.config.cache, &self.folder) {
            index.caches = Arc::clone(&self.caches);
        }
        let watch = index.host.watch(&Limits::default());
        let keys: Vec<&str> = report.changes.iter().map(|change| change.key.as_str()).collect();
        let fields = [("keys", keys.join(",").into()), ("needs_restart", report.needs_restart.into())];
        watch.observer().log(Event::IndexReload, "a configuration was taken over", &fields);
        Ok((index, report))
    }

    /// The configuration in effect.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The real path of the indexed folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that holds the index's files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Brings the index up to date with the tree. Only what changed is read and parsed; a tree that did not change
    /// leaves the index as it is.
    ///
    /// # Errors
    /// `INDEX_LOCKED` when something else is writing, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`, `DEADLINE_EXCEEDED`,
    /// `CANCELLED`. Whatever happens, the index is at a generation from before or at one that was committed on the way.
    pub fn update(&self, limits: &Limits) -> Result<UpdateReport> {
        self.update_with_progress(limits, &|_| {})
    }

    /// [`Index::update`], telling `progress` how far it is. It is called often and must not block.
    ///
    /// # Errors
    /// As [`Index::update`].
    pub fn update_with_progress(&self, limits: &Limits, progress: &(dyn Fn(Progress) + Sync)) -> Result<UpdateReport> {
        self.update_stepwise(limits, progress, &|_| Ok(()))
    }

    /// Brings the files at `paths`, relative to the root, up to date, and leaves the others as they are: for a program that
    /// knows which files it has written, in time that does not grow with the tree. Files may be new, changed, gone or
    /// renamed, from one of `paths` to another.
    ///
    /// The whole tree is looked at, as [`Index::update`] does, when that is not enough: where a path is a folder, or a file
    /// of ignore rules, and before the first update or after one that did not go to its end.
    ///
    /// # Errors
    /// As [`Index::update`].
    pub fn update_files(&self, paths: &[RepoPath], limits: &Limits) -> Result<UpdateReport> {
        self.update_scope(&Scope::files(paths), limits, (&|_| {}, &|_| Ok(())))
    }

    fn update_stepwise(
        &self,
        limits: &Limits,
        progress: &(dyn Fn(Progress) + Sync),
        on_step: &dyn Fn(CommitStep) -> Result<()>,
    ) -> Result<UpdateReport> {
        self.update_scope(&Scope::Tree, limits, (progress, on_step))
    }

    fn update_scope(&self, scope: &Scope, limits: &Limits, told: Told<'_>) -> Result<UpdateReport> {
        let watch = self.host.watch(limits);
        let update = || self.updated(scope, &watch, told);
        watch.observer().operation(Event::IndexUpdate, update, |report, end| told::update(report, &self.folder, end))
    }

    fn updated(&self, scope: &Scope, watch: &Watch, (progress, on_step): Told<'_>) -> Result<UpdateReport> {
        let started_ns = self.host.clock.monotonic_ns();
        let mut writer = Writer::open(&self.write_context(), watch)?;
        progress(Progress::start(Stage::Walk));
        let skipped_before = writer.catalog().skipped_table()?;
        let (plan, skipped) = self.look(scope, (&writer, &skipped_before), watch)?;
        if plan.has_work() && writer.may_write_text(plan.extent())? {
            writer.mend_text(&self.write_context(), watch)?;
        }
        let mut batch = writer.batch(on_step)?;
        let moved = self.note_root(&writer, &mut batch)?;
        let changes = self.apply_plan((plan, skipped), &mut batch, (watch, progress))?;
        self.finish_bookkeeping(&writer, &mut batch, (&changes, &skipped_before))?;
        progress(Progress::start(Stage::Commit));
        watch.check("commit")?;
        batch.commit(true)?;
        let embedded = self.embed(&writer, &mut batch, (&changes, watch, progress))?;
        let mut report = report_of(&writer, changes, embedded, batch.generation())?;
        report.degraded.extend(moved);
        drop(batch);
        writer.rest(&self.write_context());
        report.elapsed_ms = self.host.clock.monotonic_ns().saturating_sub(started_ns) / 1_000_000;
        Ok(report)
    }

    /// What there is to do within `scope`, and what is left out there.
    fn look(
        &self,
        scope: &Scope,
        (writer, skipped): (&Writer, &[SkippedRow]),
        watch: &Watch,
    ) -> Result<(Plan, Vec<Skipped>)> {
        let keys = Keys { parse_key: parse_key(&self.config), skip_key: skip_key(&self.config) };
        let catalog = writer.catalog();
        if let Scope::Files(paths) = scope
            && catalog.is_complete()?
            && !was_folder(paths, catalog, skipped)?
            && let Some(walk) = walk_files(&self.root, &self.config, &self.folder, paths)?
        {
            let mut plan = plan(walk.files, catalog.files_at(paths)?, skipped, keys);
            plan.still_skipped = scope.still_skipped(plan.still_skipped, skipped);
            return Ok((plan, walk.skipped));
        }
        let walk = walk(&self.root, &self.config, &self.folder, watch)?;
        Ok((plan(walk.files, catalog.file_table()?, skipped, keys), walk.skipped))
    }

    fn apply_plan(
        &self,
        (plan, skipped): (Plan, Vec<Skipped>),
        batch: &mut Batch<'_>,
        (watch, progress): (&Watch, &(dyn Fn(Progress) + Sync)),
    ) -> Result<Changes> {
        let model = self.host.local_embedder().map(|embedder| self.local_model(embedder, watch));
        let preparation = Preparation { root: &self.root, config: &self.config, clock: &*self.host.clock, model };
        let application = Application { preparation, watch, progress };
        apply(&application, plan, skipped, batch)
    }

    /// What the catalog notes besides files. A tree without files makes a first generation too.
    fn finish_bookkeeping(
        &self,
        writer: &Writer,
        batch: &mut Batch<'_>,
        (changes, skipped_before): (&Changes, &[SkippedRow]),
    ) -> Result<()> {
        if changes.skipped != skipped_before {
            batch.set_skipped(&changes.skipped)?;
        }
        if batch.generation() == Generation(0) {
            batch.content()?;
        } else if !writer.catalog().is_complete()? {
            batch.catalog()?;
        }
        Ok(())
    }

    /// Makes the vectors that files lack, and adds up what became of all.
    fn embed(
        &self,
        writer: &Writer,
        batch: &mut Batch<'_>,
        (changes, watch, progress): (&Changes, &Watch, &(dyn Fn(Progress) + Sync)),
    ) -> Result<Embedded> {
        let Some(embedder) = &self.host.embedder else { return Ok(Embedded::default()) };
        let Some(local) = self.host.local_embedder() else {
            let (batch_size, masking) = (self.config.embedding.batch_size, self.masking());
            let embedding = Embedding { host: &self.host, embedder, batch_size, masking, watch, progress };
            return embed_missing(&embedding, writer, batch);
        };
        let mut embedded = match &changes.not_embedded {
            Some(why) => Embedded { degraded: Some(failure(local, why.clone(), watch)), ..Embedded::default() },
            None => {
                let threads = self.config.performance.threads;
                embed_locally(self.local_model(local, watch), (writer, batch), (threads, progress))?
            }
        };
        embedded.embedded += changes.embedded;
        Ok(embedded)
    }

    fn local_model<'a>(&self, embedder: &'a dyn Embedder, watch: &'a Watch) -> LocalModel<'a> {
        LocalModel { embedder, masking: self.masking(), watch }
    }

    /// How secrets go to an embedder.
    fn masking(&self) -> Masking {
        if self.config.security.mask_secrets { Masking::Masked } else { Masking::Plain }
    }

    /// Takes over which line names which definition from `bytes`, an `index.scip` that another program made of this tree,
    /// or of the folder `under` the root. What was imported before goes; what was imported of a file goes when the file
    /// changes.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `bytes` are not such an index, `INDEX_MISSING` before the first update, `INDEX_LOCKED` when
    /// something else is writing, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`, `DEADLINE_EXCEEDED`, `CANCELLED`. Whatever
    /// happens, the index is at the generation from before or at the one of the import.
    pub fn import_scip(&self, bytes: &[u8], under: Option<&RepoPath>, limits: &Limits) -> Result<ScipReport> {
        self.import_stepwise((bytes, under), limits, &|_| Ok(()))
    }

    /// Keeps the root in the catalog. Says so when the index was of another one.
    fn note_root(&self, writer: &Writer, batch: &mut Batch<'_>) -> Result<Option<Degradation>> {
        let root = self.root.to_string_lossy();
        let other = writer.catalog().root()?.filter(|stored| *stored != root);
        if writer.catalog().root()?.is_none() || other.is_some() {
            batch.catalog()?.set_root(&root)?;
        }
        Ok(other.and_then(|other| self.is_of_another_root(&other)))
    }

    /// What to say when the index was made from `other`. An index inside its root moves with it.
    fn is_of_another_root(&self, other: &str) -> Option<Degradation> {
        let differs = Path::new(other) != self.root && !self.folder.starts_with(&self.root);
        differs.then(|| Degradation::new("root", format!("the index was made from {other}")))
    }

    /// The folder that the index in `folder` was made from; `None` when there is no index. Leaves no trace.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`.
    pub fn root_of(folder: &Path) -> Result<Option<PathBuf>> {
        match peek_current(folder, |database| database.root()) {
            Err(Error::IndexMissing { .. }) => Ok(None),
            outcome => Ok(outcome?.map(PathBuf::from)),
        }
    }

    /// What the index holds. Reads the catalog only.
    ///
    /// # Errors
    /// `INDEX_MISSING`, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`.
    pub fn status(&self) -> Result<Status> {
        let snapshot = Snapshot::open(&self.folder)?;
        let catalog = snapshot.read();
        let rows = catalog.file_table()?;
        let mut languages = BTreeMap::new();
        let mut roles = BTreeMap::new();
        for row in &rows {
            *languages.entry(row.language).or_insert(0) += 1;
            *roles.entry(row.role).or_insert(0) += 1;
        }
        let embedding = catalog.model_counts()?.into_iter().max_by_key(|counts| counts.files);
        Ok(Status {
            root: self.root.clone(),
            index_dir: self.folder.clone(),
            generation: snapshot.generation(),
            complete: catalog.is_complete()?,
            totals: catalog.totals()?,
            languages,
            roles,
            skipped: catalog.skipped_counts()?,
            degraded_files: degraded_files(&catalog)?,
            disk_bytes: disk_bytes(&self.folder)?,
            embedding: embedding.map(|counts| EmbeddingStatus {
                model: counts.model.name,
                dimensions: counts.model.dimensions,
                files: counts.files,
                vectors: counts.vectors,
            }),
            ranking: Tunings::read(catalog.tunings()?.as_deref())?.ranking(self.config.features.tuning),
        })
    }

    /// A searcher over the last committed state. It stays at that state; ask again after an update.
    ///
    /// Writes nothing, unless the text index is missing, older than the catalog or unreadable and must be derived anew.
    ///
    /// # Errors
    /// `INDEX_MISSING` before the first update, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`.
    pub fn searcher(&self) -> Result<Searcher> {
        self.open_searcher(Weighing::Chosen, |state| self.caches.begin(state))
    }

    fn open_searcher(
        &self,
        weighing: Weighing,
        keeping: impl FnOnce(Option<State>) -> Option<Keeping>,
    ) -> Result<Searcher> {
        let watch = self.host.watch(&Limits::default());
        let parts = self.parts(&watch)?;
        let moved = parts.catalog.read().root()?.and_then(|root| self.is_of_another_root(&root));
        let keeping = keeping(parts.catalog.read().state()?);
        let unembedded = parts.vectors.as_ref().ok().and_then(VectorSet::degradation);
        let degraded = moved.into_iter().chain(unembedded).collect();
        let place = Place { root: self.root.clone(), degraded, keeping, weighing };
        Searcher::new(place, self.host.clone(), self.config.clone(), parts)
    }

    /// The last committed state, for reading.
    fn parts(&self, watch: &Watch) -> Result<Parts> {
        let (catalog, text) = snapshot::open(&self.write_context(), watch)?;
        let vectors = snapshot::vectors(&catalog, &self.host, self.config.embedding.exact_scan_limit)?;
        Ok(Parts { catalog, text, vectors })
    }

    /// Whether the tree's rules let `path`, relative to the root, be indexed, which rule decides, and whether the index
    /// holds it now.
    ///
    /// # Errors
    /// `IO`, and those of opening an index that is there.
    pub fn why(&self, path: &str) -> Result<Explanation> {
        let mut explanation = explain(&self.root, &self.config, path)?;
        explanation.in_index = match Snapshot::open(&self.folder) {
            Ok(snapshot) => Some(snapshot.read().holds(&explanation.path)?),
            Err(Error::IndexMissing { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(explanation)
    }

    /// How the index is: whether it can be read and holds what it promises, how far the tree has moved on, whether there
    /// is room. Leaves no trace, and ends within the time of `query` and of `limits`, whatever hangs.
    ///
    /// That something is wrong is no error but a condition in the report, with its code and the way out.
    pub fn health(&self, query: &HealthQuery, limits: &Limits) -> HealthReport {
        let subject = Subject {
            root: self.root.clone(),
            folder: self.folder.clone(),
            config: (*self.config).clone(),
            host: self.host.clone(),
            kept: self.caches.statistics(),
        };
        examine(subject, query, limits)
    }

    fn write_context(&self) -> WriteContext<'_> {
        WriteContext {
            folder: &self.folder,
            text_bytes: self.config.performance.text_writer_bytes,
            threads: self.config.performance.threads,
            unwritten_files: self.config.indexer.unwritten_files.into(),
            idle: &self.idle,
        }
    }
}

/// Whether one of `paths` was a folder when the index was updated.
fn was_folder(paths: &[RepoPath], catalog: &Database, skipped: &[SkippedRow]) -> Result<bool> {
    let is_below = |row: &SkippedRow, path: &RepoPath| {
        row.path.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    for path in paths {
        if catalog.holds_below(path.as_str())? || skipped.iter().any(|row| is_below(row, path)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A tokenizer that is built in cannot be replaced: budgets and receipts name it.
fn check_counter(host: &Host) -> Result<()> {
    let name = host.token_counter.as_ref().map(|counter| counter.name().to_owned());
    match name.filter(|name| Tokenizer::from_name(name).is_some()) {
        Some(name) => Err(Error::argument("token_counter", format!("`{name}` is built in; give yours another name"))),
        None => Ok(()),
    }
}

/// The index folder of `root`.
fn index_folder(root: &Path, config: &Config) -> PathBuf {
    root.join(config.storage.index_dir.as_deref().unwrap_or(Path::new(".pampax")))
}

/// `host` as the configuration wants it used.
fn tuned(mut host: Host, config: &Config) -> Result<Host> {
    host.log_level = config.logging.level;
    host.logs_queries = config.logging.queries;
    host.embedder = host.embedder.filter(|_| config.features.embedding);
    host.reranker = host.reranker.filter(|_| config.features.rerank);
    if !config.metrics.enabled {
        host.metrics = Arc::new(NullMetrics);
    } else if config.metrics.sampling < 1.0 {
        // Processes with the same seed would all leave out the same.
        host.metrics = Arc::new(Sampled::new(host.metrics, config.metrics.sampling, fastrand::u64(..))?);
    }
    Ok(host)
}

fn report_of(writer: &Writer, changes: Changes, embedded: Embedded, generation: Generation) -> Result<UpdateReport> {
    let catalog = writer.catalog();
    let skipped = reported(&changes.skipped);
    let mut skipped_counts = BTreeMap::new();
    skipped.iter().for_each(|skip| *skipped_counts.entry(skip.reason).or_insert(0) += 1);
    Ok(UpdateReport {
        generation,
        added: changes.added,
        changed: changes.changed,
        renamed: changes.renamed,
        removed: changes.removed,
        unchanged: changes.unchanged,
        totals: catalog.totals()?,
        bytes_parsed: changes.bytes_parsed,
        embedded: embedded.embedded,
        reused: embedded.reused,
        skipped,
        skipped_counts,
        degraded_files: degraded_files(catalog)?,
        degraded: embedded.degraded.into_iter().collect(),
        elapsed_ms: 0,
    })
}

fn degraded_files(catalog: &Database) -> Result<Vec<DegradedFile>> {
    let rows = catalog.degraded_files()?;
    Ok(rows.into_iter().map(|(path, why)| DegradedFile { path, why }).collect())
}
