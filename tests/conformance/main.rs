//! The same requests through every skin that this build has: the Rust crate, the C ABI, and the program. The same bytes
//! come out, and the same error codes. The addon for Node makes the same comparison in its own tests.
//!
//! `tree.txt` is the tree that is asked about, `requests.jsonl` what is asked, in this order.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test makes its own files and starts programs")]

mod skins;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const TREE: &str = include_str!("tree.txt");
const REQUESTS: &str = include_str!("requests.jsonl");

/// What one skin says to every request.
type Answers = Vec<String>;

/// One request of the suite.
struct Request {
    name: String,
    text: String,
}

/// A folder that every skin finds at the same path and as new.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { folder: TempDir::new().unwrap() }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// Makes the tree again, without an index.
    fn renew(&self) -> PathBuf {
        let root = self.root();
        if root.exists() {
            std::fs::remove_dir_all(&root).unwrap();
        }
        for part in TREE.split("//- ").skip(1) {
            let (path, text) = part.split_once('\n').unwrap();
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    /// The answers of a skin, without what differs between two runs of the same one.
    fn answers(&self, skin: impl Fn(&Path, &[Request]) -> Answers, requests: &[Request]) -> Answers {
        let answers = skin(&self.renew(), requests);
        assert_eq!(answers.len(), requests.len());
        answers.iter().map(|answer| without_times(answer)).collect()
    }
}

fn requests() -> Vec<Request> {
    let read = |line: &str| {
        let line: BTreeMap<String, String> = serde_json::from_str(line).unwrap();
        Request { name: line["name"].clone(), text: line["request"].clone() }
    };
    REQUESTS.lines().map(read).collect()
}

/// Times are measured; nothing else may differ.
fn without_times(answer: &str) -> String {
    let Some(at) = answer.find("\"elapsed_ms\":") else { return answer.to_owned() };
    let (head, rest) = answer.split_at(at + "\"elapsed_ms\":".len());
    format!("{head}0{}", rest.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

#[test]
fn the_suite_is_large_and_has_all_kinds() {
    let requests = requests();
    let answers = Place::new().answers(skins::rust, &requests);
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for answer in &answers {
        let answer: Value = serde_json::from_str(answer).unwrap();
        let code = answer["error"]["name"].as_str().filter(|_| answer.as_object().is_some_and(|one| one.len() == 1));
        *codes.entry(code.unwrap_or("answered").to_owned()).or_default() += 1;
    }
    assert!(requests.len() >= 300 && codes["answered"] >= 200, "{codes:?}");
    for code in ["INVALID_ARGUMENT", "INVALID_CONFIG", "IO", "DEADLINE_EXCEEDED"] {
        assert!(codes.contains_key(code), "{codes:?}");
    }
    assert!(!codes.contains_key("INTERNAL"), "{codes:?}");
    let named: Vec<&str> = pampax_core::protocol::OPERATIONS.iter().map(|operation| operation.name).collect();
    let is_asked = |name: &&str| requests.iter().any(|request| request.text.contains(&format!("\"{name}\"")));
    assert_eq!(named.iter().filter(|name| !is_asked(name)).count(), 0);
}

/// Compares a skin with the Rust crate, request by request.
#[track_caller]
fn check(name: &str, skin: fn(&Path, &[Request]) -> Answers) {
    let (place, requests) = (Place::new(), requests());
    let expected = place.answers(skins::rust, &requests);
    let found = place.answers(skin, &requests);
    for (request, (expected, found)) in requests.iter().zip(expected.iter().zip(&found)) {
        assert_eq!(found, expected, "{name}: {}: {}", request.name, request.text);
    }
}

#[test]
fn the_crate_says_the_same_twice() {
    check("the crate again", skins::rust);
}

#[test]
fn the_program_says_what_the_crate_says() {
    check("the program", skins::program);
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_in_c_is_told_what_the_crate_says() {
    check("C", skins::c);
}
