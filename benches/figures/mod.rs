//! What benches that measure with bounds have in common: rows and files of figures, comparisons with earlier ones, processes
//! that are told what to do, the work that nothing can avoid.

pub mod comparison;
pub mod floor;
pub mod process;
pub mod report;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub type Failure = Box<dyn Error>;

/// The arguments by name without dashes: options with a value, and flags with an empty one.
pub fn options<'a>(
    arguments: &'a [String],
    names: &[&str],
    flags: &[&str],
) -> Result<BTreeMap<&'a str, &'a str>, Failure> {
    let mut options = BTreeMap::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let name = argument.strip_prefix("--").unwrap_or_default();
        let value = match (flags.contains(&name), names.contains(&name)) {
            (true, _) => "",
            (_, true) => arguments.next().ok_or_else(|| format!("{argument} needs a value"))?,
            _ => return Err(format!("there is no argument {argument}; there are {names:?} and {flags:?}").into()),
        };
        options.insert(name, value);
    }
    Ok(options)
}

/// The bytes of all files below `folder`.
pub fn folder_bytes(folder: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { folder_bytes(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

/// What this process has in memory now, and the most it ever had, in MB.
pub fn memory() -> Result<Value, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let mb = |name: &str| -> Result<f64, Failure> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or_else(|| format!("no {name}"))?;
        Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1e3)
    };
    Ok(json!({"resident_mb": mb("VmRSS:")?, "anonymous_mb": mb("RssAnon:")?, "files_mb": mb("RssFile:")?,
        "peak_mb": mb("VmHWM:")?}))
}

/// The program that `cargo build --release --workspace` makes.
pub fn program() -> Result<PathBuf, Failure> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/release/pampax");
    if !program.exists() {
        return Err("target/release/pampax is missing: run `cargo build --release --workspace` first".into());
    }
    Ok(program)
}

pub fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
