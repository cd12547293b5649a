//! Makes the vectors that are missing. Equal texts are embedded once, whatever file they stand in.
//!
//! Vectors are stored as they come, but no search uses them before their file is noted as embedded, which makes a new
//! generation.
//!
//! Never here: how vectors are kept or searched (`store/vectors.rs`).

use crate::error::{Degradation, Error, Result};
use crate::host::guard::{self, Call, Urgency};
use crate::host::log::Event;
use crate::host::{BoxError, Embedder, Host, Purpose, Seam};
use crate::index::report::{Progress, Stage};
use crate::index::write::{Batch, Writer};
use crate::limits::Watch;
use crate::parse::Chunk;
use crate::parse::redact::{self, Masking};
use crate::source::ContentHash;
use crate::store::catalog::StoredDocument;
use crate::store::commit::Commit;
use crate::store::vectors::{Model, Quantised};
use std::collections::HashSet;
use std::sync::Arc;

/// The text that is embedded to learn the size of an embedder's vectors.
const SIZE_TEXT: &str = "pampax";

/// What the stage came to.
#[derive(Debug, Default)]
pub(crate) struct Embedded {
    /// Vectors that were made.
    pub embedded: u64,
    /// Chunks whose vectors were known already.
    pub reused: u64,
    /// Why vectors are missing, if they are.
    pub degraded: Option<Degradation>,
}

/// What embedding needs besides the index.
#[derive(Clone, Copy)]
pub(crate) struct Embedding<'a> {
    pub host: &'a Host,
    pub embedder: &'a Arc<dyn Embedder>,
    pub batch_size: usize,
    /// How secrets go to the embedder, which may be anywhere.
    pub masking: Masking,
    pub watch: &'a Watch,
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// The texts that stand for the chunks of `document`. The path is not part of them, so a file that moves keeps its vectors.
fn chunk_texts(document: &StoredDocument, masking: Masking) -> Vec<String> {
    let secrets = match masking {
        Masking::Masked => redact::secrets(&document.text),
        Masking::Plain => Vec::new(),
    };
    let text = |chunk: &Chunk| {
        let range = chunk.bytes.start as usize..chunk.bytes.end as usize;
        let part = redact::mask_range(&document.text, &secrets, range);
        match chunk.breadcrumb.as_str() {
            "" => part.into_owned(),
            breadcrumb => format!("{}\n{part}", redact::masked_as(masking, breadcrumb)),
        }
    };
    document.parsed.chunks.iter().map(text).collect()
}

/// Embeds every chunk that has no vector of this embedder's model.
///
/// # Errors
/// Those of the catalog and of the watch. A failing embedder is no error: the index stays lexical and the report says so.
pub(crate) fn embed_missing(embedding: &Embedding<'_>, writer: &Writer, batch: &mut Batch<'_>) -> Result<Embedded> {
    let Ok(dimensions) = u32::try_from(embedding.embedder.dimensions()) else {
        return Ok(embedding.failed("it names a size that no vector has".to_owned()));
    };
    let (mut model, mut files) = embedding.missing(writer, dimensions)?;
    if files.is_empty() {
        return Ok(Embedded::default());
    }
    let mut learned = dimensions;
    if dimensions == 0 {
        learned = match embedding.learn_size() {
            Ok(learned) => learned,
            Err(why) => {
                embedding.watch.check("embed")?;
                return Ok(embedding.failed(why));
            }
        };
        (model, files) = embedding.missing(writer, learned)?;
    }
    let model = match model {
        Some(model) => model,
        None => {
            let commit = Commit::begin(writer.catalog())?;
            let model = commit.put_model(embedding.embedder.id(), learned)?;
            commit.commit()?;
            model
        }
    };
    let mut stage = EmbedStage::new(embedding, writer, model)?;
    stage.run(&files)?;
    stage.finish(batch, files.len())
}

impl Embedding<'_> {
    /// The embedder's model of this size, 0 for any, if the catalog knows it, and the files that lack its vectors.
    fn missing(&self, writer: &Writer, dimensions: u32) -> Result<(Option<Model>, Vec<u32>)> {
        let catalog = writer.catalog();
        match catalog.model(self.embedder.id(), dimensions)? {
            Some(model) => {
                let files = catalog.files_to_embed(&model)?;
                Ok((Some(model), files))
            }
            None => Ok((None, catalog.file_table()?.into_iter().map(|row| row.id).collect())),
        }
    }

    /// The size of the vectors of an embedder that does not know it before its first answer.
    fn learn_size(&self) -> std::result::Result<u32, String> {
        let embedder = self.embedder.clone();
        self.call(move |watch| {
            let numbers = embedder.embed(&[SIZE_TEXT], Purpose::Document, watch)?;
            match u32::try_from(numbers.len()) {
                Ok(size @ 1..) if embedder.dimensions() == numbers.len() => Ok(size),
                _ => Err("it does not tell how many components its vectors have".into()),
            }
        })
    }

    fn call<R: Send + 'static>(
        &self,
        work: impl Fn(&Watch) -> std::result::Result<R, BoxError> + Send + Sync + 'static,
    ) -> std::result::Result<R, String> {
        let call = Call { host: self.host, seam: Seam::Embedder, watch: self.watch, urgency: Urgency::Batch };
        guard::call(&call, work)
    }

    /// What a failure before the first batch comes to.
    fn failed(&self, why: String) -> Embedded {
        Embedded { degraded: Some(self.degradation(why)), ..Embedded::default() }
    }

    fn degradation(&self, why: String) -> Degradation {
        let fields = [("model", self.embedder.id().into()), ("why", why.as_str().into())];
        let message = "the embedder failed; files without vectors are found by their words only";
        self.watch.observer().log(Event::EmbedderFail, message, &fields);
        Degradation::new("embedder", why)
    }
}

/// The vectors of `texts`, which have `dimensions` components each and a direction.
fn vectors(
    embedder: &dyn Embedder,
    (texts, dimensions): (&[String], usize),
    watch: &Watch,
) -> std::result::Result<Vec<Quantised>, BoxError> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let numbers = embedder.embed(&texts, Purpose::Document, watch)?;
    let expected = texts.len() * dimensions;
    if numbers.len() != expected {
        return Err(format!("it gave {} numbers where {expected} were expected", numbers.len()).into());
    }
    let vectors: Option<Vec<Quantised>> = numbers.chunks_exact(dimensions).map(Quantised::new).collect();
    vectors.ok_or_else(|| "it gave a vector that has no direction or holds a number that is not finite".into())
}

struct EmbedStage<'a> {
    embedding: &'a Embedding<'a>,
    writer: &'a Writer,
    model: Model,
    /// The hashes that have vectors.
    stored: HashSet<ContentHash>,
    /// The hashes of [`EmbedStage::queue`].
    queued: HashSet<ContentHash>,
    queue: Vec<(ContentHash, String)>,
    files: Vec<(u32, Vec<ContentHash>)>,
    outcome: Embedded,
}

impl<'a> EmbedStage<'a> {
    fn new(embedding: &'a Embedding<'a>, writer: &'a Writer, model: Model) -> Result<EmbedStage<'a>> {
        let stored = writer.catalog().vector_hashes(&model)?;
        Ok(EmbedStage {
            embedding,
            writer,
            model,
            stored,
            queued: HashSet::new(),
            queue: Vec::new(),
            files: Vec::new(),
            outcome: Embedded::default(),
        })
    }

    fn run(&mut self, files: &[u32]) -> Result<()> {
        let mut progress = Progress::start(Stage::Embed);
        progress.files_total = files.len() as u64;
        for file_id in files {
            (self.embedding.progress)(progress);
            self.take_file(*file_id)?;
            while self.queue.len() >= self.embedding.batch_size && self.outcome.degraded.is_none() {
                self.embed_batch()?;
            }
            if self.outcome.degraded.is_some() {
                return Ok(());
            }
            progress.files_done += 1;
        }
        while !self.queue.is_empty() && self.outcome.degraded.is_none() {
            self.embed_batch()?;
        }
        (self.embedding.progress)(progress);
        Ok(())
    }

    fn take_file(&mut self, file_id: u32) -> Result<()> {
        let Some(document) = self.writer.catalog().document(file_id)? else {
            return Err(Error::internal(format!("file {file_id} has no content")));
        };
        let mut hashes = Vec::with_capacity(document.parsed.chunks.len());
        for text in chunk_texts(&document, self.embedding.masking) {
            let hash = ContentHash::of(text.as_bytes());
            hashes.push(hash);
            if self.stored.contains(&hash) || self.queued.contains(&hash) {
                self.outcome.reused += 1;
            } else {
                self.queued.insert(hash);
                self.queue.push((hash, text));
            }
        }
        self.files.push((file_id, hashes));
        Ok(())
    }

    /// Embeds the first texts of the queue and stores their vectors.
    fn embed_batch(&mut self) -> Result<()> {
        self.embedding.watch.check("embed")?;
        let count = self.queue.len().min(self.embedding.batch_size);
        let (hashes, texts): (Vec<ContentHash>, Vec<String>) = self.queue.drain(..count).unzip();
        let (embedder, dimensions) = (self.embedding.embedder.clone(), self.model.dimensions as usize);
        let answer = self.embedding.call(move |watch| vectors(&*embedder, (&texts, dimensions), watch));
        let vectors = match answer {
            Ok(vectors) => vectors,
            Err(why) => {
                self.embedding.watch.check("embed")?;
                self.outcome.degraded = Some(self.embedding.degradation(why));
                return Ok(());
            }
        };
        let rows: Vec<(ContentHash, Quantised)> = hashes.into_iter().zip(vectors).collect();
        let commit = Commit::begin(self.writer.catalog())?;
        commit.put_vectors(&self.model, &rows)?;
        commit.commit()?;
        self.outcome.embedded += rows.len() as u64;
        self.stored.extend(rows.iter().map(|(hash, _)| *hash));
        rows.iter().for_each(|(hash, _)| _ = self.queued.remove(hash));
        Ok(())
    }

    /// Notes the files whose chunks all have vectors, and removes vectors of no use once every file has its own.
    fn finish(self, batch: &mut Batch<'_>, files_total: usize) -> Result<Embedded> {
        let whole = |hashes: &[ContentHash]| hashes.iter().all(|hash| self.stored.contains(hash));
        let done: Vec<_> = self.files.iter().filter(|(_, hashes)| whole(hashes)).collect();
        if done.is_empty() {
            return Ok(self.outcome);
        }
        let (commit, _) = batch.content()?;
        for (file_id, hashes) in &done {
            commit.put_embedded(&self.model, *file_id, hashes)?;
        }
        if done.len() == files_total {
            commit.drop_unused_vectors(&self.model)?;
        }
        batch.commit(true)?;
        Ok(self.outcome)
    }
}
