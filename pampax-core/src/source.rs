//! Names for places in source code: paths, languages, roles, kinds, ranges, ids, generations.
//!
//! Never here: how a language is recognised or parsed (`parse/language.rs`).

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A file's path relative to the root of the index, with forward slashes, never empty, never leaving the root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RepoPath(String);

impl RepoPath {
    /// Checks and normalises `path`: backslashes become slashes, `./` is dropped.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the path is empty, absolute, or has a `..` component.
    pub fn new(path: &str) -> Result<RepoPath> {
        let slashed = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
        // Paths from a walk are in order already, and there are many of them.
        if slashed.split('/').all(|part| !matches!(part, "" | "." | "..")) {
            return Ok(RepoPath(slashed));
        }
        if slashed.starts_with('/') {
            return Err(Error::argument("path", format!("`{path}` is absolute; paths are relative to the root")));
        }
        let parts: Vec<&str> = slashed.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.is_empty() || parts.contains(&"..") {
            return Err(Error::argument("path", format!("`{path}` does not name a file below the root")));
        }
        Ok(RepoPath(parts.join("/")))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The folder part without a trailing slash; empty for a file in the root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The file name without its last extension.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => name,
        }
    }

    /// The last extension without its dot, if any.
    pub fn extension(&self) -> Option<&str> {
        match self.file_name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && !extension.is_empty() => Some(extension),
            _ => None,
        }
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RepoPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<RepoPath, D::Error> {
        let text = String::deserialize(deserializer)?;
        RepoPath::new(&text).map_err(serde::de::Error::custom)
    }
}

/// Declares an enum whose variants have one stable lower-case name each, used by serde, the catalog and the documents.
macro_rules! named_enum {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $type { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl $type {
            /// Every value, in declaration order.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }

            /// The value with this stable name.
            pub fn from_name(name: &str) -> Option<$type> {
                match name { $($name => Some($type::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.name())
            }
        }
    };
}
pub(crate) use named_enum;

named_enum! {
    /// A language the engine recognises. All but the last four are parsed; those and unknown text go by lines.
    Language {
        /// Rust.
        Rust = "rust",
        /// Python.
        Python = "python",
        /// JavaScript, JSX included.
        JavaScript = "javascript",
        /// TypeScript.
        TypeScript = "typescript",
        /// TypeScript with JSX.
        Tsx = "tsx",
        /// Go.
        Go = "go",
        /// Java.
        Java = "java",
        /// Kotlin.
        Kotlin = "kotlin",
        /// C.
        C = "c",
        /// C++.
        Cpp = "cpp",
        /// C#.
        CSharp = "csharp",
        /// PHP.
        Php = "php",
        /// Ruby.
        Ruby = "ruby",
        /// Swift.
        Swift = "swift",
        /// Scala.
        Scala = "scala",
        /// Elixir.
        Elixir = "elixir",
        /// Haskell.
        Haskell = "haskell",
        /// Lua.
        Lua = "lua",
        /// Bash and other Bourne shells.
        Bash = "bash",
        /// Zig.
        Zig = "zig",
        /// Dart.
        Dart = "dart",
        /// OCaml implementation files.
        OCaml = "ocaml",
        /// OCaml interface files.
        OCamlInterface = "ocaml-interface",
        /// HTML.
        Html = "html",
        /// CSS.
        Css = "css",
        /// JSON.
        Json = "json",
        /// YAML.
        Yaml = "yaml",
        /// TOML.
        Toml = "toml",
        /// SQL.
        Sql = "sql",
        /// Markdown.
        Markdown = "markdown",
        /// Make.
        Makefile = "makefile",
        /// Dockerfile.
        Dockerfile = "dockerfile",
        /// CMake.
        CMake = "cmake",
        /// Any other text.
        Text = "text",
    }
}

named_enum! {
    /// What a file is for, decided from its path and content.
    Role {
        /// Product code.
        Code = "code",
        /// Tests, fixtures, examples' checks.
        Test = "test",
        /// Prose for people.
        Doc = "doc",
        /// Settings, manifests, build files.
        Config = "config",
        /// Written by a program.
        Generated = "generated",
        /// Somebody else's code, copied in.
        Vendored = "vendored",
    }
}

named_enum! {
    /// What a span defines.
    SpanKind {
        /// A module, namespace or package.
        Module = "module",
        /// A class, object or actor.
        Class = "class",
        /// A struct or record.
        Struct = "struct",
        /// An enumeration.
        Enum = "enum",
        /// One case of an enumeration.
        EnumMember = "enum_member",
        /// An interface or protocol.
        Interface = "interface",
        /// A trait, type class or mixin.
        Trait = "trait",
        /// A block that implements or extends a type.
        Impl = "impl",
        /// A type alias, union or other named type.
        Type = "type",
        /// A free function.
        Function = "function",
        /// A function of a type.
        Method = "method",
        /// A constructor or initialiser.
        Constructor = "constructor",
        /// A macro.
        Macro = "macro",
        /// A constant.
        Constant = "constant",
        /// A variable of module level.
        Variable = "variable",
        /// A field of a type.
        Field = "field",
        /// A property with accessors.
        Property = "property",
        /// A section of prose.
        Section = "section",
        /// A key of a configuration file.
        Key = "key",
        /// A style rule.
        Rule = "rule",
        /// A named markup element.
        Element = "element",
        /// A table, view or index of a database.
        Table = "table",
        /// A target of a build or a test case with a name of its own.
        Target = "target",
    }
}

named_enum! {
    /// How one place in code refers to another.
    EdgeKind {
        /// Calls a function or macro.
        Call = "call",
        /// Imports a module or a name.
        Import = "import",
        /// Extends a class.
        Inherit = "inherit",
        /// Implements an interface or trait.
        Implement = "implement",
        /// Mentions a type or a value in any other way.
        Reference = "reference",
        /// Checks it: a test that reaches the definition, or a file of tests that is named after its file.
        TestOf = "test-of",
        /// Serves an address: a path that is registered with a web framework.
        Route = "route",
        /// Reads a setting by its name.
        ConfigKey = "config-key",
    }
}

/// Lines from `start` to `end`, both counted from 1 and both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineRange {
    /// The first line.
    pub start: u32,
    /// The last line.
    pub end: u32,
}

impl LineRange {
    /// Whether the two ranges share a line.
    pub fn overlaps(self, other: LineRange) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// Bytes from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ByteRange {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl ByteRange {
    /// The number of bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies within this range.
    pub fn contains(self, other: ByteRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The part of `text` that this range names; empty when it does not lie on character borders within `text`.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A stable name for one span: a hash of its path, kind, qualified name and its ordinal among equals, as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(u64);

impl SpanId {
    /// The id of the `ordinal`-th span of `path` with this kind and qualified name.
    pub fn new(path: &RepoPath, kind: SpanKind, qualified_name: &str, ordinal: u32) -> SpanId {
        let mut hasher = blake3::Hasher::new();
        for part in [path.as_str(), kind.name(), qualified_name] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        hasher.update(&ordinal.to_le_bytes());
        let mut first = [0u8; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        SpanId(u64::from_be_bytes(first))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl std::str::FromStr for SpanId {
    type Err = Error;

    fn from_str(text: &str) -> Result<SpanId> {
        let well_formed = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u64::from_str_radix(text, 16) {
            Ok(value) if well_formed => Ok(SpanId(value)),
            _ => Err(Error::argument("span_id", format!("`{text}` is not 16 hexadecimal digits"))),
        }
    }
}

impl Serialize for SpanId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpanId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<SpanId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The number of a committed state of an index. It grows by one with every commit that changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Generation(pub u64);

/// The BLAKE3 hash of a file's bytes, cut to 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ContentHash(pub [u8; 16]);

impl ContentHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> ContentHash {
        let mut cut = [0u8; 16];
        cut.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
        ContentHash(cut)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for ContentHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::str::FromStr for ContentHash {
    type Err = Error;

    fn from_str(text: &str) -> Result<ContentHash> {
        let well_formed = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u128::from_str_radix(text, 16) {
            Ok(value) if well_formed => Ok(ContentHash(value.to_be_bytes())),
            _ => Err(Error::argument("content_hash", format!("`{text}` is not 32 hexadecimal digits"))),
        }
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<ContentHash, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether a file on disk still is the one that was indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Freshness {
    /// Size and time of modification are unchanged.
    Fresh,
    /// The file changed since.
    Stale,
    /// The file is gone.
    Missing,
    /// The file cannot be asked about.
    Unknown,
}
