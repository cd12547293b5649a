//! How bundles are told to the log and measured.
//!
//! Never here: what is in them.

use crate::assemble::Bundle;
use crate::cache::Source;
use crate::host::Metric;
use crate::host::log::Completion;
use crate::host::observe::End;
use crate::search::told::{missing, question};

/// Tells of a bundle for a question.
pub(super) fn assembled((bundle, source): &(Bundle, Source), end: &End<'_>) {
    end.took(Metric::AssembleLatencyMs, &[("answer", source.name())]);
    end.observer.count_degraded(&bundle.degraded);
    end.observer.observe(Metric::TokenUsage, bundle.tokens as f64, &[]);
    end.observer.observe(Metric::BudgetUtilization, bundle.tokens as f64 / bundle.budget.max(1) as f64, &[]);
    self::bundle(bundle, end);
}

/// Tells of a bundle of named pieces, or one that was made again.
pub(super) fn bundle(bundle: &Bundle, end: &End<'_>) {
    end.log(Completion::of(&bundle.degraded), "a bundle was put together", || {
        let mut fields = question(&bundle.query, end.observer);
        fields.push(("tokens", bundle.tokens.into()));
        fields.push(("budget", bundle.budget.into()));
        fields.push(("items", bundle.items.len().into()));
        fields.push(("dropped", bundle.dropped.len().into()));
        fields.push(("stop", bundle.stop.reason.name().into()));
        fields.push(("generation", bundle.generation.0.into()));
        fields.extend(missing(&bundle.degraded));
        fields
    });
}
