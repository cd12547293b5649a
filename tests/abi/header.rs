//! The header is what the sources say.

use crate::root;
#[cfg(feature = "tools")]
use crate::toolchain::{NATIVE, libraries};
use crate::toolchain::{Standard, run, written};
use cbindgen::{Builder, Config, DocumentationStyle, Language, Style};
#[cfg(feature = "tools")]
use std::collections::BTreeSet;
#[cfg(feature = "tools")]
use std::process::Command;

/// What the header begins with.
const HEAD: &str = include_str!("head.h");

/// The sources in the order in which the header shows them.
const SOURCES: &[&str] = &[
    "lib",
    "error",
    "text",
    "limits",
    "host",
    "host/watch",
    "host/failure",
    "host/embedder",
    "host/reranker",
    "host/tokens",
    "host/log",
    "host/metrics",
    "index",
    "listeners",
    "searcher",
    "results",
    "bundle",
];

/// Rust's own heading for what the head of the header says once.
const SAFETY: &str = " *\n * # Safety\n * The pointers are as the head of the header says.\n";

fn generated() -> String {
    let config = Config {
        language: Language::C,
        cpp_compat: true,
        header: Some(HEAD.trim_end().to_owned()),
        include_guard: Some("PAMPAX_H".to_owned()),
        no_includes: true,
        sys_includes: ["stdbool.h", "stddef.h", "stdint.h"].map(str::to_owned).to_vec(),
        style: Style::Both,
        documentation_style: DocumentationStyle::Doxy,
        usize_is_size_t: true,
        line_length: 100,
        tab_width: 2,
        ..Config::default()
    };
    let folder = root().join("pampax-ffi/src");
    let builder = SOURCES.iter().fold(Builder::new().with_config(config), |builder, source| {
        builder.with_src(folder.join(source).with_extension("rs"))
    });
    let mut header = Vec::new();
    builder.generate().expect("the sources can be read").write(&mut header);
    let header = String::from_utf8(header).unwrap().replace(SAFETY, "");
    assert!(!header.contains("# Safety"), "a promise of its own belongs into words for C");
    header
}

#[test]
fn the_header_is_what_the_sources_say() {
    let path = root().join("include/pampax.h");
    let generated = generated();
    if std::env::var_os("PAMPAX_BLESS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == generated, "run this test with PAMPAX_BLESS=1 and read the difference");
}

#[test]
fn every_source_is_in_the_header() {
    let mut sources = Vec::new();
    for folder in ["pampax-ffi/src", "pampax-ffi/src/host"] {
        for entry in root().join(folder).read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some()
                && std::fs::read_to_string(&path).unwrap().contains("\npub unsafe extern \"C\"")
            {
                let name = path.strip_prefix(root().join("pampax-ffi/src")).unwrap().with_extension("");
                sources.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    assert!(sources.len() > 10, "{sources:?}");
    assert!(sources.iter().all(|source| SOURCES.contains(&source.as_str())), "{sources:?}");
}

#[track_caller]
fn check_compiles(standard: Standard, source: &str, file: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = written(folder.path(), file, source);
    let mut compiler = standard.compiler();
    run(compiler.arg("-c").arg(source).arg("-o").arg(folder.path().join("object.o")));
}

#[test]
fn the_header_compiles_alone_and_twice_in_every_language() {
    let standards = [
        (Standard::C11, "a.c"),
        (Standard::C17, "a.c"),
        #[cfg(feature = "tools")]
        (Standard::Cpp17, "a.cpp"),
    ];
    for (standard, file) in standards {
        check_compiles(standard, "#include \"pampax.h\"\nint unused;\n", file);
        check_compiles(standard, "#include \"pampax.h\"\n#include \"pampax.h\"\nint unused;\n", file);
    }
}

#[cfg(feature = "tools")]
#[test]
fn every_function_links_with_c_names_from_cpp() {
    let calls: String = functions().iter().map(|name| format!("  reinterpret_cast<void *>(&{name}),\n")).collect();
    let source =
        format!("#include \"pampax.h\"\nvoid *all[] = {{\n{calls}}};\nint main() {{ return all[0] == nullptr; }}\n");
    let folder = tempfile::tempdir().unwrap();
    let (source, program) = (written(folder.path(), "all.cpp", &source), folder.path().join("all"));
    let mut compiler = Standard::Cpp17.compiler();
    compiler.arg("-Wno-pedantic").arg(source).arg("-o").arg(&program).arg(libraries().join("libpampax.a")).args(NATIVE);
    run(&mut compiler);
    run(&mut Command::new(program));
}

#[test]
fn the_pieces_of_c_in_the_document_compile() {
    let document = std::fs::read_to_string(root().join("docs/c-api.md")).unwrap();
    let pieces: Vec<&str> = document.split("```c\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(pieces.len() >= 2);
    for piece in pieces {
        let body = piece.replace("#include <pampax.h>\n", "");
        let source = format!("#include <pampax.h>\n#include <stdio.h>\nint main(void) {{\n{body}\nreturn 0;\n}}\n");
        let folder = tempfile::tempdir().unwrap();
        let source = written(folder.path(), "piece.c", &source);
        run(Standard::C11.compiler().args(["-Wno-unused-variable", "-fsyntax-only"]).arg(source));
    }
}

/// The functions that the header declares.
#[cfg(feature = "tools")]
pub fn functions() -> BTreeSet<String> {
    let header = std::fs::read_to_string(root().join("include/pampax.h")).unwrap();
    let code = header.lines().filter(|line| !line.starts_with([' ', '/', '#', '}']) && !line.starts_with("typedef"));
    let names = code.filter_map(|line| line.split_once('(')?.0.rsplit([' ', '*']).next());
    let names: BTreeSet<String> = names.filter(|name| name.starts_with("pampax_")).map(str::to_owned).collect();
    assert!(names.len() > 50, "{names:?}");
    names
}
