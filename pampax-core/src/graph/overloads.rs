//! Which of several functions of one name takes the arguments of a call.
//!
//! Never here: finding the functions.

use super::resolve::Resolver;
use super::site::Site;
use super::typing::signature::{Parameter, parameters, split_list};
use super::typing::words;
use super::view::Candidate;
use crate::error::Result;
use crate::parse::{Reference, receiver_before};
use std::collections::BTreeSet;

/// The most calls of one name in one function that are looked at.
const MAX_CALLS: usize = 60;

/// The candidates that one of the calls fits best; all of them when no call is found in the text.
pub(super) fn fitting(
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
    let mut kept = BTreeSet::new();
    for arguments in &calls {
        let scores: Vec<Option<i32>> = parameters.iter().map(|list| score(list, arguments)).collect();
        let most = scores.iter().flatten().max().copied();
        kept.extend((0..found.len()).filter(|at| most.is_some() && scores[*at] == most));
    }
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
    let fits = |list: &Vec<Parameter>| calls.iter().any(|arguments| takes(list, arguments));
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

/// The arguments of each call of the reference's name, on its receiver, in the definition of the site.
fn calls<'s>(site: &'s Site, reference: &Reference) -> Vec<Vec<&'s str>> {
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
        let before = &site.text()[..offset + at];
        if after.starts_with('(')
            && receiver_before(before, site.document.language) == reference.receiver
            && let Some(end) = closing(after, b'(', b')')
        {
            calls.push(split_list(&after[1..end - 1]));
        }
    }
    calls
}

use super::typing::closing;

fn takes(parameters: &[Parameter], arguments: &[&str]) -> bool {
    let spreads = arguments.iter().any(|argument| argument.trim_start().starts_with(['*', '.']));
    let least = parameters.iter().filter(|parameter| !parameter.is_optional && !parameter.is_variadic).count();
    let is_open = parameters.iter().any(|parameter| parameter.is_variadic);
    spreads || arguments.len() >= least && (is_open || arguments.len() <= parameters.len())
}

/// How well the parameters fit the arguments; `None` when they cannot.
fn score(parameters: &[Parameter], arguments: &[&str]) -> Option<i32> {
    if !takes(parameters, arguments) {
        return None;
    }
    let exact =
        i32::from(parameters.len() == arguments.len() && !parameters.iter().any(|parameter| parameter.is_variadic));
    Some(exact)
}
