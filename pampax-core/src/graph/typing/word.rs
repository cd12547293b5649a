//! Words of a text.
//!
//! Never here: their meaning.

/// Whether a byte belongs to a word. All bytes of letters beyond ASCII do.
pub(crate) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Where `name` stands in `text` as a whole word.
pub(crate) fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_border = |byte: Option<&u8>| byte.is_none_or(|byte| !is_word_byte(*byte));
    text.match_indices(name).map(|(at, _)| at).filter(move |at| {
        let bytes = text.as_bytes();
        !name.is_empty()
            && is_border(at.checked_sub(1).and_then(|at| bytes.get(at)))
            && is_border(bytes.get(at + name.len()))
    })
}

/// The word that `text` begins with; empty when it begins with something else.
pub(crate) fn identifier_at(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len());
    &text[..end]
}
