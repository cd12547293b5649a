//! Reads an `index.scip`: which symbol stands at which place, and how code writes its name.
//!
//! Never here: which files are indexed, SQL.

#[cfg(test)]
pub(crate) mod fixture;
mod symbol;

pub(crate) use symbol::{Meaning, meaning};

use crate::error::{Error, Result};
use prost::{DecodeError, Message};
use std::ops::Range;

/// The bit of an occurrence's roles that marks a definition.
const DEFINITION: i32 = 0x1;
/// The bit of an occurrence's roles that marks a declaration ahead of the definition.
const FORWARD_DEFINITION: i32 = 0x40;

/// The outermost message. What it and its documents hold is read piece by piece: a message that is empty in the file is
/// many times as large in memory.
#[derive(Clone, PartialEq, Message)]
struct IndexMessage {
    #[prost(bytes = "vec", optional, tag = "1")]
    metadata: Option<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    documents: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct DocumentMessage {
    #[prost(string, tag = "1")]
    relative_path: String,
    #[prost(bytes = "vec", repeated, tag = "2")]
    occurrences: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct OccurrenceMessage {
    /// Line, first character, end; or line, first character, last line, end. All from 0.
    #[prost(int32, repeated, tag = "1")]
    range: Vec<i32>,
    #[prost(string, tag = "2")]
    symbol: String,
    #[prost(int32, tag = "3")]
    symbol_roles: i32,
    #[prost(message, optional, tag = "8")]
    single_line_range: Option<SingleLineRange>,
    #[prost(message, optional, tag = "9")]
    multi_line_range: Option<MultiLineRange>,
}

/// The newer form of a range in one line.
#[derive(Clone, Copy, PartialEq, Message)]
struct SingleLineRange {
    #[prost(int32, tag = "1")]
    line: i32,
    #[prost(int32, tag = "2")]
    start_character: i32,
    #[prost(int32, tag = "3")]
    end_character: i32,
}

/// The newer form of a range over lines. Only where it starts is used.
#[derive(Clone, Copy, PartialEq, Message)]
struct MultiLineRange {
    #[prost(int32, tag = "1")]
    start_line: i32,
}

/// An index as it was written by the program that analysed the code.
#[derive(Debug)]
pub(crate) struct ScipIndex {
    documents: Vec<Vec<u8>>,
}

/// One file of an index.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ScipDocument {
    /// Relative to the folder that was analysed; not checked.
    pub path: String,
    pub occurrences: Vec<ScipOccurrence>,
    /// Occurrences without a place.
    pub malformed: u64,
}

/// One place where a symbol stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ScipOccurrence {
    pub symbol: String,
    /// Counted from 1.
    pub line: u32,
    /// The characters of the name in its line, in units that the document chooses; `None` when it is not in one line or
    /// takes no room, as places do that stand for a whole file.
    pub columns: Option<Range<u32>>,
    pub purpose: Purpose,
}

/// What an occurrence does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Defines the symbol.
    Definition,
    /// Announces a definition that is elsewhere.
    Declaration,
    /// Uses the symbol in any way.
    Reference,
}

impl ScipIndex {
    /// Reads the outermost message.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `bytes` are not an index.
    pub(crate) fn decode(bytes: &[u8]) -> Result<ScipIndex> {
        let index = IndexMessage::decode(bytes).map_err(malformed)?;
        match index.metadata {
            Some(_) => Ok(ScipIndex { documents: index.documents }),
            None => Err(Error::argument("scip", "not an index: it holds no metadata")),
        }
    }

    /// The files, one at a time. Each fails with `INVALID_ARGUMENT` when it cannot be read.
    pub(crate) fn documents(&self) -> impl Iterator<Item = Result<ScipDocument>> {
        self.documents.iter().map(|bytes| document(bytes).map_err(malformed))
    }
}

fn malformed(error: DecodeError) -> Error {
    Error::argument("scip", format!("not an index: {error}"))
}

fn document(bytes: &[u8]) -> std::result::Result<ScipDocument, DecodeError> {
    let message = DocumentMessage::decode(bytes)?;
    let mut document = ScipDocument { path: message.relative_path, occurrences: Vec::new(), malformed: 0 };
    for bytes in message.occurrences {
        match occurrence(OccurrenceMessage::decode(bytes.as_slice())?) {
            Some(occurrence) => document.occurrences.push(occurrence),
            None => document.malformed += 1,
        }
    }
    Ok(document)
}

fn occurrence(message: OccurrenceMessage) -> Option<ScipOccurrence> {
    let (line, columns) = place(&message)?;
    let purpose = match message.symbol_roles {
        roles if roles & DEFINITION != 0 => Purpose::Definition,
        roles if roles & FORWARD_DEFINITION != 0 => Purpose::Declaration,
        _ => Purpose::Reference,
    };
    Some(ScipOccurrence { symbol: message.symbol, line, columns, purpose })
}

/// The line, counted from 1, and the columns of an occurrence.
fn place(message: &OccurrenceMessage) -> Option<(u32, Option<Range<u32>>)> {
    let numbers = match (message.single_line_range, message.multi_line_range) {
        (Some(range), _) => [range.line, range.start_character, range.line, range.end_character],
        (None, Some(range)) => [range.start_line, 0, range.start_line, 0],
        (None, None) => match message.range[..] {
            [line, start, end] => [line, start, line, end],
            [line, start, last_line, end] => [line, start, last_line, end],
            _ => return None,
        },
    };
    let [line, start, last_line, end] = numbers.map(|number| u32::try_from(number).ok());
    let (line, columns) = (line?, start?..end?);
    let is_name = line == last_line? && !columns.is_empty();
    Some((line + 1, is_name.then_some(columns)))
}

#[cfg(test)]
mod tests {
    use super::fixture::encode;
    use super::*;
    use crate::error::ErrorCode;
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> Result<Vec<ScipDocument>> {
        ScipIndex::decode(bytes)?.documents().collect()
    }

    fn sample() -> Vec<u8> {
        encode(&[
            ("a.ts", &[(&[0, 9, 12], "s m p v `a.ts`/foo().", 1), (&[2, 0, 4, 1], "s m p v `a.ts`/", 1)]),
            ("b.ts", &[(&[6, 1, 4], "s m p v `a.ts`/foo().", 8), (&[7, 7, 7], "x", 0x40)]),
        ])
    }

    #[test]
    fn places_are_counted_from_one_and_columns_are_names() {
        let documents = decode(&sample()).unwrap();
        let places = |document: &ScipDocument| -> Vec<(u32, Option<Range<u32>>, Purpose)> {
            let occurrences = document.occurrences.iter();
            occurrences.map(|one| (one.line, one.columns.clone(), one.purpose)).collect()
        };
        assert_eq!(documents[0].path, "a.ts");
        assert_eq!(places(&documents[0]), [(1, Some(9..12), Purpose::Definition), (3, None, Purpose::Definition)]);
        assert_eq!(places(&documents[1]), [(7, Some(1..4), Purpose::Reference), (8, None, Purpose::Declaration)]);
    }

    #[test]
    fn both_forms_of_ranges_are_read() {
        let single = SingleLineRange { line: 4, start_character: 2, end_character: 5 };
        let typed = OccurrenceMessage { single_line_range: Some(single), ..OccurrenceMessage::default() };
        assert_eq!(place(&typed), Some((5, Some(2..5))));
        let multi = MultiLineRange { start_line: 4 };
        let typed = OccurrenceMessage { multi_line_range: Some(multi), ..OccurrenceMessage::default() };
        assert_eq!(place(&typed), Some((5, None)));
    }

    #[test]
    fn an_occurrence_without_a_place_is_counted() {
        let bytes =
            encode(&[("a", &[(&[], "x", 0), (&[1], "x", 0), (&[-1, 0, 1], "x", 0), (&[i32::MAX, 0, 1], "x", 0)])]);
        let documents = decode(&bytes).unwrap();
        assert_eq!((documents[0].malformed, documents[0].occurrences.len()), (3, 1));
        assert_eq!(documents[0].occurrences[0].line, 1 << 31);
    }

    #[test]
    fn what_is_no_index_is_an_argument_error() {
        let text = b"{\"documents\": []}".as_slice();
        for bytes in [&[][..], text, &[0xff; 64], &[0x0a, 0x05, 1], &[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]] {
            assert_eq!(decode(bytes).unwrap_err().code(), ErrorCode::InvalidArgument, "{bytes:?}");
        }
        let in_document = IndexMessage { metadata: Some(Vec::new()), documents: vec![vec![0x0a, 0x7f]] };
        assert_eq!(decode(&in_document.encode_to_vec()).unwrap_err().code(), ErrorCode::InvalidArgument);
    }

    /// What decoding keeps cannot be larger than this many times its input, plus a little: an empty occurrence takes two
    /// bytes in a file and one structure in memory.
    fn check(bytes: &[u8]) {
        let Ok(documents) = decode(bytes) else { return };
        let occurrences: usize = documents.iter().map(|one| one.occurrences.len() + one.malformed as usize).sum();
        let text: usize = documents.iter().flat_map(|one| &one.occurrences).map(|one| one.symbol.len()).sum();
        assert!(documents.len() + occurrences <= bytes.len() / 2 && text <= bytes.len());
    }

    proptest! {
        #[test]
        fn garbage_is_refused_or_read_within_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            check(&bytes);
        }

        #[test]
        fn damage_is_refused_or_read_within_bounds(
            flips in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..6),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = sample();
            for (at, bit) in flips {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            check(&bytes);
            check(&bytes[..cut.index(bytes.len())]);
        }
    }

    #[test]
    fn every_cut_of_an_index_is_refused_or_read() {
        let bytes = sample();
        (0..bytes.len()).for_each(|end| check(&bytes[..end]));
    }
}
