//! The sink that passes measurements on to the program's OpenTelemetry.
//!
//! Never here: types of OpenTelemetry in a public signature; exporting.

use super::MetricsSink;
use super::labels::Labels;
use super::measured::{Measured, MeasurementFault};
use super::table::{Metric, MetricKind, MetricUnit};
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};
use opentelemetry::{KeyValue, global};
use std::fmt;
use std::sync::OnceLock;

/// The scope of every instrument.
const SCOPE: &str = "pampax";

/// Passes measurements on to the global meter provider of OpenTelemetry that the program has set.
///
/// The instruments belong to the meter `pampax`; their names begin with `pampax_`, and their units, descriptions and bounds of
/// buckets are those of [`Metric`]. Each is made when its metric is first measured, so the provider must be set
/// before: what is measured before that is lost, and stays so for the metrics that were measured. How many sets of labels
/// are told apart is the provider's choice. What is wrong with a measurement is counted in `measurement_faults_total`.
pub struct OpenTelemetryMetrics {
    /// One for each metric, in the order of the table.
    instruments: Vec<OnceLock<Instrument>>,
}

enum Instrument {
    Counter(Counter<u64>),
    Gauge(Gauge<f64>),
    Histogram(Histogram<f64>),
}

impl OpenTelemetryMetrics {
    /// A sink without instruments yet.
    pub fn new() -> OpenTelemetryMetrics {
        OpenTelemetryMetrics { instruments: Metric::ALL.iter().map(|_| OnceLock::new()).collect() }
    }

    fn record(&self, name: &'static str, measured: Measured, labels: &[(&'static str, &str)]) {
        let fault = match measured.admit(name) {
            Ok(metric) => self.pass_on(metric, measured, labels),
            Err(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            self.pass_on(Metric::MeasurementFaultsTotal, Measured::Count(1), &fault.labels(name));
        }
    }

    /// Passes a measurement on; says what had to be changed about it.
    fn pass_on(&self, metric: Metric, measured: Measured, labels: &[(&'static str, &str)]) -> Option<MeasurementFault> {
        let (labels, all_known) = Labels::of(metric, labels);
        let attributes: Vec<KeyValue> =
            labels.iter().map(|(name, value)| KeyValue::new(name, value.to_owned())).collect();
        let instrument =
            self.instruments[metric as usize].get_or_init(|| Instrument::of(metric, &global::meter(SCOPE)));
        match (instrument, measured) {
            (Instrument::Counter(counter), Measured::Count(more)) => counter.add(more, &attributes),
            (Instrument::Gauge(gauge), Measured::Level(now)) => gauge.record(now, &attributes),
            (Instrument::Histogram(histogram), Measured::Observed(value, count)) => {
                (0..count).for_each(|_| histogram.record(value, &attributes));
            }
            _ => return Some(MeasurementFault::WrongKind),
        }
        (!all_known).then_some(MeasurementFault::UnknownLabel)
    }
}

impl Instrument {
    fn of(metric: Metric, meter: &Meter) -> Instrument {
        let (name, help, unit) = (metric.exported_name(), metric.help(), unit_of(metric));
        match metric.kind() {
            MetricKind::Counter => {
                Instrument::Counter(meter.u64_counter(name).with_description(help).with_unit(unit).build())
            }
            MetricKind::Gauge => {
                Instrument::Gauge(meter.f64_gauge(name).with_description(help).with_unit(unit).build())
            }
            MetricKind::Histogram => {
                let histogram = meter.f64_histogram(name).with_description(help).with_unit(unit);
                Instrument::Histogram(histogram.with_boundaries(metric.bounds().to_vec()).build())
            }
        }
    }
}

/// The unit as OpenTelemetry writes it, by the Unified Code for Units of Measure.
fn unit_of(metric: Metric) -> &'static str {
    match metric.unit() {
        MetricUnit::Milliseconds => "ms",
        MetricUnit::Seconds => "s",
        MetricUnit::Bytes => "By",
        MetricUnit::Tokens => "{token}",
        MetricUnit::Ratio | MetricUnit::Count => "1",
    }
}

impl Default for OpenTelemetryMetrics {
    fn default() -> OpenTelemetryMetrics {
        OpenTelemetryMetrics::new()
    }
}

impl fmt::Debug for OpenTelemetryMetrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.instruments.iter().filter(|instrument| instrument.get().is_some()).count();
        formatter.debug_struct("OpenTelemetryMetrics").field("instruments", &made).finish()
    }
}

impl MetricsSink for OpenTelemetryMetrics {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        self.record(name, Measured::Count(value), labels);
    }

    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.record(name, Measured::Level(value), labels);
    }

    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.record(name, Measured::Observed(value, 1), labels);
    }

    fn histogram_many(&self, name: &'static str, value: f64, count: u64, labels: &[(&'static str, &str)]) {
        self.record(name, Measured::Observed(value, count), labels);
    }
}
