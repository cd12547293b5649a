//! What was shown of a file, written down so that it can be recognised in a later state of the index.
//!
//! Never here: what follows from a change; that is the session's and the receipt's.

use crate::assemble::budget::{Fitted, Sheets};
use crate::assemble::compose::Parts;
use crate::assemble::page::Page;
use crate::assemble::render::Level;
use crate::error::{Error, Result};
use crate::parse::redact::Masking;
use crate::search::Document;
use crate::source::{ByteRange, ContentHash, LineRange, RepoPath, SpanId, named_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// One piece of a bundle, so that it can be recognised later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Imprint {
    /// The file.
    pub path: RepoPath,
    /// The first line, counted from 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// How much of it was shown.
    pub level: Level,
    /// The qualified name of the definition it was or lay in.
    pub symbol: Option<String>,
    /// That definition's id.
    pub span_id: Option<SpanId>,
    /// The hash of the file.
    pub content_hash: ContentHash,
    /// Where the piece lay in the decoded text of the file.
    pub bytes: ByteRange,
    /// The hash of the file's text there, whatever the level; secrets masked as they were in the bundle.
    pub text_hash: ContentHash,
    /// The lines from further up in the file that were shown with it.
    pub above: Vec<u32>,
    /// Where its rendered section began, in bytes: in the text of the bundle, or of all bundles of a session together.
    pub section_start: usize,
    /// How long that section was, in bytes.
    pub section_bytes: usize,
    /// The hash of that section.
    pub section_hash: ContentHash,
}

impl Imprint {
    /// Checks that the numbers can be those of a part of a file and of a section; `of` is what holds them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the file.
    pub(crate) fn check(&self, of: &'static str) -> Result<()> {
        let is_range = self.bytes.start <= self.bytes.end && (1..=self.end_line).contains(&self.start_line);
        if is_range && self.section_start.checked_add(self.section_bytes).is_some() {
            return Ok(());
        }
        Err(Error::argument(of, format!("what it holds of {} is not a part of a file", self.path)))
    }
}

impl Imprint {
    fn lines(&self) -> LineRange {
        LineRange { start: self.start_line, end: self.end_line }
    }
}

named_enum! {
    /// What became of something that was shown.
    ChangeKind {
        /// It reads differently, or is no longer there.
        Changed = "changed",
        /// Its file is not in the index any more.
        Missing = "missing",
        /// It reads the same at other lines.
        Moved = "moved",
    }
}

/// Something that was shown and is no longer where it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The file.
    pub path: RepoPath,
    /// The first line it was shown with.
    pub start_line: u32,
    /// The last line it was shown with, inclusive.
    pub end_line: u32,
    /// The qualified name of the definition it was or lay in.
    pub symbol: Option<String>,
    /// That definition's id.
    pub span_id: Option<SpanId>,
    /// What became of it.
    pub what: ChangeKind,
    /// The first line it has now, where it only moved.
    pub now_start_line: Option<u32>,
    /// The last line it has now, inclusive, where it only moved.
    pub now_end_line: Option<u32>,
}

/// Where something that was shown stands now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Standing {
    /// It reads the same here.
    At(Place),
    Changed,
    Missing,
}

/// A place in the current state of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) bytes: ByteRange,
    pub(crate) lines: LineRange,
    pub(crate) content_hash: ContentHash,
}

impl Standing {
    /// What to tell about `imprint`; `None` when nothing changed for it.
    pub(crate) fn change(&self, imprint: &Imprint) -> Option<Change> {
        let (what, now) = match self {
            Standing::At(place) if place.lines == imprint.lines() => return None,
            Standing::At(place) => (ChangeKind::Moved, Some(place.lines)),
            Standing::Changed => (ChangeKind::Changed, None),
            Standing::Missing => (ChangeKind::Missing, None),
        };
        Some(Change {
            path: imprint.path.clone(),
            start_line: imprint.start_line,
            end_line: imprint.end_line,
            symbol: imprint.symbol.clone(),
            span_id: imprint.span_id,
            what,
            now_start_line: now.map(|lines| lines.start),
            now_end_line: now.map(|lines| lines.end),
        })
    }
}

/// The files as they stand in one snapshot.
pub(crate) struct Files<'a> {
    /// The hash of an indexed file.
    pub(crate) hash: &'a dyn Fn(&RepoPath) -> Option<ContentHash>,
    /// An indexed file; may fail to be read.
    pub(crate) document: &'a dyn Fn(&RepoPath) -> Result<Option<Arc<Document>>>,
    pub(crate) masking: Masking,
}

/// Where each of `imprints` stands. Only files that changed are read.
///
/// A piece that begins in the middle of a line, of a file with lines too long to be shown whole, is found only at its
/// old place.
///
/// # Errors
/// Those of reading a file.
pub(crate) fn standings(imprints: &[&Imprint], files: &Files<'_>) -> Result<Vec<Standing>> {
    let mut documents: BTreeMap<&RepoPath, Option<Arc<Document>>> = BTreeMap::new();
    for imprint in imprints {
        let is_other = (files.hash)(&imprint.path).is_some_and(|hash| hash != imprint.content_hash);
        if is_other && !documents.contains_key(&imprint.path) {
            documents.insert(&imprint.path, (files.document)(&imprint.path)?);
        }
    }
    let page = |(path, document)| Some((path, Page::new(Option::as_deref(document)?, files.masking)));
    let pages: BTreeMap<&&RepoPath, Page<'_>> = documents.iter().filter_map(page).collect();
    let standing = |imprint: &&Imprint| match (files.hash)(&imprint.path) {
        None => Standing::Missing,
        Some(hash) if hash == imprint.content_hash => {
            Standing::At(Place { bytes: imprint.bytes, lines: imprint.lines(), content_hash: hash })
        }
        Some(_) => pages.get(&&imprint.path).map_or(Standing::Missing, |page| standing(imprint, page)),
    };
    Ok(imprints.iter().map(standing).collect())
}

fn standing(imprint: &Imprint, page: &Page<'_>) -> Standing {
    match locate(imprint, page) {
        Some(bytes) => Standing::At(Place { bytes, lines: page.lines(bytes), content_hash: page.document.hash }),
        None => Standing::Changed,
    }
}

/// Where the text of `imprint` stands: where it was, at the same lines, or nearest to them.
fn locate(imprint: &Imprint, page: &Page<'_>) -> Option<ByteRange> {
    let reads_same = |bytes: &ByteRange| !bytes.is_empty() && text_hash(page, *bytes) == imprint.text_hash;
    let own = [imprint.bytes, page.trimmed(page.bytes(imprint.lines()))];
    own.into_iter().find(reads_same).or_else(|| {
        let length = u32::try_from(imprint.bytes.len()).ok()?;
        let window = |start: &u32| Some(ByteRange { start: *start, end: start.checked_add(length)? });
        // Most windows end within a line and need no look at their text.
        let windows = page.line_starts().iter().filter_map(window).filter(|bytes| page.ends_line(*bytes));
        windows.filter(reads_same).min_by_key(|bytes| page.lines(*bytes).start.abs_diff(imprint.start_line))
    })
}

fn text_hash(page: &Page<'_>, bytes: ByteRange) -> ContentHash {
    ContentHash::of(page.shown(bytes).as_bytes())
}

/// The imprints of everything in a text, in its order.
pub(crate) fn imprints(parts: &Parts<'_>, sheets: &Sheets, fitted: &Fitted) -> Vec<Imprint> {
    let views = &fitted.packing.views;
    let chosen = sheets.order.iter().filter_map(|piece| Some((*piece, (*views.get(*piece)?)?)));
    let sections: Vec<(usize, usize, &str)> =
        chosen.map(|(piece, view)| (piece, view, sheets.ladders[piece][view].as_str())).collect();
    let length: usize = sections.iter().map(|(_, _, section)| section.len()).sum();
    let mut section_start = fitted.text.len().saturating_sub(sheets.bare.after.len() + length);
    let imprint = |(index, view, section): (usize, usize, &str)| {
        let piece = &parts.pieces[index];
        let lines = piece.page.lines(piece.bytes);
        let start = section_start;
        section_start += section.len();
        Imprint {
            path: piece.page.document.path.clone(),
            start_line: lines.start,
            end_line: lines.end,
            level: parts.ladders[index][view].level,
            symbol: piece.label.symbol.clone(),
            span_id: piece.label.span_id,
            content_hash: piece.page.document.hash,
            bytes: piece.bytes,
            text_hash: text_hash(piece.page, piece.bytes),
            above: parts.ladders[index][view].above.clone(),
            section_start: start,
            section_bytes: section.len(),
            section_hash: ContentHash::of(section.as_bytes()),
        }
    };
    sections.into_iter().map(imprint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::fixture::{document, function};

    fn imprint(document: &Document, bytes: ByteRange) -> Imprint {
        let page = Page::new(document, Masking::Masked);
        let lines = page.lines(bytes);
        Imprint {
            path: document.path.clone(),
            start_line: lines.start,
            end_line: lines.end,
            level: Level::Full,
            symbol: None,
            span_id: None,
            content_hash: document.hash,
            bytes,
            text_hash: text_hash(&page, bytes),
            above: Vec::new(),
            section_start: 0,
            section_bytes: 0,
            section_hash: ContentHash::default(),
        }
    }

    /// What became of the last function of `before` in `after`: its kind and the lines it has now.
    fn check(before: &str, after: Option<&str>, expected: Option<(ChangeKind, Option<(u32, u32)>)>) {
        let old = document("x.rs", before);
        let imprint = imprint(&old, old.parsed.spans.last().unwrap().bytes);
        let new = after.map(|text| document("x.rs", text));
        let files = Files {
            hash: &|_| new.as_ref().map(|new| new.hash),
            document: &|_| Ok(new.clone()),
            masking: Masking::Masked,
        };
        let change = standings(&[&imprint], &files).unwrap()[0].change(&imprint);
        let found = change.map(|change| (change.what, change.now_start_line.zip(change.now_end_line)));
        assert_eq!(found, expected, "{before:?} {after:?}");
    }

    #[test]
    fn only_what_reads_differently_has_changed() {
        let (a, b) = (function("a", 2), function("b", 2));
        let both = format!("{a}{b}");
        check(&both, Some(&both), None);
        check(&both, None, Some((ChangeKind::Missing, None)));
        check(&both, Some(&format!("{a}{b}// more\n")), None);
        check(&both, Some(&both.replace("fn a(", "fn c(")), None);
        check(&both, Some(&both.replace("compute_a", "compute_something_else")), None);
        check(&both, Some(&format!("// more\n\n{both}")), Some((ChangeKind::Moved, Some((9, 12)))));
        check(&both, Some(&b), Some((ChangeKind::Moved, Some((2, 5)))));
        check(&both, Some(&both.replace("compute_b(1)", "compute_b(2)")), Some((ChangeKind::Changed, None)));
        check(&both, Some(""), Some((ChangeKind::Changed, None)));
    }

    #[test]
    fn of_equal_texts_the_nearest_counts() {
        let a = function("a", 1);
        let text = format!("{a}{a}");
        check(&text, Some(&format!("{a}\n{a}{a}")), Some((ChangeKind::Moved, Some((7, 9)))));
    }

    #[test]
    fn another_secret_at_the_same_lines_reads_the_same() {
        let text = |key: &str| format!("fn f() {{\n    let api_key = \"{key}\";\n}}\n");
        check(&text("a1b2c3d4e5f6g7h8"), Some(&text("h8g7f6e5d4c3b2a1z9")), None);
    }

    #[test]
    fn a_place_that_was_never_in_the_file_has_changed() {
        let new = document("x.rs", "fn ü() {}\n");
        let mut wrong = imprint(&document("x.rs", "fn a() {}\n"), ByteRange { start: 4, end: 5 });
        (wrong.bytes, wrong.start_line) = (ByteRange { start: 4, end: u32::MAX }, u32::MAX);
        let files = Files { hash: &|_| Some(new.hash), document: &|_| Ok(Some(new.clone())), masking: Masking::Plain };
        assert_eq!(standings(&[&wrong], &files).unwrap(), [Standing::Changed]);
    }
}
