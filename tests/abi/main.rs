//! The C ABI as a C or C++ program meets it: the header, every export, misuse, callbacks, threads, memory, linking. What needs
//! more than a C compiler is there with the feature `tools`.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make their own files and start programs")]

mod header;
#[cfg(feature = "tools")]
mod install;
mod programs;
mod toolchain;

use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_path_buf()
}
