//! The C ABI of pampax: each function takes what C gives apart, calls the engine, and puts together what C is given.
//!
//! `include/pampax.h` is made from these files; its head states the conventions, and docs/c-api.md explains them.
//!
//! Never here: what an operation does, which is the core's; text for people.

#![expect(non_camel_case_types, reason = "types have the names that C knows them by")]

mod boundary;
mod bundle;
mod error;
mod handle;
mod host;
mod index;
mod limits;
mod listeners;
#[cfg(test)]
mod panics;
mod results;
mod searcher;
mod text;

pub use bundle::*;
pub use error::*;
pub use host::*;
pub use index::*;
pub use limits::*;
pub use listeners::*;
pub use results::*;
pub use searcher::*;
pub use text::pampax_text_free;

use std::ffi::{CStr, c_char};

/// The version of this interface. A program that was compiled with this header runs with any library that answers the same
/// number.
pub const PAMPAX_ABI_VERSION: u32 = 1;

/// The number of an error, or `PAMPAX_OK`.
pub type pampax_status = i32;

/// The version of the engine, with a NUL.
const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// The `PAMPAX_ABI_VERSION` of the library that runs.
#[unsafe(no_mangle)]
pub extern "C" fn pampax_abi_version() -> u32 {
    boundary::value(0, || PAMPAX_ABI_VERSION)
}

/// The version of the engine, such as "0.1.0". Valid as long as the program.
#[unsafe(no_mangle)]
pub extern "C" fn pampax_version() -> *const c_char {
    boundary::value(std::ptr::null(), || VERSION.as_ptr())
}
