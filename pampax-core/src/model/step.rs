//! One step of learning: the vectors of a batch, how well questions find their documents, and what to change.
//!
//! The loss is InfoNCE (van den Oord, Li and Vinyals, "Representation learning with contrastive predictive coding",
//! 2018) in both directions, with a learned temperature. Sums run in a fixed order, so that the number of threads does not
//! change the result.
//!
//! Never here: which lessons make a batch.

use super::batches::Batch;
use super::learned::Table;
use super::matrix::{add, dot, exp, log_sum_exp};
use super::vocabulary::{NO_ROW, Vocabulary};
use crate::error::Result;
use crate::parallel;

/// Rows that one piece of work of a thread has.
const PIECE: usize = 64;
/// Smaller shares of the gradient are passed over.
const NEGLIGIBLE: f32 = 1e-6;
/// Bounds of the logarithm of the inverse temperature.
const LOG_SCALE: std::ops::RangeInclusive<f32> = 1.0..=4.6;

/// What is learned.
#[derive(Debug, Clone)]
pub(super) struct Parameters {
    pub rows: Table,
    pub buckets: Table,
    /// The logarithms of the weights in questions and documents.
    pub row_weights: Table,
    pub bucket_weights: Table,
    /// The logarithm of the inverse temperature.
    pub log_scale: Table,
}

impl Parameters {
    /// The number of buckets of sub-words.
    pub(super) fn bucket_count(&self) -> u32 {
        self.buckets.row_count() as u32
    }
}

/// What holds for one step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub rate: f32,
    pub threads: usize,
    /// Decides which tokens are made of their sub-words in this step, one in `dropped` of them; 0 for none.
    pub seed: u64,
    pub dropped: u64,
}

/// The tokens of a batch, each once.
struct Tokens {
    ids: Vec<u32>,
    /// The row of each, or [`NO_ROW`] where it is made of sub-words only.
    rows: Vec<u32>,
    /// Where the uses of each token begin.
    starts: Vec<u32>,
    /// Text, and what the token counts in it; by token, then by text.
    uses: Vec<(u32, f32)>,
    /// The tokens of each text, as indices of `ids`.
    texts: Vec<Vec<(u32, f32)>>,
    vectors: Vec<f32>,
    weights: Vec<[f32; 2]>,
}

/// The vectors of the texts: questions, then documents.
struct Vectors {
    units: Vec<f32>,
    lengths: Vec<f32>,
}

/// Learns one batch; returns its loss.
///
/// # Errors
/// `INTERNAL` when no thread can be started.
pub(super) fn step(parameters: &mut Parameters, vocabulary: &Vocabulary, batch: &Batch, pace: Pace) -> Result<f32> {
    let tokens = Tokens::of(parameters, vocabulary, batch, pace)?;
    let vectors = tokens.embed(parameters.rows.dimensions, pace.threads)?;
    let (loss, mut gradients, scale_gradient) = contrast(parameters, batch, &vectors, pace.threads)?;
    through_length(&vectors, &mut gradients, parameters.rows.dimensions, pace.threads)?;
    let (rows, weights) = tokens.gradients(&gradients, parameters.rows.dimensions, pace.threads)?;
    apply(parameters, vocabulary, &tokens, (&rows, &weights), pace)?;
    parameters.log_scale.update(&[0], &[scale_gradient], pace.rate, 1)?;
    Ok(loss)
}

/// The rank, from 1, of each question's document among all documents.
///
/// # Errors
/// `INTERNAL` when no thread can be started.
pub(super) fn ranks(
    parameters: &Parameters,
    vocabulary: &Vocabulary,
    batch: &Batch,
    threads: usize,
) -> Result<Vec<usize>> {
    let tokens = Tokens::of(parameters, vocabulary, batch, Pace { rate: 0.0, threads, seed: 0, dropped: 0 })?;
    let dimensions = parameters.rows.dimensions;
    let units = tokens.embed(dimensions, threads)?.units;
    let (questions, documents) = units.split_at(batch.questions.len() * dimensions);
    let mut ranks = vec![0; batch.questions.len()];
    parallel::each_mut(&mut ranks, threads, |question, rank| {
        let vector = &questions[question * dimensions..][..dimensions];
        let score = |document: usize| dot(vector, &documents[document * dimensions..][..dimensions]);
        let own = score(question);
        *rank =
            1 + (0..batch.documents.len()).filter(|document| *document != question && score(*document) >= own).count();
    })?;
    Ok(ranks)
}

impl Tokens {
    fn of(parameters: &Parameters, vocabulary: &Vocabulary, batch: &Batch, pace: Pace) -> Result<Tokens> {
        let all = || batch.questions.iter().chain(&batch.documents);
        let mut ids: Vec<u32> = all().flatten().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        let row = |id: u32| {
            let is_dropped = pace.dropped > 0
                && super::tokens::hash(&(u64::from(id) ^ pace.seed.wrapping_mul(0x9e37_79b9)).to_le_bytes())
                    .is_multiple_of(pace.dropped);
            if is_dropped { NO_ROW } else { vocabulary.rows[id as usize] }
        };
        ids.sort_by_key(|id| (row(*id), *id));
        let mut places = vec![0_u32; vocabulary.rows.len()];
        ids.iter().enumerate().for_each(|(place, id)| places[*id as usize] = place as u32);
        let texts: Vec<Vec<(u32, f32)>> =
            all().map(|text| text.iter().map(|(id, count)| (places[*id as usize], *count)).collect()).collect();
        let (starts, uses) = uses(&texts, ids.len());
        let rows: Vec<u32> = ids.iter().map(|id| row(*id)).collect();
        let mut tokens = Tokens { ids, rows, starts, uses, texts, vectors: Vec::new(), weights: Vec::new() };
        tokens.compose(parameters, vocabulary, pace.threads)?;
        Ok(tokens)
    }

    /// The vector and weights of each token: its own row and the mean of its sub-words.
    fn compose(&mut self, parameters: &Parameters, vocabulary: &Vocabulary, threads: usize) -> Result<()> {
        let dimensions = parameters.rows.dimensions;
        let mut vectors = vec![0.0; self.ids.len() * dimensions];
        let mut weights = vec![[0.0; 2]; self.ids.len()];
        let mut pieces: Vec<_> = vectors.chunks_mut(PIECE * dimensions).zip(weights.chunks_mut(PIECE)).collect();
        parallel::each_mut(&mut pieces, threads, |piece, (vectors, weights)| {
            for (at, (vector, weights)) in vectors.chunks_mut(dimensions).zip(weights.iter_mut()).enumerate() {
                let (id, row) = (self.ids[piece * PIECE + at], self.rows[piece * PIECE + at]);
                let subwords = vocabulary.subwords(id);
                let share = 1.0 / subwords.len().max(1) as f32;
                subwords.iter().for_each(|bucket| add(vector, share, parameters.buckets.row(*bucket)));
                if row != NO_ROW {
                    add(vector, 1.0, parameters.rows.row(row));
                    *weights = [0, 1].map(|side| parameters.row_weights.row(row)[side].exp());
                } else {
                    let weight = |side: usize| -> f32 {
                        subwords.iter().map(|bucket| parameters.bucket_weights.row(*bucket)[side].exp()).sum()
                    };
                    *weights = [0, 1].map(|side| weight(side) * share);
                }
            }
        })?;
        drop(pieces);
        (self.vectors, self.weights) = (vectors, weights);
        Ok(())
    }

    fn side(&self, text: usize) -> usize {
        usize::from(text >= self.texts.len() / 2)
    }

    fn embed(&self, dimensions: usize, threads: usize) -> Result<Vectors> {
        let mut units = vec![0.0; self.texts.len() * dimensions];
        let mut lengths = vec![1.0_f32; self.texts.len()];
        let mut pieces: Vec<_> = units.chunks_mut(PIECE * dimensions).zip(lengths.chunks_mut(PIECE)).collect();
        parallel::each_mut(&mut pieces, threads, |piece, (units, lengths)| {
            for (at, (unit, length)) in units.chunks_mut(dimensions).zip(lengths.iter_mut()).enumerate() {
                let text = piece * PIECE + at;
                let side = self.side(text);
                for (token, count) in &self.texts[text] {
                    let token = *token as usize;
                    add(unit, count * self.weights[token][side], &self.vectors[token * dimensions..][..dimensions]);
                }
                *length = dot(unit, unit).sqrt().max(1e-12);
                unit.iter_mut().for_each(|value| *value /= *length);
            }
        })?;
        drop(pieces);
        Ok(Vectors { units, lengths })
    }

    /// The gradients of the tokens' vectors and of the logarithms of their weights.
    fn gradients(&self, texts: &[f32], dimensions: usize, threads: usize) -> Result<(Vec<f32>, Vec<[f32; 2]>)> {
        let mut rows = vec![0.0; self.ids.len() * dimensions];
        let mut weights = vec![[0.0; 2]; self.ids.len()];
        let mut pieces: Vec<_> = rows.chunks_mut(PIECE * dimensions).zip(weights.chunks_mut(PIECE)).collect();
        parallel::each_mut(&mut pieces, threads, |piece, (rows, weights)| {
            for (at, (row, weights)) in rows.chunks_mut(dimensions).zip(weights.iter_mut()).enumerate() {
                let token = piece * PIECE + at;
                let vector = &self.vectors[token * dimensions..][..dimensions];
                for (text, count) in &self.uses[self.starts[token] as usize..self.starts[token + 1] as usize] {
                    let side = self.side(*text as usize);
                    let gradient = &texts[*text as usize * dimensions..][..dimensions];
                    let factor = count * self.weights[token][side];
                    add(row, factor, gradient);
                    weights[side] += factor * dot(vector, gradient);
                }
            }
        })?;
        drop(pieces);
        Ok((rows, weights))
    }
}

/// The uses of each token, from the tokens of each text.
fn uses(texts: &[Vec<(u32, f32)>], token_count: usize) -> (Vec<u32>, Vec<(u32, f32)>) {
    let mut starts = vec![0_u32; token_count + 1];
    texts.iter().flatten().for_each(|(token, _)| starts[*token as usize + 1] += 1);
    for token in 0..token_count {
        starts[token + 1] += starts[token];
    }
    let mut next = starts.clone();
    let mut uses = vec![(0, 0.0); starts[token_count] as usize];
    for (text, tokens) in texts.iter().enumerate() {
        for (token, count) in tokens {
            uses[next[*token as usize] as usize] = (text as u32, *count);
            next[*token as usize] += 1;
        }
    }
    (starts, uses)
}

/// The loss, its gradients with respect to the unit vectors, and with respect to the temperature.
fn contrast(parameters: &Parameters, batch: &Batch, vectors: &Vectors, threads: usize) -> Result<(f32, Vec<f32>, f32)> {
    let (dimensions, count) = (parameters.rows.dimensions, batch.questions.len());
    let scale = parameters.log_scale.row(0)[0].clamp(*LOG_SCALE.start(), *LOG_SCALE.end()).exp();
    let (questions, documents) = vectors.units.split_at(count * dimensions);
    let mut scores = vec![0.0_f32; count * count];
    let mut row_sums = vec![0.0_f32; count];
    let mut rows: Vec<_> = scores.chunks_mut(count).zip(&mut row_sums).collect();
    parallel::each_mut(&mut rows, threads, |question, (scores, sum)| {
        let vector = &questions[question * dimensions..][..dimensions];
        for (document, score) in scores.iter_mut().enumerate() {
            let is_foreign = document == question || batch.files[document] != batch.files[question];
            let cosine = if is_foreign {
                dot(vector, &documents[document * dimensions..][..dimensions])
            } else {
                f32::NEG_INFINITY
            };
            *score = scale * cosine;
        }
        **sum = log_sum_exp(scores.iter().copied());
    })?;
    drop(rows);
    let mut column_sums = vec![0.0_f32; count];
    parallel::each_mut(&mut column_sums, threads, |document, sum| {
        *sum = log_sum_exp(scores.iter().skip(document).step_by(count).copied());
    })?;
    let loss = |at: usize| row_sums[at] + column_sums[at] - 2.0 * scores[at * count + at];
    let loss = (0..count).map(loss).sum::<f32>() / (2 * count) as f32;
    let mut gradients = vec![0.0_f32; vectors.units.len()];
    let (question_gradients, document_gradients) = gradients.split_at_mut(count * dimensions);
    let mut scale_gradients = vec![0.0_f32; count];
    let mut rows: Vec<_> =
        scores.chunks_mut(count).zip(question_gradients.chunks_mut(dimensions)).zip(&mut scale_gradients).collect();
    parallel::each_mut(&mut rows, threads, |question, ((scores, gradient), scale_gradient)| {
        for (document, score) in scores.iter_mut().enumerate() {
            let hit = if document == question { 2.0 } else { 0.0 };
            let change = exp(*score - row_sums[question]) + exp(*score - column_sums[document]) - hit;
            let change = if change.abs() < NEGLIGIBLE { 0.0 } else { change / (2 * count) as f32 };
            if change != 0.0 {
                **scale_gradient += change * *score;
                add(gradient, scale * change, &documents[document * dimensions..][..dimensions]);
            }
            *score = scale * change;
        }
    })?;
    drop(rows);
    let mut columns: Vec<_> = document_gradients.chunks_mut(dimensions).collect();
    parallel::each_mut(&mut columns, threads, |document, gradient| {
        for question in 0..count {
            let change = scores[question * count + document];
            if change != 0.0 {
                add(gradient, change, &questions[question * dimensions..][..dimensions]);
            }
        }
    })?;
    Ok((loss, gradients, scale_gradients.iter().sum()))
}

/// Turns gradients of unit vectors into those of the vectors that they were made from.
fn through_length(vectors: &Vectors, gradients: &mut [f32], dimensions: usize, threads: usize) -> Result<()> {
    let mut pieces: Vec<_> = gradients.chunks_mut(dimensions).collect();
    parallel::each_mut(&mut pieces, threads, |text, gradient| {
        let unit = &vectors.units[text * dimensions..][..dimensions];
        let along = dot(unit, gradient);
        add(gradient, -along, unit);
        gradient.iter_mut().for_each(|value| *value /= vectors.lengths[text]);
    })
}

fn apply(
    parameters: &mut Parameters,
    vocabulary: &Vocabulary,
    tokens: &Tokens,
    (rows, weights): (&[f32], &[[f32; 2]]),
    pace: Pace,
) -> Result<()> {
    let dimensions = parameters.rows.dimensions;
    // Tokens are ordered by row, and those without one come last.
    let own = tokens.rows.partition_point(|row| *row != NO_ROW);
    parameters.rows.update(&tokens.rows[..own], &rows[..own * dimensions], pace.rate, pace.threads)?;
    let own_weights: Vec<f32> = weights[..own].concat();
    parameters.row_weights.update(&tokens.rows[..own], &own_weights, pace.rate, pace.threads)?;
    let mut parts: Vec<(u32, u32)> = Vec::new();
    for (token, id) in tokens.ids.iter().enumerate() {
        parts.extend(vocabulary.subwords(*id).iter().map(|bucket| (*bucket, token as u32)));
    }
    parts.sort_unstable();
    let groups: Vec<&[(u32, u32)]> = parts.chunk_by(|one, other| one.0 == other.0).collect();
    let touched: Vec<u32> = groups.iter().map(|group| group[0].0).collect();
    let mut gradients = vec![0.0_f32; touched.len() * dimensions];
    let mut weight_gradients = vec![[0.0_f32; 2]; touched.len()];
    let mut pieces: Vec<_> = gradients.chunks_mut(dimensions).zip(&mut weight_gradients).collect();
    parallel::each_mut(&mut pieces, pace.threads, |at, (gradient, weight_gradient)| {
        for (bucket, token) in groups[at] {
            let token = *token as usize;
            let share = 1.0 / vocabulary.subwords(tokens.ids[token]).len() as f32;
            add(gradient, share, &rows[token * dimensions..][..dimensions]);
            for side in [0, 1].into_iter().filter(|_| token >= own) {
                let part = share * parameters.bucket_weights.row(*bucket)[side].exp();
                weight_gradient[side] += weights[token][side] * part / tokens.weights[token][side].max(1e-12);
            }
        }
    })?;
    drop(pieces);
    parameters.buckets.update(&touched, &gradients, pace.rate, pace.threads)?;
    parameters.bucket_weights.update(&touched, &weight_gradients.concat(), pace.rate, pace.threads)
}
