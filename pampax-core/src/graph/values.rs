//! What members and definitions are worth: the types of fields, of what functions give back, of elements.
//!
//! Never here: variables of functions.

use super::expressions::Segment;
use super::family::Family;
use super::items::Of;
use super::resolve::{Resolver, Want};
use super::site::Site;
use super::typing::{self, Written, signature};
use super::view::{Candidate, Place, is_function, is_type};
use crate::error::Result;
use crate::source::SpanKind;

impl Resolver<'_, '_> {
    pub(super) fn extended(&self, owner: &str, segment: Segment<'_>, index: usize, fuel: u8) -> Result<Of> {
        let named = self.view.named(segment.name)?;
        let found = Want::Call.best(named.iter().filter(|found| found.is_of(owner)));
        if found.is_empty() || !segment.is_called { Ok(Of::Foreign) } else { self.result(&found, index, fuel) }
    }

    pub(super) fn member_type(&self, types: &[Place], segment: Segment<'_>, index: usize, fuel: u8) -> Result<Of> {
        let want = if segment.is_called { Want::Call } else { Want::Any };
        let found = self.members(types, segment.name, want, fuel)?;
        if found.is_empty() {
            let is_rust = types.first().is_some_and(|place| self.view.family(place.file) == Family::Rust);
            if is_rust && TRANSPARENT.contains(&segment.name) {
                return Ok(Of::Types(types.to_vec()));
            }
            return self.assigned_member(types, segment.name, fuel);
        }
        match (segment.is_indexed, segment.is_called) {
            (true, _) => Ok(element(self.value_of(&found, fuel)?)),
            (_, true) => self.result(&found, index, fuel),
            _ => self.value_of(&found, fuel),
        }
    }

    /// A field that is known only by what the type's own code gives it: `self.x = X()`.
    fn assigned_member(&self, types: &[Place], name: &str, fuel: u8) -> Result<Of> {
        let Some(fuel) = self.burn(fuel) else { return Ok(Of::Unknown) };
        for place in types {
            let site = self.site(*place)?;
            let mark = match site.family {
                Family::Python => format!("self.{name}"),
                Family::Script => format!("this.{name}"),
                Family::Ruby => format!("@{name}"),
                _ => return Ok(Of::Unknown),
            };
            let Some(span) = place.span.and_then(|span| site.spans().get(span as usize)) else { continue };
            let text = span.bytes.slice(site.text());
            let found = text.match_indices(&mark).find_map(|(at, _)| {
                let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                let statement = &text[at + mark.len() - name.len()..line_end];
                let is_whole =
                    !text[at + mark.len()..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '('));
                let line = &text[at..line_end];
                (is_whole && line.contains('='))
                    .then(|| (at, typing::declared(typing::Scope::whole(site.family, statement), name)))
            });
            let Some((at, Some(written))) = found else { continue };
            let byte = span.bytes.start + at as u32;
            let inner = Site { at: byte as usize, ..site.within(site.span_at(byte)) };
            return match written {
                Written::Type(written) => self.written(&inner, &written, fuel),
                Written::Value { chain, index } => self.type_of(&inner, &chain, index, fuel),
                Written::Element(chain) => self.type_of(&inner, &chain, 0, fuel).map(element),
            };
        }
        let bases = self.bases_of_all(types, fuel)?;
        if bases.is_empty() { Ok(Of::Unknown) } else { self.assigned_member(&bases, name, fuel) }
    }

    /// What the values are that these definitions name.
    pub(super) fn value_of(&self, found: &[Candidate], fuel: u8) -> Result<Of> {
        let Some(fuel) = self.burn(fuel) else { return Ok(Of::Unknown) };
        let types: Vec<Place> = found
            .iter()
            .filter(|found| is_type(found.kind) || found.kind == SpanKind::Module)
            .map(Candidate::place)
            .collect();
        if !types.is_empty() {
            return Ok(Of::Types(types));
        }
        let Some(first) = found.first() else { return Ok(Of::Unknown) };
        if is_function(first.kind) {
            return self.result(found, 0, fuel);
        }
        let site = self.site(first.place())?;
        let Some(span) = site.spans().get(first.span as usize) else { return Ok(Of::Unknown) };
        let outer = site.within(span.parent);
        if span.kind == SpanKind::EnumMember {
            return Ok(Of::Types(self.enclosing(&outer, fuel)?));
        }
        match typing::declared(typing::Scope::whole(site.family, span.bytes.slice(site.text())), &span.name) {
            Some(Written::Element(_)) => Ok(Of::Unknown),
            Some(Written::Type(written)) => self.written(&outer, &written, fuel),
            Some(Written::Value { chain, index }) => match self.type_of(&outer, &chain, index, fuel)? {
                // An object that is written out has its members where it stands.
                Of::Unknown => Ok(Of::Types(vec![first.place()])),
                of => Ok(of),
            },
            None => Ok(if site.family == Family::Script { Of::Types(vec![first.place()]) } else { Of::Unknown }),
        }
    }

    /// What calling these definitions gives back.
    pub(super) fn result(&self, found: &[Candidate], index: usize, fuel: u8) -> Result<Of> {
        let Some(fuel) = self.burn(fuel) else { return Ok(Of::Unknown) };
        let types: Vec<Place> = found.iter().filter(|found| is_type(found.kind)).map(Candidate::place).collect();
        if !types.is_empty() {
            return Ok(Of::Types(types));
        }
        for candidate in found {
            let site = self.site(candidate.place())?;
            let Some(span) = site.spans().get(candidate.span as usize) else { continue };
            if matches!(span.kind, SpanKind::Constructor | SpanKind::EnumMember) {
                return Ok(Of::Types(self.enclosing(&site.within(span.parent), fuel)?));
            }
            let head = span.signature.slice(site.text());
            let results = signature::results(site.family, head, &span.name);
            match results.get(index) {
                Some(written) if written.is_empty() => return Ok(Of::Foreign),
                Some(written) => return self.written(&site, written, fuel),
                None if !results.is_empty() => return Ok(Of::Foreign),
                None => {}
            }
            match self.returned(&site, span.bytes.slice(site.text()), fuel)? {
                Of::Unknown => {}
                of => return Ok(of),
            }
        }
        Ok(Of::Unknown)
    }

    /// What a function without a written result gives back, by what it returns.
    fn returned(&self, site: &Site, text: &str, fuel: u8) -> Result<Of> {
        let mark = if text.contains("return ") { "return " } else { "yield " };
        for (at, _) in text.match_indices(mark).take(8) {
            let value = text[at + mark.len()..].trim_start();
            let Some(chain) = typing::chain(value) else { continue };
            let inner = Site {
                at: site
                    .span
                    .and_then(|span| site.spans().get(span as usize))
                    .map_or(0, |span| span.bytes.start as usize)
                    + at,
                ..site.clone()
            };
            if let of @ (Of::Types(_) | Of::Foreign) = self.type_of(&inner, &chain, 0, fuel)? {
                return Ok(of);
            }
        }
        Ok(Of::Unknown)
    }
}

/// Methods that give back what they are called on, or what it holds.
pub(super) const TRANSPARENT: &[&str] = &[
    "as_deref",
    "as_mut",
    "as_ref",
    "await",
    "borrow",
    "borrow_mut",
    "by_ref",
    "clone",
    "cloned",
    "deref",
    "expect",
    "get_mut",
    "lock",
    "read",
    "to_owned",
    "unwrap",
    "unwrap_or_default",
    "write",
];

/// One of what `of` holds; a value that holds nothing is itself, as with what may be absent.
pub(super) fn element(of: Of) -> Of {
    match of {
        Of::Many(types) => Of::Types(types),
        of => of,
    }
}

/// Methods that give back the collection, or another of the same.
const SAME: &[&str] = &[
    "as_slice",
    "borrow",
    "chain",
    "clone",
    "concat",
    "copied",
    "cloned",
    "drain",
    "enumerate",
    "filter",
    "into_iter",
    "iter",
    "iter_mut",
    "lock",
    "peekable",
    "rev",
    "reverse",
    "skip",
    "slice",
    "stream",
    "take",
    "to_vec",
    "unwrap",
    "values",
    "values_mut",
    "as_ref",
    "as_mut",
    "copy",
    "items",
];

/// Methods that give back one of what a collection holds.
const ONE: &[&str] = &[
    "at",
    "find",
    "first",
    "first_mut",
    "get",
    "getFirst",
    "getLast",
    "get_mut",
    "last",
    "last_mut",
    "max_by_key",
    "min_by_key",
    "next",
    "nth",
    "peek",
    "poll",
    "pop",
    "remove",
    "shift",
];

/// What a method of a collection gives back.
pub(super) fn of_many(types: Vec<Place>, segment: Segment<'_>) -> Of {
    match segment.name {
        name if SAME.contains(&name) => Of::Many(types),
        name if ONE.contains(&name) => Of::Types(types),
        _ => Of::Foreign,
    }
}
