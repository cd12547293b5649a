#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use super::*;
use crate::{Config, ErrorCode, Host};
use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::{Connection, params};
use std::io::Write;
use tempfile::TempDir;

const LOGIN: &str = "function login(name) {\n  return open(name);\n}";

/// A tree with an index and an old store.
fn tree() -> (TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("src/a.js", &format!("// One.\n{LOGIN}\n\nfunction changed() {{\n  return 2;\n}}\n"));
    write(
        ".pampa/contextpacks/back.json",
        r#"{"name": "Back end", "scope": {"path_glob": ["src/**"], "lang": ["js", "cobol"], "tags": ["x"], "bm25": "off"}}"#,
    );
    write(".pampa/contextpacks/flat.json", r#"{"path_glob": "lib/**", "description": " all of it "}"#);
    write(".pampa/contextpacks/broken.json", "{");
    write(".pampa/contextpacks/active-pack.json", r#"{"active": "back"}"#);
    std::fs::create_dir_all(folder.path().join(".pampa/chunks")).unwrap();
    let index = Index::open(folder.path(), &Config::default(), Host::default()).unwrap();
    index.update(&Limits::default()).unwrap();
    (folder, index)
}

fn database(folder: &TempDir) -> Connection {
    let database = Connection::open(folder.path().join(".pampa/pampa.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE code_chunks (id TEXT PRIMARY KEY, file_path TEXT NOT NULL, symbol TEXT NOT NULL, sha TEXT NOT NULL,
             lang TEXT NOT NULL, embedding BLOB, embedding_provider TEXT, embedding_dimensions INTEGER, pampa_tags TEXT,
             pampa_intent TEXT, pampa_description TEXT);
             CREATE TABLE intention_cache (id INTEGER PRIMARY KEY, query_normalized TEXT, original_query TEXT,
             target_sha TEXT, confidence REAL, usage_count INTEGER);
             INSERT INTO intention_cache VALUES (1, 'log in', 'Log in', 'aa', 0.9, 3);",
        )
        .unwrap();
    database
}

fn add(database: &Connection, (sha, file, symbol): (&str, &str, &str), embedding: &str, tags: &str) {
    let sql =
        "INSERT INTO code_chunks VALUES (?1 || ?2, ?2, ?3, ?1, 'javascript', ?4, 'local', 3, ?5, 'logs in', NULL)";
    database.execute(sql, params![sha, file, symbol, embedding.as_bytes(), tags]).unwrap();
}

fn text(folder: &TempDir, name: &str, text: &[u8]) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    std::fs::write(folder.path().join(".pampa/chunks").join(name), encoder.finish().unwrap()).unwrap();
}

#[test]
fn chunks_are_found_where_they_are_now() {
    let (folder, index) = tree();
    let database = database(&folder);
    add(&database, ("aa", "src/a.js", "login"), "[0.1, 0.2, 0.3]", r#"["auth"]"#);
    add(&database, ("bb", "src/a.js", "changed"), "[0.1]", "");
    add(&database, ("cc", "src/gone.js", "login"), "nothing", "{}");
    add(&database, ("dd", "src/a.js", "nobody"), "[1, 2, 3]", "[]");
    add(&database, ("../ee", "../a.js", "x"), "[1, 2, 3]", "[]");
    text(&folder, "aa.gz", LOGIN.as_bytes());
    text(&folder, "bb.gz", b"function changed() {\n  return 1;\n}");
    std::fs::write(folder.path().join(".pampa/chunks/cc.gz.enc"), "secret").unwrap();
    std::fs::write(folder.path().join(".pampa/chunks/dd.gz"), "no gzip").unwrap();
    let import = index.import_pampa(Path::new(".pampa"), &Limits::default()).unwrap();
    let state = |sha: &str| {
        let chunk = import.chunks.iter().find(|chunk| chunk.sha == sha).unwrap();
        (chunk.state, chunk.target.as_deref().map(|target| target.split(['#', ':']).next().unwrap()))
    };
    assert_eq!(state("aa"), (PampaState::Same, Some("src/a.js")));
    assert_eq!(state("bb"), (PampaState::Changed, Some("src/a.js")));
    assert_eq!(
        (state("cc"), state("dd"), state("../ee")),
        ((PampaState::Gone, None), (PampaState::Gone, None), (PampaState::Gone, None))
    );
    let found = import.chunks.iter().find(|chunk| chunk.sha == "aa").unwrap();
    assert_eq!((found.tags.as_slice(), found.intent.as_deref()), (["auth".to_owned()].as_slice(), Some("logs in")));
    // What it says to expand can be expanded.
    let assembler = crate::Assembler::new(index.searcher().unwrap());
    let expansion = crate::assemble::Expansion::new(vec![found.target.clone().unwrap()]);
    assert!(assembler.expand(&expansion, &Limits::default()).unwrap().text.contains("return open(name);"));
    let problems: Vec<String> =
        import.problems.iter().map(|problem| format!("{}: {}", problem.what, problem.why)).collect();
    let expected = [
        "chunk ../ee: its hash is no hash",
        "chunk dd: its text cannot be unpacked: unexpected end of file",
        "chunk cc: its text is encrypted",
        "chunk cc: its tags are not a list of words",
        "context pack broken: it is not JSON: EOF while parsing an object at line 1 column 1",
    ];
    assert_eq!(problems, expected);
    assert_eq!(import.vectors, [PampaVectors { provider: "local".to_owned(), dimensions: 3, sound: 3, unsound: 2 }]);
    assert_eq!(
        (import.intentions.len(), import.intentions[0].query.as_str(), import.intentions[0].uses),
        (1, "Log in", 3)
    );
}

#[test]
fn context_packs_are_filters() {
    let (folder, index) = tree();
    database(&folder);
    let packs = index.import_pampa(Path::new(".pampa"), &Limits::default()).unwrap().packs;
    assert_eq!(packs.iter().map(|pack| pack.key.as_str()).collect::<Vec<_>>(), ["back", "flat"]);
    assert_eq!(
        (packs[0].name.as_str(), packs[0].filters.include.as_slice()),
        ("Back end", ["src/**".to_owned()].as_slice())
    );
    assert_eq!(packs[0].filters.languages, [Language::JavaScript]);
    assert_eq!(packs[0].left_out, ["bm25", "lang: cobol", "tags"]);
    assert_eq!((packs[1].name.as_str(), packs[1].description.as_deref()), ("flat", Some("all of it")));
    assert_eq!(packs[1].filters.include, ["lib/**"]);
}

#[test]
fn an_early_store_has_fewer_columns_and_what_is_none_is_told() {
    let (folder, index) = tree();
    let error = index.import_pampa(Path::new(".pampa"), &Limits::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
    let early = Connection::open(folder.path().join(".pampa/pampa.db")).unwrap();
    early
        .execute_batch(
            "CREATE TABLE code_chunks (id TEXT, file_path TEXT, symbol TEXT, sha TEXT, lang TEXT, embedding BLOB);
             INSERT INTO code_chunks VALUES ('1', 'src/a.js', 'login', 'aa', 'js', NULL);",
        )
        .unwrap();
    let import = index.import_pampa(Path::new(".pampa"), &Limits::default()).unwrap();
    assert_eq!((import.chunks.len(), import.chunks[0].state, import.vectors.len()), (1, PampaState::Changed, 0));
    drop(early);
    std::fs::write(folder.path().join(".pampa/pampa.db"), [b'x'; 5_000]).unwrap();
    let error = index.import_pampa(Path::new(".pampa"), &Limits::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
    assert!(error.to_string().ends_with("pampa.db cannot be read: file is not a database"), "{error}");
}

#[test]
fn hostile_stores_end_with_a_word() {
    let (folder, index) = tree();
    let check = |sql: &str, expected: &str| {
        let path = folder.path().join(".pampa/pampa.db");
        drop(std::fs::remove_file(&path));
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let limits = Limits::default().with_timeout(std::time::Duration::from_secs(100));
        let error = index.import_pampa(Path::new(".pampa"), &limits).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("CREATE TABLE code_chunks (x)", "has no table code_chunks with the column id");
    check(
        "CREATE VIEW code_chunks AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
         SELECT x id, 'a' file_path, 'b' symbol, 'c' sha, 'd' lang FROM c",
        "has no table code_chunks with the column id",
    );
}

#[test]
fn a_row_that_cannot_be_read_is_told_and_nothing_is_written() {
    let (folder, index) = tree();
    let database = database(&folder);
    database.pragma_update(None, "journal_mode", "wal").unwrap();
    add(&database, ("aa", "src/a.js", "login"), "[1, 2, 3]", "[]");
    database
        .execute("INSERT INTO code_chunks VALUES ('x', x'00', 'y', 'bb', 'js', NULL, NULL, 'abc', '', '', '')", [])
        .unwrap();
    drop(database);
    std::fs::create_dir(folder.path().join(".pampa/chunks/aa.gz")).unwrap();
    let import = index.import_pampa(Path::new(".pampa"), &Limits::default()).unwrap();
    assert_eq!(import.chunks.len(), 1);
    let whats: Vec<&str> = import.problems.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(whats, ["row", "chunk aa", "context pack broken"]);
    assert_eq!(import.problems[1].why, "its text is no plain file");
    assert!(!folder.path().join(".pampa/pampa.db-wal").exists());
}

#[test]
fn questions_of_another_form_are_told() {
    let (folder, index) = tree();
    let database = database(&folder);
    database.execute_batch("DROP TABLE intention_cache; CREATE TABLE intention_cache (id)").unwrap();
    drop(database);
    let import = index.import_pampa(Path::new(".pampa"), &Limits::default()).unwrap();
    assert_eq!(
        import.problems[0].why,
        "the table intention_cache has no column original_query, so none of it was read"
    );
}
