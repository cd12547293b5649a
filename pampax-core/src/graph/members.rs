//! Types by name, their members, and what they extend.
//!
//! Never here: expressions.

use super::family::Family;
use super::items::Of;
use super::resolve::{Resolver, Want};
use super::site::Site;
use super::typing;
use super::view::{Candidate, Place, Scope, is_type};
use crate::error::Result;
use crate::source::{EdgeKind, SpanKind};
use std::collections::HashSet;

/// The most types that are looked through for one member.
const MAX_TYPES: usize = 40;

impl Resolver<'_, '_> {
    /// The candidate at a place.
    pub(super) fn candidate(&self, place: Place) -> Result<Option<Candidate>> {
        let document = self.view.document(place.file)?;
        let name = place.span.and_then(|span| document.parsed.spans.get(span as usize)).map(|span| span.name.clone());
        let Some(name) = name else { return Ok(None) };
        Ok(self.view.named(&name)?.iter().find(|found| found.place() == place).cloned())
    }

    /// The types around a site, the innermost only.
    pub(super) fn enclosing(&self, site: &Site, fuel: u8) -> Result<Vec<Place>> {
        for owner in site.owners() {
            let types = self.types_named(site, &owner, fuel)?;
            if !types.is_empty() {
                return Ok(types);
            }
        }
        Ok(Vec::new())
    }

    /// The types that `written` may be at a site; none when it is not of this tree.
    pub(super) fn types_named(&self, site: &Site, written: &str, fuel: u8) -> Result<Vec<Place>> {
        let Some(fuel) = self.burn(fuel) else { return Ok(Vec::new()) };
        if written.is_empty() {
            return Ok(Vec::new());
        }
        let key = (site.file, site.span, written.to_owned());
        if let Some(known) = self.types.borrow().get(&key) {
            return Ok(known.clone());
        }
        let types = self.types_written(site, written, fuel)?;
        if !types.is_empty() || fuel > 4 {
            self.types.borrow_mut().insert(key, types.clone());
        }
        Ok(types)
    }

    fn types_written(&self, site: &Site, written: &str, fuel: u8) -> Result<Vec<Place>> {
        if site.family.is_self(written) {
            return self.enclosing(site, fuel);
        }
        let (qualifier, name) = written.rsplit_once(['.', ':', '\\']).unwrap_or(("", written));
        let qualifier = qualifier.trim_end_matches([':', '.']);
        if !qualifier.is_empty() {
            match self.type_of(site, qualifier, 0, fuel)? {
                Of::Files(files) => return Ok(types_of(self.item_in(&files, name, Want::Type, fuel)?)),
                Of::Types(types) => {
                    let nested = self.members(&types, name, Want::Type, fuel)?;
                    return Ok(nested.iter().map(Candidate::place).collect());
                }
                Of::Foreign if site.family.is_strict() => return Ok(Vec::new()),
                _ => {}
            }
        }
        self.type_in_scope(site, name, fuel)
    }

    fn type_in_scope(&self, site: &Site, name: &str, fuel: u8) -> Result<Vec<Place>> {
        let named = self.view.named(name)?;
        let known: Vec<&Candidate> =
            named.iter().filter(|found| found.family == site.family && self.is_type_like(found)).collect();
        let same: Vec<&&Candidate> = known.iter().filter(|found| found.file == site.file).collect();
        if !same.is_empty() {
            return Ok(innermost(site, &same));
        }
        if let Some(binding) = site.bindings.iter().rev().find(|binding| binding.local == name) {
            return Ok(types_of(self.binding(site.file, binding, Want::Type, fuel)?));
        }
        let package = self.package(site);
        let near: Vec<Place> = known
            .iter()
            .filter(|found| package.contains(&found.file) && found.is_loose())
            .map(|found| found.place())
            .collect();
        if !near.is_empty() {
            return Ok(near);
        }
        if known.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(found) = self.by_wildcards(site, name, Want::Type, fuel)? {
            return Ok(found.iter().map(Candidate::place).collect());
        }
        if let Some(inherited) = self.inherited_type(site, name, fuel)? {
            return Ok(inherited);
        }
        if matches!(site.family, Family::Go | Family::Python | Family::Script) {
            return Ok(Vec::new());
        }
        let files = known.iter().map(|found| found.file).collect();
        let nearest = self.view.tables.nearest(site.file, files);
        let close: Vec<Place> =
            known.iter().filter(|found| nearest.contains(&found.file)).map(|found| found.place()).collect();
        let is_one =
            close.iter().all(|place| place.file == close[0].file) || site.family.has_open_types() && known.len() <= 3;
        Ok(if is_one { close } else { Vec::new() })
    }

    /// A type that a type around the site inherits from one of its bases, as in Java.
    fn inherited_type(&self, site: &Site, name: &str, fuel: u8) -> Result<Option<Vec<Place>>> {
        if !matches!(site.family, Family::Jvm | Family::CSharp) || fuel < 3 {
            return Ok(None);
        }
        for owner in site.owners().iter().filter(|owner| *owner != name) {
            let types = self.types_named(site, owner, fuel - 2)?;
            let found = self.members(&types, name, Want::Type, fuel - 2)?;
            if !found.is_empty() {
                return Ok(Some(found.iter().map(Candidate::place).collect()));
            }
        }
        Ok(None)
    }

    fn is_type_like(&self, found: &Candidate) -> bool {
        let is_module =
            matches!(found.family, Family::Ruby | Family::Elixir | Family::OCaml | Family::Php | Family::Lua);
        let is_object = found.family == Family::Script && found.is_loose();
        is_type(found.kind)
            || found.kind == SpanKind::Module && is_module
            || matches!(found.kind, SpanKind::Variable | SpanKind::Constant)
                && (is_object || found.family == Family::Lua)
    }

    /// The members called `name` of the first of `types` and their bases that have any.
    pub(super) fn members(&self, types: &[Place], name: &str, want: Want, fuel: u8) -> Result<Vec<Candidate>> {
        let Some(fuel) = self.burn(fuel) else { return Ok(Vec::new()) };
        let named = self.view.named(name)?;
        let mut seen: HashSet<Place> = HashSet::new();
        let mut level: Vec<Place> = types.to_vec();
        while !level.is_empty() && seen.len() < MAX_TYPES && !named.is_empty() {
            level.retain(|place| seen.insert(*place));
            let mut found = Vec::new();
            for place in &level {
                found.extend(self.own_members(*place, &named)?);
            }
            let found = want.best(&found);
            if !found.is_empty() {
                return Ok(found);
            }
            level = self.bases_of_all(&level, fuel)?;
        }
        Ok(Vec::new())
    }

    fn own_members(&self, place: Place, named: &[Candidate]) -> Result<Vec<Candidate>> {
        let document = self.view.document(place.file)?;
        let Some(owner) = place.span.and_then(|span| document.parsed.spans.get(span as usize)) else {
            return Ok(Vec::new());
        };
        let family = self.view.family(place.file);
        let of_owner = |found: &&Candidate| found.family == family && found.is_of(&owner.name);
        let own: Vec<&Candidate> = named.iter().filter(of_owner).collect();
        let in_file: Vec<&Candidate> = own.iter().copied().filter(|found| found.file == place.file).collect();
        let is_announced = family == Family::C && in_file.iter().all(|found| found.is_declaration);
        if !in_file.is_empty() && !is_announced {
            return Ok(self.within(place, in_file, &document.parsed.spans));
        }
        let tables = &self.view.tables;
        let chosen = match family {
            Family::Go => {
                own.into_iter().filter(|found| tables.folder(found.file) == tables.folder(place.file)).collect()
            }
            family if family.has_open_types() => {
                let rivals = self.view.named(&owner.name)?;
                let is_rival =
                    |other: &&Candidate| is_type(other.kind) && other.family == family && other.file != place.file;
                match rivals.iter().any(|other| is_rival(&other)) {
                    true => {
                        own.into_iter().filter(|found| tables.folder(found.file) == tables.folder(place.file)).collect()
                    }
                    false => own,
                }
            }
            _ => in_file,
        };
        Ok(chosen.into_iter().cloned().collect())
    }

    /// Of members of several types of one name in one file, those of the type at `place`.
    fn within(&self, place: Place, found: Vec<&Candidate>, spans: &[crate::parse::Span]) -> Vec<Candidate> {
        let parent = |found: &Candidate| spans.get(found.span as usize).and_then(|span| span.parent);
        let own: Vec<Candidate> =
            found.iter().filter(|found| parent(found) == place.span).map(|found| (*found).clone()).collect();
        if own.is_empty() { found.into_iter().cloned().collect() } else { own }
    }

    pub(super) fn bases_of_all(&self, types: &[Place], fuel: u8) -> Result<Vec<Place>> {
        let mut bases = Vec::new();
        for place in types {
            bases.extend(self.bases(*place, fuel)?);
        }
        Ok(bases)
    }

    /// What a type extends, implements, embeds, or is another name of.
    fn bases(&self, place: Place, fuel: u8) -> Result<Vec<Place>> {
        if let Some(known) = self.bases.borrow().get(&place) {
            return Ok(known.clone());
        }
        let Some(fuel) = self.burn(fuel) else { return Ok(Vec::new()) };
        let site = self.site(place)?;
        let spans = site.spans();
        let Some(owner) = place.span.and_then(|span| spans.get(span as usize)) else { return Ok(Vec::new()) };
        let is_own = |span: Option<u32>| {
            span == place.span
                || span
                    .and_then(|span| spans.get(span as usize))
                    .is_some_and(|span| span.kind == SpanKind::Impl && span.name == owner.name)
        };
        let mut bases = Vec::new();
        let outer = site.within(owner.parent);
        for reference in &site.document.parsed.references {
            if matches!(reference.kind, EdgeKind::Inherit | EdgeKind::Implement) && is_own(reference.span) {
                let written = match &reference.receiver {
                    Some(receiver) => format!("{receiver}.{}", reference.name),
                    None => reference.name.clone(),
                };
                bases.extend(self.types_named(&outer, &written, fuel)?);
            }
        }
        if owner.kind == SpanKind::Type {
            let text = owner.bytes.slice(site.text());
            let after = text.split_once('=').map(|(_, after)| after);
            let after = after.or_else(|| text.split_once(owner.name.as_str()).map(|(_, after)| after));
            bases.extend(self.types_named(&outer, &typing::parse(after.unwrap_or("")), fuel)?);
        }
        bases.retain(|base| *base != place);
        self.bases.borrow_mut().insert(place, bases.clone());
        Ok(bases)
    }
}

fn types_of(of: Of) -> Vec<Place> {
    match of {
        Of::Items(found) => found.iter().map(Candidate::place).collect(),
        Of::Types(places) => places,
        _ => Vec::new(),
    }
}

/// Of several types in one file, the ones of the innermost scope around the site.
fn innermost(site: &Site, found: &[&&Candidate]) -> Vec<Place> {
    let depth = |candidate: &Candidate| {
        let is_around = site.around().position(|(at, _)| at == candidate.span);
        let parent = site.spans().get(candidate.span as usize).and_then(|span| span.parent);
        let shared = parent.and_then(|parent| site.around().position(|(at, _)| at == parent));
        match (is_around, shared, &candidate.scope) {
            (Some(at), _, _) => 1_000 - at as i32,
            (_, Some(at), _) => 500 - at as i32,
            (_, _, Scope::File) => 100,
            _ => 0,
        }
    };
    let most = found.iter().map(|candidate| depth(candidate)).max().unwrap_or(0);
    found.iter().filter(|candidate| depth(candidate) == most).map(|candidate| candidate.place()).collect()
}
