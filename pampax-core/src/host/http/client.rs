//! One request and its answer, ended with its watch.
//!
//! The request runs on a thread of its own, because neither name look-ups nor sockets can be asked to look at a watch.
//! When the watch ends first, the agent that holds the connection is shut down, which wakes the thread from any wait for
//! the far side.
//!
//! Never here: what is asked, or what the answer means.

use super::HttpOptions;
use super::trouble::Trouble;
use crate::error::{Error, Result};
use crate::host::{BoxError, Metric, Seam};
use crate::limits::Watch;
use crate::parallel::{Task, Waited};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use ureq::Agent;
use ureq::http::{HeaderMap, HeaderValue, Uri, header};

/// The longest that looking up a name goes on, and then connecting. Neither can be interrupted.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The most connections that are kept open for later.
const MAX_IDLE: usize = 8;

/// What a provider's services have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    /// The name of the provider.
    pub provider: &'static str,
    /// What it serves as.
    pub seam: Seam,
    /// Where its service is when no address is given.
    pub url: &'static str,
    /// The path of the service on a server of which only the address is given.
    pub path: &'static str,
    /// How the path of the service ends, whatever it is below.
    pub ending: &'static str,
}

/// Asks one service.
pub(super) struct Client {
    url: String,
    host: String,
    seam: Seam,
    authorization: Option<HeaderValue>,
    max_answer_bytes: u64,
    /// Agents of one connection each: a call can be ended by shutting down its agent, without harm to others.
    idle: Mutex<Vec<Agent>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a key.
        formatter.debug_struct("Client").field("host", &self.host).finish_non_exhaustive()
    }
}

/// What a server sent.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Client {
    /// A client of `service` as `options` have it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an address or a key that cannot be used, or no model.
    pub(super) fn new(service: &Service, options: &HttpOptions) -> Result<Client> {
        if options.model.trim().is_empty() {
            return Err(Error::argument("model", "the name of a model is needed"));
        }
        let (url, host) = address(service, &options.url)?;
        let authorization = match options.api_key.0.trim() {
            "" => None,
            key => Some(authorization(key)?),
        };
        let idle = Mutex::default();
        Ok(Client { url, host, seam: service.seam, authorization, max_answer_bytes: options.max_answer_bytes, idle })
    }

    /// The host and, where it is not the usual one, the port.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Sends `question` and reads the answer.
    ///
    /// # Errors
    /// A [`RemoteError`](crate::host::RemoteError) where there was no answer or one with a status that is no success; another error for an answer
    /// that cannot be used. Neither holds anything of the question, the answer, or the key.
    pub(super) fn ask<A: DeserializeOwned>(
        &self,
        question: &impl Serialize,
        watch: &Watch,
    ) -> std::result::Result<A, BoxError> {
        let body = serde_json::to_vec(question)?;
        let started_ns = watch.observer().clock().monotonic_ns();
        let outcome = self.post(body, watch).and_then(read);
        let took_ns = watch.observer().clock().monotonic_ns().saturating_sub(started_ns);
        let status = match &outcome {
            Ok(_) => Some("200".into()),
            Err(trouble) => trouble.label(),
        };
        if let Some(status) = status {
            let seam = self.seam.name();
            watch.observer().count(Metric::RemoteCallsTotal, 1, &[("seam", seam), ("status", &status)]);
            watch.observer().observe(Metric::RemoteLatencyMs, took_ns as f64 / 1e6, &[("seam", seam)]);
        }
        outcome.map_err(|trouble| trouble.said_of(&self.host))
    }

    fn post(&self, body: Vec<u8>, watch: &Watch) -> std::result::Result<Answer, Trouble> {
        let agent = self.take_agent();
        let exchange = {
            let (agent, url, limit) = (agent.clone(), self.url.clone(), self.max_answer_bytes);
            let authorization = self.authorization.clone();
            move || exchange(&agent, (&url, authorization), &body, limit)
        };
        let time = watch.remaining().unwrap_or(Duration::MAX);
        let trouble = match Task::start("pampax-http", exchange).map_err(Trouble::Network)?.wait(watch) {
            Waited::Done(Ok(outcome)) => {
                self.keep_agent(agent);
                return outcome.map_err(Trouble::from);
            }
            Waited::Done(Err(_)) => Trouble::Malformed("answered with something that cannot be read".into()),
            Waited::Cancelled => Trouble::Cancelled,
            Waited::Over => Trouble::Late(time),
        };
        agent.shutdown();
        Err(trouble)
    }

    fn agents(&self) -> MutexGuard<'_, Vec<Agent>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_agent(&self) -> Agent {
        let idle = self.agents().pop();
        idle.unwrap_or_else(new_agent)
    }

    fn keep_agent(&self, agent: Agent) {
        let mut idle = self.agents();
        if idle.len() < MAX_IDLE {
            idle.push(agent);
        }
    }
}

/// What a good answer holds.
fn read<A: DeserializeOwned>(answer: Answer) -> std::result::Result<A, Trouble> {
    match answer.status {
        200..=299 => serde_json::from_slice(&answer.body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let what = "answered with something else than was asked for, at line";
            Trouble::Malformed(format!("{what} {line}, column {column}"))
        }),
        status => Err(Trouble::Status(status, answer.retry_after)),
    }
}

fn new_agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(1)
        .proxy(None)
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_resolve(Some(CONNECT_TIMEOUT))
        .user_agent(concat!("pampax/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

fn exchange(
    agent: &Agent,
    (url, authorization): (&str, Option<HeaderValue>),
    body: &[u8],
    limit: u64,
) -> std::result::Result<Answer, ureq::Error> {
    let mut request = agent.post(url).header(header::CONTENT_TYPE, "application/json");
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let mut response = request.send(body)?;
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let body = match status {
        200..=299 => response.body_mut().with_config().limit(limit).read_to_vec()?,
        _ => Vec::new(),
    };
    Ok(Answer { status, retry_after, body })
}

/// What `Retry-After` says in seconds. Dates are passed over: they need a clock that agrees with the server's.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn authorization(key: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
        .map_err(|_| Error::argument("api_key", "it holds characters that no header may hold"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The address of `service` where `url` says the server is, and the name of the host.
fn address(service: &Service, url: &str) -> Result<(String, String)> {
    let wrong = |reason: &str| Error::argument("url", reason);
    let url = if url.trim().is_empty() { service.url } else { url.trim() };
    let uri: Uri = url.parse().map_err(|_| wrong("it is no address such as https://host/v1"))?;
    let (scheme, host) = match (uri.scheme_str(), uri.authority()) {
        (Some(scheme @ ("http" | "https")), Some(host)) if !host.host().is_empty() => (scheme, host.as_str()),
        _ => return Err(wrong("it is no address that begins with http:// or https:// and a host")),
    };
    if host.contains('@') {
        return Err(wrong("it holds a name or a password, which belong into the API key"));
    }
    let path = match uri.path().trim_end_matches('/') {
        "" => service.path.to_owned(),
        path if path.ends_with(service.ending) => path.to_owned(),
        path => format!("{path}{}", service.ending),
    };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok((format!("{scheme}://{host}{path}{query}"), host.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    const SERVICE: Service = Service {
        provider: "test",
        seam: Seam::Embedder,
        url: "https://api.example.com/v1",
        path: "/v1/embeddings",
        ending: "/embeddings",
    };

    #[test]
    fn an_address_leads_to_the_service() {
        for (url, expected) in [
            ("", "https://api.example.com/v1/embeddings"),
            ("http://localhost:8080", "http://localhost:8080/v1/embeddings"),
            ("http://localhost:8080/", "http://localhost:8080/v1/embeddings"),
            (" https://[::1]:8443/api/v3/ ", "https://[::1]:8443/api/v3/embeddings"),
            ("https://host/v1/embeddings?version=2", "https://host/v1/embeddings?version=2"),
        ] {
            assert_eq!(address(&SERVICE, url).unwrap().0, expected, "{url:?}");
        }
        assert_eq!(address(&SERVICE, "http://localhost:8080/v1").unwrap().1, "localhost:8080");
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for url in
            ["localhost:8080", "ftp://host/", "https://", "/v1", "https://ada:pa55word@host/v1", "ht tp://pa55word"]
        {
            let error = address(&SERVICE, url).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidArgument, "{url}: {error}");
            assert!(!error.to_string().contains("pa55word"), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for (argument, options) in [
            ("model", HttpOptions::new("  ")),
            ("api_key", HttpOptions::new("m").with_api_key("pa55\nword")),
            ("url", HttpOptions::new("m").with_url("nowhere")),
        ] {
            let error = Client::new(&SERVICE, &options).unwrap_err().to_string();
            assert!(error.contains(argument) && !error.contains("pa55"), "{error}");
        }
        assert!(Client::new(&SERVICE, &HttpOptions::new("m").with_api_key("key from a file\n")).is_ok());
    }

    #[test]
    fn nothing_shows_a_key() {
        let options = HttpOptions::new("m").with_api_key("pa55word").with_url("https://host/v1?key=pa55word");
        let named = HttpOptions::new("m").with_url("https://ada:pa55word@host/v1");
        assert!(!format!("{named:?}").contains("pa55word"), "{named:?}");
        let client = Client::new(&SERVICE, &options).unwrap();
        let shown = format!("{options:?} {client:?} {:?}", client.authorization);
        assert!(!shown.contains("pa55word"), "{shown}");
    }

    #[test]
    fn a_wish_to_wait_is_read_from_its_header() {
        for (text, expected) in
            [("7", Some(7)), (" 0 ", Some(0)), ("-1", None), ("Wed, 21 Oct 2015 07:28:00 GMT", None)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(text).unwrap());
            assert_eq!(retry_after(&headers), expected.map(Duration::from_secs), "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
