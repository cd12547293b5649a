//! The marks of a text that are looked up as they stand: error codes, routes, keys of settings, names. Pure.
//!
//! Never here: what the marks say about the question (`intent.rs`).

use super::frames::is_file;
use super::tables::{CONFIG_FILES, ERROR_PARTS, NUMBERED, SYSTEM_ERRORS, SYSTEM_FOLDERS, VERBS};
use crate::search::terms::{is_unspaced, is_word_character};

/// The most marks of each sort that are kept.
const MAX_MARKS: usize = 50;

/// Longer words are no marks.
const MAX_MARK_BYTES: usize = 256;

/// What a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeKind {
    /// A code of a compiler, a database or the operating system, or the name of an error in capitals.
    Code,
    /// The name of a class of errors, and whether the text reports one, as `ValueError: no number` does.
    Exception { is_reported: bool },
    /// A status of HTTP.
    Status,
}

/// What a key of settings is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// A flag, a variable with its mark, a file of settings: nothing else looks like it.
    Clear,
    /// A name in capitals or with dots, which may be a name of code as well.
    Possible,
}

/// The words of a text with what stands before and after each.
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let is_border = |character: char| character.is_whitespace() || "()[]<>\"'`,;|!".contains(character);
    let mut previous = "";
    let base = text.as_ptr() as usize;
    text.split(is_border).filter(|word| !word.is_empty() && word.len() <= MAX_MARK_BYTES).map(move |written| {
        let bare = written.trim_end_matches([':', '.', '?']);
        let after = &text[written.as_ptr() as usize - base + bare.len()..];
        let word = Word { bare, previous, after };
        previous = bare;
        word
    })
}

#[derive(Clone, Copy)]
struct Word<'a> {
    bare: &'a str,
    previous: &'a str,
    after: &'a str,
}

fn collect<T>(found: impl Iterator<Item = (String, T)>) -> Vec<(String, T)> {
    let mut marks: Vec<(String, T)> = Vec::new();
    for (mark, kind) in found {
        if marks.len() == MAX_MARKS {
            break;
        }
        if marks.iter().all(|(known, _)| *known != mark) {
            marks.push((mark, kind));
        }
    }
    marks
}

/// The error codes of `text` in order.
pub(super) fn codes(text: &str) -> Vec<(String, CodeKind)> {
    collect(words(text).filter_map(code))
}

fn code(word: Word<'_>) -> Option<(String, CodeKind)> {
    let Word { bare, previous, after } = word;
    let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && bare.len() == 3 && bare.starts_with(['4', '5']) && is_status_word(previous) {
        return Some((format!("HTTP {bare}"), CodeKind::Status));
    }
    if (is_number && bare.len() == 4 && previous == "ERROR") || (previous == "SQLSTATE" && is_sql_state(bare)) {
        return Some((format!("{previous} {bare}"), CodeKind::Code));
    }
    if is_numbered(bare) || is_windows_status(bare) || SYSTEM_ERRORS.binary_search(&bare).is_ok() {
        return Some((bare.to_owned(), CodeKind::Code));
    }
    if is_upper_snake(bare) && bare.split('_').any(|part| ERROR_PARTS.binary_search(&part).is_ok()) {
        return Some((bare.to_owned(), CodeKind::Code));
    }
    let name = bare.rsplit(['.', ':', '\\']).next().filter(|name| is_exception(name))?;
    let is_reported = after.strip_prefix(':').is_some_and(|rest| rest.starts_with([' ', '\n']));
    Some((name.to_owned(), CodeKind::Exception { is_reported }))
}

fn is_status_word(word: &str) -> bool {
    word.starts_with("HTTP") || matches!(word.to_ascii_lowercase().as_str(), "status" | "code" | "http")
}

fn is_sql_state(word: &str) -> bool {
    word.len() == 5 && word.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

fn is_numbered(word: &str) -> bool {
    let digits = word.bytes().rev().take_while(u8::is_ascii_digit).count();
    let letters = &word[..word.len() - digits];
    NUMBERED.iter().any(|(prefix, counts)| *prefix == letters && counts.contains(&digits))
}

fn is_windows_status(word: &str) -> bool {
    let digits = word.strip_prefix("0x").unwrap_or("");
    digits.len() == 8 && digits.starts_with(['8', 'c', 'C']) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `MAX_RETRIES`: capitals, digits and at least one underscore inside.
fn is_upper_snake(word: &str) -> bool {
    word.trim_matches('_').contains('_')
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_exception(name: &str) -> bool {
    let stem = ["Error", "Exception", "Panic"].iter().find_map(|end| name.strip_suffix(end));
    stem.is_some_and(|stem| stem.starts_with(|first: char| first.is_ascii_uppercase()))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The routes of `text` in order, with their verb where it is given.
pub(super) fn routes(text: &str) -> Vec<String> {
    let mut previous = "";
    let found = text.split_whitespace().filter_map(move |written| {
        let word = written.trim_matches(['"', '\'', '`', '(', ')', ',', ';', '?', '.', '!', '|']);
        let verb = VERBS.iter().find(|verb| **verb == previous);
        previous = word;
        match verb {
            Some(verb) if is_route(word) => Some((format!("{verb} {word}"), ())),
            None if is_route(word) && is_plain_route(word) => Some((word.to_owned(), ())),
            _ => None,
        }
    });
    collect(found).into_iter().map(|(route, ())| route).collect()
}

fn is_route(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('/') else { return false };
    let is_part = |character: char| character.is_alphanumeric() || "/-_.:{}<>[]$@~%*".contains(character);
    word.len() <= MAX_MARK_BYTES
        && !rest.starts_with(['/', '*', '.', '-'])
        && (rest.is_empty() || rest.contains(char::is_alphabetic))
        && rest.chars().all(is_part)
}

/// Whether a route without a verb is no path of a file system.
fn is_plain_route(word: &str) -> bool {
    let mut parts = word[1..].split('/');
    let first = parts.next().unwrap_or("");
    let file = word.split(':').next().unwrap_or("");
    !first.is_empty() && !SYSTEM_FOLDERS.contains(&first) && !is_file(file)
}

/// The keys of settings in `text` in order. Names with dots count when `asks_for_settings`.
pub(super) fn keys(text: &str, asks_for_settings: bool) -> Vec<(String, KeyKind)> {
    collect(words(text).filter_map(|word| key(word.bare, asks_for_settings)))
}

fn key(word: &str, asks_for_settings: bool) -> Option<(String, KeyKind)> {
    let clear = |key: &str| Some((key.to_owned(), KeyKind::Clear));
    if let Some(name) = word.strip_prefix("--") {
        let name = name.split('=').next().unwrap_or(name);
        let is_flag = name.len() > 1
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        return is_flag.then(|| (format!("--{name}"), KeyKind::Clear));
    }
    let marked = ["$", "process.env.", "ENV."].iter().find_map(|mark| word.strip_prefix(mark));
    if let Some(name) = marked.map(|name| name.trim_matches(['{', '}'])).filter(|name| is_variable(name)) {
        return clear(name);
    }
    if let Some((name, _)) = word.split_once('=').filter(|(name, _)| is_variable(name)) {
        return clear(name);
    }
    if is_config_file(word) {
        return clear(word);
    }
    let is_possible = is_upper_snake(word) || (asks_for_settings && is_dotted_key(word));
    is_possible.then(|| (word.to_owned(), KeyKind::Possible))
}

fn is_variable(name: &str) -> bool {
    is_upper_snake(name) || (name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_uppercase()))
}

fn is_dotted_key(word: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    word.contains('.') && word.split('.').all(is_part) && !is_file(word)
}

pub(super) fn is_config_file(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    CONFIG_FILES.iter().any(|file| match file.strip_prefix('*') {
        Some(end) => name.len() > end.len() && name.ends_with(end),
        None => name == *file || (name.starts_with(".env.") && *file == ".env"),
    })
}

/// The words of `text` whose form says that they are names of code, in order, as written.
pub(super) fn names(text: &str) -> Vec<String> {
    let found = text.split_whitespace().filter_map(|written| {
        let is_quoted = written.starts_with('`');
        let name = bare_name(written).filter(|name| !name.starts_with('$'))?;
        (is_quoted || is_clear_name(name, written)).then(|| (name.to_owned(), ()))
    });
    collect(found).into_iter().map(|(name, ())| name).collect()
}

/// The name that a word is, without call, quotes and punctuation; `None` where it is no identifier or qualified name.
pub(super) fn bare_name(written: &str) -> Option<&str> {
    let word = written.trim_matches(['"', '\'', '`', ',', ';', '.']);
    let word = word.strip_suffix(':').unwrap_or(word).trim_start_matches(['(', '[']);
    // A call loses its arguments; a parenthesis of the sentence is none of its.
    let word = match word.strip_suffix(')') {
        Some(inner) => inner.split('(').next().unwrap_or(inner),
        None => word,
    };
    let word = word.trim_start_matches(['@', '&', '*', ':']).trim_end_matches(['"', '\'', '`', '?', '!']);
    (word.len() <= MAX_MARK_BYTES && is_qualified(word) && !is_file(word)).then_some(word)
}

fn is_qualified(word: &str) -> bool {
    let parts = word.split("::").flat_map(|part| part.split("->")).flat_map(|part| part.split(['.', '#', '\\', '$']));
    let mut parts = parts.filter(|part| !part.is_empty()).peekable();
    let is_identifier = |part: &str| {
        !part.starts_with(|first: char| first.is_numeric())
            && part.chars().all(|character| is_word_character(character) && !is_unspaced(character))
            && part.contains(char::is_alphabetic)
    };
    parts.peek().is_some() && parts.all(is_identifier)
}

/// Whether the form of a name tells it from a word of a sentence.
pub(super) fn is_clear_name(name: &str, written: &str) -> bool {
    let inner_capital = name.chars().skip(1).any(char::is_uppercase) && name.chars().any(char::is_lowercase);
    let joined = ["::", "->", "#"].iter().any(|mark| name.contains(mark)) || name.trim_matches('_').contains('_');
    let dotted = name.split('.').count() > 1 && name.split('.').all(|part| part.len() > 1);
    inner_capital || joined || dotted || written.contains("()")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_codes(text: &str, expected: &[&str]) {
        let found: Vec<String> = codes(text).into_iter().map(|(code, _)| code).collect();
        assert_eq!(found, expected, "{text}");
    }

    fn check_keys(text: &str, expected: &[(&str, KeyKind)]) {
        let found = keys(text, text.contains("setting"));
        let found: Vec<(&str, KeyKind)> = found.iter().map(|(key, kind)| (key.as_str(), *kind)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn codes_of_compilers_databases_and_systems() {
        check_codes("error[E0382]: borrow; TS2345, CS0103 and LNK2019.", &["E0382", "TS2345", "CS0103", "LNK2019"]);
        check_codes("SQLSTATE[42P01] or SQLSTATE 23505, ORA-00942", &["SQLSTATE 42P01", "SQLSTATE 23505", "ORA-00942"]);
        check_codes("Error: ENOENT: no such file, ECONNREFUSED 0xC0000005", &["ENOENT", "ECONNREFUSED", "0xC0000005"]);
        check_codes("ERR_MODULE_NOT_FOUND PAMPAX_INDEX_LOCKED ERROR 1045", &["ERR_MODULE_NOT_FOUND", "ERROR 1045"]);
        check_codes("java.lang.NullPointerException: no, app::ParseError", &["NullPointerException", "ParseError"]);
        check_codes("HTTP 404, status code 503", &["HTTP 404", "HTTP 503"]);
    }

    #[test]
    fn what_is_no_code() {
        check_codes("HTTP2 UTF8 SHA256 RFC2616 ES2020 ISO-8859 Error Exception 404 users MAX_RETRIES E2E A E", &[]);
    }

    #[test]
    fn a_reported_exception_has_a_message() {
        let kind = |text: &str| codes(text)[0].1;
        assert_eq!(kind("ValueError: no"), CodeKind::Exception { is_reported: true });
        assert_eq!(kind("how is ValueError raised"), CodeKind::Exception { is_reported: false });
    }

    #[test]
    fn routes_with_and_without_verb() {
        let check = |text: &str, expected: &[&str]| assert_eq!(routes(text), expected, "{text}");
        check("what handles GET /users/:id?", &["GET /users/:id"]);
        check("`/api/v1/users`, then POST /users/{id}/items.json", &["/api/v1/users", "POST /users/{id}/items.json"]);
        check("GET /", &["GET /"]);
        check("/usr/lib/x /home/u/a.py:3 /src/a.rs /src/auth // /* / and/or GET POST", &[]);
    }

    #[test]
    fn keys_of_settings() {
        use KeyKind::{Clear, Possible};
        check_keys("what does --max-size=3 do", &[("--max-size", Clear)]);
        check_keys(
            "$HOME ${APP_PORT} DEBUG=1 process.env.API_KEY",
            &[("HOME", Clear), ("APP_PORT", Clear), ("DEBUG", Clear), ("API_KEY", Clear)],
        );
        check_keys("is tsconfig.json or config/app.yaml read", &[("tsconfig.json", Clear), ("config/app.yaml", Clear)]);
        check_keys("MAX_RETRIES", &[("MAX_RETRIES", Possible)]);
        check_keys("the setting server.port", &[("server.port", Possible)]);
        check_keys("how does app.render work -- a - b", &[]);
    }

    #[test]
    fn names_are_told_by_their_form() {
        let check = |text: &str, expected: &[&str]| assert_eq!(names(text), expected, "{text}");
        check("where does FromRequest call extract_parts on `router`?", &["FromRequest", "extract_parts", "router"]);
        check("Rack::Builder#call, run() and app.render", &["Rack::Builder#call", "run", "app.render"]);
        check("the router (see PathRouter), or (FromRequest)", &["PathRouter", "FromRequest"]);
        check("how does a plain sentence work. Yes, e.g. this one, in main.rs", &[]);
    }

    #[test]
    fn tables_that_are_searched_are_sorted() {
        assert!(SYSTEM_ERRORS.is_sorted() && ERROR_PARTS.is_sorted());
    }
}
