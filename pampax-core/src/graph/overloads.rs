//! Which of several functions of one name takes the arguments of a call.
//!
//! Never here: finding the functions.

use super::items::Of;
use super::resolve::{Answer, FUEL, Resolver, Want};
use super::site::Site;
use super::typing::signature::{Parameter, parameters, split_list};
use super::typing::{chain, closing, identifier_at, plain_type_at_end, words};
use super::view::Candidate;
use crate::error::Result;
use crate::parse::{Reference, Span, receiver_before};
use crate::source::SpanKind;
use std::collections::BTreeSet;

/// The most calls of one name in one function that are looked at.
const MAX_CALLS: usize = 60;

/// The most functions of one name that are told apart, and the most of them that one call may mean.
const MAX_OVERLOADS: usize = 100;
pub(super) const MAX_TIED: usize = 2;

/// The candidates that one of the calls fits best; all of them when no call is found in the text.
pub(super) fn fitting(
    resolver: &Resolver<'_, '_>,
    site: &Site,
    reference: &Reference,
    found: Vec<Candidate>,
) -> Result<Vec<Candidate>> {
    let calls = calls(site, reference);
    if calls.is_empty() || found.len() > MAX_OVERLOADS {
        return Ok(found);
    }
    let parameters = parameters_of(resolver, &found)?;
    let (mut kept, mut tied) = (BTreeSet::new(), BTreeSet::new());
    for (at, arguments) in &calls {
        let given: Vec<Given> =
            arguments.iter().map(|argument| given(resolver, site, *at, argument)).collect::<Result<_>>()?;
        let scores: Vec<Option<i32>> = parameters.iter().map(|list| score(list, &given)).collect();
        let most = scores.iter().flatten().max().copied();
        let best: Vec<usize> = (0..found.len()).filter(|at| most.is_some() && scores[*at] == most).collect();
        // Where nothing tells several apart, none is known to be meant.
        if best.len() <= MAX_TIED {
            kept.extend(best);
        } else {
            tied.extend(best);
        }
    }
    let kept = if kept.is_empty() { tied } else { kept };
    Ok(if kept.is_empty() { found } else { kept.into_iter().map(|at| found[at].clone()).collect() })
}

/// The candidates that take the number of arguments of one of the calls.
pub(super) fn of_fitting_count(
    resolver: &Resolver<'_, '_>,
    site: &Site,
    reference: &Reference,
    found: Vec<Candidate>,
) -> Result<Vec<Candidate>> {
    let calls = calls(site, reference);
    if calls.is_empty() {
        return Ok(found);
    }
    let parameters = parameters_of(resolver, &found)?;
    let fits = |list: &Vec<Parameter>| calls.iter().any(|(_, arguments)| takes(list, arguments.len(), arguments));
    Ok(found.into_iter().zip(&parameters).filter(|(_, list)| fits(list)).map(|(found, _)| found).collect())
}

fn parameters_of(resolver: &Resolver<'_, '_>, found: &[Candidate]) -> Result<Vec<Vec<Parameter>>> {
    let mut lists = Vec::with_capacity(found.len());
    for candidate in found {
        let document = resolver.view.document(candidate.file)?;
        let span = document.parsed.spans.get(candidate.span as usize);
        lists.push(
            span.map_or(Vec::new(), |span| {
                parameters(candidate.family, span.signature.slice(&document.text), &span.name)
            }),
        );
    }
    Ok(lists)
}

/// The arguments of each call of the reference's name, on its receiver, in the definition of the site, and where it
/// stands.
fn calls<'s>(site: &'s Site, reference: &Reference) -> Vec<(usize, Vec<&'s str>)> {
    let span = reference.span.and_then(|span| site.spans().get(span as usize));
    let (text, offset) = match span {
        Some(span) => (span.bytes.slice(site.text()), span.bytes.start as usize),
        None => (site.text(), 0),
    };
    let mut calls = Vec::new();
    for at in words(text, &reference.name).take(MAX_CALLS) {
        let after = text[at + reference.name.len()..].trim_start();
        let after = match after.strip_prefix("::").unwrap_or(after) {
            generic if generic.starts_with('<') => {
                closing(generic, b'<', b'>').map_or(after, |end| generic[end..].trim_start())
            }
            _ => after,
        };
        // The name of the definition itself is no call of it.
        let is_own = span.is_some_and(|span| offset + at < span.signature.end as usize);
        let before = &site.text()[..offset + at];
        if !is_own
            && after.starts_with('(')
            && receiver_before(before, site.document.language) == reference.receiver
            && let Some(end) = closing(after, b'(', b')')
        {
            calls.push((at, split_list(&after[1..end - 1])));
        }
    }
    calls
}

fn takes(parameters: &[Parameter], count: usize, arguments: &[&str]) -> bool {
    let spreads = arguments.iter().any(|argument| argument.trim_start().starts_with(['*', '.']));
    let least = parameters.iter().filter(|parameter| !parameter.is_optional && !parameter.is_variadic).count();
    let is_open = parameters.iter().any(|parameter| parameter.is_variadic);
    spreads || count >= least && (is_open || count <= parameters.len())
}

/// What is known of the type of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Given {
    Type(String),
    Null,
    /// A function written in place.
    Code,
    Unknown,
}

/// Number types, each of which the later ones take.
const NUMBERS: &[&str] = &["byte", "short", "char", "int", "long", "float", "double"];
const BOXES: &[(&str, &str)] = &[
    ("boolean", "Boolean"),
    ("byte", "Byte"),
    ("char", "Character"),
    ("double", "Double"),
    ("float", "Float"),
    ("int", "Integer"),
    ("long", "Long"),
    ("short", "Short"),
];

/// How well the parameters fit the arguments; `None` when they cannot.
fn score(parameters: &[Parameter], given: &[Given]) -> Option<i32> {
    if !takes(parameters, given.len(), &[]) {
        return None;
    }
    let is_open = parameters.last().is_some_and(|parameter| parameter.is_variadic);
    let mut total = 0;
    let mut is_spread = is_open && given.len() != parameters.len();
    for (at, argument) in given.iter().enumerate() {
        let parameter = parameters.get(at).or(parameters.last())?;
        let is_rest = is_open && at + 1 >= parameters.len();
        let plain = parameter.plain.as_str();
        let one = plain.strip_suffix("[]").filter(|_| is_rest).and_then(|one| fit(one, argument));
        // An array may stand for all that is left.
        let whole = if !is_rest || given.len() == parameters.len() { fit(plain, argument) } else { None };
        is_spread |= one > whole;
        total += one.max(whole)?;
    }
    Some(if is_spread { total } else { total + 20 })
}

fn fit(parameter: &str, given: &Given) -> Option<i32> {
    let is_primitive = |name: &str| name == "boolean" || NUMBERS.contains(&name);
    // One capital letter is a type parameter.
    let is_open =
        matches!(parameter, "" | "Object") || parameter.len() <= 2 && parameter.starts_with(|c: char| c.is_uppercase());
    let argument = match given {
        Given::Unknown => return Some(0),
        Given::Null => return (!is_primitive(parameter)).then_some(1),
        Given::Code => return (!is_primitive(parameter) && !is_open && parameter != "String").then_some(2),
        Given::Type(argument) => argument.as_str(),
    };
    if argument == parameter {
        return Some(10);
    }
    let number = |name: &str| NUMBERS.iter().position(|number| *number == name);
    if let (Some(from), Some(to)) = (number(argument), number(parameter)) {
        return (from < to && parameter != "char").then(|| 8 - (to - from) as i32);
    }
    let boxed = |name: &str| BOXES.iter().find(|(plain, _)| *plain == name).map(|(_, boxed)| *boxed);
    let unboxed = |name: &str| BOXES.iter().find(|(_, boxed)| *boxed == name).map(|(plain, _)| *plain);
    match (is_primitive(argument), is_primitive(parameter)) {
        (true, true) => None,
        (true, false) if boxed(argument) == Some(parameter) => Some(3),
        (true, false) => (is_open || matches!(parameter, "Number" | "Comparable")).then_some(1),
        (false, true) => (unboxed(argument) == Some(parameter)).then_some(3),
        (false, false) => reference_fit(parameter, argument, is_open),
    }
}

/// How well a type that is no number takes another such.
fn reference_fit(parameter: &str, argument: &str, is_open: bool) -> Option<i32> {
    const TEXTS: &[&str] = &["String", "StringBuffer", "StringBuilder", "CharBuffer", "Segment"];
    const FINAL: &[&str] =
        &["Boolean", "Byte", "Character", "Class", "Double", "Float", "Integer", "Long", "Short", "String"];
    let (arrays, array) = (parameter.ends_with("[]"), argument.ends_with("[]"));
    if arrays && array {
        let (one, other) = (parameter.trim_end_matches("[]"), argument.trim_end_matches("[]"));
        let is_plain = |name: &str| name == "boolean" || NUMBERS.contains(&name);
        return (!is_plain(one) && !is_plain(other)).then_some(3);
    }
    if is_open {
        return Some(1);
    }
    if arrays || array {
        return None;
    }
    if parameter == "CharSequence" && TEXTS.contains(&argument) {
        return Some(6);
    }
    // Nothing extends these, and they extend little.
    let is_apart = FINAL.contains(&parameter)
        || FINAL.contains(&argument) && !matches!(parameter, "Comparable" | "Number" | "Serializable" | "Type");
    (!is_apart).then_some(2)
}

/// What an argument of a call at byte `at` of the site's definition is.
fn given(resolver: &Resolver<'_, '_>, site: &Site, at: usize, argument: &str) -> Result<Given> {
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
        let name = identifier_at(
            rest.rsplit_once('.').filter(|(path, _)| !path.contains(['(', '<', '['])).map_or(rest, |(_, last)| last),
        );
        let after = rest[rest.find(name).unwrap_or(0) + name.len()..].trim_start();
        let dimensions = after.split(['{', '(']).next().unwrap_or("").matches('[').count();
        return Given::Type(format!("{name}{}", "[]".repeat(dimensions)));
    }
    let digits = text.trim_start_matches(['-', '+']);
    if digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_')
    {
        let is_hex = digits.starts_with("0x");
        return of(match digits.chars().last() {
            Some('l' | 'L') => "long",
            Some('f' | 'F') if !is_hex => "float",
            Some('d' | 'D') if !is_hex => "double",
            _ if digits.contains('.') => "double",
            _ => "int",
        });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(plain: &str) -> Parameter {
        let is_variadic = plain.ends_with("...");
        let plain = plain.replace("...", "[]");
        Parameter { name: String::new(), written: String::new(), plain, is_optional: false, is_variadic }
    }

    fn best(overloads: &[&[&str]], given: &[&str]) -> Vec<usize> {
        let given: Vec<Given> = given
            .iter()
            .map(|name| match *name {
                "?" => Given::Unknown,
                "null" => Given::Null,
                name => Given::Type(name.to_owned()),
            })
            .collect();
        let lists = overloads.iter().map(|list| list.iter().map(|plain| parameter(plain)).collect::<Vec<_>>());
        let scores: Vec<Option<i32>> = lists.map(|list| score(&list, &given)).collect();
        let most = scores.iter().flatten().max().copied();
        (0..scores.len()).filter(|at| most.is_some() && scores[*at] == most).collect()
    }

    #[test]
    fn the_nearest_types_win() {
        let one: &[&[&str]] = &[&["int"], &["long"], &["Object"], &["String"], &["char[]"], &["Object..."]];
        for (given, expected) in [
            ("int", 0),
            ("short", 0),
            ("long", 1),
            ("String", 3),
            ("Foo", 2),
            ("char[]", 4),
            ("Object[]", 5),
            ("float", 2),
        ] {
            assert_eq!(best(one, &[given]), [expected], "{given}");
        }
        assert_eq!(best(&[&["int"], &["int", "int"]], &["?", "?"]), [1]);
        assert_eq!(best(&[&["int"], &["CharSequence"]], &["null"]), [1]);
    }
}
