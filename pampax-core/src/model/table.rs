//! The rows of a model in the `safetensors` format, checked once.
//!
//! Never here: which rows a text has.

use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use std::ops::Range;

/// The most components that a row may have.
const MAX_DIMENSIONS: usize = 65_536;

/// A row for each token.
pub(super) struct Table {
    /// The file.
    bytes: Vec<u8>,
    /// Where in it the rows are.
    rows: Range<usize>,
    kind: Kind,
    dimensions: usize,
    /// The row of each token. Without it, token and row have the same number.
    mapping: Option<Vec<u32>>,
    /// What the row of each token counts. Without it, each counts one.
    weights: Option<Vec<f64>>,
    /// How many tokens have rows.
    tokens: usize,
}

/// What numbers are written as.
#[derive(Clone, Copy)]
enum Kind {
    F16,
    F32,
    F64,
    I8,
}

impl Table {
    /// The table in a file that holds a matrix `embeddings`, and may hold a list `weights` and a list `mapping`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(bytes: Vec<u8>) -> Result<Table, String> {
        let (header, metadata) = SafeTensors::read_metadata(&bytes).map_err(|error| error.to_string())?;
        let file = File { bytes: &bytes, start: header + size_of::<u64>(), metadata: &metadata };
        let embeddings =
            file.tensor("embeddings")?.ok_or_else(|| format!("it holds no embeddings, but {}", file.names()))?;
        let [row_count, dimensions] = *embeddings.info.shape.as_slice() else {
            return Err(format!("embeddings has the shape {:?} instead of rows and columns", embeddings.info.shape));
        };
        if row_count == 0 || !(1..=MAX_DIMENSIONS).contains(&dimensions) {
            return Err(format!("embeddings has {row_count} rows of {dimensions} components"));
        }
        let kind = embeddings.kind()?;
        embeddings.finite(kind)?;
        let mapping = file.tensor("mapping")?.map(|mapping| mapping.rows(row_count)).transpose()?;
        let weights = file.tensor("weights")?.map(|weights| weights.numbers()).transpose()?;
        let tokens = mapping.as_ref().map_or(row_count, Vec::len);
        let tokens = weights.as_ref().map_or(tokens, |weights| weights.len().min(tokens));
        let rows = embeddings.range;
        Ok(Table { rows, kind, dimensions, mapping, weights, tokens, bytes })
    }

    /// The number of components of a row.
    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// How many tokens have rows: those with a smaller number.
    pub(super) fn tokens(&self) -> usize {
        self.tokens
    }

    /// The mean of the rows of `tokens`, each times its weight; nothing without any. A token without a row is left out.
    pub(super) fn mean(&self, tokens: impl Iterator<Item = u32>) -> Option<Vec<f64>> {
        let mut sum = vec![0.0; self.dimensions];
        let mut count = 0usize;
        for token in tokens.filter(|token| (*token as usize) < self.tokens) {
            let token = token as usize;
            let row = self.mapping.as_ref().map_or(token, |mapping| mapping[token] as usize);
            let weight = self.weights.as_ref().map_or(1.0, |weights| weights[token]);
            self.add(row, weight, &mut sum);
            count += 1;
        }
        sum.iter_mut().for_each(|component| *component /= count.max(1) as f64);
        (count > 0).then_some(sum)
    }

    fn add(&self, row: usize, weight: f64, sum: &mut [f64]) {
        let width = self.kind.bytes() * self.dimensions;
        let row = &self.bytes[self.rows.start + row * width..][..width];
        self.kind.each(row, sum.iter_mut(), |component, number| *component += number * weight);
    }
}

/// What a file of tensors holds.
struct File<'a> {
    bytes: &'a [u8],
    /// Where the numbers begin.
    start: usize,
    metadata: &'a Metadata,
}

/// One tensor, which lies in the file.
struct Tensor<'a> {
    name: &'static str,
    info: &'a TensorInfo,
    range: Range<usize>,
    bytes: &'a [u8],
}

impl<'a> File<'a> {
    fn tensor(&self, name: &'static str) -> Result<Option<Tensor<'a>>, String> {
        let Some(info) = self.metadata.info(name) else { return Ok(None) };
        let (start, end) = info.data_offsets;
        let range = self.start.saturating_add(start)..self.start.saturating_add(end);
        let bytes = self.bytes.get(range.clone()).ok_or_else(|| format!("{name} lies outside the file"))?;
        Ok(Some(Tensor { name, info, range, bytes }))
    }

    fn names(&self) -> String {
        let names: Vec<String> = self.metadata.offset_keys().into_iter().take(8).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    }
}

impl Tensor<'_> {
    fn kind(&self) -> Result<Kind, String> {
        match self.info.dtype {
            Dtype::F16 => Ok(Kind::F16),
            Dtype::F32 => Ok(Kind::F32),
            Dtype::F64 => Ok(Kind::F64),
            Dtype::I8 => Ok(Kind::I8),
            other => Err(format!("{} holds {other:?} instead of F16, F32, F64 or I8", self.name)),
        }
    }

    fn finite(&self, kind: Kind) -> Result<(), String> {
        let mut is_finite = true;
        kind.each(self.bytes, std::iter::repeat(()), |(), number| is_finite &= number.is_finite());
        if is_finite { Ok(()) } else { Err(format!("{} holds something that is no number", self.name)) }
    }

    /// The numbers of a list.
    fn numbers(&self) -> Result<Vec<f64>, String> {
        let kind = self.kind()?;
        let mut numbers = vec![0.0; self.length()?];
        self.finite(kind)?;
        kind.each(self.bytes, numbers.iter_mut(), |place, number| *place = number);
        Ok(numbers)
    }

    /// A list of numbers of rows, of which there are `row_count`.
    fn rows(&self, row_count: usize) -> Result<Vec<u32>, String> {
        self.length()?;
        let wide: Vec<i64> = match self.info.dtype {
            Dtype::I32 => self.bytes.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes).into()).collect(),
            Dtype::I64 => self.bytes.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect(),
            other => return Err(format!("{} holds {other:?} instead of I32 or I64", self.name)),
        };
        let row = |row: i64| u32::try_from(row).ok().filter(|row| (*row as usize) < row_count);
        let outside = |wide: i64| format!("{} names row {wide} of {row_count}", self.name);
        wide.into_iter().map(|wide| row(wide).ok_or_else(|| outside(wide))).collect()
    }

    fn length(&self) -> Result<usize, String> {
        match *self.info.shape.as_slice() {
            [length] => Ok(length),
            _ => Err(format!("{} has the shape {:?} instead of that of a list", self.name, self.info.shape)),
        }
    }
}

impl Kind {
    fn bytes(self) -> usize {
        match self {
            Kind::F16 => 2,
            Kind::F32 => 4,
            Kind::F64 => 8,
            Kind::I8 => 1,
        }
    }

    /// Calls `work` with each place and the number in `bytes` that is for it.
    fn each<P>(self, bytes: &[u8], places: impl Iterator<Item = P>, mut work: impl FnMut(P, f64)) {
        match self {
            Kind::F16 => places.zip(bytes.as_chunks().0).for_each(|(place, bytes)| work(place, half(*bytes))),
            Kind::F32 => {
                let numbers = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
                places.zip(numbers).for_each(|(place, number)| work(place, number.into()));
            }
            Kind::F64 => {
                let numbers = bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
                places.zip(numbers).for_each(|(place, number)| work(place, number));
            }
            Kind::I8 => places.zip(bytes).for_each(|(place, byte)| work(place, byte.cast_signed().into())),
        }
    }
}

/// A number of 16 bits: a sign, 5 bits of exponent, 10 of fraction.
fn half(bytes: [u8; 2]) -> f64 {
    let bits = u16::from_le_bytes(bytes);
    let fraction = f64::from(bits & 0x3ff);
    let size = match (bits >> 10) & 0x1f {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1_024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    };
    if bits >> 15 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file of these tensors: name, type, shape, bytes.
    fn file(tensors: &[(&str, &str, &[usize], Vec<u8>)]) -> Vec<u8> {
        let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
        for (name, kind, shape, bytes) in tensors {
            let offsets = [data.len(), data.len() + bytes.len()];
            data.extend(bytes);
            let info = serde_json::json!({ "dtype": kind, "shape": shape, "data_offsets": offsets });
            header.insert((*name).to_owned(), info);
        }
        let header = serde_json::Value::Object(header).to_string();
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
    }

    fn floats(numbers: &[f32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn mean(tensors: &[(&str, &str, &[usize], Vec<u8>)], tokens: &[u32]) -> Option<Vec<f64>> {
        Table::new(file(tensors)).unwrap().mean(tokens.iter().copied())
    }

    #[test]
    fn halves_are_read() {
        let cases = [(0x0000, 0.0), (0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65_504.0), (0x3555, 0.333_251_953_125)];
        for (bits, number) in cases {
            assert_eq!(half(u16::to_le_bytes(bits)), number);
        }
        assert_eq!(half(1u16.to_le_bytes()), 2f64.powi(-24));
        assert!(half(0x7e00u16.to_le_bytes()).is_nan() && half(0xfc00u16.to_le_bytes()) == f64::NEG_INFINITY);
    }

    #[test]
    fn a_mean_is_that_of_weighted_rows_whatever_they_are_written_as() {
        let rows = ("embeddings", "F32", &[3, 2][..], floats(&[1.0, 0.0, 0.0, 2.0, 4.0, -4.0]));
        assert_eq!(mean(std::slice::from_ref(&rows), &[0, 2, 2]).unwrap(), [3.0, -8.0 / 3.0]);
        assert_eq!(mean(std::slice::from_ref(&rows), &[]), None);
        assert_eq!(mean(std::slice::from_ref(&rows), &[9]), None, "a token without a row");
        let weights = ("weights", "F32", &[4][..], floats(&[2.0, 1.0, 0.5, 3.0]));
        let mapping: Vec<u8> = [0i64, 0, 1, 2].iter().flat_map(|row| row.to_le_bytes()).collect();
        let mapping = ("mapping", "I64", &[4][..], mapping);
        assert_eq!(mean(&[rows.clone(), mapping, weights.clone()], &[1, 2, 3]).unwrap(), [13.0 / 3.0, -11.0 / 3.0]);
        let narrow = ("mapping", "I32", &[2][..], [2i32, 1].iter().flat_map(|row| row.to_le_bytes()).collect());
        assert_eq!(mean(&[rows, narrow, weights], &[0]).unwrap(), [8.0, -8.0]);
        let half = ("embeddings", "F16", &[1, 2][..], vec![0x00, 0x3c, 0x00, 0xc0]);
        assert_eq!(mean(&[half], &[0]).unwrap(), [1.0, -2.0]);
        let double = ("embeddings", "F64", &[1, 1][..], 0.1f64.to_le_bytes().to_vec());
        assert_eq!(mean(&[double], &[0]).unwrap(), [0.1]);
        assert_eq!(mean(&[("embeddings", "I8", &[1, 3][..], vec![1, 0x80, 0xff])], &[0]).unwrap(), [1.0, -128.0, -1.0]);
    }

    #[track_caller]
    fn refused(tensors: &[(&str, &str, &[usize], Vec<u8>)], why: &str) {
        let error = Table::new(file(tensors)).err().expect("the table is refused");
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn what_is_no_table_is_refused_with_what_is_wrong() {
        let rows = ("embeddings", "F32", &[2, 1][..], floats(&[1.0, 2.0]));
        refused(&[], "it holds no embeddings, but nothing");
        refused(&[("embedding.weight", "F32", &[1, 1], floats(&[1.0]))], "no embeddings, but embedding.weight");
        refused(&[("embeddings", "F32", &[2], floats(&[1.0, 2.0]))], "shape [2] instead of rows and columns");
        refused(&[("embeddings", "F32", &[0, 4], Vec::new())], "0 rows of 4 components");
        refused(&[("embeddings", "F32", &[4, 0], Vec::new())], "4 rows of 0 components");
        refused(&[("embeddings", "I32", &[1, 1], vec![0; 4])], "embeddings holds I32 instead of F16");
        refused(&[("embeddings", "F32", &[1, 1], floats(&[f32::NAN]))], "no number");
        refused(&[("embeddings", "F32", &[1, 2], floats(&[1.0]))], "");
        let weights = |kind, shape, bytes| [rows.clone(), ("weights", kind, shape, bytes)];
        refused(&weights("F32", &[2, 1], floats(&[1.0, 2.0])), "weights has the shape [2, 1]");
        refused(&weights("F32", &[1], floats(&[f32::INFINITY])), "weights holds something that is no number");
        let mapping = |kind, bytes| [rows.clone(), ("mapping", kind, &[1][..], bytes)];
        refused(&mapping("I64", 2i64.to_le_bytes().to_vec()), "mapping names row 2 of 2");
        refused(&mapping("I64", (-1i64).to_le_bytes().to_vec()), "mapping names row -1 of 2");
        refused(&mapping("F32", floats(&[0.0])), "mapping holds F32 instead of I32 or I64");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_table_or_an_error(
            noise in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..400, at in 0usize..400, bit in 0u8..8,
        ) {
            drop(Table::new(noise));
            let rows = ("embeddings", "F32", &[3, 2][..], floats(&[1.0, 0.0, 0.0, 2.0, 4.0, -4.0]));
            let mut bytes = file(&[rows, ("weights", "F32", &[3], floats(&[1.0, 2.0, 3.0]))]);
            bytes.truncate(cut);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
            if let Ok(table) = Table::new(bytes) {
                prop_assert!(table.mean([0, 1, 2, 3].into_iter()).is_some());
            }
        }
    }
}
