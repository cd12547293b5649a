//! Documents that could drift from the code.

#![expect(clippy::disallowed_methods, reason = "a test reads the documents it checks")]

use pampax_core::ErrorCode;
use pampax_core::health::{ComponentStatus, HealthCode};
use std::fmt::Write;

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
