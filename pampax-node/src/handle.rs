//! What JavaScript holds of the engine, until it closes it.
//!
//! Never here: what is asked of it.

use crate::run::Shared;
use pampax_core::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// Something of the engine that JavaScript holds. It is let go on a thread of the addon: closing files takes time.
pub struct Handle<T: Send + Sync + 'static> {
    held: Mutex<Option<Arc<T>>>,
    name: &'static str,
    runtime: Arc<Shared>,
}

impl<T: Send + Sync + 'static> Handle<T> {
    /// Holds `held`, which errors call `name`.
    pub fn new(held: T, name: &'static str, runtime: Arc<Shared>) -> Handle<T> {
        Handle { held: Mutex::new(Some(Arc::new(held))), name, runtime }
    }

    /// What is held.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` after [`Handle::close`].
    pub fn get(&self) -> Result<Arc<T>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone().ok_or_else(|| Error::argument(self.name, "it is closed"))
    }

    /// The threads that it is used on.
    pub fn runtime(&self) -> &Arc<Shared> {
        &self.runtime
    }

    /// Lets it go; calls that run keep it until they end.
    pub fn close(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(held) = held {
            self.runtime.let_go(held);
        }
    }
}

impl<T: Send + Sync + 'static> Drop for Handle<T> {
    fn drop(&mut self) {
        self.close();
    }
}
