//! Which files a module or package of an import is.
//!
//! Never here: names within them.

use super::family::Family;
use super::manifest::Manifest;
use super::tables::{Tables, joined, relative, split};
use crate::search::corpus::FileIndex;

/// The files that `module`, as written in `from`, stands for; none when it is not of this tree.
pub(crate) fn files(tables: &Tables, family: Family, from: FileIndex, module: &str) -> Vec<FileIndex> {
    match family {
        Family::Rust => rust(tables, from, module).0.into_iter().collect(),
        Family::Python => python(tables, from, module),
        Family::Script => script(tables, from, module),
        Family::Go => go(tables, from, module),
        Family::Jvm => jvm(tables, from, module),
        Family::C => included(tables, from, module),
        Family::Php => php(tables, from, module),
        Family::Ruby => suffixed(tables, from, module, &["rb"]),
        Family::Lua => suffixed(tables, from, &module.replace('.', "/"), &["lua", "init.lua"]),
        Family::Zig => suffixed(tables, from, module, &["zig"]),
        Family::Dart => dart(tables, from, module),
        Family::Shell => suffixed(tables, from, module, &["sh", "bash"]),
        Family::Haskell => suffixed(tables, from, &module.replace('.', "/"), &["hs"]),
        _ => Vec::new(),
    }
}

/// The file of a path of Rust and how many of its names lead to it: the rest are modules and items within the file.
pub(crate) fn rust(tables: &Tables, from: FileIndex, path: &str) -> (Option<FileIndex>, usize) {
    let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
    let Some(first) = parts.first() else { return (None, 0) };
    let (mut file, mut used) = match *first {
        "crate" => (crate_root(tables, from), 1),
        "self" => (Some(from), 1),
        "super" => (Some(from), 0),
        name => match child(tables, from, name) {
            Some(file) => (Some(file), 1),
            None => (crate_named(tables, name), 1),
        },
    };
    while let (Some(at), Some(part)) = (file, parts.get(used)) {
        let next = if *part == "super" { parent(tables, at) } else { child(tables, at, part) };
        match next {
            Some(next) => file = Some(next),
            None => return (file, used),
        }
        used += 1;
    }
    (file, used)
}

/// The folder in which the modules below a file lie.
fn module_folder(path: &str) -> String {
    let (folder, name) = split(path);
    match name {
        "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
        name => joined(folder, name.strip_suffix(".rs").unwrap_or(name)),
    }
}

fn child(tables: &Tables, file: FileIndex, name: &str) -> Option<FileIndex> {
    let folder = module_folder(tables.path(file));
    tables
        .find(&format!("{}.rs", joined(&folder, name)))
        .or_else(|| tables.find(&format!("{}/mod.rs", joined(&folder, name))))
}

fn parent(tables: &Tables, file: FileIndex) -> Option<FileIndex> {
    let (folder, name) = split(tables.path(file));
    let folder = if name == "mod.rs" { split(folder).0 } else { folder };
    let by_folder = tables.first_in(folder, ["mod.rs", "lib.rs", "main.rs"]).filter(|found| *found != file);
    by_folder.or_else(|| tables.find(&format!("{folder}.rs")))
}

fn crate_root(tables: &Tables, from: FileIndex) -> Option<FileIndex> {
    let mut folder = tables.folder(from);
    loop {
        if let Some(root) = tables.first_in(folder, ["lib.rs", "main.rs"]) {
            return Some(root);
        }
        folder = if folder.is_empty() { return None } else { split(folder).0 };
    }
}

fn crate_named(tables: &Tables, name: &str) -> Option<FileIndex> {
    let is_named = |manifest: &Manifest| matches!(manifest, Manifest::Crate(other) if other == name);
    let (folder, _) = tables.manifests().find(|(_, manifest)| is_named(manifest))?;
    tables.first_in(folder, ["src/lib.rs", "lib.rs", "src/main.rs"])
}

fn python(tables: &Tables, from: FileIndex, module: &str) -> Vec<FileIndex> {
    let name = module.trim_start_matches('.');
    let dots = module.len() - name.len();
    let path = name.replace('.', "/");
    if dots > 0 {
        let mut folder = tables.folder(from);
        for _ in 1..dots {
            folder = split(folder).0;
        }
        return python_file(tables, &joined(folder, &path)).into_iter().collect();
    }
    // A folder of the tree around the file wins, then a folder of sources, then any place that ends so.
    let mut folder = tables.folder(from);
    loop {
        let found =
            ["", "src", "lib"].iter().find_map(|root| python_file(tables, &joined(&joined(folder, root), &path)));
        match found {
            Some(file) => return vec![file],
            None if folder.is_empty() => break,
            None => folder = split(folder).0,
        }
    }
    let mut found = tables.with_suffix(&format!("{path}.py"));
    found.extend(tables.with_suffix(&format!("{path}/__init__.py")));
    found.extend(tables.with_suffix(&format!("{path}.pyi")));
    let found = tables.nearest(from, found);
    if found.len() == 1 { found } else { Vec::new() }
}

fn python_file(tables: &Tables, path: &str) -> Option<FileIndex> {
    let path = path.trim_matches('/');
    let package = tables.first_in(path, ["__init__.py", "__init__.pyi"]);
    package.or_else(|| tables.find(&format!("{path}.py"))).or_else(|| tables.find(&format!("{path}.pyi")))
}

/// Below a package: the module `name` of it.
pub(crate) fn submodule(tables: &Tables, family: Family, file: FileIndex, name: &str) -> Option<FileIndex> {
    match family {
        Family::Python if split(tables.path(file)).1.starts_with("__init__.") => {
            python_file(tables, &joined(tables.folder(file), name))
        }
        Family::Rust => child(tables, file, name),
        _ => None,
    }
}

/// A package without a file of its own: the module `item` within the folder that `module` names.
pub(crate) fn module_in_folder(
    tables: &Tables,
    family: Family,
    from: FileIndex,
    module: &str,
    item: &str,
) -> Vec<FileIndex> {
    match family {
        Family::Python => {
            let separator = if module.ends_with('.') { "" } else { "." };
            python(tables, from, &format!("{module}{separator}{item}"))
        }
        _ => Vec::new(),
    }
}

const SCRIPTS: &[&str] = &["ts", "tsx", "d.ts", "js", "jsx", "mjs", "cjs", "mts", "cts"];

fn script(tables: &Tables, from: FileIndex, module: &str) -> Vec<FileIndex> {
    if module.starts_with('.') {
        let path = relative(tables.folder(from), module);
        return path.and_then(|path| script_file(tables, &path)).into_iter().collect();
    }
    for (folder, manifest) in tables.manifests_around(from) {
        let Manifest::Paths { base, paths } = manifest else { continue };
        let base = relative(folder, base.as_deref().unwrap_or(".")).unwrap_or_default();
        let targets = paths.iter().filter_map(|(pattern, target)| substituted(pattern, target, module));
        let mut candidates =
            targets.chain(std::iter::once(module.to_owned())).filter_map(|target| relative(&base, &target));
        if let Some(file) = candidates.find_map(|path| script_file(tables, &path)) {
            return vec![file];
        }
    }
    package(tables, module).into_iter().collect()
}

/// What `target` becomes for a module that `pattern` fits; a `*` stands for anything.
fn substituted(pattern: &str, target: &str, module: &str) -> Option<String> {
    match pattern.split_once('*') {
        None => (pattern == module).then(|| target.to_owned()),
        Some((start, end)) => {
            let middle = module.strip_prefix(start)?.strip_suffix(end)?;
            Some(target.replacen('*', middle, 1))
        }
    }
}

/// A package of the tree, or a file within one.
fn package(tables: &Tables, module: &str) -> Option<FileIndex> {
    tables.manifests().find_map(|(folder, manifest)| {
        let Manifest::Package { name, entry } = manifest else { return None };
        let rest = module.strip_prefix(name.as_str())?;
        match rest.strip_prefix('/') {
            None if !rest.is_empty() => None,
            None => {
                let entry = entry.as_deref().and_then(|entry| script_file(tables, &relative(folder, entry)?));
                script_file(tables, &joined(folder, "src/index"))
                    .or(entry)
                    .or_else(|| script_file(tables, &joined(folder, "index")))
            }
            Some(inner) => script_file(tables, &joined(&joined(folder, "src"), inner))
                .or_else(|| script_file(tables, &joined(folder, inner))),
        }
    })
}

fn script_file(tables: &Tables, path: &str) -> Option<FileIndex> {
    // A source of TypeScript is imported by the name of the file it becomes.
    let bare = [".js", ".mjs", ".cjs", ".jsx"].iter().find_map(|ending| path.strip_suffix(ending));
    let with = |path: &str| SCRIPTS.iter().find_map(|extension| tables.find(&format!("{path}.{extension}")));
    let written = tables.find(path);
    written.or_else(|| bare.and_then(with)).or_else(|| with(path)).or_else(|| with(&joined(path, "index")))
}

fn go(tables: &Tables, from: FileIndex, module: &str) -> Vec<FileIndex> {
    let folder = tables.manifests_around(from).chain(tables.manifests()).find_map(|(folder, manifest)| {
        let Manifest::GoModule(name) = manifest else { return None };
        let rest = module.strip_prefix(name.as_str())?;
        let inner = if rest.is_empty() { "" } else { rest.strip_prefix('/')? };
        let folder = if inner.is_empty() { folder.to_owned() } else { joined(folder, inner) };
        (!tables.in_folder(&folder).is_empty()).then_some(folder)
    });
    let is_source = |file: &FileIndex| tables.path(*file).ends_with(".go") && !tables.path(*file).ends_with("_test.go");
    folder.map_or(Vec::new(), |folder| tables.in_folder(&folder).iter().copied().filter(is_source).collect())
}

const JVM: &[&str] = &["java", "kt", "scala"];

/// A class, or a package, or a class that holds the one named.
fn jvm(tables: &Tables, from: FileIndex, module: &str) -> Vec<FileIndex> {
    let path = module.replace('.', "/");
    let class: Vec<FileIndex> =
        JVM.iter().flat_map(|extension| tables.with_suffix(&format!("{path}.{extension}"))).collect();
    if !class.is_empty() {
        return tables.nearest(from, class);
    }
    let folders = tables.folders_with_suffix(&path);
    let files = folders.iter().flat_map(|folder| tables.in_folder(folder)).copied();
    let sources: Vec<FileIndex> =
        files.filter(|file| JVM.iter().any(|extension| tables.path(*file).ends_with(extension))).collect();
    match (sources.is_empty(), module.rsplit_once('.')) {
        (true, Some((outer, inner))) if inner.starts_with(|c: char| c.is_uppercase()) => {
            let path = outer.replace('.', "/");
            JVM.iter().flat_map(|extension| tables.with_suffix(&format!("{path}.{extension}"))).collect()
        }
        _ => sources,
    }
}

fn included(tables: &Tables, from: FileIndex, module: &str) -> Vec<FileIndex> {
    let beside = relative(tables.folder(from), module).and_then(|path| tables.find(&path));
    match beside {
        Some(file) => vec![file],
        None => tables.nearest(from, tables.with_suffix(module.trim_start_matches("../"))),
    }
}

/// A class or a namespace; sources may lie in any folder, so the longest end of the path that exists counts.
fn php(tables: &Tables, from: FileIndex, module: &str) -> Vec<FileIndex> {
    let path = module.trim_matches('\\').replace('\\', "/");
    let mut rest = path.as_str();
    loop {
        let files = tables.with_suffix(&format!("{rest}.php"));
        if !files.is_empty() {
            return tables.nearest(from, files);
        }
        match rest.split_once('/') {
            Some((_, shorter)) => rest = shorter,
            None => break,
        }
    }
    let folders = path.split_once('/').map(|(_, inner)| tables.folders_with_suffix(inner)).unwrap_or_default();
    let files = folders.iter().flat_map(|folder| tables.in_folder(folder)).copied();
    files.filter(|file| tables.path(*file).ends_with(".php")).collect()
}

fn dart(tables: &Tables, from: FileIndex, module: &str) -> Vec<FileIndex> {
    match module.strip_prefix("package:").and_then(|rest| rest.split_once('/')) {
        Some((_, path)) => tables.nearest(from, tables.with_suffix(&format!("lib/{path}"))),
        None => suffixed(tables, from, module, &["dart"]),
    }
}

/// A path beside the file, or one that ends so anywhere in the tree; each of `endings` may follow.
fn suffixed(tables: &Tables, from: FileIndex, module: &str, endings: &[&str]) -> Vec<FileIndex> {
    let names = |path: &str| {
        let with = endings.iter().flat_map(|ending| [format!("{path}.{ending}"), format!("{path}/{ending}")]);
        std::iter::once(path.to_owned()).chain(with).collect::<Vec<String>>()
    };
    let beside = relative(tables.folder(from), module);
    if let Some(file) = beside.and_then(|path| names(&path).iter().find_map(|path| tables.find(path))) {
        return vec![file];
    }
    let found = names(module.trim_start_matches("./")).iter().flat_map(|path| tables.with_suffix(path)).collect();
    tables.nearest(from, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(paths: &[&str], manifests: &[(&str, Manifest)], (from, module): (&str, &str), expected: &[&str]) {
        let mut paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        paths.sort();
        let manifests = manifests.iter().map(|(folder, manifest)| ((*folder).to_owned(), manifest.clone())).collect();
        let tables = Tables::new(paths, manifests);
        let index = tables.find(from).unwrap();
        let path = crate::source::RepoPath::new(from).unwrap();
        let family = Family::of(crate::parse::language::detect(&path, ""));
        let found: Vec<&str> =
            files(&tables, family, index, module).into_iter().map(|file| tables.path(file)).collect();
        assert_eq!(found, expected, "{module} in {from}");
    }

    #[test]
    fn modules_of_rust_are_files_below_their_parent() {
        let paths = ["a/src/lib.rs", "a/src/x.rs", "a/src/x/y.rs", "a/src/z/mod.rs", "b/src/lib.rs", "b/src/m.rs"];
        let named = [("a", Manifest::Crate("a_crate".to_owned()))];
        for (from, module, expected) in [
            ("a/src/x/y.rs", "crate::z", "a/src/z/mod.rs"),
            ("a/src/x/y.rs", "super", "a/src/x.rs"),
            ("a/src/x.rs", "super::z", "a/src/z/mod.rs"),
            ("a/src/x.rs", "y::Item", "a/src/x/y.rs"),
            ("a/src/x.rs", "self::y", "a/src/x/y.rs"),
            ("b/src/m.rs", "a_crate::x::y", "a/src/x/y.rs"),
        ] {
            check(&paths, &named, (from, module), &[expected]);
        }
        check(&paths, &named, ("b/src/m.rs", "std::mem"), &[]);
    }

    #[test]
    fn modules_of_python_are_absolute_or_relative() {
        let paths = ["src/p/__init__.py", "src/p/a.py", "src/p/q/b.py", "tests/t.py", "tests/helper.py"];
        for (from, module, expected) in [
            ("tests/t.py", "p.a", "src/p/a.py"),
            ("tests/t.py", "p", "src/p/__init__.py"),
            ("tests/t.py", "helper", "tests/helper.py"),
            ("src/p/q/b.py", "..a", "src/p/a.py"),
            ("src/p/q/b.py", "..", "src/p/__init__.py"),
            ("src/p/a.py", ".", "src/p/__init__.py"),
        ] {
            check(&paths, &[], (from, module), &[expected]);
        }
        check(&paths, &[], ("tests/t.py", "os.path"), &[]);
    }

    #[test]
    fn modules_of_scripts_are_paths_short_names_and_packages() {
        let paths = ["app/src/a.ts", "app/src/ui/index.tsx", "app/src/b.d.ts", "lib/src/index.ts", "lib/src/deep/x.ts"];
        let manifests = [
            ("app", Manifest::Paths { base: None, paths: vec![("@/*".to_owned(), "src/*".to_owned())] }),
            ("lib", Manifest::Package { name: "@s/lib".to_owned(), entry: Some("dist/index.js".to_owned()) }),
        ];
        for (module, expected) in [
            ("./ui", "app/src/ui/index.tsx"),
            ("./b", "app/src/b.d.ts"),
            ("./ui/index.js", "app/src/ui/index.tsx"),
            ("@/ui", "app/src/ui/index.tsx"),
            ("@s/lib", "lib/src/index.ts"),
            ("@s/lib/deep/x", "lib/src/deep/x.ts"),
        ] {
            check(&paths, &manifests, ("app/src/a.ts", module), &[expected]);
        }
        check(&paths, &manifests, ("app/src/a.ts", "react"), &[]);
    }

    #[test]
    fn packages_of_other_languages_are_folders_or_files() {
        let go = [("", Manifest::GoModule("x.y/z".to_owned()))];
        check(&["a.go", "m/b.go", "m/b_test.go", "m/c.go"], &go, ("a.go", "x.y/z/m"), &["m/b.go", "m/c.go"]);
        check(&["a.go"], &go, ("a.go", "fmt"), &[]);
        let java = ["s/main/java/o/x/A.java", "s/main/java/o/x/B.java", "s/test/java/o/x/T.java"];
        check(&java, &[], (java[2], "o.x.A"), &[java[0]]);
        check(&java, &[], (java[2], "o.x.A.Inner"), &[java[0]]);
        check(&java, &[], (java[0], "o.x"), &java);
        check(&["lib/a.c", "lib/a.h", "include/c/b.h"], &[], ("lib/a.c", "a.h"), &["lib/a.h"]);
        check(&["lib/a.c", "lib/a.h", "include/c/b.h"], &[], ("lib/a.c", "c/b.h"), &["include/c/b.h"]);
        check(&["src/Http/Kernel.php", "x.php"], &[], ("x.php", "App\\Http\\Kernel"), &["src/Http/Kernel.php"]);
        check(&["lib/a/b.rb", "x.rb"], &[], ("x.rb", "a/b"), &["lib/a/b.rb"]);
        check(&["lua/a/init.lua", "x.lua"], &[], ("x.lua", "a"), &["lua/a/init.lua"]);
        check(&["lib/a.dart", "lib/b.dart"], &[], ("lib/b.dart", "package:p/a.dart"), &["lib/a.dart"]);
    }
}
