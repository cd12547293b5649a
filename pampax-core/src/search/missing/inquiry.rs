//! Follows one indexed file through the stages of a search.
//!
//! Never here: what is told about it (`missing.rs`).

use super::{Stage, Verdict};
use crate::error::{Degradation, Result};
use crate::limits::Limits;
use crate::search::corpus::FileIndex;
use crate::search::evidence::Evidence;
use crate::search::features;
use crate::search::passages::Passage;
use crate::search::query::FileFilter;
use crate::search::terms::Analyser;
use crate::search::{Asked, Filters, Hit, MAX_LIMIT, Searcher};
use crate::source::RepoPath;
use std::collections::BTreeSet;
use std::fmt;

/// The most names of a file that a remedy lists.
const MAX_NAMES: usize = 6;

/// What became of a file, and how far it got.
pub(super) struct Fate {
    pub verdict: Verdict,
    pub stage: Stage,
    pub detail: String,
    pub rank: Option<usize>,
    pub cut_off: Option<usize>,
}

impl Fate {
    pub(super) fn new(verdict: Verdict, stage: Stage, detail: impl Into<String>) -> Fate {
        Fate { verdict, stage, detail: detail.into(), rank: None, cut_off: None }
    }

    fn cut(stage: Stage, (rank, cut_off): (usize, usize), detail: String) -> Fate {
        Fate { rank: Some(rank), cut_off: Some(cut_off), ..Fate::new(Verdict::BelowCutOff, stage, detail) }
    }
}

/// What would bring a file in.
pub(super) enum Remedy {
    Text(String),
    /// These changes, which make these filters.
    Accept(String, Filters),
}

/// What became of a file, and what to do about it.
pub(super) struct Lost {
    pub fate: Fate,
    pub remedy: Remedy,
}

/// One question about one indexed file.
pub(super) struct Inquiry<'a> {
    searcher: &'a Searcher,
    asked: Asked<'a>,
    evidence: Evidence<'a>,
    limits: &'a Limits,
    file: FileIndex,
    /// The hits in their last order, not yet cut at the limit.
    ranked: Vec<Hit>,
    /// The file's place among all that match, in the order in which candidates are chosen.
    number: Option<usize>,
    /// The file's best passage.
    pub best: Option<Passage>,
    /// The probability that the file answers, if it was weighed.
    confidence: Option<f64>,
    /// What the search had to do without.
    pub degraded: Vec<Degradation>,
}

impl<'a> Inquiry<'a> {
    /// Runs the search, and the choice of candidates without a bound.
    pub(super) fn new(
        searcher: &'a Searcher,
        asked: Asked<'a>,
        limits: &'a Limits,
        file: FileIndex,
    ) -> Result<Inquiry<'a>> {
        let evidence = searcher.gather(&asked)?;
        let passages = searcher.passages(&asked, &evidence, asked.query.limit)?;
        let confidence = passages.iter().find(|passage| passage.file == file).map(|passage| passage.confidence);
        let (ranked, degraded) = searcher.ranked(&asked, passages)?;
        let all = searcher.chosen(&asked, &evidence, searcher.shared.corpus.files.len());
        let place = all.iter().position(|candidate| candidate.file == file);
        let weighed = searcher.candidates(&asked, &evidence, searcher.pool(&asked, asked.query.limit))?;
        let own = weighed.iter().find(|candidate| candidate.file == file);
        let own = own.or(place.map(|place| &all[place])).map(std::slice::from_ref).unwrap_or_default();
        let best = searcher.passages_of(&asked, &evidence, own, 1).into_iter().next();
        // A search compares fewer files by their vectors than were compared here, and may weigh others of about its last.
        let least = if weighed.iter().any(|candidate| candidate.file == file) { 1 } else { weighed.len() + 1 };
        let number = place.map(|place| least.max(place + 1));
        Ok(Inquiry { searcher, asked, evidence, limits, file, ranked, number, best, confidence, degraded })
    }

    /// The last hit that was returned.
    pub(super) fn last(&self) -> Option<&Hit> {
        let least = self.asked.query.min_confidence;
        self.ranked.iter().take(self.limit()).rfind(|hit| hit.confidence >= least)
    }

    fn path(&self) -> &RepoPath {
        &self.searcher.shared.corpus.files[self.file as usize].path
    }

    fn limit(&self) -> usize {
        self.asked.query.limit
    }

    /// Follows the file through the stages.
    pub(super) fn lost(&self) -> Result<Lost> {
        let place = self.ranked.iter().position(|hit| hit.path == *self.path()).map(|place| place + 1);
        if let Some(place) = place.filter(|place| *place <= self.limit()) {
            if let Some((fate, remedy)) = self.unlikely() {
                return Ok(Lost { fate, remedy: Remedy::Text(remedy) });
            }
            let fate = Fate::new(Verdict::Returned, Stage::Results, format!("its best hit is number {place}"));
            let fate = Fate { rank: Some(place), cut_off: Some(self.limit()), ..fate };
            return Ok(Lost { fate, remedy: Remedy::Text(String::new()) });
        }
        if let Some(lost) = self.refused() {
            return Ok(lost);
        }
        let Some(number) = self.number else { return self.unmatched() };
        if self.best.is_none() {
            let fate = Fate::new(Verdict::Empty, Stage::Candidates, "its path answers, but it holds no text");
            return Ok(Lost { fate, remedy: Remedy::Text("write something into it".to_owned()) });
        }
        let pool = self.searcher.pool(&self.asked, self.limit());
        if number > pool {
            let detail = format!("it is number {number} of the files that match; only those up to {pool} are weighed");
            return self.cut(Fate::cut(Stage::Candidates, (number, pool), detail), number);
        }
        let lost = self.beyond(place)?;
        Ok(match (self.unlikely(), lost) {
            (Some((_, unlikely)), Lost { fate, remedy: Remedy::Text(remedy) }) => {
                Lost { fate, remedy: Remedy::Text(format!("{remedy}; then {unlikely}")) }
            }
            (_, lost) => lost,
        })
    }

    /// Follows a file that was weighed, and whose best hit is beyond the limit: at `place` of those that a reranker had.
    fn beyond(&self, place: Option<usize>) -> Result<Lost> {
        if let Some(place) = place {
            let detail = format!("the reranker put it at {place}; the results end at {}", self.limit());
            return self.cut(Fate::cut(Stage::Rerank, (place, self.limit()), detail), place);
        }
        match self.rank(self.limit())? {
            Some(rank) => {
                let detail = format!("its best passage is number {rank}; the results end at {}", self.limit());
                self.cut(Fate::cut(Stage::Order, (rank, self.limit()), detail), rank)
            }
            None => Ok(self.of_other_kinds()),
        }
    }

    /// What is to be said where the file falls short of the confidence asked for, and the remedy.
    fn unlikely(&self) -> Option<(Fate, String)> {
        let least = self.asked.query.min_confidence;
        let confidence = self.confidence.filter(|confidence| *confidence < least)?;
        let detail = format!("it answers with a probability of {confidence}, and {least} is asked for");
        let fate = Fate::new(Verdict::BelowCutOff, Stage::Order, detail);
        Some((fate, format!("lower min_confidence to {confidence}")))
    }

    /// The filters that refuse the file, if any does.
    fn refused(&self) -> Option<Lost> {
        let file = &self.searcher.shared.corpus.files[self.file as usize];
        if self.asked.filter.accepts(file) {
            return None;
        }
        let mut filters = self.asked.query.filters.clone();
        let mut refusals = Vec::new();
        let mut changes = Vec::new();
        if !filters.languages.is_empty() && !filters.languages.contains(&file.language) {
            refusals.push(format!("its language is {}", file.language));
            changes.push(format!("add {} to the filter languages={}", file.language, listed(&filters.languages)));
            filters.languages.push(file.language);
        }
        if !filters.roles.is_empty() && !filters.roles.contains(&file.role) {
            refusals.push(format!("its role is {}", file.role));
            changes.push(format!("add {} to the filter roles={}", file.role, listed(&filters.roles)));
            filters.roles.push(file.role);
        }
        let includes = |globs: &[String]| {
            let only = Filters { include: globs.to_vec(), ..Filters::default() };
            FileFilter::new(&only).is_ok_and(|filter| filter.accepts(file))
        };
        if !includes(&filters.include) {
            refusals.push("no include glob fits it".to_owned());
            changes.push(format!("add `{}` to the filter include={}", file.path, filters.include.join(",")));
            filters.include.push(file.path.as_str().to_owned());
        }
        let (excluding, others): (Vec<String>, Vec<String>) =
            filters.exclude.into_iter().partition(|glob| includes(std::slice::from_ref(glob)));
        filters.exclude = others;
        for glob in excluding {
            refusals.push(format!("the glob `{glob}` excludes it"));
            changes.push(format!("drop the filter exclude={glob}"));
        }
        let fate = Fate::new(Verdict::Filtered, Stage::Filter, refusals.join(", and "));
        Some(Lost { fate, remedy: Remedy::Accept(changes.join(", and "), filters) })
    }

    /// The file's passages are all in definitions of other kinds than those asked for.
    fn of_other_kinds(&self) -> Lost {
        let kinds = listed(&self.asked.query.filters.kinds);
        let filters = Filters { kinds: Vec::new(), ..self.asked.query.filters.clone() };
        let detail = format!("none of its passages is in a definition of the kinds {kinds}");
        let fate = Fate::new(Verdict::Filtered, Stage::Filter, detail);
        Lost { fate, remedy: Remedy::Accept(format!("drop the filter kinds={kinds}"), filters) }
    }

    fn unmatched(&self) -> Result<Lost> {
        if self.asked.question.terms.is_empty() {
            let fate = Fate::new(Verdict::NotMatched, Stage::Retrieve, "the question holds no word and no number");
            return Ok(Lost { fate, remedy: Remedy::Text("ask with a word of the file".to_owned()) });
        }
        let document = self.searcher.read(self.file)?;
        let firm = document.parsed.spans.iter().enumerate().filter(|(_, span)| features::firmness(span.kind) >= 0.8);
        let symbols = firm.filter_map(|(number, _)| document.symbol(number, self.searcher.masks_secrets()));
        let mut seen = BTreeSet::new();
        let names: Vec<String> =
            symbols.map(|symbol| symbol.name).filter(|name| seen.insert(name.clone())).take(MAX_NAMES).collect();
        let remedy = match names.is_empty() {
            true => format!("ask with the path `{}`, or with a word of its text", document.path),
            false => format!("ask with a word of the file; its names are: {}", names.join(", ")),
        };
        let detail = "the question shares no word with its text, its names or its path";
        Ok(Lost { fate: Fate::new(Verdict::NotMatched, Stage::Retrieve, detail), remedy: Remedy::Text(remedy) })
    }

    /// A cut at a rank, with the limit that would reach it.
    fn cut(&self, fate: Fate, start: usize) -> Result<Lost> {
        let remedy = match self.limit_needed(start)? {
            Some(limit) => format!("raise the limit to {limit}"),
            None => format!("narrow the search with the filter include={}", self.path()),
        };
        Ok(Lost { fate, remedy: Remedy::Text(remedy) })
    }

    /// The smallest limit from `start` on that reaches the file. With the limit more files are weighed, so ranks only
    /// sink; the first limit that is its own rank or more is the smallest.
    fn limit_needed(&self, start: usize) -> Result<Option<usize>> {
        let mut limit = start.max(self.limit() + 1);
        while limit <= MAX_LIMIT {
            self.asked.watch.check("explain")?;
            match self.rank(limit)? {
                Some(rank) if rank <= limit => return self.limit_with_reranker(limit),
                Some(rank) => limit = rank,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// A reranker may put the file below a limit that reaches it; asked for all it sees, it cannot.
    fn limit_with_reranker(&self, limit: usize) -> Result<Option<usize>> {
        if self.searcher.shared.host.reranker.is_none() || limit >= self.searcher.config().rerank.pool {
            return Ok(Some(limit));
        }
        let wider = self.asked.query.clone().with_limit(limit);
        let results = self.searcher.answer(&wider, &self.searcher.host().watch(self.limits))?;
        let is_in = results.hits.iter().any(|hit| hit.path == *self.path());
        Ok(Some(if is_in { limit } else { self.searcher.config().rerank.pool }))
    }

    /// The place of the file's best passage of the kinds asked for among the passages of a search for `limit` hits.
    fn rank(&self, limit: usize) -> Result<Option<usize>> {
        let passages = self.searcher.passages(&self.asked, &self.evidence, limit)?;
        if !self.asked.filter.restricts_kinds() {
            return Ok(passages.iter().position(|passage| passage.file == self.file).map(|place| place + 1));
        }
        let mut analyser = Analyser::new();
        let mut rank = 0;
        for passage in passages {
            self.asked.watch.check("explain")?;
            let document = self.searcher.read(passage.file)?;
            let hit = self.searcher.hit(&passage, &document, (&self.asked.question, &mut analyser));
            if hit.is_some_and(|hit| self.asked.filter.accepts_kind(hit.kind)) {
                rank += 1;
                if passage.file == self.file {
                    return Ok(Some(rank));
                }
            }
        }
        Ok(None)
    }
}

fn listed<T: fmt::Display>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}
