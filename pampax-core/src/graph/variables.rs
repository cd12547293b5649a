//! Variables, parameters and types as they are written where they are used.
//!
//! Never here: members of types.

use super::expressions::segments;
use super::family::Family;
use super::items::Of;
use super::resolve::Resolver;
use super::site::Site;
use super::typing::{self, Written, signature};
use super::values::element;
use super::view::{Candidate, is_function};
use crate::error::Result;

impl Resolver<'_, '_> {
    /// A parameter or a variable of a function around the site.
    pub(super) fn variable(&self, site: &Site, name: &str, fuel: u8) -> Result<Option<Of>> {
        for (at, span) in site.functions() {
            let text = span.bytes.slice(site.text());
            let inner = site.within(Some(at));
            let scope = typing::Scope {
                family: site.family,
                text,
                signature: span.signature.end.saturating_sub(span.bytes.start) as usize,
                used_at: site.at.saturating_sub(span.bytes.start as usize).min(text.len()),
            };
            match typing::declared(scope, name) {
                None => {
                    if let Some(of) = self.fixture(&inner, span, name, fuel)? {
                        return Ok(Some(of));
                    }
                }
                Some(Written::Element(chain)) => {
                    let of = self.type_of(&inner, &chain, 0, fuel)?;
                    return Ok(Some(element(of)));
                }
                Some(Written::Type(written)) => return self.written(&inner, &written, fuel).map(Some),
                Some(Written::Value { chain, .. })
                    if segments(&chain).first().is_some_and(|first| first.name == name && !first.is_called) => {}
                Some(Written::Value { chain, index }) => return self.type_of(&inner, &chain, index, fuel).map(Some),
            }
        }
        Ok(None)
    }

    /// A parameter of a test that pytest fills by its name.
    fn fixture(&self, site: &Site, span: &crate::parse::Span, name: &str, fuel: u8) -> Result<Option<Of>> {
        if site.family != Family::Python
            || !site.document.text.contains("def test") && !site.document.text.contains("fixture")
        {
            return Ok(None);
        }
        let head = span.signature.slice(site.text());
        if !signature::parameters(site.family, head, &span.name).iter().any(|parameter| parameter.name == name) {
            return Ok(None);
        }
        let named = self.view.named(name)?;
        let tables = &self.view.tables;
        let mut fixtures: Vec<&Candidate> = Vec::new();
        for found in named.iter().filter(|found| found.family == Family::Python && is_function(found.kind)) {
            let folder = tables.folder(found.file);
            let is_shared = tables.path(found.file).ends_with("conftest.py")
                && (folder.is_empty() || tables.folder(site.file).starts_with(folder));
            let document = self.view.document(found.file)?;
            let text =
                document.parsed.spans.get(found.span as usize).map_or("", |span| span.bytes.slice(&document.text));
            let is_fixture = text
                .lines()
                .take_while(|line| !line.trim_start().starts_with("def "))
                .any(|line| line.contains("fixture"));
            if is_fixture && (found.file == site.file || is_shared) {
                fixtures.push(found);
            }
        }
        let nearest = fixtures.iter().max_by_key(|found| (found.file == site.file, tables.folder(found.file).len()));
        let Some(nearest) = nearest else { return Ok(None) };
        Ok(match self.result(std::slice::from_ref(*nearest), 0, fuel)? {
            Of::Unknown => None,
            of => Some(of),
        })
    }

    /// A type as it is written at a site. A type parameter stands for what bounds it.
    pub(super) fn written(&self, site: &Site, written: &str, fuel: u8) -> Result<Of> {
        if written.is_empty() {
            return Ok(Of::Foreign);
        }
        if let Some(held) = written.strip_prefix("[]") {
            return Ok(match self.written(site, held, fuel)? {
                Of::Types(types) => Of::Many(types),
                of => of,
            });
        }
        if is_type_parameter(site, written) {
            return Ok(self.bounded(site, written, fuel)?.unwrap_or(Of::Unknown));
        }
        let types = self.types_named(site, written, fuel)?;
        if !types.is_empty() {
            return Ok(Of::Types(types));
        }
        // A type of elsewhere may have members here.
        let last = written.rsplit(['.', ':']).next().unwrap_or(written);
        Ok(match site.family {
            Family::Rust | Family::Swift | Family::Jvm => Of::Named(last.to_owned()),
            _ => Of::Foreign,
        })
    }

    /// What bounds the type parameter `name` where it is declared.
    pub(super) fn bounded(&self, site: &Site, name: &str, fuel: u8) -> Result<Option<Of>> {
        for (_, span) in site.around().take(4) {
            let head = span.signature.slice(site.text());
            let bounds = typing::words(head, name).filter_map(|at| {
                let after = head[at + name.len()..].trim_start();
                let bound = after.strip_prefix(':').or_else(|| after.strip_prefix("extends "))?;
                (!bound.starts_with(':')).then(|| bound.split([',', '{', '=']).next().unwrap_or(bound))
            });
            let mut types = Vec::new();
            let mut is_bounded = false;
            for bound in bounds {
                for part in bound.split(" + ") {
                    is_bounded = true;
                    types.extend(self.types_named(site, &typing::parse(part), fuel)?);
                }
            }
            if is_bounded {
                return Ok(Some(if types.is_empty() { Of::Unknown } else { Of::Types(types) }));
            }
        }
        Ok(None)
    }
}

/// Whether a definition around the site declares `name` among its type parameters: `<S, T: Bound>`.
pub(super) fn is_type_parameter(site: &Site, name: &str) -> bool {
    let has_them = matches!(
        site.family,
        Family::Rust | Family::Script | Family::Jvm | Family::CSharp | Family::Swift | Family::Dart
    );
    has_them
        && site.around().take(4).any(|(_, span)| {
            let head = span.signature.slice(site.text());
            let Some(open) = head.find('<') else { return false };
            // Type parameters stand before the arguments, and before the type that a block is for.
            let list = &head[open..];
            let list = &list[..typing::closing(list, b'<', b'>').unwrap_or(list.len())];
            let before = head[..open].trim_end();
            let is_list = before.ends_with(&span.name) || before.ends_with("impl") || site.family == Family::Jvm;
            is_list
                && typing::words(list, name).any(|at| {
                    let before = list[..at].trim_end().trim_end_matches("const").trim_end();
                    before.ends_with(['<', ','])
                })
        })
}
