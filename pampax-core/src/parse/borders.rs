//! Where a text may be cut, and how good a cut is at each place.
//!
//! Never here: which of the places are taken (`chunks.rs`).

use super::Span;
use super::grammar::Grammar;
use super::lines::{LineIndex, border_before};
use super::spans::{is_function, is_type};
use super::surroundings::Run;
use crate::source::{ByteRange, SpanKind};
use tree_sitter::{Node, Tree};

/// A place where a chunk may end and the next may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Border {
    pub(super) at: u32,
    /// What it costs to cut here.
    pub(super) cut: u32,
    /// What it costs not to cut here.
    pub(super) join: u32,
}

/// What a cut costs for each node with several parts around it.
const STEP: u32 = 6;
/// The most a cut between two nodes costs.
const DEEPEST: u32 = 60;
/// What a cut costs where a line starts, after a blank line and elsewhere, within a node that has no better place.
const IN_NODE: [u32; 2] = [65, 80];
/// The same in text without a grammar.
const IN_TEXT: [u32; 2] = [5, 70];
/// What a cut within a line costs.
const IN_LINE: u32 = 100;
/// How many borders at most lie in the space of one chunk.
const PER_CHUNK: u32 = 64;
/// Up to this size in bytes a type may share a chunk with its neighbours.
const SMALL_TYPE: usize = 400;
/// What it costs to join a definition with what is next to it, when the definition is as large as a chunk.
const JOIN: u32 = 60;
/// The same, when the definition is too large for one chunk.
const JOIN_LARGE: u32 = 90;

/// The borders of a text that was parsed, in order; no two neighbours are further apart than `max_bytes`.
pub(super) fn of_tree(
    (text, lines): (&str, &LineIndex),
    (tree, grammar): (&Tree, &Grammar),
    spans: &[Span],
    max_bytes: u32,
) -> Vec<Border> {
    let mut walk = Walk { text, lines, grammar, max_bytes, levels: Vec::new(), borders: Vec::new() };
    let mut cursor = tree.walk();
    loop {
        let enters = walk.visit(cursor.node());
        if enters && cursor.goto_first_child() {
            continue;
        }
        if enters {
            walk.levels.pop();
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                let mut borders = thinned(walk.borders, max_bytes);
                mark_definitions(&mut borders, lines, spans, max_bytes);
                return filled((text, lines), borders, max_bytes, IN_NODE);
            }
            walk.levels.pop();
        }
    }
}

/// The borders of a text that was not parsed.
pub(super) fn of_text(text: &str, lines: &LineIndex, max_bytes: u32) -> Vec<Border> {
    let whole = ByteRange { start: 0, end: text.len() as u32 };
    let mut borders = Vec::new();
    add_lines((text, lines), whole, (max_bytes, IN_TEXT), &mut borders);
    filled((text, lines), borders, max_bytes, IN_TEXT)
}

/// The children of one node that is too large for a chunk.
struct Level {
    run: Run,
    cut: u32,
}

struct Walk<'text> {
    text: &'text str,
    lines: &'text LineIndex,
    grammar: &'text Grammar,
    max_bytes: u32,
    levels: Vec<Level>,
    borders: Vec<Border>,
}

impl Walk<'_> {
    /// Takes note of a node; says whether its children are to be visited, for which a level was opened.
    fn visit(&mut self, node: Node<'_>) -> bool {
        let above = self.levels.last().map_or(0, |level| level.cut);
        if let Some(level) = self.levels.last_mut().filter(|_| node.is_named()) {
            let start = level.run.lead(node, self.grammar);
            self.add(start as u32, above);
        }
        let is_large = node.end_byte() - node.start_byte() > self.max_bytes as usize;
        if is_large {
            let has_parts = node.named_child_count() > 1 && !self.levels.is_empty();
            let cut = if has_parts { (above + STEP).min(DEEPEST) } else { above };
            self.levels.push(Level { run: Run::default(), cut });
        }
        is_large
    }

    /// Adds a border at the start of the line of `start`, when nothing else stands on the line before it.
    fn add(&mut self, start: u32, cut: u32) {
        let at = self.lines.line_start(start);
        let is_first = self.text.get(at as usize..start as usize).is_some_and(|before| before.trim().is_empty());
        let is_later = self.borders.last().is_none_or(|last| last.at < at);
        if is_first && at > 0 && is_later {
            self.borders.push(Border { at, cut, join: 0 });
        }
    }
}

/// Leaves out borders that are close to a better or equal one before them.
fn thinned(borders: Vec<Border>, max_bytes: u32) -> Vec<Border> {
    let mut kept: Vec<Border> = Vec::with_capacity(borders.len());
    for border in borders {
        match kept.last_mut() {
            Some(last) if border.at - last.at < max_bytes / PER_CHUNK => {
                if border.cut < last.cut {
                    *last = border;
                }
            }
            _ => kept.push(border),
        }
    }
    kept
}

/// Makes it cost something to join a definition with its neighbours.
fn mark_definitions(borders: &mut [Border], lines: &LineIndex, spans: &[Span], max_bytes: u32) {
    for span in spans {
        let size = span.bytes.len();
        let join = match span.kind {
            kind if size > max_bytes as usize && (is_type(kind) || is_function(kind)) => JOIN_LARGE,
            kind if is_type(kind) && size > SMALL_TYPE => JOIN,
            SpanKind::Function | SpanKind::Method | SpanKind::Constructor | SpanKind::Macro | SpanKind::Section => {
                (JOIN as usize * size / max_bytes as usize).min(JOIN as usize) as u32
            }
            _ => continue,
        };
        let start = span.doc.map_or(span.bytes.start, |doc| doc.start.min(span.bytes.start));
        let first = borders.partition_point(|border| border.at < lines.line_start(start));
        let after = borders.partition_point(|border| border.at < span.bytes.end);
        for index in [first, after] {
            if let Some(border) = borders.get_mut(index).filter(|border| index == after || border.at <= start) {
                border.join = border.join.max(join);
            }
        }
    }
}

/// Adds borders at lines, and within giant lines, wherever two neighbours are further apart than `max_bytes`.
fn filled((text, lines): (&str, &LineIndex), borders: Vec<Border>, max_bytes: u32, costs: [u32; 2]) -> Vec<Border> {
    let end = text.len() as u32;
    let mut by_lines = Vec::with_capacity(borders.len());
    let mut start = 0;
    let last = Border { at: end, cut: 0, join: 0 };
    for border in borders.into_iter().chain([last]) {
        if border.at - start > max_bytes {
            add_lines((text, lines), ByteRange { start, end: border.at }, (max_bytes, costs), &mut by_lines);
        }
        by_lines.push(border);
        start = border.at;
    }
    let mut complete = Vec::with_capacity(by_lines.len());
    start = 0;
    for border in by_lines {
        while border.at - start > max_bytes {
            start = within_line(text, start, max_bytes);
            complete.push(Border { at: start, cut: IN_LINE, join: 0 });
        }
        complete.push(border);
        start = border.at;
    }
    complete.pop();
    complete
}

/// Adds the starts of lines within `bytes`, at most [`PER_CHUNK`] in the space of one chunk.
fn add_lines(
    (text, lines): (&str, &LineIndex),
    bytes: ByteRange,
    (max_bytes, [after_blank, elsewhere]): (u32, [u32; 2]),
    borders: &mut Vec<Border>,
) {
    let starts = lines.starts_within(bytes);
    let ends = starts.iter().skip(1).chain([&bytes.end]);
    let mut is_after_blank = false;
    let mut found = Vec::with_capacity(starts.len());
    for (start, end) in starts.iter().zip(ends) {
        let is_blank = text.get(*start as usize..*end as usize).is_some_and(|line| line.trim().is_empty());
        let cut = if is_after_blank && !is_blank { after_blank } else { elsewhere };
        found.push(Border { at: *start, cut, join: 0 });
        is_after_blank = is_blank;
    }
    borders.extend(thinned(found, max_bytes));
}

/// Where to cut the line that starts at `start`: at most `max_bytes` further, after a mark of punctuation if one is near.
fn within_line(text: &str, start: u32, max_bytes: u32) -> u32 {
    let (start, max_bytes) = (start as usize, max_bytes as usize);
    let latest = border_before(text, start + max_bytes);
    let earliest = border_before(text, latest - max_bytes / 4);
    let tail = text.get(earliest..latest).unwrap_or("");
    let after_mark = [';', '}', ',', ' '].iter().find_map(|mark| tail.rfind(*mark)).map(|at| earliest + at + 1);
    after_mark.unwrap_or(latest) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, max_bytes: u32, expected: &[u32]) {
        let borders = of_text(text, &LineIndex::new(text), max_bytes);
        assert_eq!(borders.iter().map(|border| border.at).collect::<Vec<_>>(), expected, "{text:?}");
    }

    #[test]
    fn a_border_after_a_blank_line_is_better_than_another() {
        let text = "a\n\nb\nc\n";
        let borders = of_text(text, &LineIndex::new(text), 8);
        let cuts: Vec<(u32, u32)> = borders.iter().map(|border| (border.at, border.cut)).collect();
        assert_eq!(cuts, [(2, 70), (3, 5), (5, 70)]);
    }

    #[test]
    fn a_giant_line_is_cut_after_punctuation_else_between_characters() {
        check("aaaaaa,aaaaaa", 8, &[7]);
        check("aaaaaaaaaaaa", 5, &[5, 10]);
        check("ééééé", 5, &[4, 8]);
        check("", 8, &[]);
    }
}
