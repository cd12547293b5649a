//! `pampax show`.

use crate::args::ShowArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Mode;
use crate::output::style::{DIM, clean, paint};
use pampax_core::search::{Searcher, Shown};
use pampax_core::source::RepoPath;
use pampax_core::{Error, Result};

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
    let (path, lines) = find(&place.relative(&args.target), &searcher)?;
    let lines = lines.unwrap_or(Lines { first: 1, last: None });
    let shown = searcher.show(&path, Some(lines.first), lines.last)?;
    match output.mode() {
        Mode::Json => output.write_json(&shown),
        Mode::Text => output.write_styled(&render(&shown)),
    }
}

/// The file that `target` names as a whole, or else without the lines at its end.
fn find(target: &str, searcher: &Searcher) -> Result<(RepoPath, Option<Lines>)> {
    let whole = RepoPath::new(target)?;
    let is_indexed = |path: &RepoPath| Ok::<_, Error>(searcher.document(path)?.is_some());
    if is_indexed(&whole)? {
        return Ok((whole, None));
    }
    let Some((path, lines)) = target.rsplit_once(':') else { return Ok((whole, None)) };
    let path = RepoPath::new(path)?;
    // A file that is not indexed is what is wrong, whatever follows its name.
    let lines = if is_indexed(&path)? { Some(parse_lines(lines)?) } else { None };
    Ok((path, lines))
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
