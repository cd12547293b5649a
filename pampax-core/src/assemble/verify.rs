//! Whether what a bundle was made from has moved, and the bundle once more.

use crate::assemble::bundle::{Bundle, StopReason};
use crate::assemble::imprint::{Change, Files, Imprint, standings};
use crate::assemble::policy::Policy;
use crate::assemble::receipt::{Basis, Call, ENGINE, Fingerprint, Receipt};
use crate::assemble::session::Known;
use crate::assemble::{Assembler, Format, told};
use crate::error::{Degradation, Error, Result};
use crate::host::log::{Completion, Event};
use crate::limits::{Limits, Watch};
use crate::source::{ContentHash, Freshness, Generation, RepoPath, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// Whether something is what it was.
    Sameness {
        /// It is.
        Same = "same",
        /// It is not.
        Other = "other",
    }
}

impl Sameness {
    fn of(is_same: bool) -> Sameness {
        if is_same { Sameness::Same } else { Sameness::Other }
    }
}

/// What a receipt says about the present.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// Whether [`Assembler::replay`] gives the same bytes for sure: the generation, all indexed files and the
    /// configuration are the same, and neither the time nor the caller ended the bundle. An embedder, a reranker and a
    /// token counter of the host are taken at their word, and so is the receipt: it is not signed, and one that was
    /// edited by hand is only found out by a replay. When it is false, a replay may still give the same bytes.
    pub is_unchanged: bool,
    /// The generation of this index against that of the receipt.
    pub generation: Sameness,
    /// The paths and contents of all indexed files against those of the receipt.
    pub index: Sameness,
    /// The configuration against that of the receipt.
    pub config: Sameness,
    /// What of the bundle reads differently in this index, is gone, or stands at other lines.
    pub moved: Vec<Change>,
    /// Each file of the bundle on disk against this index, ordered by path.
    pub disk: Vec<FileOnDisk>,
    /// What follows, in a sentence for people.
    pub detail: String,
    /// The state of the index that was asked.
    pub current_generation: Generation,
}

/// One file of a bundle as it lies on disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FileOnDisk {
    /// The file.
    pub path: RepoPath,
    /// Whether it still is the indexed one, by its size and time of modification; missing when it is not indexed.
    pub freshness: Freshness,
}

/// How the text of a replay compares with that of the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Replay {
    /// The text has the same bytes.
    Identical,
    /// It has not.
    Differs {
        /// The line of the text, counted from 1, at which the first section that differs begins: a receipt holds no
        /// text, only the hash of each section.
        line: usize,
    },
}

impl Replay {
    fn of(receipt: &Receipt, text: &str) -> Replay {
        if receipt.text_bytes == text.len() && receipt.text_hash == ContentHash::of(text.as_bytes()) {
            return Replay::Identical;
        }
        let bytes = text.as_bytes();
        let is_same = |item: &&Imprint| {
            let end = item.section_start.saturating_add(item.section_bytes);
            bytes.get(item.section_start..end).is_some_and(|section| ContentHash::of(section) == item.section_hash)
        };
        let same = receipt.items.iter().take_while(is_same).last();
        let until = same.map_or(0, |item| item.section_start.saturating_add(item.section_bytes));
        let line = bytes.iter().take(until).filter(|byte| **byte == b'\n').count() + 1;
        Replay::Differs { line }
    }
}

impl Assembler {
    /// Whether anything that a bundle was made from has moved since, without making it again.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a receipt of another version of its form, `DEADLINE_EXCEEDED`, `CANCELLED`,
    /// `INDEX_DAMAGED`, `IO`.
    pub fn verify(&self, receipt: &Receipt, limits: &Limits) -> Result<Verification> {
        let watch = self.watch(limits);
        let verify = || self.verified(receipt, &watch);
        watch.observer().operation(Event::AssembleVerify, verify, |verification, end| {
            let fields = || vec![("is_unchanged", verification.is_unchanged.into())];
            end.log(Completion::Ok, "a receipt was compared with the index", fields);
        })
    }

    fn verified(&self, receipt: &Receipt, watch: &Watch) -> Result<Verification> {
        receipt.check()?;
        watch.check("verify")?;
        let imprints: Vec<&Imprint> = receipt.items.iter().collect();
        let standings = self.with_files(watch, |files| standings(&imprints, files))?;
        let changes = imprints.iter().zip(&standings).filter_map(|(imprint, standing)| standing.change(imprint));
        let policy = self.policy(&receipt.asked);
        let differences = self.fingerprint(&receipt.asked, policy)?.differences(&receipt.config);
        let generation = Sameness::of(self.searcher.generation() == receipt.generation);
        let index = Sameness::of(self.searcher.digest() == receipt.index);
        let obstacle = obstacle(receipt, (generation, index), &differences);
        Ok(Verification {
            is_unchanged: obstacle.is_none(),
            generation,
            index,
            config: Sameness::of(differences.is_empty()),
            moved: changes.collect(),
            disk: self.on_disk(receipt),
            detail: obstacle.unwrap_or_else(|| "nothing moved: a replay gives the same bytes".to_owned()),
            current_generation: self.searcher.generation(),
        })
    }

    /// Asks again what a receipt says was asked. [`Bundle::replay`] says whether the text is the same, byte for byte.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a receipt of another version of its form; those of [`Assembler::assemble`] or
    /// [`Assembler::expand`].
    pub fn replay(&self, receipt: &Receipt, limits: &Limits) -> Result<Bundle> {
        let watch = self.watch(limits);
        let replay = || self.replayed(receipt, &watch);
        watch.observer().operation(Event::AssembleReplay, replay, told::bundle)
    }

    fn replayed(&self, receipt: &Receipt, watch: &Watch) -> Result<Bundle> {
        receipt.check()?;
        let mut bundle = match &receipt.asked {
            Call::Assemble(request) => self.assembled(request, watch)?,
            Call::Expand(expansion) => self.expanded(expansion, watch)?,
        };
        if receipt.config.engine != ENGINE {
            let why = format!("the receipt is of engine {}, this is {ENGINE}", receipt.config.engine);
            bundle.degraded.push(Degradation::new("replay", why));
        }
        bundle.replay = Some(Replay::of(receipt, &bundle.text));
        Ok(bundle)
    }

    /// What a bundle for `asked` is bound to.
    pub(super) fn basis(&self, asked: Call, policy: &Policy, watch: &Watch) -> Result<Basis> {
        let known = asked.session().map(|session| self.with_files(watch, |files| Known::read(session, files)));
        let known = known.transpose()?;
        let config = self.fingerprint(&asked, policy)?;
        Ok(Basis { asked, index: self.searcher.digest(), config, known })
    }

    fn fingerprint(&self, asked: &Call, policy: &Policy) -> Result<Fingerprint> {
        let host = self.searcher.host();
        let config = self.searcher.config();
        let reranker = host.reranker.as_ref().map(|reranker| reranker.id());
        let settings =
            (&config.features, config.rerank.pool, config.embedding.exact_scan_limit, &config.embedding.query_prefix);
        // Only what is tuned: the table comes with the engine, whose version is told.
        let tuned = self.searcher.tuned_weights();
        let policy = match tuned {
            None => serde_json::to_vec(&(policy, settings, reranker)),
            Some(weights) => serde_json::to_vec(&(policy, settings, reranker, weights)),
        };
        let policy = policy.map_err(|error| Error::internal(format!("a policy has no JSON form: {error}")))?;
        Ok(Fingerprint {
            engine: ENGINE.to_owned(),
            masks_secrets: self.searcher.masks_secrets(),
            tokenizer: asked.tokenizer().to_owned(),
            policy: ContentHash::of(&policy),
            embedder: host.embedder.as_ref().map(|embedder| embedder.id().to_owned()),
            has_reranker: host.reranker.is_some(),
        })
    }

    fn with_files<T>(&self, watch: &Watch, look: impl FnOnce(&Files<'_>) -> Result<T>) -> Result<T> {
        let document = |path: &RepoPath| {
            watch.check("compare")?;
            self.searcher.document(path)
        };
        let masking = self.style(Format::Markdown).masking;
        look(&Files { hash: &|path| self.searcher.content_hash(path), document: &document, masking })
    }

    fn on_disk(&self, receipt: &Receipt) -> Vec<FileOnDisk> {
        let mut paths: Vec<&RepoPath> = receipt.items.iter().map(|item| &item.path).collect();
        paths.sort_unstable();
        paths.dedup();
        let file = |path: &RepoPath| FileOnDisk { path: path.clone(), freshness: self.searcher.freshness(path) };
        paths.into_iter().map(file).collect()
    }
}

/// Why it is not sure that a replay gives the same bytes; nothing when it is.
fn obstacle(receipt: &Receipt, (generation, index): (Sameness, Sameness), differences: &[&str]) -> Option<String> {
    if !differences.is_empty() {
        return Some(format!("the configuration differs in {}", differences.join(", ")));
    }
    if index == Sameness::Other {
        return Some("the indexed files are not those the bundle was made from".to_owned());
    }
    if generation == Sameness::Other {
        return Some("the indexed files are the same, but the index was written to since".to_owned());
    }
    let is_timed = matches!(receipt.stop, StopReason::Deadline | StopReason::Cancelled);
    is_timed.then(|| "the bundle was ended by the time or the caller, which cannot be repeated".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &[&str], new: &str, expected: Replay) {
        let text = old.concat();
        let mut start = 0;
        let item = |section: &&str| {
            let json = serde_json::json!({
                "path": "a.rs", "start_line": 1, "end_line": 1, "level": "full", "symbol": null, "span_id": null,
                "content_hash": ContentHash::default(), "bytes": {"start": 0, "end": 1}, "above": [],
                "text_hash": ContentHash::default(), "section_start": start, "section_bytes": section.len(),
                "section_hash": ContentHash::of(section.as_bytes()),
            });
            start += section.len();
            serde_json::from_value(json).unwrap()
        };
        let receipt = Receipt {
            version: Receipt::VERSION,
            asked: Call::default(),
            generation: Generation(1),
            index: ContentHash::default(),
            config: Fingerprint::default(),
            stop: StopReason::Satisfied,
            text_hash: ContentHash::of(text.as_bytes()),
            text_bytes: text.len(),
            items: old.iter().map(item).collect(),
        };
        let json = serde_json::to_string(&receipt).unwrap();
        let read: Receipt = serde_json::from_str(&json).unwrap();
        assert_eq!(read, receipt);
        assert_eq!(Replay::of(&read, new), expected, "{old:?} {new:?}");
    }

    #[test]
    fn a_replay_names_the_line_where_the_first_other_section_begins() {
        check(&["a\nb\n", "c\n"], "a\nb\nc\n", Replay::Identical);
        check(&["a\nb\n", "c\n"], "a\nb\nd\n", Replay::Differs { line: 3 });
        check(&["a\nb\n", "c\n"], "a\nx\nc\n", Replay::Differs { line: 1 });
        check(&["a\nb\n", "c\n"], "a\nb\nc\nd\n", Replay::Differs { line: 4 });
        check(&["a\nb\n", "c\n"], "", Replay::Differs { line: 1 });
        check(&[], "", Replay::Identical);
        check(&[], "a", Replay::Differs { line: 1 });
    }
}
