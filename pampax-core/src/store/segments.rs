//! The files of the text index: what they hold by number, whether they are as they were written, and fewer of them.
//!
//! Looking leaves no trace: no lock file is made and none is opened for writing.
//!
//! Never here: terms and postings (`text.rs`), what the documents should be.

use crate::error::{Error, Result};
use crate::limits::Watch;
use crate::store::text::{TextIndex, guard};
use std::io::ErrorKind;

/// What the last commit says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextCounts {
    /// The generation of the catalog that it belongs to.
    pub generation: Option<u64>,
    /// Parts that are read one after another.
    pub segments: u64,
    /// Documents, without the deleted ones.
    pub documents: u64,
    /// Documents that are deleted and still take room.
    pub deleted: u64,
}

impl TextIndex {
    /// The numbers of the last commit. Reads one small file.
    pub(crate) fn counts(&self) -> Result<TextCounts> {
        let meta = guard(&self.folder, || self.index.load_metas())?;
        let sum = |count: fn(&tantivy::SegmentMeta) -> u32| meta.segments.iter().map(|one| u64::from(count(one))).sum();
        Ok(TextCounts {
            generation: meta.payload.as_deref().and_then(|payload| payload.parse().ok()),
            segments: meta.segments.len() as u64,
            documents: sum(tantivy::SegmentMeta::num_docs),
            deleted: sum(tantivy::SegmentMeta::num_deleted_docs),
        })
    }

    /// The live documents as (file, chunk), in order; the chunk is `None` for a whole file.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when a file cannot be understood, `IO` when one is gone, which a writer may be the reason of.
    pub(crate) fn places(&self) -> Result<Vec<(u32, Option<u32>)>> {
        let snapshot = self.snapshot_without_lock()?;
        let mut places = Vec::new();
        snapshot.for_each_document(|_, file, chunk| places.push((file, chunk)));
        places.sort_unstable();
        Ok(places)
    }

    /// The files whose bytes do not match the checksums at their ends, by name. Reads every byte.
    ///
    /// # Errors
    /// As [`TextIndex::places`], and those of `watch`.
    fn files_with_wrong_checksums(&self, watch: &Watch) -> Result<Vec<String>> {
        let meta = guard(&self.folder, || self.index.load_metas())?;
        let mut files: Vec<_> = meta.list_segment_files().into_iter().collect();
        files.sort_unstable();
        let mut wrong = Vec::new();
        // The list names every file that a segment could have.
        for file in files.iter().filter(|file| self.folder.join(file).exists()) {
            watch.check("checksums")?;
            if !guard(&self.folder, || Ok(self.index.directory().validate_checksum(file)?))? {
                wrong.push(file.display().to_string());
            }
        }
        Ok(wrong)
    }

    /// [`TextIndex::places`], after every byte was compared with its checksum.
    ///
    /// # Errors
    /// As [`TextIndex::places`], `INDEX_DAMAGED` when a checksum is wrong too, and those of `watch`.
    pub(crate) fn checked_places(&self, watch: &Watch) -> Result<Vec<(u32, Option<u32>)>> {
        let wrong = self.files_with_wrong_checksums(watch)?;
        if wrong.is_empty() {
            return self.places();
        }
        let reason = format!("the checksum of {} is wrong", wrong.join(", "));
        Err(Error::IndexDamaged { path: self.folder.clone(), reason })
    }

    /// What is wrong with the files; `None` when nothing is.
    ///
    /// # Errors
    /// `IO` when the operating system refuses, and those of `watch`.
    pub(crate) fn damage(&self, watch: &Watch) -> Result<Option<String>> {
        match self.checked_places(watch) {
            Ok(_) => Ok(None),
            Err(error) => damage_of(error).map(Some),
        }
    }

    /// Makes one segment of all, without the deleted documents. The generation stays.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` when a file cannot be understood, `IO`, `INDEX_LOCKED`.
    pub(crate) fn merge_segments(&self, memory_bytes: usize) -> Result<()> {
        guard(&self.folder, || {
            let meta = self.index.load_metas()?;
            let is_whole = meta.segments.len() <= 1 && meta.segments.iter().all(|one| one.num_deleted_docs() == 0);
            if is_whole {
                return Ok(());
            }
            let ids: Vec<_> = meta.segments.iter().map(tantivy::SegmentMeta::id).collect();
            // Files are kept for as long as something knows of their segment.
            drop(meta);
            let mut writer: tantivy::IndexWriter = self.index.writer_with_num_threads(1, memory_bytes)?;
            writer.merge(&ids).wait()?;
            writer.garbage_collect_files().wait()?;
            writer.wait_merging_threads()
        })
    }
}

/// What an error says of the text index. A refusal of the operating system says nothing of it and stays an error; a file
/// that is gone or ends too early is damage.
pub(super) fn damage_of(error: Error) -> Result<String> {
    match error {
        Error::IndexDamaged { reason, .. } => Ok(reason),
        Error::Io { source, .. } if is_damage(source.kind()) => Ok(source.to_string()),
        other => Err(other),
    }
}

fn is_damage(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemClock;
    use crate::limits::Limits;
    use crate::search::terms::{ChunkTerms, FileTerms};
    use std::path::Path;
    use std::sync::Arc;

    fn watch() -> Watch {
        Watch::start(&Limits::default(), Arc::new(SystemClock::new()))
    }

    /// An index of three files in as many commits, one of them deleted.
    fn index(folder: &Path) -> TextIndex {
        let index = TextIndex::create(folder).unwrap();
        let mut writer = index.writer(15_000_000).unwrap();
        for file in 0..3 {
            let chunks = vec![ChunkTerms { body: "alpha beta ".to_owned(), names: String::new() }];
            writer.add(file, &FileTerms { path: "a rs ".to_owned(), chunks }).unwrap();
            writer.prepare(u64::from(file) + 1).unwrap().commit().unwrap();
        }
        writer.delete(1);
        writer.prepare(4).unwrap().commit().unwrap();
        index
    }

    #[test]
    fn merging_keeps_the_generation_and_the_live_documents() {
        let folder = tempfile::tempdir().unwrap();
        let index = index(folder.path());
        let expected = [(0, None), (0, Some(0)), (2, None), (2, Some(0))];
        assert_eq!(index.places().unwrap(), expected);
        index.merge_segments(15_000_000).unwrap();
        assert_eq!(index.places().unwrap(), expected);
        let counts = index.counts().unwrap();
        assert_eq!(counts, TextCounts { generation: Some(4), segments: 1, documents: 4, deleted: 0 });
        assert_eq!(index.damage(&watch()).unwrap(), None);
        let kept = index.index.load_metas().unwrap().list_segment_files();
        for entry in folder.path().read_dir().unwrap() {
            let name = entry.unwrap().file_name();
            let is_of_segment = !name.to_string_lossy().starts_with('.') && name != "meta.json";
            assert!(!is_of_segment || kept.contains(Path::new(&name)), "{name:?} was left behind");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test damages its own files")]
    fn a_flipped_byte_in_any_file_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        index(folder.path()).merge_segments(15_000_000).unwrap();
        let index = TextIndex::open(folder.path()).unwrap();
        let mut flipped = 0;
        for entry in folder.path().read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with('.') || name == "meta.json" {
                continue;
            }
            let healthy = std::fs::read(&path).unwrap();
            let mut damaged = healthy.clone();
            damaged[0] ^= 1;
            std::fs::write(&path, &damaged).unwrap();
            assert!(index.damage(&watch()).unwrap().is_some_and(|what| what.contains(&name)), "{name}");
            std::fs::write(&path, &healthy).unwrap();
            flipped += 1;
        }
        assert!(flipped >= 4, "{flipped} files");
        assert_eq!(index.damage(&watch()).unwrap(), None);
    }
}
