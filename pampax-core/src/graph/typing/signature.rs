//! Parameters and results of functions as they are written.
//!
//! Never here: bodies.

use super::value::closing;
use super::{Family, identifier_at, parse, plain_type_at_end, type_at_end, words};

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub name: String,
    /// Its type as far as one is written.
    pub written: String,
    /// The same as it is told from others: `int[]`, `String`.
    pub plain: String,
    pub is_optional: bool,
    pub is_variadic: bool,
}

/// The parameters in `signature` of the function `name`, without the object it runs on.
pub(crate) fn parameters(family: Family, signature: &str, name: &str) -> Vec<Parameter> {
    let Some((start, end)) = parameter_list(family, signature, name) else { return Vec::new() };
    split_list(&signature[start + 1..end - 1]).into_iter().filter_map(|part| parameter(family, part)).collect()
}

/// The types that the function `name` gives back, as far as they are written.
pub(crate) fn results(family: Family, signature: &str, name: &str) -> Vec<String> {
    let Some((_, end)) = parameter_list(family, signature, name) else { return Vec::new() };
    let after = signature[end..].trim_start();
    let written = match family {
        Family::Go if after.starts_with('(') => {
            let inner = closing(after, b'(', b')').map_or("", |end| &after[1..end - 1]);
            return split_list(inner).into_iter().map(go_result).collect();
        }
        Family::Go => {
            Some(after).filter(|after| after.starts_with(|c: char| c.is_alphabetic() || matches!(c, '*' | '[')))
        }
        Family::Script | Family::Php | Family::OCaml => after.strip_prefix(':'),
        Family::Jvm if after.starts_with(':') => after.strip_prefix(':'),
        Family::C if after.starts_with("->") => after.strip_prefix("->"),
        Family::Jvm | Family::C | Family::CSharp | Family::Dart => {
            let at = words(signature, name).next().unwrap_or(0);
            let before = signature[..at].trim_end_matches([':', '.']);
            // `Type Class::name(` names its class before its own name.
            let before = if signature[..at].ends_with("::") {
                before.rsplit_once([' ', '*', '&']).map_or("", |cut| cut.0)
            } else {
                before
            };
            return type_at_end(before).into_iter().collect();
        }
        _ => after.strip_prefix("->"),
    };
    written.map(|written| parse(written.trim_start().trim_start_matches("async ").trim_start())).into_iter().collect()
}

fn go_result(part: &str) -> String {
    let part = part.trim();
    let first = identifier_at(part);
    let rest = part[first.len()..].trim_start();
    let is_named =
        !first.is_empty() && part.len() > first.len() && part[first.len()..].starts_with(' ') && !rest.is_empty();
    parse(if is_named { rest } else { part })
}

/// Where the brackets around the parameters of `name` open and end.
fn parameter_list(family: Family, signature: &str, name: &str) -> Option<(usize, usize)> {
    let after_name = words(signature, name).map(|at| at + name.len()).find(|at| {
        let rest = signature[*at..].trim_start();
        rest.starts_with(['(', '<', '[', '=', ':']) || rest.starts_with("function")
    });
    let start = match (after_name, family) {
        (Some(at), Family::Go) if signature[at..].trim_start().starts_with('[') => at + signature[at..].find("](")? + 1,
        (Some(at), _) if signature[at..].trim_start().starts_with('<') => {
            let open = at + signature[at..].find('<')?;
            let end = open + closing(&signature[open..].replace("->", "--").replace("=>", "--"), b'<', b'>')?;
            end + signature[end..].find('(')?
        }
        (Some(at), _) => at + signature[at..].find('(')?,
        (None, _) => signature.find('(')?,
    };
    Some((start, start + closing(&signature[start..], b'(', b')')?))
}

/// The parts of a list between its commas, brackets of all kinds respected.
pub(crate) fn split_list(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0i32, None);
    let bytes = list.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if *byte == open && bytes.get(at.wrapping_sub(1)) != Some(&b'\\') => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`') => quote = Some(*byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b'<') if is_generic(list, at) => depth += 1,
            (None, b'>') if depth > 0 && !matches!(bytes.get(at.wrapping_sub(1)), Some(b'-' | b'=' | b' ')) => {
                depth -= 1
            }
            (None, b')' | b']' | b'}') => depth -= 1,
            (None, b',') if depth <= 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Whether the `<` at `at` opens type arguments: a name stands before it and a type after it.
fn is_generic(list: &str, at: usize) -> bool {
    let before = list[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let after = list[at + 1..].starts_with(|c: char| c.is_alphabetic() || matches!(c, '?' | '>' | '&' | '\''));
    before && after
}

fn parameter(family: Family, part: &str) -> Option<Parameter> {
    let part = part.trim();
    let is_variadic =
        part.contains("...") || (family == Family::Python && part.starts_with('*')) || part.contains("vararg ");
    let is_optional = part.contains('=') || part.contains('?') && matches!(family, Family::Script);
    let bare = part.split('=').next().unwrap_or(part).trim();
    let (name, written) = match family {
        Family::C | Family::CSharp | Family::Dart | Family::Php => name_last(bare),
        Family::Jvm if !bare.contains(':') => name_last(bare),
        Family::Go => {
            let name = identifier_at(bare);
            (name, parse(&bare[name.len()..]))
        }
        _ => {
            let (name, written) = bare.split_once(':').unwrap_or((bare, ""));
            let name = name.trim().trim_start_matches(['*', '&', '.']).trim_end_matches('?');
            (name.rsplit(' ').next().unwrap_or(name), parse(written))
        }
    };
    let is_receiver = matches!(name, "self" | "this" | "cls" | "/") || name.ends_with(" self");
    let is_receiver = is_receiver || name.is_empty() && family != Family::C;
    let plain =
        bare.strip_suffix(name).and_then(|before| plain_type_at_end(before.trim_end_matches('$'))).unwrap_or_default();
    (!is_receiver && part != "void").then(|| Parameter {
        name: name.to_owned(),
        written,
        plain,
        is_optional,
        is_variadic,
    })
}

/// A parameter whose name comes after its type.
fn name_last(part: &str) -> (&str, String) {
    let part = part.trim_end_matches(['[', ']', ' ']);
    let start = part
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(0, |at| at + part[at..].chars().next().map_or(1, char::len_utf8));
    let (before, name) = part.split_at(start);
    let before = before.trim_end_matches('$');
    (name, type_at_end(before).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(family: Family, signature: &str, parameters_of: &str, results_of: &str) {
        let found: Vec<String> = parameters(family, signature, "f")
            .iter()
            .map(|found| format!("{}:{}", found.name, found.written))
            .collect();
        assert_eq!(found.join(" "), parameters_of, "{family:?} {signature}");
        assert_eq!(results(family, signature, "f").join(" "), results_of, "{family:?} {signature}");
    }

    #[test]
    fn parameters_and_results_are_read_from_a_signature() {
        check(
            Family::Rust,
            "pub fn f<T: Fn() -> A>(&self, a: &mut B, c: Vec<(D, E)>) -> Result<Self, X>",
            "a:B c:",
            "Self",
        );
        check(Family::Python, "def f(self, a: B = None, *args) -> \"C\":", "a:B args:", "C");
        check(Family::Script, "async f(a: B, c?: D): Promise<E>", "a:B c:D", "E");
        check(Family::Script, "const f = (a, b) =>", "a: b:", "");
        check(Family::Go, "func (m *Mux) f(a, b string, c ...D) (*E, error)", "a: b:string c:[]D", "E error");
        check(Family::Go, "func f[T any](a T) *pkg.E", "a:T", "pkg.E");
        check(Family::Jvm, "public static <T> Map<A, B> f(final List<T> a, int[] b)", "a:[]T b:[]int", "[]B");
        check(Family::Jvm, "fun f(a: B): C", "a:B", "C");
        check(
            Family::C,
            "static struct conn *f(struct data *a, void (*cb)(int), const char *c)",
            "a:data : c:char",
            "conn",
        );
        check(Family::C, "Store ns::Type::f()", "", "Store");
        check(Family::Php, "function f(?A $a): B", "a:A", "B");
    }
}
