//! What holds of every parse: chunks partition the text and are bounded, spans nest, nothing is lost to bad input.

#![expect(clippy::disallowed_methods, reason = "the tests read fixtures")]

use pampax_core::host::Clock;
use pampax_core::host::tokens::{TokenCounter, Tokenizer};
use pampax_core::parse::language::detect;
use pampax_core::parse::{ParseDegradation, ParseLimits, Parsed, parse};
use pampax_core::source::{ByteRange, Language, RepoPath, SpanKind};
use proptest::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// A clock that moves on by a fixed time whenever it is asked.
struct Ticking {
    now_ns: AtomicU64,
    step_ns: u64,
}

impl Ticking {
    fn by_ms(step_ms: u64) -> Ticking {
        Ticking { now_ns: AtomicU64::new(0), step_ns: step_ms * 1_000_000 }
    }
}

impl Clock for Ticking {
    fn unix_ms(&self) -> u64 {
        0
    }

    fn monotonic_ns(&self) -> u64 {
        self.now_ns.fetch_add(self.step_ns, Ordering::Relaxed)
    }
}

fn limits(max_chunk_tokens: u32) -> ParseLimits {
    let mut limits = ParseLimits::default();
    limits.max_chunk_tokens = max_chunk_tokens;
    limits
}

/// Parses without a time limit that could pass, and checks what always holds.
fn check(text: &str, language: Language, max_chunk_tokens: u32) -> Parsed {
    let parsed = parse(text, language, &limits(max_chunk_tokens), &Ticking::by_ms(0));
    assert_sound(text, &parsed, max_chunk_tokens);
    parsed
}

fn assert_sound(text: &str, parsed: &Parsed, max_chunk_tokens: u32) {
    let line_ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line_of = |byte: usize| line_ends.partition_point(|end| *end < byte) as u32 + 1;
    assert_chunks(text, parsed, max_chunk_tokens, &line_of);
    assert_spans(text, parsed, &line_of);
    let lines = text.split('\n').count() as u32;
    for reference in &parsed.references {
        assert!(!reference.name.is_empty() && (1..=lines).contains(&reference.line), "{reference:?}");
        assert!(reference.span.is_none_or(|span| (span as usize) < parsed.spans.len()), "{reference:?}");
    }
}

fn assert_chunks(text: &str, parsed: &Parsed, max_chunk_tokens: u32, line_of: &dyn Fn(usize) -> u32) {
    let mut end = 0;
    for chunk in &parsed.chunks {
        assert_eq!(chunk.bytes.start, end, "chunks touch");
        assert!(!chunk.bytes.is_empty(), "no chunk is empty");
        end = chunk.bytes.end;
        let body = text.get(chunk.bytes.start as usize..end as usize).expect("chunks end at characters");
        assert_eq!(chunk.tokens as usize, Tokenizer::Approximate.count(body));
        assert!(chunk.tokens <= max_chunk_tokens, "{} tokens", chunk.tokens);
        assert_eq!(chunk.lines.start, line_of(chunk.bytes.start as usize));
        assert_eq!(chunk.lines.end, line_of(end as usize - 1));
        assert!(chunk.span.is_none_or(|span| (span as usize) < parsed.spans.len()));
    }
    assert_eq!(end as usize, text.len(), "chunks cover the text");
}

fn assert_spans(text: &str, parsed: &Parsed, line_of: &dyn Fn(usize) -> u32) {
    let is_part =
        |bytes: ByteRange| text.get(bytes.start as usize..bytes.end as usize).is_some_and(|part| !part.is_empty());
    for (index, span) in parsed.spans.iter().enumerate() {
        assert!(is_part(span.bytes) && is_part(span.signature) && span.doc.is_none_or(is_part), "{span:?}");
        assert!(span.bytes.contains(span.signature), "{span:?}");
        assert!(!span.name.is_empty() && span.qualified_name.ends_with(&span.name), "{span:?}");
        assert_eq!(span.lines.start, line_of(span.bytes.start as usize));
        assert_eq!(span.lines.end, line_of(span.bytes.end as usize - 1));
        if let Some(parent) = span.parent {
            assert!((parent as usize) < index, "a parent comes before its children");
            assert!(parsed.spans[parent as usize].bytes.contains(span.bytes), "{span:?}");
        }
        if let Some(next) = parsed.spans.get(index + 1) {
            let order = |range: ByteRange| (range.start, u32::MAX - range.end);
            assert!(order(span.bytes) <= order(next.bytes), "spans are ordered");
            let is_apart = span.bytes.end <= next.bytes.start || span.bytes.contains(next.bytes);
            assert!(is_apart, "{span:?} and {next:?} overlap");
        }
    }
}

/// The text and language of each fixture.
fn fixtures() -> Vec<(Language, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/languages");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let sources = files.iter().filter(|file| file.extension().is_none_or(|extension| extension != "golden"));
    sources
        .map(|file| {
            let name = file.file_name().unwrap().to_str().unwrap();
            (detect(&RepoPath::new(name).unwrap(), ""), std::fs::read_to_string(file).unwrap())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_language_is_partitioned(
        text in "([a-z{}()<>\\[\\]\"'#/*:;=,.é漢🙂-]{0,12}[ \t\r\n]{0,3}){0,60}",
        language in proptest::sample::select(Language::ALL),
        max_chunk_tokens in 1_u32..600,
    ) {
        check(&text, language, max_chunk_tokens);
    }

    #[test]
    fn a_damaged_source_keeps_every_byte(
        which in any::<proptest::sample::Index>(),
        edits in prop::collection::vec((any::<proptest::sample::Index>(), 0_usize..40, "[{}()'\"\\n/*<@é]{0,3}"), 1..6),
        max_chunk_tokens in 16_u32..600,
    ) {
        let fixtures = fixtures();
        let (language, text) = &fixtures[which.index(fixtures.len())];
        let mut letters: Vec<char> = text.chars().collect();
        for (at, removed, inserted) in edits {
            let start = at.index(letters.len() + 1);
            let end = (start + removed).min(letters.len());
            letters.splice(start..end, inserted.chars());
        }
        let damaged: String = letters.into_iter().collect();
        let parsed = check(&damaged, *language, max_chunk_tokens);
        prop_assert_eq!(parsed, check(&damaged, *language, max_chunk_tokens), "a parse depends on nothing but its input");
    }
}

#[test]
fn every_fixture_is_sound_at_every_chunk_size_and_with_windows_line_ends() {
    for (language, text) in fixtures() {
        for max_chunk_tokens in [1, 7, 40, 512] {
            check(&text, language, max_chunk_tokens);
        }
        let names = |parsed: &Parsed| parsed.spans.iter().map(|span| span.qualified_name.clone()).collect::<Vec<_>>();
        let unix = check(&text, language, 512);
        let windows = check(&text.replace('\n', "\r\n"), language, 512);
        if unix.degraded.is_none() && windows.degraded.is_none() {
            assert_eq!(names(&unix), names(&windows), "{language}");
        }
    }
}

#[test]
fn empty_text_has_no_chunks() {
    for language in Language::ALL {
        assert!(check("", *language, 512).chunks.is_empty());
    }
}

#[test]
fn odd_texts_are_partitioned() {
    let giant_line = "let é=1;".repeat(2_000);
    for text in
        ["\n", "\n\n\n\n", "\r\n\r\n", "x", "é", "fn f() {}", "\u{feff}fn f() {}\n", " \t ", "\0\0", &giant_line]
    {
        for language in Language::ALL {
            check(text, *language, 512);
            check(text, *language, 1);
        }
    }
    check(&giant_line, Language::JavaScript, 512);
    check(&giant_line, Language::Text, 1);
    check(&"\n".repeat(20_000), Language::Text, 512);
    check(&"a\n".repeat(20_000), Language::Python, 512);
}

#[test]
fn nested_brackets_go_by_lines() {
    for language in Language::ALL {
        for bracket in ["(", "[", "{"] {
            let parsed = check(&bracket.repeat(10_000), *language, 512);
            let is_text = !pampax_core::parse::language::languages()[*language as usize].is_parsed();
            assert_eq!(parsed.degraded, (!is_text).then_some(ParseDegradation::TooDeep), "{language}");
            assert!(parsed.spans.is_empty());
        }
    }
}

#[test]
fn nesting_without_brackets_does_not_overflow_the_stack() {
    let deep = [
        (Language::Rust, format!("fn f() -> i32 {{ {}1 }}\n", "-".repeat(20_000))),
        (Language::Python, format!("x = {}1\n", "not ".repeat(20_000))),
        (Language::JavaScript, format!("x = {}1;\n", "a => ".repeat(10_000))),
        (Language::C, format!("int f(void) {{ {}; }}\n", "if (x) y(); else ".repeat(10_000))),
        (Language::Cpp, format!("int x = {}1;\n", "a + ".repeat(20_000))),
        (Language::Html, "<div>".repeat(10_000)),
        (Language::Markdown, format!("{} x\n", "> ".repeat(2_000))),
        (Language::Python, (0..600).map(|depth| format!("{}if f'{{x:\n", " ".repeat(depth))).collect()),
        (Language::Yaml, "- ".repeat(400)),
        (Language::Yaml, "a: ".repeat(400)),
        (Language::Yaml, "- !t ".repeat(400)),
        (Language::Yaml, "- ? ".repeat(50)),
        (
            Language::Yaml,
            format!("[\n{}", (0..100).map(|depth| format!("{}- a:\n", " ".repeat(depth))).collect::<String>()),
        ),
        (Language::Yaml, (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
    ];
    for (language, text) in deep {
        let parsed = parse(&text, language, &limits(512), &Ticking::by_ms(1));
        assert_sound(&text, &parsed, 512);
    }
}

#[test]
fn a_parse_ends_when_its_time_is_over() {
    let text = "fn f(a: u32) -> u32 { a + 1 }\n\n".repeat(20_000);
    let parsed = parse(&text, Language::Rust, &limits(512), &Ticking::by_ms(100));
    assert_eq!(parsed.degraded, Some(ParseDegradation::TimedOut));
    assert!(parsed.spans.is_empty() && parsed.references.is_empty());
    assert_sound(&text, &parsed, 512);
}

#[test]
fn five_megabytes_in_one_line_are_bounded() {
    let text = "var a=function(b){return b.c(d)+1};".repeat(150_000);
    let parsed = parse(&text, Language::JavaScript, &limits(512), &Ticking::by_ms(10));
    assert_eq!(parsed.degraded, Some(ParseDegradation::TimedOut));
    assert_sound(&text, &parsed, 512);
}

#[test]
fn keys_of_data_are_bounded_in_depth_and_number() {
    let deep = check("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":1}}}}}}", Language::Json, 512);
    assert!(deep.spans.iter().all(|span| span.qualified_name.split('.').count() <= 4), "{:?}", deep.spans);
    let wide: String = (0..20_000).map(|key| format!("k{key} = 1\n")).collect();
    assert!(check(&wide, Language::Toml, 512).spans.len() <= 4_000);
}

/// Lines of the chunks with their breadcrumbs.
fn chunks(text: &str, language: Language) -> Vec<String> {
    let parsed = check(text, language, 512);
    parsed
        .chunks
        .iter()
        .map(|chunk| format!("{}-{} {}", chunk.lines.start, chunk.lines.end, chunk.breadcrumb))
        .collect()
}

/// `count` statements of 40 bytes.
fn statements(count: usize) -> String {
    "        call_something(with_this, 1234);\n".repeat(count)
}

#[test]
fn small_neighbours_share_a_chunk_and_large_ones_do_not() {
    let small = "fn one() {\n    1\n}\n\nfn two() {\n    2\n}\n";
    assert_eq!(chunks(small, Language::Rust), ["1-7 "]);
    let large =
        format!("fn one() {{\n{}}}\n\n/// Two.\n#[inline]\nfn two() {{\n{}}}\n", statements(30), statements(30));
    assert_eq!(chunks(&large, Language::Rust), ["1-33 one", "34-67 two"]);
}

#[test]
fn a_definition_stays_whole_while_it_fits() {
    let text = format!("fn small() {{\n{}}}\n\n/// Large.\nfn large() {{\n{}}}\n", statements(20), statements(46));
    assert_eq!(chunks(&text, Language::Rust), ["1-23 small", "24-72 large"]);
}

#[test]
fn a_large_type_is_split_between_its_members() {
    let member = |name: &str| format!("    /// Member.\n    fn {name}(&self) {{\n{}    }}\n\n", statements(25));
    let text = format!("struct Tree;\n\nimpl Tree {{\n{}{}{}}}\n", member("one"), member("two"), member("three"));
    assert_eq!(chunks(&text, Language::Rust), ["1-32 ", "33-61 Tree › two", "62-91 Tree › three"]);
}

#[test]
fn a_large_function_is_split_between_statements() {
    let text = format!("fn long() {{\n{}}}\n", statements(100));
    let parsed = check(&text, Language::Rust, 512);
    assert!((3..=4).contains(&parsed.chunks.len()), "{:?}", parsed.chunks);
    for chunk in &parsed.chunks {
        assert_eq!(chunk.breadcrumb, "long");
        assert!(chunk.bytes.slice(&text).ends_with('\n'), "whole lines");
        assert!(chunk.bytes.len() > 900, "no splinters");
    }
}

#[test]
fn text_without_a_grammar_is_split_at_blank_lines() {
    let paragraph = format!("{}\n", "some words in a line of prose\n".repeat(30));
    let text = paragraph.repeat(3);
    assert_eq!(chunks(&text, Language::Text), ["1-31 ", "32-62 ", "63-93 "]);
}

#[test]
fn broken_syntax_keeps_what_parses() {
    let text = "fn whole() {}\n\nstruct { ) broken\n\nfn also_whole() { call(); }\n";
    let parsed = check(text, Language::Rust, 512);
    assert_eq!(parsed.degraded, Some(ParseDegradation::SyntaxErrors));
    let names: Vec<&str> = parsed.spans.iter().map(|span| span.name.as_str()).collect();
    assert!(names.contains(&"whole") && names.contains(&"also_whole"), "{names:?}");
}

#[test]
fn values_inside_functions_are_no_definitions() {
    let text = "const TOP: u32 = 1;\nfn f() {\n    const INNER: u32 = 2;\n    fn g() {}\n}\n";
    let parsed = check(text, Language::Rust, 512);
    let found: Vec<_> = parsed.spans.iter().map(|span| (span.kind, span.qualified_name.as_str())).collect();
    assert_eq!(found, [(SpanKind::Constant, "TOP"), (SpanKind::Function, "f"), (SpanKind::Function, "f.g")]);
}
