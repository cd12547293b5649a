//! What stands around definitions: doc comments and attributes before them, statements that wrap them.
//!
//! Never here: names and nesting of definitions.

use super::captures::Found;
use super::grammar::Grammar;
use tree_sitter::{Node, Tree};

/// The place of one definition with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The first byte, attributes and wrappers included.
    pub(super) start: usize,
    /// The first byte after attributes.
    pub(super) head: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// The comments right before it.
    pub(super) doc: Option<(usize, usize)>,
}

/// Comments and attributes that stand right before the next sibling.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Run {
    comments: Option<Comments>,
    attributes: Option<usize>,
    /// The row on which the last sibling that is neither ended.
    item_row: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Comments {
    start: usize,
    end: usize,
    end_row: usize,
}

impl Run {
    /// Takes note of a sibling.
    fn take(&mut self, node: Node<'_>, grammar: &Grammar) {
        let kind = node.kind_id();
        if grammar.comments.contains(&kind) {
            self.take_comment(node);
        } else if grammar.attributes.contains(&kind) {
            self.attributes = self.attributes.or(Some(node.start_byte()));
        } else {
            self.restart(node);
        }
    }

    /// Takes note of a sibling; returns the start of the run that it is part of or that leads to it.
    pub(super) fn lead(&mut self, node: Node<'_>, grammar: &Grammar) -> usize {
        let before = *self;
        self.take(node, grammar);
        let run = if self.comments.is_some() || self.attributes.is_some() { *self } else { before };
        run.start(node.start_byte(), node.start_position().row)
    }

    /// Forgets everything before the end of `item`.
    fn restart(&mut self, item: Node<'_>) {
        *self = Run { item_row: Some(last_row(item)), ..Run::default() };
    }

    fn take_comment(&mut self, node: Node<'_>) {
        let row = node.start_position().row;
        if self.item_row == Some(row) {
            // It speaks of what stands before it on its line.
            return;
        }
        let (end, end_row) = (node.end_byte(), last_row(node));
        self.comments = match self.comments {
            Some(above) if row <= above.end_row + 1 => Some(Comments { end, end_row, ..above }),
            _ => Some(Comments { start: node.start_byte(), end, end_row }),
        };
    }

    /// The comments, when no blank line parts them from what starts on `row`.
    fn doc(&self, row: usize) -> Option<(usize, usize)> {
        let is_near = |comments: &Comments| self.attributes.is_some() || row <= comments.end_row + 1;
        self.comments.filter(is_near).map(|comments| (comments.start, comments.end))
    }

    /// Where the run starts for an item that starts at `start` on `row`.
    fn start(&self, start: usize, row: usize) -> usize {
        let doc = self.doc(row).map_or(start, |(doc, _)| doc);
        doc.min(self.attributes.unwrap_or(start)).min(start)
    }
}

/// The row of the last byte that is not a line end.
fn last_row(node: Node<'_>) -> usize {
    let end = node.end_position();
    if end.column == 0 && end.row > node.start_position().row { end.row - 1 } else { end.row }
}

/// Where `node` starts after the attributes that are its own first children.
fn head(node: Node<'_>, grammar: &Grammar) -> usize {
    let children = (0..node.child_count()).map_while(|index| node.child(index));
    let mut rest = children.skip_while(|child| grammar.attributes.contains(&child.kind_id()));
    rest.next().map_or(node.start_byte(), |child| child.start_byte())
}

/// One level of the walk: the children of one node.
struct Level {
    run: Run,
    /// The definitions found among the children: how many, and which one was the last.
    found: usize,
    last: usize,
    wrapper: Option<Wrapper>,
}

/// A node that wraps definitions, and what stands before it.
#[derive(Clone, Copy)]
struct Wrapper {
    start: usize,
    end: usize,
    row: usize,
    run: Run,
}

/// Finds the place of each of `definitions`, which are ordered by start and then by end descending.
///
/// One walk over the tree that enters only nodes with definitions in them.
pub(super) fn places(tree: &Tree, definitions: &[Found<'_>], grammar: &Grammar) -> Vec<Place> {
    let bare = |found: &Found<'_>| {
        let (start, end) = (found.node.start_byte(), found.node.end_byte());
        Place { start, head: start, end, doc: None }
    };
    let mut walk = Walk { places: definitions.iter().map(bare).collect(), grammar, next: 0, levels: Vec::new() };
    let mut cursor = tree.walk();
    loop {
        let enters = walk.visit(cursor.node());
        if enters && cursor.goto_first_child() {
            continue;
        }
        if enters {
            walk.leave();
        }
        while walk.is_done() || !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return walk.places;
            }
            walk.leave();
        }
    }
}

struct Walk<'grammar> {
    places: Vec<Place>,
    grammar: &'grammar Grammar,
    /// The first definition that was not met yet.
    next: usize,
    levels: Vec<Level>,
}

impl Walk<'_> {
    fn is_done(&self) -> bool {
        self.next >= self.places.len()
    }

    /// Takes note of a node; says whether its children are to be visited, for which a level was opened.
    fn visit(&mut self, node: Node<'_>) -> bool {
        let run_before = self.levels.last().map_or(Run::default(), |level| level.run);
        let (start, end) = (node.start_byte(), node.end_byte());
        let is_definition = self.meet(node, run_before);
        let holds_more = self.places.get(self.next).is_some_and(|place| place.start < end);
        let is_wrapper = !is_definition && holds_more && self.grammar.wrappers.contains(&node.kind_id());
        if let Some(level) = self.levels.last_mut() {
            match level.wrapper {
                _ if is_definition => level.run.restart(node),
                // Keywords of a wrapper do not part a definition from the attributes within the wrapper.
                Some(_) if !node.is_named() => {}
                _ => level.run.take(node, self.grammar),
            }
        }
        if holds_more {
            let row = node.start_position().row;
            let wrapper = is_wrapper.then_some(Wrapper { start, end, row, run: run_before });
            self.levels.push(Level { run: Run::default(), found: 0, last: 0, wrapper });
        }
        holds_more
    }

    /// Places the definitions that are exactly `node`.
    fn meet(&mut self, node: Node<'_>, run: Run) -> bool {
        let (start, end) = (node.start_byte(), node.end_byte());
        let first = self.next;
        while let Some(place) = self.places.get_mut(self.next) {
            let is_behind = place.start < start || (place.start == start && place.end > end);
            if !is_behind && (place.start, place.end) != (start, end) {
                break;
            }
            if !is_behind {
                place.head = head(node, self.grammar);
                place.surround(run, node.start_position().row);
                if let Some(level) = self.levels.last_mut() {
                    (level.found, level.last) = (level.found + 1, self.next);
                }
            }
            self.next += 1;
        }
        let met = self.places.get(first..self.next).and_then(<[Place]>::last);
        met.is_some_and(|place| place.end == end)
    }

    /// Closes the innermost level. A wrapper of a single definition becomes part of it.
    fn leave(&mut self) {
        let Some(level) = self.levels.pop() else { return };
        let Some(wrapper) = level.wrapper else { return };
        if let Some(parent) = self.levels.last_mut() {
            (parent.found, parent.last) = (parent.found + level.found, level.last);
        }
        let Some(place) = self.places.get_mut(level.last).filter(|_| level.found == 1) else { return };
        if place.start == place.head {
            place.head = wrapper.start;
        }
        (place.start, place.end) = (wrapper.start, wrapper.end);
        place.surround(wrapper.run, wrapper.row);
    }
}

impl Place {
    fn surround(&mut self, run: Run, row: usize) {
        self.start = self.start.min(run.attributes.unwrap_or(self.start));
        self.doc = self.doc.or(run.doc(row));
    }
}
