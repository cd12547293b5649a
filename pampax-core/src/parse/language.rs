//! The one table of languages: how each is recognised and parsed.
//!
//! Never here: parsing itself.

mod table;

use crate::source::{Language, RepoPath};
use serde::Serialize;
use table::ROWS;

/// How indentation makes blocks. The scanners of some grammars keep the open blocks in a small buffer and abort the
/// process when it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Indents {
    /// It makes none, or the scanner bounds them.
    Free,
    /// Each line may begin a block.
    Lines,
    /// Each line may begin a block, and each marker within a line one more.
    LinesAndMarkers,
}

impl Indents {
    /// How many open blocks such a scanner can keep; the smallest buffer there is takes 253.
    pub(crate) const MOST: usize = 240;
}

/// What the engine knows of one language.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LanguageRow {
    /// The language.
    pub language: Language,
    /// Its name as its users write it.
    pub display: &'static str,
    /// File extensions without the dot, in lower case.
    pub extensions: &'static [&'static str],
    /// Whole file names.
    pub file_names: &'static [&'static str],
    /// Programs of a `#!` line, without version digits.
    pub interpreters: &'static [&'static str],
    /// Where its grammar comes from; none when the language goes by lines or its cargo feature is off.
    pub(crate) grammar: Option<fn() -> tree_sitter::Language>,
    /// The query that finds definitions and references.
    pub(crate) query: &'static str,
    /// Node kinds of comments.
    pub(crate) comments: &'static [&'static str],
    /// Node kinds of attributes, decorators and the like that precede a definition as its siblings.
    pub(crate) attributes: &'static [&'static str],
    /// Node kinds that wrap one definition and belong to it, such as an export statement.
    pub(crate) wrappers: &'static [&'static str],
    /// How indentation makes blocks.
    pub(crate) indents: Indents,
    /// Whether it is a data format, whose keys are followed only to a small depth.
    pub(crate) is_data: bool,
    /// Whether a function may be written as several definitions of one name, one after another.
    pub(crate) has_clauses: bool,
}

impl LanguageRow {
    /// Whether files of this language are parsed; the others are split by lines.
    pub fn is_parsed(&self) -> bool {
        self.grammar.is_some()
    }
}

/// Every language the engine recognises, in the order of [`Language::ALL`].
pub fn languages() -> &'static [LanguageRow] {
    ROWS
}

/// What a program shows of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recognised {
    /// The language.
    pub name: Language,
    /// Its name as its users write it.
    pub display: &'static str,
    /// Whether definitions are found in it; it goes by lines otherwise.
    pub parsed: bool,
    /// File extensions without the dot, in lower case.
    pub extensions: &'static [&'static str],
    /// Whole file names.
    pub file_names: &'static [&'static str],
    /// Programs of a `#!` line, without version digits.
    pub interpreters: &'static [&'static str],
}

/// Every language, in the order of the table.
pub fn recognised() -> Vec<Recognised> {
    let shown = |row: &LanguageRow| Recognised {
        name: row.language,
        display: row.display,
        parsed: row.is_parsed(),
        extensions: row.extensions,
        file_names: row.file_names,
        interpreters: row.interpreters,
    };
    ROWS.iter().map(shown).collect()
}

/// The row of `language`.
pub(crate) fn row(language: Language) -> &'static LanguageRow {
    &ROWS[language as usize]
}

/// The language of the file at `path` whose decoded text begins with `head` (the first few kilobytes are enough).
///
/// The file name decides first, then the extension, then a `#!` line.
pub fn detect(path: &RepoPath, head: &str) -> Language {
    by_file_name(path.file_name())
        .or_else(|| path.extension().and_then(|extension| by_extension(extension, head)))
        .or_else(|| by_shebang(head))
        .unwrap_or(Language::Text)
}

fn by_file_name(name: &str) -> Option<Language> {
    let exact = ROWS.iter().find(|row| row.file_names.contains(&name));
    match exact {
        Some(row) => Some(row.language),
        // `Dockerfile.dev` and `Makefile.in` name what they are before the dot.
        None => match name.split_once('.')?.0 {
            "Dockerfile" | "Containerfile" => Some(Language::Dockerfile),
            "Makefile" | "GNUmakefile" => Some(Language::Makefile),
            _ => None,
        },
    }
}

fn by_extension(extension: &str, head: &str) -> Option<Language> {
    // By old custom an upper-case `.C` or `.H` is C++.
    if matches!(extension, "C" | "H") {
        return Some(Language::Cpp);
    }
    if extension.eq_ignore_ascii_case("h") {
        return Some(if looks_like_cpp(head) { Language::Cpp } else { Language::C });
    }
    let matching = |row: &&LanguageRow| row.extensions.iter().any(|known| known.eq_ignore_ascii_case(extension));
    ROWS.iter().find(matching).map(|row| row.language)
}

/// Whether the head of a `.h` file holds something that only C++ has. Objective-C counts as C.
fn looks_like_cpp(head: &str) -> bool {
    head.lines().map(str::trim_start).any(|line| {
        let declares =
            ["namespace ", "template<", "template <", "using ", "class ", "public:", "private:", "protected:"];
        declares.iter().any(|start| line.starts_with(start))
            || ["std::", "constexpr ", " noexcept", " override;", "virtual ", "operator=="]
                .iter()
                .any(|part| line.contains(part))
                && !line.starts_with("//")
                && !line.starts_with('*')
                && !line.starts_with("/*")
            || is_cpp_include(line)
    })
}

/// A standard header without `.h`, such as `#include <vector>`.
fn is_cpp_include(line: &str) -> bool {
    let Some(name) = line.strip_prefix("#include <").and_then(|rest| rest.split_once('>')) else { return false };
    !name.0.is_empty() && name.0.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn by_shebang(head: &str) -> Option<Language> {
    let line = head.strip_prefix("#!")?.lines().next()?;
    let mut words = line.split_whitespace();
    let mut program = words.next()?.rsplit('/').next()?;
    if program == "env" {
        // Options and assignments of `env` come before the program.
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?.rsplit('/').next()?;
    }
    let program = program.trim_end_matches(|digit: char| digit.is_ascii_digit() || digit == '.' || digit == '-');
    ROWS.iter().find(|row| row.interpreters.contains(&program)).map(|row| row.language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, head: &str, expected: Language) {
        assert_eq!(detect(&RepoPath::new(path).unwrap(), head), expected, "{path} {head:?}");
    }

    #[test]
    fn rows_stand_in_the_order_of_the_enum() {
        assert_eq!(ROWS.len(), Language::ALL.len());
        for language in Language::ALL {
            assert_eq!(row(*language).language, *language);
        }
    }

    #[test]
    fn no_two_rows_claim_one_extension_name_or_interpreter() {
        let mut claims = std::collections::BTreeSet::new();
        for row in ROWS {
            for extension in row.extensions {
                assert_eq!(*extension, extension.to_ascii_lowercase());
                assert!(claims.insert(("extension", *extension)), "{extension}");
            }
            assert!(row.file_names.iter().all(|name| claims.insert(("name", name))), "{}", row.display);
            assert!(row.interpreters.iter().all(|name| claims.insert(("interpreter", name))), "{}", row.display);
        }
    }

    #[test]
    fn extension_is_matched_in_any_case() {
        check("src/main.rs", "", Language::Rust);
        check("OLD.PY", "", Language::Python);
        check("a/b.TSX", "", Language::Tsx);
        check("a.mli", "", Language::OCamlInterface);
        check("a.C", "", Language::Cpp);
        check("a.c", "", Language::C);
        check("noextension", "", Language::Text);
        check("a.unknown", "", Language::Text);
    }

    #[test]
    fn file_name_decides_before_the_extension() {
        check("Makefile", "", Language::Makefile);
        check("Makefile.in", "", Language::Makefile);
        check("deploy/Dockerfile.dev", "", Language::Dockerfile);
        check("CMakeLists.txt", "", Language::CMake);
        check("Gemfile", "", Language::Ruby);
        check("BUILD.bazel", "", Language::Python);
        check(".bashrc", "", Language::Bash);
        check("Cargo.lock", "", Language::Toml);
    }

    #[test]
    fn shebang_names_the_interpreter() {
        check("bin/run", "#!/bin/sh\n", Language::Bash);
        check("bin/run", "#!/usr/bin/env python3\n", Language::Python);
        check("bin/run", "#!/usr/bin/env -S python3.12 -u\n", Language::Python);
        check("bin/run", "#!/usr/bin/env -S FOO=1 node --flag\r\n", Language::JavaScript);
        check("bin/run", "#! /usr/local/bin/ruby2.7", Language::Ruby);
        check("bin/run", "#!", Language::Text);
        check("bin/run", "#!/usr/bin/env", Language::Text);
        check("bin/run.py", "#!/bin/sh\n", Language::Python);
    }

    #[test]
    fn header_is_decided_by_content() {
        check("a.h", "#include <stdio.h>\nint f(void);\n", Language::C);
        check("a.h", "#ifndef A\nstruct a { int class_; };\n/* std::string in C++ */\n", Language::C);
        check("a.h", "#include <vector>\n", Language::Cpp);
        check("a.h", "namespace a {\n}\n", Language::Cpp);
        check("a.h", "  template <typename T>\n", Language::Cpp);
        check("a.h", "@interface Foo : NSObject\n", Language::C);
    }
}
