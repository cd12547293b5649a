//! A request as it comes in.
//!
//! Never here: which operations there are.

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::protocol::VERSION;
use crate::protocol::strict::Strict;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;

/// A request, of which the parameters are not read yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    #[serde(default = "current")]
    protocol: u32,
    /// The name of the operation.
    pub op: String,
    /// What it is given. Default: nothing.
    #[serde(default = "nothing")]
    params: Value,
    #[serde(default)]
    limits: CallLimits,
}

/// Limits of one request, within those of whoever passes it on.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CallLimits {
    timeout_ms: Option<u64>,
    correlation_id: Option<String>,
}

fn current() -> u32 {
    VERSION
}

fn nothing() -> Value {
    Value::Object(Map::new())
}

/// Reads JSON that a host passed as `argument`.
///
/// # Errors
/// `INVALID_ARGUMENT` in words that hold neither a text that was passed nor a type of Rust.
pub fn parse<T: DeserializeOwned>(argument: &'static str, text: &str) -> Result<T> {
    let value = serde_json::from_str::<Value>(text).and_then(|value| T::deserialize(Strict(value)));
    value.map_err(|error| Error::argument(argument, in_words(&error)))
}

/// The longest message of a mistake, in characters.
const MAX_MESSAGE: usize = 400;

/// What a mistake is called in a library and in JSON.
const TERMS: &[(&str, &str)] = &[
    ("invalid type: map", "invalid type: an object"),
    ("invalid type: sequence", "invalid type: a list"),
    ("expected a map", "expected an object"),
    ("expected a sequence", "expected a list"),
    ("expected usize", "expected a whole number"),
    ("expected u64", "expected a whole number"),
    ("expected u32", "expected a whole number"),
    ("expected i64", "expected a whole number"),
    ("expected f64", "expected a number"),
    ("expected ident", "expected a value"),
];

/// What is wrong. A text that was passed may be long, or a secret, and is left out.
fn in_words(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    if let (Some(start), Some(end)) = (text.find(": string \""), text.rfind("\", expected ")) {
        text.replace_range(start + 2..=end, "a text");
    }
    for (term, word) in TERMS {
        text = text.replace(term, word);
    }
    match text.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl Call {
    /// Reads a request.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `text` is no request of this version.
    pub fn read(text: &str) -> Result<Call> {
        let call: Call = parse("request", text)?;
        match call.protocol {
            VERSION => Ok(call),
            other => {
                Err(Error::argument("protocol", format!("version {other} is not spoken here, version {VERSION} is")))
            }
        }
    }

    /// `given`, narrowed to what the request asks for.
    pub fn limits(&self, given: &Limits) -> Limits {
        let own = self.limits.timeout_ms.map(Duration::from_millis);
        let timeout = match (given.timeout, own) {
            (Some(given), Some(own)) => Some(given.min(own)),
            (given, own) => given.or(own),
        };
        let correlation_id = self.limits.correlation_id.clone().or_else(|| given.correlation_id.clone());
        Limits { timeout, correlation_id, ..given.clone() }
    }

    /// The parameters.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when they are not what the operation takes.
    pub fn parameters<P: DeserializeOwned>(self) -> Result<P> {
        if !self.params.is_object() {
            return Err(Error::argument("params", "they are not an object"));
        }
        P::deserialize(Strict(self.params)).map_err(|error| Error::argument("params", in_words(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Query;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = parse::<Query>("query", text).unwrap_err().to_string();
        assert_eq!(error, format!("invalid argument: query: {expected}"), "{text}");
    }

    #[test]
    fn mistakes_are_told_without_what_was_passed() {
        check(r#"{"filters": "password=hunter2"}"#, "invalid type: a text, expected an object");
        check(r#"{"limit": "\", expected x"}"#, "invalid type: a text, expected a whole number");
        check(r#"{"limit": -1}"#, "invalid value: integer `-1`, expected a whole number");
        check(r#"{"text": {}}"#, "invalid type: an object, expected a string");
        check(r#"["login"]"#, "invalid type: a list, expected an object");
        check(r#"{"filters": []}"#, "invalid type: a list, expected an object");
        check("nonsense", "expected a value at line 1 column 2");
    }

    #[test]
    fn messages_are_short() {
        let error = parse::<Query>("query", &format!("{{\"{}\": 1}}", "é".repeat(10_000))).unwrap_err().to_string();
        assert!(error.chars().count() < 450 && error.ends_with('…'), "{error}");
    }
}
