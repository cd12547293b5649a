//! A log of requests as people and programs make them: some questions again and again, some once, and now and then an
//! edit of the tree.

/// How a log is made.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The number of requests.
    pub requests: usize,
    /// The requests between two edits; `None` for a tree that nobody edits.
    pub between_edits: Option<usize>,
    /// The share of requests that nobody made before or makes again.
    pub unseen: f64,
    /// How fast the popularity of questions falls with their rank.
    pub exponent: f64,
    /// Where the dice start.
    pub seed: u64,
}

/// One entry of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The question of this number.
    Known(usize),
    /// A question that comes once; counted from 0.
    Unseen(usize),
    /// A file is edited, and the index brought up to date.
    Edit,
}

/// A log over `questions` questions. Which of them are popular is drawn too.
pub fn log(shape: &Shape, questions: usize) -> Vec<Entry> {
    let mut dice = Dice(shape.seed);
    let mut popular: Vec<usize> = (0..questions).collect();
    for place in (1..questions).rev() {
        popular.swap(place, dice.below(place + 1));
    }
    let weights: Vec<f64> = (1..=questions).map(|rank| (rank as f64).powf(-shape.exponent)).collect();
    let total: f64 = weights.iter().sum();
    let (mut entries, mut unseen) = (Vec::new(), 0);
    for request in 0..shape.requests {
        if request > 0 && shape.between_edits.is_some_and(|between| request % between == 0) {
            entries.push(Entry::Edit);
        }
        if dice.share() < shape.unseen {
            entries.push(Entry::Unseen(unseen));
            unseen += 1;
        } else {
            entries.push(Entry::Known(popular[drawn(&weights, dice.share() * total)]));
        }
    }
    entries
}

/// The first place at which the weights add up to more than `mark`.
fn drawn(weights: &[f64], mut mark: f64) -> usize {
    for (place, weight) in weights.iter().enumerate() {
        mark -= weight;
        if mark < 0.0 {
            return place;
        }
    }
    weights.len() - 1
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to before 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From 0 to before `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.share() * bound as f64) as usize
    }
}
