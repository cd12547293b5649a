//! The promises of a bundle, on documents made from text.

use crate::assemble::bundle::{Bundle, DropReason, Origin, Request, StopReason};
use crate::assemble::candidate::{Candidate, Found, Label, of_hits};
use crate::assemble::compose::{Asked, Manner, Material, compose};
use crate::assemble::expand::{Wanted, compose_wanted};
use crate::assemble::fixture::{document, function, hit};
use crate::assemble::policy::Policy;
use crate::assemble::receipt::Basis;
use crate::assemble::render::{Format, Level, Style};
use crate::error::{Error, Result};
use crate::host::TokenCounter;
use crate::host::tokens::Tokenizer;
use crate::parse::redact::Masking;
use crate::search::{Document, Intent, SearchResults};
use crate::source::Generation;
use proptest::prelude::*;
use std::cell::Cell;
use std::sync::Arc;

/// A question about `hits` (document, definition or chunk), the best first.
#[derive(Debug)]
struct Case {
    documents: Vec<Arc<Document>>,
    hits: Vec<(usize, usize)>,
    request: Request,
    masking: Masking,
}

impl Case {
    fn new(files: &[(&str, &str)], hits: &[(usize, usize)], budget: usize) -> Case {
        let documents = files.iter().map(|(path, text)| document(path, text)).collect();
        Case {
            documents,
            hits: hits.to_vec(),
            request: Request::new("how is it computed", budget),
            masking: Masking::Masked,
        }
    }

    fn with_format(mut self, format: Format) -> Case {
        self.request.format = format;
        self
    }

    fn material(&self) -> Material {
        let ranked = self.hits.iter().enumerate();
        let hits =
            ranked.map(|(rank, (file, chunk))| hit(&self.documents[*file], *chunk, 1.0 / (rank + 1) as f64)).collect();
        let results =
            SearchResults { hits, degraded: Vec::new(), suggestion: None, confidence: 0.0, generation: Generation(7) };
        let documents = self.hits.iter().map(|(file, _)| Arc::clone(&self.documents[*file])).collect();
        let candidates = of_hits(&results.hits, documents);
        Material { reached: candidates.len(), results, candidates, stopped: Ok(()), basis: Basis::default() }
    }

    fn bundle(&self) -> Bundle {
        self.counted(&Tokenizer::O200kBase, &|| Ok(())).unwrap()
    }

    fn counted(&self, counter: &dyn TokenCounter, go_on: &dyn Fn() -> Result<()>) -> Result<Bundle> {
        let style = Style { format: self.request.format, masking: self.masking };
        let policy = Policy { floor: 0.0, ..Policy::default() };
        let asked = Asked { intent: Intent::Search, why: String::new() };
        compose((&self.request, &asked), self.material(), Manner { policy: &policy, style, counter }, go_on)
    }
}

/// `count` files with one function each, and a hit on each.
fn many(count: usize, lines: usize, budget: usize) -> Case {
    let files: Vec<(String, String)> =
        (0..count).map(|file| (format!("src/file_{file}.rs"), function(&format!("answer_{file}"), lines))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Case::new(&files, &(0..count).map(|file| (file, 0)).collect::<Vec<_>>(), budget)
}

fn levels(bundle: &Bundle) -> Vec<Level> {
    bundle.items.iter().map(|item| item.level).collect()
}

#[test]
fn what_fits_is_shown_in_full_with_its_place() {
    let bundle = many(2, 2, 1_000).bundle();
    assert_eq!(
        bundle.text,
        "# how is it computed\n\n### src/file_0.rs:1-5 answer_0\n```rust\n/// Computes answer_0.\nfn answer_0(input: u32) -> u32 {\n    \
         let value_0 = compute_answer_0(0);\n    let value_1 = compute_answer_0(1);\n}\n```\n\n### src/file_1.rs:1-5 answer_1\n```rust\n\
         /// Computes answer_1.\nfn answer_1(input: u32) -> u32 {\n    let value_0 = compute_answer_1(0);\n    let value_1 = compute_answer_1(1);\n}\n```\n\n"
    );
    assert_eq!(bundle.stop.reason, StopReason::CandidatesExhausted);
    assert_eq!(bundle.tokens, Tokenizer::O200kBase.count(&bundle.text));
    assert_eq!(bundle.items.iter().map(|item| item.tokens).sum::<usize>(), bundle.tokens - 6);
    assert_eq!(bundle.generation, Generation(7));
}

#[test]
fn detail_goes_before_pieces_do() {
    let case = many(8, 30, 1_500);
    let bundle = case.bundle();
    assert!(bundle.dropped.is_empty(), "{:?}", bundle.dropped);
    assert_eq!(levels(&bundle)[0], Level::Full);
    assert!(levels(&bundle)[7] < Level::Full);
    assert_eq!(bundle.stop.reason, StopReason::BudgetReached);
    for item in &bundle.items {
        assert_eq!(item.why_not_higher.is_some(), item.level != Level::Full, "{item:?}");
    }
}

#[test]
fn a_shortened_body_says_how_many_lines_are_missing() {
    let bundle = many(4, 40, 350).bundle();
    let shown = bundle.items.iter().find(|item| item.level == Level::Elided).unwrap();
    let section = bundle.text.split("### ").find(|section| section.starts_with(shown.path.as_str())).unwrap();
    let code: Vec<&str> = section.lines().skip(2).take_while(|line| *line != "```").collect();
    let gap = code.iter().position(|line| line.contains('…')).unwrap();
    assert_eq!(code[gap], "    // … lines 6-42");
    assert_eq!(code.len() - 1 + 37, (shown.end_line - shown.start_line + 1) as usize);
}

#[test]
fn every_level_reads_as_documented() {
    let case = many(1, 40, 50);
    let page = crate::assemble::page::Page::new(&case.documents[0], Masking::Masked);
    let pieces = crate::assemble::piece::pieces(&case.material().candidates, &[&page], 0.0).pieces;
    let views = crate::assemble::ladder::views(&pieces[0]);
    let read: Vec<(Level, &str)> = views.iter().map(|view| (view.level, view.body.as_str())).collect();
    let signature = "/// Computes answer_0.\nfn answer_0(input: u32) -> u32 {\n";
    assert_eq!(read[0].1, case.documents[0].text);
    assert_eq!(
        read[1..],
        [
            (
                Level::Elided,
                &*format!(
                    "{signature}    let value_0 = compute_answer_0(0);\n    let value_1 = compute_answer_0(1);\n    \
                     let value_2 = compute_answer_0(2);\n    // … lines 6-42\n}}\n"
                )
            ),
            (Level::Signatures, &*format!("{signature}    // … lines 3-43\n")),
            (Level::Outline, "2: function answer_0\n"),
        ]
    );
}

#[test]
fn neighbours_are_joined_and_nothing_is_shown_twice() {
    let text = format!("{}{}{}", function("a", 3), function("b", 3), function("c", 3));
    let case = Case::new(&[("x.rs", &text)], &[(0, 2), (0, 0), (0, 1), (0, 1)], 2_000);
    let bundle = case.bundle();
    let lines: Vec<(u32, u32)> = bundle.items.iter().map(|item| (item.start_line, item.end_line)).collect();
    assert_eq!(lines, [(1, 6), (7, 18)]);
    assert_eq!(bundle.dropped.len(), 1);
    assert_eq!((bundle.dropped[0].reason, bundle.dropped[0].start_line), (DropReason::Duplicate, 7));
    for name in ["fn a(", "fn b(", "fn c("] {
        assert_eq!(bundle.text.matches(name).count(), 1);
    }
}

#[test]
fn chunks_of_one_long_line_are_cut_visibly() {
    let text = format!("{}\n", "abcdefgh ".repeat(900));
    let bundle = Case::new(&[("data.txt", &text)], &[(0, 1)], 2_000).bundle();
    let line = bundle.text.lines().find(|line| line.contains("abcdefgh")).unwrap();
    assert!(line.starts_with('…') && line.ends_with('…') && line.len() < 3_000, "{line}");
}

#[test]
fn the_stop_reason_is_the_condition_that_fired() {
    let check = |case: Case, go_on: &dyn Fn() -> Result<()>, expected: StopReason| {
        let bundle = case.counted(&Tokenizer::O200kBase, go_on).unwrap();
        assert_eq!(bundle.stop.reason, expected, "{:?}", bundle.stop);
        bundle
    };
    let go: &dyn Fn() -> Result<()> = &|| Ok(());
    check(many(0, 0, 1_000), go, StopReason::NoResults);
    check(many(3, 5, 1_000), go, StopReason::CandidatesExhausted);
    let mut all_asked = many(3, 5, 1_000);
    all_asked.request.candidates = 3;
    check(all_asked, go, StopReason::Satisfied);
    check(many(3, 50, 500), go, StopReason::BudgetReached);
    for reason in [StopReason::Cancelled, StopReason::Deadline] {
        let calls = Cell::new(0);
        let after_two = || {
            calls.set(calls.get() + 1);
            match reason {
                _ if calls.get() <= 2 => Ok(()),
                StopReason::Cancelled => Err(Error::Cancelled { stage: "pack" }),
                _ => Err(Error::DeadlineExceeded { stage: "pack" }),
            }
        };
        let bundle = check(many(5, 5, 1_000), &after_two, reason);
        assert!((1..=2).contains(&bundle.items.len()));
        assert!(
            bundle.dropped.len() == 5 - bundle.items.len()
                && bundle.dropped.iter().all(|dropped| dropped.reason == DropReason::NotReached)
        );
    }
}

#[test]
fn a_budget_for_nothing_says_which_budget_would_do() {
    for format in Format::ALL {
        let path = format!("src/{}.rs", "a_rather_long_folder_name/".repeat(12));
        let case = Case::new(&[(&path, &function("answer", 40))], &[(0, 0)], 50).with_format(*format);
        let bundle = case.bundle();
        assert!(bundle.items.is_empty() && bundle.tokens <= 50);
        assert_eq!(bundle.dropped[0].reason, DropReason::OverBudget);
        let needed = bundle.stop.next_steps[0].split(' ').find_map(|word| word.parse().ok()).unwrap();
        for (budget, items) in [(needed, 1), (needed - 1, 0)] {
            let again = Case::new(&[(&path, &function("answer", 40))], &[(0, 0)], budget).with_format(*format).bundle();
            assert_eq!(again.items.len(), items, "at {budget}");
        }
    }
}

#[test]
fn the_budget_that_is_named_holds_everything() {
    let bundle = many(12, 30, 800).bundle();
    assert_eq!(bundle.stop.reason, StopReason::BudgetReached);
    let step = bundle.stop.next_steps.iter().find(|step| step.contains("hold every candidate")).unwrap();
    let needed = step.split(' ').find_map(|word| word.parse().ok()).unwrap();
    assert_eq!(many(12, 30, needed).bundle().stop.reason, StopReason::CandidatesExhausted);
}

#[test]
fn a_counter_that_charges_more_for_the_whole_is_obeyed() {
    struct Square;
    impl TokenCounter for Square {
        fn name(&self) -> &str {
            "square"
        }
        fn count(&self, text: &str) -> usize {
            text.len() * text.len() / 2_000
        }
    }
    for budget in [50, 500, 5_000] {
        let bundle = many(20, 10, budget).counted(&Square, &|| Ok(())).unwrap();
        assert!(Square.count(&bundle.text) <= budget && bundle.tokens == Square.count(&bundle.text));
        assert!(budget == 50 || !bundle.items.is_empty());
    }
}

#[test]
fn fences_hold_whatever_the_code_holds() {
    for inner in ["```", "````rust", "~~~", "`````` x `````"] {
        let text = format!("Doc:\n  {inner}\n{inner}\nbody\n{inner}\n");
        let bundle = Case::new(&[("notes.txt", &text)], &[(0, 0)], 1_000).bundle();
        let mut lines = bundle.text.lines().skip_while(|line| !line.starts_with("```"));
        let fence = lines.next().unwrap();
        let code: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != fence).collect();
        assert_eq!(code.join("\n") + "\n", text);
        assert_eq!(lines.collect::<String>(), "");
    }
}

#[test]
fn xml_is_well_formed_whatever_the_code_holds() {
    let text = "if a < b && c > \"d\" { x(']]>') }\u{1}\u{b}\r\u{fffe}\n<item/>\n</context>\n";
    let mut case = Case::new(&[("a&<b>\".txt", text)], &[(0, 0)], 5_000).with_format(Format::Xml);
    case.request.query = "a < \"b\"\n& c\u{2}".to_owned();
    assert_eq!(
        case.bundle().text,
        "<context query=\"a &lt; &quot;b&quot; &amp; c\u{fffd}\">\n<item path=\"a&amp;&lt;b&gt;&quot;.txt\" lines=\"1-3\" \
         language=\"text\" level=\"full\">\nif a &lt; b &amp;&amp; c &gt; \"d\" { x(']]&gt;') }\u{fffd}\u{fffd}&#13;\u{fffd}\n\
         &lt;item/&gt;\n&lt;/context&gt;\n</item>\n</context>\n"
    );
}

#[test]
fn secrets_are_masked_unless_masking_is_off() {
    let text = "fn connect() {\n    let password = \"hunter2hunter2\";\n}\nconst K: &str = \"AKIAIOSFODNN7EXAMPLE\";\n";
    for format in Format::ALL {
        let mut case = Case::new(&[("x.rs", text)], &[(0, 0), (0, 1)], 5_000).with_format(*format);
        case.request.query = "where is ghp_16C7e42F292c6912E7710c838347Ae178B4a".to_owned();
        for (masking, is_shown) in [(Masking::Masked, false), (Masking::Plain, true)] {
            case.masking = masking;
            let shown = case.bundle().text;
            for secret in ["hunter2", "AKIAIOSFODNN7EXAMPLE", "ghp_16C7"] {
                assert_eq!(shown.contains(secret), is_shown, "{secret} in {shown}");
            }
        }
    }
}

#[test]
fn a_key_cut_by_chunks_is_masked_in_each() {
    let body: String = (0..200).map(|line| format!("MIIEpAIBAAKCAQEAx{line:047}\n")).collect();
    let text = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n");
    let bundle = Case::new(&[("key.txt", &text)], &[(0, 1)], 5_000).bundle();
    assert!(bundle.items[0].start_line > 2 && bundle.items[0].end_line < 200);
    assert!(!bundle.text.contains("MIIEpA") && bundle.text.contains("[masked:private_key]"), "{}", bundle.text);
}

fn cases() -> impl Strategy<Value = Case> {
    let sizes = proptest::collection::vec((0usize..60, 0usize..8), 1..12);
    let hits = proptest::collection::vec((0usize..12, 0usize..8), 0..30);
    (sizes, hits, 50usize..100_000, 0usize..20, 0..Format::ALL.len()).prop_map(
        |(sizes, hits, budget, divisor, format)| {
            let files: Vec<(String, String)> = sizes
                .iter()
                .enumerate()
                .map(|(file, (lines, functions))| {
                    let code: String =
                        (0..*functions).map(|index| function(&format!("f_{file}_{index}"), *lines)).collect();
                    (
                        format!("src/m{file}.rs"),
                        format!("use std::fmt;\n\n{code}static LAST: &str = \"é ``` {file}\";\n"),
                    )
                })
                .collect();
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            let mut case =
                Case::new(&files, &[], (budget / (divisor * divisor + 1)).max(50)).with_format(Format::ALL[format]);
            case.hits = hits
                .into_iter()
                .filter_map(|(file, chunk)| {
                    (chunk < case.documents.get(file)?.parsed.spans.len()).then_some((file, chunk))
                })
                .collect();
            case
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_text_is_never_over_budget(case in cases()) {
        for counter in Tokenizer::ALL {
            let bundle = case.counted(counter, &|| Ok(())).unwrap();
            prop_assert_eq!(counter.count(&bundle.text), bundle.tokens);
            prop_assert!(bundle.tokens <= case.request.budget);
        }
    }

    #[test]
    fn every_candidate_is_in_or_dropped_for_a_true_reason(case in cases()) {
        let bundle = case.bundle();
        let left = case.request.budget - bundle.tokens;
        for hit in case.material().results.hits {
            let dropped: Vec<_> = bundle.dropped.iter().filter(|dropped| dropped.path == hit.path && dropped.start_line == hit.start_line && dropped.score == hit.score).collect();
            let is_shown = bundle.items.iter().any(|item| item.path == hit.path && item.start_line <= hit.end_line && hit.start_line <= item.end_line);
            prop_assert!(dropped.len() <= 1);
            prop_assert!(is_shown || dropped.len() == 1, "{:?}", hit);
            for dropped in dropped.iter().filter(|dropped| dropped.reason == DropReason::OverBudget) {
                prop_assert!(dropped.tokens.unwrap() > left);
            }
        }
        let files: Vec<&str> = bundle.items.iter().map(|item| item.path.as_str()).collect();
        let mut seen = std::collections::BTreeSet::new();
        for (index, file) in files.iter().enumerate() {
            prop_assert!(index > 0 && files[index - 1] == *file || seen.insert(*file), "{:?}", files);
        }
        let is_complete = bundle.items.iter().all(|item| item.level == Level::Full)
            && bundle.dropped.iter().all(|dropped| dropped.reason == DropReason::Duplicate);
        prop_assert_eq!(bundle.stop.reason == StopReason::BudgetReached, !is_complete);
    }

    #[test]
    fn equal_requests_give_equal_bytes(case in cases()) {
        prop_assert_eq!(case.bundle(), case.bundle());
    }

    #[test]
    fn pieces_of_one_file_do_not_overlap(case in cases()) {
        let items = case.bundle().items;
        for (index, item) in items.iter().enumerate() {
            for other in &items[..index] {
                prop_assert!(item.path != other.path || item.start_line > other.end_line || other.start_line > item.end_line);
            }
        }
    }
}

#[test]
fn definitions_are_shown_at_the_level_asked_for() {
    let text = format!("{}fn tiny() {{}}\n", function("large", 40));
    let file = document("x.rs", &text);
    let style = Style { format: Format::Markdown, masking: Masking::Masked };
    for (level, expected) in [
        (Level::Outline, [Level::Outline, Level::Full]),
        (Level::Signatures, [Level::Signatures, Level::Full]),
        (Level::Elided, [Level::Elided, Level::Full]),
        (Level::Full, [Level::Full, Level::Full]),
    ] {
        let results = SearchResults {
            hits: Vec::new(),
            degraded: Vec::new(),
            suggestion: None,
            confidence: 0.0,
            generation: Generation(1),
        };
        let wanted = |span| {
            let label = Label::of_definition(&file, span, Origin::Required, Masking::Masked);
            Wanted {
                candidate: Candidate { document: Arc::clone(&file), found: Found::Definition(span), label },
                level,
            }
        };
        let definitions = vec![wanted(0), wanted(1)];
        let request = Request::new("", 10_000);
        let policy = Policy::default();
        let manner = Manner { policy: &policy, style, counter: &Tokenizer::O200kBase };
        let bundle = compose_wanted(&request, (results, Basis::default()), definitions, manner).unwrap();
        assert_eq!(levels(&bundle), expected);
        assert_eq!(bundle.stop.reason, StopReason::Satisfied);
        assert_eq!(bundle.items[0].span_id, file.span_id(0));
        assert_eq!((bundle.items[0].start_line, bundle.items[0].end_line), (1, 43));
    }
}

#[test]
fn requests_out_of_range_are_refused() {
    for (budget, candidates, is_fine) in [
        (49, 50, false),
        (50, 50, true),
        (10_000_000, 1, true),
        (10_000_001, 1, false),
        (50, 0, false),
        (50, 1_001, false),
    ] {
        assert_eq!(crate::assemble::budget::check(budget, candidates).is_ok(), is_fine, "{budget} {candidates}");
    }
}
