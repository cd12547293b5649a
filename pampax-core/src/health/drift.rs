//! The tree as it is now against the tree that was indexed, by sizes and times.
//!
//! Never here: reading files. What was changed without another size or time is not seen.

use super::{DriftFacts, Examination, Facts, Found, HealthCode};
use crate::error::{Error, Result};
use crate::index::plan::{Candidate, Keys, Plan, plan};
use crate::index::prepare::{parse_key, skip_key};
use crate::limits::Watch;
use crate::store::catalog::{FileRow, SkippedRow};
use crate::store::inspect::peek_current;
use crate::walk::{PartOfTree, walk_for_a_while};

pub(super) fn look(examination: &Examination) -> Result<Found> {
    let subject = &examination.subject;
    let (rows, skipped) =
        peek_current(&subject.folder, |database| Ok((database.file_table()?, database.skipped_table()?)))?;
    let read_ms = rows.iter().map(|row| row.seen_ms);
    let read_ms = read_ms.chain(skipped.iter().filter_map(|row| row.seen).map(|seen| seen.seen_ms)).max();
    let watch = share_of(examination);
    let part = match walk_for_a_while(&subject.root, &subject.config, &subject.folder, &watch) {
        Err(error @ Error::Io { .. }) => return Ok(Found::failed(HealthCode::RootUnreadable, error.to_string())),
        outcome => outcome?,
    };
    let mut facts = compare(part, rows, &skipped, examination);
    facts.age_ms = read_ms.map(|read_ms| subject.host.clock.unix_ms().saturating_sub(read_ms));
    Ok(judge(facts, examination))
}

/// The time for the walk: what is seen by then still has to be told.
fn share_of(examination: &Examination) -> Watch {
    match examination.watch.remaining() {
        Some(remaining) => examination.watch.within(remaining * 4 / 5),
        None => examination.watch.clone(),
    }
}

fn compare(part: PartOfTree, rows: Vec<FileRow>, skipped: &[SkippedRow], examination: &Examination) -> DriftFacts {
    let config = &examination.subject.config;
    let keys = Keys { parse_key: parse_key(config), skip_key: skip_key(config) };
    let rows = rows.into_iter().filter(|row| part.covers(row.path.as_str())).collect();
    let finished = part.is_whole();
    let Plan { unchanged, read, vanished, still_skipped } = plan(part.files, rows, skipped, keys);
    let mut facts = DriftFacts {
        finished,
        added: 0,
        changed: 0,
        removed: vanished.len() as u64,
        unchanged: unchanged + still_skipped.len() as u64,
        outdated: 0,
        age_ms: None,
    };
    for candidate in read {
        match candidate {
            Candidate { walked, row: Some(row), .. } => {
                match (walked.size, walked.mtime_ns) == (row.size, row.mtime_ns) {
                    false => facts.changed += 1,
                    true if row.parse_key != keys.parse_key => facts.outdated += 1,
                    // It was written to just before it was read, and would be read again to be sure.
                    true => facts.unchanged += 1,
                }
            }
            Candidate { walked, skipped: Some(skipped), .. } => match skipped.seen {
                Some(seen) if (seen.size, seen.mtime_ns) != (walked.size, walked.mtime_ns) => facts.changed += 1,
                Some(seen) if seen.skip_key != keys.skip_key => facts.outdated += 1,
                _ => facts.unchanged += 1,
            },
            _ => facts.added += 1,
        }
    }
    facts
}

fn judge(facts: DriftFacts, examination: &Examination) -> Found {
    let thresholds = &examination.thresholds;
    let drifted = facts.added + facts.changed + facts.removed;
    let all = facts.unchanged + facts.outdated + drifted;
    let has_drifted = drifted.saturating_mul(100) > all.saturating_mul(thresholds.drift_percent);
    let is_old = facts.age_ms.is_some_and(|age_ms| age_ms > thresholds.age_ms) && (drifted > 0 || !facts.finished);
    let DriftFacts { finished, added, changed, removed, outdated, .. } = facts;
    Found::new(Facts::Drift(facts))
        .with(has_drifted, HealthCode::TreeDrifted, || {
            format!("{added} files were added, {changed} changed and {removed} removed since they were indexed")
        })
        .with(outdated > 0, HealthCode::SettingsChanged, || {
            format!("{outdated} files were read with other settings or by another version")
        })
        .with(is_old, HealthCode::IndexOld, || format!("no file was read for more than {} ms", thresholds.age_ms))
        .with(!finished, HealthCode::ComparisonUnfinished, || {
            "the tree was compared in part only, because the time was over".to_owned()
        })
}
