//! Rows that are learned, by Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), of which a step
//! touches some.
//!
//! Never here: where the gradients come from.

use crate::error::Result;
use crate::parallel;

const FIRST_DECAY: f32 = 0.9;
const SECOND_DECAY: f32 = 0.98;
const EPSILON: f32 = 1e-8;
/// Into how many pieces a table is cut for the threads.
const PIECES: usize = 32;

/// A table with the moments of its gradients.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub dimensions: usize,
    values: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    /// How often each row has moved.
    moves: Vec<u32>,
}

/// Rows of one table that lie side by side.
struct Piece<'a> {
    /// The first of the touched rows, and how many.
    touched: (usize, usize),
    first_row: usize,
    values: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    moves: &'a mut [u32],
}

impl Table {
    /// A table of given values.
    pub(super) fn new(dimensions: usize, values: Vec<f32>) -> Table {
        let count = values.len();
        Table {
            dimensions,
            values,
            first: vec![0.0; count],
            second: vec![0.0; count],
            moves: vec![0; count / dimensions],
        }
    }

    /// The number of rows.
    pub(super) fn row_count(&self) -> usize {
        self.moves.len()
    }

    /// One row.
    pub(super) fn row(&self, row: u32) -> &[f32] {
        &self.values[row as usize * self.dimensions..][..self.dimensions]
    }

    /// Moves the rows `touched`, which ascend, against their gradients, which follow each other in `gradients`.
    ///
    /// # Errors
    /// `INTERNAL` when no thread can be started.
    pub(super) fn update(&mut self, touched: &[u32], gradients: &[f32], rate: f32, threads: usize) -> Result<()> {
        let dimensions = self.dimensions;
        let piece_rows = (self.moves.len() / PIECES).max(1);
        let size = piece_rows * dimensions;
        let rows = self.values.chunks_mut(size).zip(self.first.chunks_mut(size)).zip(self.second.chunks_mut(size));
        let pieces = rows.zip(self.moves.chunks_mut(piece_rows)).enumerate();
        let mut pieces: Vec<Piece<'_>> = pieces
            .map(|(index, (((values, first), second), moves))| {
                let first_row = index * piece_rows;
                let start = touched.partition_point(|row| (*row as usize) < first_row);
                let end = touched.partition_point(|row| (*row as usize) < first_row + piece_rows);
                Piece { touched: (start, end), first_row, values, first, second, moves }
            })
            .collect();
        parallel::each_mut(&mut pieces, threads, |_, piece| {
            for at in piece.touched.0..piece.touched.1 {
                let gradient = &gradients[at * dimensions..][..dimensions];
                piece.step(touched[at] as usize - piece.first_row, gradient, rate);
            }
        })
    }
}

impl Piece<'_> {
    fn step(&mut self, row: usize, gradient: &[f32], rate: f32) {
        self.moves[row] += 1;
        let age = self.moves[row].min(10_000) as i32;
        let corrections = [FIRST_DECAY, SECOND_DECAY].map(|decay| 1.0 / (1.0 - decay.powi(age)));
        let range = row * gradient.len()..(row + 1) * gradient.len();
        let moments = self.first[range.clone()].iter_mut().zip(&mut self.second[range.clone()]);
        for ((value, gradient), (first, second)) in self.values[range].iter_mut().zip(gradient).zip(moments) {
            *first = FIRST_DECAY * *first + (1.0 - FIRST_DECAY) * gradient;
            *second = SECOND_DECAY * *second + (1.0 - SECOND_DECAY) * gradient * gradient;
            *value -= rate * (*first * corrections[0]) / ((*second * corrections[1]).sqrt() + EPSILON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touched_rows_move_against_their_gradient_on_any_number_of_threads() {
        let moved = |threads| {
            let mut table = Table::new(2, vec![0.0; 200]);
            for _ in 0..3 {
                table.update(&[1, 70, 99], &[1.0, -1.0, 0.5, 0.0, 2.0, 2.0], 0.1, threads).unwrap();
            }
            table.values
        };
        let values = moved(1);
        assert!(values[2] < -0.25 && values[3] > 0.25 && values[140] < 0.0 && values[141] == 0.0 && values[198] < 0.0);
        assert_eq!(values.iter().filter(|value| **value != 0.0).count(), 5);
        assert_eq!(values, moved(3));
    }
}
