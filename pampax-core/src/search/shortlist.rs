//! Which files are worth a measurement of all their signals: those that may be among the best. What a file can have at most
//! is quick to tell, and most files can have less than the best have. Pure.
//!
//! Never here: how a signal is measured (`features.rs`).

use crate::search::corpus::{CorpusFile, FileIndex};
use crate::search::definitions::NamedDefinition;
use crate::search::evidence::FileEvidence;
use crate::search::features::{Inputs, Measure, loudest, role_signal};
use crate::search::rank::{Signal, rounded};
use crate::source::Role;
use std::cmp::Ordering;

/// What rounding may add to the value of a signal, and more.
const SLACK: f64 = 1e-6;

/// A file and its score.
pub(crate) type Scored = (f64, FileIndex);

/// The best `count` files that anything speaks for and that `accepts` takes, and all of `others` that it takes, with their
/// estimates, in no order. `others` are ascending.
pub(crate) fn best(
    measure: &Measure<'_>,
    accepts: &dyn Fn(&CorpusFile) -> bool,
    (count, others): (usize, &[FileIndex]),
) -> Vec<Scored> {
    let Inputs { corpus, evidence, definitions, nearness, .. } = measure.inputs;
    let bounds = Bounds::new(measure);
    let mut best = Best::new(count);
    let estimate = |file: FileIndex| {
        let is_accepted = accepts(&corpus.files[file as usize]);
        is_accepted.then(|| (measure.estimate(file), file))
    };
    let mut named = definitions.by_file();
    let bound = |file: &FileIndex| (bounds.of(*file, evidence.sums(*file), named.next_of(*file)), *file);
    let mut bounded: Vec<Scored> = evidence.touched().iter().map(bound).collect();
    // Those that may be the best come first, so that the rest need not be measured.
    if bounded.len() > count {
        bounded.select_nth_unstable_by(count, by_score);
    }
    for (bound, file) in bounded {
        if bound >= best.least() {
            best.extend(estimate(file));
        }
    }
    let untouched = |file: &FileIndex| !evidence.is_touched(*file);
    let mut silent: Vec<FileIndex> =
        definitions.files().chain(nearness.leaders().iter().copied()).filter(untouched).collect();
    silent.sort_unstable();
    silent.dedup();
    best.extend(silent.into_iter().filter_map(estimate));
    let mut files = best.into_files();
    let known: Vec<FileIndex> = {
        let mut known: Vec<FileIndex> = files.iter().map(|(_, file)| *file).collect();
        known.sort_unstable();
        known
    };
    files.extend(others.iter().copied().filter(|file| known.binary_search(file).is_err()).filter_map(estimate));
    files
}

/// The best `count` of `files` with what their vectors contribute at `weight`, and how near they are, from 0 to 1; best
/// first, equal scores by path.
pub(crate) fn with_vectors(
    mut files: Vec<Scored>,
    (nearness, weight): (impl Fn(FileIndex) -> f64, f64),
    count: usize,
) -> Vec<(f64, FileIndex, f64)> {
    files.sort_unstable_by(by_score);
    let mut best = Best::new(count);
    let mut similarities = Vec::new();
    for (score, file) in files {
        // No similarity is larger than 1, and none of the files that follow has a larger score.
        if score + weight.max(0.0) < best.least() {
            break;
        }
        let similarity = nearness(file);
        similarities.push((file, similarity));
        best.extend([(score + weight * rounded(similarity), file)]);
    }
    similarities.sort_unstable_by_key(|(file, _)| *file);
    let similarity = |file: FileIndex| {
        let place = similarities.binary_search_by_key(&file, |(known, _)| *known);
        place.map_or(0.0, |place| similarities[place].1)
    };
    let mut best = best.into_files();
    best.sort_unstable_by(by_score);
    best.into_iter().map(|(score, file)| (score, file, similarity(file))).collect()
}

/// Best first; equal scores by path.
pub(crate) fn by_score(left: &Scored, right: &Scored) -> Ordering {
    right.0.total_cmp(&left.0).then(left.1.cmp(&right.1))
}

/// The best files so far.
struct Best {
    count: usize,
    /// These and a few more, in no order.
    files: Vec<Scored>,
    least: f64,
}

impl Best {
    fn new(count: usize) -> Best {
        Best { count, files: Vec::new(), least: f64::NEG_INFINITY }
    }

    /// A file that scores less is none of the best.
    fn least(&self) -> f64 {
        self.least
    }

    fn extend(&mut self, files: impl IntoIterator<Item = Scored>) {
        for file in files {
            self.files.push(file);
            if self.files.len() > self.count.saturating_add(self.count / 4) {
                self.drop_others();
            }
        }
    }

    fn drop_others(&mut self) {
        if self.files.len() > self.count {
            let last = self.count.saturating_sub(1);
            self.least = self.files.select_nth_unstable_by(last, by_score).1.0;
            self.files.truncate(self.count);
        }
    }

    fn into_files(mut self) -> Vec<Scored> {
        self.drop_others();
        self.files
    }
}

/// What the estimates of files do not exceed, for one question.
struct Bounds<'a> {
    measure: &'a Measure<'a>,
    /// What rounding may add to an estimate.
    slack: f64,
    /// What each sum of a file's evidence contributes at most, for each whole one.
    top_chunks: f64,
    body: f64,
    names: f64,
    path: f64,
    coverage: f64,
    path_coverage: f64,
    names_coverage: f64,
    /// What each role contributes.
    roles: Vec<(Role, f64)>,
}

impl<'a> Bounds<'a> {
    fn new(measure: &'a Measure<'a>) -> Bounds<'a> {
        let Inputs { weights, evidence, question, .. } = measure.inputs;
        let against = |signal: Signal, best: f64| if best > 0.0 { weights.of(signal).max(0.0) / best } else { 0.0 };
        let shares = evidence.share_sum();
        let share = |signal: Signal| weights.of(signal).max(0.0) / if shares > 0.0 { shares } else { 1.0 };
        let role = |role: &Role| (*role, role_signal(*role, question).map_or(0.0, |signal| weights.of(signal)));
        Bounds {
            slack: SLACK * weights.named().map(|(_, weight)| weight.abs()).sum::<f64>() + SLACK,
            top_chunks: against(Signal::TopChunks, measure.scale.top_chunks),
            body: against(Signal::Body, measure.scale.body),
            names: against(Signal::Names, measure.scale.names),
            path: against(Signal::Path, measure.scale.path),
            coverage: share(Signal::Coverage),
            path_coverage: share(Signal::PathCoverage),
            names_coverage: share(Signal::NamesCoverage),
            roles: Role::ALL.iter().map(role).collect(),
            measure,
        }
    }

    /// No less than the estimate of a file of this evidence, in which these definitions are.
    fn of(&self, file: FileIndex, own: &FileEvidence, named: &[NamedDefinition]) -> f64 {
        let Inputs { corpus, weights, question, .. } = self.measure.inputs;
        // Most files end here: what else speaks for a file is dearer to tell.
        let mut bound = self.slack
            + self.top_chunks * own.top_chunks_bound().min(self.measure.scale.top_chunks)
            + self.body * own.body
            + self.names * own.names
            + self.path * own.path
            + self.coverage * own.coverage
            + self.path_coverage * own.path_coverage
            + self.names_coverage * own.names_coverage;
        let role = corpus.files[file as usize].role;
        bound += self.roles.iter().find(|(known, _)| *known == role).map_or(0.0, |(_, contribution)| *contribution);
        if corpus.is_header_of_another[file as usize] {
            bound += weights.of(Signal::Header);
        }
        if self.measure.is_named(file) {
            bound += weights.of(Signal::NamedPath);
        }
        if !named.is_empty() {
            let (types, others) = loudest(named, question);
            let most = |signal: Signal, value: f64| weights.of(signal).max(0.0) * value;
            bound += most(Signal::DefinesType, types) + most(Signal::DefinesOther, others);
            bound += most(Signal::DefinesWord, types.max(others));
        }
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;
    use crate::limits::Limits;
    use crate::search::definitions::Definitions;
    use crate::search::evidence::Sheets;
    use crate::search::features::candidates;
    use crate::search::fixture;
    use crate::search::nearness::Nearness;
    use crate::search::question::QueryName;
    use crate::search::rank::Weights;
    use crate::search::retrieve::retrieve;
    use crate::search::spoken::SpokenNames;
    use crate::source::SpanKind;
    use proptest::prelude::*;

    fn definition((file, is_type, namesakes): (FileIndex, bool, u32)) -> NamedDefinition {
        let kind = if is_type { SpanKind::Struct } else { SpanKind::Function };
        NamedDefinition { file, span: 0, chunk: 0, kind, name: 0, is_exact: true, namesakes }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_best_are_those_that_measuring_every_file_gives(
            (files, question) in (fixture::files(), fixture::question()),
            named in prop::collection::vec((0u32..40, any::<bool>(), 1u32..9), 0..9),
            is_single_word in any::<bool>(),
        ) {
            let (corpus, text) = fixture::corpus(&files);
            let name = QueryName { fold: "a".to_owned(), written: "a".to_owned(), confidence: 0.8 };
            let question = crate::search::question::Question {
                names: vec![name],
                paths: vec!["001.rs".to_owned()],
                is_single_word,
                ..question
            };
            let (sheets, watch) = (Sheets::default(), Host::default().watch(&Limits::default()));
            let named = named.into_iter().filter(|(file, ..)| (*file as usize) < files.len()).map(definition);
            let inputs = Inputs {
                question: &question,
                corpus: &corpus,
                evidence: &retrieve(&question, (&corpus, &sheets), &text, &watch).unwrap(),
                definitions: &Definitions::new(named.collect()),
                nearness: &Nearness::default(),
                weights: &Weights::shipped(),
                spoken: &SpokenNames::default(),
            };
            let accepts = |file: &CorpusFile| file.id % 5 != 3;
            let chosen = |count: usize| -> Vec<_> {
                let chosen = candidates(&inputs, &accepts, count);
                chosen.into_iter().map(|candidate| (candidate.file, candidate.signals)).collect()
            };
            let all = chosen(files.len());
            for count in 1..all.len() {
                prop_assert_eq!(chosen(count), &all[..count]);
            }
        }

        #[test]
        fn vectors_are_compared_until_no_file_can_come_up(
            files in prop::collection::vec((-20i8..20, 0u8..=20), 0..60), count in 1usize..20, weight in -1i8..3,
        ) {
            let weight = f64::from(weight) / 2.0;
            let scored = files.iter().zip(0..).map(|((score, _), file)| (f64::from(*score) / 10.0, file)).collect();
            let nearness = |file: FileIndex| f64::from(files[file as usize].1) / 20.0;
            let found = with_vectors(scored, (nearness, weight), count);
            let all = files.iter().zip(0..).map(|((score, _), file)| {
                (f64::from(*score) / 10.0 + weight * rounded(nearness(file)), file, nearness(file))
            });
            let mut expected: Vec<(f64, FileIndex, f64)> = all.collect();
            expected.sort_by(|left, right| by_score(&(left.0, left.1), &(right.0, right.1)));
            expected.truncate(count);
            prop_assert_eq!(found, expected);
        }
    }
}
