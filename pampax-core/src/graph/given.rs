//! The types of arguments, as far as they follow from how they are written.
//!
//! Never here: choosing by them.

use super::items::Of;
use super::resolve::{Answer, FUEL, Resolver, Want};
use super::site::Site;
use super::typing::{chain, identifier_at, plain_type_at_end, words};
use crate::error::Result;
use crate::parse::Span;
use crate::source::SpanKind;
use std::collections::BTreeSet;

/// What is known of the type of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    Type(String),
    Null,
    /// A function written in place.
    Code,
    Unknown,
}

pub(super) const BOXES: &[(&str, &str)] = &[
    ("boolean", "Boolean"),
    ("byte", "Byte"),
    ("char", "Character"),
    ("double", "Double"),
    ("float", "Float"),
    ("int", "Integer"),
    ("long", "Long"),
    ("short", "Short"),
];

/// What an argument of a call at byte `at` of the site's definition is.
pub(super) fn given(resolver: &Resolver<'_, '_>, site: &Site, at: usize, argument: &str) -> Result<Given> {
    let text = argument.trim();
    match by_form(site, at, text) {
        Given::Unknown => resolver.plain_type(site, text),
        given => Ok(given),
    }
}

impl Resolver<'_, '_> {
    /// The type of a call or of a member, where all definitions it may be agree.
    fn plain_type(&self, site: &Site, text: &str) -> Result<Given> {
        let Some(chain) = chain(text) else { return Ok(Given::Unknown) };
        let (receiver, last) =
            chain.rsplit_once('.').map_or((None, chain.as_str()), |(before, last)| (Some(before), last));
        let (name, want) = match last.strip_suffix("()") {
            Some(name) => (name, Want::Call),
            None => (last, Want::Any),
        };
        if let Some(known) = library_result(receiver, name) {
            return Ok(Given::Type(known));
        }
        if !text.ends_with(if want == Want::Call { ')' } else { name.chars().next_back().unwrap_or(')') }) {
            return Ok(Given::Unknown);
        }
        let found = match receiver {
            None => match self.bare(site, name, want, FUEL / 2)? {
                Answer::Places(found, _) => found,
                _ => return Ok(Given::Unknown),
            },
            Some(receiver) => match self.type_of(site, receiver, 0, FUEL / 2)? {
                Of::Types(types) => self.members(&types, name, want, FUEL / 2)?,
                _ => return Ok(Given::Unknown),
            },
        };
        let mut types = BTreeSet::new();
        for candidate in &found {
            let document = self.view.document(candidate.file)?;
            let Some(span) = document.parsed.spans.get(candidate.span as usize) else { continue };
            let head = span.signature.slice(&document.text);
            let before = words(head, name).next().and_then(|at| plain_type_at_end(&head[..at]));
            types.insert(before);
        }
        let one = types.pop_first().flatten().filter(|_| types.is_empty());
        Ok(one.map_or(Given::Unknown, Given::Type))
    }
}

/// What methods of the standard library that everyone uses give back.
fn library_result(receiver: Option<&str>, name: &str) -> Option<String> {
    let found = match (receiver, name) {
        (Some(class), "valueOf") if class.starts_with(|c: char| c.is_uppercase()) && !class.contains('.') => class,
        (Some("String"), "format" | "join" | "copyValueOf") => "String",
        (Some(_), "toString" | "substring" | "trim" | "toUpperCase" | "toLowerCase" | "getName" | "getSimpleName") => {
            "String"
        }
        (Some(_), "toCharArray") => "char[]",
        (Some(_), "charAt" | "charValue") => "char",
        (Some(_), "length" | "size" | "indexOf" | "lastIndexOf" | "hashCode" | "intValue") => "int",
        (Some("Integer"), "parseInt" | "MAX_VALUE" | "MIN_VALUE") => "int",
        (Some(_), "longValue" | "getTime" | "doubleToLongBits" | "currentTimeMillis" | "nanoTime") => "long",
        (Some(_), "floatToIntBits") => "int",
        (Some(_), "isEmpty" | "equals" | "contains" | "startsWith" | "endsWith" | "booleanValue") => "boolean",
        (Some(_), "doubleValue" | "NaN" | "POSITIVE_INFINITY" | "NEGATIVE_INFINITY") => "double",
        (Some(_), "floatValue") => "float",
        (Some("Boolean"), "TRUE" | "FALSE") => "Boolean",
        (Some("BigDecimal"), "ONE" | "ZERO" | "TEN") => "BigDecimal",
        (Some("BigInteger"), "ONE" | "ZERO" | "TEN") => "BigInteger",
        (_, "getClass") => "Class",
        _ => return None,
    };
    Some(found.to_owned())
}

/// What an argument is by the way it is written.
fn by_form(site: &Site, at: usize, text: &str) -> Given {
    let of = |name: &str| Given::Type(name.to_owned());
    if text.contains("->") && !text.starts_with('"') || text.contains("::") {
        return Given::Code;
    }
    match text.as_bytes().first() {
        None => return Given::Unknown,
        Some(b'"') => return of("String"),
        Some(b'\'') if !text.contains('+') => return of("char"),
        Some(b'!') => return of("boolean"),
        Some(b'(') => return cast(text),
        _ => {}
    }
    if text == "null" || text == "nil" || text == "nullptr" {
        return Given::Null;
    }
    if matches!(text, "true" | "false") || ["==", "!=", "&&", "||", "<=", ">="].iter().any(|sign| text.contains(sign)) {
        return of("boolean");
    }
    if let Some(rest) = text.strip_prefix("new ") {
        return Given::Type(made(rest));
    }
    if let Some(number) = number(text) {
        return of(number);
    }
    if text.ends_with(".class") {
        return of("Class");
    }
    if text.ends_with(".length") || text.ends_with(".length()") || text.ends_with(".size()") {
        return of("int");
    }
    if text.ends_with(".toString()") || text.contains('"') && text.contains('+') && !text.contains('(') {
        return of("String");
    }
    if let Some((_, constant)) = text.rsplit_once('.').filter(|(owner, _)| owner.chars().all(char::is_alphanumeric))
        && matches!(constant, "MAX_VALUE" | "MIN_VALUE")
    {
        let owner = text.split('.').next().unwrap_or("");
        let plain = BOXES.iter().find(|(_, boxed)| *boxed == owner).map(|(plain, _)| *plain);
        return plain.map_or(Given::Unknown, of);
    }
    variable(site, at, text)
}

/// The type in `a.b.Type[2]` after `new`.
fn made(rest: &str) -> String {
    let path = rest.rsplit_once('.').filter(|(path, _)| !path.contains(['(', '<', '[', '"', '{']));
    let name = identifier_at(path.map_or(rest, |(_, last)| last));
    let after = rest[rest.find(name).unwrap_or(0) + name.len()..].trim_start();
    let dimensions = after.split(['{', '(']).next().unwrap_or("").matches('[').count();
    format!("{name}{}", "[]".repeat(dimensions))
}

/// The type of a number that is written out.
fn number(text: &str) -> Option<&'static str> {
    let digits = text.trim_start_matches(['-', '+']);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    let is_hex = digits.starts_with("0x");
    is_number.then(|| match digits.chars().last() {
        Some('l' | 'L') => "long",
        Some('f' | 'F') if !is_hex => "float",
        Some('d' | 'D') if !is_hex => "double",
        _ if digits.contains('.') => "double",
        _ => "int",
    })
}

/// `(int) value`.
fn cast(text: &str) -> Given {
    let Some((inner, rest)) = text[1..].split_once(')') else { return Given::Unknown };
    let is_value =
        rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '_' | '(' | '-' | '\''));
    match plain_type_at_end(inner).filter(|_| is_value) {
        Some(name) => Given::Type(name),
        None if rest.trim_start().starts_with("->") => Given::Code,
        None => Given::Unknown,
    }
}

/// A variable, an element of one, or a sum that begins with one.
fn variable(site: &Site, at: usize, text: &str) -> Given {
    let path = text.strip_prefix("this.").unwrap_or(text);
    let name = identifier_at(path);
    let rest = path[name.len()..].trim_start();
    let is_element = rest.starts_with('[') && rest.ends_with(']');
    let is_sum = rest.starts_with(['+', '-', '*', '/', '%']);
    if name.is_empty() || !(rest.is_empty() || is_element || is_sum) {
        return Given::Unknown;
    }
    let own = site.functions().next().map(|(_, span)| span.bytes.slice(site.text()));
    let local = own.and_then(|text| declared_plain(text, name, at));
    let field = || {
        let is_field = |span: &&Span| span.name == name && matches!(span.kind, SpanKind::Field | SpanKind::Constant);
        let span = site.spans().iter().find(is_field)?;
        declared_plain(span.bytes.slice(site.text()), name, usize::MAX)
    };
    match local.or_else(field) {
        Some(found) if is_element => Given::Type(found.strip_suffix("[]").unwrap_or("").to_owned()),
        // Sums of small numbers are whole numbers.
        Some(found) if is_sum && matches!(found.as_str(), "byte" | "short" | "char") => Given::Type("int".to_owned()),
        Some(found) => Given::Type(found),
        None => Given::Unknown,
    }
}

/// The last type that stands before `name` where it is declared, before byte `at`.
fn declared_plain(text: &str, name: &str, at: usize) -> Option<String> {
    let mut found = None;
    for place in words(text, name).take_while(|place| *place < at) {
        let after = text[place + name.len()..].trim_start();
        let declares = after.starts_with(['=', ';', ',', ')', ':', '['])
            && !after.starts_with("==")
            && text[..place].ends_with([' ', '\n']);
        let written = plain_type_at_end(&text[..place])
            .filter(|_| declares && !text[..place].trim_end().ends_with([',', '(', '=', '+', '-', '&', '|']));
        if let Some(written) = written {
            // `int a[]` is an array too.
            let suffix = if after.starts_with("[]") { "[]" } else { "" };
            found = Some(format!("{written}{suffix}"));
        }
    }
    found
}
