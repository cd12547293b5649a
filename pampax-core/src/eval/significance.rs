//! Whether a mean difference between two runs over the same questions can be chance.
//!
//! The paired randomisation test: if both runs were equally good, each difference could as well have had the other sign.
//! The p-value is the share of the ways to choose the signs whose mean is at least as far from zero. Fisher, "The Design
//! of Experiments" (1935), section 21; Smucker, Allan and Carterette, "A comparison of statistical significance tests for
//! information retrieval evaluation" (CIKM 2007), who recommend it for means such as these.
//!
//! Never here: what is compared.

use crate::eval::measures::{mean_of, rounded};

/// The most differences of which all ways to choose the signs are tried.
const EXACT: usize = 16;

/// How many ways are drawn where there are more.
const DRAWN: usize = 10_000;

/// What the drawing begins with, so that it is the same every time.
const SEED: u64 = 0x5eed;

/// Differences that count as equal to the one that was seen: sums in another order differ in their last bits.
const SLACK: f64 = 1e-12;

/// Which differences count as far from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// In either direction: is there a difference?
    Both,
    /// Upwards only: is the second run better?
    Above,
    /// Downwards only: is the second run worse?
    Below,
}

/// The outcome of a test.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Paired {
    /// The mean difference.
    pub mean: f64,
    /// How likely a mean at least as far from zero is if there is no difference, from above 0 to 1.
    pub p: f64,
}

/// Tests the differences of two runs, one for each question.
pub fn paired(differences: &[f64], tail: Tail) -> Paired {
    let moved: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    let mean = mean_of(differences.iter().copied());
    if moved.is_empty() {
        return Paired { mean: 0.0, p: 1.0 };
    }
    let seen: f64 = moved.iter().sum();
    let is_as_far = |sum: f64| match tail {
        Tail::Both => sum.abs() >= seen.abs() - SLACK,
        Tail::Above => sum >= seen - SLACK,
        Tail::Below => sum <= seen + SLACK,
    };
    let p = if moved.len() <= EXACT { of_all(&moved, is_as_far) } else { of_drawn(&moved, is_as_far) };
    Paired { mean, p: rounded(p) }
}

fn of_all(moved: &[f64], is_as_far: impl Fn(f64) -> bool) -> f64 {
    let ways = 1u64 << moved.len();
    let far = (0..ways).filter(|signs| is_as_far(signed_sum(moved, &[*signs]))).count();
    far as f64 / ways as f64
}

/// The signs that were seen are one of the ways, so that p is never 0.
fn of_drawn(moved: &[f64], is_as_far: impl Fn(f64) -> bool) -> f64 {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut signs = vec![0u64; moved.len().div_ceil(64)];
    let mut far = 1;
    for _ in 0..DRAWN {
        signs.iter_mut().for_each(|word| *word = random.u64(..));
        far += usize::from(is_as_far(signed_sum(moved, &signs)));
    }
    far as f64 / (DRAWN + 1) as f64
}

/// The sum of the values, each with its sign from one bit.
fn signed_sum(values: &[f64], signs: &[u64]) -> f64 {
    let signed = values.iter().enumerate().map(|(place, value)| {
        let is_turned = signs[place / 64] >> (place % 64) & 1 == 1;
        if is_turned { -value } else { *value }
    });
    signed.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(differences: &[f64], tail: Tail, expected: f64) {
        assert_eq!(paired(differences, tail).p, expected, "{differences:?} {tail:?}");
    }

    #[test]
    fn known_differences_have_known_chances() {
        check(&[], Tail::Both, 1.0);
        check(&[0.0, 0.0], Tail::Above, 1.0);
        // One of eight ways is as good, two of eight are as far.
        check(&[0.1, 0.2, 0.3], Tail::Above, 0.125);
        check(&[0.1, 0.2, 0.3], Tail::Both, 0.25);
        check(&[0.1, 0.2, 0.3], Tail::Below, 1.0);
        check(&[-0.1, -0.2, -0.3, 0.0], Tail::Below, 0.125);
        // The example of Fisher: fifteen pairs of maize, in eighths of an inch; 1,726 of 32,768 ways are as far.
        let maize = [49.0, -67.0, 8.0, 16.0, 6.0, 23.0, 28.0, 41.0, 14.0, 29.0, 56.0, 24.0, 75.0, 60.0, -48.0];
        check(&maize, Tail::Both, rounded(1_726.0 / 32_768.0));
        // Drawn instead of counted, it is about the same.
        let p = of_drawn(&maize, |sum| sum.abs() >= 314.0);
        assert!((p - 1_726.0 / 32_768.0).abs() < 0.008, "{p}");
    }

    #[test]
    fn a_large_clear_difference_is_not_chance_and_noise_is() {
        let clear: Vec<f64> = (0..200).map(|place| 0.05 + 0.01 * f64::from(place % 7)).collect();
        assert!(paired(&clear, Tail::Above).p < 0.001 && paired(&clear, Tail::Below).p > 0.999);
        let noise: Vec<f64> = (0..200).map(|place| if place % 2 == 0 { 0.1 } else { -0.1 }).collect();
        assert!(paired(&noise, Tail::Both).p > 0.5);
    }

    proptest! {
        #[test]
        fn the_other_direction_is_the_other_tail(differences in proptest::collection::vec(-1.0f64..1.0, 1..12)) {
            let turned: Vec<f64> = differences.iter().map(|difference| -difference).collect();
            prop_assert_eq!(paired(&differences, Tail::Above).p, paired(&turned, Tail::Below).p);
            prop_assert_eq!(paired(&differences, Tail::Both).p, paired(&turned, Tail::Both).p);
        }

        #[test]
        fn a_chance_is_above_zero(differences in proptest::collection::vec(-1.0f64..1.0, 0..40)) {
            let p = paired(&differences, Tail::Both).p;
            prop_assert!(p > 0.0 && p <= 1.0);
        }
    }
}
