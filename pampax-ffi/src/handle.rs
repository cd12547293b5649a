//! Rust values behind pointers that C holds, and places of C that values are written to.
//!
//! Never here: text (`text.rs`), structures that C fills (`boundary.rs`).

use pampax_core::{Error, Result};
use std::ptr::NonNull;

fn missing(name: &'static str) -> Error {
    Error::argument(name, "it is NULL")
}

/// The value behind a handle.
///
/// # Errors
/// `INVALID_ARGUMENT` for NULL.
///
/// # Safety
/// `handle` is NULL, or was given by this library, was not freed, and is not freed or changed while `'a` lasts.
pub(crate) unsafe fn borrow<'a, T>(handle: *const T, name: &'static str) -> Result<&'a T> {
    // SAFETY: a pointer that is not NULL is a live handle: the caller's promise.
    unsafe { handle.as_ref() }.ok_or_else(|| missing(name))
}

/// The value behind a handle, to change it.
///
/// # Errors
/// `INVALID_ARGUMENT` for NULL.
///
/// # Safety
/// As [`borrow`], and nothing else uses the handle while `'a` lasts.
pub(crate) unsafe fn borrow_mut<'a, T>(handle: *mut T, name: &'static str) -> Result<&'a mut T> {
    // SAFETY: a pointer that is not NULL is a live handle that nothing else uses: the caller's promise.
    unsafe { handle.as_mut() }.ok_or_else(|| missing(name))
}

/// A new handle, which the caller owns.
pub(crate) fn give<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Takes a handle back and drops what is behind it; NULL is fine.
///
/// # Safety
/// `handle` is NULL, or came from [`give`] and is not used any more.
pub(crate) unsafe fn take<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: it came from `give`, and this is its end: the caller's promise.
        drop(unsafe { Box::from_raw(handle) });
    }
}

/// A place of C that one value will be written to.
pub(crate) struct Output<T>(NonNull<T>);

impl<T> Output<T> {
    /// The place that `pointer` names.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for NULL.
    ///
    /// # Safety
    /// `pointer` is NULL, or may be written to until the call that it was given to ends.
    pub unsafe fn new(pointer: *mut T, name: &'static str) -> Result<Output<T>> {
        NonNull::new(pointer).map(Output).ok_or_else(|| missing(name))
    }

    /// As [`Output::new`], where NULL means that nobody wants the value.
    ///
    /// # Safety
    /// As [`Output::new`].
    pub unsafe fn optional(pointer: *mut T) -> Option<Output<T>> {
        NonNull::new(pointer).map(Output)
    }

    /// Writes the value. What stood there is not dropped.
    pub fn write(self, value: T) {
        // SAFETY: the place may be written to: whoever made the `Output` promised it.
        unsafe { self.0.as_ptr().write(value) }
    }
}

impl<T> Output<*mut T> {
    /// Gives a new handle there.
    pub fn give(self, value: T) {
        self.write(give(value));
    }
}
