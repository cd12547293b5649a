//! Indexes for tests, written with the messages they are read with.

use super::{DocumentMessage, IndexMessage, OccurrenceMessage};
use prost::Message;

/// One occurrence: range, symbol, roles.
pub(crate) type Written<'a> = (&'a [i32], &'a str, i32);

/// The bytes of an index with these files.
pub(crate) fn encode(documents: &[(&str, &[Written<'_>])]) -> Vec<u8> {
    let occurrence = |(range, symbol, roles): &Written<'_>| {
        let (range, symbol) = (range.to_vec(), (*symbol).to_owned());
        OccurrenceMessage { range, symbol, symbol_roles: *roles, ..OccurrenceMessage::default() }.encode_to_vec()
    };
    let document = |(path, occurrences): &(&str, &[Written<'_>])| {
        let occurrences = occurrences.iter().map(occurrence).collect();
        DocumentMessage { relative_path: (*path).to_owned(), occurrences }.encode_to_vec()
    };
    let documents = documents.iter().map(document).collect();
    IndexMessage { metadata: Some(Vec::new()), documents }.encode_to_vec()
}
