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
use crate::parse::Reference;
use crate::search::corpus::FileIndex;
use crate::source::{EdgeKind, SpanKind};
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

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
    pub(super) sites: Rc<Memo<Place, Site>>,
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
            sites: Rc::default(),
            open: HashMap::new().into(),
            items: HashMap::new().into(),
            types: HashMap::new().into(),
            steps: Cell::new(STEPS),
        }
    }

    /// A resolver that remembers nothing of what this one looked up, but how places look, which takes no lookups.
    pub(super) fn anew(&self) -> Resolver<'v, 's> {
        Resolver { sites: Rc::clone(&self.sites), ..Resolver::new(self.view) }
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
