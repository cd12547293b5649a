//! The promise about the size of the text: packs, renders, counts what was rendered, and packs tighter until it holds.

use crate::assemble::pack::{Offers, Packing, pack};
use crate::assemble::prices::Prices;
use crate::assemble::render::Frame;
use crate::error::{Error, Result};
use crate::host::TokenCounter;
use crate::host::tokens;
use crate::search::query::MAX_LIMIT;

/// The least and the most tokens a budget may be.
pub(crate) const BUDGETS: std::ops::RangeInclusive<usize> = 50..=10_000_000;

/// The frame that repeats the question is used when it costs at most this part of the budget.
const TITLE_SHARE: usize = 50;

/// Checks the numbers of a request.
///
/// # Errors
/// `INVALID_ARGUMENT` for a budget or a number of candidates out of range.
pub(crate) fn check(budget: usize, candidates: usize) -> Result<()> {
    if !BUDGETS.contains(&budget) {
        let reason = format!("{} is not from {} to {}", budget, BUDGETS.start(), BUDGETS.end());
        return Err(Error::argument("budget", reason));
    }
    if !(1..=MAX_LIMIT).contains(&candidates) {
        return Err(Error::argument("candidates", format!("{} is not from 1 to {MAX_LIMIT}", candidates)));
    }
    Ok(())
}

/// What is to be fitted: the rendered views of each piece and the frames, the better frame first.
pub(crate) struct Sheets {
    pub(crate) ladders: Vec<Vec<String>>,
    /// The pieces in the order of the text.
    pub(crate) order: Vec<usize>,
    pub(crate) titled: Frame,
    pub(crate) bare: Frame,
}

impl Sheets {
    /// The text of a packing.
    pub(crate) fn text(&self, frame: &Frame, views: &[Option<usize>]) -> String {
        let section = |piece: &usize| Some(self.ladders[*piece][views.get(*piece).copied()??].as_str());
        frame.around(self.order.iter().filter_map(section))
    }
}

/// A text within the budget.
pub(crate) struct Fitted {
    pub(crate) packing: Packing,
    /// The tokens that pieces could take.
    pub(crate) room: usize,
    pub(crate) text: String,
    pub(crate) tokens: usize,
    /// The error that ended the packing early, if one did.
    pub(crate) stopped: Result<()>,
}

/// Fits `sheets` into `budget` tokens of the whole text.
///
/// # Errors
/// `INVALID_ARGUMENT` when the counter finds more tokens than the budget in the text without any piece.
pub(crate) fn fit(
    sheets: &Sheets,
    (offers, prices): (&Offers, &mut Prices<'_>),
    (counter, budget): (&dyn TokenCounter, usize),
    go_on: &dyn Fn() -> Result<()>,
) -> Result<Fitted> {
    let framed = |frame: &Frame| counter.count(&frame.around([]));
    let is_titled = !sheets.ladders.is_empty() && framed(&sheets.titled).saturating_mul(TITLE_SHARE) <= budget;
    let frame = if is_titled { &sheets.titled } else { &sheets.bare };
    let mut room = budget.saturating_sub(framed(frame));
    let (mut packing, stopped) = pack(prices, offers, room, go_on);
    loop {
        let text = sheets.text(frame, &packing.views);
        let tokens = match tokens::is_additive_over_sections(counter.name()) {
            true => framed(frame) + prices.sum(&packing.views),
            false => counter.count(&text),
        };
        if tokens <= budget {
            return Ok(Fitted { packing, room, text, tokens, stopped });
        }
        if room == 0 {
            let reason = format!("`{}` counts {tokens} tokens in a text without any piece", counter.name());
            return Err(Error::argument("tokenizer", reason));
        }
        // The whole counts for more than its parts: take less room by the same share, and each time a little less.
        let share = (room as u128 * budget as u128 / tokens as u128) as usize;
        room = share.min(room - (room / 16).max(1));
        packing = pack(prices, offers, room, &|| Ok(())).0;
    }
}
