//! The C programs of this folder, plain, under Valgrind, and with AddressSanitizer and LeakSanitizer.

use crate::toolchain::{Program, Standard, output};
use std::process::Command;

const SANITIZED: &[&str] = &["-fsanitize=address", "-fno-omit-frame-pointer", "-O1"];
const THREADED: &[&str] = &["-pthread"];
const THREADED_AND_SANITIZED: &[&str] = &["-pthread", "-fsanitize=address", "-fno-omit-frame-pointer", "-O1"];

fn exports(flags: &[&str]) -> (Program, String) {
    let program = Program::new("tests/abi/exports.c", Standard::C11, flags);
    let scip = program.path("no.scip").to_str().unwrap().to_owned();
    (program, scip)
}

#[test]
fn every_export_answers_and_refuses() {
    let (program, scip) = exports(&[]);
    assert_eq!(program.run(&[&scip]), "every export\n");
}

#[cfg(feature = "tools")]
#[test]
fn every_export_is_clean_under_valgrind() {
    let (program, scip) = exports(&[]);
    assert_eq!(program.run_under_valgrind(&[&scip]), "every export\n");
}

#[test]
fn every_export_is_clean_with_address_sanitizer() {
    let (program, scip) = exports(SANITIZED);
    assert_eq!(program.run(&[&scip]), "every export\n");
}

#[test]
fn callbacks_may_do_anything_but_throw() {
    assert_eq!(Program::new("tests/abi/callbacks.c", Standard::C17, &["-lm"]).run(&[]), "every callback\n");
}

#[cfg(feature = "tools")]
#[test]
fn callbacks_are_clean_under_valgrind() {
    let program = Program::new("tests/abi/callbacks.c", Standard::C17, &["-lm"]);
    assert_eq!(program.run_under_valgrind(&[]), "every callback\n");
}

#[test]
fn callbacks_are_clean_with_address_sanitizer() {
    assert_eq!(Program::new("tests/abi/callbacks.c", Standard::C17, SANITIZED).run(&[]), "every callback\n");
}

#[test]
fn eight_threads_share_the_handles() {
    let program = Program::new("tests/abi/threads.c", Standard::C11, THREADED);
    assert_eq!(program.run(&["8", "10000"]), "every thread\n");
}

#[cfg(feature = "tools")]
#[test]
fn eight_threads_are_clean_under_valgrind() {
    let program = Program::new("tests/abi/threads.c", Standard::C11, THREADED);
    assert_eq!(program.run_under_valgrind(&["8", "24"]), "every thread\n");
}

#[test]
fn eight_threads_are_clean_with_address_sanitizer() {
    let program = Program::new("tests/abi/threads.c", Standard::C11, THREADED_AND_SANITIZED);
    assert_eq!(program.run(&["8", "10000"]), "every thread\n");
}

#[test]
fn the_c_example_prints_hits_and_context() {
    let program = Program::new("examples/c/quickstart.c", Standard::C11, &[]);
    let printed = program.run(&["how does \"login\" work"]);
    assert!(printed.starts_with("session.rs:1-2 ") && printed.contains("of 2000 tokens"), "{printed}");
    let missing = output(Command::new(program.path("program")).args(["/nowhere/at/all", "x"]));
    assert_eq!(missing.status.code(), Some(3));
}
