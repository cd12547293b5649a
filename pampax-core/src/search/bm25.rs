//! What a term is worth to a text, by BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
//! Beyond" (2009), with the non-negative inverse document frequency `ln(1 + (N - n + 0.5) / (n + 0.5))`. Pure.
//!
//! Never here: which texts hold which terms.

/// Saturation and length normalisation of one field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bm25 {
    k1: f64,
    b: f64,
}

/// That of the body of a chunk.
pub(crate) const CHUNK_BODY: Bm25 = Bm25 { k1: 1.2, b: 0.5 };
/// That of all bodies of a file.
pub(crate) const FILE_BODY: Bm25 = Bm25 { k1: 1.5, b: 0.6 };
/// That of the names defined in a file.
pub(crate) const FILE_NAMES: Bm25 = Bm25 { k1: 1.0, b: 0.4 };
/// That of a path.
pub(crate) const PATH: Bm25 = Bm25 { k1: 0.6, b: 0.4 };

impl Bm25 {
    /// What damps a term in a text of `relative_length` times the mean: the part of [`Bm25::part`] that no term changes.
    pub(crate) fn damping(self, relative_length: f64) -> f64 {
        self.k1 * (1.0 - self.b + self.b * relative_length)
    }

    /// The part of a term's weight that its frequency earns, below `k1 + 1`.
    #[inline]
    pub(crate) fn part(self, frequency: f64, damping: f64) -> f64 {
        frequency * (self.k1 + 1.0) / (frequency + damping)
    }
}

/// How rare a term is that `with_term` of `documents` hold.
pub(crate) fn inverse_document_frequency(documents: usize, with_term: usize) -> f64 {
    let (documents, with_term) = (documents as f64, with_term as f64);
    (1.0 + (documents - with_term + 0.5).max(0.5) / (with_term + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rarer_terms_weigh_more() {
        let rarity: Vec<f64> = [0, 1, 10, 100].iter().map(|found| inverse_document_frequency(100, *found)).collect();
        assert!(rarity.windows(2).all(|pair| pair[0] > pair[1]) && rarity[3] > 0.0);
    }

    proptest! {
        #[test]
        fn a_term_earns_more_the_more_often_it_occurs(frequency in 1.0f64..50.0, length in 0.1f64..10.0) {
            let part = |frequency: f64| CHUNK_BODY.part(frequency, CHUNK_BODY.damping(length));
            prop_assert!(part(frequency) > 0.0 && part(frequency) < CHUNK_BODY.k1 + 1.0);
            prop_assert!(part(frequency + 1.0) > part(frequency));
        }
    }
}
