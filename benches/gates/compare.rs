//! Two builds in turns.

use crate::Failure;
use crate::comparison::Comparison;
use crate::process::{Build, Process};
use serde_json::{Value, json};

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

impl Comparison {
    /// An empty one, for builds that take turns.
    pub fn of_builds() -> Comparison {
        let mut comparison = Comparison::default();
        comparison.is_paired = true;
        comparison
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
}

/// Who goes first alternates.
fn order(turn: usize) -> [usize; 2] {
    [turn % 2, 1 - turn % 2]
}
