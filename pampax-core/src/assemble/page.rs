//! One document made ready for showing: where its lines are and where its secrets are.

use crate::parse::redact::{self, Masking, Secret};
use crate::search::Document;
use crate::source::{ByteRange, LineRange};
use std::borrow::Cow;

/// A document with its line starts and its secrets.
pub(crate) struct Page<'a> {
    pub(crate) document: &'a Document,
    line_starts: &'a [u32],
    secrets: &'a [Secret],
}

impl<'a> Page<'a> {
    pub(crate) fn new(document: &'a Document, masking: Masking) -> Page<'a> {
        let secrets = match masking {
            Masking::Masked => document.secrets(),
            Masking::Plain => &[],
        };
        let line_starts = document.line_starts();
        Page { document, line_starts, secrets }
    }

    /// The lines that `bytes` touches.
    pub(crate) fn lines(&self, bytes: ByteRange) -> LineRange {
        let line = |byte: u32| self.line_starts.partition_point(|start| *start <= byte) as u32;
        LineRange { start: line(bytes.start), end: line(bytes.end.saturating_sub(1).max(bytes.start)) }
    }

    /// The bytes of `lines` with their line breaks, cut to the text.
    pub(crate) fn bytes(&self, lines: LineRange) -> ByteRange {
        let end_of_text = self.document.text.len() as u32;
        let start_of = |line: u32| self.line_starts.get(line as usize).copied().unwrap_or(end_of_text);
        ByteRange { start: start_of(lines.start.saturating_sub(1)), end: start_of(lines.end) }
    }

    /// Where each line starts.
    pub(crate) fn line_starts(&self) -> &[u32] {
        self.line_starts
    }

    /// Whether nothing but white space stands between the end of `bytes` and the end of its line.
    pub(crate) fn ends_line(&self, bytes: ByteRange) -> bool {
        let rest = self.document.text.get(bytes.end as usize..);
        rest.is_some_and(|rest| rest.split('\n').next().unwrap_or("").trim().is_empty())
    }

    /// `bytes` without the blank lines at its start and the white space at its end.
    pub(crate) fn trimmed(&self, bytes: ByteRange) -> ByteRange {
        let text = bytes.slice(&self.document.text);
        let end = text.trim_end().len();
        let lead = text[..end].len() - text[..end].trim_start().len();
        let start = text[..lead].rfind('\n').map_or(0, |line_break| line_break + 1);
        ByteRange { start: bytes.start + start as u32, end: bytes.start + end as u32 }
    }

    /// `bytes` with the white space before them on their first line, when nothing else stands there.
    pub(crate) fn indented(&self, bytes: ByteRange) -> ByteRange {
        let line_start = self.bytes(self.lines(ByteRange { start: bytes.start, end: bytes.start })).start;
        let before = ByteRange { start: line_start, end: bytes.start }.slice(&self.document.text);
        if before.trim().is_empty() { ByteRange { start: line_start, ..bytes } } else { bytes }
    }

    /// The text at `bytes` with its secrets masked.
    pub(crate) fn shown(&self, bytes: ByteRange) -> Cow<'a, str> {
        redact::mask_range(&self.document.text, self.secrets, bytes.start as usize..bytes.end as usize)
    }

    /// The bytes of each line that `bytes` touches, cut to `bytes`, without line breaks.
    pub(crate) fn split(&self, bytes: ByteRange) -> Vec<ByteRange> {
        let mut start = bytes.start;
        let lines = bytes.slice(&self.document.text).split('\n');
        lines
            .map(|line| {
                let end = start + line.strip_suffix('\r').unwrap_or(line).len() as u32;
                let line_bytes = ByteRange { start, end };
                start += line.len() as u32 + 1;
                line_bytes
            })
            .collect()
    }
}
