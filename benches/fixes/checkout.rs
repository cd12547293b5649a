//! Trees of a repository at chosen commits, made by git in a folder of their own.
//!
//! Never here: writing to the git directory.

use std::error::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A work tree that can be moved from commit to commit.
pub struct Checkout {
    git_dir: PathBuf,
    tree: PathBuf,
    /// What is in the tree, as git keeps it; outside the git directory, which stays as it is.
    index_file: PathBuf,
}

impl Checkout {
    /// An empty tree in `work` for the repository `name` below `folder`.
    pub fn new(folder: &Path, name: &str, work: &Path) -> Result<Checkout, Box<dyn Error>> {
        let places = [name.to_owned(), format!("{name}.git"), format!("{name}/.git"), format!("{name}/repo")];
        let is_git_dir = |path: &PathBuf| path.join("HEAD").is_file() && path.join("objects").is_dir();
        let git_dir = places.iter().map(|place| folder.join(place)).find(is_git_dir);
        let git_dir = git_dir.ok_or_else(|| format!("no git directory of {name} in {}", folder.display()))?;
        let checkout = Checkout { git_dir, tree: work.join("tree"), index_file: work.join("git-index") };
        // A tree that an interrupted run left may be of no commit at all.
        for path in [&checkout.index_file, &work.join("git-index.lock")] {
            remove(std::fs::remove_file(path), path)?;
        }
        remove(std::fs::remove_dir_all(&checkout.tree), &checkout.tree)?;
        std::fs::create_dir_all(&checkout.tree)?;
        Ok(checkout)
    }

    /// The folder of the tree.
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// Makes the tree that of `commit`, touching only what differs.
    pub fn move_to(&self, commit: &str) -> Result<(), Box<dyn Error>> {
        let output = Command::new("git")
            .arg("--git-dir")
            .arg(&self.git_dir)
            .arg("--work-tree")
            .arg(&self.tree)
            .args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.autocrlf=false"])
            .args(["read-tree", "-u", "--reset", commit])
            .env("GIT_INDEX_FILE", &self.index_file)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output();
        let output = output.map_err(|error| match error.kind() {
            ErrorKind::NotFound => "git is needed to make the trees, and was not found".to_owned(),
            _ => format!("git could not be run: {error}"),
        })?;
        match output.status.success() {
            true => Ok(()),
            false => {
                let said = String::from_utf8_lossy(&output.stderr);
                Err(format!("git read-tree {commit} in {}: {}", self.git_dir.display(), said.trim()).into())
            }
        }
    }
}

/// What is not there need not be removed.
fn remove(removed: std::io::Result<()>, path: &Path) -> Result<(), Box<dyn Error>> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(format!("{}: {error}", path.display()).into()),
        _ => Ok(()),
    }
}
