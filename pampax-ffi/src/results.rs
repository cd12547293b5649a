//! Results of a search as a handle, and views into it.

use crate::boundary::{self, Versioned, fill, guard};
use crate::error::pampax_error;
use crate::handle::{Output, borrow, take};
use crate::pampax_status;
use crate::text::{c_text, pointer, to_json};
use pampax_core::error::Degradation;
use pampax_core::{Error, Hit, SearchResults};
use std::ffi::{CString, c_char};

/// The results of one search. They never change: all calls may be made from several threads at once.
pub struct pampax_results {
    results: SearchResults,
    hits: Vec<HitTexts>,
    degraded: Vec<DegradationTexts>,
    suggestion: Option<CString>,
}

/// The texts of a hit in the form that C has them in.
struct HitTexts {
    path: CString,
    language: CString,
    role: CString,
    kind: Option<CString>,
    symbol: Option<CString>,
    span_id: Option<CString>,
    breadcrumb: CString,
    snippet: CString,
    freshness: CString,
}

/// What could not be used, and why, in the form that C has texts in.
pub(crate) struct DegradationTexts {
    what: CString,
    why: CString,
}

/// One piece of a file that answers the query. Its texts belong to the results.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_hit {
    /// `sizeof(pampax_hit)`, written by the caller.
    pub struct_size: usize,
    /// The file, relative to the root.
    pub path: *const c_char,
    /// The file's language.
    pub language: *const c_char,
    /// The file's role, such as "code" or "test".
    pub role: *const c_char,
    /// What the definition is that the hit is or lies in, such as "function"; NULL for none.
    pub kind: *const c_char,
    /// The qualified name of that definition; NULL for none.
    pub symbol: *const c_char,
    /// The id of that definition, for the operation `expand`; NULL for none.
    pub span_id: *const c_char,
    /// The names of the enclosing definitions, outermost first.
    pub breadcrumb: *const c_char,
    /// The text of the hit, secrets masked.
    pub snippet: *const c_char,
    /// Whether the file on disk still is the indexed one: "fresh", "stale", "missing" or "unknown".
    pub freshness: *const c_char,
    /// The length of the snippet in bytes.
    pub snippet_length: usize,
    /// How well the hit answers.
    pub score: f64,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// The first byte in the original file, counted from 0.
    pub start_byte: u32,
    /// The byte after the last one.
    pub end_byte: u32,
    /// The size of the snippet in tokens of the tokenizer "approximate".
    pub tokens: u32,
}

// SAFETY: it is `repr(C)`, begins with its size, and holds numbers and pointers that may be NULL.
unsafe impl Versioned for pampax_hit {}

impl pampax_results {
    pub(crate) fn new(results: SearchResults) -> pampax_results {
        let hits = results.hits.iter().map(HitTexts::of).collect();
        let degraded = DegradationTexts::all(&results.degraded);
        let suggestion = results.suggestion.as_deref().map(c_text);
        pampax_results { results, hits, degraded, suggestion }
    }
}

impl HitTexts {
    fn of(hit: &Hit) -> HitTexts {
        HitTexts {
            path: c_text(hit.path.as_str()),
            language: c_text(hit.language.name()),
            role: c_text(hit.role.name()),
            kind: hit.kind.map(|kind| c_text(kind.name())),
            symbol: hit.symbol.as_deref().map(c_text),
            span_id: hit.span_id.as_ref().map(|id| c_text(id.to_string())),
            breadcrumb: c_text(hit.breadcrumb.as_str()),
            snippet: c_text(hit.snippet.as_str()),
            freshness: c_text(to_json(&hit.freshness).unwrap_or_default().trim_matches('"')),
        }
    }

    fn view(&self, hit: &Hit) -> pampax_hit {
        pampax_hit {
            struct_size: size_of::<pampax_hit>(),
            path: self.path.as_ptr(),
            language: self.language.as_ptr(),
            role: self.role.as_ptr(),
            kind: pointer(self.kind.as_ref()),
            symbol: pointer(self.symbol.as_ref()),
            span_id: pointer(self.span_id.as_ref()),
            breadcrumb: self.breadcrumb.as_ptr(),
            snippet: self.snippet.as_ptr(),
            freshness: self.freshness.as_ptr(),
            snippet_length: self.snippet.as_bytes().len(),
            score: hit.score,
            start_line: hit.start_line,
            end_line: hit.end_line,
            start_byte: hit.bytes.start,
            end_byte: hit.bytes.end,
            tokens: hit.tokens,
        }
    }
}

impl DegradationTexts {
    pub fn all(degraded: &[Degradation]) -> Vec<DegradationTexts> {
        let texts = |part: &Degradation| DegradationTexts { what: c_text(&*part.what), why: c_text(&*part.why) };
        degraded.iter().map(texts).collect()
    }
}

/// What there is no `index`-th of.
pub(crate) fn out_of_range(index: usize, length: usize) -> Error {
    Error::argument("index", format!("{index} is not below {length}"))
}

/// The number of hits; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_results_len(results: *const pampax_results) -> usize {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::value(0, || unsafe { results.as_ref() }.map_or(0, |results| results.hits.len()))
}

/// Shows the hit at `index`, best first, counted from 0. `out_hit->struct_size` is `sizeof(pampax_hit)` before the call.
///
/// Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_results_len`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_results_get(
    results: *const pampax_results,
    index: usize,
    out_hit: *mut pampax_hit,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let results = borrow(results, "results")?;
            let found = results.hits.get(index).zip(results.results.hits.get(index));
            let (texts, hit) = found.ok_or_else(|| out_of_range(index, results.hits.len()))?;
            fill(out_hit, "out_hit", texts.view(hit))
        })
    }
}

/// How many things could not be used; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_results_degraded_len(results: *const pampax_results) -> usize {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::value(0, || unsafe { results.as_ref() }.map_or(0, |results| results.degraded.len()))
}

/// What could not be used, such as "embedder", and why. Both texts belong to the results.
///
/// Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_results_degraded_len`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_results_degraded_get(
    results: *const pampax_results,
    index: usize,
    out_what: *mut *const c_char,
    out_why: *mut *const c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let (out_what, out_why) = (Output::new(out_what, "out_what")?, Output::new(out_why, "out_why")?);
            let degraded = &borrow(results, "results")?.degraded;
            let part = degraded.get(index).ok_or_else(|| out_of_range(index, degraded.len()))?;
            out_what.write(part.what.as_ptr());
            out_why.write(part.why.as_ptr());
            Ok(())
        })
    }
}

/// What a person could try when there are no hits; NULL when there is nothing to say, and for NULL. Belongs to the results.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_results_suggestion(results: *const pampax_results) -> *const c_char {
    boundary::value(std::ptr::null(), || {
        // SAFETY: the caller keeps the promises of the head of the header.
        unsafe { results.as_ref() }.map_or(std::ptr::null(), |results| pointer(results.suggestion.as_ref()))
    })
}

/// The state of the index that answered; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_results_generation(results: *const pampax_results) -> u64 {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::value(0, || unsafe { results.as_ref() }.map_or(0, |results| results.results.generation.0))
}

/// The whole of the results as JSON, with every contribution to every score: what the operation `search` answers. Free it
/// with `pampax_text_free`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_results_json(
    results: *const pampax_results,
    out_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_json = Output::new(out_json, "out_json")?;
            out_json.give_text(to_json(&borrow(results, "results")?.results)?);
            Ok(())
        })
    }
}

/// Takes results; views into them end. NULL is fine.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_results_free(results: *mut pampax_results) {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::release(|| unsafe { take(results) });
}
