//! What the embedders and the reranker that are asked over HTTP promise, against a real server on this machine.

#![expect(clippy::disallowed_methods, reason = "a test starts threads and looks at them")]

use crate::server::{Reply, Server, eventually, letters, no_thread_is_left};
use pampax_core::host::http::{HttpOptions, HttpReranker, OllamaEmbedder, OpenAiEmbedder};
use pampax_core::host::{BoxError, Embedder, Purpose, RemoteError, Reranker, SystemClock};
use pampax_core::{CancelToken, ErrorCode, Limits, Watch};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

/// What must never be shown.
const KEY: &str = "pa55word";
const TEXT: &str = "login of ada";

fn watch(limits: &Limits) -> Watch {
    Watch::start(limits, Arc::new(SystemClock::new()))
}

/// Long enough for anything but what never ends.
fn patient() -> Watch {
    watch(&Limits::default().with_timeout(Duration::from_secs(60)))
}

fn options(url: &str) -> HttpOptions {
    HttpOptions::new("letters").with_url(url).with_api_key(KEY)
}

fn embedder(url: &str) -> OpenAiEmbedder {
    OpenAiEmbedder::new(&options(url)).unwrap()
}

fn embed(url: &str, watch: &Watch) -> Result<Vec<f32>, BoxError> {
    embedder(url).embed(&[TEXT, "b"], Purpose::Query, watch)
}

#[test]
fn each_service_is_asked_as_it_expects() {
    let server = Server::start(|_, request| match request.path.as_str() {
        path if path.ends_with("/rerank") => Reply::json(json!({ "results": [
            { "index": 1, "relevance_score": 0.9, "document": { "text": "b" } },
            { "index": 0, "relevance_score": -3e-1 },
        ]})),
        _ => letters(request),
    });
    let url = server.url();
    let three = options(&url).with_dimensions(26);
    let (openai, ollama) = (embedder(&format!("{url}/v1/")), OllamaEmbedder::new(&three).unwrap());
    for embedder in [&openai as &dyn Embedder, &ollama] {
        let vectors = embedder.embed(&["ab", ""], Purpose::Document, &patient()).unwrap();
        assert_eq!((vectors.len(), &vectors[..3], embedder.dimensions()), (52, &[1.0, 1.0, 0.0][..], 26));
    }
    for reranker in [HttpReranker::cohere(&options(&url)).unwrap(), HttpReranker::jina(&options(&url)).unwrap()] {
        assert_eq!(reranker.score("q", &["a", "b"], &patient()).unwrap(), [-0.3, 0.9]);
    }
    let requests = server.requests();
    let asked: Vec<(&str, &Value)> = requests.iter().map(|request| (request.path.as_str(), &request.body)).collect();
    let rerank = json!({ "model": "letters", "query": "q", "documents": ["a", "b"], "top_n": 2 });
    let mut jina = rerank.clone();
    jina["return_documents"] = json!(false);
    assert_eq!(
        asked,
        [
            ("/v1/embeddings", &json!({ "model": "letters", "input": ["ab", " "] })),
            ("/api/embed", &json!({ "model": "letters", "input": ["ab", " "], "dimensions": 26 })),
            ("/v2/rerank", &rerank),
            ("/v1/rerank", &jina),
        ]
    );
    for request in &requests {
        assert_eq!(request.header("authorization"), Some("Bearer pa55word"));
        assert_eq!(request.header("content-type"), Some("application/json"));
    }
    let without_key = OpenAiEmbedder::new(&HttpOptions::new("letters").with_url(&url)).unwrap();
    without_key.embed(&["a"], Purpose::Query, &patient()).unwrap();
    assert_eq!(server.requests()[4].header("authorization"), None);
}

#[test]
fn the_size_is_known_after_the_first_answer() {
    let server = Server::start(|_, request| letters(request));
    let embedder = embedder(&server.url());
    assert_eq!((embedder.dimensions(), embedder.id()), (0, format!("openai/letters@{}", server.host()).as_str()));
    assert_eq!(embedder.embed(&[], Purpose::Query, &patient()).unwrap(), [0.0; 0]);
    assert!(server.requests().is_empty(), "nothing is asked about nothing");
    assert_eq!(embedder.probe(&patient()).unwrap(), 26);
    assert_eq!(embedder.dimensions(), 26);
    let refusing = Server::start(|_, _| Reply::status(401));
    let error = OllamaEmbedder::new(&options(&refusing.url())).unwrap().probe(&patient()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::EmbedderFailed);
}

#[test]
fn a_connection_is_used_again() {
    let server = Server::start(|_, request| letters(request));
    let embedder = embedder(&server.url());
    for _ in 0..5 {
        embedder.embed(&["a"], Purpose::Query, &patient()).unwrap();
    }
    assert_eq!((server.requests().len(), server.connections()), (5, 1));
}

/// What an error says beside its message: `None` when it is no [`RemoteError`].
type Kind = Option<(Option<u16>, Option<Duration>)>;

fn kind(error: &BoxError) -> Kind {
    error.downcast_ref::<RemoteError>().map(|error| (error.status, error.retry_after))
}

#[track_caller]
fn check(url: &str, watch: &Watch, (expected, message): (Kind, &str)) {
    let host = url.split("://").nth(1).unwrap();
    let error = embed(url, watch).unwrap_err();
    let text = error.to_string();
    assert_eq!(kind(&error), expected, "{text}");
    assert!(text.contains(&message.replace("HOST", host)), "{text:?} does not say {message:?}");
    for secret in [KEY, "login", "ada"] {
        assert!(!format!("{text} {error:?}").contains(secret), "{text} holds {secret}");
    }
}

#[test]
fn an_answer_that_is_no_success_is_an_error_with_its_status() {
    for status in [300, 400, 401, 403, 404, 408, 413, 422, 429, 500, 501, 502, 503, 504] {
        let server = Server::start(move |_, _| Reply::status(status));
        check(&server.url(), &patient(), (Some((Some(status), None)), &format!("HTTP {status} from HOST")));
    }
    let server = Server::start(|_, _| Reply::Whole(503, vec![("Retry-After", "7".to_owned())], Vec::new()));
    check(&server.url(), &patient(), (Some((Some(503), Some(Duration::from_secs(7)))), "HTTP 503 from HOST"));
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Server::start(|_, request| letters(request));
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/v1/embeddings", elsewhere.url());
        let server = Server::start(move |_, _| Reply::Whole(status, vec![("Location", target.clone())], Vec::new()));
        check(&server.url(), &patient(), (Some((Some(status), None)), "redirects are not followed"));
    }
    assert_eq!(elsewhere.connections(), 0, "neither the key nor the text goes anywhere else");
}

#[test]
fn an_answer_that_cannot_be_used_is_an_error_that_is_not_retried() {
    let item = |index: usize, vector: Value| json!({ "index": index, "embedding": vector });
    let two = |first: Value, second: Value| Reply::json(json!({ "data": [first, second] }));
    let answers: [(Reply, &str); 10] = [
        (Reply::Whole(200, Vec::new(), b"pa55word {".to_vec()), "HOST answered with something else"),
        (Reply::json(json!({ "login": "ada" })), "something else than was asked for, at line 1"),
        (two(item(0, json!([1, null])), item(1, json!([1, 2]))), "something else"),
        (two(item(0, json!([1, "ada"])), item(1, json!([1, 2]))), "something else"),
        (two(item(0, json!([1, 2])), item(1, json!([1]))), "1 components instead of 2"),
        (two(item(0, json!([1e300])), item(1, json!([1]))), "no number"),
        (two(item(1, json!([1])), item(1, json!([1]))), "numbers are not those of the texts"),
        (Reply::json(json!({ "data": [item(0, json!([1]))] })), "1 vectors for 2 texts"),
        (Reply::NoHttp, "HOST answered with something that is not HTTP"),
        (Reply::json(json!({ "data": [] })), "0 vectors for 2 texts"),
    ];
    for (reply, message) in answers {
        let server = Server::start(move |_, _| reply.clone());
        check(&server.url(), &patient(), (None, message));
    }
    let reranked = Server::start(|_, _| Reply::json(json!({ "results": [{ "index": 0, "relevance_score": null }] })));
    let reranker = HttpReranker::cohere(&options(&reranked.url())).unwrap();
    assert_eq!(kind(&reranker.score("q", &["a"], &patient()).unwrap_err()), None);
}

#[test]
fn a_size_that_was_asked_for_is_insisted_on() {
    let server = Server::start(|_, request| letters(request));
    let embedder = OpenAiEmbedder::new(&options(&server.url()).with_dimensions(3)).unwrap();
    let error = embedder.embed(&["a"], Purpose::Query, &patient()).unwrap_err();
    assert_eq!((error.to_string().as_str(), embedder.dimensions()), ("it gave 26 components instead of 3", 3));
}

#[test]
fn no_more_is_read_than_an_answer_may_hold() {
    let server = Server::start(|_, _| Reply::Large(8 << 20));
    let mut options = options(&server.url());
    options.max_answer_bytes = 100_000;
    let embedder = OpenAiEmbedder::new(&options).unwrap();
    let error = embedder.embed(&["a"], Purpose::Query, &patient()).unwrap_err();
    assert_eq!(error.to_string(), format!("{} answered with more than 100000 bytes", server.host()));
    assert_eq!(kind(&error), None);
    server.wait_until_left();
}

#[test]
fn a_connection_that_fails_is_an_error_that_may_pass() {
    let reset = Server::resetting();
    check(&reset.url(), &patient(), (Some((None, None)), "HOST: "));
    let cut = Server::start(|_, _| Reply::Cut);
    check(&cut.url(), &patient(), (Some((None, None)), "HOST: "));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    check(&refused, &patient(), (Some((None, None)), "HOST: "));
    // Where no name server answers, the look-up ends with the watch.
    let short = watch(&Limits::default().with_timeout(Duration::from_secs(5)));
    check("http://no-such-host.invalid", &short, (Some((None, None)), "HOST: "));
}

#[test]
fn what_is_no_secure_connection_is_not_used() {
    let server = Server::start(|_, request| letters(request));
    let url = server.url().replace("http://", "https://");
    let error = embed(&url, &patient()).unwrap_err();
    assert!(server.requests().is_empty(), "the key is not sent in the clear");
    assert!(error.to_string().starts_with(&server.host()), "{error}");
}

/// Servers that do not answer, and how each is called.
fn silent_servers() -> Vec<(Server, &'static str)> {
    let replies = [Reply::Hang, Reply::HangInBody, Reply::Drip].into_iter();
    let mut servers: Vec<_> = replies.map(|reply| (Server::start(move |_, _| reply.clone()), "http")).collect();
    // One that never greets back, where a secure connection is to be made.
    servers.push((Server::silent(), "https"));
    servers
}

#[test]
fn a_call_ends_with_its_time() {
    for (server, scheme) in silent_servers() {
        let url = server.url().replace("http", scheme);
        let short = watch(&Limits::default().with_timeout(Duration::from_millis(300)));
        check(&url, &short, (Some((None, None)), "HOST: no answer within "));
        server.wait_until_left();
        no_thread_is_left();
    }
}

#[test]
fn a_cancelled_call_stops_its_work() {
    for (server, scheme) in silent_servers() {
        let url = server.url().replace("http", scheme);
        let token = CancelToken::new();
        let endless = watch(&Limits::default().with_cancel(token.clone()));
        let error = std::thread::scope(|scope| {
            let call = scope.spawn(|| embed(&url, &endless).unwrap_err());
            eventually("the connection is made", || server.connections() == 1);
            if scheme == "http" {
                server.wait_for_requests(1);
            }
            token.cancel();
            call.join().unwrap()
        });
        assert_eq!((error.to_string().as_str(), kind(&error)), ("the call was cancelled", None));
        server.wait_until_left();
        no_thread_is_left();
    }
}

#[test]
fn a_call_that_is_ended_leaves_others_alone() {
    let server = Server::start(|number, request| if number == 0 { Reply::Hang } else { letters(request) });
    let embedder = embedder(&server.url());
    let token = CancelToken::new();
    let endless = watch(&Limits::default().with_cancel(token.clone()));
    std::thread::scope(|scope| {
        let cancelled = scope.spawn(|| embedder.embed(&["a"], Purpose::Query, &endless));
        server.wait_for_requests(1);
        assert_eq!(embedder.embed(&["a"], Purpose::Query, &patient()).unwrap().len(), 26);
        token.cancel();
        assert!(cancelled.join().unwrap().is_err());
    });
    assert_eq!(embedder.embed(&["a"], Purpose::Query, &patient()).unwrap().len(), 26);
    assert_eq!(server.connections(), 2);
}
