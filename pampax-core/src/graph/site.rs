//! A place in code from which names are looked up.
//!
//! Never here: looking them up.

use super::bindings::Binding;
use super::family::Family;
use super::view::{Place, View, is_function, is_type};
use crate::error::Result;
use crate::parse::Span;
use crate::search::Document;
use crate::search::corpus::FileIndex;
use crate::source::{ByteRange, SpanKind};
use std::sync::Arc;

/// A file and the innermost definition in it from which names are looked up.
#[derive(Clone)]
pub(super) struct Site {
    pub file: FileIndex,
    pub family: Family,
    pub document: Arc<Document>,
    pub bindings: Arc<Vec<Binding>>,
    pub span: Option<u32>,
    /// The byte from which names are looked up; the end of the file where none is known.
    pub at: usize,
}

impl Site {
    pub(super) fn new(view: &View<'_>, place: Place) -> Result<Site> {
        let document = view.document(place.file)?;
        Ok(Site {
            file: place.file,
            family: view.family(place.file),
            at: document.text.len(),
            bindings: view.bindings(place.file)?,
            span: place.span,
            document,
        })
    }

    /// The same file, seen from another definition.
    pub(super) fn within(&self, span: Option<u32>) -> Site {
        Site { span, ..self.clone() }
    }

    /// The same definition, seen from the mention of `name` in `line`.
    pub(super) fn using(&self, name: &str, line: u32) -> Site {
        let from = match self.span.and_then(|span| self.spans().get(span as usize)) {
            Some(span) => (span.bytes.start as usize, span.lines.start),
            None => (0, 1),
        };
        let text = self.text().get(from.0..).unwrap_or("");
        let skipped = line.saturating_sub(from.1) as usize;
        let start = match skipped {
            0 => 0,
            count => text.match_indices('\n').nth(count - 1).map_or(0, |(at, _)| at + 1),
        };
        let line = text[start..].split('\n').next().unwrap_or("");
        let within = super::typing::words(line, name).next().unwrap_or(line.len());
        Site { at: from.0 + start + within, ..self.clone() }
    }

    pub(super) fn text(&self) -> &str {
        &self.document.text
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.document.parsed.spans
    }

    /// The definitions around the site, the innermost first.
    pub(super) fn around(&self) -> impl Iterator<Item = (u32, &Span)> {
        let at = |span: u32| self.spans().get(span as usize).map(|found| (span, found));
        std::iter::successors(self.span.and_then(at), move |(_, span)| span.parent.and_then(at))
    }

    /// The functions around the site, the innermost first.
    pub(super) fn functions(&self) -> impl Iterator<Item = (u32, &Span)> {
        self.around()
            .filter(|(_, span)| is_function(span.kind) || matches!(span.kind, SpanKind::Target | SpanKind::Property))
    }

    /// The names of the types around the site, the innermost first.
    pub(super) fn owners(&self) -> Vec<String> {
        let mut owners = Vec::new();
        for (_, span) in self.around() {
            if is_type(span.kind) || span.kind == SpanKind::Impl || self.is_module_type(span) {
                owners.push(span.name.clone());
            } else if is_function(span.kind) {
                // A function that is written outside of its type names the type itself.
                let parent = span
                    .parent
                    .and_then(|at| self.spans().get(at as usize))
                    .map_or("", |parent| &parent.qualified_name);
                let before = span.qualified_name.strip_suffix(&span.name).unwrap_or("").trim_end_matches('.');
                if !before.is_empty() && before != parent {
                    owners.extend(before.rsplit(['.', ':']).next().map(str::to_owned));
                }
            }
        }
        owners
    }

    fn is_module_type(&self, span: &Span) -> bool {
        let has_members = matches!(self.family, Family::Ruby | Family::Elixir | Family::OCaml);
        span.kind == SpanKind::Module && has_members
            || matches!(span.kind, SpanKind::Variable | SpanKind::Constant) && self.family == Family::Script
    }

    /// The innermost definition that holds a byte.
    pub(super) fn span_at(&self, byte: u32) -> Option<u32> {
        let spans = self.spans();
        let mut candidate = spans.partition_point(|span| span.bytes.start <= byte).checked_sub(1)? as u32;
        loop {
            let span = spans.get(candidate as usize)?;
            if span.bytes.contains(ByteRange { start: byte, end: byte + 1 }) {
                return Some(candidate);
            }
            candidate = span.parent?;
        }
    }
}
