//! Which of several functions of one name takes the arguments of a call.
//!
//! Never here: finding the functions.

use super::given::{BOXES, Given, given};
use super::resolve::Resolver;
use super::site::Site;
use super::typing::signature::{Parameter, parameters, split_list};
use super::typing::{closing, words};
use super::view::Candidate;
use crate::error::Result;
use crate::parse::{Reference, receiver_before};
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

/// Number types, each of which the later ones take.
const NUMBERS: &[&str] = &["byte", "short", "char", "int", "long", "float", "double"];

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
