//! The reranker of a program.

use super::embedder::Texts;
use super::{pampax_failure, pampax_host, pampax_texts, pampax_watch, set};
use crate::boundary::{Table, Userdata, Versioned, adopt, needed};
use crate::error::pampax_error;
use crate::pampax_status;
use crate::text::{c_text, text};
use pampax_core::host::{BoxError, Reranker};
use pampax_core::{Result, Watch};
use std::ffi::{c_char, c_void};
use std::sync::Arc;

/// Scores texts against a question.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_reranker {
    /// `sizeof(pampax_reranker)`.
    pub struct_size: usize,
    /// Handed back with every callback.
    pub userdata: *mut c_void,
    /// Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// A stable name of the model and its version; it is copied.
    pub id: *const c_char,
    /// Writes one score for each document into `scores`; higher is better, and only the order matters. Returns 0, or
    /// anything else when it fails: the engine then keeps its own order and says so.
    pub score: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            query: *const c_char,
            documents: *const pampax_texts,
            scores: *mut f32,
            watch: *const pampax_watch,
            failure: *mut pampax_failure,
        ) -> i32,
    >,
}

// SAFETY: it is `repr(C)`, begins with the fields of a table, and holds pointers and functions that may be NULL.
unsafe impl Versioned for pampax_reranker {}
// SAFETY: as above.
unsafe impl Table for pampax_reranker {}

type Score = unsafe extern "C" fn(
    *mut c_void,
    *const c_char,
    *const pampax_texts,
    *mut f32,
    *const pampax_watch,
    *mut pampax_failure,
) -> i32;

struct CReranker {
    userdata: Userdata,
    id: String,
    score: Score,
}

impl CReranker {
    /// # Safety
    /// As [`adopt`].
    unsafe fn new(table: *const pampax_reranker) -> Result<CReranker> {
        // SAFETY: as for this function.
        let (table, userdata) = unsafe { adopt(table, "reranker") }?;
        let score = needed(table.score, "score")?;
        // SAFETY: as for this function.
        let id = unsafe { text(table.id, "id") }?.to_owned();
        Ok(CReranker { userdata, id, score })
    }
}

impl Reranker for CReranker {
    fn id(&self) -> &str {
        &self.id
    }

    fn score(&self, query: &str, documents: &[&str], watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        // What a callback leaves out is no number, which the engine refuses.
        let mut scores = vec![f32::NAN; documents.len()];
        let (query, documents, watch) = (c_text(query), Texts::new(documents), pampax_watch(watch.clone()));
        let (list, userdata) = (documents.list(), self.userdata.pointer());
        let mut failure = pampax_failure::default();
        // SAFETY: the caller's function is given what its type promises, for the time of the call.
        let status =
            unsafe { (self.score)(userdata, query.as_ptr(), &list, scores.as_mut_ptr(), &watch, &mut failure) };
        failure.outcome(status)?;
        Ok(scores)
    }
}

/// Gives a host a reranker. The table is copied; its callback is called from any thread, also from several at once.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_host_set_reranker(
    host: *mut pampax_host,
    reranker: *const pampax_reranker,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        set(host, out_error, || {
            let reranker = Arc::new(CReranker::new(reranker)?);
            Ok(Box::new(|host| host.with_reranker(reranker)))
        })
    }
}
