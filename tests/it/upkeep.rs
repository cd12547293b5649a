//! Backups, what becomes of them, and compacting: nothing is lost, nothing damaged is taken, and answers stay the same.

#![expect(clippy::disallowed_methods, reason = "a test makes and damages its own files")]

use crate::health::{Tree, listing};
use pampax_core::health::{HealthCode, HealthStatus, Mend};
use pampax_core::index::Warm;
use pampax_core::index::backup::{Existing, OtherRoot};
use pampax_core::{Error, ErrorCode, HealthQuery, Index, Limits, Query};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

const LIMITS: fn() -> Limits = Limits::default;

/// Answers of an index to a few questions, but for the number of its state and how the files on disk are by now.
fn answers(index: &Index) -> Vec<String> {
    let searcher = index.searcher().unwrap();
    let answer = |question: &&str| {
        let results = searcher.search(&Query::new(*question), &LIMITS()).unwrap();
        let mut document = serde_json::to_value(&results).unwrap();
        document.as_object_mut().unwrap().remove("generation");
        let hits = document["hits"].as_array_mut().unwrap().iter_mut();
        hits.for_each(|hit| _ = hit.as_object_mut().unwrap().remove("freshness"));
        document.to_string()
    };
    ["function_3", "other", "new thing", "nothing like it", "fn"].iter().map(answer).collect()
}

fn backed_up(tree: &Tree, folder: &TempDir) -> PathBuf {
    let file = folder.path().join("index.backup");
    tree.index().backup(&file, Existing::Keep, &LIMITS()).unwrap();
    file
}

#[test]
fn a_backup_is_one_sound_file_and_restores_the_same_answers() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let expected = answers(&tree.index());
    let before = listing(tree.folder.path());
    let file = backed_up(&tree, &folder);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    let changed: Vec<_> = listing(tree.folder.path()).into_keys().filter(|path| !before.contains_key(path)).collect();
    assert!(changed.iter().all(|path| path.to_string_lossy().contains("catalog.sqlite-")), "{changed:?}");
    let report = tree.index().verify_backup(&file, &LIMITS()).unwrap();
    assert!(report.is_sound && report.integrity == ["ok"] && report.documents == 12, "{report:?}");
    assert!(Index::is_backup(&file).unwrap());

    tree.write("src/f1.rs", "fn new_thing() {}\n");
    tree.update();
    assert_ne!(answers(&tree.index()), expected);
    let restored = tree.index().restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap();
    assert_eq!((restored.backup.generation.0, restored.replaced.unwrap().0, restored.generation.0), (1, 2, 3));
    assert!(tree.index().verify(&LIMITS()).unwrap().is_sound);
    tree.write("src/f1.rs", "fn function_1() {\n    other_1();\n}\n");
    assert_eq!(answers(&tree.index()), expected);
    tree.update();
    assert_eq!(answers(&tree.index()), expected);
}

#[test]
fn a_backup_restores_where_there_is_nothing() {
    let (tree, folder, elsewhere) = (Tree::indexed(), TempDir::new().unwrap(), Tree::new());
    let file = backed_up(&tree, &folder);
    drop(tree);
    let restored = elsewhere.index().restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap();
    assert_eq!((restored.generation.0, restored.replaced), (1, None));
    assert_eq!(answers(&elsewhere.index()).len(), 5);
    assert!(elsewhere.index().verify(&LIMITS()).unwrap().is_sound);
}

#[test]
fn answers_that_are_kept_of_the_replaced_state_are_not_given_any_more() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let file = backed_up(&tree, &folder);
    tree.write("src/f1.rs", "fn new_thing() {}\n");
    let index = tree.index();
    index.update(&LIMITS()).unwrap();
    let search = |index: &Index| index.searcher().unwrap().search(&Query::new("new_thing"), &LIMITS()).unwrap();
    let found = |index: &Index| search(index).hits.iter().filter(|hit| hit.snippet.contains("new_thing")).count();
    assert_eq!((found(&index), search(&index).generation.0), (1, 2));
    index.warm(&Warm::new(vec![Query::new("new_thing")]), &LIMITS()).unwrap();
    index.restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap();
    assert!(!tree.store("cache.sqlite").exists());
    for index in [&index, &tree.index()] {
        assert_eq!((found(index), search(index).generation.0), (0, 3));
    }
}

#[test]
fn a_damaged_catalog_is_restored() {
    let folder = TempDir::new().unwrap();
    let damages: [&dyn Fn(&Tree); 4] = [
        &|tree| std::fs::write(tree.store("catalog.sqlite"), [b'x'; 9000]).unwrap(),
        &|tree| std::fs::write(tree.store("catalog.sqlite"), []).unwrap(),
        &|tree| tree.flip("catalog.sqlite", |length| 4096..length),
        &|tree| std::fs::remove_file(tree.store("catalog.sqlite")).unwrap(),
    ];
    for (number, damage) in damages.iter().enumerate() {
        let tree = Tree::indexed();
        let expected = answers(&tree.index());
        let file = folder.path().join(format!("{number}.backup"));
        tree.index().backup(&file, Existing::Keep, &LIMITS()).unwrap();
        damage(&tree);
        assert_eq!(tree.index().health(&HealthQuery::default(), &LIMITS()).status, HealthStatus::Unhealthy);
        tree.index().restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap();
        assert_eq!(answers(&tree.index()), expected, "damage {number}");
        assert_eq!(tree.index().health(&HealthQuery::default(), &LIMITS()).conditions, []);
        assert!(tree.index().verify(&LIMITS()).unwrap().is_sound, "damage {number}");
    }
}

#[test]
fn a_file_that_is_there_stays_unless_it_may_go() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let file = folder.path().join("index.backup");
    std::fs::write(&file, "precious").unwrap();
    let refused = tree.index().backup(&file, Existing::Keep, &LIMITS()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidArgument);
    assert_eq!(refused.to_string(), format!("invalid argument: file: {} is there already", file.display()));
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    tree.index().backup(&file, Existing::Replace, &LIMITS()).unwrap();
    assert!(tree.index().verify_backup(&file, &LIMITS()).unwrap().is_sound);
}

#[test]
fn a_backup_never_takes_the_place_of_what_it_backs_up() {
    let tree = Tree::indexed();
    for name in ["catalog.sqlite", "new.backup", "text/new.backup"] {
        let refused = tree.index().backup(&tree.store(name), Existing::Replace, &LIMITS()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidArgument, "{name}");
    }
    assert!(tree.index().verify(&LIMITS()).unwrap().is_sound);
}

#[test]
fn a_backup_that_fails_leaves_nothing() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let file = folder.path().join("index.backup");
    let none = Limits::default().with_timeout(Duration::ZERO);
    assert_eq!(tree.index().backup(&file, Existing::Keep, &none).unwrap_err().code(), ErrorCode::DeadlineExceeded);
    let nowhere = folder.path().join("no/such/folder");
    assert_eq!(tree.index().backup(&nowhere, Existing::Keep, &LIMITS()).unwrap_err().code(), ErrorCode::Io);
    assert_eq!(
        Tree::new().index().backup(&file, Existing::Keep, &LIMITS()).unwrap_err().code(),
        ErrorCode::IndexMissing
    );
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

/// Every way to damage a backup of these bytes, with a name.
fn damaged(healthy: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut damaged = vec![
        ("empty".to_owned(), Vec::new()),
        ("only a header".to_owned(), healthy[..4096].to_vec()),
        ("without its last byte".to_owned(), healthy[..healthy.len() - 1].to_vec()),
        ("with a byte more".to_owned(), [healthy, b"x"].concat()),
        ("a page less".to_owned(), [&healthy[..4096], &healthy[8192..]].concat()),
        ("garbage".to_owned(), vec![0x5a; 20_000]),
    ];
    let ends = [1, 9, 20, 30, 40, 200].map(|from_end| healthy.len() - from_end);
    let starts = (0..healthy.len() - 400).step_by(healthy.len() / 40);
    for at in starts.chain(ends) {
        let mut flipped = healthy.to_vec();
        flipped[at] ^= 1;
        damaged.push((format!("flipped at {at} of {}", healthy.len()), flipped));
    }
    damaged
}

#[test]
fn a_damaged_backup_is_refused_and_the_index_stays() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let healthy = std::fs::read(backed_up(&tree, &folder)).unwrap();
    let expected = answers(&tree.index());
    let before = without_shared_memory(tree.folder.path());
    let file = folder.path().join("damaged.backup");
    for (name, bytes) in damaged(&healthy) {
        std::fs::write(&file, &bytes).unwrap();
        let refused = tree.index().restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap_err();
        match (name.as_str(), &refused) {
            ("empty" | "garbage", Error::InvalidArgument { argument, reason }) => {
                assert_eq!((*argument, reason), ("file", &format!("{} is no backup of an index", file.display())));
            }
            (_, Error::IndexDamaged { path, reason }) => {
                let is_said = reason.starts_with("the backup is what is damaged, the index here is as it was: ");
                assert!(*path == file && is_said, "{name}: {refused}");
            }
            _ => panic!("{name}: {refused}"),
        }
        let report = tree.index().verify_backup(&file, &LIMITS()).unwrap();
        assert_eq!((report.is_sound, report.worst()), (false, Some(HealthCode::BackupDamaged)), "{name}");
        assert_eq!(without_shared_memory(tree.folder.path()), before, "{name}");
    }
    assert_eq!(answers(&tree.index()), expected);
}

#[test]
fn a_damaged_index_is_not_backed_up() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("index.backup");
    let good = Tree::indexed();
    good.index().backup(&file, Existing::Keep, &LIMITS()).unwrap();
    let before = std::fs::read(&file).unwrap();
    let mut refusals = 0;
    let tree = Tree::indexed();
    let catalog = tree.store("catalog.sqlite");
    let healthy = std::fs::read(&catalog).unwrap();
    for page in 1..healthy.len() / 4096 {
        std::fs::write(&catalog, &healthy).unwrap();
        tree.flip("catalog.sqlite", |_| page * 4096..(page + 1) * 4096);
        let outcome = tree.index().backup(&file, Existing::Replace, &LIMITS());
        let Err(refused) = outcome else {
            // Nothing of the page is in use.
            std::fs::write(&file, &before).unwrap();
            assert!(tree.index().verify(&LIMITS()).unwrap().is_sound, "page {page}");
            continue;
        };
        let store = std::fs::canonicalize(tree.store("")).unwrap();
        assert!(matches!(&refused, Error::IndexDamaged { path, .. } if *path == store), "page {page}: {refused}");
        assert_eq!(std::fs::read(&file).unwrap(), before, "page {page}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "page {page}");
        refusals += 1;
    }
    assert!(refusals > 5, "{refusals}");
}

#[test]
fn a_database_of_another_program_is_no_backup() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let mut bytes = std::fs::read(backed_up(&tree, &folder)).unwrap();
    bytes[68..72].fill(0);
    bytes.truncate(8192);
    let file = folder.path().join("other.sqlite");
    std::fs::write(&file, bytes).unwrap();
    let refused = tree.index().restore(&file, OtherRoot::Accept, &LIMITS()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidArgument);
}

#[test]
fn a_backup_of_another_tree_is_restored_only_if_that_is_accepted() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let file = backed_up(&tree, &folder);
    let root = tree.index().root().to_path_buf();
    let (empty, indexed) = (Tree::new(), Tree::indexed());
    let refuse = |other: &Tree| {
        let before = without_shared_memory(other.folder.path());
        let refused = other.index().restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap_err();
        let Error::InvalidArgument { argument: "root", reason } = &refused else { panic!("{refused}") };
        let roots = [&root, &other.index().root().to_path_buf()];
        assert!(roots.iter().all(|root| reason.contains(&*root.to_string_lossy())), "{reason}");
        assert_eq!(without_shared_memory(other.folder.path()), before);
    };
    refuse(&empty);
    refuse(&indexed);
    drop(tree);
    refuse(&indexed);
    empty.index().restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap();
    indexed.index().restore(&file, OtherRoot::Accept, &LIMITS()).unwrap();
    assert!(indexed.index().verify(&LIMITS()).unwrap().is_sound);
}

#[test]
fn a_tree_that_was_moved_is_restored_without_a_word() {
    let folder = TempDir::new().unwrap();
    let [old, new, file] = ["old", "new", "index.backup"].map(|name| folder.path().join(name));
    let open = |root: &Path| Index::open(root, &pampax_core::Config::default(), pampax_core::Host::default()).unwrap();
    std::fs::create_dir_all(&old).unwrap();
    std::fs::write(old.join("a.rs"), "fn function_3() {}\n").unwrap();
    open(&old).update(&LIMITS()).unwrap();
    open(&old).backup(&file, Existing::Keep, &LIMITS()).unwrap();
    std::fs::rename(&old, &new).unwrap();
    let expected = answers(&open(&new));
    open(&new).restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap();
    assert_eq!(answers(&open(&new)), expected);
    // What cannot be read is of no root.
    std::fs::write(new.join(".pampax/catalog.sqlite"), [b'x'; 9000]).unwrap();
    open(&new).restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap();
    assert_eq!(answers(&open(&new)), expected);
}

#[cfg(unix)]
#[test]
fn whoever_may_read_the_catalog_may_read_the_text_index() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::indexed();
    let mode = |name: &str| std::fs::metadata(tree.store(name)).unwrap().permissions().mode() & 0o777;
    let check = |when: &str| {
        for name in ["text/meta.json", "text/.managed.json"] {
            assert_eq!(mode(name), mode("catalog.sqlite"), "{name} after {when}");
        }
    };
    check("the first update");
    std::fs::set_permissions(tree.store("catalog.sqlite"), PermissionsExt::from_mode(0o664)).unwrap();
    for number in 0..12 {
        tree.write(&format!("src/f{number}.rs"), "fn new_thing() {}\n");
        tree.update_text();
    }
    check("many updates");
    tree.write("src/f0.rs", "fn newer_thing() {}\n");
    tree.update();
    tree.index().compact(&LIMITS()).unwrap();
    check("compacting");
    std::fs::remove_dir_all(tree.store("text")).unwrap();
    tree.index().mend(Mend::Text, &LIMITS()).unwrap();
    check("building it again");
}

/// The files of a tree and its index with their bytes, without what a reader or a look at the lock leaves.
fn without_shared_memory(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = listing(folder).into_iter().map(|(path, (bytes, _))| (path, bytes));
    files.filter(|(path, _)| !path.ends_with("catalog.sqlite-shm") && !path.ends_with("lock")).collect()
}

#[test]
fn a_backup_of_a_newer_program_is_refused() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    // A version in the header, and the program is not asked whether the hash is still right: it comes first.
    tree.flip("catalog.sqlite", |_| 63..64);
    let file = folder.path().join("index.backup");
    assert_eq!(tree.index().backup(&file, Existing::Keep, &LIMITS()).unwrap_err().code(), ErrorCode::IndexVersion);
}

#[test]
fn a_backup_beside_a_writer_holds_one_state() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let expected = answers(&tree.index());
    for number in 0..12 {
        tree.write(&format!("src/f{number}.rs"), format!("fn new_thing_{number}() {{}}\n").repeat(200));
    }
    let file = folder.path().join("index.backup");
    let mut config = pampax_core::Config::default();
    config.indexer.checkpoint_bytes = 1;
    let index = Index::open(tree.folder.path(), &config, tree.host.clone()).unwrap();
    let mut generations = Vec::new();
    let generations_seen = std::sync::Mutex::new(&mut generations);
    index
        .update_with_progress(&LIMITS(), &|progress| {
            if progress.files_done > 0 {
                let report = tree.index().backup(&file, Existing::Replace, &LIMITS()).unwrap();
                generations_seen.lock().unwrap().push(report.generation.0);
                assert!(tree.index().verify_backup(&file, &LIMITS()).unwrap().is_sound);
            }
        })
        .unwrap();
    generations.dedup();
    assert!(generations.len() > 5 && generations.is_sorted(), "{generations:?}");
    assert_ne!(answers(&tree.index()), expected);
}

#[test]
fn two_writers_at_a_time_are_one_too_many_for_a_restore() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let file = backed_up(&tree, &folder);
    tree.write("src/new.rs", "fn new_thing() {}\n");
    let refused = std::sync::Mutex::new(Vec::new());
    tree.index()
        .update_with_progress(&LIMITS(), &|progress| {
            if progress.files_done > 0 {
                let index = tree.index();
                let codes = [
                    index.restore(&file, OtherRoot::Refuse, &LIMITS()).map(|_| ()),
                    index.compact(&LIMITS()).map(|_| ()),
                    index.mend(Mend::Text, &LIMITS()),
                ];
                refused.lock().unwrap().extend(codes.map(|outcome| outcome.unwrap_err().code()));
            }
        })
        .unwrap();
    let refused = refused.into_inner().unwrap();
    assert!(!refused.is_empty() && refused.iter().all(|code| *code == ErrorCode::IndexLocked), "{refused:?}");
    assert!(tree.index().verify(&LIMITS()).unwrap().is_sound);
}

#[test]
fn a_reader_goes_on_with_its_state_while_another_is_restored() {
    let (tree, folder) = (Tree::indexed(), TempDir::new().unwrap());
    let file = backed_up(&tree, &folder);
    tree.write("src/f1.rs", "fn new_thing() {}\n");
    tree.update();
    let searcher = tree.index().searcher().unwrap();
    let search = || serde_json::to_string(&searcher.search(&Query::new("new thing"), &LIMITS()).unwrap()).unwrap();
    let expected = search();
    tree.index().restore(&file, OtherRoot::Refuse, &LIMITS()).unwrap();
    assert_eq!(search(), expected);
    assert!(!answers(&tree.index())[2].contains("new_thing"));
}

#[test]
fn compacting_takes_room_away_and_no_answer() {
    let tree = Tree::indexed();
    for round in 0..4 {
        for number in 0..12 {
            let text = format!("fn function_{number}() {{\n    other_{number}();\n}}\n// round {round}\n").repeat(40);
            tree.write(&format!("src/f{number}.rs"), text);
        }
        tree.update();
    }
    for number in 6..12 {
        std::fs::remove_file(tree.folder.path().join(format!("src/f{number}.rs"))).unwrap();
    }
    tree.update();
    let expected = answers(&tree.index());
    let report = tree.index().compact(&LIMITS()).unwrap();
    assert!(report.after.catalog_bytes < report.before.catalog_bytes, "{report:?}");
    assert!(report.after.text_bytes <= report.before.text_bytes && report.after.text_segments == 1, "{report:?}");
    assert_eq!(answers(&tree.index()), expected);
    assert!(tree.index().verify(&LIMITS()).unwrap().is_sound);
    assert_eq!(tree.index().status().unwrap().generation, report.generation);
    let again = tree.index().compact(&LIMITS()).unwrap();
    assert_eq!(again.before, again.after);
    assert_eq!(answers(&tree.index()), expected);
}

#[test]
fn what_does_not_exist_is_not_compacted_and_time_ends_it() {
    let tree = Tree::new();
    assert_eq!(tree.index().compact(&LIMITS()).unwrap_err().code(), ErrorCode::IndexMissing);
    assert_eq!(tree.index().mend(Mend::Text, &LIMITS()).unwrap_err().code(), ErrorCode::IndexMissing);
    assert!(!tree.folder.path().join(".pampax").exists());
    tree.update();
    let none = Limits::default().with_timeout(Duration::ZERO);
    assert_eq!(tree.index().compact(&none).unwrap_err().code(), ErrorCode::DeadlineExceeded);
    assert!(tree.index().verify(&LIMITS()).unwrap().is_sound);
}

#[test]
fn a_verification_tells_what_is_wrong_and_changes_nothing() {
    let tree = Tree::indexed();
    let sound = tree.index().verify(&LIMITS()).unwrap();
    assert_eq!((sound.is_sound, sound.documents, sound.hashed, sound.worst()), (true, 12, 12, None));
    assert!(sound.text_documents.is_some_and(|documents| documents >= 24), "{sound:?}");
    let meta = tree.store("text/meta.json");
    std::fs::remove_file(&meta).unwrap();
    let before = listing(tree.folder.path());
    let report = tree.index().verify(&LIMITS()).unwrap();
    assert_eq!((report.is_sound, report.worst()), (false, Some(HealthCode::TextMissing)));
    assert!(listing(tree.folder.path()) == before);
    tree.flip("catalog.sqlite", |length| 4096..length);
    assert_eq!(tree.index().verify(&LIMITS()).unwrap().worst(), Some(HealthCode::CatalogDamaged));
    assert_eq!(Tree::new().index().verify(&LIMITS()).unwrap_err().code(), ErrorCode::IndexMissing);
}

#[test]
fn a_backup_of_an_older_schema_is_brought_up_to_date() {
    let (tree, folder) = (Tree::new(), TempDir::new().unwrap());
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalogs/schema-1.sqlite");
    std::fs::create_dir_all(tree.folder.path().join(".pampax")).unwrap();
    std::fs::copy(stored, tree.store("catalog.sqlite")).unwrap();
    let file = backed_up(&tree, &folder);
    assert!(tree.index().verify_backup(&file, &LIMITS()).unwrap().is_sound);
    let other = Tree::new();
    let restored = other.index().restore(&file, OtherRoot::Accept, &LIMITS()).unwrap();
    assert_eq!(restored.backup.schema, 1);
    other.update();
    assert!(other.index().verify(&LIMITS()).unwrap().is_sound);
}
