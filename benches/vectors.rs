//! Exact scan against approximate graph, over vectors of a host's embedder: what `embedding.exact_scan_limit` weighs.
//!
//! `cargo bench --bench vectors [-- COUNT…]` prints one JSON line for each number of vectors (256 components): the median
//! search with either, and the time to open a searcher, which is when the graph is built.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

use pampax_core::host::{BoxError, Embedder, Purpose};
use pampax_core::{Config, Host, Index, Limits, Query, Searcher, Watch};
use serde_json::json;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const DIMENSIONS: usize = 256;
const LINES_PER_FILE: usize = 1_000;
const QUESTIONS: usize = 200;

/// A vector of pseudo-random directions for each text.
struct Directions;

impl Embedder for Directions {
    fn id(&self) -> &str {
        "directions-256"
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn embed(&self, texts: &[&str], _: Purpose, _: &Watch) -> Result<Vec<f32>, BoxError> {
        let mut vectors = Vec::with_capacity(texts.len() * DIMENSIONS);
        for text in texts {
            let seed = text.trim().bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
            let mut state = seed | 1;
            vectors.extend((0..DIMENSIONS).map(|_| next(&mut state)));
        }
        Ok(vectors)
    }
}

fn next(state: &mut u64) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
}

fn main() -> Result<(), Box<dyn Error>> {
    let named: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let counts = if named.is_empty() { vec![5_000, 20_000] } else { named };
    for count in counts {
        let tree = tempfile::tempdir()?;
        write_lines(tree.path(), count)?;
        let folder = tempfile::tempdir()?;
        let (exact, exact_open_s) = open(tree.path(), folder.path(), usize::MAX)?;
        let (graph, graph_open_s) = open(tree.path(), folder.path(), 0)?;
        let (exact_ms, graph_ms) = (median_ms(&exact, count)?, median_ms(&graph, count)?);
        let row = json!({"vectors": count, "exact_search_ms": exact_ms, "graph_search_ms": graph_ms,
            "exact_open_s": exact_open_s, "graph_open_s": graph_open_s});
        println!("{row}");
    }
    Ok(())
}

/// The text of one chunk: a line of its own that no other shares a word with, but for the last.
fn line(number: usize) -> String {
    let words = ('a'..='i').map(|letter| format!("w{number:07}{letter} "));
    words.chain(["common".to_owned()]).collect()
}

fn write_lines(folder: &Path, count: usize) -> Result<(), Box<dyn Error>> {
    for first in (0..count).step_by(LINES_PER_FILE) {
        let text: String = (first..count.min(first + LINES_PER_FILE)).map(|number| line(number) + "\n\n").collect();
        std::fs::write(folder.join(format!("{first}.txt")), text)?;
    }
    Ok(())
}

fn open(tree: &Path, folder: &Path, exact_scan_limit: usize) -> Result<(Searcher, f64), Box<dyn Error>> {
    let mut config = Config::default().with_index_dir(folder);
    config.indexer.max_chunk_tokens = 32;
    config.embedding.exact_scan_limit = exact_scan_limit;
    config.embedding.batch_size = 1_000;
    let index = Index::open(tree, &config, Host::default().with_embedder(Arc::new(Directions)))?;
    index.update(&Limits::default())?;
    let start = Instant::now();
    let searcher = index.searcher()?;
    Ok((searcher, start.elapsed().as_secs_f64()))
}

fn median_ms(searcher: &Searcher, count: usize) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::new();
    for question in 0..QUESTIONS {
        let wanted = line(question * (count / QUESTIONS));
        let start = Instant::now();
        let results = searcher.search(&Query::new(&wanted), &Limits::default())?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        let first = results.hits.first().ok_or("no hit")?;
        assert!(first.snippet.contains(&wanted), "{wanted} is not first");
        assert!(first.contributions.iter().any(|part| part.signal == "chunk_vector"), "its vector was not found");
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
