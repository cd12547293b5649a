//! A piece of code for a terminal: line numbers, the lines that matter, the matched words marked.

use super::style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The most lines of one snippet that are shown.
const SHOWN_LINES: usize = 8;

/// Words that mark nothing: every text holds them.
const COMMON_WORDS: &[&str] = &[
    "and", "are", "can", "does", "for", "from", "has", "how", "into", "not", "the", "that", "this", "what", "when",
    "where", "which", "who", "why", "with",
];

/// The words of a question that are marked where code holds them.
#[derive(Debug)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of `question`, identifiers taken apart.
    pub fn of(question: &str) -> Words {
        let mut words: Vec<String> = Vec::new();
        for run in question.split(|character: char| !character.is_alphanumeric()) {
            for part in parts(run) {
                let word = lower(part);
                let marks = word.chars().count() >= 3 && !COMMON_WORDS.contains(&word.as_str());
                if marks && words.len() < 64 && !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        Words(words)
    }

    /// One bit for each word that `line` holds.
    fn held_by(&self, line: &str) -> u64 {
        let line = lower(line);
        let bits = self.0.iter().enumerate().filter(|(_, word)| line.contains(word.as_str()));
        bits.fold(0, |held, (index, _)| held | 1 << index)
    }
}

/// Lower case with one character for each, so that places in the result are places in `text` by count of characters.
fn lower(text: &str) -> String {
    text.chars().map(|character| character.to_lowercase().next().unwrap_or(character)).collect()
}

/// The pieces of `run` between a lower-case letter and an upper-case one.
fn parts(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (index, character) in run.char_indices() {
        if character.is_uppercase() && previous.is_some_and(char::is_lowercase) {
            parts.push(&run[start..index]);
            start = index;
        }
        previous = Some(character);
    }
    parts.push(&run[start..]);
    parts
}

/// Up to eight lines of `snippet`, the ones that hold most of `words`, numbered from `first_line`.
pub fn render(snippet: &str, first_line: u32, words: &Words, width: Option<usize>) -> String {
    let lines: Vec<&str> = snippet.lines().collect();
    let start = best_start(&lines, words);
    let shown = &lines[start..lines.len().min(start + SHOWN_LINES)];
    let first = first_line as usize + start;
    let digits = (first + shown.len()).to_string().len().max(4);
    let columns = width.map(|width| width.saturating_sub(digits + 3).max(8));
    let mut text = String::new();
    for (offset, line) in shown.iter().enumerate() {
        let line = fit(&style::clean(line), columns);
        let number = format!("{:>digits$} │ ", first + offset);
        text.push_str(&style::paint(style::DIM, &number));
        text.push_str(&mark(&line, words));
        text.push('\n');
    }
    text
}

/// The first line of the window that holds most different words; the earliest of equal ones.
fn best_start(lines: &[&str], words: &Words) -> usize {
    let held: Vec<u64> = lines.iter().map(|line| words.held_by(line)).collect();
    let last_start = lines.len().saturating_sub(SHOWN_LINES);
    let words_from = |start: usize| {
        let window = held.iter().skip(start).take(SHOWN_LINES);
        window.fold(0, |all, line| all | line).count_ones()
    };
    (0..=last_start).rev().max_by_key(|start| words_from(*start)).unwrap_or(0)
}

/// `line` with every occurrence of a word marked.
fn mark(line: &str, words: &Words) -> String {
    let lowered: Vec<char> = lower(line).chars().collect();
    let words: Vec<Vec<char>> = words.0.iter().map(|word| word.chars().collect()).collect();
    let longest_at = |place: usize| {
        let matching = words.iter().filter(|word| lowered[place..].starts_with(word));
        matching.map(Vec::len).max()
    };
    let (mut text, mut place) = (String::new(), 0);
    let characters: Vec<char> = line.chars().collect();
    while place < characters.len() {
        let Some(length) = longest_at(place) else {
            text.push(characters[place]);
            place += 1;
            continue;
        };
        let word: String = characters[place..place + length].iter().collect();
        text.push_str(&style::paint(style::MATCH, &word));
        place += length;
    }
    text
}

/// `line` cut to `columns` columns, the cut shown; without a number of columns the whole line.
pub fn fit(line: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| line.width() > *columns) else { return line.to_owned() };
    let mut used = 1;
    let kept = line.chars().take_while(|character| {
        used += character.width().unwrap_or(0);
        used <= columns
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, snippet: &str, width: Option<usize>, expected: &str) {
        let rendered = render(snippet, 9, &Words::of(question), width);
        let shown = rendered.replace(&style::MATCH.to_string(), "<").replace(&style::DIM.to_string(), "");
        let shown = shown.replace(" │ \u{1b}[0m", "|").replace("\u{1b}[0m", ">");
        assert_eq!(shown, expected);
    }

    #[test]
    fn matched_words_are_marked_whatever_their_case() {
        check("where is loginUser", "fn LOGIN(user_name)", None, "   9|fn <LOGIN>(<user>_name)\n");
    }

    #[test]
    fn long_lines_are_cut_to_the_width() {
        check("x", "漢字漢字漢字漢字漢字", Some(17), "   9|漢字漢字…\n");
        check("x", "short", Some(17), "   9|short\n");
    }

    #[test]
    fn the_window_is_where_the_words_are() {
        let snippet = format!("{}retry\nbackoff\n", "line\n".repeat(20));
        let rendered = render(&snippet, 1, &Words::of("retry backoff"), None);
        assert_eq!(rendered.lines().count(), SHOWN_LINES);
        assert!(rendered.contains("backoff"));
    }

    #[test]
    fn escapes_in_code_do_not_reach_the_terminal() {
        check("x", "a\u{1b}[2Jb", None, "   9|a\\u{1b}[2Jb\n");
    }

    #[test]
    fn an_empty_snippet_shows_nothing() {
        check("x", "", None, "");
    }
}
