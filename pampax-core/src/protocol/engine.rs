//! An index that is asked in JSON, and its searchers.
//!
//! Never here: which operations there are.

use crate::config::ReloadReport;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::host::metrics::{Registry, Snapshot, TeeMetrics};
use crate::index::Index;
use crate::limits::Limits;
use crate::protocol::operations::answer;
use crate::protocol::options::Options;
use crate::protocol::request::Call;
use crate::search::Searcher;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// An index, its configuration and its measurements behind one handle, for hosts that speak JSON. All calls may be made
/// from several threads at once.
pub struct Engine {
    index: RwLock<Arc<Index>>,
    registry: Option<Arc<Registry>>,
}

/// Whom a request is addressed to.
pub(super) enum Target<'a> {
    Engine(&'a Engine),
    Searcher(&'a Searcher),
}

impl Engine {
    /// An index of `root`, with the seams of `host` and those that the configuration names. Cheap: nothing is read or made
    /// before it is needed.
    ///
    /// # Errors
    /// `INVALID_CONFIG` naming the key, `IO` when `root` is not a folder or a log file cannot be opened.
    pub fn open(root: &Path, options: &Options, host: Host) -> Result<Engine> {
        let config = options.to_config()?;
        let registry = options.metrics.then(|| Arc::new(Registry::new()));
        let host = match &registry {
            Some(registry) => {
                let sinks = TeeMetrics(vec![registry.clone(), host.metrics.clone()]);
                host.with_metrics(Arc::new(sinks))
            }
            None => host,
        };
        let host = config.equip(host, root)?;
        Ok(Engine { index: RwLock::new(Arc::new(Index::open(root, &config, host)?)), registry })
    }

    /// An engine over an index that was opened by itself. Measurements go where that one's host takes them, and not to
    /// [`Engine::metrics`].
    pub fn of(index: Index) -> Engine {
        Engine { index: RwLock::new(Arc::new(index)), registry: None }
    }

    /// The index under the configuration in effect.
    pub fn index(&self) -> Arc<Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A searcher over the last committed state.
    ///
    /// # Errors
    /// Those of [`Index::searcher`].
    pub fn searcher(&self) -> Result<Searcher> {
        self.index().searcher()
    }

    /// Takes over another configuration; see [`Index::reloaded`]. Calls that run, and searchers, keep the one they have.
    ///
    /// # Errors
    /// `INVALID_CONFIG` naming the key; nothing is changed then.
    pub fn reload(&self, options: &Options) -> Result<ReloadReport> {
        let config = options.to_config()?;
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        let (reloaded, report) = index.reloaded(&config)?;
        *index = Arc::new(reloaded);
        Ok(report)
    }

    /// What was measured since the engine was opened; nothing when measurements are not kept.
    pub fn metrics(&self) -> Snapshot {
        self.registry.as_ref().map(|registry| registry.snapshot()).unwrap_or_default()
    }

    /// Answers a request. Questions that a searcher answers go to the last committed state, which is opened for it; ask a
    /// searcher of your own ([`ask`]) where that happens often.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `request` is no request, or of an operation that there is not; those of the operation.
    pub fn call(&self, request: &str, limits: &Limits) -> Result<String> {
        answer(&Target::Engine(self), Call::read(request)?, limits)
    }
}

/// Answers a request of one state of the index.
///
/// # Errors
/// As [`Engine::call`]; `INVALID_ARGUMENT` for operations that only an index answers.
pub fn ask(searcher: &Searcher, request: &str, limits: &Limits) -> Result<String> {
    answer(&Target::Searcher(searcher), Call::read(request)?, limits)
}

impl Target<'_> {
    pub fn engine(&self, operation: &str) -> Result<&Engine> {
        match self {
            Target::Engine(engine) => Ok(engine),
            Target::Searcher(_) => {
                Err(Error::argument("op", format!("`{operation}` is asked of an index, not of a searcher")))
            }
        }
    }

    pub fn searcher(&self) -> Result<Searcher> {
        match self {
            Target::Engine(engine) => engine.searcher(),
            Target::Searcher(searcher) => Ok((*searcher).clone()),
        }
    }
}
