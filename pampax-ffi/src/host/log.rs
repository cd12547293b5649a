//! Where log records of a program go.

use super::{pampax_host, set};
use crate::boundary::{Table, Userdata, Versioned, adopt, needed};
use crate::error::pampax_error;
use crate::pampax_status;
use crate::text::{c_text, to_json};
use pampax_core::Result;
use pampax_core::host::{Level, LogRecord, LogSink};
use std::ffi::{c_char, c_void};
use std::sync::Arc;

/// Something stopped a call.
pub const PAMPAX_LOG_ERROR: i32 = 0;
/// Something was degraded or mended.
pub const PAMPAX_LOG_WARN: i32 = 1;
/// A call ended.
pub const PAMPAX_LOG_INFO: i32 = 2;
/// Detail for a developer.
pub const PAMPAX_LOG_DEBUG: i32 = 3;

/// Takes log records.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_log {
    /// `sizeof(pampax_log)`.
    pub struct_size: usize,
    /// Handed back with every callback.
    pub userdata: *mut c_void,
    /// Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// Takes one record: its level, one of `PAMPAX_LOG_…`, and its JSON form of `length` bytes, which a NUL follows; see
    /// docs/schemas/log-record.schema.json. Must not block for long and must not call this library. Which levels come is said by
    /// the key `logging.level`.
    pub write:
        Option<unsafe extern "C" fn(userdata: *mut c_void, level: i32, record_json: *const c_char, length: usize)>,
}

// SAFETY: it is `repr(C)`, begins with the fields of a table, and holds pointers and functions that may be NULL.
unsafe impl Versioned for pampax_log {}
// SAFETY: as above.
unsafe impl Table for pampax_log {}

struct CLog {
    userdata: Userdata,
    write: unsafe extern "C" fn(*mut c_void, i32, *const c_char, usize),
}

impl CLog {
    /// # Safety
    /// As [`adopt`].
    unsafe fn new(table: *const pampax_log) -> Result<CLog> {
        // SAFETY: as for this function.
        let (table, userdata) = unsafe { adopt(table, "log") }?;
        Ok(CLog { userdata, write: needed(table.write, "write")? })
    }
}

impl LogSink for CLog {
    fn write(&self, record: &LogRecord<'_>) {
        let level = match record.level {
            Level::Error => PAMPAX_LOG_ERROR,
            Level::Warn => PAMPAX_LOG_WARN,
            Level::Info => PAMPAX_LOG_INFO,
            _ => PAMPAX_LOG_DEBUG,
        };
        // Records are made of numbers and texts, which always have a JSON form.
        let json = c_text(to_json(record).unwrap_or_default());
        // SAFETY: the caller's function is given what its type promises, for the time of the call.
        unsafe { (self.write)(self.userdata.pointer(), level, json.as_ptr(), json.as_bytes().len()) }
    }
}

/// Gives a host a log. The table is copied; its callback is called from any thread, also from several at once.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_host_set_log(
    host: *mut pampax_host,
    log: *const pampax_log,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        set(host, out_error, || {
            let log = Arc::new(CLog::new(log)?);
            Ok(Box::new(|host| host.with_log(log)))
        })
    }
}
