//! Imports of the languages whose statements fit on one line.
//!
//! Never here: packages and files.

use super::{Binding, last};
use crate::graph::family::Family;
use crate::source::Language;

/// Adds the bindings of the import of `name` that is written in `text`.
pub(super) fn read(
    (family, language): (Family, Language),
    text: &str,
    (name, line): (&str, u32),
    bindings: &mut Vec<Binding>,
) {
    let text = text.trim();
    match family {
        Family::Go => go(text, name, line, bindings),
        Family::Jvm => jvm(language, text, name, line, bindings),
        Family::Php => php(text, name, line, bindings),
        Family::C if text.contains("using ") => bindings.push(path(name, "::", None, line)),
        Family::C => bindings.push(Binding::wildcard(name, line)),
        Family::CSharp => csharp(text, name, line, bindings),
        Family::Ruby if text.contains("require_relative") => {
            bindings.push(Binding::wildcard(&format!("./{name}"), line))
        }
        Family::Ruby | Family::Shell | Family::Swift => bindings.push(Binding::wildcard(name, line)),
        Family::Lua | Family::Zig => assigned(text, name, line, bindings),
        Family::Dart | Family::Haskell => spaces(text, name, line, bindings),
        Family::Elixir => elixir(text, name, line, bindings),
        _ => {}
    }
}

fn go(text: &str, name: &str, line: u32, bindings: &mut Vec<Binding>) {
    let before = text.split(['"', '`']).next().unwrap_or("").trim();
    let alias = before.trim_start_matches("import").trim();
    bindings.push(match alias {
        "" => Binding::module(go_name(name), name, line),
        "." => Binding::wildcard(name, line),
        "_" => Binding::module("", name, line),
        alias => Binding::module(alias, name, line),
    });
}

/// The name of a package by its path, the version left out.
fn go_name(path: &str) -> &str {
    let is_version =
        |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let name = path.rsplit('/').find(|part| !is_version(part)).unwrap_or(path);
    name.split_once(".v").map_or(name, |(name, _)| name)
}

fn jvm(language: Language, text: &str, name: &str, line: u32, bindings: &mut Vec<Binding>) {
    let statement = text.trim_start_matches("import").trim().trim_start_matches("static ").trim().trim_end_matches(';');
    if let Some((package, list)) = statement.split_once('{').filter(|_| language == Language::Scala) {
        let package = package.trim().trim_end_matches('.');
        for entry in list.trim_end_matches('}').split(',').map(str::trim) {
            let (item, local) = entry.split_once("=>").or_else(|| entry.split_once(" as ")).unwrap_or((entry, entry));
            bindings.push(match item.trim() {
                "_" | "*" => Binding::wildcard(package, line),
                item => Binding::item(local.trim(), package, item, line),
            });
        }
        return;
    }
    let (path_of, alias) = match statement.split_once(" as ") {
        Some((path, alias)) => (path.trim(), Some(alias.trim())),
        None => (statement.trim(), None),
    };
    let starred =
        path_of.strip_suffix(".*").or_else(|| path_of.strip_suffix("._").filter(|_| language == Language::Scala));
    bindings.push(match starred {
        Some(package) => Binding::wildcard(package, line),
        None if path_of.contains(name) => path(path_of, ".", alias, line),
        None => path(name, ".", alias, line),
    });
}

fn php(text: &str, name: &str, line: u32, bindings: &mut Vec<Binding>) {
    let name = name.trim_start_matches('\\');
    if !text.trim_start().starts_with("use ") && (name.contains('.') || name.contains('/')) {
        bindings.push(Binding::wildcard(name, line));
        return;
    }
    let group = text
        .split_once('{')
        .map(|(prefix, _)| prefix.trim_start_matches("use ").trim().trim_end_matches('\\').to_owned());
    let whole = group
        .filter(|group| !name.starts_with(group.as_str()))
        .map_or(name.to_owned(), |group| format!("{group}\\{name}"));
    let entry = text.split([',', '{', '}', ';']).find(|entry| entry.contains(name));
    let alias = entry.and_then(|entry| entry.split_once(" as ")).map(|(_, alias)| alias.trim());
    bindings.push(path(&whole, "\\", alias, line));
}

fn csharp(text: &str, name: &str, line: u32, bindings: &mut Vec<Binding>) {
    let alias = text.split_once('=').map(|(alias, _)| last(alias.trim(), " "));
    bindings.push(match alias {
        Some(alias) => path(name, ".", Some(alias), line),
        None => Binding::wildcard(name, line),
    });
}

/// `local m = require("a.b")`, `const m = @import("a.zig")`.
fn assigned(text: &str, name: &str, line: u32, bindings: &mut Vec<Binding>) {
    let local = text.split_once('=').map_or("", |(before, _)| last(before.trim(), " "));
    bindings.push(Binding::module(local.split(':').next().unwrap_or(""), name, line));
}

/// Imports that bind all names of a module, or one name for it.
fn spaces(text: &str, name: &str, line: u32, bindings: &mut Vec<Binding>) {
    let alias = text.split_once(" as ").map(|(_, rest)| rest.split([' ', ';', '(']).next().unwrap_or(""));
    bindings.push(match alias {
        Some(alias) => Binding::module(alias, name, line),
        None if text.contains("qualified ") => Binding::module(name, name, line),
        None => Binding::wildcard(name, line),
    });
}

fn elixir(text: &str, name: &str, line: u32, bindings: &mut Vec<Binding>) {
    if !text.starts_with("alias") {
        bindings.push(Binding::wildcard(name, line));
        return;
    }
    let group = text.split_once(".{").map(|(prefix, _)| prefix.trim_start_matches("alias").trim());
    let whole = group
        .filter(|_| !text.contains(&format!("{name}.{{")))
        .map_or(name.to_owned(), |group| format!("{group}.{name}"));
    let alias = text.split_once("as:").map_or(last(&whole, "."), |(_, alias)| alias.trim()).to_owned();
    bindings.push(Binding::module(&alias, &whole, line));
}

/// A path whose last name is the item.
fn path(path: &str, separator: &str, alias: Option<&str>, line: u32) -> Binding {
    match path.rsplit_once(separator) {
        Some((module, item)) => Binding::item(alias.unwrap_or(item), module, item, line),
        None => Binding::module(alias.unwrap_or(path), path, line),
    }
}
