//! Opens one committed state of both files for reading.
//!
//! A reader may come between the two commits of a writer, or after a crash between them. It waits a moment for a writer
//! that is alive, mends the text index when there is none, and builds one in memory where it may not write.
//!
//! Never here: questions to the state.

use crate::error::{Error, NO_EMBEDDER, Result};
use crate::host::Host;
use crate::host::log::Event;
use crate::index::write::{WriteContext, Writer, each_unwritten, fill_text};
use crate::limits::Watch;
use crate::parallel::pause;
use crate::source::Generation;
use crate::store::catalog::Snapshot;
use crate::store::schema::{Database, SCHEMA_VERSION};
use crate::store::text::{TextIndex, TextSnapshot};
use crate::store::text_folder;
use crate::store::unwritten::Unwritten;
use crate::store::vector_set::VectorSet;
use std::time::Duration;

/// How often, and how long each time, a reader waits for a writer between its commits.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// Opens the last committed state of the index.
///
/// # Errors
/// `INDEX_MISSING`, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`.
pub(crate) fn open(context: &WriteContext<'_>, watch: &Watch) -> Result<(Snapshot, TextSnapshot)> {
    for _ in 0..ATTEMPTS {
        watch.check("open")?;
        match open_pair(context) {
            Ok(Some(pair)) => return Ok(pair),
            Err(Error::IndexVersion { found, .. }) if found < SCHEMA_VERSION => {}
            Ok(None) => {}
            Err(error) => return Err(error),
        }
        match Writer::open(context, watch).and_then(|mut writer| writer.mend_text(context, watch)) {
            Ok(()) => {}
            Err(Error::IndexLocked { .. }) => pause(PAUSE),
            Err(Error::Io { .. }) => break,
            Err(error) => return Err(error),
        }
    }
    in_memory(context, watch)
}

/// The vectors of the host's embedder in a snapshot, or why there are none.
///
/// # Errors
/// `INDEX_DAMAGED` when not even their model can be read, `IO`.
pub(crate) fn vectors(
    catalog: &Snapshot,
    host: &Host,
    exact_limit: usize,
) -> Result<std::result::Result<VectorSet, String>> {
    let Some(embedder) = &host.embedder else { return Ok(Err(NO_EMBEDDER.to_owned())) };
    let database = catalog.read();
    let dimensions = u32::try_from(embedder.dimensions()).unwrap_or(u32::MAX);
    match database.model(embedder.id(), dimensions)? {
        Some(model) => match VectorSet::load(&database, &model, exact_limit) {
            // Words, names and paths are searched all the same.
            Err(Error::IndexDamaged { reason, .. }) => Ok(Err(format!(
                "the vectors cannot be used ({reason}): let `pampax doctor --fix` drop the damaged ones"
            ))),
            loaded => loaded.map(Ok),
        },
        None => Ok(Err(format!("the index holds no vectors of {}: update it with this embedder", embedder.id()))),
    }
}

/// The pair, if the text index is the one that the catalog names.
fn open_pair(context: &WriteContext<'_>) -> Result<Option<(Snapshot, TextSnapshot)>> {
    let catalog = Snapshot::open(context.folder)?;
    let Some(index) = TextIndex::open(&text_folder(context.folder)) else { return Ok(None) };
    let written_at = catalog.read().text_generation()?;
    match index.snapshot() {
        Ok(text) if text.generation().map(Generation) == Some(written_at) => {
            let unwritten = unwritten(&catalog.read())?;
            Ok(Some((catalog, text.with_unwritten(unwritten))))
        }
        // A text index that cannot be read is derived anew like one that is missing. Where its folder cannot be written
        // to, its readers' lock cannot be taken, which says `INDEX_LOCKED`.
        Ok(_) | Err(Error::IndexDamaged { .. } | Error::Io { .. } | Error::IndexLocked { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The documents that the text index does not hold yet.
fn unwritten(catalog: &Database) -> Result<Unwritten> {
    let mut unwritten = Unwritten::default();
    each_unwritten(catalog, |id, terms| {
        unwritten.replace(id, terms.as_ref());
        Ok(())
    })?;
    Ok(unwritten)
}

fn in_memory(context: &WriteContext<'_>, watch: &Watch) -> Result<(Snapshot, TextSnapshot)> {
    let catalog = Snapshot::open(context.folder)?;
    let index = TextIndex::in_memory()?;
    fill_text(&mut catalog.read(), &index, context, watch)?;
    let fields = [("generation", catalog.generation().0.into())];
    let message = "the text index cannot be used and cannot be written, and was built in memory for this searcher";
    watch.observer().log(Event::TextRebuildInMemory, message, &fields);
    let text = index.snapshot()?;
    Ok((catalog, text))
}
