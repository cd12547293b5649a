//! `pampax metrics`.

use crate::args::{MetricsArgs, MetricsFormat};
use crate::context::Context;
use crate::failure::Outcome;
use crate::measurements::Measurements;
use pampax_core::host::Metric;
use pampax_core::host::metrics::{MetricsSink, Registry, Snapshot};
use pampax_core::{Error, Result};

/// Prints what the configured file holds, with the state of the index as it is now.
pub fn run(args: &MetricsArgs, context: &Context) -> Outcome {
    let mut snapshot = context.measurements().map_or_else(|| Ok(Snapshot::default()), Measurements::stored)?;
    snapshot.merge(&of_index(context)?);
    match args.format {
        MetricsFormat::Json => context.output.write_json(&snapshot),
        MetricsFormat::Prometheus => context.output.write(&snapshot.prometheus()),
        MetricsFormat::Line => context.output.write(&snapshot.line_protocol(None)),
    }
}

/// The state of the index. Where there is none there is nothing to measure.
fn of_index(context: &Context) -> Result<Snapshot> {
    let status = match context.index()?.status() {
        Err(Error::IndexMissing { .. }) => return Ok(Snapshot::default()),
        other => other?,
    };
    let registry = Registry::new();
    let gauge = |metric: Metric, value: u64| registry.gauge(metric.name(), value as f64, &[]);
    gauge(Metric::IndexFiles, status.totals.files);
    gauge(Metric::IndexChunks, status.totals.chunks);
    gauge(Metric::IndexBytes, status.disk_bytes);
    gauge(Metric::IndexGeneration, status.generation.0);
    gauge(Metric::IndexDegradedFiles, status.degraded_files.len() as u64);
    for (reason, count) in &status.skipped {
        registry.gauge(Metric::IndexSkippedFiles.name(), *count as f64, &[("reason", reason.as_str())]);
    }
    Ok(registry.snapshot())
}
