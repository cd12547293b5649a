//! What a mention is selected from, read from the bytes before it.
//!
//! Never here: what it is, whether it exists.

use crate::source::Language;

/// The most names of a receiver, and the most bytes that are looked at and kept.
const SEGMENTS: usize = 4;
const LOOK_BEHIND: usize = 2_000;
const MOST_BYTES: usize = 120;

/// The receiver of a mention that stands right after `before`: names joined by `.` or `::`, calls as `f()`, elements
/// as `a[]`. An expression without a name is empty, also as the first of several. `None` when nothing is selected from.
pub(crate) fn receiver(before: &str, language: Language) -> Option<String> {
    let start = before.len().saturating_sub(LOOK_BEHIND);
    let before = before.get(start..).unwrap_or_else(|| &before[super::lines::border_before(before, start)..]);
    let (mut rest, mut separator) = separated(before, language)?;
    let mut receiver = String::new();
    for count in 1.. {
        let Some((head, name, postfix)) = segment(rest, language) else { break };
        if name.is_empty() || count > SEGMENTS || receiver.len() + name.len() > MOST_BYTES {
            let lead = if receiver.is_empty() { "" } else { separator };
            return Some(format!("{lead}{receiver}"));
        }
        let joint = if receiver.is_empty() { "" } else { separator };
        receiver = format!("{name}{postfix}{joint}{receiver}");
        match separated(head, language) {
            Some(next) => (rest, separator) = next,
            None => break,
        }
    }
    Some(receiver)
}

/// The text before a selecting sign at the end of `text`, and the sign in its plain form.
fn separated(text: &str, language: Language) -> Option<(&str, &'static str)> {
    use Language::{Elixir, Haskell, Lua, OCaml, Php};
    let is_tight = matches!(language, Haskell | OCaml | Elixir | Lua);
    let text = match is_tight {
        true => text,
        false => before_white_space(text)?,
    };
    if let Some(rest) = text.strip_suffix("::") {
        return Some((rest, "::"));
    }
    if let Some(rest) = text.strip_suffix("->") {
        let selects = matches!(language, Language::C | Language::Cpp | Php);
        return selects.then(|| (rest.trim_end().trim_end_matches('?'), "."));
    }
    if language == Lua
        && let Some(rest) = text.strip_suffix(':')
    {
        return Some((rest, "."));
    }
    // In PHP a dot joins texts; two dots are a range, a spread or a cascade.
    let rest = text.strip_suffix('.').filter(|rest| language != Php && !rest.ends_with('.'))?;
    let rest = if is_tight { rest } else { before_comments(rest) };
    Some((rest.trim_end_matches(['?', '!', '&']), "."))
}

/// `text` without the white space at its end; `None` when a comment ends there, whose full stop is no sign.
fn before_white_space(text: &str) -> Option<&str> {
    let trimmed = text.trim_end();
    if !text[trimmed.len()..].contains('\n') {
        return Some(trimmed);
    }
    let line = trimmed.rsplit('\n').next().unwrap_or(trimmed).trim_start();
    let is_comment =
        line.contains("//") || line.contains("*/") || line.starts_with(['*', '#']) || line.starts_with("--");
    (!is_comment).then_some(trimmed)
}

/// `text` without the white space and the line comments at its end.
fn before_comments(text: &str) -> &str {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_end();
        let start = trimmed.rfind('\n').map_or(0, |at| at + 1);
        match trimmed[start..].find("//").filter(|_| rest[trimmed.len()..].contains('\n')) {
            Some(at) if !trimmed[..start + at].ends_with(':') => rest = &trimmed[..start + at],
            _ => return trimmed,
        }
        if !rest.trim_end_matches([' ', '\t']).ends_with('\n') {
            return rest.trim_end();
        }
    }
}

/// The last name of `text` with what was called or indexed on it, and the text before it.
fn segment(text: &str, language: Language) -> Option<(&str, &str, &'static str)> {
    let (mut rest, mut postfix) = (text, "");
    loop {
        rest = rest.trim_end().trim_end_matches(['?', '!']);
        let (open, close, mark) = match rest.bytes().next_back() {
            Some(b')') => (b'(', b')', "()"),
            Some(b']') => (b'[', b']', "[]"),
            Some(b'>') => (b'<', b'>', ""),
            _ => break,
        };
        let Some(start) = opening(rest, open, close) else { return Some((rest, "", "")) };
        rest = &rest[..start];
        if mark.is_empty() {
            rest = rest.strip_suffix("::").unwrap_or(rest);
        }
        if postfix.is_empty() {
            postfix = mark;
        }
    }
    let is_name =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '#') || (c == '@' && language == Language::Ruby);
    let start = rest.char_indices().rev().take_while(|(_, c)| is_name(*c)).last().map_or(rest.len(), |(at, _)| at);
    let name = &rest[start..];
    let is_number = name.starts_with(|c: char| c.is_ascii_digit());
    Some((&rest[..start], if is_number && !rest[..start].ends_with('.') { "" } else { name }, postfix))
}

/// Where the bracket opens that the last byte of `text` closes. Text in quotes is not told apart: a bracket in one may
/// cost a receiver, never more.
fn opening(text: &str, open: u8, close: u8) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            // An arrow is no bracket.
            b'>' if close == b'>' && at > 0 && matches!(text.as_bytes()[at - 1], b'-' | b'=') => {}
            b';' | b'{' | b'}' if close == b'>' => return None,
            byte if byte == close => depth += 1,
            byte if byte == open => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{C, Haskell, Java, JavaScript, Lua, Php, Python, Rust};

    #[test]
    fn a_receiver_is_what_stands_before_the_selecting_sign() {
        let cases: &[(Language, &str, Option<&str>)] = &[
            (Rust, "let x = ", None),
            (Rust, "self.", Some("self")),
            (Rust, "a.b.", Some("a.b")),
            (Rust, "Router::", Some("Router")),
            (Rust, "crate::store::Catalog::", Some("crate::store::Catalog")),
            (Rust, "Vec::<u8>::", Some("Vec")),
            (Rust, "Table::<K, Vec<V>>::", Some("Table")),
            (Rust, "f(1, (2)).", Some("f()")),
            (Rust, "Router::new()\n        .", Some("Router::new()")),
            (Rust, "self.items[0]?.", Some("self.items[]")),
            (Rust, "self.0.", Some("self.0")),
            (Rust, "(a + b).", Some("")),
            (Rust, "a.b.c.d.e.f.", Some(".c.d.e.f")),
            (Rust, "0..", None),
            (Rust, "1.", Some("")),
            (JavaScript, "[...", None),
            (JavaScript, "// It is done.\n  ", None),
            (JavaScript, "store // why\n  .", Some("store")),
            (Rust, "store\n    // Why.\n    // So.\n    .", Some("store")),
            (Python, "# It is done.\n", None),
            (Language::Go, "store.\n\t", Some("store")),
            (JavaScript, "a?.b!.", Some("a.b")),
            (JavaScript, "\"text\".", Some("")),
            (JavaScript, "(x) => x.", Some("x")),
            (JavaScript, "f(a)(b).", Some("f()")),
            (Java, "new Foo<>(a).", Some("Foo()")),
            (Java, "Map<String, List<A>> m; Util.<A>", None),
            (C, "p->next->", Some("p.next")),
            (C, "a - b > ", None),
            (Php, "$this->", Some("$this")),
            (Php, "$a . ", None),
            (Php, "Route::", Some("Route")),
            (Python, "super().", Some("super()")),
            (Python, "@app.", Some("app")),
            (Language::Ruby, "@store&.", Some("@store")),
            (Python, "{'a':", None),
            (Lua, "self:", Some("self")),
            (Haskell, "f . ", None),
            (Haskell, "Map.", Some("Map")),
            (Rust, "ß.é.", Some("ß.é")),
        ];
        for (language, before, expected) in cases {
            assert_eq!(receiver(before, *language).as_deref(), *expected, "{language} {before:?}");
        }
    }

    #[test]
    fn a_long_text_before_it_does_not_matter() {
        let before = format!("{}é{}x.", "y".repeat(9_999), " ".repeat(LOOK_BEHIND - 3));
        assert_eq!(receiver(&before, Rust).as_deref(), Some("x"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(before in "[a-z.:()<>\\[\\]?!é \n]{0,40}") {
            for language in [Rust, Php, Lua, Haskell] {
                if let Some(receiver) = receiver(&before, language) {
                    proptest::prop_assert!(receiver.len() <= MOST_BYTES + 3 * SEGMENTS + 8);
                }
            }
        }
    }
}
