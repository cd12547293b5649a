//! What was measured: rows with bounds, as a table for people and as JSON and CSV for programs.

use super::Failure;
use serde_json::{Value, json};
use std::path::Path;

/// One measured figure.
#[derive(Debug, Clone)]
pub struct Row {
    pub measure: String,
    /// The files that were asked for; the corpus has at least as many.
    pub files: usize,
    pub value: f64,
    pub unit: &'static str,
    /// The most that the value may be. Default: it is only told.
    pub bound: Option<f64>,
    /// The least that the value may be. Default: anything.
    pub least: Option<f64>,
    /// How many measurements it is made from. Default: 1.
    pub samples: usize,
}

impl Row {
    pub fn new(measure: &str, value: f64, unit: &'static str) -> Row {
        Row { measure: measure.to_owned(), files: 0, value, unit, bound: None, least: None, samples: 1 }
    }

    /// The 50th and the 95th percentile of `values`, with their bounds.
    pub fn percentiles(measure: &str, values: &[f64], unit: &'static str, bounds: Option<(f64, f64)>) -> [Row; 2] {
        let row = |name: &str, share: f64, bound: Option<f64>| Row {
            bound,
            samples: values.len(),
            ..Row::new(&format!("{measure}, {name}"), percentile(values, share), unit)
        };
        [row("p50", 0.5, bounds.map(|(p50, _)| p50)), row("p95", 0.95, bounds.map(|(_, p95)| p95))]
    }

    pub fn at_most(mut self, bound: f64) -> Row {
        self.bound = Some(bound);
        self
    }

    pub fn from(mut self, samples: usize) -> Row {
        self.samples = samples;
        self
    }

    fn name(&self) -> String {
        format!("{} of {} files", self.measure, self.files)
    }

    pub fn holds(&self) -> bool {
        self.bound.is_none_or(|bound| self.value <= bound) && self.least.is_none_or(|least| self.value >= least)
    }
}

/// All rows of a run.
#[derive(Default)]
pub struct Report {
    pub rows: Vec<Row>,
}

impl Report {
    pub fn add(&mut self, files: usize, rows: impl IntoIterator<Item = Row>) {
        for row in rows {
            let row = Row { files, ..row };
            eprintln!("{}", line(&row));
            self.rows.push(row);
        }
    }

    /// Prints the table and writes it as `NAME.json` and `NAME.csv` into `out`.
    pub fn write(&self, out: &Path, name: &str) -> Result<(), Failure> {
        println!("{}", self.table());
        write(out, name, &self.rows.iter().map(fields).collect::<Vec<_>>())
    }

    /// Whether every bound holds.
    ///
    /// # Errors
    /// Naming those that are broken.
    pub fn check(&self) -> Result<(), Failure> {
        let broken: Vec<String> = self.rows.iter().filter(|row| !row.holds()).map(Row::name).collect();
        match broken.is_empty() {
            true => Ok(()),
            false => Err(format!("bounds are broken: {}", broken.join("; ")).into()),
        }
    }

    fn table(&self) -> String {
        let mut lines =
            vec!["| measure | files | measured | bound | samples |".to_owned(), "|---|---|---|---|---|".into()];
        lines.extend(self.rows.iter().map(line));
        lines.join("\n")
    }
}

fn line(row: &Row) -> String {
    let Row { measure, files, value, unit, bound, least, samples } = row;
    let mark = if row.holds() { "" } else { " **broken**" };
    let bounds = [("≤", bound), ("≥", least)];
    let bounds = bounds.iter().filter_map(|(sign, bound)| Some(format!("{sign} {} {unit}", number((**bound)?))));
    let bounds = bounds.collect::<Vec<_>>().join(", ");
    // Ratios are near 1, where the third digit behind the point tells.
    let value = if *unit == "×" { format!("{value:.3}") } else { number(*value) };
    format!("| {measure} | {files} | {value} {unit}{mark} | {bounds} | {samples} |")
}

/// A number as people read it: three digits that tell, or the whole.
pub fn number(value: f64) -> String {
    match value.abs() {
        1000.0.. => format!("{value:.0}"),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn fields(row: &Row) -> Vec<(&'static str, Value)> {
    vec![
        ("measure", json!(row.measure)),
        ("files", json!(row.files)),
        ("value", json!(row.value)),
        ("unit", json!(row.unit)),
        ("bound", json!(row.bound)),
        ("least", json!(row.least)),
        ("holds", json!(row.holds())),
        ("samples", json!(row.samples)),
    ]
}

/// Writes rows as `NAME.json` and `NAME.csv`. All have the same fields in the same order.
pub fn write(out: &Path, name: &str, rows: &[Vec<(&'static str, Value)>]) -> Result<(), Failure> {
    std::fs::create_dir_all(out)?;
    let objects: Vec<Value> =
        rows.iter().map(|row| row.iter().cloned().map(|(k, v)| (k.to_owned(), v)).collect()).collect();
    let document = json!({"version": env!("CARGO_PKG_VERSION"), "cores": std::thread::available_parallelism()?.get(),
        "rows": objects});
    std::fs::write(out.join(format!("{name}.json")), serde_json::to_string_pretty(&document)? + "\n")?;
    let mut csv = String::new();
    if let Some(first) = rows.first() {
        csv.push_str(&cells(first.iter().map(|(name, _)| (*name).to_owned())));
    }
    for row in rows {
        csv.push_str(&cells(row.iter().map(|(_, value)| match value {
            Value::Null => String::new(),
            Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            other => other.to_string(),
        })));
    }
    Ok(std::fs::write(out.join(format!("{name}.csv")), csv)?)
}

fn cells(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + "\n"
}

/// The value that `share` of all values do not exceed; 0 of none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share).ceil() as usize;
    values.get(place.max(1) - 1).copied().unwrap_or(0.0)
}

pub fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}
