//! Records as lines of JSON, into any writer.

use crate::host::log::{LogRecord, LogSink};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Writes each record as one line of JSON, whole, whatever the number of threads.
#[derive(Debug)]
pub struct JsonLog<W: Write + Send> {
    writer: Mutex<W>,
    lost: AtomicU64,
    has_times: bool,
}

impl<W: Write + Send> JsonLog<W> {
    /// A sink into `writer`.
    pub fn new(writer: W) -> JsonLog<W> {
        JsonLog { writer: Mutex::new(writer), lost: AtomicU64::new(0), has_times: true }
    }

    /// This sink, which writes the time 0 and no durations: the same run gives the same bytes.
    pub fn without_times(mut self) -> JsonLog<W> {
        self.has_times = false;
        self
    }

    /// The writer.
    pub fn into_inner(self) -> W {
        self.writer.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> LogSink for JsonLog<W> {
    fn write(&self, record: &LogRecord<'_>) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let timeless = LogRecord { time_ms: 0, duration_ms: None, ..record.clone() };
        let written = line(if self.has_times { record } else { &timeless })
            .and_then(|line| writer.write_all(&line).and_then(|()| writer.flush()));
        if written.is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// The record as a line that ends with a line feed.
pub(super) fn line(record: &LogRecord<'_>) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(512);
    serde_json::to_writer(&mut line, record)?;
    line.push(b'\n');
    Ok(line)
}
