//! Embedders and rerankers over HTTP, configured as a user configures them, against a server that fails in every way.

#[path = "../it/server.rs"]
#[expect(dead_code, reason = "this program needs a part of what the library's tests need")]
mod server;

use crate::program::{Ran, Tree};
use serde_json::{Value, json};
use server::{Reply, Server, letters};

/// A tree that is configured to embed at `url`.
fn tree_with(url: &str, more: &str) -> Tree {
    let tree = Tree::new();
    let embedding = format!("[embedding]\nprovider = \"openai\"\nmodel = \"letters\"\nurl = \"{url}\"\n");
    let remote = "[remote]\nretries = 1\nretry_base_ms = 1\n";
    tree.write("pampax.toml", format!("{embedding}{remote}{more}"));
    tree
}

/// Why the answer had to do without `what`.
#[track_caller]
fn why(ran: &Ran, what: &str) -> String {
    let document = ran.json();
    let degraded = document["degraded"].as_array().expect("a list");
    let found = degraded.iter().find(|degradation| degradation["what"] == what);
    found.unwrap_or_else(|| panic!("{ran:?}"))["why"].as_str().expect("it is there").to_owned()
}

#[track_caller]
fn still_finds(ran: &Ran) {
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.json()["hits"][0]["path"], "src/auth/session.rs", "{ran:?}");
}

#[test]
fn vectors_of_a_server_are_indexed_and_searched() {
    let server = Server::start(|_, request| letters(request));
    let tree = tree_with(&server.url(), "");
    let report = tree.run(&["index"]).expect_success().json();
    assert!(report["embedded"].as_u64().unwrap() > 0, "{report}");
    let found = tree.run(&["search", "verify password"]).expect_success();
    still_finds(&found);
    assert_eq!(found.json()["degraded"], json!([]));
    assert!(found.stdout.contains("vector"), "no contribution of the vectors: {}", found.stdout);
    assert_eq!(tree.run(&["index"]).expect_success().json()["embedded"], 0);
}

#[test]
fn whatever_the_embedder_does_the_words_are_searched_and_the_answer_says_why() {
    let servers: Vec<(Server, &str)> = vec![
        (Server::start(|_, _| Reply::status(503)), "503"),
        (Server::start(|_, _| Reply::status(401)), "401"),
        (Server::start(|_, _| Reply::json(json!({ "data": [{ "index": 0, "embedding": [null] }] }))), ""),
        (
            Server::start(|_, _| Reply::json(json!({ "data": [{ "index": 0, "embedding": [1.0, 2.0] }] }))),
            "vectors for",
        ),
        (Server::resetting(), ""),
        (Server::silent(), ""),
    ];
    let good = Server::start(|_, request| letters(request));
    for (server, named) in servers {
        let tree = tree_with(&good.url(), "");
        tree.run(&["index"]).expect_success();
        // The same name of the server and the model means the same vectors, so a proxy takes the place of the good one.
        let bad = format!("embedding.url={}", server.url());
        let lost = tree.run(&["search", "verify password", "--timeout-ms", "2000", "--set", &bad]);
        still_finds(&lost);
        assert!(!why(&lost, "embedder").is_empty());
        let fresh = tree_with(&server.url(), "");
        let indexed = fresh.run(&["index", "--set", "remote.batch_timeout_ms=300"]);
        assert_eq!(indexed.status, Some(0), "{indexed:?}");
        let reason = why(&indexed, "embedder");
        assert!(reason.contains(named), "{named}: {reason}");
        let found = fresh.run(&["search", "verify password", "--timeout-ms", "2000"]);
        still_finds(&found);
    }
}

#[test]
fn a_reranker_changes_the_order_and_one_that_fails_leaves_it() {
    let reversing = Server::start(|_, request| {
        let count = request.body["documents"].as_array().map_or(0, Vec::len);
        let results: Vec<Value> = (0..count).map(|index| json!({ "index": index, "relevance_score": index })).collect();
        Reply::json(json!({ "results": results }))
    });
    let tree = Tree::indexed();
    let paths = |ran: &Ran| crate::program::paths(&ran.json());
    let plain = tree.run(&["search", "login password"]).expect_success();
    let rerank = |url: String| {
        let set = [
            "rerank.provider=cohere".to_owned(),
            "rerank.model=m".to_owned(),
            format!("rerank.url={url}"),
            "remote.retries=0".to_owned(),
        ];
        let flags = set.iter().flat_map(|pair| ["--set", pair]);
        tree.run(&["search", "login password", "--timeout-ms", "2000"].into_iter().chain(flags).collect::<Vec<&str>>())
    };
    let reversed = rerank(reversing.url()).expect_success();
    assert_ne!(paths(&plain), paths(&reversed));
    let silent = Server::silent();
    let late = rerank(silent.url());
    assert_eq!(paths(&plain), paths(&late));
    assert!(why(&late, "reranker").contains("ms"), "{late:?}");
}

#[test]
fn a_key_is_sent_and_shown_nowhere() {
    let server = Server::start(|_, request| match request.header("authorization") {
        Some("Bearer sk-very-secret") => letters(request),
        _ => Reply::status(401),
    });
    let tree = tree_with(&server.url(), "");
    let run = |arguments: &[&str]| {
        let output = tree.command(arguments).env("PAMPAX_EMBEDDING_API_KEY", "sk-very-secret").output();
        Ran::of(output.expect("the program starts"))
    };
    assert!(run(&["--verbose", "index"]).json()["embedded"].as_u64().unwrap() > 0);
    let refused = tree.run(&[
        "--verbose",
        "index",
        "--set",
        "embedding.api_key=sk-very-secret-too",
        "--set",
        "embedding.model=m",
    ]);
    assert!(why(&refused, "embedder").contains("401"), "{refused:?}");
    for ran in [run(&["config", "show"]), run(&["--verbose", "search", "login"]), refused] {
        assert!(!ran.stdout.contains("very-secret") && !ran.stderr.contains("very-secret"), "{ran:?}");
    }
}
