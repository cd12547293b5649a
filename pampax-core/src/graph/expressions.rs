//! What an expression is, as far as it follows from declarations nearby.
//!
//! Never here: text of types (`typing.rs`).

use super::family::Family;
use super::items::Of;
use super::modules;
use super::resolve::{Answer, Resolver, Want};
use super::site::Site;
use super::typing::{self, Written, signature};
use super::view::{Candidate, Place, is_function, is_type};
use crate::error::Result;
use crate::source::SpanKind;

/// One name of a receiver and what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment<'t> {
    name: &'t str,
    is_called: bool,
    is_indexed: bool,
}

/// Methods that give back what they are called on, or what it holds.
const TRANSPARENT: &[&str] = &[
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
        if site.family.has_implicit_self() {
            for owner in site.owners() {
                let own = self.types_named(site, &owner, fuel)?;
                match self.member_type(&own, segment, 0, fuel)? {
                    Of::Unknown => {}
                    of => return Ok(of),
                }
            }
        }
        if let Answer::Places(found, _) = self.bare(site, name, Want::Any, fuel)? {
            if found.iter().all(|found| found.kind == SpanKind::Module) {
                return Ok(Of::Files(found.iter().map(|found| found.file).collect()));
            }
            return self.value_of(&found, fuel);
        }
        if !types.is_empty() {
            return Ok(Of::Types(types));
        }
        let is_capital = name.starts_with(|c: char| c.is_uppercase());
        Ok(match site.family {
            Family::Rust if is_capital => Of::Named(name.to_owned()),
            family if is_capital && family.capitals_are_types() => Of::Foreign,
            _ => Of::Unknown,
        })
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

    /// A parameter or a variable of a function around the site.
    fn variable(&self, site: &Site, name: &str, fuel: u8) -> Result<Option<Of>> {
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
    fn written(&self, site: &Site, written: &str, fuel: u8) -> Result<Of> {
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
    fn bounded(&self, site: &Site, name: &str, fuel: u8) -> Result<Option<Of>> {
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

    fn extended(&self, owner: &str, segment: Segment<'_>, index: usize, fuel: u8) -> Result<Of> {
        let named = self.view.named(segment.name)?;
        let found = Want::Call.best(named.iter().filter(|found| found.is_of(owner)));
        if found.is_empty() || !segment.is_called { Ok(Of::Foreign) } else { self.result(&found, index, fuel) }
    }

    fn member_type(&self, types: &[Place], segment: Segment<'_>, index: usize, fuel: u8) -> Result<Of> {
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
    fn result(&self, found: &[Candidate], index: usize, fuel: u8) -> Result<Of> {
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

/// The names of a receiver.
fn segments(path: &str) -> Vec<Segment<'_>> {
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

/// One of what `of` holds; a value that holds nothing is itself, as with what may be absent.
fn element(of: Of) -> Of {
    match of {
        Of::Many(types) => Of::Types(types),
        of => of,
    }
}

/// What a method of a collection gives back.
fn of_many(types: Vec<Place>, segment: Segment<'_>) -> Of {
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
    match segment.name {
        name if SAME.contains(&name) => Of::Many(types),
        name if ONE.contains(&name) => Of::Types(types),
        _ => Of::Foreign,
    }
}

/// Whether a definition around the site declares `name` among its type parameters: `<S, T: Bound>`.
fn is_type_parameter(site: &Site, name: &str) -> bool {
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
