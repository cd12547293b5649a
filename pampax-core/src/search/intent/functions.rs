//! The function of a frame, read from what stands around its place, in the writing of each runtime. Pure.
//!
//! Never here: how a place is found (`frames.rs`).

/// A longer name is no name.
const MAX_NAME_BYTES: usize = 256;

/// What stands around a place.
pub(super) struct Around<'a> {
    /// Its line up to the place.
    pub before: &'a str,
    /// Its line from the line number on.
    pub after: &'a str,
    /// The line before.
    pub previous: &'a str,
}

/// The name of a function.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Its own name.
    pub own: String,
    /// The name as written, if longer.
    pub qualified: Option<String>,
}

/// The writings of a function, in the order in which they are tried.
const FORMS: &[fn(&Around<'_>) -> Option<String>] = &[
    after_in,
    after_arity,
    after_address,
    after_php,
    before_parenthesis,
    before_at,
    before_in,
    before_space,
    before_at_sign,
    line_before,
];

/// The function that the writing around a place names.
pub(super) fn function_of(around: &Around<'_>) -> Option<Named> {
    FORMS.iter().find_map(|form| form(around)).and_then(|written| named(&written))
}

/// What follows a place, without its column and closing marks.
fn rest<'a>(around: &Around<'a>) -> &'a str {
    let is_mark = |character: char| character.is_ascii_digit() || matches!(character, ':' | ',' | ')' | ']' | '"');
    around.after.trim_start_matches(is_mark).trim()
}

/// `…, in check` of Python, `:in 'check'` of Ruby, `: in function 'check'` of Lua.
fn after_in(around: &Around<'_>) -> Option<String> {
    let mut name = rest(around).strip_prefix("in ")?.trim_start();
    for word in ["function ", "method ", "upvalue ", "local ", "field "] {
        name = name.strip_prefix(word).unwrap_or(name);
    }
    let quoted = name.strip_prefix(['\'', '`']).and_then(|name| name.split_once('\''));
    if let Some((name, _)) = quoted {
        // Ruby says what part of the method it is: `block (2 levels) in check`.
        return Some(name.rsplit(" in ").next().unwrap_or(name).to_owned());
    }
    // A word in a sentence is no function: nothing else may follow.
    (!name.contains(char::is_whitespace)).then(|| name.to_owned())
}

/// `: App.Auth.check/2` of Elixir and Erlang.
fn after_arity(around: &Around<'_>) -> Option<String> {
    let (name, arity) = rest(around).rsplit(char::is_whitespace).next()?.rsplit_once('/')?;
    let is_arity = (1..=2).contains(&arity.len()) && arity.bytes().all(|byte| byte.is_ascii_digit());
    is_arity.then(|| name.to_owned())
}

/// `: 0x1234 in check (main)` of Zig.
fn after_address(around: &Around<'_>) -> Option<String> {
    let (_, name) = rest(around).strip_prefix("0x")?.split_once(" in ")?;
    name.split([' ', '(']).next().map(str::to_owned)
}

/// `#0 /srv/App.php(12): App\Login->check('a')` of PHP.
fn after_php(around: &Around<'_>) -> Option<String> {
    let is_frame = around.before.trim().strip_prefix('#')?.bytes().all(|byte| byte.is_ascii_digit());
    let (name, _) = rest(around).split_once('(').filter(|_| is_frame && around.after.starts_with("): "))?;
    Some(name.to_owned())
}

/// `at check (` of JavaScript, `at a.b.C.check(` of Java, `#1 check (` of Dart.
fn before_parenthesis(around: &Around<'_>) -> Option<String> {
    let head = around.before.strip_suffix('(')?.trim_end();
    let name = match after_word(head, "at ") {
        Some(name) => name,
        None => frame_number(head)?,
    };
    let name = name.split(" [as ").next().unwrap_or(name);
    let name = ["async ", "new ", "static "].iter().fold(name, |name, word| name.strip_prefix(word).unwrap_or(name));
    (!name.contains(char::is_whitespace)).then(|| name.to_owned())
}

/// `#1 0x01 in check (user=0) at ` of gdb, ``frame #4: 0x01 app`check(x=1) at `` of lldb.
fn before_at(around: &Around<'_>) -> Option<String> {
    let head = around.before.trim_end().strip_suffix(" at")?;
    let frame = frame_number(head)?;
    let name = match frame.split_once('`') {
        Some((_, name)) => name,
        None => frame.split_once(" in ").map_or(frame, |(_, name)| name),
    };
    name.split([' ', '(']).next().map(str::to_owned)
}

/// `at A.B.Check(String user) in ` of .NET.
fn before_in(around: &Around<'_>) -> Option<String> {
    let head = around.before.trim_end().strip_suffix(" in")?;
    let (name, _) = after_word(head, "at ")?.split_once('(')?;
    Some(name.to_owned())
}

/// `#1 0x4a in check ` of the sanitizers.
fn before_space(around: &Around<'_>) -> Option<String> {
    let (_, name) = frame_number(around.before)?.split_once(" in ")?;
    name.split([' ', '(']).next().map(str::to_owned)
}

/// `check@` of Firefox and Safari.
fn before_at_sign(around: &Around<'_>) -> Option<String> {
    let head = around.before.strip_suffix('@')?;
    head.rsplit(char::is_whitespace).next().map(str::to_owned)
}

/// The line before a line that is a place alone: of Go `main.check(0x1)`, of Rust `1: app::check`.
fn line_before(around: &Around<'_>) -> Option<String> {
    let is_alone = matches!(around.before.trim(), "" | "at") && around.before.starts_with([' ', '\t']);
    let previous = around.previous.trim();
    if !is_alone {
        return None;
    }
    if let Some(created) = previous.strip_prefix("created by ") {
        return created.split(" in goroutine").next().map(str::to_owned);
    }
    if let Some((number, name)) = previous.split_once(": ") {
        let is_numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        return is_numbered.then(|| name.rsplit(" - ").next().unwrap_or(name).trim().to_owned());
    }
    let open = previous.strip_suffix(')').and_then(|head| head.rfind('('))?;
    let name = &previous[..open];
    (name.contains('.') && !name.contains(char::is_whitespace)).then(|| name.to_owned())
}

/// What follows the last `word` of `text` that begins it or follows white space.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (at, _) = text
        .rmatch_indices(word)
        .find(|(at, _)| text[..*at].chars().all(char::is_whitespace) || text[..*at].ends_with(char::is_whitespace))?;
    Some(&text[at + word.len()..])
}

/// What follows `#12` or `frame #12:` at the beginning of a line.
fn frame_number(text: &str) -> Option<&str> {
    let text = text.trim_start().trim_start_matches("* ");
    let text = text.strip_prefix("frame ").unwrap_or(text).strip_prefix('#')?;
    let name = text.trim_start_matches(|character: char| character.is_ascii_digit());
    (name.len() < text.len()).then(|| name.trim_start_matches(':').trim_start())
}

/// The name in a function as written; `None` where it has none.
fn named(written: &str) -> Option<Named> {
    let plain = plain(written.trim());
    let own = plain.rsplit(['.', ':', '#', '\\', '>', '/']).next().unwrap_or(&plain);
    let is_name = |name: &str| {
        let mut characters = name.chars();
        let first = characters.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '$'));
        first && characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '$' | '?' | '!'))
    };
    if plain.len() > MAX_NAME_BYTES || !is_name(own) {
        return None;
    }
    Some(Named { own: own.to_owned(), qualified: (own != plain).then(|| plain.clone()) })
}

/// A function as its author wrote it: without what compilers add for closures, tasks and constructors.
fn plain(written: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let separator = if written.contains("::") { "::" } else { "." };
    for part in written.split(separator) {
        let is_hash =
            part.len() == 17 && part.starts_with('h') && part[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_closure = part.starts_with("{{") || part.starts_with("{closure");
        let numbered = part.strip_prefix("func").or_else(|| part.strip_prefix("gowrap")).unwrap_or(part);
        let is_literal =
            !parts.is_empty() && !numbered.is_empty() && numbered.bytes().all(|byte| byte.is_ascii_digit());
        match part {
            "MoveNext" | "[...]" => {}
            _ if is_hash || is_closure || is_literal => {}
            "<init>" => parts.extend(parts.last().copied()),
            _ => parts.push(author_name(part)),
        }
    }
    parts.join(separator)
}

/// `Run` of `<Run>d__5`, `run` of `lambda$run$0`, else the name itself.
fn author_name(part: &str) -> &str {
    if let Some((name, rest)) = part.strip_prefix('<').and_then(|part| part.split_once('>'))
        && rest.contains("__")
    {
        return name;
    }
    let lambda = part.strip_prefix("lambda$").and_then(|rest| rest.rsplit_once('$'));
    lambda.map_or(part, |(name, _)| name).trim_end_matches("-fm")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, own: Option<&str>) {
        assert_eq!(named(written).map(|named| named.own), own.map(str::to_owned), "{written}");
    }

    #[test]
    fn names_are_those_that_authors_wrote() {
        check("main.(*Server).handle", Some("handle"));
        check("main.run.func1.2", Some("run"));
        check("<T as app::Trait>::check", Some("check"));
        check("App\\Login->check", Some("check"));
        check("valid?", Some("valid?"));
        check("a.b.C.<init>", Some("C"));
        check("<module>", None);
        check("Object.<anonymous>", None);
        check("{main}", None);
        check("", None);
    }

    #[test]
    fn a_word_of_a_sentence_is_no_function() {
        let around = Around { before: "see ", after: " in the login code", previous: "" };
        assert_eq!(function_of(&around), None);
    }
}
