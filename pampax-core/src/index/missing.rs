//! Why a file is missing from the results of a query, when the reason lies before the search: in the tree or its rules.
//!
//! Never here: the stages of a search (`search/missing.rs`).

use super::Index;
use crate::classify::{SkipReason, Skipped};
use crate::error::Result;
use crate::limits::Limits;
use crate::search::{Missing, Query, Searcher, Verdict};
use crate::walk::{Explanation, IgnoreRule, PathOutcome};

impl Index {
    /// [`Searcher::explain_missing`]; when the file is not in the index, the answer also tells which rule of the tree
    /// keeps it out, and how to let it in. `searcher` is one of this index.
    ///
    /// # Errors
    /// Those of [`Searcher::search`] and of [`Index::why`].
    pub fn explain_missing(&self, searcher: &Searcher, query: &Query, path: &str, limits: &Limits) -> Result<Missing> {
        let mut missing = searcher.explain_missing(query, path, limits)?;
        if missing.verdict == Verdict::NotIndexed {
            let explanation = self.why(path)?;
            (missing.detail, missing.remedy) = account(&explanation, &missing);
            missing.explanation = Some(explanation);
        }
        Ok(missing)
    }
}

/// What keeps a path out of the index, and what would bring it in.
fn account(explanation: &Explanation, missing: &Missing) -> (String, String) {
    let told = |detail: &str, remedy: &str| (detail.to_owned(), remedy.to_owned());
    match (explanation.outcome, explanation.in_index, &explanation.skipped) {
        (_, Some(true), _) => told("the index has it since this searcher was opened", "open another searcher"),
        (PathOutcome::Indexed, ..) => told("it is newer than the index", "update the index"),
        (PathOutcome::Walked, ..) => {
            let remedy = match missing.near.first() {
                Some(first) => format!("name one of its files, such as `{first}`"),
                None => "name a file".to_owned(),
            };
            ("it is a folder".to_owned(), remedy)
        }
        (PathOutcome::Skipped, _, Some(skipped)) => skip(explanation, skipped),
        _ => {
            let remedy = match missing.near.first() {
                Some(first) => format!("name a file that exists, such as `{first}`"),
                None => "name a file that exists, relative to the root".to_owned(),
            };
            ("there is no such file".to_owned(), remedy)
        }
    }
}

fn skip(explanation: &Explanation, skipped: &Skipped) -> (String, String) {
    let whose = if skipped.path == explanation.path { String::new() } else { format!("{}: ", skipped.path) };
    let detail = format!("{whose}{}: {}", skipped.reason, skipped.detail);
    let remedy = match &explanation.ignore_rule {
        Some(IgnoreRule { file, line, pattern, .. }) => format!("remove line {line} `{pattern}` from {file}"),
        None => way_in(skipped.reason).to_owned(),
    };
    (detail, remedy)
}

/// What would let a file in that is left out for `reason`.
fn way_in(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Ignored => "change the rule that ignores it",
        SkipReason::Hidden => "set indexer.hidden to true",
        SkipReason::TooLarge => "raise indexer.max_file_bytes above its size",
        SkipReason::Secret => "set security.index_secret_files to true",
        SkipReason::Symlink => "ask for the file that the link leads to",
        SkipReason::Unreadable => "let this user read it, and update the index",
        SkipReason::NotUtf8Path => "give it a name in UTF-8",
        SkipReason::Changed => "update the index when it is no longer written to",
        SkipReason::OutsideRoot => "index a folder that holds it",
        SkipReason::Binary | SkipReason::Minified => "nothing: such files are never indexed; ask for their source",
        SkipReason::Internal => "report the panic; until then the file stays out",
        SkipReason::VersionControl | SkipReason::IndexFolder | SkipReason::SpecialFile => {
            "nothing: such files are never indexed"
        }
    }
}
