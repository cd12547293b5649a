//! Which tokens get a row of their own, and what the others are made of.
//!
//! Never here: the rows.

use super::lessons::Lessons;
use super::tokens;

/// The row of a token that has none.
pub(crate) const NO_ROW: u32 = u32::MAX;
/// The most sub-words that a token is made of.
const MAX_SUBWORDS: usize = 40;

/// The rows and sub-words of every token of [`Lessons::tokens`].
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// The row of each token, or [`NO_ROW`].
    pub rows: Vec<u32>,
    /// The token of each row.
    pub tokens: Vec<u32>,
    /// How rare the token of each row is: the logarithm of lessons per lesson that has it.
    pub rarity: Vec<f32>,
    /// The rarity of a token that is in one lesson only.
    pub greatest_rarity: f32,
    starts: Vec<u32>,
    subwords: Vec<u32>,
}

impl Vocabulary {
    /// The `size` tokens that the most lessons have, of those that more than one package has.
    pub(crate) fn choose(lessons: &Lessons, size: usize, buckets: u32) -> Vocabulary {
        let usage = Usage::of(lessons);
        let min_packages = if lessons.packages.len() > 4 { 2 } else { 1 };
        let mut chosen: Vec<u32> = (0..lessons.tokens.len() as u32)
            .filter(|token| usage.packages[*token as usize] >= min_packages && usage.lessons[*token as usize] > 1)
            .collect();
        chosen.sort_by_key(|token| (std::cmp::Reverse(usage.lessons[*token as usize]), *token));
        chosen.truncate(size);
        let mut vocabulary = Vocabulary { rows: vec![NO_ROW; lessons.tokens.len()], ..Vocabulary::default() };
        let count = lessons.lessons.len().max(2) as f32;
        for (row, token) in chosen.iter().enumerate() {
            vocabulary.rows[*token as usize] = row as u32;
            vocabulary.rarity.push((count / usage.lessons[*token as usize] as f32).ln());
        }
        vocabulary.greatest_rarity = count.ln();
        vocabulary.tokens = chosen;
        vocabulary.split(lessons, &usage, buckets);
        vocabulary
    }

    fn split(&mut self, lessons: &Lessons, usage: &Usage, buckets: u32) {
        self.starts.push(0);
        for (token, text) in lessons.tokens.iter().enumerate() {
            let start = self.subwords.len();
            if usage.is_part[token] || self.rows[token] != NO_ROW {
                tokens::each_subword(text, buckets, &mut |bucket| self.subwords.push(bucket));
                self.subwords.truncate(start + MAX_SUBWORDS);
            }
            self.starts.push(self.subwords.len() as u32);
        }
    }

    /// The buckets of the sub-words of a token.
    pub(crate) fn subwords(&self, token: u32) -> &[u32] {
        &self.subwords[self.starts[token as usize] as usize..self.starts[token as usize + 1] as usize]
    }
}

/// How many lessons and packages have each token.
struct Usage {
    lessons: Vec<u32>,
    packages: Vec<u32>,
    is_part: Vec<bool>,
}

impl Usage {
    fn of(lessons: &Lessons) -> Usage {
        let count = lessons.tokens.len();
        let mut usage = Usage { lessons: vec![0; count], packages: vec![0; count], is_part: vec![false; count] };
        let (mut last_lesson, mut last_package) = (vec![u32::MAX; count], vec![u32::MAX; count]);
        for (index, lesson) in lessons.lessons.iter().enumerate() {
            for text in [lesson.question, lesson.comment, lesson.name, lesson.path, lesson.definition, lesson.chunk] {
                for counted in lessons.text(text) {
                    let token = counted.id() as usize;
                    usage.is_part[token] |= !counted.is_whole();
                    usage.lessons[token] += u32::from(last_lesson[token] != index as u32);
                    usage.packages[token] += u32::from(last_package[token] != lesson.package);
                    last_lesson[token] = index as u32;
                    last_package[token] = lesson.package;
                }
            }
        }
        usage
    }
}
