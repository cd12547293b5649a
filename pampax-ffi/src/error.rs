//! Errors as objects of C. The numbers are those of the core's table.
//!
//! Never here: other text than the core's.

use crate::text::{c_text, pointer, to_json};
use crate::{boundary, handle, pampax_status};
use pampax_core::Error;
use std::ffi::{CString, c_char};

/// Nothing went wrong.
pub const PAMPAX_OK: i32 = 0;
/// A configuration value is wrong.
pub const PAMPAX_INVALID_CONFIG: i32 = 200;
/// An argument is wrong.
pub const PAMPAX_INVALID_ARGUMENT: i32 = 201;
/// The stored vectors belong to another model.
pub const PAMPAX_EMBEDDER_MISMATCH: i32 = 202;
/// A file or folder could not be used.
pub const PAMPAX_IO: i32 = 300;
/// There is no index.
pub const PAMPAX_INDEX_MISSING: i32 = 301;
/// Another writer holds the index.
pub const PAMPAX_INDEX_LOCKED: i32 = 302;
/// The catalog is damaged.
pub const PAMPAX_INDEX_DAMAGED: i32 = 303;
/// The schema is one this library cannot read.
pub const PAMPAX_INDEX_VERSION: i32 = 304;
/// The embedder failed.
pub const PAMPAX_EMBEDDER_FAILED: i32 = 400;
/// The reranker failed.
pub const PAMPAX_RERANKER_FAILED: i32 = 401;
/// The network failed.
pub const PAMPAX_NETWORK: i32 = 402;
/// The deadline passed.
pub const PAMPAX_DEADLINE_EXCEEDED: i32 = 500;
/// The caller cancelled.
pub const PAMPAX_CANCELLED: i32 = 501;
/// A bug, or a caught panic.
pub const PAMPAX_INTERNAL: i32 = 600;

/// What went wrong in one call. Its texts belong to it.
pub struct pampax_error {
    code: pampax_status,
    exit_status: i32,
    name: CString,
    message: CString,
    remedy: CString,
    json: CString,
}

impl pampax_error {
    pub(crate) fn of(error: &Error) -> pampax_error {
        let (code, document) = (error.code(), error.document());
        pampax_error {
            code: i32::from(code.number()),
            exit_status: i32::from(code.exit_status()),
            name: c_text(code.name()),
            message: c_text(document.error.message.as_str()),
            remedy: c_text(code.remedy()),
            // Numbers and texts always have a JSON form.
            json: c_text(to_json(&document).unwrap_or_default()),
        }
    }
}

/// # Safety
/// As [`handle::borrow`].
unsafe fn part<T>(error: *const pampax_error, otherwise: T, part: impl FnOnce(&pampax_error) -> T) -> T {
    boundary::value(None, || {
        // SAFETY: as for this function.
        unsafe { error.as_ref() }.map(part)
    })
    .unwrap_or(otherwise)
}

/// The number of the error, as the call returned it; `PAMPAX_OK` for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_error_code(error: *const pampax_error) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(error, PAMPAX_OK, |error| error.code) }
}

/// The stable name, such as "INDEX_MISSING"; NULL for NULL. Belongs to the error.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_error_name(error: *const pampax_error) -> *const c_char {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(error, std::ptr::null(), |error| pointer(Some(&error.name))) }
}

/// What went wrong, as a sentence without a full stop; NULL for NULL. Belongs to the error.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_error_message(error: *const pampax_error) -> *const c_char {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(error, std::ptr::null(), |error| pointer(Some(&error.message))) }
}

/// What a person can do about it; NULL for NULL. Belongs to the error.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_error_remedy(error: *const pampax_error) -> *const c_char {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(error, std::ptr::null(), |error| pointer(Some(&error.remedy))) }
}

/// The error as a JSON document, `{"error":{"code":…,"name":…,"message":…,"remedy":…}}`; NULL for NULL. Belongs to the
/// error.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_error_json(error: *const pampax_error) -> *const c_char {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(error, std::ptr::null(), |error| pointer(Some(&error.json))) }
}

/// The exit status of a program that ends with this error, from 2 to 6; 0 for NULL.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_error_exit_status(error: *const pampax_error) -> i32 {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe { part(error, 0, |error| error.exit_status) }
}

/// Takes an error. NULL is fine.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_error_free(error: *mut pampax_error) {
    // SAFETY: the caller keeps the promises of the head of the header.
    boundary::release(|| unsafe { handle::take(error) });
}

#[cfg(test)]
mod tests {
    use pampax_core::ErrorCode;

    #[test]
    fn the_numbers_of_the_header_are_those_of_the_table() {
        let source = include_str!("error.rs");
        let constants: Vec<(String, u16)> = source
            .lines()
            .filter_map(|line| line.strip_prefix("pub const PAMPAX_")?.strip_suffix(';')?.split_once(": i32 = "))
            .map(|(name, number)| (name.to_owned(), number.parse().unwrap()))
            .collect();
        let mut table = vec![("OK".to_owned(), 0)];
        table.extend(ErrorCode::ALL.iter().map(|code| (code.name().to_owned(), code.number())));
        assert_eq!(constants, table);
    }
}
