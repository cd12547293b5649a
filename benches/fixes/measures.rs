//! What is measured of the answers to fixes, and the report. Pure.

use pampax_core::eval::{self, Estimate, Tail, mean_of};
use pampax_core::source::RepoPath;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};

/// The ranks at which accuracy and recall are cut.
const CUTS: [usize; 4] = [1, 5, 10, 20];

/// For each changed file its rank among the distinct files of an answer, from 1.
pub struct Ranks(pub Vec<Option<usize>>);

/// One assembled bundle.
pub struct Bundled {
    /// In the order of the text.
    pub ranks: Ranks,
    /// The same among the files that have a piece in full.
    pub in_full: Ranks,
    /// The tokens of the text.
    pub tokens: usize,
    /// The tokens of the pieces up to the end of the first piece of a changed file.
    pub until_first: Option<usize>,
}

/// What came back for one fix.
pub struct Answer {
    pub repository: String,
    pub language: &'static str,
    pub mentions_path: bool,
    /// How many changed files the index leaves out, so that nothing could find them.
    pub not_indexed: usize,
    pub search: Ranks,
    /// By variant.
    pub bundles: Vec<Bundled>,
}

impl Ranks {
    /// The ranks of `changed` among `paths`, of which repeats count once.
    pub fn of<'a>(changed: &[RepoPath], paths: impl Iterator<Item = &'a RepoPath>) -> Ranks {
        let mut seen = HashSet::new();
        let distinct: Vec<&RepoPath> = paths.filter(|path| seen.insert(*path)).collect();
        let rank = |file: &RepoPath| eval::rank(&distinct, |path| *path == file);
        Ranks(changed.iter().map(rank).collect())
    }

    fn recall(&self, cut: usize) -> f64 {
        eval::recall(&self.0, cut)
    }

    fn any(&self, cut: usize) -> f64 {
        eval::accuracy(&self.0, cut)
    }

    fn all(&self, cut: usize) -> f64 {
        f64::from(u8::from(eval::found(&self.0, cut) == self.0.len()))
    }
}

/// The whole report. Means are over fixes; gains are against the first variant.
pub fn report(answers: &[Answer], variants: &[&str], budget: usize) -> Value {
    let all: Vec<&Answer> = answers.iter().collect();
    let by = |key: fn(&Answer) -> String| {
        let mut groups: BTreeMap<String, Vec<&Answer>> = BTreeMap::new();
        all.iter().for_each(|answer| groups.entry(key(answer)).or_default().push(answer));
        groups.into_iter().map(|(name, group)| (name, measured(&group, variants))).collect::<BTreeMap<_, _>>()
    };
    let repositories = by(|answer| answer.repository.clone());
    let gains: Map<String, Value> =
        variants.iter().enumerate().skip(1).map(|(variant, name)| ((*name).to_owned(), gain(&all, variant))).collect();
    json!({
        "repositories": repositories.len(),
        "budget": budget,
        "all": measured(&all, variants),
        "gain_over_first_variant": gains,
        "by_mention_of_a_path": by(|answer| answer.mentions_path.to_string()),
        "by_changed_files": by(|answer| if answer.search.0.len() == 1 { "one" } else { "several" }.to_owned()),
        "by_language": by(|answer| answer.language.to_owned()),
        "by_repository": repositories,
    })
}

fn measured(group: &[&Answer], variants: &[&str]) -> Value {
    let bundles: Map<String, Value> = variants
        .iter()
        .enumerate()
        .map(|(variant, name)| {
            let bundles: Vec<&Bundled> = group.iter().map(|answer| &answer.bundles[variant]).collect();
            ((*name).to_owned(), of_bundles(&bundles))
        })
        .collect();
    json!({
        "fixes": group.len(),
        "changed_files": group.iter().map(|answer| answer.search.0.len()).sum::<usize>(),
        "not_indexed": group.iter().map(|answer| answer.not_indexed).sum::<usize>(),
        "search": of_ranks(&group.iter().map(|answer| &answer.search).collect::<Vec<_>>()),
        "bundle": bundles,
    })
}

fn of_ranks(ranks: &[&Ranks]) -> Value {
    let at_cuts = |value: fn(&Ranks, usize) -> f64| {
        let at = |cut: usize| rounded(mean_of(ranks.iter().map(|ranks| value(ranks, cut))));
        CUTS.iter().map(|cut| (cut.to_string(), at(*cut).into())).collect::<Map<String, Value>>()
    };
    json!({
        "accuracy_any": at_cuts(Ranks::any),
        "accuracy_all": at_cuts(Ranks::all),
        "recall": at_cuts(Ranks::recall),
    })
}

fn of_bundles(bundles: &[&Bundled]) -> Value {
    let over = |value: fn(&Ranks, usize) -> f64| {
        rounded(mean_of(bundles.iter().map(|bundle| value(&bundle.ranks, usize::MAX))))
    };
    let mut until_first: Vec<usize> = bundles.iter().filter_map(|bundle| bundle.until_first).collect();
    until_first.sort_unstable();
    json!({
        "recall": over(Ranks::recall),
        "any": over(Ranks::any),
        "all": over(Ranks::all),
        "recall_in_full": rounded(mean_of(bundles.iter().map(|bundle| bundle.in_full.recall(usize::MAX)))),
        "tokens_mean": mean_of(bundles.iter().map(|bundle| bundle.tokens as f64)).round(),
        "tokens_to_first": {"median": percentile(&until_first, 50), "p90": percentile(&until_first, 90)},
        "files_in_order_of_text": of_ranks(&bundles.iter().map(|bundle| &bundle.ranks).collect::<Vec<_>>()),
    })
}

/// The paired difference of a variant's recall to the first one's.
fn gain(group: &[&Answer], variant: usize) -> Value {
    let recall = |answer: &Answer, variant: usize| answer.bundles[variant].ranks.recall(usize::MAX);
    let differences: Vec<f64> = group.iter().map(|answer| recall(answer, variant) - recall(answer, 0)).collect();
    let estimate = Estimate::of(&differences);
    json!({
        "recall": rounded(estimate.mean),
        "standard_error": estimate.standard_error.map(rounded),
        "p": eval::paired(&differences, Tail::Both).p,
        "fixes_better": differences.iter().filter(|difference| **difference > 0.0).count(),
        "fixes_worse": differences.iter().filter(|difference| **difference < 0.0).count(),
    })
}

/// The smallest value that `percent` of all values do not exceed; nothing for none.
fn percentile(sorted: &[usize], percent: usize) -> Option<usize> {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied()
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
