//! Learning a model from pairs, and making an artefact of it.
//!
//! Never here: where the pairs come from.

use super::batches::{BATCH, Chooser};
use super::format::{self, Bits, Parts, Row};
use super::learned::Table;
use super::lessons::Lessons;
use super::matrix::add;
use super::mine::{self, Mined, Share, Source};
use super::step::{self, Pace, Parameters, step};
use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};
use crate::host::SystemClock;
use crate::limits::{Limits, Watch};
use fastrand::Rng;
use serde_json::{Value, json};
use std::sync::Arc;

/// The share of the steps in which the rate rises.
const WARM_UP: f32 = 0.05;
/// One of so many tokens is made of its sub-words in a step.
const DROPPED: u64 = 10;
/// A weight is the rarity over this before anything is learned.
const RARITY_OF_WEIGHT_ONE: f32 = 8.0;
/// The inverse temperature at the start.
const FIRST_SCALE: f32 = 14.0;
/// Steps between two reports.
const REPORT_STEPS: usize = 50;

/// How a model is trained.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TrainOptions {
    /// Components of a vector. Default: 256.
    pub dimensions: usize,
    /// Tokens with a row of their own, at most. Default: 50,000.
    pub vocabulary: usize,
    /// Buckets of sub-words, of which tokens without a row are made. Default: 4,096.
    pub subwords: u32,
    /// Bits of a value of a row, 4 or 8. Default: 4.
    pub bits: u32,
    /// How often the pairs are gone through. Default: 6.
    pub epochs: usize,
    /// The greatest step of learning. Default: 0.003.
    pub rate: f32,
    /// Where chance begins; the same seed on the same pairs gives the same model, on any number of threads. Default: 1.
    pub seed: u64,
    /// Threads; 0 means one for each core. Default: 0.
    pub threads: usize,
}

impl Default for TrainOptions {
    fn default() -> TrainOptions {
        TrainOptions {
            dimensions: 256,
            vocabulary: 50_000,
            subwords: 4_096,
            bits: 4,
            epochs: 6,
            rate: 0.003,
            seed: 1,
            threads: 0,
        }
    }
}

impl TrainOptions {
    fn check(&self) -> Result<Bits> {
        let bits = match self.bits {
            4 => Bits::Four,
            8 => Bits::Eight,
            other => return Err(Error::argument("bits", format!("{other} is neither 4 nor 8"))),
        };
        let bounds = [
            ("dimensions", self.dimensions, 2..=4_096),
            ("vocabulary", self.vocabulary, 1..=4_000_000),
            ("subwords", self.subwords as usize, 1..=1_000_000),
            ("epochs", self.epochs, 1..=1_000),
        ];
        for (argument, value, range) in bounds {
            if !range.contains(&value) {
                let reason = format!("{value} is not between {} and {}", range.start(), range.end());
                return Err(Error::argument(argument, reason));
            }
        }
        Ok(bits)
    }
}

/// What a model is learned from.
#[derive(Debug, Clone)]
pub struct Pairs {
    lessons: Lessons,
}

impl Pairs {
    /// Pairs of questions and code, from the sources in their order. `told` hears of each source that is done.
    ///
    /// Of a source at most `max_bytes` of code and `max_pairs` definitions are taken. Files and sources whose names are in
    /// [`super::deny`] are left out.
    ///
    /// # Errors
    /// `IO` when a source cannot be read, `CANCELLED` and `DEADLINE_EXCEEDED` as the limits say.
    pub fn mine(
        sources: &[Source],
        (max_bytes, max_pairs): (u64, usize),
        limits: &Limits,
        told: &dyn Fn(&str, Mined),
    ) -> Result<(Pairs, Mined)> {
        let watch = Watch::start(limits, Arc::new(SystemClock::new()));
        let share = Share { max_bytes, max_lessons: max_pairs, threads: 0 };
        let (lessons, mined) = mine::mine(sources, share, &watch, told)?;
        Ok((Pairs { lessons }, mined))
    }

    /// The number of definitions that something is asked for.
    pub fn count(&self) -> usize {
        self.lessons.lessons.len()
    }

    /// How many of them each language has, by its stable name.
    pub fn languages(&self) -> Vec<(&'static str, usize)> {
        let count =
            |number: usize| self.lessons.lessons.iter().filter(|lesson| lesson.language == number as u32).count();
        let all =
            crate::source::Language::ALL.iter().enumerate().map(|(number, language)| (language.name(), count(number)));
        all.filter(|(_, count)| *count > 0).collect()
    }

    /// The names of the sources that gave any.
    pub fn sources(&self) -> &[String] {
        &self.lessons.packages
    }

    /// The pairs as bytes for [`Pairs::from_bytes`].
    ///
    /// # Errors
    /// `INTERNAL` when compression fails.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.lessons.to_bytes()
    }

    /// Pairs that were kept with [`Pairs::to_bytes`].
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the bytes are not that.
    pub fn from_bytes(bytes: &[u8]) -> Result<Pairs> {
        Lessons::from_bytes(bytes).map(|lessons| Pairs { lessons })
    }
}

/// How far training is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TrainProgress {
    /// Steps done.
    pub step: usize,
    /// Steps of the whole training.
    pub steps: usize,
    /// The mean loss of the last steps.
    pub loss: f32,
}

/// A trained model.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Trained {
    /// The artefact, which [`super::StaticModel::from_bytes`] reads.
    pub bytes: Vec<u8>,
    /// The mean of one over the rank of the right definition, for doc comments that were not learned.
    pub reciprocal_rank: f64,
    /// Among how many definitions that rank is.
    pub candidates: usize,
}

/// Learns a model. `provenance` is kept in it beside the options and the counts; `told` hears how far it is.
///
/// # Errors
/// `INVALID_ARGUMENT` for options out of range or too few pairs, `CANCELLED` and `DEADLINE_EXCEEDED` as the limits say.
pub fn train(
    pairs: &Pairs,
    options: &TrainOptions,
    (provenance, limits): (Value, &Limits),
    told: &dyn Fn(TrainProgress),
) -> Result<Trained> {
    let bits = options.check()?;
    let lessons = &pairs.lessons;
    let watch = Watch::start(limits, Arc::new(SystemClock::new()));
    let vocabulary = Vocabulary::choose(lessons, options.vocabulary, options.subwords);
    let chooser = Chooser::new(lessons, &vocabulary, options.seed);
    if vocabulary.tokens.is_empty() || chooser.round_size() < 2 {
        let reason = format!("{} definitions with something said about them are too few to learn from", pairs.count());
        return Err(Error::argument("pairs", reason));
    }
    let mut parameters = first_parameters(&vocabulary, options);
    learn(&mut parameters, &vocabulary, &chooser, options, &watch, told)?;
    let ranks = step::ranks(&parameters, &vocabulary, &chooser.measured(), options.threads)?;
    let reciprocal_rank = ranks.iter().map(|rank| 1.0 / *rank as f64).sum::<f64>() / ranks.len().max(1) as f64;
    let provenance = provenance_of(pairs, options, provenance, reciprocal_rank);
    let parts = bake(&parameters, &vocabulary, lessons, (bits, provenance));
    Ok(Trained { bytes: format::write(&parts)?, reciprocal_rank, candidates: ranks.len() })
}

fn provenance_of(pairs: &Pairs, options: &TrainOptions, provenance: Value, reciprocal_rank: f64) -> String {
    let languages: serde_json::Map<String, Value> =
        pairs.languages().into_iter().map(|(language, count)| (language.to_owned(), count.into())).collect();
    json!({
        "sources": provenance,
        "pairs": pairs.count(),
        "pairs_by_language": languages,
        "dimensions": options.dimensions, "vocabulary": options.vocabulary, "subwords": options.subwords,
        "bits": options.bits, "epochs": options.epochs, "rate": options.rate, "seed": options.seed,
        "reciprocal_rank": reciprocal_rank,
    })
    .to_string()
}

/// Random rows, and weights by rarity.
fn first_parameters(vocabulary: &Vocabulary, options: &TrainOptions) -> Parameters {
    let mut random = Rng::with_seed(options.seed);
    let dimensions = options.dimensions;
    let spread = (3.0 / dimensions as f32).sqrt();
    let mut rows =
        |count: usize| (0..count * dimensions).map(|_| (random.f32() * 2.0 - 1.0) * spread).collect::<Vec<f32>>();
    let (own, buckets) = (rows(vocabulary.tokens.len()), rows(options.subwords as usize));
    let weight = |rarity: f32| (rarity / RARITY_OF_WEIGHT_ONE).max(0.05).ln();
    let weights = vocabulary.rarity.iter().flat_map(|rarity| [weight(*rarity); 2]).collect();
    let bucket_weights = vec![weight(vocabulary.greatest_rarity); 2 * options.subwords as usize];
    Parameters {
        rows: Table::new(dimensions, own),
        buckets: Table::new(dimensions, buckets),
        row_weights: Table::new(2, weights),
        bucket_weights: Table::new(2, bucket_weights),
        log_scale: Table::new(1, vec![FIRST_SCALE.ln()]),
    }
}

fn learn(
    parameters: &mut Parameters,
    vocabulary: &Vocabulary,
    chooser: &Chooser<'_>,
    options: &TrainOptions,
    watch: &Watch,
    told: &dyn Fn(TrainProgress),
) -> Result<()> {
    let mut random = Rng::with_seed(options.seed);
    let steps = chooser.round_size().div_ceil(BATCH) * options.epochs;
    let (mut done, mut loss, mut count) = (0, 0.0, 0);
    for _ in 0..options.epochs {
        for indices in chooser.round(&mut random) {
            watch.check("train")?;
            let batch = chooser.batch(&indices, &mut random);
            if batch.questions.len() > 1 {
                let pace = Pace {
                    rate: rate(options.rate, done, steps),
                    threads: options.threads,
                    seed: done as u64,
                    dropped: DROPPED,
                };
                loss += step(parameters, vocabulary, &batch, pace)?;
                count += 1;
            }
            done += 1;
            if count == REPORT_STEPS || done >= steps {
                told(TrainProgress { step: done, steps: steps.max(done), loss: loss / count.max(1) as f32 });
                (loss, count) = (0.0, 0);
            }
        }
    }
    Ok(())
}

/// The rate rises, then falls to nothing.
fn rate(greatest: f32, step: usize, steps: usize) -> f32 {
    let (at, steps) = (step as f32 + 1.0, steps.max(1) as f32);
    let warm = steps * WARM_UP;
    greatest * (at / warm).min((steps + 1.0 - at) / (steps - warm).max(1.0)).clamp(0.0, 1.0)
}

/// The rows as they are used: a token's own and its sub-words in one.
fn bake(
    parameters: &Parameters,
    vocabulary: &Vocabulary,
    lessons: &Lessons,
    (bits, provenance): (Bits, String),
) -> Parts {
    let weights = |table: &Table, row: u32| [0, 1].map(|side| table.row(row)[side].exp());
    let token = |(row, token): (usize, &u32)| {
        let mut values = parameters.rows.row(row as u32).to_vec();
        let subwords = vocabulary.subwords(*token);
        let share = 1.0 / subwords.len().max(1) as f32;
        subwords.iter().for_each(|bucket| add(&mut values, share, parameters.buckets.row(*bucket)));
        let weights = weights(&parameters.row_weights, row as u32);
        (format::hash(&lessons.tokens[*token as usize]), Row { values, weights })
    };
    let bucket = |bucket: u32| Row {
        values: parameters.buckets.row(bucket).to_vec(),
        weights: weights(&parameters.bucket_weights, bucket),
    };
    Parts {
        dimensions: parameters.rows.dimensions,
        bits,
        tokens: vocabulary.tokens.iter().enumerate().map(token).collect(),
        buckets: (0..parameters.bucket_count()).map(bucket).collect(),
        provenance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StaticModel;
    use std::path::Path;

    /// Two small projects in which things are named and told of again and again.
    fn project(folder: &Path, names: &[(&str, &str)]) -> Source {
        let source = folder.join("src");
        #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
        std::fs::create_dir_all(&source).unwrap();
        for (name, told) in names {
            let text = format!(
                "/// {told} and tells whether it did.\npub fn {name}_now(value: u32) -> bool {{\n    {name}_inner(value)\n}}\n"
            );
            #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
            std::fs::write(source.join(format!("{name}.rs")), text.repeat(3).replace("_now", "_at_once")).unwrap();
        }
        Source::new(folder)
    }

    fn pairs(folder: &Path) -> Pairs {
        let things = [
            ("session", "Opens the login of a person"),
            ("socket", "Sends bytes to the other machine"),
            ("parser", "Reads the grammar of text"),
        ];
        let sources = [project(&folder.join("one"), &things), project(&folder.join("two"), &things[1..])];
        Pairs::mine(&sources, (1 << 20, 100), &Limits::default(), &|_, _| {}).unwrap().0
    }

    fn options(threads: usize) -> TrainOptions {
        TrainOptions {
            dimensions: 16,
            vocabulary: 100,
            subwords: 64,
            epochs: 40,
            rate: 0.05,
            threads,
            ..TrainOptions::default()
        }
    }

    fn trained(pairs: &Pairs, threads: usize) -> Trained {
        train(pairs, &options(threads), (json!(["one", "two"]), &Limits::default()), &|_| {}).unwrap()
    }

    #[test]
    fn training_gives_the_same_bytes_on_any_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        let pairs = pairs(folder.path());
        assert!(pairs.count() >= 3, "{}", pairs.count());
        let one = trained(&pairs, 1);
        assert_eq!(one.bytes, trained(&pairs, 3).bytes);
        let model = StaticModel::from_bytes(one.bytes).unwrap();
        assert!(model.provenance().contains("\"sources\":[\"one\",\"two\"]"));
    }

    #[test]
    fn options_out_of_range_and_too_few_pairs_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pairs = pairs(folder.path());
        let refused = |options: TrainOptions| {
            train(&pairs, &options, (Value::Null, &Limits::default()), &|_| {}).err().map(|error| error.to_string())
        };
        assert!(refused(TrainOptions { bits: 5, ..options(1) }).unwrap().contains("bits"));
        assert!(refused(TrainOptions { dimensions: 1, ..options(1) }).unwrap().contains("dimensions"));
        assert!(refused(TrainOptions { epochs: 0, ..options(1) }).unwrap().contains("epochs"));
        let none = Pairs { lessons: Lessons::default() };
        assert!(train(&none, &options(1), (Value::Null, &Limits::default()), &|_| {}).is_err());
    }

    #[test]
    fn a_cancelled_training_ends() {
        let folder = tempfile::tempdir().unwrap();
        let token = crate::limits::CancelToken::new();
        token.cancel();
        let limits = Limits::default().with_cancel(token);
        let result = train(&pairs(folder.path()), &options(1), (Value::Null, &limits), &|_| {});
        assert!(matches!(result, Err(Error::Cancelled { .. })));
    }

    #[test]
    fn the_rate_rises_and_falls() {
        let rates: Vec<f32> = (0..100).map(|step| rate(1.0, step, 100)).collect();
        assert!(rates[0] < rates[4] && rates[4] == 1.0 && rates[50] < 0.6 && rates[99] < 0.02 && rates[99] > 0.0);
    }
}
