//! A JavaScript function as the reranker.

use super::reply::{Reply, in_time, wait};
use napi::Status;
use napi::bindgen_prelude::{FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use pampax_core::Watch;
use pampax_core::host::{BoxError, Reranker};

type Arguments = FnArgs<(Reply, String, Vec<String>)>;

/// A reranker of JavaScript.
#[napi(object, object_to_js = false)]
pub struct RerankerSeam<'env> {
    /// The name of the model and its version.
    pub id: String,
    /// Answers the reply with one score for each document. Must not throw.
    pub score: Function<'env, Arguments, ()>,
}

/// A function as the reranker. It does not keep the process alive.
pub struct JsReranker {
    id: String,
    score: ThreadsafeFunction<Arguments, (), Arguments, Status, false, true>,
}

impl JsReranker {
    /// The reranker of `seam`.
    ///
    /// # Errors
    /// What Node says.
    pub fn new(seam: RerankerSeam<'_>) -> napi::Result<JsReranker> {
        let score = seam.score.build_threadsafe_function::<Arguments>().weak::<true>();
        let score = score.build_callback(|context| Ok(context.value))?;
        Ok(JsReranker { id: seam.id, score })
    }
}

impl Reranker for JsReranker {
    fn id(&self) -> &str {
        &self.id
    }

    fn score(&self, query: &str, documents: &[&str], watch: &Watch) -> Result<Vec<f32>, BoxError> {
        let (reply, receiver) = Reply::new();
        let documents = documents.iter().map(|text| (*text).to_owned()).collect();
        let arguments = (reply, query.to_owned(), documents).into();
        let status = self.score.call(arguments, ThreadsafeFunctionCallMode::NonBlocking);
        if status != Status::Ok {
            return Err(format!("the function cannot be called: {status}").into());
        }
        wait(&receiver, || in_time(watch))
    }
}
