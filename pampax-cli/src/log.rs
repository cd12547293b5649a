//! Log records on standard error, for `--verbose`.

use pampax_core::host::{LogRecord, LogSink};
use std::io::{self, Write};

/// Writes each record as one line of JSON.
#[derive(Debug)]
pub struct StderrLog;

impl LogSink for StderrLog {
    fn write(&self, record: &LogRecord<'_>) {
        let mut stderr = io::stderr().lock();
        // A log that cannot be written has nowhere to say so.
        drop(serde_json::to_writer(&mut stderr, record).map_err(io::Error::from).and_then(|()| writeln!(stderr)));
    }
}
