//! Real source trees for the benches: the published sources of the packages in Cargo.lock, from cargo's own folder, and
//! for more files than those have, what `.ci/corpus` has unpacked.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packages left out: their files are tables written by programs, not source that anybody searches.
const LEFT_OUT: &[&str] = &["windows", "winapi", "tree-sitter-", "linux-raw-sys", "encoding-index"];

/// A folder with at least `file_count` files of whole packages, in the order of their names; made once.
pub fn tree(file_count: usize) -> Result<PathBuf, Box<dyn Error>> {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/corpus");
    let folder = corpora.join(format!("packages-{file_count}"));
    let done = folder.with_extension("done");
    if done.exists() {
        return Ok(folder);
    }
    let mut copied = 0;
    let unpacked = unpacked(&corpora.join("packages"))?;
    let sources = packages()?.into_iter().map(|package| (package, copy_file as Put));
    for (from, put) in sources.chain(unpacked.into_iter().map(|folder| (folder, link_file as Put))) {
        if copied >= file_count {
            break;
        }
        copied += put_folder(&from, &folder.join(name_of(&from)?), put)?;
    }
    if copied < file_count {
        return Err(format!("only {copied} of {file_count} files: run `cargo fetch` and `.ci/corpus` first").into());
    }
    std::fs::write(done, copied.to_string())?;
    Ok(folder)
}

/// How a file gets from one place to another.
pub type Put = fn(&Path, &Path) -> std::io::Result<()>;

fn copy_file(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to).map(|_| ())
}

/// Nothing else needs the unpacked files, so they are not kept twice.
pub fn link_file(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::hard_link(from, to).or_else(|_| copy_file(from, to))
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

/// The folders of the unpacked packages, in the order of their names.
fn unpacked(packages: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut folders = Vec::new();
    let listed = if packages.exists() { Some(std::fs::read_dir(packages)?) } else { None };
    for package in listed.into_iter().flatten() {
        for folder in std::fs::read_dir(package?.path())? {
            folders.push(folder?.path());
        }
    }
    folders.sort();
    Ok(folders)
}

fn name_of(path: &Path) -> Result<&std::ffi::OsStr, Box<dyn Error>> {
    Ok(path.file_name().ok_or("a package without a folder name")?)
}

/// Puts every file of a folder that is not there yet into another one. How many there were.
pub fn put_folder(from: &Path, to: &Path, put: Put) -> Result<usize, Box<dyn Error>> {
    std::fs::create_dir_all(to)?;
    let mut copied = 0;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() => copied += put_folder(&entry.path(), &target, put)?,
            kind if kind.is_file() && !target.exists() => {
                put(&entry.path(), &target)?;
                copied += 1;
            }
            _ => {}
        }
    }
    Ok(copied)
}
