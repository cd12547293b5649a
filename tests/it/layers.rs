//! What the map in docs/architecture.md promises about who may use whom, checked on the source text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The layer of each room of the core; the longest name that fits counts. A file uses its own layer and lower ones.
///
/// Data that the front file of a room declares has a row of its own where pure files use it.
const LAYERS: &[(&str, u8)] = &[
    ("error", 0),
    ("source", 0),
    ("limits", 0),
    ("host::clock", 0),
    ("host::log", 0),
    ("host::metrics", 0),
    ("host::observe", 0),
    ("host", 1),
    ("parallel", 1),
    ("config", 2),
    ("parse", 2),
    ("model", 2),
    ("classify", 2),
    ("eval", 2),
    ("eval::evaluation", 7),
    ("eval::mined", 7),
    ("scip", 2),
    ("search::terms", 2),
    ("search::intent", 2),
    ("search::question", 2),
    ("search::rank", 2),
    ("search::tuning", 2),
    ("search::Contribution", 2),
    ("search::query::MAX_LIMIT", 2),
    ("assemble::budget", 2),
    ("assemble::pack", 2),
    ("assemble::policy", 2),
    ("assemble::prices", 2),
    ("assemble::render", 2),
    ("walk", 3),
    ("store", 3),
    ("health", 5),
    ("model::mine", 4),
    ("model::train", 4),
    ("index::report", 4),
    ("index::local", 4),
    ("index::plan", 4),
    ("index::prepare", 4),
    ("search::bm25", 2),
    ("search::corpus", 4),
    ("search::definitions", 4),
    ("search::evidence", 4),
    ("search::features", 4),
    ("search::nearness", 4),
    ("search::query", 4),
    ("search::retrieve", 4),
    ("search::shortlist", 4),
    ("search::spoken", 4),
    ("graph::family", 2),
    ("graph::manifest", 2),
    ("graph::typing", 2),
    ("graph::bindings", 2),
    ("cache", 4),
    ("graph::draw", 5),
    ("graph::tables", 4),
    ("graph::modules", 4),
    ("graph", 5),
    ("search", 5),
    ("index", 6),
    ("assemble", 6),
    ("pampa", 7),
    ("tune", 7),
    ("tune::fit", 2),
    ("protocol", 8),
];

/// What a word may be written in: outside these rooms the core has no such thing.
const ROOMS_OF_WORDS: &[(&str, &[&str])] = &[
    ("std::fs", &["host::log::file", "walk", "store", "model"]),
    ("std::env", &[]),
    ("std::net", &[]),
    ("std::process", &["store::lock"]),
    ("ureq", &["host::http"]),
    ("tokenizers::", &["model::tokenizer"]),
    ("use ort", &["model::onnx"]),
    ("thread::spawn", &["parallel"]),
    ("thread::scope", &["parallel"]),
    ("thread::Builder", &["parallel"]),
    ("SystemTime", &["host::clock"]),
    ("Instant", &["host::clock"]),
    ("unsafe ", &[]),
    ("static mut", &[]),
    ("clippy::disallowed_methods", &["host::log::file", "model", "walk", "store", "parallel", "host::clock"]),
];

/// What lies in the root of the repository. Everything else has a room below it.
const ROOT: &[&str] = &[
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "clippy.toml",
    "deny.toml",
    "docs",
    "examples",
    "include",
    "pampax-cli",
    "pampax-core",
    "pampax-ffi",
    "pampax-node",
    "rustfmt.toml",
    "target",
    "tests",
];

/// What belongs to bindings and programs, and never to the core.
const NOT_IN_CORE: &[&str] = &["cbindgen", "clap", "criterion", "ctrlc", "indicatif", "napi", "pampax-cli"];

/// The text of one file of the core without its comments and its tests.
struct Source {
    module: String,
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[expect(clippy::disallowed_methods, reason = "a test reads the sources it checks")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a source folder can be listed").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn core() -> Vec<Source> {
    let folder = root().join("pampax-core/src");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    files.sort();
    assert!(files.len() > 10, "the sources of the core were not found");
    let is_test_file = |file: &PathBuf| file.file_stem().is_some_and(|stem| stem == "tests");
    files.iter().filter(|file| !is_test_file(file)).map(|file| source(&folder, file)).collect()
}

fn source(folder: &Path, file: &Path) -> Source {
    let relative = file.strip_prefix(folder).expect("the file was found in the folder").with_extension("");
    let names: Vec<&str> = relative.iter().filter_map(|name| name.to_str()).collect();
    let text = read(file);
    let product = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(&text);
    let code = product.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    Source { module: names.join("::"), code: code.collect::<Vec<&str>>().join("\n") }
}

/// Every path in `code` that begins with `crate::` or `super::`, braces expanded, as seen from `module`.
fn paths(module: &str, code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        expand("", &code[start + "crate::".len()..], &mut paths);
    }
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    for (start, _) in code.match_indices("super::") {
        expand(parent, &code[start + "super::".len()..], &mut paths);
    }
    paths
}

/// Appends the paths that `text` begins with, each below `prefix`; returns the rest of the text.
fn expand<'a>(prefix: &str, text: &'a str, paths: &mut Vec<String>) -> &'a str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
    let Some(rest) = rest.strip_prefix("::") else {
        if let Some(list) = rest.strip_prefix('{').filter(|_| name.is_empty()) {
            return expand_list(prefix, list, paths);
        }
        paths.push(path);
        return rest;
    };
    match rest.strip_prefix('{') {
        Some(list) => expand_list(&path, list, paths),
        None => expand(&path, rest, paths),
    }
}

fn expand_list<'a>(prefix: &str, text: &'a str, paths: &mut Vec<String>) -> &'a str {
    let mut rest = text.trim_start();
    while !rest.starts_with('}') && !rest.is_empty() {
        rest = expand(prefix, rest, paths);
        let end = rest.find([',', '}']).unwrap_or(rest.len());
        rest = rest[end..].trim_start_matches(',').trim_start();
    }
    rest.strip_prefix('}').unwrap_or(rest)
}

fn lies_in(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn layer(path: &str) -> Option<u8> {
    let rooms = LAYERS.iter().filter(|(room, _)| lies_in(path, room));
    rooms.max_by_key(|(room, _)| room.len()).map(|(_, layer)| *layer)
}

#[test]
fn every_file_of_the_core_has_a_layer() {
    for source in core().iter().filter(|source| source.module != "lib") {
        assert!(layer(&source.module).is_some(), "{} stands on no layer", source.module);
    }
}

/// The paths in `source` that lead to a higher layer, or to none.
fn upward(source: &Source) -> Vec<String> {
    let own = layer(&source.module).unwrap_or_else(|| panic!("{} stands on no layer", source.module));
    // A room's front file may call the files of its room: they are its parts.
    let is_allowed = |path: &String| lies_in(path, &source.module) || layer(path).is_some_and(|used| used <= own);
    let paths = paths(&source.module, &source.code).into_iter().filter(|path| !is_allowed(path));
    paths.map(|path| format!("{} uses {path}", source.module)).collect()
}

#[test]
fn a_file_uses_only_its_own_layer_and_lower_ones() {
    let sources = core();
    let upward: BTreeSet<String> = sources.iter().filter(|source| source.module != "lib").flat_map(upward).collect();
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn a_use_of_a_higher_layer_is_found() {
    let source = |module: &str, code: &str| Source { module: module.to_owned(), code: code.to_owned() };
    assert_eq!(upward(&source("search::rank", "use crate::store::Catalog;")), ["search::rank uses store::Catalog"]);
    assert_eq!(upward(&source("error", "use crate::{host::Host};")), ["error uses host::Host"]);
    assert_eq!(upward(&source("search::rank", "use crate::Index;")), ["search::rank uses Index"]);
    assert!(upward(&source("assemble", "use crate::assemble::pack::pack; use crate::search::Searcher;")).is_empty());
}

#[test]
fn words_stay_in_their_rooms() {
    let mut strays = Vec::new();
    for source in core() {
        for (word, rooms) in ROOMS_OF_WORDS {
            let at_home = rooms.iter().any(|room| lies_in(&source.module, room));
            if !at_home && source.code.contains(word) {
                strays.push(format!("{} has `{word}`", source.module));
            }
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn nothing_lies_about_in_the_root() {
    let entries = root().read_dir().expect("the root can be listed");
    let names = entries.map(|entry| entry.expect("the root can be listed").file_name().to_string_lossy().into_owned());
    let strays: Vec<String> = names.filter(|name| !name.starts_with('.') && !ROOT.contains(&name.as_str())).collect();
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn the_core_depends_on_no_program_and_no_binding() {
    let tree = dependencies("pampax-core");
    assert!(tree.contains("tree-sitter"), "the tree of the core was not read");
    let strays: Vec<&&str> = NOT_IN_CORE.iter().filter(|name| tree.contains(**name)).collect();
    assert!(strays.is_empty(), "{strays:?}");
}

/// The names of everything that `package` depends on, at any distance, for any platform.
fn dependencies(package: &str) -> BTreeSet<String> {
    let lock = read(&root().join("Cargo.lock"));
    let direct: BTreeMap<&str, Vec<&str>> = lock.split("[[package]]").skip(1).map(package_of).collect();
    let mut found = BTreeSet::new();
    let mut open = vec![package];
    while let Some(next) = open.pop() {
        for name in direct.get(next).into_iter().flatten() {
            if found.insert((*name).to_owned()) {
                open.push(name);
            }
        }
    }
    found
}

/// The name of one entry of the lock file, and the names of what it depends on.
fn package_of(entry: &str) -> (&str, Vec<&str>) {
    let name = entry.lines().find_map(|line| line.strip_prefix("name = "));
    let listed = entry.split_once("dependencies = [").map_or("", |(_, list)| list);
    let quoted = listed.lines().filter_map(|line| line.trim().strip_prefix('"')?.split([' ', '"']).next());
    (name.unwrap_or_default().trim_matches('"'), quoted.collect())
}

#[test]
fn paths_are_read_from_nested_imports() {
    let code = "use crate::error::{Error, Result};\nuse super::{a::{B, c::D}, e};\nfn f(x: crate::source::Role) {}";
    let expected = ["error::Error", "error::Result", "source::Role", "room::a::B", "room::a::c::D", "room::e"];
    assert_eq!(paths("room::file", code), expected);
}
