//! What a mention refers to: a pure function of the snapshot.
//!
//! Never here: walking from definition to definition.

use super::exact;
use super::family::Family;
use super::items::Of;
use super::site::Site;
use super::view::{Candidate, Memo, Place, Scope, View, is_function, is_type};
use super::{Resolution, overloads};
use crate::error::Result;
use crate::graph::typing::{self, signature, words};
use crate::parse::{Reference, Span};
use crate::search::corpus::FileIndex;
use crate::source::{EdgeKind, SpanKind};
use std::cell::Cell;
use std::collections::HashMap;

/// How far a chain of names is followed from variable to type to member.
pub(super) const FUEL: u8 = 14;

/// The most lookups for one mention.
const STEPS: u32 = 600;

/// What a mention refers to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    pub place: Place,
    pub resolution: Resolution,
    pub confidence: f64,
}

/// What looking up a name came to.
pub(super) enum Answer {
    /// These definitions, found in this way.
    Places(Vec<Candidate>, Resolution),
    /// Something that is not of this tree, or not a definition.
    Foreign,
    /// Nothing is known.
    Unknown,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Want {
    Call,
    Type,
    Any,
}

impl Want {
    fn of(kind: EdgeKind) -> Want {
        match kind {
            EdgeKind::Call => Want::Call,
            EdgeKind::Inherit | EdgeKind::Implement => Want::Type,
            _ => Want::Any,
        }
    }

    /// How well a definition fits; 0 when it does not.
    pub(super) fn rank(self, found: &Candidate) -> u8 {
        use SpanKind::{Class, Constant, EnumMember, Field, Macro, Module, Property, Struct, Variable};
        let calls_values = !matches!(found.family, Family::C | Family::Go | Family::Jvm | Family::Rust);
        let makes_values = found.family != Family::Go;
        match (self, found.kind) {
            (_, SpanKind::Impl | SpanKind::Section | SpanKind::Element | SpanKind::Rule | SpanKind::Key) => 0,
            (Want::Call, kind) if is_function(kind) || kind == Macro => 3,
            (Want::Call, Class | Struct | EnumMember) => 2 * u8::from(makes_values),
            (Want::Call, kind) if is_type(kind) => u8::from(makes_values),
            (Want::Call, Variable | Constant | Field | Property) => u8::from(calls_values),
            (Want::Call, _) => 0,
            (_, kind) if is_type(kind) => 3,
            (Want::Type, Module) => 2,
            (Want::Type, Variable | Constant | EnumMember) => u8::from(calls_values),
            (Want::Type, _) => 0,
            (Want::Any, _) => 2,
        }
    }

    /// The best fitting of `candidates`; what only announces a definition gives way to one.
    pub(super) fn best<'c>(self, candidates: impl IntoIterator<Item = &'c Candidate>) -> Vec<Candidate> {
        let ranked: Vec<(u8, &Candidate)> =
            candidates.into_iter().map(|found| (self.rank(found), found)).filter(|(rank, _)| *rank > 0).collect();
        let most = ranked.iter().map(|(rank, _)| *rank).max().unwrap_or(0);
        let best: Vec<Candidate> =
            ranked.into_iter().filter(|(rank, _)| *rank == most).map(|(_, found)| found.clone()).collect();
        // What announces a member of a trait is the member; what announces a function of the same place gives way.
        let is_defined = |found: &Candidate| {
            let is_same = |other: &Candidate| other.scope == found.scope && other.family == found.family;
            let is_near = |other: &Candidate| other.file == found.file || found.family == Family::C;
            best.iter().any(|other| !other.is_declaration && is_same(other) && is_near(other))
        };
        best.iter().filter(|found| !found.is_declaration || !is_defined(found)).cloned().collect()
    }
}

/// Looks names up in one snapshot.
pub(crate) struct Resolver<'v, 's> {
    pub(super) view: &'v View<'s>,
    pub(super) bases: Memo<Place, Vec<Place>>,
    pub(super) sites: Memo<Place, Site>,
    /// Names that are being looked for, by the file whose re-exports are followed.
    pub(super) open: Memo<(FileIndex, String), ()>,
    pub(super) items: Memo<(FileIndex, String, Want), Of>,
    pub(super) types: Memo<(FileIndex, Option<u32>, String), Vec<Place>>,
    /// How many lookups are left for the mention at hand.
    steps: Cell<u32>,
}

impl<'v, 's> Resolver<'v, 's> {
    pub(crate) fn new(view: &'v View<'s>) -> Resolver<'v, 's> {
        Resolver {
            view,
            bases: HashMap::new().into(),
            sites: HashMap::new().into(),
            open: HashMap::new().into(),
            items: HashMap::new().into(),
            types: HashMap::new().into(),
            steps: Cell::new(STEPS),
        }
    }

    /// What is left of `fuel` after one more lookup; `None` when it or the steps of the mention are used up.
    pub(super) fn burn(&self, fuel: u8) -> Option<u8> {
        self.steps.set(self.steps.get().checked_sub(1)?);
        fuel.checked_sub(1)
    }

    pub(super) fn site(&self, place: Place) -> Result<Site> {
        if let Some(site) = self.sites.borrow().get(&place) {
            return Ok(site.clone());
        }
        let site = Site::new(self.view, place)?;
        self.sites.borrow_mut().insert(place, site.clone());
        Ok(site)
    }

    /// What `reference`, a mention in the file and definition of `site`, refers to.
    pub(super) fn targets(&self, site: &Site, reference: &Reference) -> Result<Vec<Target>> {
        match reference.kind {
            EdgeKind::Import => return self.imported(site, reference),
            EdgeKind::ConfigKey => return self.setting(site, &reference.name),
            EdgeKind::Route | EdgeKind::TestOf => return Ok(Vec::new()),
            _ => {}
        }
        if let Some(targets) = exact::targets(self.view, site, reference)? {
            return Ok(targets);
        }
        let want = Want::of(reference.kind);
        self.steps.set(STEPS);
        let answer = match &reference.receiver {
            None => self.bare(site, &reference.name, want, FUEL)?,
            Some(receiver) => self.selected(&site.using(&reference.name, reference.line), reference, receiver, want)?,
        };
        let Answer::Places(found, resolution) = answer else { return Ok(Vec::new()) };
        let before = found.len();
        let found = if want == Want::Call { self.called(site, reference, found)? } else { found };
        // Overloads that nothing tells apart are guesses.
        let is_open = before > overloads::MAX_TIED && found.len() == before && site.family.has_overloads();
        let is_one_type = found.windows(2).all(|pair| pair[0].scope == pair[1].scope && pair[0].file == pair[1].file);
        let resolution =
            match is_open && is_one_type && matches!(found.first().map(|found| &found.scope), Some(Scope::Type(_))) {
                true => Resolution::Ambiguous,
                false => resolution,
            };
        let is_common = site.family.is_common(&reference.name);
        Ok(weighed(found.iter().map(Candidate::place).collect(), resolution, is_common))
    }

    /// What a call of these definitions runs: the constructor of a class, of several overloads the one that fits.
    fn called(&self, site: &Site, reference: &Reference, found: Vec<Candidate>) -> Result<Vec<Candidate>> {
        let mut called = Vec::new();
        for candidate in found {
            if matches!(candidate.kind, SpanKind::Field | SpanKind::Property | SpanKind::Variable | SpanKind::Constant)
            {
                called.extend(self.held(&candidate)?);
                continue;
            }
            let constructors = match site.family.calls_constructors() && is_type(candidate.kind) {
                true => self.constructors(&candidate)?,
                false => Vec::new(),
            };
            match constructors.is_empty() {
                true => called.push(candidate),
                false => called.extend(constructors),
            }
        }
        match called.len() > 1 && site.family.has_overloads() {
            true => overloads::fitting(self, site, reference, called),
            false => Ok(called),
        }
    }

    /// What a call of a variable runs: the class it holds, or itself where nothing is known. A member says nothing.
    fn held(&self, variable: &Candidate) -> Result<Vec<Candidate>> {
        let document = self.view.document(variable.file)?;
        let Some(span) = document.parsed.spans.get(variable.span as usize) else { return Ok(Vec::new()) };
        let site = self.site(Place { file: variable.file, span: span.parent })?;
        let text = span.bytes.slice(&document.text);
        let value =
            text.split_once('=').and_then(|(_, value)| typing::chain(value)).filter(|chain| !chain.contains("()"));
        if let Some(chain) = value.or_else(|| class_type(text)) {
            let mut found = Vec::new();
            for place in self.types_named(&site, &chain, FUEL)? {
                found.extend(self.candidate(place)?.filter(|found| is_type(found.kind)));
            }
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(if variable.is_loose() { vec![variable.clone()] } else { Vec::new() })
    }

    fn constructors(&self, class: &Candidate) -> Result<Vec<Candidate>> {
        let document = self.view.document(class.file)?;
        let Some(span) = document.parsed.spans.get(class.span as usize) else { return Ok(Vec::new()) };
        let named = self.view.named(&span.name)?;
        let is_one = |found: &&Candidate| {
            found.kind == SpanKind::Constructor && found.is_of(&span.name) && found.family == class.family
        };
        let of_file = |found: &&Candidate| found.file == class.file || class.family.has_open_types();
        Ok(Want::Call.best(named.iter().filter(is_one).filter(of_file)))
    }

    /// A name that stands alone.
    pub(super) fn bare(&self, site: &Site, name: &str, want: Want, fuel: u8) -> Result<Answer> {
        if want == Want::Call && matches!(name, "super" | "this") {
            return self.own_constructor(site, name, fuel);
        }
        let named = self.view.named(name)?;
        let known = || named.iter().filter(|found| found.family == site.family);
        for (at, span) in site.around() {
            let local = want.best(known().filter(|found| found.file == site.file && found.scope == Scope::Local(at)));
            if !local.is_empty() {
                return Ok(Answer::Places(local, Resolution::SameFile));
            }
            if want == Want::Call && is_function(span.kind) && is_variable(site, span, name) {
                return Ok(Answer::Foreign);
            }
        }
        if site.family.has_implicit_self() {
            for owner in site.owners() {
                let types = self.types_named(site, &owner, fuel)?;
                let members = self.members(&types, name, want, fuel)?;
                if !members.is_empty() {
                    return Ok(found_near(site, members));
                }
            }
        }
        let same = want.best(known().filter(|found| found.file == site.file && found.is_loose()));
        if !same.is_empty() {
            return Ok(Answer::Places(self.nearest_scope(site, same), Resolution::SameFile));
        }
        self.beyond(site, name, want, fuel)
    }

    /// A name that its own file does not define.
    fn beyond(&self, site: &Site, name: &str, want: Want, fuel: u8) -> Result<Answer> {
        if let Some(binding) = site.bindings.iter().rev().find(|binding| binding.local == name) {
            let items = self.binding(site.file, binding, want, fuel)?;
            return Ok(match items {
                Of::Items(found) => Answer::Places(found, Resolution::ImportResolved),
                Of::Files(files) => match self.default_of(&files, name, want)? {
                    found if found.is_empty() => Answer::Foreign,
                    found => Answer::Places(found, Resolution::ImportResolved),
                },
                _ => Answer::Foreign,
            });
        }
        let named = self.view.named(name)?;
        let known = |found: &&Candidate| found.family == site.family && !found.is_private && found.is_loose();
        let package = self.package(site);
        let near = want.best(named.iter().filter(known).filter(|found| package.contains(&found.file)));
        if !near.is_empty() {
            return Ok(Answer::Places(near, Resolution::ImportResolved));
        }
        if let Some(found) = self.by_wildcards(site, name, want, fuel)? {
            // A header announces what another file defines.
            let defined = |found: &&Candidate| known(found) && !found.is_declaration;
            let definitions = match found.iter().all(|found| found.is_declaration) {
                true => want.best(named.iter().filter(defined)),
                false => Vec::new(),
            };
            let found = if definitions.is_empty() { found } else { definitions };
            return Ok(Answer::Places(found, Resolution::ImportResolved));
        }
        self.anywhere(site, name, want)
    }

    /// A name that no import explains.
    fn anywhere(&self, site: &Site, name: &str, want: Want) -> Result<Answer> {
        let named = self.view.named(name)?;
        let is_macro = |found: &Candidate| found.kind == SpanKind::Macro;
        let may_be_anywhere = |found: &&Candidate| {
            found.family == site.family
                && !found.is_private
                && found.is_loose()
                && (!site.family.is_strict() || is_macro(found) || site.family == Family::Rust && want != Want::Call)
        };
        let found = want.best(named.iter().filter(may_be_anywhere));
        Ok(match found.len() {
            0 => Answer::Unknown,
            1 => Answer::Places(found, Resolution::UniqueName),
            _ if found.iter().all(is_macro) && site.family == Family::Rust => {
                let files = found.iter().map(|found| found.file).collect();
                let nearest = self.view.tables.nearest(site.file, files);
                let close: Vec<Candidate> =
                    found.iter().filter(|found| nearest.contains(&found.file)).cloned().collect();
                let resolution = if close.len() == 1 { Resolution::UniqueName } else { Resolution::Ambiguous };
                Answer::Places(close, resolution)
            }
            _ => self.included_first(site, found),
        })
    }

    /// Of several definitions of one name that may be meant, the ones in files that are included.
    fn included_first(&self, site: &Site, found: Vec<Candidate>) -> Answer {
        let files = found.iter().map(|found| found.file).collect();
        let nearest = self.view.tables.nearest(site.file, files);
        let close: Vec<Candidate> = found.iter().filter(|found| nearest.contains(&found.file)).cloned().collect();
        let one_file = close.iter().all(|other| other.file == close[0].file);
        match one_file && site.family == Family::C && !close.is_empty() {
            // Several in one file are the branches of a condition.
            true if close.len() == found.len() => Answer::Places(close, Resolution::UniqueName),
            _ => Answer::Places(found, Resolution::Ambiguous),
        }
    }

    /// Of several definitions in one file, the ones of the innermost module around the site.
    fn nearest_scope(&self, site: &Site, found: Vec<Candidate>) -> Vec<Candidate> {
        let depth = |candidate: &Candidate| {
            let parent = site.spans().get(candidate.span as usize).and_then(|span| span.parent);
            match parent {
                None => 0,
                Some(parent) => site.around().position(|(at, _)| at == parent).map_or(-1, |at| 100 - at as i32),
            }
        };
        let most = found.iter().map(depth).max().unwrap_or(0);
        found.into_iter().filter(|candidate| depth(candidate) == most).collect()
    }

    /// `super(…)` and `this(…)` as calls of constructors.
    fn own_constructor(&self, site: &Site, word: &str, fuel: u8) -> Result<Answer> {
        let own = self.enclosing(site, fuel)?;
        let types = if word == "this" { own } else { self.bases_of_all(&own, fuel)? };
        let mut found = Vec::new();
        for place in types {
            let Some(class) = self.candidate(place)? else { continue };
            let constructors = self.constructors_or_named(&class)?;
            found.extend(if constructors.is_empty() { vec![class] } else { constructors });
        }
        Ok(if found.is_empty() { Answer::Foreign } else { found_near(site, found) })
    }

    /// Constructors by their place rather than by their name, which some languages give a name of its own.
    fn constructors_or_named(&self, class: &Candidate) -> Result<Vec<Candidate>> {
        let by_name = self.constructors(class)?;
        if !by_name.is_empty() {
            return Ok(by_name);
        }
        let document = self.view.document(class.file)?;
        let is_own = |span: &Span| span.kind == SpanKind::Constructor && span.parent == Some(class.span);
        let Some(name) = document.parsed.spans.iter().find(|span| is_own(span)).map(|span| span.name.clone()) else {
            return Ok(Vec::new());
        };
        let own = |found: &&Candidate| {
            found.file == class.file && document.parsed.spans.get(found.span as usize).is_some_and(is_own)
        };
        Ok(self.view.named(&name)?.iter().filter(own).cloned().collect())
    }

    /// A name that is selected from something.
    fn selected(&self, site: &Site, reference: &Reference, receiver: &str, want: Want) -> Result<Answer> {
        let name = reference.name.as_str();
        let of = self.type_of(site, receiver, 0, FUEL)?;
        match of {
            Of::Types(types) => {
                let members = self.members(&types, name, want, FUEL)?;
                if !members.is_empty() {
                    return Ok(found_near(site, members));
                }
                match site.family {
                    // A trait may be implemented for types that do not say so where they stand.
                    Family::Rust => self.by_member_name(site, reference, want, true),
                    _ => Ok(Answer::Foreign),
                }
            }
            Of::Named(owner) => {
                let named = self.view.named(name)?;
                let found = want.best(named.iter().filter(|found| found.family == site.family && found.is_of(&owner)));
                match found.is_empty() {
                    true if site.family == Family::Rust => self.by_member_name(site, reference, want, true),
                    true => Ok(Answer::Foreign),
                    false => Ok(found_near(site, found)),
                }
            }
            Of::Many(_) => Ok(Answer::Foreign),
            Of::Items(_) | Of::Foreign => Ok(Answer::Foreign),
            Of::Files(files) => match self.item_in(&files, name, want, FUEL)? {
                Of::Items(found) => Ok(found_near(site, found)),
                _ => Ok(Answer::Foreign),
            },
            Of::Unknown => self.by_member_name(site, reference, want, false),
        }
    }

    /// Members of any type that have the name.
    fn by_member_name(&self, site: &Site, reference: &Reference, want: Want, only_traits: bool) -> Result<Answer> {
        let named = self.view.named(&reference.name)?;
        let fits = |found: &&Candidate| {
            let Scope::Type(_) = &found.scope else { return false };
            found.family == site.family
                && (want != Want::Call || is_function(found.kind) || found.kind == SpanKind::EnumMember)
        };
        let mut found = want.best(named.iter().filter(fits));
        if site.family == Family::Rust {
            let (of_traits, others) = self.traits_first(found)?;
            // What implements a trait is called through it; a method of its own is another thing.
            found = if only_traits || others.is_empty() { of_traits } else { [of_traits, others].concat() };
        }
        if want == Want::Call {
            found = overloads::of_fitting_count(self, site, reference, found)?;
        }
        Ok(match found.len() {
            0 => Answer::Unknown,
            1 => Answer::Places(found, Resolution::UniqueName),
            _ => Answer::Places(found, Resolution::Ambiguous),
        })
    }

    /// Methods that traits declare, and methods that are of no trait.
    fn traits_first(&self, found: Vec<Candidate>) -> Result<(Vec<Candidate>, Vec<Candidate>)> {
        let (mut of_traits, mut others) = (Vec::new(), Vec::new());
        for candidate in found {
            let document = self.view.document(candidate.file)?;
            let spans = &document.parsed.spans;
            let parent = spans.get(candidate.span as usize).and_then(|span| span.parent);
            let owner = parent.and_then(|parent| spans.get(parent as usize));
            let implements = |reference: &Reference| reference.kind == EdgeKind::Implement && reference.span == parent;
            match owner.map(|owner| owner.kind) {
                Some(SpanKind::Trait) => of_traits.push(candidate),
                Some(SpanKind::Impl) if document.parsed.references.iter().any(implements) => {}
                _ => others.push(candidate),
            }
        }
        Ok((of_traits, others))
    }

    fn imported(&self, site: &Site, reference: &Reference) -> Result<Vec<Target>> {
        let mut files = Vec::new();
        for binding in site.bindings.iter().filter(|binding| binding.line == reference.line) {
            files.extend(self.binding_files(site.file, binding)?);
        }
        files.sort_unstable();
        files.dedup();
        files.retain(|file| *file != site.file);
        // A package of many files is one import, however many of its files are named.
        let places = files.into_iter().map(|file| Place { file, span: None });
        let confidence = Resolution::ImportResolved.confidence();
        Ok(places.map(|place| Target { place, resolution: Resolution::ImportResolved, confidence }).collect())
    }

    /// The keys of configuration files that `key` may name.
    fn setting(&self, site: &Site, key: &str) -> Result<Vec<Target>> {
        let name = key.rsplit(['.', ':']).next().unwrap_or(key);
        let path = key.replace(':', ".");
        let mut places = Vec::new();
        for found in
            self.view.named(name)?.iter().filter(|found| found.kind == SpanKind::Key && found.file != site.file)
        {
            let document = self.view.document(found.file)?;
            let qualified = document.parsed.spans.get(found.span as usize).map_or("", |span| &span.qualified_name);
            if qualified == path || qualified.ends_with(&format!(".{path}")) {
                places.push(found.place());
            }
        }
        let resolution = if places.len() == 1 { Resolution::UniqueName } else { Resolution::Ambiguous };
        Ok(weighed(places, resolution, false))
    }
}

/// The targets of one mention: what is ambiguous shares its confidence.
fn weighed(mut places: Vec<Place>, resolution: Resolution, is_common: bool) -> Vec<Target> {
    places.sort_unstable();
    places.dedup();
    let guessed = matches!(resolution, Resolution::UniqueName | Resolution::Ambiguous);
    let shared = if resolution == Resolution::Ambiguous { places.len().max(1) as f64 } else { 1.0 };
    let doubt = if guessed && is_common { Resolution::COMMON_NAME } else { 1.0 };
    let confidence = resolution.confidence() / shared * doubt;
    places.into_iter().map(|place| Target { place, resolution, confidence }).collect()
}

pub(super) fn found_near(site: &Site, found: Vec<Candidate>) -> Answer {
    let is_same = found.iter().all(|found| found.file == site.file);
    Answer::Places(found, if is_same { Resolution::SameFile } else { Resolution::ImportResolved })
}

/// The class in an annotation such as `kind: type[Store]`.
fn class_type(text: &str) -> Option<String> {
    let (_, annotation) = text.split_once(':')?;
    let inner = annotation.trim().trim_start_matches("t.").trim_start_matches("typing.");
    let inner = inner.strip_prefix("type[").or_else(|| inner.strip_prefix("Type["))?;
    Some(typing::parse(inner))
}

/// Whether `name` is a parameter or a variable of the function `span`.
fn is_variable(site: &Site, span: &Span, name: &str) -> bool {
    let signature = span.signature.slice(site.text());
    let parameters = signature::parameters(site.family, signature, &span.name);
    if parameters.iter().any(|parameter| parameter.name == name) {
        return true;
    }
    let body = span.bytes.slice(site.text());
    words(body, name).any(|at| {
        let (before, after) = (body[..at].trim_end_matches([' ', '\t']), body[at + name.len()..].trim_start());
        let declares = ["let", "const", "var", "val", "mut", "auto"].iter().any(|word| {
            before.strip_suffix(word).is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        let is_given = after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=>");
        match site.family {
            Family::Go => declares || after.starts_with(":="),
            Family::Python | Family::Ruby => is_given && (before.ends_with('\n') || before.is_empty()),
            _ => declares,
        }
    })
}
