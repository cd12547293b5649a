//! What every command works with: the streams, the place, the seams, the limits of its calls.
//!
//! Never here: what a command does.

use crate::args::{ChoiceArgs, Cli};
use crate::measurements::Measurements;
use crate::output::Output;
use crate::place::{self, Choices, Place};
use pampax_core::config::{CliMode, Config, LogDestination, Settings};
use pampax_core::host::{JsonLog, LogSink};
use pampax_core::{CancelToken, Error, Host, Index, Limits, Result, Searcher};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The correlation id of a run that must be the same every time.
const SAME_EVERY_TIME: &str = "deterministic";

/// What a command works with.
pub struct Context {
    /// The streams.
    pub output: Output,
    place: Place,
    config: Config,
    host: Host,
    correlation_id: Option<String>,
    choices: ChoiceArgs,
    measurements: Option<Measurements>,
}

impl Context {
    /// The surroundings of the command that `cli` asks for.
    ///
    /// # Errors
    /// Those of [`Place::find`] and of the seams that the configuration names.
    pub fn new(cli: &Cli) -> Result<Context> {
        let place = Place::find(cli.command.location(), cli.choices.of())?;
        let mut config = place.settings().config.clone();
        cli.command.configure(&mut config);
        let output = Output::new(&cli.look, &config.cli);
        let host = config.equip(Host::default(), place.root())?;
        let writes_to_stderr = cli.look.verbose
            || config.cli.mode == CliMode::Verbose && !cli.look.is_chosen()
            || config.logging.destination == LogDestination::Stderr;
        let is_deterministic = cli.look.deterministic;
        let host = if writes_to_stderr { host.with_log(stderr_log(is_deterministic)) } else { host };
        let measurements = measurements(&config, &place);
        let host = match &measurements {
            Some(measurements) => host.with_metrics(measurements.registry()),
            None => host,
        };
        let same = is_deterministic.then(|| SAME_EVERY_TIME.to_owned());
        let correlation_id = cli.choices.correlation_id.clone().or(same);
        let choices = cli.choices.clone();
        Ok(Context { output, place, config, host, correlation_id, choices, measurements })
    }

    /// The place.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The configuration, with what the arguments of the command change.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The configuration that would hold with another file and with more keys set, and the index opened with it. The index
    /// is the same one unless it names another folder.
    ///
    /// # Errors
    /// `INVALID_CONFIG`, `IO` when the file cannot be read, those of [`Index::open`].
    pub fn other_index(&self, file: Option<&Path>, more: &[String]) -> Result<Index> {
        let set = [&self.choices.set[..], more].concat();
        let choices = Choices { config: file.or(self.choices.config.as_deref()), set: &set };
        let (layers, _) = place::layers(self.place.root(), choices)?;
        let mut config = Settings::of(&layers)?.config;
        if let (None, Some(folder)) = (&config.storage.index_dir, &self.config.storage.index_dir) {
            config = config.with_index_dir(folder);
        }
        let host = config.equip(Host::default(), self.place.root())?;
        Index::open(self.place.root(), &config, host)
    }

    /// Opens the index.
    ///
    /// # Errors
    /// Those of [`Index::open`].
    pub fn index(&self) -> Result<Index> {
        self.index_with(self.host.clone())
    }

    /// Opens the index with other seams.
    ///
    /// # Errors
    /// Those of [`Index::open`].
    pub fn index_with(&self, host: Host) -> Result<Index> {
        Index::open(self.place.root(), &self.config, host)
    }

    /// A copy of the seams.
    pub fn host(&self) -> Host {
        self.host.clone()
    }

    /// Opens the index and its last state.
    ///
    /// # Errors
    /// Those of [`Index::open`] and [`Index::searcher`].
    pub fn searcher(&self) -> Result<Searcher> {
        self.index()?.searcher()
    }

    /// What was measured before, where it is kept.
    pub fn measurements(&self) -> Option<&Measurements> {
        self.measurements.as_ref()
    }

    /// Adds what was measured since the last time to the configured file. Measurements that cannot be kept are told of and
    /// change nothing else.
    pub fn keep_measurements(&self) {
        if let Some(Err(error)) = self.measurements.as_ref().map(Measurements::keep) {
            self.output.warn(&error);
        }
    }

    /// The limits of a call that may take `timeout_ms`.
    pub fn limits(&self, timeout_ms: Option<u64>) -> Limits {
        let mut limits = Limits::default();
        limits.timeout = timeout_ms.map(Duration::from_millis);
        limits.correlation_id.clone_from(&self.correlation_id);
        limits
    }

    /// The limits of a call that may take `timeout_ms` and that an interrupt ends, with the index good.
    ///
    /// # Errors
    /// `INTERNAL` when interrupts cannot be handled.
    pub fn limits_until_interrupt(&self, timeout_ms: Option<u64>) -> Result<Limits> {
        let token = CancelToken::new();
        let limits = self.limits(timeout_ms).with_cancel(token.clone());
        ctrlc::set_handler(move || token.cancel())
            .map_err(|error| Error::internal(format!("interrupts cannot be handled: {error}")))?;
        Ok(limits)
    }
}

/// Where a configuration wants measurements kept, relative to the root.
fn measurements(config: &Config, place: &Place) -> Option<Measurements> {
    let file = config.metrics.file.as_ref().filter(|_| config.metrics.enabled)?;
    Some(Measurements::new(place.root().join(file)))
}

fn stderr_log(is_deterministic: bool) -> Arc<dyn LogSink> {
    let log = JsonLog::new(std::io::stderr());
    if is_deterministic { Arc::new(log.without_times()) } else { Arc::new(log) }
}
