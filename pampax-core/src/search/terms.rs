//! Identifier-aware analysis: text to the terms that are stored and asked for. Pure.
//!
//! A word is a run of letters, digits and underscores. It gives: the stem of each of its parts (split at case, underscore
//! and digit borders, folded, lower-cased); the exact part, marked, where the stem differs from it; and, when it has
//! several parts, the parts joined into one term. Scripts without spaces give their characters and pairs of characters.
//!
//! Never here: which field a term is stored in, or what it weighs.

use crate::parse::Parsed;
use crate::source::RepoPath;
use rust_stemmers::{Algorithm, Stemmer};
use std::borrow::Cow;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// Before an exact part, so that it is another term than an equal stem.
pub(crate) const EXACT_MARK: char = '=';

/// Terms longer than this many bytes are cut, on both sides alike.
const MAX_TERM_BYTES: usize = 64;

/// The terms of one file, each field as terms with a space between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FileTerms {
    /// The terms of the path.
    pub path: String,
    /// The terms of each chunk, in the order of [`Parsed::chunks`].
    pub chunks: Vec<ChunkTerms>,
}

/// The terms of one chunk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ChunkTerms {
    /// The terms of its text and its breadcrumb.
    pub body: String,
    /// The terms of the names of the definitions that start in it.
    pub names: String,
}

/// The terms of one file.
pub(crate) fn file_terms(path: &RepoPath, text: &str, parsed: &Parsed) -> FileTerms {
    let mut analyser = Analyser::new();
    let mut chunks = Vec::with_capacity(parsed.chunks.len());
    let mut spans = parsed.spans.iter().peekable();
    for chunk in &parsed.chunks {
        let mut terms = ChunkTerms::default();
        analyser.analyse(chunk.bytes.slice(text), &mut terms.body);
        analyser.analyse(&chunk.breadcrumb, &mut terms.body);
        while let Some(span) = spans.next_if(|span| span.bytes.start < chunk.bytes.end) {
            analyser.analyse(&span.name, &mut terms.names);
        }
        chunks.push(terms);
    }
    FileTerms { path: path_terms(path), chunks }
}

/// The terms of a path.
pub(crate) fn path_terms(path: &RepoPath) -> String {
    let mut terms = String::new();
    Analyser::new().analyse(path.as_str(), &mut terms);
    terms
}

/// Turns text into terms, remembering the stems it has worked out.
pub(crate) struct Analyser {
    stemmer: Stemmer,
    stems: HashMap<Box<str>, Box<str>>,
}

impl Analyser {
    pub(crate) fn new() -> Analyser {
        Analyser { stemmer: Stemmer::create(Algorithm::English), stems: HashMap::new() }
    }

    /// Appends the terms of `text` to `terms`, each followed by a space.
    pub(crate) fn analyse(&mut self, text: &str, terms: &mut String) {
        for word in words(text) {
            self.analyse_word(word, terms);
        }
    }

    fn analyse_word(&mut self, word: &str, terms: &mut String) {
        let mut compound = String::new();
        let mut count = 0;
        for part in parts(word) {
            let folded = fold(part);
            if folded.chars().any(is_unspaced) {
                push_character_pairs(&folded, terms);
                continue;
            }
            self.push_part(cut(&folded), terms);
            compound.push_str(&folded);
            count += 1;
        }
        if count > 1 {
            push_term(cut(&compound), terms);
        }
    }

    fn push_part(&mut self, part: &str, terms: &mut String) {
        let stem = match self.stems.get(part) {
            Some(stem) => stem,
            None => {
                let stem = self.stemmer.stem(part).into_owned().into_boxed_str();
                self.stems.entry(part.into()).or_insert(stem)
            }
        };
        push_term(stem, terms);
        if &**stem != part {
            terms.push(EXACT_MARK);
            push_term(part, terms);
        }
    }
}

fn push_term(term: &str, terms: &mut String) {
    if !term.is_empty() {
        terms.push_str(term);
        terms.push(' ');
    }
}

/// Pushes every character and every pair of neighbours.
fn push_character_pairs(text: &str, terms: &mut String) {
    let mut previous = None;
    for character in text.chars() {
        terms.push(character);
        terms.push(' ');
        if let Some(previous) = previous.replace(character) {
            terms.push(previous);
            terms.push(character);
            terms.push(' ');
        }
    }
}

/// The words of a text: runs of letters, digits, marks and underscores.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !is_word_character(character))
        .filter(|word| word.chars().any(|character| character != '_'))
}

pub(crate) fn is_word_character(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || character == '_'
    } else {
        character.is_alphanumeric() || is_combining_mark(character)
    }
}

fn is_combining_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

/// Whether a character belongs to a script written without spaces.
pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF
        | 0x3040..=0x30FF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// The parts of a word, split at underscores and at borders of case, digits and unspaced scripts.
pub(crate) fn parts(word: &str) -> impl Iterator<Item = &str> {
    word.split('_').flat_map(|piece| {
        let mut rest = piece;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (part, tail) = rest.split_at(first_border(rest));
            rest = tail;
            Some(part)
        })
    })
}

/// The byte where the first part of `piece` ends.
fn first_border(piece: &str) -> usize {
    let mut characters = piece.char_indices().peekable();
    let Some((_, first)) = characters.next() else { return 0 };
    let mut previous = class(first);
    while let Some((at, character)) = characters.next() {
        let current = class(character);
        let next = characters.peek().map(|(_, character)| class(*character));
        if is_border(previous, current, next) {
            return at;
        }
        previous = if current == Class::Mark { previous } else { current };
    }
    piece.len()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    Unspaced,
    Mark,
}

fn class(character: char) -> Class {
    if character.is_ascii() {
        return match character {
            'A'..='Z' => Class::Upper,
            '0'..='9' => Class::Digit,
            _ => Class::Lower,
        };
    }
    match character {
        _ if is_unspaced(character) => Class::Unspaced,
        _ if is_combining_mark(character) => Class::Mark,
        _ if character.is_uppercase() => Class::Upper,
        _ if character.is_numeric() => Class::Digit,
        _ => Class::Lower,
    }
}

fn is_border(previous: Class, current: Class, next: Option<Class>) -> bool {
    match (previous, current) {
        (_, Class::Mark) => false,
        (Class::Lower, Class::Upper) => true,
        (Class::Upper, Class::Upper) => next == Some(Class::Lower),
        (Class::Upper, Class::Lower) => false,
        (previous, current) => previous != current,
    }
}

/// Lower case, compatibility forms unified, accents removed.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    let bare: String = text.nfkd().filter(|character| !('\u{300}'..='\u{36f}').contains(character)).nfc().collect();
    Cow::Owned(bare.to_lowercase())
}

fn cut(term: &str) -> &str {
    if term.len() <= MAX_TERM_BYTES {
        return term;
    }
    let mut end = MAX_TERM_BYTES;
    while !term.is_char_boundary(end) {
        end -= 1;
    }
    &term[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(text: &str) -> Vec<String> {
        let mut terms = String::new();
        Analyser::new().analyse(text, &mut terms);
        terms.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn identifiers_give_their_parts_and_the_whole() {
        assert_eq!(terms("loginUser"), ["login", "user", "loginuser"]);
        assert_eq!(terms("user_login"), ["user", "login", "userlogin"]);
        assert_eq!(terms("HTTPServer2"), ["http", "server", "2", "httpserver2"]);
        assert_eq!(terms("LOGIN"), ["login"]);
        assert_eq!(terms("__init__"), ["init"]);
    }

    #[test]
    fn a_stem_keeps_its_exact_form_beside_it() {
        assert_eq!(terms("routing"), ["rout", "=routing"]);
    }

    #[test]
    fn accents_width_and_case_are_folded() {
        assert_eq!(terms("Ｃａｆé"), terms("cafe"));
        assert_eq!(terms("ÜBER"), ["uber"]);
    }

    #[test]
    fn unspaced_scripts_give_characters_and_pairs() {
        assert_eq!(terms("検索語"), ["検", "索", "検索", "語", "索語"]);
        assert!(terms("検索engine").contains(&"engin".to_owned()));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_terms_are_bounded(text in "\\PC{0,200}") {
            for term in terms(&text) {
                prop_assert!(term.len() <= MAX_TERM_BYTES + 1);
            }
        }

        #[test]
        fn the_parts_of_a_word_are_the_word_without_underscores(word in "[a-zA-Z0-9_éß検]{1,30}") {
            let joined: String = parts(&word).collect();
            prop_assert_eq!(joined, word.replace('_', ""));
        }
    }
}
