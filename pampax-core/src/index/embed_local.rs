//! Vectors by a model of this process for files that are indexed already: those that were there before the model was.
//!
//! Never here: files that are read and parsed anyway, which get theirs on the way (`prepare.rs`).

use crate::error::{Error, Result};
use crate::index::embed::{Embedded, failure};
use crate::index::local::LocalModel;
use crate::index::report::{Progress, Stage};
use crate::index::write::{Batch, Writer, bounds};
use crate::parallel::ordered_map;
use crate::store::catalog::StoredDocument;
use crate::store::schema::Database;

/// How many documents are read before they are embedded side by side, and after how many bytes of text there are enough.
const FILES: usize = 64;
const BYTES: u64 = 8 << 20;

/// A document, its file, and the bytes of its text.
type Item = ((u32, StoredDocument), u64);

/// Embeds, on `threads` threads, every file that has no vectors of `local`.
///
/// # Errors
/// Those of the catalog and of the watch. A failing model is no error: the index stays lexical and the report says so.
pub(crate) fn embed_locally(
    local: LocalModel<'_>,
    (writer, batch): (&Writer, &mut Batch<'_>),
    (threads, progress): (usize, &(dyn Fn(Progress) + Sync)),
) -> Result<Embedded> {
    let catalog = writer.catalog();
    let files = match catalog.model(local.embedder.id(), local.dimensions())? {
        Some(model) if !catalog.has_other_models(&model)? => catalog.files_to_embed(&model)?,
        Some(model) => return run(local, (catalog, batch), (&catalog.files_to_embed(&model)?, threads, progress)),
        None => catalog.file_table()?.into_iter().map(|row| row.id).collect(),
    };
    match files.is_empty() {
        true => Ok(Embedded::default()),
        false => run(local, (catalog, batch), (&files, threads, progress)),
    }
}

fn run(
    local: LocalModel<'_>,
    (catalog, batch): (&Database, &mut Batch<'_>),
    (files, threads, progress): (&[u32], usize, &(dyn Fn(Progress) + Sync)),
) -> Result<Embedded> {
    let mut told = Progress::start(Stage::Embed);
    told.files_total = files.len() as u64;
    progress(told);
    let commit = batch.content()?;
    let model = commit.put_model(local.embedder.id(), local.dimensions())?;
    let (mut outcome, mut why) = (Embedded::default(), None);
    let mut rest = files;
    while !rest.is_empty() && why.is_none() {
        let items = documents(catalog, rest)?;
        rest = &rest[items.len()..];
        let make = |(_, document): &(u32, StoredDocument)| local.vectors(&document.text, &document.parsed);
        ordered_map(&items, &bounds(threads), make, |(file_id, document), vectors| {
            local.watch.check("embed")?;
            match vectors.unwrap_or_else(Err) {
                Ok(block) => {
                    outcome.embedded += document.parsed.chunks.len() as u64;
                    commit.put_file_vectors(&model, *file_id, block)?;
                }
                Err(reason) => why = why.take().or(Some(reason)),
            }
            told.files_done += 1;
            progress(told);
            Ok(())
        })?;
    }
    if why.is_none() {
        commit.drop_unused_vectors(&model)?;
    }
    batch.commit(true)?;
    outcome.degraded = why.map(|why| failure(local.embedder, why, local.watch));
    Ok(outcome)
}

/// The first documents of `files`.
fn documents(catalog: &Database, files: &[u32]) -> Result<Vec<Item>> {
    let (mut items, mut bytes) = (Vec::new(), 0);
    for file_id in files.iter().take(FILES) {
        let Some(document) = catalog.document(*file_id)? else {
            return Err(Error::internal(format!("file {file_id} has no content")));
        };
        let size = document.text.len() as u64;
        bytes += size;
        items.push(((*file_id, document), size));
        if bytes >= BYTES {
            break;
        }
    }
    Ok(items)
}
