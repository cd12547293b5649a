//! The definitions of the names that questions hold, which are kept: the same names come up again.
//!
//! Never here: what a definition is worth (`features.rs`).

use crate::error::Result;
use crate::search::Searcher;
use crate::search::definitions::{Definitions, NamedDefinition};
use crate::search::features;
use crate::search::question::Question;
use crate::store::catalog::{NameMatch, SymbolRow, fold_name};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::collections::HashSet;
use std::mem::size_of;
use std::sync::Arc;

/// The most definitions of one name that are looked at.
const MAX_NAMESAKES: usize = 500;

/// About how many names are kept, and the most bytes that their definitions may take.
const NAME_COUNT: usize = 4_000;
const NAME_BYTES: u64 = 4 << 20;

/// The definitions of names of one snapshot that were asked for, by the name as written.
pub(crate) struct Names(Cache<String, Arc<[NamedDefinition]>, NameWeight>);

impl Default for Names {
    fn default() -> Names {
        Names(Cache::with_weighter(NAME_COUNT, NAME_BYTES, NameWeight))
    }
}

/// Weighs a name by the bytes of it and its definitions.
#[derive(Clone)]
struct NameWeight;

impl Weighter<String, Arc<[NamedDefinition]>> for NameWeight {
    fn weight(&self, name: &String, definitions: &Arc<[NamedDefinition]>) -> u64 {
        (name.len() + 64 + definitions.len() * size_of::<NamedDefinition>()) as u64
    }
}

impl Searcher {
    /// The definitions whose names the question holds.
    pub(super) fn definitions(&self, question: &Question) -> Result<Definitions> {
        let mut found = Vec::new();
        for (name, asked) in question.names.iter().enumerate() {
            let called = || self.called(&asked.written);
            let of_name = self.shared.names.0.get_or_insert_with(asked.written.as_str(), called)?;
            found.extend(of_name.iter().map(|definition| NamedDefinition { name, ..*definition }));
        }
        Ok(Definitions::new(found))
    }

    /// The definitions of a name that is written like this, as those of the first name of a question.
    fn called(&self, written: &str) -> Result<Arc<[NamedDefinition]>> {
        let rows = self.definitions_of(&fold_name(written))?;
        let rivals = Rivals::of(&rows, written);
        let definition = |row: &SymbolRow| {
            let is_exact = row.name == written;
            Some(NamedDefinition {
                file: self.shared.corpus.index_of_id(row.file_id)?,
                span: row.ordinal,
                chunk: row.chunk,
                kind: row.kind,
                name: 0,
                is_exact,
                namesakes: rivals.count(is_exact),
            })
        };
        Ok(rows.iter().filter_map(definition).collect())
    }

    /// The first [`MAX_NAMESAKES`] definitions of a folded name, by path and place.
    fn definitions_of(&self, name: &str) -> Result<Vec<SymbolRow>> {
        let mut rows = self.shared.parts.catalog.read().definitions(name, MAX_NAMESAKES + 1)?;
        if rows.len() > MAX_NAMESAKES {
            return self.symbol_rows(name, NameMatch::Exact, MAX_NAMESAKES);
        }
        // Ordered here: SQLite would look up the path of every one.
        rows.sort_by_key(|row| (self.shared.corpus.index_of_id(row.file_id), row.ordinal));
        Ok(rows)
    }
}

/// In how many files a name is defined.
struct Rivals {
    exact: u32,
    all: u32,
}

impl Rivals {
    fn of(rows: &[SymbolRow], written: &str) -> Rivals {
        let firm = rows.iter().filter(|row| features::firmness(row.kind) >= 0.8);
        let files: HashSet<(u32, bool)> = firm.map(|row| (row.file_id, row.name == written)).collect();
        let exact = files.iter().filter(|(_, is_exact)| *is_exact).count() as u32;
        Rivals { exact, all: files.len() as u32 }
    }

    fn count(&self, is_exact: bool) -> u32 {
        if is_exact { self.exact } else { self.all }
    }
}
