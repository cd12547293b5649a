//! An index that takes no more room than it needs, and the repair of what can be repaired.
//!
//! Never here: how a file shrinks (`store/compact.rs`, `store/segments.rs`), what is wrong (`health/`).

use super::{Index, told};
use crate::error::Result;
use crate::health::Mend;
use crate::host::log::Event;
use crate::limits::Limits;
use crate::source::Generation;
use crate::store::inspect::CatalogFile;
use crate::store::text::TextIndex;
use crate::store::{disk_bytes, text_folder};
use serde::Serialize;

/// What compacting did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CompactReport {
    /// The state of the index, which is the same as before.
    pub generation: Generation,
    /// What it took before.
    pub before: Room,
    /// What it takes now. A reader that is at work may hold on to more for a while.
    pub after: Room,
}

/// What an index takes on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Room {
    /// The bytes of the catalog and of the log beside it.
    pub catalog_bytes: u64,
    /// The bytes of the text index.
    pub text_bytes: u64,
    /// The parts that the text index is read in.
    pub text_segments: u64,
}

impl Index {
    /// Takes the room away that nothing needs: the catalog is written anew, the log beside it emptied, and the text index
    /// made one segment. Answers are the same before and after; readers go on meanwhile.
    ///
    /// # Errors
    /// `INDEX_MISSING`, `INDEX_LOCKED` when something else is writing, `INDEX_DAMAGED`, `INDEX_VERSION`, `IO` when the
    /// disk has no room for a second copy of the catalog, `DEADLINE_EXCEEDED`, `CANCELLED`. The index is good then.
    pub fn compact(&self, limits: &Limits) -> Result<CompactReport> {
        let watch = self.host.watch(limits);
        let compact = || {
            let mut writer = self.existing_writer(&watch)?;
            let before = self.room()?;
            writer.compact(&self.write_context(), &watch)?;
            let generation = writer.catalog().generation()?;
            drop(writer);
            Ok(CompactReport { generation, before, after: self.room()? })
        };
        watch.observer().operation(Event::IndexCompact, compact, |report: &CompactReport, end| {
            told::upkeep("the index was compacted", report.generation, end);
        })
    }

    fn room(&self) -> Result<Room> {
        let text = text_folder(&self.folder);
        let catalog = CatalogFile::of(&self.folder)?;
        Ok(Room {
            catalog_bytes: catalog.map_or(0, |file| file.bytes.saturating_add(file.wal_bytes)),
            text_bytes: if text.exists() { disk_bytes(&text)? } else { 0 },
            text_segments: TextIndex::open(&text)
                .and_then(|text| text.counts().ok())
                .map_or(0, |counts| counts.segments),
        })
    }

    /// Does one of the repairs that a [`crate::health::HealthReport`] names. None of them loses what is stored of files.
    ///
    /// # Errors
    /// Those of [`Index::update`] and of [`Index::compact`].
    pub fn mend(&self, what: Mend, limits: &Limits) -> Result<()> {
        match what {
            Mend::Vectors => self.drop_damaged_vectors(limits),
            Mend::Text => {
                let watch = self.host.watch(limits);
                // Opening builds a text index that is missing or of another generation.
                self.existing_writer(&watch)?.mend_text_thoroughly(&self.write_context(), &watch)
            }
            Mend::Cache => self.cache().clear(),
            Mend::Update => self.update(limits).map(|_| ()),
            Mend::Compact => self.compact(limits).map(|_| ()),
        }
    }

    fn drop_damaged_vectors(&self, limits: &Limits) -> Result<()> {
        let watch = self.host.watch(limits);
        let mut writer = self.existing_writer(&watch)?;
        writer.mend_text(&self.write_context(), &watch)?;
        let is_complete = writer.catalog().is_complete()?;
        let mut batch = writer.batch(&|_| Ok(()))?;
        // Answers change with the vectors, so this makes a generation.
        let commit = batch.content()?;
        commit.drop_all_damaged_vectors()?;
        batch.commit(is_complete).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::health::{HealthCode, HealthQuery};
    use crate::host::{BoxError, Embedder, Host, Purpose};
    use crate::limits::Watch;
    use std::sync::Arc;

    struct Numbers;

    impl Embedder for Numbers {
        fn id(&self) -> &str {
            "numbers"
        }

        fn dimensions(&self) -> usize {
            2
        }

        fn embed(&self, texts: &[&str], _: Purpose, _: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
            Ok(texts.iter().flat_map(|text| [text.len() as f32, 1.0]).collect())
        }
    }

    fn codes(index: &Index) -> Vec<HealthCode> {
        let report = index.health(&HealthQuery::default(), &Limits::default());
        report.conditions.iter().map(|condition| condition.code).collect()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn damaged_vectors_are_dropped_and_made_again() {
        for damage in [
            "UPDATE vector_blocks SET vectors = x'0102030405' WHERE id = 1",
            "UPDATE vector_blocks SET vectors = CAST(x'ff' || substr(vectors, 2) AS BLOB) WHERE id = 1",
            "DELETE FROM vector_blocks WHERE id = 1",
            "UPDATE vector_blocks SET hashes = x'01' WHERE id = 1",
            "UPDATE embedded SET block = 99 WHERE file_id = 1",
        ] {
            let root = tempfile::tempdir().unwrap();
            for (name, text) in [("a.rs", "fn a() {}\n"), ("b.rs", "fn long_name() {}\n")] {
                std::fs::write(root.path().join(name), text).unwrap();
            }
            let host = Host::default().with_embedder(Arc::new(Numbers));
            let index = Index::open(root.path(), &Config::default(), host).unwrap();
            index.update(&Limits::default()).unwrap();
            assert_eq!(codes(&index), []);
            let catalog = rusqlite::Connection::open(index.folder().join("catalog.sqlite")).unwrap();
            catalog.execute_batch(damage).unwrap();
            catalog.close().unwrap();
            assert_eq!(codes(&index), [HealthCode::VectorsDamaged], "{damage}");
            let verified = index.verify(&Limits::default()).unwrap();
            assert_eq!(verified.worst(), Some(HealthCode::VectorsDamaged), "{damage}");
            let before = index.status().unwrap().generation;
            index.mend(Mend::Vectors, &Limits::default()).unwrap();
            assert_eq!(codes(&index), [HealthCode::VectorsMissing], "{damage}");
            assert!(index.status().unwrap().generation > before);
            index.update(&Limits::default()).unwrap();
            assert_eq!(codes(&index), [], "{damage}");
        }
    }
}
