//! Types as they are written: of a variable near its use, of a field, of what a function gives back.
//!
//! Never here: what a written type is. Reading goes by text, so it is a guess; a wrong word names no type of the tree.

pub(crate) mod signature;
mod value;
mod word;

use super::family::Family;
use crate::parse::receiver_before;
use crate::source::Language;
pub(crate) use value::{chain, closing};
pub(crate) use word::{identifier_at, words};

/// What a text says about the type of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// A type by its name or path; empty when it is none that could have members of the tree.
    Type(String),
    /// The `index`-th value of an expression, in the form of a receiver: `Router::new()`, `self.store`.
    Value { chain: String, index: usize },
    /// One of the values that an expression holds.
    Element(String),
}

/// A text in which a name is looked for, and the place it is used at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'t> {
    pub family: Family,
    pub text: &'t str,
    /// So many bytes at the start are parameters.
    pub signature: usize,
    /// Where the name is used: what is declared before counts, and the latest of it.
    pub used_at: usize,
}

impl<'t> Scope<'t> {
    /// A declaration as a whole.
    pub(crate) fn whole(family: Family, text: &'t str) -> Scope<'t> {
        Scope { family, text, signature: 0, used_at: text.len() }
    }
}

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

/// What the text of `scope` says about the type of `name` where it is used.
pub(crate) fn declared(scope: Scope<'_>, name: &str) -> Option<Written> {
    let mut first = None;
    let mut latest = None;
    for at in words(scope.text, name) {
        if at >= scope.used_at && (latest.is_some() || first.is_some()) {
            break;
        }
        let around = Around {
            family: scope.family,
            before: &scope.text[..at],
            after: &scope.text[at + name.len()..],
            in_signature: at < scope.signature,
        };
        let Some(found) = around.annotated().or_else(|| around.assigned()).or_else(|| around.given()) else { continue };
        if at < scope.used_at && is_open(scope, at) {
            latest = Some(found);
        } else if at >= scope.used_at {
            first = first.or(Some(found));
        }
    }
    latest.or(first)
}

/// Whether the block of a declaration at `at` is still open where the name is used.
fn is_open(scope: Scope<'_>, at: usize) -> bool {
    if at < scope.signature || !scope.family.has_braces() {
        return true;
    }
    let is_parameter = open_bracket(&scope.text[..at]) == Some('(');
    let (mut depth, mut entered) = (0i32, false);
    for byte in scope.text.as_bytes()[at..scope.used_at.min(scope.text.len())].iter() {
        match byte {
            b'{' => {
                depth += 1;
                entered = true;
            }
            b'}' => depth -= 1,
            _ => continue,
        }
        if depth < 0 || depth == 0 && entered && is_parameter {
            return false;
        }
    }
    true
}

/// One mention of a name with the text on both sides of it.
struct Around<'t> {
    family: Family,
    before: &'t str,
    after: &'t str,
    in_signature: bool,
}

impl Around<'_> {
    fn annotated(&self) -> Option<Written> {
        match self.family {
            Family::Go => self.go_type(),
            Family::C | Family::CSharp | Family::Dart | Family::Php => self.type_before(),
            Family::Jvm => self.type_before().or_else(|| self.type_after_colon()),
            _ => self.type_after_colon(),
        }
    }

    fn type_after_colon(&self) -> Option<Written> {
        let after = self.after.trim_start().trim_start_matches(['?', '!']);
        let written = after.strip_prefix(':').filter(|rest| !rest.starts_with([':', '=']))?;
        let before = self.before.trim_end();
        let is_first = before.rsplit('\n').next().is_some_and(str::is_empty)
            || before.len() < self.before.len()
                && self.family == Family::Python
                && self.before.trim_end_matches([' ', '\t']).ends_with('\n');
        let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        let is_declared = matches!(
            last,
            "let"
                | "const"
                | "var"
                | "val"
                | "mut"
                | "pub"
                | "private"
                | "public"
                | "protected"
                | "readonly"
                | "static"
                | "lateinit"
                | "override"
                | "crate"
        ) || before.ends_with("pub(crate)")
            || before.ends_with("pub(super)");
        let is_parameter = matches!(open_bracket(before), Some('(' | '|')) || before.ends_with('|');
        (before.is_empty() || is_first || is_declared || is_parameter).then(|| Written::Type(parse(written)))
    }

    fn type_before(&self) -> Option<Written> {
        let after = self.after.trim_start();
        let ends = after.starts_with(['=', ';', ',', ')', ':', '[', '{']) || after.is_empty();
        let may_construct = self.family == Family::C && after.starts_with('(');
        if !(ends || may_construct) || after.starts_with("==") || after.starts_with("::") {
            return None;
        }
        // PHP writes the sign of a variable before its name.
        let before = self.before.trim_end_matches('$');
        if before.trim_end().len() == before.len() && !before.ends_with(['*', '&', '>']) {
            return None;
        }
        let written = type_at_end(before)?;
        Some(Written::Type(written))
    }

    fn go_type(&self) -> Option<Written> {
        let before = self.before.trim_end();
        let is_declared = self.in_signature || before.is_empty() || before.ends_with("var") || before.ends_with('\n');
        if !is_declared {
            return None;
        }
        let mut after = self.after;
        // `a, b T` gives both names one type.
        while let Some(rest) = after.strip_prefix(',').filter(|_| self.in_signature || before.is_empty()) {
            let rest = rest.trim_start();
            after = &rest[identifier_at(rest).len()..];
        }
        let written = after.strip_prefix([' ', '\t'])?.trim_start();
        let starts_type = written.starts_with(|c: char| c.is_alphabetic() || matches!(c, '*' | '[' | '_' | '.'));
        starts_type.then(|| Written::Type(parse(written.trim_start_matches('.'))))
    }

    /// A name that a loop or a closure gives one value after another.
    fn given(&self) -> Option<Written> {
        let after = self.after.trim_start().trim_start_matches([')', ',']).trim_start();
        let line_before = self.before.rsplit('\n').next().unwrap_or("");
        let is_loop = line_before.contains("for ") || line_before.contains("for(") || line_before.contains("foreach");
        if is_loop && let Some(rest) = after.strip_prefix("in ").or_else(|| after.strip_prefix("of ")) {
            return chain(rest).map(Written::Element);
        }
        let before = self.before.trim_end_matches(['&', ' ', '(', '|', ',', '_']);
        let opens = &self.before[before.len()..];
        let is_closure = match self.family {
            Family::Rust => opens.contains("(|") && self.after.trim_start().starts_with(['|', ')', ',']),
            Family::Script => opens.contains('(') && after.starts_with("=>"),
            _ => false,
        };
        if !is_closure {
            return None;
        }
        let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
        let language = if self.family == Family::Rust { Language::Rust } else { Language::TypeScript };
        before.get(..start).and_then(|rest| receiver_before(rest, language)).map(Written::Element)
    }

    fn assigned(&self) -> Option<Written> {
        let line_before = self.before.rsplit('\n').next().unwrap_or("");
        let mut after = self.after.trim_start_matches([' ', '\t']);
        if self.family == Family::Rust {
            after = after.trim_start_matches(')').trim_start();
        }
        if self.family == Family::Python && line_before.trim_end().ends_with(" as") && line_before.contains("with ") {
            let value = line_before.rsplit_once(" as")?.0.rsplit_once("with ")?.1;
            let value = value
                .rsplit_once(" as ")
                .map_or(value, |(_, last)| last.split_once(',').map_or(last, |(_, value)| value));
            return chain(value).map(|chain| Written::Value { chain, index: 0 });
        }
        if self.before.ends_with('.') {
            return None;
        }
        let index = line_before.matches(',').count();
        if after.starts_with(',') {
            let line = after.split('\n').next().unwrap_or("");
            let end = line.find('=')?;
            let is_list = line[..end].chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ' | ':'));
            after = is_list.then_some(&after[end..])?;
        }
        let value = after.strip_prefix(":=").or_else(|| after.strip_prefix('='))?;
        if value.starts_with(['=', '>']) {
            return None;
        }
        if let Some(held) = value.trim_start().strip_prefix("range ") {
            return chain(held).map(Written::Element);
        }
        value::of(value, if self.in_signature { 0 } else { index })
    }
}

/// The bracket that is open at the end of `before`.
fn open_bracket(before: &str) -> Option<char> {
    let mut closed = 0usize;
    for c in before.chars().rev().take(4_000) {
        match c {
            ')' | ']' | '}' => closed += 1,
            '(' | '[' | '{' if closed > 0 => closed -= 1,
            '(' | '[' | '{' => return Some(c),
            _ => {}
        }
    }
    None
}

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
    if let Some(held) = rest.strip_prefix("...") {
        return many(held, depth);
    }
    if let Some(inner) = rest.strip_prefix('[') {
        // `[]T` and `[4]T`, but `[T]` and `[T; 4]`.
        let (count, held) = inner.split_once(']').unwrap_or((inner, ""));
        let is_first = !count.is_empty() && !count.starts_with(|c: char| c.is_ascii_digit());
        let is_bare = held.trim_start().starts_with([',', ')', ';', '>', '=', '{']) || held.trim().is_empty();
        return many(if is_first && is_bare { count } else { held }, depth);
    }
    if let Some(held) = rest.strip_prefix("map[").and_then(|inner| Some(inner.split_once(']')?.1)) {
        return many(held, depth);
    }
    if let Some(held) = rest.strip_prefix("chan ") {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(family: Family, text: &str, expected: &str) {
        let scope = Scope { signature: text.find('\n').unwrap_or(0), ..Scope::whole(family, text) };
        let found = match declared(scope, "x") {
            None => "-".to_owned(),
            Some(Written::Element(chain)) => format!("in {chain}"),
            Some(Written::Type(name)) => name,
            Some(Written::Value { chain, index }) => format!("={chain}#{index}"),
        };
        assert_eq!(found, expected, "{family:?} {text:?}");
    }

    #[test]
    fn a_name_has_the_type_that_stands_beside_it() {
        let cases = [
            (Family::Rust, "fn f(x: &'a mut Arc<Store>) {\n", "Store"),
            (Family::Rust, "fn f() {\n let x: crate::a::Store = y;", "crate::a::Store"),
            (Family::Rust, "fn f() {\n let mut x = Store::new(1)?;", "=Store::new()#0"),
            (Family::Rust, "fn f() {\n if let Some(x) = self.store.get(1) {", "=self.store.get()#0"),
            (Family::Rust, "fn f() {\n S { x: y }; let x = S { a: 1 };", "=S()#0"),
            (Family::Rust, "fn f() {\n g(|x: &Store| 1)", "Store"),
            (Family::Python, "def f(x: Optional[\"Store\"] = None):\n", "Store"),
            (Family::Python, "def f():\n    if x:\n        pass\n    x = Store(1)\n", "=Store()#0"),
            (Family::Python, "def f():\n    with open_store() as x:\n", "=open_store()#0"),
            (Family::Python, "def f():\n    x: list[Store] = []\n", "[]Store"),
            (Family::Python, "def f():\n    for x in self.all():\n", "in self.all()"),
            (Family::Rust, "fn f() {\n for x in &self.items {", "in self.items"),
            (Family::Rust, "fn f() {\n self.items.iter().map(|x| 1)", "in self.items.iter()"),
            (Family::Rust, "fn f(x: &[Store]) {\n", "[]Store"),
            (Family::Rust, "fn f() {\n { let x = A::new(); } let x = B::new();", "=B::new()#0"),
            (Family::Script, "function f() {\n xs.map((x) => 1)", "in xs"),
            (Family::Go, "func f() {\n\tfor _, x := range c.all() {\n", "in c.all()"),
            (Family::Go, "func f(x map[string]*Store) {\n", "[]Store"),
            (Family::Go, "func f(x A) {\n\tg(func(x B) {\n\t})\n\t", "A"),
            (Family::Script, "function f(a: A, x?: Store | null) {\n", "Store"),
            (Family::Script, "function f() {\n const x = await new Store(a, b);", "=Store()#0"),
            (Family::Script, "function f() {\n g({ x: y })", "-"),
            (Family::Script, "function f(x: Store[]) {\n", "[]Store"),
            (Family::Go, "func f(a, x *chi.Mux) error {\n", "chi.Mux"),
            (Family::Go, "func f(x, b Store) error {\n", "Store"),
            (Family::Go, "func f() {\n\tx, err := NewStore(1)\n", "=NewStore()#0"),
            (Family::Go, "func f() {\n\ta, x := g()\n", "=g()#1"),
            (Family::Go, "func f() {\n\tx := &Store{}\n", "=Store()#0"),
            (Family::Go, "func f() {\n\tvar x Store\n", "Store"),
            (Family::Go, "func f(x []Store) {\n", "[]Store"),
            (Family::Jvm, "void f(final List<A> y, Store x) {\n", "Store"),
            (Family::Jvm, "void f() {\n return x; }", "-"),
            (Family::Jvm, "void f() {\n var x = new Store<>(a);", "=Store()#0"),
            (Family::Jvm, "fun f(x: Store) {\n", "Store"),
            (Family::Jvm, "void f(Store[] x) {\n", "[]Store"),
            (Family::C, "int f(const struct store *x) {\n", "store"),
            (Family::C, "int f() {\n ns::Store<int> x(1);", "ns::Store"),
            (Family::C, "int f() {\n a * x;", "a"),
            (Family::Php, "function f(?Store $x) {\n", "Store"),
            (Family::Php, "function f() {\n $x = new Store();", "=Store()#0"),
        ];
        for (family, text, expected) in cases {
            check(family, text, expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[xyA-C.:=(){}<>,&*\\[\\] |\n\"'é-]{0,40}") {
            for family in [Family::Rust, Family::Python, Family::Script, Family::Go, Family::Jvm, Family::C] {
                let scope = Scope { signature: text.len() / 2, ..Scope::whole(family, &text) };
                let _ = declared(scope, "x");
                let _ = signature::results(family, &text, "x");
            }
        }
    }
}
