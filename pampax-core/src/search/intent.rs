//! What a question is about, recognised from its text: places in code, error codes, routes, keys, names. Pure.
//!
//! The text is data. Nothing in it is an error, and what is not recognised is searched for like any other word.
//!
//! Never here: the index (`places.rs` looks places up in it).

mod frames;
mod functions;
mod marks;
mod tables;

pub(crate) use frames::Frame;

use crate::source::named_enum;
use marks::{CodeKind, KeyKind};
use serde::{Deserialize, Serialize};
use std::fmt;
use tables::{
    API_WORDS, CONFIG_WORDS, DEFINITION_FORMS, FAILURE_OUTPUT, FAILURE_WORDS, HOW_OPENINGS, KIND_WORDS, REPAIR_WORDS,
    SETTING_WORDS,
};

/// Text beyond this many bytes is not looked at.
const MAX_TEXT_BYTES: usize = 64 << 10;

named_enum! {
    /// What a question is about.
    Intent {
        /// One definition, by its name.
        Symbol = "symbol",
        /// Settings: flags, variables, files of configuration.
        Config = "config",
        /// Routes and the code that answers them.
        Api = "api",
        /// Something that went wrong: a stack trace, an error code, a message.
        Incident = "incident",
        /// Anything else.
        Search = "search",
    }
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recognised {
    /// What it is about.
    pub intent: Intent,
    /// What in the text decided that.
    pub why: String,
    /// The places in code that it names, in order.
    pub frames: Vec<Frame>,
    /// The error codes and classes of errors, in order.
    pub codes: Vec<String>,
    /// The routes, in order, with their verb where it is given.
    pub routes: Vec<String>,
    /// The keys of settings, in order.
    pub keys: Vec<String>,
    /// The identifiers that it names clearly, in order.
    pub names: Vec<String>,
}

/// Reads a text.
pub(crate) fn read(text: &str) -> Recognised {
    let signs = Signs::of(frames::first_bytes(text, MAX_TEXT_BYTES));
    let decided = RULES.iter().find_map(|(intent, rule)| rule(&signs).map(|why| (*intent, why)));
    let (intent, why) = decided.unwrap_or((Intent::Search, "no rule recognised anything else".to_owned()));
    Recognised {
        intent,
        why,
        frames: signs.frames,
        codes: signs.codes.into_iter().map(|(code, _)| code).collect(),
        routes: signs.routes,
        keys: signs.keys.into_iter().map(|(key, _)| key).collect(),
        names: signs.names,
    }
}

/// Everything that the rules look at.
struct Signs<'a> {
    text: &'a str,
    /// The text in lower case, white space made one space.
    folded: String,
    frames: Vec<Frame>,
    codes: Vec<(String, CodeKind)>,
    routes: Vec<String>,
    keys: Vec<(String, KeyKind)>,
    names: Vec<String>,
}

impl<'a> Signs<'a> {
    fn of(text: &'a str) -> Signs<'a> {
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        Signs {
            text,
            frames: frames::frames(text),
            codes: marks::codes(text),
            routes: marks::routes(text),
            keys: marks::keys(text, held(&folded, SETTING_WORDS).is_some()),
            names: marks::names(text),
            folded,
        }
    }

    fn holds(&self, phrases: &[&str]) -> Option<String> {
        held(&self.folded, phrases).map(|phrase| format!("the words `{phrase}`"))
    }
}

type Rule = fn(&Signs<'_>) -> Option<String>;

/// The rules in order; the first that says why decides, and without one it is [`Intent::Search`].
const RULES: &[(Intent, Rule)] = &[
    // A place with its line comes from a trace, a message or an editor.
    (Intent::Incident, place_with_a_line),
    // E0382, TS2345, ENOENT, SQLSTATE 42P01, ERR_MODULE_NOT_FOUND.
    (Intent::Incident, error_code),
    // The whole text is one name: `Router`, `Rack::Builder`, `login()`.
    (Intent::Symbol, one_name),
    // `ValueError: no number`.
    (Intent::Incident, reported_exception),
    // Words that programs write when they fail.
    (Intent::Incident, words_of_a_failure),
    // Words that people write about one, unless they ask how something works.
    (Intent::Incident, words_about_a_failure),
    // `GET /users/:id`, `/api/v1/users`.
    (Intent::Api, route),
    // `--flag`, `$VARIABLE`, `tsconfig.json`.
    (Intent::Config, clear_key),
    // `where is X defined`, `who calls X`.
    (Intent::Symbol, asked_definition),
    // `how is server.port configured`, `default of MAX_RETRIES`.
    (Intent::Config, key_beside_words),
    (Intent::Api, words_of_an_api),
    (Intent::Config, words_of_settings),
];

fn place_with_a_line(signs: &Signs<'_>) -> Option<String> {
    let frame = signs.frames.iter().find(|frame| frame.line.is_some())?;
    Some(format!("the place `{}`", frame.written()))
}

fn error_code(signs: &Signs<'_>) -> Option<String> {
    let (code, _) = signs.codes.iter().find(|(_, kind)| *kind == CodeKind::Code)?;
    Some(format!("the error code `{code}`"))
}

fn reported_exception(signs: &Signs<'_>) -> Option<String> {
    let is_reported = |kind: &CodeKind| *kind == CodeKind::Exception { is_reported: true };
    let (name, _) = signs.codes.iter().find(|(_, kind)| is_reported(kind))?;
    Some(format!("the report of `{name}`"))
}

fn words_of_a_failure(signs: &Signs<'_>) -> Option<String> {
    signs.holds(FAILURE_OUTPUT)
}

fn words_about_a_failure(signs: &Signs<'_>) -> Option<String> {
    let asks_how = HOW_OPENINGS.iter().any(|opening| signs.folded.starts_with(opening));
    if asks_how && held(&signs.folded, REPAIR_WORDS).is_none() {
        return None;
    }
    signs.holds(FAILURE_WORDS)
}

fn route(signs: &Signs<'_>) -> Option<String> {
    signs.routes.first().map(|route| format!("the route `{route}`"))
}

fn clear_key(signs: &Signs<'_>) -> Option<String> {
    let (key, _) = signs.keys.iter().find(|(_, kind)| *kind == KeyKind::Clear)?;
    Some(format!("the key `{key}`"))
}

fn key_beside_words(signs: &Signs<'_>) -> Option<String> {
    let (key, _) = signs.keys.first()?;
    signs.holds(SETTING_WORDS).map(|words| format!("the name `{key}` beside {words}"))
}

fn words_of_an_api(signs: &Signs<'_>) -> Option<String> {
    signs.holds(API_WORDS)
}

fn words_of_settings(signs: &Signs<'_>) -> Option<String> {
    signs.holds(CONFIG_WORDS)
}

fn one_name(signs: &Signs<'_>) -> Option<String> {
    let text = signs.text.trim();
    // A call may hold spaces between its parentheses.
    let head = text.split('(').next().unwrap_or(text);
    if head.contains(char::is_whitespace) || marks::is_config_file(text) {
        return None;
    }
    marks::bare_name(text).map(|name| format!("the text is the name `{name}`"))
}

fn asked_definition(signs: &Signs<'_>) -> Option<String> {
    let text = signs.text.trim().trim_end_matches(['?', '.', '!']).trim_end();
    DEFINITION_FORMS.iter().find_map(|(before, after, takes_any)| {
        let head = text.get(..before.len()).filter(|head| head.eq_ignore_ascii_case(before))?;
        let asked = text[head.len()..].strip_suffix(after)?.trim();
        let mut words = asked.split_whitespace().skip_while(|word| KIND_WORDS.contains(word));
        let (written, rest) = (words.next()?, words.next());
        let name = marks::bare_name(written).filter(|_| rest.is_none())?;
        let is_clear = *takes_any || written.starts_with('`') || marks::is_clear_name(name, written);
        is_clear.then(|| format!("the words `{}` around the name `{name}`", before.trim()))
    })
}

/// The first of `phrases` that `text` holds as whole words.
fn held<'a>(text: &str, phrases: &[&'a str]) -> Option<&'a str> {
    let is_word =
        |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
    let is_whole = |start: usize, phrase: &str| {
        let before = text[..start].chars().next_back();
        let after = text[start + phrase.len()..].chars().next().filter(|_| phrase.ends_with(char::is_alphanumeric));
        !is_word(before) && !is_word(after)
    };
    phrases.iter().copied().find(|phrase| text.match_indices(phrase).any(|(start, _)| is_whole(start, phrase)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(intent: Intent, texts: &[&str]) {
        for text in texts {
            let read = read(text);
            assert_eq!(read.intent, intent, "{text}: {}", read.why);
            assert!(!read.why.is_empty());
        }
    }

    #[test]
    fn plain_questions_are_searches() {
        check(
            Intent::Search,
            &[
                "",
                "how does routing work",
                "how are routes registered",
                "how the failed command line is printed in a stack trace",
                "exception types for user errors and abort",
                "how MethodRouter dispatches GET POST PUT DELETE by HTTP method",
                "what is dependency injection",
                "where is the login checked",
                "exception cause chain and stack trace utilities",
                "how mini.align aligns text using configurable separators",
                "cookie setting and signing on the response",
                "how does src/router.rs work",
                "検索はどこですか",
                "404",
            ],
        );
    }

    #[test]
    fn failures_are_incidents() {
        check(
            Intent::Incident,
            &[
                "thread 'main' panicked at src/main.rs:3:5",
                "what is at src/main.rs:3",
                "E0382",
                "error[E0382]: borrow of moved value",
                "ERR_MODULE_NOT_FOUND when starting",
                "ValueError: invalid literal for int()",
                "the server crashes when the token is empty",
                "why do I get a segfault in the parser",
                "how to fix the crash on start",
                "error: cannot open the file",
                "Segmentation fault (core dumped)",
            ],
        );
    }

    #[test]
    fn routes_are_of_an_api() {
        check(
            Intent::Api,
            &[
                "what handles GET /users/:id",
                "/api/v1/users",
                "which endpoint creates a user",
                "the request handler of uploads",
            ],
        );
    }

    #[test]
    fn keys_are_of_the_configuration() {
        check(
            Intent::Config,
            &[
                "what does --max-size do",
                "where is $APP_PORT read",
                "tsconfig.json",
                "default value of the cache size",
                "which environment variables are read",
                "how is server.port configured",
                "what sets MAX_RETRIES, and its default",
            ],
        );
    }

    #[test]
    fn names_are_symbols() {
        check(
            Intent::Symbol,
            &[
                "Router",
                "flat_hash_map",
                "Rack::Response",
                "HTTPException",
                "`login_user()`",
                "Session.open(name, password)",
                "app.render",
                "where is login defined?",
                "where is the class LoginUser",
                "what is FromRequest",
                "who calls verify_password",
                "definition of Router",
                "MAX_RETRIES",
            ],
        );
    }

    #[test]
    fn the_marks_of_a_text_are_listed() {
        let read = read("POST /login fails with ENOENT since $APP_HOME is empty in LoginHandler");
        assert_eq!((read.intent, read.routes), (Intent::Incident, vec!["POST /login".to_owned()]));
        assert_eq!((read.codes, read.keys), (vec!["ENOENT".to_owned()], vec!["APP_HOME".to_owned()]));
        assert_eq!(read.names, ["LoginHandler"]);
    }

    #[test]
    fn a_long_text_is_read_to_a_bound() {
        let text = format!("{} src/late.rs:1", "é ".repeat(40 << 10));
        assert_eq!(read(&text).frames, []);
        assert_eq!(read(&"a.rs:1".repeat(20_000)).intent, Intent::Search);
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "\\PC{0,300}") {
            prop_assert!(!read(&text).why.is_empty());
        }

        #[test]
        fn any_mix_of_the_pieces_of_traces_can_be_read(
            pieces in proptest::collection::vec(prop::sample::select(PIECES), 0..40),
        ) {
            let read = read(&pieces.concat());
            prop_assert!(read.frames.len() <= frames::MAX_FRAMES);
            prop_assert!(read.frames.iter().all(|frame| !frame.path.is_empty() && frame.line != Some(0)));
        }
    }

    const PIECES: &[&str] = &[
        "at ",
        "(",
        ")",
        ":",
        "12",
        "line ",
        "\n",
        "\t",
        " ",
        "src/a.py",
        "C:\\é.cs",
        "in ",
        "#",
        "#1 ",
        "File \"",
        "\"",
        "://",
        "http",
        "@",
        "::",
        "{{closure}}",
        "<",
        ">",
        "/",
        "?",
        "=",
        "'",
        "`",
        "é",
        "0x",
        "h0123456789abcdef",
        ".",
        ".func1",
        "created by ",
        "frame ",
        "--",
        "$",
        "E0382",
        "[",
        "]",
        "1: ",
        "GET ",
        "where is ",
        " defined",
        "->",
    ];
}
