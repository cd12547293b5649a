//! Fitting the weights to one repository, and proving it on what came later.
//!
//! Questions are split by their order: factors are fitted on the older part and proved on the newer one, by real searches.
//! They are kept only if NDCG@10 of the newer questions rises by more than chance, and nothing falls by more than chance.
//!
//! Never here: where questions come from, what a signal is.

mod fit;

use crate::error::{Error, Result};
use crate::eval::{Comparison, Evaluation, Group, Question, compare, evaluate};
use crate::index::Index;
use crate::limits::{Limits, Watch};
use crate::search::tuning::{Tuning, Weighing};
use crate::search::{Hit, Query, SearchResults, Searcher};
use crate::source::{ContentHash, Generation, LineRange};
use fit::{Candidate, Example, can_teach, fit};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The share of the questions, the newest ones, on which factors are proved, in percent.
const LATER_PERCENT: usize = 30;

/// The fewest later questions that prove anything.
const FEWEST_LATER: usize = 50;

/// How many hits of each older question are candidates.
const CANDIDATES: usize = 100;

/// How unlikely a change must be by chance to count.
const SIGNIFICANT: f64 = 0.05;

/// Signals that tell hits of one file apart; files are what is fitted.
const WITHIN_FILES: &[&str] = &["chunk_body", "chunk_names", "chunk_defines", "chunk_vector", "repeat", "rerank"];

/// What to tune on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Tune {
    /// The questions, the newest first, as [`mine`](crate::eval::mine) makes them of a history.
    pub questions: Vec<Question>,
    /// Whether to change nothing, whatever comes out. Default: false.
    pub dry_run: bool,
}

impl Tune {
    /// These questions, the newest first.
    pub fn new(questions: Vec<Question>) -> Tune {
        Tune { questions, dry_run: false }
    }

    /// The same without keeping what comes out.
    pub fn dry(mut self) -> Tune {
        self.dry_run = true;
        self
    }
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TuneReport {
    /// Whether the factors won.
    pub accepted: bool,
    /// Why, as a sentence without a full stop.
    pub why: String,
    /// The number under which they are kept and used from now on; `None` when they are not.
    pub version: Option<u32>,
    /// How many older questions factors were fitted on: those that have a target and something else among their hits.
    pub fitted_on: usize,
    /// How many later questions they were proved on.
    pub proved_on: usize,
    /// The hash of the table of weights that is adjusted.
    pub table: ContentHash,
    /// By signal what its weight is multiplied with, those that are not 1.
    pub factors: BTreeMap<String, f64>,
    /// The later questions before; `None` when there were too few.
    pub before: Option<Group>,
    /// The later questions with the factors.
    pub after: Option<Group>,
    /// What lies between them.
    pub differences: Option<Comparison>,
    /// The state of the index.
    pub generation: Generation,
}

impl Index {
    /// Fits an adjustment of the weights on the older questions, each factor from 0.5 to 2, and keeps it if it wins on the
    /// newer ones. Searchers that are opened from then on use it. The same index and questions give the same report.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when a question cannot be asked, `INDEX_MISSING`, `INDEX_LOCKED` when something else is writing,
    /// `INDEX_DAMAGED`, `INDEX_VERSION`, `IO`, `DEADLINE_EXCEEDED`, `CANCELLED`.
    pub fn tune(&self, tune: &Tune, limits: &Limits) -> Result<TuneReport> {
        let table = self.searcher_weighing(Weighing::By(BTreeMap::new()))?;
        let watch = table.host().watch(limits);
        let (later, older) = tune.questions.split_at(tune.questions.len() * LATER_PERCENT / 100);
        let mut report = empty(&table, later.len());
        if later.len() < FEWEST_LATER {
            report.why = format!(
                "{} questions are too few: of their newest {LATER_PERCENT} % at least {FEWEST_LATER} must prove it",
                tune.questions.len()
            );
            return Ok(report);
        }
        let examples = examples(&table, older, (&watch, limits))?;
        report.fitted_on = examples.lists.len();
        report.factors = examples.factors();
        if report.factors.is_empty() {
            report.why = "no weight wants to change".to_owned();
            return Ok(report);
        }
        self.prove(&mut report, later, (&watch, limits))?;
        if report.accepted && !tune.dry_run {
            let tuning = tuning_of(&report)?;
            let tunings = self.change_tunings(&watch, |tunings| {
                tunings.add(tuning);
                Ok(())
            })?;
            report.version = tunings.active;
        }
        Ok(report)
    }

    /// Asks the later questions with the weights that are used now and with the factors.
    fn prove(&self, report: &mut TuneReport, later: &[Question], (watch, limits): (&Watch, &Limits)) -> Result<()> {
        let mut evaluation = Evaluation::new(later.to_vec());
        evaluation.budgets.clear();
        let before = evaluate(&self.searcher_weighing(Weighing::Chosen)?, &evaluation, &left(watch, limits))?;
        let with = self.searcher_weighing(Weighing::By(report.factors.clone()))?;
        let after = evaluate(&with, &evaluation, &left(watch, limits))?;
        let differences = compare(&before, &after)?;
        (report.accepted, report.why) = verdict(&differences);
        report.before = Some(before.overall);
        report.after = Some(after.overall);
        report.differences = Some(differences);
        Ok(())
    }
}

fn left(watch: &Watch, limits: &Limits) -> Limits {
    Limits { timeout: watch.remaining(), ..limits.clone() }
}

fn empty(searcher: &Searcher, later: usize) -> TuneReport {
    TuneReport {
        accepted: false,
        why: String::new(),
        version: None,
        fitted_on: 0,
        proved_on: later,
        table: searcher.ranking().table,
        factors: BTreeMap::new(),
        before: None,
        after: None,
        differences: None,
        generation: searcher.generation(),
    }
}

/// Whether the factors won, and why.
fn verdict(differences: &Comparison) -> (bool, String) {
    let Some((measure, ndcg)) = differences.overall.0.first() else {
        return (false, "nothing was measured".to_owned());
    };
    let groups = differences.by_category.0.iter().chain(&differences.by_source.0).chain(&differences.by_language.0);
    let fallen = groups.clone().find(|(_, difference)| difference.p_worse < SIGNIFICANT);
    let change = format!("{measure} of later questions changes by {:+.4}, p {:.4}", ndcg.mean, ndcg.p_better);
    match fallen {
        _ if ndcg.mean <= 0.0 || ndcg.p_better >= SIGNIFICANT => (false, format!("{change}: not more than chance")),
        Some((name, worse)) => (false, format!("{change}, but {name} falls by {:.4}", -worse.mean)),
        None => (true, change),
    }
}

fn tuning_of(report: &TuneReport) -> Result<Tuning> {
    let ndcg = |group: &Option<Group>| {
        let first = group.as_ref().and_then(|group| group.measures.0.first());
        first.map(|(_, estimate)| estimate.mean).ok_or_else(|| Error::internal("what was proved has no measure"))
    };
    let proof = report.differences.as_ref().and_then(|differences| differences.overall.0.first());
    Ok(Tuning {
        version: 0,
        table: report.table,
        factors: report.factors.clone(),
        generation: report.generation,
        fitted_on: report.fitted_on,
        proved_on: report.proved_on,
        ndcg_before: ndcg(&report.before)?,
        ndcg_after: ndcg(&report.after)?,
        p: proof.map_or(1.0, |(_, difference)| difference.p_better),
    })
}

/// Lists of candidates, and the signals that they have.
struct Examples {
    signals: Vec<&'static str>,
    lists: Vec<Example>,
}

impl Examples {
    /// By signal the factor that fits best, those that are not 1.
    fn factors(&self) -> BTreeMap<String, f64> {
        let factors = fit(&self.lists, self.signals.len());
        let changed = self.signals.iter().zip(factors).filter(|(_, factor)| *factor != 1.0);
        changed.map(|(signal, factor)| ((*signal).to_owned(), factor)).collect()
    }
}

/// The candidates of each question that has a target and something else among them.
fn examples(searcher: &Searcher, older: &[Question], (watch, limits): (&Watch, &Limits)) -> Result<Examples> {
    let mut answers: Vec<(&Question, Vec<Hit>)> = Vec::new();
    for question in older {
        watch.check("tune")?;
        let query = Query::new(&question.query).with_limit(CANDIDATES);
        let SearchResults { hits, .. } = searcher.search(&query, &left(watch, limits))?;
        answers.push((question, best_of_each_file(hits)));
    }
    let parts = answers.iter().flat_map(|(_, hits)| hits).flat_map(|hit| &hit.contributions);
    let signals: BTreeSet<&'static str> =
        parts.map(|part| part.signal).filter(|signal| !WITHIN_FILES.contains(signal)).collect();
    let signals: Vec<&'static str> = signals.into_iter().collect();
    let lists = answers.iter().map(|(question, hits)| example(question, hits, &signals));
    let lists = lists.filter(can_teach).collect();
    Ok(Examples { signals, lists })
}

fn best_of_each_file(hits: Vec<Hit>) -> Vec<Hit> {
    let mut seen = HashSet::new();
    hits.into_iter().filter(|hit| seen.insert(hit.path.clone())).collect()
}

fn example(question: &Question, hits: &[Hit], signals: &[&'static str]) -> Example {
    let whole = LineRange { start: 1, end: u32::MAX };
    let candidate = |hit: &Hit| {
        let of = |signal: &&str| hit.contributions.iter().find(|part| part.signal == *signal);
        let contributions: Vec<f64> =
            signals.iter().map(|signal| of(signal).map_or(0.0, |part| part.contribution)).collect();
        Candidate {
            rest: hit.score - contributions.iter().sum::<f64>(),
            contributions,
            is_target: question.targets().any(|target| target.is_hit_by(hit.path.as_str(), whole)),
        }
    };
    hits.iter().map(candidate).collect()
}
