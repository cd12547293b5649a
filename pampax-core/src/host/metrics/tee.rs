//! The sink that passes every measurement on to several others.

use super::MetricsSink;
use std::sync::Arc;

/// Passes every measurement on to several sinks, in their order.
#[derive(Clone)]
pub struct TeeMetrics(pub Vec<Arc<dyn MetricsSink>>);

impl MetricsSink for TeeMetrics {
    fn counter(&self, name: &'static str, value: u64, labels: &[(&'static str, &str)]) {
        self.0.iter().for_each(|sink| sink.counter(name, value, labels));
    }

    fn gauge(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.0.iter().for_each(|sink| sink.gauge(name, value, labels));
    }

    fn histogram(&self, name: &'static str, value: f64, labels: &[(&'static str, &str)]) {
        self.0.iter().for_each(|sink| sink.histogram(name, value, labels));
    }

    fn histogram_many(&self, name: &'static str, value: f64, count: u64, labels: &[(&'static str, &str)]) {
        self.0.iter().for_each(|sink| sink.histogram_many(name, value, count, labels));
    }

    fn is_listening(&self) -> bool {
        self.0.iter().any(|sink| sink.is_listening())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::metrics::{Metric, NullMetrics, Registry};

    #[test]
    fn each_sink_gets_everything() {
        let (first, second) = (Arc::new(Registry::new()), Arc::new(Registry::new()));
        let both = TeeMetrics(vec![first.clone(), second.clone()]);
        both.counter(Metric::CacheHits.name(), 2, &[("cache", "search")]);
        both.gauge(Metric::IndexFiles.name(), 7.0, &[]);
        both.histogram(Metric::TokenUsage.name(), 100.0, &[]);
        both.histogram_many(Metric::TokenUsage.name(), 200.0, 3, &[]);
        let snapshot = first.snapshot();
        assert_eq!(snapshot, second.snapshot());
        assert_eq!((snapshot.counter(Metric::CacheHits), snapshot.gauge(Metric::IndexFiles, &[])), (2, Some(7.0)));
        assert_eq!(
            snapshot.distribution(Metric::TokenUsage).map(|tokens| (tokens.count(), tokens.sum())),
            Some((4, 700.0))
        );
    }

    #[test]
    fn it_listens_when_one_of_its_sinks_does() {
        let (null, registry): (Arc<dyn MetricsSink>, Arc<dyn MetricsSink>) =
            (Arc::new(NullMetrics), Arc::new(Registry::new()));
        assert!(TeeMetrics(vec![null.clone(), registry]).is_listening());
        assert!(!TeeMetrics(vec![null]).is_listening());
    }

    #[test]
    fn a_sink_of_a_host_gets_weights_as_repetitions() {
        #[derive(Default)]
        struct Callback(std::sync::Mutex<Vec<f64>>);
        impl MetricsSink for Callback {
            fn counter(&self, _: &'static str, _: u64, _: &[(&'static str, &str)]) {}
            fn gauge(&self, _: &'static str, _: f64, _: &[(&'static str, &str)]) {}
            fn histogram(&self, _: &'static str, value: f64, _: &[(&'static str, &str)]) {
                self.0.lock().unwrap().push(value);
            }
        }
        let callback = Arc::new(Callback::default());
        TeeMetrics(vec![callback.clone()]).histogram_many(Metric::TokenUsage.name(), 5.0, 3, &[]);
        assert_eq!(*callback.0.lock().unwrap(), [5.0; 3]);
    }
}
