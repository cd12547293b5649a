//! Line numbers of byte positions.

use crate::source::{ByteRange, LineRange};

/// Where each line of a text starts.
pub(super) struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// The lines of `text`. A line ends with `\n`, which belongs to it.
    pub(super) fn new(text: &str) -> LineIndex {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        LineIndex { starts: std::iter::once(0).chain(after).collect() }
    }

    /// The number of the line that holds `byte`, counted from 1.
    pub(super) fn line(&self, byte: u32) -> u32 {
        self.starts.partition_point(|start| *start <= byte) as u32
    }

    /// The lines that `bytes` touches; an empty range touches the line it stands in.
    pub(super) fn lines(&self, bytes: ByteRange) -> LineRange {
        let last = bytes.end.saturating_sub(1).max(bytes.start);
        LineRange { start: self.line(bytes.start), end: self.line(last) }
    }

    /// The start of the line that holds `byte`.
    pub(super) fn line_start(&self, byte: u32) -> u32 {
        self.starts[self.starts.partition_point(|start| *start <= byte).saturating_sub(1)]
    }

    /// The starts of the lines that begin strictly within `bytes`.
    pub(super) fn starts_within(&self, bytes: ByteRange) -> &[u32] {
        let from = self.starts.partition_point(|start| *start <= bytes.start);
        let to = self.starts.partition_point(|start| *start < bytes.end);
        self.starts.get(from..to).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_belongs_to_its_line() {
        let index = LineIndex::new("a\r\nb\n\n");
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|byte| index.line(byte)), [1, 1, 1, 2, 2, 3, 4]);
        assert_eq!(index.lines(ByteRange { start: 0, end: 5 }), LineRange { start: 1, end: 2 });
        assert_eq!(index.starts_within(ByteRange { start: 0, end: 6 }), &[3, 5]);
        assert_eq!(index.line_start(4), 3);
    }
}
