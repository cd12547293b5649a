//! How much the rest of a tree leans on a file.
//!
//! Never here: which definition a mention means (`graph/`).

use crate::error::Result;
use crate::search::Searcher;
use crate::search::corpus::FileIndex;
use crate::search::features::{firmness, is_type, spoken_name};
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

/// The most files that one import is counted for.
const MAX_IMPORTS: u32 = 1_000;

/// How much other files lean on each file of a snapshot, counted when first asked for.
pub(crate) struct FanIns {
    mentions: Vec<AtomicU32>,
    imports: Vec<AtomicU32>,
}

/// How much other files lean on one file, each as a logarithm against that of the number of files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FanIn {
    /// How often they mention what it defines.
    pub mentions: f64,
    /// How many import something of its name.
    pub imports: f64,
}

/// Not counted yet.
const UNKNOWN: u32 = u32::MAX;

impl FanIns {
    /// Nothing is counted yet.
    pub(crate) fn new(file_count: usize) -> FanIns {
        let unknown = || (0..file_count).map(|_| AtomicU32::new(UNKNOWN)).collect();
        FanIns { mentions: unknown(), imports: unknown() }
    }
}

impl Searcher {
    /// How much other files lean on `file`.
    pub(super) fn fan_in(&self, file: FileIndex) -> Result<FanIn> {
        let FanIns { mentions, imports } = &self.shared.fan_ins;
        let mentions = counted(&mentions[file as usize], || self.mentions(file))?;
        let imports = counted(&imports[file as usize], || self.imports(file))?;
        let files = self.shared.corpus.files.len() as f64;
        let share = |count: u32| f64::from(count).ln_1p() / files.ln_1p();
        Ok(FanIn { mentions: share(mentions), imports: share(imports) })
    }

    fn imports(&self, file: FileIndex) -> Result<u32> {
        let name = spoken_name(&self.shared.corpus.files[file as usize]);
        self.shared.parts.catalog.read().count_imports(name, MAX_IMPORTS)
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

fn counted(slot: &AtomicU32, count: impl FnOnce() -> Result<u32>) -> Result<u32> {
    let known = slot.load(Ordering::Relaxed);
    if known != UNKNOWN {
        return Ok(known);
    }
    let counted = count()?;
    slot.store(counted, Ordering::Relaxed);
    Ok(counted)
}
