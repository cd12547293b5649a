//! Which lessons are learned together, and which of their texts stand for them.
//!
//! Half of what makes a lesson hard is its company: a batch is made of blocks, and a block comes from one package, so
//! that the wrong answers are near. Languages with many lessons are thinned and those with few repeated.
//!
//! Never here: learning.

use super::lessons::{Counted, Lesson, Lessons, Text};
use super::vocabulary::{NO_ROW, Vocabulary};
use fastrand::Rng;
use std::collections::{BTreeMap, HashMap};

/// Lessons of one block.
const BLOCK: usize = 128;
/// Lessons of one batch.
pub(super) const BATCH: usize = 1_024;
/// How strongly languages are evened out: 1 leaves them as they are, 0 makes all equal.
const EVENNESS: f32 = 0.65;
/// The most often that a lesson is taken in one round.
const REPEATS: usize = 3;
/// What people write around what they ask for. Learning it teaches to pass over it.
const PHRASES: [&str; 16] = [
    "how does work",
    "how is handled",
    "where is the code that",
    "where is implemented",
    "how are",
    "what",
    "which function",
    "find the",
    "how to",
    "implementation of",
    "where are defined",
    "how do they",
    "logic for",
    "what happens when",
    "code for",
    "which class is responsible for",
];

/// Tokens with what each counts.
pub(super) type Weighed = Vec<(u32, f32)>;

/// Lessons that are learned together; the answer to each question is at the same place.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub questions: Vec<Weighed>,
    pub documents: Vec<Weighed>,
    /// The file of each; pieces of one file are no wrong answers to each other's questions.
    pub files: Vec<u32>,
}

/// Chooses batches.
pub(super) struct Chooser<'a> {
    lessons: &'a Lessons,
    vocabulary: &'a Vocabulary,
    phrases: Vec<Weighed>,
    /// The lessons of each language.
    languages: Vec<Vec<u32>>,
    /// Lessons that are kept for measuring.
    pub kept: Vec<u32>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(lessons: &'a Lessons, vocabulary: &'a Vocabulary, seed: u64) -> Chooser<'a> {
        let mut order: Vec<u32> = (0..lessons.lessons.len() as u32).collect();
        Rng::with_seed(seed).shuffle(&mut order);
        let is_asked = |index: &&u32| !lessons.lessons[**index as usize].question.is_empty();
        let kept: Vec<u32> = order.iter().filter(is_asked).take((order.len() / 50).min(2_048)).copied().collect();
        let is_kept: std::collections::HashSet<u32> = kept.iter().copied().collect();
        let mut languages: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for index in (0..lessons.lessons.len() as u32).filter(|index| !is_kept.contains(index)) {
            languages.entry(lessons.lessons[index as usize].language).or_default().push(index);
        }
        let ids: HashMap<&str, u32> =
            lessons.tokens.iter().enumerate().map(|(id, token)| (&**token, id as u32)).collect();
        let weighed = |phrase: &&str| phrase.split(' ').filter_map(|word| Some((*ids.get(word)?, 1.0))).collect();
        let phrases = PHRASES.iter().map(weighed).collect();
        Chooser { lessons, vocabulary, phrases, languages: languages.into_values().collect(), kept }
    }

    /// The number of lessons of one round.
    pub(super) fn round_size(&self) -> usize {
        self.shares().iter().sum()
    }

    /// How many lessons of each language one round takes.
    fn shares(&self) -> Vec<usize> {
        let counts: Vec<f32> = self.languages.iter().map(|lessons| lessons.len() as f32).collect();
        let sum: f32 = counts.iter().sum();
        let weights: f32 = counts.iter().map(|count| count.powf(EVENNESS)).sum();
        let share = |count: &f32| (sum * count.powf(EVENNESS) / weights).min(count * REPEATS as f32) as usize;
        counts.iter().map(share).collect()
    }

    /// The batches of one round, as lessons.
    pub(super) fn round(&self, random: &mut Rng) -> Vec<Vec<u32>> {
        let mut packages: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
        for (lessons, share) in self.languages.iter().zip(self.shares()) {
            let mut order = lessons.clone();
            random.shuffle(&mut order);
            for index in order.iter().cycle().take(share) {
                let lesson = &self.lessons.lessons[*index as usize];
                packages.entry((lesson.language, lesson.package)).or_default().push(*index);
            }
        }
        let mut blocks: Vec<Vec<u32>> = Vec::new();
        let mut rest = Vec::new();
        for lessons in packages.into_values() {
            let (whole, left) = lessons.as_chunks::<BLOCK>();
            blocks.extend(whole.iter().map(|block| block.to_vec()));
            rest.extend_from_slice(left);
        }
        blocks.extend(rest.chunks(BLOCK).map(<[u32]>::to_vec));
        random.shuffle(&mut blocks);
        blocks.chunks(BATCH / BLOCK).map(<[Vec<u32>]>::concat).collect()
    }

    /// The texts of a batch.
    pub(super) fn batch(&self, indices: &[u32], random: &mut Rng) -> Batch {
        let mut batch = Batch::default();
        for index in indices {
            let lesson = &self.lessons.lessons[*index as usize];
            let question = self.question(lesson, random);
            let document = self.document(lesson, random);
            if !question.is_empty() && !document.is_empty() {
                batch.questions.push(question);
                batch.documents.push(document);
                batch.files.push(lesson.file);
            }
        }
        batch
    }

    /// The texts that are kept for measuring: first sentences, and definitions.
    pub(super) fn measured(&self) -> Batch {
        let mut batch = Batch::default();
        for index in &self.kept {
            let lesson = &self.lessons.lessons[*index as usize];
            batch.questions.push(self.weighed(&[lesson.question]));
            batch.documents.push(self.weighed(&[lesson.definition]));
            batch.files.push(lesson.file);
        }
        batch
    }

    fn question(&self, lesson: &Lesson, random: &mut Rng) -> Weighed {
        let chance = random.f32();
        let texts: &[Text] = match lesson.question.is_empty() {
            false if chance < 0.62 => &[lesson.question],
            false if chance < 0.74 => &[lesson.comment],
            false if chance < 0.80 => &[lesson.question, lesson.path],
            true if chance < 0.30 => &[lesson.path, lesson.name],
            _ => &[lesson.name],
        };
        let texts = if texts.iter().all(|text| text.is_empty()) { &[lesson.question, lesson.path] } else { texts };
        let mut question = self.weighed(texts);
        if random.f32() < 0.25 && !question.is_empty() {
            question.extend(&self.phrases[random.usize(..self.phrases.len())]);
        }
        question
    }

    fn document(&self, lesson: &Lesson, random: &mut Rng) -> Weighed {
        let text = if random.f32() < 0.5 && !lesson.chunk.is_empty() { lesson.chunk } else { lesson.definition };
        if random.f32() < 0.25 { self.weighed(&[text, lesson.path]) } else { self.weighed(&[text]) }
    }

    /// The tokens of some texts that have a row or sub-words; whole identifiers only with a row.
    fn weighed(&self, texts: &[Text]) -> Weighed {
        let is_known = |counted: &Counted| {
            let id = counted.id();
            self.vocabulary.rows[id as usize] != NO_ROW
                || !counted.is_whole() && !self.vocabulary.subwords(id).is_empty()
        };
        let all = texts.iter().flat_map(|text| self.lessons.text(*text)).filter(|counted| is_known(counted));
        all.map(|counted| (counted.id(), 1.0 + (counted.count() as f32).ln())).collect()
    }
}
