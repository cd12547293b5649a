//! The places that a text names, looked up in one snapshot: the indexed file and the definition around the line.
//!
//! Never here: what in a text is a place (`intent/frames.rs`).

use crate::error::Result;
use crate::parse::Span;
use crate::search::corpus::{Corpus, FileIndex};
use crate::search::intent::{Frame, Intent, Recognised, read};
use crate::search::{Document, Searcher};
use crate::source::{Generation, LineRange, RepoPath, SpanId, SpanKind};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// The most files that one place is looked up in.
const MAX_FILES: usize = 3;

/// How sure it is that the file is meant when the paths agree from their ends to the beginning of one of them, and when
/// only their ends agree.
const WHOLE: f64 = 1.0;
const PARTIAL: f64 = 0.5;

/// The same when nothing but the name of the file agrees.
const NAME_ONLY: f64 = 0.3;

/// Folders that programs install other people's code into: what lies below them is found by its whole path there.
const INSTALLED: &[&str] = &[
    ".cargo/registry",
    "Python.framework",
    "dist-packages",
    "gems",
    "go/pkg/mod",
    "node_modules",
    "rustc",
    "site-packages",
    "usr/include",
    "usr/lib",
    "usr/local/go/src",
];

/// What a text is about, and which places of the index it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recognition {
    /// What the text is about.
    pub intent: Intent,
    /// What in the text decided that.
    pub why: String,
    /// The places that were found, in the order of the text; of one written place the surest file first.
    pub places: Vec<CodePlace>,
    /// The places that no indexed file fits.
    pub unmatched: Vec<UnmatchedPlace>,
    /// The error codes and classes of errors in the text.
    pub codes: Vec<String>,
    /// The routes in the text, with their verb where it is given.
    pub routes: Vec<String>,
    /// The keys of settings in the text.
    pub keys: Vec<String>,
    /// The identifiers that the text names clearly.
    pub names: Vec<String>,
    /// The state of the index that answered.
    pub generation: Generation,
}

/// A place of a text in an indexed file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CodePlace {
    /// The place as the text has it, as `path` or `path:line`.
    pub written: String,
    /// The file.
    pub path: RepoPath,
    /// The line, counted from 1, if the text gives one.
    pub line: Option<u32>,
    /// The first line of the definition; the line itself where no definition is around it, or 1.
    pub start_line: u32,
    /// The last line, inclusive.
    pub end_line: u32,
    /// The qualified name of the definition around the line, or of the function that the text names.
    pub symbol: Option<String>,
    /// What that definition is.
    pub kind: Option<SpanKind>,
    /// That definition's id, for `Assembler::expand`.
    pub span_id: Option<SpanId>,
    /// How sure it is that this file is meant, above 0 and up to 1.
    pub confidence: f64,
}

/// A place of a text that no indexed file fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnmatchedPlace {
    /// The place as the text has it, as `path` or `path:line`.
    pub written: String,
    /// The function that the text names there, as written.
    pub function: Option<String>,
    /// Why no file fits.
    pub why: String,
}

impl Searcher {
    /// What a text is about: its intent, the places in code that it names by `file:line` or in a stack trace, looked up
    /// in this snapshot, and its error codes, routes, keys of settings and identifiers.
    ///
    /// Of the text the first 64 KiB are read, of its places the first 50. No text is an error.
    ///
    /// # Errors
    /// `INDEX_DAMAGED` or `IO` when a file cannot be read.
    pub fn recognise(&self, text: &str) -> Result<Recognition> {
        let recognised = read(text);
        let (places, unmatched) = places(self, &recognised)?;
        let Recognised { intent, why, codes, routes, keys, names, .. } = recognised;
        let generation = self.generation();
        Ok(Recognition { intent, why, places, unmatched, codes, routes, keys, names, generation })
    }
}

/// The indexed places of what was recognised, and the places that no file fits.
pub(crate) fn places(searcher: &Searcher, recognised: &Recognised) -> Result<(Vec<CodePlace>, Vec<UnmatchedPlace>)> {
    let corpus = &searcher.shared.corpus;
    let by_name = files_by_name(corpus, &recognised.frames);
    let (mut places, mut unmatched): (Vec<CodePlace>, Vec<UnmatchedPlace>) = Default::default();
    for frame in &recognised.frames {
        let name = frame.path.rsplit('/').next().unwrap_or(&frame.path);
        let files = by_name.get(name).map_or(&[][..], Vec::as_slice);
        match found(searcher, frame, files)? {
            Ok(found) => places.extend(found),
            Err(why) => unmatched.push(UnmatchedPlace {
                written: frame.written(),
                function: frame.qualified.clone().or_else(|| frame.function.clone()),
                why,
            }),
        }
    }
    Ok((places, unmatched))
}

/// The files that have the name of a frame's file, by that name.
fn files_by_name<'a>(corpus: &Corpus, frames: &'a [Frame]) -> HashMap<&'a str, Vec<FileIndex>> {
    let names = frames.iter().filter_map(|frame| frame.path.rsplit('/').next());
    let mut files: HashMap<&str, Vec<FileIndex>> = names.map(|name| (name, Vec::new())).collect();
    for (index, file) in corpus.files.iter().enumerate() {
        if let Some(found) = files.get_mut(file.path.file_name()) {
            found.push(index as FileIndex);
        }
    }
    files
}

/// A file that a frame may mean.
struct Fitting {
    document: Arc<Document>,
    confidence: f64,
}

/// The places of one frame, or why there is none.
fn found(
    searcher: &Searcher,
    frame: &Frame,
    files: &[FileIndex],
) -> Result<std::result::Result<Vec<CodePlace>, String>> {
    let mut fitting = match fitting(searcher, frame, files)? {
        Ok(fitting) => fitting,
        Err(why) => return Ok(Err(why)),
    };
    // Of equal paths those count that define the function.
    let defines = |fitting: &Fitting| frame.function.as_ref().is_some_and(|name| defines(&fitting.document, name));
    if fitting.len() > 1 && fitting.iter().any(defines) {
        fitting.retain(defines);
    }
    let count = fitting.len().min(MAX_FILES) as f64;
    let place = |fitting: &Fitting| place(searcher, frame, &fitting.document, fitting.confidence / count);
    Ok(Ok(fitting.iter().take(MAX_FILES).map(place).collect()))
}

/// The files whose paths agree best with that of the frame, in the order of the index.
fn fitting(
    searcher: &Searcher,
    frame: &Frame,
    files: &[FileIndex],
) -> Result<std::result::Result<Vec<Fitting>, String>> {
    let written = match in_own_module(searcher, &frame.path)? {
        Some(below) => below,
        None => wanted_path(frame),
    };
    let wanted = Wanted::new(&written, written != frame.path);
    let corpus = &searcher.shared.corpus;
    let agreements: Vec<usize> =
        files.iter().map(|file| wanted.agreement(&corpus.files[*file as usize].path)).collect();
    let best = agreements.iter().copied().max().unwrap_or(0);
    if best == 0 {
        return Ok(Err("no indexed file has this name".to_owned()));
    }
    let mut fitting = Vec::new();
    for (file, _) in files.iter().zip(&agreements).filter(|(_, agreement)| **agreement == best) {
        let path = &corpus.files[*file as usize].path;
        let is_whole = best == wanted.parts.len() || best == path.as_str().split('/').count();
        let falls_short = best < wanted.parts.len();
        if wanted.is_installed && falls_short {
            continue;
        }
        let document = searcher.read(*file)?;
        if wanted.is_package && falls_short && !is_in_package(&document, &wanted) {
            continue;
        }
        let confidence = match best {
            _ if is_whole || wanted.is_package => WHOLE,
            1 => NAME_ONLY,
            _ => PARTIAL,
        };
        fitting.push(Fitting { document, confidence });
    }
    let why = if wanted.is_installed {
        "it lies among installed packages"
    } else {
        "no file of this name is in this package"
    };
    Ok(if fitting.is_empty() { Err(why.to_owned()) } else { Ok(fitting) })
}

/// The path within the module of Go that this tree is, when a path lies in a copy of it among installed modules.
fn in_own_module(searcher: &Searcher, path: &str) -> Result<Option<String>> {
    let Some((_, installed)) = path.rsplit_once("/pkg/mod/") else { return Ok(None) };
    let Some((module, rest)) = installed.split_once('@') else { return Ok(None) };
    let Some((_, below)) = rest.split_once('/') else { return Ok(None) };
    let Some(manifest) = RepoPath::new("go.mod").ok().and_then(|path| searcher.shared.corpus.find(&path)) else {
        return Ok(None);
    };
    let manifest = searcher.read(manifest)?;
    let own = manifest.text.lines().find_map(|line| line.trim().strip_prefix("module "));
    Ok((own.map(str::trim) == Some(module)).then(|| below.to_owned()))
}

/// The path of a frame, or for a bare file name of the Java world the path that the package of its function gives.
fn wanted_path(frame: &Frame) -> String {
    let is_java = [".java", ".kt", ".kts", ".scala", ".groovy"].iter().any(|end| frame.path.ends_with(end));
    let qualified = frame.qualified.as_deref().filter(|_| is_java && !frame.path.contains('/'));
    let Some(qualified) = qualified else { return frame.path.clone() };
    let name = qualified.rsplit('/').next().unwrap_or(qualified);
    let parts: Vec<&str> = name.split('.').collect();
    let package = parts[..parts.len().saturating_sub(2)].join("/");
    if package.is_empty() { frame.path.clone() } else { format!("{package}/{}", frame.path) }
}

/// A path that is looked for.
struct Wanted<'a> {
    /// Its parts; of an installed file those below the folder of packages.
    parts: Vec<&'a str>,
    is_installed: bool,
    /// Whether its folders are those of a package, which need not be folders of the tree.
    is_package: bool,
}

impl<'a> Wanted<'a> {
    fn new(path: &'a str, is_package: bool) -> Wanted<'a> {
        let below = INSTALLED.iter().filter_map(|folder| {
            let (at, _) = path.rmatch_indices(folder).find(|(at, _)| {
                let rest = &path[at + folder.len()..];
                rest.starts_with('/') && (*at == 0 || path[..*at].ends_with('/'))
            })?;
            Some(&path[at + folder.len()..])
        });
        let installed = below.min_by_key(|rest| rest.len());
        let is_part = |part: &&str| !part.is_empty() && *part != "." && *part != ".." && !part.ends_with(':');
        Wanted {
            parts: installed.unwrap_or(path).split('/').filter(is_part).collect(),
            is_installed: installed.is_some(),
            is_package,
        }
    }

    /// How many parts of the two paths agree, from their ends.
    fn agreement(&self, path: &RepoPath) -> usize {
        let equal = self.parts.iter().rev().zip(path.as_str().rsplit('/')).take_while(|(left, right)| **left == *right);
        equal.count()
    }
}

/// Whether a file says that it is in the wanted package, whatever its folder.
fn is_in_package(document: &Document, wanted: &Wanted<'_>) -> bool {
    let package = wanted.parts[..wanted.parts.len().saturating_sub(1)].join(".");
    let said = document.text.lines().find_map(|line| line.trim_start().strip_prefix("package "));
    said.is_some_and(|said| said.trim().trim_end_matches(';').trim_end() == package)
}

fn defines(document: &Document, name: &str) -> bool {
    document.parsed.spans.iter().any(|span| span.name == name)
}

fn place(searcher: &Searcher, frame: &Frame, document: &Document, confidence: f64) -> CodePlace {
    let spans = &document.parsed.spans;
    let number = definition(frame, spans);
    let symbol = number.and_then(|span| document.symbol(span, searcher.masks_secrets()));
    let line = frame.line.unwrap_or(1);
    let lines = number.map_or(LineRange { start: line, end: line }, |span| spans[span].lines);
    CodePlace {
        written: frame.written(),
        path: document.path.clone(),
        line: frame.line,
        start_line: lines.start,
        end_line: lines.end,
        kind: number.map(|span| spans[span].kind),
        span_id: symbol.as_ref().map(|symbol| symbol.span_id),
        symbol: symbol.map(|symbol| symbol.qualified_name),
        confidence,
    }
}

/// The definition that a frame means: the one around its line that has the name of its function, else the only one of
/// that name in the file, which may have moved since, else the smallest around the line.
fn definition(frame: &Frame, spans: &[Span]) -> Option<usize> {
    let has_name = |span: &Span| frame.function.as_ref().is_some_and(|name| span.name == *name);
    let around = |span: &Span| frame.line.is_some_and(|line| span.lines.overlaps(LineRange { start: line, end: line }));
    let size = |span: &Span| span.lines.end - span.lines.start;
    let smallest = |fits: &dyn Fn(&Span) -> bool| {
        let fitting = spans.iter().enumerate().filter(|(_, span)| fits(span));
        fitting.min_by_key(|(index, span)| (size(span), std::cmp::Reverse(*index))).map(|(index, _)| index)
    };
    let named: Vec<usize> =
        spans.iter().enumerate().filter(|(_, span)| has_name(span)).map(|(index, _)| index).collect();
    let only = match (named.as_slice(), frame.line) {
        ([only], _) => Some(*only),
        ([first, ..], None) => Some(*first),
        _ => None,
    };
    smallest(&|span| has_name(span) && around(span)).or(only).or_else(|| smallest(&around))
}
