//! Colours, and text that is safe to show on a terminal.

use anstyle::{AnsiColor, Color, Style};
use std::borrow::Cow;

/// Names of files.
pub const PATH: Style = Style::new().bold();
/// Names of definitions.
pub const SYMBOL: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Cyan)));
/// Words of the question found in code.
pub const MATCH: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Green)));
/// What may be overlooked.
pub const DIM: Style = Style::new().dimmed();
/// What needs attention.
pub const WARN: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Yellow)));
/// What went wrong.
pub const ERROR: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Red)));
/// The way out.
pub const HELP: Style = Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::Cyan)));

/// `text` in `style`, made safe for a terminal.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{}{style:#}", clean(text))
}

/// `text` without anything a terminal would obey: tabs become spaces, other control and direction marks are shown escaped.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\t' => clean.push_str("    "),
            _ if is_unsafe(character) => clean.extend(character.escape_unicode()),
            _ => clean.push(character),
        }
    }
    Cow::Owned(clean)
}

/// [`clean`] for text of several lines, which stay lines.
pub fn clean_lines(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> =
        text.split('\n').map(|line| clean(line.strip_suffix('\r').unwrap_or(line))).collect();
    lines.join("\n")
}

fn is_unsafe(character: char) -> bool {
    let steers_direction = matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    character.is_control() || steers_direction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(clean(text), expected);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_passes() {
        check("plain — text 漢字", "plain — text 漢字");
        check("a\tb", "a    b");
        check("\u{1b}[2J", r"\u{1b}[2J");
        check("\u{9b}31m\u{7f}\r", r"\u{9b}31m\u{7f}\u{d}");
        check("x\u{202e}y", r"x\u{202e}y");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(clean_lines("a\r\nb\u{7}\n"), "a\nb\\u{7}\n");
    }
}
