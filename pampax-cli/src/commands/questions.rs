//! Questions from standard input and from files.

use crate::failure::{ErrorDocument, Failure, Outcome};
use crate::output::Output;
use pampax_core::search::{Query, SearchResults, Searcher};
use pampax_core::{Error, Limits, Result};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The name of standard input on the command line.
const STDIN: &str = "-";

/// The question as given; for `-`, all of standard input without the line break at its end.
///
/// # Errors
/// `IO` when standard input cannot be read, `INVALID_ARGUMENT` when it is not UTF-8.
pub fn text(argument: &str) -> Result<String> {
    if argument != STDIN {
        return Ok(argument.to_owned());
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(|error| Error::io("read", "standard input", error))?;
    Ok(without_line_break(utf8(&bytes)?).to_owned())
}

/// Answers every line of `source` with one line, in order. A line that cannot be answered gets an error document; the
/// rest is answered all the same, and the first such error is the outcome.
///
/// # Errors
/// `IO` when `source` cannot be read; the first error of a line.
pub fn answer(source: &Path, base: &Query, searcher: &Searcher, limits: &Limits, output: &Output) -> Outcome {
    let mut reader = open(source)?;
    let mut first_error = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(|error| Error::io("read", source, error))?;
        if length == 0 {
            break;
        }
        match answer_line(&line, base, searcher, limits) {
            Ok(results) => output.write_json(&results)?,
            Err(error) => {
                output.write_json(&ErrorDocument::new(&error))?;
                first_error.get_or_insert(error);
            }
        }
    }
    first_error.map_or(Ok(()), |error| Err(Failure::Engine(error)))
}

/// The queries of all lines of `source`.
///
/// # Errors
/// `IO` when it cannot be read, `INVALID_ARGUMENT` for the first line that is no query.
pub fn queries(source: &Path, base: &Query) -> Result<Vec<Query>> {
    let lines = open(source)?.split(b'\n');
    let line = |(number, line): (usize, io::Result<Vec<u8>>)| {
        let line = line.map_err(|error| Error::io("read", source, error))?;
        let query = utf8(&line).and_then(|line| parse(without_line_break(line), base));
        query.map_err(|error| Error::argument("queries", format!("line {}: {error}", number + 1)))
    };
    lines.enumerate().map(line).collect()
}

fn open(source: &Path) -> Result<Box<dyn BufRead>> {
    if source == Path::new(STDIN) {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(source).map_err(|error| Error::io("open", source, error))?;
    Ok(Box::new(BufReader::new(file)))
}

fn answer_line(line: &[u8], base: &Query, searcher: &Searcher, limits: &Limits) -> Result<SearchResults> {
    let query = parse(without_line_break(utf8(line)?), base)?;
    searcher.search(&query, limits)
}

/// A line that begins with `{` is a query as JSON; what it does not name comes from `base`. Any other line is the text.
fn parse(line: &str, base: &Query) -> Result<Query> {
    if !line.trim_start().starts_with('{') {
        let mut query = base.clone();
        query.text = line.to_owned();
        return Ok(query);
    }
    let bad = |error: serde_json::Error| Error::argument("queries", format!("the line is not a query: {error}"));
    let named: Map<String, Value> = serde_json::from_str(line).map_err(bad)?;
    let mut query = serde_json::to_value(base).map_err(bad)?;
    if let Value::Object(fields) = &mut query {
        fields.extend(named);
    }
    serde_json::from_value(query).map_err(bad)
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| Error::argument("query", format!("the input is not UTF-8: {error}")))
}

fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, text: &str, limit: usize) {
        let query = parse(line, &Query::default().with_limit(7)).unwrap();
        assert_eq!((query.text.as_str(), query.limit), (text, limit));
    }

    #[test]
    fn a_line_is_text_or_a_query() {
        check("where is login", "where is login", 7);
        check("", "", 7);
        check(r#"{"text":"login","limit":3}"#, "login", 3);
        check(r#"{"text":"login"}"#, "login", 7);
    }

    #[test]
    fn a_bad_query_is_named() {
        for line in ["{", r#"{"tex":"x"}"#, r#"{"limit":"many"}"#] {
            let error = parse(line, &Query::default()).unwrap_err();
            assert_eq!(error.code(), pampax_core::ErrorCode::InvalidArgument);
        }
    }

    #[test]
    fn one_line_break_is_taken_off() {
        assert_eq!(without_line_break("a\r\n"), "a");
        assert_eq!(without_line_break("a\n\n"), "a\n");
    }
}
