//! What goes wrong in a seam that has no way to say so: it stops the call that runs on its thread.
//!
//! Never here: the seams.

use pampax_core::{CancelToken, Error};
use std::cell::RefCell;

thread_local! {
    static CALL: RefCell<Option<(CancelToken, Option<Error>)>> = const { RefCell::new(None) };
}

/// The call that runs on this thread, from here to its end.
pub struct Current(());

impl Current {
    /// Begins a call that `token` stops.
    pub fn begin(token: &CancelToken) -> Current {
        CALL.with_borrow_mut(|call| *call = Some((token.clone(), None)));
        Current(())
    }

    /// What went wrong during the call.
    pub fn end(self) -> Option<Error> {
        CALL.with_borrow_mut(Option::take).and_then(|(_, trouble)| trouble)
    }
}

/// Whether the call of this thread was stopped.
pub fn is_stopped() -> bool {
    CALL.with_borrow(|call| call.as_ref().is_some_and(|(token, _)| token.is_cancelled()))
}

/// Stops the call of this thread, which then ends with `error`.
pub fn tell_trouble(error: Error) {
    CALL.with_borrow_mut(|call| {
        if let Some((token, trouble)) = call {
            token.cancel();
            trouble.get_or_insert(error);
        }
    });
}
