//! Supplies an embedder of one's own: here, hashed pairs of letters. Results then hold vectors beside words.
//!
//! `cargo run --example custom_embedder -- FOLDER "question"`

use pampax_core::host::{BoxError, Embedder, Purpose};
use pampax_core::{Config, Host, Index, Limits, Query, Watch};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

const DIMENSIONS: usize = 256;

/// Counts pairs of neighbouring letters. A real host would ask a model here, and pass `watch` on to it.
struct LetterPairs;

impl Embedder for LetterPairs {
    fn id(&self) -> &str {
        "letter-pairs-1"
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn embed(&self, texts: &[&str], _: Purpose, watch: &Watch) -> Result<Vec<f32>, BoxError> {
        let mut vectors = Vec::with_capacity(texts.len() * DIMENSIONS);
        for text in texts {
            watch.check("embed")?;
            let mut vector = [0.0; DIMENSIONS];
            for pair in text.to_lowercase().as_bytes().windows(2) {
                vector[(usize::from(pair[0]) * 31 + usize::from(pair[1])) % DIMENSIONS] += 1.0;
            }
            vectors.extend(vector);
        }
        Ok(vectors)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(question)) = (arguments.next(), arguments.next()) else {
        return Err("usage: custom_embedder FOLDER QUESTION".into());
    };

    let host = Host::default().with_embedder(Arc::new(LetterPairs));
    let index = Index::open(Path::new(&folder), &Config::default(), host)?;
    let report = index.update(&Limits::default())?;
    println!("{} vectors made, {} reused", report.embedded, report.reused);

    let results = index.searcher()?.search(&Query::new(&question).with_limit(3), &Limits::default())?;
    for hit in &results.hits {
        println!("{}:{}", hit.path, hit.start_line);
        for part in &hit.contributions {
            println!("    {:<16} {:+.3}", part.signal, part.contribution);
        }
    }
    Ok(())
}
