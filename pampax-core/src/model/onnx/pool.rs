//! The vectors of tokens to the vector of their text.
//!
//! Never here: the model.

use crate::config::Pooling;

/// The vector of a text, of which `numbers` holds `rows` vectors of tokens.
pub(super) fn pooled(numbers: &[f32], rows: usize, pooling: Pooling) -> Vec<f32> {
    let dimensions = numbers.len() / rows.max(1);
    let row = |row: usize| numbers.get(row * dimensions..(row + 1) * dimensions).unwrap_or_default().to_vec();
    match pooling {
        Pooling::Cls | Pooling::Model => row(0),
        Pooling::Last => row(rows.saturating_sub(1)),
        Pooling::Mean => {
            let mut sum = vec![0.0f64; dimensions];
            for row in numbers.chunks_exact(dimensions.max(1)) {
                sum.iter_mut().zip(row).for_each(|(sum, number)| *sum += f64::from(*number));
            }
            sum.into_iter().map(|sum| (sum / rows.max(1) as f64) as f32).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_one() {
        let numbers = [1.0, 2.0, 3.0, 4.0, 8.0, -6.0];
        let cases = [
            (Pooling::Mean, [4.0, 0.0]),
            (Pooling::Cls, [1.0, 2.0]),
            (Pooling::Last, [8.0, -6.0]),
            (Pooling::Model, [1.0, 2.0]),
        ];
        for (pooling, expected) in cases {
            assert_eq!(pooled(&numbers, 3, pooling), expected, "{pooling}");
            assert_eq!(pooled(&[], 0, pooling), [0.0; 0], "{pooling}");
        }
    }
}
