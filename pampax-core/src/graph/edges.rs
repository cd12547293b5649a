//! The edges of one definition.
//!
//! Never here: following them further.

use super::Resolution;
use super::family::Family;
use super::resolve::{Resolver, Target};
use super::view::{Place, is_function, is_type};
use crate::error::Result;
use crate::parse::{Reference, Span};
use crate::search::corpus::FileIndex;
use crate::source::{EdgeKind, SpanKind};
use std::collections::{BTreeMap, BTreeSet};

/// The most names under which mentions of one definition are looked for.
const MAX_NAMES: usize = 8;

/// One edge between places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edge {
    pub kind: EdgeKind,
    pub from: Place,
    pub to: Place,
    pub line: u32,
    pub receiver: Option<String>,
    pub resolution: Resolution,
    pub confidence: f64,
}

/// The edges of one place in one direction.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    pub edges: Vec<Edge>,
    /// Mentions without a target.
    pub unresolved: Vec<Reference>,
    /// Files that were not looked at.
    pub skipped_files: usize,
}

/// What is looked for, and how far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan<'k> {
    /// The kinds of edges; empty means all.
    pub kinds: &'k [EdgeKind],
    /// The most files in which mentions of one name are looked for.
    pub files: usize,
    /// The most mentions of one definition that are resolved.
    pub mentions: usize,
    /// The most definitions of a name that is resolved.
    pub namesakes: usize,
}

impl Scan<'_> {
    fn wants(&self, kind: EdgeKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

impl Resolver<'_, '_> {
    /// The edges that lead from a place.
    pub(crate) fn outgoing(&self, place: Place, scan: &Scan<'_>) -> Result<Edges> {
        let mut found = Edges::default();
        let site = self.site(Place { file: place.file, span: None })?;
        let spans = site.spans();
        let roots = roots(spans, place);
        let mut edges = Merged::default();
        let own = site.document.parsed.references.iter().filter(|reference| belongs(spans, place, &roots, reference));
        for reference in own.filter(|reference| scan.wants(reference.kind)).take(scan.mentions) {
            if !self.view.has_few_namesakes(&reference.name, scan.namesakes)? {
                continue;
            }
            let inner = self.site(Place { file: place.file, span: reference.span })?;
            let targets = self.targets(&inner, reference)?;
            if targets.is_empty() {
                found.unresolved.push(reference.clone());
            }
            let from = Place { file: place.file, span: place.span.and(reference.span) };
            let from = if is_function_at(spans, place) { place } else { from };
            for target in targets {
                edges.add(from, reference, &target);
            }
        }
        found.edges = edges.into_list();
        Ok(found)
    }

    /// The edges that lead to a place.
    pub(crate) fn incoming(&self, place: Place, scan: &Scan<'_>) -> Result<Edges> {
        match place.span {
            None => self.importers(place.file, scan),
            Some(span) => self.mentions_of(place, span, scan),
        }
    }

    fn mentions_of(&self, place: Place, span: u32, scan: &Scan<'_>) -> Result<Edges> {
        let document = self.view.document(place.file)?;
        let spans = &document.parsed.spans;
        let Some(definition) = spans.get(span as usize) else { return Ok(Edges::default()) };
        let family = self.view.family(place.file);
        let is_constructor = definition.kind == SpanKind::Constructor;
        let runs_for_class = runs_for_class(family, definition);
        let wanted = wanted(spans, place, runs_for_class);
        let mut names = names(spans, definition);
        let mut found = Edges::default();
        let mut edges = Merged::default();
        let mut position = 0;
        while let Some(name) = names.get(position).cloned() {
            let files = self.view.mentioning(&name)?;
            found.skipped_files += files.len().saturating_sub(scan.files);
            for file in self.near_first(place.file, files, scan.files) {
                self.view.watch.check("graph")?;
                if self.view.family(file) != family && definition.kind != SpanKind::Key {
                    continue;
                }
                self.note_aliases(file, &name, &mut names)?;
                let with_super = is_constructor || is_type(definition.kind);
                for (reference, target) in self.mentions_in(file, &name, with_super, &wanted, scan)? {
                    let only_calls = runs_for_class && position > 0 && reference.kind != EdgeKind::Call;
                    if !only_calls {
                        let from = Place { file, span: reference.span };
                        edges.add(from, &reference, &Target { place, ..target });
                    }
                }
            }
            position += 1;
        }
        found.edges = edges.into_list();
        Ok(found)
    }

    /// Adds the names that a file gives `name` by importing or exporting it under another one.
    fn note_aliases(&self, file: FileIndex, name: &str, names: &mut Vec<String>) -> Result<()> {
        for binding in self.view.bindings(file)?.iter() {
            let is_alias =
                binding.item.as_deref() == Some(name) && !matches!(binding.local.as_str(), "" | "_" | "default");
            if is_alias && names.len() < MAX_NAMES && !names.contains(&binding.local) {
                names.push(binding.local.clone());
            }
        }
        Ok(())
    }

    /// The mentions of `name` in a file that refer to one of `wanted`.
    fn mentions_in(
        &self,
        file: FileIndex,
        name: &str,
        with_super: bool,
        wanted: &BTreeSet<Place>,
        scan: &Scan<'_>,
    ) -> Result<Vec<(Reference, Target)>> {
        let site = self.site(Place { file, span: None })?;
        let may_mean = |reference: &&Reference| {
            scan.wants(reference.kind)
                && (reference.name == name
                    || with_super
                        && reference.receiver.is_none()
                        && matches!(reference.name.as_str(), "super" | "this")
                    || reference.kind == EdgeKind::ConfigKey && reference.name.ends_with(name))
        };
        let mut found = Vec::new();
        for reference in site.document.parsed.references.iter().filter(may_mean) {
            let inner = self.site(Place { file, span: reference.span })?;
            let targets = self.targets(&inner, reference)?;
            found.extend(
                targets
                    .into_iter()
                    .find(|target| wanted.contains(&target.place))
                    .map(|target| (reference.clone(), target)),
            );
        }
        Ok(found)
    }

    /// The files nearest to `file` first, at most `limit`; then in their order again.
    fn near_first(&self, file: FileIndex, mut files: Vec<FileIndex>, limit: usize) -> Vec<FileIndex> {
        if files.len() > limit {
            let own = self.view.tables.folder(file);
            let distance = |other: &FileIndex| {
                let folder = self.view.tables.folder(*other);
                own.bytes().zip(folder.bytes()).take_while(|(left, right)| left == right).count()
            };
            files.sort_by_key(|other| (*other != file, std::cmp::Reverse(distance(other)), *other));
            files.truncate(limit);
            files.sort_unstable();
        }
        files
    }

    /// The imports of a file by others of its family.
    fn importers(&self, file: FileIndex, scan: &Scan<'_>) -> Result<Edges> {
        let mut found = Edges::default();
        if !scan.wants(EdgeKind::Import) {
            return Ok(found);
        }
        let family = self.view.family(file);
        let count = self.view.searcher.corpus().files.len() as FileIndex;
        let others: Vec<FileIndex> =
            (0..count).filter(|other| *other != file && self.view.family(*other) == family).collect();
        found.skipped_files = others.len().saturating_sub(scan.files);
        let mut edges = Merged::default();
        for other in self.near_first(file, others, scan.files) {
            self.view.watch.check("graph")?;
            let site = self.site(Place { file: other, span: None })?;
            for reference in
                site.document.parsed.references.iter().filter(|reference| reference.kind == EdgeKind::Import)
            {
                for target in self.targets(&site, reference)?.iter().filter(|target| target.place.file == file) {
                    edges.add(Place { file: other, span: None }, reference, target);
                }
            }
        }
        found.edges = edges.into_list();
        Ok(found)
    }
}

/// Whether calls of the class run `definition`, which has a name of its own.
fn runs_for_class(family: Family, definition: &Span) -> bool {
    definition.kind == SpanKind::Constructor && matches!(family, Family::Python | Family::Script | Family::Ruby)
}

/// The places that stand for the one asked about: of a type its constructors, of a constructor its type.
fn wanted(spans: &[Span], place: Place, runs_for_class: bool) -> BTreeSet<Place> {
    let mut wanted: BTreeSet<Place> = BTreeSet::from([place]);
    let Some(definition) = place.span.and_then(|span| spans.get(span as usize)) else { return wanted };
    if is_type(definition.kind) {
        let constructors =
            (0..spans.len()).filter(|at| spans[*at].kind == SpanKind::Constructor && spans[*at].parent == place.span);
        wanted.extend(constructors.map(|at| Place { file: place.file, span: Some(at as u32) }));
    }
    if runs_for_class {
        wanted.extend(definition.parent.map(|at| Place { file: place.file, span: Some(at) }));
    }
    wanted
}

/// The names under which a definition is mentioned: its own, of a constructor its type's, of a setting its whole key.
fn names(spans: &[Span], definition: &Span) -> Vec<String> {
    let mut names = vec![definition.name.clone()];
    let parent = definition.parent.and_then(|at| spans.get(at as usize));
    let other = match definition.kind {
        SpanKind::Constructor => parent.map(|parent| parent.name.clone()),
        SpanKind::Key => Some(definition.qualified_name.clone()),
        _ => None,
    };
    names.extend(other.filter(|name| *name != definition.name));
    names
}

/// The span of a place and, for a type of Rust, the blocks that implement it in the same file.
fn roots(spans: &[Span], place: Place) -> BTreeSet<u32> {
    let Some(own) = place.span else { return BTreeSet::new() };
    let mut roots = BTreeSet::from([own]);
    if let Some(definition) = spans.get(own as usize).filter(|span| is_type(span.kind)) {
        let is_block = |span: &Span| span.kind == SpanKind::Impl && span.name == definition.name;
        roots.extend((0..spans.len()).filter(|at| is_block(&spans[*at])).map(|at| at as u32));
    }
    roots
}

/// Whether a mention lies in a place: in its span or one within; in a file, outside of all spans or in an import.
fn belongs(spans: &[Span], place: Place, roots: &BTreeSet<u32>, reference: &Reference) -> bool {
    if place.span.is_none() {
        return reference.span.is_none() || reference.kind == EdgeKind::Import;
    }
    let parent = |span: &u32| spans.get(*span as usize).and_then(|found| found.parent);
    let is_inner = |span: &u32| !roots.contains(span);
    // A named function within a function has edges of its own.
    let is_own = !is_function_at(spans, place)
        || std::iter::successors(reference.span, parent)
            .take_while(is_inner)
            .all(|span| !spans.get(span as usize).is_some_and(|span| is_function(span.kind)));
    is_own && std::iter::successors(reference.span, parent).any(|span| roots.contains(&span))
}

fn is_function_at(spans: &[Span], place: Place) -> bool {
    place.span.and_then(|span| spans.get(span as usize)).is_some_and(|span| is_function(span.kind))
}

/// Edges by their ends: of several of one kind the surest, with the first of its lines.
#[derive(Default)]
struct Merged(BTreeMap<(Place, Place, EdgeKind), Edge>);

impl Merged {
    fn add(&mut self, from: Place, reference: &Reference, target: &Target) {
        let edge = Edge {
            kind: reference.kind,
            from,
            to: target.place,
            line: reference.line,
            receiver: reference.receiver.clone(),
            resolution: target.resolution,
            confidence: target.confidence,
        };
        let slot = self.0.entry((from, target.place, reference.kind));
        let kept = slot.or_insert_with(|| edge.clone());
        if (edge.confidence, std::cmp::Reverse(edge.line)) > (kept.confidence, std::cmp::Reverse(kept.line)) {
            *kept = edge;
        }
    }

    fn into_list(self) -> Vec<Edge> {
        self.0.into_values().collect()
    }
}
