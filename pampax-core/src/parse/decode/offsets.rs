//! The way from a byte of decoded text back to the byte of the file it came from.
//!
//! Never here: how text is decoded (`parse/decode.rs`).

/// Maps offsets in decoded text to offsets in the original bytes, exactly for every character.
///
/// An empty map is the identity: the file was UTF-8 without a byte order mark.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OffsetMap {
    runs: Vec<Run>,
    text_end: u32,
    source_end: u32,
}

/// Characters in a row that all take the same number of bytes on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    text_start: u32,
    source_start: u32,
    count: u32,
    text_bytes: u8,
    source_bytes: u8,
}

impl OffsetMap {
    /// Whether every offset maps to itself.
    pub fn is_identity(&self) -> bool {
        self.runs.is_empty()
    }

    /// The byte of the original file where the character at `text_offset` begins.
    ///
    /// The end of the text maps to the end of the file. An offset inside a character counts as the character's start.
    pub fn to_source(&self, text_offset: u32) -> u32 {
        if text_offset >= self.text_end {
            return self.source_end.saturating_add(text_offset - self.text_end);
        }
        let after = self.runs.partition_point(|run| run.text_start <= text_offset);
        match after.checked_sub(1).and_then(|index| self.runs.get(index)) {
            Some(run) => {
                let characters = (text_offset - run.text_start) / u32::from(run.text_bytes.max(1));
                run.source_start + characters * u32::from(run.source_bytes)
            }
            None => text_offset,
        }
    }

    /// The stored form: for each run its count as a variable-length number and a byte with both widths.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.runs.len() * 2);
        for run in &self.runs {
            let mut count = run.count;
            while count >= 0x80 {
                bytes.push((count & 0x7f) as u8 | 0x80);
                count >>= 7;
            }
            bytes.push(count as u8);
            bytes.push(run.text_bytes << 4 | run.source_bytes);
        }
        bytes
    }

    /// The map that [`OffsetMap::to_bytes`] stored; `None` when `bytes` are not such a form.
    pub fn from_bytes(bytes: &[u8]) -> Option<OffsetMap> {
        let mut map = OffsetMap::default();
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = take_number(&mut rest)?;
            let (&widths, after) = rest.split_first()?;
            rest = after;
            map.push(count, widths >> 4, widths & 0x0f)?;
        }
        Some(map)
    }

    /// Appends `count` characters of `text_bytes` bytes each that came from `source_bytes` bytes each.
    ///
    /// `None`, with the map unchanged, when a side would no longer fit 32 bits.
    pub(super) fn push(&mut self, count: u32, text_bytes: u8, source_bytes: u8) -> Option<()> {
        let text_end = self.text_end.checked_add(count.checked_mul(u32::from(text_bytes))?)?;
        let source_end = self.source_end.checked_add(count.checked_mul(u32::from(source_bytes))?)?;
        match self.runs.last_mut() {
            Some(last) if (last.text_bytes, last.source_bytes) == (text_bytes, source_bytes) => last.count += count,
            _ => self.runs.push(Run {
                text_start: self.text_end,
                source_start: self.source_end,
                count,
                text_bytes,
                source_bytes,
            }),
        }
        self.text_end = text_end;
        self.source_end = source_end;
        Some(())
    }
}

fn take_number(rest: &mut &[u8]) -> Option<u32> {
    let mut number = 0u64;
    for shift in [0, 7, 14, 21, 28] {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return u32::try_from(number).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(runs: &[(u32, u8, u8)]) -> OffsetMap {
        let mut map = OffsetMap::default();
        for &(count, text_bytes, source_bytes) in runs {
            map.push(count, text_bytes, source_bytes).unwrap();
        }
        map
    }

    #[test]
    fn an_empty_map_is_the_identity_and_takes_no_room() {
        let map = OffsetMap::default();
        assert!(map.is_identity());
        assert!(map.to_bytes().is_empty());
        assert_eq!(map.to_source(0), 0);
        assert_eq!(map.to_source(7_000), 7_000);
        assert_eq!(OffsetMap::from_bytes(&[]), Some(map));
    }

    #[test]
    fn a_mark_shifts_and_wide_characters_stretch() {
        let map = map(&[(1, 0, 3), (2, 1, 1), (2, 3, 2), (1, 1, 1)]);
        let expected = [(0, 3), (1, 4), (2, 5), (3, 5), (5, 7), (8, 9), (9, 10), (12, 13)];
        for (text, source) in expected {
            assert_eq!(map.to_source(text), source, "text offset {text}");
        }
    }

    #[test]
    fn damaged_forms_are_refused() {
        for bytes in [&[0x80][..], &[5], &[0xff, 0xff, 0xff, 0xff, 0xff, 0x11], &[0xff, 0xff, 0xff, 0xff, 0x0f, 0x33]] {
            assert_eq!(OffsetMap::from_bytes(bytes), None, "{bytes:x?}");
        }
    }

    proptest! {
        #[test]
        fn stored_and_read_back_is_equal(runs in prop::collection::vec((1u32..100_000, 0u8..7, 0u8..5), 0..20)) {
            let map = map(&runs);
            prop_assert_eq!(OffsetMap::from_bytes(&map.to_bytes()), Some(map));
        }

        #[test]
        fn any_bytes_give_a_monotone_map_or_none(bytes in prop::collection::vec(any::<u8>(), 0..24), offset in any::<u32>()) {
            if let Some(map) = OffsetMap::from_bytes(&bytes) {
                prop_assert!(map.to_source(offset) <= map.to_source(offset.saturating_add(1)));
            }
        }
    }
}
