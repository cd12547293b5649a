//! Types as they are written: their names without what wraps them.
//!
//! Never here: where a type stands.

use super::{closing, signature};

/// Types that stand for the one they hold.
const WRAPPERS: &[&str] = &[
    "Annotated",
    "Arc",
    "Awaitable",
    "Box",
    "ClassVar",
    "Cow",
    "Final",
    "Lazy",
    "NonNull",
    "Option",
    "Optional",
    "Partial",
    "Pin",
    "Promise",
    "Rc",
    "Readonly",
    "Ref",
    "RefMut",
    "Required",
    "Result",
    "Type",
    "io::Result",
    "shared_ptr",
    "std::shared_ptr",
    "std::unique_ptr",
    "t.Optional",
    "t.Type",
    "type",
    "typing.Optional",
    "unique_ptr",
];

/// Types that hold many of the one they name last.
const COLLECTIONS: &[&str] = &[
    "Array",
    "ArrayList",
    "AsyncIterable",
    "AsyncIterator",
    "BTreeMap",
    "BTreeSet",
    "Collection",
    "Deque",
    "Dict",
    "HashMap",
    "HashSet",
    "Iterable",
    "Iterator",
    "LinkedList",
    "List",
    "Map",
    "Punctuated",
    "Queue",
    "ReadonlyArray",
    "Sequence",
    "Set",
    "Stream",
    "Tuple",
    "Vec",
    "VecDeque",
    "deque",
    "dict",
    "frozenset",
    "list",
    "set",
    "std::vector",
    "t.Iterable",
    "t.Iterator",
    "t.Sequence",
    "tuple",
    "vector",
];

/// Words before or in place of a type that are none.
const NO_TYPES: &[&str] = &[
    "abstract",
    "and",
    "as",
    "async",
    "await",
    "case",
    "catch",
    "class",
    "const",
    "default",
    "defer",
    "delete",
    "do",
    "elif",
    "else",
    "enum",
    "export",
    "extends",
    "extern",
    "final",
    "for",
    "from",
    "func",
    "function",
    "go",
    "goto",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "is",
    "lambda",
    "let",
    "match",
    "mut",
    "namespace",
    "new",
    "not",
    "of",
    "or",
    "out",
    "override",
    "package",
    "private",
    "protected",
    "public",
    "raise",
    "readonly",
    "ref",
    "register",
    "return",
    "static",
    "switch",
    "throw",
    "throws",
    "try",
    "type",
    "typedef",
    "typeof",
    "using",
    "val",
    "var",
    "virtual",
    "volatile",
    "where",
    "while",
    "with",
    "yield",
];

/// The type that `text` ends with, before a name.
pub(crate) fn type_at_end(text: &str) -> Option<String> {
    let mut rest = text.trim_end();
    let mut is_many = false;
    loop {
        is_many |= rest.ends_with("...");
        let shorter = rest.trim_end_matches(['*', '&', '?', ' ', '.']);
        let shorter = shorter.strip_suffix("const").filter(|rest| rest.ends_with([' ', '*', '&'])).unwrap_or(shorter);
        if let Some(inner) = shorter.strip_suffix(']') {
            is_many = true;
            rest = &inner[..inner.rfind('[')?];
        } else if shorter.len() == rest.len() {
            break;
        } else {
            rest = shorter;
        }
    }
    let mut generics = "";
    if rest.ends_with('>') {
        let mut depth = 0usize;
        let start = rest.char_indices().rev().take(400).find(|(_, c)| {
            match c {
                '>' => depth += 1,
                '<' => depth -= 1,
                _ => {}
            }
            depth == 0
        })?;
        generics = &rest[start.0..];
        rest = rest[..start.0].trim_end();
    }
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '\\');
    let start = rest.char_indices().rev().take_while(|(_, c)| is_path(*c)).last()?.0;
    let path = rest[start..].trim_start_matches([':', '.']);
    let is_word = path.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '\\') && !NO_TYPES.contains(&path);
    match (is_word, is_many) {
        (false, _) => None,
        (true, true) => Some(format!("[]{}", parse(&format!("{path}{generics}")))),
        (true, false) => Some(parse(&format!("{path}{generics}"))),
    }
}

/// The name of the type that `written` begins with, wrappers taken off, with `[]` before the name of what a collection
/// holds; empty for what has no name.
pub(crate) fn parse(written: &str) -> String {
    parse_within(written, 4)
}

fn parse_within(written: &str, depth: u8) -> String {
    const PREFIXES: &[&str] =
        &["mut ", "dyn ", "impl ", "const ", "struct ", "readonly ", "async ", "class ", "enum ", "suspend ", "inout "];
    let mut rest = written.trim_start();
    loop {
        let shorter = rest.trim_start_matches(['&', '*', '?', '"', '\'', ' ', '\\']);
        let shorter = PREFIXES.iter().find_map(|prefix| shorter.strip_prefix(prefix)).unwrap_or(shorter);
        // A lifetime: a short word right after a reference mark.
        let shorter = match rest.starts_with("&'") {
            true => shorter.split_once(' ').map_or(shorter, |(_, after)| after),
            false => shorter,
        };
        if shorter.len() == rest.len() {
            break;
        }
        rest = shorter;
    }
    let Some(depth) = depth.checked_sub(1) else { return String::new() };
    if let Some(held) = held(rest) {
        return many(held, depth);
    }
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '\\' | '$');
    let end = rest.find(|c| !is_path(c)).unwrap_or(rest.len());
    let path = rest[..end].trim_end_matches([':', '.']);
    let after = rest[end..].trim_start();
    if after.starts_with(['<', '[']) && !after.starts_with("[]") {
        if WRAPPERS.contains(&path) {
            return parse_within(&after[1..], depth);
        }
        if COLLECTIONS.contains(&path) {
            let (open, close) = if after.starts_with('<') { (b'<', b'>') } else { (b'[', b']') };
            let inner = closing(after, open, close).map_or("", |end| &after[1..end - 1]);
            return many(signature::split_list(inner).last().copied().unwrap_or(""), depth);
        }
    }
    if matches!(path, "None" | "null" | "undefined") && after.starts_with('|') {
        return parse_within(&after[1..], depth);
    }
    let is_name = path.starts_with(|c: char| c.is_alphabetic() || c == '_') && !NO_TYPES.contains(&path);
    match (is_name, after.starts_with("[]")) {
        (false, _) => String::new(),
        (true, true) => format!("[]{path}"),
        (true, false) => path.to_owned(),
    }
}

/// What a list, a map or a channel holds whose type is written with signs.
fn held(written: &str) -> Option<&str> {
    if let Some(inner) = written.strip_prefix('[') {
        // `[]T` and `[4]T`, but `[T]` and `[T; 4]`.
        let (count, held) = inner.split_once(']').unwrap_or((inner, ""));
        let is_first = !count.is_empty() && !count.starts_with(|c: char| c.is_ascii_digit());
        let is_bare = held.trim_start().starts_with([',', ')', ';', '>', '=', '{']) || held.trim().is_empty();
        return Some(if is_first && is_bare { count } else { held });
    }
    let map = || written.strip_prefix("map[").and_then(|inner| Some(inner.split_once(']')?.1));
    written.strip_prefix("...").or_else(|| written.strip_prefix("chan ")).or_else(map)
}

/// The type of a collection that holds `held`.
fn many(held: &str, depth: u8) -> String {
    match parse_within(held, depth) {
        name if name.is_empty() || name.starts_with("[]") => String::new(),
        name => format!("[]{name}"),
    }
}

/// The type that `text` ends with, before a name, as it is told from others: `int[]`, `String`, `List`.
pub(crate) fn plain_type_at_end(text: &str) -> Option<String> {
    let mut rest = text.trim_end();
    let mut suffix = String::new();
    loop {
        if let Some(shorter) = rest.strip_suffix("...") {
            suffix.push_str("[]");
            rest = shorter.trim_end();
        } else if let Some(inner) = rest.strip_suffix(']') {
            suffix.push_str("[]");
            rest = inner[..inner.rfind('[')?].trim_end();
        } else if rest.ends_with('>') {
            let mut depth = 0usize;
            let start = rest.char_indices().rev().take(400).find(|(_, c)| {
                match c {
                    '>' => depth += 1,
                    '<' => depth -= 1,
                    _ => {}
                }
                depth == 0
            })?;
            rest = rest[..start.0].trim_end();
        } else {
            break;
        }
    }
    let start = rest.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
    let name = rest.get(start..)?;
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !NO_TYPES.contains(&name);
    is_name.then(|| format!("{name}{suffix}"))
}
