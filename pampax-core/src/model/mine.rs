//! Lessons from source trees: doc comments, names, paths and tests, each with the definition that it stands for.
//!
//! Never here: what is learned from them, and history, which the program hands in.

use super::deny;
use super::lessons::{Collector, Counted, Counter, Lesson, Lessons, language_number};
use super::{prose, tokens};
use crate::classify;
use crate::config::Config;
use crate::error::Result;
use crate::host::{Clock, SystemClock};
use crate::limits::Watch;
use crate::parallel::{self, Bounds};
use crate::parse::{self, ParseLimits, Parsed, Span};
use crate::source::{ByteRange, Language, Role, SpanKind};
use crate::walk::{self, SourceFile, WalkedFile};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// More bytes of a definition are not read.
const DEFINITION_BYTES: usize = 1_800;
/// Of a definition without a doc comment at least so many bytes are wanted.
const UNDOCUMENTED_BYTES: u32 = 200;
/// One of so many definitions without a doc comment is taken.
const UNDOCUMENTED_SHARE: u64 = 3;
/// The most lessons of one file.
const FILE_LESSONS: usize = 60;

/// A folder to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// What the provenance calls it.
    pub name: String,
    /// Where it lies.
    pub root: PathBuf,
}

impl Source {
    /// The folder `root`, called by its own name and that of the folder above it.
    pub fn new(root: &Path) -> Source {
        let names: Vec<_> = root.components().rev().take(2).map(|name| name.as_os_str().to_string_lossy()).collect();
        Source { name: names.into_iter().rev().collect::<Vec<_>>().join("/"), root: root.to_path_buf() }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mined {
    /// Files that were read.
    pub files: u64,
    /// Files and folders' files that the list of names in [`super::deny`] kept out.
    pub denied: u64,
    /// Files whose preparation ended in a caught panic: a bug, to be reported.
    pub failed: u64,
    /// Definitions with at least one question.
    pub lessons: u64,
}

/// Bounds of what is taken from one source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub max_bytes: u64,
    pub max_lessons: usize,
    pub threads: usize,
}

/// Gathers the lessons of every source, in order.
///
/// # Errors
/// Those of walking the roots and of the watch.
pub(crate) fn mine(
    sources: &[Source],
    share: Share,
    watch: &Watch,
    told: &dyn Fn(&str, Mined),
) -> Result<(Lessons, Mined)> {
    let mut miner = Miner { collector: Collector::default(), seen: HashSet::new(), mined: Mined::default(), files: 0 };
    for source in sources {
        miner.take(source, share, watch)?;
        told(&source.name, miner.mined);
    }
    Ok((miner.collector.lessons, miner.mined))
}

struct Miner {
    collector: Collector,
    /// Questions and definitions that were met already: copies teach nothing.
    seen: HashSet<u64>,
    mined: Mined,
    files: u32,
}

impl Miner {
    fn take(&mut self, source: &Source, share: Share, watch: &Watch) -> Result<()> {
        let own_name = source.name.rsplit('/').next().unwrap_or(&source.name);
        if deny::denied_name(own_name).is_some() {
            self.mined.denied += 1;
            return Ok(());
        }
        let config = Config::default();
        let mut found = walk::walk(&source.root, &config, &source.root.join(".pampax"), watch)?.files;
        let before = found.len();
        found.retain(|file| deny::denied(file.path.as_str()).is_none());
        self.mined.denied += (before - found.len()) as u64;
        let clock = SystemClock::new();
        let files = sample(found, share.max_bytes);
        let items: Vec<(WalkedFile, u64)> = files.into_iter().map(|file| (file.clone(), file.size)).collect();
        let bounds = Bounds { threads: share.threads, items: 64, weight: 64 << 20 };
        let (mut harvests, mut failed) = (Vec::new(), 0);
        parallel::ordered_map(
            &items,
            &bounds,
            |file| harvest(&source.root, file, &config, &clock),
            |_, outcome| {
                watch.check("mine")?;
                failed += u64::from(outcome.is_err());
                harvests.extend(outcome.ok().flatten());
                Ok(())
            },
        )?;
        self.mined.failed += failed;
        self.mined.files += harvests.len() as u64;
        self.add(source, harvests, share.max_lessons);
        Ok(())
    }

    fn add(&mut self, source: &Source, harvests: Vec<Harvest>, max_lessons: usize) {
        let package = self.collector.lessons.packages.len() as u32;
        let mut ranks: Vec<u64> = harvests.iter().flat_map(|harvest| harvest.finds.iter().map(Find::rank)).collect();
        ranks.sort_unstable();
        let limit = ranks.get(max_lessons).copied().unwrap_or(u64::MAX);
        let mut definitions: HashMap<String, Lesson> = HashMap::new();
        let mut tests = Vec::new();
        let first = self.collector.lessons.lessons.len();
        for harvest in harvests {
            self.files += 1;
            let ids = self.collector.adopt(harvest.tokens);
            for find in harvest.finds.iter().filter(|find| find.rank() < limit) {
                if self.seen.insert(find.identity) {
                    let lesson = self.keep(find, &ids, (package, language_number(harvest.language)));
                    definitions.entry(find.key.clone()).or_insert(lesson);
                    self.collector.lessons.lessons.push(lesson);
                }
            }
            tests.extend(harvest.tests.iter().map(|(key, text)| (key.clone(), self.collector.keep(text, &ids))));
        }
        for (key, question) in tests {
            if let Some(tested) = tested(&key, &definitions) {
                let nothing = Default::default();
                self.collector.lessons.lessons.push(Lesson { question, comment: nothing, name: nothing, ..*tested });
            }
        }
        let count = self.collector.lessons.lessons.len() - first;
        self.mined.lessons += count as u64;
        self.collector.lessons.packages.push(source.name.replace('\n', " "));
    }

    fn keep(&mut self, find: &Find, ids: &[u32], (package, language): (u32, u32)) -> Lesson {
        let mut keep = |text: &[Counted]| self.collector.keep(text, ids);
        Lesson {
            package,
            file: self.files,
            language,
            question: keep(&find.question),
            comment: keep(&find.comment),
            name: keep(&find.name),
            path: keep(&find.path),
            definition: keep(&find.definition),
            chunk: keep(&find.chunk),
        }
    }
}

/// The definition that a test is named after: the longest beginning of its name that is the name of one.
fn tested<'a>(key: &str, definitions: &'a HashMap<String, Lesson>) -> Option<&'a Lesson> {
    let words: Vec<&str> = key.split(' ').collect();
    let name = |count: usize| words[..count].join(" ");
    (1..=words.len())
        .rev()
        .filter(|count| *count > 1 || words.len() <= 2)
        .find_map(|count| definitions.get(&name(count)))
}

/// Files of at most `max_bytes` together, the same ones every time, in the order of their paths. Tests come last, and what
/// no definition is found in not at all.
fn sample(mut files: Vec<WalkedFile>, max_bytes: u64) -> Vec<WalkedFile> {
    let language = |file: &WalkedFile| parse::language::detect(&file.path, "");
    files.retain(|file| {
        let row = parse::language::row(language(file));
        row.language == Language::Text || row.is_parsed() && !row.is_data
    });
    files.sort_by_cached_key(|file| {
        let is_test = classify::role(&file.path, language(file), "") == Role::Test;
        (is_test, tokens::hash(file.path.as_str().as_bytes()))
    });
    let mut sum = 0_u64;
    files.retain(|file| {
        sum = sum.saturating_add(file.size);
        sum <= max_bytes
    });
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// What one file gives.
struct Harvest {
    language: Language,
    tokens: Vec<Box<str>>,
    finds: Vec<Find>,
    /// Tests: the words of their names joined with spaces, and as tokens.
    tests: Vec<(String, Vec<Counted>)>,
}

/// A definition with its texts.
struct Find {
    /// Equal for copies, different for all else.
    identity: u64,
    /// The words of its name joined with spaces.
    key: String,
    question: Vec<Counted>,
    comment: Vec<Counted>,
    name: Vec<Counted>,
    path: Vec<Counted>,
    definition: Vec<Counted>,
    chunk: Vec<Counted>,
}

impl Find {
    /// Where it stands among others when there are too many: documented ones first.
    fn rank(&self) -> u64 {
        let upper = if self.question.is_empty() { 1 << 62 } else { 0 };
        upper | self.identity >> 2
    }
}

fn harvest(root: &Path, file: &WalkedFile, config: &Config, clock: &dyn Clock) -> Option<Harvest> {
    let SourceFile { text, language, role, .. } = walk::read(root, file, config).ok()?;
    let row = parse::language::row(language);
    if !row.is_parsed() || row.is_data || matches!(role, Role::Generated | Role::Vendored | Role::Doc) {
        return None;
    }
    let limits = ParseLimits::default();
    let parsed = parse::parse(&text, language, &limits, clock);
    let mut reader =
        Reader { text: &text, parsed: &parsed, path: path_words(file.path.as_str()), counter: Counter::default() };
    let (mut finds, mut tests) = (Vec::new(), Vec::new());
    for (index, span) in parsed.spans.iter().enumerate() {
        match role {
            Role::Test if is_function(span.kind) => tests.extend(reader.test(span)),
            Role::Test => {}
            _ if finds.len() < FILE_LESSONS => finds.extend(reader.find(index, span)),
            _ => {}
        }
    }
    Some(Harvest { language, tokens: reader.counter.tokens, finds, tests })
}

fn is_function(kind: SpanKind) -> bool {
    matches!(kind, SpanKind::Function | SpanKind::Method | SpanKind::Target)
}

fn is_wanted(kind: SpanKind) -> bool {
    use SpanKind::{Element, EnumMember, Field, Key, Rule, Section, Table, Target, Variable};
    !matches!(kind, Element | EnumMember | Field | Key | Rule | Section | Table | Target | Variable)
}

/// The last two names of a path, without the extension.
fn path_words(path: &str) -> String {
    let mut names = path.rsplit('/');
    let file = names.next().unwrap_or(path);
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    format!("{} {stem}", names.next().unwrap_or(""))
}

struct Reader<'a> {
    text: &'a str,
    parsed: &'a Parsed,
    path: String,
    counter: Counter,
}

impl Reader<'_> {
    fn find(&mut self, index: usize, span: &Span) -> Option<Find> {
        let prose = span.doc.and_then(|doc| prose::read(doc.slice(self.text)));
        let size = span.bytes.end - span.bytes.start;
        let definition = span.bytes.slice(self.text);
        let identity = tokens::hash(&[span.name.as_bytes(), definition.as_bytes()].concat());
        let is_taken = prose.is_some() || size >= UNDOCUMENTED_BYTES && identity.is_multiple_of(UNDOCUMENTED_SHARE);
        if !is_wanted(span.kind) || !is_taken {
            return None;
        }
        let chunk = self.parsed.chunks.iter().rfind(|chunk| chunk.bytes.start <= span.bytes.start)?;
        let breadcrumb = span.qualified_name.replace('.', " › ");
        let definition = format!("{breadcrumb}\n{}", self.without_doc(span.bytes, span.doc));
        let chunk = format!("{}\n{}", chunk.breadcrumb, self.without_doc(chunk.bytes, span.doc));
        let (comment, question) = prose.unwrap_or_default();
        let parent = span
            .parent
            .filter(|_| index.is_multiple_of(2))
            .map(|parent| self.parsed.spans[parent as usize].name.as_str());
        let name = format!("{} {}", parent.unwrap_or(""), span.name);
        let mut count = |text: &str| self.counter.count(text);
        Some(Find {
            identity,
            key: key(&span.name),
            question: count(&question),
            comment: count(&comment),
            name: count(&name),
            path: count(&self.path),
            definition: count(&definition),
            chunk: count(&chunk),
        })
    }

    /// The words of a test's name without those that say that it is a test.
    fn test(&mut self, span: &Span) -> Option<(String, Vec<Counted>)> {
        let key: Vec<String> = key(&span.name)
            .split(' ')
            .filter(|word| !matches!(*word, "test" | "tests" | "it" | "should"))
            .map(str::to_owned)
            .collect();
        let key = key.join(" ");
        let counted = self.counter.count(&key);
        (counted.len() >= 2).then_some((key, counted))
    }

    /// A piece of the text up to a bound, the doc comment left out.
    fn without_doc(&self, bytes: ByteRange, doc: Option<ByteRange>) -> String {
        let piece = |start: u32, end: u32| if start < end { ByteRange { start, end }.slice(self.text) } else { "" };
        let mut kept = match doc {
            Some(doc) => {
                let before = piece(bytes.start, bytes.end.min(doc.start));
                [before, piece(bytes.start.max(doc.end), bytes.end)].concat()
            }
            None => bytes.slice(self.text).to_owned(),
        };
        let end = (0..=kept.len().min(DEFINITION_BYTES)).rev().find(|end| kept.is_char_boundary(*end));
        kept.truncate(end.unwrap_or(0));
        kept
    }
}

/// The words of a name, in lower case, joined with spaces.
fn key(name: &str) -> String {
    let mut words = String::new();
    tokens::Tokeniser::default().each(name, &mut |kind, token| {
        if kind == tokens::Kind::Part {
            words.push_str(if words.is_empty() { "" } else { " " });
            words.push_str(token);
        }
    });
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use std::sync::Arc;

    fn mined(files: &[(&str, &str)]) -> (Lessons, Mined) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        for (path, text) in files {
            #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
            std::fs::write(root.join(path), text).unwrap();
        }
        let watch = Watch::start(&Limits::default(), Arc::new(SystemClock::new()));
        let share = Share { max_bytes: 1 << 20, max_lessons: 100, threads: 2 };
        mine(&[Source { name: "project".to_owned(), root }], share, &watch, &|_, _| {}).unwrap()
    }

    fn words(lessons: &Lessons, text: super::super::lessons::Text) -> Vec<&str> {
        lessons.text(text).iter().map(|counted| &*lessons.tokens[counted.id() as usize]).collect()
    }

    const CODE: &str = "/// Opens a door for a guest.\nfn open_door(guest: u8) -> u8 {\n    guest\n}\n";

    #[test]
    fn a_doc_comment_is_the_question_and_is_not_in_the_answer() {
        let (lessons, mined) = mined(&[("src/house/door.rs", CODE)]);
        assert_eq!((mined.files, mined.lessons, mined.denied), (1, 1, 0));
        let lesson = lessons.lessons[0];
        assert_eq!(words(&lessons, lesson.question), ["opens", "a", "door", "for", "guest"]);
        assert_eq!(words(&lessons, lesson.path), ["door", "house"]);
        for text in [lesson.definition, lesson.chunk] {
            let found = words(&lessons, text);
            assert!(found.contains(&"opendoor") && !found.contains(&"opens"), "{found:?}");
        }
    }

    #[test]
    fn a_test_is_a_question_for_what_it_is_named_after() {
        let test = "#[test]\nfn test_open_door_without_a_key() { assert!(true) }\n";
        let (lessons, _) = mined(&[("src/door.rs", CODE), ("tests/door.rs", test)]);
        let [code, tested] = &lessons.lessons[..] else { panic!("{:?}", lessons.lessons) };
        assert_eq!(code.definition, tested.definition);
        assert!(words(&lessons, tested.question).contains(&"key"));
    }

    #[test]
    fn copies_and_names_on_the_list_teach_nothing() {
        let (lessons, mined) =
            mined(&[("a.rs", CODE), ("b.rs", CODE), ("flask/c.rs", CODE), ("lib/redis-7/d.rs", CODE)]);
        assert_eq!((lessons.lessons.len(), mined.denied), (1, 2));
    }
}
