//! The log seam: versioned structured records of what happened, one table of the events there are.
//!
//! Never here: what happens; deciding where records go, which is the host's.

mod event;
mod file;
mod json;
mod record;

pub use event::Event;
pub use file::RotatingFile;
pub use json::JsonLog;
pub use record::{Completion, Fields, LogRecord, SCHEMA, Value};

use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

named_enum! {
    /// How much a record matters, the most urgent first.
    Level {
        /// Something stopped a call.
        Error = "error",
        /// Something was degraded or mended.
        Warn = "warn",
        /// A call ended.
        Info = "info",
        /// Detail for a developer.
        Debug = "debug",
    }
}

/// Takes log records.
///
/// Records come from any thread, also several at once.
pub trait LogSink: Send + Sync {
    /// Takes one record. Must not block for long and must not call the engine.
    fn write(&self, record: &LogRecord<'_>);

    /// Whether anything is done with records. The engine does not make records for a sink that says no. Default: true.
    fn is_listening(&self) -> bool {
        true
    }

    /// How many records could not be written since the sink was opened. Default: 0.
    fn lost(&self) -> u64 {
        0
    }
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullLog;

impl LogSink for NullLog {
    fn write(&self, _: &LogRecord<'_>) {}

    fn is_listening(&self) -> bool {
        false
    }
}

/// Gives every record to several sinks, in their order.
#[derive(Clone)]
pub struct TeeLog(pub Vec<Arc<dyn LogSink>>);

impl LogSink for TeeLog {
    fn write(&self, record: &LogRecord<'_>) {
        self.0.iter().for_each(|sink| sink.write(record));
    }

    fn is_listening(&self) -> bool {
        self.0.iter().any(|sink| sink.is_listening())
    }

    fn lost(&self) -> u64 {
        self.0.iter().map(|sink| sink.lost()).sum()
    }
}

/// Passes records on to the `tracing` subscriber of the program, with the target `pampax`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingLog;

macro_rules! trace {
    ($level:ident, $record:ident) => {
        tracing::$level!(
            target: "pampax",
            event = $record.event.name(),
            corr_id = $record.correlation_id,
            status = $record.status.map(Completion::name),
            duration_ms = $record.duration_ms,
            err_code = $record.error_code.map(|code| code.name()),
            fields = %Fields($record.fields),
            "{}",
            $record.message
        )
    };
}

impl LogSink for TracingLog {
    fn write(&self, record: &LogRecord<'_>) {
        match record.level {
            Level::Error => trace!(error, record),
            Level::Warn => trace!(warn, record),
            Level::Info => trace!(info, record),
            Level::Debug => trace!(debug, record),
        }
    }
}

#[cfg(test)]
mod tests;
