//! The figures the project holds itself to, measured on real trees, each on answers that are checked.
//!
//! `cargo bench --bench gates -- [--only KIND,…] [--files N,…] [--out FOLDER]` measures and fails when a bound is broken:
//! `seed`, bounds for hybrid search and bundles at every number of files (500 and 5,000; more need `.ci/corpus`);
//! `ratios`, against the work that cannot be avoided, for which `cargo build --release --workspace` comes first; `operate`,
//! what logs, metrics, health and configuration cost. `--indexes FOLDER` keeps the indexes of `seed`, which for 50,000 files
//! take minutes, and takes those that are there as they are.
//!
//! `… -- --compare OLD [--base NAME] [--rounds N] [--files N,…] [--out FOLDER]` compares with another build of this bench,
//! or with the `gates.json` of an earlier run, and fails when a measure is more than a tenth above it.
//!
//! All write JSON and CSV into FOLDER, by default target/gates.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

#[path = "gates/compare.rs"]
mod compare;
mod corpus;
#[path = "gates/embedder.rs"]
mod embedder;
mod figures;
#[path = "gates/operate.rs"]
mod operate;
#[path = "gates/question.rs"]
mod question;
#[path = "gates/ratios.rs"]
mod ratios;
#[path = "gates/seed.rs"]
mod seed;
#[path = "gates/whole_table.rs"]
mod whole_table;
#[path = "gates/worker.rs"]
mod worker;

use comparison::Comparison;
use figures::{Failure, comparison, folder_bytes, options, process, report};
use process::Build;
use report::Report;
use std::path::{Path, PathBuf};

/// What may be said after `--`.
const OPTIONS: &[&str] = &["only", "files", "out", "compare", "base", "rounds", "indexes"];

/// The units of what is compared with an earlier run.
const COMPARED: &[&str] = &["ms", "MB", "s", "×"];

/// The tree that the costs of operating are measured on.
const OPERATED: usize = 5_000;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--worker", root, folder] => return worker::serve(Path::new(root), Path::new(folder)),
        ["--worker", ..] => return Err("--worker needs a root and an index folder".into()),
        _ => {}
    }
    let options = options(&arguments, OPTIONS, &[])?;
    let option = |name: &str, default: &str| options.get(name).unwrap_or(&default).to_string();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = options.get("out").map_or_else(|| manifest.join("target/gates"), PathBuf::from);
    let files = option("files", "500,5000").split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let indexes = options.get("indexes").map(std::path::absolute).transpose()?;
    let Some(old) = options.get("compare") else {
        let report = measured(&option("only", "seed,ratios,operate"), (&files, indexes.as_deref()))?;
        report.write(&out, "gates")?;
        return report.check();
    };
    let base = option("base", "the other build");
    if old.ends_with(".json") {
        let old = std::fs::read_to_string(old)?;
        let report = measured(&option("only", "seed"), (&files, indexes.as_deref()))?;
        return Comparison::of_rows(&old, &report.rows, COMPARED)?.finish(&base, &out);
    }
    compared(Path::new(old), &files, option("rounds", "5").parse()?)?.finish(&base, &out)
}

fn measured(kinds: &str, (files, indexes): (&[usize], Option<&Path>)) -> Result<Report, Failure> {
    let (program, mut report) = (std::env::current_exe()?, Report::default());
    for kind in kinds.split(',') {
        match kind {
            "seed" => files.iter().try_for_each(|files| seed::measure(*files, (&program, indexes), &mut report))?,
            "ratios" => ratios::measure(&mut report)?,
            "operate" => operate::measure(OPERATED, &mut report)?,
            _ => return Err(format!("there is no kind {kind}; there are seed, ratios and operate").into()),
        }
    }
    Ok(report)
}

fn compared(old: &Path, files: &[usize], rounds: usize) -> Result<Comparison, Failure> {
    let programs = [std::fs::canonicalize(old)?, std::env::current_exe()?];
    let mut comparison = Comparison::of_builds();
    for files in files {
        let (root, scratch) = (corpus::tree(*files)?, tempfile::tempdir()?);
        let build = |which: usize| Build {
            program: programs[which].clone(),
            root: root.clone(),
            folder: scratch.path().join(["old", "new"][which]),
        };
        comparison.measure(*files, &[build(0), build(1)], rounds.max(1))?;
    }
    Ok(comparison)
}
