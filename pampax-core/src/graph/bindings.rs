//! The names that a file's imports bind, read from the statements as they are written.
//!
//! Never here: which files the modules are (`modules.rs`).

mod python;
mod rust;
mod script;
mod statements;

use super::family::Family;
use crate::parse::Parsed;
use crate::source::{EdgeKind, Language};

/// One name that an import makes known in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The name in the file; empty when the import binds none.
    pub local: String,
    /// The module as written.
    pub module: String,
    /// The name within the module; `None` when the name stands for the module itself.
    pub item: Option<String>,
    /// Whether every name of the module is known by itself.
    pub is_wildcard: bool,
    /// The line of the statement, counted from 1.
    pub line: u32,
}

impl Binding {
    fn module(local: &str, module: &str, line: u32) -> Binding {
        Binding { local: local.to_owned(), module: module.to_owned(), item: None, is_wildcard: false, line }
    }

    fn item(local: &str, module: &str, item: &str, line: u32) -> Binding {
        Binding { item: Some(item.to_owned()), ..Binding::module(local, module, line) }
    }

    fn wildcard(module: &str, line: u32) -> Binding {
        Binding { is_wildcard: true, ..Binding::module("", module, line) }
    }
}

/// The bindings of all imports of a file, in their order.
pub(crate) fn read(language: Language, text: &str, parsed: &Parsed) -> Vec<Binding> {
    let imports = parsed.references.iter().filter(|reference| reference.kind == EdgeKind::Import);
    let lines = Lines::new(text);
    let mut bindings = Vec::new();
    let mut last = None;
    for import in imports {
        let (name, line) = (import.name.as_str(), import.line);
        let before = bindings.len();
        match Family::of(language) {
            Family::Rust => rust::read(name, line, &mut bindings),
            // One statement of Python may name several modules on its line; it is read once.
            Family::Python if last == Some(line) => {}
            Family::Python => python::read(lines.from(line), line, &mut bindings),
            Family::Script => script::read(&lines, name, line, &mut bindings),
            family => statements::read((family, language), lines.line(line), (name, line), &mut bindings),
        }
        if bindings.len() == before && Family::of(language) != Family::Python {
            bindings.push(Binding::module("", name, line));
        }
        last = Some(line);
    }
    bindings
}

/// A text by its lines.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { text, starts }
    }

    /// Where a line begins.
    fn start(&self, line: u32) -> usize {
        self.starts.get((line as usize).saturating_sub(1)).copied().unwrap_or(self.text.len())
    }

    /// The text from a line on.
    fn from(&self, line: u32) -> &'t str {
        &self.text[self.start(line)..]
    }

    /// One line.
    fn line(&self, line: u32) -> &'t str {
        self.from(line).split('\n').next().unwrap_or("").trim_end_matches('\r')
    }
}

/// The name and the new name of one entry of a list: `a`, `a as b`.
fn renamed(entry: &str) -> (&str, &str) {
    let entry = entry.trim();
    match entry.split_once(" as ") {
        Some((name, local)) => (name.trim(), local.trim()),
        None => (entry, entry),
    }
}

/// The last of the names that `separator` joins.
fn last<'t>(path: &'t str, separator: &str) -> &'t str {
    path.rsplit(separator).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemClock;
    use crate::parse::{ParseLimits, parse};

    fn check(language: Language, text: &str, expected: &[&str]) {
        let parsed = parse(text, language, &ParseLimits::default(), &SystemClock::new());
        let bindings = read(language, text, &parsed);
        let shown = |found: &Binding| {
            let item = found.item.as_ref().map_or(String::new(), |item| format!("#{item}"));
            let star = if found.is_wildcard { "*" } else { "" };
            format!("{}={}{item}{star}", found.local, found.module)
        };
        assert_eq!(bindings.iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn python_imports_bind_modules_and_names() {
        let text = "import os, a.b as c\nimport x.y\nfrom .m import (\n    d as e,  # why\n    f,\n)\nfrom . import g\nfrom h import *\n";
        check(Language::Python, text, &["os=os", "c=a.b", "x=x", "e=.m#d", "f=.m#f", "g=.#g", "=h*"]);
    }

    #[test]
    fn script_imports_bind_defaults_names_and_spaces() {
        let text = "import A, { b as c, type D } from './m';\nimport * as n from 'n';\nimport './side';\nexport { x as y } from './z';\nexport * from './all';\nexport * as ns from './ns';\nimport {\n  long,\n} from './long';\nconst { p, q: r } = require('./r');\nconst s = require('./s');\n";
        check(
            Language::TypeScript,
            text,
            &[
                "A=./m#default",
                "c=./m#b",
                "D=./m#D",
                "n=n",
                "=./side",
                "y=./z#x",
                "=./all*",
                "ns=./ns",
                "long=./long#long",
                "p=./r#p",
                "r=./r#q",
                "s=./s",
            ],
        );
    }

    #[test]
    fn rust_uses_bind_the_leaves_of_their_trees() {
        let text = "use a::b::{self, c::D, e as f, g::*};\npub use crate::x::Y;\nuse z;\nextern crate core;\n";
        check(
            Language::Rust,
            text,
            &["b=a#b", "D=a::b::c#D", "f=a::b#e", "=a::b::g*", "Y=crate::x#Y", "z=z", "core=core"],
        );
    }

    #[test]
    fn other_imports_bind_what_their_statements_say() {
        check(
            Language::Go,
            "package x\nimport (\n\t\"fmt\"\n\tc \"a.b/chi/v5\"\n\t\"a.b/go-yaml\"\n\t. \"a.b/dot\"\n)\n",
            &["fmt=fmt", "c=a.b/chi/v5", "go-yaml=a.b/go-yaml", "=a.b/dot*"],
        );
        check(
            Language::Java,
            "import a.b.C;\nimport static a.b.D.e;\nimport a.b.*;\nimport static a.b.F.*;\n",
            &["C=a.b#C", "e=a.b.D#e", "=a.b*", "=a.b.F*"],
        );
        check(Language::Kotlin, "import a.b.C as D\nimport a.b.*\n", &["D=a.b#C", "=a.b*"]);
        check(Language::Php, "<?php\nuse A\\B\\C as D;\nuse E\\F;\n", &["D=A\\B#C", "F=E#F"]);
        check(Language::C, "#include \"a/b.h\"\n#include <c.h>\n", &["=a/b.h*", "=c.h*"]);
        check(Language::CSharp, "using A.B;\nusing X = A.B.C;\n", &["=A.B*", "X=A.B#C"]);
        check(Language::Ruby, "require_relative 'a/b'\nrequire \"c\"\n", &["=./a/b*", "=c*"]);
        check(Language::Lua, "local m = require(\"a.b\")\n", &["m=a.b"]);
        check(Language::Zig, "const m = @import(\"a/b.zig\");\n", &["m=a/b.zig"]);
        check(
            Language::Dart,
            "import 'package:a/b.dart' as b;\nimport '../c.dart';\n",
            &["b=package:a/b.dart", "=../c.dart*"],
        );
        check(Language::Haskell, "import qualified A.B as M\nimport A.C (d)\n", &["M=A.B", "=A.C*"]);
        check(
            Language::Elixir,
            "defmodule X do\n  alias A.B\n  alias A.C, as: D\n  import A.E\nend\n",
            &["B=A.B", "D=A.C", "=A.E*"],
        );
    }
}
