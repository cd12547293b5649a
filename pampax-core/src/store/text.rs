//! The text index: postings of terms by chunk and by path, in tantivy. Derived from the catalog and stamped with its
//! generation; never the truth. Scoring happens in `search/`, on exact live statistics, so that neither the number of
//! segments nor deleted documents show in a score.
//!
//! Never here: analysis, scoring, SQL.

use crate::error::{Error, Result};
use crate::search::terms::FileTerms;
use crate::store::text_files::TextFiles;
use crate::store::unwritten::Unwritten;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use tantivy::columnar::Cardinality;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::indexer::UserOperation;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, SegmentReader, TantivyDocument, Term};

/// The chunk number of the document that stands for the whole file.
pub(super) const WHOLE_FILE: u64 = u32::MAX as u64;

/// The field a term is looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextField {
    /// The text of chunks.
    Body,
    /// The names defined in chunks.
    Names,
    /// The path of files.
    Path,
}

/// One document that holds a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posting {
    /// The position of the document in the snapshot, below [`TextSnapshot::document_count`].
    pub document: u32,
    /// How often the term occurs.
    pub frequency: u32,
}

#[derive(Debug, Clone, Copy)]
struct Fields {
    file: Field,
    chunk: Field,
    body: Field,
    names: Field,
    path: Field,
}

impl Fields {
    fn of(self, field: TextField) -> Field {
        match field {
            TextField::Body => self.body,
            TextField::Names => self.names,
            TextField::Path => self.path,
        }
    }
}

fn schema() -> (Schema, Fields) {
    let terms = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(TERMS_TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true),
    );
    let mut builder = Schema::builder();
    let fields = Fields {
        file: builder.add_u64_field("file", FAST | INDEXED),
        chunk: builder.add_u64_field("chunk", FAST),
        body: builder.add_text_field("body", terms.clone()),
        names: builder.add_text_field("names", terms.clone()),
        path: builder.add_text_field("path", terms),
    };
    (builder.build(), fields)
}

const TERMS_TOKENIZER: &str = "terms";

/// Splits text that is analysed already at its spaces.
#[derive(Clone, Default)]
struct TermsTokenizer {
    token: Token,
}

/// The terms of text that is analysed already.
pub(super) fn terms_of(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix(' ').unwrap_or(text).split(' ').take(if text.is_empty() { 0 } else { usize::MAX })
}

struct TermsStream<'a> {
    text: &'a str,
    at: usize,
    token: &'a mut Token,
}

impl Tokenizer for TermsTokenizer {
    type TokenStream<'a> = TermsStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermsStream<'a> {
        self.token.reset();
        TermsStream { text, at: 0, token: &mut self.token }
    }
}

impl TokenStream for TermsStream<'_> {
    fn advance(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let Some(term) = terms_of(rest).next() else { return false };
        self.token.text.clear();
        self.token.text.push_str(term);
        self.token.position = self.token.position.wrapping_add(1);
        self.at += (term.len() + 1).min(rest.len());
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(TERMS_TOKENIZER, TermsTokenizer::default());
    manager
}

/// A text index in a folder.
pub(crate) struct TextIndex {
    pub(super) folder: PathBuf,
    pub(super) index: tantivy::Index,
    fields: Fields,
}

impl TextIndex {
    /// Opens the index in `folder`. `None` when there is none, or none that can be read: it is derived, so rebuild it.
    pub(crate) fn open(folder: &Path) -> Option<TextIndex> {
        let (expected, fields) = schema();
        if !folder.join("meta.json").exists() {
            return None;
        }
        let mut index = guard(folder, || tantivy::Index::open(TextFiles::open(folder)?)).ok()?;
        index.set_tokenizers(tokenizers());
        (index.schema() == expected).then(|| TextIndex { folder: folder.to_path_buf(), index, fields })
    }

    /// Creates an empty index in `folder`, removing what is there.
    #[expect(clippy::disallowed_methods, reason = "the store owns this folder")]
    pub(crate) fn create(folder: &Path) -> Result<TextIndex> {
        remove_whatever(folder)?;
        std::fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
        let (schema, fields) = schema();
        let index = guard(folder, || {
            tantivy::Index::builder().schema(schema).tokenizers(tokenizers()).open_or_create(TextFiles::open(folder)?)
        })?;
        Ok(TextIndex { folder: folder.to_path_buf(), index, fields })
    }

    /// An index in memory, for a host that may not write.
    pub(crate) fn in_memory() -> Result<TextIndex> {
        let (schema, fields) = schema();
        let folder = PathBuf::from("memory");
        let index =
            guard(&folder, || tantivy::Index::builder().schema(schema).tokenizers(tokenizers()).create_in_ram())?;
        Ok(TextIndex { folder, index, fields })
    }

    /// The generation of the catalog that the last commit belongs to.
    pub(crate) fn generation(&self) -> Option<u64> {
        guard(&self.folder, || self.index.load_metas()).ok()?.payload?.parse().ok()
    }

    /// A writer; there can be one at a time.
    pub(crate) fn writer(&self, memory_bytes: usize) -> Result<TextWriter> {
        let writer = guard(&self.folder, || self.index.writer_with_num_threads(1, memory_bytes))?;
        Ok(TextWriter { folder: self.folder.clone(), writer, fields: self.fields })
    }

    /// What the last commit holds, with the generation it is stamped with. It does not change when the index does.
    pub(crate) fn snapshot(&self) -> Result<TextSnapshot> {
        let stamp = self.generation();
        let reader: IndexReader =
            guard(&self.folder, || self.index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into())?;
        let segments = guard(&self.folder, || load_segments(reader.searcher().segment_readers(), self.fields))?;
        if self.generation() != stamp {
            return self.snapshot();
        }
        Ok(self.snapshot_of(segments, stamp))
    }

    /// [`TextIndex::snapshot`] without the lock that keeps a writer from removing files meanwhile, for which a file is
    /// opened for writing. Fails where a writer does.
    pub(super) fn snapshot_without_lock(&self) -> Result<TextSnapshot> {
        let segments = guard(&self.folder, || {
            let readers: tantivy::Result<Vec<SegmentReader>> =
                self.index.searchable_segments()?.iter().map(SegmentReader::open).collect();
            load_segments(&readers?, self.fields)
        })?;
        Ok(self.snapshot_of(segments, self.generation()))
    }

    fn snapshot_of(&self, segments: Vec<Segment>, generation: Option<u64>) -> TextSnapshot {
        let stored = segments.last().map_or(0, |segment| segment.first_document + segment.reader.max_doc());
        let (fields, hidden, unwritten) = (self.fields, Vec::new(), Unwritten::default());
        TextSnapshot { folder: self.folder.clone(), generation, segments, fields, stored, hidden, unwritten }
    }
}

/// Adds and removes files.
pub(crate) struct TextWriter {
    folder: PathBuf,
    writer: IndexWriter,
    fields: Fields,
}

impl TextWriter {
    /// Removes every document of a file that was added before now.
    pub(crate) fn delete(&mut self, file_id: u32) {
        self.writer.delete_term(Term::from_field_u64(self.fields.file, u64::from(file_id)));
    }

    /// Adds the documents of a file: one for each chunk, and one for the file itself.
    pub(crate) fn add(&mut self, file_id: u32, terms: &FileTerms) -> Result<()> {
        let file = u64::from(file_id);
        let mut operations = Vec::with_capacity(terms.chunks.len() + 1);
        for (number, chunk) in terms.chunks.iter().enumerate() {
            let mut document = TantivyDocument::default();
            document.add_u64(self.fields.file, file);
            document.add_u64(self.fields.chunk, number as u64);
            document.add_text(self.fields.body, &chunk.body);
            document.add_text(self.fields.names, &chunk.names);
            operations.push(UserOperation::Add(document));
        }
        let mut document = TantivyDocument::default();
        document.add_u64(self.fields.file, file);
        document.add_u64(self.fields.chunk, WHOLE_FILE);
        document.add_text(self.fields.path, &terms.path);
        operations.push(UserOperation::Add(document));
        guard(&self.folder, || self.writer.run(operations))?;
        Ok(())
    }

    /// Writes everything out so that [`PreparedText::commit`] has little left to do and little left to fail.
    pub(crate) fn prepare(&mut self, generation: u64) -> Result<PreparedText<'_>> {
        let mut prepared = guard(&self.folder, || self.writer.prepare_commit())?;
        prepared.set_payload(&generation.to_string());
        Ok(PreparedText { folder: self.folder.clone(), prepared })
    }
}

/// A commit that is written out but not yet visible.
pub(crate) struct PreparedText<'a> {
    folder: PathBuf,
    prepared: tantivy::indexer::PreparedCommit<'a>,
}

impl PreparedText<'_> {
    /// Makes it visible.
    pub(crate) fn commit(self) -> Result<()> {
        guard(&self.folder, || self.prepared.commit()).map(|_| ())
    }

    /// Forgets it.
    pub(crate) fn abort(self) -> Result<()> {
        guard(&self.folder, || self.prepared.abort()).map(|_| ())
    }
}

/// One committed state, for reading.
pub(crate) struct TextSnapshot {
    folder: PathBuf,
    generation: Option<u64>,
    segments: Vec<Segment>,
    fields: Fields,
    /// The number of documents in files. Those that are not written follow.
    stored: u32,
    /// Whether a stored document has been replaced; empty when none has.
    hidden: Vec<bool>,
    unwritten: Unwritten,
}

struct Segment {
    reader: SegmentReader,
    first_document: u32,
    files: Vec<u32>,
    chunks: Vec<u32>,
}

impl TextSnapshot {
    /// The generation of the catalog that this state belongs to.
    pub(crate) fn generation(&self) -> Option<u64> {
        self.generation
    }

    /// The number of documents, deleted ones included.
    pub(crate) fn document_count(&self) -> u32 {
        self.stored + self.unwritten.documents().len() as u32
    }

    /// This state with what is not written yet in place of what is.
    pub(crate) fn with_unwritten(mut self, unwritten: Unwritten) -> TextSnapshot {
        if !unwritten.is_empty() {
            let files = self.segments.iter().flat_map(|segment| &segment.files);
            self.hidden = files.map(|file| unwritten.replaces(*file)).collect();
        }
        self.unwritten = unwritten;
        self
    }

    fn is_hidden(&self, document: u32) -> bool {
        self.hidden.get(document as usize).is_some_and(|is_hidden| *is_hidden)
    }

    /// Calls `visit` for every live document as (position, file, chunk); the chunk is `None` for a whole file.
    pub(crate) fn for_each_document(&self, mut visit: impl FnMut(u32, u32, Option<u32>)) {
        for segment in &self.segments {
            for document in segment.reader.doc_ids_alive() {
                let at = document as usize;
                if !self.is_hidden(segment.first_document + document) {
                    visit(segment.first_document + document, segment.files[at], chunk_of(segment.chunks[at].into()));
                }
            }
        }
        for (document, (file, chunk)) in (self.stored..).zip(self.unwritten.documents()) {
            visit(document, *file, chunk_of(*chunk));
        }
    }

    /// The lengths, in terms, of every document in a field, as the index keeps them: numbers of rounded lengths, of which
    /// [`length_of`] knows the values. 0, which is no term, where a document has none.
    pub(crate) fn lengths(&self, field: TextField) -> Result<Vec<u8>> {
        let mut lengths = vec![0; self.stored as usize];
        guard(&self.folder, || {
            for segment in &self.segments {
                let norms = segment.reader.get_fieldnorms_reader(self.fields.of(field))?;
                for document in segment.reader.doc_ids_alive() {
                    let at = segment.first_document + document;
                    lengths[at as usize] = if self.is_hidden(at) { 0 } else { norms.fieldnorm_id(document) };
                }
            }
            Ok(())
        })?;
        lengths.extend(self.unwritten.lengths(field).iter().map(|length| FieldNormReader::fieldnorm_to_id(*length)));
        Ok(lengths)
    }

    /// Appends to `postings` the live documents that hold `term` in `field`, in the order of their positions.
    pub(crate) fn postings(&self, field: TextField, term: &str, postings: &mut Vec<Posting>) -> Result<()> {
        let stored = self.fields.of(field);
        guard(&self.folder, || {
            let term = Term::from_field_text(stored, term);
            for segment in &self.segments {
                let inverted = segment.reader.inverted_index(stored)?;
                let Some(mut blocks) = inverted.read_block_postings(&term, IndexRecordOption::WithFreqs)? else {
                    continue;
                };
                let alive = segment.reader.alive_bitset();
                let is_live = |document: u32| {
                    alive.is_none_or(|alive| alive.is_alive(document))
                        && !self.is_hidden(segment.first_document + document)
                };
                while !blocks.docs().is_empty() {
                    let found = blocks.docs().iter().zip(blocks.freqs()).filter(|(document, _)| is_live(**document));
                    postings.extend(found.map(|(document, frequency)| Posting {
                        document: segment.first_document + document,
                        frequency: *frequency,
                    }));
                    blocks.advance();
                }
            }
            Ok(())
        })?;
        let unwritten = self.unwritten.postings(field, term).iter();
        postings.extend(unwritten.map(|one| Posting { document: self.stored + one.document, ..*one }));
        Ok(())
    }
}

/// The chunk of a document by its stored number; `None` for a whole file.
fn chunk_of(number: u64) -> Option<u32> {
    u32::try_from(number).ok().filter(|_| number != WHOLE_FILE)
}

/// The length, in terms, that a number of [`TextSnapshot::lengths`] stands for.
pub(crate) fn length_of(number: u8) -> u32 {
    FieldNormReader::id_to_fieldnorm(number)
}

fn load_segments(readers: &[SegmentReader], fields: Fields) -> tantivy::Result<Vec<Segment>> {
    let mut first_document = 0;
    let mut segments = Vec::new();
    for reader in readers {
        let schema = reader.schema();
        // Files that are gone show here, and not in the middle of a search. What is opened stays so for the searches.
        for (field, _) in schema.fields().filter(|(_, entry)| entry.is_indexed()) {
            reader.inverted_index(field)?;
        }
        let column = |field: Field| -> tantivy::Result<Vec<u32>> {
            let column = reader.fast_fields().u64(schema.get_field_name(field))?;
            let mut values = vec![0; reader.max_doc() as usize];
            // Every document has a value, and many at once are quicker to read; of a damaged column what there is will do.
            match column.get_cardinality() {
                Cardinality::Full => column.values.get_range(0, &mut values),
                _ => column.first_or_default_col(0).get_range(0, &mut values),
            }
            Ok(values.into_iter().map(|value| value as u32).collect())
        };
        let segment = Segment {
            files: column(fields.file)?,
            chunks: column(fields.chunk)?,
            reader: reader.clone(),
            first_document,
        };
        first_document += segment.reader.max_doc();
        segments.push(segment);
    }
    Ok(segments)
}

/// Removes what has the name of the folder, a folder or not.
#[expect(clippy::disallowed_methods, reason = "the store owns this folder")]
pub(super) fn remove_whatever(folder: &Path) -> Result<()> {
    let removed = match std::fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(folder),
        Ok(_) => std::fs::remove_file(folder),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", folder, error)),
        _ => Ok(()),
    }
}

/// Runs an operation of tantivy; an error or a panic on damaged files becomes ours.
pub(super) fn guard<T>(folder: &Path, operation: impl FnOnce() -> tantivy::Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(operation)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(from_tantivy(folder, &error)),
        Err(_) => {
            Err(Error::IndexDamaged { path: folder.to_path_buf(), reason: "the text index cannot be read".to_owned() })
        }
    }
}

fn from_tantivy(folder: &Path, error: &tantivy::TantivyError) -> Error {
    use tantivy::TantivyError;
    match error {
        TantivyError::IoError(source) => {
            Error::io("use", folder, std::io::Error::new(source.kind(), source.to_string()))
        }
        TantivyError::LockFailure(..) => {
            Error::IndexLocked { path: folder.to_path_buf(), owner: "another writer of the text index".to_owned() }
        }
        other => match io_cause(other) {
            Some(kind) => Error::io("use", folder, std::io::Error::new(kind, other.to_string())),
            None => Error::IndexDamaged { path: folder.to_path_buf(), reason: other.to_string() },
        },
    }
}

/// What the operating system refused, if that is what an error comes from: a full disk is no damage. Some errors hold
/// the refusal only as text.
fn io_cause(error: &tantivy::TantivyError) -> Option<std::io::ErrorKind> {
    use std::io::ErrorKind;
    const REFUSALS: [(&str, ErrorKind); 4] = [
        ("code: 28, kind: StorageFull", ErrorKind::StorageFull),
        ("os error 28", ErrorKind::StorageFull),
        ("os error 13", ErrorKind::PermissionDenied),
        ("os error 30", ErrorKind::ReadOnlyFilesystem),
    ];
    let text = format!("{error} {error:?}");
    REFUSALS.into_iter().find(|(refusal, _)| text.contains(refusal)).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::terms::ChunkTerms;

    fn terms(path: &str, chunks: &[&str]) -> FileTerms {
        let chunks = chunks.iter().map(|body| ChunkTerms { body: (*body).to_owned(), names: String::new() }).collect();
        FileTerms { path: path.to_owned(), chunks }
    }

    fn commit(writer: &mut TextWriter, generation: u64) {
        writer.prepare(generation).unwrap().commit().unwrap();
    }

    fn files_with(snapshot: &TextSnapshot, term: &str) -> Vec<(u32, Option<u32>, u32)> {
        let mut postings = Vec::new();
        snapshot.postings(TextField::Body, term, &mut postings).unwrap();
        let mut places = vec![None; snapshot.document_count() as usize];
        snapshot.for_each_document(|position, file, chunk| places[position as usize] = Some((file, chunk)));
        postings
            .iter()
            .map(|posting| {
                let (file, chunk) = places[posting.document as usize].unwrap();
                (file, chunk, posting.frequency)
            })
            .collect()
    }

    #[test]
    fn a_commit_is_found_and_a_deleted_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let index = TextIndex::create(folder.path()).unwrap();
        let mut writer = index.writer(15_000_000).unwrap();
        writer.add(7, &terms("a rs ", &["alpha beta alpha ", "beta "])).unwrap();
        writer.add(8, &terms("b rs ", &["alpha "])).unwrap();
        commit(&mut writer, 1);
        let before = index.snapshot().unwrap();
        assert_eq!(files_with(&before, "alpha"), [(7, Some(0), 2), (8, Some(0), 1)]);
        writer.delete(7);
        commit(&mut writer, 2);
        let after = index.snapshot().unwrap();
        assert_eq!(files_with(&after, "alpha"), [(8, Some(0), 1)]);
        assert_eq!(files_with(&before, "beta").len(), 2, "an older snapshot does not change");
        assert_eq!((before.generation(), after.generation()), (Some(1), Some(2)));
    }

    #[test]
    fn an_aborted_commit_leaves_the_last_one() {
        let folder = tempfile::tempdir().unwrap();
        let index = TextIndex::create(folder.path()).unwrap();
        let mut writer = index.writer(15_000_000).unwrap();
        writer.add(1, &terms("a ", &["alpha "])).unwrap();
        commit(&mut writer, 1);
        writer.add(2, &terms("b ", &["alpha "])).unwrap();
        writer.prepare(2).unwrap().abort().unwrap();
        drop(writer);
        let index = TextIndex::open(folder.path()).unwrap();
        assert_eq!(index.generation(), Some(1));
        assert_eq!(files_with(&index.snapshot().unwrap(), "alpha"), [(1, Some(0), 1)]);
    }

    #[test]
    fn a_full_disk_is_no_damage() {
        let full = || std::io::Error::from_raw_os_error(28);
        let errors = [
            tantivy::TantivyError::from(full()),
            tantivy::directory::error::OpenWriteError::wrap_io_error(full(), PathBuf::from("segment")).into(),
            tantivy::TantivyError::ErrorInThread(format!("{:?}", full())),
        ];
        for error in errors {
            let found = from_tantivy(Path::new("text"), &error);
            assert_eq!(found.code(), crate::error::ErrorCode::Io, "{error:?}");
        }
        let other = tantivy::TantivyError::SystemError("a bad footer".to_owned());
        assert_eq!(from_tantivy(Path::new("text"), &other).code(), crate::error::ErrorCode::IndexDamaged);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test damages its own files")]
    fn a_missing_or_damaged_index_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(TextIndex::open(&folder.path().join("absent")).is_none());
        TextIndex::create(folder.path()).unwrap();
        std::fs::write(folder.path().join("meta.json"), b"{garbage").unwrap();
        assert!(TextIndex::open(folder.path()).is_none());
    }
}
