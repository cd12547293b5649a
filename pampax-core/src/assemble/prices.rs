//! What each view of each piece costs in tokens: counted once and only when asked for, guessed before. Pure.

use crate::host::TokenCounter;

/// What source is guessed to be in bytes for each token before it is counted.
const BYTES_PER_TOKEN: f64 = 3.6;
/// What is not counted is rarely this part fewer bytes for each token than what is.
const CAUTION: f64 = 0.85;
/// Source is hardly ever more bytes for each token than this, so that a price that was not counted is not above it.
const MOST_BYTES_PER_TOKEN: f64 = 5.0;
/// Source is never more bytes for each token than this, so that longer text is not counted in vain.
const MAX_BYTES_PER_TOKEN: usize = 16;

/// The price in tokens of each view of each piece, counted once and only when asked for.
pub(crate) struct Prices<'a> {
    ladders: &'a [Vec<String>],
    counter: &'a dyn TokenCounter,
    counted: Vec<Vec<Option<usize>>>,
    /// What the bytes of a token are taken to be where nothing is counted.
    bytes_per_token: f64,
}

impl<'a> Prices<'a> {
    /// Prices of `ladders`: for each piece its rendered views, the most detailed first.
    pub(crate) fn new(ladders: &'a [Vec<String>], counter: &'a dyn TokenCounter) -> Prices<'a> {
        let counted = ladders.iter().map(|views| vec![None; views.len()]).collect();
        Prices { ladders, counter, counted, bytes_per_token: BYTES_PER_TOKEN }
    }

    pub(crate) fn of(&mut self, piece: usize, view: usize) -> usize {
        let text = &self.ladders[piece][view];
        *self.counted[piece][view].get_or_insert_with(|| self.counter.count(text))
    }

    /// The price if it was counted, else a guess.
    pub(crate) fn estimate(&self, piece: usize, view: usize) -> usize {
        self.price_by(piece, view, self.bytes_per_token)
    }

    /// The price if it was counted, else a guess that is rather too high.
    pub(crate) fn ceiling(&self, piece: usize, view: usize) -> usize {
        self.price_by(piece, view, self.bytes_per_token * CAUTION)
    }

    /// The price if it was counted, else a guess that is hardly ever too high.
    pub(crate) fn floor(&self, piece: usize, view: usize) -> usize {
        self.price_by(piece, view, MOST_BYTES_PER_TOKEN)
    }

    /// Whether the price is not a guess.
    pub(crate) fn is_counted(&self, piece: usize, view: usize) -> bool {
        self.counted[piece][view].is_some()
    }

    fn price_by(&self, piece: usize, view: usize, bytes_per_token: f64) -> usize {
        let guess = || (self.ladders[piece][view].len() as f64 / bytes_per_token).ceil() as usize;
        self.counted[piece][view].unwrap_or_else(guess)
    }

    /// The sum of the prices of `views`.
    pub(crate) fn sum(&mut self, views: &[Option<usize>]) -> usize {
        views.iter().enumerate().map(|(piece, view)| view.map_or(0, |view| self.of(piece, view))).sum()
    }

    /// Counts the prices of `views`; says how many had not been counted.
    pub(crate) fn count_all(&mut self, views: &[Option<usize>]) -> usize {
        let is_new = |(piece, view): &(usize, usize)| self.counted[*piece][*view].is_none();
        let chosen = views.iter().enumerate().filter_map(|(piece, view)| Some((piece, (*view)?)));
        let new: Vec<(usize, usize)> = chosen.filter(is_new).collect();
        let tokens: usize = new.iter().map(|(piece, view)| self.of(*piece, *view)).sum();
        let bytes: usize = new.iter().map(|(piece, view)| self.ladders[*piece][*view].len()).sum();
        if tokens > 0 {
            self.bytes_per_token = bytes as f64 / tokens as f64;
        }
        new.len()
    }

    /// The price, or a number that is above `allowance` as well.
    pub(crate) fn within(&mut self, piece: usize, view: usize, allowance: usize) -> usize {
        let can_fit = self.ladders[piece][view].len() <= allowance.saturating_mul(MAX_BYTES_PER_TOKEN);
        if can_fit { self.of(piece, view) } else { usize::MAX }
    }
}
