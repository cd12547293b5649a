//! How bundles are told to the log.
//!
//! Never here: what is in them.

use crate::assemble::Bundle;
use crate::host::log::Completion;
use crate::host::observe::Ending;
use crate::search::told::missing;

/// How a bundle is told.
pub(super) fn bundle(bundle: &Bundle) -> Ending<'static> {
    let mut fields = vec![
        ("tokens", bundle.tokens.into()),
        ("budget", bundle.budget.into()),
        ("items", bundle.items.len().into()),
        ("dropped", bundle.dropped.len().into()),
        ("stop", bundle.stop.reason.name().into()),
        ("generation", bundle.generation.0.into()),
    ];
    fields.extend(missing(&bundle.degraded));
    Ending { status: Completion::of(&bundle.degraded), message: "a bundle was put together", fields }
}
