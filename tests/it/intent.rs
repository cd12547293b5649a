//! What is recognised in a text, and which places of an index it leads to.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use pampax_core::search::{CodePlace, Intent, Recognition};
use pampax_core::{Config, Host, Index, Limits};

const FILES: &[(&str, &str)] = &[
    (
        "src/auth/login.py",
        "import db\n\n\ndef check(user):\n    return verify(user)\n\n\ndef verify(user):\n    raise ValueError\n",
    ),
    (
        "src/web/server.js",
        "class Server {\n  handle(request) {\n    return login(request);\n  }\n}\n\nfunction login(request) {\n  return 1;\n}\n",
    ),
    ("web/src/server.js", "function start() {\n  return 2;\n}\n"),
    (
        "app/src/main/java/com/acme/auth/Login.java",
        "package com.acme.auth;\n\npublic class Login {\n  boolean check() {\n    return true;\n  }\n}\n",
    ),
    (
        "other/Login.java",
        "package org.other;\n\npublic class Login {\n  boolean check() {\n    return false;\n  }\n}\n",
    ),
    ("app/work.kt", "package com.acme.work\n\nclass Work {\n  fun run() {\n    println(1)\n  }\n}\n"),
    ("cmd/main.go", "package main\n\nfunc run() {\n\tpanic(1)\n}\n\nfunc main() {\n\trun()\n}\n"),
    ("crates/core/src/lib.rs", "pub mod auth;\n\npub fn login() {\n    panic!(\"no\");\n}\n"),
    ("models.py", "def save():\n    pass\n"),
];

fn recognise(text: &str) -> Recognition {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let index = Index::open(folder.path(), &Config::default(), Host::default()).unwrap();
    index.update(&Limits::default()).unwrap();
    index.searcher().unwrap().recognise(text).unwrap()
}

fn shown(place: &CodePlace) -> String {
    let symbol = place.symbol.as_deref().unwrap_or("-");
    format!("{}:{}-{} {symbol} {:.2}", place.path, place.start_line, place.end_line, place.confidence)
}

/// The places of a text, and what of it was not found.
fn check(text: &str, places: &[&str], unmatched: &[&str]) {
    let recognition = recognise(text);
    let found: Vec<String> = recognition.places.iter().map(shown).collect();
    let missed: Vec<&str> = recognition.unmatched.iter().map(|place| place.written.as_str()).collect();
    assert_eq!(
        (found, missed),
        (places.iter().map(|place| (*place).to_owned()).collect(), unmatched.to_vec()),
        "{text}"
    );
    assert_eq!(recognition.intent, Intent::Incident);
    assert!(recognition.places.iter().all(|place| place.span_id.is_some() == place.symbol.is_some()));
    assert!(recognition.unmatched.iter().all(|place| !place.why.is_empty()));
}

#[test]
fn a_python_trace_leads_to_its_functions_and_not_into_packages() {
    check(
        "Traceback (most recent call last):\n  File \"/home/u/app/src/auth/login.py\", line 5, in check\n    return verify(user)\n  \
         File \"/usr/lib/python3/site-packages/orm/models.py\", line 2, in save\nValueError",
        &["src/auth/login.py:4-5 check 1.00"],
        &["/usr/lib/python3/site-packages/orm/models.py:2"],
    );
}

#[test]
fn a_moved_function_is_found_by_its_name() {
    check("  File \"src/auth/login.py\", line 500, in verify", &["src/auth/login.py:8-9 verify 1.00"], &[]);
}

#[test]
fn equally_good_files_share_the_confidence_unless_one_defines_the_function() {
    check("    at login (/srv/server.js:8:3)", &["src/web/server.js:7-9 login 0.30"], &[]);
    check(
        "    at /srv/server.js:2:3",
        &["src/web/server.js:2-4 Server.handle 0.15", "web/src/server.js:1-3 start 0.15"],
        &[],
    );
    check(
        "    at Server.handle (C:\\app\\src\\web\\server.js:3:5)",
        &["src/web/server.js:2-4 Server.handle 1.00"],
        &[],
    );
}

#[test]
fn a_java_frame_is_found_by_its_package() {
    check(
        "\tat com.acme.auth.Login.check(Login.java:5)\n\tat com.acme.work.Work.run(work.kt:5)\n\tat com.elsewhere.Login.check(Login.java:5)",
        &["app/src/main/java/com/acme/auth/Login.java:4-6 Login.check 1.00", "app/work.kt:4-6 Work.run 1.00"],
        &["Login.java:5"],
    );
    check(
        "Exception in thread \"main\" no\n\tat com.acme.auth.Login.check(Login.java)",
        &["app/src/main/java/com/acme/auth/Login.java:4-6 Login.check 1.00"],
        &[],
    );
}

#[test]
fn go_and_rust_traces_lead_to_their_functions() {
    check(
        "panic: 1\n\nmain.run()\n\t/build/cmd/main.go:4 +0x1d\nmain.main()\n\t/build/cmd/main.go:8 +0x20",
        &["cmd/main.go:3-5 run 1.00", "cmd/main.go:7-9 main 1.00"],
        &[],
    );
    check(
        "thread 'main' panicked at crates/core/src/lib.rs:4:5:\nno\n   2: core::auth::login\n             at /root/.cargo/registry/src/index-1/auth-1.0/src/lib.rs:9:1",
        &["crates/core/src/lib.rs:3-5 login 1.00"],
        &["/root/.cargo/registry/src/index-1/auth-1.0/src/lib.rs:9"],
    );
}

#[test]
fn a_line_outside_every_definition_is_the_place_itself() {
    check("src/auth/login.py:1", &["src/auth/login.py:1-1 - 1.00"], &[]);
}

#[test]
fn a_recognition_survives_json() {
    let recognition = recognise("GET /users fails with E0382 in cmd/main.go:4, see $APP_HOME");
    assert_eq!(
        (recognition.codes.as_slice(), recognition.routes.as_slice()),
        (&["E0382".to_owned()][..], &["GET /users".to_owned()][..])
    );
    assert_eq!(recognition.keys, ["APP_HOME"]);
    let json = serde_json::to_string(&recognition).unwrap();
    assert_eq!(serde_json::from_str::<Recognition>(&json).unwrap(), recognition);
    assert!(json.starts_with(r#"{"intent":"incident","why":"the place `cmd/main.go:4`""#), "{json}");
}

#[test]
fn a_plain_question_is_a_search_without_places() {
    let recognition = recognise("how does login work");
    assert_eq!((recognition.intent, recognition.places.len(), recognition.unmatched.len()), (Intent::Search, 0, 0));
}
