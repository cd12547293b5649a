//! Why a request has no good answer: for the caller, and for metrics.
//!
//! Never here: anything of the question, the answer or the key.

use super::client::CONNECT_TIMEOUT;
use crate::host::{BoxError, RemoteError};
use std::borrow::Cow;
use std::io::ErrorKind;
use std::time::Duration;

/// Why there is no good answer.
pub(super) enum Trouble {
    Cancelled,
    /// There was none in this time.
    Late(Duration),
    /// There was no connection, or it broke.
    Network(String),
    /// There was no connection that is safe.
    Unsafe(String),
    /// The answer cannot be used.
    Malformed(String),
    /// The server refused.
    Status(u16, Option<Duration>),
}

impl Trouble {
    /// What metrics call it, if they count it.
    pub(super) fn label(&self) -> Option<Cow<'static, str>> {
        match self {
            Trouble::Cancelled => None,
            Trouble::Late(_) => Some("timeout".into()),
            Trouble::Network(_) | Trouble::Unsafe(_) => Some("network".into()),
            Trouble::Malformed(_) => Some("malformed".into()),
            Trouble::Status(status, _) => Some(status.to_string().into()),
        }
    }

    /// The error for a caller who asked `host`.
    pub(super) fn said_of(self, host: &str) -> BoxError {
        match self {
            Trouble::Cancelled => "the call was cancelled".into(),
            Trouble::Late(time) => {
                RemoteError::unreachable(format!("{host}: no answer within {} ms", time.as_millis())).into()
            }
            Trouble::Network(why) => RemoteError::unreachable(format!("{host}: {why}")).into(),
            Trouble::Unsafe(why) => format!("{host}: no secure connection: {why}").into(),
            Trouble::Malformed(what) => format!("{host} {what}").into(),
            Trouble::Status(status, retry_after) => {
                let meaning = match status {
                    300..=399 => ": redirects are not followed",
                    401 => ": the API key is missing or not accepted",
                    _ => "",
                };
                let error = RemoteError::status(status, format!("HTTP {status} from {host}{meaning}"));
                RemoteError { retry_after, ..error }.into()
            }
        }
    }
}

impl From<ureq::Error> for Trouble {
    fn from(error: ureq::Error) -> Trouble {
        match error {
            // A handshake that fails comes as an input or output error of this kind.
            ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData => Trouble::Unsafe(error.to_string()),
            ureq::Error::Io(error) => Trouble::Network(error.to_string()),
            ureq::Error::HostNotFound => Trouble::Network("no such host".to_owned()),
            ureq::Error::Timeout(_) => {
                Trouble::Network(format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()))
            }
            ureq::Error::ConnectionFailed => Trouble::Network("no connection".to_owned()),
            ureq::Error::Tls(why) => Trouble::Unsafe(why.to_owned()),
            ureq::Error::Rustls(why) => Trouble::Unsafe(why.to_string()),
            ureq::Error::BodyExceedsLimit(limit) => {
                Trouble::Malformed(format!("answered with more than {limit} bytes"))
            }
            // The messages of other errors may quote what was received.
            _ => Trouble::Malformed("answered with something that is not HTTP".to_owned()),
        }
    }
}
