//! What became of each measure since an earlier build or run: the median of the ratios, and whether that is a regression.

use super::Failure;
use super::report::{Row, median, number, percentile, write};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What is slower by more than this is a regression.
const REGRESSION: f64 = 1.10;

/// Pairs of (old, new) by the number of files and the measure.
#[derive(Default)]
pub struct Comparison {
    pairs: BTreeMap<(usize, String), Vec<(f64, f64)>>,
    /// What cannot be compared, and why.
    pub missing: BTreeMap<String, String>,
    /// Whether both took turns in one run.
    pub is_paired: bool,
}

impl Comparison {
    /// Compares the rows of this run that have one of `units` with those that an earlier one wrote.
    pub fn of_rows(text: &str, rows: &[Row], units: &[&str]) -> Result<Comparison, Failure> {
        let document: Value = serde_json::from_str(text)?;
        let old = document["rows"].as_array().ok_or("the file has no rows")?;
        let mut comparison = Comparison::default();
        for row in rows.iter().filter(|row| units.contains(&row.unit)) {
            let is_same = |old: &&Value| old["measure"] == json!(row.measure) && old["files"] == json!(row.files);
            match old.iter().find(is_same).and_then(|old| old["value"].as_f64()) {
                Some(value) => comparison.add(row.files, &row.measure, (value, row.value)),
                None => drop(comparison.missing.insert(row.measure.clone(), "the file has no such row".to_owned())),
            }
        }
        match comparison.pairs.is_empty() {
            true => Err("the file has none of the measures of this run".into()),
            false => Ok(comparison),
        }
    }

    /// Adds what a measure was and is.
    pub fn add(&mut self, files: usize, measure: &str, pair: (f64, f64)) {
        self.pairs.entry((files, measure.to_owned())).or_default().push(pair);
    }

    /// Prints the summary and writes `regression.md`, `.json` and `.csv` into `out`.
    ///
    /// # Errors
    /// Also when something is slower by more than a tenth.
    pub fn finish(&self, base: &str, out: &Path) -> Result<(), Failure> {
        let changes: Vec<Change> = self.pairs.iter().map(|(key, pairs)| Change::new(key, pairs)).collect();
        let text = self.summary(base, &changes);
        println!("{text}");
        write(out, "regression", &changes.iter().map(Change::fields).collect::<Vec<_>>())?;
        std::fs::write(out.join("regression.md"), text)?;
        match changes.iter().filter(|change| change.is_worse()).count() {
            0 => Ok(()),
            worse => Err(format!("{worse} measures are more than 10 % above {base}").into()),
        }
    }

    fn summary(&self, base: &str, changes: &[Change]) -> String {
        let worse = changes.iter().filter(|change| change.is_worse()).count();
        let verdict = match worse {
            0 => "No measure is more than 10 % above it.".to_owned(),
            1 => "1 measure is more than 10 % above it.".to_owned(),
            _ => format!("{worse} measures are more than 10 % above it."),
        };
        let mut lines = vec![format!("### Performance against {base}\n\n**{verdict}**\n")];
        lines.push(
            "| measure | files | before | now | ratio | quartiles | pairs |\n|---|---|---|---|---|---|---|".into(),
        );
        lines.extend(changes.iter().map(Change::line));
        lines.push(match self.is_paired {
            true => "\nBoth builds took turns on one machine; the ratio is the median over the pairs.".to_owned(),
            false => "\nNot paired: the two runs were at different times, and a busy machine alone can change more."
                .to_owned(),
        });
        lines.extend(self.missing.iter().map(|(step, why)| format!("Not compared: {step} ({why}).")));
        lines.join("\n") + "\n"
    }
}

/// What became of one measure.
struct Change {
    measure: String,
    files: usize,
    old: f64,
    new: f64,
    ratio: f64,
    quartiles: (f64, f64),
    pairs: usize,
}

impl Change {
    fn new((files, measure): &(usize, String), pairs: &[(f64, f64)]) -> Change {
        let ratios: Vec<f64> = pairs.iter().map(|(old, new)| new / old.max(f64::MIN_POSITIVE)).collect();
        let of = |side: fn(&(f64, f64)) -> f64| median(&pairs.iter().map(side).collect::<Vec<_>>());
        Change {
            measure: measure.clone(),
            files: *files,
            old: of(|pair| pair.0),
            new: of(|pair| pair.1),
            ratio: median(&ratios),
            quartiles: (percentile(&ratios, 0.25), percentile(&ratios, 0.75)),
            pairs: pairs.len(),
        }
    }

    fn is_worse(&self) -> bool {
        self.ratio > REGRESSION
    }

    fn line(&self) -> String {
        let Change { measure, files, old, new, ratio, quartiles: (low, high), pairs } = self;
        let ratio = if self.is_worse() { format!("**{ratio:.2}** ⚠") } else { format!("{ratio:.2}") };
        let (old, new) = (number(*old), number(*new));
        format!("| {measure} | {files} | {old} | {new} | {ratio} | {low:.2}–{high:.2} | {pairs} |")
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("measure", json!(self.measure)),
            ("files", json!(self.files)),
            ("before", json!(self.old)),
            ("now", json!(self.new)),
            ("ratio", json!(self.ratio)),
            ("lower_quartile", json!(self.quartiles.0)),
            ("upper_quartile", json!(self.quartiles.1)),
            ("pairs", json!(self.pairs)),
            ("worse", json!(self.is_worse())),
        ]
    }
}
