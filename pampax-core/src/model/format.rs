//! The artefact: one file with everything a static model is, read where it lies.
//!
//! ```text
//! header        96 bytes: magic, version, dimensions, bits of a value, counts, BLAKE3 of what follows
//! slots         (2^slot_bits + 1) × u32: where the tokens of each slot begin
//! fingerprints  tokens × u32: the lower half of each token's hash, ordered by the hash
//! scales        rows × 3 × bf16: what a value is multiplied with, the weight in questions, the weight in documents
//! rows          rows × dimensions values of 8 or 4 bits: the tokens, then the buckets of sub-words
//! provenance    JSON: what it was trained on, and how
//! ```
//!
//! Everything is little-endian. A token is found by the upper bits of its hash, which name a slot of a few tokens, and by
//! its fingerprint in the slot; its text is not kept.
//!
//! Never here: how a text is cut into tokens (`tokens.rs`), and disk.

use super::tokens;
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::ops::Range;

const MAGIC: [u8; 8] = *b"PMPXEMBD";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 96;
const CHECKSUM: Range<usize> = 64..96;
/// Bounds of what is read; a file beyond them is damaged.
const MAX_DIMENSIONS: u32 = 4_096;
const MAX_ROWS: u32 = 1 << 26;
const MAX_SLOT_BITS: u32 = 24;

/// How many bits a value of a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bits {
    /// From -7 to 7, two in a byte: the first half of a row in the lower halves of its bytes, the second in the upper ones.
    Four,
    /// From -127 to 127.
    Eight,
}

impl Bits {
    fn row_bytes(self, dimensions: usize) -> usize {
        match self {
            Bits::Four => dimensions.div_ceil(2),
            Bits::Eight => dimensions,
        }
    }

    fn largest(self) -> f32 {
        match self {
            Bits::Four => 7.0,
            Bits::Eight => 127.0,
        }
    }
}

/// A row before it is written.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Row {
    pub values: Vec<f32>,
    /// The weight in questions and the weight in documents.
    pub weights: [f32; 2],
}

/// What an artefact is made of.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub dimensions: usize,
    pub bits: Bits,
    /// The tokens by their hash, in any order.
    pub tokens: Vec<(u64, Row)>,
    /// The buckets of sub-words.
    pub buckets: Vec<Row>,
    pub provenance: String,
}

/// An artefact in memory, checked so far that nothing in it leads outside of it.
#[derive(Debug, Clone)]
pub(crate) struct Artefact {
    bytes: Cow<'static, [u8]>,
    pub(crate) dimensions: usize,
    bits: Bits,
    slot_bits: u32,
    token_count: usize,
    pub(crate) bucket_count: u32,
    slots: usize,
    fingerprints: usize,
    scales: usize,
    rows: usize,
    provenance: usize,
}

impl Artefact {
    /// Reads the header and checks that the size fits it. What lies in between is not looked at.
    ///
    /// # Errors
    /// What is wrong, as a phrase.
    pub(crate) fn new(bytes: Cow<'static, [u8]>) -> std::result::Result<Artefact, String> {
        let Some(header) = bytes.get(..HEADER_BYTES) else { return Err("it is too short to be a model".to_owned()) };
        if header[..8] != MAGIC {
            return Err("it is not a model of pampax".to_owned());
        }
        let field = |index: usize| u32_at(header, 8 + 4 * index);
        if field(0) != VERSION {
            return Err(format!("it has version {}, this program reads {VERSION}", field(0)));
        }
        let bits = match field(2) {
            4 => Bits::Four,
            8 => Bits::Eight,
            other => return Err(format!("its values have {other} bits")),
        };
        let [dimensions, tokens, buckets, slot_bits] = [field(1), field(3), field(4), field(5)];
        let is_sane = (1..=MAX_DIMENSIONS).contains(&dimensions) && tokens <= MAX_ROWS && buckets <= MAX_ROWS;
        if !is_sane || slot_bits > MAX_SLOT_BITS || header[36..CHECKSUM.start].iter().any(|byte| *byte != 0) {
            return Err("its header is damaged".to_owned());
        }
        let (dimensions, token_count) = (dimensions as usize, tokens as usize);
        let row_count = token_count + buckets as usize;
        let fingerprints = HEADER_BYTES + ((1 << slot_bits) + 1) * 4;
        let scales = fingerprints + token_count * 4;
        let rows = scales + row_count * 6;
        let provenance = rows + row_count * bits.row_bytes(dimensions);
        if bytes.len() != provenance + field(6) as usize {
            return Err("it is cut or has more bytes than it says".to_owned());
        }
        let slots = HEADER_BYTES;
        let bucket_count = buckets;
        Ok(Artefact {
            bytes,
            dimensions,
            bits,
            slot_bits,
            token_count,
            bucket_count,
            slots,
            fingerprints,
            scales,
            rows,
            provenance,
        })
    }

    /// Whether the contents are those that were written.
    pub(crate) fn is_sound(&self) -> bool {
        let finite = |row: usize| self.scales_of(row).iter().all(|scale| scale.is_finite());
        self.bytes[CHECKSUM] == *blake3::hash(&self.bytes[HEADER_BYTES..]).as_bytes()
            && (0..self.token_count + self.bucket_count as usize).all(finite)
    }

    /// The checksum, as sixteen letters.
    pub(crate) fn name(&self) -> String {
        self.bytes[CHECKSUM].iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The number of tokens that have a row of their own.
    pub(crate) fn token_count(&self) -> usize {
        self.token_count
    }

    /// The size of the whole artefact.
    pub(crate) fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// What it was trained on, as JSON; empty where it is not text.
    pub(crate) fn provenance(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.provenance..]).unwrap_or("")
    }

    /// The row of a token.
    pub(crate) fn row(&self, hash: u64) -> Option<u32> {
        let slot = match self.slot_bits {
            0 => 0,
            bits => (hash >> (64 - bits)) as usize,
        };
        let start = u32_at(&self.bytes, self.slots + slot * 4) as usize;
        let end = (u32_at(&self.bytes, self.slots + slot * 4 + 4) as usize).min(self.token_count);
        let wanted = hash as u32;
        (start..end).find(|row| u32_at(&self.bytes, self.fingerprints + row * 4) == wanted).map(|row| row as u32)
    }

    /// The row of a bucket of sub-words.
    pub(crate) fn bucket_row(&self, bucket: u32) -> u32 {
        self.token_count as u32 + bucket
    }

    /// The weight of a row in questions (0) or documents (1).
    pub(crate) fn weight(&self, row: u32, side: usize) -> f32 {
        self.scales_of(row as usize)[1 + side]
    }

    fn scales_of(&self, row: usize) -> [f32; 3] {
        let at = self.scales + row * 6;
        [0, 2, 4].map(|offset| widened(u16::from_le_bytes([self.bytes[at + offset], self.bytes[at + offset + 1]])))
    }

    /// Adds `factor` times the row to `sum`, which has [`Artefact::dimensions`] components.
    pub(crate) fn add(&self, row: u32, factor: f32, sum: &mut [f32]) {
        let factor = factor * self.scales_of(row as usize)[0];
        let size = self.bits.row_bytes(self.dimensions);
        let at = self.rows + row as usize * size;
        let values = &self.bytes[at..at + size];
        match self.bits {
            Bits::Eight => {
                for (sum, value) in sum.iter_mut().zip(values) {
                    *sum += factor * f32::from(*value as i8);
                }
            }
            Bits::Four => {
                let (firsts, seconds) = sum.split_at_mut(size);
                for (sum, value) in firsts.iter_mut().zip(values) {
                    *sum += factor * f32::from((*value & 15) as i8 - 8);
                }
                for (sum, value) in seconds.iter_mut().zip(values) {
                    *sum += factor * f32::from((*value >> 4) as i8 - 8);
                }
            }
        }
    }
}

/// Writes an artefact.
///
/// # Errors
/// `INVALID_ARGUMENT` when two tokens have the same hash, or there are more of them than fit.
pub(crate) fn write(parts: &Parts) -> Result<Vec<u8>> {
    let mut tokens: Vec<&(u64, Row)> = parts.tokens.iter().collect();
    tokens.sort_by_key(|(hash, _)| *hash);
    let slot_bits = (tokens.len() / 2).max(1).ilog2();
    let slot = |hash: u64| if slot_bits == 0 { 0 } else { (hash >> (64 - slot_bits)) as usize };
    let mut body = Vec::new();
    for at in 0..=1_usize << slot_bits {
        put(&mut body, tokens.partition_point(|(hash, _)| slot(*hash) < at) as u32);
    }
    tokens.iter().for_each(|(hash, _)| put(&mut body, *hash as u32));
    let rows: Vec<&Row> = tokens.iter().map(|(_, row)| row).chain(&parts.buckets).collect();
    let scales: Vec<f32> = rows.iter().map(|row| scale(&row.values, parts.bits)).collect();
    for (row, scale) in rows.iter().zip(&scales) {
        [*scale, row.weights[0], row.weights[1]].iter().for_each(|value| body.extend(narrowed(*value).to_le_bytes()));
    }
    rows.iter()
        .zip(&scales)
        .for_each(|(row, scale)| put_row(&mut body, &row.values, widened(narrowed(*scale)), parts.bits));
    body.extend(parts.provenance.as_bytes());
    let bits = if parts.bits == Bits::Four { 4 } else { 8 };
    let counts = [tokens.len(), parts.buckets.len(), slot_bits as usize, parts.provenance.len()];
    let mut bytes = MAGIC.to_vec();
    [VERSION, parts.dimensions as u32, bits]
        .into_iter()
        .chain(counts.map(|count| count as u32))
        .for_each(|field| put(&mut bytes, field));
    bytes.resize(CHECKSUM.start, 0);
    bytes.extend(blake3::hash(&body).as_bytes());
    bytes.extend(body);
    let artefact = Artefact::new(Cow::Owned(bytes)).map_err(|reason| Error::argument("model", reason))?;
    let is_found = |(at, (hash, _)): (usize, &&(u64, Row))| artefact.row(*hash) == Some(at as u32);
    match tokens.iter().enumerate().all(is_found) {
        true => Ok(artefact.bytes.into_owned()),
        false => Err(Error::argument("model", "two tokens have the same number")),
    }
}

/// The unit of a row's values with which they are written most exactly: the greatest value need not fit.
fn scale(values: &[f32], bits: Bits) -> f32 {
    let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let error = |scale: f32| -> f32 {
        values.iter().map(|value| (value - f32::from(whole(*value, scale, bits)) * scale).powi(2)).sum()
    };
    let candidates = (0..9).map(|cut| largest * (1.0 - 0.05 * cut as f32) / bits.largest());
    candidates.min_by(|one, other| error(*one).total_cmp(&error(*other))).unwrap_or(0.0)
}

/// A value in units of `scale`.
fn whole(value: f32, scale: f32, bits: Bits) -> i8 {
    if scale == 0.0 { 0 } else { (value / scale).round().clamp(-bits.largest(), bits.largest()) as i8 }
}

fn put_row(body: &mut Vec<u8>, values: &[f32], scale: f32, bits: Bits) {
    match bits {
        Bits::Eight => body.extend(values.iter().map(|value| whole(*value, scale, bits) as u8)),
        Bits::Four => {
            let (firsts, seconds) = values.split_at(values.len().div_ceil(2));
            let half = |value: f32| (whole(value, scale, bits) + 8) as u8;
            let seconds = seconds.iter().copied().chain(std::iter::repeat(0.0));
            body.extend(firsts.iter().zip(seconds).map(|(first, second)| half(*first) | half(second) << 4));
        }
    }
}

fn put(body: &mut Vec<u8>, value: u32) {
    body.extend(value.to_le_bytes());
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The upper half of a number, rounded.
fn narrowed(value: f32) -> u16 {
    (value.to_bits().wrapping_add(0x8000) >> 16) as u16
}

fn widened(value: u16) -> f32 {
    f32::from_bits(u32::from(value) << 16)
}

/// The hash by which a token is found.
pub(crate) fn hash(token: &str) -> u64 {
    tokens::hash(token.as_bytes())
}
