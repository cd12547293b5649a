#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use super::read::SourceFile;
use super::*;
use crate::host::SystemClock;
use crate::limits::{CancelToken, Limits};
use crate::source::{ContentHash, Language, Role};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

fn tree(files: &[(&str, &[u8])]) -> TempDir {
    let root = TempDir::new().unwrap();
    for (path, bytes) in files {
        put(root.path(), path, bytes);
    }
    root
}

fn put(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn watch() -> Watch {
    Watch::start(&Limits::default(), Arc::new(SystemClock::new()))
}

fn walked(root: &Path, config: &Config) -> Walk {
    walk(root, config, &root.join(INDEX_FOLDER_NAME), &watch()).unwrap()
}

fn paths(walk: &Walk) -> Vec<&str> {
    walk.files.iter().map(|file| file.path.as_str()).collect()
}

fn skips(walk: &Walk) -> Vec<(&str, SkipReason)> {
    walk.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason)).collect()
}

/// Walks and reads a tree, and gives what was skipped at either step.
fn outcome(root: &Path, config: &Config) -> (Vec<String>, Vec<Skipped>) {
    let walk = walked(root, config);
    let (mut indexed, mut skipped) = (Vec::new(), walk.skipped);
    for file in &walk.files {
        match read(root, file, config) {
            Ok(_) => indexed.push(file.path.to_string()),
            Err(skip) => skipped.push(skip),
        }
    }
    skipped.sort();
    (indexed, skipped)
}

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

fn read_one(name: &str, bytes: &[u8], config: &Config) -> std::result::Result<SourceFile, Skipped> {
    let root = tree(&[(name, bytes)]);
    let walk = walked(root.path(), config);
    match walk.files.first() {
        Some(file) => read(root.path(), file, config),
        None => Err(walk.skipped[0].clone()),
    }
}

fn reason_of(name: &str, bytes: &[u8]) -> SkipReason {
    read_one(name, bytes, &Config::default()).unwrap_err().reason
}

#[test]
fn files_come_in_the_order_of_their_paths_with_size_and_time() {
    let root = tree(&[("b.rs", b"b"), ("a/z.rs", b"zz"), ("a.rs", b""), ("a-b/c.rs", b"c")]);
    let walk = walked(root.path(), &Config::default());
    assert_eq!(paths(&walk), ["a-b/c.rs", "a.rs", "a/z.rs", "b.rs"]);
    assert_eq!(walk.files[2].size, 2);
    assert!(walk.files[2].mtime_ns > 1_600_000_000_000_000_000);
    assert_eq!(skips(&walk), []);
}

#[test]
fn ignore_files_work_without_a_repository_and_in_their_order() {
    let root = tree(&[
        (".gitignore", b"*.log\n*.tmp\n*.gen\n"),
        (".ignore", b"!kept.tmp\n"),
        (".pampaxignore", b"!wanted.log\ndocs/\n!other.gen\n"),
        ("a.log", b"x"),
        ("wanted.log", b"x"),
        ("kept.tmp", b"x"),
        ("b.tmp", b"x"),
        ("other.gen", b"x"),
        ("docs/a.md", b"x"),
        ("src/a.rs", b"x"),
    ]);
    let default = walked(root.path(), &Config::default());
    let ignore_files = [".gitignore", ".ignore", ".pampaxignore"];
    assert_eq!(paths(&default), [&ignore_files[..], &["kept.tmp", "other.gen", "src/a.rs", "wanted.log"]].concat());
    let off = walked(root.path(), &config(|config| config.indexer.ignore_files = false));
    assert_eq!(
        paths(&off),
        [&ignore_files[..], &["a.log", "b.tmp", "kept.tmp", "other.gen", "src/a.rs", "wanted.log"]].concat()
    );
    let excluding = walked(root.path(), &config(|config| config.indexer.exclude = vec!["/src".into(), "*.log".into()]));
    assert_eq!(paths(&excluding), [&ignore_files[..], &["kept.tmp", "other.gen"]].concat());
}

#[test]
fn hidden_entries_are_walked_unless_switched_off() {
    let root = tree(&[(".a/b.rs", b"x"), (".c", b"x"), ("d", b"x"), (".kept", b"x"), (".ignore", b"!.kept\n")]);
    assert_eq!(paths(&walked(root.path(), &Config::default())), [".a/b.rs", ".c", ".ignore", ".kept", "d"]);
    let walk = walked(root.path(), &config(|config| config.indexer.hidden = false));
    assert_eq!(paths(&walk), [".kept", "d"]);
    assert_eq!(skips(&walk), [".a", ".c", ".ignore"].map(|path| (path, SkipReason::Hidden)));
}

#[test]
fn the_index_and_version_control_are_never_walked() {
    let root = tree(&[
        (".git/config", b"x"),
        (".pampax/catalog.sqlite", b"x"),
        ("sub/.pampax/x", b"x"),
        ("sub/.git", b"gitdir: elsewhere"),
        ("cache/index/x.rs", b"x"),
        ("cache/y.rs", b"x"),
        ("other/index/x.rs", b"x"),
    ]);
    let walk = walk(root.path(), &Config::default(), &root.path().join("cache/../cache/index"), &watch()).unwrap();
    assert_eq!(paths(&walk), ["cache/y.rs", "other/index/x.rs"]);
    assert_eq!(
        skips(&walk),
        [
            (".git", SkipReason::VersionControl),
            (".pampax", SkipReason::IndexFolder),
            ("cache/index", SkipReason::IndexFolder),
            ("sub/.git", SkipReason::VersionControl),
            ("sub/.pampax", SkipReason::IndexFolder),
        ]
    );
}

#[test]
fn a_wrong_root_index_folder_or_glob_is_an_error() {
    let root = tree(&[("a", b"x")]);
    let code = |result: Result<Walk>| result.unwrap_err().code().name();
    let config = Config::default();
    let missing = root.path().join("none");
    assert_eq!(code(walk(&missing, &config, &missing, &watch())), "IO");
    assert_eq!(code(walk(&root.path().join("a"), &config, &missing, &watch())), "IO");
    assert_eq!(code(walk(root.path(), &config, root.path(), &watch())), "INVALID_ARGUMENT");
    let broken = self::config(|config| config.indexer.exclude = vec!["a\nb".into()]);
    assert_eq!(code(walk(root.path(), &broken, &missing, &watch())), "INVALID_CONFIG");
}

#[test]
fn a_cancelled_walk_stops() {
    let root = tree(&[("a", b"x")]);
    let token = CancelToken::new();
    token.cancel();
    let watch = Watch::start(&Limits::default().with_cancel(token), Arc::new(SystemClock::new()));
    let result = walk(root.path(), &Config::default(), &root.path().join(".pampax"), &watch);
    assert_eq!(result.unwrap_err().code().name(), "CANCELLED");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_sockets_are_skipped_and_never_opened() {
    use std::os::unix::fs::symlink;
    let outside = tree(&[("secret.rs", b"outside"), ("rules", b"*.rs\n")]);
    let root = tree(&[("src/a.rs", b"x")]);
    symlink("..", root.path().join("src/loop")).unwrap();
    symlink(outside.path(), root.path().join("out")).unwrap();
    symlink(outside.path().join("secret.rs"), root.path().join("out.rs")).unwrap();
    symlink("nowhere", root.path().join("dangling.rs")).unwrap();
    symlink(outside.path().join("rules"), root.path().join(".gitignore")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket")).unwrap();
    // Opening a FIFO that nobody writes to blocks, so reaching the end of this test is the proof.
    for fifo in ["pipe.rs", ".ignore", "src/.pampaxignore"] {
        assert!(Command::new("mkfifo").arg(root.path().join(fifo)).status().unwrap().success());
    }
    let (indexed, skipped) = outcome(root.path(), &Config::default());
    assert_eq!(indexed, ["src/a.rs"]);
    let reasons: Vec<(&str, SkipReason)> = skipped.iter().map(|skip| (skip.path.as_str(), skip.reason)).collect();
    assert_eq!(
        reasons,
        [
            (".gitignore", SkipReason::Symlink),
            (".ignore", SkipReason::SpecialFile),
            ("dangling.rs", SkipReason::Symlink),
            ("out", SkipReason::Symlink),
            ("out.rs", SkipReason::Symlink),
            ("pipe.rs", SkipReason::SpecialFile),
            ("socket", SkipReason::SpecialFile),
            ("src/.pampaxignore", SkipReason::SpecialFile),
            ("src/loop", SkipReason::Symlink),
        ]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_skipped() {
    use std::os::unix::ffi::OsStrExt;
    let root = tree(&[("d/a.rs", b"x")]);
    fs::write(root.path().join(std::ffi::OsStr::from_bytes(b"d/\xff.rs")), "x").unwrap();
    let walk = walked(root.path(), &Config::default());
    assert_eq!(paths(&walk), ["d/a.rs"]);
    assert_eq!(skips(&walk), [("d/\u{fffd}.rs", SkipReason::NotUtf8Path)]);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_skipped_with_its_reason() {
    use std::os::unix::fs::PermissionsExt;
    let root = tree(&[("shut/a.rs", b"x"), ("shut.rs", b"x"), ("open.rs", b"x"), (".gitignore", b"open.rs\n")]);
    for path in ["shut", "shut.rs", ".gitignore"] {
        fs::set_permissions(root.path().join(path), fs::Permissions::from_mode(0o000)).unwrap();
    }
    let is_refused = fs::File::open(root.path().join("shut.rs")).is_err();
    let (indexed, skipped) = outcome(root.path(), &Config::default());
    fs::set_permissions(root.path().join("shut"), fs::Permissions::from_mode(0o700)).unwrap();
    let reasons: Vec<(&str, SkipReason)> = skipped.iter().map(|skip| (skip.path.as_str(), skip.reason)).collect();
    // A privileged user may read everything, so there the other half of the rule is checked: nothing is lost.
    match is_refused {
        true => {
            assert_eq!(indexed, ["open.rs"]);
            assert_eq!(reasons, [".gitignore", "shut", "shut.rs"].map(|path| (path, SkipReason::Unreadable)));
        }
        false => {
            assert_eq!(indexed, [".gitignore", "shut.rs", "shut/a.rs"]);
            assert_eq!(reasons, [("open.rs", SkipReason::Ignored)]);
        }
    }
}

#[test]
fn a_file_that_vanishes_or_is_replaced_is_skipped() {
    let root = tree(&[("gone.rs", b"x"), ("folder.rs", b"x"), ("deep/a.rs", b"x")]);
    let walk = walked(root.path(), &Config::default());
    fs::remove_file(root.path().join("gone.rs")).unwrap();
    fs::remove_file(root.path().join("folder.rs")).unwrap();
    fs::create_dir_all(root.path().join("folder.rs")).unwrap();
    fs::remove_dir_all(root.path().join("deep")).unwrap();
    fs::write(root.path().join("deep"), "now a file").unwrap();
    let reasons: Vec<SkipReason> =
        walk.files.iter().map(|file| read(root.path(), file, &Config::default()).unwrap_err().reason).collect();
    assert_eq!(reasons, [SkipReason::Changed, SkipReason::SpecialFile, SkipReason::Changed]);
}

#[test]
fn a_file_that_grew_past_the_limit_is_too_large() {
    let root = tree(&[("a.txt", b"x")]);
    let config = config(|config| config.indexer.max_file_bytes = 10);
    let walk = walked(root.path(), &config);
    put(root.path(), "a.txt", b"more than ten bytes");
    assert_eq!(read(root.path(), &walk.files[0], &config).unwrap_err().reason, SkipReason::TooLarge);
}

#[test]
fn odd_contents_are_read_or_skipped_with_their_reason() {
    let read = |name: &str, bytes: &[u8]| read_one(name, bytes, &Config::default()).unwrap();
    let empty = read("a.py", b"");
    assert_eq!((empty.text.as_str(), empty.language, empty.role), ("", Language::Python, Role::Code));
    assert_eq!(read("a.rs", b"a\r\nb\r\n").text, "a\r\nb\r\n");
    let utf16 = read("a.py", b"\xff\xfed\x00e\x00f\x00");
    assert_eq!((utf16.text.as_str(), utf16.encoding, utf16.offsets.to_source(1)), ("def", "UTF-16LE", 4));
    assert_eq!(read("a.py", b"# d\xe9j\xe0 vu, l'\xe9t\xe9 dernier\n").text, "# déjà vu, l'été dernier\n");
    assert_eq!(read("a.rs", b"x").hash, ContentHash::of(b"x"));
    assert_eq!(reason_of("a.py", b"\x7fELF\x02\x01\x01\x00"), SkipReason::Binary);
    assert_eq!(reason_of("a.py", b"x = '\x00'\n"), SkipReason::Binary);
    assert_eq!(reason_of("a.js", "f();".repeat(10_000).as_bytes()), SkipReason::Minified);
    assert_eq!(reason_of("a.txt", &vec![b'x'; 5 << 20]), SkipReason::TooLarge);
    assert_eq!(reason_of(".env", b"A=1"), SkipReason::Secret);
}

#[test]
fn one_line_of_five_megabytes_is_read_where_the_limit_allows() {
    let config = config(|config| config.indexer.max_file_bytes = 8 << 20);
    let file = read_one("a.json", &vec![b'1'; 5 << 20], &config).unwrap();
    assert_eq!((file.text.len(), file.role), (5 << 20, Role::Config));
}

#[test]
fn roles_come_from_the_path_below_the_root() {
    let folder = TempDir::with_prefix("vendor-").unwrap();
    let root = folder.path().join("test");
    put(&root, "src/a.rs", b"fn a() {}");
    let walk = walked(&root, &Config::default());
    assert_eq!(read(&root, &walk.files[0], &Config::default()).unwrap().role, Role::Code);
}

/// What git itself would add, or `None` without git.
fn git_files(root: &Path) -> Option<BTreeSet<String>> {
    let git = |arguments: &[&str]| {
        Command::new("git")
            .current_dir(root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .args(["-c", "core.excludesFile=/dev/null"])
            .args(arguments)
            .stderr(Stdio::null())
            .output()
    };
    if !root.join(".git").exists() {
        git(&["init", "-q"]).ok()?;
    }
    let listed = git(&["ls-files", "--others", "--exclude-standard", "-z"]).ok()?;
    assert!(listed.status.success());
    Some(String::from_utf8(listed.stdout).unwrap().split_terminator('\0').map(str::to_owned).collect())
}

/// Asserts that the walk lists what git lists, where there is a git to ask.
#[expect(clippy::print_stderr, reason = "a comparison that was not made must be seen")]
fn check_like_git(root: &Path, case: &dyn std::fmt::Debug) {
    let Some(expected) = git_files(root) else {
        eprintln!("not compared: git cannot be run here");
        return;
    };
    let config = config(|config| config.security.index_secret_files = true);
    let found: BTreeSet<String> = paths(&walked(root, &config)).into_iter().map(str::to_owned).collect();
    assert_eq!(found, expected, "{case:?}");
}

/// The cases of gitignore(5): rules, and the files below that they leave.
#[test]
fn ignore_rules_are_those_of_git() {
    let files = [
        "a.html",
        "foo.html",
        "foo/bar/x",
        "foo/baz",
        "bar/foo/y",
        "doc/frotz/z",
        "a/doc/frotz/z",
        "frotz/q",
        "a/frotz/q",
        "a/b/x/c",
        "a/c",
        "abc/d",
        "abc/e/f",
        "hello.c",
        "sub/hello.c",
        "#hash",
        "!bang",
        "tail ",
        "tail",
        "x1",
        "xa",
        "x]",
        "src/cat-file.c",
        "src/deep/keep.me",
        "build/out.o",
        "build/keep/out.o",
        "we[ird",
        "back\\slash",
        "é.txt",
        "abcd",
        "logs/debug.log",
        "logs/important.log",
        "sp ace",
        "star*name",
        "dir.o/inner",
        ".hidden",
        "a/.hidden",
    ];
    let cases: &[&[(&str, &str)]] = &[
        &[(".gitignore", "*.html\n!foo.html\n")],
        &[(".gitignore", "hello.*\n")],
        &[(".gitignore", "/hello.*\n")],
        &[(".gitignore", "foo/\n")],
        &[(".gitignore", "doc/frotz\n")],
        &[(".gitignore", "/doc/frotz/\n")],
        &[(".gitignore", "frotz/\n")],
        &[(".gitignore", "foo/*\n")],
        &[(".gitignore", "**/foo\n")],
        &[(".gitignore", "**/foo/bar\n")],
        &[(".gitignore", "abc/**\n")],
        &[(".gitignore", "a/**/c\n")],
        &[(".gitignore", "/*\n!/foo\n/foo/*\n!/foo/bar\n")],
        &[(".gitignore", "build/\n!build/keep/out.o\n")],
        &[(".gitignore", "build/*\n!build/keep\n")],
        &[(".gitignore", "\\#hash\n\\!bang\n")],
        &[(".gitignore", "#hash\n")],
        &[(".gitignore", "tail   \n")],
        &[(".gitignore", "tail\\ \n")],
        &[(".gitignore", "tail\\   \n")],
        &[(".gitignore", "x[0-9]\n")],
        &[(".gitignore", "x[!0-9]\n")],
        &[(".gitignore", "x[^a-z]\n")],
        &[(".gitignore", "x[]a]\n")],
        &[(".gitignore", "x[[:alpha:]]\n")],
        &[(".gitignore", "we[ird\n")],
        &[(".gitignore", "we\\[ird\n")],
        &[(".gitignore", "back\\\\slash\n")],
        &[(".gitignore", "hello.c\\\n")],
        &[(".gitignore", "??.txt\n")],
        &[(".gitignore", "???.txt\n")],
        &[(".gitignore", "ab?d\n")],
        &[(".gitignore", "sp ace\n")],
        &[(".gitignore", "star\\*name\n")],
        &[(".gitignore", "*.o\n")],
        &[(".gitignore", "*.o/\n")],
        &[(".gitignore", "\r\n*.html\r\nfoo/\r\n")],
        &[(".gitignore", "\u{feff}*.html\n")],
        &[(".gitignore", "\n\n   \n/\n!\n*.html")],
        &[(".gitignore", ".*\n!.gitignore\n")],
        &[(".gitignore", "*\n!*/\n!*.c\n")],
        &[(".gitignore", "logs/*.log\n!logs/important.log\n")],
        &[(".gitignore", "*.log\n"), ("logs/.gitignore", "!important.log\n")],
        &[(".gitignore", "!important.log\n"), ("logs/.gitignore", "*.log\n")],
        &[("foo/.gitignore", "/bar\n")],
        &[("src/.gitignore", "*\n!deep\n!*.me\n")],
        &[(".git/info/exclude", "*.html\nfoo\n"), (".gitignore", "!foo.html\n")],
        &[(".gitignore", "a\n!a/b\n")],
        &[(".gitignore", "**\n")],
        &[(".gitignore", "**/\n")],
        &[(".gitignore", "/**/x\n")],
        &[(".gitignore", "a/**\n!a/b/\n")],
    ];
    for case in cases {
        let root = TempDir::new().unwrap();
        files.iter().for_each(|path| put(root.path(), path, b"x"));
        // The repository comes first, so that the case may write into it.
        git_files(root.path());
        case.iter().for_each(|(path, text)| put(root.path(), path, text.as_bytes()));
        check_like_git(root.path(), case);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Random rules over a small alphabet. Two asterisks come only as whole components: git's own shortcut for literal
    /// prefixes disagrees with its manual elsewhere.
    #[test]
    fn random_rules_are_read_as_git_reads_them(
        top in prop::collection::vec("!?/?(a|b|ab|\\*|\\?|a\\*|\\*b|\\[ab\\]|\\[!a\\]|\\*\\*)(/(a|b|ab|\\*|\\?b|\\*\\*)){0,2}/? {0,2}", 1..5),
        deep in prop::collection::vec("!?/?(a|b|ab|\\*|\\*b)(/(a|b|\\*\\*))?/?", 0..3),
    ) {
        let root = TempDir::new().unwrap();
        for first in ["a", "b", "ab"] {
            for second in ["a", "b", "ab"] {
                put(root.path(), &format!("{first}/{second}/a"), b"x");
                put(root.path(), &format!("{first}/{second}/bb"), b"x");
            }
            put(root.path(), &format!("{first}/c"), b"x");
        }
        put(root.path(), "bb", b"x");
        put(root.path(), ".gitignore", top.join("\n").as_bytes());
        put(root.path(), "a/.gitignore", deep.join("\n").as_bytes());
        check_like_git(root.path(), &(top, deep));
    }
}

fn every_path(root: &Path) -> Vec<String> {
    let mut folders = vec![PathBuf::new()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            found.push(path.to_str().unwrap().to_owned());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

/// Asserts that for every path of the tree the explanation is what walking and reading do.
fn check_explained(root: &Path, config: &Config) {
    let (indexed, skipped) = outcome(root, config);
    for path in every_path(root) {
        let explanation = explain(root, config, &path).unwrap();
        let expected = indexed.contains(&path);
        assert_eq!(explanation.outcome == PathOutcome::Indexed, expected, "{explanation:?}");
        assert_eq!(explanation.file.is_some(), expected);
        match &explanation.skipped {
            Some(skip) => assert!(skipped.contains(skip), "{skip:?} is not among {skipped:?}"),
            None => assert!(explanation.outcome != PathOutcome::Skipped),
        }
    }
}

fn varied_tree() -> TempDir {
    let root = tree(&[
        (".gitignore", b"target/\n*.log\n!keep.log\n"),
        (".pampaxignore", b"/private\n"),
        (".env", b"A=1"),
        (".pampax/catalog.sqlite", b"x"),
        (".git/info/exclude", b"local.txt\n"),
        ("local.txt", b"x"),
        ("private/a.rs", b"x"),
        ("src/a.rs", b"fn a() {}"),
        ("src/.gitignore", b"gen.rs\n"),
        ("src/gen.rs", b"x"),
        ("src/a.py", b"\x00\x01"),
        ("src/big.txt", &[b'x'; 3_000]),
        ("src/x.min.js", "f();".repeat(5_000).as_bytes()),
        ("target/debug/a.o", b"x"),
        ("keep.log", b"x"),
        ("drop.log", b"x"),
        ("tls/server.key", b"-----BEGIN PRIVATE KEY-----\n"),
        (".hidden/a.rs", b"x"),
    ]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("src", root.path().join("link")).unwrap();
    root
}

#[test]
fn explanations_agree_with_walking_and_reading() {
    let root = varied_tree();
    let configs: [fn(&mut Config); 5] = [
        |_| {},
        |config| config.indexer.max_file_bytes = 1_000,
        |config| config.indexer.hidden = false,
        |config| config.indexer.ignore_files = false,
        |config| {
            config.security.index_secret_files = true;
            config.indexer.exclude = vec!["*.rs".into(), "!a.rs".into()];
        },
    ];
    for change in configs {
        check_explained(root.path(), &config(change));
    }
}

#[test]
fn explanations_name_the_rule_that_decides() {
    let root = varied_tree();
    let why = |path: &str| explain(root.path(), &Config::default(), path).unwrap();
    let rule = |path: &str| why(path).ignore_rule.map(|rule| (rule.file, rule.line, rule.pattern)).unwrap();
    assert_eq!(rule("target/debug/a.o"), (".gitignore".into(), 1, "target/".into()));
    assert_eq!(why("target/debug/a.o").skipped.unwrap().path, "target");
    assert_eq!(rule("src/gen.rs"), ("src/.gitignore".into(), 1, "gen.rs".into()));
    assert_eq!(rule("local.txt"), (".git/info/exclude".into(), 1, "local.txt".into()));
    assert_eq!(rule("private/"), (".pampaxignore".into(), 1, "/private".into()));
    let facts = why("./src//a.rs").file.unwrap();
    assert_eq!((facts.role, facts.role_rule.as_str(), facts.encoding.as_str()), (Role::Code, "anything else", "UTF-8"));
    assert_eq!(why("keep.log").file.unwrap().role_rule, "name of a data file");
    #[cfg(unix)]
    assert_eq!(why("link/a.rs").skipped.unwrap().reason, SkipReason::Symlink);
}

#[test]
fn paths_that_are_not_there_have_an_outcome_of_their_own() {
    let root = varied_tree();
    let outcome = |path: &str| explain(root.path(), &Config::default(), path).unwrap().outcome;
    for path in ["none.rs", "none/a.rs", "src/a.rs/b", "keep.log/", &"x".repeat(300)] {
        let expected = if path == "keep.log/" { PathOutcome::Indexed } else { PathOutcome::Missing };
        if path.len() < 256 {
            assert_eq!(outcome(path), expected, "{path}");
        } else {
            assert_ne!(outcome(path), PathOutcome::Indexed);
        }
    }
    for path in ["", ".", "./", "src"] {
        assert_eq!(outcome(path), PathOutcome::Walked, "`{path}`");
    }
    for path in ["../x", "/etc/passwd", "src/../../x", "/"] {
        let explanation = explain(root.path(), &Config::default(), path).unwrap();
        assert_eq!(explanation.skipped.unwrap().reason, SkipReason::OutsideRoot, "{path}");
    }
    assert!(explain(&root.path().join("none"), &Config::default(), "a").is_err());
}

#[test]
fn explanations_are_stable_json() {
    let root = varied_tree();
    let explanation = explain(root.path(), &Config::default(), "drop.log").unwrap();
    let json = serde_json::to_string(&explanation).unwrap();
    assert_eq!(
        json,
        r#"{"path":"drop.log","outcome":"skipped","skipped":{"path":"drop.log","reason":"ignored","detail":".gitignore line 2: *.log"},"ignore_rule":{"file":".gitignore","line":2,"pattern":"*.log"},"file":null,"in_index":null}"#
    );
    assert_eq!(serde_json::from_str::<Explanation>(&json).unwrap(), explanation);
}

/// A clock on which every look takes a nanosecond.
struct TickingClock(std::sync::atomic::AtomicU64);

impl crate::host::Clock for TickingClock {
    fn unix_ms(&self) -> u64 {
        0
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst)
    }
}

#[test]
fn a_walk_that_runs_out_of_time_covers_the_tree_up_to_a_path() {
    let names = ["a.rs", "b/c.rs", "b/d/e.rs", "b.rs", "f/g/h.rs", "f/g.rs", "z.rs"];
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b"text\n"[..])).collect();
    let root = tree(&files);
    let whole = walked(root.path(), &Config::default());
    let mut lengths = BTreeSet::new();
    for time in 0..12 {
        let limits = Limits::default().with_timeout(std::time::Duration::from_nanos(time));
        let watch = Watch::start(&limits, Arc::new(TickingClock(0.into())));
        let index_dir = root.path().join(INDEX_FOLDER_NAME);
        let part = walk_for_a_while(root.path(), &Config::default(), &index_dir, &watch).unwrap();
        let covered: Vec<_> = whole.files.iter().filter(|file| part.covers(file.path.as_str())).cloned().collect();
        assert_eq!(part.files, covered, "{part:?}");
        assert_eq!(part.is_whole(), part.files.len() == names.len());
        lengths.insert(part.files.len());
    }
    assert!(lengths.len() > 3 && lengths.contains(&0) && lengths.contains(&names.len()), "{lengths:?}");
}

#[test]
fn a_walk_in_part_is_cancelled_like_a_whole_one() {
    let root = tree(&[("a.rs", b"text\n")]);
    let token = CancelToken::new();
    token.cancel();
    let watch = Watch::start(&Limits::default().with_cancel(token), Arc::new(SystemClock::new()));
    let stopped = walk_for_a_while(root.path(), &Config::default(), &root.path().join("index"), &watch);
    assert_eq!(stopped.unwrap_err().code(), crate::error::ErrorCode::Cancelled);
}
