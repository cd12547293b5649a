//! Calls that tell something on their way.
//!
//! Never here: who listens.

use crate::mailbox::Mailbox;
use pampax_core::index::report::Progress;
use pampax_core::protocol::Engine;
use pampax_core::{Error, Limits, Result};

/// A document as text.
///
/// # Errors
/// `INTERNAL` when it has no JSON form.
pub fn text<T: serde::Serialize>(document: &T) -> Result<String> {
    serde_json::to_string(document).map_err(|error| Error::internal(format!("an answer has no JSON form: {error}")))
}

/// Updates the index; `mailbox` gets every stage, and of one stage the last state that it has time for.
///
/// # Errors
/// Those of [`pampax_core::Index::update`].
pub fn update(engine: &Engine, limits: &Limits, mailbox: &Mailbox) -> Result<String> {
    let tell = |progress: Progress| {
        let Ok(letter) = serde_json::to_string(&progress) else { return };
        let stage = letter.split(',').next().unwrap_or_default().to_owned();
        mailbox.push_over(letter, |last| last.split(',').next() == Some(&stage));
    };
    text(&engine.index().update_with_progress(limits, &tell)?)
}

/// Watches the tree until `limits` end it; `mailbox` gets every event.
///
/// # Errors
/// Those of `Index::watch`; `INVALID_ARGUMENT` in a build that does not watch.
#[cfg(feature = "watch")]
pub fn watch(engine: &Engine, limits: &Limits, mailbox: &Mailbox) -> Result<String> {
    use pampax_core::index::watch::WatchEvent;
    use serde_json::json;

    let summary = engine.index().watch(limits, |event| {
        let told = match &event {
            WatchEvent::Updated(report) => json!({ "event": "updated", "report": report }),
            WatchEvent::Failed(error) => json!({ "event": "failed", "error": error.document().error }),
            WatchEvent::Rescanning(error) => json!({ "event": "rescanning", "error": error.document().error }),
            _ => return,
        };
        mailbox.push(told.to_string());
    })?;
    text(&json!({ "updates": summary.updates, "failures": summary.failures }))
}

/// Says that this build does not watch.
///
/// # Errors
/// `INVALID_ARGUMENT`, always.
#[cfg(not(feature = "watch"))]
pub fn watch(_: &Engine, _: &Limits, _: &Mailbox) -> Result<String> {
    Err(Error::argument("watch", "this build has no watcher"))
}
