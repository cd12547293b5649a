//! A snapshot in the text format of Prometheus.
//!
//! Never here: serving it.

use super::distribution::Distribution;
use super::family::{Family, Series, Value};
use super::labels::Labels;
use super::snapshot::Snapshot;
use super::table::MetricKind;
use std::borrow::Cow;
use std::fmt::{Result, Write};

/// The content type of what [`Snapshot::prometheus`] writes, for a host that serves it.
pub const PROMETHEUS_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

impl Snapshot {
    /// The snapshot in the text format of Prometheus, version 0.0.4, without timestamps.
    ///
    /// Names begin with `pampax_`, those of counters end in `_total`, histograms have the buckets of
    /// [`Metric::bounds`](super::Metric::bounds). A value counts as being within a bound to three significant digits.
    pub fn prometheus(&self) -> String {
        let mut text = String::new();
        let written = self.families().iter().try_for_each(|family| write_family(&mut text, family));
        written.expect("writing to a string cannot fail");
        text
    }
}

fn name_of(family: &Family) -> Cow<'static, str> {
    let name = family.metric.exported_name();
    match family.metric.kind() {
        MetricKind::Counter if !name.ends_with("_total") => Cow::Owned(format!("{name}_total")),
        _ => Cow::Borrowed(name),
    }
}

fn write_family(text: &mut String, family: &Family) -> Result {
    let name = name_of(family);
    writeln!(text, "# HELP {name} {}", escaped(family.metric.help()))?;
    writeln!(text, "# TYPE {name} {}", family.metric.kind())?;
    family.series.iter().try_for_each(|Series { labels, value }| match value {
        Value::Counter(sum) => write_sample(text, &name, labels, sum),
        Value::Gauge(level) => write_sample(text, &name, labels, level),
        Value::Histogram(values) => write_histogram(text, family, labels, values),
    })
}

fn write_histogram(text: &mut String, family: &Family, labels: &Labels, values: &Distribution) -> Result {
    let (name, bounds) = (family.metric.exported_name(), family.metric.bounds());
    let bucket = format!("{name}_bucket");
    for (bound, count) in bounds.iter().zip(values.cumulative(bounds)) {
        write_bucket(text, &bucket, (labels, bound), count)?;
    }
    write_bucket(text, &bucket, (labels, &"+Inf"), values.count())?;
    write_sample(text, &format!("{name}_sum"), labels, &values.sum())?;
    write_sample(text, &format!("{name}_count"), labels, &values.count())
}

fn write_bucket(
    text: &mut String,
    name: &str,
    (labels, bound): (&Labels, &dyn std::fmt::Display),
    count: u64,
) -> Result {
    write!(text, "{name}{{")?;
    labels.iter().try_for_each(|(label, value)| write!(text, "{label}=\"{}\",", quoted(value)))?;
    writeln!(text, "le=\"{bound}\"}} {count}")
}

fn write_sample(text: &mut String, name: &str, labels: &Labels, value: &dyn std::fmt::Display) -> Result {
    text.write_str(name)?;
    for (position, (label, value)) in labels.iter().enumerate() {
        write!(text, "{}{label}=\"{}\"", if position == 0 { '{' } else { ',' }, quoted(value))?;
    }
    writeln!(text, "{} {value}", if labels.iter().next().is_some() { "}" } else { "" })
}

fn escaped(help: &str) -> String {
    help.replace('\\', "\\\\").replace('\n', "\\n")
}

fn quoted(value: &str) -> String {
    escaped(value).replace('"', "\\\"")
}

#[cfg(test)]
mod tests;
