//! What a question is about, and why a file is not among its results, for people.

use super::style::{DIM, HELP, PATH, SYMBOL, WARN, clean, paint};
use super::table;
use pampax_core::search::{CodePlace, Missing, Recognition, SignalDifference, Verdict};

/// The number of signals shown.
const SHOWN_SIGNALS: usize = 5;

/// What a question is about.
pub fn recognition(recognition: &Recognition) -> String {
    let mut text = format!("{}: {}\n", paint(SYMBOL, recognition.intent.name()), clean(&recognition.why));
    text.extend(recognition.places.iter().map(place));
    for place in &recognition.unmatched {
        text.push_str(&paint(WARN, &format!("{} is not found: {}", place.written, place.why)));
        text.push('\n');
    }
    let marks = [
        ("codes", &recognition.codes),
        ("routes", &recognition.routes),
        ("keys", &recognition.keys),
        ("names", &recognition.names),
    ];
    let rows: Vec<Vec<String>> = marks
        .iter()
        .filter(|(_, marks)| !marks.is_empty())
        .map(|(what, marks)| vec![(*what).to_owned(), marks.join(", ")])
        .collect();
    text + &table::render(&rows)
}

fn place(place: &CodePlace) -> String {
    let lines = paint(DIM, &format!(":{}-{}", place.start_line, place.end_line));
    let symbol = place.symbol.as_deref().map_or(String::new(), |name| format!("  {}", paint(SYMBOL, name)));
    let doubt = match place.confidence {
        confidence if confidence < 1.0 => paint(DIM, &format!("  confidence {confidence:.2}")),
        _ => String::new(),
    };
    format!("{}{lines}{symbol}{doubt}\n", paint(PATH, place.path.as_str()))
}

/// Why a file is not among the results.
pub fn missing(missing: &Missing) -> String {
    let verdict = match missing.verdict {
        Verdict::Returned => "is among the results",
        Verdict::NotIndexed => "is not in the index",
        Verdict::Filtered => "is refused by the filters",
        Verdict::NotMatched => "does not match the question",
        Verdict::Empty => "is empty",
        Verdict::BelowCutOff => "is below the cut-off",
        verdict => verdict.name(),
    };
    let mut text = format!("{} {verdict}\n  {}\n", paint(PATH, &missing.path), clean(&missing.detail));
    if !missing.remedy.is_empty() {
        text.push_str(&format!("{} {}\n", paint(HELP, "help:"), clean(&missing.remedy)));
    }
    if missing.verdict != Verdict::Returned {
        text.push_str(&scores(missing));
    }
    if !missing.near.is_empty() {
        let near: Vec<&str> = missing.near.iter().map(|path| path.as_str()).collect();
        text.push_str(&format!("{}\n", paint(DIM, &format!("near: {}", near.join(", ")))));
    }
    text
}

/// The score of the file beside that of the last hit, signal by signal.
fn scores(missing: &Missing) -> String {
    let (Some(score), Some(last)) = (missing.score, missing.last_score) else { return String::new() };
    let cells = |name: &str, numbers: [f64; 3]| {
        let numbers = numbers.iter().map(|number| format!("{number:.3}"));
        std::iter::once(name.to_owned()).chain(numbers).collect::<Vec<String>>()
    };
    let heads = ["", "file", "last hit", "difference"];
    let mut rows = vec![heads.map(str::to_owned).to_vec(), cells("score", [score, last, score - last])];
    let row = |part: &SignalDifference| cells(&part.signal, [part.file, part.last, part.difference]);
    rows.extend(missing.signals.iter().take(SHOWN_SIGNALS).map(row));
    table::render(&rows)
}
