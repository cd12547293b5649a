//! Where measurements of a program go.

use super::{pampax_host, set};
use crate::boundary::{Table, Userdata, Versioned, adopt, needed};
use crate::error::pampax_error;
use crate::pampax_status;
use crate::text::c_text;
use pampax_core::Result;
use pampax_core::host::MetricsSink;
use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

/// A sum that only grows; the value is added to it.
pub const PAMPAX_COUNTER: i32 = 0;
/// The last value that was seen.
pub const PAMPAX_GAUGE: i32 = 1;
/// A distribution of values, of which this is one.
pub const PAMPAX_HISTOGRAM: i32 = 2;

/// One measurement. It belongs to the engine and is valid until the callback returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_measurement {
    /// The size of the structure that the library has.
    pub struct_size: usize,
    /// `PAMPAX_COUNTER`, `PAMPAX_GAUGE` or `PAMPAX_HISTOGRAM`.
    pub kind: i32,
    /// The stable name, as docs/operations.md lists it.
    pub name: *const c_char,
    /// What was measured.
    pub value: f64,
    /// How often the same value was measured; 1 but for histograms whose measurements are sampled.
    pub count: u64,
    /// How many labels there are.
    pub label_count: usize,
    /// Their names.
    pub label_names: *const *const c_char,
    /// Their values, in the same order.
    pub label_values: *const *const c_char,
}

/// Takes measurements.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pampax_metrics {
    /// `sizeof(pampax_metrics)`.
    pub struct_size: usize,
    /// Handed back with every callback.
    pub userdata: *mut c_void,
    /// Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
    pub destroy: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
    /// Takes one measurement, in the middle of the engine's work: must be quick and must not call this library.
    pub measure: Option<unsafe extern "C" fn(userdata: *mut c_void, measurement: *const pampax_measurement)>,
}

// SAFETY: it is `repr(C)`, begins with the fields of a table, and holds pointers and functions that may be NULL.
unsafe impl Versioned for pampax_metrics {}
// SAFETY: as above.
unsafe impl Table for pampax_metrics {}

struct CMetrics {
    userdata: Userdata,
    measure: unsafe extern "C" fn(*mut c_void, *const pampax_measurement),
}

/// What was measured, and how often.
struct Measured {
    kind: i32,
    value: f64,
    count: u64,
}

impl CMetrics {
    /// # Safety
    /// As [`adopt`].
    unsafe fn new(table: *const pampax_metrics) -> Result<CMetrics> {
        // SAFETY: as for this function.
        let (table, userdata) = unsafe { adopt(table, "metrics") }?;
        Ok(CMetrics { userdata, measure: needed(table.measure, "measure")? })
    }

    fn measure(&self, name: &str, measured: Measured, labels: &[(&'static str, &str)]) {
        let name = c_text(name);
        let texts: Vec<(CString, CString)> =
            labels.iter().map(|(name, value)| (c_text(*name), c_text(*value))).collect();
        let names: Vec<*const c_char> = texts.iter().map(|(name, _)| name.as_ptr()).collect();
        let values: Vec<*const c_char> = texts.iter().map(|(_, value)| value.as_ptr()).collect();
        let measurement = pampax_measurement {
            struct_size: size_of::<pampax_measurement>(),
            kind: measured.kind,
            name: name.as_ptr(),
            value: measured.value,
            count: measured.count,
            label_count: labels.len(),
            label_names: names.as_ptr(),
            label_values: values.as_ptr(),
        };
        // SAFETY: the caller's function is given what its type promises, for the time of the call.
        unsafe { (self.measure)(self.userdata.pointer(), &measurement) }
    }
}

impl MetricsSink for CMetrics {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        self.measure(name, Measured { kind: PAMPAX_COUNTER, value: value as f64, count: 1 }, labels);
    }

    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.measure(name, Measured { kind: PAMPAX_GAUGE, value, count: 1 }, labels);
    }

    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.histogram_many(name, value, 1, labels);
    }

    fn histogram_many(&self, name: &'static str, value: f64, count: u64, labels: &[(&'static str, &str)]) {
        self.measure(name, Measured { kind: PAMPAX_HISTOGRAM, value, count }, labels);
    }
}

/// Gives a host a sink of measurements, beside what `pampax_index_metrics` keeps. The table is copied; its callback is
/// called from any thread, also from several at once.
///
/// # Safety
/// The pointers are as the head of the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pampax_host_set_metrics(
    host: *mut pampax_host,
    metrics: *const pampax_metrics,
    out_error: *mut *mut pampax_error,
) -> pampax_status {
    // SAFETY: the caller keeps the promises of the head of the header.
    unsafe {
        set(host, out_error, || {
            let metrics = Arc::new(CMetrics::new(metrics)?);
            Ok(Box::new(|host| host.with_metrics(metrics)))
        })
    }
}
