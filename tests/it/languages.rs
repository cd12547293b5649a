//! One fixture per language with the outline that is expected of it; `PAMPAX_BLESS=1` rewrites the outlines.

#![expect(clippy::disallowed_methods, reason = "the tests read and rewrite fixtures")]

use pampax_core::host::SystemClock;
use pampax_core::parse::language::{detect, languages};
use pampax_core::parse::{ParseLimits, Parsed, parse};
use pampax_core::source::{Language, RepoPath};
use std::fmt::Write;
use std::path::PathBuf;

/// Declares one golden test for each language.
macro_rules! golden {
    ($($test:ident = $file:literal,)*) => {
        /// The fixture of each language with a grammar.
        const FIXTURES: &[&str] = &[$($file,)*];
        $(#[test] fn $test() { check($file); })*
    };
}

golden! {
    golden_bash = "bash.sh",
    golden_c = "c.c",
    golden_cpp = "cpp.cpp",
    golden_csharp = "csharp.cs",
    golden_css = "css.css",
    golden_dart = "dart.dart",
    golden_elixir = "elixir.ex",
    golden_go = "go.go",
    golden_haskell = "haskell.hs",
    golden_html = "html.html",
    golden_java = "java.java",
    golden_javascript = "javascript.js",
    golden_json = "json.json",
    golden_kotlin = "kotlin.kt",
    golden_lua = "lua.lua",
    golden_markdown = "markdown.md",
    golden_ocaml = "ocaml.ml",
    golden_ocaml_interface = "ocaml-interface.mli",
    golden_php = "php.php",
    golden_python = "python.py",
    golden_ruby = "ruby.rb",
    golden_rust = "rust.rs",
    golden_scala = "scala.scala",
    golden_sql = "sql.sql",
    golden_swift = "swift.swift",
    golden_toml = "toml.toml",
    golden_tsx = "tsx.tsx",
    golden_typescript = "typescript.ts",
    golden_yaml = "yaml.yaml",
    golden_zig = "zig.zig",
}

#[test]
fn every_language_with_a_grammar_has_a_fixture() {
    let covered: Vec<Language> = FIXTURES.iter().map(|file| language_of(file)).collect();
    for row in languages().iter().filter(|row| row.is_parsed()) {
        assert!(covered.contains(&row.language), "{} has no fixture", row.display);
    }
}

fn language_of(file: &str) -> Language {
    detect(&RepoPath::new(file).unwrap(), "")
}

fn fixture(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/languages").join(file)
}

fn read(file: &str) -> String {
    let path = fixture(file);
    // A checkout with other line ends must not change the outlines.
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).replace("\r\n", "\n")
}

fn check(file: &str) {
    let text = read(file);
    let parsed = parse(&text, language_of(file), &ParseLimits::default(), &SystemClock::new());
    let outline = outline(&text, &parsed);
    let golden = format!("{}.golden", file.rsplit_once('.').unwrap().0);
    if std::env::var_os("PAMPAX_BLESS").is_some() {
        std::fs::write(fixture(&golden), &outline).unwrap();
    }
    assert_eq!(outline, read(&golden), "{golden}; PAMPAX_BLESS=1 rewrites it");
}

/// What a person checks: definitions with their signatures and docs, references, chunks.
fn outline(text: &str, parsed: &Parsed) -> String {
    let mut out = String::from("definitions\n");
    for span in &parsed.spans {
        let depth = std::iter::successors(span.parent, |parent| parsed.spans[*parent as usize].parent).count();
        let signature = one_line(span.signature.slice(text), 90);
        let place = format!("{}-{}", span.lines.start, span.lines.end);
        writeln!(out, "{:1$}{2} {3} {place} | {signature}", "", 2 + 2 * depth, span.kind, span.qualified_name).unwrap();
        if let Some(doc) = span.doc {
            writeln!(out, "{:1$}doc: {2}", "", 6 + 2 * depth, one_line(doc.slice(text), 80)).unwrap();
        }
    }
    out.push_str("references\n");
    for reference in &parsed.references {
        let within = reference.span.map_or("-", |span| &parsed.spans[span as usize].qualified_name);
        let of = reference.receiver.as_ref().map_or(String::new(), |receiver| format!(" of `{receiver}`"));
        writeln!(out, "  {} {} {}{of} in {within}", reference.line, reference.kind, reference.name).unwrap();
    }
    out.push_str("chunks\n");
    for chunk in &parsed.chunks {
        let span = chunk.span.map_or("-", |span| &parsed.spans[span as usize].qualified_name);
        let (start, end, tokens) = (chunk.lines.start, chunk.lines.end, chunk.tokens);
        writeln!(out, "  {start}-{end} {tokens} tokens, {span} [{}]", chunk.breadcrumb).unwrap();
    }
    writeln!(out, "degraded {:?}", parsed.degraded).unwrap();
    out
}

fn one_line(text: &str, width: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= width { line } else { format!("{}…", line.chars().take(width).collect::<String>()) }
}
