//! Import statements of Python.
//!
//! Never here: packages and files.

use super::{Binding, renamed};

/// The most bytes of one statement that are read.
const STATEMENT_BYTES: usize = 20_000;

/// Adds the bindings of the statement that `text` begins with.
pub(super) fn read(text: &str, line: u32, bindings: &mut Vec<Binding>) {
    let text = text.get(..STATEMENT_BYTES).unwrap_or(text).trim_start();
    if let Some(rest) = text.strip_prefix("from ") {
        let Some((module, names)) = rest.split_once(" import") else { return };
        names_of(module.trim(), names.trim_start(), line, bindings);
    } else if let Some(rest) = text.strip_prefix("import ") {
        for part in statement(rest).split(',') {
            let (module, local) = renamed(part.trim());
            match module == local {
                // `import a.b` binds `a`, through which `b` is reached.
                true => {
                    let first = module.split('.').next().unwrap_or(module);
                    bindings.push(Binding::module(first, first, line));
                }
                false => bindings.push(Binding::module(local, module, line)),
            }
        }
    }
}

fn names_of(module: &str, names: &str, line: u32, bindings: &mut Vec<Binding>) {
    let list = match names.strip_prefix('(') {
        Some(rest) => {
            let bare = rest.lines().map(|line| line.split('#').next().unwrap_or(""));
            let mut list = String::new();
            for line in bare {
                let (part, is_end) = line.split_once(')').map_or((line, false), |(part, _)| (part, true));
                list.push_str(part);
                list.push(' ');
                if is_end {
                    break;
                }
            }
            list
        }
        None => statement(names),
    };
    for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (item, local) = renamed(entry);
        bindings.push(match item {
            "*" => Binding::wildcard(module, line),
            _ => Binding::item(local, module, item, line),
        });
    }
}

/// The rest of a statement, continued lines joined.
fn statement(text: &str) -> String {
    let mut joined = String::new();
    for line in text.lines() {
        let bare = line.split(['#', ';']).next().unwrap_or("");
        match bare.trim_end().strip_suffix('\\') {
            Some(start) => joined.push_str(start),
            None => {
                joined.push_str(bare);
                break;
            }
        }
    }
    joined.trim().to_owned()
}
