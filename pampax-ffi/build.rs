//! Names the shared library, by which programs ask for it when they start, and hides what is not its own.

/// The version of the ABI, as in `PAMPAX_ABI_VERSION`.
const ABI: &str = "1";

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script by variables what it builds for")]
fn main() {
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let name = match system.as_str() {
        "macos" | "ios" => format!("-Wl,-install_name,@rpath/libpampax.{ABI}.dylib"),
        "windows" => return,
        // Functions of other crates have names of C too. They come from archives, those of this crate do not.
        _ => format!("-Wl,-soname,libpampax.so.{ABI},--exclude-libs,ALL"),
    };
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cdylib-link-arg={name}");
}
