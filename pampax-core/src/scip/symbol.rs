//! What a SCIP symbol stands for: its descriptors, and the names code has for it.
//!
//! Never here: protobuf, places.

/// Names of constructors, which code calls by the name of their type.
const CONSTRUCTORS: &[&str] =
    &["constructor", "<constructor>", "<init>", "new", "__init__", ".ctor", "__construct", "initialize"];
/// What some indexers put before the name of a property that is a pair of functions.
const ACCESSORS: &[&str] = &["<get>", "<set>"];

/// What a symbol stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Something that only one function, file or signature can see.
    Local,
    /// Something that code has no name or more than one for: a file, a module, a member of a literal.
    Unnamed,
    /// Something with a name: its own first, and then the name of its type when it is a constructor.
    Named(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suffix {
    Namespace,
    Type,
    Term,
    Method,
    TypeParameter,
    Parameter,
    Meta,
    Macro,
}

#[derive(Debug, PartialEq, Eq)]
struct Descriptor {
    name: String,
    suffix: Suffix,
}

/// What `symbol` stands for; `None` when it does not follow the grammar of symbols.
pub(crate) fn meaning(symbol: &str) -> Option<Meaning> {
    if symbol.starts_with("local ") {
        return Some(Meaning::Local);
    }
    let descriptors = descriptors(without_package(symbol)?)?;
    let (last, owners) = descriptors.split_last()?;
    Some(match last.suffix {
        Suffix::Parameter | Suffix::TypeParameter => Meaning::Local,
        Suffix::Meta | Suffix::Namespace => Meaning::Unnamed,
        Suffix::Type | Suffix::Term | Suffix::Method | Suffix::Macro => Meaning::Named(names(&last.name, owners)),
    })
}

fn names(name: &str, owners: &[Descriptor]) -> Vec<String> {
    let plain = ACCESSORS.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    if !CONSTRUCTORS.contains(&plain) {
        return vec![plain.to_owned()];
    }
    let own = if plain == "<constructor>" { "constructor" } else { plain };
    [own].into_iter().chain(type_name(owners)).map(str::to_owned).collect()
}

/// The name of the innermost type. Rust has it in brackets after `impl#`.
fn type_name(owners: &[Descriptor]) -> Option<&str> {
    let at = owners.iter().rposition(|owner| owner.suffix != Suffix::TypeParameter)?;
    match &owners[at] {
        Descriptor { name, suffix: Suffix::Type } if name == "impl" => {
            let name = owners.get(at + 1)?.name.as_str();
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            name.get(..end).filter(|name| !name.is_empty())
        }
        Descriptor { name, suffix: Suffix::Type } => Some(name),
        _ => None,
    }
}

/// What follows scheme, manager, package and version. A space within one of them is written as two.
fn without_package(symbol: &str) -> Option<&str> {
    let mut rest = symbol;
    for _ in 0..4 {
        let end = field_end(rest)?;
        rest = rest.get(end + 1..)?;
    }
    Some(rest)
}

fn field_end(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find(' ')?;
        match text.get(at + 1..)?.starts_with(' ') {
            true => from = at + 2,
            false => return Some(at),
        }
    }
}

fn descriptors(text: &str) -> Option<Vec<Descriptor>> {
    let mut descriptors = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (descriptor, after) = descriptor(rest)?;
        descriptors.push(descriptor);
        rest = after;
    }
    Some(descriptors)
}

/// The descriptor that `text` begins with, and what follows it.
fn descriptor(text: &str) -> Option<(Descriptor, &str)> {
    for (open, close, suffix) in [("(", ")", Suffix::Parameter), ("[", "]", Suffix::TypeParameter)] {
        if let Some(inner) = text.strip_prefix(open) {
            let (name, rest) = name(inner)?;
            return Some((Descriptor { name, suffix }, rest.strip_prefix(close)?));
        }
    }
    let (name, rest) = name(text)?;
    let mut characters = rest.chars();
    let suffix = match characters.next()? {
        '/' => Suffix::Namespace,
        '#' => Suffix::Type,
        '.' => Suffix::Term,
        ':' => Suffix::Meta,
        '!' => Suffix::Macro,
        '(' => {
            let (_, rest) = rest.split_once(").")?;
            return Some((Descriptor { name, suffix: Suffix::Method }, rest));
        }
        _ => return None,
    };
    Some((Descriptor { name, suffix }, characters.as_str()))
}

/// The name that `text` begins with, and what follows it. In backticks a name may hold anything, a backtick as two.
fn name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('`') else {
        let is_simple = |c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '$');
        let end = text.find(|c: char| !is_simple(c)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        return (!name.is_empty()).then(|| (name.to_owned(), rest));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('`')?;
        name.push_str(part);
        match after.strip_prefix('`') {
            Some(after) => {
                name.push('`');
                rest = after;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(descriptors: &str, expected: &[&str]) {
        let expected = Meaning::Named(expected.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(meaning(&format!("scip-typescript npm demo 1.0.0 {descriptors}")), Some(expected), "{descriptors}");
    }

    #[test]
    fn the_last_descriptor_names_the_symbol() {
        check("src/`a.ts`/Foo#bar().", &["bar"]);
        check("src/`a.ts`/Foo#", &["Foo"]);
        check("src/`a.ts`/Foo#bar(+1).", &["bar"]);
        check("`a.ts`/limit.", &["limit"]);
        check("macros/vec!", &["vec"]);
        check("`a``b ``c`().", &["a`b `c"]);
        check("`a.ts`/Foo#`<get>size`().", &["size"]);
        check("größe.", &["größe"]);
    }

    #[test]
    fn a_constructor_has_the_name_of_its_type_too() {
        check("src/`a.ts`/Foo#`<constructor>`().", &["constructor", "Foo"]);
        check("com/acme/Outer#Inner#`<init>`(+2).", &["<init>", "Inner"]);
        check("engine/impl#[Engine]new().", &["new", "Engine"]);
        check("engine/impl#[`Engine<T>`][Default]new().", &["new", "Engine"]);
        check("Box#[T]new().", &["new", "Box"]);
        check("engine/new().", &["new"]);
        check("new().", &["new"]);
    }

    #[test]
    fn locals_parameters_files_and_members_of_literals_are_not_named() {
        let of = |symbol: &str| meaning(&format!("s m p v {symbol}"));
        assert_eq!(meaning("local 3"), Some(Meaning::Local));
        assert_eq!(of("f().(x)"), Some(Meaning::Local));
        assert_eq!(of("Foo#[T]"), Some(Meaning::Local));
        assert_eq!(of("`a.ts`/limit0:"), Some(Meaning::Unnamed));
        assert_eq!(of("src/`a.ts`/"), Some(Meaning::Unnamed));
    }

    #[test]
    fn spaces_in_a_package_are_doubled() {
        let named = |name: &str| Some(Meaning::Named(vec![name.to_owned()]));
        assert_eq!(meaning("my  scheme npm a  b  c . foo."), named("foo"));
        assert_eq!(meaning("cxx . . $ foo."), named("foo"));
    }

    #[test]
    fn what_is_no_symbol_is_refused() {
        for text in
            ["", "foo", "s m p v", "s m p v ", "s m p v foo", "s m p v `foo", "s m p v foo(", "s m p v (x", "s m p v ."]
        {
            assert_eq!(meaning(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_symbol_or_refused(text in "(s m p v )?[a-c`/#.:!()\\[\\] ü]{0,24}") {
            let longest = match meaning(&text) {
                Some(Meaning::Named(names)) => names.iter().map(String::len).max(),
                _ => None,
            };
            prop_assert!(longest.unwrap_or(0) <= text.len());
        }

        #[test]
        fn any_name_is_read_back(name in "[^\\x00]{0,12}") {
            let symbol = format!("s m p v `a b`/`{}`#", name.replace('`', "``"));
            prop_assert_eq!(meaning(&symbol), Some(Meaning::Named(vec![name])));
        }
    }
}
