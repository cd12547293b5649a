//! Asking questions whose answers are known.
//!
//! Never here: where questions come from, what a measure is.

use crate::assemble::{Assembler, Request};
use crate::error::{Degradation, Error, Result};
use crate::eval::measures::rank;
use crate::eval::question::{Question, Target, is_same_path};
use crate::eval::report::{Answered, CUTS, EvalReport, Group, Retrieved, by, measures};
use crate::limits::{Limits, Watch};
use crate::search::{Hit, MAX_LIMIT, Query, Searcher};
use crate::source::{LineRange, RepoPath};
use serde::{Deserialize, Serialize};

/// The most questions of one evaluation.
const MAX_QUESTIONS: usize = 100_000;

/// What to ask, and what to measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Evaluation {
    /// The questions, at least one.
    pub questions: Vec<Question>,
    /// Where NDCG and MRR are cut, from 1 to 1,000. Default: 10.
    pub k: usize,
    /// The budgets of tokens at which the recall of assembled bundles is measured. Default: 500, 1,000, 2,000, 4,000.
    pub budgets: Vec<usize>,
    /// What counts the tokens. Default: `o200k_base`.
    pub tokenizer: String,
    /// Whether the report has each question with its answer. Default: false.
    pub details: bool,
}

impl Default for Evaluation {
    fn default() -> Evaluation {
        Evaluation {
            questions: Vec::new(),
            k: 10,
            budgets: vec![500, 1_000, 2_000, 4_000],
            tokenizer: Request::default().tokenizer,
            details: false,
        }
    }
}

impl Evaluation {
    /// These questions, measured as by default.
    pub fn new(questions: Vec<Question>) -> Evaluation {
        Evaluation { questions, ..Evaluation::default() }
    }

    /// How many hits each question is asked for.
    fn limit(&self) -> usize {
        CUTS.iter().copied().fold(self.k, usize::max)
    }

    fn check(&self) -> Result<()> {
        let bad = |reason: String| Err(Error::argument("questions", reason));
        if !(1..=MAX_LIMIT).contains(&self.k) {
            return Err(Error::argument("k", format!("{} is not from 1 to {MAX_LIMIT}", self.k)));
        }
        if self.questions.is_empty() {
            return bad("there are none".to_owned());
        }
        if self.questions.len() > MAX_QUESTIONS {
            return bad(format!("{} are more than {MAX_QUESTIONS}", self.questions.len()));
        }
        let problem = |(place, question): (usize, &Question)| question.problem().map(|problem| (place + 1, problem));
        match self.questions.iter().enumerate().find_map(problem) {
            Some((number, problem)) => bad(format!("question {number}: {problem}")),
            None => Ok(()),
        }
    }
}

/// Whom the questions are asked of.
struct Asking<'a> {
    evaluation: &'a Evaluation,
    searcher: &'a Searcher,
    assembler: Assembler,
    watch: Watch,
    limits: &'a Limits,
}

/// A target, and whether its path is exactly that of an indexed file.
struct Sought<'a> {
    target: &'a Target,
    is_exact: bool,
}

impl Sought<'_> {
    fn is_hit_by(&self, path: &RepoPath, lines: LineRange) -> bool {
        match self.is_exact {
            true => path.as_str() == self.target.path && self.target.overlaps(lines),
            false => self.target.is_hit_by(path.as_str(), lines),
        }
    }
}

/// Asks every question and measures the answers. The time of `limits` is for all of them together. The report has each
/// question with its answer, whatever [`Evaluation::details`] says.
///
/// # Errors
/// `INVALID_ARGUMENT` when there are no questions, one has no text or no target, or a number is out of range; those of
/// searching and assembling.
pub fn evaluate(searcher: &Searcher, evaluation: &Evaluation, limits: &Limits) -> Result<EvalReport> {
    evaluation.check()?;
    let watch = searcher.host().watch(limits);
    let assembler = Assembler::new(searcher.clone());
    let asking = Asking { evaluation, searcher, assembler, watch, limits };
    let mut report = empty_report(&asking);
    for question in &evaluation.questions {
        let answer = asking.ask(question, &mut report)?;
        report.answers.push(answer);
    }
    report.overall = Group::of(&report.answers.iter().collect::<Vec<_>>());
    report.by_category = by(&report.answers, |answer| &answer.category);
    report.by_source = by(&report.answers, |answer| answer.source.name());
    report.by_language = by(&report.answers, |answer| &answer.language);
    report.by_folder = by(&report.answers, |answer| &answer.folder);
    Ok(report)
}

fn empty_report(asking: &Asking<'_>) -> EvalReport {
    EvalReport {
        generation: asking.searcher.generation(),
        k: asking.evaluation.k,
        limit: asking.evaluation.limit(),
        tokenizer: asking.evaluation.tokenizer.clone(),
        targets_not_indexed: 0,
        overall: Group::of(&[]),
        by_category: Default::default(),
        by_source: Default::default(),
        by_language: Default::default(),
        by_folder: Default::default(),
        degraded: Vec::new(),
        answers: Vec::new(),
    }
}

impl Asking<'_> {
    fn ask(&self, question: &Question, report: &mut EvalReport) -> Result<Answered> {
        self.watch.check("eval")?;
        let sought: Vec<Sought<'_>> = question.targets().map(|target| self.sought(target)).collect();
        report.targets_not_indexed += sought.iter().filter(|sought| !self.is_indexed(sought)).count();
        let limit = self.evaluation.limit();
        let results = self.searcher.search(&Query::new(&question.query).with_limit(limit), &self.left())?;
        note(&mut report.degraded, results.degraded);
        let hits = |sought: &Sought<'_>| rank(&results.hits, |hit| sought.is_hit_by(&hit.path, hit.lines()));
        let ranks: Vec<Option<usize>> = sought.iter().map(hits).collect();
        let bundles = self.bundles(question, &sought)?;
        Ok(Answered {
            query: question.query.clone(),
            id: question.id.clone(),
            source: question.source,
            category: question.category().to_owned(),
            language: self.language(question),
            folder: folder(question),
            targets: question.targets().cloned().collect(),
            measures: measures(&ranks, (self.evaluation.k, limit), &bundles),
            results: results.hits.iter().map(|hit| retrieved(hit, &sought)).collect(),
            ranks,
        })
    }

    /// For each budget the share of the targets that the bundle shows.
    fn bundles(&self, question: &Question, sought: &[Sought<'_>]) -> Result<Vec<(usize, f64)>> {
        let recall = |budget: &usize| {
            let mut request = Request::new(&question.query, *budget);
            request.tokenizer.clone_from(&self.evaluation.tokenizer);
            let bundle = self.assembler.assemble(&request, &self.left())?;
            let lines = |start_line, end_line| LineRange { start: start_line, end: end_line };
            let is_shown = |sought: &&Sought<'_>| {
                bundle.items.iter().any(|item| sought.is_hit_by(&item.path, lines(item.start_line, item.end_line)))
            };
            Ok((*budget, sought.iter().filter(is_shown).count() as f64 / sought.len().max(1) as f64))
        };
        self.evaluation.budgets.iter().map(recall).collect()
    }

    /// The limits of one question.
    fn left(&self) -> Limits {
        Limits { timeout: self.watch.remaining(), ..self.limits.clone() }
    }

    fn sought<'t>(&self, target: &'t Target) -> Sought<'t> {
        Sought { target, is_exact: self.indexed_file(&target.path).is_some() }
    }

    fn is_indexed(&self, sought: &Sought<'_>) -> bool {
        let files = &self.searcher.corpus().files;
        sought.is_exact || files.iter().any(|file| is_same_path(file.path.as_str(), &sought.target.path))
    }

    fn indexed_file(&self, path: &str) -> Option<usize> {
        let path = RepoPath::new(path).ok()?;
        self.searcher.corpus().find(&path).map(|file| file as usize)
    }

    fn language(&self, question: &Question) -> String {
        let files = &self.searcher.corpus().files;
        let of_target = |target: &Target| self.indexed_file(&target.path).map(|file| files[file].language.name());
        let found = || question.targets().find_map(of_target).unwrap_or("unknown").to_owned();
        question.language.clone().unwrap_or_else(found)
    }
}

fn folder(question: &Question) -> String {
    let first = question.targets().next().and_then(|target| target.path.split_once('/'));
    first.map_or(".", |(folder, _)| folder).to_owned()
}

fn retrieved(hit: &Hit, sought: &[Sought<'_>]) -> Retrieved {
    Retrieved {
        path: hit.path.as_str().to_owned(),
        start_line: hit.start_line,
        end_line: hit.end_line,
        score: hit.score,
        is_target: sought.iter().any(|sought| sought.is_hit_by(&hit.path, hit.lines())),
    }
}

fn note(known: &mut Vec<Degradation>, degraded: Vec<Degradation>) {
    for degradation in degraded {
        if !known.contains(&degradation) {
            known.push(degradation);
        }
    }
}
