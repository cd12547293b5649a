//! Expressions as far as a type follows from how they begin.
//!
//! Never here: what their names are.

use super::{Written, parse};

/// What giving a name the value `written` says about its type.
pub(super) fn of(written: &str, index: usize) -> Option<Written> {
    let written = written.trim_start();
    let first = written.chars().next()?;
    if matches!(first, '"' | '\'' | '`' | '[' | '{') || first.is_ascii_digit() {
        return Some(Written::Type(String::new()));
    }
    if let Some(cast) = cast(written) {
        return Some(Written::Type(cast));
    }
    // `value.(*Type)` in Go.
    let line = written.split('\n').next().unwrap_or("");
    if let Some((before, asserted)) = line.split_once(".(")
        && !before.contains(['(', '{', ','])
    {
        return Some(Written::Type(parse(asserted.split(')').next().unwrap_or(""))));
    }
    chain(written).map(|chain| Written::Value { chain, index })
}

/// The type of a cast such as `(Store *) x`.
fn cast(written: &str) -> Option<String> {
    let (inner, rest) = written.strip_prefix('(')?.split_once(')')?;
    let is_type = inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '*' | '.' | '<' | '>' | ','));
    let follows = rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '&' | '('));
    (is_type && follows).then(|| parse(inner))
}

/// Words that begin an expression of which nothing follows.
const NO_VALUES: &[&str] = &[
    "None",
    "async",
    "false",
    "for",
    "func",
    "function",
    "if",
    "lambda",
    "loop",
    "match",
    "nil",
    "null",
    "not",
    "nullptr",
    "switch",
    "true",
    "undefined",
    "unsafe",
    "False",
    "True",
];

/// Words before an expression that do not change its type.
const PREFIXES: &[&str] = &["await ", "new ", "mut ", "yield ", "range ", "move ", "try ", "typeof "];

/// The beginning of an expression in the form of a receiver; `None` when it does not begin with a name.
pub(crate) fn chain(written: &str) -> Option<String> {
    let mut rest = written.trim_start();
    loop {
        let shorter = rest.trim_start_matches(['&', '*', '!', ' ', '\\', '@']);
        let shorter = PREFIXES.iter().find_map(|prefix| shorter.strip_prefix(prefix)).unwrap_or(shorter).trim_start();
        if shorter.len() == rest.len() {
            break;
        }
        rest = shorter;
    }
    let mut chain = String::new();
    for _ in 0..6 {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
        let name = &rest[..end];
        if name.is_empty() || NO_VALUES.contains(&name) {
            break;
        }
        chain.push_str(name);
        rest = after_generics(&rest[end..]);
        let mut mark = "";
        while let Some((found, after)) = brackets(rest, name) {
            mark = if mark.is_empty() { found } else { mark };
            rest = after;
        }
        chain.push_str(mark);
        let next = rest.trim_start().trim_start_matches(['?', '!']);
        match selected(next) {
            Some((sign, after)) => {
                chain.push_str(sign);
                rest = after;
            }
            None => break,
        }
    }
    let chain = chain.trim_end_matches(['.', ':']);
    (!chain.is_empty()).then(|| chain.to_owned())
}

fn selected(text: &str) -> Option<(&'static str, &str)> {
    let signs = [("::", "::"), ("->", "."), (".", ".")];
    let (sign, after) = signs.iter().find_map(|(written, sign)| Some((*sign, text.strip_prefix(written)?)))?;
    (!after.starts_with('.')).then_some((sign, after))
}

/// What follows type arguments such as `<A, B>` or `::<A>`.
fn after_generics(text: &str) -> &str {
    let inner = text.strip_prefix("::").unwrap_or(text);
    if !inner.starts_with('<') {
        return text;
    }
    let end =
        closing(inner, b'<', b'>').filter(|end| inner[..*end].len() < 200 && !inner[..*end].contains([';', '{', '(']));
    end.map_or(text, |end| &inner[end..])
}

/// What stands in brackets right after a name: a call, an element, or the fields of a new value.
fn brackets<'t>(text: &'t str, name: &str) -> Option<(&'static str, &'t str)> {
    let is_type = name.starts_with(|c: char| c.is_uppercase());
    let (open, close, mark) = match text.as_bytes().first()? {
        b'(' => (b'(', b')', "()"),
        b'[' => (b'[', b']', "[]"),
        b'{' => (b'{', b'}', "()"),
        b' ' if is_type && text.trim_start().starts_with('{') => return Some(("()", "")),
        _ => return None,
    };
    Some((mark, closing(text, open, close).map_or("", |end| &text[end..])))
}

/// One past the bracket that closes the one `text` begins with. Text in double quotes is passed over.
pub(crate) fn closing(text: &str, open: u8, close: u8) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\\' if quoted => {
                escaped = !escaped;
                continue;
            }
            b'"' if !escaped => quoted = !quoted,
            byte if byte == open && !quoted => depth += 1,
            byte if byte == close && !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        escaped = false;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_how_an_expression_begins() {
        let cases = [
            ("await self.store.open(a, b)?.x", Some("self.store.open().x")),
            ("new Map<String, List<A>>(1)", Some("Map()")),
            ("Vec::<u8>::with(1)", Some("Vec::with()")),
            ("&Store{a: 1}", Some("Store()")),
            ("p->next", Some("p.next")),
            ("f(\")\")(2) + 1", Some("f()")),
            ("items[0]", Some("items[]")),
            ("if a { b }", None),
            ("(a)", None),
        ];
        for (written, expected) in cases {
            assert_eq!(chain(written).as_deref(), expected, "{written}");
        }
        assert_eq!(of("(struct store *)p", 0), Some(Written::Type("store".to_owned())));
        assert_eq!(of("\"x\"", 0), Some(Written::Type(String::new())));
    }
}
