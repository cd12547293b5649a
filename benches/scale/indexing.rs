//! Indexing a whole tree, beside the work that nothing can avoid.

use crate::Failure;
use crate::figures::floor::{files_of, read_and_parse, walk_and_stat};
use crate::figures::report::median;
use crate::figures::{folder_bytes, memory, milliseconds};
use crate::yardstick::Yardstick;
use pampax_core::classify::{skip_by_content, skip_by_name};
use pampax_core::parse::decode::check_head;
use pampax_core::parse::language::detect;
use pampax_core::source::RepoPath;
use pampax_core::{Index, Limits};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Ticks of the clock in which Linux counts the time of a process, per second.
const TICKS: f64 = 100.0;

/// Walks the tree, and reads and parses those of its files that are indexed, on as many threads as there are cores.
pub fn floor(index: &Index) -> Result<Value, Failure> {
    let files = indexed(index)?;
    let before = cpu_seconds()?;
    let start = Instant::now();
    let walked = files_of(index.root())?.len();
    let bytes = read_and_parse(&files)?;
    let seconds = start.elapsed().as_secs_f64();
    let cpu_seconds = cpu_seconds()? - before;
    Ok(json!({"seconds": seconds, "cpu_seconds": cpu_seconds, "bytes": bytes, "walked": walked}))
}

/// The files that the rules of the engine do not skip.
fn indexed(index: &Index) -> Result<Vec<PathBuf>, Failure> {
    let security = &index.config().security;
    let mut files = Vec::new();
    for file in files_of(index.root())? {
        let path = RepoPath::new(&file.strip_prefix(index.root())?.to_string_lossy())?;
        let content = std::fs::read(&file)?;
        let is_text = content.len() as u64 <= index.config().indexer.max_file_bytes && check_head(&content).is_ok();
        let text = String::from_utf8_lossy(&content);
        let is_skipped = || {
            skip_by_name(&path, security)
                .or_else(|| skip_by_content(&path, detect(&path, &text), &text, security))
                .is_some()
        };
        if is_text && !is_skipped() {
            files.push(file);
        }
    }
    Ok(files)
}

/// Makes the index anew.
pub fn cold(index: &Index) -> Result<Value, Failure> {
    if index.folder().exists() {
        std::fs::remove_dir_all(index.folder())?;
    }
    let mut yardstick = Yardstick::default();
    yardstick.take();
    let before = cpu_seconds()?;
    let start = Instant::now();
    let report = index.update(&Limits::default())?;
    let (seconds, cpu_seconds) = (start.elapsed().as_secs_f64(), cpu_seconds()? - before);
    yardstick.take();
    let peak_mb = memory()?["peak_mb"].clone();
    if report.added == 0 || report.embedded == 0 || report.degraded.iter().any(|degraded| degraded.is_trouble()) {
        return Err(format!("indexing {} went wrong: {:?}", index.root().display(), report.degraded).into());
    }
    let totals = report.totals;
    Ok(json!({"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak_mb, "files": totals.files,
        "bytes": totals.bytes, "chunks": totals.chunks, "disk": disk(index.folder())?,
        "yardstick_ms": yardstick.ms()}))
}

/// The bytes of each part of the index folder; a database counts with what is not yet in its file.
fn disk(folder: &Path) -> Result<Value, Failure> {
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let part = name.strip_suffix("-wal").or(name.strip_suffix("-shm")).unwrap_or(&name);
        let is_folder = entry.file_type()?.is_dir();
        let bytes = if is_folder { folder_bytes(&entry.path())? } else { entry.metadata()?.len() };
        *parts.entry(part.to_owned()).or_default() += bytes;
    }
    Ok(json!(parts))
}

/// Updates of an unchanged tree, and walks that ask for sizes and times, in turns.
pub fn unchanged(index: &Index, rounds: usize) -> Result<Value, Failure> {
    let (mut updates, mut walks, mut yardstick) = (Vec::new(), Vec::new(), Yardstick::default());
    let mut cpu = [0.0; 2];
    for round in 0..=rounds.max(1) {
        yardstick.take();
        let (before, start) = (cpu_seconds()?, Instant::now());
        let report = index.update(&Limits::default())?;
        let (update, between) = (milliseconds(start), cpu_seconds()?);
        if report.added + report.changed + report.removed + report.renamed > 0 || report.unchanged == 0 {
            return Err("an update of an unchanged tree changed something".into());
        }
        let start = Instant::now();
        let count = walk_and_stat(index.root())?;
        let walk = milliseconds(start);
        if (count as u64) < report.unchanged {
            return Err(format!("the walk saw {count} files, the update {}", report.unchanged).into());
        }
        if round > 0 {
            updates.push(update);
            walks.push(walk);
            cpu = [cpu[0] + between - before, cpu[1] + cpu_seconds()? - between];
        }
    }
    let ratios: Vec<f64> = updates.iter().zip(&walks).map(|(update, walk)| update / walk).collect();
    Ok(json!({"update_ms": median(&updates), "walk_ms": median(&walks), "ratio": median(&ratios),
        "cpu_ratio": cpu[0] / cpu[1].max(f64::MIN_POSITIVE), "yardstick_ms": yardstick.ms()}))
}

/// What this process has used of all cores.
pub fn cpu_seconds() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name of the program, in parentheses, may hold anything; user and system time are the 12th and 13th field after it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| -> Result<f64, Failure> { Ok(fields.get(place).ok_or("no times")?.parse::<f64>()?) };
    Ok((ticks(11)? + ticks(12)?) / TICKS)
}
