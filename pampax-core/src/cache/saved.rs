//! The saved answers as a searcher sees them: looked for once for each searcher that is opened, and only read.
//!
//! Never here: the file itself (`store/saved.rs`), and saving.

use crate::cache::{CacheName, Label};
use crate::error::Error;
use crate::host::Observer;
use crate::host::log::Event;
use crate::store::catalog::State;
use crate::store::saved::SavedFile;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The answers that were saved in one index folder.
pub(crate) struct SavedAnswers {
    folder: PathBuf,
    is_enabled: bool,
    slot: Mutex<Slot>,
}

/// What is known of the file.
enum Slot {
    /// There is nothing to find in it.
    Without,
    /// It may hold answers of this state.
    Unopened(State),
    /// It holds answers of this state.
    Open(State, Open),
}

/// The file, and the keys of what it holds.
struct Open {
    file: SavedFile,
    keys: HashSet<[u8; 32]>,
}

impl SavedAnswers {
    /// The answers saved in `folder`.
    pub(crate) fn new(folder: PathBuf, is_enabled: bool) -> SavedAnswers {
        SavedAnswers { folder, is_enabled, slot: Mutex::new(Slot::Without) }
    }

    /// Looks for answers of `state` from the next look-up on.
    pub(crate) fn look_for(&self, state: &State) {
        if !self.is_enabled {
            return;
        }
        let mut slot = self.lock();
        if !matches!(&*slot, Slot::Open(open, _) if open == state) {
            *slot = Slot::Unopened(state.clone());
        }
    }

    /// Closes the file and looks no more into it.
    pub(crate) fn forget(&self) {
        *self.lock() = Slot::Without;
    }

    /// The saved answer under `label`. A file that cannot be used is as good as none, and is logged.
    pub(super) fn get<V: DeserializeOwned>(
        &self,
        (cache, label): (CacheName, &Label),
        observer: &Observer,
    ) -> Option<V> {
        let mut slot = self.lock();
        if matches!(&*slot, Slot::Unopened(state) if *state == label.state) {
            *slot = self.open(&label.state, observer);
        }
        let Slot::Open(state, open) = &*slot else { return None };
        if *state != label.state || !open.keys.contains(label.key.bytes()) {
            return None;
        }
        let found = match open.file.find(label.key.bytes()) {
            Ok(found) => found?,
            // Whoever saves holds the file for a moment; the answer is then computed.
            Err(Error::IndexLocked { .. }) => return None,
            Err(error) => {
                *slot = unusable(&error.to_string(), observer);
                return None;
            }
        };
        let answer = serde_json::from_slice(&found).ok();
        if answer.is_none() {
            *slot = unusable(&format!("an answer of the cache `{cache}` cannot be read"), observer);
        }
        answer
    }

    fn open(&self, state: &State, observer: &Observer) -> Slot {
        let opened = SavedFile::open(&self.folder).and_then(|file| match file {
            Some(file) if file.holds(state)? => {
                let keys = file.keys()?;
                Ok(Slot::Open(state.clone(), Open { file, keys }))
            }
            _ => Ok(Slot::Without),
        });
        match opened {
            Ok(slot) => slot,
            // Whoever saves holds the file for a moment; the next look-up tries again.
            Err(Error::IndexLocked { .. }) => Slot::Unopened(state.clone()),
            Err(error) => unusable(&error.to_string(), observer),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unusable(why: &str, observer: &Observer) -> Slot {
    let message = "the saved answers cannot be used; `pampax cache warm` makes them anew";
    observer.log(Event::CacheSkipSaved, message, &[("why", why.into())]);
    Slot::Without
}
