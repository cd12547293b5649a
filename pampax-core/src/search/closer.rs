//! A closer look at the files that may answer: signals that are too dear to measure for every file. Pure.
//!
//! Never here: signals that decide which files may answer (`features.rs`).

use crate::search::corpus::FileIndex;
use crate::search::features::{Candidate, Inputs, ratio};
use crate::search::question::Question;
use crate::search::rank::Signal;
use crate::search::spoken::SpokenWord;

/// Texts shorter than this many terms are not taken for denser than they are.
const MIN_LENGTH: f64 = 50.0;

/// Added to both lengths that are compared, so that the shortest files differ little.
const LENGTH_FLOOR: f64 = 20.0;

/// The fewest letters that two words must share from their beginnings for one to be the other's abbreviation.
const MIN_SHARED: usize = 3;

/// What an abbreviation of four letters and more is worth at least, the whole word being 1.
const LONG_ABBREVIATION: f64 = 0.7;

/// Sets the closer signals of `candidates`, best first, and orders them anew by their estimate; equal ones by path. What
/// is compared with the best is compared with the best of the first `rivals`, however many candidates are wanted.
pub(crate) fn look(inputs: &Inputs<'_>, candidates: &mut [Candidate], rivals: usize) {
    let names = Names::new(inputs.question);
    let densities: Vec<f64> = candidates.iter().map(|candidate| density(inputs, candidate.file)).collect();
    let densest = densities.iter().take(rivals).copied().fold(0.0, f64::max);
    for (candidate, density) in candidates.iter_mut().zip(densities) {
        let signals = &mut candidate.signals;
        signals.set(Signal::Density, ratio(density, densest));
        signals.set(Signal::Size, size(inputs, candidate.file));
        let name = names.compare(&inputs.spoken.of(candidate.file, &inputs.corpus.files[candidate.file as usize]));
        signals.set(Signal::WholeName, f64::from(u8::from(name.is_whole)));
        signals.set(Signal::Abbreviation, name.abbreviated);
    }
    sort(inputs, candidates);
}

/// Orders candidates by their estimate; equal ones by path.
pub(crate) fn sort(inputs: &Inputs<'_>, candidates: &mut [Candidate]) {
    candidates.sort_by(|left, right| {
        let (left_score, right_score) = (left.signals.estimate(inputs.weights), right.signals.estimate(inputs.weights));
        right_score.total_cmp(&left_score).then(left.file.cmp(&right.file))
    });
}

/// How much of the file is the question's: its terms' rarity times their occurrences, for each term of the file.
fn density(inputs: &Inputs<'_>, file: FileIndex) -> f64 {
    let length = f64::from(inputs.corpus.file_lengths[file as usize]);
    inputs.evidence.file(file).occurrences / length.max(MIN_LENGTH)
}

/// The logarithm of the file's length against the mean.
fn size(inputs: &Inputs<'_>, file: FileIndex) -> f64 {
    let length = f64::from(inputs.corpus.file_lengths[file as usize]);
    ((length + LENGTH_FLOOR) / (inputs.corpus.mean_length + LENGTH_FLOOR)).ln()
}

/// Compares the names of files with the words of one question.
struct Names<'a> {
    words: &'a [String],
    stems: Vec<&'a str>,
}

/// How a file's name answers to a question.
struct NameMatch {
    /// The question holds every word of it.
    is_whole: bool,
    /// The share of its words that stand for a word of the question by their beginning alone.
    abbreviated: f64,
}

impl<'a> Names<'a> {
    fn new(question: &'a Question) -> Names<'a> {
        let stems = question.terms.iter().filter(|term| term.is_stem).map(|term| term.text.as_str());
        Names { words: &question.parts, stems: stems.collect() }
    }

    fn compare(&self, name: &[SpokenWord]) -> NameMatch {
        let (mut held, mut abbreviated) = (0, 0.0);
        for word in name {
            if word.stems.iter().any(|stem| self.stems.contains(&stem.as_str())) {
                held += 1;
            } else {
                abbreviated += self.words.iter().map(|other| likeness(&word.folded, other)).fold(0.0, f64::max);
            }
        }
        let count = name.len();
        NameMatch { is_whole: held > 0 && held == count, abbreviated: abbreviated / f64::from(count.max(1) as u32) }
    }
}

/// How far one of two words is the beginning of the other, from 0 to 1; an ending of plural counts for nothing.
fn likeness(left: &str, right: &str) -> f64 {
    let [left, right] = [left, right].map(|word| word.strip_suffix('s').unwrap_or(word));
    let shared = left.len().min(right.len());
    if shared < MIN_SHARED || left.as_bytes()[..shared] != right.as_bytes()[..shared] {
        return 0.0;
    }
    let share = shared as f64 / left.len().max(right.len()) as f64;
    if shared > MIN_SHARED { share.max(LONG_ABBREVIATION) } else { share }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::corpus::CorpusFile;
    use crate::search::question::read;
    use crate::source::{ContentHash, Language, RepoPath, Role};
    use proptest::prelude::*;

    fn compare(path: &str, question: &str) -> (bool, f64) {
        let file = CorpusFile {
            id: 0,
            path: RepoPath::new(path).unwrap(),
            language: Language::Rust,
            role: Role::Code,
            size: 0,
            mtime_ns: 0,
            hash: ContentHash([0; 16]),
        };
        let question = read(question);
        let name = Names::new(&question).compare(&SpokenWord::all_of(&file));
        (name.is_whole, name.abbreviated)
    }

    #[test]
    fn a_name_is_whole_when_the_question_holds_all_its_words() {
        assert_eq!(compare("src/path_router.rs", "how are paths routed by the router"), (true, 0.0));
        assert!(!compare("src/path_router.rs", "which paths are there").0);
        assert!(compare("src/router/mod.rs", "the router").0, "a silent name speaks by its folder");
    }

    #[test]
    fn a_name_may_be_the_beginning_of_a_word() {
        assert_eq!(compare("ser/impls.rs", "standard implementations").1, 0.7);
        assert_eq!(compare("auth.rs", "authentication").1, 0.7);
        assert_eq!(compare("io.rs", "iodine").1, 0.0, "two letters say nothing");
    }

    proptest! {
        #[test]
        fn likeness_is_a_share_and_the_same_both_ways(left in "\\PC{0,12}", right in "\\PC{0,12}") {
            prop_assert!((0.0..=1.0).contains(&likeness(&left, &right)));
            prop_assert_eq!(likeness(&left, &right), likeness(&right, &left));
        }
    }
}
