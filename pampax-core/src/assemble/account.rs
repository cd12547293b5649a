//! The account of a packing: what is in and why at that level, what is not and why, what ended it, what more would buy.
//!
//! Never here: the choice itself.

use crate::assemble::budget::{BUDGETS, Fitted, Sheets};
use crate::assemble::bundle::{
    DropReason, Dropped, Item, Origin, PackingReport, Purchase, PurchasedPiece, Stop, StopReason,
};
use crate::assemble::candidate::Candidate;
use crate::assemble::compose::Parts;
use crate::assemble::pack::{Offers, Packing, guess};
use crate::assemble::page::Page;
use crate::assemble::prices::Prices;
use crate::error::Error;
use crate::host::TokenCounter;
use crate::search::Hit;
use crate::search::rank::rounded;
use std::collections::BTreeMap;

/// The most pieces that are named of what more budget would buy.
const MAX_PURCHASED: usize = 5;

/// Everything that is known once the text stands.
pub(crate) struct Account<'a, 'p> {
    pub(crate) parts: &'a Parts<'a>,
    pub(crate) sheets: &'a Sheets,
    pub(crate) offers: &'a Offers,
    pub(crate) fitted: &'a Fitted,
    pub(crate) prices: Prices<'p>,
    pub(crate) counter: &'a dyn TokenCounter,
}

impl Account<'_, '_> {
    /// The pieces that are in and their views, in the order of the text.
    pub(super) fn chosen(&self) -> impl Iterator<Item = (usize, usize)> {
        let views = &self.fitted.packing.views;
        self.sheets.order.iter().filter_map(|piece| Some((*piece, (*views.get(*piece)?)?)))
    }

    /// What is in, in the order of the text.
    pub(crate) fn items(&mut self) -> Vec<Item> {
        let chosen: Vec<(usize, usize)> = self.chosen().collect();
        chosen.into_iter().map(|(piece, view)| self.item(piece, view)).collect()
    }

    fn item(&mut self, index: usize, view: usize) -> Item {
        let piece = &self.parts.pieces[index];
        let document = piece.page.document;
        let lines = piece.page.lines(piece.bytes);
        let label = piece.label.clone();
        Item {
            path: document.path.clone(),
            start_line: lines.start,
            end_line: lines.end,
            language: document.language,
            role: document.role,
            symbol: label.symbol,
            kind: label.kind,
            span_id: label.span_id,
            level: self.parts.ladders[index][view].level,
            why_not_higher: self.higher(index, view).map(|higher| self.why_not_higher(index, (view, higher))),
            tokens: self.prices.of(index, view),
            origin: label.origin,
            relevance: label.relevance,
            score: label.score,
            contributions: label.contributions,
            edges: label.edges,
            content_hash: document.hash,
            replaces: piece.replaces,
        }
    }

    /// The next view of a higher level than that of `view`.
    fn higher(&self, index: usize, view: usize) -> Option<usize> {
        let views = &self.parts.ladders[index];
        (0..view).rev().find(|higher| views[*higher].level > views[view].level)
    }

    fn why_not_higher(&self, index: usize, (view, higher): (usize, usize)) -> String {
        if let Err(stopped) = self.stopped() {
            return format!("the call ended before more detail was tried: {stopped}");
        }
        if self.fitted.packing.is_goal_reached {
            return "the goal of the policy was reached without it".to_owned();
        }
        let available = self.fitted.packing.left + self.prices.estimate(index, view);
        let level = self.parts.ladders[index][higher].level;
        let needed = self.prices.estimate(index, higher);
        if needed <= available {
            return format!("{level} needs about {needed} tokens, and its role has used up its share of the budget");
        }
        format!("{level} needs about {needed} tokens where {available} are left")
    }

    fn stopped(&self) -> Result<(), &Error> {
        self.parts.material.stopped.as_ref().and(self.fitted.stopped.as_ref())?;
        Ok(())
    }

    /// What is not in, the hits in their order first.
    pub(crate) fn dropped(&mut self) -> Vec<Dropped> {
        let parts = self.parts;
        let mut reasons: BTreeMap<usize, (DropReason, Option<usize>)> = BTreeMap::new();
        let is_told = |candidate: &&usize| !parts.material.candidates[**candidate].label.origin.is_of_graph();
        // What the graph found once more is an edge of the piece that shows it.
        reasons.extend(parts.duplicates.iter().filter(is_told).map(|hit| (*hit, (DropReason::Duplicate, None))));
        reasons.extend(parts.below_floor.iter().map(|candidate| (*candidate, (DropReason::BelowFloor, None))));
        reasons.extend(parts.already_sent.iter().map(|candidate| (*candidate, (DropReason::AlreadySent, None))));
        for index in 0..parts.pieces.len() {
            if let Some(why) = self.why_dropped(index) {
                reasons.extend(parts.pieces[index].candidates.iter().map(|candidate| (*candidate, why)));
            }
        }
        let candidate = |(position, (reason, tokens))| dropped(&parts.material.candidates[position], reason, tokens);
        let mut dropped: Vec<Dropped> = reasons.into_iter().map(candidate).collect();
        dropped.extend(parts.material.results.hits.iter().skip(parts.material.reached).map(not_reached));
        dropped
    }

    fn why_dropped(&mut self, index: usize) -> Option<(DropReason, Option<usize>)> {
        let packing = &self.fitted.packing;
        if packing.views.get(index).copied().flatten().is_some() {
            return None;
        }
        let is_required = self.offers.offers[index].is_required;
        if self.stopped().is_err() {
            return Some((DropReason::NotReached, None));
        }
        if packing.is_short_of_required && !is_required {
            return Some((DropReason::RequiredFirst, None));
        }
        if packing.is_goal_reached {
            return Some((DropReason::NotNeeded, None));
        }
        let left = packing.left;
        let needed = self.prices.of(index, self.parts.ladders[index].len().saturating_sub(1));
        let reason = if needed > left { DropReason::OverBudget } else { DropReason::OverQuota };
        Some((reason, Some(needed)))
    }

    /// How good the choice is and what more budget would buy.
    pub(crate) fn packing(&mut self) -> PackingReport {
        let Packing { value, bound, .. } = self.fitted.packing;
        let is_final = self.stopped().is_err() || self.fitted.packing.is_goal_reached;
        let is_all = self.offers.offers.is_empty() || self.fitted.packing.views.iter().all(|view| *view == Some(0));
        let sizes = if is_final || is_all { &[] } else { PackingReport::MORE };
        PackingReport {
            value: rounded(value),
            bound: rounded(bound),
            reached: if bound > 0.0 { rounded(value / bound) } else { 1.0 },
            everything: rounded(self.offers.everything()),
            more: sizes.iter().map(|tokens| self.purchase(*tokens)).collect(),
        }
    }

    fn purchase(&mut self, tokens: usize) -> Purchase {
        let larger = guess(&mut self.prices, self.offers, self.fitted.room + tokens);
        let views = &self.fitted.packing.views;
        let level = |piece: usize, view: usize| self.parts.ladders[piece][view].level;
        let bought = self.sheets.order.iter().filter_map(|piece| {
            let (now, then) = (views[*piece], larger.views[*piece]?);
            now.is_none_or(|now| level(*piece, then) > level(*piece, now)).then(|| {
                let Page { document, .. } = self.parts.pieces[*piece].page;
                let lines = self.parts.pieces[*piece].page.lines(self.parts.pieces[*piece].bytes);
                PurchasedPiece {
                    path: document.path.clone(),
                    start_line: lines.start,
                    end_line: lines.end,
                    level: level(*piece, then),
                    instead_of: now.map(|now| level(*piece, now)),
                }
            })
        });
        let pieces = bought.take(MAX_PURCHASED).collect();
        Purchase { tokens, value: rounded((larger.value - self.fitted.packing.value).max(0.0)), pieces }
    }

    /// The one condition that ended the packing.
    pub(crate) fn stop(&self, dropped: &[Dropped], packing: &PackingReport) -> Stop {
        let results = &self.parts.material.results;
        if results.hits.is_empty() && self.parts.pieces.is_empty() {
            let suggestion = results.suggestion.clone();
            let steps = suggestion.into_iter().collect();
            return stop(StopReason::NoResults, "nothing matches the question".to_owned(), steps);
        }
        if let Err(stopped) = self.stopped() {
            return self.ended_early(stopped);
        }
        if self.fitted.packing.is_short_of_required {
            return self.short_of_required();
        }
        if self.fitted.packing.is_goal_reached {
            let share = (packing.value / packing.everything.max(f64::MIN_POSITIVE) * 100.0).floor();
            let detail = format!("{share} % of the value of all candidates is in, which is what the policy asks for");
            return stop(StopReason::Satisfied, detail, self.expansion().into_iter().collect());
        }
        let is_all_full = self.chosen().all(|(_, view)| view == 0);
        let is_kept_out = |dropped: &Dropped| {
            !matches!(dropped.reason, DropReason::Duplicate | DropReason::BelowFloor | DropReason::AlreadySent)
        };
        if !is_all_full || dropped.iter().any(is_kept_out) {
            return self.budget_reached(packing);
        }
        self.everything_is_in(dropped)
    }

    fn everything_is_in(&self, dropped: &[Dropped]) -> Stop {
        let (count, asked) = (self.parts.material.results.hits.len(), self.parts.request.candidates);
        let left = self.parts.request.budget - self.fitted.tokens;
        let below = dropped.iter().filter(|dropped| dropped.reason == DropReason::BelowFloor).count();
        if below > 0 {
            let detail = format!("{below} candidates are far less relevant than the best; all others are in in full");
            return stop(StopReason::ScoreCliff, detail, vec!["ask with other words for other code".to_owned()]);
        }
        if count < asked {
            let detail = format!("search offers {count} candidates; all are in at full level, {left} tokens are left");
            let steps = vec!["ask with other words for other code".to_owned()];
            return stop(StopReason::CandidatesExhausted, detail, steps);
        }
        let detail = format!("all {asked} candidates are in at full level, {left} tokens are left");
        stop(StopReason::Satisfied, detail, vec![format!("ask for more than {asked} candidates")])
    }

    fn ended_early(&self, stopped: &Error) -> Stop {
        let chosen = self.chosen().count();
        let detail = format!("{stopped}; {chosen} of {} pieces were packed", self.parts.pieces.len());
        match stopped {
            Error::Cancelled { .. } => stop(StopReason::Cancelled, detail, Vec::new()),
            _ => stop(
                StopReason::Deadline,
                detail,
                vec!["allow more time".to_owned(), "ask for fewer candidates".to_owned()],
            ),
        }
    }

    /// The tokens that the lowest level of every required piece needs, with the frame.
    fn short_of_required(&self) -> Stop {
        let required = (0..self.parts.pieces.len()).filter(|piece| self.offers.offers[*piece].is_required);
        let lowest = required.filter_map(|piece| Some(self.sheets.ladders[piece].last()?.as_str()));
        let needed = self.counter.count(&self.sheets.bare.around(lowest));
        let detail = format!(
            "not everything that is required fits into {} tokens at its lowest level",
            self.parts.request.budget
        );
        stop(StopReason::RequiredOverBudget, detail, vec![format!("a budget of at least {needed} tokens")])
    }

    fn budget_reached(&self, packing: &PackingReport) -> Stop {
        let pieces = 0..self.parts.pieces.len();
        if self.chosen().next().is_none() {
            let alone = |piece: usize| {
                let lowest = self.sheets.ladders[piece].last()?.as_str();
                Some(self.counter.count(&self.sheets.bare.around([lowest])))
            };
            let needed = pieces.filter_map(alone).min().unwrap_or(0).max(*BUDGETS.start());
            let detail =
                format!("no candidate fits into {} tokens, even at its lowest level", self.parts.request.budget);
            return stop(StopReason::BudgetReached, detail, vec![format!("a budget of at least {needed} tokens")]);
        }
        let (shown, all) = (self.chosen().count(), self.parts.pieces.len());
        let full = self.chosen().filter(|(_, view)| *view == 0).count();
        let frame = self.counter.count(&self.sheets.titled.around([]));
        let wanted: usize = pieces.map(|piece| self.prices.ceiling(piece, 0)).sum::<usize>() + frame;
        let mut next_steps = Vec::new();
        if let Some(purchase) = packing.more.iter().find(|purchase| !purchase.pieces.is_empty()) {
            next_steps.push(purchase_in_words(purchase));
        }
        next_steps.push(format!("a budget of about {wanted} tokens would hold every candidate in full"));
        if full < shown {
            next_steps.extend(self.expansion());
        }
        stop(StopReason::BudgetReached, format!("{shown} of {all} pieces fit, {full} of them in full"), next_steps)
    }
}

fn purchase_in_words(purchase: &Purchase) -> String {
    let piece = |piece: &PurchasedPiece| {
        format!("{}:{}-{} at level {}", piece.path, piece.start_line, piece.end_line, piece.level)
    };
    let pieces: Vec<String> = purchase.pieces.iter().map(piece).collect();
    format!("about {} more tokens would buy {}", purchase.tokens, pieces.join(", "))
}

fn stop(reason: StopReason, detail: String, next_steps: Vec<String>) -> Stop {
    Stop { reason, detail, next_steps }
}

fn not_reached(hit: &Hit) -> Dropped {
    Dropped {
        path: hit.path.clone(),
        start_line: hit.start_line,
        end_line: hit.end_line,
        symbol: hit.symbol.clone(),
        origin: Origin::Search,
        score: hit.score,
        reason: DropReason::NotReached,
        tokens: None,
    }
}

fn dropped(candidate: &Candidate, reason: DropReason, tokens: Option<usize>) -> Dropped {
    let lines = candidate.lines();
    Dropped {
        path: candidate.document.path.clone(),
        start_line: lines.start,
        end_line: lines.end,
        symbol: candidate.label.symbol.clone(),
        origin: candidate.label.origin,
        score: candidate.label.score,
        reason,
        tokens,
    }
}
