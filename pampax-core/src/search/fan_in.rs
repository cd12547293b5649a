//! How much the rest of a tree leans on a file.
//!
//! Never here: which definition a mention means (`graph/`).

use crate::error::Result;
use crate::search::Searcher;
use crate::search::corpus::FileIndex;
use crate::search::features::{firmness, is_type};
use crate::source::SpanKind;
use crate::store::catalog::fold_name;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};

/// The most names of a file that are looked up.
const MAX_NAMES: usize = 32;

/// The most files that one name is counted for.
const MAX_MENTIONS: u32 = 64;

/// A name that more files define says nothing about any of them.
const MAX_DEFINERS: u32 = 3;

/// Shorter names are mentioned for other reasons.
const MIN_NAME: usize = 3;

/// The fan-in of each file of a snapshot, counted when first asked for.
pub(crate) struct FanIns(Vec<AtomicU32>);

/// Not counted yet.
const UNKNOWN: u32 = u32::MAX;

impl FanIns {
    /// Nothing is counted yet.
    pub(crate) fn new(file_count: usize) -> FanIns {
        FanIns((0..file_count).map(|_| AtomicU32::new(UNKNOWN)).collect())
    }
}

impl Searcher {
    /// The logarithm of how often other files mention what `file` defines, against that of the number of files.
    pub(super) fn fan_in(&self, file: FileIndex) -> Result<f64> {
        let slot = &self.shared.fan_ins.0[file as usize];
        let mut mentions = slot.load(Ordering::Relaxed);
        if mentions == UNKNOWN {
            mentions = self.mentions(file)?;
            slot.store(mentions, Ordering::Relaxed);
        }
        let files = self.shared.corpus.files.len() as f64;
        Ok(f64::from(mentions).ln_1p() / files.ln_1p())
    }

    fn mentions(&self, file: FileIndex) -> Result<u32> {
        let id = self.shared.corpus.files[file as usize].id;
        let catalog = self.shared.parts.catalog.read();
        let Some(parsed) = catalog.parsed(id)? else { return Ok(0) };
        let own: HashSet<String> = parsed.references.iter().map(|reference| fold_name(&reference.name)).collect();
        let is_speaking = |kind: SpanKind, name: &str| firmness(kind) >= 1.0 && name.len() >= MIN_NAME;
        let spans = parsed.spans.iter().filter(|span| is_speaking(span.kind, &span.name));
        let (types, others): (Vec<_>, Vec<_>) = spans.partition(|span| is_type(span.kind));
        let mut seen = HashSet::new();
        let names = types.into_iter().chain(others).map(|span| fold_name(&span.name));
        let names: Vec<String> = names.filter(|name| seen.insert(name.clone())).take(MAX_NAMES).collect();
        let mut mentions = 0;
        for name in names {
            let found = catalog.count_mentions(&name, MAX_MENTIONS)?.saturating_sub(u32::from(own.contains(&name)));
            if found > 0 && catalog.count_definers(&name, MAX_DEFINERS + 1)? <= MAX_DEFINERS {
                mentions += found;
            }
        }
        Ok(mentions)
    }
}
