//! Text as C has it: bytes of UTF-8 that end with a NUL.
//!
//! Never here: what a text means.

use crate::boundary;
use crate::handle::Output;
use pampax_core::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ffi::{CStr, CString, c_char};

/// A text of the caller.
///
/// # Errors
/// `INVALID_ARGUMENT` for NULL and for what is not UTF-8.
///
/// # Safety
/// `text` is NULL, or ends with a NUL and stays as it is while `'a` lasts.
pub(crate) unsafe fn text<'a>(text: *const c_char, name: &'static str) -> Result<&'a str> {
    // SAFETY: as for this function.
    unsafe { optional_text(text, name) }?.ok_or_else(|| Error::argument(name, "it is NULL"))
}

/// As [`text`], where NULL means none.
///
/// # Errors
/// `INVALID_ARGUMENT` for what is not UTF-8.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn optional_text<'a>(text: *const c_char, name: &'static str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: it ends with a NUL and stays: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(text) };
    bytes.to_str().map(Some).map_err(|_| Error::argument(name, "it is not UTF-8"))
}

/// Bytes of the caller.
///
/// # Errors
/// `INVALID_ARGUMENT` for NULL, and for more bytes than there can be.
///
/// # Safety
/// `bytes` is NULL, or names `length` bytes that stay as they are while `'a` lasts.
pub(crate) unsafe fn bytes<'a>(bytes: *const u8, length: usize, name: &'static str) -> Result<&'a [u8]> {
    if bytes.is_null() || isize::try_from(length).is_err() {
        return Err(Error::argument(name, if bytes.is_null() { "it is NULL" } else { "so many there cannot be" }));
    }
    // SAFETY: so many bytes may be read, and stay: the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(bytes, length) })
}

/// Reads JSON text of the caller.
///
/// # Errors
/// `INVALID_ARGUMENT` when it is not what is wanted.
pub(crate) fn read_json<T: DeserializeOwned>(json: &str, name: &'static str) -> Result<T> {
    pampax_core::protocol::parse(name, json)
}

/// A value as JSON text.
///
/// # Errors
/// `INTERNAL` when it has no JSON form.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal(format!("an answer has no JSON form: {error}")))
}

/// A text for C. C ends a text at a NUL, so one inside is written as the sign for what cannot be shown.
pub(crate) fn c_text(text: impl Into<String>) -> CString {
    let text: String = text.into();
    let text = if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
    CString::new(text).unwrap_or_default()
}

/// A pointer to a text, or NULL for none.
pub(crate) fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(std::ptr::null(), |text| text.as_ptr())
}

impl Output<*mut c_char> {
    /// Gives a text there, which the caller frees.
    pub fn give_text(self, text: String) {
        self.write(c_text(text).into_raw());
    }
}

/// Takes a text that a call of this library gave as `char *`. NULL is fine. Texts that are given as `const char *` are not
/// freed: they belong to what they were asked of.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_text_free(text: *mut c_char) {
    boundary::release(|| {
        if !text.is_null() {
            // SAFETY: it came from `give_text`, whose caller owns it and gives it back: the head of the header.
            drop(unsafe { CString::from_raw(text) });
        }
    });
}
