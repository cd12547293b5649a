//! What else the machine was doing: the time of the same piece of work again and again.

use crate::Failure;
use crate::figures::milliseconds;
use crate::figures::report::{Report, Row, median};
use pampax_core::parse;
use std::fmt::Write;
use std::time::Instant;

/// Functions in the text that is parsed; it takes a few milliseconds.
const FUNCTIONS: usize = 400;

/// How often it is parsed when the yardstick is taken.
const TAKES: usize = 3;

/// What rows of it begin with.
const DURING: &str = "yardstick during ";

/// The times of parsing a fixed text on one thread.
#[derive(Default)]
pub struct Yardstick {
    times: Vec<f64>,
}

impl Yardstick {
    /// Parses the text a few times.
    pub fn take(&mut self) {
        let mut text = String::new();
        for number in 0..FUNCTIONS {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "fn number_{number}(first: &str) -> usize {{\n    first.len() + {number}\n}}");
        }
        for _ in 0..TAKES {
            let start = Instant::now();
            let nodes = parse::syntax_nodes("yardstick.rs", &text);
            self.times.push(milliseconds(start));
            assert!(nodes > FUNCTIONS, "the yardstick was not parsed");
        }
    }

    /// The median so far.
    pub fn ms(&self) -> f64 {
        median(&self.times)
    }
}

/// The row of what the yardstick took during a measure.
pub fn row(measure: &str, ms: f64) -> Row {
    Row::new(&format!("{DURING}{measure}"), ms, "ms")
}

/// How many processes wanted a core in the last five minutes, for each core.
pub fn waiting() -> Result<Row, Failure> {
    let averages = std::fs::read_to_string("/proc/loadavg")?;
    let average: f64 = averages.split(' ').nth(1).ok_or("no load average")?.parse()?;
    let cores = std::thread::available_parallelism()?.get();
    Ok(Row::new("processes that wanted a core, per core", average / cores as f64, "processes"))
}

/// Adds how much slower the machine was during each measure than during the one in which it was fastest.
pub fn compare(report: &mut Report) {
    let during = |row: &Row| row.measure.strip_prefix(DURING).map(|measure| (row.files, measure.to_owned(), row.value));
    let taken: Vec<_> = report.rows.iter().filter_map(during).collect();
    let fastest = taken.iter().map(|(_, _, ms)| *ms).fold(f64::INFINITY, f64::min);
    for (files, measure, ms) in taken {
        report.add(files, [Row::new(&format!("load during {measure}"), ms / fastest, "times the least")]);
    }
}
