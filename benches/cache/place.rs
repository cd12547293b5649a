//! Trees to ask about, each a copy that may be edited, with the questions that are asked.

use super::Failure;
use super::corpus;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Questions about the sources of published packages, for runs without a benchmark.
const QUESTIONS: &[&str] = &[
    "AhoCorasickBuilder",
    "how are ansi escape codes written for a color",
    "blake3 keyed hash",
    "parse command line arguments with subcommands",
    "select over several crossbeam channels",
    "bit packing of integers in blocks",
    "crc32 checksum with simd",
    "display width of a style",
    "error context and backtrace",
    "base64 engine configuration",
    "reader that buffers bytes",
    "split bytes into lines",
    "atomic reference counted buffer",
    "find the literal prefixes of a pattern",
    "where are color choices resolved from the environment",
    "hash of a large input on several threads",
    "iterate over set bits",
    "compile C code in a build script",
    "detect the cpu features at run time",
    "derive a parser from a struct",
];

/// The files of the fallback corpus.
const FILES: usize = 1_000;

/// A tree with questions.
pub struct Place {
    pub name: String,
    pub root: PathBuf,
    pub questions: Vec<String>,
}

/// The arguments, by name without dashes.
pub fn arguments() -> Result<BTreeMap<String, String>, Failure> {
    let mut values = BTreeMap::new();
    let mut arguments = std::env::args().skip(1).filter(|argument| !matches!(argument.as_str(), "--bench" | "--test"));
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        values.insert(name.trim_start_matches('-').to_owned(), value);
    }
    Ok(values)
}

/// The trees that the arguments name, each by itself and all of them as one, or the fallback corpus.
pub fn places(arguments: &BTreeMap<String, String>, scratch: &Path) -> Result<Vec<Place>, Failure> {
    let path = |name: &str| arguments.get(name).map(PathBuf::from);
    let (Some(trees), Some(specs), Some(questions)) = (path("trees"), path("specs"), path("questions")) else {
        let root = scratch.join("packages");
        copy(&corpus::tree(FILES)?, &root)?;
        let questions = QUESTIONS.iter().map(|text| (*text).to_owned()).collect();
        return Ok(vec![Place { name: "packages".to_owned(), root, questions }]);
    };
    let wanted: Option<Vec<&str>> = arguments.get("repos").map(|names| names.split(',').collect());
    let mut places = Vec::new();
    for spec in json(&specs)?.as_array().ok_or("specs are not a list")? {
        let name = spec["name"].as_str().ok_or("a spec without a name")?;
        let file = questions.join(format!("{name}.json"));
        if !file.exists() || wanted.as_ref().is_some_and(|wanted| !wanted.contains(&name)) {
            continue;
        }
        let root = scratch.join("trees").join(name);
        copy(&trees.join(name).join(spec["benchmark_root"].as_str().unwrap_or("")), &root)?;
        places.push(Place { name: name.to_owned(), root, questions: asked(&json(&file)?)? });
    }
    if places.is_empty() {
        return Err("no tree with questions: check --trees, --specs, --questions and --repos".into());
    }
    if places.len() > 1 {
        // Some words are asked about in several repositories.
        let questions: BTreeSet<String> = places.iter().flat_map(|place| place.questions.clone()).collect();
        let questions = questions.into_iter().collect();
        places.push(Place { name: "all as one".to_owned(), root: scratch.join("trees"), questions });
    }
    Ok(places)
}

fn asked(list: &Value) -> Result<Vec<String>, Failure> {
    let entries = list.as_array().ok_or("questions are not a list")?;
    entries.iter().map(|entry| Ok(entry["query"].as_str().ok_or("a question without a text")?.to_owned())).collect()
}

fn json(path: &Path) -> Result<Value, Failure> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() && entry.file_name() != ".git" => copy(&entry.path(), &target)?,
            kind if kind.is_file() => _ = std::fs::copy(entry.path(), target)?,
            _ => {}
        }
    }
    Ok(())
}
