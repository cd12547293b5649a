//! A JavaScript function as the metrics sink.

use crate::mailbox::Mailbox;
use pampax_core::host::MetricsSink;
use serde_json::{Map, Value, json};

/// A function as the metrics sink.
pub struct JsMetrics(pub Mailbox);

impl JsMetrics {
    fn tell(&self, kind: &str, name: &str, (value, count): (Value, u64), labels: &[(&'static str, &str)]) {
        let labels: Map<String, Value> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let measurement = json!({ "kind": kind, "name": name, "value": value, "count": count, "labels": labels });
        self.0.push(measurement.to_string());
    }
}

impl MetricsSink for JsMetrics {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        self.tell("counter", name, (value.into(), 1), labels);
    }

    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.tell("gauge", name, (value.into(), 1), labels);
    }

    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.tell("histogram", name, (value.into(), 1), labels);
    }

    fn histogram_many(&self, name: &'static str, value: f64, count: u64, labels: &[(&'static str, &str)]) {
        self.tell("histogram", name, (value.into(), count), labels);
    }
}
