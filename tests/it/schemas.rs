//! The published schemas describe what is really printed: every field of every part, and every name of every enum.

use pampax_core::assemble::{
    Assembler, Bundle, ChangeKind, DropReason, EdgeDirection, Expansion, Format, Level, Origin, Session, StopReason,
};
use pampax_core::graph::Resolution;
use pampax_core::host::metrics::{MetricKind, MetricUnit, MetricsSink, Registry};
use pampax_core::search::Intent;
use pampax_core::source::{EdgeKind, Language, Role, SpanKind};
use pampax_core::{Config, Host, Index, Limits, Query, Request};
use serde_json::{Value, to_value};
use std::collections::BTreeSet;
use tempfile::TempDir;

const BUNDLE: &str = include_str!("../../docs/schemas/bundle.schema.json");
const METRICS: &str = include_str!("../../docs/schemas/metrics.schema.json");
const SEARCH: &str = include_str!("../../docs/schemas/search.schema.json");

/// A schema, and the definitions of it that some document had a part of.
pub struct Schema {
    root: Value,
    seen: BTreeSet<String>,
}

impl Schema {
    pub fn new(text: &str) -> Schema {
        Schema { root: serde_json::from_str(text).unwrap(), seen: BTreeSet::new() }
    }

    /// The first thing about `document` that the definition `name` does not allow.
    pub fn problem_of(&mut self, name: &str, document: &Value) -> Option<String> {
        let schema = self.root["$defs"][name].clone();
        self.problem(&schema, document, "$")
    }

    /// The names of the parameters of a request, sorted.
    pub fn parameters(&self, name: &str) -> Vec<String> {
        let params = &self.root["$defs"][name]["properties"]["params"];
        let referred = params["$ref"].as_str().map(|name| &self.root["$defs"][name.trim_start_matches("#/$defs/")]);
        referred.unwrap_or(params)["properties"].as_object().unwrap().keys().cloned().collect()
    }

    /// The first thing about `document` that the schema does not allow.
    pub fn problem_of_root(&mut self, document: &Value) -> Option<String> {
        let root = self.root.clone();
        self.problem(&root, document, "$")
    }

    #[track_caller]
    fn accept(&mut self, document: serde_json::Result<Value>) {
        let document = document.unwrap();
        let root = self.root.clone();
        let problem = self.problem(&root, &document, "$");
        assert_eq!(problem, None, "{document:#}");
    }

    /// The first thing about `value` that `schema` does not allow.
    fn problem(&mut self, schema: &Value, value: &Value, at: &str) -> Option<String> {
        let rules = schema.as_object().expect("a schema is an object").clone();
        rules.iter().find_map(|(keyword, rule)| match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => None,
            "$ref" => self.reference(rule, value, at),
            "type" => (!has_type(rule, value)).then(|| format!("{at} is no {rule}: {value}")),
            "enum" => (!rule.as_array()?.contains(value)).then(|| format!("{at} is none of {rule}: {value}")),
            "minimum" => (value.as_f64()? < rule.as_f64()?).then(|| format!("{at} is less than {rule}: {value}")),
            "maximum" => (value.as_f64()? > rule.as_f64()?).then(|| format!("{at} is more than {rule}: {value}")),
            "pattern" => (!is_hexadecimal(rule, value)).then(|| format!("{at} is not {rule}: {value}")),
            "required" => missing(rule, value).map(|name| format!("{at} has no `{name}`")),
            "properties" => self.properties(rule, value, at),
            "additionalProperties" => {
                assert_eq!(rule, false);
                let known = rules["properties"].as_object()?;
                let unknown = value.as_object()?.keys().find(|name| !known.contains_key(*name));
                unknown.map(|name| format!("{at} has `{name}`, which the schema does not name"))
            }
            "items" => value.as_array()?.iter().find_map(|item| self.problem(rule, item, &format!("{at}[]"))),
            "anyOf" => self.any_of(rule, value, at),
            other => panic!("this check does not know `{other}`"),
        })
    }

    fn reference(&mut self, rule: &Value, value: &Value, at: &str) -> Option<String> {
        let (document, name) = rule.as_str().and_then(|rule| rule.split_once('#').or(Some((rule, "")))).unwrap();
        let name = name.strip_prefix("/$defs/").unwrap_or_default();
        if !document.is_empty() {
            let text = [("bundle", BUNDLE), ("metrics", METRICS), ("search", SEARCH)];
            let stem = document.strip_suffix(".schema.json").expect("a schema beside this one");
            let (_, text) = text.into_iter().find(|(known, _)| *known == stem).expect("a schema that there is");
            let mut other = Schema::new(text);
            let target = if name.is_empty() { other.root.clone() } else { other.root["$defs"][name].clone() };
            return other.problem(&target, value, at);
        }
        let target = self.root["$defs"][name].clone();
        let problem = self.problem(&target, value, at);
        if problem.is_none() {
            self.seen.insert(name.to_owned());
        }
        problem
    }

    fn properties(&mut self, rule: &Value, value: &Value, at: &str) -> Option<String> {
        let fields = value.as_object()?;
        rule.as_object()?.iter().find_map(|(name, schema)| {
            let field = fields.get(name)?;
            self.problem(schema, field, &format!("{at}.{name}"))
        })
    }

    fn any_of(&mut self, rule: &Value, value: &Value, at: &str) -> Option<String> {
        let mut problems = Vec::new();
        for schema in rule.as_array()? {
            problems.push(self.problem(schema, value, at)?);
        }
        Some(problems.join("; or "))
    }

    /// Every object forbids and requires all it can, and every definition was met.
    fn assert_is_tight(&self) {
        let defined: BTreeSet<String> = self.root["$defs"].as_object().unwrap().keys().cloned().collect();
        let unseen: Vec<&String> = defined.difference(&self.seen).collect();
        assert!(unseen.is_empty(), "no document had a part of {unseen:?}");
        assert_closed(&self.root);
    }
}

fn assert_closed(schema: &Value) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let names: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let required: BTreeSet<&str> =
            schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!((names, &schema["additionalProperties"]), (required, &Value::Bool(false)), "{schema:#}");
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(assert_closed),
        Value::Array(items) => items.iter().for_each(assert_closed),
        _ => {}
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("this check does not know the type `{other}`"),
    };
    match rule {
        Value::String(name) => is(name),
        names => names.as_array().unwrap().iter().filter_map(Value::as_str).any(is),
    }
}

/// The patterns of the schemas are all of the form `^[0-9a-f]{N}$`.
fn is_hexadecimal(rule: &Value, value: &Value) -> bool {
    let length = rule.as_str().unwrap().strip_prefix("^[0-9a-f]{").and_then(|rest| rest.strip_suffix("}$"));
    let length: usize = length.expect("a pattern this check knows").parse().unwrap();
    let text = value.as_str().unwrap_or_default();
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn missing(rule: &Value, value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    let names = rule.as_array()?.iter().filter_map(Value::as_str);
    names.into_iter().find(|name| !fields.contains_key(*name)).map(str::to_owned)
}

struct Tree {
    folder: TempDir,
}

impl Tree {
    fn new() -> Tree {
        let tree = Tree { folder: TempDir::new().unwrap() };
        for number in 0..6 {
            tree.write(number, &format!("waits_{number}"));
        }
        tree
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn write(&self, number: usize, word: &str) {
        let body: String = (0..30).map(|line| format!("    total += {word}({line})\n")).collect();
        let called = format!("def retry_{number}(call):\n    total = 0\n{body}    return total\n");
        let text = format!("{called}\n\ndef measured_{number}(call):\n    return retry_{number}(call)\n");
        std::fs::write(self.folder.path().join(format!("retry_{number}.py")), text).unwrap();
    }

    fn index(&self) -> Index {
        let index = Index::open(self.folder.path(), &Config::default(), Host::default()).unwrap();
        index.update(&Limits::default()).unwrap();
        index
    }

    fn assembler(&self) -> Assembler {
        Assembler::new(self.index().searcher().unwrap())
    }
}

fn ask(assembler: &Assembler, budget: usize, session: Option<Session>) -> Bundle {
    let mut request = Request::new("retry total", budget);
    request.session = session;
    request.filters.languages = vec![Language::Python];
    request.filters.roles = vec![Role::Code];
    request.filters.kinds = vec![SpanKind::Function];
    assembler.assemble(&request, &Limits::default()).unwrap()
}

#[test]
fn bundles_of_every_shape_are_as_the_schema_says() {
    let tree = Tree::new();
    let assembler = tree.assembler();
    let mut schema = Schema::new(BUNDLE);
    let mut xml = Request::new("retry", 800);
    xml.format = Format::Xml;
    schema.accept(to_value(assembler.assemble(&xml, &Limits::default()).unwrap()));
    schema.accept(to_value(assembler.assemble(&Request::new("zebra quagga", 800), &Limits::default()).unwrap()));
    let tiny = ask(&assembler, 60, None);
    assert!(!tiny.dropped.is_empty());
    schema.accept(to_value(&tiny));
    let small = ask(&assembler, 300, Some(Session::new().with_budget(3_000)));
    assert_eq!(small.stop.reason, StopReason::BudgetReached);
    assert!(!small.packing.more[0].pieces.is_empty(), "no purchase was seen");
    schema.accept(to_value(&small));
    let upgraded = ask(&assembler, 900, small.session.clone());
    assert!(upgraded.items.iter().any(|item| item.replaces.is_some()));
    schema.accept(to_value(&upgraded));
    let mut expansion = Expansion::new(vec![small.items[0].target(), "retry_5.py".to_owned(), "gone.py".to_owned()]);
    expansion.level = Some(Level::Signatures);
    let expanded = assembler.expand(&expansion, &Limits::default()).unwrap();
    schema.accept(to_value(&expanded));
    schema.accept(to_value(assembler.replay(&expanded.receipt, &Limits::default()).unwrap()));

    (0..6).for_each(|number| tree.write(number, "sleeps"));
    let later = tree.assembler();
    let stale = ask(&later, 900, upgraded.session);
    assert!(!stale.stale.is_empty() && stale.session.as_ref().unwrap().sent[0].is_stale);
    schema.accept(to_value(stale));
    schema.accept(to_value(later.replay(&small.receipt, &Limits::default()).unwrap()));
    schema.assert_is_tight();
}

#[test]
fn answers_of_search_are_as_the_schema_says() {
    let tree = Tree::new();
    let mut without_vectors = Config::default();
    without_vectors.features.embedding = false;
    let bare = Index::open(tree.folder.path(), &without_vectors, Host::default()).unwrap();
    let mut schema = Schema::new(SEARCH);
    for searcher in [tree.index().searcher().unwrap(), bare.searcher().unwrap()] {
        for question in ["retry total", "zebra quagga"] {
            schema.accept(to_value(searcher.search(&Query::new(question), &Limits::default()).unwrap()));
        }
    }
    schema.assert_is_tight();
}

#[test]
fn snapshots_of_metrics_are_as_the_schema_says() {
    let registry = Registry::new();
    let mut schema = Schema::new(METRICS);
    schema.accept(to_value(registry.snapshot()));
    registry.counter("cache_hits", u64::MAX, &[("cache", "search")]);
    registry.gauge("index_age_seconds", -0.5, &[]);
    registry.histogram("search_latency_ms", 12.5, &[("answer", "computed")]);
    schema.accept(to_value(registry.snapshot()));
    schema.assert_is_tight();
}

#[test]
fn an_unknown_field_a_missing_field_and_a_wrong_value_are_found() {
    let bundle = ask(&Tree::new().assembler(), 500, None);
    let mut schema = Schema::new(BUNDLE);
    let root = schema.root.clone();
    for (pointer, value, expected) in [
        ("/items/0", serde_json::json!({"colour": 1}), "$.items[] has `colour`, which the schema does not name"),
        ("/stop", serde_json::json!({"reason": "tired"}), "$.stop.reason is none of "),
        ("/receipt", serde_json::json!({"text_hash": "xyz"}), "$.receipt.text_hash is not "),
        ("", serde_json::json!({"tokens": -1}), "$.tokens is less than 0: -1"),
        ("", serde_json::json!({"text": 1}), "$.text is no "),
    ] {
        let mut document = to_value(&bundle).unwrap();
        let target = document.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        target.extend(value.as_object().unwrap().clone());
        let problem = schema.problem(&root, &document, "$").unwrap();
        assert!(problem.starts_with(expected), "{problem}");
    }
    let mut document = to_value(&bundle).unwrap();
    document["stop"].as_object_mut().unwrap().remove("detail");
    assert_eq!(schema.problem(&root, &document, "$").unwrap(), "$.stop has no `detail`");
}

#[test]
fn the_enums_of_the_schemas_are_those_of_the_code() {
    macro_rules! names {
        ($type:ty) => {
            <$type>::ALL.iter().map(|value| value.name()).collect::<Vec<&str>>()
        };
    }
    let named = [
        ("level", names!(Level)),
        ("format", names!(Format)),
        ("language", names!(Language)),
        ("role", names!(Role)),
        ("span_kind", names!(SpanKind)),
        ("edge_kind", names!(EdgeKind)),
        ("edge_direction", names!(EdgeDirection)),
        ("origin", names!(Origin)),
        ("stop_reason", names!(StopReason)),
        ("drop_reason", names!(DropReason)),
        ("change_kind", names!(ChangeKind)),
        ("intent", names!(Intent)),
        ("resolution", names!(Resolution)),
        ("metric_kind", names!(MetricKind)),
        ("metric_unit", names!(MetricUnit)),
    ];
    for text in [BUNDLE, METRICS, SEARCH] {
        let schema = Schema::new(text);
        for (name, definition) in schema.root["$defs"].as_object().unwrap() {
            let Some(values) = definition.get("enum") else { continue };
            let (_, expected) = named.iter().find(|(known, _)| known == name).unwrap();
            assert_eq!(*values, serde_json::json!(expected), "{name}");
        }
    }
}
