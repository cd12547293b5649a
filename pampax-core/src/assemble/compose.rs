//! From what search found to a bundle: pieces, their levels, the packing, and the account of it.

use crate::assemble::budget::{BUDGETS, Fitted, Sheets, fit};
use crate::assemble::bundle::{Bundle, DropReason, Dropped, Item, Request, Stop, StopReason};
use crate::assemble::ladder::{View, views};
use crate::assemble::pack::Prices;
use crate::assemble::page::Page;
use crate::assemble::piece::{Piece, Pieces, pieces};
use crate::assemble::render::{Heading, Style};
use crate::error::{Error, Result};
use crate::host::TokenCounter;
use crate::search::{Document, Hit, SearchResults};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a bundle is made from.
pub(crate) struct Material {
    pub(crate) results: SearchResults,
    /// The documents of the first hits; of fewer than there are hits when the call was stopped.
    pub(crate) documents: Vec<Arc<Document>>,
    /// What stopped the reading of documents, if anything did.
    pub(crate) stopped: Result<()>,
}

/// Makes the bundle of what search found.
///
/// # Errors
/// `INVALID_ARGUMENT` when the counter counts more than the budget in a text without pieces.
pub(crate) fn compose(
    request: &Request,
    material: Material,
    (style, counter): (Style, &dyn TokenCounter),
    go_on: &dyn Fn() -> Result<()>,
) -> Result<Bundle> {
    let Material { results, documents, stopped } = material;
    let by_path: BTreeMap<_, _> = documents.iter().map(|document| (&document.path, document)).collect();
    let pages: BTreeMap<_, Page<'_>> =
        by_path.into_iter().map(|(path, document)| (path, Page::new(document, style.masking))).collect();
    let page_of_hit: Vec<&Page<'_>> = documents.iter().filter_map(|document| pages.get(&document.path)).collect();
    let Pieces { pieces, duplicates } = pieces(&results.hits, &page_of_hit);
    let ladders: Vec<Vec<View>> = pieces.iter().map(views).collect();
    let sheets = sheets(request, style, &pieces, &ladders);
    let mut prices = Prices::new(&sheets.ladders, counter);
    let mut fitted = fit(&sheets, &mut prices, (counter, request.budget), go_on)?;
    fitted.stopped = stopped.and(fitted.stopped);
    let account = Account {
        request,
        results: &results,
        pieces: &pieces,
        ladders: &ladders,
        fitted: &fitted,
        reached: documents.len(),
    };
    let items = account.items(&mut prices);
    let dropped = account.dropped(&duplicates, &mut prices);
    let stop = account.stop(&sheets, &dropped, &mut prices, counter);
    Ok(Bundle {
        query: request.query.clone(),
        text: fitted.text,
        tokens: fitted.tokens,
        budget: request.budget,
        tokenizer: counter.name().to_owned(),
        items,
        dropped,
        stop,
        degraded: results.degraded,
        generation: results.generation,
    })
}

/// The rendered views of all pieces, with their frames.
fn sheets(request: &Request, style: Style, pieces: &[Piece<'_>], ladders: &[Vec<View>]) -> Sheets {
    Sheets {
        ladders: pieces.iter().zip(ladders).map(|(piece, views)| rendered(style, piece, views)).collect(),
        titled: style.titled_frame(&request.query),
        bare: style.bare_frame(),
    }
}

fn rendered(style: Style, piece: &Piece<'_>, views: &[View]) -> Vec<String> {
    let document = piece.page.document;
    let heading = Heading {
        path: &document.path,
        lines: piece.page.lines(piece.bytes),
        symbol: piece.label.symbol.as_deref(),
        language: document.language,
    };
    views.iter().map(|view| style.section(&heading, view.level, &view.body)).collect()
}

/// Everything that is known once the text stands.
struct Account<'a> {
    request: &'a Request,
    results: &'a SearchResults,
    pieces: &'a [Piece<'a>],
    ladders: &'a [Vec<View>],
    fitted: &'a Fitted,
    /// How many hits have their document.
    reached: usize,
}

impl Account<'_> {
    fn chosen(&self) -> impl Iterator<Item = (usize, usize)> {
        let views = self.fitted.packing.views.iter().enumerate();
        views.filter_map(|(piece, view)| Some((piece, (*view)?)))
    }

    fn items(&self, prices: &mut Prices<'_>) -> Vec<Item> {
        self.chosen().map(|(piece, view)| self.item(piece, view, prices)).collect()
    }

    fn item(&self, index: usize, view: usize, prices: &mut Prices<'_>) -> Item {
        let piece = &self.pieces[index];
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
            level: self.ladders[index][view].level,
            why_not_higher: view.checked_sub(1).map(|_| self.why_not_higher(index, view, prices)),
            tokens: prices.of(index, view),
            score: label.score,
            contributions: label.contributions,
        }
    }

    fn why_not_higher(&self, index: usize, view: usize, prices: &mut Prices<'_>) -> String {
        if let Err(stopped) = &self.fitted.stopped {
            return format!("the call ended before more detail was tried: {stopped}");
        }
        let available = self.fitted.packing.left + prices.of(index, view);
        let level = self.ladders[index][view - 1].level;
        let needed = prices.estimate(index, view - 1);
        format!("{level} needs about {needed} tokens where {available} are left")
    }

    fn dropped(&self, duplicates: &[usize], prices: &mut Prices<'_>) -> Vec<Dropped> {
        let mut reasons: BTreeMap<usize, (DropReason, Option<usize>)> = BTreeMap::new();
        reasons.extend((self.reached..self.results.hits.len()).map(|hit| (hit, (DropReason::NotReached, None))));
        reasons.extend(duplicates.iter().map(|hit| (*hit, (DropReason::Duplicate, None))));
        for (index, piece) in self.pieces.iter().enumerate() {
            let why = match self.fitted.packing.views.get(index) {
                Some(Some(_)) => continue,
                Some(None) => (DropReason::OverBudget, Some(prices.of(index, self.ladders[index].len() - 1))),
                None => (DropReason::NotReached, None),
            };
            reasons.extend(piece.candidates.iter().map(|hit| (*hit, why)));
        }
        reasons.into_iter().map(|(hit, (reason, tokens))| dropped(&self.results.hits[hit], reason, tokens)).collect()
    }

    fn stop(&self, sheets: &Sheets, dropped: &[Dropped], prices: &mut Prices<'_>, counter: &dyn TokenCounter) -> Stop {
        let is_all_full = dropped.iter().all(|dropped| dropped.reason == DropReason::Duplicate)
            && self.chosen().all(|(_, view)| view == 0);
        let asked = self.request.candidates;
        if self.results.hits.is_empty() {
            let suggestion = self.results.suggestion.clone();
            return stop(
                StopReason::NoResults,
                "nothing matches the question".to_owned(),
                suggestion.into_iter().collect(),
            );
        }
        if let Err(stopped) = &self.fitted.stopped {
            return self.stopped(stopped);
        }
        if !is_all_full {
            return self.budget_reached(sheets, prices, counter);
        }
        let (count, left) = (self.results.hits.len(), self.request.budget - self.fitted.tokens);
        if count < asked {
            let detail = format!("search offers {count} candidates; all are in at full level, {left} tokens are left");
            return stop(
                StopReason::CandidatesExhausted,
                detail,
                vec!["ask with other words for other code".to_owned()],
            );
        }
        let detail = format!("all {asked} candidates are in at full level, {left} tokens are left");
        stop(StopReason::Satisfied, detail, vec![format!("ask for more than {asked} candidates")])
    }

    fn stopped(&self, stopped: &Error) -> Stop {
        let detail =
            format!("{stopped}; {} of {} candidates were considered", self.considered(), self.results.hits.len());
        match stopped {
            Error::Cancelled { .. } => stop(StopReason::Cancelled, detail, Vec::new()),
            _ => stop(
                StopReason::Deadline,
                detail,
                vec!["allow more time".to_owned(), "ask for fewer candidates".to_owned()],
            ),
        }
    }

    /// How many candidates were packed or found to be in already.
    fn considered(&self) -> usize {
        let pieces = self.pieces.iter().take(self.fitted.packing.views.len());
        pieces.map(|piece| piece.candidates.len()).sum()
    }

    fn budget_reached(&self, sheets: &Sheets, prices: &mut Prices<'_>, counter: &dyn TokenCounter) -> Stop {
        let pieces = 0..self.pieces.len();
        if self.chosen().next().is_none() {
            let fitting =
                |piece: usize| Some(counter.count(&sheets.bare.around([sheets.ladders[piece].last()?.as_str()])));
            let needed = pieces.filter_map(fitting).min().unwrap_or(0).max(*BUDGETS.start());
            let detail = format!("no candidate fits into {} tokens, even at its lowest level", self.request.budget);
            return stop(StopReason::BudgetReached, detail, vec![format!("a budget of at least {needed} tokens")]);
        }
        let (shown, all) = (self.chosen().count(), self.pieces.len());
        let full = self.chosen().filter(|(_, view)| *view == 0).count();
        let wanted: usize =
            pieces.map(|piece| prices.estimate(piece, 0)).sum::<usize>() + counter.count(&sheets.titled.around([]));
        let mut next_steps = vec![format!("a budget of about {wanted} tokens would hold every candidate in full")];
        if full < shown {
            next_steps.push("expand the pieces that are not shown in full by their span ids".to_owned());
        }
        stop(StopReason::BudgetReached, format!("{shown} of {all} pieces fit, {full} of them in full"), next_steps)
    }
}

fn stop(reason: StopReason, detail: String, next_steps: Vec<String>) -> Stop {
    Stop { reason, detail, next_steps }
}

fn dropped(hit: &Hit, reason: DropReason, tokens: Option<usize>) -> Dropped {
    let Hit { path, start_line, end_line, score, .. } = hit;
    Dropped { path: path.clone(), start_line: *start_line, end_line: *end_line, score: *score, reason, tokens }
}
