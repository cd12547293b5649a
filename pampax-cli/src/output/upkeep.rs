//! What became of backups, verifications and compacting, for people.

use super::report::{bytes, counted};
use super::style::{DIM, ERROR, PATH, clean, paint};
use super::table;
use pampax_core::index::backup::{BackupReport, RestoreReport};
use pampax_core::index::compact::CompactReport;
use pampax_core::index::verify::VerifyReport;

/// What a backup holds.
pub fn backup(report: &BackupReport) -> String {
    let head = format!("{} in {}", counted(report.files, "file"), report.path.display());
    let state = format!("generation {}, {}, hash {}", report.generation.0, bytes(report.catalog_bytes), report.hash);
    format!("{}\n{}\n", paint(PATH, &head), paint(DIM, &state))
}

/// What became of an index that was restored.
pub fn restore(report: &RestoreReport) -> String {
    let BackupReport { path, files, generation, root, .. } = &report.backup;
    let head = format!("{} restored from {}", counted(*files, "file"), path.display());
    let mut text = format!("{}\n", paint(PATH, &head));
    match report.replaced {
        Some(replaced) => {
            let numbers = format!("generation {} of the backup, here {}", generation.0, report.generation.0);
            text.push_str(&format!("{}\n", paint(DIM, &format!("{numbers}; generation {} is gone", replaced.0))));
        }
        None => text.push_str(&format!("{}\n", paint(DIM, &format!("generation {}", report.generation.0)))),
    }
    if let Some(root) = root {
        text.push_str(&format!(
            "made from {}; `pampax index` brings it up to date\n",
            clean(&root.display().to_string())
        ));
    }
    text
}

/// What compacting did.
pub fn compact(report: &CompactReport) -> String {
    let row =
        |name: &str, before: u64, after: u64| vec![name.to_owned(), format!("{} → {}", bytes(before), bytes(after))];
    let (before, after) = (&report.before, &report.after);
    let segments = format!("{} → {}", before.text_segments, after.text_segments);
    table::render(&[
        row("catalog", before.catalog_bytes, after.catalog_bytes),
        row("text index", before.text_bytes, after.text_bytes),
        vec!["segments".to_owned(), segments],
    ])
}

/// Whether an index or a backup is sound.
pub fn verification(report: &VerifyReport) -> String {
    let mut text = String::new();
    for problem in &report.problems {
        text.push_str(&format!("{} {}\n", paint(ERROR, problem.code.name()), clean(&problem.detail)));
    }
    if report.is_sound {
        text.push_str(&format!("{}\n", paint(PATH, "sound")));
    }
    let mut read = vec![format!(
        "{} read, {} of them compared with their hashes",
        counted(report.documents, "file"),
        report.hashed
    )];
    read.extend(report.text_documents.map(|number| counted(number, "document") + " of the text index"));
    read.extend(report.generation.map(|generation| format!("generation {}", generation.0)));
    text + &paint(DIM, &read.join(", ")) + "\n"
}
