//! What a person calls a definition, and the definitions it may be.
//!
//! Never here: edges.

use super::resolve::Want;
use super::view::{Candidate, Place, View};
use crate::error::{Error, Result};
use crate::search::corpus::FileIndex;
use crate::source::{SpanId, SpanKind};

/// The most definitions one name starts from.
const MAX_STARTS: usize = 100;

/// The definitions that `symbol` names.
///
/// # Errors
/// `INVALID_ARGUMENT` when there is none; the reason names similar ones.
pub(super) fn find(view: &View<'_>, symbol: &str) -> Result<Vec<Place>> {
    let symbol = symbol.trim();
    if symbol.is_empty() {
        return Err(Error::argument("symbol", "a name is needed"));
    }
    let found = match () {
        () if view.find(symbol).is_some() => {
            view.find(symbol).map(|file| Place { file, span: None }).into_iter().collect()
        }
        () => by_line(view, symbol)?.map_or_else(Vec::new, |place| vec![place]),
    };
    let found = if found.is_empty() { by_path_and_name(view, symbol)? } else { found };
    let found = if found.is_empty() { by_name(view, symbol)? } else { found };
    let found = match symbol.parse::<SpanId>() {
        Ok(id) if found.is_empty() => by_id(view, id)?.into_iter().collect(),
        _ => found,
    };
    if found.is_empty() { Err(unknown(view, symbol)?) } else { Ok(found) }
}

/// `path:line`.
fn by_line(view: &View<'_>, symbol: &str) -> Result<Option<Place>> {
    let Some((path, line)) = symbol.rsplit_once(':') else { return Ok(None) };
    let (Some(file), Ok(line)) = (view.find(path), line.parse::<u32>()) else { return Ok(None) };
    let document = view.document(file)?;
    let holds = |at: &usize| {
        let lines = document.parsed.spans[*at].lines;
        lines.start <= line && line <= lines.end
    };
    let size = |at: &usize| document.parsed.spans[*at].bytes.len();
    let innermost = (0..document.parsed.spans.len()).filter(holds).min_by_key(size);
    Ok(Some(Place { file, span: innermost.map(|at| at as u32) }))
}

/// `path#name`.
fn by_path_and_name(view: &View<'_>, symbol: &str) -> Result<Vec<Place>> {
    let Some((path, name)) = symbol.split_once('#') else { return Ok(Vec::new()) };
    let Some(file) = view.find(path) else { return Ok(Vec::new()) };
    Ok(named(view, name)?.into_iter().filter(|place| place.file == file).collect())
}

fn by_name(view: &View<'_>, symbol: &str) -> Result<Vec<Place>> {
    let mut found = named(view, symbol)?;
    found.truncate(MAX_STARTS);
    Ok(found)
}

/// The definitions whose qualified name ends with `symbol`.
fn named(view: &View<'_>, symbol: &str) -> Result<Vec<Place>> {
    let plain = symbol.replace("::", ".").replace(['#', '\\'], ".");
    let plain = plain.trim_end_matches("()");
    let (_, last) = plain.rsplit_once('.').unwrap_or(("", plain));
    let mut found: Vec<Candidate> = Vec::new();
    // A name may itself hold dots, as the modules of some languages do.
    for name in [last, plain] {
        for candidate in view.named(name)?.iter() {
            let document = view.document(candidate.file)?;
            let qualified = document.parsed.spans.get(candidate.span as usize).map_or("", |span| &span.qualified_name);
            let rest = qualified.strip_suffix(plain);
            if rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(['.', ':'])) {
                found.push(candidate.clone());
            }
        }
    }
    let is_weak = |kind| matches!(kind, SpanKind::Field | SpanKind::Variable | SpanKind::Key | SpanKind::EnumMember);
    if found.iter().any(|candidate| !is_weak(candidate.kind)) {
        found.retain(|candidate| !is_weak(candidate.kind));
    }
    let firm = Want::Any.best(&found);
    let mut places: Vec<Place> = if firm.is_empty() { &found } else { &firm }.iter().map(Candidate::place).collect();
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

fn by_id(view: &View<'_>, id: SpanId) -> Result<Option<Place>> {
    for file in 0..view.searcher.corpus().files.len() as FileIndex {
        view.watch.check("graph")?;
        let document = view.document(file)?;
        if let Some(span) = (0..document.parsed.spans.len()).find(|span| document.span_id(*span) == Some(id)) {
            return Ok(Some(Place { file, span: Some(span as u32) }));
        }
    }
    Ok(None)
}

fn unknown(view: &View<'_>, symbol: &str) -> Result<Error> {
    let last = symbol.rsplit(['.', ':', '#', '/']).find(|part| !part.is_empty()).unwrap_or(symbol);
    let count = last.chars().count();
    let mut names: Vec<String> = Vec::new();
    for length in [count, count * 2 / 3, 4, 3] {
        let beginning: String = last.chars().take(length.max(1)).collect();
        let found = view.searcher.symbols(&beginning, 5)?;
        names.extend(found.into_iter().map(|found| found.qualified_name));
        if !names.is_empty() {
            break;
        }
    }
    names.dedup();
    let nearest = if names.is_empty() { String::new() } else { format!("; similar names: {}", names.join(", ")) };
    Ok(Error::argument("symbol", format!("nothing called `{symbol}` is defined{nearest}")))
}
