//! The token by which JavaScript stops a call.
//!
//! Never here: `AbortSignal`, which the facade listens to.

use crate::run::{Runtime, Shared};
use napi_derive::napi;
use std::sync::Arc;

/// Stops the one call that it was given to.
#[napi]
pub struct CancelToken {
    token: pampax_core::CancelToken,
    runtime: Arc<Shared>,
}

#[napi]
impl CancelToken {
    /// A token that is not cancelled.
    #[napi(constructor)]
    pub fn new(runtime: &Runtime) -> CancelToken {
        CancelToken { token: pampax_core::CancelToken::new(), runtime: runtime.shared().clone() }
    }

    /// Stops the call: soon if it runs, and at once if it waits for a thread.
    #[napi]
    pub fn cancel(&self) {
        self.token.cancel();
        self.runtime.drop_cancelled();
    }
}

impl CancelToken {
    /// The token of the engine.
    pub fn token(&self) -> pampax_core::CancelToken {
        self.token.clone()
    }
}
