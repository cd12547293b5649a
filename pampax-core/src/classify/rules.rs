//! The table of rules: the first rule of a kind whose test passes decides.
//!
//! Never here: how a rule is applied.

use super::SkipReason;
use crate::source::{Language, Role};

/// One row of the table.
pub(super) struct Rule {
    /// What the rule looks at, as a phrase for people.
    pub(super) name: &'static str,
    /// What it decides.
    pub(super) outcome: Outcome,
    /// It applies when one of these passes,
    pub(super) any_of: &'static [Test],
    /// and none of these does.
    pub(super) except: &'static [Test],
}

/// What a rule decides.
#[derive(Clone, Copy)]
pub(super) enum Outcome {
    Skip(SkipReason),
    Role(Role),
}

/// One condition. Folders count in any case; so do names, unless the pattern holds capitals.
pub(super) enum Test {
    /// The file name matches one of these, in which `*` stands for any characters.
    Name(&'static [&'static str]),
    /// A folder on the path below the root has one of these names.
    Folder(&'static [&'static str]),
    /// The first folder below the root has one of these names.
    TopFolder(&'static [&'static str]),
    /// The file is in one of these languages.
    Language(&'static [Language]),
    /// The text has this property.
    Text(fn(&str) -> bool),
    /// All of these pass.
    All(&'static [Test]),
}

const fn skip(reason: SkipReason, name: &'static str, any_of: &'static [Test]) -> Rule {
    Rule { name, outcome: Outcome::Skip(reason), any_of, except: &[] }
}

const fn role(role: Role, name: &'static str, any_of: &'static [Test]) -> Rule {
    Rule { name, outcome: Outcome::Role(role), any_of, except: &[] }
}

use Test::{All, Folder, Name, Text, TopFolder};

/// Every rule, in order of precedence within its kind.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "name of a file of secrets",
        outcome: Outcome::Skip(SkipReason::Secret),
        any_of: &[Name(&[
            ".env",
            ".env.*",
            "*.env",
            "*.pem",
            "*.p12",
            "*.pfx",
            "*.jks",
            "*.keystore",
            "*.kdbx",
            "*.ppk",
            "id_rsa",
            "id_dsa",
            "id_ecdsa",
            "id_ed25519",
            ".netrc",
            "_netrc",
            ".pgpass",
            ".pypirc",
            ".htpasswd",
            ".dockercfg",
            ".git-credentials",
            "credentials",
            "credentials.json",
            "secrets.json",
            "secrets.toml",
            "secrets.yaml",
            "secrets.yml",
            "*.tfstate",
            "*.tfstate.backup",
        ])],
        except: &[Name(&[
            "*.example",
            "*.sample",
            "*.template",
            "*.dist",
            "*example.env",
            "*sample.env",
            "*template.env",
        ])],
    },
    skip(SkipReason::Secret, "private key in a key file", &[All(&[Name(&["*.key"]), Text(holds_private_key)])]),
    skip(SkipReason::Secret, "token in a registry file", &[All(&[Name(&[".npmrc", ".yarnrc*"]), Text(holds_token)])]),
    skip(
        SkipReason::Minified,
        "average line longer than 500 bytes",
        &[All(&[Test::Language(&[Language::JavaScript, Language::Css]), Text(has_very_long_lines)])],
    ),
    role(
        Role::Vendored,
        "folder of copied-in code",
        &[
            Folder(&[
                "vendor",
                "vendored",
                "_vendor",
                "third_party",
                "third-party",
                "thirdparty",
                "3rdparty",
                "node_modules",
                "bower_components",
                "jspm_packages",
                "site-packages",
                "pods",
                "carthage",
            ]),
            TopFolder(&["deps", "external", "extern"]),
        ],
    ),
    role(
        Role::Generated,
        "lock file",
        &[Name(&[
            "cargo.lock",
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "deno.lock",
            "poetry.lock",
            "uv.lock",
            "pdm.lock",
            "pipfile.lock",
            "composer.lock",
            "gemfile.lock",
            "go.sum",
            "mix.lock",
            "pubspec.lock",
            "podfile.lock",
            "flake.lock",
            "gradle.lockfile",
            "packages.lock.json",
            "package.resolved",
        ])],
    ),
    role(
        Role::Generated,
        "name of a generated file",
        &[Name(&[
            "*.pb.go",
            "*.pb.cc",
            "*.pb.h",
            "*_pb2.py",
            "*_pb2_grpc.py",
            "*_pb2.pyi",
            "*_pb.js",
            "*_pb.d.ts",
            "*.min.js",
            "*.min.css",
            "*.js.map",
            "*.css.map",
            "*_generated.*",
            "*.generated.*",
            "*.g.dart",
            "*.freezed.dart",
            "*.g.cs",
            "*.designer.cs",
        ])],
    ),
    role(Role::Generated, "folder of generated files", &[Folder(&["generated", "__generated__"])]),
    role(Role::Generated, "marker of a generated file in its first lines", &[Text(says_generated)]),
    role(
        Role::Test,
        "folder of test data",
        &[Folder(&["testdata", "test-data", "test_data", "fixtures", "__fixtures__", "__snapshots__", "__mocks__"])],
    ),
    role(
        Role::Config,
        "name of a build file",
        &[Name(&["requirements*.txt", "constraints*.txt", "cmakelists.txt", "robots.txt", "manifest.in"])],
    ),
    role(
        Role::Doc,
        "name of a document",
        &[Name(&[
            "readme",
            "license",
            "licence",
            "LICENSE-*",
            "LICENCE-*",
            "copying",
            "COPYING.*",
            "COPYING-*",
            "COPYRIGHT",
            "changelog",
            "changes",
            "history",
            "news",
            "authors",
            "contributors",
            "contributing",
            "maintainers",
            "notice",
            "patents",
            "security",
            "todo",
            "install",
            "*.md",
            "*.mdx",
            "*.markdown",
            "*.rst",
            "*.adoc",
            "*.asciidoc",
            "*.txt",
            "*.org",
            "*.tex",
            "*.texi",
            "*.pod",
        ])],
    ),
    role(
        Role::Test,
        "folder of tests or benchmarks",
        &[Folder(&[
            "test",
            "tests",
            "__tests__",
            "__test__",
            "spec",
            "specs",
            "e2e",
            "unittest",
            "unittests",
            "androidtest",
            "integration-tests",
            "integration_tests",
            "bench",
            "benches",
            "benchmark",
            "benchmarks",
        ])],
    ),
    role(
        Role::Test,
        "name of a test file",
        &[Name(&[
            "*_test.*",
            "*_tests.*",
            "*_bench.*",
            "*.test.*",
            "*.spec.*",
            "*_spec.rb",
            "*_spec.lua",
            "test_*.py",
            "test_*.c",
            "test_*.cc",
            "test_*.cpp",
            "test_*.rb",
            "test_*.rs",
            "test-*.js",
            "tests.rs",
            "tests.py",
            "conftest.py",
            "*Test.java",
            "*Tests.java",
            "*IT.java",
            "*Test.kt",
            "*Tests.kt",
            "*Test.scala",
            "*Spec.scala",
            "*Spec.kt",
            "*Spec.groovy",
            "*Spec.hs",
            "*Test.php",
            "*Test.cs",
            "*Tests.cs",
            "*Tests.swift",
            "*Test.swift",
        ])],
    ),
    role(
        Role::Doc,
        "folder of documents or examples",
        &[Folder(&["doc", "docs", "docs_src", "documentation", "examples", "samples"])],
    ),
    role(
        Role::Config,
        "language of settings",
        &[Test::Language(&[
            Language::Json,
            Language::Yaml,
            Language::Toml,
            Language::Makefile,
            Language::Dockerfile,
            Language::CMake,
        ])],
    ),
    role(
        Role::Config,
        "name of a settings or build file",
        &[Name(&[
            "*.json",
            "*.json5",
            "*.jsonc",
            "*.yaml",
            "*.yml",
            "*.toml",
            "*.ini",
            "*.cfg",
            "*.conf",
            "*.config",
            "*.properties",
            "*.plist",
            "*.xml",
            "*.csproj",
            "*.fsproj",
            "*.vbproj",
            "*.vcxproj",
            "*.sln",
            "*.props",
            "*.targets",
            "*.gradle",
            "*.gradle.kts",
            "*.cmake",
            "*.mk",
            "*.bazel",
            "*.bzl",
            "*.cabal",
            "*.gemspec",
            "*.podspec",
            "*.nix",
            "*.lock",
            "makefile*",
            "gnumakefile",
            "dockerfile*",
            "*.dockerfile",
            "jenkinsfile",
            "vagrantfile",
            "procfile",
            "brewfile",
            "gemfile",
            "rakefile",
            "podfile",
            "pipfile",
            "BUILD",
            "WORKSPACE",
            "justfile",
            "go.mod",
            "go.work",
            "codeowners",
            ".*ignore",
            ".*rc",
            ".editorconfig",
            ".gitattributes",
            ".gitmodules",
            ".mailmap",
        ])],
    ),
    role(
        Role::Config,
        "name of a data file",
        &[Name(&["*.csv", "*.tsv", "*.svg", "*.log", "*.ndjson", "*.jsonl", "*.po"])],
    ),
];

fn holds_private_key(text: &str) -> bool {
    text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
}

fn holds_token(text: &str) -> bool {
    ["_authToken", "_password", "_auth=", "npmAuthToken"].iter().any(|key| text.contains(key))
}

/// More than 5 KB in lines of more than 500 bytes on average.
fn has_very_long_lines(text: &str) -> bool {
    let lines = text.bytes().filter(|&byte| byte == b'\n').count() + 1;
    text.len() > 5 * 1024 && text.len() / lines > 500
}

/// Whether a comment in the first 40 lines says that a program wrote the file.
fn says_generated(text: &str) -> bool {
    let comments: Vec<String> = text
        .lines()
        .take(40)
        .map(|line| line.trim_start().chars().take(200).collect::<String>())
        .filter(|line| COMMENT_STARTS.iter().any(|start| line.starts_with(start)))
        .map(|line| line.to_lowercase())
        .collect();
    let pairs = comments.windows(2).map(|pair| pair.join(" "));
    comments.iter().any(|line| is_marker(line)) || pairs.into_iter().any(|pair| is_warning(&pair))
}

const COMMENT_STARTS: &[&str] =
    &["//", "#", "/*", "*", "--", ";", "<!--", "%", "\"\"\"", "'''", "(*", "{-", "!", "REM ", "rem "];

fn is_marker(line: &str) -> bool {
    let token = line
        .split_once("@generated")
        .is_some_and(|(_, after)| !after.starts_with(|next: char| next.is_alphanumeric() || next == '_'));
    let statement = ["this file is generated", "this file was generated"].iter().any(|phrase| line.contains(phrase))
        || (line.contains("this file") && (line.contains("automatically generated") || line.contains("autogenerated")))
        || (line.contains("this file") && line.contains("auto-generated"))
        || line.contains("<auto-generated");
    token || statement || is_warning(line)
}

/// Says both that something is generated and that it must not be edited.
fn is_warning(line: &str) -> bool {
    let forbids = ["do not edit", "don't edit", "do not modify", "do not change", "dont edit"];
    line.contains("generated")
        && !line.contains("@generatedvalue")
        && forbids.iter().any(|phrase| line.contains(phrase))
}
