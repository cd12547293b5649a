//! A JavaScript function as the embedder.

use super::reply::{Reply, in_time, wait};
use napi::Status;
use napi::bindgen_prelude::{FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use pampax_core::Watch;
use pampax_core::host::{BoxError, Embedder, Purpose};
use std::sync::atomic::{AtomicUsize, Ordering};

type Arguments = FnArgs<(Reply, Vec<String>, &'static str)>;

/// An embedder of JavaScript.
#[napi(object, object_to_js = false)]
pub struct EmbedderSeam<'env> {
    /// The name of the model and its version.
    pub id: String,
    /// The components of each vector; 0 while it is not known.
    pub dimensions: u32,
    /// Answers the reply with the vectors of the texts, one after another. Must not throw.
    pub embed: Function<'env, Arguments, ()>,
}

/// A function as the embedder. It does not keep the process alive.
pub struct JsEmbedder {
    id: String,
    /// 0 until it is known.
    dimensions: AtomicUsize,
    embed: ThreadsafeFunction<Arguments, (), Arguments, Status, false, true>,
}

impl JsEmbedder {
    /// The embedder of `seam`.
    ///
    /// # Errors
    /// What Node says.
    pub fn new(seam: EmbedderSeam<'_>) -> napi::Result<JsEmbedder> {
        let embed = seam.embed.build_threadsafe_function::<Arguments>().weak::<true>();
        let embed = embed.build_callback(|context| Ok(context.value))?;
        Ok(JsEmbedder { id: seam.id, dimensions: AtomicUsize::new(seam.dimensions as usize), embed })
    }
}

impl JsEmbedder {
    /// Notes what the first answer says of the model.
    fn learn(&self, dimensions: usize) {
        // Another answer may have been the first; then it is known, and this one is checked against it.
        let _ = self.dimensions.compare_exchange(0, dimensions, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl Embedder for JsEmbedder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions.load(Ordering::Relaxed)
    }

    fn embed(&self, texts: &[&str], purpose: Purpose, watch: &Watch) -> Result<Vec<f32>, BoxError> {
        let purpose = match purpose {
            Purpose::Query => "query",
            _ => "document",
        };
        let (reply, receiver) = Reply::new();
        let text_count = texts.len();
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let status = self.embed.call((reply, texts, purpose).into(), ThreadsafeFunctionCallMode::NonBlocking);
        if status != Status::Ok {
            return Err(format!("the function cannot be called: {status}").into());
        }
        let vectors = wait(&receiver, || in_time(watch))?;
        self.learn(vectors.len().checked_div(text_count).unwrap_or(0));
        Ok(vectors)
    }
}
