//! Names that stand alone: from the innermost scope outwards.
//!
//! Never here: names that are selected from something.

use super::Resolution;
use super::family::Family;
use super::items::Of;
use super::resolve::{Answer, Resolver, Want, found_near};
use super::site::Site;
use super::typing::{signature, words};
use super::view::{Candidate, Scope, is_function};
use crate::error::Result;
use crate::parse::Span;
use crate::source::SpanKind;

impl Resolver<'_, '_> {
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
