//! An embedder without a model, so that searches are hybrid: the words of a text, each a direction of its own.

use pampax_core::Watch;
use pampax_core::host::{BoxError, Embedder, Purpose};

/// The components of a vector: as many as those of the small static models.
const DIMENSIONS: usize = 256;

/// Texts with the same words have near vectors.
pub struct Words;

impl Embedder for Words {
    fn id(&self) -> &str {
        "words-256"
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn embed(&self, texts: &[&str], _: Purpose, _: &Watch) -> Result<Vec<f32>, BoxError> {
        Ok(texts.iter().flat_map(|text| vector(text)).collect())
    }
}

/// Each word adds to four components. The first is never nothing, or a text without words would have no direction.
fn vector(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    vector[0] = 0.1;
    for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() > 1) {
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3)
        });
        for place in 0..4 {
            let bits = (hash >> (place * 16)) as usize;
            vector[bits % DIMENSIONS] += if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
        }
    }
    vector
}
