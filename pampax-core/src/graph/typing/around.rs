//! What stands on both sides of a name, and what that says about its type.
//!
//! Never here: which of several mentions counts.

use super::{Family, Written, chain, identifier_at, parse, type_at_end, value};
use crate::parse::receiver_before;
use crate::source::Language;

/// One mention of a name with the text on both sides of it.
pub(super) struct Around<'t> {
    pub(super) family: Family,
    pub(super) before: &'t str,
    pub(super) after: &'t str,
    pub(super) in_signature: bool,
}

impl Around<'_> {
    pub(super) fn annotated(&self) -> Option<Written> {
        match self.family {
            Family::Go => self.go_type(),
            Family::C | Family::CSharp | Family::Dart | Family::Php => self.type_before(),
            Family::Jvm => self.type_before().or_else(|| self.type_after_colon()),
            _ => self.type_after_colon(),
        }
    }

    fn type_after_colon(&self) -> Option<Written> {
        let after = self.after.trim_start().trim_start_matches(['?', '!']);
        let written = after.strip_prefix(':').filter(|rest| !rest.starts_with([':', '=']))?;
        let before = self.before.trim_end();
        let is_first = before.rsplit('\n').next().is_some_and(str::is_empty)
            || before.len() < self.before.len()
                && self.family == Family::Python
                && self.before.trim_end_matches([' ', '\t']).ends_with('\n');
        let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        let is_declared = matches!(
            last,
            "let"
                | "const"
                | "var"
                | "val"
                | "mut"
                | "pub"
                | "private"
                | "public"
                | "protected"
                | "readonly"
                | "static"
                | "lateinit"
                | "override"
                | "crate"
        ) || before.ends_with("pub(crate)")
            || before.ends_with("pub(super)");
        let is_parameter = matches!(open_bracket(before), Some('(' | '|')) || before.ends_with('|');
        (before.is_empty() || is_first || is_declared || is_parameter).then(|| Written::Type(parse(written)))
    }

    fn type_before(&self) -> Option<Written> {
        let after = self.after.trim_start();
        let ends = after.starts_with(['=', ';', ',', ')', ':', '[', '{']) || after.is_empty();
        let may_construct = self.family == Family::C && after.starts_with('(');
        if !(ends || may_construct) || after.starts_with("==") || after.starts_with("::") {
            return None;
        }
        // PHP writes the sign of a variable before its name.
        let before = self.before.trim_end_matches('$');
        if before.trim_end().len() == before.len() && !before.ends_with(['*', '&', '>']) {
            return None;
        }
        let written = type_at_end(before)?;
        Some(Written::Type(written))
    }

    fn go_type(&self) -> Option<Written> {
        let before = self.before.trim_end();
        let is_declared = self.in_signature || before.is_empty() || before.ends_with("var") || before.ends_with('\n');
        if !is_declared {
            return None;
        }
        let mut after = self.after;
        // `a, b T` gives both names one type.
        while let Some(rest) = after.strip_prefix(',').filter(|_| self.in_signature || before.is_empty()) {
            let rest = rest.trim_start();
            after = &rest[identifier_at(rest).len()..];
        }
        let written = after.strip_prefix([' ', '\t'])?.trim_start();
        let starts_type = written.starts_with(|c: char| c.is_alphabetic() || matches!(c, '*' | '[' | '_' | '.'));
        starts_type.then(|| Written::Type(parse(written.trim_start_matches('.'))))
    }

    /// A name that a loop or a closure gives one value after another.
    pub(super) fn given(&self) -> Option<Written> {
        let after = self.after.trim_start().trim_start_matches([')', ',']).trim_start();
        let line_before = self.before.rsplit('\n').next().unwrap_or("");
        let is_loop = line_before.contains("for ") || line_before.contains("for(") || line_before.contains("foreach");
        if is_loop && let Some(rest) = after.strip_prefix("in ").or_else(|| after.strip_prefix("of ")) {
            return chain(rest).map(Written::Element);
        }
        let before = self.before.trim_end_matches(['&', ' ', '(', '|', ',', '_']);
        let opens = &self.before[before.len()..];
        let is_closure = match self.family {
            Family::Rust => opens.contains("(|") && self.after.trim_start().starts_with(['|', ')', ',']),
            Family::Script => opens.contains('(') && after.starts_with("=>"),
            _ => false,
        };
        if !is_closure {
            return None;
        }
        let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
        let language = if self.family == Family::Rust { Language::Rust } else { Language::TypeScript };
        before.get(..start).and_then(|rest| receiver_before(rest, language)).map(Written::Element)
    }

    pub(super) fn assigned(&self) -> Option<Written> {
        let line_before = self.before.rsplit('\n').next().unwrap_or("");
        let mut after = self.after.trim_start_matches([' ', '\t']);
        if self.family == Family::Rust {
            after = after.trim_start_matches(')').trim_start();
        }
        if self.family == Family::Python && line_before.trim_end().ends_with(" as") && line_before.contains("with ") {
            let value = line_before.rsplit_once(" as")?.0.rsplit_once("with ")?.1;
            let value = value
                .rsplit_once(" as ")
                .map_or(value, |(_, last)| last.split_once(',').map_or(last, |(_, value)| value));
            return chain(value).map(|chain| Written::Value { chain, index: 0 });
        }
        if self.before.ends_with('.') {
            return None;
        }
        let index = line_before.matches(',').count();
        if after.starts_with(',') {
            let line = after.split('\n').next().unwrap_or("");
            let end = line.find('=')?;
            let is_list = line[..end].chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ' | ':'));
            after = is_list.then_some(&after[end..])?;
        }
        let value = after.strip_prefix(":=").or_else(|| after.strip_prefix('='))?;
        if value.starts_with(['=', '>']) {
            return None;
        }
        if let Some(held) = value.trim_start().strip_prefix("range ") {
            return chain(held).map(Written::Element);
        }
        value::of(value, if self.in_signature { 0 } else { index })
    }
}

/// The bracket that is open at the end of `before`.
pub(super) fn open_bracket(before: &str) -> Option<char> {
    let mut closed = 0usize;
    for c in before.chars().rev().take(4_000) {
        match c {
            ')' | ']' | '}' => closed += 1,
            '(' | '[' | '{' if closed > 0 => closed -= 1,
            '(' | '[' | '{' => return Some(c),
            _ => {}
        }
    }
    None
}
