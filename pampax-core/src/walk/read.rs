//! One walked file: its bytes, text, language and role, or why it has none.
//!
//! Never here: which files are walked.

use super::WalkedFile;
use crate::classify::{self, SkipReason, Skipped};
use crate::config::Config;
use crate::parse::decode::{self, Decoded, OffsetMap};
use crate::parse::language;
use crate::source::{ContentHash, Language, RepoPath, Role};
use std::fs::{File, FileType, Metadata};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// How much of a text decides its language and role.
const HEAD_BYTES: usize = 8 << 10;

/// A file that is indexed.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// The hash of its bytes.
    pub(crate) hash: ContentHash,
    /// Its text.
    pub(crate) text: String,
    /// The name of its encoding.
    pub(crate) encoding: &'static str,
    /// The way from its text back to its bytes.
    pub(crate) offsets: OffsetMap,
    /// Its language.
    pub(crate) language: Language,
    /// What it is for.
    pub(crate) role: Role,
}

/// Why bytes could not be had.
pub(super) type Refusal = (SkipReason, String);

/// Reads and decodes `file`.
///
/// # Errors
/// The file as skipped: it vanished, changed, cannot be read, is not text, or is of a kind that is left out.
pub(crate) fn read(root: &Path, file: &WalkedFile, config: &Config) -> std::result::Result<SourceFile, Skipped> {
    let skipped = |(reason, detail): Refusal| Skipped::new(file.path.as_str(), reason, detail);
    let max_bytes = config.indexer.max_file_bytes;
    let bytes = read_bytes(&root.join(file.path.as_str()), max_bytes, check_text).map_err(skipped)?;
    // A folder that became a link since the walk would lead out of the root; what was read through it is forgotten.
    check_folders(root, &file.path).map_err(skipped)?;
    let Decoded { text, encoding, offsets } =
        decode::decode(&bytes).map_err(|reason| skipped((SkipReason::Binary, reason.to_string())))?;
    let head = head_of(&text);
    let language = language::detect(&file.path, head);
    if let Some((reason, rule)) = classify::skip_by_content(&file.path, language, &text, &config.security) {
        return Err(skipped((reason, rule.to_owned())));
    }
    let role = classify::role(&file.path, language, head);
    Ok(SourceFile { hash: ContentHash::of(&bytes), text, encoding, offsets, language, role })
}

fn check_folders(root: &Path, path: &RepoPath) -> std::result::Result<(), Refusal> {
    let mut folder = path.folder();
    while !folder.is_empty() {
        if !root.join(folder).symlink_metadata().map_err(refusal)?.is_dir() {
            return Err((SkipReason::Changed, format!("{folder} is no longer a folder")));
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    Ok(())
}

fn check_text(head: &[u8]) -> std::result::Result<(), Refusal> {
    decode::check_head(head).map_err(|reason| (SkipReason::Binary, reason.to_string()))
}

/// The start of a text that decides its language and role.
pub(super) fn head_of(text: &str) -> &str {
    let end = (0..=text.len().min(HEAD_BYTES)).rev().find(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}

/// The bytes of the regular file at `path`, unless `check` refuses its start.
///
/// A link is never followed and nothing but a regular file is ever opened; a file that changes meanwhile is refused.
pub(super) fn read_bytes(
    path: &Path,
    max_bytes: u64,
    check: impl FnOnce(&[u8]) -> std::result::Result<(), Refusal>,
) -> std::result::Result<Vec<u8>, Refusal> {
    let named = path.symlink_metadata().map_err(refusal)?;
    check_regular(named.file_type())?;
    check_size(named.len(), max_bytes)?;
    let mut file = File::open(path).map_err(refusal)?;
    let opened = file.metadata().map_err(refusal)?;
    if !is_same_file(&named, &opened) {
        return Err((SkipReason::Changed, "it was replaced while it was opened".to_owned()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(opened.len().min(max_bytes)).unwrap_or(0) + 1);
    (&mut file).take(decode::HEAD_BYTES as u64).read_to_end(&mut bytes).map_err(refusal)?;
    check(&bytes)?;
    (&mut file).take((max_bytes + 1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes).map_err(refusal)?;
    check_size(bytes.len() as u64, max_bytes)?;
    let after = file.metadata().map_err(refusal)?;
    let is_unchanged = after.len() == bytes.len() as u64 && after.modified().ok() == opened.modified().ok();
    match is_unchanged {
        true => Ok(bytes),
        false => Err((SkipReason::Changed, "it was written to while it was read".to_owned())),
    }
}

/// Whether an entry of this type may be opened.
pub(super) fn check_regular(file_type: FileType) -> std::result::Result<(), Refusal> {
    if file_type.is_symlink() {
        return Err((SkipReason::Symlink, "symbolic links are not followed".to_owned()));
    }
    match file_type.is_file() {
        true => Ok(()),
        false => Err((SkipReason::SpecialFile, format!("it is a {}, not a regular file", kind_name(file_type)))),
    }
}

#[cfg(unix)]
fn kind_name(file_type: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match file_type {
        kind if kind.is_fifo() => "FIFO",
        kind if kind.is_socket() => "socket",
        kind if kind.is_char_device() || kind.is_block_device() => "device",
        kind if kind.is_dir() => "folder",
        _ => "special file",
    }
}

#[cfg(not(unix))]
fn kind_name(file_type: FileType) -> &'static str {
    if file_type.is_dir() { "folder" } else { "special file" }
}

/// Whether a file of this size is read.
pub(super) fn check_size(bytes: u64, max_bytes: u64) -> std::result::Result<(), Refusal> {
    match bytes <= max_bytes {
        true => Ok(()),
        false => Err((SkipReason::TooLarge, format!("more than the {max_bytes} bytes of indexer.max_file_bytes"))),
    }
}

/// The skip reason of what the operating system reported.
pub(super) fn refusal(error: std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => (SkipReason::Changed, "it vanished".to_owned()),
        _ => (SkipReason::Unreadable, error.to_string()),
    }
}

#[cfg(unix)]
fn is_same_file(named: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    opened.is_file() && (named.dev(), named.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same_file(named: &Metadata, opened: &Metadata) -> bool {
    opened.is_file() && named.created().ok() == opened.created().ok()
}
