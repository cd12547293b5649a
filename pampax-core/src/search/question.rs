//! What a question asks for: its weighted terms and the identifiers it names. Pure.
//!
//! The text is data. No character in it is syntax, and nothing in it can be an error.

use crate::search::terms::{Analyser, EXACT_MARK, fold, parts, words};
use std::collections::{BTreeMap, HashSet};

/// Words beyond this many are not read: a pasted page asks no better than its beginning.
const MAX_WORDS: usize = 256;

/// The weight of an exact form beside its stem.
const EXACT_WEIGHT: f64 = 0.35;

/// The weight of an identifier of several parts, taken as one term.
const COMPOUND_WEIGHT: f64 = 1.0;

/// The weight of two neighbouring words written as one identifier would be.
const PAIR_WEIGHT: f64 = 0.6;

/// The weight of a word that carries grammar rather than meaning.
const STOP_WEIGHT: f64 = 0.15;

/// Words that carry grammar, and the words people wrap questions about code in. Sorted.
const STOP_WORDS: &[&str] = &[
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "between", "by", "can", "code", "do", "does",
    "for", "from", "get", "handled", "handles", "has", "have", "how", "i", "in", "into", "is", "it", "its", "of", "on",
    "or", "over", "that", "the", "their", "them", "there", "these", "this", "to", "used", "uses", "using", "via",
    "was", "what", "when", "where", "which", "while", "why", "with",
];

/// A question, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Question {
    /// The terms to look up, each once, in alphabetical order.
    pub terms: Vec<QueryTerm>,
    /// The names it may mean, folded, each once, in order of appearance.
    pub names: Vec<QueryName>,
    /// The parts of its words that carry meaning, folded, each once, in order of appearance.
    pub parts: Vec<String>,
    /// The paths it may name, with forward slashes.
    pub paths: Vec<String>,
    /// Whether it is one word.
    pub is_single_word: bool,
    /// Whether it asks about tests, examples or documentation.
    pub asks_for: Asks,
}

/// One term to look up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueryTerm {
    /// As it is stored.
    pub text: String,
    /// Its share of the question.
    pub weight: f64,
    /// Whether it is a stem, so that it counts for how much of the question is covered.
    pub is_stem: bool,
}

/// One name that may be defined somewhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueryName {
    /// Lower-cased, as the catalog keeps names.
    pub fold: String,
    /// As written.
    pub written: String,
    /// How much its form says that it is an identifier, from 0 to 1.
    pub confidence: f64,
}

/// Roles that the words of a question ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Asks {
    pub tests: bool,
    pub documents: bool,
    pub configuration: bool,
}

/// Reads a question.
pub(crate) fn read(text: &str) -> Question {
    let written: Vec<&str> = words(text).take(MAX_WORDS).collect();
    Question {
        terms: terms(&written),
        names: names(text, &written),
        parts: meaningful_parts(&written),
        paths: paths(text),
        is_single_word: written.len() == 1 && !text.trim().contains(char::is_whitespace),
        asks_for: asks(&written),
    }
}

impl Question {
    /// The weight of the terms of the question that `name` holds.
    pub(crate) fn share_of(&self, name: &str, analyser: &mut Analyser) -> f64 {
        let mut held = String::new();
        analyser.analyse(name, &mut held);
        let weight = |held: &str| {
            let place = self.terms.binary_search_by(|term| term.text.as_str().cmp(held));
            place.map_or(0.0, |place| self.terms[place].weight)
        };
        held.split_whitespace().map(weight).sum()
    }
}

fn terms(written: &[&str]) -> Vec<QueryTerm> {
    let only_stop_words = written.iter().all(|word| is_stop_word(&fold(word)));
    let mut analyser = Analyser::new();
    let mut weights: BTreeMap<String, (f64, bool)> = BTreeMap::new();
    for word in written {
        let is_light = !only_stop_words && is_stop_word(&fold(word));
        let scale = if is_light { STOP_WEIGHT } else { 1.0 };
        let part_count = parts(word).count();
        let mut found = String::new();
        analyser.analyse(word, &mut found);
        let found: Vec<&str> = found.split_whitespace().collect();
        for (position, term) in found.iter().enumerate() {
            let is_compound = part_count > 1 && position + 1 == found.len();
            let is_exact = term.starts_with(EXACT_MARK);
            let form = if is_exact {
                EXACT_WEIGHT
            } else if is_compound {
                COMPOUND_WEIGHT
            } else {
                1.0
            };
            let entry = weights.entry((*term).to_owned()).or_insert((0.0, false));
            entry.0 = f64::max(entry.0, scale * form);
            entry.1 |= !is_exact && !is_compound && !is_light;
        }
    }
    for pair in written.windows(2).filter(|pair| pair.iter().all(|word| !is_stop_word(&fold(word)))) {
        let joined = format!("{}{}", fold(pair[0]), fold(pair[1])).replace('_', "");
        weights.entry(joined).or_insert((PAIR_WEIGHT, false));
    }
    weights.into_iter().map(|(text, (weight, is_stem))| QueryTerm { text, weight, is_stem }).collect()
}

fn meaningful_parts(written: &[&str]) -> Vec<String> {
    let mut seen = HashSet::new();
    let meaningful = written.iter().filter(|word| !is_stop_word(&fold(word)));
    let folded = meaningful.flat_map(|word| parts(word)).map(|part| fold(part).into_owned());
    folded.filter(|part| seen.insert(part.clone())).collect()
}

/// Words that look like a file: with a dot inside, or a slash. A line number at the end is not a part of the path.
fn paths(text: &str) -> Vec<String> {
    let is_quote = |character: char| matches!(character, '"' | '\'' | '`' | '(' | ')' | ',' | ';' | '?');
    text.split_whitespace()
        .take(MAX_WORDS)
        .map(|word| word.trim_matches(is_quote).replace('\\', "/"))
        .map(|word| word.split(':').next().unwrap_or("").trim_start_matches("./").trim_start_matches('/').to_owned())
        .filter(|word| word.len() > 2 && word.trim_matches('.').contains(['.', '/']))
        .collect()
}

fn names(text: &str, written: &[&str]) -> Vec<QueryName> {
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for (position, word) in written.iter().enumerate() {
        let folded = fold(word);
        if written.len() > 1 && (is_stop_word(&folded) || folded.len() < 2) {
            continue;
        }
        let confidence = if written.len() == 1 { 1.0 } else { identifier_confidence(text, word, position) };
        if seen.insert(folded.to_string()) {
            names.push(QueryName { fold: folded.into_owned(), written: (*word).to_owned(), confidence });
        }
    }
    names
}

/// How much the form of a word in a sentence says that it is an identifier.
fn identifier_confidence(text: &str, word: &str, position: usize) -> f64 {
    let has_inner_capital = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    let is_marked = [format!("`{word}`"), format!("{word}("), format!("::{word}"), format!(".{word}")]
        .iter()
        .any(|form| text.contains(form.as_str()));
    let has_underscore = word.trim_matches('_').contains('_');
    let starts_upper = word.chars().next().is_some_and(char::is_uppercase);
    match () {
        () if has_inner_capital || has_underscore || is_marked => 1.0,
        () if starts_upper && position > 0 => 0.8,
        () if starts_upper => 0.6,
        () => 0.3,
    }
}

fn asks(written: &[&str]) -> Asks {
    let mut asks = Asks::default();
    for word in written {
        match &*fold(word) {
            "test" | "tests" | "testing" | "spec" | "specs" | "fixture" | "fixtures" | "mock" | "mocks" => {
                asks.tests = true;
            }
            "doc" | "docs" | "documentation" | "readme" | "changelog" | "tutorial" | "guide" | "example"
            | "examples" => asks.documents = true,
            "config" | "configuration" | "manifest" | "workflow" | "dockerfile" | "makefile" | "settings" | "ci" => {
                asks.configuration = true;
            }
            _ => {}
        }
    }
    asks
}

fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.binary_search(&folded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weight(question: &Question, term: &str) -> Option<f64> {
        question.terms.iter().find(|candidate| candidate.text == term).map(|term| term.weight)
    }

    #[test]
    fn stop_words_are_light_unless_they_are_the_whole_question() {
        assert_eq!(weight(&read("how to login"), "how"), Some(STOP_WEIGHT));
        assert_eq!(weight(&read("how"), "how"), Some(1.0));
        assert_eq!(weight(&read("a"), "a"), Some(1.0));
    }

    #[test]
    fn neighbouring_words_are_asked_for_as_one_identifier() {
        assert_eq!(weight(&read("status code"), "statuscode"), None, "`code` is a light word");
        assert_eq!(weight(&read("path router"), "pathrouter"), Some(PAIR_WEIGHT));
    }

    #[test]
    fn the_form_of_a_word_says_how_likely_it_is_a_name() {
        let question = read("where does FromRequest call extract_parts on Router");
        let confidence: Vec<(&str, f64)> =
            question.names.iter().map(|name| (name.written.as_str(), name.confidence)).collect();
        assert_eq!(confidence, [("FromRequest", 1.0), ("call", 0.3), ("extract_parts", 1.0), ("Router", 0.8)]);
    }

    #[test]
    fn the_stop_words_are_sorted() {
        assert!(STOP_WORDS.is_sorted());
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "\\PC{0,300}") {
            let question = read(&text);
            prop_assert!(question.terms.windows(2).all(|pair| pair[0].text < pair[1].text));
            prop_assert!(question.terms.iter().all(|term| term.weight > 0.0));
        }
    }
}
