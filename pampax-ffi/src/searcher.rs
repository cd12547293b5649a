//! One state of an index as a handle.
//!
//! Never here: what an operation does.

use crate::boundary::{self, guard};
use crate::bundle::pampax_bundle;
use crate::error::pampax_error;
use crate::handle::{Output, borrow, take};
use crate::limits::{limits, pampax_limits};
use crate::pampax_status;
use crate::results::pampax_results;
use crate::text::{read_json, text};
use pampax_core::protocol::ask;
use pampax_core::{Assembler, Query, Request, Searcher};
use std::ffi::c_char;

/// One immutable state of an index. All calls may be made from several threads at once.
pub struct pampax_searcher(pub(crate) Searcher);

/// Answers one request of an operation that a searcher answers, such as `symbols`, `graph` or `expand`; docs/protocol.md
/// lists them. Free the answer with `pampax_text_free`.
///
/// Errors: `PAMPAX_INVALID_ARGUMENT` for what is no request and for operations that only an index answers, and those of the
/// operation.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_searcher_call(
    searcher: *const pampax_searcher,
    request_json: *const c_char,
    limits: *const pampax_limits,
    out_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_json = Output::new(out_json, "out_json")?;
            let (searcher, limits) = (borrow(searcher, "searcher")?, self::limits(limits)?);
            out_json.give_text(ask(&searcher.0, text(request_json, "request")?, &limits)?);
            Ok(())
        })
    }
}

/// Answers one question, such as `{"text":"login","limit":5}`: the parameters of the operation `search`. Free the results
/// with `pampax_results_free`.
///
/// Errors: `PAMPAX_INVALID_ARGUMENT` for a query that is none, a limit out of range or a malformed glob,
/// `PAMPAX_DEADLINE_EXCEEDED`, `PAMPAX_CANCELLED`, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_IO`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_searcher_search(
    searcher: *const pampax_searcher,
    query_json: *const c_char,
    limits: *const pampax_limits,
    out_results: *mut *mut pampax_results,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_results = Output::new(out_results, "out_results")?;
            let (searcher, limits) = (borrow(searcher, "searcher")?, self::limits(limits)?);
            let query: Query = read_json(text(query_json, "query")?, "query")?;
            out_results.give(pampax_results::new(searcher.0.search(&query, &limits)?));
            Ok(())
        })
    }
}

/// Puts together context within a budget of tokens, such as `{"query":"how does login work","budget":2000}`: the parameters
/// of the operation `assemble`. Free the bundle with `pampax_bundle_free`.
///
/// Errors: `PAMPAX_INVALID_ARGUMENT` for a request that is none, a budget out of range or an unknown tokenizer, and, before
/// anything was found, `PAMPAX_DEADLINE_EXCEEDED` and `PAMPAX_CANCELLED`; `PAMPAX_INDEX_DAMAGED`, `PAMPAX_IO`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_searcher_assemble(
    searcher: *const pampax_searcher,
    request_json: *const c_char,
    limits: *const pampax_limits,
    out_bundle: *mut *mut pampax_bundle,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_bundle = Output::new(out_bundle, "out_bundle")?;
            let (searcher, limits) = (borrow(searcher, "searcher")?, self::limits(limits)?);
            let request: Request = read_json(text(request_json, "request")?, "request")?;
            let assembler = Assembler::new(searcher.0.clone());
            out_bundle.give(pampax_bundle::new(assembler.assemble(&request, &limits)?));
            Ok(())
        })
    }
}

/// The state of the index that answers; it grows with every update that changes something. 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_searcher_generation(searcher: *const pampax_searcher) -> u64 {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::value(0, || unsafe { searcher.as_ref() }.map_or(0, |searcher| searcher.0.generation().0))
}

/// Another handle of the same state, which lives by itself. Cheap. Free it with `pampax_searcher_free`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_searcher_clone(
    searcher: *const pampax_searcher,
    out_searcher: *mut *mut pampax_searcher,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_searcher = Output::new(out_searcher, "out_searcher")?;
            out_searcher.give(pampax_searcher(borrow(searcher, "searcher")?.0.clone()));
            Ok(())
        })
    }
}

/// Takes a searcher. Results and bundles of it live on. NULL is fine.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_searcher_free(searcher: *mut pampax_searcher) {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::release(|| unsafe { take(searcher) });
}
