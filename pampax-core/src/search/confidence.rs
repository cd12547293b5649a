//! From scores, which only order, to probabilities, which can be acted on. Pure.
//!
//! A file's evidence is weighed by a logistic model; what comes out is calibrated by isotonic regression (Zadrozny and
//! Elkan, "Transforming classifier scores into accurate multiclass probability estimates", 2002), kept as the corners
//! of a line. `benches/fit_confidence.py` fits all of it; docs/benchmarks.md has the reliability curves.
//!
//! Never here: anything that changes an order.

use crate::search::corpus::FileIndex;
use crate::search::passages::Passage;
use crate::search::rank::{Signal, rounded};
use std::collections::{HashMap, HashSet};

/// The files whose evidence says whether the tree has an answer at all.
const LEADERS: usize = 10;

/// The lead of a file that has no rival.
const ALONE: f64 = 2.0;

/// What the logistic model looks at, and its weights.
const MODEL: Model = Model {
    intercept: -4.691,
    gap: 0.914,
    lead: 1.133,
    rank: -0.674,
    score: 0.504,
    coverage: -0.162,
    best_coverage: 1.163,
    similarity: 1.797,
    best_similarity: 1.076,
    whole_name: 0.332,
    names_it: 0.868,
    other_role: -3.108,
};

/// The corners of the line from the model's answer to the probability that a hit's file answers.
const RELEVANT: &[(f64, f64)] = &[
    (-16.000, 0.000),
    (-4.785, 0.006),
    (-4.126, 0.016),
    (-3.744, 0.023),
    (-3.620, 0.038),
    (-2.948, 0.051),
    (-2.784, 0.062),
    (-2.594, 0.083),
    (-1.874, 0.116),
    (-1.539, 0.135),
    (-1.150, 0.235),
    (-0.648, 0.332),
    (0.171, 0.545),
    (1.177, 0.776),
    (2.606, 0.916),
    (7.147, 0.985),
];

/// The same from the largest probability of any hit to that of an answer among the first ten.
const ANSWERED: &[(f64, f64)] = &[
    (0.000, 0.000),
    (0.005, 0.000),
    (0.072, 0.013),
    (0.128, 0.050),
    (0.132, 0.063),
    (0.163, 0.198),
    (0.182, 0.284),
    (0.201, 0.310),
    (0.225, 0.354),
    (0.249, 0.469),
    (0.265, 0.509),
    (0.389, 0.678),
    (0.473, 0.791),
    (0.564, 0.855),
    (0.627, 0.927),
    (0.917, 0.994),
    (0.985, 1.000),
];

/// The same from the probability that any file of a bundle answers to that of its files being all that answer.
const SUFFICIENT: &[(f64, f64)] = &[
    (0.000, 0.000),
    (0.009, 0.000),
    (0.187, 0.011),
    (0.290, 0.077),
    (0.338, 0.201),
    (0.376, 0.267),
    (0.419, 0.400),
    (0.464, 0.537),
    (0.496, 0.615),
    (0.600, 0.773),
    (0.628, 0.831),
    (0.713, 0.916),
    (0.921, 0.991),
    (0.986, 1.000),
];

struct Model {
    intercept: f64,
    /// The score less the best score.
    gap: f64,
    /// The score of the first hit less that of the second.
    lead: f64,
    /// The natural logarithm of the rank, counted from 1.
    rank: f64,
    score: f64,
    /// The share of the question found in the file.
    coverage: f64,
    /// The largest such share of the first hits.
    best_coverage: f64,
    /// The cosine between the question and the chunk.
    similarity: f64,
    /// The largest such cosine of the first hits.
    best_similarity: f64,
    /// The question holds every word of the file's name.
    whole_name: f64,
    /// How clearly the question names a definition of the file.
    names_it: f64,
    /// The file is a test, prose, configuration or generated, and was not asked for.
    other_role: f64,
}

/// Sets the confidence of each passage: that of its file, by the file's best passage. `passages` must be all that were
/// ranked, best first, however many of them are wanted.
pub(crate) fn set(passages: &mut [Passage]) {
    let mut best: Vec<&Passage> = Vec::new();
    let mut seen = HashSet::new();
    best.extend(passages.iter().filter(|passage| seen.insert(passage.file)));
    let confidences = evidence(&best).into_iter().map(|evidence| rounded(on_line(RELEVANT, evidence)));
    // Further passages of a file stand lower for its sake, not because the file answers less.
    let of_file: HashMap<FileIndex, f64> = best.iter().map(|passage| passage.file).zip(confidences).collect();
    for passage in passages {
        passage.confidence = of_file.get(&passage.file).copied().unwrap_or(0.0);
    }
}

/// The probability that any of the first files answers; their passages' confidences are set.
pub(crate) fn of_answer(passages: &[Passage]) -> f64 {
    let mut seen = HashSet::new();
    let best = passages.iter().filter(|passage| seen.insert(passage.file)).take(LEADERS);
    let surest = best.map(|passage| passage.confidence).fold(0.0, f64::max);
    // Any of them answers at least as probably as one of them.
    rounded(on_line(ANSWERED, surest)).max(surest)
}

/// The probability that files of these confidences are all that answers a question.
pub(crate) fn sufficiency(confidences: impl Iterator<Item = f64>) -> f64 {
    let none = confidences.map(|confidence| 1.0 - confidence).product::<f64>();
    rounded(on_line(SUFFICIENT, 1.0 - none))
}

/// What the model makes of each file, by its best passage, in their order.
fn evidence(passages: &[&Passage]) -> Vec<f64> {
    let value = |passage: &Passage, signal: Signal| passage.signals.get(signal);
    let best = |signal: Signal| passages.iter().take(LEADERS).map(|passage| value(passage, signal)).fold(0.0, f64::max);
    let (best_coverage, best_similarity) = (best(Signal::Coverage), best(Signal::ChunkVector));
    let best_score = passages.first().map_or(0.0, |passage| passage.score);
    let lead = best_score - passages.get(1).map_or(best_score - ALONE, |passage| passage.score);
    let weigh = |(rank, passage): (usize, &&Passage)| {
        let names = [Signal::DefinesType, Signal::DefinesOther, Signal::DefinesWord];
        let roles = [Signal::Test, Signal::Doc, Signal::Config, Signal::Generated];
        let sum = |signals: &[Signal]| signals.iter().map(|signal| value(passage, *signal)).sum::<f64>();
        MODEL.intercept
            + MODEL.gap * (passage.score - best_score)
            + MODEL.lead * if rank == 0 { lead } else { 0.0 }
            + MODEL.rank * (rank as f64 + 1.0).ln()
            + MODEL.score * passage.score
            + MODEL.coverage * value(passage, Signal::Coverage)
            + MODEL.best_coverage * best_coverage
            + MODEL.similarity * value(passage, Signal::ChunkVector)
            + MODEL.best_similarity * best_similarity
            + MODEL.whole_name * value(passage, Signal::WholeName)
            + MODEL.names_it * sum(&names)
            + MODEL.other_role * sum(&roles)
    };
    passages.iter().enumerate().map(weigh).collect()
}

/// The height at `at` of the line through `corners`, which are in ascending order.
fn on_line(corners: &[(f64, f64)], at: f64) -> f64 {
    let next = corners.partition_point(|(place, _)| *place < at);
    match (next.checked_sub(1).and_then(|before| corners.get(before)), corners.get(next)) {
        (Some((left, low)), Some((right, high))) => low + (high - low) * (at - left) / (right - left),
        (Some((_, height)), None) | (None, Some((_, height))) => *height,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lines_rise_and_are_probabilities() {
        for corners in [RELEVANT, ANSWERED, SUFFICIENT] {
            assert!(corners.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
            assert!(corners.iter().all(|(_, height)| (0.0..=1.0).contains(height)));
        }
    }

    #[test]
    fn a_bundle_of_nothing_suffices_the_least() {
        let of = |confidences: &[f64]| sufficiency(confidences.iter().copied());
        assert!(of(&[]) <= of(&[0.3]) && of(&[0.3]) <= of(&[0.3, 0.9]));
    }

    proptest! {
        #[test]
        fn a_line_never_falls_and_keeps_between_its_ends(left in -20.0f64..20.0, right in -20.0f64..20.0) {
            let (low, high) = (left.min(right), left.max(right));
            for corners in [RELEVANT, ANSWERED, SUFFICIENT] {
                prop_assert!(on_line(corners, low) <= on_line(corners, high));
                prop_assert!((0.0..=1.0).contains(&on_line(corners, low)));
            }
        }
    }
}
