//! Which pieces go into the text, and at which level. Pure.
//!
//! The value of a choice is the sum over files of `W · 3x / (2 + x)`. `W` is the relevance of the file's best piece, `x`
//! the sum over its chosen pieces of relevance / `W` times the worth of the level. The function is monotone and
//! submodular: a second piece of a file adds less than the first, a third less than the second, so that redundancy is
//! counted. It is maximised by lazy greedy choice of value per token (Minoux, Accelerated greedy algorithms, 1978).
//!
//! The bound: the curve lies below each of its tangents. With the tangent at what was chosen in its place the value is a
//! plain sum, and the best plain sum under a budget, of one level for each piece, is at most that of its linear
//! relaxation (Sinha and Zoltners, The multiple-choice knapsack problem, 1979).
//!
//! Counting tokens is the dear part, so that a choice is first made by guessed prices, what it chose is counted, and so
//! again until nothing new is chosen; then the rest is filled by counted prices alone.
//!
//! Required pieces come first, in their order, at the lowest level; when one of them does not fit, nothing optional is
//! taken. Every piece that is left out is one whose lowest level does not fit into what is left.

use crate::assemble::prices::Prices;
use crate::error::Result;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

/// What one piece offers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offer {
    /// The number of its file.
    pub(crate) file: usize,
    /// How relevant it is, above 0 and at most 1.
    pub(crate) relevance: f64,
    /// The worth of each of its views, the most detailed first, above 0 and at most 1.
    pub(crate) worths: Vec<f64>,
    /// Whether it must be in before anything optional is.
    pub(crate) is_required: bool,
    /// The position in [`Offers::quotas`] of the share that it counts against.
    pub(crate) quota: Option<usize>,
}

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Offers {
    pub(crate) offers: Vec<Offer>,
    /// Shares of the budget, from 0 to 1, that groups of optional pieces may take at most.
    pub(crate) quotas: Vec<f64>,
    /// The share of the value of everything in full at which optional pieces are no longer taken; 1 for never.
    pub(crate) goal: f64,
}

impl Offers {
    /// The value of every piece at its most detailed level.
    pub(crate) fn everything(&self) -> f64 {
        let best = best_by_file(&self.offers);
        let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
        for offer in &self.offers {
            let worth = offer.worths.first().copied().unwrap_or(0.0);
            *sums.entry(offer.file).or_insert(0.0) += worth * offer.relevance / best[&offer.file];
        }
        sums.iter().map(|(file, sum)| best[file] * worth_of_sum(*sum)).sum()
    }
}

/// For each file the relevance of its best piece.
fn best_by_file(offers: &[Offer]) -> BTreeMap<usize, f64> {
    let mut best: BTreeMap<usize, f64> = BTreeMap::new();
    for offer in offers {
        let slot = best.entry(offer.file).or_insert(f64::MIN_POSITIVE);
        *slot = slot.max(offer.relevance);
    }
    best
}

/// What was chosen.
#[derive(Debug, PartialEq)]
pub(crate) struct Packing {
    /// For each piece the view that is in, or none.
    pub(crate) views: Vec<Option<usize>>,
    /// What is left of the budget.
    pub(crate) left: usize,
    /// Whether a required piece did not fit.
    pub(crate) is_short_of_required: bool,
    /// Whether packing ended because the goal was reached.
    pub(crate) is_goal_reached: bool,
    /// The value of the choice.
    pub(crate) value: f64,
    /// No choice within the budget has a value above this.
    pub(crate) bound: f64,
}

/// Packs what is offered into `budget`; stops when `go_on` fails, and returns that error beside what is packed until then.
pub(crate) fn pack(
    prices: &mut Prices<'_>,
    offers: &Offers,
    budget: usize,
    go_on: &dyn Fn() -> Result<()>,
) -> (Packing, Result<()>) {
    let mut views = vec![None; offers.offers.len()];
    let mut ended = Ok(());
    for _ in 0..MAX_GUESSES {
        let mut guess = Packer::new(prices, offers, (budget, Pricing::Guessed));
        ended = guess.require(go_on).and_then(|()| guess.fill(go_on));
        views = guess.views;
        if prices.count_all(&views) == 0 || ended.is_err() {
            break;
        }
    }
    let mut packer = Packer::new(prices, offers, (budget, Pricing::Counted));
    packer.resume(&views, true);
    let ended = ended.and_then(|()| packer.require(go_on));
    if !packer.is_short_of_required {
        packer.resume(&views, false);
    }
    let ended = ended.and_then(|()| packer.fill(go_on));
    (packer.finish(budget), ended)
}

/// What [`pack`] would choose if every price that was not counted were as guessed.
pub(crate) fn guess(prices: &mut Prices<'_>, offers: &Offers, budget: usize) -> Packing {
    let mut packer = Packer::new(prices, offers, (budget, Pricing::Guessed));
    // Nothing stops it.
    _ = packer.require(&|| Ok(())).and_then(|()| packer.fill(&|| Ok(())));
    packer.finish(budget)
}

/// How often a choice is made by guessed prices, and its prices counted, before the rest is counted one by one.
const MAX_GUESSES: usize = 6;

/// Whether a price is counted before it is relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pricing {
    Guessed,
    Counted,
}

/// A step that one piece could take.
#[derive(Debug, Clone, Copy)]
struct Step {
    density: f64,
    piece: usize,
    view: usize,
    /// The value of its file's choice when the density was computed.
    file_sum: f64,
    is_counted: bool,
}

impl Ord for Step {
    fn cmp(&self, other: &Step) -> Ordering {
        self.density.total_cmp(&other.density).then(other.piece.cmp(&self.piece)).then(self.view.cmp(&other.view))
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Step) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Step) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Step {}

struct Packer<'a, 'p> {
    prices: &'a mut Prices<'p>,
    pricing: Pricing,
    offers: &'a [Offer],
    /// What is left of each quota.
    quotas: Vec<usize>,
    /// The value at which optional pieces are no longer taken.
    wanted: f64,
    value: f64,
    /// For each file the relevance of its best piece.
    best: BTreeMap<usize, f64>,
    /// For each file the sum of what is chosen of it, in parts of its best piece.
    sums: BTreeMap<usize, f64>,
    views: Vec<Option<usize>>,
    left: usize,
    is_short_of_required: bool,
}

impl<'a, 'p> Packer<'a, 'p> {
    fn new(prices: &'a mut Prices<'p>, offers: &'a Offers, (budget, pricing): (usize, Pricing)) -> Packer<'a, 'p> {
        let quotas = offers.quotas.iter().map(|share| (share * budget as f64) as usize).collect();
        let wanted = if offers.goal < 1.0 { offers.goal * offers.everything() } else { f64::INFINITY };
        let offers = offers.offers.as_slice();
        let views = vec![None; offers.len()];
        Packer {
            prices,
            pricing,
            offers,
            quotas,
            wanted,
            value: 0.0,
            best: best_by_file(offers),
            sums: BTreeMap::new(),
            views,
            left: budget,
            is_short_of_required: false,
        }
    }

    /// Takes what was chosen before, as far as it fits by counted prices.
    fn resume(&mut self, views: &[Option<usize>], is_required: bool) {
        for (piece, view) in views.iter().enumerate() {
            let Some(view) = view.filter(|_| self.offers[piece].is_required == is_required) else { continue };
            let price = self.prices.within(piece, view, self.room(piece));
            if price <= self.room(piece) {
                self.take(piece, view, price);
            }
        }
    }

    /// Takes the lowest level of every required piece that is not in.
    fn require(&mut self, go_on: &dyn Fn() -> Result<()>) -> Result<()> {
        for piece in 0..self.offers.len() {
            if !self.offers[piece].is_required || self.views[piece].is_some() {
                continue;
            }
            go_on()?;
            let Some(lowest) = self.offers[piece].worths.len().checked_sub(1) else { continue };
            let price = match self.pricing {
                Pricing::Guessed => self.prices.estimate(piece, lowest),
                Pricing::Counted => self.prices.within(piece, lowest, self.left),
            };
            match price <= self.left {
                true => self.take(piece, lowest, price),
                false => self.is_short_of_required = true,
            }
        }
        Ok(())
    }

    /// Takes the step of the highest density, again and again, until none fits.
    fn fill(&mut self, go_on: &dyn Fn() -> Result<()>) -> Result<()> {
        let mut steps = BinaryHeap::new();
        for piece in 0..self.offers.len() {
            steps.extend(self.next_step(piece).or_else(|| self.lowest_step(piece)));
        }
        while let Some(step) = steps.pop() {
            let cost = self.cost(&step);
            let is_fresh = step.is_counted && step.file_sum == self.sum_of(self.offers[step.piece].file);
            if !is_fresh || cost > self.room(step.piece) {
                // Densities only fall, so a step that is still ahead of the others when it comes up again is the best.
                steps.extend(self.counted_step(step.piece));
                continue;
            }
            if self.value >= self.wanted {
                break;
            }
            go_on()?;
            self.take(step.piece, step.view, cost);
            steps.extend(self.next_step(step.piece));
        }
        Ok(())
    }

    /// What a piece may cost.
    fn room(&self, piece: usize) -> usize {
        let offer = &self.offers[piece];
        let quota = offer.quota.filter(|_| !offer.is_required).and_then(|quota| self.quotas.get(quota));
        quota.map_or(self.left, |quota| self.left.min(*quota))
    }

    fn sum_of(&self, file: usize) -> f64 {
        self.sums.get(&file).copied().unwrap_or(0.0)
    }

    /// The part of its file's sum that a view makes up.
    fn share(&self, piece: usize, view: Option<usize>) -> f64 {
        let offer = &self.offers[piece];
        let worth = view.and_then(|view| offer.worths.get(view)).copied().unwrap_or(0.0);
        worth * offer.relevance / self.best.get(&offer.file).copied().unwrap_or(1.0)
    }

    /// What a step costs beside what is paid already.
    fn cost(&self, step: &Step) -> usize {
        self.prices.estimate(step.piece, step.view).saturating_sub(self.paid(step.piece))
    }

    fn paid(&self, piece: usize) -> usize {
        self.views[piece].map_or(0, |now| self.prices.estimate(piece, now))
    }

    /// The densest step of a piece that may fit, by guessed prices where none are counted.
    fn next_step(&self, piece: usize) -> Option<Step> {
        let above = self.views[piece].unwrap_or(self.offers[piece].worths.len());
        let (paid, room) = (self.paid(piece), self.room(piece));
        let steps = (0..above).filter(|_| self.may_take(piece)).filter_map(|view| {
            let cost = self.prices.estimate(piece, view).saturating_sub(paid);
            let is_counted = self.pricing == Pricing::Guessed || self.prices.is_counted(piece, view);
            // A guess that is too high by a quarter must not keep a piece out.
            let most = if is_counted { room } else { room + room / 4 };
            (cost <= most).then(|| self.step(piece, view, cost, is_counted))
        });
        steps.max()
    }

    /// The same step by counted prices; another one of the piece where the best no longer fits.
    fn counted_step(&mut self, piece: usize) -> Option<Step> {
        while let Some(step) = self.next_step(piece) {
            if step.is_counted {
                return Some(step);
            }
            self.prices.of(piece, step.view);
        }
        self.lowest_step(piece)
    }

    /// The lowest level of a piece that is not in: the last that could fit where the guesses said that none does.
    fn lowest_step(&mut self, piece: usize) -> Option<Step> {
        if self.pricing == Pricing::Guessed || self.views[piece].is_some() || !self.may_take(piece) {
            return None;
        }
        let lowest = self.offers[piece].worths.len().checked_sub(1)?;
        let room = self.room(piece);
        let price = self.prices.within(piece, lowest, room);
        (price <= room).then(|| self.step(piece, lowest, price, true))
    }

    fn may_take(&self, piece: usize) -> bool {
        !self.is_short_of_required || self.offers[piece].is_required && self.views[piece].is_some()
    }

    fn step(&self, piece: usize, view: usize, cost: usize, is_counted: bool) -> Step {
        let offer = &self.offers[piece];
        let file_sum = self.sum_of(offer.file);
        let gain = self.share(piece, Some(view)) - self.share(piece, self.views[piece]);
        let best = self.best.get(&offer.file).copied().unwrap_or(1.0);
        let value = best * (worth_of_sum(file_sum + gain) - worth_of_sum(file_sum));
        Step { density: value / cost.max(1) as f64, piece, view, file_sum, is_counted }
    }

    fn take(&mut self, piece: usize, view: usize, cost: usize) {
        let gain = self.share(piece, Some(view)) - self.share(piece, self.views[piece]);
        let offer = &self.offers[piece];
        let best = self.best.get(&offer.file).copied().unwrap_or(1.0);
        let sum = self.sums.entry(offer.file).or_insert(0.0);
        self.value += best * (worth_of_sum(*sum + gain) - worth_of_sum(*sum));
        *sum += gain;
        self.views[piece] = Some(view);
        self.left = self.left.saturating_sub(cost);
        if let Some(quota) = offer.quota.and_then(|quota| self.quotas.get_mut(quota)) {
            *quota = quota.saturating_sub(cost);
        }
    }

    fn finish(self, budget: usize) -> Packing {
        let files = self.best.iter();
        let value = files.map(|(file, best)| best * worth_of_sum(self.sum_of(*file))).sum();
        // Nobody asks how good a guess is.
        let bound = if self.pricing == Pricing::Counted { self.bound(budget).max(value) } else { f64::INFINITY };
        let is_goal_reached = self.value >= self.wanted;
        let Packer { views, left, is_short_of_required, .. } = self;
        Packing { views, left, is_short_of_required, is_goal_reached, value, bound }
    }

    /// The value that no choice within `budget` exceeds; see the head of this file.
    fn bound(&self, budget: usize) -> f64 {
        let tangent = |file: usize| 6.0 / (2.0 + self.sum_of(file)).powi(2);
        let constant = |(file, best): (&usize, &f64)| {
            let sum = self.sum_of(*file);
            best * (worth_of_sum(sum) - tangent(*file) * sum)
        };
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for (piece, offer) in self.offers.iter().enumerate() {
            let points = offer.worths.iter().enumerate().map(|(view, worth)| {
                let price = self.prices.floor(piece, view) as f64;
                (price, worth * offer.relevance * tangent(offer.file))
            });
            steps.extend(hull_steps(points.collect()));
        }
        steps.sort_by(|left, right| (right.1 / right.0.max(1e-9)).total_cmp(&(left.1 / left.0.max(1e-9))));
        let mut room = budget as f64;
        let mut sum: f64 = self.best.iter().map(constant).sum();
        for (cost, gain) in steps {
            let share = if cost <= room { 1.0 } else { (room / cost).max(0.0) };
            sum += gain * share;
            room -= cost * share;
            if share < 1.0 {
                break;
            }
        }
        sum
    }
}

/// The value of a file of relevance 1 of which `sum` is chosen: 1 when that is one piece in full.
fn worth_of_sum(sum: f64) -> f64 {
    3.0 * sum / (2.0 + sum)
}

/// The steps (cost, gain) along the upper convex hull of points (price, value), from nothing upwards: densities fall.
fn hull_steps(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_by(|left, right| left.0.total_cmp(&right.0).then(right.1.total_cmp(&left.1)));
    let mut hull: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    for point in points {
        let density = |from: (f64, f64), to: (f64, f64)| (to.1 - from.1) / (to.0 - from.0).max(1e-9);
        while let [.., before, last] = hull[..]
            && density(last, point) >= density(before, last)
        {
            hull.pop();
        }
        if hull.last().is_some_and(|last| point.1 > last.1) {
            hull.push(point);
        }
    }
    hull.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::TokenCounter;
    use proptest::prelude::*;

    /// Counts bytes.
    struct Bytes;

    impl TokenCounter for Bytes {
        fn name(&self) -> &str {
            "bytes"
        }

        fn count(&self, text: &str) -> usize {
            text.len()
        }
    }

    /// A piece: its file, its relevance, the (price, worth) of its views with the most detailed first, whether required.
    type Row = (usize, f64, Vec<(usize, f64)>, bool);

    fn offers(rows: &[Row]) -> (Offers, Vec<Vec<String>>) {
        let offer = |(file, relevance, views, is_required): &Row| Offer {
            file: *file,
            relevance: *relevance,
            worths: views.iter().map(|(_, worth)| *worth).collect(),
            is_required: *is_required,
            quota: None,
        };
        let ladders = rows.iter().map(|(_, _, views, _)| views.iter().map(|(price, _)| "x".repeat(*price)).collect());
        (Offers { offers: rows.iter().map(offer).collect(), quotas: Vec::new(), goal: 1.0 }, ladders.collect())
    }

    fn packed(rows: &[Row], budget: usize) -> Packing {
        let (offers, ladders) = offers(rows);
        let (packing, ended) = pack(&mut Prices::new(&ladders, &Bytes), &offers, budget, &|| Ok(()));
        ended.unwrap();
        packing
    }

    /// The value of the best choice there is, by trying all.
    fn best_of_all(rows: &[Row], budget: usize) -> f64 {
        let (offers, ladders) = offers(rows);
        let mut best: f64 = 0.0;
        let mut choice = vec![0usize; rows.len()];
        loop {
            let price: usize = choice
                .iter()
                .enumerate()
                .filter(|(_, view)| **view > 0)
                .map(|(piece, view)| ladders[piece][view - 1].len())
                .sum();
            if price <= budget {
                best = best.max(value_of(&offers.offers, &choice));
            }
            let Some(next) = (0..rows.len()).find(|piece| choice[*piece] < rows[*piece].2.len()) else { return best };
            choice[next] += 1;
            choice[..next].fill(0);
        }
    }

    fn value_of(offers: &[Offer], choice: &[usize]) -> f64 {
        let best = best_by_file(offers);
        let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
        for (offer, view) in offers.iter().zip(choice) {
            let worth = view.checked_sub(1).map_or(0.0, |view| offer.worths[view]);
            *sums.entry(offer.file).or_insert(0.0) += worth * offer.relevance / best[&offer.file];
        }
        sums.iter().map(|(file, sum)| best[file] * worth_of_sum(*sum)).sum()
    }

    fn rows(most: usize, requires: bool) -> impl Strategy<Value = Vec<Row>> {
        let views = proptest::collection::vec((1usize..40, 0.05f64..1.0), 1..4).prop_map(|mut views| {
            views.sort_by_key(|(price, _)| std::cmp::Reverse(*price));
            let mut worths: Vec<f64> = views.iter().map(|(_, worth)| *worth).collect();
            worths.sort_by(|left, right| right.total_cmp(left));
            views.iter().zip(worths).map(|((price, _), worth)| (*price, worth)).collect::<Vec<_>>()
        });
        proptest::collection::vec((0usize..3, 0.01f64..1.0, views, any::<bool>()), 0..most).prop_map(move |mut rows| {
            rows.iter_mut().for_each(|row| row.3 &= requires);
            rows
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn the_bound_is_above_the_best_choice_and_the_choice_is_near_it(rows in rows(5, false), budget in 0usize..150) {
            let (packing, best) = (packed(&rows, budget), best_of_all(&rows, budget));
            prop_assert!(packing.bound >= best - 1e-9, "bound {} best {}", packing.bound, best);
            prop_assert!(packing.value <= best + 1e-9);
            let dearest = rows.iter().flat_map(|row| row.2.first()).map(|view| view.0).max().unwrap_or(0);
            // With room for a few pieces greedy loses little; one piece that just does not fit can be half of a small budget.
            prop_assert!(budget < 4 * dearest || packing.value >= 0.85 * best, "{} of {}", packing.value, best);
        }

        #[test]
        fn what_is_left_out_does_not_fit(rows in rows(12, true), budget in 0usize..400) {
            let packing = packed(&rows, budget);
            let price = |piece: usize, view: usize| rows[piece].2[view].0;
            let spent: usize = packing.views.iter().enumerate().filter_map(|(piece, view)| Some(price(piece, (*view)?))).sum();
            prop_assert_eq!(spent + packing.left, budget);
            for (piece, view) in packing.views.iter().enumerate() {
                let is_kept_out = packing.is_short_of_required && !rows[piece].3;
                match view {
                    None => prop_assert!(is_kept_out || price(piece, rows[piece].2.len() - 1) > packing.left),
                    Some(_) => prop_assert!(!is_kept_out, "an optional piece is in beside a missing required one"),
                }
            }
            let is_missing = packing.views.iter().zip(&rows).any(|(view, row)| row.3 && view.is_none());
            prop_assert_eq!(is_missing, packing.is_short_of_required);
        }

        #[test]
        fn more_budget_never_lowers_the_bound(rows in rows(8, false), budget in 0usize..300) {
            prop_assert!(packed(&rows, budget + 50).bound + 1e-9 >= packed(&rows, budget).value);
        }
    }

    #[test]
    fn a_second_piece_of_a_file_counts_for_less() {
        let piece = |file: usize, relevance: f64| (file, relevance, vec![(10, 1.0)], false);
        // Room for two: the less relevant other file is worth more than a second piece of the first.
        let packing = packed(&[piece(0, 1.0), piece(0, 0.9), piece(1, 0.6)], 20);
        assert_eq!(packing.views, [Some(0), None, Some(0)]);
    }

    #[test]
    fn a_quota_holds_a_group_back_and_a_goal_ends_the_packing() {
        let rows: Vec<Row> = (0..6).map(|file| (file, 1.0, vec![(10, 1.0)], false)).collect();
        let (mut offers, ladders) = offers(&rows);
        offers.quotas = vec![0.2];
        offers.offers.iter_mut().take(3).for_each(|offer| offer.quota = Some(0));
        let with = |offers: &Offers| pack(&mut Prices::new(&ladders, &Bytes), offers, 100, &|| Ok(())).0;
        assert_eq!(with(&offers).views, [Some(0), Some(0), None, Some(0), Some(0), Some(0)]);
        offers.goal = 0.5;
        let packing = with(&offers);
        assert_eq!((packing.views.iter().flatten().count(), packing.is_goal_reached), (3, true));
    }

    #[test]
    fn text_of_much_white_space_is_not_kept_out_by_a_guess() {
        struct Words;
        impl TokenCounter for Words {
            fn name(&self) -> &str {
                "words"
            }
            fn count(&self, text: &str) -> usize {
                text.split_whitespace().count()
            }
        }
        let ladders = vec![vec![format!("a{}b", " ".repeat(28))]];
        let (offers, _) = offers(&[(0, 1.0, vec![(30, 1.0)], false)]);
        let (packing, _) = pack(&mut Prices::new(&ladders, &Words), &offers, 2, &|| Ok(()));
        assert_eq!(packing.views, [Some(0)]);
    }
}
