//! Which pieces go into the text, and at which level. Pure.
//!
//! The best piece chooses first. A piece may take half of what is left of the budget, so that the returns of staying
//! with one piece diminish and the text holds many; it takes the most detailed level within that half, or its least
//! detailed one if that fits at all. What is left at the end goes, best first, into more detail.

use crate::error::Result;
use crate::host::TokenCounter;

/// Source is never fewer tokens than its bytes by this number, so that longer text is not counted in vain.
const MAX_BYTES_PER_TOKEN: usize = 16;

/// The price in tokens of each view of each piece, counted once and only when asked for.
pub(crate) struct Prices<'a> {
    ladders: &'a [Vec<String>],
    counter: &'a dyn TokenCounter,
    counted: Vec<Vec<Option<usize>>>,
}

impl<'a> Prices<'a> {
    /// Prices of `ladders`: for each piece its rendered views, the most detailed first.
    pub(crate) fn new(ladders: &'a [Vec<String>], counter: &'a dyn TokenCounter) -> Prices<'a> {
        let counted = ladders.iter().map(|views| vec![None; views.len()]).collect();
        Prices { ladders, counter, counted }
    }

    pub(crate) fn of(&mut self, piece: usize, view: usize) -> usize {
        let text = &self.ladders[piece][view];
        *self.counted[piece][view].get_or_insert_with(|| self.counter.count(text))
    }

    /// The price if it was counted, else a guess that is rather too high.
    pub(crate) fn estimate(&self, piece: usize, view: usize) -> usize {
        self.counted[piece][view].unwrap_or_else(|| self.ladders[piece][view].len().div_ceil(3))
    }

    /// The most detailed view of `piece`, at or after `from`, that costs at most `allowance`.
    fn best_within(&mut self, piece: usize, from: usize, allowance: usize) -> Option<(usize, usize)> {
        (from..self.ladders[piece].len()).find_map(|view| {
            let can_fit = self.ladders[piece][view].len() <= allowance.saturating_mul(MAX_BYTES_PER_TOKEN);
            let price = if can_fit { self.of(piece, view) } else { usize::MAX };
            (price <= allowance).then_some((view, price))
        })
    }
}

/// What was chosen.
#[derive(Debug, PartialEq)]
pub(crate) struct Packing {
    /// For each piece that was considered the view that is in, or none.
    pub(crate) views: Vec<Option<usize>>,
    /// What is left of the budget.
    pub(crate) left: usize,
}

/// Packs the first `count` pieces into `budget`; stops considering pieces when `go_on` fails, and returns that error.
pub(crate) fn pack(
    prices: &mut Prices<'_>,
    count: usize,
    budget: usize,
    go_on: &dyn Fn() -> Result<()>,
) -> (Packing, Result<()>) {
    let mut packing = Packing { views: Vec::new(), left: budget };
    for piece in 0..count {
        if let Err(stopped) = go_on() {
            return (packing, Err(stopped));
        }
        let lowest = prices.ladders[piece].len().saturating_sub(1);
        let left = packing.left;
        let choice = prices.best_within(piece, 0, left / 2).or_else(|| prices.best_within(piece, lowest, left));
        packing.left -= choice.map_or(0, |(_, price)| price);
        packing.views.push(choice.map(|(view, _)| view));
    }
    let finished = raise(prices, &mut packing, go_on);
    (packing, finished)
}

/// Spends what is left on more detail, best first.
fn raise(prices: &mut Prices<'_>, packing: &mut Packing, go_on: &dyn Fn() -> Result<()>) -> Result<()> {
    for piece in 0..packing.views.len() {
        let Some(view) = packing.views[piece].filter(|view| *view > 0) else { continue };
        go_on()?;
        let available = packing.left + prices.of(piece, view);
        if let Some((better, price)) = prices.best_within(piece, 0, available) {
            packing.views[piece] = Some(better);
            packing.left = available - price;
        }
    }
    Ok(())
}
