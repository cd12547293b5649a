//! How a bundle is written down: Markdown with fences that hold, or XML that is well-formed whatever the source holds.
//!
//! Each piece carries its path, lines, symbol and level. Its span id is in the items only: sixteen hexadecimal digits are
//! about ten tokens a piece, and what the text does carry, `PATH:LINE`, is a target of `expand` as well.

use crate::parse::redact::{self, Masking};
use crate::source::{Language, LineRange, RepoPath, named_enum};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

named_enum! {
    /// How much of a piece is shown. Later is more.
    Level {
        /// Names only.
        Outline = "outline",
        /// Signatures with their docs.
        Signatures = "signatures",
        /// Bodies shortened.
        Elided = "elided",
        /// Everything.
        Full = "full",
    }
}

named_enum! {
    /// How a bundle is written down.
    Format {
        /// Markdown with fenced code.
        Markdown = "markdown",
        /// The bundle as one JSON document; its `text` is the Markdown.
        Json = "json",
        /// Elements with escaped text.
        Xml = "xml",
    }
}

/// The most characters of a question or a symbol that are repeated in the text.
const MAX_TITLE: usize = 120;

/// How everything in one text is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) format: Format,
    pub(crate) masking: Masking,
}

/// What stands above one piece.
pub(crate) struct Heading<'a> {
    pub(crate) path: &'a RepoPath,
    pub(crate) lines: LineRange,
    pub(crate) symbol: Option<&'a str>,
    pub(crate) language: Language,
}

/// What stands before and after all pieces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Frame {
    pub(crate) fn around<'a>(&self, sections: impl IntoIterator<Item = &'a str>) -> String {
        let mut text = self.before.clone();
        text.extend(sections);
        text.push_str(&self.after);
        text
    }
}

impl Style {
    /// The frame that repeats the question.
    pub(crate) fn titled_frame(self, query: &str) -> Frame {
        let title = title(&redact::masked_as(self.masking, query));
        match self.format {
            _ if title.is_empty() => self.bare_frame(),
            Format::Markdown | Format::Json => Frame { before: format!("# {title}\n\n"), after: String::new() },
            Format::Xml => {
                Frame { before: format!("<context query=\"{}\">\n", escaped(&title)), after: "</context>\n".to_owned() }
            }
        }
    }

    /// The shortest frame.
    pub(crate) fn bare_frame(self) -> Frame {
        match self.format {
            Format::Markdown | Format::Json => Frame::default(),
            Format::Xml => Frame { before: "<context>\n".to_owned(), after: "</context>\n".to_owned() },
        }
    }

    /// One piece at one level with its heading.
    pub(crate) fn section(self, heading: &Heading<'_>, level: Level, body: &str) -> String {
        let symbol = heading
            .symbol
            .map(|symbol| title(&redact::masked_as(self.masking, symbol)))
            .filter(|symbol| !symbol.is_empty());
        // Lines of the source are masked where they are cut from it; names in an outline come from elsewhere.
        let body = if level == Level::Outline { redact::masked_as(self.masking, body) } else { Cow::Borrowed(body) };
        match self.format {
            Format::Markdown | Format::Json => markdown_section(heading, symbol.as_deref(), level, &body),
            Format::Xml => xml_section(heading, symbol.as_deref(), level, &body),
        }
    }
}

fn markdown_section(heading: &Heading<'_>, symbol: Option<&str>, level: Level, body: &str) -> String {
    let LineRange { start, end } = heading.lines;
    let path = without_controls(heading.path.as_str());
    let symbol = symbol.map(|symbol| format!(" {symbol}")).unwrap_or_default();
    let level_note = if level == Level::Full { String::new() } else { format!(" ({level})") };
    let is_code = level != Level::Outline && heading.language != Language::Text;
    let language = if is_code { heading.language.name() } else { "" };
    let fence = "`".repeat((longest_run(body, '`') + 1).max(3));
    format!("### {path}:{start}-{end}{symbol}{level_note}\n{fence}{language}\n{body}{fence}\n\n")
}

fn xml_section(heading: &Heading<'_>, symbol: Option<&str>, level: Level, body: &str) -> String {
    let LineRange { start, end } = heading.lines;
    let path = escaped(heading.path.as_str());
    let symbol = symbol.map(|symbol| format!(" symbol=\"{}\"", escaped(symbol))).unwrap_or_default();
    let language = heading.language;
    let body = escaped_text(body);
    format!(
        "<item path=\"{path}\" lines=\"{start}-{end}\"{symbol} language=\"{language}\" level=\"{level}\">\n{body}</item>\n"
    )
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// `text` on one line of at most [`MAX_TITLE`] characters.
fn title(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = without_controls(&line).chars().take(MAX_TITLE).collect();
    if line.chars().nth(MAX_TITLE).is_some() { format!("{cut}…") } else { cut }
}

fn without_controls(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

/// `text` inside a quoted attribute.
fn escaped(text: &str) -> String {
    escape(text, |character| match character {
        '"' => Some("&quot;"),
        '\n' => Some("&#10;"),
        '\t' => Some("&#9;"),
        _ => None,
    })
}

/// `text` between tags.
fn escaped_text(text: &str) -> String {
    escape(text, |_| None)
}

fn escape(text: &str, more: fn(char) -> Option<&'static str>) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match more(character) {
            Some(replacement) => escaped.push_str(replacement),
            None => push_escaped(&mut escaped, character),
        }
    }
    escaped
}

fn push_escaped(escaped: &mut String, character: char) {
    match character {
        '&' => escaped.push_str("&amp;"),
        '<' => escaped.push_str("&lt;"),
        '>' => escaped.push_str("&gt;"),
        '\r' => escaped.push_str("&#13;"),
        '\n' | '\t' => escaped.push(character),
        // XML 1.0 has no way to write these.
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
        _ => escaped.push(character),
    }
}
