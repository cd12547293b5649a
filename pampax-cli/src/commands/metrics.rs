//! `pampax metrics`.

use crate::args::{MetricsArgs, MetricsFormat};
use crate::context::Context;
use crate::failure::Outcome;
use crate::measurements::Measurements;
use pampax_core::host::Metric;
use pampax_core::host::metrics::{MetricsSink, Registry, Snapshot};
use pampax_core::{Error, HealthQuery, Result};
use std::sync::Arc;

/// Prints what the configured file holds, with the state of the index as it is now.
pub fn run(args: &MetricsArgs, context: &Context) -> Outcome {
    let measurements = context.measurements().filter(|_| !context.output.is_deterministic());
    let mut snapshot = measurements.map_or_else(|| Ok(Snapshot::default()), Measurements::stored)?;
    snapshot.merge(&of_index(context)?);
    match args.format {
        MetricsFormat::Json => context.output.write_json(&snapshot),
        MetricsFormat::Prometheus => context.output.write(&snapshot.prometheus()),
        MetricsFormat::Line => context.output.write(&snapshot.line_protocol(None)),
    }
}

/// The state of the index, as a look at its health measures it, or no more of it than stays the same where that is wanted.
/// Where there is none there is nothing to measure.
fn of_index(context: &Context) -> Result<Snapshot> {
    let registry = Arc::new(Registry::new());
    let index = context.index_with(context.host().with_metrics(registry.clone()))?;
    let status = match index.status() {
        Err(Error::IndexMissing { .. }) => return Ok(Snapshot::default()),
        other => other?,
    };
    if context.output.is_deterministic() {
        registry.gauge(Metric::IndexFiles.name(), status.totals.files as f64, &[]);
        registry.gauge(Metric::IndexChunks.name(), status.totals.chunks as f64, &[]);
        registry.gauge(Metric::IndexGeneration.name(), status.generation.0 as f64, &[]);
    } else {
        index.health(&HealthQuery::default(), &context.limits(None));
    }
    for (reason, count) in &status.skipped {
        registry.gauge(Metric::IndexSkippedFiles.name(), *count as f64, &[("reason", reason.as_str())]);
    }
    Ok(registry.snapshot())
}
