//! Whether the text index is of the catalog's state. Leaves no trace.
//!
//! Never here: building it again.

use crate::error::Result;
use crate::limits::Watch;
use crate::parallel::pause;
use crate::source::Generation;
use crate::store::inspect::peek_current;
use crate::store::lock::WriteLock;
use crate::store::segments::{TextCounts, damage_of};
use crate::store::text::TextIndex;
use crate::store::text_folder;
use std::path::Path;
use std::time::Duration;

/// How often, and how long each time, a writer between its two commits is waited for.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// How much of the text index is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Its numbers, and of each file what is needed to open it.
    Opening,
    /// Every byte against its checksum, and every document against the catalog.
    Everything,
}

/// What is wrong with the text index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TextProblem {
    /// There is none.
    Missing,
    /// It is of another generation than the one that the catalog names, or of none.
    Stale(Option<u64>),
    /// It cannot be read, or holds other documents than the catalog has.
    Damaged(String),
}

/// What a look at the text index found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextState {
    /// Its numbers, if they can be read.
    pub counts: Option<TextCounts>,
    pub problem: Option<TextProblem>,
}

/// What the catalog says that the text index holds.
struct Expected {
    generation: Generation,
    /// The files whose documents it does not hold, or holds of another state, ascending.
    unwritten: Vec<u32>,
    /// The number of documents of the other files.
    documents: u64,
    /// Every one of these, if they are to be compared.
    places: Option<Vec<(u32, Option<u32>)>>,
}

/// Looks at the text index in `folder` as far as `reading` says.
///
/// # Errors
/// Those of the catalog, `IO`, and those of `watch`.
pub(crate) fn text_state(folder: &Path, reading: Reading, watch: &Watch) -> Result<TextState> {
    let mut attempts = 0;
    loop {
        watch.check("text")?;
        let state = look(folder, reading, watch)?;
        attempts += 1;
        let may_pass = state.problem.is_some() && attempts < ATTEMPTS && WriteLock::holder(folder)?.is_some();
        if !may_pass {
            return Ok(state);
        }
        pause(PAUSE);
    }
}

fn look(folder: &Path, reading: Reading, watch: &Watch) -> Result<TextState> {
    let expected = expected(folder, reading)?;
    let state = |counts, problem| Ok(TextState { counts, problem: Some(problem) });
    let text_folder = text_folder(folder);
    let Some(index) = TextIndex::open(&text_folder) else {
        return match text_folder.join("meta.json").exists() {
            true => state(None, TextProblem::Damaged("its list of files cannot be read".to_owned())),
            false => state(None, TextProblem::Missing),
        };
    };
    let counts = match index.counts() {
        Ok(counts) => counts,
        Err(error) => return state(None, TextProblem::Damaged(damage_of(error)?)),
    };
    if counts.generation.map(Generation) != Some(expected.generation) {
        return state(Some(counts), TextProblem::Stale(counts.generation));
    }
    let problem = match difference(&index, &expected, watch) {
        Ok(difference) => difference,
        Err(error) => Some(damage_of(error)?),
    };
    Ok(TextState { counts: Some(counts), problem: problem.map(TextProblem::Damaged) })
}

fn expected(folder: &Path, reading: Reading) -> Result<Expected> {
    peek_current(folder, |database| {
        let unwritten: Vec<u32> = database.unwritten()?.into_iter().map(|(id, _)| id).collect();
        let mut expected = Expected { generation: database.text_generation()?, unwritten, documents: 0, places: None };
        let totals = database.totals()?;
        expected.documents = totals.files + totals.chunks;
        if reading == Reading::Everything || !expected.unwritten.is_empty() {
            let mut rows = database.file_table()?;
            rows.retain(|row| !expected.holds_otherwise(row.id));
            let chunks = rows.iter().flat_map(|row| (0..row.chunk_count).map(|chunk| (row.id, Some(chunk))));
            let mut places: Vec<_> = rows.iter().map(|row| (row.id, None)).chain(chunks).collect();
            places.sort_unstable();
            expected.documents = places.len() as u64;
            expected.places = Some(places).filter(|_| reading == Reading::Everything);
        }
        Ok(expected)
    })
}

impl Expected {
    fn holds_otherwise(&self, file_id: u32) -> bool {
        self.unwritten.binary_search(&file_id).is_ok()
    }
}

fn difference(index: &TextIndex, expected: &Expected, watch: &Watch) -> Result<Option<String>> {
    let mut found = match expected.places {
        Some(_) => index.checked_places(watch)?,
        None => index.places()?,
    };
    found.retain(|(file_id, _)| !expected.holds_otherwise(*file_id));
    if found.len() as u64 != expected.documents {
        return Ok(Some(format!("it holds {} documents, the catalog has {}", found.len(), expected.documents)));
    }
    let differs = expected.places.as_ref().is_some_and(|places| *places != found);
    Ok(differs.then(|| "it holds other documents than the catalog has".to_owned()))
}
