//! The trees that are measured, each in a place of its own.

use crate::Failure;
use crate::corpus::{self, link_file, put_folder};
use crate::figures::floor::files_of;
use crate::figures::process::Build;
use std::path::{Path, PathBuf};

/// The name of the tree of `.ci/corpus --kernel`.
pub const KERNEL: &str = "kernel";

/// A tree that may be edited, and the build of this bench that measures it.
pub struct Tree {
    /// The files that were asked for, or those that are there.
    pub files: usize,
    pub build: Build,
}

impl Tree {
    /// The tree of this name in a folder of `place`, made of links where it is not there yet.
    pub fn make(name: &str, place: &Path, program: &Path) -> Result<Tree, Failure> {
        let source = source(name)?;
        let (root, part) = (place.join(name).join("tree"), place.join(name).join("part"));
        if !root.exists() {
            put_folder(&source, &part, link_file)?;
            std::fs::rename(&part, &root)?;
        }
        let files = if name == KERNEL { files_of(&root)?.len() } else { name.parse()? };
        let build = Build { program: program.to_owned(), root, folder: place.join(name).join("index") };
        Ok(Tree { files, build })
    }
}

fn source(name: &str) -> Result<PathBuf, Failure> {
    if name != KERNEL {
        let files = name.parse().map_err(|_| format!("there is no tree {name}; there are numbers and {KERNEL}"))?;
        return corpus::tree(files);
    }
    let kernel = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/corpus").join(KERNEL);
    match kernel.exists() {
        true => Ok(kernel),
        false => Err(format!("{} is missing: run `.ci/corpus --kernel` first", kernel.display()).into()),
    }
}
