//! How each skin is asked.

use super::{Answers, Request};
use pampax_core::protocol::{Engine, Options};
use pampax_core::{Host, Limits};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Every skin asks with these.
pub const OPTIONS: &str = r#"{"metrics": false}"#;

/// The Rust crate, in this process.
pub fn rust(root: &Path, requests: &[Request]) -> Answers {
    let engine = Engine::open(root, &Options::from_json(OPTIONS).unwrap(), Host::default()).unwrap();
    let answer = |request: &Request| {
        engine
            .call(&request.text, &Limits::default())
            .unwrap_or_else(|error| serde_json::to_string(&error.document()).unwrap())
    };
    requests.iter().map(answer).collect()
}

/// The program, which reads requests from its standard input.
pub fn program(root: &Path, requests: &[Request]) -> Answers {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pampax"));
    command.arg("call").arg("--root").arg(root).env_clear();
    piped(command, requests)
}

/// A program in C, linked with the shared library of this build.
pub fn c(root: &Path, requests: &[Request]) -> Answers {
    let (folder, workspace) = (tempfile::tempdir().unwrap(), Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let (program, link) = (folder.path().join("program"), folder.path().join("libpampax.so.1"));
    // Programs ask for the library by the name that it was given.
    std::os::unix::fs::symlink(library(), &link).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-I"]).arg(workspace.join("include"));
    compiler.arg(workspace.join("tests/abi/conformance.c")).arg("-o").arg(&program).arg(&link);
    let compiled = compiler.arg(format!("-Wl,-rpath,{}", folder.path().display())).output().unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let mut command = Command::new(program);
    command.arg(root).arg(OPTIONS).env_clear();
    piped(command, requests)
}

/// The shared library, which `cargo test --workspace` builds beside this test, or the newest that a build left.
fn library() -> PathBuf {
    let beside = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
    let candidates = [beside.join("libpampax.so"), beside.join("../libpampax.so")];
    candidates.into_iter().find(|path| path.exists()).expect("`cargo test --workspace` builds the library for C")
}

/// The lines that a program prints for the lines that it is given.
pub fn piped(mut command: Command, requests: &[Request]) -> Answers {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text: String = requests.iter().map(|request| format!("{}\n", request.text)).collect();
    // What a program prints before it has read everything must not fill the pipe.
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{command:?}: {:?}", output.status);
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}
