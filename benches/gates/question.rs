//! Questions whose right answers are known.

use crate::Failure;
use pampax_core::Limits;
use pampax_core::{Assembler, Query, Request, Searcher};
use std::path::Path;

/// A question, a part of the path of a right answer, and the package that has it.
pub struct Question {
    text: &'static str,
    part: &'static str,
    package: &'static str,
}

const fn question(text: &'static str, part: &'static str) -> Question {
    Question { text, part, package: part }
}

const QUESTIONS: &[Question] = &[
    question("adler32 rolling checksum", "adler2"),
    question("vector of a fixed capacity on the stack", "arrayvec"),
    question("swap an arc atomically", "arc-swap"),
    question("base64 decoding with a custom alphabet", "base64"),
    question("anyhow error with context and backtrace", "anyhow"),
    question("async_trait boxes the futures of trait methods", "async-trait"),
    question("AhoCorasickBuilder", "aho-corasick"),
    question("how are ansi escape codes written for a color", "anstyle"),
    question("blake3 keyed hash", "blake3"),
    question("parse command line arguments with subcommands", "clap"),
    question("select over several crossbeam channels", "crossbeam"),
    question("BitPacker4x packs blocks of integers", "bitpacking"),
    question("crc32fast baseline and specialized hasher state", "crc32fast"),
    question("compute a levenshtein automaton", "levenshtein"),
    question("glob set matching many patterns", "globset"),
    question("gitignore file parsing", "ignore"),
    question("encode text as shift_jis", "encoding_rs"),
    question("date and time zone arithmetic", "jiff"),
    Question { text: "cubic tcp congestion control window", part: "net/ipv4/tcp_cubic.c", package: "net" },
    Question { text: "ext4_new_inode", part: "fs/ext4/ialloc.c", package: "fs" },
    Question { text: "pick_next_entity", part: "kernel/sched/fair.c", package: "kernel" },
    Question { text: "select a process for the oom killer", part: "mm/oom_kill.c", package: "mm" },
];

/// The questions whose package is in the tree.
///
/// # Errors
/// Fewer than four: then it is not a tree of the corpus.
pub fn in_tree(root: &Path) -> Result<Vec<&'static Question>, Failure> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(root)? {
        folders.push(entry?.file_name().to_string_lossy().into_owned());
    }
    // A package of Cargo.lock has its version in the name of its folder; others lie in a folder of just their name.
    let is_of = |question: &Question, folder: &String| match question.package == question.part {
        true => folder.contains(question.package),
        false => folder == question.package,
    };
    let is_there = |question: &&Question| folders.iter().any(|folder| is_of(question, folder));
    let questions: Vec<_> = QUESTIONS.iter().filter(is_there).collect();
    match questions.len() {
        0..4 => Err(format!("{} answers only {} questions", root.display(), questions.len()).into()),
        _ => Ok(questions),
    }
}

impl Question {
    /// Asks `searcher`; the check of the answer is in the closure that comes back, which is not to be timed.
    pub fn search(&self, searcher: &Searcher) -> Result<impl FnOnce() -> Result<(), Failure>, Failure> {
        let results = searcher.search(&Query::new(self.text), &Limits::default())?;
        Ok(move || {
            let is_right = |hit: &pampax_core::Hit| hit.path.as_str().contains(self.part) && !hit.snippet.is_empty();
            self.check(results.hits.iter().any(is_right), "hits", || {
                results.hits.iter().map(|hit| hit.path.as_str().to_owned()).collect()
            })?;
            match results.degraded.iter().find(|degradation| degradation.is_trouble()) {
                Some(degradation) => Err(format!("`{}` is degraded: {degradation:?}", self.text).into()),
                None => Ok(()),
            }
        })
    }

    /// Puts a bundle of 5,000 tokens together; the check is as that of a search.
    pub fn assemble(&self, assembler: &Assembler) -> Result<impl FnOnce() -> Result<(), Failure>, Failure> {
        let bundle = assembler.assemble(&Request::new(self.text, 5_000), &Limits::default())?;
        Ok(move || {
            let is_full = bundle.tokens > 1_000 && bundle.tokens <= bundle.budget && bundle.text.contains(self.part);
            let is_right = is_full && bundle.items.iter().any(|item| item.path.as_str().contains(self.part));
            self.check(is_right, "bundle", || bundle.items.iter().map(|item| item.path.as_str().to_owned()).collect())
        })
    }

    fn check(&self, is_right: bool, what: &str, paths: impl FnOnce() -> Vec<String>) -> Result<(), Failure> {
        match is_right {
            true => Ok(()),
            false => Err(format!("`{}`: no {} among the {what}: {:?}", self.text, self.part, paths()).into()),
        }
    }
}
