//! Errors on their way to JavaScript.
//!
//! Never here: what went wrong.

use napi::Status;
use napi_derive::napi;
use pampax_core::error::ErrorBody;
use pampax_core::{Error, ErrorCode};

/// An error whose message is the document of `error`; the facade makes a `PampaxError` of it.
pub fn to_js_error(error: &Error) -> napi::Error {
    let text = serde_json::to_string(&error.document()).unwrap_or_else(|_| error.to_string());
    napi::Error::new(Status::GenericFailure, text)
}

/// What the table says of an error that the facade makes, as JSON; of a name that is not in it, what it says of a bug.
#[napi]
pub fn error_body(name: String, message: String) -> napi::Result<String> {
    let code = ErrorCode::ALL.iter().find(|code| code.name() == name).copied().unwrap_or(ErrorCode::Internal);
    serde_json::to_string(&ErrorBody::new(code, message)).map_err(|error| napi::Error::from_reason(error.to_string()))
}
