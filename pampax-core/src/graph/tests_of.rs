//! The tests of a definition: tests that reach it, and files of tests that are named after its file.
//!
//! Never here: whether a file is one of tests (`classify`).

use super::edges::{Edge, Scan};
use super::resolve::Resolver;
use super::view::{Place, View};
use super::walk::{self, Found};
use super::{GraphQuery, Resolution, starts};
use crate::error::Result;
use crate::parse::Span;
use crate::search::Document;
use crate::search::corpus::FileIndex;
use crate::source::{EdgeKind, Role, SpanKind};
use std::collections::{BTreeMap, BTreeSet};

/// How many calls away from a definition its tests may be.
const STEPS: usize = 2;

/// The most callers whose own callers are looked at.
const MAX_CALLERS: usize = 100;

const KINDS: &[EdgeKind] = &[EdgeKind::Call, EdgeKind::Reference, EdgeKind::Inherit, EdgeKind::Implement];

/// The tests of what `symbol` names, as `test-of` edges that lead to it.
pub(super) fn tests(view: &View<'_>, symbol: &str) -> Result<super::Graph> {
    let starts = starts::find(view, symbol)?;
    let resolver = Resolver::new(view);
    let mut edges: BTreeMap<(Place, Place), Edge> = BTreeMap::new();
    for start in &starts {
        for edge in reaching(&resolver, *start)? {
            let slot = edges.entry((edge.from, edge.to)).or_insert_with(|| edge.clone());
            if edge.confidence > slot.confidence {
                *slot = edge;
            }
        }
        let tested: BTreeSet<FileIndex> = edges.keys().map(|(from, _)| from.file).collect();
        for file in paired(view, start.file).into_iter().filter(|file| !tested.contains(file)) {
            let from = Place { file, span: None };
            edges.insert((from, *start), by_name(from, *start));
        }
    }
    let found = Found::of(edges.into_values().collect());
    walk::answer(view, &GraphQuery::new(symbol), &starts, found)
}

fn by_name(from: Place, to: Place) -> Edge {
    let resolution = Resolution::UniqueName;
    let confidence = resolution.confidence();
    Edge { kind: EdgeKind::TestOf, from, to, line: 1, receiver: None, resolution, confidence }
}

/// The tests that reach a definition.
fn reaching(resolver: &Resolver<'_, '_>, start: Place) -> Result<Vec<Edge>> {
    let scan = Scan { kinds: KINDS, files: walk::MAX_FILES, mentions: walk::MAX_MENTIONS, namesakes: usize::MAX };
    let mut tests = Vec::new();
    let mut seen = BTreeSet::from([start]);
    let mut level = vec![(start, 1.0)];
    for step in 0..STEPS {
        let mut next: Vec<(Place, f64)> = Vec::new();
        for (place, confidence) in level {
            resolver.view.watch.check("graph")?;
            for edge in resolver.incoming(place, &scan)?.edges {
                let reached = confidence * edge.confidence;
                // To import a name is not to test it.
                let is_import = edge.from.span.is_none() && edge.kind == EdgeKind::Reference;
                if reached < super::MIN_CONFIDENCE || is_import {
                    continue;
                }
                if is_test(resolver.view, edge.from)? {
                    tests.push(Edge { kind: EdgeKind::TestOf, to: start, confidence: reached, ..edge });
                } else if step + 1 < STEPS && seen.insert(edge.from) {
                    next.push((edge.from, reached));
                }
            }
        }
        next.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        next.truncate(MAX_CALLERS);
        level = next;
    }
    Ok(tests)
}

/// Whether a place is a test: in a file of tests, a named test, or a function that is marked as one.
fn is_test(view: &View<'_>, place: Place) -> Result<bool> {
    if view.searcher.corpus().files[place.file as usize].role == Role::Test {
        return Ok(true);
    }
    let document = view.document(place.file)?;
    let spans = &document.parsed.spans;
    let at = |span: u32| spans.get(span as usize).map(|found| (span, found));
    let mut around = std::iter::successors(place.span.and_then(at), |(_, span)| span.parent.and_then(at));
    Ok(around.any(|(_, span)| is_marked(&document, span)))
}

fn is_marked(document: &Document, span: &Span) -> bool {
    const MARKS: &[&str] = &["#[test]", "::test]", "::test(", "#[cfg(test)]", "#[rstest", "@Test", "[Fact]", "[Test]"];
    let head = span.bytes.start as usize..span.signature.start.max(span.bytes.start) as usize;
    let before = document.text.get(head).unwrap_or("");
    let is_named = span.kind == SpanKind::Module && matches!(span.name.as_str(), "tests" | "test");
    is_named || span.kind == SpanKind::Target || MARKS.iter().any(|mark| before.contains(mark))
}

/// The files of tests that are named after a file.
fn paired(view: &View<'_>, file: FileIndex) -> Vec<FileIndex> {
    let files = &view.searcher.corpus().files;
    let Some(own) = files.get(file as usize).filter(|own| own.role != Role::Test) else { return Vec::new() };
    let stem = own.path.stem();
    let family = view.family(file);
    let is_pair = |other: &FileIndex| {
        let candidate = &files[*other as usize];
        let name = candidate.path.stem();
        candidate.role == Role::Test && view.family(*other) == family && tested_stem(name) == Some(stem)
    };
    let found: Vec<FileIndex> = (0..files.len() as FileIndex).filter(is_pair).collect();
    view.tables.nearest(file, found)
}

/// The name of the file that a file of tests is named after.
pub(crate) fn tested_stem(stem: &str) -> Option<&str> {
    let ends = ["_test", ".test", ".spec", "_spec", "Tests", "Test", "Spec", "-test", "-spec", ".cy", "_tests"];
    let starts = ["test_", "test-", "tests_", "Test"];
    let found = ends
        .iter()
        .find_map(|end| stem.strip_suffix(end))
        .or_else(|| starts.iter().find_map(|start| stem.strip_prefix(start)));
    found.filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_tests_is_named_after_its_file() {
        let cases = [
            ("test_store", Some("store")),
            ("store_test", Some("store")),
            ("StoreTest", Some("Store")),
            ("store.spec", Some("store")),
            ("store", None),
            ("test_", None),
        ];
        for (name, expected) in cases {
            assert_eq!(tested_stem(name), expected, "{name}");
        }
    }
}
