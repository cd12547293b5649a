//! A JavaScript function as the log sink.

use crate::mailbox::Mailbox;
use pampax_core::host::{LogRecord, LogSink};

/// A function as the log sink.
pub struct JsLog(pub Mailbox);

impl LogSink for JsLog {
    fn write(&self, record: &LogRecord<'_>) {
        // A record is made of texts and numbers: it always has a JSON form.
        if let Ok(letter) = serde_json::to_string(record) {
            self.0.push(letter);
        }
    }

    fn lost(&self) -> u64 {
        self.0.lost()
    }
}
