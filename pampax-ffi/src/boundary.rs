//! The boundary to C: no panic passes it, and structures of callers that were compiled with another version are read as
//! what they are.
//!
//! Never here: handles, text, what a call does.

use crate::error::pampax_error;
use crate::handle::{Output, give};
use crate::{PAMPAX_OK, pampax_status};
use pampax_core::{Error, Result};
use std::any::Any;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The largest structure that is believed to be one.
const MAX_STRUCT_SIZE: usize = 4_096;

/// Runs a call that may fail. A panic in it becomes `INTERNAL`.
///
/// # Safety
/// `out_error` is NULL, or may be written to.
pub(crate) unsafe fn guard(out_error: *mut *mut pampax_error, body: impl FnOnce() -> Result<()>) -> pampax_status {
    let Err(error) = caught(body).and_then(|outcome| outcome) else { return PAMPAX_OK };
    let status = i32::from(error.code().number());
    // SAFETY: it may be written to: the caller's promise.
    if let Some(out_error) = unsafe { Output::optional(out_error) } {
        out_error.write(give(pampax_error::of(&error)));
    }
    status
}

/// Runs a call that cannot fail but by a panic; `otherwise` is what it then answers.
pub(crate) fn value<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    caught(body).unwrap_or(otherwise)
}

/// Runs a call that ends the life of something.
pub(crate) fn release(body: impl FnOnce()) {
    value((), body);
}

fn caught<T>(body: impl FnOnce() -> T) -> Result<T> {
    let body = || {
        #[cfg(test)]
        crate::panics::injected();
        body()
    };
    // What a call had borrowed is not used any more when it ends by a panic; handles hold nothing that a panic leaves
    // half done, for the engine's locks take over what a panic left.
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| Error::internal(format!("a panic: {}", said(&*panic))))
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

/// A structure that C shares with this library and that begins with its size in bytes.
///
/// # Safety
/// The type is `repr(C)`, its first field is `struct_size: usize`, and all zeroes are a value of it.
pub(crate) unsafe trait Versioned: Copy {
    /// The size that the first version had: what every caller has.
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Reads a structure of the caller. What a caller of an older version does not know is zero.
///
/// # Errors
/// `INVALID_ARGUMENT` for NULL, for a size that no version had, and for a caller of a newer version that uses what this
/// library does not know.
///
/// # Safety
/// `pointer` is NULL, or names as many bytes as its first field says.
pub(crate) unsafe fn read<T: Versioned>(pointer: *const T, name: &'static str) -> Result<T> {
    // SAFETY: every structure begins with its size: the promise of `Versioned` and of the caller.
    let size = *unsafe { crate::handle::borrow(pointer.cast::<usize>(), name) }?;
    check_size::<T>(size, name)?;
    // SAFETY: so many bytes may be read: the caller's promise. Bytes beyond `T` are looked at as bytes only.
    let beyond = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), size) }.get(size_of::<T>()..);
    if beyond.is_some_and(|bytes| bytes.iter().any(|byte| *byte != 0)) {
        return Err(Error::argument(name, "it uses fields that this version of the library does not know"));
    }
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: both are at least as long as what is copied, and zeroes are a value for the rest.
    Ok(unsafe {
        std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), value.as_mut_ptr().cast(), size.min(size_of::<T>()));
        value.assume_init()
    })
}

/// Writes a structure of the caller, as much of it as the caller knows. Its size stays as the caller wrote it.
///
/// # Errors
/// `INVALID_ARGUMENT` as [`read`].
///
/// # Safety
/// As [`read`], and the bytes may be written to.
pub(crate) unsafe fn fill<T: Versioned>(pointer: *mut T, name: &'static str, value: T) -> Result<()> {
    // SAFETY: every structure begins with its size: the promise of `Versioned` and of the caller.
    let size = *unsafe { crate::handle::borrow(pointer.cast::<usize>(), name) }?;
    check_size::<T>(size, name)?;
    // SAFETY: both are at least as long as what is copied.
    unsafe {
        std::ptr::copy_nonoverlapping((&raw const value).cast::<u8>(), pointer.cast(), size.min(size_of::<T>()));
        pointer.cast::<usize>().write(size);
    }
    Ok(())
}

fn check_size<T: Versioned>(size: usize, name: &'static str) -> Result<()> {
    if (T::FIRST_SIZE..=MAX_STRUCT_SIZE).contains(&size) {
        return Ok(());
    }
    Err(Error::argument(name, format!("its struct_size is {size}, which is not that of the structure")))
}

/// What every table of callbacks begins with.
#[repr(C)]
#[derive(Clone, Copy)]
struct Head {
    struct_size: usize,
    userdata: *mut c_void,
    destroy: Option<unsafe extern "C" fn(*mut c_void)>,
}

// SAFETY: it is `repr(C)`, begins with its size, and holds pointers and a function that may be NULL.
unsafe impl Versioned for Head {}

/// A table of callbacks.
///
/// # Safety
/// Beyond [`Versioned`], the type begins with the fields of [`Head`].
pub(crate) unsafe trait Table: Versioned {}

/// What the caller wants back with every callback, and how it is ended: once, when the last user is gone.
pub(crate) struct Userdata {
    pointer: *mut c_void,
    destroy: Option<unsafe extern "C" fn(*mut c_void)>,
}

// SAFETY: the pointer is only handed back to the caller's own functions, which may be called from any thread: the head of
// the header.
unsafe impl Send for Userdata {}
// SAFETY: as above; also from several at once.
unsafe impl Sync for Userdata {}

impl Userdata {
    pub fn pointer(&self) -> *mut c_void {
        self.pointer
    }
}

impl Drop for Userdata {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: it is the caller's function for this pointer, and nothing uses the pointer any more.
            unsafe { destroy(self.pointer) }
        }
    }
}

/// Takes over a table of callbacks. From here on its userdata ends by itself, also when the table is not good.
///
/// # Errors
/// As [`read`].
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn adopt<T: Table>(pointer: *const T, name: &'static str) -> Result<(T, Userdata)> {
    // SAFETY: every structure begins with its size: the promise of `Versioned` and of the caller.
    let size = *unsafe { crate::handle::borrow(pointer.cast::<usize>(), name) }?;
    check_size::<Head>(size, name)?;
    // SAFETY: the table is long enough for its head, with which it begins.
    let head = unsafe { pointer.cast::<Head>().read() };
    let userdata = Userdata { pointer: head.userdata, destroy: head.destroy };
    // SAFETY: as for this function.
    Ok((unsafe { read(pointer, name) }?, userdata))
}

/// The callback that a table must have.
///
/// # Errors
/// `INVALID_ARGUMENT` when it is NULL.
pub(crate) fn needed<F>(callback: Option<F>, name: &'static str) -> Result<F> {
    callback.ok_or_else(|| Error::argument(name, "it is NULL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Newer {
        struct_size: usize,
        first: u64,
        second: u64,
    }

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Known {
        struct_size: usize,
        first: u64,
    }

    // SAFETY: `repr(C)`, begins with its size, numbers only.
    unsafe impl Versioned for Known {}
    // SAFETY: as above.
    unsafe impl Versioned for Newer {
        const FIRST_SIZE: usize = size_of::<Known>();
    }

    fn read_known(newer: Newer) -> Result<Known> {
        // SAFETY: the structure is as long as every size that the tests name, or the size is refused.
        unsafe { read((&raw const newer).cast::<Known>(), "known") }
    }

    #[test]
    fn a_newer_caller_is_understood_while_it_uses_what_is_known() {
        let full = size_of::<Newer>();
        assert_eq!(read_known(Newer { struct_size: full, first: 7, second: 0 }).unwrap().first, 7);
        let error = read_known(Newer { struct_size: full, first: 7, second: 1 }).unwrap_err();
        assert!(error.to_string().ends_with("does not know"), "{error}");
    }

    #[test]
    fn an_older_caller_is_understood() {
        let known = Known { struct_size: size_of::<Known>(), first: 7 };
        // SAFETY: the size says how much may be read.
        let newer = unsafe { read((&raw const known).cast::<Newer>(), "newer") }.unwrap();
        assert_eq!((newer.first, newer.second), (7, 0));
        let mut known = Known { struct_size: size_of::<Known>(), first: 0 };
        let value = Newer { struct_size: 0, first: 9, second: 8 };
        // SAFETY: the size says how much may be written.
        unsafe { fill((&raw mut known).cast::<Newer>(), "newer", value) }.unwrap();
        assert_eq!(known, Known { struct_size: size_of::<Known>(), first: 9 });
    }

    #[test]
    fn a_size_that_is_none_is_refused() {
        for struct_size in [0, 1, size_of::<Known>() - 1, MAX_STRUCT_SIZE + 1, usize::MAX] {
            assert!(read_known(Newer { struct_size, first: 0, second: 0 }).is_err(), "{struct_size}");
        }
    }
}
