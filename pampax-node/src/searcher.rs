//! A searcher as JavaScript holds it.
//!
//! Never here: what it is asked.

use crate::cancel::CancelToken;
use crate::handle::Handle;
use crate::run::{Call, CallLimits, Place, run};
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;
use pampax_core::Searcher;
use pampax_core::protocol::ask;

/// One state of an index.
#[napi]
pub struct NativeSearcher {
    searcher: Handle<Searcher>,
}

impl NativeSearcher {
    /// A searcher for JavaScript.
    pub fn of(searcher: Handle<Searcher>) -> NativeSearcher {
        NativeSearcher { searcher }
    }
}

#[napi]
impl NativeSearcher {
    /// A promise of the answer to `request`, as text.
    #[napi]
    pub fn call<'env>(
        &self,
        env: &'env Env,
        request: String,
        token: &CancelToken,
        limits: CallLimits,
    ) -> napi::Result<Object<'env>> {
        let searcher = self.searcher.get();
        let call = Call::new(limits, token.token());
        run(env, (self.searcher.runtime(), Place::Pool), call, move |limits| ask(&*searcher?, &request, limits))
    }

    /// Lets the state go.
    #[napi]
    pub fn close(&self) {
        self.searcher.close();
    }
}
