//! A snapshot in the line protocol of InfluxDB.
//!
//! Never here: sending it.

use super::distribution::Distribution;
use super::family::Value;
use super::snapshot::Snapshot;

impl Snapshot {
    /// The snapshot in the line protocol of InfluxDB: one line for each series, with labels as tags. With `unix_ns` every
    /// line has this time, in nanoseconds since the Unix epoch; without it none has, and the receiver sets it.
    ///
    /// Names begin with `pampax_`. Counters and gauges have the field `value`; histograms have `count`, `sum`, `min`, `max`,
    /// `mean`, `p50`, `p95` and `p99`. A backslash in a label becomes a slash, because the protocol cannot hold every
    /// backslash; a count above 2^63 - 1 is written as that number.
    pub fn line_protocol(&self, unix_ns: Option<u64>) -> String {
        let time = unix_ns.map(|time| format!(" {time}")).unwrap_or_default();
        let mut lines = String::new();
        for family in self.families() {
            for series in &family.series {
                let tags = series.labels.iter().map(|(name, value)| format!(",{name}={}", escaped(value)));
                lines.push_str(family.metric.exported_name());
                lines.extend(tags);
                lines.push(' ');
                lines.push_str(&fields(&series.value));
                lines.push_str(&time);
                lines.push('\n');
            }
        }
        lines
    }
}

fn fields(value: &Value) -> String {
    match value {
        Value::Counter(sum) => format!("value={}", integer(*sum)),
        Value::Gauge(level) => format!("value={level}"),
        Value::Histogram(values) => fields_of(values),
    }
}

fn fields_of(values: &Distribution) -> String {
    let quantiles = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)].map(|(name, share)| (name, values.quantile(share)));
    let others = [("sum", values.sum()), ("min", values.min()), ("max", values.max()), ("mean", values.mean())];
    let floats = others.into_iter().chain(quantiles).map(|(name, value)| format!(",{name}={value}"));
    format!("count={}{}", integer(values.count()), floats.collect::<String>())
}

fn integer(value: u64) -> String {
    format!("{}i", value.min(i64::MAX as u64))
}

fn escaped(tag: &str) -> String {
    tag.replace('\\', "/").replace(',', "\\,").replace('=', "\\=").replace(' ', "\\ ")
}

#[cfg(test)]
mod tests {
    use crate::host::metrics::{Metric, MetricsSink, Registry, Snapshot};

    fn snapshot() -> Snapshot {
        let registry = Registry::new();
        registry.counter(Metric::ZeroResultsTotal.name(), 3, &[]);
        registry.counter(
            Metric::RemoteCallsTotal.name(),
            u64::MAX,
            &[("status", "a b,c=d\\\"é"), ("seam", "embedder")],
        );
        registry.gauge(Metric::CacheHitRatio.name(), 0.625, &[("cache", "search")]);
        registry.histogram(Metric::GraphLatencyMs.name(), 2.0, &[]);
        registry.histogram(Metric::GraphLatencyMs.name(), 4.0, &[]);
        registry.snapshot()
    }

    const LINES: &str = "\
pampax_cache_hit_ratio,cache=search value=0.625
pampax_graph_latency_ms count=2i,sum=6,min=2,max=4,mean=3,p50=2.000895,p95=4,p99=4
pampax_remote_calls_total,seam=embedder,status=a\\ b\\,c\\=d/\"é value=9223372036854775807i
pampax_zero_results_total value=3i
";

    #[test]
    fn each_series_is_a_line() {
        assert_eq!(snapshot().line_protocol(None), LINES);
        assert_eq!(Snapshot::default().line_protocol(None), "");
    }

    #[test]
    fn a_time_is_there_only_when_given() {
        let with_time = snapshot().line_protocol(Some(1_700_000_000_000_000_000));
        assert_eq!(with_time, LINES.replace('\n', " 1700000000000000000\n"));
    }

    /// The parts of a line by the rules of the protocol: a backslash before a comma, an equals sign or a space takes their
    /// meaning away, in what stands before the fields.
    fn parts(line: &str) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut characters = line.chars().peekable();
        while let Some(c) = characters.next() {
            let literal = if c == '\\' { characters.next_if(|next| ", =".contains(*next)) } else { None };
            match literal {
                Some(literal) => parts.last_mut().unwrap().push(literal),
                None if ", =".contains(c) => parts.extend([c.to_string(), String::new()]),
                None => parts.last_mut().unwrap().push(c),
            }
        }
        parts
    }

    proptest::proptest! {
        #[test]
        fn any_label_is_read_back(value in "[ -~é中,= \\\\\"]{0,70}") {
            let registry = Registry::new();
            registry.counter(Metric::CacheHits.name(), 1, &[("cache", &value)]);
            let snapshot = registry.snapshot();
            let expected = snapshot.series(Metric::CacheHits)[0].labels.get("cache").map(|kept| kept.replace('\\', "/"));
            let lines = snapshot.line_protocol(None);
            let found = parts(lines.strip_suffix('\n').unwrap());
            let tag: Vec<String> = expected.iter().flat_map(|kept| [",", "cache", "=", kept].map(str::to_owned)).collect();
            let before = ["pampax_cache_hits".to_owned()];
            let after = [" ", "value", "=", "1i"].map(str::to_owned);
            proptest::prop_assert_eq!(found, [&before[..], &tag, &after].concat());
        }
    }
}
