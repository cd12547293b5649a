//! Measures of retrieval quality. Pure.
//!
//! Binary relevance, ranks counted from 1. A target is found at the rank of the first result that matches it; several
//! targets found by one result count once, as in Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR
//! techniques" (2002), with gain 1.
//!
//! Never here: running a search.

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

/// The quality of one ranking. `ranks` holds, for each target, the rank of the first result that matches it.
pub fn quality(ranks: &[Option<usize>], k: usize) -> Quality {
    if ranks.is_empty() {
        return Quality::default();
    }
    let mut found: Vec<usize> = ranks.iter().flatten().copied().filter(|rank| (1..=k).contains(rank)).collect();
    let recall = found.len() as f64 / ranks.len() as f64;
    found.sort_unstable();
    found.dedup();
    let gain: f64 = found.iter().map(|rank| discount(*rank)).sum();
    let ideal: f64 = (1..=ranks.len().min(k)).map(discount).sum();
    let reciprocal_rank = found.first().map_or(0.0, |rank| 1.0 / *rank as f64);
    Quality { ndcg: gain / ideal, recall, reciprocal_rank }
}

fn discount(rank: usize) -> f64 {
    1.0 / (rank as f64 + 1.0).log2()
}

/// The mean of several qualities; all zero for none.
pub fn mean(qualities: &[Quality]) -> Quality {
    let count = qualities.len().max(1) as f64;
    let mean = |value: fn(&Quality) -> f64| qualities.iter().map(value).sum::<f64>() / count;
    Quality {
        ndcg: mean(|quality| quality.ndcg),
        recall: mean(|quality| quality.recall),
        reciprocal_rank: mean(|quality| quality.reciprocal_rank),
    }
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
    }
}
