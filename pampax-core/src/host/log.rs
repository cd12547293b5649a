//! The log seam: structured records with stable dotted event names.

use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// How much a record matters.
    Level {
        /// Something stopped a call.
        Error = "error",
        /// Something was degraded or mended.
        Warn = "warn",
        /// A call finished.
        Info = "info",
        /// Detail for a developer.
        Debug = "debug",
    }
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct LogRecord<'a> {
    /// How much it matters.
    pub level: Level,
    /// The stable dotted name of the event, such as `index.file_skipped`.
    pub event: &'static str,
    /// A sentence for people.
    pub message: &'a str,
    /// Details, by name.
    pub fields: &'a [(&'static str, String)],
}

impl<'a> LogRecord<'a> {
    /// A record of `event`.
    pub fn new(level: Level, event: &'static str, message: &'a str, fields: &'a [(&'static str, String)]) -> Self {
        LogRecord { level, event, message, fields }
    }
}

/// Takes log records.
pub trait LogSink: Send + Sync {
    /// Takes one record. Must not block for long and must not call the engine.
    fn write(&self, record: &LogRecord<'_>);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullLog;

impl LogSink for NullLog {
    fn write(&self, _: &LogRecord<'_>) {}
}

/// Passes records on to the `tracing` subscriber of the program.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingLog;

impl LogSink for TracingLog {
    fn write(&self, record: &LogRecord<'_>) {
        let fields = record.fields;
        match record.level {
            Level::Error => tracing::error!(event = record.event, ?fields, "{}", record.message),
            Level::Warn => tracing::warn!(event = record.event, ?fields, "{}", record.message),
            Level::Info => tracing::info!(event = record.event, ?fields, "{}", record.message),
            Level::Debug => tracing::debug!(event = record.event, ?fields, "{}", record.message),
        }
    }
}
