//! Sums over rows of numbers, written so that the compiler makes vector instructions of them. Pure.

/// How many numbers are summed side by side.
const LANES: usize = 16;

/// The scalar product.
pub(super) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (ones, one_rest) = one.as_chunks::<LANES>();
    let (others, other_rest) = other.as_chunks::<LANES>();
    for (one, other) in ones.iter().zip(others) {
        for lane in 0..LANES {
            sums[lane] += one[lane] * other[lane];
        }
    }
    let rest: f32 = one_rest.iter().zip(other_rest).map(|(one, other)| one * other).sum();
    sums.iter().sum::<f32>() + rest
}

/// Adds `factor` times `row` to `sum`.
pub(super) fn add(sum: &mut [f32], factor: f32, row: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += factor * value;
    }
}

/// The logarithm of the sum of exponentials.
pub(super) fn log_sum_exp(values: impl Iterator<Item = f32> + Clone) -> f32 {
    let largest = values.clone().fold(f32::NEG_INFINITY, f32::max);
    if largest == f32::NEG_INFINITY {
        return largest;
    }
    largest + values.map(|value| exp(value - largest)).sum::<f32>().ln()
}

/// The exponential of a number that is not positive; 0 where it would not be seen in a sum.
pub(super) fn exp(value: f32) -> f32 {
    if value < -16.0 { 0.0 } else { value.exp() }
}
