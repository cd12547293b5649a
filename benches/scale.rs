//! What pampax costs as trees grow, from a few hundred files to the Linux kernel, beside the work that nothing can avoid.
//!
//! `cargo build --release --workspace && cargo bench --bench scale -- [--trees 500,5000,50000,kernel] [--only MEASURE,…]
//! [--rounds N] [--indexes FOLDER] [--out FOLDER] [--bounds] [--compare FILE] [--build FILE]`
//!
//! A tree is a number of files of whole packages (`corpus`; 50,000 need `.ci/corpus`) or `kernel` (`.ci/corpus --kernel`).
//! It is linked to a place of its own, so that files can be edited. Every measure has processes of its own, on answers that
//! are checked, with the model that the program has; answers are not kept. `--indexes` keeps the trees and their indexes, and
//! takes those that are there as they are. `--bounds` fails when a bound of `scale/bounds.rs` is broken, `--compare` when a
//! ratio is more than a tenth above that of an earlier `scale.json`. `--build` measures another build of this bench.
//!
//! Writes `scale.json`, `scale.csv` and plots against the number of files into target/scale, or FOLDER of `--out`.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

#[path = "scale/asking.rs"]
mod asking;
#[path = "scale/bounds.rs"]
mod bounds;
#[path = "scale/changing.rs"]
mod changing;
#[path = "scale/charts.rs"]
mod charts;
mod corpus;
#[path = "scale/edits.rs"]
mod edits;
mod figures;
#[path = "scale/indexing.rs"]
mod indexing;
#[path = "scale/measures.rs"]
mod measures;
#[path = "scale/plot.rs"]
mod plot;
#[path = "scale/questions.rs"]
mod questions;
#[path = "scale/trees.rs"]
mod trees;
#[path = "scale/worker.rs"]
mod worker;
#[path = "scale/yardstick.rs"]
mod yardstick;

use figures::Failure;
use figures::comparison::Comparison;
use figures::options;
use figures::report::{Report, Row};
use measures::{MEASURES, Rounds};
use std::path::{Path, PathBuf};
use trees::Tree;

/// What may be said after `--`.
const OPTIONS: &[&str] = &["trees", "only", "rounds", "indexes", "out", "compare", "build"];
const FLAGS: &[&str] = &["bounds"];

/// The unit of what is compared with an earlier run: a ratio says the same on a busy machine.
const COMPARED: &[&str] = &["×"];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let ["--worker", root, folder] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return worker::serve(Path::new(root), Path::new(folder));
    }
    let options = options(&arguments, OPTIONS, FLAGS)?;
    let option = |name: &str, default: &'static str| options.get(name).copied().unwrap_or(default);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = options.get("out").map_or_else(|| manifest.join("target/scale"), PathBuf::from);
    let earlier = options.get("compare").map(std::fs::read_to_string).transpose()?;
    let names = option("only", "").split(',').filter(|name| !name.is_empty()).collect::<Vec<_>>();
    if let Some(unknown) = names.iter().find(|name| !MEASURES.iter().any(|(known, _)| known == *name)) {
        let known = MEASURES.map(|(name, _)| name).join(", ");
        return Err(format!("there is no measure {unknown}; there are {known}").into());
    }
    let rounds = Rounds(option("rounds", "3").parse()?);
    let kept = options.get("indexes").map(std::path::absolute).transpose()?;
    let program = options.get("build").map_or_else(std::env::current_exe, std::fs::canonicalize)?;
    let mut report = Report::default();
    for name in option("trees", "500,5000").split(',') {
        let scratch = tempfile::tempdir()?;
        let tree = Tree::make(name, kept.as_deref().unwrap_or(scratch.path()), &program)?;
        measure((name, &tree), (&names, rounds), &mut report)?;
        report.add(tree.files, [yardstick::waiting()?]);
    }
    yardstick::compare(&mut report);
    report.write(&out, "scale")?;
    charts::write(&report, &out)?;
    if let Some(earlier) = earlier {
        Comparison::of_rows(&earlier, &report.rows, COMPARED)?.finish("the earlier run", &out)?;
    }
    if options.contains_key("bounds") { report.check() } else { Ok(()) }
}

/// Takes the measures of these names, or all, on the tree `name`.
fn measure(
    (name, tree): (&str, &Tree),
    (names, rounds): (&[&str], Rounds),
    report: &mut Report,
) -> Result<(), Failure> {
    let has_index = tree.build.folder.exists();
    for (measure, take) in MEASURES {
        let is_wanted = names.is_empty() || names.contains(measure);
        // Whatever is measured needs the index; how it was made is told only where that is asked for.
        let is_needed = *measure == "index" && !has_index;
        if (is_wanted || is_needed) && !(*measure == "index" && has_index) {
            eprintln!("{name}: {measure}");
            let rows = take(tree, if is_wanted { rounds } else { Rounds(1) })?;
            let rows = rows.into_iter().map(|row| bounds::bounded(row, name));
            report.add(tree.files, rows.filter(|_: &Row| is_wanted));
        }
    }
    Ok(())
}
