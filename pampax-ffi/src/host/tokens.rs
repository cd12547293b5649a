//! The token counter of a program.

use super::{pampax_host, set};
use crate::boundary::{Table, Userdata, Versioned, adopt, needed};
use crate::error::pampax_error;
use crate::pampax_status;
use crate::text::{c_text, text};
use pampax_core::Result;
use pampax_core::host::TokenCounter;
use std::ffi::{c_char, c_void};
use std::sync::Arc;

/// Counts the tokens of a text as one named model would.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_token_counter {
    /// `sizeof(pampax_token_counter)`.
    pub struct_size: usize,
    /// Handed back with every callback.
    pub userdata: *mut c_void,
    /// Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// The name by which requests choose this counter; it is copied. Names that are built in stay as they are.
    pub name: *const c_char,
    /// The number of tokens of a text of `length` bytes, which a NUL follows. Must not depend on anything but the text, and
    /// must not call this library.
    pub count: Option<unsafe extern "C" fn(userdata: *mut c_void, text: *const c_char, length: usize) -> usize>,
}

// SAFETY: it is `repr(C)`, begins with the fields of a table, and holds pointers and functions that may be NULL.
unsafe impl Versioned for pampax_token_counter {}
// SAFETY: as above.
unsafe impl Table for pampax_token_counter {}

struct CCounter {
    userdata: Userdata,
    name: String,
    count: unsafe extern "C" fn(*mut c_void, *const c_char, usize) -> usize,
}

impl CCounter {
    /// # Safety
    /// As [`adopt`].
    unsafe fn new(table: *const pampax_token_counter) -> Result<CCounter> {
        // SAFETY: as for this function.
        let (table, userdata) = unsafe { adopt(table, "counter") }?;
        let count = needed(table.count, "count")?;
        // SAFETY: as for this function.
        let name = unsafe { text(table.name, "name") }?.to_owned();
        Ok(CCounter { userdata, name, count })
    }
}

impl TokenCounter for CCounter {
    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self, text: &str) -> usize {
        let text = c_text(text);
        // SAFETY: the caller's function is given what its type promises, for the time of the call.
        unsafe { (self.count)(self.userdata.pointer(), text.as_ptr(), text.as_bytes().len()) }
    }
}

/// Gives a host a token counter. The table is copied; its callback is called from any thread, also from several at once.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_host_set_token_counter(
    host: *mut pampax_host,
    counter: *const pampax_token_counter,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        set(host, out_error, || {
            let counter = Arc::new(CCounter::new(counter)?);
            Ok(Box::new(|host| host.with_token_counter(counter)))
        })
    }
}
