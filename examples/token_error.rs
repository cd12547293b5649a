//! Measures how far the `approximate` tokenizer is from `o200k_base` on the source files below a folder.
//!
//! `cargo run --example token_error -- ~/.cargo/registry/src`

use ignore::Walk;
use pampax_core::host::TokenCounter;
use pampax_core::host::tokens::Tokenizer;

const LINES_PER_PIECE: usize = 40;
const EXTENSIONS: &[&str] = &["rs", "py", "js", "ts", "go", "java", "c", "h", "cpp", "toml", "md"];

fn main() -> Result<(), &'static str> {
    let folder = std::env::args().nth(1).ok_or("usage: token_error FOLDER")?;
    let mut errors: Vec<f64> = source_texts(&folder).flat_map(|text| piece_errors(&text)).collect();
    if errors.is_empty() {
        return Err("no source below this folder");
    }
    let signed_mean = errors.iter().sum::<f64>() / errors.len() as f64;
    errors.iter_mut().for_each(|error| *error = error.abs());
    errors.sort_by(f64::total_cmp);
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    println!(
        "{} pieces: mean error {:.1} %, p95 {:.1} %, bias {:+.1} %",
        errors.len(),
        100.0 * mean,
        100.0 * errors[errors.len() * 95 / 100],
        100.0 * signed_mean
    );
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a program reads the files it measures")]
fn source_texts(folder: &str) -> impl Iterator<Item = String> {
    Walk::new(folder).flatten().filter_map(|entry| {
        let extension = entry.path().extension()?.to_str()?;
        EXTENSIONS.contains(&extension).then(|| std::fs::read_to_string(entry.path()).ok())?
    })
}

/// The relative error of each piece of `text` that is at least 100 exact tokens long; above zero is too many.
fn piece_errors(text: &str) -> Vec<f64> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let pieces = lines.chunks(LINES_PER_PIECE).map(|piece| piece.concat());
    pieces
        .filter_map(|piece| {
            let exact = Tokenizer::O200kBase.count(&piece);
            let estimate = Tokenizer::Approximate.count(&piece);
            (exact >= 100).then(|| estimate as f64 / exact as f64 - 1.0)
        })
        .collect()
}
