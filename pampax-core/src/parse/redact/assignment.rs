//! Literals that are given to names that speak of secrets: in code, JSON, YAML, `.env` and ini files, URLs, headers.
//!
//! A value counts as a literal when it is quoted, or when it stands where only data can stand. A quoted value with
//! white space in it is taken for prose.

use super::{MARK_START, Secret, SecretKind, is_token, looks_random, run_length};
use std::ops::Range;

const LONGEST_NAME: usize = 64;
const LONGEST_TYPE: usize = 48;
/// Longer values are no passwords; the bound keeps a line of many assignments from being read once for each of them.
const LONGEST_VALUE: usize = 4_096;

/// What a name says about its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Password,
    Secret,
    /// The bare word `token`, which in a parser means something else.
    Token,
    Authorization,
}

const PASSWORDS: &[&str] = &["password", "passwd", "pwd", "passphrase"];
const SECRETS: &[&str] = &[
    "secret",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "encryptionkey",
    "signingkey",
    "accountkey",
    "masterkey",
    "secretkeybase",
    "accesstoken",
    "authtoken",
    "apitoken",
    "refreshtoken",
    "bearertoken",
    "bottoken",
    "sessiontoken",
    "securitytoken",
    "githubtoken",
    "gitlabtoken",
    "slacktoken",
    "npmtoken",
    "secrettoken",
    "deploytoken",
];
/// Values that stand for a kind of value, squashed.
const WORDS: &[&str] = &[
    "string",
    "text",
    "true",
    "false",
    "null",
    "none",
    "undefined",
    "required",
    "optional",
    "hidden",
    "bearer",
    "basic",
    "token",
    "changeme",
    "example",
    "redacted",
    "clientsecret",
    "credentials",
    "empty",
    "invalid",
    "missing",
    "unknown",
];

/// The secret whose sign of assignment, `=` or `:`, is at `at`.
pub(super) fn literal(text: &str, at: usize) -> Option<Secret> {
    let bytes = text.as_bytes();
    let after = after_operator(bytes, at)?;
    let value = after + run_length(&bytes[after..], |byte| byte == b' ' || byte == b'\t');
    let name = name_before(bytes, at);
    let quoted = quoted_value(bytes, value);
    let meaning = match meaning(&bytes[name.clone()]) {
        None if bytes[at] == b'=' && quoted.is_some() => meaning(&bytes[typed_name_before(bytes, name.start)?])?,
        known => known?,
    };
    let kind = if meaning == Name::Password { SecretKind::Password } else { SecretKind::Secret };
    if meaning == Name::Authorization {
        return credentials(bytes, quoted.map_or(value, |quoted| quoted.start));
    }
    let range = match quoted {
        Some(range) if names_itself(&bytes[name.clone()], &bytes[range.clone()]) => None,
        Some(range) => is_secret(&bytes[range.clone()], meaning).then_some(range),
        None => Bare { bytes, name, at, value, meaning }.range(),
    }?;
    Some(Secret::new(range, kind))
}

/// Whether `value` is the end of `name`, as in a table of keywords.
fn names_itself(name: &[u8], value: &[u8]) -> bool {
    let ((name, name_length), (value, value_length)) = (squash(name), squash(value));
    name_length > value_length && name[..name_length].ends_with(&value[..value_length])
}

/// Where the right side starts, if the sign at `at` assigns at all.
fn after_operator(bytes: &[u8], at: usize) -> Option<usize> {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b'\n');
    let next = bytes.get(at + 1).copied().unwrap_or(b'\n');
    match bytes[at] {
        b':' if next == b':' || next == b'=' || before == b':' => None,
        b'=' if next == b'=' || b"=!<>+-*/%&|^~".contains(&before) => None,
        b'=' if next == b'>' => Some(at + 2),
        _ => Some(at + 1),
    }
}

fn name_before(bytes: &[u8], at: usize) -> Range<usize> {
    let is_between = |byte: &u8| matches!(byte, b' ' | b'\t' | b':' | b'?' | b'"' | b'\'' | b'`' | b']' | b'\\');
    let floor = at.saturating_sub(LONGEST_NAME);
    let end = floor + bytes[floor..at].iter().rposition(|byte| !is_between(byte)).map_or(0, |last| last + 1);
    let start = floor + bytes[floor..end].iter().rposition(|byte| !is_token(*byte)).map_or(0, |last| last + 1);
    start..end
}

/// The name in `name: type = value`, where the type ends before `end`.
fn typed_name_before(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let is_type = |byte: u8| {
        is_token(byte) || matches!(byte, b' ' | b'&' | b'\'' | b'<' | b'>' | b'[' | b']' | b'?' | b'|' | b'*')
    };
    let floor = end.saturating_sub(LONGEST_TYPE);
    let colon = floor + bytes[floor..end].iter().rposition(|byte| !is_type(*byte))?;
    (bytes[colon] == b':').then(|| name_before(bytes, colon))
}

/// What the last words of `name` say.
fn meaning(name: &[u8]) -> Option<Name> {
    // Every word of the tables ends with one of these, so that most names cost one look.
    if !matches!(name.last()?.to_ascii_lowercase(), b'd' | b't' | b'y' | b'e' | b'n' | b's') {
        return None;
    }
    let (squashed, length) = squash(name);
    let squashed = &squashed[..length];
    let ends = |words: &[&str]| words.iter().any(|word| squashed.ends_with(word.as_bytes()));
    let lower = name.to_ascii_lowercase();
    if ends(PASSWORDS) || lower == b"pass" || lower.ends_with(b"_pass") {
        Some(Name::Password)
    } else if ends(SECRETS) || (lower.ends_with(b"_token") && name.iter().all(|byte| !byte.is_ascii_lowercase())) {
        Some(Name::Secret)
    } else if squashed == b"authorization" {
        Some(Name::Authorization)
    } else {
        (squashed.ends_with(b"token") && !squashed.ends_with(b"publickeytoken")).then_some(Name::Token)
    }
}

/// Lower case without separators: `API_KEY`, `apiKey` and `api-key` are one name.
fn squash(name: &[u8]) -> ([u8; LONGEST_NAME], usize) {
    let mut squashed = [0; LONGEST_NAME];
    let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric()).take(LONGEST_NAME);
    let length = letters.zip(&mut squashed).map(|(letter, slot)| *slot = letter.to_ascii_lowercase()).count();
    (squashed, length)
}

/// The inside of the string literal that starts at `start`, on one line.
fn quoted_value(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let prefix = run_length(&bytes[start..bytes.len().min(start + 3)], |byte| b"rbfuRBFUL@#\\".contains(&byte));
    let open = start + prefix;
    let quote = bytes.get(open).copied().filter(|byte| b"\"'`".contains(byte))?;
    let is_escaped = prefix > 0 && bytes[open - 1] == b'\\';
    let mut end = open + 1;
    while let Some(byte) = bytes.get(end).copied().filter(|byte| *byte != b'\n') {
        if end - open > LONGEST_VALUE {
            return None;
        }
        if byte == quote {
            return Some(open + 1..end);
        }
        if byte == b'\\' && is_escaped && bytes.get(end + 1) == Some(&quote) {
            return Some(open + 1..end);
        }
        end += if byte == b'\\' && bytes.get(end + 1).is_some_and(|next| *next != b'\n') { 2 } else { 1 };
    }
    // A text may be cut within a literal; a line may not.
    (end >= bytes.len()).then_some(open + 1..bytes.len())
}

fn is_secret(value: &[u8], meaning: Name) -> bool {
    let least = if meaning == Name::Password { 4 } else { 6 };
    if value.len() < least || is_placeholder(value) || value.iter().any(u8::is_ascii_whitespace) {
        return false;
    }
    let token_like = value.iter().all(|byte| is_token(*byte) || b"+/=".contains(byte));
    meaning != Name::Token || (token_like && (has_letter_and_digit(value) && value.len() >= 8 || value.len() >= 20))
}

/// Whether `value` stands for another one: a variable, a template, a path, a name, a word of documentation.
fn is_placeholder(value: &[u8]) -> bool {
    let contains = |part: &[u8]| value.windows(part.len()).any(|window| window == part);
    let is_all = |test: fn(&u8) -> bool| value.iter().all(test);
    let (squashed, length) = squash(value);
    let squashed = &squashed[..length];
    contains(MARK_START.as_bytes())
        || value.first().is_some_and(|first| b"${<%*.([".contains(first))
        || contains(b"${") || contains(b"{{") || contains(b"://") || contains(b"#{")
        || (value.contains(&b'{') && value.contains(&b'}'))
        || value.iter().all(|byte| Some(byte) == value.first())
        || squashed.starts_with(b"your") || squashed.starts_with(b"xxx")
        || (value.len() <= LONGEST_NAME && [PASSWORDS, SECRETS, WORDS].iter().any(|words| words.iter().any(|word| word.as_bytes() == squashed)))
        // A constant, a path, a key of a message table.
        || (value.contains(&b'_') && is_all(|byte| byte.is_ascii_uppercase() || *byte == b'_'))
        || (value.starts_with(b"/") && is_all(|byte| byte.is_ascii_lowercase() || b"/_-.".contains(byte)))
        || (value.contains(&b'.') && is_all(|byte| byte.is_ascii_alphabetic() || b"._".contains(byte)))
}

fn has_letter_and_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_alphabetic) && value.iter().any(u8::is_ascii_digit)
}

/// `Bearer …` or `Basic …` from `start`.
fn credentials(bytes: &[u8], start: usize) -> Option<Secret> {
    let scheme = run_length(&bytes[start..], |byte| byte.is_ascii_alphabetic());
    let is_known =
        [&b"bearer"[..], b"basic", b"token"].contains(&bytes[start..start + scheme].to_ascii_lowercase().as_slice());
    let token = start + scheme + run_length(&bytes[start + scheme..], |byte| byte == b' ');
    let length = run_length(&bytes[token..], |byte| is_token(byte) || b"+/=~".contains(&byte));
    let value = &bytes[token..token + length];
    (is_known && length >= 8 && looks_random(value) && !is_placeholder(value))
        .then(|| Secret::new(token..token + length, SecretKind::Authorization))
}

/// An assignment whose value has no quotes.
struct Bare<'a> {
    bytes: &'a [u8],
    name: Range<usize>,
    at: usize,
    value: usize,
    meaning: Name,
}

impl Bare<'_> {
    /// The value, where it can only be data.
    fn range(self) -> Option<Range<usize>> {
        let bytes = self.bytes;
        let ends: fn(u8) -> bool = match self.byte_before_name() {
            Some(b'?' | b'&') => |byte| byte.is_ascii_whitespace() || b"&\"'`<>)#,;".contains(&byte),
            Some(b';' | b'"' | b'\'') if bytes[self.at] == b'=' => {
                |byte| byte.is_ascii_whitespace() || b";\"'`".contains(&byte)
            }
            _ => return self.on_its_own_line(),
        };
        let rest = &bytes[self.value..bytes.len().min(self.value + LONGEST_VALUE)];
        let length = rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
        let range = self.value..self.value + length;
        let value = &bytes[range.clone()];
        let is_code = value.iter().any(|byte| b"(){}[],".contains(byte));
        (value.len() >= 6 && !is_code && has_letter_and_digit(value) && is_secret(value, self.meaning)).then_some(range)
    }

    fn byte_before_name(&self) -> Option<u8> {
        self.name.start.checked_sub(1).and_then(|before| self.bytes.get(before)).copied()
    }

    fn on_its_own_line(&self) -> Option<Range<usize>> {
        let bytes = self.bytes;
        let rest = &bytes[self.value..bytes.len().min(self.value + LONGEST_VALUE)];
        let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let value = &rest[..length];
        let last = *value.last()?;
        let is_code = value.iter().any(|byte| b"(){}[]<>\"'`".contains(byte)) || b",;:".contains(&last);
        let first_can_be_data = value[0].is_ascii_alphanumeric() || b"/+_-@#^~".contains(&value[0]);
        if is_code || !first_can_be_data || !is_secret(value, self.meaning) || !self.starts_line() {
            return None;
        }
        let name = &bytes[self.name.clone()];
        let is_upper_name = name.iter().all(|byte| !byte.is_ascii_lowercase());
        let is_tight = bytes[self.at] == b'=' && self.value == self.at + 1 && self.name.end == self.at;
        let behind = rest[length..].iter().take_while(|byte| **byte != b'\n').take(3);
        let ends_line = !behind.into_iter().any(|byte| byte.is_ascii_alphanumeric() || b"=+*&|?.".contains(byte));
        let is_data = match bytes[self.at] {
            b'=' if is_tight && is_upper_name => !value.iter().all(u8::is_ascii_digit) || value.len() >= 6,
            b'=' if is_tight => ends_line && has_letter_and_digit(value),
            b'=' => {
                ends_line
                    && value.len() >= 20
                    && has_letter_and_digit(value)
                    && looks_random(value)
                    && !value.contains(&b'.')
            }
            _ => {
                ends_line
                    && (has_letter_and_digit(value) || value.iter().any(|byte| b"!@#$%^&*+=~".contains(byte)))
                    && !is_type(value)
            }
        };
        is_data.then_some(self.value..self.value + length)
    }

    /// Whether only white space or a word that introduces a variable stands before the name on its line.
    fn starts_line(&self) -> bool {
        let floor = self.name.start.saturating_sub(LONGEST_NAME);
        let before = &self.bytes[floor..self.name.start];
        let line = match before.iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => &before[newline + 1..],
            None if floor == 0 => before,
            None => return false,
        };
        let words = line.trim_ascii().strip_suffix(b"\"").unwrap_or(line.trim_ascii());
        [&b""[..], b"export", b"set", b"ENV", b"ARG", b"-", b"$env:", b"#", b"RUN export"].contains(&words)
    }
}

/// Whether `value` reads as the name of a type, such as `Uint8Array` or `int64_t`.
fn is_type(value: &[u8]) -> bool {
    let is_word = value.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'.');
    is_word && (value[0].is_ascii_uppercase() || value.ends_with(b"_t") || value.contains(&b'.'))
}
