//! Adjustments of the weights, as the index keeps them. They make no generation: what is indexed stays the same.
//!
//! Never here: how an adjustment is found.

use crate::error::{Error, Result};
use crate::index::Index;
use crate::index::write::Writer;
use crate::limits::{Limits, Watch};
use crate::search::Searcher;
use crate::search::tuning::{Tunings, Weighing};
use crate::store::catalog::Snapshot;
use crate::store::commit::Commit;

impl Index {
    /// The adjustments of the weights that were accepted for this index, and which of them is chosen.
    ///
    /// # Errors
    /// `INDEX_MISSING`, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`.
    pub fn tunings(&self) -> Result<Tunings> {
        let snapshot = Snapshot::open(&self.folder)?;
        let stored = snapshot.read().tunings()?;
        Tunings::read(stored.as_deref())
    }

    /// Chooses another adjustment of the weights, or with `None` those of the table. Searchers that are opened from now on
    /// use it; answers are then the same bytes as before it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when there is no such version, `INDEX_MISSING`, `INDEX_LOCKED` when something else is writing,
    /// `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`, `DEADLINE_EXCEEDED`, `CANCELLED`.
    pub fn use_tuning(&self, version: Option<u32>, limits: &Limits) -> Result<Tunings> {
        self.change_tunings(&self.host.watch(limits), |tunings| {
            if let Some(missing) = version.filter(|version| tunings.version(*version).is_none()) {
                return Err(Error::argument("version", format!("there is no version {missing}")));
            }
            tunings.active = version;
            Ok(())
        })
    }

    /// Changes what is kept, under the lock of the one writer.
    pub(crate) fn change_tunings(
        &self,
        watch: &Watch,
        change: impl FnOnce(&mut Tunings) -> Result<()>,
    ) -> Result<Tunings> {
        let writer: Writer = self.existing_writer(watch)?;
        let mut tunings = Tunings::read(writer.catalog().tunings()?.as_deref())?;
        change(&mut tunings)?;
        watch.check("commit")?;
        let mut commit = Commit::begin(writer.catalog())?;
        commit.set_tunings(&tunings.written()?)?;
        commit.commit()?;
        Ok(tunings)
    }

    /// A searcher over the last committed state with these weights, which keeps no answers.
    pub(crate) fn searcher_weighing(&self, weighing: Weighing) -> Result<Searcher> {
        self.open_searcher(weighing, |_| None)
    }
}
