//! One span per function where a language writes a function as several clauses.
//!
//! Never here: finding the clauses.

use super::Span;
use std::collections::HashMap;

/// Joins neighbouring spans of one parent that have one kind and one name. A clause with a doc comment or with
/// attributes of its own stays apart.
pub(super) fn join(spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    // The new index of each old span, and the newest child of each parent.
    let mut moved: Vec<u32> = Vec::with_capacity(spans.len());
    let mut newest: HashMap<Option<u32>, u32> = HashMap::new();
    for mut span in spans {
        span.parent = span.parent.and_then(|parent| moved.get(parent as usize).copied());
        let before = newest.get(&span.parent).copied();
        let first = before.and_then(|index| joined.get_mut(index as usize)).filter(|first| is_clause(first, &span));
        match (first, before) {
            (Some(first), Some(index)) => {
                first.bytes.end = first.bytes.end.max(span.bytes.end);
                first.lines.end = first.lines.end.max(span.lines.end);
                moved.push(index);
                // What lies in one clause does not go on in the next.
                newest.remove(&Some(index));
            }
            _ => {
                let index = joined.len() as u32;
                newest.insert(span.parent, index);
                moved.push(index);
                joined.push(span);
            }
        }
    }
    joined
}

/// Whether `span` goes on with the function that `first` begins.
fn is_clause(first: &Span, span: &Span) -> bool {
    let is_bare = span.doc.is_none() && span.bytes.start == span.signature.start;
    is_bare && span.kind == first.kind && span.name == first.name && span.qualified_name == first.qualified_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{ByteRange, LineRange, SpanKind};

    /// A span of `bytes`, one byte per line.
    fn span(name: &str, bytes: (u32, u32), parent: Option<u32>) -> Span {
        let bytes = ByteRange { start: bytes.0, end: bytes.1 };
        Span {
            kind: SpanKind::Function,
            name: name.to_owned(),
            qualified_name: name.to_owned(),
            bytes,
            lines: LineRange { start: bytes.start + 1, end: bytes.end },
            signature: ByteRange { start: bytes.start, end: bytes.start + 1 },
            doc: None,
            parent,
        }
    }

    fn check(spans: Vec<Span>, expected: &[(&str, (u32, u32), Option<u32>)]) {
        let joined = join(spans);
        let found: Vec<_> =
            joined.iter().map(|span| (span.name.as_str(), (span.bytes.start, span.bytes.end), span.parent)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn neighbouring_clauses_become_one_span() {
        let clauses = vec![span("f", (0, 2), None), span("f", (3, 5), None), span("g", (6, 7), None)];
        check(clauses, &[("f", (0, 5), None), ("g", (6, 7), None)]);
        assert_eq!(join(vec![span("f", (0, 2), None), span("f", (3, 5), None)])[0].lines, LineRange { start: 1, end: 5 });
    }

    #[test]
    fn what_lies_inside_a_clause_moves_to_the_joined_span() {
        let clauses = vec![
            span("m", (0, 20), None),
            span("f", (1, 4), Some(0)),
            span("inner", (2, 3), Some(1)),
            span("f", (5, 9), Some(0)),
            span("inner", (6, 7), Some(3)),
            span("f", (30, 31), None),
        ];
        let inner = [("inner", (2, 3), Some(1)), ("inner", (6, 7), Some(1))];
        check(clauses, &[("m", (0, 20), None), ("f", (1, 9), Some(0)), inner[0], inner[1], ("f", (30, 31), None)]);
    }

    #[test]
    fn clause_with_attributes_or_a_doc_comment_stays_apart() {
        let mut documented = span("f", (3, 5), None);
        documented.doc = Some(ByteRange { start: 2, end: 3 });
        check(vec![span("f", (0, 2), None), documented], &[("f", (0, 2), None), ("f", (3, 5), None)]);
        let mut attributed = span("f", (3, 5), None);
        attributed.signature.start = 4;
        check(vec![span("f", (0, 2), None), attributed], &[("f", (0, 2), None), ("f", (3, 5), None)]);
    }

    #[test]
    fn clauses_parted_by_another_definition_stay_apart() {
        let clauses = vec![span("f", (0, 2), None), span("g", (3, 4), None), span("f", (5, 6), None)];
        check(clauses, &[("f", (0, 2), None), ("g", (3, 4), None), ("f", (5, 6), None)]);
    }
}
