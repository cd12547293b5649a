//! The ranker: a sum of signals times weights. The one table of both.
//!
//! Never here: how a signal is measured (`features.rs`).

use crate::search::Contribution;
use crate::source::ContentHash;
use std::collections::BTreeMap;

macro_rules! signals {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $weight:expr;)*) => {
        /// What can speak for or against a hit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Signal { $($(#[$doc])* $variant,)* }

        /// The stable name and the weight of each signal, in declaration order.
        const TABLE: &[(&str, f64)] = &[$(($name, $weight),)*];

        /// The number of signals.
        pub(crate) const SIGNAL_COUNT: usize = TABLE.len();
    };
}

signals! {
    /// The decayed sum of the file's best chunks, against the best file.
    TopChunks = "top_chunks", 0.9;
    /// The file as one document, against the best file.
    Body = "body", 0.46;
    /// The names defined in the file, against the best file.
    Names = "names", 0.17;
    /// The path, against the best path.
    Path = "path", 0.64;
    /// The share of the question found in the body.
    Coverage = "coverage", 0.18;
    /// The share of the question found in the path.
    PathCoverage = "path_coverage", 0.38;
    /// The share of the question found in the names defined in the file.
    NamesCoverage = "names_coverage", 0.17;
    /// The question names the file by its path or the end of it.
    NamedPath = "named_path", 3.0;
    /// A type that the question names is defined in the file.
    DefinesType = "defines_type", 0.46;
    /// Something else that the question names is defined in the file.
    DefinesOther = "defines_other", 0.42;
    /// The question is one word and the file defines it.
    DefinesWord = "defines_word", 0.93;
    /// The file declares what a file of C of the same name implements.
    Header = "header", -1.53;
    /// The question holds every word of the file's name.
    WholeName = "whole_name", 0.63;
    /// The share of the file name's words that begin a word of the question, or begin with one.
    Abbreviation = "abbreviation", 1.58;
    /// How much of the file is the question's, against the densest file.
    Density = "density", 0.38;
    /// The logarithm of the file's length against the mean.
    Size = "size", 0.16;
    /// How many other files import something of the file's name.
    Imported = "imported", 0.66;
    /// The file is a test and the question does not ask for tests.
    Test = "test", -2.43;
    /// The file is prose and the question does not ask for prose.
    Doc = "doc", -2.09;
    /// The file is configuration and the question does not ask for it.
    Config = "config", -0.75;
    /// The file was written by a program.
    Generated = "generated", -1.79;
    /// The file is a copy of somebody else's.
    Vendored = "vendored", -1.0;
    /// The best vector of the file's chunks, against the best of all.
    Vector = "vector", 0.84;
    /// The chunk's text, against the best chunk of its file.
    ChunkBody = "chunk_body", 0.36;
    /// The names defined in the chunk, against the best chunk of its file.
    ChunkNames = "chunk_names", 0.05;
    /// The chunk defines something that the question names.
    ChunkDefines = "chunk_defines", 0.31;
    /// The similarity of the chunk's vector.
    ChunkVector = "chunk_vector", 0.16;
    /// The hit is a further chunk of a file that has a better one; counted from 1.
    Repeat = "repeat", -4.0;
}

/// The signal of this stable name, whatever gave it.
pub(crate) fn signal_named(name: &str) -> Option<&'static str> {
    TABLE.iter().chain([&RERANK]).map(|(known, _)| *known).find(|known| *known == name)
}

impl Signal {
    /// Its stable name.
    pub(crate) fn name(self) -> &'static str {
        TABLE[self as usize].0
    }
}

/// The name and weight of what a reranker's order adds to or takes from a score.
pub(crate) const RERANK: (&str, f64) = ("rerank", 1.0);

/// `value` to six digits after the point: enough to rank by, and as short in JSON.
pub(crate) fn rounded(value: f64) -> f64 {
    // By way of a whole number: rounding in floating point is a call of the mathematics library on some machines.
    let whole = (value * 1e6 + 0.5f64.copysign(value)) as i64;
    whole as f64 / 1e6
}

/// What every signal weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weights([f64; SIGNAL_COUNT]);

impl Weights {
    /// Those of the table.
    pub(crate) fn shipped() -> Weights {
        Weights(std::array::from_fn(|signal| TABLE[signal].1))
    }

    /// That of one signal.
    pub(crate) fn of(&self, signal: Signal) -> f64 {
        self.0[signal as usize]
    }

    /// [`Signals::estimate`] of signals of which only these have a value; they are in the order of the table.
    pub(crate) fn estimate(&self, values: &[(Signal, f64)]) -> f64 {
        values.iter().fold(0.0, |sum, (signal, value)| sum + rounded(*value) * self.of(*signal))
    }

    /// The name of every signal with its weight, in the order of the table.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        TABLE.iter().zip(self.0).map(|((name, _), weight)| (*name, weight))
    }

    /// These weights, each times the factor of its signal; a signal that has none keeps its own.
    pub(crate) fn adjusted(&self, factors: &BTreeMap<String, f64>) -> Weights {
        let factor = |signal: usize| factors.get(TABLE[signal].0).copied().unwrap_or(1.0);
        Weights(std::array::from_fn(|signal| rounded(self.0[signal] * factor(signal))))
    }

    /// A hash of the names and the weights, which changes with either.
    pub(crate) fn hash(&self) -> ContentHash {
        let entry = |(name, weight): (&str, f64)| format!("{name}={weight};");
        ContentHash::of(self.named().map(entry).collect::<String>().as_bytes())
    }
}

/// The value of every signal for one hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Signals([f64; SIGNAL_COUNT]);

impl Signals {
    /// Nothing speaks for or against.
    pub(crate) fn new() -> Signals {
        Signals([0.0; SIGNAL_COUNT])
    }

    /// Sets one value. Values are rounded to six digits, so that a score is the same on every machine.
    pub(crate) fn set(&mut self, signal: Signal, value: f64) {
        self.0[signal as usize] = rounded(value);
    }

    /// One value.
    pub(crate) fn get(&self, signal: Signal) -> f64 {
        self.0[signal as usize]
    }

    /// About the sum of the contributions: good enough to choose whom to look at, and quick.
    pub(crate) fn estimate(&self, weights: &Weights) -> f64 {
        weights.0.iter().zip(self.0).map(|(weight, value)| value * weight).sum()
    }

    /// The sum of the contributions.
    pub(crate) fn score(&self, weights: &Weights) -> f64 {
        // In the order of the contributions, so that their sum is this number to the last bit; zeros change nothing.
        rounded(weights.0.iter().zip(self.0).map(|(weight, value)| rounded(value * weight)).sum())
    }

    /// What each signal with a value contributes, in the order of the table.
    pub(crate) fn contributions(&self, weights: &Weights) -> Vec<Contribution> {
        weights
            .named()
            .zip(self.0)
            .filter(|(_, value)| *value != 0.0)
            .map(|((signal, weight), value)| Contribution {
                signal,
                value,
                weight,
                contribution: rounded(value * weight),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributions_add_up_to_the_score() {
        let mut signals = Signals::new();
        signals.set(Signal::Path, 0.3333333333);
        signals.set(Signal::Test, 1.0);
        let weights = Weights::shipped();
        let parts = signals.contributions(&weights);
        assert_eq!(parts.len(), 2);
        let sum: f64 = parts.iter().map(|part| part.contribution).sum();
        assert!((sum - signals.score(&weights)).abs() < 1e-9);
        assert_eq!(parts[0].value, 0.333333);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = TABLE.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SIGNAL_COUNT);
    }
}
