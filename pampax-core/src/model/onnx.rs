//! Models in the ONNX format, run by ONNX Runtime, a library that is loaded from a path.
//!
//! Nothing is downloaded, neither when this is built nor when it runs. A panic of the crate between is an error here. What
//! the library does is native code of its makers: it is as trusted as the program itself, and so is a model that it runs.
//!
//! Never here: which models are good.

mod graph;
mod pool;
mod runtime;

use crate::config::Pooling;
use crate::error::{Error, Result};
use crate::host::{BoxError, Embedder, Purpose};
use crate::limits::Watch;
use crate::model::files::{self, wrong};
use crate::model::prefixes::Prefixes;
use crate::model::tokenizer::{self, Around, FileTokenizer};
use crate::parallel::{Task, Waited, guarded};
use graph::{Graph, Stop};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const MODEL: &str = "model.onnx";
const TOKENIZER: &str = "tokenizer.json";
/// Where exporters put the numbers of models that are too large for one file.
const OUTSIDE: [&str; 2] = ["model.onnx_data", "model.onnx.data"];
/// The text that a model is tried with.
const FIRST: &str = "a";

/// How a model in the ONNX format is run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OnnxOptions {
    /// The library of ONNX Runtime, 1.17 or newer, such as `/usr/lib/libonnxruntime.so`. A process can load one.
    pub runtime: PathBuf,
    /// How the vectors of tokens become that of their text. Default: their mean.
    pub pooling: Pooling,
    /// The most tokens of a text that the model is given, with those it puts around a text. Default: 512.
    pub max_tokens: usize,
    /// The most threads that the library uses; 0 means one for each core. Default: 0.
    pub threads: usize,
    /// What is put before texts. Default: nothing.
    pub prefixes: Prefixes,
}

impl OnnxOptions {
    /// Options for models that the library at `runtime` runs.
    pub fn new(runtime: impl Into<PathBuf>) -> OnnxOptions {
        OnnxOptions {
            runtime: runtime.into(),
            pooling: Pooling::Mean,
            max_tokens: 512,
            threads: 0,
            prefixes: Prefixes::default(),
        }
    }

    /// These options with a way to make one vector of many.
    pub fn with_pooling(mut self, pooling: Pooling) -> OnnxOptions {
        self.pooling = pooling;
        self
    }

    /// These options with at most `max_tokens` tokens of a text.
    pub fn with_max_tokens(mut self, max_tokens: usize) -> OnnxOptions {
        self.max_tokens = max_tokens;
        self
    }

    /// These options with at most `threads` threads.
    pub fn with_threads(mut self, threads: usize) -> OnnxOptions {
        self.threads = threads;
        self
    }

    /// These options with texts put after prefixes.
    pub fn with_prefixes(mut self, prefixes: Prefixes) -> OnnxOptions {
        self.prefixes = prefixes;
        self
    }
}

/// An embedding model in the ONNX format. With the feature `onnx`.
///
/// Each text is run by itself, so that its vector does not depend on what else is asked for. Calls at once wait for each
/// other. A text that has no token, or whose vector has no direction, gets the direction of the first axis.
pub struct OnnxEmbedder {
    id: String,
    tokenizer: FileTokenizer,
    graph: Arc<Mutex<Graph>>,
    dimensions: usize,
    prefixes: Prefixes,
}

impl OnnxEmbedder {
    /// The model in `folder`: `model.onnx`, with its numbers in `model.onnx_data` or `model.onnx.data` where they are not
    /// in it, and `tokenizer.json`. It takes `input_ids`, and perhaps `attention_mask` and `token_type_ids`, as integers of
    /// 64 bits, and gives numbers of 32 bits. It is tried with one text.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for `path`, `runtime`, `pooling` or `max_tokens`, saying what is wrong.
    pub fn open(folder: &Path, options: &OnnxOptions) -> Result<OnnxEmbedder> {
        let bytes = files::read(folder, TOKENIZER, tokenizer::MAX_BYTES)?;
        let id = id(folder, &bytes, options)?;
        if options.max_tokens == 0 {
            return Err(Error::argument("max_tokens", "a model needs at least one token"));
        }
        let tokenizer = FileTokenizer::new(&bytes, Some(options.max_tokens));
        let tokenizer = tokenizer.map_err(|error| wrong(folder, TOKENIZER, error))?;
        runtime::load(&options.runtime)?;
        let tokens = tokenizer.tokens(FIRST, Around::Special).map_err(|error| wrong(folder, TOKENIZER, error))?;
        let graph = guarded(|| {
            let mut graph = Graph::open(&folder.join(MODEL), options)?;
            let dimensions = graph.run(&tokens, &Stop::new()?)?.len();
            if dimensions == 0 { Err("it gives no vector".to_owned()) } else { Ok((graph, dimensions)) }
        });
        let (graph, dimensions) = graph.unwrap_or_else(Err).map_err(|error| wrong(folder, MODEL, error))?;
        let (graph, prefixes) = (Arc::new(Mutex::new(graph)), options.prefixes.clone());
        Ok(OnnxEmbedder { id, tokenizer, graph, dimensions, prefixes })
    }

    /// What the model gives for `text`; nothing for a text without a token. A run that `watch` ends is told to stop, so that
    /// no thread is left in the library for long.
    fn run(&self, text: &str, watch: &Watch) -> std::result::Result<Option<Vec<f32>>, BoxError> {
        let tokens = self.tokenizer.tokens(text, Around::Special)?;
        if tokens.ids.is_empty() {
            return Ok(None);
        }
        let (graph, stop) = (self.graph.clone(), Arc::new(guarded(Stop::new).unwrap_or_else(Err)?));
        let theirs = stop.clone();
        let task = Task::start("pampax-onnx", move || {
            // A run that panicked left nothing behind that the next one reads.
            graph.lock().unwrap_or_else(PoisonError::into_inner).run(&tokens, &theirs)
        });
        match task?.wait(watch) {
            Waited::Done(outcome) => Ok(Some(outcome.unwrap_or_else(Err)?)),
            Waited::Cancelled | Waited::Over => {
                guarded(|| stop.ask()).unwrap_or_else(Err)?;
                watch.check("embed")?;
                Err("its time was over".into())
            }
        }
    }

    fn vector(&self, text: &str, watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        match self.run(text, watch)? {
            Some(vector) if vector.len() != self.dimensions => {
                Err(format!("it gave {} components instead of {}", vector.len(), self.dimensions).into())
            }
            Some(vector) if vector.iter().any(|component| *component != 0.0) => Ok(vector),
            _ => {
                let mut axis = vec![0.0; self.dimensions];
                axis[0] = 1.0;
                Ok(axis)
            }
        }
    }
}

/// The name of the model: by its files, and by the options that change vectors.
fn id(folder: &Path, tokenizer: &[u8], options: &OnnxOptions) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(tokenizer.len() as u64).to_le_bytes()).update(tokenizer);
    files::hash(folder, MODEL, &mut hasher)?;
    for name in OUTSIDE.into_iter().filter(|name| files::holds(folder, name)) {
        hasher.update(name.as_bytes());
        files::hash(folder, name, &mut hasher)?;
    }
    let name = files::name("onnx", &hasher.finalize());
    let OnnxOptions { pooling, max_tokens, prefixes, .. } = options;
    Ok(format!("{name} {pooling} of {max_tokens}{}", prefixes.in_name()))
}

impl Embedder for OnnxEmbedder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        let mut vectors = Vec::with_capacity(texts.len() * self.dimensions);
        for text in texts {
            watch.check("embed")?;
            vectors.extend(self.vector(&self.prefixes.before(text, purpose), watch)?);
        }
        Ok(vectors)
    }
}

impl fmt::Debug for OnnxEmbedder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OnnxEmbedder").field("id", &self.id).finish_non_exhaustive()
    }
}
