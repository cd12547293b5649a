//! Fitting factors of weights to examples.
//!
//! Minimises the listwise softmax cross-entropy of each example's targets among its candidates (Cao et al., "Learning to
//! Rank: From Pairwise Approach to Listwise Approach", ICML 2007) plus a pull of every factor towards 1, by projected
//! gradient descent with a step that is halved until it helps. Factors keep the sign of their weight and stay within
//! bounds. Scores are first scaled so that the loss of the weights as they are is the least, since a scale alone changes no
//! order and would use up the factors. Nothing is drawn: the same examples give the same factors.
//!
//! Never here: where examples come from.

/// The bounds of a factor.
pub(crate) const LEAST: f64 = 0.5;
pub(crate) const MOST: f64 = 2.0;

/// How strongly factors are pulled towards 1: this times the sum of their squared logarithms.
const PULL: f64 = 0.02;

/// The most steps, and the smallest step that is tried.
const STEPS: usize = 300;
const SMALLEST_STEP: f64 = 1e-6;

/// The scales that scores are tried with.
const SCALES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 0.5, 0.25];

/// A step that gains less than this is the last.
const SMALLEST_GAIN: f64 = 1e-9;

/// One candidate of an example.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// What each signal contributes to its score with the weights as they are.
    pub contributions: Vec<f64>,
    /// What else its score has.
    pub rest: f64,
    /// Whether it is what was looked for.
    pub is_target: bool,
}

/// A question with its candidates.
pub(crate) type Example = Vec<Candidate>;

/// Examples that teach something, and what their scores are multiplied with.
struct Lessons<'a> {
    examples: Vec<&'a Example>,
    scale: f64,
}

/// Where the search for the best factors is.
struct Point {
    /// The logarithms of the factors.
    logs: Vec<f64>,
    loss: f64,
    slope: Vec<f64>,
}

/// Factors for `count` signals.
pub(crate) fn fit(examples: &[Example], count: usize) -> Vec<f64> {
    let examples = examples.iter().filter(|example| can_teach(example)).collect();
    let mut lessons = Lessons { examples, scale: 1.0 };
    if lessons.examples.is_empty() {
        return vec![1.0; count];
    }
    let mut point = Point::new(&lessons, vec![0.0; count]);
    for scale in SCALES {
        let before = std::mem::replace(&mut lessons.scale, *scale);
        match Point::new(&lessons, vec![0.0; count]) {
            scaled if scaled.loss < point.loss => point = scaled,
            _ => lessons.scale = before,
        }
    }
    let mut step = 1.0;
    for _ in 0..STEPS {
        let Some(next) = point.descend(&lessons, &mut step) else { break };
        let gain = point.loss - next.loss;
        point = next;
        if gain < SMALLEST_GAIN {
            break;
        }
    }
    point.logs.iter().map(|log| (log.exp() * 1e3).round() / 1e3).collect()
}

/// Whether an example has a target and something else.
pub(crate) fn can_teach(example: &Example) -> bool {
    example.iter().any(|candidate| candidate.is_target) && !example.iter().all(|candidate| candidate.is_target)
}

impl Point {
    /// The loss at these logarithms of factors, and its slope.
    fn new(lessons: &Lessons<'_>, logs: Vec<f64>) -> Point {
        let factors: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
        let mut loss = PULL * logs.iter().map(|log| log * log).sum::<f64>();
        let mut slope: Vec<f64> = logs.iter().map(|log| 2.0 * PULL * log).collect();
        let share = 1.0 / lessons.examples.len().max(1) as f64;
        for example in &lessons.examples {
            let targets = example.iter().filter(|candidate| candidate.is_target).count() as f64;
            for (candidate, chance) in example.iter().zip(chances(example, &factors, lessons.scale)) {
                let wanted = if candidate.is_target { 1.0 / targets } else { 0.0 };
                loss -= share * wanted * chance.max(1e-12).ln();
                let error = share * lessons.scale * (chance - wanted);
                for ((slope, factor), contribution) in slope.iter_mut().zip(&factors).zip(&candidate.contributions) {
                    *slope += error * factor * contribution;
                }
            }
        }
        Point { logs, loss, slope }
    }

    /// The next point that is better; `None` when no step helps.
    fn descend(&self, lessons: &Lessons<'_>, step: &mut f64) -> Option<Point> {
        while *step > SMALLEST_STEP {
            let moved = |(log, slope): (&f64, &f64)| (log - *step * slope).clamp(LEAST.ln(), MOST.ln());
            let next = Point::new(lessons, self.logs.iter().zip(&self.slope).map(moved).collect());
            if next.loss < self.loss {
                *step *= 1.5;
                return Some(next);
            }
            *step *= 0.5;
        }
        None
    }
}

/// The softmax of the candidates' scores times `scale`.
fn chances(example: &Example, factors: &[f64], scale: f64) -> Vec<f64> {
    let score = |candidate: &Candidate| {
        let parts = candidate.contributions.iter().zip(factors).map(|(contribution, factor)| contribution * factor);
        scale * (candidate.rest + parts.sum::<f64>())
    };
    let scores: Vec<f64> = example.iter().map(score).collect();
    let best = scores.iter().copied().fold(f64::MIN, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - best).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidate(contributions: &[f64], is_target: bool) -> Candidate {
        Candidate { contributions: contributions.to_vec(), rest: 0.0, is_target }
    }

    #[test]
    fn what_tells_targets_apart_weighs_more_and_what_misleads_less() {
        let example = vec![candidate(&[1.0, 0.0, 0.5], true), candidate(&[0.0, 1.0, 0.5], false)];
        let factors = fit(&vec![example; 20], 3);
        assert!(factors[0] > 1.3 && factors[1] < 0.8, "{factors:?}");
        assert_eq!(factors[2], 1.0, "what says nothing keeps its weight");
    }

    #[test]
    fn a_penalty_keeps_its_sign() {
        let example = vec![candidate(&[-1.0], true), candidate(&[0.0], false)];
        assert_eq!(fit(&vec![example.clone(); 20], 1)[0], LEAST);
        let helpful = vec![candidate(&[0.0], true), candidate(&[-1.0], false)];
        let factor = fit(&vec![helpful; 20], 1)[0];
        assert!((1.0..=MOST).contains(&factor), "{factor}");
        let balanced = vec![candidate(&[0.0], true), candidate(&[0.0], false)];
        assert_eq!(fit(&[balanced], 1), [1.0]);
    }

    #[test]
    fn a_scale_alone_changes_no_factor() {
        let example = |value: f64| vec![candidate(&[value, value], true), candidate(&[0.0, 0.0], false)];
        let factors = fit(&[example(3.0), example(-1.0), example(2.0), example(2.5)], 2);
        assert!(factors.iter().all(|factor| (0.9..1.1).contains(factor)), "{factors:?}");
    }

    #[test]
    fn nothing_to_learn_from_changes_nothing() {
        assert_eq!(fit(&[], 2), [1.0, 1.0]);
        assert_eq!(
            fit(&[vec![candidate(&[1.0, 0.3], false)], vec![candidate(&[1.0, 0.3], true)], vec![]], 2),
            [1.0, 1.0]
        );
    }

    proptest! {
        #[test]
        fn factors_stay_within_their_bounds(
            examples in proptest::collection::vec(proptest::collection::vec(
                (proptest::collection::vec(-4.0f64..4.0, 3), proptest::bool::ANY), 0..6), 0..6)
        ) {
            let example = |rows: &Vec<(Vec<f64>, bool)>| -> Example {
                rows.iter().map(|(contributions, is_target)| candidate(contributions, *is_target)).collect()
            };
            let factors = fit(&examples.iter().map(example).collect::<Vec<_>>(), 3);
            prop_assert!(factors.iter().all(|factor| (LEAST..=MOST).contains(factor)));
        }

        #[test]
        fn the_slope_is_that_of_the_loss(values in proptest::collection::vec(-2.0f64..2.0, 6), at in -0.5f64..0.5) {
            let example = vec![candidate(&values[..2], true), candidate(&values[2..4], false), candidate(&values[4..], false)];
            let near = |offset: f64| Point::new(&Lessons { examples: vec![&example], scale: 2.0 }, vec![at + offset, 0.1]);
            let measured = (near(1e-5).loss - near(-1e-5).loss) / 2e-5;
            prop_assert!((measured - near(0.0).slope[0]).abs() < 1e-4);
        }
    }
}
