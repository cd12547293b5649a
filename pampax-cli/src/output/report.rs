//! What an update or an import did, what an index holds, and why a path is indexed, for people.

use super::style::{DIM, PATH, WARN, clean, paint};
use super::table;
use pampax_core::error::Degradation;
use pampax_core::index::report::{DegradedFile, ScipReport, Status, Totals, UpdateReport};
use pampax_core::walk::{Explanation, PathOutcome};

/// The number of files, or of other things, that a line names.
const NAMED: usize = 5;

/// What an update did.
pub fn update(report: &UpdateReport) -> String {
    let seconds = report.elapsed_ms as f64 / 1000.0;
    let head =
        format!("{} in {seconds:.1} s, generation {}", counted(report.totals.files, "file"), report.generation.0);
    let changes = [
        ("added", report.added),
        ("changed", report.changed),
        ("renamed", report.renamed),
        ("removed", report.removed),
        ("unchanged", report.unchanged),
    ];
    let changes: Vec<String> = changes.iter().map(|(what, number)| format!("{} {what}", count(*number))).collect();
    let mut text = format!("{}\n{}\n{}\n", paint(PATH, &head), changes.join(", "), totals(&report.totals));
    let skipped = report.skipped_counts.iter().map(|(reason, number)| (reason.name(), *number));
    text.push_str(&reasons("not indexed", skipped));
    if !report.skipped.is_empty() {
        text.push_str(&paint(DIM, "`pampax why PATH` names the rule"));
        text.push('\n');
    }
    text.push_str(&incomplete(&report.degraded_files));
    text.push_str(&degraded(&report.degraded));
    text
}

/// What an import did.
pub fn imported(report: &ScipReport) -> String {
    let references = counted(report.references, "reference");
    let head = format!("{references} in {}, generation {}", counted(report.documents, "file"), report.generation.0);
    let mut text = format!("{}\n{}\n", paint(PATH, &head), counted(report.definitions, "definition"));
    text.push_str(&reasons("left out", report.skipped.iter().map(|(reason, number)| (reason.name(), *number))));
    if report.documents_unknown > 0 {
        let paths = report.unknown.iter().map(String::as_str);
        text.push_str(&format!("files that are not indexed: {}\n", some(report.documents_unknown, paths)));
    }
    text
}

/// What an index holds.
pub fn status(status: &Status) -> String {
    let cells = |name: &str, value: String| vec![name.to_owned(), value];
    let state = if status.complete { "" } else { " (the last update did not go to its end)" };
    let mut rows = vec![
        cells("root", status.root.display().to_string()),
        cells("index", status.index_dir.display().to_string()),
        cells("generation", format!("{}{state}", status.generation.0)),
        cells("files", count(status.totals.files)),
        cells("source", format!("{}, {} lines", bytes(status.totals.bytes), count(status.totals.lines))),
        cells("definitions", count(status.totals.spans)),
        cells("chunks", count(status.totals.chunks)),
        cells("on disk", bytes(status.disk_bytes)),
    ];
    rows.push(cells(
        "vectors",
        status.embedding.as_ref().map_or("none".to_owned(), |embedding| {
            format!("{} of {} ({} dimensions)", count(embedding.vectors), embedding.model, embedding.dimensions)
        }),
    ));
    let ranking = match (&status.ranking.tuning, &status.ranking.unused) {
        (Some(version), _) => format!("tuned, version {version}"),
        (None, Some(why)) => format!("not tuned: {}", clean(why)),
        (None, None) => "not tuned".to_owned(),
    };
    rows.push(cells("ranking", ranking));
    let languages = most_first(status.languages.iter().map(|(language, number)| (language.name(), *number)));
    rows.push(cells("languages", languages));
    rows.push(cells("roles", most_first(status.roles.iter().map(|(role, number)| (role.name(), *number)))));
    let skipped = status.skipped.iter().map(|(reason, number)| (reason.as_str(), *number));
    rows.push(cells("not indexed", most_first(skipped)));
    table::render(&rows) + &incomplete(&status.degraded_files)
}

/// Why a path is indexed or not.
pub fn explanation(explanation: &Explanation) -> String {
    let verdict = match (explanation.outcome, explanation.in_index) {
        (PathOutcome::Indexed, Some(true)) => "is indexed",
        (PathOutcome::Indexed, _) => "is not in the index, and the next `pampax index` would add it",
        (PathOutcome::Walked, _) => "is a folder whose entries are looked at",
        (PathOutcome::Skipped, Some(true)) => "is in the index, and the next `pampax index` would remove it",
        (PathOutcome::Skipped, _) => "is not indexed",
        (PathOutcome::Missing, Some(true)) => "does not exist any more, and the next `pampax index` would remove it",
        (PathOutcome::Missing, _) => "does not exist",
        (outcome, _) => outcome.name(),
    };
    let mut text = format!("{} {verdict}\n", paint(PATH, &explanation.path));
    if let Some(skipped) = &explanation.skipped {
        let place = if skipped.path == explanation.path { String::new() } else { format!("{}: ", skipped.path) };
        text.push_str(&format!("  {}{}: {}\n", clean(&place), skipped.reason.name(), clean(&skipped.detail)));
    }
    if let Some(file) = &explanation.file {
        let facts = format!("{}, {}, {}", file.language, file.encoding, bytes(file.size));
        text.push_str(&format!("  {}\n  {}: {}\n", clean(&facts), file.role, clean(&file.role_rule)));
    }
    text
}

fn totals(totals: &Totals) -> String {
    let sizes = [(totals.spans, "definition"), (totals.chunks, "chunk"), (totals.lines, "line")];
    let sizes: Vec<String> = sizes.iter().map(|(number, what)| counted(*number, what)).collect();
    format!("{}, {}", sizes.join(", "), bytes(totals.bytes))
}

/// One line of what there is most of first; nothing when there is nothing.
pub fn reasons<'a>(title: &str, counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    match most_first(counts) {
        counts if counts.is_empty() => String::new(),
        counts => format!("{title}: {counts}\n"),
    }
}

fn most_first<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    let mut counts: Vec<(&str, u64)> = counts.collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let counts: Vec<String> =
        counts.iter().map(|(name, number)| format!("{} {}", count(*number), clean(name))).collect();
    counts.join(", ")
}

fn incomplete(files: &[DegradedFile]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let paths = files.iter().map(|file| file.path.as_str());
    format!("incomplete structure: {}\n", some(files.len() as u64, paths))
}

/// How many there are, and the first of them.
pub fn some<'a>(number: u64, names: impl Iterator<Item = &'a str>) -> String {
    let mut named: Vec<String> = names.take(NAMED).map(|name| clean(name).into_owned()).collect();
    if number > named.len() as u64 {
        named.push("…".to_owned());
    }
    format!("{} ({})", count(number), named.join(", "))
}

/// What was done without, one line each.
pub fn degraded(degradations: &[Degradation]) -> String {
    let line = |degradation: &Degradation| {
        format!("{}\n", paint(WARN, &format!("without {}: {}", degradation.what, degradation.why)))
    };
    degradations.iter().map(line).collect()
}

/// A number with what it counts.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A size in the largest unit that leaves a number of at least 1.
pub fn bytes(number: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let mut size = number as f64;
    let mut unit = "bytes";
    for larger in units {
        if size < 1024.0 {
            break;
        }
        (size, unit) = (size / 1024.0, larger);
    }
    if unit == "bytes" { format!("{number} bytes") } else { format!("{size:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), expected);
        }
    }

    #[test]
    fn sizes_have_units() {
        for (number, expected) in [(0, "0 bytes"), (1_023, "1023 bytes"), (1_536, "1.5 KiB"), (3 << 30, "3.0 GiB")] {
            assert_eq!(bytes(number), expected);
        }
    }

    #[test]
    fn the_largest_share_comes_first() {
        assert_eq!(most_first([("a", 1), ("b", 2_000), ("c", 1)].into_iter()), "2,000 b, 1 a, 1 c");
    }
}
