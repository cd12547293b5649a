//! What people write about code, as a question: messages of commits, doc comments, names of tests.
//!
//! Never here: which files it is about.

use std::collections::BTreeSet;

/// The fewest meaningful words of a question.
pub(super) const FEWEST_WORDS: usize = 4;

/// The longest question, in characters.
const MAX_QUERY: usize = 500;

/// Words that say nothing about what is meant.
const EMPTY_WORDS: &[&str] = &[
    "about", "add", "added", "adds", "after", "all", "also", "and", "any", "are", "been", "before", "being", "bug",
    "bugfix", "but", "can", "chore", "could", "did", "does", "error", "feat", "fix", "fixed", "fixes", "fixing", "for",
    "from", "get", "had", "has", "have", "how", "into", "issue", "issues", "its", "make", "makes", "now", "not", "our",
    "out", "over", "problem", "refactor", "remove", "removed", "should", "some", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "use", "used", "uses", "using", "was", "were", "what", "when", "where",
    "which", "while", "will", "with", "would", "wrong", "you",
];

/// Words of a subject that speak of keeping house, and not of code.
const HOUSEKEEPING: &[&str] = &[
    "bump",
    "bumps",
    "bumped",
    "changelog",
    "clippy",
    "copyright",
    "dependabot",
    "fixup",
    "format",
    "formatting",
    "license",
    "licence",
    "lint",
    "linter",
    "lints",
    "merge",
    "merged",
    "prettier",
    "release",
    "released",
    "renovate",
    "revert",
    "reverts",
    "rustfmt",
    "typo",
    "typos",
    "whitespace",
    "wip",
];

/// What stands before the number of a ticket.
const CLOSING: &[&str] = &[
    "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved", "see", "ref", "refs",
    "issue", "issues", "bug", "bugs", "pr", "ticket", "and", "also",
];

/// Keys of a trailer, beside those that end in `-by`, `-to`, `-id` and the like.
const TRAILERS: &[&str] = &[
    "author",
    "bug",
    "bugs",
    "cc",
    "change-id",
    "changelog",
    "close",
    "closes",
    "date",
    "fix",
    "fixes",
    "follow-up",
    "issue",
    "issues",
    "link",
    "links",
    "part of",
    "pr",
    "ref",
    "reference",
    "references",
    "refs",
    "related",
    "related to",
    "resolves",
    "see",
    "see also",
    "thanks",
    "ticket",
    "git-svn-id",
];

/// The distinct words that mean something, in lower case.
pub(super) fn meaningful(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !character.is_alphabetic()).filter(|word| word.chars().count() >= 3);
    words.map(str::to_lowercase).filter(|word| !EMPTY_WORDS.contains(&word.as_str())).collect()
}

/// Whether two texts say nearly the same: of ten meaningful words seven are in both.
pub(super) fn is_alike(words: &BTreeSet<String>, others: &BTreeSet<String>) -> bool {
    let shared = words.intersection(others).count();
    shared * 10 >= (words.len() + others.len() - shared) * 7
}

/// Whether the subject of a commit speaks of merging, releasing, formatting and the like.
pub(super) fn is_housekeeping(message: &str) -> bool {
    let subject = message.trim_start().lines().next().unwrap_or_default().to_lowercase();
    let is_version = |word: &str| {
        let digits = word.trim_start_matches('v');
        digits.contains('.') && digits.starts_with(|c: char| c.is_ascii_digit())
    };
    let starts_with_version = subject.split_whitespace().next().is_some_and(is_version);
    let mut words = subject.split(|character: char| !character.is_alphanumeric());
    starts_with_version || subject.contains("(deps)") || words.any(|word| HOUSEKEEPING.contains(&word))
}

/// The message of a commit as a question: its subject and the first paragraph that says more, without trailers, tickets
/// and addresses.
pub(super) fn of_message(message: &str) -> String {
    let message = without_comments(&message.replace('\r', ""));
    let (subject, body) = message.trim().split_once('\n').unwrap_or((message.trim(), ""));
    let subject = cleaned(subject);
    let said = meaningful(&subject);
    let paragraphs = body.split("\n\n").map(|paragraph| {
        let lines = paragraph.lines().filter(|line| !is_trailer(line)).map(cleaned);
        lines.filter(|line| !line.is_empty()).collect::<Vec<String>>().join(" ")
    });
    let more = paragraphs.into_iter().find(|paragraph| !meaningful(paragraph).is_subset(&said));
    let parts: Vec<String> = [Some(subject), more].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    shortened(&parts.join("\n\n"))
}

/// At most so many characters, whole words.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_QUERY) {
        None => text.to_owned(),
        Some((end, _)) => {
            text[..end].rsplit_once(char::is_whitespace).map_or(&text[..end], |(text, _)| text).to_owned()
        }
    }
}

fn without_comments(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        plain.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    plain + rest
}

fn is_trailer(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    if line.starts_with('#') || line.starts_with("(cherry picked from") || is_rule(&line) {
        return true;
    }
    let key = line.split_once(':').map_or("", |(key, _)| key.trim());
    let ends = ["-by", "-to", "-id", "-revid", "-off", "-authored", "-url", "-from", "-request", "-on"];
    let is_one_word = !key.contains(char::is_whitespace);
    let first = line.split_whitespace().next().unwrap_or_default();
    let closes = CLOSING.contains(&first) && line.split_whitespace().nth(1).is_some_and(is_ticket);
    TRAILERS.contains(&key) || is_one_word && ends.iter().any(|end| key.ends_with(end)) || closes
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.chars().all(|character| "-=*_".contains(character))
}

/// A line without tickets and addresses.
fn cleaned(line: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for (place, word) in line.split_whitespace().enumerate() {
        let bare = word.trim_matches(|character: char| "()[]<>,.;:".contains(character));
        let is_address = bare.starts_with("http://") || bare.starts_with("https://");
        let is_dropped = is_address || is_ticket(bare) || is_key(bare, place == 0);
        if !is_dropped {
            kept.push(word);
            continue;
        }
        while kept.last().is_some_and(|before| is_closing(before)) {
            kept.pop();
        }
    }
    let text = kept.join(" ");
    text.trim_matches(|character: char| character.is_whitespace() || ",;:-*".contains(character)).to_owned()
}

fn is_closing(word: &str) -> bool {
    let bare = word.trim_matches(|character: char| "()[]<>,.;:".contains(character)).to_lowercase();
    CLOSING.contains(&bare.as_str())
}

/// `#12`, `gh-12`, `owner/repository#12`.
fn is_ticket(word: &str) -> bool {
    let word = word.trim_matches(|character: char| "()[]<>,.;:".contains(character));
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|character| character.is_ascii_digit());
    let is_place = |text: &str| text.chars().all(|character| character.is_alphanumeric() || "-_./".contains(character));
    let after_mark = word.split_once('#').is_some_and(|(place, number)| is_place(place) && is_number(number));
    after_mark || word.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("gh-")) && is_number(&word[3..])
}

/// `PROJ-1234`; shorter ones, such as `SHA-256`, only where a line begins.
fn is_key(word: &str, is_first: bool) -> bool {
    let Some((project, number)) = word.split_once('-') else { return false };
    let fewest = if is_first { 3 } else { 4 };
    let is_project = project.len() >= fewest && project.chars().all(|character| character.is_ascii_uppercase());
    is_project && number.len() >= 2 && number.chars().all(|character| character.is_ascii_digit())
}

/// The first sentence of a doc comment, where it says enough.
pub(super) fn first_sentence(comment: &str) -> Option<String> {
    let paragraph = comment.split("\n\n").next()?;
    let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.match_indices(['.', '!', '?']).map(|(at, _)| at + 1).find(|at| is_end(&text, *at));
    let sentence = text[..end.unwrap_or(text.len())].trim_end_matches('.');
    let is_prose = !sentence.starts_with(['@', '\\', '<', '{']) && !is_housekeeping(sentence);
    let says_enough = meaningful(sentence).len() >= FEWEST_WORDS && sentence.chars().count() <= MAX_QUERY;
    (is_prose && says_enough).then(|| sentence.to_owned())
}

/// Whether a sentence that has come to `at` ends there: what follows is not in lower case.
fn is_end(text: &str, at: usize) -> bool {
    let rest = &text[at..];
    rest.is_empty() || rest.starts_with(' ') && !rest.trim_start().starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(of_message(message), expected, "{message}");
    }

    #[test]
    fn a_message_becomes_what_it_says() {
        check("[LANG-1234] Fix NPE (#12, #13)", "Fix NPE");
        check("Fixes #7: UTF-8 names", "UTF-8 names");
        check("Read the header again (closes gh-12)", "Read the header again");
        check("parser: keep SHA-256 sums, see PROJ-123", "parser: keep SHA-256 sums");
        check("a\n\nCc: me\n\n# Heading\n\nSecond line\nmore\nBug: 4\n\nThird", "a\n\nSecond line more");
        check("ws: fix x\n\n<!-- do\n\nnot -->\n\nwhy so", "ws: fix x\n\nwhy so");
        check("Read a file\n\n* Read a file\n\nWithout waiting", "Read a file\n\nWithout waiting");
        check("One\n\nSigned-off-by: A B <a@b.c>\nChange-Id: I12", "One");
        check("Look at https://example.org/x/y first", "Look at first");
        check("", "");
    }

    #[test]
    fn housekeeping_is_known_by_its_subject() {
        for message in [
            "Merge branch 'x'",
            "Bump serde to 1.2",
            "v1.2.3",
            "Release 2.0",
            "chore(deps): update x",
            "1.0.1 is out",
            "Revert \"Add x\"",
        ] {
            assert!(is_housekeeping(message), "{message}");
        }
        for message in
            ["Read the version of the protocol", "Keep 1.5 as it is", "Check the password\n\nBefore the merge"]
        {
            assert!(!is_housekeeping(message), "{message}");
        }
    }

    #[test]
    fn a_comment_has_a_first_sentence() {
        let check = |comment: &str, expected: Option<&str>| assert_eq!(first_sentence(comment).as_deref(), expected);
        let sentence = "Checks the password, e.g. of a user, and opens a session";
        check(&format!("{sentence}. Then more."), Some(sentence));
        check("Checks the password\nand opens a session\n\nMore", Some("Checks the password and opens a session"));
        check("Opens it.", None);
        check("@param name the name of the user session", None);
        check("Copyright of the people who wrote the whole module", None);
    }

    #[test]
    fn nearly_the_same_is_alike() {
        let words = meaningful("check the password before opening a session");
        assert!(is_alike(&words, &meaningful("Check password before opening session")));
        assert!(!is_alike(&words, &meaningful("check the header before opening a file")));
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "\\PC{0,200}", number in 0usize..9) {
            let message = format!("{text}\n\n{}#{number}: <!-- {text}", &text.chars().take(number).collect::<String>());
            prop_assert!(of_message(&message).chars().count() <= MAX_QUERY);
            drop((first_sentence(&message), is_housekeeping(&message)));
        }
    }
}
