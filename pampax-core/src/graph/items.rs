//! Names by way of imports, packages and files.
//!
//! Never here: types of variables.

use super::bindings::Binding;
use super::family::Family;
use super::modules;
use super::resolve::{FUEL, Resolver, Want};
use super::site::Site;
use super::view::{Candidate, Place, is_type};
use crate::error::Result;
use crate::search::corpus::FileIndex;
use crate::source::SpanKind;

/// With less than this a lookup may have ended early, so that its failing says nothing for good.
const LOW_FUEL: u8 = 4;

/// A module of more files than this re-exports nothing whole.
const MAX_RE_EXPORTING: usize = 20;

/// What a name or an expression stands for.
#[derive(Debug, Clone)]
pub(super) enum Of {
    /// A value of one of these types, or such a type itself.
    Types(Vec<Place>),
    /// A collection of values of these types.
    Many(Vec<Place>),
    /// A value of a type that is not of this tree, by the type's name; the tree may add members to it.
    Named(String),
    /// A module, package or file.
    Files(Vec<FileIndex>),
    /// These definitions.
    Items(Vec<Candidate>),
    /// Something that is not of this tree.
    Foreign,
    Unknown,
}

impl Resolver<'_, '_> {
    /// What a binding of a file stands for.
    pub(super) fn binding(&self, file: FileIndex, binding: &Binding, want: Want, fuel: u8) -> Result<Of> {
        let Some(fuel) = self.burn(fuel) else { return Ok(Of::Unknown) };
        if self.view.family(file) == Family::Rust {
            return self.rust_binding(file, binding, want, fuel);
        }
        let family = self.view.family(file);
        let files = self.module_files(file, &binding.module);
        match &binding.item {
            None if files.is_empty() && family == Family::Elixir => self.module_type(&binding.module),
            None if files.is_empty() => Ok(Of::Foreign),
            None => Ok(Of::Files(files)),
            Some(item) if files.is_empty() => {
                let files = modules::module_in_folder(&self.view.tables, family, file, &binding.module, item);
                if !files.is_empty() {
                    return Ok(Of::Files(files));
                }
                self.imported_anyway(family, item, want)
            }
            Some(item) => self.item_in(&files, item, want, fuel),
        }
    }

    /// Namespaces that follow no folders: the one definition of the name that there is.
    fn imported_anyway(&self, family: Family, item: &str, want: Want) -> Result<Of> {
        if !matches!(family, Family::CSharp | Family::Php | Family::C | Family::Swift) {
            return Ok(Of::Foreign);
        }
        let named = self.view.named(item)?;
        let found = want.best(named.iter().filter(|found| found.family == family && found.is_loose()));
        Ok(if found.len() == 1 { Of::Items(found) } else { Of::Foreign })
    }

    fn module_type(&self, name: &str) -> Result<Of> {
        let named = self.view.named(name)?;
        let places: Vec<Place> =
            named.iter().filter(|found| found.kind == SpanKind::Module).map(Candidate::place).collect();
        Ok(if places.is_empty() { Of::Foreign } else { Of::Types(places) })
    }

    /// A path of Rust leads through files, then through modules and types within the last one.
    fn rust_binding(&self, file: FileIndex, binding: &Binding, want: Want, fuel: u8) -> Result<Of> {
        let (found, used) = modules::rust(&self.view.tables, file, &binding.module);
        let Some(found) = found else { return self.through_binding(file, binding, want, fuel) };
        let rest: Vec<&str> = binding.module.split("::").filter(|part| !part.is_empty()).skip(used).collect();
        let mut files = vec![found];
        for part in rest {
            match self.item_in(&files, part, Want::Any, fuel)? {
                Of::Files(inner) => files = inner,
                Of::Items(items) if items.iter().any(|item| is_type(item.kind)) => {
                    let types: Vec<Place> = items.iter().map(Candidate::place).collect();
                    let Some(item) = &binding.item else { return Ok(Of::Types(types)) };
                    let members = self.members(&types, item, want, fuel)?;
                    return Ok(if members.is_empty() { Of::Foreign } else { Of::Items(members) });
                }
                // A module within the file.
                _ => {}
            }
        }
        match &binding.item {
            None => Ok(Of::Files(files)),
            Some(item) => self.item_in(&files, item, want, fuel),
        }
    }

    /// A path of Rust that begins with a name another import binds.
    fn through_binding(&self, file: FileIndex, binding: &Binding, want: Want, fuel: u8) -> Result<Of> {
        let first = binding.module.split("::").next().unwrap_or("");
        let bindings = self.view.bindings(file)?;
        let other =
            bindings.iter().find(|other| other.local == first && *other != binding && other.module != binding.module);
        let Some(other) = other else { return Ok(Of::Foreign) };
        match (self.binding(file, other, Want::Any, fuel)?, &binding.item) {
            (Of::Files(files), Some(item)) => self.item_in(&files, item, want, fuel),
            (Of::Items(items), Some(item)) => {
                let types: Vec<Place> = items.iter().map(Candidate::place).collect();
                let members = self.members(&types, item, want, fuel)?;
                Ok(if members.is_empty() { Of::Foreign } else { Of::Items(members) })
            }
            (of, _) => Ok(of),
        }
    }

    fn module_files(&self, file: FileIndex, module: &str) -> Vec<FileIndex> {
        modules::files(&self.view.tables, self.view.family(file), file, module)
    }

    /// The files that an import names, for edges between files.
    pub(super) fn binding_files(&self, file: FileIndex, binding: &Binding) -> Result<Vec<FileIndex>> {
        match self.binding(file, binding, Want::Any, 3)? {
            Of::Files(files) => Ok(files),
            Of::Items(items) => Ok(items.iter().map(|item| item.file).collect()),
            Of::Types(places) => Ok(places.iter().map(|place| place.file).collect()),
            _ if binding.is_wildcard || binding.item.is_some() => Ok(self.module_files(file, &binding.module)),
            _ => Ok(Vec::new()),
        }
    }

    /// The definitions or modules called `item` in `files`, re-exports followed.
    pub(super) fn item_in(&self, files: &[FileIndex], item: &str, want: Want, fuel: u8) -> Result<Of> {
        let [file] = files else { return self.look_in(files, item, want, fuel) };
        let key = (*file, item.to_owned(), want);
        if let Some(known) = self.items.borrow().get(&key) {
            return Ok(known.clone());
        }
        let of = self.look_in(files, item, want, fuel)?;
        if fuel > LOW_FUEL || matches!(of, Of::Items(_) | Of::Files(_)) {
            self.items.borrow_mut().insert(key, of.clone());
        }
        Ok(of)
    }

    fn look_in(&self, files: &[FileIndex], item: &str, want: Want, fuel: u8) -> Result<Of> {
        let Some(fuel) = self.burn(fuel) else { return Ok(Of::Unknown) };
        let named = self.view.named(item)?;
        let own = |found: &&Candidate| files.contains(&found.file);
        let mut found = want.best(named.iter().filter(own).filter(|found| found.is_loose()));
        if found.is_empty() && files.len() == 1 && self.view.family(files[0]) == Family::Jvm {
            found = want.best(named.iter().filter(own));
        }
        if found.iter().any(|found| found.family != Family::Rust || found.kind != SpanKind::Module) {
            return Ok(Of::Items(found));
        }
        if !found.is_empty() {
            // `mod x;` leads to another file, `mod x { … }` stays in this one.
            let inner = files.iter().find_map(|file| modules::submodule(&self.view.tables, Family::Rust, *file, item));
            return Ok(Of::Files(inner.map_or_else(|| files.to_vec(), |inner| vec![inner])));
        }
        if item == "default" {
            let found = self.default_of(files, "", want)?;
            return Ok(if found.is_empty() { Of::Files(files.to_vec()) } else { Of::Items(found) });
        }
        for file in files {
            match self.re_exported((*file, files.len()), item, want, fuel)? {
                Of::Foreign => {}
                of => return Ok(of),
            }
        }
        Ok(Of::Foreign)
    }

    /// What one of `count` files makes known under a name that it does not define.
    fn re_exported(&self, (file, count): (FileIndex, usize), item: &str, want: Want, fuel: u8) -> Result<Of> {
        let family = self.view.family(file);
        if let Some(inner) = modules::submodule(&self.view.tables, family, file, item) {
            return Ok(Of::Files(vec![inner]));
        }
        let bindings = self.view.bindings(file)?;
        if let Some(binding) = bindings.iter().find(|binding| binding.local == item)
            && let of @ (Of::Items(_) | Of::Files(_) | Of::Types(_)) = self.binding(file, binding, want, fuel)?
        {
            return Ok(of);
        }
        // A header leads to a good part of a tree: only what is included directly counts.
        let is_deep = family == Family::C && fuel < FUEL - 1;
        if count > MAX_RE_EXPORTING || is_deep || matches!(family, Family::Go | Family::Jvm) {
            return Ok(Of::Foreign);
        }
        for binding in bindings.iter().filter(|binding| binding.is_wildcard) {
            let inner = self.wildcard_files(file, binding, fuel)?;
            if inner.is_empty() || !self.enter(file, item) {
                continue;
            }
            let of = self.item_in(&inner, item, want, fuel);
            self.leave(file, item);
            if let of @ Of::Items(_) = of? {
                return Ok(of);
            }
        }
        Ok(Of::Foreign)
    }

    /// Notes that a name is being looked for in what a file re-exports; `false` when it already is.
    fn enter(&self, file: FileIndex, item: &str) -> bool {
        self.open.borrow_mut().insert((file, item.to_owned()), ()).is_none()
    }

    fn leave(&self, file: FileIndex, item: &str) {
        self.open.borrow_mut().remove(&(file, item.to_owned()));
    }

    fn wildcard_files(&self, file: FileIndex, binding: &Binding, fuel: u8) -> Result<Vec<FileIndex>> {
        if self.view.family(file) != Family::Rust {
            return Ok(self.module_files(file, &binding.module));
        }
        Ok(match self.rust_binding(file, &Binding { item: None, ..binding.clone() }, Want::Any, fuel)? {
            Of::Files(files) => files.into_iter().filter(|found| *found != file).collect(),
            _ => Vec::new(),
        })
    }

    /// What imports of all names of a module make known.
    pub(super) fn by_wildcards(&self, site: &Site, name: &str, want: Want, fuel: u8) -> Result<Option<Vec<Candidate>>> {
        if self.view.named(name)?.is_empty() {
            return Ok(None);
        }
        let Some(fuel) = self.burn(fuel) else { return Ok(None) };
        for binding in site.bindings.iter().filter(|binding| binding.is_wildcard) {
            if site.family == Family::Elixir {
                if let Of::Types(types) = self.module_type(&binding.module)? {
                    let members = self.members(&types, name, want, fuel)?;
                    if !members.is_empty() {
                        return Ok(Some(members));
                    }
                }
                continue;
            }
            if site.family == Family::Rust
                && let Of::Types(types) =
                    self.rust_binding(site.file, &Binding { item: None, ..binding.clone() }, want, fuel)?
            {
                let members = self.members(&types, name, want, fuel)?;
                if !members.is_empty() {
                    return Ok(Some(members));
                }
            }
            let files = self.wildcard_files(site.file, binding, fuel)?;
            if let Of::Items(found) = self.item_in(&files, name, want, fuel)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// What a file of JavaScript exports by default; `local` is the name it is given elsewhere.
    pub(super) fn default_of(&self, files: &[FileIndex], local: &str, want: Want) -> Result<Vec<Candidate>> {
        let [file] = files else { return Ok(Vec::new()) };
        if self.view.family(*file) != Family::Script {
            return Ok(Vec::new());
        }
        let document = self.view.document(*file)?;
        let exported = ["export default ", "module.exports = ", "export = ", "exports = module.exports = "]
            .iter()
            .find_map(|start| document.text.split_once(start))
            .map_or("", |(_, rest)| exported_name(rest));
        let name = if exported.is_empty() { local } else { exported };
        let named = self.view.named(name)?;
        Ok(want.best(named.iter().filter(|found| found.file == *file && found.is_loose())))
    }

    /// The files that see each other's names without imports, the site's own among them.
    pub(super) fn package(&self, site: &Site) -> Vec<FileIndex> {
        if !site.family.shares_folder() {
            return Vec::new();
        }
        let tables = &self.view.tables;
        let folder = tables.folder(site.file);
        let own = tables.in_folder(folder).iter().copied().filter(|file| self.view.family(*file) == site.family);
        let is_test = |file: &FileIndex| tables.path(*file).ends_with("_test.go");
        if site.family == Family::Go {
            let sees_tests = is_test(&site.file);
            return own.filter(|file| sees_tests || !is_test(file)).collect();
        }
        let mut files: Vec<FileIndex> = own.collect();
        let declared = site.text().lines().find_map(|line| line.trim().strip_prefix("package "));
        if let (Family::Jvm, Some(package)) = (site.family, declared) {
            let path = package.trim().trim_end_matches(';').replace('.', "/");
            let others = tables.folders_with_suffix(&path).into_iter().filter(|other| *other != folder);
            files.extend(others.flat_map(|other| tables.in_folder(other)).copied());
        }
        files
    }
}

/// The name that a default export gives, such as `App` in `class App {`.
fn exported_name(rest: &str) -> &str {
    let mut rest = rest.trim_start();
    for word in ["async ", "abstract ", "function* ", "function ", "class ", "interface ", "new "] {
        rest = rest.strip_prefix(word).unwrap_or(rest).trim_start();
    }
    super::typing::identifier_at(rest)
}
