//! What the engine tells the host about one request: log records under one correlation id.
//!
//! Never here: where records and measurements go.

use crate::error::{Degradation, Error, ErrorCode, Result};
use crate::host::clock::Clock;
use crate::host::log::{Completion, Event, Level, LogRecord, LogSink, NullLog, Value};
use crate::host::metrics::{Metric, MetricsSink, NullMetrics};
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The longest correlation id that is used, in characters; a longer one is cut.
pub const MAX_CORRELATION_ID: usize = 128;

/// Makes correlation ids that differ within a process and, in all likelihood, between processes.
#[derive(Debug, Default)]
pub(crate) struct CorrelationIds {
    keys: RandomState,
    count: AtomicU64,
}

impl CorrelationIds {
    /// The next id: 16 hexadecimal digits.
    pub(crate) fn next(&self) -> String {
        format!("{:016x}", self.keys.hash_one(self.count.fetch_add(1, Ordering::Relaxed)))
    }
}

/// Where observations of one request go. A clone is cheap; every stage and thread of the request holds one.
#[derive(Clone)]
pub struct Observer {
    shared: Arc<Shared>,
}

struct Shared {
    sinks: Sinks,
    correlation_id: String,
}

/// Where observations of a host go, and how much of them.
#[derive(Clone)]
pub(crate) struct Sinks {
    pub clock: Arc<dyn Clock>,
    pub log: Arc<dyn LogSink>,
    pub metrics: Arc<dyn MetricsSink>,
    /// The least urgent level that is logged.
    pub level: Level,
    /// Whether the text of questions is logged.
    pub logs_queries: bool,
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Observer").field("correlation_id", &self.correlation_id()).finish_non_exhaustive()
    }
}

/// The end of an operation that succeeded: what is told of it goes through here.
pub(crate) struct End<'a> {
    /// Whom the operation tells.
    pub observer: &'a Observer,
    event: Event,
    duration_ms: f64,
}

impl End<'_> {
    /// Measures how long the operation took.
    pub(crate) fn took(&self, metric: Metric, labels: &[(&'static str, &str)]) {
        self.observer.observe(metric, self.duration_ms, labels);
    }

    /// Tells the log, which gets its fields from `fields` only if it listens.
    pub(crate) fn log<'v>(
        &self,
        completion: Completion,
        message: &str,
        fields: impl FnOnce() -> Vec<(&'static str, Value<'v>)>,
    ) {
        let level = self.event.level();
        if self.observer.logs(level) {
            let (status, duration_ms) = (Some(completion), Some(self.duration_ms));
            let record = self.observer.record(self.event, level);
            self.observer.write(&LogRecord { message, status, duration_ms, fields: &fields(), ..record });
        }
    }
}

impl Observer {
    /// An observer of the request with this id.
    pub(crate) fn new(sinks: Sinks, correlation_id: &str) -> Observer {
        let correlation_id = correlation_id.chars().take(MAX_CORRELATION_ID).collect();
        Observer { shared: Arc::new(Shared { sinks, correlation_id }) }
    }

    /// An observer that keeps nothing.
    pub(crate) fn silent(clock: Arc<dyn Clock>) -> Observer {
        let (log, metrics) = (Arc::new(NullLog), Arc::new(NullMetrics));
        Observer::new(Sinks { clock, log, metrics, level: Level::Error, logs_queries: false }, "")
    }

    /// The id that every record of this request carries.
    pub fn correlation_id(&self) -> &str {
        &self.shared.correlation_id
    }

    /// The clock of the host.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.sinks.clock
    }

    /// Where measurements of this request go.
    pub fn metrics(&self) -> &dyn MetricsSink {
        &*self.shared.sinks.metrics
    }

    /// Whether the text of questions may be logged.
    pub fn logs_queries(&self) -> bool {
        self.shared.sinks.logs_queries
    }

    /// Whether a record of `level` would go anywhere.
    pub fn logs(&self, level: Level) -> bool {
        level <= self.shared.sinks.level && self.shared.sinks.log.is_listening()
    }

    /// Tells of something that happened on the way, at the level of its event.
    pub fn log(&self, event: Event, message: &str, fields: &[(&'static str, Value<'_>)]) {
        self.log_at(event.level(), event, message, fields);
    }

    /// Tells of something that matters more, or less, than its event usually does.
    pub(crate) fn log_at(&self, level: Level, event: Event, message: &str, fields: &[(&'static str, Value<'_>)]) {
        if self.logs(level) {
            self.write(&LogRecord { message, fields, ..self.record(event, level) });
        }
    }

    /// Whether measurements go anywhere.
    pub(crate) fn measures(&self) -> bool {
        self.metrics().is_listening()
    }

    /// Adds to a counter.
    pub fn count(&self, metric: Metric, value: u64, labels: &[(&'static str, &str)]) {
        self.metrics().counter(metric.name(), value, labels);
    }

    /// Sets a gauge.
    pub fn gauge(&self, metric: Metric, value: f64, labels: &[(&'static str, &str)]) {
        self.metrics().gauge(metric.name(), value, labels);
    }

    /// Records one observation of a distribution.
    pub fn observe(&self, metric: Metric, value: f64, labels: &[(&'static str, &str)]) {
        self.metrics().histogram(metric.name(), value, labels);
    }

    /// Counts what an answer had to do without.
    pub(crate) fn count_degraded(&self, degraded: &[Degradation]) {
        for degradation in degraded.iter().filter(|degradation| degradation.is_trouble()) {
            self.count(Metric::DegradedTotal, 1, &[("what", &degradation.what)]);
        }
    }

    /// Runs `work` as one operation and tells how it ended: `tell` says so of a result.
    ///
    /// # Errors
    /// Those of `work`.
    pub(crate) fn operation<T>(
        &self,
        event: Event,
        work: impl FnOnce() -> Result<T>,
        tell: impl FnOnce(&T, &End<'_>),
    ) -> Result<T> {
        let started_ns = self.clock().monotonic_ns();
        let outcome = work();
        let duration_ms = self.clock().monotonic_ns().saturating_sub(started_ns) as f64 / 1e6;
        match &outcome {
            Ok(value) => tell(value, &End { observer: self, event, duration_ms }),
            Err(error) => self.tell_failure(event, error, duration_ms),
        }
        outcome
    }

    /// Errors of arguments quote what was asked, so their text is kept back where questions are.
    fn tell_failure(&self, event: Event, error: &Error, duration_ms: f64) {
        let code = error.code();
        self.count(Metric::ErrorsTotal, 1, &[("code", code.name())]);
        let level = if code == ErrorCode::Internal { Level::Error } else { Level::Warn };
        if !self.logs(level) {
            return;
        }
        let quotes = code == ErrorCode::InvalidArgument && !self.logs_queries();
        let text = (!quotes).then(|| ("error", Value::from(error.to_string())));
        let fields: Vec<_> = text.into_iter().collect();
        let (status, error_code) = (Some(Completion::Failed), Some(code));
        let message = "the operation failed";
        let record = self.record(event, level);
        let duration_ms = Some(duration_ms);
        self.write(&LogRecord { message, status, duration_ms, error_code, fields: &fields, ..record });
    }

    fn record(&self, event: Event, level: Level) -> LogRecord<'_> {
        LogRecord {
            time_ms: self.clock().unix_ms(),
            level,
            event,
            correlation_id: self.correlation_id(),
            message: "",
            status: None,
            duration_ms: None,
            error_code: None,
            fields: &[],
        }
    }

    fn write(&self, record: &LogRecord<'_>) {
        self.shared.sinks.log.write(record);
        let lost = self.shared.sinks.log.lost();
        if lost > 0 {
            self.gauge(Metric::LogRecordsLost, lost as f64, &[]);
        }
    }
}
