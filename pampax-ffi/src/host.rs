//! What an engine asks of the program that it runs in, as tables of callbacks.
//!
//! Never here: what is done with the answers.

mod embedder;
mod failure;
mod log;
mod metrics;
mod reranker;
mod tokens;
mod watch;

pub use embedder::*;
pub use failure::*;
pub use log::*;
pub use metrics::*;
pub use reranker::*;
pub use tokens::*;
pub use watch::*;

use crate::error::pampax_error;
use crate::handle::{borrow_mut, give, take};
use crate::{boundary, pampax_status};
use pampax_core::{Host, Result};

/// The callbacks of a program. An index takes a copy: one host may open several, and may be freed before them.
pub struct pampax_host(pub(crate) Host);

/// A host without callbacks; NULL only after a panic. Free it with `pampax_host_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pampax_host_new() -> *mut pampax_host {
    boundary::value(std::ptr::null_mut(), || give(pampax_host(Host::default())))
}

/// Takes a host. The callbacks live on while an index or a searcher uses them. NULL is fine.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_host_free(host: *mut pampax_host) {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::release(|| unsafe { take(host) });
}

/// Changes a host by what `seam` makes of a table.
///
/// # Safety
/// The pointers are as the head of the header says.
unsafe fn set(
    host: *mut pampax_host,
    out_error: *mut *mut pampax_error,
    change: impl FnOnce() -> Result<Box<dyn FnOnce(Host) -> Host>>,
) -> pampax_status {
    let set = || {
        // The table is taken over first: its userdata ends here when the host is none.
        let change = change()?;
        // SAFETY: as for this function.
        let host = unsafe { borrow_mut(host, "host") }?;
        host.0 = change(std::mem::take(&mut host.0));
        Ok(())
    };
    // SAFETY: as for this function.
    unsafe { boundary::guard(out_error, set) }
}
