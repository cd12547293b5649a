//! Questions whose answers are known, and the lines they are written on.
//!
//! Never here: where questions come from.

use crate::error::{Error, Result};
use crate::source::{LineRange, named_enum};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::fmt;

named_enum! {
    /// Where a question comes from.
    Source {
        /// It was written for the purpose.
        Given = "given",
        /// A commit's message; its targets are the files that the commit changed.
        History = "history",
        /// The first sentence of a doc comment; its target is the definition.
        Docs = "docs",
        /// The name of a test; its target is the file that is tested.
        Tests = "tests",
    }
}

/// A question and what answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Question {
    /// The question.
    pub query: String,
    /// What answers it.
    pub relevant: Vec<Target>,
    /// What helps to answer it; counted like `relevant`. Default: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secondary: Vec<Target>,
    /// What kind of question it is. Default: [`infer_category`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The language it is about. Default: that of the first indexed target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where it comes from. Default: given.
    #[serde(default = "given", skip_serializing_if = "is_given")]
    pub source: Source,
    /// What it is told apart by, such as the commit. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

fn given() -> Source {
    Source::Given
}

fn is_given(source: &Source) -> bool {
    *source == Source::Given
}

/// A file, or some lines of it. In JSON a path, or `{"path", "start_line", "end_line"}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Target {
    /// The file, with forward slashes.
    pub path: String,
    /// The lines; the whole file when there are none.
    pub lines: Option<LineRange>,
}

impl Target {
    /// A whole file.
    pub fn new(path: impl Into<String>) -> Target {
        Target { path: path.into(), lines: None }
    }

    /// Some lines of a file.
    pub fn with_lines(mut self, lines: LineRange) -> Target {
        self.lines = Some(lines);
        self
    }

    /// Whether a result at `path` with these lines hits it. The paths are equal, or the one ends with the other: what is
    /// known and what was indexed may count from different folders.
    pub fn is_hit_by(&self, path: &str, lines: LineRange) -> bool {
        is_same_path(path, &self.path) && self.overlaps(lines)
    }

    /// Whether the lines of a result on its file overlap its own.
    pub fn overlaps(&self, lines: LineRange) -> bool {
        self.lines.is_none_or(|own| own.overlaps(lines))
    }
}

/// Whether two paths are equal, or one is the end of the other.
pub(super) fn is_same_path(path: &str, wanted: &str) -> bool {
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|before| before.ends_with('/'));
    path == wanted || ends(path, wanted) || ends(wanted, path)
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Some(lines) = self.lines else { return self.path.serialize(serializer) };
        json!({ "path": self.path, "start_line": lines.start, "end_line": lines.end }).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Target, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(path) => target(&path, None),
            Value::Object(fields) => object(&fields),
            _ => Err("a target is neither a path nor an object".to_owned()),
        }
        .map_err(D::Error::custom)
    }
}

fn object(fields: &Map<String, Value>) -> std::result::Result<Target, String> {
    if let Some(name) = fields.keys().find(|name| !["path", "start_line", "end_line"].contains(&name.as_str())) {
        return Err(format!("unknown field `{name}` of a target"));
    }
    let line = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let line = value.as_u64().and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0);
            line.map(Some).ok_or_else(|| format!("`{name}` of a target is no line"))
        }
    };
    let lines = match (line("start_line")?, line("end_line")?) {
        (None, None) => None,
        (Some(start), Some(end)) if start <= end => Some(LineRange { start, end }),
        _ => return Err("a target has a first and a last line, in this order, or neither".to_owned()),
    };
    let path = fields.get("path").and_then(Value::as_str).ok_or("a target has no `path`")?;
    target(path, lines)
}

fn target(path: &str, lines: Option<LineRange>) -> std::result::Result<Target, String> {
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./").trim_end_matches('/');
    if path.is_empty() {
        Err("the path of a target is empty".to_owned())
    } else {
        Ok(Target { path: path.into(), lines })
    }
}

impl Question {
    /// A question from `source` with its targets.
    pub fn new(query: impl Into<String>, relevant: Vec<Target>, source: Source) -> Question {
        let (secondary, category, language, id) = (Vec::new(), None, None, None);
        Question { query: query.into(), relevant, secondary, category, language, source, id }
    }

    /// Everything that counts as found: `relevant`, then `secondary`.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.relevant.iter().chain(&self.secondary)
    }

    /// Its category, as given or inferred.
    pub fn category(&self) -> &str {
        self.category.as_deref().unwrap_or_else(|| infer_category(&self.query))
    }

    /// Why it cannot be asked, if it cannot.
    pub(super) fn problem(&self) -> Option<&'static str> {
        match self {
            question if question.query.trim().is_empty() => Some("the query is empty"),
            question if question.relevant.is_empty() => Some("nothing is relevant"),
            _ => None,
        }
    }
}

/// `symbol` for one word, `architecture` for a question that begins with "how", `semantic` for any other.
pub fn infer_category(query: &str) -> &'static str {
    match query.trim() {
        query if !query.contains(char::is_whitespace) => "symbol",
        query if query.to_lowercase().starts_with("how ") => "architecture",
        _ => "semantic",
    }
}

/// The questions of a file, one JSON object on each line; blank lines are passed over.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the first line that is no question, or when there is none.
pub fn read_questions(text: &str) -> Result<Vec<Question>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let questions: Vec<Question> = lines.map(|(number, line)| read_line(number + 1, line)).collect::<Result<_>>()?;
    if questions.is_empty() { Err(Error::argument("questions", "there are none")) } else { Ok(questions) }
}

fn read_line(number: usize, line: &str) -> Result<Question> {
    let bad = |reason: &dyn fmt::Display| Error::argument("questions", format!("line {number}: {reason}"));
    if !line.trim_start().starts_with('{') {
        return Err(bad(&"it is no JSON object"));
    }
    let question: Question = serde_json::from_str(line).map_err(|error| bad(&error))?;
    question.problem().map_or(Ok(question), |problem| Err(bad(&problem)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check_error(line: &str, expected: &str) {
        let error = read_questions(line).unwrap_err().to_string();
        assert!(error.contains(expected), "{line}: {error}");
    }

    #[test]
    fn a_line_is_a_question() {
        let text = "{\"query\": \"login\", \"relevant\": [\"./a.rs\", {\"path\": \"b\\\\c.rs\", \"start_line\": 2, \"end_line\": 3}]}\n\n\
                    {\"query\": \"how is it done\", \"relevant\": [{\"path\": \"x\"}], \"secondary\": [\"y\"], \"category\": \"own\"}\n";
        let questions = read_questions(text).unwrap();
        let lines = LineRange { start: 2, end: 3 };
        assert_eq!(questions[0].relevant, [Target::new("a.rs"), Target::new("b/c.rs").with_lines(lines)]);
        assert_eq!((questions[0].category(), questions[1].category()), ("symbol", "own"));
        assert_eq!(questions[1].targets().count(), 2);
    }

    #[test]
    fn what_is_no_question_is_named_by_its_line() {
        check_error("", "there are none");
        check_error("{\"query\": \"a\", \"relevant\": [\"b\"]}\n[1]", "line 2: it is no JSON object");
        check_error("{\"query\": \"a\"}", "missing field `relevant`");
        check_error("{\"query\": \"a\", \"relevant\": []}", "nothing is relevant");
        check_error("{\"query\": \" \", \"relevant\": [\"b\"]}", "the query is empty");
        check_error("{\"query\": \"a\", \"relevant\": [\"b\"], \"categry\": \"c\"}", "unknown field `categry`");
        check_error("{\"query\": \"a\", \"relevant\": [\"\"]}", "is empty");
        check_error("{\"query\": \"a\", \"relevant\": [[\"b\", 1, 2]]}", "neither a path nor an object");
        check_error("{\"query\": \"a\", \"relevant\": [{\"path\": \"b\", \"start_line\": 3}]}", "or neither");
        check_error(
            "{\"query\": \"a\", \"relevant\": [{\"path\": \"b\", \"start_line\": 0, \"end_line\": 1}]}",
            "no line",
        );
        check_error("{\"query\": \"a\", \"relevant\": [{\"path\": \"b\", \"line\": 3}]}", "unknown field `line`");
    }

    #[test]
    fn categories_are_inferred() {
        let queries = ["Session.login", " how does it log in", "How is it", "where is login"];
        assert_eq!(queries.map(infer_category), ["symbol", "architecture", "architecture", "semantic"]);
    }

    #[test]
    fn a_target_is_hit_by_its_file_and_lines() {
        let lines = |start, end| LineRange { start, end };
        let target = Target::new("src/a.rs").with_lines(lines(10, 20));
        assert!(target.is_hit_by("src/a.rs", lines(20, 30)));
        assert!(target.is_hit_by("core/src/a.rs", lines(1, 10)) && target.is_hit_by("a.rs", lines(15, 15)));
        assert!(!target.is_hit_by("src/a.rs", lines(21, 30)) && !target.is_hit_by("src/ba.rs", lines(10, 20)));
        assert!(!Target::new("a.rs").is_hit_by("ba.rs", lines(1, 1)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(query in "[a-z é\"]{1,20}[a-z]", path in "[a-z]{1,5}(/[a-z.]{1,5}z)?", start in 1u32..9, more in 0u32..9) {
            let target = Target::new(path).with_lines(LineRange { start, end: start + more });
            let question = Question::new(query, vec![target.clone(), Target { lines: None, ..target }], Source::Docs);
            let line = serde_json::to_string(&question).unwrap();
            prop_assert_eq!(read_questions(&line).unwrap(), [question]);
        }

        #[test]
        fn no_text_is_a_panic(text in "\\PC{0,80}") {
            drop(read_questions(&text));
        }
    }
}
