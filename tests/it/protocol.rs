//! Requests in JSON: each operation answers what its method answers, and what is no request is told.

use crate::health::Tree;
use crate::schemas::Schema;
use pampax_core::protocol::{Engine, OPERATIONS, Options, Subject, ask};
use pampax_core::{CancelToken, Error, ErrorCode, GraphQuery, Limits, Query, Request};
use serde_json::{Value, json};

const LIMITS: fn() -> Limits = Limits::default;

fn engine(tree: &Tree) -> Engine {
    Engine::open(tree.folder.path(), &Options::default(), tree.host.clone()).unwrap()
}

fn call(engine: &Engine, op: &str, params: &Value) -> Result<Value, Error> {
    let request = json!({ "protocol": 1, "op": op, "params": params }).to_string();
    engine.call(&request, &LIMITS()).map(|answer| serde_json::from_str(&answer).unwrap())
}

/// Parameters with which an operation answers on the tree.
fn usual(op: &str, tree: &Tree) -> Value {
    let backup = tree.folder.path().join("../copy.backup").canonicalize().ok();
    let file = backup.unwrap_or_else(|| tree.store("../../copy.backup"));
    match op {
        "why" | "show" => json!({ "path": "src/f1.rs" }),
        "verify_backup" | "backup" | "restore" => json!({ "file": file }),
        "cache_warm" => json!({ "queries": [{ "text": "function_1" }] }),
        "explain_missing" => json!({ "query": { "text": "function_1" }, "path": "src/f2.rs" }),
        "search" => json!({ "text": "function_1" }),
        "symbols" => json!({ "name": "function_1" }),
        "graph" => json!({ "symbols": ["function_1"] }),
        "callers" | "callees" | "references" | "tests" => json!({ "symbol": "function_1" }),
        "imports" => json!({ "symbol": "src/f1.rs" }),
        "path" => json!({ "from": "function_1", "to": "function_2" }),
        "assemble" => json!({ "query": "function_1", "budget": 500 }),
        "expand" => json!({ "targets": ["src/f1.rs:1"] }),
        "eval" => json!({ "questions": [{ "query": "function_1", "relevant": ["src/f1.rs"] }] }),
        "recognise" => json!({ "text": "why does function_1 fail at src/f1.rs:2" }),
        _ => json!({}),
    }
}

#[test]
fn every_operation_answers() {
    let outer = tempfile::tempdir().unwrap();
    let tree = Tree { folder: tempfile::tempdir_in(outer.path()).unwrap(), host: pampax_core::Host::default() };
    tree.write("src/f1.rs", "fn function_1() {\n    function_2();\n}\n\nfn function_2() {}\n");
    tree.write("src/f2.rs", "fn function_3() {}\n");
    let engine = engine(&tree);
    call(&engine, "update", &json!({})).unwrap();
    let bundle = call(&engine, "assemble", &usual("assemble", &tree)).unwrap();
    let receipt = json!({ "receipt": bundle["receipt"] });
    // A backup comes before what is done with it.
    call(&engine, "backup", &usual("backup", &tree)).unwrap();
    // What reads a store of another system is tested where such a store is made.
    for operation in OPERATIONS.iter().filter(|operation| operation.name != "import_pampa") {
        let params = match operation.name {
            "verify_bundle" | "replay" => receipt.clone(),
            "backup" => json!({ "file": usual("backup", &tree)["file"], "replace": true }),
            op => usual(op, &tree),
        };
        let answer =
            call(&engine, operation.name, &params).unwrap_or_else(|error| panic!("{}: {error}", operation.name));
        assert!(answer.is_object(), "{}: {answer}", operation.name);
        let error = call(&engine, operation.name, &json!({ "no_such_parameter": 1 })).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument, "{}", operation.name);
        assert!(error.to_string().contains("no_such_parameter"), "{}: {error}", operation.name);
    }
}

#[test]
fn an_answer_is_the_document_of_the_method() {
    let tree = Tree::indexed();
    let (engine, searcher) = (engine(&tree), tree.index().searcher().unwrap());
    let check = |op: &str, expected: String| {
        let request = json!({ "op": op, "params": usual(op, &tree) }).to_string();
        assert_eq!(engine.call(&request, &LIMITS()).unwrap(), expected, "{op}");
        assert_eq!(ask(&searcher, &request, &LIMITS()).unwrap(), expected, "{op}");
    };
    check("search", serde_json::to_string(&searcher.search(&Query::new("function_1"), &LIMITS()).unwrap()).unwrap());
    let graph = searcher.graph(&GraphQuery::callers("function_1"), &LIMITS()).unwrap();
    check("callers", serde_json::to_string(&graph).unwrap());
    let assembler = pampax_core::Assembler::new(searcher.clone());
    let bundle = assembler.assemble(&Request::new("function_1", 500), &LIMITS()).unwrap();
    check("assemble", serde_json::to_string(&bundle).unwrap());
}

#[test]
fn what_is_no_request_is_told() {
    let tree = Tree::indexed();
    let engine = engine(&tree);
    let check = |request: &str, expected: &str| {
        let error = engine.call(request, &LIMITS()).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (ErrorCode::InvalidArgument, expected), "{request}");
    };
    check("", "invalid argument: request: EOF while parsing a value at line 1 column 0");
    check("{}", "invalid argument: request: missing field `op`");
    check(r#"{"op": "serch"}"#, "invalid argument: op: there is no operation `serch`; did you mean `search`?");
    check(r#"{"op": "zzzzzzz"}"#, "invalid argument: op: there is no operation `zzzzzzz`");
    check(r#"{"op": "search", "params": []}"#, "invalid argument: params: they are not an object");
    check(
        r#"{"protocol": 2, "op": "search"}"#,
        "invalid argument: protocol: version 2 is not spoken here, version 1 is",
    );
    check(
        r#"{"op": "status", "more": 1}"#,
        "invalid argument: request: unknown field `more`, expected one of `protocol`, `op`, `params`, `limits`",
    );
    check(r#"{"op": "show", "params": {}}"#, "invalid argument: params: missing field `path`");
}

#[test]
fn a_searcher_answers_questions_only() {
    let tree = Tree::indexed();
    let searcher = tree.index().searcher().unwrap();
    for operation in OPERATIONS.iter().filter(|operation| operation.subject == Subject::Index) {
        let request = json!({ "op": operation.name, "params": usual(operation.name, &tree) }).to_string();
        let error = ask(&searcher, &request, &LIMITS()).unwrap_err();
        let name = operation.name;
        assert_eq!(
            error.to_string(),
            format!("invalid argument: op: `{name}` is asked of an index, not of a searcher")
        );
    }
}

#[test]
fn limits_of_a_request_hold_within_those_of_the_call() {
    let tree = Tree::indexed();
    let engine = engine(&tree);
    let out_of_time = engine.call(r#"{"op": "update", "limits": {"timeout_ms": 0}}"#, &LIMITS()).unwrap_err();
    assert_eq!(out_of_time.code(), ErrorCode::DeadlineExceeded);
    let token = CancelToken::new();
    token.cancel();
    let request = r#"{"op": "search", "params": {"text": "new question"}, "limits": {"timeout_ms": 60000}}"#;
    let cancelled = engine.call(request, &LIMITS().with_cancel(token)).unwrap_err();
    assert_eq!(cancelled.code(), ErrorCode::Cancelled);
}

#[test]
fn options_are_layers_of_the_configuration() {
    let tree = Tree::indexed();
    let open = |options: Value| -> Result<Engine, Error> {
        Engine::open(tree.folder.path(), &Options::from_json(&options.to_string())?, tree.host.clone())
    };
    let value =
        |engine: &Engine, key: &str| call(engine, "config", &json!({ "key": key })).unwrap()["values"][0].clone();
    let engine = open(json!({
        "config": "[cache]\nsearch_entries = 7\nbundle_entries = 7\nenabled = false\n",
        "variables": { "PAMPAX_CACHE_SEARCH_ENTRIES": "8", "HOME": "/" },
        "settings": { "cache.search_entries": 9, "indexer.exclude": ["*.a", "b"] },
        "index_dir": "elsewhere",
    }));
    let engine = engine.unwrap();
    assert_eq!(value(&engine, "cache.search_entries"), json!({ "key": "cache.search_entries", "value": 9 }));
    assert_eq!(value(&engine, "cache.bundle_entries")["value"], 7);
    assert_eq!(value(&engine, "indexer.exclude")["value"], json!(["*.a", "b"]));
    assert!(engine.index().folder().ends_with("elsewhere"));
    let problem = |options: Value| open(options).err().unwrap().to_string();
    assert_eq!(
        problem(json!({ "settings": { "cache.enable": true } })),
        "invalid configuration: cache.enable: there is no such key; did you mean cache.enabled? (argument settings cache.enable)"
    );
    assert!(problem(json!({ "setings": {} })).starts_with("invalid argument: options: unknown field `setings`"));
}

#[test]
fn measurements_are_kept_and_a_reload_holds_for_what_comes() {
    let tree = Tree::indexed();
    let engine = engine(&tree);
    call(&engine, "search", &json!({ "text": "function_3" })).unwrap();
    let text = call(&engine, "metrics", &json!({ "format": "prometheus" })).unwrap();
    assert!(text.as_str().unwrap().contains("pampax_search_latency"), "{text}");
    let report = call(&engine, "reload", &json!({ "settings": { "cache.enabled": false } })).unwrap();
    assert_eq!(report["changes"][0]["key"], "cache.enabled");
    assert_eq!(call(&engine, "config", &json!({ "key": "cache.enabled" })).unwrap()["values"][0]["value"], false);
    let refused = call(&engine, "reload", &json!({ "settings": { "cache.enabled": 3 } })).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidConfig);
}

#[test]
fn requests_and_answers_are_as_the_schema_says() {
    let mut schema = Schema::new(include_str!("../../docs/schemas/protocol.schema.json"));
    let tree = Tree { folder: tempfile::tempdir().unwrap(), host: pampax_core::Host::default() };
    for part in include_str!("../conformance/tree.txt").split("//- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        tree.write(path, text);
    }
    let engine = engine(&tree);
    for line in include_str!("../conformance/requests.jsonl").lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = line["request"].as_str().unwrap();
        match engine.call(text, &LIMITS()) {
            Ok(answer) => {
                let request: Value = serde_json::from_str(text).unwrap();
                assert_eq!(schema.problem_of_root(&request), None, "{text}");
                let name = format!("answer_{}", request["op"].as_str().unwrap());
                let answer = serde_json::from_str(&answer).unwrap();
                assert_eq!(schema.problem_of(&name, &answer), None, "{text}");
            }
            Err(error) => {
                let document = serde_json::to_value(error.document()).unwrap();
                assert_eq!(schema.problem_of("error", &document), None, "{text}");
            }
        }
    }
    for operation in OPERATIONS {
        let name = format!("call_{}", operation.name);
        let call = json!({ "op": operation.name, "params": { "no_such_parameter": 1 } });
        assert!(schema.problem_of(&name, &call).unwrap().contains("no_such_parameter"), "{name}");
        let error = engine.call(&call.to_string(), &LIMITS()).unwrap_err().to_string();
        // What the engine says it expects is what the schema has.
        let expected = error.split_once(", ").unwrap().1.split('`').skip(1).step_by(2);
        let mut expected: Vec<String> = expected.map(str::to_owned).collect();
        expected.sort();
        assert_eq!(schema.parameters(&name), expected, "{name}");
    }
}
