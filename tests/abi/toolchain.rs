//! Compilers and other programs of the machine. One that is missing fails the test.

use crate::root;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// What the static library needs beside itself on this system, as `rustc --print native-static-libs` says.
#[cfg(feature = "tools")]
pub const NATIVE: &[&str] = &["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];

/// Where the libraries lie that were built with this test.
pub fn libraries() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().to_path_buf()
}

/// The output of a program that must be there and end well.
#[track_caller]
pub fn run(command: &mut Command) -> String {
    let output = output(command);
    let said = || String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {}: {}", output.status, said());
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Which compiler, and how strictly.
#[derive(Debug, Clone, Copy)]
pub enum Standard {
    C11,
    C17,
    #[cfg(feature = "tools")]
    Cpp17,
}

impl Standard {
    /// The compiler with every warning an error and the header in sight.
    pub fn compiler(self) -> Command {
        let (program, standard) = match self {
            Standard::C11 => ("cc", "-std=c11"),
            Standard::C17 => ("cc", "-std=c17"),
            #[cfg(feature = "tools")]
            Standard::Cpp17 => ("c++", "-std=c++17"),
        };
        let mut command = Command::new(program);
        command.args([standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-g"]);
        command.arg("-I").arg(root().join("include"));
        command
    }
}

/// A program that was compiled for one test, in a folder with a tree to index.
pub struct Program {
    folder: TempDir,
    sanitized: bool,
}

impl Program {
    /// Compiles a source of the repository and links it with the shared library.
    #[track_caller]
    pub fn new(source: &str, standard: Standard, flags: &[&str]) -> Program {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tree")).unwrap();
        let login = "/// Opens a session.\npub fn login_user(name: &str) {}\n";
        std::fs::write(folder.path().join("tree/session.rs"), login).unwrap();
        std::fs::write(folder.path().join("no.scip"), [0xff; 20]).unwrap();
        let mut compiler = standard.compiler();
        compiler.args(flags).arg("-I").arg(root().join("tests/abi")).arg(root().join(source));
        compiler.arg("-o").arg(folder.path().join("program")).arg(link_to_shared(folder.path()));
        run(compiler.arg(format!("-Wl,-rpath,{}", folder.path().display())));
        Program { folder, sanitized: flags.iter().any(|flag| flag.starts_with("-fsanitize")) }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs it on the tree.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(self.path("program"));
        if self.sanitized {
            command.env("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:exitcode=99");
        }
        run(command.arg(self.path("tree")).args(arguments))
    }

    /// Runs it on the tree under Valgrind: nothing is read that was not written, nothing is lost.
    #[cfg(feature = "tools")]
    #[track_caller]
    pub fn run_under_valgrind(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--num-callers=40", "--fair-sched=yes"]);
        command.args(["--show-leak-kinds=definite,indirect,possible"]);
        command.args(["--errors-for-leak-kinds=definite,indirect,possible"]);
        command.arg(format!("--suppressions={}", root().join("tests/abi/valgrind.supp").display()));
        run(command.arg(self.path("program")).arg(self.path("tree")).args(arguments))
    }
}

/// Puts the shared library into a folder, under the name by which programs ask for it.
fn link_to_shared(folder: &Path) -> PathBuf {
    let link = folder.join("libpampax.so.1");
    std::os::unix::fs::symlink(libraries().join("libpampax.so"), &link).unwrap();
    link
}

/// Writes a file and returns its path.
pub fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
