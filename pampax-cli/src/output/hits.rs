//! Hits for people.

use super::snippet::{self, Words};
use super::style::{self, paint};
use pampax_core::error::Degradation;
use pampax_core::search::{Contribution, Hit, SearchResults, Symbol};
use pampax_core::source::{Freshness, Generation};

/// The number of signals shown for each hit.
const SHOWN_SIGNALS: usize = 3;

/// The hits, one after another.
pub fn render(results: &SearchResults, question: &str, width: Option<usize>) -> String {
    let words = Words::of(question);
    let hits: Vec<String> = results.hits.iter().map(|hit| render_hit(hit, &words, width)).collect();
    hits.join("\n")
}

/// What there is to say about the hits as a whole.
pub fn summary(results: &SearchResults) -> String {
    let count = match results.hits.len() {
        0 => "no hits".to_owned(),
        1 => "1 hit".to_owned(),
        count => format!("{count} hits"),
    };
    let suggestion = results.suggestion.iter().map(|suggestion| format!("{suggestion}\n"));
    state(&count, results.generation, &results.degraded) + &suggestion.collect::<String>()
}

/// A line of how much was found in which state of the index, and what was done without.
pub fn state(count: &str, generation: Generation, degraded: &[Degradation]) -> String {
    let mut text = format!("{count}, generation {}", generation.0);
    // Whoever wants no embedder knows; saying so after every answer would only be noise to a person.
    for Degradation { what, why, .. } in degraded.iter().filter(|degradation| degradation.is_trouble()) {
        text.push_str(&format!("; without {what}: {why}"));
    }
    paint(style::DIM, &text) + "\n"
}

fn render_hit(hit: &Hit, words: &Words, width: Option<usize>) -> String {
    let place = paint(style::PATH, hit.path.as_str());
    let lines = paint(style::DIM, &format!(":{}-{}", hit.start_line, hit.end_line));
    let kind = hit.kind.map_or(String::new(), |kind| format!("  {}", paint(style::DIM, kind.name())));
    let symbol = hit.symbol.as_deref().map_or(String::new(), |name| format!(" {}", paint(style::SYMBOL, name)));
    let freshness = match hit.freshness {
        Freshness::Fresh => String::new(),
        Freshness::Stale => paint(style::WARN, "  changed on disk"),
        Freshness::Missing => paint(style::WARN, "  gone from disk"),
        _ => paint(style::WARN, "  not checked against disk"),
    };
    let code = snippet::render(&hit.snippet, hit.start_line, words, width);
    let reasons = paint(
        style::DIM,
        &format!("     {:.0} % · {:.3} = {}", hit.confidence * 100.0, hit.score, reasons(&hit.contributions)),
    );
    format!("{place}{lines}{kind}{symbol}{freshness}\n{code}{reasons}\n")
}

/// The signals that decided, strongest first.
fn reasons(contributions: &[Contribution]) -> String {
    let mut strongest: Vec<&Contribution> = contributions.iter().filter(|part| part.contribution != 0.0).collect();
    strongest.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    let shown = strongest.iter().take(SHOWN_SIGNALS);
    let mut reasons: Vec<String> = shown.map(|part| format!("{} {:.3}", part.signal, part.contribution)).collect();
    if strongest.len() > SHOWN_SIGNALS {
        reasons.push("…".to_owned());
    }
    reasons.join(" + ")
}

/// Definitions, one on a line.
pub fn render_symbols(symbols: &[Symbol], width: Option<usize>) -> String {
    symbols.iter().map(|symbol| render_symbol(symbol, width)).collect()
}

fn render_symbol(symbol: &Symbol, width: Option<usize>) -> String {
    let place = paint(style::PATH, symbol.path.as_str());
    let lines = paint(style::DIM, &format!(":{}-{}", symbol.start_line, symbol.end_line));
    let kind = paint(style::DIM, symbol.kind.name());
    let name = paint(style::SYMBOL, &symbol.qualified_name);
    let signature = snippet::fit(&style::clean(&symbol.signature), width.map(|width| width.saturating_sub(5)));
    format!("{place}{lines}  {kind} {name}\n     {signature}\n")
}
