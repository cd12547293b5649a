//! The places that a text names: `file:line` in its many writings, and the frames of stack traces. Pure.
//!
//! One scanner finds the places of a line; `functions.rs` reads the function from what stands around each.
//!
//! Never here: which indexed file a place means (`places.rs`).

use super::functions::{Around, function_of};
use crate::parse::language;
use crate::source::{Language, RepoPath};

/// The most frames that are kept.
pub(super) const MAX_FRAMES: usize = 50;

/// A longer run without a space is no path.
const MAX_PATH_BYTES: usize = 1_024;

/// How far around a place is looked for its function, in bytes.
const MAX_AROUND_BYTES: usize = 512;

/// Extensions of source files that are not parsed, so that no row of the table of languages has them.
const OTHER_EXTENSIONS: &[&str] = &[
    "aspx", "bat", "cshtml", "cu", "ejs", "erb", "erl", "f90", "fs", "groovy", "haml", "jl", "m", "mm", "nim", "nix",
    "pas", "pl", "pm", "proto", "ps1", "r", "razor", "svelte", "tf", "twig", "txt", "v", "vb", "vue", "xml",
];

/// A place in code that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The path as written, with forward slashes and without scheme, host and `./`.
    pub path: String,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The own name of the function.
    pub function: Option<String>,
    /// The name of the function as written, where it says more than the own name.
    pub qualified: Option<String>,
}

impl Frame {
    /// The place in the common writing.
    pub(crate) fn written(&self) -> String {
        self.line.map_or_else(|| self.path.clone(), |line| format!("{}:{line}", self.path))
    }
}

/// The places of `text` in order, each once.
pub(super) fn frames(text: &str) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut previous = "";
    for line in text.lines() {
        for (start, segment) in segments(line) {
            if frames.len() == MAX_FRAMES {
                return frames;
            }
            if let Some(place) = place(line, start, segment) {
                add(&mut frames, frame(line, &place, previous));
            }
        }
        previous = line;
    }
    frames
}

fn add(frames: &mut Vec<Frame>, frame: Frame) {
    let is_mention = frame.line.is_none() && frame.function.is_none();
    if is_mention && !(frame.path.contains('/') && is_known(&frame.path)) {
        return;
    }
    let is_same = |known: &&mut Frame| {
        let is_function = known.function == frame.function && known.qualified == frame.qualified;
        let is_open = known.function.is_none() || frame.function.is_none();
        known.path == frame.path && known.line == frame.line && (is_function || is_open)
    };
    match frames.iter_mut().find(is_same) {
        Some(known) if known.function.is_none() => *known = frame,
        Some(_) => {}
        None => frames.push(frame),
    }
}

fn frame(line: &str, place: &Place<'_>, previous: &str) -> Frame {
    let around = Around {
        before: last_bytes(&line[..place.start], MAX_AROUND_BYTES),
        after: first_bytes(&line[place.end..], MAX_AROUND_BYTES),
        previous: first_bytes(previous, MAX_AROUND_BYTES),
    };
    let named = function_of(&around);
    let slashed = place.path.replace('\\', "/").replace("/./", "/");
    let path = slashed.trim_start_matches("./").to_owned();
    let (function, qualified) = named.map_or((None, None), |named| (Some(named.own), named.qualified));
    Frame { path, line: place.line, function, qualified }
}

/// A path in a line of text, and where its writing begins and ends there.
struct Place<'a> {
    path: &'a str,
    line: Option<u32>,
    start: usize,
    end: usize,
}

/// The pieces of a line that may be paths, with where they begin.
fn segments(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut breaks: Vec<(usize, usize)> = Vec::new();
    let mut previous = None;
    for (at, character) in line.char_indices() {
        let after = at + character.len_utf8();
        if is_break(previous, character, &line[after..]) {
            breaks.push((at, after));
        }
        previous = Some(character);
    }
    breaks.push((line.len(), line.len()));
    let mut start = 0;
    breaks.into_iter().filter_map(move |(end, next)| {
        let (piece, from) = (&line[start..end], start);
        start = next;
        let bare = piece.trim_start_matches(['[', '{', '(', '*', '~', ':']);
        let skipped = piece.len() - bare.len();
        let bare = bare.trim_end_matches(['.', ':', '!', '?', ']', '}', '\\']);
        (bare.len() > 2).then_some((from + skipped, bare))
    })
}

/// Whether a path cannot go on over this character. Folders such as `(group)` and positions such as `(12,5)` stay whole.
fn is_break(previous: Option<char>, character: char, rest: &str) -> bool {
    match character {
        '"' | '\'' | '`' | ',' | ';' | '<' | '>' | '|' => true,
        '(' => previous != Some('/') && !rest.starts_with(|next: char| next.is_ascii_digit()),
        ')' => !rest.starts_with('/'),
        '@' => ["/", "http", "file:", "webpack"].iter().any(|start| rest.starts_with(start)),
        _ => character.is_whitespace(),
    }
}

fn place<'a>(line: &'a str, start: usize, segment: &'a str) -> Option<Place<'a>> {
    if segment.len() > MAX_PATH_BYTES {
        return None;
    }
    let (body, is_link) = without_scheme(segment)?;
    let offset = start + (segment.len() - body.len());
    let marks = body.char_indices().filter(|(_, mark)| matches!(mark, ':' | '(' | '#'));
    for (at, mark) in marks {
        let rest = &body[at + 1..];
        let path = without_query(&body[..at]);
        let position = match mark {
            '#' => rest.strip_prefix('L').and_then(number).map(|(line, digits)| (line, 1 + digits)),
            _ if rest == "line" => number_after_words(&line[offset + at + 1..], &["line "]),
            _ => number(rest),
        };
        if let Some((number, length)) = position.filter(|_| is_file(path)) {
            return Some(Place { path, line: Some(number), start, end: offset + at + 1 + length });
        }
    }
    let path = without_query(body);
    let end = start + segment.len();
    if is_link || !is_file(path) {
        return None;
    }
    let position = number_after_words(&line[end..], &["line ", "on line ", "at line ", "near line "]);
    match position {
        Some((number, length)) => Some(Place { path, line: Some(number), start, end: end + length }),
        None => Some(Place { path, line: number_before(&line[..start]), start, end }),
    }
}

/// The path in an address, and whether the address is one of the web. `None` for what lies in no tree.
fn without_scheme(segment: &str) -> Option<(&str, bool)> {
    if segment.starts_with("node:") {
        return None;
    }
    let Some((scheme, rest)) = segment.split_once("://") else {
        let value = segment.rsplit('=').next().unwrap_or(segment);
        let bare = value.strip_prefix("package:").or_else(|| value.strip_prefix("file:"));
        return Some((bare.unwrap_or(value), false));
    };
    let path = &rest[rest.find('/')?..];
    let has_drive = path.get(2..4).is_some_and(|part| part.starts_with(':') && part.ends_with(['/', '\\']));
    Some((if has_drive { &path[1..] } else { path }, scheme.starts_with("http")))
}

fn without_query(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}

/// The number that `text` begins with, which is a line, and how many bytes it takes.
fn number(text: &str) -> Option<(u32, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let line: u32 = text[..digits].parse().ok()?;
    (line > 0).then_some((line, digits))
}

/// The number after one of `words` at the beginning of `text`, but for punctuation, and where it ends.
fn number_after_words(text: &str, words: &[&str]) -> Option<(u32, usize)> {
    let rest = text.trim_start_matches([' ', ',', ':', '"', '\'', '`', ')']);
    let rest = words.iter().find_map(|word| rest.strip_prefix(word))?;
    number(rest).map(|(line, digits)| (line, text.len() - rest.len() + digits))
}

/// The number in `line 12 of ` or `line 12 in ` at the end of `text`.
fn number_before(text: &str) -> Option<u32> {
    let mut words = last_bytes(text, MAX_AROUND_BYTES).split_whitespace().rev();
    let joins = matches!(words.next(), Some("of" | "in"));
    let (line, digits) = number(words.next().filter(|_| joins)?)?;
    let is_line = digits > 0 && words.next().is_some_and(|word| word.eq_ignore_ascii_case("line"));
    is_line.then_some(line)
}

/// Whether `path` looks like the path of a source file.
pub(super) fn is_file(path: &str) -> bool {
    let body = if path.get(1..2) == Some(":") { &path[2..] } else { path };
    if body.is_empty() || body.contains([':', '*', '?', '|', '<', '>', '"']) || body.len() > MAX_PATH_BYTES {
        return false;
    }
    let has_folder = body.contains(['/', '\\']);
    let extension = file_name(body).rsplit_once('.').map(|(_, extension)| extension);
    let could_be = |extension: &str| {
        extension.len() <= 8
            && extension.starts_with(|first: char| first.is_ascii_alphabetic())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    is_known(body) || (has_folder && extension.is_some_and(could_be))
}

/// Whether the name of the file is that of a source file.
fn is_known(path: &str) -> bool {
    let name = file_name(path);
    let is_other = |extension: &str| OTHER_EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str());
    match RepoPath::new(name) {
        Ok(path) if path.stem().contains(char::is_alphanumeric) => {
            language::detect(&path, "") != Language::Text || path.extension().is_some_and(is_other)
        }
        _ => false,
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The first bytes of `text`, at most `count`, cut at a border of characters.
pub(super) fn first_bytes(text: &str, count: usize) -> &str {
    let mut end = count.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn last_bytes(text: &str, count: usize) -> &str {
    let mut start = text.len().saturating_sub(count);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each frame as `path:line function (qualified)`.
    fn check(text: &str, expected: &[&str]) {
        let show = |frame: &Frame| {
            let function = frame.function.as_ref().map_or(String::new(), |name| format!(" {name}"));
            let qualified = frame.qualified.as_ref().map_or(String::new(), |name| format!(" ({name})"));
            format!("{}{function}{qualified}", frame.written())
        };
        let found: Vec<String> = frames(text).iter().map(show).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn python() {
        check(
            "Traceback (most recent call last):\n  File \"/srv/app/auth/login.py\", line 12, in check\n    verify(user)\n  \
             File \"main.py\", line 3, in <module>\nValueError: no",
            &["/srv/app/auth/login.py:12 check", "main.py:3"],
        );
        check("tests/test_login.py:33: AssertionError", &["tests/test_login.py:33"]);
    }

    #[test]
    fn javascript() {
        check(
            "Error: no\n    at login (/srv/app/src/auth.js:10:5)\n    at async Server.handle (file:///srv/app/src/server.mjs:7:9)\n    \
             at Object.<anonymous> (C:\\app\\src\\main.ts:3:1)\n    at new Session (webpack://app/./src/session.ts:4:2)\n    \
             at /srv/app/src/run.js:2:1\n    at async Promise.all (index 0)\n    at node:internal/main/run:22:47\n    \
             at Router.use [as get] (src/router.js:1:2)",
            &[
                "/srv/app/src/auth.js:10 login",
                "/srv/app/src/server.mjs:7 handle (Server.handle)",
                "C:/app/src/main.ts:3",
                "/src/session.ts:4 Session",
                "/srv/app/src/run.js:2",
                "src/router.js:1 use (Router.use)",
            ],
        );
        check("render@http://localhost:3000/static/js/page.js?v=1:10:5", &["/static/js/page.js:10 render"]);
        check("see https://github.com/o/r/blob/main/src/x.ts#L10-L20", &["/o/r/blob/main/src/x.ts:10"]);
        check("see https://docs.example.org/guide/index.html", &[]);
    }

    #[test]
    fn java_and_kotlin() {
        check(
            "Exception in thread \"main\" java.lang.IllegalStateException: no\n\tat com.acme.auth.Login.check(Login.java:12)\n\t\
             at app//com.acme.MainKt.main(Main.kt:5)\n\tat com.acme.Work$Inner.lambda$run$0(Work.java:7) ~[app.jar!/:1.2]\n\t\
             at java.base/java.lang.Thread.run(Native Method)\n\tat com.acme.Login.<init>(Login.java)",
            &[
                "Login.java:12 check (com.acme.auth.Login.check)",
                "Main.kt:5 main (app//com.acme.MainKt.main)",
                "Work.java:7 run (com.acme.Work$Inner.run)",
                "Login.java Login (com.acme.Login.Login)",
            ],
        );
    }

    #[test]
    fn go() {
        check(
            "panic: no\n\ngoroutine 1 [running]:\nmain.(*Server).handle(0xc000010250, 0x1)\n\t/src/app/server.go:12 +0x1d\n\
             main.main.func1()\n\t/src/app/main.go:5 +0x20\ncreated by net/http.(*Server).Serve in goroutine 1\n\t/usr/local/go/src/net/http/server.go:3285 +0x4b4",
            &[
                "/src/app/server.go:12 handle (main.(*Server).handle)",
                "/src/app/main.go:5 main (main.main)",
                "/usr/local/go/src/net/http/server.go:3285 Serve (net/http.(*Server).Serve)",
            ],
        );
        check("    login_test.go:12: got 1, want 2", &["login_test.go:12"]);
    }

    #[test]
    fn rust() {
        check(
            "thread 'main' panicked at src/auth.rs:10:5:\nno\nstack backtrace:\n   0: std::panicking::begin\n   1: app::auth::login::{{closure}}\n             \
             at ./src/auth.rs:10:5\n   2:     0x55d - app::main::h0123456789abcdef\n             at ./src/main.rs:3:1",
            &["src/auth.rs:10 login (app::auth::login)", "src/main.rs:3 main (app::main)"],
        );
        check("thread 'main' panicked at 'no', src/auth.rs:10:5", &["src/auth.rs:10"]);
        check("error[E0382]: borrow of moved value\n  --> src/auth.rs:12:5\n   |", &["src/auth.rs:12"]);
    }

    #[test]
    fn c_and_cpp() {
        check(
            "#0  login (user=0x0) at src/auth.c:12\n#1  0x00005 in ns::Server::handle (this=0x1, f=(void (*)(int)) 0x2) at ../src/server.cpp:40\n\
             #2  0x0 in raise () from /lib/libc.so.6\n    #3 0x4a in main /src/main.c:3:9\n\
             frame #4: 0x01 app`run(x=1) at run.c:9:3",
            &[
                "src/auth.c:12 login",
                "../src/server.cpp:40 handle (ns::Server::handle)",
                "/src/main.c:3 main",
                "run.c:9 run",
            ],
        );
        check("auth.c:12:3: error: no\nsrc\\auth.cpp(14): error C2065: no", &["auth.c:12", "src/auth.cpp:14"]);
        check("src/app.ts(12,5): error TS2345: no", &["src/app.ts:12"]);
    }

    #[test]
    fn csharp_ruby_php_elixir() {
        check(
            "   at Acme.Auth.Login.Check(String user) in C:\\src\\Auth\\Login.cs:line 12\n   at Acme.Work.<Run>d__5.MoveNext() in /src/Work.cs:line 3",
            &["C:/src/Auth/Login.cs:12 Check (Acme.Auth.Login.Check)", "/src/Work.cs:3 Run (Acme.Work.Run)"],
        );
        check(
            "lib/auth.rb:12:in 'Auth#check': no (RuntimeError)\n\tfrom lib/app.rb:3:in `block in run'\n\tfrom main.rb:1:in `<main>'",
            &["lib/auth.rb:12 check (Auth#check)", "lib/app.rb:3 run", "main.rb:1"],
        );
        check(
            "PHP Fatal error:  Uncaught Exception: no in /srv/src/Login.php:12\n#0 /srv/src/App.php(12): App\\Login->check('a')\n#1 {main}\n  thrown in /srv/src/Login.php on line 14",
            &["/srv/src/Login.php:12", "/srv/src/App.php:12 check (App\\Login->check)", "/srv/src/Login.php:14"],
        );
        check(
            "** (RuntimeError) no\n    (app 0.1.0) lib/app/auth.ex:12: App.Auth.check/2\n    lib/run.ex:3: anonymous fn/1 in App.run/0",
            &["lib/app/auth.ex:12 check (App.Auth.check)", "lib/run.ex:3 run (App.run)"],
        );
    }

    #[test]
    fn other_writings() {
        check("lua: src/a.lua:3: in function 'run'", &["src/a.lua:3 run"]);
        check("./build.sh: line 12: foo: command not found", &["build.sh:12"]);
        check("what is on line 12 of src/auth.py?", &["src/auth.py:12"]);
        check("#1      check (package:app/src/auth.dart:12:3)", &["app/src/auth.dart:12 check"]);
        check("/src/a.zig:12:5: 0x1234 in check (main)", &["/src/a.zig:12 check"]);
        check("why is src/auth.rs:10-20, seen in (`lib/a.py:3`), odd", &["src/auth.rs:10", "lib/a.py:3"]);
        check("app/(group)/page.tsx:3", &["app/(group)/page.tsx:3"]);
        check("how does src/router/mod.rs work", &["src/router/mod.rs"]);
    }

    #[test]
    fn what_is_no_place() {
        for text in [
            "at 12:30:45 the ratio was 3:4",
            "localhost:3000 and db.example.com:5432 and 127.0.0.1:80",
            "Node.js and TCP/IP, e.g. and/or",
            "Foo::bar std::vector:3",
            "src/a.rs:0 is",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn frames_are_counted_once_and_bounded() {
        check("a.rs:1 a.rs:1 a.rs:2", &["a.rs:1", "a.rs:2"]);
        check("at a.A.f(A.java:1)\nat b.A.f(A.java:1)\nA.java:1", &["A.java:1 f (a.A.f)", "A.java:1 f (b.A.f)"]);
        let many: String = (1..200).map(|line| format!("a.rs:{line}\n")).collect();
        assert_eq!(frames(&many).len(), MAX_FRAMES);
    }
}
