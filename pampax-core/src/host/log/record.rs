//! One log record and its written form.

use crate::error::{Degradation, ErrorCode};
use crate::host::log::{Event, Level};
use crate::source::named_enum;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use time::OffsetDateTime;

/// The version of the written form. It rises when a member changes its meaning or goes.
pub const SCHEMA: u32 = 1;

named_enum! {
    /// How an operation ended.
    Completion {
        /// As asked.
        Ok = "ok",
        /// With less than was asked; the fields say what is missing.
        Degraded = "degraded",
        /// With an error.
        Failed = "failed",
    }
}

impl Completion {
    /// The status of an answer that had to do without `degraded`. Going without an embedder by choice degrades nothing.
    pub(crate) fn of(degraded: &[Degradation]) -> Completion {
        if degraded.iter().any(Degradation::is_trouble) { Completion::Degraded } else { Completion::Ok }
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A count.
    Count(u64),
    /// A measurement.
    Number(f64),
    /// A yes or no.
    Truth(bool),
    /// A text.
    Text(Cow<'a, str>),
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Value::Count(count)
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        Value::Count(count as u64)
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Value::Truth(truth)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Count(count) => write!(formatter, "{count}"),
            Value::Number(number) => write!(formatter, "{number}"),
            Value::Truth(truth) => write!(formatter, "{truth}"),
            Value::Text(text) => write!(formatter, "{text:?}"),
        }
    }
}

/// The details of a record, by name. Written as one JSON object, or as `name=value` pairs.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a [(&'static str, Value<'a>)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

impl fmt::Display for Fields<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, value)) in self.0.iter().enumerate() {
            let gap = if position == 0 { "" } else { " " };
            write!(formatter, "{gap}{name}={value}")?;
        }
        Ok(())
    }
}

/// One thing that happened.
///
/// Its JSON form has the members `schema`, `time` (RFC 3339, UTC, milliseconds), `level`, `component`, `op`, `corr_id`,
/// `msg`, `status`, `duration_ms`, `err_code` and `fields`, always all of them and in this order; see
/// `docs/schemas/log-record.json`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LogRecord<'a> {
    /// When, in milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub event: Event,
    /// The same for every record of one request.
    pub correlation_id: &'a str,
    /// A sentence for people.
    pub message: &'a str,
    /// How the operation ended; `None` for something that happened on the way.
    pub status: Option<Completion>,
    /// How long the operation took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// The code of the error that ended the operation.
    pub error_code: Option<ErrorCode>,
    /// Details, by name.
    pub fields: &'a [(&'static str, Value<'a>)],
}

impl Serialize for LogRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("LogRecord", 11)?;
        record.serialize_field("schema", &SCHEMA)?;
        record.serialize_field("time", &rfc3339(self.time_ms))?;
        record.serialize_field("level", &self.level)?;
        record.serialize_field("component", self.event.component())?;
        record.serialize_field("op", self.event.op())?;
        record.serialize_field("corr_id", self.correlation_id)?;
        record.serialize_field("msg", self.message)?;
        record.serialize_field("status", &self.status)?;
        record.serialize_field("duration_ms", &self.duration_ms.map(rounded))?;
        record.serialize_field("err_code", &self.error_code.map(ErrorCode::name))?;
        record.serialize_field("fields", &Fields(self.fields))?;
        record.end()
    }
}

/// Microseconds are as fine as a duration is written.
fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 1_000.0).round() / 1_000.0
}

/// `time_ms` as RFC 3339 in UTC. A time past the year 9999 is written as the last moment of that year.
fn rfc3339(time_ms: u64) -> String {
    const LAST_SECOND: i64 = 253_402_300_799;
    let seconds = i64::try_from(time_ms / 1_000).unwrap_or(LAST_SECOND).min(LAST_SECOND);
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", u8::from(month), time_ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_709_210_096_007), "2024-02-29T12:34:56.007Z");
        assert_eq!(rfc3339(u64::MAX), "9999-12-31T23:59:59.615Z");
    }

    #[test]
    fn fields_are_written_as_pairs_and_as_an_object() {
        let fields = [("hits", Value::from(3_usize)), ("path", Value::from("a b")), ("ok", Value::from(true))];
        assert_eq!(Fields(&fields).to_string(), r#"hits=3 path="a b" ok=true"#);
        assert_eq!(serde_json::to_string(&Fields(&fields)).unwrap(), r#"{"hits":3,"path":"a b","ok":true}"#);
    }
}
