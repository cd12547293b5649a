//! What a file is for and which files are left out, decided by one table of rules.
//!
//! Never here: disk, ignore files, how a language is recognised.

mod content;
mod rules;

use crate::config::SecurityConfig;
use crate::source::{Language, RepoPath, Role, named_enum};
use rules::{Outcome, RULES, Rule, Test};
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// Why a file or folder is left out of the index.
    SkipReason {
        /// An ignore file or an `exclude` glob names it or a folder above it.
        Ignored = "ignored",
        /// Its name starts with a dot and `indexer.hidden` is off.
        Hidden = "hidden",
        /// It holds the history of a version control system, such as `.git`.
        VersionControl = "version_control",
        /// It is the index itself, or a folder named `.pampax`.
        IndexFolder = "index_folder",
        /// It is a symbolic link; what it leads to is indexed only where it really lies.
        Symlink = "symlink",
        /// It is a FIFO, a socket or a device.
        SpecialFile = "special_file",
        /// It is larger than `indexer.max_file_bytes`.
        TooLarge = "too_large",
        /// Its bytes are not text.
        Binary = "binary",
        /// It is code squeezed into a few very long lines.
        Minified = "minified",
        /// It holds secrets by its name, and `security.index_secret_files` is off.
        Secret = "secret",
        /// The operating system does not let this process read it.
        Unreadable = "unreadable",
        /// Its path is not UTF-8.
        NotUtf8Path = "not_utf8_path",
        /// It vanished or changed while it was read.
        Changed = "changed",
        /// It does not lie below the root.
        OutsideRoot = "outside_root",
        /// Preparing it ended in a caught panic: a bug, to be reported.
        Internal = "internal",
    }
}

/// A file or folder that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Skipped {
    /// Its path relative to the root, with forward slashes; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// Why, from a fixed list.
    pub reason: SkipReason,
    /// What exactly decided, as a phrase.
    pub detail: String,
}

impl Skipped {
    /// `path` left out for `reason`.
    pub fn new(path: impl Into<String>, reason: SkipReason, detail: impl Into<String>) -> Skipped {
        Skipped { path: path.into(), reason, detail: detail.into() }
    }
}

/// What a file is for. `head` is the start of its text; more than a few lines are not looked at.
///
/// Only the path below the root counts, so a root that is itself named `test` changes nothing.
pub fn role(path: &RepoPath, language: Language, head: &str) -> Role {
    role_and_rule(path, language, head).0
}

/// What a file is for, and the name of the rule that says so.
pub fn role_and_rule(path: &RepoPath, language: Language, head: &str) -> (Role, &'static str) {
    let subject = Subject::new(path, Some((language, head)));
    let decided = RULES.iter().find_map(|rule| match rule.outcome {
        Outcome::Role(role) if subject.meets(rule) => Some((role, rule.name)),
        _ => None,
    });
    decided.unwrap_or((Role::Code, "anything else"))
}

/// Why the file at `path` is left out by its name alone, and the name of the rule that says so.
pub fn skip_by_name(path: &RepoPath, security: &SecurityConfig) -> Option<(SkipReason, &'static str)> {
    skip(&Subject::new(path, None), security)
}

/// Why the file at `path` with this text is left out, and the name of the rule that says so.
pub fn skip_by_content(
    path: &RepoPath,
    language: Language,
    text: &str,
    security: &SecurityConfig,
) -> Option<(SkipReason, &'static str)> {
    skip(&Subject::new(path, Some((language, text))), security)
}

fn skip(subject: &Subject<'_>, security: &SecurityConfig) -> Option<(SkipReason, &'static str)> {
    RULES.iter().find_map(|rule| match rule.outcome {
        Outcome::Skip(SkipReason::Secret) if security.index_secret_files => None,
        Outcome::Skip(reason) if subject.meets(rule) => Some((reason, rule.name)),
        _ => None,
    })
}

/// What a rule is asked about.
struct Subject<'a> {
    path: &'a RepoPath,
    lower_name: String,
    content: Option<(Language, &'a str)>,
}

impl<'a> Subject<'a> {
    fn new(path: &'a RepoPath, content: Option<(Language, &'a str)>) -> Subject<'a> {
        Subject { path, lower_name: path.file_name().to_ascii_lowercase(), content }
    }

    fn meets(&self, rule: &Rule) -> bool {
        rule.any_of.iter().any(|test| self.passes(test)) && !rule.except.iter().any(|test| self.passes(test))
    }

    fn passes(&self, test: &Test) -> bool {
        match test {
            Test::Name(patterns) => patterns.iter().any(|pattern| matches_stars(pattern, &self.lower_name)),
            Test::ExactName(patterns) => patterns.iter().any(|pattern| matches_stars(pattern, self.path.file_name())),
            Test::Folder(names) => self.folders().any(|folder| is_one_of(folder, names)),
            Test::TopFolder(names) => self.folders().next().is_some_and(|folder| is_one_of(folder, names)),
            Test::Language(languages) => self.content.is_some_and(|(language, _)| languages.contains(&language)),
            Test::Text(holds) => self.content.is_some_and(|(_, text)| holds(text)),
            Test::All(tests) => tests.iter().all(|test| self.passes(test)),
        }
    }

    fn folders(&self) -> impl Iterator<Item = &str> {
        self.path.folder().split('/').filter(|folder| !folder.is_empty())
    }
}

fn is_one_of(folder: &str, names: &[&str]) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(folder))
}

/// Whether `name` matches `pattern`, in which `*` stands for any characters.
fn matches_stars(pattern: &str, name: &str) -> bool {
    let differs = |wanted: Option<u8>, found: Option<u8>| wanted != Some(b'*') && wanted != found;
    // Nearly every pattern is ruled out by its first or last byte.
    if differs(pattern.bytes().next(), name.bytes().next()) || differs(pattern.bytes().last(), name.bytes().last()) {
        return false;
    }
    let Some((prefix, mut pattern)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(prefix) else { return false };
    while let Some((piece, after)) = pattern.split_once('*') {
        let Some((_, rest)) = name.split_once(piece) else { return false };
        (pattern, name) = (after, rest);
    }
    name.ends_with(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Language::*;

    fn check_roles(expected: Role, cases: &[(&str, Language, &str)]) {
        for (path, language, head) in cases {
            let (role, rule) = role_and_rule(&RepoPath::new(path).unwrap(), *language, head);
            assert_eq!(role, expected, "{path} by the rule `{rule}`");
        }
    }

    fn skip_of(path: &str, language: Language, text: &str) -> Option<SkipReason> {
        let path = RepoPath::new(path).unwrap();
        let security = SecurityConfig::default();
        let by_name = skip_by_name(&path, &security);
        by_name.or(skip_by_content(&path, language, text, &security)).map(|(reason, _)| reason)
    }

    #[test]
    fn product_code_is_code() {
        check_roles(
            Role::Code,
            &[
                ("src/main.rs", Rust, ""),
                ("lib/latest.java", Java, ""),
                ("src/contest.py", Python, ""),
                ("app/license.py", Python, ""),
                ("com/example/app/Main.java", Java, ""),
                ("src/deps/resolve.ts", TypeScript, ""),
                ("src/vendors.rs", Rust, ""),
                ("gen.py", Python, "# ids are automatically generated from the name\nx = 1\n"),
                ("scan.rs", Rust, "fn f() { g(\"@generated\") }\n"),
                ("a.java", Java, "// uses @GeneratedValue, do not edit lightly\n"),
                ("script.jl", Text, ""),
            ],
        );
    }

    #[test]
    fn tests_benches_and_fixtures_are_tests() {
        check_roles(
            Role::Test,
            &[
                ("tests/it/main.rs", Rust, ""),
                ("src/test/java/App.java", Java, ""),
                ("src/__tests__/app.js", JavaScript, ""),
                ("spec/models/user.rb", Ruby, ""),
                ("pkg/walk_test.go", Go, ""),
                ("test_walk.py", Python, ""),
                ("src/app.spec.ts", TypeScript, ""),
                ("src/UserTest.java", Java, ""),
                ("benches/search.rs", Rust, ""),
                ("pkg/testdata/in.json", Json, ""),
                ("a/fixtures/readme.md", Markdown, ""),
            ],
        );
    }

    #[test]
    fn prose_and_examples_are_doc() {
        check_roles(
            Role::Doc,
            &[
                ("README.md", Markdown, ""),
                ("LICENSE-MIT", Text, ""),
                ("CHANGELOG", Text, ""),
                ("docs/guide/install.rst", Text, ""),
                ("docs/conf.py", Python, ""),
                ("examples/basic.rs", Rust, ""),
                ("tests/README.md", Markdown, ""),
            ],
        );
    }

    #[test]
    fn settings_and_build_files_are_config() {
        check_roles(
            Role::Config,
            &[
                ("Cargo.toml", Toml, ""),
                ("Makefile", Makefile, ""),
                (".github/workflows/ci.yml", Yaml, ""),
                ("requirements-dev.txt", Text, ""),
                ("CMakeLists.txt", CMake, ""),
                ("setup.cfg", Text, ""),
                (".gitignore", Text, ""),
                ("go.mod", Text, ""),
                ("App.csproj", Text, ""),
            ],
        );
    }

    #[test]
    fn what_a_program_wrote_is_generated() {
        check_roles(
            Role::Generated,
            &[
                ("Cargo.lock", Toml, ""),
                ("web/package-lock.json", Json, ""),
                ("api/user.pb.go", Go, ""),
                ("static/app.min.js", JavaScript, ""),
                ("src/schema_generated.rs", Rust, ""),
                ("src/a.go", Go, "// Code generated by stringer; DO NOT EDIT.\n"),
                ("src/b.py", Python, "#!/usr/bin/env python\n# This file was generated by make.\n"),
                ("src/c.rs", Rust, "/* written by a tool\n * @generated\n */\n"),
                ("src/d.c", C, "/* Generated by bison.\n   x */\n/* generated parser\n * Do not edit! */\n"),
                ("tests/e.pb.go", Go, ""),
            ],
        );
    }

    #[test]
    fn copied_in_code_is_vendored_whatever_else_it_is() {
        check_roles(
            Role::Vendored,
            &[
                ("vendor/x/x_test.go", Go, ""),
                ("a/third_party/y.c", C, ""),
                ("web/node_modules/z/package.json", Json, ""),
                ("deps/lua/lua.c", C, ""),
            ],
        );
    }

    #[test]
    fn secrets_are_skipped_by_name_and_their_templates_are_not() {
        for path in [".env", "app/.env.production", "keys/server.pem", "home/.ssh/id_rsa", ".netrc", ".aws/credentials"]
        {
            assert_eq!(skip_of(path, Text, "x"), Some(SkipReason::Secret), "{path}");
        }
        for path in [".env.example", ".env.sample", "src/env.rs", "id_rsa.pub", "credentials.py", "src/key.rs"] {
            assert_eq!(skip_of(path, Text, "x"), None, "{path}");
        }
    }

    #[test]
    fn a_key_file_is_a_secret_only_with_a_private_key_in_it() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n";
        assert_eq!(skip_of("tls/server.key", Text, key), Some(SkipReason::Secret));
        assert_eq!(skip_of("i18n/menu.key", Text, "title = Menu\n"), None);
    }

    #[test]
    fn secret_files_are_kept_when_the_user_wants_them() {
        let security = SecurityConfig { index_secret_files: true, ..SecurityConfig::default() };
        let path = RepoPath::new(".env").unwrap();
        assert_eq!(skip_by_name(&path, &security), None);
        assert_eq!(skip_by_content(&path, Text, "A=1", &security), None);
    }

    #[test]
    fn long_lined_scripts_are_minified_and_long_lined_data_is_not() {
        let line = "var a=1;".repeat(1_000);
        let licensed = format!("{}{line}\n", "// line of a licence\n".repeat(10));
        assert_eq!(skip_of("a.js", JavaScript, &line), Some(SkipReason::Minified));
        assert_eq!(skip_of("a.css", Css, &licensed), Some(SkipReason::Minified));
        assert_eq!(skip_of("a.json", Json, &line), None);
        assert_eq!(skip_of("a.js", JavaScript, &"var a = 1;\n".repeat(1_000)), None);
        assert_eq!(skip_of("a.js", JavaScript, &"x".repeat(5_000)), None);
    }

    #[test]
    fn patterns_for_any_case_hold_no_capitals() {
        fn check(test: &Test) {
            match test {
                Test::Name(patterns) => patterns.iter().for_each(|name| assert_eq!(*name, name.to_ascii_lowercase())),
                Test::All(tests) => tests.iter().for_each(check),
                _ => {}
            }
        }
        RULES.iter().flat_map(|rule| rule.any_of.iter().chain(rule.except)).for_each(check);
    }

    #[test]
    fn stars_match_in_order() {
        for (pattern, name, expected) in [
            ("*.test.*", "a.test.ts", true),
            ("*.test.*", "atest.ts", false),
            ("test_*.py", "test_.py", true),
            ("test_*.py", "test.py", false),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(matches_stars(pattern, name), expected, "{pattern} on {name}");
        }
    }
}
