//! What a model learns from: questions and the documents that answer them, as counted tokens.
//!
//! Never here: where they come from (`mine.rs`), and what is learned (`train.rs`).

use super::tokens::{Kind, Tokeniser};
use crate::error::{Error, Result};
use crate::source::Language;
use std::collections::HashMap;

/// A text as a range of [`Lessons::store`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Text {
    pub start: u32,
    pub end: u32,
}

impl Text {
    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// One definition with what can be asked for it. Texts that there are not are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lesson {
    /// The index of its package in [`Lessons::packages`].
    pub package: u32,
    /// A number that lessons of one file share.
    pub file: u32,
    pub language: u32,
    /// The first sentence of its doc comment, or another question that it answers.
    pub question: Text,
    /// All of its doc comment.
    pub comment: Text,
    pub name: Text,
    /// The last two names of its path.
    pub path: Text,
    /// The definition without its doc comment.
    pub definition: Text,
    /// The chunk that the definition is in, without its doc comment.
    pub chunk: Text,
}

const WORDS_OF_LESSON: usize = 15;

impl Lesson {
    fn texts(&mut self) -> [&mut Text; 6] {
        [&mut self.question, &mut self.comment, &mut self.name, &mut self.path, &mut self.definition, &mut self.chunk]
    }
}

/// One token of a text: which, whether it is a whole identifier beside its parts, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counted(pub u32);

impl Counted {
    /// More tokens are not told apart.
    const MAX_ID: u32 = (1 << 24) - 1;

    fn new(id: u32, kind: Kind, count: u32) -> Counted {
        Counted(id << 8 | u32::from(kind == Kind::Whole) << 7 | count.min(127))
    }

    pub(crate) fn id(self) -> u32 {
        self.0 >> 8
    }

    pub(crate) fn is_whole(self) -> bool {
        self.0 & 128 != 0
    }

    pub(crate) fn count(self) -> u32 {
        self.0 & 127
    }
}

/// Everything that is learned from.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lessons {
    pub lessons: Vec<Lesson>,
    pub store: Vec<Counted>,
    /// The text of each token.
    pub tokens: Vec<Box<str>>,
    pub packages: Vec<String>,
}

impl Lessons {
    pub(crate) fn text(&self, text: Text) -> &[Counted] {
        &self.store[text.start as usize..text.end as usize]
    }

    /// Lessons as bytes that [`Lessons::from_bytes`] reads.
    ///
    /// # Errors
    /// `INTERNAL` when compression fails.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let names = [self.packages.join("\n"), self.tokens.join("\n")];
        let mut bytes = Vec::new();
        let counts = [self.lessons.len(), self.store.len(), names[0].len(), names[1].len()];
        counts.iter().for_each(|count| bytes.extend((*count as u64).to_le_bytes()));
        for lesson in &self.lessons {
            let mut lesson = *lesson;
            let mut fields = vec![lesson.package, lesson.file, lesson.language];
            fields.extend(lesson.texts().into_iter().flat_map(|text| [text.start, text.end]));
            fields.iter().for_each(|field| bytes.extend(field.to_le_bytes()));
        }
        self.store.iter().for_each(|counted| bytes.extend(counted.0.to_le_bytes()));
        names.iter().for_each(|names| bytes.extend(names.as_bytes()));
        zstd::encode_all(&bytes[..], 1).map_err(|error| Error::internal(format!("cannot compress: {error}")))
    }

    /// Reads what [`Lessons::to_bytes`] wrote.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the bytes are not that.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Lessons> {
        let damaged = || Error::argument("pairs", "it is not a file of pairs, or damaged");
        let bytes = zstd::decode_all(bytes).map_err(|_| damaged())?;
        let mut rest = &bytes[..];
        let mut counts = [0; 4];
        for count in &mut counts {
            let (first, after) = rest.split_first_chunk().ok_or_else(damaged)?;
            (*count, rest) = (usize::try_from(u64::from_le_bytes(*first)).map_err(|_| damaged())?, after);
        }
        let sizes =
            [counts[0].checked_mul(4 * WORDS_OF_LESSON), counts[1].checked_mul(4), Some(counts[2]), Some(counts[3])];
        let mut sections = [&rest[..0]; 4];
        for (section, size) in sections.iter_mut().zip(sizes) {
            (*section, rest) = size.and_then(|size| rest.split_at_checked(size)).ok_or_else(damaged)?;
        }
        let names = |section: &[u8]| String::from_utf8(section.to_vec()).map_err(|_| damaged());
        let numbers = |section: &[u8]| -> Vec<u32> {
            section.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect()
        };
        let lessons = Lessons {
            lessons: numbers(sections[0]).chunks_exact(WORDS_OF_LESSON).map(lesson).collect(),
            store: numbers(sections[1]).into_iter().map(Counted).collect(),
            packages: names(sections[2])?.split('\n').map(str::to_owned).collect(),
            tokens: names(sections[3])?.split('\n').map(Box::from).collect(),
        };
        if rest.is_empty() && lessons.is_sound() { Ok(lessons) } else { Err(damaged()) }
    }

    fn is_sound(&self) -> bool {
        let (size, tokens) = (self.store.len() as u32, self.tokens.len() as u32);
        let is_inside = |mut lesson: Lesson| {
            (lesson.package as usize) < self.packages.len()
                && lesson.texts().into_iter().all(|text| text.start <= text.end && text.end <= size)
        };
        self.lessons.iter().all(|lesson| is_inside(*lesson)) && self.store.iter().all(|counted| counted.id() < tokens)
    }
}

fn lesson(fields: &[u32]) -> Lesson {
    let mut lesson = Lesson { package: fields[0], file: fields[1], language: fields[2], ..Lesson::default() };
    for (text, range) in lesson.texts().into_iter().zip(fields[3..].chunks_exact(2)) {
        *text = Text { start: range[0], end: range[1] };
    }
    lesson
}

/// Texts as lists of counted tokens, with a table of tokens of their own.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    tokeniser: Tokeniser,
    ids: HashMap<Box<str>, u32>,
    pub tokens: Vec<Box<str>>,
    found: Vec<(u32, bool)>,
}

impl Counter {
    /// The tokens of `text`, each once.
    pub(crate) fn count(&mut self, text: &str) -> Vec<Counted> {
        let Counter { tokeniser, ids, tokens, found } = self;
        found.clear();
        tokeniser.each(text, &mut |kind, token| {
            let id = *ids.get(token).unwrap_or(&(tokens.len() as u32));
            if id as usize == tokens.len() {
                ids.insert(token.into(), id);
                tokens.push(token.into());
            }
            found.push((id, kind == Kind::Whole));
        });
        found.sort_unstable();
        let counted = |run: &[(u32, bool)]| {
            let kind = if run[0].1 { Kind::Whole } else { Kind::Part };
            Counted::new(run[0].0, kind, run.len() as u32)
        };
        found.chunk_by(|one, other| one == other).map(counted).collect()
    }
}

/// Lessons that are still being added to.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    pub lessons: Lessons,
    ids: HashMap<Box<str>, u32>,
}

impl Collector {
    /// The number here of each token of a [`Counter`].
    pub(crate) fn adopt(&mut self, tokens: Vec<Box<str>>) -> Vec<u32> {
        let all = &mut self.lessons.tokens;
        let adopt = |token: Box<str>| match self.ids.get(&token) {
            Some(id) => *id,
            None => {
                let id = (all.len() as u32).min(Counted::MAX_ID);
                if id < Counted::MAX_ID {
                    self.ids.insert(token.clone(), id);
                    all.push(token);
                }
                id.min(all.len() as u32 - 1)
            }
        };
        tokens.into_iter().map(adopt).collect()
    }

    /// Keeps a text whose tokens have the numbers `ids`.
    pub(crate) fn keep(&mut self, text: &[Counted], ids: &[u32]) -> Text {
        let store = &mut self.lessons.store;
        let start = store.len() as u32;
        store.extend(text.iter().map(|counted| Counted(ids[counted.id() as usize] << 8 | (counted.0 & 255))));
        Text { start, end: store.len() as u32 }
    }
}

/// The number of a language, the same in every run.
pub(crate) fn language_number(language: Language) -> u32 {
    Language::ALL.iter().position(|other| *other == language).unwrap_or_default() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Lessons {
        let mut collector = Collector::default();
        let mut counter = Counter::default();
        let texts = ["opens a session", "loginUser loginUser session"].map(|text| counter.count(text));
        let ids = collector.adopt(counter.tokens);
        let [question, definition] = texts.map(|text| collector.keep(&text, &ids));
        collector.lessons.packages = vec!["a".to_owned()];
        collector.lessons.lessons = vec![Lesson { question, definition, language: 3, file: 9, ..Lesson::default() }];
        collector.lessons
    }

    #[test]
    fn tokens_are_counted_once_each() {
        let lessons = sample();
        let shown = |counted: &Counted| format!("{}×{}", lessons.tokens[counted.id() as usize], counted.count());
        let definition: Vec<String> = lessons.text(lessons.lessons[0].definition).iter().map(shown).collect();
        assert_eq!(definition, ["session×1", "login×2", "user×2", "loginuser×2"]);
    }

    #[test]
    fn bytes_give_the_same_lessons_and_damage_is_refused() {
        let lessons = sample();
        let bytes = lessons.to_bytes().unwrap();
        assert_eq!(Lessons::from_bytes(&bytes).unwrap(), lessons);
        assert!(Lessons::from_bytes(&bytes[..bytes.len() - 3]).is_err());
        assert!(Lessons::from_bytes(b"nothing").is_err());
        let mut wrong = lessons;
        wrong.lessons[0].chunk.end = 10_000;
        assert!(Lessons::from_bytes(&wrong.to_bytes().unwrap()).is_err());
    }
}
