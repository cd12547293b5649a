//! The one writer: the lock, the catalog, and the text index that follows it.
//!
//! A generation of few changes becomes visible with the catalog's transaction, which notes whose documents the text index
//! does not hold. Other generations become visible in four steps: the catalog's transaction is complete, the text index is
//! written out, the catalog commits, the text index commits. Whatever stops in between, the catalog is at the old generation
//! or the new one, and a text index that is not of the generation it names is built again from it.
//!
//! Never here: what should be written.

use crate::error::{Error, Result};
use crate::host::log::Event;
use crate::index::local::LocalModel;
use crate::index::plan::Extent;
use crate::index::prepare::Prepared;
use crate::limits::Watch;
use crate::parallel::{Bounds, ordered_map};
use crate::search::terms::{FileTerms, file_terms};
use crate::source::{Generation, RepoPath};
use crate::store::catalog::{FileRow, SkippedRow};
use crate::store::commit::{Commit, FileStat, NewFile};
use crate::store::idle::Idle;
use crate::store::lock::WriteLock;
use crate::store::schema::Database;
use crate::store::text::{TextIndex, TextWriter};
use crate::store::vectors::Block;
use crate::store::{make_folder, text_folder};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What writing needs from the index.
#[derive(Clone, Copy)]
pub(crate) struct WriteContext<'a> {
    pub folder: &'a Path,
    pub text_bytes: usize,
    pub threads: usize,
    /// The most files that may wait to be written to the text index.
    pub unwritten_files: u64,
    /// The connection of the last update.
    pub idle: &'a Idle,
}

/// The most bytes of source that may wait to be written to the text index: what opening analyses in some milliseconds.
const MAX_UNWRITTEN_BYTES: u64 = 256 << 10;

/// The steps from one generation to the next, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommitStep {
    /// The catalog's transaction is complete and not yet visible.
    CatalogStamped,
    /// The text index is written out and not yet visible, where it is written.
    TextPrepared,
    /// The catalog's transaction is visible.
    CatalogCommitted,
    /// The text index is visible, where it was written.
    TextCommitted,
}

/// The right and the means to write to one index folder.
pub(crate) struct Writer {
    catalog: Database,
    text: TextIndex,
    text_bytes: usize,
    unwritten_files: u64,
    _lock: WriteLock,
}

impl Writer {
    /// Takes the lock, opens the catalog or makes one, and builds the text index again when its stamp is not the one that
    /// the catalog names.
    ///
    /// # Errors
    /// `INDEX_LOCKED`, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`, and those of `watch`.
    pub(crate) fn open(context: &WriteContext<'_>, watch: &Watch) -> Result<Writer> {
        make_folder(context.folder)?;
        let lock = WriteLock::acquire(context.folder)?;
        let mut catalog = match context.idle.take() {
            Some(catalog) => catalog,
            None => Database::open_writer(context.folder)?,
        };
        let generation = catalog.text_generation()?;
        let folder = text_folder(context.folder);
        let text = match TextIndex::open(&folder) {
            Some(text) if text.generation() == Some(generation.0) => text,
            _ if generation == Generation(0) => TextIndex::create(&folder)?,
            _ => rebuild_text(&mut catalog, context, watch)?,
        };
        let WriteContext { text_bytes, unwritten_files, .. } = *context;
        Ok(Writer { catalog, text, text_bytes, unwritten_files, _lock: lock })
    }

    /// Builds the text index again when a file of it is gone or cannot be opened. To be called before it is added to.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when the catalog cannot be read either, `IO`, and those of `watch`.
    pub(crate) fn mend_text(&mut self, context: &WriteContext<'_>, watch: &Watch) -> Result<()> {
        if self.text.snapshot().is_err() {
            self.text = rebuild_text(&mut self.catalog, context, watch)?;
        }
        Ok(())
    }

    /// Builds the text index again when a byte of it is not as it was written: what is damaged would be merged into what is
    /// new, with checksums of its own. Reads all of it.
    ///
    /// # Errors
    /// As [`Writer::mend_text`].
    pub(crate) fn mend_text_thoroughly(&mut self, context: &WriteContext<'_>, watch: &Watch) -> Result<()> {
        if self.text.damage(watch)?.is_some() {
            self.text = rebuild_text(&mut self.catalog, context, watch)?;
        }
        Ok(())
    }

    /// Takes no more room on disk than what is stored needs, and writes to the text index what waits for it. What is stored
    /// stays the same, its generation too.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `IO` when the disk has no room for a second copy, and those of `watch`.
    pub(crate) fn compact(&mut self, context: &WriteContext<'_>, watch: &Watch) -> Result<()> {
        self.mend_text_thoroughly(context, watch)?;
        watch.check("text")?;
        self.write_out()?;
        self.text.merge_segments(self.text_bytes)?;
        self.catalog.compact(context.folder, watch)
    }

    /// Writes to the text index what waits for it.
    fn write_out(&self) -> Result<()> {
        if self.catalog.unwritten_size()?.0 == 0 {
            return Ok(());
        }
        let generation = self.catalog.generation()?;
        let mut text = self.text_writer()?;
        let mut commit = Commit::begin(&self.catalog)?;
        commit.set_text_written(generation)?;
        let prepared = text.prepare(generation.0)?;
        commit.commit()?;
        prepared.commit()
    }

    /// A writer of the text index that has written what waited for it.
    fn text_writer(&self) -> Result<TextWriter> {
        let mut text = self.text.writer(self.text_bytes)?;
        each_unwritten(&self.catalog, |id, terms| {
            text.delete(id);
            terms.map_or(Ok(()), |terms| text.add(id, &terms))
        })?;
        Ok(text)
    }

    /// Ends, and leaves the connection for the next one.
    pub(crate) fn rest(self, context: &WriteContext<'_>) {
        context.idle.put(self.catalog);
    }

    /// The catalog.
    pub(crate) fn catalog(&self) -> &Database {
        &self.catalog
    }

    /// Whether changes of `extent` may have to be written to the text index, and not to the catalog alone.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `IO`.
    pub(crate) fn may_write_text(&self, extent: Extent) -> Result<bool> {
        Ok(self.catalog.generation()? == Generation(0) || self.is_too_much(extent)?)
    }

    /// Whether what waits to be written to the text index is too much with `more` of it.
    fn is_too_much(&self, more: Extent) -> Result<bool> {
        let (files, bytes) = self.catalog.unwritten_size()?;
        Ok(files.saturating_add(more.files) > self.unwritten_files
            || bytes.saturating_add(more.bytes) > MAX_UNWRITTEN_BYTES)
    }

    /// Begins to change the index. `on_step` hears of every step of every commit and may stop there.
    ///
    /// # Errors
    /// `INDEX_DAMAGED`, `IO`.
    pub(crate) fn batch<'w>(&'w self, on_step: &'w dyn Fn(CommitStep) -> Result<()>) -> Result<Batch<'w>> {
        let generation = self.catalog.generation()?;
        Ok(Batch { writer: self, on_step, generation, commit: None, text: None, is_new_content: false })
    }
}

/// Calls `each` for every file whose documents are not in the text index, with its terms, or none where it is gone.
///
/// # Errors
/// `INDEX_DAMAGED` when a file cannot be read, `IO`, and those of `each`.
pub(crate) fn each_unwritten(
    catalog: &Database,
    mut each: impl FnMut(u32, Option<FileTerms>) -> Result<()>,
) -> Result<()> {
    for (id, path) in catalog.unwritten()? {
        let document = path.map(|path| Ok(catalog.document(id)?.map(|document| (path, document)))).transpose()?;
        each(id, document.flatten().map(|(path, document)| file_terms(&path, &document.text, &document.parsed)))?;
    }
    Ok(())
}

fn rebuild_text(catalog: &mut Database, context: &WriteContext<'_>, watch: &Watch) -> Result<TextIndex> {
    let text = TextIndex::create(&text_folder(context.folder))?;
    fill_text(catalog, &text, context, watch)?;
    let fields = [("generation", catalog.generation()?.0.into())];
    let message = "the text index was missing, damaged or of another generation, and was built again from the catalog";
    watch.observer().log(Event::TextRebuild, message, &fields);
    Ok(text)
}

/// Fills an empty text index from the catalog and stamps it with the generation that the catalog names.
pub(crate) fn fill_text(
    catalog: &mut Database,
    text: &TextIndex,
    context: &WriteContext<'_>,
    watch: &Watch,
) -> Result<()> {
    let rows = catalog.file_table()?;
    let generation = catalog.text_generation()?;
    let mut writer = text.writer(context.text_bytes)?;
    let items: Vec<(FileRow, u64)> =
        rows.into_iter().map(|row| (row.size, row)).map(|(size, row)| (row, size)).collect();
    let catalog = Mutex::new(catalog);
    let analyse = |row: &FileRow| {
        let document = catalog.lock().unwrap_or_else(PoisonError::into_inner).document(row.id)?;
        Ok(document.map(|document| file_terms(&row.path, &document.text, &document.parsed)))
    };
    ordered_map(&items, &bounds(context.threads), analyse, |row, outcome| {
        watch.check("text")?;
        let terms = outcome.map_err(|panic| Error::internal(format!("analysing {}: {panic}", row.path)))??;
        terms.map_or(Ok(()), |terms| writer.add(row.id, &terms))
    })?;
    writer.prepare(generation.0)?.commit()
}

/// How much of a tree is in memory at once: what a few dozen files take, or one large file.
pub(crate) fn bounds(threads: usize) -> Bounds {
    Bounds { threads, items: 64, weight: 16 << 20 }
}

/// Changes that become visible together.
pub(crate) struct Batch<'w> {
    writer: &'w Writer,
    on_step: &'w dyn Fn(CommitStep) -> Result<()>,
    generation: Generation,
    commit: Option<Commit<'w>>,
    /// There once more has changed than may wait, or in a new index.
    text: Option<TextWriter>,
    is_new_content: bool,
}

impl<'w> Batch<'w> {
    /// The last generation that is visible.
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// The catalog's transaction, for what no generation depends on.
    pub(crate) fn catalog(&mut self) -> Result<&mut Commit<'w>> {
        let commit = match self.commit.take() {
            Some(commit) => commit,
            None => Commit::begin(&self.writer.catalog)?,
        };
        Ok(self.commit.insert(commit))
    }

    /// The catalog's transaction, for what makes a new generation.
    pub(crate) fn content(&mut self) -> Result<&mut Commit<'w>> {
        self.is_new_content = true;
        self.catalog()
    }

    /// Puts the documents of `terms` in the place of those of a file: in the text index, or with the readers. To be called
    /// when the catalog holds the file as it is to be.
    fn put_terms(&mut self, id: u32, terms: Option<&FileTerms>) -> Result<()> {
        if let Some(text) = &mut self.text {
            text.delete(id);
            return terms.map_or(Ok(()), |terms| text.add(id, terms));
        }
        self.content()?.add_unwritten(id)?;
        if self.writer.may_write_text(Extent::default())? {
            self.text = Some(self.writer.text_writer()?);
        }
        Ok(())
    }

    /// Adds a file, or replaces the content of the file `id`. Returns its id.
    pub(crate) fn put(&mut self, id: Option<u32>, path: &RepoPath, prepared: &Prepared, parse_key: i64) -> Result<u32> {
        let source = &prepared.source;
        let id = self.content()?.put_file(
            id,
            &NewFile {
                path,
                stat: prepared.stat,
                hash: source.hash,
                parse_key,
                language: source.language,
                role: source.role,
                encoding: source.encoding,
                lines: prepared.lines,
                parsed: &prepared.parsed,
                content: &prepared.content,
            },
        )?;
        self.put_terms(id, Some(&prepared.terms))?;
        Ok(id)
    }

    /// Gives a file the vectors that a model of this process made.
    pub(crate) fn put_vectors(&mut self, model: &LocalModel<'_>, id: u32, block: Block) -> Result<()> {
        let commit = self.content()?;
        let model = commit.put_model(model.embedder.id(), model.dimensions())?;
        commit.put_file_vectors(&model, id, block)
    }

    /// Removes a file.
    pub(crate) fn delete(&mut self, id: u32) -> Result<()> {
        self.content()?.delete_file(id)?;
        self.put_terms(id, None)
    }

    /// Gives a file another path.
    pub(crate) fn rename(&mut self, id: u32, path: &RepoPath, stat: FileStat) -> Result<()> {
        let Some(document) = self.writer.catalog.document(id)? else {
            return Err(Error::internal(format!("file {id} has no content to keep as {path}")));
        };
        let terms = file_terms(path, &document.text, &document.parsed);
        self.content()?.rename_file(id, path, stat)?;
        self.put_terms(id, Some(&terms))
    }

    /// Replaces the list of what is skipped.
    pub(crate) fn set_skipped(&mut self, rows: &[SkippedRow]) -> Result<()> {
        self.catalog()?.set_skipped(rows)
    }

    /// Makes the changes visible, as a new generation where there is new content. Nothing is written without changes.
    pub(crate) fn commit(&mut self, is_complete: bool) -> Result<Generation> {
        let Some(mut commit) = self.commit.take() else { return Ok(self.generation) };
        if !self.is_new_content {
            if is_complete {
                commit.set_complete()?;
            }
            commit.commit()?;
            return Ok(self.generation);
        }
        let next = Generation(self.generation.0 + 1);
        if self.generation == Generation(0) && self.text.is_none() {
            self.text = Some(self.writer.text_writer()?);
        }
        commit.stamp(next, is_complete)?;
        match &mut self.text {
            Some(text) => {
                commit.set_text_written(next)?;
                (self.on_step)(CommitStep::CatalogStamped)?;
                let prepared = text.prepare(next.0)?;
                (self.on_step)(CommitStep::TextPrepared)?;
                if let Err(error) = commit.commit() {
                    prepared.abort()?;
                    return Err(error);
                }
                (self.on_step)(CommitStep::CatalogCommitted)?;
                prepared.commit()?;
                (self.on_step)(CommitStep::TextCommitted)?;
            }
            None => {
                (self.on_step)(CommitStep::CatalogStamped)?;
                commit.commit()?;
                (self.on_step)(CommitStep::CatalogCommitted)?;
            }
        }
        self.generation = next;
        self.is_new_content = false;
        Ok(next)
    }
}
