//! One run of a language's query over a tree: what it captured, in a fixed order.
//!
//! Never here: names, nesting, or any meaning of the captures beyond their roles.

use super::grammar::{Grammar, Role};
use super::{Budget, ParseDegradation};
use crate::source::{EdgeKind, SpanKind};
use std::collections::HashSet;
use std::ops::ControlFlow;
use tree_sitter::{Node, QueryCursor, QueryCursorOptions, QueryMatch, StreamingIterator, Tree};

/// The most matches that may be open at once; beyond it the oldest are dropped, which bounds time and memory.
const OPEN_MATCHES: u32 = 4_096;

/// A node that a query called a definition.
#[derive(Clone, Copy)]
pub(super) struct Found<'tree> {
    pub(super) kind: SpanKind,
    pub(super) node: Node<'tree>,
    pub(super) name: Node<'tree>,
    pub(super) qualifier: Option<Node<'tree>>,
    pub(super) body: Option<Node<'tree>>,
    pub(super) docstring: Option<Node<'tree>>,
    pattern: usize,
}

/// A place that mentions something by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: EdgeKind,
    /// The line, counted from 1.
    pub(super) line: u32,
}

impl Mention {
    fn new(kind: EdgeKind, node: Node<'_>) -> Mention {
        let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
        Mention { start, end, kind, line: node.start_position().row as u32 + 1 }
    }
}

/// Everything one query found.
#[derive(Default)]
pub(super) struct Captures<'tree> {
    /// By start, then by end descending; each range belongs to the first pattern of the file that captured it.
    pub(super) definitions: Vec<Found<'tree>>,
    /// By start.
    pub(super) mentions: Vec<Mention>,
    /// The ids of nodes that are no definitions of their own.
    skipped: HashSet<usize>,
}

/// Runs the query of `grammar` once over `tree`.
pub(super) fn collect<'tree>(
    text: &str,
    tree: &'tree Tree,
    grammar: &Grammar,
    budget: &mut Budget<'_>,
) -> Result<Captures<'tree>, ParseDegradation> {
    let mut captures = Captures::default();
    let mut is_over = false;
    let mut progress = |_: &_| match budget.is_over() {
        true => {
            is_over = true;
            ControlFlow::Break(())
        }
        false => ControlFlow::Continue(()),
    };
    let mut cursor = QueryCursor::new();
    cursor.set_match_limit(OPEN_MATCHES);
    let options = QueryCursorOptions::new().progress_callback(&mut progress);
    let mut matches = cursor.matches_with_options(&grammar.query, tree.root_node(), text.as_bytes(), options);
    while let Some(found) = matches.next() {
        captures.add(found, &grammar.roles);
    }
    drop(matches);
    if is_over {
        return Err(ParseDegradation::TimedOut);
    }
    captures.order();
    Ok(captures)
}

impl<'tree> Captures<'tree> {
    fn add(&mut self, found: &QueryMatch<'_, 'tree>, roles: &[Role]) {
        let (mut definition, mut name, mut qualifier, mut body, mut docstring) = (None, None, None, None, None);
        for capture in found.captures() {
            let node = capture.node;
            match roles.get(capture.index as usize) {
                Some(Role::Definition(kind)) => definition = definition.or(Some((*kind, node))),
                Some(Role::Name) => name = name.or(Some(node)),
                Some(Role::Qualifier) => qualifier = qualifier.or(Some(node)),
                Some(Role::Body) => body = body.or(Some(node)),
                Some(Role::Docstring) => docstring = docstring.or(Some(node)),
                Some(Role::Mention(kind)) => self.mentions.push(Mention::new(*kind, node)),
                Some(Role::Skip) => {
                    self.skipped.insert(node.id());
                }
                Some(Role::Helper) | None => {}
            }
        }
        if let (Some((kind, node)), Some(name)) = (definition, name)
            && node.start_byte() < node.end_byte()
        {
            let pattern = found.pattern_index;
            let (name, is_function) = declared(name);
            let kind = match kind {
                SpanKind::Variable | SpanKind::Constant | SpanKind::Field if is_function => SpanKind::Function,
                kind => kind,
            };
            self.definitions.push(Found { kind, node, name, qualifier, body, docstring, pattern });
        }
    }

    fn order(&mut self) {
        let range = |found: &Found<'_>| (found.node.start_byte(), usize::MAX - found.node.end_byte());
        self.definitions.retain(|found| !self.skipped.contains(&found.node.id()));
        // One pattern may find several names in one node, such as `a` and `b` of `var a, b int`: all of them stay.
        self.definitions.sort_by_key(|found| (range(found), found.pattern, found.name.start_byte()));
        let mut first: Option<((usize, usize), usize)> = None;
        self.definitions.retain(|found| match first {
            Some((same, pattern)) if same == range(found) => pattern == found.pattern,
            _ => {
                first = Some((range(found), found.pattern));
                true
            }
        });
        self.definitions.dedup_by_key(|found| (range(found), found.name.start_byte()));
        // A name that is being defined is no mention; and what is called or inherited is not mentioned once more.
        // An implementation has the name of a type that is defined elsewhere, so its name is a mention.
        let defined = self.definitions.iter().filter(|found| found.kind != SpanKind::Impl);
        let name = |found: &Found<'_>| (found.name.start_byte() as u32, found.name.end_byte() as u32);
        let mut names: Vec<(u32, u32)> = defined.map(name).collect();
        names.sort_unstable();
        let is_defined = |mention: &Mention| names.binary_search(&(mention.start, mention.end)).is_ok();
        let is_plain = |mention: &Mention| matches!(mention.kind, EdgeKind::Reference | EdgeKind::Call);
        self.mentions.retain(|mention| !is_plain(mention) || !is_defined(mention));
        self.mentions.sort();
        self.mentions.dedup_by_key(|mention| (mention.start, mention.end));
    }
}

/// The name in a declarator of C, such as `f` in `**f(int)`, and whether it declares a function; another node as it is.
fn declared(mut node: Node<'_>) -> (Node<'_>, bool) {
    let mut is_function = false;
    loop {
        let inner = match node.kind() {
            "parenthesized_declarator" | "reference_declarator" => node.named_child(0),
            // It holds its type and parameters as a declarator of its own.
            "operator_cast" => return (node, true),
            _ => node.child_by_field_name("declarator"),
        };
        let Some(inner) = inner else { return (node, is_function) };
        // `(*f)(int)` is a pointer to a function, not a function.
        is_function = match node.kind() {
            "function_declarator" => inner.kind() != "parenthesized_declarator",
            "parenthesized_declarator" => false,
            _ => is_function,
        };
        node = inner;
    }
}
