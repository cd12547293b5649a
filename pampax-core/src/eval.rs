//! How good retrieval is: questions whose answers are known, measures, and whether a difference is one.
//!
//! [`evaluate`] asks the questions of a searcher; [`mine`] makes them from what the repository says of itself;
//! [`compare`] sets two reports over the same questions side by side. docs/evaluation.md has the formulas.
//!
//! Never here: how a search finds what it finds.

mod comparison;
mod evaluation;
mod gate;
mod history;
mod measures;
mod mined;
mod question;
mod report;
mod significance;
mod wording;

pub use comparison::{Comparison, Difference, compare};
pub use evaluation::{Evaluation, evaluate};
pub use gate::{Check, Gate, GateReport, check};
pub use history::{Commit, HISTORY_ARGUMENTS, read_history};
pub use measures::{Estimate, Quality, accuracy, found, mean, mean_of, quality, rank, recall};
pub use mined::{Mined, Mining, mine};
pub use question::{Question, Source, Target, infer_category, read_questions};
pub use report::{Answered, EvalReport, Group, Named, Retrieved};
pub use significance::{Paired, Tail, paired};
