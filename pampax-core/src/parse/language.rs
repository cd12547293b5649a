//! The one table of languages: how each is recognised and parsed.

use crate::source::{Language, RepoPath};

/// The language of a file, from its path and the start of its text.
pub fn detect(path: &RepoPath, head: &str) -> Language {
    let by_name = match path.file_name() {
        "Makefile" => Some(Language::Makefile),
        "Dockerfile" => Some(Language::Dockerfile),
        _ => None,
    };
    let by_extension = match path.extension().unwrap_or_default() {
        "rs" => Some(Language::Rust),
        "py" => Some(Language::Python),
        "js" => Some(Language::JavaScript),
        "ts" => Some(Language::TypeScript),
        "go" => Some(Language::Go),
        "java" => Some(Language::Java),
        "css" => Some(Language::Css),
        "json" => Some(Language::Json),
        "yaml" | "yml" => Some(Language::Yaml),
        "toml" => Some(Language::Toml),
        "md" => Some(Language::Markdown),
        _ => None,
    };
    let by_interpreter = head.starts_with("#!").then_some(Language::Bash);
    by_name.or(by_extension).or(by_interpreter).unwrap_or(Language::Text)
}
