//! An index as JavaScript holds it.
//!
//! Never here: what an operation means.

pub mod told;

use crate::cancel::CancelToken;
use crate::handle::Handle;
use crate::host::Seams;
use crate::mailbox::{Mailbox, Teller};
use crate::run::{Call, CallLimits, Place, Runtime, run};
use crate::searcher::NativeSearcher;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use pampax_core::protocol::{Engine, Options};
use pampax_core::source::RepoPath;
use pampax_core::{Error, Limits, Result, Searcher};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// An index.
#[napi]
pub struct NativeIndex {
    engine: Handle<Engine>,
}

/// A promise of an index of `root`, opened with `options`, a JSON text, and the functions of `seams`.
#[napi]
pub fn open_index<'env>(
    env: &'env Env,
    runtime: &Runtime,
    root: String,
    options: String,
    seams: Seams<'_>,
) -> napi::Result<Object<'env>> {
    let shared = runtime.shared().clone();
    let host = seams.host()?;
    let call = Call::new(CallLimits::default(), pampax_core::CancelToken::new());
    run(env, (runtime.shared(), Place::Pool), call, move |_| {
        let engine = Engine::open(Path::new(&root), &Options::from_json(&options)?, host)?;
        Ok(NativeIndex { engine: Handle::new(engine, "index", shared) })
    })
}

#[napi]
impl NativeIndex {
    /// A promise of the answer to `request`, as text.
    #[napi]
    pub fn call<'env>(
        &self,
        env: &'env Env,
        request: String,
        token: &CancelToken,
        limits: CallLimits,
    ) -> napi::Result<Object<'env>> {
        self.run(env, (token, limits), Place::Pool, move |engine, limits| engine.call(&request, limits))
    }

    /// A promise of a searcher over the last state.
    #[napi]
    pub fn searcher<'env>(
        &self,
        env: &'env Env,
        token: &CancelToken,
        limits: CallLimits,
    ) -> napi::Result<Object<'env>> {
        let shared = self.engine.runtime().clone();
        self.run(env, (token, limits), Place::Pool, move |engine, _| {
            let searcher: Searcher = engine.searcher()?;
            Ok(NativeSearcher::of(Handle::new(searcher, "searcher", shared)))
        })
    }

    /// A promise of the report of an update, as text; `on_progress` is told how far it is.
    #[napi]
    pub fn update<'env>(
        &self,
        env: &'env Env,
        on_progress: Teller<'_>,
        token: &CancelToken,
        limits: CallLimits,
    ) -> napi::Result<Object<'env>> {
        let mailbox = Mailbox::new(&on_progress)?;
        self.run(env, (token, limits), Place::Own, move |engine, limits| told::update(engine, limits, &mailbox))
    }

    /// A promise of what a watcher did until it was cancelled, as text; `on_event` is told what it sees.
    #[napi]
    pub fn watch<'env>(
        &self,
        env: &'env Env,
        on_event: Teller<'_>,
        token: &CancelToken,
        limits: CallLimits,
    ) -> napi::Result<Object<'env>> {
        let mailbox = Mailbox::new(&on_event)?;
        self.run(env, (token, limits), Place::Own, move |engine, limits| told::watch(engine, limits, &mailbox))
    }

    /// A promise of the report of an import, as text: of the file `file`, made of the folder `under` the root.
    #[napi]
    pub fn import_scip<'env>(
        &self,
        env: &'env Env,
        file: String,
        under: Option<String>,
        token: &CancelToken,
        limits: CallLimits,
    ) -> napi::Result<Object<'env>> {
        self.run(env, (token, limits), Place::Pool, move |engine, limits| {
            let under = under.as_deref().map(RepoPath::new).transpose()?;
            told::text(&engine.index().import_scip(&read(Path::new(&file))?, under.as_ref(), limits)?)
        })
    }

    /// Lets the index go. Searchers and calls that run keep what they need of it.
    #[napi]
    pub fn close(&self) {
        self.engine.close();
    }
}

impl NativeIndex {
    fn run<'env, T: napi::bindgen_prelude::ToNapiValue + Send + 'static>(
        &self,
        env: &'env Env,
        (token, limits): (&CancelToken, CallLimits),
        place: Place,
        work: impl FnOnce(&Arc<Engine>, &Limits) -> Result<T> + Send + 'static,
    ) -> napi::Result<Object<'env>> {
        let engine = self.engine.get();
        let call = Call::new(limits, token.token());
        run(env, (self.engine.runtime(), place), call, move |limits| work(&engine?, limits))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let metadata = path.metadata().map_err(|error| Error::io("open", path, error))?;
    // What is no plain file could be waited for for ever.
    if !metadata.is_file() {
        return Err(Error::io("open", path, std::io::Error::other("it is not a plain file")));
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(|error| Error::io("open", path, error))?;
    file.read_to_end(&mut bytes).map_err(|error| Error::io("read", path, error))?;
    Ok(bytes)
}

/// A promise that a panic rejects.
#[cfg(feature = "inject-panic")]
#[napi]
pub fn panic_inside<'env>(env: &'env Env, runtime: &Runtime) -> napi::Result<Object<'env>> {
    let call = Call::new(CallLimits::default(), pampax_core::CancelToken::new());
    run(env, (runtime.shared(), Place::Pool), call, |_| -> Result<String> { panic!("a panic on purpose") })
}
