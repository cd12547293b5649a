//! What lies in an install prefix serves a fresh project, by pkg-config and by CMake, shared and static.

use crate::header::functions;
use crate::root;
use crate::toolchain::{NATIVE, Program, Standard, libraries, run, written};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A prefix with the libraries that were built with this test.
struct Prefix(TempDir);

impl Prefix {
    fn new() -> Prefix {
        let folder = tempfile::tempdir().unwrap();
        let mut install = Command::new(root().join("pampax-ffi/install.sh"));
        run(install.arg("--prefix").arg(folder.path()).arg("--built").arg(libraries()));
        Prefix(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pkg_config(&self, arguments: &[&str]) -> Vec<String> {
        let mut command = Command::new("pkg-config");
        command.env("PKG_CONFIG_PATH", self.path("lib/pkgconfig")).args(arguments).arg("pampax");
        run(&mut command).split_whitespace().map(str::to_owned).collect()
    }

    /// Compiles the example with flags of pkg-config, and runs it.
    #[track_caller]
    fn check_quickstart(&self, flags: &[String]) {
        let (source, program) = (root().join("examples/c/quickstart.c"), self.path("quickstart"));
        run(Command::new("cc").arg("-std=c11").arg(source).arg("-o").arg(&program).args(flags));
        let printed = run(Command::new(&program).arg(self.tree()).arg("how does login work").env_clear());
        assert!(printed.starts_with("session.rs:1-2 "), "{printed}");
    }

    fn tree(&self) -> PathBuf {
        let tree = self.path("tree");
        std::fs::create_dir_all(&tree).unwrap();
        written(&tree, "session.rs", "/// Opens a session.\npub fn login_user(name: &str) {}\n");
        tree
    }
}

/// The names that `nm` lists as defined for others.
fn symbols(arguments: &[&str], library: &Path) -> BTreeSet<String> {
    let listed = run(Command::new("nm").args(arguments).arg("--defined-only").arg(library));
    let names = listed.lines().filter_map(|line| line.split_whitespace().nth(2));
    // The name of the version that the linker gives the list itself is no function.
    names.map(|name| name.split('@').next().unwrap_or(name).to_owned()).collect()
}

#[test]
fn the_shared_library_shows_the_functions_of_the_header_and_nothing_else() {
    let library = libraries().join("libpampax.so");
    assert_eq!(symbols(&["-D"], &library), functions());
    let dynamic = run(Command::new("readelf").arg("-d").arg(library));
    assert!(dynamic.contains("Library soname: [libpampax.so.1]"), "{dynamic}");
}

#[test]
fn pkg_config_serves_shared_and_static_programs() {
    let prefix = Prefix::new();
    assert_eq!(symbols(&["-g"], &prefix.path("lib/libpampax.a")), functions());
    let mut shared = prefix.pkg_config(&["--cflags", "--libs"]);
    shared.push(format!("-Wl,-rpath,{}", prefix.path("lib").display()));
    prefix.check_quickstart(&shared);
    // A static program finds no shared library, and needs what Libs.private names.
    std::fs::remove_file(prefix.path("lib/libpampax.so")).unwrap();
    let flags = prefix.pkg_config(&["--static", "--cflags", "--libs"]);
    prefix.check_quickstart(&flags);
    let linked = run(Command::new("readelf").arg("-d").arg(prefix.path("quickstart")));
    assert!(!linked.contains("libpampax"), "{linked}");
}

#[test]
fn the_libraries_of_the_system_are_those_that_the_compiler_names() {
    let prefix = Prefix::new();
    let file = std::fs::read_to_string(prefix.path("lib/pkgconfig/pampax.pc")).unwrap();
    let private = file.lines().find_map(|line| line.strip_prefix("Libs.private: ")).unwrap();
    assert_eq!(private, NATIVE.join(" "));
    let source = written(&prefix.path(""), "all.rs", "pub use pampax::pampax_version;\n");
    let mut compiler = Command::new("rustc");
    compiler.args(["--edition", "2024", "--crate-type", "staticlib", "--print", "native-static-libs"]);
    compiler.arg("-L").arg(format!("dependency={}", libraries().display()));
    compiler.arg("--extern").arg(format!("pampax={}", libraries().join("libpampax.rlib").display()));
    let output = crate::toolchain::output(compiler.arg(source).arg("-o").arg(prefix.path("all.a")));
    let said = String::from_utf8(output.stderr).unwrap();
    let named = said.lines().find_map(|line| line.strip_prefix("note: native-static-libs: ")).expect(&said);
    let named: BTreeSet<&str> = named.split_whitespace().collect();
    assert_eq!(named, NATIVE.iter().copied().collect());
    let documented = std::fs::read_to_string(root().join("docs/c-api.md")).unwrap();
    assert!(documented.contains(&NATIVE.join(" ")), "docs/c-api.md names other libraries");
}

const PROJECT: &str = "cmake_minimum_required(VERSION 3.16)
project(fresh C CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(pampax 0.1 REQUIRED)
find_package(Threads REQUIRED)
add_executable(with_shared quickstart.c)
target_link_libraries(with_shared PRIVATE pampax::pampax)
add_executable(with_static quickstart.c)
target_link_libraries(with_static PRIVATE pampax::pampax-static)
add_executable(completion completion.cpp)
target_link_libraries(completion PRIVATE pampax::pampax Threads::Threads)
";

#[test]
fn cmake_finds_the_package() {
    let (prefix, project) = (Prefix::new(), tempfile::tempdir().unwrap());
    written(project.path(), "CMakeLists.txt", PROJECT);
    for (folder, file) in [("c", "quickstart.c"), ("cpp", "completion.cpp")] {
        std::fs::copy(root().join("examples").join(folder).join(file), project.path().join(file)).unwrap();
    }
    let build = project.path().join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(project.path()).arg("-B").arg(&build);
    run(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.path("").display())));
    run(Command::new("cmake").arg("--build").arg(&build));
    for program in ["with_shared", "with_static"] {
        let printed = run(Command::new(build.join(program)).arg(prefix.tree()).arg("how does login work"));
        assert!(printed.contains("pub fn login_user"), "{printed}");
    }
    run(Command::new(build.join("completion")).arg(prefix.tree()).args(["session.rs", "2", "60000"]));
    std::fs::write(project.path().join("CMakeLists.txt"), PROJECT.replace("pampax 0.1", "pampax 0.2")).unwrap();
    let refused = crate::toolchain::output(Command::new("cmake").arg("-S").arg(project.path()).arg("-B").arg(&build));
    assert!(!refused.status.success());
}

#[test]
fn the_cpp_example_gives_up_what_nobody_waits_for() {
    let program = Program::new("examples/cpp/completion.cpp", Standard::Cpp17, &["-pthread"]);
    let printed = program.run(&["session.rs", "2", "60000"]);
    assert!(printed.starts_with("the first "), "{printed}");
    assert!(printed.contains(" of 800 tokens\n") && printed.contains("pub fn login_user"), "{printed}");
}
