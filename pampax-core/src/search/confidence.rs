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
    intercept: -4.496,
    gap: 1.048,
    lead: 1.151,
    rank: -0.601,
    score: 0.412,
    coverage: -0.185,
    best_coverage: 0.926,
    similarity: 1.855,
    best_similarity: 1.880,
    whole_name: 0.374,
    names_it: 0.584,
    other_role: -2.639,
};

/// The corners of the line from the model's answer to the probability that a hit's file answers.
const RELEVANT: &[(f64, f64)] = &[
    (-16.884, 0.000),
    (-4.818, 0.008),
    (-4.266, 0.020),
    (-3.467, 0.027),
    (-3.345, 0.036),
    (-2.930, 0.047),
    (-2.732, 0.074),
    (-2.358, 0.100),
    (-1.849, 0.123),
    (-1.546, 0.145),
    (-1.156, 0.224),
    (-0.616, 0.338),
    (0.177, 0.547),
    (1.145, 0.767),
    (2.490, 0.917),
    (8.486, 0.977),
];

/// The same from the largest probability of any hit to that of an answer among the first ten.
const ANSWERED: &[(f64, f64)] = &[
    (0.000, 0.000),
    (0.007, 0.000),
    (0.090, 0.010),
    (0.095, 0.017),
    (0.131, 0.030),
    (0.137, 0.111),
    (0.144, 0.160),
    (0.157, 0.196),
    (0.173, 0.253),
    (0.208, 0.285),
    (0.270, 0.383),
    (0.296, 0.538),
    (0.378, 0.664),
    (0.405, 0.754),
    (0.437, 0.813),
    (0.541, 0.888),
    (0.664, 0.961),
    (0.977, 1.000),
];

/// The same from the probability that any file of a bundle answers to that of its files being all that answer.
const SUFFICIENT: &[(f64, f64)] = &[
    (0.000, 0.000),
    (0.013, 0.000),
    (0.203, 0.010),
    (0.354, 0.303),
    (0.386, 0.356),
    (0.418, 0.432),
    (0.467, 0.469),
    (0.506, 0.545),
    (0.546, 0.649),
    (0.578, 0.745),
    (0.651, 0.819),
    (0.697, 0.880),
    (0.837, 0.949),
    (0.980, 0.997),
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
    rounded(on_line(ANSWERED, best.map(|passage| passage.confidence).fold(0.0, f64::max)))
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
