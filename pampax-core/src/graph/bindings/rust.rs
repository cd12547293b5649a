//! The tree of a `use` declaration.
//!
//! Never here: what its paths lead to.

use super::{Binding, last};
use crate::graph::typing::signature::split_list;

/// Adds the bindings of a `use` whose argument is `written`.
pub(super) fn read(written: &str, line: u32, bindings: &mut Vec<Binding>) {
    tree("", written.trim(), line, bindings);
}

fn tree(prefix: &str, written: &str, line: u32, bindings: &mut Vec<Binding>) {
    let written = written.trim().trim_start_matches("::");
    if let Some((head, list)) = written.split_once('{') {
        let inner = list.trim_end().strip_suffix('}').unwrap_or(list);
        let prefix = joined(prefix, head.trim().trim_end_matches("::"));
        for part in split_list(inner) {
            tree(&prefix, part, line, bindings);
        }
        return;
    }
    let (path, local) = match written.split_once(" as ") {
        Some((path, local)) => (path.trim(), Some(local.trim())),
        None => (written, None),
    };
    if path == "*" || path.ends_with("::*") {
        let module = joined(prefix, path.trim_end_matches('*').trim_end_matches("::"));
        bindings.push(Binding::wildcard(&module, line));
        return;
    }
    let whole = if path == "self" { prefix.to_owned() } else { joined(prefix, path) };
    let name = last(&whole, "::").to_owned();
    let local = local.unwrap_or(&name);
    bindings.push(match whole.rsplit_once("::") {
        Some((module, item)) => Binding::item(local, module, item, line),
        None => Binding::module(local, &whole, line),
    });
}

fn joined(prefix: &str, path: &str) -> String {
    match (prefix.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (false, true) => prefix.to_owned(),
        (false, false) => format!("{prefix}::{path}"),
    }
}
