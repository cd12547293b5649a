//! Imports, exports and requires of JavaScript and TypeScript.
//!
//! Never here: packages and files.

use super::{Binding, Lines, renamed};

/// The most bytes of one statement before its module.
const LOOK_BEHIND: usize = 20_000;

/// Adds the bindings of the statement that names `module` in `line`.
pub(super) fn read(lines: &Lines<'_>, module: &str, line: u32, bindings: &mut Vec<Binding>) {
    let quoted = ['"', '\'', '`'].iter().find_map(|quote| lines.line(line).find(&format!("{quote}{module}")));
    let Some(offset) = quoted else { return };
    let before = &lines.text[..lines.start(line) + offset];
    let start = before.len().saturating_sub(LOOK_BEHIND);
    let before = before.get(start..).unwrap_or("").trim_end_matches(['"', '\'', '`']).trim_end();
    if let Some(clause) = before.strip_suffix("from") {
        from_clause(clause, module, line, bindings);
    } else if let Some(target) =
        before.strip_suffix('(').map(str::trim_end).and_then(|rest| rest.strip_suffix("require"))
    {
        require(target, module, line, bindings);
    } else if let Some(target) =
        before.strip_suffix('(').map(str::trim_end).and_then(|rest| rest.strip_suffix("import"))
    {
        let target = target.trim_end();
        require(target.strip_suffix("await").unwrap_or(target), module, line, bindings);
    }
}

/// What stands between `import` or `export` and `from`.
fn from_clause(before: &str, module: &str, line: u32, bindings: &mut Vec<Binding>) {
    let start = ["import", "export"].iter().filter_map(|word| keyword(before, word)).max();
    let Some(start) = start else { return };
    let is_export = before[start..].starts_with("export");
    let clause = before[start + "import".len()..].trim();
    let clause = clause.strip_prefix("type ").unwrap_or(clause).trim();
    let (names, list) = clause.split_once('{').map_or((clause, ""), |(names, list)| (names, list));
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        bindings.push(match name.strip_prefix('*').map(str::trim) {
            Some("") => Binding::wildcard(module, line),
            Some(rest) => Binding::module(rest.trim_start_matches("as ").trim(), module, line),
            None if is_export => continue,
            None => Binding::item(name, module, "default", line),
        });
    }
    for entry in list.trim_end_matches([' ', '\n', '\r', '\t', '}']).split(',') {
        let entry = entry.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<String>();
        let entry = entry.trim().trim_start_matches("type ");
        if !entry.is_empty() {
            let (item, local) = renamed(entry);
            bindings.push(Binding::item(local, module, item, line));
        }
    }
}

/// The last place in `text` where `word` begins a statement.
fn keyword(text: &str, word: &str) -> Option<usize> {
    text.rmatch_indices(word).map(|(at, _)| at).find(|at| {
        let before = text[..*at].trim_end_matches([' ', '\t']);
        let after = text[*at + word.len()..].chars().next();
        (before.is_empty() || before.ends_with(['\n', ';', '}']))
            && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// What stands before `require(…)`.
fn require(before: &str, module: &str, line: u32, bindings: &mut Vec<Binding>) {
    let Some(target) = before.trim_end().strip_suffix('=').map(str::trim_end) else { return };
    if let Some(inner) = target.strip_suffix('}') {
        let list = inner.rsplit_once('{').map_or("", |(_, list)| list);
        for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (item, local) = entry.split_once(':').unwrap_or((entry, entry));
            bindings.push(Binding::item(local.trim(), module, item.trim(), line));
        }
        return;
    }
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let start = target.char_indices().rev().take_while(|(_, c)| is_name(*c)).last().map_or(target.len(), |(at, _)| at);
    let name = &target[start..];
    if !name.is_empty() && name != "exports" {
        bindings.push(Binding::module(name, module, line));
    }
}
