//! `pampax show`.

use crate::args::ShowArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Mode;
use crate::output::style::{DIM, clean, paint};
use pampax_core::parse::redact;
use pampax_core::search::{Document, Searcher};
use pampax_core::source::{ContentHash, Generation, Language, RepoPath, Role};
use pampax_core::{Error, Result};
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;

#[derive(Serialize)]
struct Shown<'a> {
    path: &'a RepoPath,
    language: Language,
    role: Role,
    start_line: usize,
    end_line: usize,
    line_count: usize,
    hash: ContentHash,
    text: String,
    generation: Generation,
}

/// Lines from the first to the last, counted from 1; an open end is the end of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lines {
    first: usize,
    last: Option<usize>,
}

/// Prints the text of the file, or of the lines asked for.
pub fn run(args: &ShowArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let place = context.place();
    let searcher = context.searcher()?;
    let (document, lines) = find(&place.relative(&args.target), &searcher)?;
    let text = match searcher.masks_secrets() {
        true => redact::mask(&document.text),
        false => Cow::Borrowed(document.text.as_str()),
    };
    let shown = cut(&document, &text, lines, searcher.generation())?;
    match output.mode() {
        Mode::Json => output.write_json(&shown),
        Mode::Text => output.write_styled(&render(&shown)),
    }
}

/// The file that `target` names as a whole, or else without the lines at its end.
fn find(target: &str, searcher: &Searcher) -> Result<(Arc<Document>, Option<Lines>)> {
    if let Some(document) = searcher.document(&RepoPath::new(target)?)? {
        return Ok((document, None));
    }
    let not_indexed =
        |path: &str| Error::argument("path", format!("`{path}` is not in the index; `pampax why` tells why"));
    let Some((path, lines)) = target.rsplit_once(':') else { return Err(not_indexed(target)) };
    let Some(document) = searcher.document(&RepoPath::new(path)?)? else { return Err(not_indexed(path)) };
    Ok((document, Some(parse_lines(lines)?)))
}

/// Reads `10`, `10-20` or `10-`.
fn parse_lines(text: &str) -> Result<Lines> {
    let bad = || {
        Error::argument("lines", format!("`{text}` is not a line, a range such as 10-20, or an open range such as 10-"))
    };
    let number = |digits: &str| match digits.parse::<usize>() {
        Ok(number) if number >= 1 && !digits.starts_with('+') => Ok(number),
        _ => Err(bad()),
    };
    let lines = match text.split_once('-') {
        None => Lines { first: number(text)?, last: Some(number(text)?) },
        Some((first, "")) => Lines { first: number(first)?, last: None },
        Some((first, last)) => Lines { first: number(first)?, last: Some(number(last)?) },
    };
    if lines.last.is_some_and(|last| last < lines.first) { Err(bad()) } else { Ok(lines) }
}

fn cut<'a>(document: &'a Document, text: &str, lines: Option<Lines>, generation: Generation) -> Result<Shown<'a>> {
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let lines = lines.unwrap_or(Lines { first: 1, last: None });
    if lines.first > all.len().max(1) {
        let reason = format!("`{}` has {} lines, {} is past its end", document.path, all.len(), lines.first);
        return Err(Error::argument("lines", reason));
    }
    let end_line = lines.last.unwrap_or(all.len()).min(all.len());
    Ok(Shown {
        path: &document.path,
        language: document.language,
        role: document.role,
        start_line: lines.first,
        end_line,
        line_count: all.len(),
        hash: document.hash,
        text: all.get(lines.first - 1..end_line).unwrap_or_default().concat(),
        generation,
    })
}

fn render(shown: &Shown) -> String {
    let digits = shown.end_line.to_string().len().max(4);
    let line = |(offset, line): (usize, &str)| {
        let number = paint(DIM, &format!("{:>digits$} │ ", shown.start_line + offset));
        format!("{number}{}\n", clean(line))
    };
    shown.text.lines().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(usize, Option<usize>)>) {
        let lines = parse_lines(text).ok().map(|lines| (lines.first, lines.last));
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn lines_are_one_or_a_range_or_an_open_range() {
        check("10", Some((10, Some(10))));
        check("10-20", Some((10, Some(20))));
        check("10-10", Some((10, Some(10))));
        check("10-", Some((10, None)));
    }

    #[test]
    fn bad_lines_are_refused() {
        for text in ["", "0", "-", "-5", "20-10", "a", "1-b", "1-2-3", "+1", "1.5", "99999999999999999999999"] {
            check(text, None);
        }
    }
}
