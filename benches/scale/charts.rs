//! Which figures are drawn: each a plot of some rows against the number of files.

use crate::Failure;
use crate::figures::report::Report;
use crate::plot::{Line, Plot};
use std::path::Path;

/// What a line is called, and the measure that it shows.
type Drawn = (&'static str, &'static str);

/// The name of the file, the title with the unit, the lines.
const CHARTS: &[(&str, &str, &[Drawn])] = &[
    (
        "warm-search",
        "Search with the index open, ms",
        &[("p50", "warm search, p50"), ("p95", "warm search, p95"), ("p99", "warm search, p99")],
    ),
    (
        "edit-to-searchable",
        "From a saved edit to an answer that knows of it, ms",
        &[
            ("p50", "edit to searchable, p50"),
            ("p95", "edit to searchable, p95"),
            ("of p50 the update", "of it the update, p50"),
            ("p50, no path told", "edit to searchable, no path told, p50"),
        ],
    ),
    (
        "cold-index",
        "Source indexed per CPU-second, MB",
        &[
            ("walk, read and parse", "walk, read and parse, source per CPU-second"),
            ("cold index", "cold index, source per CPU-second"),
        ],
    ),
    (
        "memory",
        "Memory, MB",
        &[
            ("peak of a cold index", "peak memory of a cold index"),
            ("after 200 searches", "memory after 200 searches"),
            ("of it not of files", "of it not of files"),
        ],
    ),
];

/// Draws what was measured into `out`; a measure that was not taken has no line, a figure without lines is not drawn.
pub fn write(report: &Report, out: &Path) -> Result<(), Failure> {
    for (name, title, lines) in CHARTS {
        let lines = lines.iter().map(|(label, measure)| Line { label, points: points(report, measure) });
        let lines: Vec<Line> = lines.filter(|line| !line.points.is_empty()).collect();
        if !lines.is_empty() {
            std::fs::write(out.join(format!("{name}.svg")), Plot { title, lines }.svg())?;
        }
    }
    Ok(())
}

fn points(report: &Report, measure: &str) -> Vec<(f64, f64)> {
    let rows = report.rows.iter().filter(|row| row.measure == measure && row.value > 0.0);
    let mut points: Vec<(f64, f64)> = rows.map(|row| (row.files as f64, row.value)).collect();
    points.sort_by(|left, right| left.0.total_cmp(&right.0));
    points
}
