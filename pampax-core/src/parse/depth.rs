//! How deep a text nests, found without parsing it.
//!
//! Never here: what happens to a text that nests too deep.

use super::language::Indents;

/// Brackets nested deeper than this are not followed.
const BRACKETS: usize = 1_000;
/// Longer rows of backticks, each of which opens what the last one closed, are not followed.
const BACKTICKS: usize = 200;
/// Rows of more operators than this are not followed.
const OPERATORS: usize = 300;

/// Whether `text` nests deeper than a parser of its language may be asked to follow.
pub(super) fn is_too_deep(text: &str, indents: Indents) -> bool {
    let levels = match indents {
        Indents::Free => 0,
        Indents::Lines => widths(text),
        // A key and a list may begin in one column, and a marker within a line begins a level of its own.
        Indents::LinesAndMarkers => 2 * (widths(text) + most_markers(text)),
    };
    levels > Indents::MOST || brackets(text) > BRACKETS || operators(text) > OPERATORS || backticks(text) > BACKTICKS
}

/// The most changes from one operator to another in a row with nothing between them to operate on. Parsers that keep
/// every reading of such a row need memory by its square.
fn operators(text: &str) -> usize {
    let (mut changes, mut most, mut previous) = (0_usize, 0_usize, b'\n');
    for byte in text.bytes() {
        match byte {
            b' ' | b'\t' => continue,
            b'!' | b'%' | b'&' | b'*' | b'+' | b'-' | b'/' | b'<' | b'=' | b'>' | b'?' | b'@' | b'^' | b'|' | b'~'
            | b':' => {
                changes += usize::from(byte != previous);
                most = most.max(changes);
            }
            _ => changes = 0,
        }
        previous = byte;
    }
    most
}

/// The longest row of backticks.
fn backticks(text: &str) -> usize {
    text.as_bytes().split(|byte| *byte != b'`').map(<[u8]>::len).max().unwrap_or(0)
}

/// How deep the brackets of `text` nest, whatever they stand for.
fn brackets(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// How many different widths of indentation there are; open blocks are never more than that.
fn widths(text: &str) -> usize {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let width =
        |line: &str| line.bytes().take_while(blank).map(|byte| if byte == b'\t' { 8 } else { 1 }).sum::<usize>();
    let mut widths: Vec<usize> = text.lines().map(width).collect();
    widths.sort_unstable();
    widths.dedup();
    widths.len()
}

/// The most markers `-`, `?` and `:` with white space after them in one line.
fn most_markers(text: &str) -> usize {
    let is_marker = |pair: &&[u8]| matches!(pair[0], b'-' | b'?' | b':') && pair[1].is_ascii_whitespace();
    text.lines().map(|line| line.as_bytes().windows(2).filter(is_marker).count()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, indents: Indents, expected: bool) {
        assert_eq!(is_too_deep(text, indents), expected, "{indents:?} {}", text.len());
    }

    #[test]
    fn brackets_count_only_while_they_are_open() {
        check(&"()".repeat(2_000), Indents::Free, false);
        check(&"(".repeat(1_001), Indents::Free, true);
        check(&format!("{}{}", "(".repeat(900), ")(".repeat(900)), Indents::Free, false);
    }

    #[test]
    fn operators_count_while_nothing_stands_between_them() {
        check(&"/*".repeat(400), Indents::Free, true);
        check(&"/ * ".repeat(400), Indents::Free, true);
        check(&"=".repeat(4_000), Indents::Free, false);
        check(&"a /* b */ ".repeat(400), Indents::Free, false);
        check(&"+---+---+\n".repeat(400), Indents::Free, false);
        check(&"`".repeat(201), Indents::Free, true);
        check(&"```\n".repeat(400), Indents::Free, false);
    }

    #[test]
    fn indentation_counts_where_blocks_come_from_it() {
        let steps: String = (0..300).map(|width| format!("{}x\n", " ".repeat(width))).collect();
        check(&steps, Indents::Free, false);
        check(&steps, Indents::Lines, true);
        check("a\n b\n  c\na\n b\n", Indents::LinesAndMarkers, false);
        check(&"- ".repeat(300), Indents::Lines, false);
        check(&"- ".repeat(300), Indents::LinesAndMarkers, true);
    }
}
