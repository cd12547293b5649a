//! The little of a package's manifest that importing needs: its name, and where short names of paths lead.
//!
//! Never here: anything else a manifest says.

use serde_json::Value;

/// What the manifest of one folder says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// A package of Rust, with `_` for `-`.
    Crate(String),
    /// A module of Go, by its path.
    GoModule(String),
    /// A package of JavaScript: its name, and the file it begins with.
    Package { name: String, entry: Option<String> },
    /// Short names of paths in TypeScript: each pattern with what stands for it, below the folder.
    Paths { base: Option<String>, paths: Vec<(String, String)> },
}

/// Whether a file of this name may be a manifest.
pub(crate) fn is_manifest(file_name: &str) -> bool {
    let is_config = |start: &str| file_name.starts_with(start) && file_name.ends_with(".json");
    matches!(file_name, "Cargo.toml" | "go.mod" | "package.json") || is_config("tsconfig") || is_config("jsconfig")
}

/// What the manifest called `file_name` says.
pub(crate) fn read(file_name: &str, text: &str) -> Option<Manifest> {
    match file_name {
        "Cargo.toml" => crate_name(text).map(|name| Manifest::Crate(name.replace('-', "_"))),
        "go.mod" => {
            let module = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
            Some(Manifest::GoModule(module.trim().trim_matches('"').to_owned()))
        }
        "package.json" => {
            let json: Value = serde_json::from_str(text).ok()?;
            let entry = ["source", "module", "main"].iter().find_map(|key| json.get(key)?.as_str());
            Some(Manifest::Package { name: json.get("name")?.as_str()?.to_owned(), entry: entry.map(str::to_owned) })
        }
        _ => paths(text),
    }
}

fn crate_name(text: &str) -> Option<String> {
    let package = text.split("[package]").nth(1)?;
    let line =
        package.lines().take_while(|line| !line.starts_with('[')).find(|line| line.trim().starts_with("name"))?;
    Some(line.split_once('=')?.1.trim().trim_matches('"').to_owned())
}

fn paths(text: &str) -> Option<Manifest> {
    let json: Value = serde_json::from_str(&without_comments(text)).ok()?;
    let options = json.get("compilerOptions")?;
    let base = options.get("baseUrl").and_then(Value::as_str).map(str::to_owned);
    let mut paths = Vec::new();
    for (pattern, targets) in options.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
        paths.extend(targets.map(|target| (pattern.clone(), target.to_owned())));
    }
    (base.is_some() || !paths.is_empty()).then_some(Manifest::Paths { base, paths })
}

/// JSON without comments and without commas before closing brackets.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => text_length(rest),
            '/' if rest.starts_with("//") => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
                continue;
            }
            ',' if is_last(&rest[1..]) => {
                rest = &rest[1..];
                continue;
            }
            first => first.len_utf8(),
        };
        plain.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    plain
}

/// Whether a closing bracket follows, comments aside.
fn is_last(rest: &str) -> bool {
    let mut lines = rest.lines().map(|line| line.split("//").next().unwrap_or("").trim());
    lines.find(|line| !line.is_empty()).is_some_and(|line| line.starts_with(['}', ']']))
}

/// The length of the quoted text that `rest` begins with.
fn text_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !is_escaped => return at + 1,
            b'\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_manifest_says_its_name() {
        let package = "[workspace]\nmembers = []\n\n[package]\nname = \"my-crate\"\nversion = \"1\"\n";
        assert_eq!(read("Cargo.toml", package), Some(Manifest::Crate("my_crate".to_owned())));
        assert_eq!(read("Cargo.toml", "[workspace]\nname = \"no\""), None);
        let module = "// hello\nmodule example.com/x/v2\n\ngo 1.22\n";
        assert_eq!(read("go.mod", module), Some(Manifest::GoModule("example.com/x/v2".to_owned())));
        let package = r#"{"name": "@scope/x", "main": "./lib/index.js"}"#;
        let expected = Manifest::Package { name: "@scope/x".to_owned(), entry: Some("./lib/index.js".to_owned()) };
        assert_eq!(read("package.json", package), Some(expected));
        assert_eq!(read("package.json", "{"), None);
    }

    #[test]
    fn a_tsconfig_may_hold_comments_and_commas_at_the_end() {
        let text = "{ // c\n \"compilerOptions\": { /* x */ \"baseUrl\": \".\", \"paths\": {\"@/*\": [\"src//*\",],}, // y\n}, }";
        let paths = vec![("@/*".to_owned(), "src//*".to_owned())];
        assert_eq!(read("tsconfig.json", text), Some(Manifest::Paths { base: Some(".".to_owned()), paths }));
        assert_eq!(read("tsconfig.json", "{\"compilerOptions\": {\"strict\": true}}"), None);
    }
}
