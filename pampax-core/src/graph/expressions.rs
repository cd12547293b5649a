//! What an expression is, as far as it follows from declarations nearby.
//!
//! Never here: text of types (`typing.rs`).

use super::family::Family;
use super::items::Of;
use super::modules;
use super::resolve::{Answer, Resolver, Want};
use super::site::Site;
use super::values::{TRANSPARENT, element, of_many};
use super::variables::is_type_parameter;
use super::view::{Candidate, is_type};
use crate::error::Result;
use crate::source::SpanKind;

/// One name of a receiver and what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment<'t> {
    pub name: &'t str,
    pub is_called: bool,
    pub is_indexed: bool,
}

impl Resolver<'_, '_> {
    /// What the receiver `path` is at a site; of a call that gives back several values the `index`-th.
    pub(super) fn type_of(&self, site: &Site, path: &str, index: usize, fuel: u8) -> Result<Of> {
        let Some(fuel) = self.burn(fuel) else { return Ok(Of::Unknown) };
        if site.family == Family::Rust
            && path.contains("::")
            && let Some(of) = self.rust_path(site, path, fuel)?
        {
            return Ok(of);
        }
        let segments = segments(path);
        let Some((first, rest)) = segments.split_first() else { return Ok(Of::Unknown) };
        let mut of = self.head(site, *first, if rest.is_empty() { index } else { 0 }, fuel)?;
        for (position, segment) in rest.iter().enumerate() {
            let index = if position + 1 == rest.len() { index } else { 0 };
            of = self.step(of, *segment, index, fuel)?;
        }
        Ok(of)
    }

    /// A path through modules of Rust that ends with a module or a type.
    fn rust_path(&self, site: &Site, path: &str, fuel: u8) -> Result<Option<Of>> {
        if path.contains(['(', '[', '.']) || path.starts_with("Self::") {
            return Ok(None);
        }
        let first = path.split("::").next().unwrap_or("");
        let local = site.bindings.iter().find(|binding| binding.local == first);
        let whole = match local {
            Some(binding) => {
                let item = binding.item.as_ref().map_or(String::new(), |item| format!("::{item}"));
                format!("{}{item}{}", binding.module, &path[first.len()..])
            }
            None => path.to_owned(),
        };
        let (module, item) =
            whole.rsplit_once("::").map_or((whole.as_str(), None), |(module, item)| (module, Some(item)));
        let binding = super::bindings::Binding {
            local: String::new(),
            module: module.to_owned(),
            item: item.map(str::to_owned),
            is_wildcard: false,
            line: 0,
        };
        Ok(match self.binding(site.file, &binding, Want::Any, fuel)? {
            Of::Items(found) if found.iter().any(|found| is_type(found.kind)) => {
                Some(Of::Types(found.iter().filter(|found| is_type(found.kind)).map(Candidate::place).collect()))
            }
            Of::Items(_) => Some(Of::Files(modules::files(&self.view.tables, Family::Rust, site.file, module))),
            Of::Foreign if local.is_some() || matches!(first, "std" | "core" | "alloc") => Some(Of::Foreign),
            Of::Foreign | Of::Unknown => None,
            of => Some(of),
        })
    }

    /// The first name of a receiver.
    fn head(&self, site: &Site, segment: Segment<'_>, index: usize, fuel: u8) -> Result<Of> {
        let name = segment.name;
        if name.is_empty() {
            return Ok(Of::Unknown);
        }
        if site.family.is_super(name) {
            let own = self.enclosing(site, fuel)?;
            let bases = self.bases_of_all(&own, fuel)?;
            return Ok(if bases.is_empty() { Of::Foreign } else { Of::Types(bases) });
        }
        if segment.is_called {
            return Ok(match self.bare(site, name, Want::Call, fuel)? {
                Answer::Places(found, _) => self.result(&found, index, fuel)?,
                Answer::Unknown | Answer::Foreign if site.family == Family::Go => {
                    let types = self.types_named(site, name, fuel)?;
                    if types.is_empty() { Of::Foreign } else { Of::Types(types) }
                }
                Answer::Foreign => Of::Foreign,
                Answer::Unknown if site.family.is_strict() => Of::Foreign,
                Answer::Unknown => Of::Unknown,
            });
        }
        if site.family.is_self(name) {
            let own = self.enclosing(site, fuel)?;
            // A block may add members to a type of elsewhere.
            return Ok(match (own.is_empty(), site.owners().first()) {
                (false, _) => Of::Types(own),
                (true, Some(owner)) => Of::Named(owner.clone()),
                (true, None) => Of::Unknown,
            });
        }
        if let Some(field) = name.strip_prefix('@') {
            let own = self.enclosing(site, fuel)?;
            return self.member_type(&own, Segment { name: field, ..segment }, 0, fuel);
        }
        if let Some(of) = self.variable(site, name, fuel)? {
            return Ok(if segment.is_indexed { element(of) } else { of });
        }
        self.named_head(site, segment, fuel)
    }

    /// A first name that no function around the site declares.
    fn named_head(&self, site: &Site, segment: Segment<'_>, fuel: u8) -> Result<Of> {
        let name = segment.name;
        if let Some(binding) = site.bindings.iter().rev().find(|binding| binding.local == name) {
            return match self.binding(site.file, binding, Want::Any, fuel)? {
                Of::Items(found) => self.value_of(&found, fuel),
                of => Ok(of),
            };
        }
        if is_type_parameter(site, name) {
            return Ok(self.bounded(site, name, fuel)?.unwrap_or(Of::Unknown));
        }
        if site.family == Family::Go
            && let Some(of) = self.go_package(site, name)?
        {
            return Ok(of);
        }
        let types = self.types_named(site, name, fuel)?;
        if let Some(place) = types.first() {
            let is_value =
                self.candidate(*place)?.is_some_and(|found| !is_type(found.kind) && found.kind != SpanKind::Module);
            if !is_value {
                return Ok(Of::Types(types));
            }
        }
        if site.family == Family::Rust {
            let (file, used) = modules::rust(&self.view.tables, site.file, name);
            if let (Some(file), 1) = (file, used) {
                return Ok(Of::Files(vec![file]));
            }
        }
        match self.plain_head(site, segment, fuel)? {
            Of::Unknown if !types.is_empty() => return Ok(Of::Types(types)),
            Of::Unknown => {}
            of => return Ok(of),
        }
        let is_capital = name.starts_with(|c: char| c.is_uppercase());
        Ok(match site.family {
            Family::Rust if is_capital => Of::Named(name.to_owned()),
            family if is_capital && family.capitals_are_types() => Of::Foreign,
            _ => Of::Unknown,
        })
    }

    /// A field of a type around the site, or a variable of its file or package.
    fn plain_head(&self, site: &Site, segment: Segment<'_>, fuel: u8) -> Result<Of> {
        if site.family.has_implicit_self() {
            for owner in site.owners() {
                let own = self.types_named(site, &owner, fuel)?;
                match self.member_type(&own, segment, 0, fuel)? {
                    Of::Unknown => {}
                    of => return Ok(of),
                }
            }
        }
        match self.bare(site, segment.name, Want::Any, fuel)? {
            Answer::Places(found, _) if found.iter().all(|found| found.kind == SpanKind::Module) => {
                Ok(Of::Files(found.iter().map(|found| found.file).collect()))
            }
            Answer::Places(found, _) => self.value_of(&found, fuel),
            _ => Ok(Of::Unknown),
        }
    }

    /// A package whose name is not the last part of its path.
    fn go_package(&self, site: &Site, name: &str) -> Result<Option<Of>> {
        for binding in site.bindings.iter().filter(|binding| binding.local.contains(name)) {
            if let Of::Files(files) = self.binding(site.file, binding, Want::Any, 2)?
                && let Some(file) = files.first()
                && self.view.document(*file)?.text.lines().any(|line| line.trim_end() == format!("package {name}"))
            {
                return Ok(Some(Of::Files(files)));
            }
        }
        Ok(None)
    }

    /// What a further name of a receiver selects.
    fn step(&self, of: Of, segment: Segment<'_>, index: usize, fuel: u8) -> Result<Of> {
        match of {
            Of::Types(types) => self.member_type(&types, segment, index, fuel),
            Of::Files(files) => Ok(match self.item_in(&files, segment.name, Want::Any, fuel)? {
                Of::Items(found) if segment.is_called => self.result(&found, index, fuel)?,
                Of::Items(found) => self.value_of(&found, fuel)?,
                of => of,
            }),
            Of::Items(found) => self.value_of(&found, fuel),
            Of::Many(types) => Ok(of_many(types, segment)),
            Of::Named(name) if TRANSPARENT.contains(&segment.name) => Ok(Of::Named(name)),
            Of::Named(name) => self.extended(&name, segment, index, fuel),
            Of::Foreign => Ok(Of::Foreign),
            Of::Unknown => Ok(Of::Unknown),
        }
    }
}

/// The names of a receiver.
pub(super) fn segments(path: &str) -> Vec<Segment<'_>> {
    let parts = path.split("::").flat_map(|part| part.split('.'));
    let segment = |part| {
        let (name, is_called) = match str::strip_suffix(part, "()") {
            Some(name) => (name, true),
            None => (part, false),
        };
        match name.strip_suffix("[]") {
            Some(name) => Segment { name, is_called, is_indexed: true },
            None => Segment { name, is_called, is_indexed: false },
        }
    };
    parts.map(segment).collect()
}
