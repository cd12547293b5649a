//! The seams: what the engine asks of the program it runs in. These are the only traits users implement.
//!
//! Never here: what the engine does with the answers.

pub mod clock;
pub(crate) mod counts;
pub mod embed;
pub(crate) mod guard;
#[cfg(feature = "http")]
pub mod http;
pub mod log;
pub mod metrics;
pub mod observe;
pub mod remote;
pub mod rerank;
pub mod tokens;

use crate::limits::{Limits, Watch};
use observe::{CorrelationIds, Sinks};
use remote::line::Line;
use std::sync::Arc;

pub use clock::{Clock, SystemClock};
pub use embed::{Embedder, Purpose};
pub use log::{Event, JsonLog, Level, LogRecord, LogSink, NullLog, RotatingFile, TeeLog, TracingLog};
pub use metrics::{Metric, MetricKind, MetricUnit, MetricsSink, NullMetrics};
pub use observe::Observer;
pub use remote::{BreakerState, RETRIED_STATUSES, RemoteError, RemotePolicy, Seam};
pub use rerank::Reranker;
pub use tokens::TokenCounter;

/// What a seam returns when it fails.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The seams of one index. Default: no embedder, no reranker, no extra tokenizer, the system clock, silent sinks.
#[derive(Clone)]
#[non_exhaustive]
pub struct Host {
    /// Turns text into vectors. Default: none; the built-in model does then, unless the configuration has none. Without any,
    /// search is lexical and says so.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Reorders the best hits. Default: none.
    pub reranker: Option<Arc<dyn Reranker>>,
    /// Counts tokens for the tokenizer names the engine does not know. Default: none.
    pub token_counter: Option<Arc<dyn TokenCounter>>,
    /// Tells the time. Default: the system's clock.
    pub clock: Arc<dyn Clock>,
    /// Takes log records. Default: none kept.
    pub log: Arc<dyn LogSink>,
    /// Takes measurements. Default: none kept.
    pub metrics: Arc<dyn MetricsSink>,
    pub(crate) log_level: Level,
    pub(crate) logs_queries: bool,
    correlation_ids: Arc<CorrelationIds>,
    /// How the embedder and the reranker are called. Default: that of [`RemotePolicy`].
    pub remote: RemotePolicy,
    /// Whether the embedder computes in this process.
    embedder_is_local: bool,
    /// What all clones know of the embedder and of the reranker.
    embedder_line: Arc<Line>,
    reranker_line: Arc<Line>,
}

impl Default for Host {
    fn default() -> Host {
        Host {
            embedder: None,
            reranker: None,
            token_counter: None,
            clock: Arc::new(SystemClock::new()),
            log: Arc::new(NullLog),
            metrics: Arc::new(NullMetrics),
            log_level: Level::Info,
            logs_queries: false,
            correlation_ids: Arc::default(),
            remote: RemotePolicy::default(),
            embedder_is_local: false,
            embedder_line: Arc::default(),
            reranker_line: Arc::default(),
        }
    }
}

impl Host {
    /// This host with an embedder, of which nothing bad is known yet.
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Host {
        self.embedder = Some(embedder);
        self.embedder_is_local = false;
        self.embedder_line = Arc::default();
        self
    }

    /// This host with an embedder that computes in this process, as quickly as files are parsed: it is called as it is, on
    /// the threads that parse and search, several at once, without a limit of time, another try or a circuit breaker. The
    /// same text must give the same vector, and [`Embedder::dimensions`] must be known from the start.
    pub fn with_local_embedder(mut self, embedder: Arc<dyn Embedder>) -> Host {
        self = self.with_embedder(embedder);
        self.embedder_is_local = true;
        self
    }

    /// The embedder, if it computes in this process.
    pub(crate) fn local_embedder(&self) -> Option<&dyn Embedder> {
        self.embedder.as_deref().filter(|_| self.embedder_is_local)
    }

    /// This host with a reranker, of which nothing bad is known yet.
    pub fn with_reranker(mut self, reranker: Arc<dyn Reranker>) -> Host {
        self.reranker = Some(reranker);
        self.reranker_line = Arc::default();
        self
    }

    /// This host with a token counter.
    pub fn with_token_counter(mut self, counter: Arc<dyn TokenCounter>) -> Host {
        self.token_counter = Some(counter);
        self
    }

    /// This host with a clock.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Host {
        self.clock = clock;
        self
    }

    /// This host with a log sink.
    pub fn with_log(mut self, log: Arc<dyn LogSink>) -> Host {
        self.log = log;
        self
    }

    /// This host with a metrics sink.
    pub fn with_metrics(mut self, metrics: Arc<dyn MetricsSink>) -> Host {
        self.metrics = metrics;
        self
    }

    /// Starts the time of one call, under the correlation id that `limits` names or one of its own.
    pub(crate) fn watch(&self, limits: &Limits) -> Watch {
        let sinks = Sinks {
            clock: self.clock.clone(),
            log: self.log.clone(),
            metrics: self.metrics.clone(),
            level: self.log_level,
            logs_queries: self.logs_queries,
        };
        let own = || self.correlation_ids.next();
        let id = limits.correlation_id.clone().unwrap_or_else(own);
        Watch::observed(limits, Observer::new(sinks, &id))
    }

    /// This host with a policy for calls of its embedder and its reranker.
    pub fn with_remote(mut self, policy: RemotePolicy) -> Host {
        self.remote = policy;
        self
    }

    /// Whether calls of `seam` go through now. Clones of a host share what they learn of a seam.
    pub fn remote_state(&self, seam: Seam) -> BreakerState {
        self.line(seam).state(self.clock.monotonic_ns())
    }

    /// The way to `seam`.
    pub(crate) fn line(&self, seam: Seam) -> &Arc<Line> {
        match seam {
            Seam::Embedder => &self.embedder_line,
            Seam::Reranker => &self.reranker_line,
        }
    }
}
