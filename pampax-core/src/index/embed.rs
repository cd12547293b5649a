//! Makes the vectors that are missing with an embedder that may be slow, broken or far away. Equal texts are embedded once,
//! whatever file they stand in.
//!
//! Vectors are stored as they come, but no search uses them before their file is noted as embedded, which makes a new
//! generation.
//!
//! Never here: how vectors are kept or searched (`store/`), models of this process (`local.rs`).

use crate::error::{Degradation, Error, Result};
use crate::host::guard::{self, Call, Urgency};
use crate::host::log::Event;
use crate::host::{BoxError, Embedder, Host, Purpose, Seam};
use crate::index::local::{chunk_texts, vectors};
use crate::index::report::{Progress, Stage};
use crate::index::write::{Batch, Writer};
use crate::limits::Watch;
use crate::parse::redact::Masking;
use crate::source::ContentHash;
use crate::store::commit::Commit;
use crate::store::vectors::{Block, Known, Model, Quantised};
use std::collections::{HashMap, HashSet, VecDeque};
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
        failure(&**self.embedder, why, self.watch)
    }
}

/// Logs that an embedder failed, and says it.
pub(crate) fn failure(embedder: &dyn Embedder, why: String, watch: &Watch) -> Degradation {
    let fields = [("model", embedder.id().into()), ("why", why.as_str().into())];
    let message = "the embedder failed; files without vectors are found by their words only";
    watch.observer().log(Event::EmbedderFail, message, &fields);
    Degradation::new("embedder", why)
}

struct EmbedStage<'a> {
    embedding: &'a Embedding<'a>,
    writer: &'a Writer,
    model: Model,
    /// Where the vectors are that were made.
    known: HashMap<ContentHash, Known>,
    /// The hashes of [`EmbedStage::queue`].
    queued: HashSet<ContentHash>,
    queue: Vec<(ContentHash, String)>,
    /// Files, in their order, that wait for vectors of their chunks.
    waiting: VecDeque<(u32, Vec<ContentHash>)>,
    /// Files whose vectors are stored, and their blocks.
    done: Vec<(u32, i64)>,
    /// The block that was read last.
    last: Option<(i64, Block)>,
    outcome: Embedded,
}

impl<'a> EmbedStage<'a> {
    fn new(embedding: &'a Embedding<'a>, writer: &'a Writer, model: Model) -> Result<EmbedStage<'a>> {
        Ok(EmbedStage {
            known: writer.catalog().known_vectors(&model)?,
            embedding,
            writer,
            model,
            queued: HashSet::new(),
            queue: Vec::new(),
            waiting: VecDeque::new(),
            done: Vec::new(),
            last: None,
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
                break;
            }
            progress.files_done += 1;
        }
        while !self.queue.is_empty() && self.outcome.degraded.is_none() {
            self.embed_batch()?;
        }
        // Files that wait for no vector are left where nothing had to be made.
        self.store(HashMap::new())?;
        (self.embedding.progress)(progress);
        Ok(())
    }

    fn take_file(&mut self, file_id: u32) -> Result<()> {
        let Some(document) = self.writer.catalog().document(file_id)? else {
            return Err(Error::internal(format!("file {file_id} has no content")));
        };
        let texts = chunk_texts(&document.text, &document.parsed, self.embedding.masking);
        let mut hashes = Vec::with_capacity(texts.len());
        for text in texts {
            let hash = ContentHash::of(text.as_bytes());
            hashes.push(hash);
            if self.known.contains_key(&hash) || self.queued.contains(&hash) {
                self.outcome.reused += 1;
            } else {
                self.queued.insert(hash);
                self.queue.push((hash, text));
            }
        }
        self.waiting.push_back((file_id, hashes));
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
        self.outcome.embedded += vectors.len() as u64;
        hashes.iter().for_each(|hash| _ = self.queued.remove(hash));
        self.store(hashes.into_iter().zip(vectors).collect())
    }

    /// Stores the blocks of the files that wait for nothing but `fresh` vectors, and by themselves those of the others.
    fn store(&mut self, mut fresh: HashMap<ContentHash, Quantised>) -> Result<()> {
        let commit = Commit::begin(self.writer.catalog())?;
        while let Some((file_id, hashes)) = self.waiting.pop_front() {
            if !hashes.iter().all(|hash| fresh.contains_key(hash) || self.known.contains_key(hash)) {
                self.waiting.push_front((file_id, hashes));
                break;
            }
            let block = match self.same_block(&hashes)? {
                Some(block) => block,
                None => self.put_block(&commit, &hashes, &mut fresh)?,
            };
            self.done.push((file_id, block));
        }
        let singles: Vec<(ContentHash, &Quantised)> = fresh.iter().map(|(hash, vector)| (*hash, vector)).collect();
        commit.put_vectors(&self.model, &singles)?;
        self.known.extend(fresh.into_keys().map(|hash| (hash, Known::Single)));
        commit.commit()
    }

    /// The block that holds the vectors of these texts and no others, if there is one.
    fn same_block(&self, hashes: &[ContentHash]) -> Result<Option<i64>> {
        let Some(Known::InBlock(block, 0)) = hashes.first().and_then(|hash| self.known.get(hash)) else {
            return Ok(None);
        };
        Ok((self.writer.catalog().block_hashes(*block)? == hashes).then_some(*block))
    }

    /// Makes a block of the vectors of these texts. The fresh ones of them are known to be in it then.
    fn put_block(
        &mut self,
        commit: &Commit<'_>,
        hashes: &[ContentHash],
        fresh: &mut HashMap<ContentHash, Quantised>,
    ) -> Result<i64> {
        let mut vectors = Vec::with_capacity(hashes.len());
        for hash in hashes {
            vectors.push(match fresh.get(hash) {
                Some(vector) => vector.clone(),
                None => self.stored(*hash)?,
            });
        }
        let block = commit.put_block(&self.model, hashes, &Block::new(&vectors))?;
        for (at, hash) in (0..).zip(hashes) {
            if fresh.remove(hash).is_some() {
                self.known.insert(*hash, Known::InBlock(block, at));
            }
        }
        Ok(block)
    }

    /// The vector of a text that is known.
    fn stored(&mut self, hash: ContentHash) -> Result<Quantised> {
        let catalog = self.writer.catalog();
        let (id, at) = match self.known.get(&hash) {
            Some(Known::InBlock(id, at)) => (*id, *at),
            _ => return catalog.single_vector(&self.model, hash),
        };
        let block = match self.last.take() {
            Some((last, block)) if last == id => block,
            _ => catalog.block(id)?,
        };
        let vector = block.vector(at, self.model.dimensions as usize);
        self.last = Some((id, block));
        vector.ok_or_else(|| catalog.damaged("a block of vectors is of another size"))
    }

    /// Notes the files whose vectors are stored, and removes vectors of no use once every file has its own.
    fn finish(self, batch: &mut Batch<'_>, files_total: usize) -> Result<Embedded> {
        if self.done.is_empty() {
            return Ok(self.outcome);
        }
        let commit = batch.content()?;
        for (file_id, block) in &self.done {
            commit.put_embedded(&self.model, *file_id, *block)?;
        }
        if self.done.len() == files_total {
            commit.drop_unused_vectors(&self.model)?;
        }
        batch.commit(true)?;
        Ok(self.outcome)
    }
}
