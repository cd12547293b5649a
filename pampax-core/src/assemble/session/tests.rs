//! The promises of a session, over random requests and edits between them.

use super::*;
use crate::assemble::bundle::Item;
use crate::assemble::candidate::of_hits;
use crate::assemble::compose::{Asked, Manner, Material, compose};
use crate::assemble::fixture::{document, function, hit};
use crate::assemble::policy::Policy;
use crate::assemble::receipt::{Basis, Call};
use crate::assemble::render::{Format, Style};
use crate::host::tokens::Tokenizer;
use crate::parse::redact::Masking;
use crate::search::{Document, Intent, SearchResults};
use crate::source::Generation;
use proptest::prelude::*;
use std::sync::Arc;

const FILES: usize = 3;

/// What happens between two looks at the session.
#[derive(Debug, Clone)]
enum Step {
    /// Asks for these definitions of files, best first, within a budget.
    Ask { hits: Vec<(usize, usize)>, budget: usize },
    /// Writes the definition anew.
    Change { file: usize, definition: usize },
    /// Puts a definition before the others.
    Insert { file: usize },
    /// Deletes the file, or makes it again.
    Toggle { file: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let ask = (prop::collection::vec((0..FILES, 0..6usize), 1..6), 50..900usize);
    prop_oneof![
        4 => ask.prop_map(|(hits, budget)| Step::Ask { hits, budget }),
        1 => (0..FILES, 0..6usize).prop_map(|(file, definition)| Step::Change { file, definition }),
        1 => (0..FILES).prop_map(|file| Step::Insert { file }),
        1 => (0..FILES).prop_map(|file| Step::Toggle { file }),
    ]
}

/// Files whose every line of code is written only once, ever.
struct Tree {
    files: Vec<Option<Vec<String>>>,
    documents: Vec<Option<Arc<Document>>>,
    written: usize,
}

impl Tree {
    fn new() -> Tree {
        let mut tree = Tree { files: vec![None; FILES], documents: vec![None; FILES], written: 0 };
        (0..FILES).for_each(|file| tree.toggle(file));
        tree.parse();
        tree
    }

    fn definition(&mut self) -> String {
        self.written += 1;
        function(&format!("name{}x", self.written), [3, 30, 12, 50][self.written % 4])
    }

    fn toggle(&mut self, file: usize) {
        self.files[file] = match &self.files[file] {
            Some(_) => None,
            None => Some((0..4).map(|_| self.definition()).collect()),
        };
    }

    fn edit(&mut self, step: &Step) {
        let definition = self.definition();
        match step {
            Step::Ask { .. } => {}
            Step::Toggle { file } => self.toggle(*file),
            Step::Insert { file } => self.files[*file].iter_mut().for_each(|all| all.insert(0, definition.clone())),
            Step::Change { file, definition: position } => {
                let slots = self.files[*file].iter_mut().filter_map(|all| all.get_mut(*position));
                slots.for_each(|slot| slot.clone_from(&definition));
            }
        }
        self.parse();
    }

    fn parse(&mut self) {
        let parsed = |(file, all): (usize, &Option<Vec<String>>)| Some(document(&path(file), &all.as_ref()?.concat()));
        self.documents = self.files.iter().enumerate().map(parsed).collect();
    }

    fn document(&self, file: usize) -> Option<Arc<Document>> {
        self.documents[file].clone()
    }

    fn named(&self, path: &RepoPath) -> Option<Arc<Document>> {
        (0..FILES).find(|file| self::path(*file) == path.as_str()).and_then(|file| self.document(file))
    }

    /// The bundle for `hits` that are there.
    fn ask(&self, hits: &[(usize, usize)], budget: usize, session: &Session) -> Bundle {
        let found = hits.iter().filter_map(|(file, definition)| {
            let document = self.document(*file)?;
            (*definition < document.parsed.spans.len()).then_some((document, *definition))
        });
        let found: Vec<(Arc<Document>, usize)> = found.collect();
        let ranked = found.iter().enumerate();
        let hits = ranked.map(|(rank, (document, span))| hit(document, *span, 1.0 / (rank + 1) as f64)).collect();
        let results =
            SearchResults { hits, degraded: Vec::new(), suggestion: None, confidence: 0.0, generation: Generation(1) };
        let candidates = of_hits(&results.hits, found.into_iter().map(|(document, _)| document).collect());
        let mut asked = Request::new("what is computed", budget);
        asked.session = Some(session.clone());
        let files = Files {
            hash: &|path| self.named(path).map(|document| document.hash),
            document: &|path| Ok(self.named(path)),
            masking: Masking::Masked,
        };
        let known = Some(Known::read(session, &files).unwrap());
        let basis = Basis { asked: Call::Assemble(asked.clone()), known, ..Basis::default() };
        let request = within(&asked).unwrap();
        let kind = Asked { intent: Intent::Search, why: String::new() };
        let material = Material { reached: candidates.len(), results, candidates, stopped: Ok(()), basis };
        let style = Style { format: Format::Markdown, masking: Masking::Masked };
        let policy = Policy { floor: 0.0, ..Policy::default() };
        let manner = Manner { policy: &policy, style, counter: &Tokenizer::O200kBase };
        compose((&request, &kind), material, manner, &|| Ok(())).unwrap()
    }

    fn lines(&self, path: &RepoPath, start: u32, end: u32) -> Option<Vec<String>> {
        let document = self.named(path)?;
        let lines: Vec<String> = document.text.lines().map(str::to_owned).collect();
        Some(lines.get(start as usize - 1..end as usize)?.to_vec())
    }

    /// Whether `lines` stand in the file, one after another.
    fn holds(&self, path: &RepoPath, lines: &[String]) -> bool {
        let Some(document) = self.named(path) else { return false };
        let all: Vec<&str> = document.text.lines().collect();
        all.windows(lines.len()).any(|window| window == lines)
    }
}

fn path(file: usize) -> String {
    format!("src/file_{file}.rs")
}

/// One item that was sent, as the test remembers it.
struct Remembered {
    path: RepoPath,
    level: Level,
    lines: Vec<String>,
    is_reported: bool,
}

fn remember(tree: &Tree, item: &Item) -> Remembered {
    let lines = tree.lines(&item.path, item.start_line, item.end_line).unwrap();
    Remembered { path: item.path.clone(), level: item.level, lines, is_reported: false }
}

/// Lines of code that are written only once.
fn telling(lines: &[String]) -> impl Iterator<Item = &String> {
    lines.iter().filter(|line| line.contains("name"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_sent_twice_and_every_report_is_true(steps in prop::collection::vec(step(), 1..14), total in 50..4_000usize) {
        let mut tree = Tree::new();
        let mut session = Session::new().with_budget(total);
        let mut sent: Vec<Remembered> = Vec::new();
        let mut text = String::new();
        let mut tokens = 0;
        for step in steps {
            tree.edit(&step);
            let Step::Ask { hits, budget } = step else { continue };
            let bundle = tree.ask(&hits, budget, &session);
            tokens += bundle.tokens;
            prop_assert!(bundle.tokens <= budget && tokens <= total);
            for item in &bundle.items {
                let now = remember(&tree, item);
                for before in sent.iter().filter(|before| before.path == item.path && before.level >= item.level) {
                    let is_again = telling(&now.lines).any(|line| before.lines.contains(line));
                    prop_assert!(!is_again || !tree.holds(&before.path, &before.lines), "{item:?} was sent before");
                }
            }
            for (position, before) in sent.iter_mut().enumerate() {
                let is_stale = bundle.session.as_ref().unwrap().sent[position].is_stale;
                prop_assert_eq!(is_stale, !tree.holds(&before.path, &before.lines), "{:?}", before.lines);
                let Imprint { symbol, start_line, end_line, .. } = &session.sent[position].imprint;
                let of_it = |change: &&Change| change.path == before.path && change.symbol == *symbol
                    && (change.start_line, change.end_line) == (*start_line, *end_line);
                prop_assert_eq!(bundle.stale.iter().any(|change| of_it(&change)), is_stale && !before.is_reported);
                before.is_reported |= is_stale;
                if let Some(change) = bundle.moved.iter().find(of_it) {
                    let now = tree.lines(&change.path, change.now_start_line.unwrap(), change.now_end_line.unwrap());
                    prop_assert_eq!(now.as_ref(), Some(&before.lines));
                }
            }
            sent.extend(bundle.items.iter().map(|item| remember(&tree, item)));
            text.push_str(&bundle.text);
            session = bundle.session.unwrap();
            prop_assert_eq!((session.spent, session.bytes, session.sent.len()), (tokens, text.len(), sent.len()));
            let first_stale = session.sent.iter().find(|sent| sent.is_stale);
            prop_assert_eq!(session.prefix_bytes, first_stale.map_or(text.len(), |sent| sent.imprint.section_start));
            for sent in &session.sent {
                let Imprint { section_start, section_bytes, section_hash, .. } = &sent.imprint;
                let section = &text[*section_start..section_start + section_bytes];
                prop_assert_eq!(crate::source::ContentHash::of(section.as_bytes()), *section_hash);
                let is_headed = section.starts_with(&format!("### {}:", sent.imprint.path));
                prop_assert!(is_headed, "{}", section);
            }
            let json = serde_json::to_string(&session).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Session>(&json).unwrap(), &session);
        }
    }
}

/// One file of four functions; the second and the fourth are long.
fn tree() -> Tree {
    Tree::new()
}

#[test]
fn a_repeated_question_gets_nothing_new_and_is_told_so() {
    let tree = tree();
    let first = tree.ask(&[(0, 0)], 5_000, &Session::new());
    let session = first.session.unwrap();
    assert_eq!((first.items.len(), session.spent), (1, first.tokens));
    let second = tree.ask(&[(0, 0)], 5_000, &session);
    assert_eq!((second.text.as_str(), second.items.len()), ("", 0));
    assert_eq!(second.dropped[0].reason, DropReason::AlreadySent);
    assert_eq!(second.stop.reason, StopReason::CandidatesExhausted, "{:?}", second.stop);
    assert!(second.stop.detail.contains("1 candidates were sent before"), "{}", second.stop.detail);
}

#[test]
fn more_detail_of_what_was_sent_is_an_upgrade() {
    let tree = tree();
    let first = tree.ask(&[(0, 0)], 150, &Session::new());
    assert!(first.items[0].level < Level::Full);
    let second = tree.ask(&[(0, 0)], 5_000, first.session.as_ref().unwrap());
    assert_eq!((second.items[0].level, second.items[0].replaces), (Level::Full, Some(first.items[0].level)));
}

#[test]
fn only_the_first_text_repeats_the_question() {
    let tree = tree();
    let first = tree.ask(&[(0, 0)], 5_000, &Session::new());
    let second = tree.ask(&[(0, 0), (1, 0)], 5_000, first.session.as_ref().unwrap());
    assert!(first.text.starts_with("# what is computed\n") && second.text.starts_with("### "), "{}", second.text);
}

#[test]
fn of_a_piece_that_was_sent_in_part_the_rest_is_sent() {
    let tree = tree();
    let first = tree.ask(&[(0, 1)], 5_000, &Session::new());
    let second = tree.ask(&[(0, 0), (0, 1), (0, 2)], 5_000, first.session.as_ref().unwrap());
    let sent = &first.items[0];
    assert!(second.items.len() >= 2 && second.dropped.len() == 1, "{:?}", second.items);
    assert!(second.items.iter().all(|item| item.end_line < sent.start_line || sent.end_line < item.start_line));
}

#[test]
fn a_session_without_budget_left_says_so() {
    let tree = tree();
    for (total, is_any) in [(40, false), (60, true), (300, true)] {
        let bundle = tree.ask(&[(0, 0), (1, 1), (2, 1)], 5_000, &Session::new().with_budget(total));
        assert_eq!(bundle.stop.reason, StopReason::SessionBudget);
        assert_eq!(!bundle.items.is_empty(), is_any, "{total}: {}", bundle.text);
        assert!(bundle.tokens <= total);
        assert!(bundle.stop.detail.contains(&format!("{total} of the {total} tokens")), "{}", bundle.stop.detail);
    }
}

#[test]
fn the_tokenizer_of_a_session_stays() {
    let tree = tree();
    let mut session = tree.ask(&[(0, 0)], 500, &Session::new()).session.unwrap();
    assert!(cut(500, Tokenizer::O200kBase.name(), Some(&session)).is_ok());
    let error = cut(500, "approximate", Some(&session)).unwrap_err();
    assert_eq!(error.code(), crate::error::ErrorCode::InvalidArgument);
    session.tokenizer = None;
    assert!(cut(500, "approximate", Some(&session)).is_ok());
}

#[test]
fn a_session_from_nowhere_harms_nothing() {
    let tree = tree();
    let json = r#"{"budget":99999999999,"spent":18446744073709551615,"bytes":18446744073709551615,"sent":[]}"#;
    let session: Session = serde_json::from_str(json).unwrap();
    assert!(tree.ask(&[(0, 0)], 500, &session).text.is_empty());
    let mut session = tree.ask(&[(0, 0)], 500, &Session::new()).session.unwrap();
    for (start, end) in [(0, u32::MAX), (u32::MAX, u32::MAX)] {
        session.sent[0].imprint.bytes = ByteRange { start, end };
        assert!(tree.ask(&[(0, 0), (0, 1)], 500, &session).tokens <= 500);
    }
    assert!(serde_json::from_str::<Session>(r#"{"budgte":1}"#).is_err());
}
