//! The catalog, and what it says of languages.
//!
//! Never here: the text index, the tree.

use super::{CatalogFacts, Depth, Examination, Facts, Found, HealthCode, LanguageFacts, LanguageShare};
use crate::error::{Error, Result};
use crate::source::Generation;
use crate::store::inspect::{CatalogFigures, CatalogFile, peek, peek_current};
use crate::store::schema::{Database, SCHEMA_VERSION};
use crate::store::sound::Soundness;
use std::path::Path;

pub(super) fn look(examination: &Examination) -> Result<Found> {
    let folder = &examination.subject.folder;
    let (state, soundness) = peek(folder, |database| read(database, examination))?;
    let missing = || Error::IndexMissing { path: folder.clone() };
    let file = CatalogFile::of(folder)?.ok_or_else(missing)?;
    Ok(judge(examination, &file, state, soundness))
}

fn read(database: Database, examination: &Examination) -> Result<(CatalogFigures, Soundness)> {
    let Examination { subject, depth, watch, .. } = examination;
    let path = subject.folder.clone();
    match database.schema()? {
        0 => return Err(Error::IndexMissing { path }),
        found if found > SCHEMA_VERSION => {
            return Err(Error::IndexVersion { path, found, supported: SCHEMA_VERSION });
        }
        _ => {}
    }
    let state = database.figures()?;
    if state.generation == Generation(0) {
        return Err(Error::IndexMissing { path });
    }
    let soundness = match depth {
        Depth::Deep => database.examine(subject.config.performance.threads, watch)?,
        // The tables of an older version are not those that a sample is taken from.
        Depth::Quick if state.schema == SCHEMA_VERSION => database.sample(&subject.folder)?,
        Depth::Quick => Soundness::default(),
    };
    Ok((state, soundness))
}

fn judge(examination: &Examination, file: &CatalogFile, state: CatalogFigures, soundness: Soundness) -> Found {
    let Examination { subject, thresholds, .. } = examination;
    let (pages, problems) = (state.pages, soundness.problems);
    let moved_from = state.root.clone().filter(|root| is_of_another_root(root, &subject.root, &subject.folder));
    let found = Found::new(Facts::Catalog(CatalogFacts {
        schema: state.schema,
        generation: state.generation,
        complete: state.is_complete,
        root: state.root,
        totals: state.totals,
        bytes: file.bytes,
        wal_bytes: file.wal_bytes,
        free_bytes: pages.page_bytes.saturating_mul(pages.free),
        documents_checked: soundness.documents,
        integrity: soundness.integrity,
    }));
    let is_sparse = pages.free.saturating_mul(2) > pages.count && file.bytes >= thresholds.sparse_catalog_bytes;
    found
        .with(!problems.is_empty(), HealthCode::CatalogDamaged, || first_of(&problems))
        .with(state.schema < SCHEMA_VERSION, HealthCode::SchemaOlder, || {
            format!("the catalog has schema version {}, this program writes {SCHEMA_VERSION}", state.schema)
        })
        .with(!state.is_complete, HealthCode::IndexIncomplete, || "the last update did not come to its end".to_owned())
        .with(state.totals.files == 0, HealthCode::IndexEmpty, || "no file is indexed".to_owned())
        .with(moved_from.is_some(), HealthCode::RootMoved, || {
            format!("the index was made from {}", moved_from.unwrap_or_default().display())
        })
        .with(file.wal_bytes > thresholds.wal_bytes, HealthCode::WalLarge, || {
            format!("the log beside the catalog has more than {} bytes", thresholds.wal_bytes)
        })
        .with(is_sparse, HealthCode::CatalogSparse, || {
            format!("{} of {} pages of the catalog hold nothing", pages.free, pages.count)
        })
}

/// Whether an index was made from another root. An index inside its root moves with it.
fn is_of_another_root(stored: &Path, root: &Path, folder: &Path) -> bool {
    stored != root && !folder.starts_with(root)
}

/// The first problem, and how many there are besides.
fn first_of(problems: &[String]) -> String {
    match problems {
        [] => String::new(),
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    }
}

pub(super) fn look_at_languages(examination: &Examination) -> Result<Found> {
    let thresholds = &examination.thresholds;
    let counts = peek_current(&examination.subject.folder, |database| database.language_counts())?;
    let languages = counts.into_iter().map(|(language, files, degraded)| (language, LanguageShare { files, degraded }));
    let facts = LanguageFacts { languages: languages.collect() };
    let is_degraded = |share: &LanguageShare| {
        let is_much = share.degraded.saturating_mul(100) > share.files.saturating_mul(thresholds.degraded_percent);
        is_much && share.files >= thresholds.degraded_files
    };
    let degraded: Vec<String> = facts
        .languages
        .iter()
        .filter(|(_, share)| is_degraded(share))
        .map(|(language, share)| format!("{} of {} files in {language}", share.degraded, share.files))
        .collect();
    Ok(Found::new(Facts::Languages(facts)).with(!degraded.is_empty(), HealthCode::LanguageDegraded, || {
        format!("{} have an incomplete structure", degraded.join(", "))
    }))
}
