//! An index as a handle.
//!
//! Never here: what an operation does.

use crate::boundary::{self, guard};
use crate::error::pampax_error;
use crate::handle::{Output, borrow, take};
use crate::host::pampax_host;
use crate::limits::{limits, pampax_limits};
use crate::listeners::{of_progress, of_watch, pampax_progress_listener, pampax_watch_listener};
use crate::pampax_status;
use crate::searcher::pampax_searcher;
use crate::text::{bytes, optional_text, text, to_json};
use pampax_core::index::report::Progress;
use pampax_core::protocol::{Engine, Options};
use pampax_core::source::RepoPath;
use pampax_core::{Error, Host, Result};
use std::ffi::c_char;
use std::path::Path;

/// The index of one folder of source code. All calls may be made from several threads at once.
pub struct pampax_index(Engine);

/// Opens the index of the folder `root`. Cheap: nothing is read or made before it is needed. `options_json` is an object
/// with any of `config` (the text of a `pampax.toml`), `variables`, `settings` (values by key, such as
/// `{"cache.enabled":false}`), `index_dir` and `metrics` (whether measurements are kept); NULL or "" means none. `host` may
/// be NULL. Free the index with `pampax_index_free`.
///
/// Errors: `PAMPAX_INVALID_CONFIG` naming the key, `PAMPAX_IO` when `root` is not a folder.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_open(
    root: *const c_char,
    options_json: *const c_char,
    host: *const pampax_host,
    out_index: *mut *mut pampax_index,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_index = Output::new(out_index, "out_index")?;
            let options = Options::from_json(optional_text(options_json, "options")?.unwrap_or_default())?;
            let host = host.as_ref().map_or_else(Host::default, |host| host.0.clone());
            out_index.give(pampax_index(Engine::open(Path::new(text(root, "root")?), &options, host)?));
            Ok(())
        })
    }
}

/// Brings the index up to date with the tree. `progress` may be NULL; it is called on any thread until the call ends.
/// `out_report_json` may be NULL; the report is freed with `pampax_text_free`.
///
/// Errors: `PAMPAX_INDEX_LOCKED` when something else is writing, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_INDEX_VERSION`,
/// `PAMPAX_IO`, `PAMPAX_DEADLINE_EXCEEDED`, `PAMPAX_CANCELLED`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_update(
    index: *const pampax_index,
    limits: *const pampax_limits,
    progress: *const pampax_progress_listener,
    out_report_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let progress = (!progress.is_null()).then(|| of_progress(progress)).transpose()?;
            let (index, limits) = (borrow(index, "index")?.0.index(), self::limits(limits)?);
            let tell = |step: Progress| progress.iter().for_each(|tell| tell(step));
            give_json(out_report_json, &index.update_with_progress(&limits, &tell)?)
        })
    }
}

/// Answers one request of any operation, such as `{"op":"search","params":{"text":"login"}}`; docs/protocol.md lists them.
/// Free the answer with `pampax_text_free`.
///
/// Errors: `PAMPAX_INVALID_ARGUMENT` for what is no request, and those of the operation.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_call(
    index: *const pampax_index,
    request_json: *const c_char,
    limits: *const pampax_limits,
    out_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_json = Output::new(out_json, "out_json")?;
            let (index, limits) = (borrow(index, "index")?, self::limits(limits)?);
            out_json.give_text(index.0.call(text(request_json, "request")?, &limits)?);
            Ok(())
        })
    }
}

/// Takes over which line names which definition from the `length` bytes of an `index.scip` that another program made of
/// this tree, or of the folder `under` it, which may be NULL. `out_report_json` may be NULL.
///
/// Errors: `PAMPAX_INVALID_ARGUMENT` when the bytes are not such an index, `PAMPAX_INDEX_MISSING` before the first update,
/// and those of `pampax_index_update`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_import_scip(
    index: *const pampax_index,
    bytes: *const u8,
    length: usize,
    under: *const c_char,
    limits: *const pampax_limits,
    out_report_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let (index, limits) = (borrow(index, "index")?.0.index(), self::limits(limits)?);
            let bytes = self::bytes(bytes, length, "bytes")?;
            let under = optional_text(under, "under")?.map(RepoPath::new).transpose()?;
            give_json(out_report_json, &index.import_scip(bytes, under.as_ref(), &limits)?)
        })
    }
}

/// Keeps the index up to date while the tree changes, until `limits` end it: triggering its token, or its time being over,
/// is the way to stop, and no error. `listener` is told of every update, on this thread, and may be NULL. The summary,
/// `{"updates":…,"failures":…}`, may be left out with NULL.
///
/// Errors: `PAMPAX_IO` when the tree cannot be read or watched; `PAMPAX_INVALID_ARGUMENT` from a library that was built
/// without the feature `watch`. An update that fails is told to the listener.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_watch(
    index: *const pampax_index,
    listener: *const pampax_watch_listener,
    limits: *const pampax_limits,
    out_summary_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let listener = (!listener.is_null()).then(|| of_watch(listener)).transpose()?;
            let (index, limits) = (borrow(index, "index")?, self::limits(limits)?);
            let tell = |kind: i32, document: String| listener.iter().for_each(|tell| tell(kind, &document));
            give_json(out_summary_json, &watched(&index.0, &limits, tell)?)
        })
    }
}

#[cfg(feature = "watch")]
fn watched(engine: &Engine, limits: &pampax_core::Limits, tell: impl Fn(i32, String)) -> Result<serde_json::Value> {
    use crate::listeners::{PAMPAX_WATCH_FAILED, PAMPAX_WATCH_RESCANNING, PAMPAX_WATCH_UPDATED};
    use pampax_core::index::watch::WatchEvent;
    let document = |error: Error| to_json(&error.document()).unwrap_or_default();
    let summary = engine.index().watch(limits, |event| match event {
        WatchEvent::Updated(report) => tell(PAMPAX_WATCH_UPDATED, to_json(&report).unwrap_or_default()),
        WatchEvent::Failed(error) => tell(PAMPAX_WATCH_FAILED, document(error)),
        WatchEvent::Rescanning(error) => tell(PAMPAX_WATCH_RESCANNING, document(error)),
        _ => {}
    })?;
    Ok(serde_json::json!({ "updates": summary.updates, "failures": summary.failures }))
}

#[cfg(not(feature = "watch"))]
fn watched(_: &Engine, _: &pampax_core::Limits, _: impl Fn(i32, String)) -> Result<serde_json::Value> {
    Err(Error::argument("watch", "this library was built without the feature `watch`"))
}

/// A searcher over the last committed state; it stays at that state. Free it with `pampax_searcher_free`, before or after
/// the index.
///
/// Errors: `PAMPAX_INDEX_MISSING` before the first update, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_INDEX_VERSION`, `PAMPAX_IO`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_searcher(
    index: *const pampax_index,
    out_searcher: *mut *mut pampax_searcher,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_searcher = Output::new(out_searcher, "out_searcher")?;
            out_searcher.give(pampax_searcher(borrow(index, "index")?.0.searcher()?));
            Ok(())
        })
    }
}

/// Takes over another configuration. Calls that run, and searchers, keep the one they have. `out_report_json` may be NULL.
///
/// Errors: `PAMPAX_INVALID_CONFIG` naming the key; nothing is changed then.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_reload(
    index: *const pampax_index,
    options_json: *const c_char,
    out_report_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let index = borrow(index, "index")?;
            let options = Options::from_json(optional_text(options_json, "options")?.unwrap_or_default())?;
            give_json(out_report_json, &index.0.reload(&options)?)
        })
    }
}

/// What was measured since the index was opened, as JSON. Free it with `pampax_text_free`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_metrics(
    index: *const pampax_index,
    out_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_json = Output::new(out_json, "out_json")?;
            out_json.give_text(to_json(&borrow(index, "index")?.0.metrics())?);
            Ok(())
        })
    }
}

/// Takes an index. Searchers of it live on. NULL is fine.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_index_free(index: *mut pampax_index) {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::release(|| unsafe { take(index) });
}

/// Gives a document as JSON where it is wanted.
///
/// # Safety
/// As [`Output::new`].
unsafe fn give_json<T: serde::Serialize>(out_json: *mut *mut c_char, document: &T) -> Result<()> {
    // SAFETY: as for this function.
    if let Some(out_json) = unsafe { Output::optional(out_json) } {
        out_json.give_text(to_json(document)?);
    }
    Ok(())
}
