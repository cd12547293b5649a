//! Questions that a repository asks and answers itself: its history, its doc comments, the names of its tests.
//!
//! Never here: asking them.

use crate::error::Result;
use crate::eval::history::Commit;
use crate::eval::question::{Question, Source, Target};
use crate::eval::wording::{FEWEST_WORDS, first_sentence, is_alike, is_housekeeping, meaningful, of_message};
use crate::graph::family::Family;
use crate::graph::tested_stem;
use crate::limits::{Limits, Watch};
use crate::search::corpus::{CorpusFile, FileIndex};
use crate::search::terms::{parts, words};
use crate::search::{Document, Searcher};
use crate::source::{ContentHash, RepoPath, Role, SpanKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The most files that a commit may change, and the most of them that may be its targets: beyond that a message does not
/// say where a change is.
const MOST_CHANGED: usize = 12;
const MOST_TARGETS: usize = 5;

/// The most questions from one file of tests.
const PER_TEST_FILE: usize = 2;

/// What to make questions from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mining {
    /// The commits, newest first.
    pub history: Vec<Commit>,
    /// Where questions may come from.
    pub sources: Vec<Source>,
    /// The most questions from each source.
    pub limit: usize,
}

impl Mining {
    /// At most `limit` questions from each of history, docs and tests.
    pub fn new(history: Vec<Commit>, limit: usize) -> Mining {
        Mining { history, sources: vec![Source::History, Source::Docs, Source::Tests], limit }
    }

    /// The same from these sources only.
    pub fn with_sources(mut self, sources: Vec<Source>) -> Mining {
        self.sources = sources;
        self
    }
}

/// What was made, and of how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mined {
    /// How many commits were looked at.
    pub commits: usize,
    /// How many definitions with a doc comment were looked at.
    pub documented: usize,
    /// How many tests were looked at, in files that are named after the file that they test.
    pub tests: usize,
    /// How many questions come from each source.
    pub questions_by_source: BTreeMap<&'static str, usize>,
    /// The questions: those of history, newest first, then of docs, then of tests.
    #[serde(skip)]
    pub questions: Vec<Question>,
}

/// Makes questions of which the index knows the answers. The same index and history give the same questions.
///
/// # Errors
/// `DEADLINE_EXCEEDED`, `CANCELLED`, `INDEX_DAMAGED`, `IO`.
pub fn mine(searcher: &Searcher, mining: &Mining, limits: &Limits) -> Result<Mined> {
    let watch = searcher.host().watch(limits);
    let mut mine = Mine { searcher, limit: mining.limit, watch, questions: Questions::default() };
    let (mut commits, mut documented, mut tests) = (0, 0, 0);
    for source in [Source::History, Source::Docs, Source::Tests] {
        if mining.sources.contains(&source) {
            match source {
                Source::History => commits = mine.history(&mining.history)?,
                Source::Docs => documented = mine.docs()?,
                _ => tests = mine.tests()?,
            }
        }
    }
    let questions = mine.questions.taken;
    let mut questions_by_source = BTreeMap::new();
    for question in &questions {
        *questions_by_source.entry(question.source.name()).or_default() += 1;
    }
    Ok(Mined { commits, documented, tests, questions_by_source, questions })
}

/// The questions so far, of which none is like another.
#[derive(Default)]
struct Questions {
    taken: Vec<Question>,
    /// The meaningful words of those from the present source.
    words: Vec<BTreeSet<String>>,
}

impl Questions {
    /// Takes a question that says enough and is not like another one of its source.
    fn take(&mut self, question: Question) {
        let words = meaningful(&question.query);
        if words.len() >= FEWEST_WORDS && !self.words.iter().any(|others| is_alike(&words, others)) {
            self.words.push(words);
            self.taken.push(question);
        }
    }
}

struct Mine<'a> {
    searcher: &'a Searcher,
    limit: usize,
    watch: Watch,
    questions: Questions,
}

impl Mine<'_> {
    fn is_full(&self) -> bool {
        self.questions.words.len() >= self.limit
    }

    fn files(&self) -> &[CorpusFile] {
        &self.searcher.corpus().files
    }

    /// The files of a role, in an order that has nothing to do with their names.
    fn shuffled(&self, role: Role) -> Vec<FileIndex> {
        let files = self.files();
        let mut chosen: Vec<FileIndex> =
            (0..files.len() as FileIndex).filter(|file| files[*file as usize].role == role).collect();
        chosen.sort_by_cached_key(|file| ContentHash::of(files[*file as usize].path.as_str().as_bytes()).0);
        chosen
    }

    fn history(&mut self, history: &[Commit]) -> Result<usize> {
        self.questions.words.clear();
        let mut seen = 0;
        for commit in history {
            if self.is_full() {
                break;
            }
            self.watch.check("mine")?;
            seen += 1;
            if let Some(question) = self.of_commit(commit) {
                self.questions.take(question);
            }
        }
        Ok(seen)
    }

    /// The question of a commit whose message says where in the code of today it belongs.
    fn of_commit(&self, commit: &Commit) -> Option<Question> {
        if commit.changed.len() > MOST_CHANGED || is_housekeeping(&commit.message) {
            return None;
        }
        let find = |path: &String| self.searcher.corpus().find(&RepoPath::new(path).ok()?);
        let present: Vec<&CorpusFile> =
            commit.changed.iter().filter_map(find).map(|file| &self.files()[file as usize]).collect();
        let mut targets: Vec<Target> =
            present.iter().filter(|file| file.role == Role::Code).map(|file| Target::new(file.path.as_str())).collect();
        targets.sort();
        targets.dedup();
        let is_of_today = present.len() * 2 >= commit.changed.len();
        if !is_of_today || !(1..=MOST_TARGETS).contains(&targets.len()) {
            return None;
        }
        let mut question = Question::new(of_message(&commit.message), targets, Source::History);
        question.id = Some(commit.id.clone());
        Some(question)
    }

    fn docs(&mut self) -> Result<usize> {
        self.questions.words.clear();
        let mut seen = 0;
        for file in self.shuffled(Role::Code) {
            if self.is_full() {
                break;
            }
            self.watch.check("mine")?;
            let document = self.searcher.read(file)?;
            let documented = documented(&document);
            seen += documented.len();
            if let Some(question) = documented.into_iter().find_map(|span| self.of_comment(&document, span)) {
                self.questions.take(question);
            }
        }
        Ok(seen)
    }

    fn of_comment(&self, document: &Document, span: usize) -> Option<Question> {
        let symbol = document.symbol(span, self.searcher.masks_secrets())?;
        let query = first_sentence(&symbol.doc?)?;
        let target = Target::new(document.path.as_str()).with_lines(document.parsed.spans.get(span)?.lines);
        let mut question = Question::new(query, vec![target], Source::Docs);
        question.id = Some(symbol.qualified_name);
        Some(question)
    }

    fn tests(&mut self) -> Result<usize> {
        self.questions.words.clear();
        let mut seen = 0;
        let files = self.shuffled(Role::Test);
        let tested = self.code_by_stem();
        for file in files {
            if self.is_full() {
                break;
            }
            self.watch.check("mine")?;
            let Some(target) = self.tested(file, &tested) else { continue };
            let document = self.searcher.read(file)?;
            let names = test_names(&document);
            seen += names.len();
            for (name, query) in names.into_iter().take(PER_TEST_FILE) {
                let mut question = Question::new(query, vec![Target::new(target.as_str())], Source::Tests);
                question.id = Some(name);
                self.questions.take(question);
            }
        }
        Ok(seen)
    }

    fn code_by_stem(&self) -> BTreeMap<String, Vec<FileIndex>> {
        let mut by_stem: BTreeMap<String, Vec<FileIndex>> = BTreeMap::new();
        for (place, file) in self.files().iter().enumerate().filter(|(_, file)| file.role == Role::Code) {
            by_stem.entry(file.path.stem().to_owned()).or_default().push(place as FileIndex);
        }
        by_stem
    }

    /// The file that a file of tests is named after, if there is only one of its languages.
    fn tested(&self, file: FileIndex, code: &BTreeMap<String, Vec<FileIndex>>) -> Option<RepoPath> {
        let test = self.files().get(file as usize)?;
        let named = code.get(tested_stem(test.path.stem())?)?;
        let family = |file: &CorpusFile| Family::of(file.language);
        let mut fitting =
            named.iter().map(|other| &self.files()[*other as usize]).filter(|other| family(other) == family(test));
        let first = fitting.next()?;
        fitting.next().is_none().then(|| first.path.clone())
    }
}

/// The definitions with a doc comment, in an order that has nothing to do with their place.
fn documented(document: &Document) -> Vec<usize> {
    let spans = &document.parsed.spans;
    let mut found: Vec<usize> = (0..spans.len()).filter(|span| spans[*span].doc.is_some()).collect();
    found.sort_by_cached_key(|span| ContentHash::of(spans[*span].qualified_name.as_bytes()).0);
    found
}

/// The tests of a file with their names as words, where a name says enough; in an order that has nothing to do with their
/// place.
fn test_names(document: &Document) -> Vec<(String, String)> {
    let is_test = |kind| matches!(kind, SpanKind::Function | SpanKind::Method | SpanKind::Target);
    let spans = document.parsed.spans.iter().filter(|span| is_test(span.kind));
    let mut names: Vec<(String, String)> = spans
        .filter_map(|span| {
            let query = as_words(&span.name);
            let name = span.name.to_lowercase();
            let is_named = span.kind == SpanKind::Target || name.contains("test") || name.starts_with("should");
            (is_named && meaningful(&query).len() >= FEWEST_WORDS).then(|| (span.name.clone(), query))
        })
        .collect();
    names.sort_by_cached_key(|(name, _)| ContentHash::of(name.as_bytes()).0);
    names
}

/// The words of a name, without those that say that it is a test.
fn as_words(name: &str) -> String {
    let all = words(name).flat_map(parts);
    let told = all.filter(|word| !["test", "tests", "should"].contains(&word.to_lowercase().as_str()));
    told.collect::<Vec<&str>>().join(" ")
}
