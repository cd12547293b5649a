//! Names that are selected from something: by its type where that is known, else by the name alone.
//!
//! Never here: names that stand alone.

use super::family::Family;
use super::items::Of;
use super::resolve::{Answer, FUEL, Resolver, Want, found_near};
use super::site::Site;
use super::view::{Candidate, Scope, is_function};
use super::{Resolution, overloads};
use crate::error::Result;
use crate::parse::Reference;
use crate::source::{EdgeKind, SpanKind};

impl Resolver<'_, '_> {
    /// A name that is selected from something.
    pub(super) fn selected(&self, site: &Site, reference: &Reference, receiver: &str, want: Want) -> Result<Answer> {
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
}
