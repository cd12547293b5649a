//! Who listens while one call runs.

use crate::boundary::{self, Table, Versioned, needed};
use crate::text::c_text;
use pampax_core::Result;
use pampax_core::index::report::Progress;
use std::ffi::{CStr, c_char, c_void};

/// The index is up to date; the document is the report of the update.
pub const PAMPAX_WATCH_UPDATED: i32 = 0;
/// An update failed and is tried again; the document is that of the error.
pub const PAMPAX_WATCH_FAILED: i32 = 1;
/// The system cannot watch some folder, and the tree is looked at every five seconds instead; the document is that of the
/// error.
pub const PAMPAX_WATCH_RESCANNING: i32 = 2;

/// How far an update is. It belongs to the engine and is valid until the callback returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_progress {
    /// The size of the structure that the library has.
    pub struct_size: usize,
    /// The part that is running: "walk", "parse", "embed" or "commit".
    pub stage: *const c_char,
    /// Files that are done in this stage.
    pub files_done: u64,
    /// Files there are to do in this stage.
    pub files_total: u64,
    /// Bytes of those that are done.
    pub bytes_done: u64,
    /// Bytes of all of them.
    pub bytes_total: u64,
}

impl pampax_progress {
    pub(crate) fn new(stage: &CStr, step: &Progress) -> pampax_progress {
        pampax_progress {
            struct_size: size_of::<pampax_progress>(),
            stage: stage.as_ptr(),
            files_done: step.files_done,
            files_total: step.files_total,
            bytes_done: step.bytes_done,
            bytes_total: step.bytes_total,
        }
    }
}

/// Is told how far an update is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_progress_listener {
    /// `sizeof(pampax_progress_listener)`.
    pub struct_size: usize,
    /// Handed back with every callback.
    pub userdata: *mut c_void,
    /// Called once with `userdata`, before the call that was given the table ends. NULL: nothing is.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// Is called often, from any thread, also from several at once. Must not block.
    pub tell: Option<unsafe extern "C" fn(userdata: *mut c_void, progress: *const pampax_progress)>,
}

// SAFETY: it is `repr(C)`, begins with the fields of a table, and holds pointers and functions that may be NULL.
unsafe impl Versioned for pampax_progress_listener {}
// SAFETY: as above.
unsafe impl Table for pampax_progress_listener {}

/// Is told what happens while a tree is watched.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_watch_listener {
    /// `sizeof(pampax_watch_listener)`.
    pub struct_size: usize,
    /// Handed back with every callback.
    pub userdata: *mut c_void,
    /// Called once with `userdata`, before the call that was given the table ends. NULL: nothing is.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// Is called on the thread that watches, with one of `PAMPAX_WATCH_…` and a JSON document, which is valid until the
    /// callback returns. Kinds that a program does not know are passed over.
    pub tell: Option<unsafe extern "C" fn(userdata: *mut c_void, kind: i32, document_json: *const c_char)>,
}

// SAFETY: it is `repr(C)`, begins with the fields of a table, and holds pointers and functions that may be NULL.
unsafe impl Versioned for pampax_watch_listener {}
// SAFETY: as above.
unsafe impl Table for pampax_watch_listener {}

/// # Safety
/// As [`boundary::adopt`].
pub(crate) unsafe fn of_progress(table: *const pampax_progress_listener) -> Result<impl Fn(Progress) + Sync> {
    // SAFETY: as for this function.
    let (table, userdata) = unsafe { boundary::adopt(table, "progress") }?;
    let tell = needed(table.tell, "tell")?;
    Ok(move |step: Progress| {
        let stage = c_text(step.stage.name());
        let progress = pampax_progress::new(&stage, &step);
        // SAFETY: the caller's function is given what its type promises, for the time of the call.
        unsafe { tell(userdata.pointer(), &progress) }
    })
}

/// # Safety
/// As [`boundary::adopt`].
pub(crate) unsafe fn of_watch(table: *const pampax_watch_listener) -> Result<impl Fn(i32, &str)> {
    // SAFETY: as for this function.
    let (table, userdata) = unsafe { boundary::adopt(table, "listener") }?;
    let tell: unsafe extern "C" fn(*mut c_void, i32, *const c_char) = needed(table.tell, "tell")?;
    Ok(move |kind: i32, document: &str| {
        let document = c_text(document);
        // SAFETY: the caller's function is given what its type promises, for the time of the call.
        unsafe { tell(userdata.pointer(), kind, document.as_ptr()) }
    })
}
