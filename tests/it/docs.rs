//! Documents that could drift from the code.

#![expect(clippy::disallowed_methods, reason = "a test reads the documents it checks")]

use pampax_core::config::{self, KEYS};
use pampax_core::health::{ComponentStatus, HealthCode};
use pampax_core::host::{Event, Metric};
use pampax_core::protocol::{OPERATIONS, Subject};
use pampax_core::{Config, ErrorCode};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares what stands between the marks `<!-- NAME -->` and `<!-- end NAME -->` of a document with what the code says;
/// `PAMPAX_BLESS=1` rewrites it.
fn assert_part(document: &str, name: &str, expected: &str) {
    let path = root().join("docs").join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end {name} -->\n"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("docs/{document} has no mark {name}"));
    let (found, after) = rest.split_once(&end).unwrap_or_else(|| panic!("docs/{document} does not end {name}"));
    if std::env::var_os("PAMPAX_BLESS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{expected}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(found, expected, "docs/{document} differs from the code; run with PAMPAX_BLESS=1 and read the diff");
}

/// Compares a document with what the code says; `PAMPAX_BLESS=1` rewrites it.
fn assert_document(name: &str, head: &str, table: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    let expected = format!("{head}{table}");
    if std::env::var_os("PAMPAX_BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap();
    assert_eq!(found, expected, "docs/{name} differs from the code; run with PAMPAX_BLESS=1 and read the diff");
}

#[test]
fn the_error_table_is_the_codes() {
    let head = "# Errors\n\nThe hundreds digit is the exit status of the program. 0 is success (no results is success); \
                130 is an interrupt.\n\n| code | name | what to do |\n|---|---|---|\n";
    let mut table = String::new();
    for code in ErrorCode::ALL {
        writeln!(table, "| {} | {} | {} |", code.number(), code.name(), code.remedy()).unwrap();
    }
    assert_document("errors.md", head, &table);
}

#[test]
fn the_reference_of_the_configuration_is_the_table_of_keys() {
    assert_part("configuration.md", "keys", &config::reference().unwrap());
    let mut variables = String::from("| variable | key |\n|---|---|\n");
    for key in KEYS {
        writeln!(variables, "| `{}` | `{}` |", key.variable(), key.path).unwrap();
    }
    assert_part("configuration.md", "variables", &variables);
}

#[test]
fn the_schema_of_the_configuration_is_the_table_of_keys() {
    let schema = serde_json::to_string_pretty(&config::schema().unwrap()).unwrap() + "\n";
    assert_document("schemas/config.schema.json", "", &schema);
}

#[test]
fn the_events_and_metrics_are_those_of_the_code() {
    let mut events = String::from("| component | op | level |\n|---|---|---|\n");
    for event in Event::ALL {
        writeln!(events, "| `{}` | `{}` | {} |", event.component(), event.op(), event.level()).unwrap();
    }
    assert_part("operations.md", "events", &events);
    let mut metrics = String::from("| metric | kind | labels | meaning |\n|---|---|---|---|\n");
    for metric in Metric::ALL {
        let labels = metric.labels().join(", ");
        writeln!(metrics, "| `{metric}` | {} | {labels} | {} |", metric.kind(), metric.help()).unwrap();
    }
    assert_part("operations.md", "metrics", &metrics);
}

#[test]
fn the_operations_are_those_of_the_code() {
    let schema = crate::schemas::Schema::new(include_str!("../../docs/schemas/protocol.schema.json"));
    let mut table = String::from("| operation | asked of | what it does | parameters |\n|---|---|---|---|\n");
    for operation in OPERATIONS {
        let subject = if operation.subject == Subject::Searcher { "a searcher" } else { "an index" };
        let parameters = schema.parameters(&format!("call_{}", operation.name));
        let parameters: Vec<String> = parameters.iter().map(|name| format!("`{name}`")).collect();
        let (name, description) = (operation.name, operation.description);
        writeln!(table, "| `{name}` | {subject} | {description} | {} |", parameters.join(" ")).unwrap();
    }
    assert_part("protocol.md", "operations", &table);
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

/// The code of the core and the program, but for the files whose path holds `without`.
fn code(without: &[&str]) -> String {
    let mut files = Vec::new();
    sources(&root().join("pampax-core/src"), &mut files);
    sources(&root().join("pampax-cli/src"), &mut files);
    let is_in = |path: &&PathBuf| !without.iter().any(|part| path.to_string_lossy().contains(part));
    let text = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
    };
    files.iter().filter(is_in).map(text).collect()
}

#[test]
fn every_key_is_read_somewhere() {
    let code = code(&["config/sections.rs"]);
    let words: BTreeSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').collect();
    let is_read = |name: &str| words.iter().any(|word| word.split('.').skip(1).any(|part| part == name));
    let unread: Vec<&str> = KEYS.iter().filter(|key| !is_read(key.name)).map(|key| key.path).collect();
    assert!(unread.is_empty(), "{unread:?}");
}

#[test]
fn every_event_and_metric_is_used_somewhere() {
    let code = code(&["host/log/event.rs", "host/metrics/table.rs"]);
    let unused = |kind: &str, names: Vec<String>| -> Vec<String> {
        names.into_iter().map(|name| format!("{kind}::{name}")).filter(|name| !code.contains(name.as_str())).collect()
    };
    let events = unused("Event", Event::ALL.iter().map(|event| format!("{event:?}")).collect());
    let metrics = unused("Metric", Metric::ALL.iter().map(|metric| format!("{metric:?}")).collect());
    assert!(events.is_empty() && metrics.is_empty(), "{events:?} {metrics:?}");
}

#[test]
fn the_defaults_are_a_valid_configuration() {
    Config::from_toml(&config::template().unwrap()).unwrap();
}

#[test]
fn the_health_table_is_the_codes() {
    let head = "# Conditions of an index\n\n\
                What `pampax health`, `pampax doctor` and `pampax verify` find, the most severe first. An error makes the index \
                unhealthy, and the program ends with the status of the error code in the table; a warning makes it degraded; a \
                note changes nothing.\n\n\
                A quick look reads the catalog's schema, the ends of every table, and 16 stored files from all over it; it opens \
                every part of the text index and counts its documents. It does not see damage in between: \
                `pampax health --deep` and `pampax doctor` read everything.\n\n\
                | code | is | error | when | what to do |\n|---|---|---|---|---|\n";
    let mut table = String::new();
    for code in HealthCode::ALL {
        let is = match code.status() {
            ComponentStatus::Ok => "note",
            status => status.name(),
        };
        let error = code.error().map_or(String::new(), |error| format!("{} {}", error.number(), error.name()));
        let command = code.command().map_or(String::new(), |command| format!(": `{command}`"));
        writeln!(table, "| {code} | {is} | {error} | {} | {}{command} |", code.when(), code.remedy()).unwrap();
    }
    assert_document("health.md", head, &table);
}
