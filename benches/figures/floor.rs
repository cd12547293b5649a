//! The work that an index of a tree cannot avoid: walking it, asking for sizes and times, reading, parsing.

use super::Failure;
use pampax_core::parse;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Larger files are not parsed by the engine either.
const MOST_BYTES: usize = 2 << 20;

/// Reads every file that is not too large and parses those with a grammar, on as many threads as there are cores. The bytes
/// of what was read.
///
/// # Errors
/// Also when less than half of it was parsed: then it is nothing to compare with.
pub fn read_and_parse(files: &[PathBuf]) -> Result<usize, Failure> {
    let threads = std::thread::available_parallelism()?.get();
    let (next, read, parsed) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Ok(content) = std::fs::read(path) else { continue };
                    if content.len() <= MOST_BYTES {
                        let name = path.file_name().unwrap_or_default().to_string_lossy();
                        let nodes = parse::syntax_nodes(&name, &String::from_utf8_lossy(&content));
                        read.fetch_add(content.len(), Ordering::Relaxed);
                        parsed.fetch_add(if nodes > 0 { content.len() } else { 0 }, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let (read, parsed) = (read.into_inner(), parsed.into_inner());
    match parsed * 2 >= read {
        true => Ok(read),
        false => Err(format!("only {parsed} of {read} bytes were parsed").into()),
    }
}

/// The files below `root` that the rules of git let be seen.
pub fn files_of(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let walk = ignore::WalkBuilder::new(root).hidden(false).require_git(false).build();
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Walks the tree and asks each file for its size and time. The number of files.
pub fn walk_and_stat(root: &Path) -> Result<usize, Failure> {
    let mut count = 0;
    for path in files_of(root)? {
        count += usize::from(std::fs::symlink_metadata(path)?.is_file());
    }
    Ok(count)
}
