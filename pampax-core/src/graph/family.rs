//! Languages that see each other's names, and what a name may mean in each of them.
//!
//! Never here: single files, the catalog.

use crate::source::Language;

/// Languages whose files call each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    Rust,
    Python,
    Script,
    Go,
    Jvm,
    C,
    CSharp,
    Php,
    Ruby,
    Swift,
    Dart,
    Elixir,
    Haskell,
    Lua,
    Shell,
    Zig,
    OCaml,
    Sql,
    /// Files of settings, whose keys code reads.
    Settings,
    /// Everything else: text without calls.
    Other,
}

impl Family {
    /// The family of a language.
    pub(crate) fn of(language: Language) -> Family {
        match language {
            Language::Rust => Family::Rust,
            Language::Python => Family::Python,
            Language::JavaScript | Language::TypeScript | Language::Tsx => Family::Script,
            Language::Go => Family::Go,
            Language::Java | Language::Kotlin | Language::Scala => Family::Jvm,
            Language::C | Language::Cpp => Family::C,
            Language::CSharp => Family::CSharp,
            Language::Php => Family::Php,
            Language::Ruby => Family::Ruby,
            Language::Swift => Family::Swift,
            Language::Dart => Family::Dart,
            Language::Elixir => Family::Elixir,
            Language::Haskell => Family::Haskell,
            Language::Lua => Family::Lua,
            Language::Bash => Family::Shell,
            Language::Zig => Family::Zig,
            Language::OCaml | Language::OCamlInterface => Family::OCaml,
            Language::Sql => Family::Sql,
            Language::Json | Language::Yaml | Language::Toml => Family::Settings,
            _ => Family::Other,
        }
    }

    /// Whether `word` is the object or type whose code is running.
    pub(crate) fn is_self(self, word: &str) -> bool {
        match self {
            Family::Rust => matches!(word, "self" | "Self"),
            Family::Python => matches!(word, "self" | "cls"),
            Family::Php => matches!(word, "$this" | "self" | "static"),
            Family::Ruby | Family::Lua => word == "self",
            Family::Swift => matches!(word, "self" | "Self"),
            Family::Script | Family::Jvm | Family::C | Family::CSharp | Family::Dart => word == "this",
            Family::Zig => matches!(word, "self" | "Self"),
            Family::Elixir => word == "__MODULE__",
            _ => false,
        }
    }

    /// Whether `word` is what the running type extends. In Rust it is a module.
    pub(crate) fn is_super(self, word: &str) -> bool {
        match self {
            Family::Python | Family::Script | Family::Jvm | Family::Dart | Family::Swift | Family::Ruby => {
                word == "super"
            }
            Family::CSharp => word == "base",
            Family::Php => word == "parent",
            _ => false,
        }
    }

    /// Whether blocks stand in braces.
    pub(crate) fn has_braces(self) -> bool {
        use Family::{Elixir, Haskell, Lua, OCaml, Python, Ruby, Shell};
        !matches!(self, Python | Ruby | Lua | Elixir | Haskell | OCaml | Shell)
    }

    /// Whether a name that stands alone may be a member of the type around it.
    pub(crate) fn has_implicit_self(self) -> bool {
        use Family::{C, CSharp, Dart, Elixir, Jvm, Ruby, Swift};
        matches!(self, Jvm | C | CSharp | Dart | Ruby | Swift | Elixir)
    }

    /// Whether a name that stands alone is defined in its file, its package or by an import, and nowhere else.
    pub(crate) fn is_strict(self) -> bool {
        use Family::{Dart, Elixir, Go, Haskell, Jvm, OCaml, Python, Rust, Script, Zig};
        matches!(self, Rust | Python | Script | Go | Jvm | Dart | Elixir | Haskell | OCaml | Zig)
    }

    /// Whether the members of a type may stand in files other than its own.
    pub(crate) fn has_open_types(self) -> bool {
        use Family::{C, CSharp, Dart, Jvm, Lua, Ruby, Rust, Swift};
        matches!(self, Rust | C | CSharp | Ruby | Swift | Jvm | Dart | Lua)
    }

    /// Whether files of one folder see each other's names without imports.
    pub(crate) fn shares_folder(self) -> bool {
        matches!(self, Family::Go | Family::Jvm | Family::Php)
    }

    /// Whether names with a capital first letter are types by the language's rule or custom.
    pub(crate) fn capitals_are_types(self) -> bool {
        !matches!(self, Family::Go | Family::C | Family::Lua | Family::Shell | Family::Sql | Family::CSharp)
    }

    /// Whether one type may have several functions of one name that differ in their parameters.
    pub(crate) fn has_overloads(self) -> bool {
        matches!(self, Family::Jvm | Family::C | Family::CSharp | Family::Swift | Family::Elixir)
    }

    /// Whether a call of a class is a call of its constructor, where one is written.
    pub(crate) fn calls_constructors(self) -> bool {
        matches!(self, Family::Jvm | Family::CSharp | Family::C)
    }

    /// Whether the standard library of the family has a method of this name, so that a call on something unknown says
    /// little about a definition of the tree. Kept short on purpose: names that code calls all the time.
    pub(crate) fn is_common(self, name: &str) -> bool {
        let own: &[&str] = match self {
            Family::Rust => &[
                "and_then",
                "as_bytes",
                "as_mut",
                "as_ref",
                "as_str",
                "borrow",
                "chain",
                "chars",
                "cloned",
                "cmp",
                "collect",
                "deref",
                "eq",
                "err",
                "expect",
                "fmt",
                "fold",
                "from",
                "into",
                "into_iter",
                "is_empty",
                "is_none",
                "is_some",
                "iter_mut",
                "map_err",
                "ok",
                "ok_or",
                "or_else",
                "parse",
                "take",
                "to_owned",
                "to_string",
                "to_vec",
                "unwrap",
                "unwrap_or",
                "unwrap_or_default",
                "with",
                "zip",
            ],
            Family::Python => &["encode", "decode", "endswith", "setdefault", "startswith", "sleep", "debug", "error"],
            Family::Script => &[
                "addEventListener",
                "bind",
                "catch",
                "emit",
                "every",
                "forEach",
                "includes",
                "log",
                "on",
                "once",
                "resolve",
                "some",
                "splice",
                "trim",
                "toBe",
                "toEqual",
            ],
            Family::Go => &["Close", "Error", "Len", "Lock", "Read", "String", "Unlock", "Write", "Errorf", "Fatal"],
            Family::Jvm => &["compareTo", "forEach", "getClass", "getName", "hashCode", "isEmpty", "of", "stream"],
            _ => &["begin", "c_str", "each", "empty", "forEach", "new", "push_back", "ToString", "to_s"],
        };
        EVERYWHERE.binary_search(&name).is_ok() || own.contains(&name)
    }
}

/// Names that the standard library of every family has, in order.
const EVERYWHERE: &[&str] = &[
    "add", "all", "any", "append", "apply", "call", "clear", "clone", "close", "concat", "contains", "copy", "count",
    "delete", "end", "entries", "equals", "exec", "extend", "filter", "find", "first", "flush", "format", "get", "has",
    "hash", "index", "indexOf", "info", "init", "insert", "items", "iter", "join", "keys", "last", "len", "length",
    "list", "load", "lock", "lower", "map", "match", "max", "min", "name", "next", "open", "pop", "print", "push",
    "put", "read", "reduce", "remove", "replace", "reset", "run", "send", "set", "size", "slice", "sort", "split",
    "start", "stop", "strip", "test", "then", "toString", "trim", "type", "update", "upper", "value", "values", "wait",
    "write",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_that_call_each_other_are_of_one_family() {
        let pairs = [
            (Language::TypeScript, Language::JavaScript),
            (Language::Java, Language::Kotlin),
            (Language::C, Language::Cpp),
        ];
        for (left, right) in pairs {
            assert_eq!(Family::of(left), Family::of(right));
        }
        assert_ne!(Family::of(Language::Python), Family::of(Language::Ruby));
    }

    #[test]
    fn common_names_are_found_in_their_family() {
        assert!(Family::Go.is_common("add") && Family::Go.is_common("write") && Family::Rust.is_common("unwrap"));
        assert!(EVERYWHERE.is_sorted());
        assert!(!Family::Go.is_common("unwrap") && !Family::Python.is_common("render"));
    }
}
