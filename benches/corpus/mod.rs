//! Real source trees for the benches: the published sources of the packages in Cargo.lock, from cargo's own folder.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages left out: their files are tables written by programs, not source that anybody searches.
const LEFT_OUT: &[&str] = &["windows", "winapi", "tree-sitter-", "linux-raw-sys", "encoding-index"];

/// A folder with at least `file_count` files of whole packages, in the order of their names; made once.
pub fn tree(file_count: usize) -> Result<PathBuf, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/corpus/packages-{file_count}"));
    let done = folder.with_extension("done");
    if done.exists() {
        return Ok(folder);
    }
    let mut copied = 0;
    for package in packages()? {
        if copied >= file_count {
            break;
        }
        let name = package.file_name().ok_or("a package without a folder name")?;
        copied += copy(&package, &folder.join(name))?;
    }
    if copied < file_count {
        return Err(format!("only {copied} of {file_count} files: run `cargo fetch` first").into());
    }
    std::fs::write(done, copied.to_string())?;
    Ok(folder)
}

fn packages() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--all-features"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let mut folders: Vec<PathBuf> = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata lists no packages")?
        .iter()
        .filter(|package| !package["source"].is_null())
        .filter(|package| !LEFT_OUT.iter().any(|name| package["name"].as_str().unwrap_or("").starts_with(name)))
        .filter_map(|package| Path::new(package["manifest_path"].as_str()?).parent().map(Path::to_path_buf))
        .collect();
    folders.sort();
    Ok(folders)
}

fn copy(from: &Path, to: &Path) -> Result<usize, Box<dyn Error>> {
    std::fs::create_dir_all(to)?;
    let mut copied = 0;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() => copied += copy(&entry.path(), &target)?,
            kind if kind.is_file() => {
                std::fs::copy(entry.path(), target)?;
                copied += 1;
            }
            _ => {}
        }
    }
    Ok(copied)
}
