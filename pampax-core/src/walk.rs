//! Stand-in until the walk is merged.
use crate::config::Config;
use crate::error::{Error, Result};
use crate::limits::Watch;
use crate::source::{ContentHash, Language, RepoPath, Role, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
named_enum! {
    /// Why.
    SkipReason {
        /// Too large.
        TooLarge = "too_large",
        /// Binary.
        Binary = "binary",
        /// Unreadable.
        Unreadable = "unreadable",
        /// Internal.
        Internal = "internal",
    }
}
/// A skip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// path
    pub path: String,
    /// reason
    pub reason: SkipReason,
    /// detail
    pub detail: String,
}
/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WalkedFile {
    pub path: RepoPath,
    pub size: u64,
    pub mtime_ns: i64,
}
pub(crate) struct Walk {
    pub files: Vec<WalkedFile>,
    pub skipped: Vec<Skipped>,
}
#[derive(Default)]
pub(crate) struct OffsetMap;
impl OffsetMap {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }
}
pub(crate) struct SourceFile {
    pub hash: ContentHash,
    pub text: String,
    pub encoding: &'static str,
    pub offsets: OffsetMap,
    pub language: Language,
    pub role: Role,
}
#[expect(clippy::disallowed_methods, reason = "disk")]
pub(crate) fn walk(root: &Path, config: &Config, index_dir: &Path, watch: &Watch) -> Result<Walk> {
    let mut walk = Walk { files: Vec::new(), skipped: Vec::new() };
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        watch.check("walk")?;
        for entry in std::fs::read_dir(&folder).map_err(|error| Error::io("list", &folder, error))? {
            let path = entry.map_err(|error| Error::io("list", &folder, error))?.path();
            let meta = std::fs::symlink_metadata(&path).map_err(|error| Error::io("stat", &path, error))?;
            if path == index_dir || path.ends_with(".git") {
                continue;
            }
            if meta.is_dir() {
                folders.push(path);
                continue;
            }
            let name =
                path.strip_prefix(root).map_or_else(|_| String::new(), |path| path.to_string_lossy().into_owned());
            if config.indexer.exclude.contains(&name) {
                continue;
            }
            if meta.len() > config.indexer.max_file_bytes {
                walk.skipped.push(Skipped { path: name, reason: SkipReason::TooLarge, detail: String::new() });
                continue;
            }
            let modified = meta.modified().map_err(|error| Error::io("stat", &path, error))?;
            let mtime = modified.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i64);
            walk.files.push(WalkedFile { path: RepoPath::new(&name)?, size: meta.len(), mtime_ns: mtime });
        }
    }
    walk.files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(walk)
}
#[expect(clippy::disallowed_methods, reason = "disk")]
pub(crate) fn read(root: &Path, file: &WalkedFile, _: &Config) -> std::result::Result<SourceFile, Skipped> {
    let skip = |reason, detail: String| Skipped { path: file.path.to_string(), reason, detail };
    let bytes = std::fs::read(root.join(file.path.as_str()))
        .map_err(|error| skip(SkipReason::Unreadable, error.to_string()))?;
    if bytes.contains(&0) {
        return Err(skip(SkipReason::Binary, "NUL".into()));
    }
    let hash = ContentHash::of(&bytes);
    let text = String::from_utf8(bytes).map_err(|_| skip(SkipReason::Binary, "not text".into()))?;
    let language = if file.path.extension() == Some("rs") { Language::Rust } else { Language::Text };
    Ok(SourceFile { hash, text, encoding: "UTF-8", offsets: OffsetMap, language, role: Role::Code })
}
/// Stand-in: names after `fn ` are functions, names before `(` are calls, ten lines are a chunk.
pub(crate) fn parse_stand_in(
    text: &str,
    _: Language,
    _: &crate::parse::ParseLimits,
    _: &dyn crate::host::Clock,
) -> crate::parse::Parsed {
    use crate::parse::{Chunk, Parsed, Reference, Span};
    use crate::source::{ByteRange, EdgeKind, LineRange, SpanKind};
    assert!(!text.contains("panic please"), "a parser that fails");
    let mut parsed = Parsed::default();
    let mut at = 0u32;
    for (line, content) in text.split_inclusive('\n').enumerate() {
        let line = line as u32 + 1;
        let bytes = ByteRange { start: at, end: at + content.len() as u32 };
        let lines = LineRange { start: line, end: line };
        at = bytes.end;
        if let Some((_, name)) = content.split_once("fn ") {
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            parsed.spans.push(Span {
                kind: SpanKind::Function,
                qualified_name: name.clone(),
                name,
                bytes,
                lines,
                signature: bytes,
                doc: None,
                parent: None,
            });
        } else if let Some((name, _)) = content.split_once('(') {
            parsed.references.push(Reference { kind: EdgeKind::Call, name: name.trim().into(), line, span: None });
        }
        match parsed.chunks.last_mut() {
            Some(chunk) if chunk.lines.start + 9 >= line => {
                chunk.bytes.end = bytes.end;
                chunk.lines.end = line;
                chunk.tokens += content.len() as u32 / 4;
            }
            _ => parsed.chunks.push(Chunk {
                bytes,
                lines,
                span: None,
                breadcrumb: String::new(),
                tokens: content.len() as u32 / 4,
            }),
        }
    }
    parsed
}
