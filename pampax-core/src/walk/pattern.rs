//! One line of an ignore file: parsed once, matched in polynomial time, by the rules of gitignore(5).
//!
//! Never here: which file the line came from, and which line wins.

/// A pattern of an ignore file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// Whether it includes again what an earlier pattern excluded.
    pub(super) negated: bool,
    only_folders: bool,
    /// Whether it is matched against the last component alone.
    name_only: bool,
    /// The byte that every match starts with, if there is one,
    first: Option<u8>,
    /// and the one that it ends with.
    last: Option<u8>,
    prefix: Vec<u8>,
    tail: Tail,
}

/// What follows the literal start of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tail {
    Nothing,
    /// One `*` and literal bytes.
    Suffix(Vec<u8>),
    Tokens(Vec<Token>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(u8),
    /// `?`: one byte, but no slash.
    Any,
    /// `*`: any bytes, but no slash.
    Star,
    /// `**/`: nothing, or whole folders.
    Folders,
    /// A final `**`: everything.
    Rest,
    Class(Class),
}

/// The bytes that a bracket expression matches; never a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Class([u128; 2]);

impl Pattern {
    /// The pattern of one line without its line end; `None` for blanks, comments, and what can never match.
    pub(super) fn parse(line: &[u8]) -> Option<Pattern> {
        if line.starts_with(b"#") {
            return None;
        }
        let line = without_trailing_spaces(line);
        let (negated, line) = line.strip_prefix(b"!").map_or((false, line), |rest| (true, rest));
        let (only_folders, line) = line.strip_suffix(b"/").map_or((false, line), |rest| (true, rest));
        let name_only = !line.contains(&b'/');
        let glob = line.strip_prefix(b"/").unwrap_or(line);
        // `**/name` is what `name` alone is, and that is faster.
        let (name_only, glob) = match glob.strip_prefix(b"**/") {
            Some(name) if !name.contains(&b'/') => (true, name),
            _ => (name_only, glob),
        };
        if glob.is_empty() {
            return None;
        }
        let mut tokens = tokens(glob)?;
        let first = tokens.first().and_then(Token::literal);
        let last = tokens.last().and_then(Token::literal);
        let literals = tokens.iter().take_while(|token| token.literal().is_some()).count();
        let prefix = tokens.drain(..literals).filter_map(|token| token.literal()).collect();
        Some(Pattern { negated, only_folders, name_only, first, last, prefix, tail: Tail::new(tokens) })
    }

    /// The one name or path that the pattern can match, when it holds no wildcard.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.tail {
            Tail::Nothing => std::str::from_utf8(&self.prefix).ok(),
            Tail::Suffix(_) | Tail::Tokens(_) => None,
        }
    }

    /// Whether the pattern names `subject`.
    pub(super) fn matches(&self, subject: &Subject<'_>) -> bool {
        if self.only_folders && !subject.is_folder {
            return false;
        }
        let text = if self.name_only { subject.name } else { subject.path };
        let text = text.as_bytes();
        // Nearly every pattern is ruled out by its first or last byte.
        let differs = |wanted: Option<u8>, found: Option<&u8>| wanted.is_some() && wanted.as_ref() != found;
        if differs(self.first, text.first()) || differs(self.last, text.last()) {
            return false;
        }
        text.strip_prefix(self.prefix.as_slice()).is_some_and(|rest| self.tail.matches(rest))
    }
}

impl Tail {
    fn new(tokens: Vec<Token>) -> Tail {
        match tokens.split_first() {
            None => Tail::Nothing,
            Some((Token::Star, rest)) if rest.iter().all(|token| token.literal().is_some()) => {
                Tail::Suffix(rest.iter().filter_map(Token::literal).collect())
            }
            Some(_) => Tail::Tokens(tokens),
        }
    }

    fn matches(&self, text: &[u8]) -> bool {
        match self {
            Tail::Nothing => text.is_empty(),
            Tail::Suffix(suffix) => text.strip_suffix(suffix.as_slice()).is_some_and(|middle| !middle.contains(&b'/')),
            Tail::Tokens(tokens) => matches_tokens(tokens, text),
        }
    }
}

/// What a pattern is asked about.
pub(super) struct Subject<'a> {
    pub(super) path: &'a str,
    pub(super) name: &'a str,
    is_folder: bool,
}

impl<'a> Subject<'a> {
    /// The entry at `path`, which is relative to the folder of the ignore file.
    pub(super) fn new(path: &'a str, is_folder: bool) -> Subject<'a> {
        Subject { path, name: path.rsplit_once('/').map_or(path, |(_, name)| name), is_folder }
    }
}

impl Token {
    fn literal(&self) -> Option<u8> {
        match self {
            Token::Literal(byte) => Some(*byte),
            _ => None,
        }
    }
}

/// Cuts spaces from the end, up to one that a backslash quotes.
fn without_trailing_spaces(line: &[u8]) -> &[u8] {
    let (mut end, mut index) = (0, 0);
    while index < line.len() {
        match line[index] {
            b' ' => index += 1,
            b'\\' => {
                index += 2;
                end = index;
            }
            _ => {
                index += 1;
                end = index;
            }
        }
    }
    &line[..end.min(line.len())]
}

/// The tokens of a glob; `None` when it can never match: a final backslash, an unclosed or unknown class.
fn tokens(glob: &[u8]) -> Option<Vec<Token>> {
    let mut tokens = Vec::with_capacity(glob.len());
    let mut at = 0;
    while let Some(&byte) = glob.get(at) {
        let (token, next) = match byte {
            b'\\' => (Token::Literal(*glob.get(at + 1)?), at + 2),
            b'?' => (Token::Any, at + 1),
            b'*' => star(glob, at),
            b'[' => Class::parse(glob, at + 1)?,
            _ => (Token::Literal(byte), at + 1),
        };
        tokens.push(token);
        at = next;
    }
    Some(tokens)
}

/// The token of the asterisks at `at`, and where they end. Two or more mean folders only as a whole component.
fn star(glob: &[u8], at: usize) -> (Token, usize) {
    let end = at + glob[at..].iter().take_while(|&&byte| byte == b'*').count();
    let starts_component = at == 0 || glob[at - 1] == b'/';
    match glob.get(end) {
        None if end - at > 1 && starts_component => (Token::Rest, end),
        Some(b'/') if end - at > 1 && starts_component => (Token::Folders, end + 1),
        _ => (Token::Star, end),
    }
}

impl Class {
    /// The class whose first byte after the bracket is at `at`, and where it ends.
    fn parse(glob: &[u8], mut at: usize) -> Option<(Token, usize)> {
        let mut class = Class([0; 2]);
        let negated = matches!(glob.get(at), Some(b'!' | b'^'));
        at += usize::from(negated);
        let first = at;
        let mut previous: Option<u8> = None;
        loop {
            match *glob.get(at)? {
                b']' if at > first => break,
                b'-' if previous.is_some() && glob.get(at + 1).is_some_and(|&next| next != b']') => {
                    let (end, next) = quoted(glob, at + 1)?;
                    (previous?..=end).for_each(|byte| class.insert(byte));
                    (previous, at) = (None, next);
                }
                b'[' if glob.get(at + 1) == Some(&b':') => match named(glob, at + 2)? {
                    Some((holds, next)) => {
                        (0..=255u8).filter(holds).for_each(|byte| class.insert(byte));
                        (previous, at) = (None, next);
                    }
                    None => {
                        class.insert(b'[');
                        (previous, at) = (Some(b'['), at + 1);
                    }
                },
                _ => {
                    let (byte, next) = quoted(glob, at)?;
                    class.insert(byte);
                    (previous, at) = (Some(byte), next);
                }
            }
        }
        if negated {
            class.0 = class.0.map(|half| !half);
        }
        class.0[0] &= !(1 << b'/');
        Some((Token::Class(class), at + 1))
    }

    fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 7)] |= 1 << (byte & 0x7f);
    }

    fn holds(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 7)] >> (byte & 0x7f) & 1 == 1
    }
}

/// The byte at `at`, or the one after it when that is a backslash; and what follows.
fn quoted(glob: &[u8], at: usize) -> Option<(u8, usize)> {
    match *glob.get(at)? {
        b'\\' => Some((*glob.get(at + 1)?, at + 2)),
        byte => Some((byte, at + 1)),
    }
}

type Holds = fn(&u8) -> bool;

/// The named class whose name starts at `at`, and where it ends; `Some(None)` when there is no `:]`, so that the bracket
/// is an ordinary member; `None` when the name is unknown.
fn named(glob: &[u8], at: usize) -> Option<Option<(Holds, usize)>> {
    let length = glob[at..].iter().position(|&byte| byte == b']')?;
    let Some(name) = glob[at..at + length].strip_suffix(b":") else { return Some(None) };
    let holds: Holds = match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    };
    Some(Some((holds, at + length + 1)))
}

/// Whether all of `text` matches: a set of positions is stepped through the tokens, so that no pattern takes longer than
/// its length times the length of the text.
fn matches_tokens(tokens: &[Token], text: &[u8]) -> bool {
    let mut positions = vec![false; text.len() + 1];
    positions[0] = true;
    for token in tokens {
        token.step(text, &mut positions);
        if !positions.contains(&true) {
            return false;
        }
    }
    positions[text.len()]
}

impl Token {
    /// Replaces the positions reached before this token by those reached after it.
    fn step(&self, text: &[u8], positions: &mut [bool]) {
        match self {
            Token::Literal(literal) => shift(text, positions, |byte| byte == *literal),
            Token::Any => shift(text, positions, |byte| byte != b'/'),
            Token::Class(class) => shift(text, positions, |byte| class.holds(byte)),
            Token::Star => spread(text, positions, |byte| byte != b'/'),
            Token::Rest => spread(text, positions, |_| true),
            Token::Folders => {
                let mut reached = positions[0];
                for (index, &byte) in text.iter().enumerate() {
                    let here = positions[index + 1];
                    positions[index + 1] |= reached && byte == b'/';
                    reached |= here;
                }
            }
        }
    }
}

fn shift(text: &[u8], positions: &mut [bool], holds: impl Fn(u8) -> bool) {
    for (index, &byte) in text.iter().enumerate().rev() {
        positions[index + 1] = positions[index] && holds(byte);
    }
    positions[0] = false;
}

fn spread(text: &[u8], positions: &mut [bool], holds: impl Fn(u8) -> bool) {
    for (index, &byte) in text.iter().enumerate() {
        positions[index + 1] |= positions[index] && holds(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(line: &str, matched: &[&str], others: &[&str]) {
        let pattern = Pattern::parse(line.as_bytes());
        let matches = |path: &str| {
            let (path, is_folder) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
            pattern.as_ref().is_some_and(|pattern| pattern.matches(&Subject::new(path, is_folder)))
        };
        for path in matched {
            assert!(matches(path), "`{line}` names {path}");
        }
        for path in others {
            assert!(!matches(path), "`{line}` does not name {path}");
        }
    }

    #[test]
    fn names_match_at_any_depth_and_slashes_anchor() {
        check("foo", &["foo", "a/foo", "a/foo/"], &["foo/bar", "xfoo"]);
        check("/foo", &["foo"], &["a/foo"]);
        check("a/foo", &["a/foo"], &["b/a/foo"]);
        check("foo/", &["foo/", "a/foo/"], &["foo"]);
        check("*.o", &["a.o", "d/.o"], &["a.oo"]);
        check("foo/*", &["foo/a"], &["foo/a/b", "foo"]);
    }

    #[test]
    fn two_asterisks_span_folders_only_as_a_component() {
        check("**/foo", &["foo", "a/foo", "a/b/foo"], &["a/xfoo"]);
        check("abc/**", &["abc/a", "abc/a/b"], &["abc/", "abcd/a"]);
        check("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb"]);
        check("a**b/c", &["ab/c", "axxb/c"], &["a/b/c"]);
    }

    #[test]
    fn classes_follow_fnmatch_and_never_match_a_slash() {
        check("[a-c]x", &["ax", "cx"], &["dx"]);
        check("[!a-c]x", &["dx"], &["ax"]);
        check("[]-]x", &["]x", "-x"], &["ax"]);
        check("[[:digit:]_]x", &["1x", "_x"], &["ax"]);
        check("[[:nope:]]", &[], &["a", ":"]);
        check("a[^b]c/d", &["axc/d"], &["a/c/d"]);
        check("[a", &[], &["[a", "a"]);
    }

    #[test]
    fn quotes_and_trailing_spaces() {
        check(r"\#a", &["#a"], &["a"]);
        check(r"\!a", &["!a"], &["a"]);
        check("a  ", &["a"], &["a  "]);
        check(r"a\  ", &["a "], &["a"]);
        check("a\t", &["a\t"], &["a"]);
        check(r"a\", &[], &["a", r"a\"]);
        check("# a", &[], &["# a"]);
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        let line = "*a".repeat(200) + "/" + &"**/*b".repeat(50);
        check(&line, &[], &[&("a".repeat(400) + "/" + &"b/".repeat(200) + "c")]);
    }

    proptest! {
        #[test]
        fn no_line_and_no_path_panics(line in prop::collection::vec(any::<u8>(), 0..30), path in "[ab/*\\[\\]é]{0,12}") {
            if let Some(pattern) = Pattern::parse(&line) {
                pattern.matches(&Subject::new(&path, true));
            }
        }
    }
}
