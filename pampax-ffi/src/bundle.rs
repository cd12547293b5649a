//! An assembled context as a handle, and views into it.

use crate::boundary::{self, Versioned, fill, guard};
use crate::error::pampax_error;
use crate::handle::{Output, borrow, take};
use crate::pampax_status;
use crate::results::out_of_range;
use crate::text::{c_text, pointer, to_json};
use pampax_core::Bundle;
use pampax_core::assemble::Item;
use std::ffi::{CString, c_char};

/// An assembled context. It never changes: all calls may be made from several threads at once.
pub struct pampax_bundle {
    bundle: Bundle,
    text: CString,
    stop_reason: CString,
    items: Vec<ItemTexts>,
}

/// The texts of an item in the form that C has them in.
struct ItemTexts {
    path: CString,
    language: CString,
    role: CString,
    kind: Option<CString>,
    symbol: Option<CString>,
    span_id: Option<CString>,
    level: CString,
    origin: CString,
}

/// One piece of the text. Its texts belong to the bundle.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_item {
    /// `sizeof(pampax_item)`, written by the caller.
    pub struct_size: usize,
    /// The file, relative to the root.
    pub path: *const c_char,
    /// The file's language.
    pub language: *const c_char,
    /// The file's role, such as "code" or "test".
    pub role: *const c_char,
    /// What the definition is that the piece is or lies in; NULL for none.
    pub kind: *const c_char,
    /// The qualified name of that definition; NULL for none.
    pub symbol: *const c_char,
    /// The id of that definition, for the operation `expand`; NULL for none.
    pub span_id: *const c_char,
    /// How much of it is shown, such as "full" or "outline".
    pub level: *const c_char,
    /// What made it a candidate, such as "search" or "graph".
    pub origin: *const c_char,
    /// The tokens that the piece adds to the text.
    pub tokens: usize,
    /// How relevant it was taken to be: above 0, and 1 for the best.
    pub relevance: f64,
    /// The score that search gave it; 0 for what search did not find by itself.
    pub score: f64,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
}

// SAFETY: it is `repr(C)`, begins with its size, and holds numbers and pointers that may be NULL.
unsafe impl Versioned for pampax_item {}

impl pampax_bundle {
    pub(crate) fn new(bundle: Bundle) -> pampax_bundle {
        let (text, stop_reason) = (c_text(bundle.text.as_str()), c_text(bundle.stop.reason.name()));
        let items = bundle.items.iter().map(ItemTexts::of).collect();
        pampax_bundle { bundle, text, stop_reason, items }
    }
}

impl ItemTexts {
    fn of(item: &Item) -> ItemTexts {
        ItemTexts {
            path: c_text(item.path.as_str()),
            language: c_text(item.language.name()),
            role: c_text(item.role.name()),
            kind: item.kind.map(|kind| c_text(kind.name())),
            symbol: item.symbol.as_deref().map(c_text),
            span_id: item.span_id.as_ref().map(|id| c_text(id.to_string())),
            level: c_text(item.level.name()),
            origin: c_text(item.origin.name()),
        }
    }

    fn view(&self, item: &Item) -> pampax_item {
        pampax_item {
            struct_size: size_of::<pampax_item>(),
            path: self.path.as_ptr(),
            language: self.language.as_ptr(),
            role: self.role.as_ptr(),
            kind: pointer(self.kind.as_ref()),
            symbol: pointer(self.symbol.as_ref()),
            span_id: pointer(self.span_id.as_ref()),
            level: self.level.as_ptr(),
            origin: self.origin.as_ptr(),
            tokens: item.tokens,
            relevance: item.relevance,
            score: item.score,
            start_line: item.start_line,
            end_line: item.end_line,
        }
    }
}

/// # Safety
/// As [`borrow`].
unsafe fn part<T>(bundle: *const pampax_bundle, otherwise: T, part: impl FnOnce(&pampax_bundle) -> T) -> T {
    boundary::value(None, || {
        // SAFETY: as for this function.
        unsafe { bundle.as_ref() }.map(part)
    })
    .unwrap_or(otherwise)
}

/// The text: what goes to the model; NULL for NULL. Belongs to the bundle.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_text(bundle: *const pampax_bundle) -> *const c_char {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(bundle, std::ptr::null(), |bundle| bundle.text.as_ptr()) }
}

/// The length of the text in bytes; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_text_length(bundle: *const pampax_bundle) -> usize {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(bundle, 0, |bundle| bundle.text.as_bytes().len()) }
}

/// The tokens of the text, never more than the budget; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_tokens(bundle: *const pampax_bundle) -> usize {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(bundle, 0, |bundle| bundle.bundle.tokens) }
}

/// The budget: as asked, or what the session has left when that is less; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_budget(bundle: *const pampax_bundle) -> usize {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(bundle, 0, |bundle| bundle.bundle.budget) }
}

/// The condition that ended the packing, such as "budget_reached"; NULL for NULL. Belongs to the bundle.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_stop_reason(bundle: *const pampax_bundle) -> *const c_char {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(bundle, std::ptr::null(), |bundle| bundle.stop_reason.as_ptr()) }
}

/// The state of the index that answered; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_generation(bundle: *const pampax_bundle) -> u64 {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(bundle, 0, |bundle| bundle.bundle.generation.0) }
}

/// The number of pieces in the text; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_len(bundle: *const pampax_bundle) -> usize {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(bundle, 0, |bundle| bundle.items.len()) }
}

/// Shows the piece at `index`, in the order of the text, counted from 0. `out_item->struct_size` is `sizeof(pampax_item)`
/// before the call.
///
/// Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_bundle_len`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_get(
    bundle: *const pampax_bundle,
    index: usize,
    out_item: *mut pampax_item,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let bundle = borrow(bundle, "bundle")?;
            let found = bundle.items.get(index).zip(bundle.bundle.items.get(index));
            let (texts, item) = found.ok_or_else(|| out_of_range(index, bundle.items.len()))?;
            fill(out_item, "out_item", texts.view(item))
        })
    }
}

/// The whole of the bundle as JSON, with its account and its receipt: what the operation `assemble` answers. Free it with
/// `pampax_text_free`.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_json(
    bundle: *const pampax_bundle,
    out_json: *mut *mut c_char,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        guard(out_error, || {
            let out_json = Output::new(out_json, "out_json")?;
            out_json.give_text(to_json(&borrow(bundle, "bundle")?.bundle)?);
            Ok(())
        })
    }
}

/// Takes a bundle; views into it end. NULL is fine.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_bundle_free(bundle: *mut pampax_bundle) {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::release(|| unsafe { take(bundle) });
}
