//! Upper bounds that a user can rely on whatever the size of the tree: hybrid search and bundles, cold and warm, reads of
//! the catalog, memory, the overhead of a log.

use crate::operate::{self, Overhead};
use crate::process::Build;
use crate::report::{Report, Row};
use crate::{Failure, corpus, worker};
use pampax_core::Index;
use std::path::Path;
use std::sync::Arc;

/// How often each question is asked of a new process.
const COLD_ROUNDS: usize = 3;
/// How often each question is asked of a process that has the index open, after once that is not counted.
const WARM_ROUNDS: usize = 20;
/// The same for bundles.
const BUNDLE_ROUNDS: usize = 8;

/// Checks of health.
const CHECKS: usize = 20;

/// Measures a tree with `files` files with workers of this program. An index that is in `indexes` already is taken as it
/// is, and what making it takes is left out.
pub fn measure(files: usize, (program, indexes): (&Path, Option<&Path>), report: &mut Report) -> Result<(), Failure> {
    let scratch = tempfile::tempdir()?;
    let folder = indexes.unwrap_or(scratch.path()).join(format!("files-{files}"));
    let build = Build { program: program.to_owned(), root: corpus::tree(files)?, folder };
    if !build.folder.exists() {
        report.add(files, index(&build)?);
    }
    report.add(files, cold(&build)?);
    report.add(files, warm(&build)?);
    report.add(files, [log_overhead(&build)?]);
    Ok(())
}

fn index(build: &Build) -> Result<Vec<Row>, Failure> {
    let mut process = build.start()?;
    let reply = process.ask("index")?;
    let of = |name: &str| reply[name].as_f64().ok_or_else(|| format!("no {name} in {reply}"));
    let peak_mb = process.number("memory", "peak_mb")?;
    Ok(vec![
        Row::new("indexed files", of("files")?, "files"),
        Row::new("chunks, each with a vector", of("chunks")?, "chunks"),
        Row::new("cold index with vectors", of("ms")? / 1e3, "s"),
        Row::new("files per second of a cold index", of("files")? / of("ms")? * 1e3, "/s"),
        Row::new("index on disk / source", of("disk_bytes")? / of("bytes")?, "×"),
        Row::new("peak memory of a cold index with vectors", peak_mb, "MB"),
    ])
}

fn cold(build: &Build) -> Result<Vec<Row>, Failure> {
    let questions = build.start()?.number("questions", "count")? as usize;
    let times = |step: &str| -> Result<Vec<f64>, Failure> {
        let steps = (0..COLD_ROUNDS * questions).map(|number| format!("{step} {}", number % questions));
        steps.map(|step| build.cold(&step)).collect()
    };
    let mut rows = Vec::new();
    rows.extend(Row::percentiles("cold hybrid search", &times("search")?, "ms", Some((700.0, 1_500.0))));
    rows.extend(Row::percentiles("cold bundle", &times("bundle")?, "ms", Some((3_000.0, 6_000.0))));
    Ok(rows)
}

fn warm(build: &Build) -> Result<Vec<Row>, Failure> {
    let mut process = build.start()?;
    let questions = process.number("questions", "count")? as usize;
    let open_ms = process.ms("open")?;
    let mut times = |step: &str, rounds: usize| -> Result<Vec<f64>, Failure> {
        let mut times = Vec::new();
        for number in 0..(rounds + 1) * questions {
            let ms = process.ms(&format!("{step} {}", number % questions))?;
            times.extend((number >= questions).then_some(ms));
        }
        Ok(times)
    };
    let mut rows = vec![Row::new("opening the index", open_ms, "ms")];
    rows.extend(Row::percentiles("warm hybrid search", &times("search", WARM_ROUNDS)?, "ms", Some((300.0, 800.0))));
    rows.extend(Row::percentiles("warm bundle", &times("bundle", BUNDLE_ROUNDS)?, "ms", Some((1_000.0, 2_000.0))));
    let reads = process.ask("sqlite")?;
    let read = |name: &str| reads[name].as_f64().ok_or_else(|| format!("no {name} in {reads}"));
    rows.push(Row::new("read of the catalog, p95", read("ms")?, "ms").at_most(50.0).from(read("reads")? as usize));
    let memory = process.number("memory", "resident_mb")?;
    rows.push(Row::new("memory after all that", memory, "MB").at_most(500.0));
    rows.push(Row::new("of it not of files", process.number("memory", "anonymous_mb")?, "MB"));
    let checks = (0..CHECKS).map(|_| process.ms("health")).collect::<Result<Vec<f64>, _>>()?;
    rows.extend(Row::percentiles("check of health", &checks, "ms", Some((125.0, 125.0))));
    Ok(rows)
}

fn log_overhead(build: &Build) -> Result<Row, Failure> {
    let scratch = tempfile::tempdir()?;
    let config = worker::config(&build.folder);
    let log = Arc::new(operate::log(&scratch.path().join("pampax.log"))?);
    let plain = Index::open(&build.root, &config, worker::host())?;
    let logging = Index::open(&build.root, &config, worker::host().with_log(log))?;
    let Overhead { difference_ms, pairs, .. } = operate::overhead((&logging, &plain), 10)?;
    operate::check_log(scratch.path(), pairs)?;
    Ok(Row::new("log overhead of a search", difference_ms, "ms").at_most(5.0).from(pairs))
}
