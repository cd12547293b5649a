//! Measures of one ranking, and their means.
//!
//! Binary relevance, ranks counted from 1. A target is found at the rank of the first result that matches it; several
//! targets found by one result count once, as in Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR
//! techniques" (2002), with gain 1.
//!
//! Never here: what a target is.

use serde::Serialize;

/// Quality over the first `k` results of one question.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Quality {
    /// Normalised discounted cumulative gain, from 0 to 1.
    pub ndcg: f64,
    /// The share of targets found, from 0 to 1.
    pub recall: f64,
    /// One over the rank of the first result that matches any target; 0 when none does.
    pub reciprocal_rank: f64,
}

/// A mean with how far to trust it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The mean, to six digits after the point.
    pub mean: f64,
    /// The standard error of the mean: the sample's standard deviation over the root of its size. `None` for fewer than
    /// two values.
    pub standard_error: Option<f64>,
}

/// The rank of the first of `results` that `matches`, from 1.
pub fn rank<T>(results: &[T], matches: impl FnMut(&T) -> bool) -> Option<usize> {
    results.iter().position(matches).map(|position| position + 1)
}

/// How many targets are found within the first `k` results. `ranks` holds, for each target, the rank of the first result
/// that matches it.
pub fn found(ranks: &[Option<usize>], k: usize) -> usize {
    ranks.iter().flatten().filter(|rank| **rank <= k).count()
}

/// The share of targets that are found within the first `k` results; 0 without targets.
pub fn recall(ranks: &[Option<usize>], k: usize) -> f64 {
    found(ranks, k) as f64 / ranks.len().max(1) as f64
}

/// 1 when any target is found within the first `k` results, otherwise 0.
pub fn accuracy(ranks: &[Option<usize>], k: usize) -> f64 {
    f64::from(u8::from(found(ranks, k) > 0))
}

/// The quality of one ranking.
pub fn quality(ranks: &[Option<usize>], k: usize) -> Quality {
    if ranks.is_empty() {
        return Quality::default();
    }
    let mut found: Vec<usize> = ranks.iter().flatten().copied().filter(|rank| (1..=k).contains(rank)).collect();
    found.sort_unstable();
    found.dedup();
    let gain: f64 = found.iter().map(|rank| discount(*rank)).sum();
    let ideal: f64 = (1..=ranks.len().min(k)).map(discount).sum();
    let reciprocal_rank = found.first().map_or(0.0, |rank| 1.0 / *rank as f64);
    let ndcg = if ideal > 0.0 { gain / ideal } else { 0.0 };
    Quality { ndcg, recall: recall(ranks, k), reciprocal_rank }
}

fn discount(rank: usize) -> f64 {
    1.0 / (rank as f64 + 1.0).log2()
}

/// The mean of several qualities; all zero for none.
pub fn mean(qualities: &[Quality]) -> Quality {
    let of = |value: fn(&Quality) -> f64| mean_of(qualities.iter().map(value));
    Quality {
        ndcg: of(|quality| quality.ndcg),
        recall: of(|quality| quality.recall),
        reciprocal_rank: of(|quality| quality.reciprocal_rank),
    }
}

/// The mean of some values; 0 for none.
pub fn mean_of(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f64
}

impl Estimate {
    /// The mean of `values`, and its standard error.
    pub fn of(values: &[f64]) -> Estimate {
        let mean = mean_of(values.iter().copied());
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let count = values.len() as f64;
        let standard_error = (values.len() > 1).then(|| rounded((squares / (count - 1.0) / count).sqrt()));
        Estimate { mean: rounded(mean), standard_error }
    }
}

/// Six digits after the point.
pub(super) fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    // A negative zero would be written with its sign.
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_rankings_have_known_quality() {
        let perfect = quality(&[Some(1), Some(2)], 10);
        assert_eq!((perfect.ndcg, perfect.recall, perfect.reciprocal_rank), (1.0, 1.0, 1.0));
        let second = quality(&[Some(2)], 10);
        assert!((second.ndcg - 1.0 / 3f64.log2()).abs() < 1e-12);
        assert_eq!((second.recall, second.reciprocal_rank), (1.0, 0.5));
        assert_eq!(quality(&[Some(11), None], 10), Quality::default());
        assert_eq!(quality(&[], 10), Quality::default());
        assert_eq!(quality(&[Some(1)], 0), Quality::default());
    }

    #[test]
    fn known_ranks_have_known_recall_and_accuracy() {
        let ranks = [Some(1), Some(6), None, Some(6)];
        assert_eq!([1, 5, 6].map(|k| recall(&ranks, k)), [0.25, 0.25, 0.75]);
        assert_eq!([0, 1, 6].map(|k| accuracy(&ranks, k)), [0.0, 1.0, 1.0]);
        assert_eq!((recall(&[], 5), accuracy(&[], 5)), (0.0, 0.0));
        assert_eq!((rank(&[5, 7, 7], |value| *value == 7), rank(&[5], |value| *value == 7)), (Some(2), None));
    }

    #[test]
    fn a_mean_has_the_standard_error_of_its_sample() {
        let estimate = Estimate::of(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!((estimate.mean, estimate.standard_error), (2.5, Some(0.645497)));
        assert_eq!(Estimate::of(&[0.5]), Estimate { mean: 0.5, standard_error: None });
        assert_eq!(Estimate::of(&[]).mean, 0.0);
    }

    proptest! {
        #[test]
        fn an_earlier_rank_is_never_worse(rank in 2usize..12, others in proptest::collection::vec(12usize..40, 0..4)) {
            let ranking = |first: usize| {
                let mut ranks = vec![Some(first)];
                ranks.extend(others.iter().copied().map(Some));
                quality(&ranks, 10)
            };
            prop_assert!(ranking(rank - 1).ndcg >= ranking(rank).ndcg);
            prop_assert!((0.0..=1.0).contains(&ranking(rank).ndcg));
        }

        #[test]
        fn measures_grow_with_the_cut(ranks in proptest::collection::vec(proptest::option::of(1usize..30), 1..6), k in 1usize..29) {
            prop_assert!(recall(&ranks, k) <= recall(&ranks, k + 1));
            prop_assert!(accuracy(&ranks, k) >= recall(&ranks, k));
            prop_assert!(quality(&ranks, k).reciprocal_rank <= accuracy(&ranks, k));
        }
    }
}
