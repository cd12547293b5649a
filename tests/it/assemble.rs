//! Bundles from a real index.

use pampax_core::assemble::{Assembler, Expansion, Format, Session, StopReason};
use pampax_core::graph::Direction;
use pampax_core::host::TokenCounter;
use pampax_core::host::tokens::Tokenizer;
use pampax_core::{CancelToken, Config, ErrorCode, GraphQuery, Host, Index, Limits, Request};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const FILES: &[(&str, &str)] = &[
    (
        "src/retry.rs",
        "/// Retries with exponential backoff.\npub fn retry_with_backoff(attempts: u32) -> bool {\n    let mut delay = 1;\n    \
         for attempt in 0..attempts {\n        delay *= 2;\n        wait(delay + attempt);\n    }\n    delay > 1\n}\n",
    ),
    ("src/config.py", "def load_backoff():\n    api_key = \"a1b2c3d4e5f6g7h8\"\n    return connect(api_key)\n"),
    ("docs/retry.md", "# Retry\n\nHow retries and backoff work.\n\n```rust\nretry_with_backoff(3);\n```\n"),
    ("src/other.rs", "pub fn paint(colour: u8) -> u8 {\n    colour + 1\n}\n"),
];

struct Indexed {
    folder: TempDir,
    assembler: Assembler,
}

#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
fn indexed() -> Indexed {
    let folder = TempDir::new().unwrap();
    for (path, text) in FILES {
        let file = folder.path().join("tree").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let config = Config::default().with_index_dir(folder.path().join("index"));
    let index = Index::open(&folder.path().join("tree"), &config, Host::default()).unwrap();
    index.update(&Limits::default()).unwrap();
    Indexed { assembler: Assembler::new(index.searcher().unwrap()), folder }
}

#[expect(clippy::disallowed_methods, reason = "a test reads what must not change")]
fn contents(folder: &Path, found: &mut BTreeMap<std::path::PathBuf, Vec<u8>>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            contents(&path, found);
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn a_bundle_holds_the_answer_within_the_budget_and_without_secrets() {
    let indexed = indexed();
    for format in Format::ALL {
        for budget in [50, 80, 150, 400, 5_000] {
            let mut request = Request::new("retry with backoff", budget);
            request.format = *format;
            let bundle = indexed.assembler.assemble(&request, &Limits::default()).unwrap();
            assert_eq!(bundle.tokens, Tokenizer::O200kBase.count(&bundle.text));
            assert!(bundle.tokens <= budget);
            assert!(!bundle.text.contains("a1b2c3d4"));
            assert!(budget < 400 || bundle.text.contains("delay *= 2"), "{}", bundle.text);
            assert!(budget < 5_000 || bundle.text.contains("[masked:secret]"), "{}", bundle.text);
        }
    }
}

#[test]
fn equal_requests_give_equal_bytes_and_leave_the_index_as_it_was() {
    let indexed = indexed();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    contents(indexed.folder.path(), &mut before);
    let assemble = || indexed.assembler.assemble(&Request::new("backoff", 300), &Limits::default()).unwrap();
    let json = |bundle| serde_json::to_string(&bundle).unwrap();
    assert_eq!(json(assemble()), json(assemble()));
    contents(indexed.folder.path(), &mut after);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before == after, "the index changed");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
fn names_of_neighbours_and_places_are_masked_too() {
    let folder = TempDir::new().unwrap();
    let text = "def login():\n    return AKIAIOSFODNN7EXAMPLE()\n\n\ndef AKIAIOSFODNN7EXAMPLE():\n    return 1\n";
    std::fs::write(folder.path().join("session.py"), text.to_owned() + &"# filler\n".repeat(400)).unwrap();
    let index = Index::open(folder.path(), &Config::default(), Host::default()).unwrap();
    index.update(&Limits::default()).unwrap();
    let assembler = Assembler::new(index.searcher().unwrap());
    for question in ["login", "  File \"session.py\", line 6, in x"] {
        let mut request = Request::new(question, 2_000);
        request.required = vec!["session.py:6".to_owned()];
        let bundle = serde_json::to_string(&assembler.assemble(&request, &Limits::default()).unwrap()).unwrap();
        assert!(bundle.contains("login") && !bundle.contains("AKIAIOSFODNN7EXAMPLE"), "{bundle}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
fn a_bundle_does_not_depend_on_what_was_asked_before() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("login.py"), "from begin import start\n\ndef login():\n    return start()\n")
        .unwrap();
    std::fs::write(folder.path().join("begin.py"), "def start():\n    return 1\n").unwrap();
    for number in 0..20 {
        std::fs::write(folder.path().join(format!("constant{number}.py")), format!("START = {number}\n")).unwrap();
    }
    let index = Index::open(folder.path(), &Config::default(), Host::default()).unwrap();
    index.update(&Limits::default()).unwrap();
    let request = Request::new("login", 2_000);
    let fresh = Assembler::new(index.searcher().unwrap()).assemble(&request, &Limits::default()).unwrap();
    let other = Index::open(folder.path(), &Config::default(), Host::default()).unwrap();
    let searcher = other.searcher().unwrap();
    let mut query = GraphQuery::default();
    query.symbols = vec!["login".to_owned()];
    query.direction = Direction::Out;
    assert!(
        searcher.graph(&query, &Limits::default()).unwrap().nodes.iter().any(|node| node.path.as_str() == "begin.py")
    );
    let later = Assembler::new(searcher).assemble(&request, &Limits::default()).unwrap();
    let json = |bundle| serde_json::to_string_pretty(bundle).unwrap();
    assert_eq!(json(&later), json(&fresh));
}

#[test]
fn damaged_sessions_and_receipts_are_refused() {
    let assembler = indexed().assembler;
    let mut request = Request::new("backoff", 500);
    request.session = Some(Session::new());
    let bundle = assembler.assemble(&request, &Limits::default()).unwrap();
    let session = serde_json::to_value(&bundle.session).unwrap();
    let receipt = serde_json::to_value(&bundle.receipt).unwrap();
    for (field, value) in [("start_line", 0u64), ("end_line", 0), ("section_start", u64::MAX)] {
        let (mut session, mut receipt) = (session.clone(), receipt.clone());
        session["sent"][0][field] = value.into();
        receipt["items"][0][field] = value.into();
        request.session = Some(serde_json::from_value(session).unwrap());
        let refused = assembler.assemble(&request, &Limits::default()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidArgument, "{field}");
        let receipt = serde_json::from_value(receipt).unwrap();
        let refused = assembler.verify(&receipt, &Limits::default()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidArgument, "{field}");
    }
}

#[test]
fn a_question_without_answer_says_so() {
    let bundle = indexed().assembler.assemble(&Request::new("zebra quagga", 500), &Limits::default()).unwrap();
    assert_eq!(bundle.stop.reason, StopReason::NoResults);
    assert_eq!((bundle.text.as_str(), bundle.items.len()), ("", 0));
    assert!(!bundle.stop.next_steps.is_empty());
}

#[test]
fn a_bundle_of_nothing_sure_enough_says_so() {
    let assembler = indexed().assembler;
    let mut request = Request::new("retry with backoff", 500);
    let bundle = assembler.assemble(&request, &Limits::default()).unwrap();
    assert!(bundle.confidence > 0.0 && bundle.confidence < 1.0 && !bundle.items.is_empty());
    request.min_confidence = 1.0;
    let empty = assembler.assemble(&request, &Limits::default()).unwrap();
    assert_eq!((empty.stop.reason, empty.confidence, empty.items.len()), (StopReason::NoResults, 0.0, 0));
    for least in [1.5, -0.1, f64::NAN] {
        request.min_confidence = least;
        let refused = assembler.assemble(&request, &Limits::default()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidArgument, "{least}");
    }
}

#[test]
fn unusable_requests_and_stopped_calls_have_their_codes() {
    let assembler = indexed().assembler;
    let check = |request: &Request, limits: &Limits, expected: ErrorCode| {
        assert_eq!(assembler.assemble(request, limits).unwrap_err().code(), expected);
    };
    let fine = Request::new("backoff", 500);
    check(&Request::new("backoff", 49), &Limits::default(), ErrorCode::InvalidArgument);
    let mut unknown = fine.clone();
    unknown.tokenizer = "gpt-2".to_owned();
    check(&unknown, &Limits::default(), ErrorCode::InvalidArgument);
    let cancelled = CancelToken::new();
    cancelled.cancel();
    check(&fine, &Limits::default().with_cancel(cancelled), ErrorCode::Cancelled);
    check(&fine, &Limits::default().with_timeout(Duration::ZERO), ErrorCode::DeadlineExceeded);
}

#[test]
fn an_item_can_be_expanded_to_its_full_text() {
    let indexed = indexed();
    let bundle = indexed.assembler.assemble(&Request::new("retry_with_backoff", 80), &Limits::default()).unwrap();
    let item = bundle.items.iter().find(|item| item.path.as_str() == "src/retry.rs").unwrap();
    let expansion = Expansion::new(vec![item.target(), "src/retry.rs#0123456789abcdef".to_owned()]);
    let expanded = indexed.assembler.expand(&expansion, &Limits::default()).unwrap();
    assert!(expanded.text.contains(FILES[0].1), "{}", expanded.text);
    assert_eq!(expanded.items.len(), 1);
    assert_eq!(expanded.degraded[0].why, "src/retry.rs has no definition 0123456789abcdef");
}
