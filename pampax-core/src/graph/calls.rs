//! What a call runs: constructors, classes that variables hold, overloads.
//!
//! Never here: finding what is called.

use super::overloads;
use super::resolve::{Answer, FUEL, Resolver, Want, found_near};
use super::site::Site;
use super::typing;
use super::view::{Candidate, Place, is_type};
use crate::error::Result;
use crate::parse::{Reference, Span};
use crate::source::SpanKind;

impl Resolver<'_, '_> {
    /// What a call of these definitions runs: the constructor of a class, of several overloads the one that fits.
    pub(super) fn called(&self, site: &Site, reference: &Reference, found: Vec<Candidate>) -> Result<Vec<Candidate>> {
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

    /// `super(…)` and `this(…)` as calls of constructors.
    pub(super) fn own_constructor(&self, site: &Site, word: &str, fuel: u8) -> Result<Answer> {
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
}

/// The class in an annotation such as `kind: type[Store]`.
fn class_type(text: &str) -> Option<String> {
    let (_, annotation) = text.split_once(':')?;
    let inner = annotation.trim().trim_start_matches("t.").trim_start_matches("typing.");
    let inner = inner.strip_prefix("type[").or_else(|| inner.strip_prefix("Type["))?;
    Some(typing::parse(inner))
}
