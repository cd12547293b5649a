//! Text to the tokens of the static model, and a token to its sub-words. Pure.
//!
//! A word is cut as for search (`search/terms.rs`): each of its parts, folded and in lower case, and, when it has several,
//! the parts joined into one token. Nothing is stemmed: related forms share sub-words, and forms that are common have a
//! row of their own.
//!
//! Never here: rows, weights, files.

use crate::search::terms::{fold, is_unspaced, parts, words};

/// Longer tokens are cut, in bytes.
const MAX_TOKEN_BYTES: usize = 40;

/// The shortest and the longest sub-word, in characters.
const SUBWORD_LENGTHS: std::ops::RangeInclusive<usize> = 3..=5;

/// What a token is in its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A part of a word, or a word that is one part.
    Part,
    /// All parts of a word joined. It says nothing that the parts do not say, so it may be left out where it is unknown.
    Whole,
}

/// Cuts texts into tokens, with room that is used again.
#[derive(Debug, Default)]
pub(crate) struct Tokeniser {
    part: String,
    whole: String,
}

impl Tokeniser {
    /// Gives every token of `text` to `visit`, in order.
    pub(crate) fn each(&mut self, text: &str, visit: &mut impl FnMut(Kind, &str)) {
        for word in words(text) {
            self.whole.clear();
            let mut count = 0;
            for part in parts(word) {
                self.set_part(part);
                if self.part.chars().any(is_unspaced) {
                    each_character_and_pair(&self.part, visit);
                    continue;
                }
                visit(Kind::Part, cut(&self.part));
                self.whole.push_str(&self.part);
                count += 1;
            }
            if count > 1 {
                visit(Kind::Whole, cut(&self.whole));
            }
        }
    }

    fn set_part(&mut self, part: &str) {
        self.part.clear();
        if part.is_ascii() {
            self.part.push_str(part);
            self.part.make_ascii_lowercase();
        } else {
            self.part.push_str(&fold(part));
        }
    }
}

fn each_character_and_pair(text: &str, visit: &mut impl FnMut(Kind, &str)) {
    let mut previous = None;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        visit(Kind::Part, &text[at..end]);
        if let Some(before) = previous.replace(at) {
            visit(Kind::Part, &text[before..end]);
        }
    }
}

fn cut(token: &str) -> &str {
    if token.len() <= MAX_TOKEN_BYTES {
        return token;
    }
    let mut end = MAX_TOKEN_BYTES;
    while !token.is_char_boundary(end) {
        end -= 1;
    }
    &token[..end]
}

/// The number that stands for a token in the artefact: the same on every machine and in every version of the format.
pub(crate) fn hash(token: &[u8]) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ token.len() as u64;
    for piece in token.chunks(8) {
        let mut bytes = [0; 8];
        bytes[..piece.len()].copy_from_slice(piece);
        state = (state ^ u64::from_le_bytes(bytes)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        state ^= state >> 32;
    }
    state = state.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 29)
}

/// Gives the bucket, below `buckets`, of every sub-word of `token` to `visit`. At least one, unless there are no buckets.
pub(crate) fn each_subword(token: &str, buckets: u32, visit: &mut impl FnMut(u32)) {
    if buckets == 0 {
        return;
    }
    // The marks tell a beginning and an end from a middle.
    let marked: String = ['<'].into_iter().chain(token.chars()).chain(['>']).collect();
    let starts: Vec<usize> = marked.char_indices().map(|(at, _)| at).chain([marked.len()]).collect();
    let bucket = |from: usize, to: usize| {
        let wide = u128::from(hash(&marked.as_bytes()[from..to])) * u128::from(buckets);
        (wide >> 64) as u32
    };
    let count = starts.len() - 1;
    if count < *SUBWORD_LENGTHS.start() {
        visit(bucket(0, marked.len()));
    }
    for length in SUBWORD_LENGTHS {
        for first in 0..(count + 1).saturating_sub(length) {
            visit(bucket(starts[first], starts[first + length]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        Tokeniser::default().each(text, &mut |kind, token| {
            tokens.push(format!("{}{token}", if kind == Kind::Whole { "+" } else { "" }));
        });
        tokens
    }

    fn subwords(token: &str, buckets: u32) -> Vec<u32> {
        let mut found = Vec::new();
        each_subword(token, buckets, &mut |bucket| found.push(bucket));
        found
    }

    #[test]
    fn words_give_their_parts_and_the_whole() {
        assert_eq!(
            tokens("fn loginUser(HTTPServer2)"),
            ["fn", "login", "user", "+loginuser", "http", "server", "2", "+httpserver2"]
        );
        assert_eq!(tokens("Ｃａｆé __init__ = 42"), ["cafe", "init", "42"]);
        assert_eq!(tokens("検索"), ["検", "索", "検索"]);
        assert!(tokens("{} // --- ___").is_empty());
    }

    #[test]
    fn numbers_of_tokens_never_change() {
        assert_ne!(hash(b"user"), hash(b"users"));
        assert_eq!(hash(b"login"), 0x4ea6_da6c_e6d5_f9be);
    }

    #[test]
    fn related_forms_share_subwords() {
        let (one, other) = (subwords("routing", 1 << 20), subwords("router", 1 << 20));
        assert!(one.iter().filter(|bucket| other.contains(bucket)).count() >= 5);
    }

    proptest! {
        #[test]
        fn every_token_has_a_subword_in_range(text in "\\PC{0,80}", buckets in 1_u32..5_000) {
            Tokeniser::default().each(&text, &mut |_, token| {
                assert!(token.len() <= MAX_TOKEN_BYTES);
                let found = subwords(token, buckets);
                assert!(!found.is_empty() && found.iter().all(|bucket| *bucket < buckets));
            });
        }
    }
}
