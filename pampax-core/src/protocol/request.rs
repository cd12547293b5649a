//! A request as it comes in.
//!
//! Never here: which operations there are.

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::protocol::VERSION;
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

impl Call {
    /// Reads a request.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when `text` is no request of this version.
    pub fn read(text: &str) -> Result<Call> {
        let call: Call = serde_json::from_str(text).map_err(|error| Error::argument("request", error.to_string()))?;
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
        serde_json::from_value(self.params).map_err(|error| Error::argument("params", error.to_string()))
    }
}
