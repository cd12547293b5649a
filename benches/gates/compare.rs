//! Two builds in turns: what changed is the median of the ratios of what they took for the same step.

use crate::Failure;
use crate::process::{Build, Process};
use crate::report::{Row, median, number, percentile, write};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What is slower by more than this is a regression.
const REGRESSION: f64 = 1.10;
/// Rounds of a cold index on more than 1,000 files, where one takes long.
const LONG_ROUNDS: usize = 3;
/// Questions that are asked of new processes in one round.
const COLD_QUESTIONS: usize = 3;

/// A step of the processes that stay: its name for people, itself, how often it is taken in one round, and whether that is
/// for each question.
const STEPS: &[(&str, &str, usize, bool)] = &[
    ("opening the index", "open", 3, false),
    ("warm hybrid search", "search", 4, true),
    ("warm bundle", "bundle", 2, true),
    ("update of an unchanged tree", "update", 5, false),
    ("check of health", "health", 5, false),
];

/// Pairs of (old, new) by the number of files and the measure.
#[derive(Default)]
pub struct Comparison {
    pairs: BTreeMap<(usize, String), Vec<(f64, f64)>>,
    /// Steps that one of the builds does not know.
    missing: BTreeMap<String, String>,
    is_paired: bool,
}

impl Comparison {
    /// An empty one, for builds that take turns.
    pub fn of_builds() -> Comparison {
        Comparison { is_paired: true, ..Comparison::default() }
    }

    /// Compares builds over the same tree, each with an index folder of its own.
    pub fn measure(&mut self, files: usize, builds: &[Build; 2], rounds: usize) -> Result<(), Failure> {
        for round in 0..rounds {
            eprintln!("{files} files, round {} of {rounds}", round + 1);
            if round == 0 || files <= 1_000 || round < LONG_ROUNDS {
                self.index(files, builds, round)?;
            }
            self.cold(files, builds, round)?;
            self.warm(files, builds, round)?;
        }
        Ok(())
    }

    fn index(&mut self, files: usize, builds: &[Build; 2], round: usize) -> Result<(), Failure> {
        let mut replies = [Value::Null, Value::Null];
        for which in order(round) {
            let mut process = builds[which].start()?;
            replies[which] = process.ask("index")?;
            replies[which]["peak_mb"] = json!(process.number("memory", "peak_mb")?);
        }
        let names = [("ms", "cold index"), ("peak_mb", "peak memory of a cold index"), ("disk_bytes", "index on disk")];
        for (name, measure) in names {
            let of = |which: usize| replies[which][name].as_f64();
            if let (Some(old), Some(new)) = (of(0), of(1)) {
                self.add(files, measure, (old, new));
            }
        }
        Ok(())
    }

    fn cold(&mut self, files: usize, builds: &[Build; 2], round: usize) -> Result<(), Failure> {
        let questions = builds[0].start()?.number("questions", "count")? as usize;
        for (measure, step) in [("cold hybrid search", "search"), ("cold bundle", "bundle")] {
            for number in 0..COLD_QUESTIONS.min(questions) {
                let step = format!("{step} {}", (round * COLD_QUESTIONS + number) % questions);
                let mut times = [0.0; 2];
                for which in order(round + number) {
                    times[which] = builds[which].cold(&step)?;
                }
                self.add(files, measure, times.into());
            }
        }
        Ok(())
    }

    fn warm(&mut self, files: usize, builds: &[Build; 2], round: usize) -> Result<(), Failure> {
        let mut processes = [builds[0].start()?, builds[1].start()?];
        let count = processes[0].number("questions", "count")?;
        let questions = count.min(processes[1].number("questions", "count")?) as usize;
        for (measure, step, times, for_each) in STEPS {
            // The first time of each step is not counted: it fills what later ones use.
            let kinds = if *for_each { questions } else { 1 };
            for number in 0..kinds * (times + 1) {
                let step = if *for_each { format!("{step} {}", number % kinds) } else { (*step).to_owned() };
                let Some(pair) = self.pair(&mut processes, &step, round + number % kinds + number / kinds)? else {
                    break;
                };
                if number >= kinds {
                    self.add(files, measure, pair);
                }
            }
        }
        for (measure, step, name) in
            [("read of the catalog, p95", "sqlite", "ms"), ("memory with the index open", "memory", "resident_mb")]
        {
            let old = processes[0].number(step, name)?;
            self.add(files, measure, (old, processes[1].number(step, name)?));
        }
        Ok(())
    }

    /// Both times of a step; none when one of the builds has no such step, which is told.
    fn pair(&mut self, of: &mut [Process; 2], step: &str, turn: usize) -> Result<Option<(f64, f64)>, Failure> {
        let mut times = [0.0; 2];
        for which in order(turn) {
            match of[which].ms(step) {
                Ok(ms) => times[which] = ms,
                Err(error) if error.to_string().starts_with("there is no step") => {
                    self.missing.insert(step.to_owned(), error.to_string());
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(times.into()))
    }

    /// Compares the rows of this run with those that an earlier one wrote.
    pub fn of_rows(text: &str, rows: &[Row]) -> Result<Comparison, Failure> {
        let document: Value = serde_json::from_str(text)?;
        let old = document["rows"].as_array().ok_or("the file has no rows")?;
        let mut comparison = Comparison::default();
        for row in rows.iter().filter(|row| row.unit == "ms" || row.unit == "MB" || row.unit == "s" || row.unit == "×")
        {
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

    fn add(&mut self, files: usize, measure: &str, pair: (f64, f64)) {
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

/// Who goes first alternates.
fn order(turn: usize) -> [usize; 2] {
    [turn % 2, 1 - turn % 2]
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
