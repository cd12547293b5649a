//! What models in the model2vec format promise, over folders made here.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use pampax_core::host::{Embedder, Purpose, SystemClock};
use pampax_core::model::Prefixes;
use pampax_core::model::model2vec::Model2Vec;
use pampax_core::{CancelToken, Config, Error, ErrorCode, Host, Index, Limits, Query, SearchResults, Watch};
use proptest::prelude::*;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// The vocabulary of the model: a token's place is its number.
const VOCABULARY: [&str; 10] = ["[PAD]", "[UNK]", "log", "##in", "user", "open", "session", "the", "remove", "##s"];
const DIMENSIONS: usize = 4;

/// A tensor: its name, its type, its shape, its bytes.
type Tensor = (&'static str, &'static str, Vec<usize>, Vec<u8>);

/// The folder of a model whose numbers are known.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(tensors: &[Tensor], config: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        folder.write("model.safetensors", &tensors_file(tensors));
        folder.write("tokenizer.json", tokenizer(&VOCABULARY).to_string().as_bytes());
        folder.write("config.json", config.as_bytes());
        folder
    }

    /// A folder with a row for each token, and nothing else.
    fn plain(config: &str) -> Folder {
        Folder::new(&[embeddings(VOCABULARY.len())], config)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    fn open(&self) -> Model2Vec {
        Model2Vec::open(self.path()).unwrap()
    }
}

fn tensors_file(tensors: &[Tensor]) -> Vec<u8> {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, kind, shape, bytes) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        data.extend(bytes);
        header.insert((*name).to_owned(), json!({ "dtype": kind, "shape": shape, "data_offsets": offsets }));
    }
    let header = serde_json::Value::Object(header).to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
}

/// A tokenizer that cuts words into the pieces of `vocabulary`.
fn tokenizer(vocabulary: &[&str]) -> serde_json::Value {
    let numbers: serde_json::Map<String, serde_json::Value> =
        vocabulary.iter().enumerate().map(|(number, token)| ((*token).to_owned(), number.into())).collect();
    let special = |(id, content): (usize, &str)| {
        json!({ "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true })
    };
    json!({
        "version": "1.0", "truncation": null, "padding": null, "post_processor": null, "decoder": null,
        "added_tokens": [special((0, "[PAD]")), special((1, "[UNK]"))],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": numbers },
    })
}

/// Component `column` of the row of the token with the number `token`.
fn component(token: usize, column: usize) -> f32 {
    ((token * 7 + column * 3) % 11) as f32 / 4.0 - 1.0
}

fn embeddings(rows: usize) -> Tensor {
    let numbers = (0..rows).flat_map(|token| (0..DIMENSIONS).map(move |column| component(token, column)));
    ("embeddings", "F32", vec![rows, DIMENSIONS], numbers.flat_map(f32::to_le_bytes).collect())
}

fn weights() -> Tensor {
    let numbers = (0..VOCABULARY.len()).map(|token| (token % 4 + 1) as f32 / 2.0);
    ("weights", "F32", vec![VOCABULARY.len()], numbers.flat_map(f32::to_le_bytes).collect())
}

/// Two tokens for each row.
fn mapping() -> Tensor {
    let numbers = (0..VOCABULARY.len()).map(|token| token as i64 / 2);
    ("mapping", "I64", vec![VOCABULARY.len()], numbers.flat_map(i64::to_le_bytes).collect())
}

fn watch() -> Watch {
    Watch::start(&Limits::default(), Arc::new(SystemClock::new()))
}

fn vector(model: &Model2Vec, text: &str) -> Vec<f32> {
    model.embed(&[text], Purpose::Document, &watch()).unwrap()
}

/// Texts with tokens, and texts of which the model knows nothing.
const TEXTS: [&str; 4] = ["login the user", "Logins, Users!", "open zebra session", "remove remove the session"];
const STRANGE: [&str; 2] = ["zebra", ""];

#[track_caller]
fn check(tensors: &[Tensor], config: &str, expected: [[f32; DIMENSIONS]; TEXTS.len()]) {
    let folder = Folder::new(tensors, config);
    let model = folder.open();
    assert_eq!(model.dimensions(), DIMENSIONS);
    for (text, expected) in TEXTS.into_iter().zip(expected) {
        let found = vector(&model, text);
        let is_near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
        assert!(is_near && found.len() == DIMENSIONS, "{text}: {found:?} instead of {expected:?}");
    }
    for text in STRANGE {
        assert_eq!(vector(&model, text), [1.0, 0.0, 0.0, 0.0], "{text:?} has no token, and a direction");
    }
    let together = model.embed(&TEXTS, Purpose::Query, &watch()).unwrap();
    assert_eq!(together, TEXTS.map(|text| vector(&model, text)).concat());
}

// The numbers are those that version 0.10.0 of the Python package model2vec gives for the same folders.

#[test]
fn a_text_is_the_mean_of_the_rows_of_its_known_tokens() {
    check(
        &[embeddings(10)],
        "{}",
        [
            [0.5, 0.5625, -0.0625, 0.0],
            [0.75, -0.15, 0.05, 0.25],
            [0.375, -0.25, 0.5, -0.125],
            [0.0, 0.0625, 0.125, 0.875],
        ],
    );
}

#[test]
fn a_model_that_normalises_gives_vectors_of_length_one() {
    check(
        &[embeddings(10)],
        r#"{"normalize": true, "model_type": "model2vec", "hidden_dim": 4}"#,
        [
            [0.662_084_7, 0.744_845_3, -0.082_760_59, 0.0],
            [0.930_260_5, -0.186_052_11, 0.062_017_366, 0.310_086_85],
            [0.547_722_5, -0.365_148_37, 0.730_296_7, -0.182_574_18],
            [0.0, 0.070_534_56, 0.141_069_11, 0.987_483_86],
        ],
    );
}

#[test]
fn tokens_may_have_weights_and_share_rows() {
    check(
        &[embeddings(10), weights()],
        "{}",
        [
            [0.84375, 0.59375, 0.0, 0.09375],
            [0.975, -0.325, 0.3, 0.375],
            [0.6875, -0.4375, 0.5, 0.0625],
            [0.40625, 0.21875, -0.3125, 0.53125],
        ],
    );
    check(
        &[embeddings(5), weights(), mapping()],
        r#"{"normalize": true}"#,
        [
            [0.727_595_87, 0.595_305_7, -0.082_681_34, 0.330_725_37],
            [0.383_274_05, 0.876_055, -0.287_455_53, 0.054_753_44],
            [0.741_982_3, -0.092_747_785, 0.602_860_57, 0.278_243_33],
            [0.851_705_85, -0.074_061_38, 0.018_515_345, 0.518_429_64],
        ],
    );
}

#[test]
fn what_is_past_the_most_tokens_of_a_model_does_not_count() {
    check(
        &[embeddings(10)],
        r#"{"max_length": 2}"#,
        [[0.625, 0.0, 0.75, 0.125], [0.625, 0.0, 0.75, 0.125], [-0.5, 0.25, 1.0, -1.0], [-0.75, 0.0, 0.75, 1.5]],
    );
    let long = "session ".repeat(3_000) + &"remove ".repeat(3_000);
    let (bounded, endless) = (Folder::plain("{}").open(), Folder::plain(r#"{"max_length": null}"#).open());
    assert_eq!(vector(&bounded, &long), vector(&bounded, "session"));
    let both = [0, 1, 2, 3].map(|column| (component(6, column) + component(8, column)) / 2.0);
    assert_eq!(vector(&endless, &long), both);
}

#[test]
fn the_name_is_that_of_the_contents() {
    let (one, same) = (Folder::plain("{}"), Folder::plain("{}"));
    assert_eq!(one.open().id(), same.open().id());
    assert!(one.open().id().starts_with("model2vec/"), "{}", one.open().id());
    let normalised = Folder::plain(r#"{"normalize": true}"#);
    let weighted = Folder::new(&[embeddings(10), weights()], "{}");
    let other = Folder::plain("{}");
    other.write("tokenizer.json", (tokenizer(&VOCABULARY).to_string() + " ").as_bytes());
    let prefixed = one.open().with_prefixes(Prefixes::new("query: ", "passage: "));
    let asks = one.open().with_prefixes(Prefixes::new("query: ", ""));
    assert_eq!(asks.id(), one.open().id(), "vectors of documents are the same");
    let mut ids = vec![one.open().id().to_owned(), prefixed.id().to_owned()];
    ids.extend([normalised, weighted, other].iter().map(|folder| folder.open().id().to_owned()));
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn texts_are_put_after_prefixes() {
    let plain = Folder::plain("{}");
    let (model, prefixed) = (plain.open(), plain.open().with_prefixes(Prefixes::new("open ", "remove ")));
    let of = |purpose| prefixed.embed(&["session"], purpose, &watch()).unwrap();
    assert_eq!(of(Purpose::Query), vector(&model, "open session"));
    assert_eq!(of(Purpose::Document), vector(&model, "remove session"));
}

#[test]
fn embedding_ends_with_its_watch() {
    let token = CancelToken::new();
    let watch = Watch::start(&Limits::default().with_cancel(token.clone()), Arc::new(SystemClock::new()));
    token.cancel();
    let folder = Folder::plain("{}");
    let error = folder.open().embed(&["session"], Purpose::Query, &watch).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Cancelled { .. })), "{error}");
}

#[track_caller]
fn refused(folder: &Folder, file: &str, why: &str) {
    let error = Model2Vec::open(folder.path()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
    let path = folder.path().join(file).display().to_string();
    let said = error.to_string();
    assert!(said.contains(&path) && said.contains(why), "{said}");
}

#[test]
fn a_folder_that_is_no_model_is_refused_with_the_file_and_what_is_wrong() {
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = Folder::plain("{}");
        std::fs::remove_file(folder.path().join(name)).unwrap();
        refused(&folder, name, "No such file");
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
        refused(&folder, name, "it is no file");
    }
    let nested = format!(
        r#"{{"model": {{"type": "WordLevel", "vocab": {{}}, "unk_token": ""}}, "normalizer": {}{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    for (name, text, why) in [
        ("config.json", "[", "EOF"),
        ("config.json", r#"{"normalize": "yes"}"#, "expected a boolean"),
        ("config.json", r#"{"max_length": -1}"#, "invalid value"),
        ("config.json", &" ".repeat((1 << 20) + 1), "more than 1048576 bytes"),
        ("tokenizer.json", "{}", "missing field `model`"),
        ("tokenizer.json", r#"{"model": {}}"#, ""),
        ("tokenizer.json", &nested, "recursion limit"),
        ("model.safetensors", "", "header"),
        ("model.safetensors", "\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}{}", "header"),
    ] {
        let folder = Folder::plain("{}");
        folder.write(name, text.as_bytes());
        refused(&folder, name, why);
    }
    refused(&Folder::new(&[weights()], "{}"), "model.safetensors", "it holds no embeddings, but weights");
    refused(&Folder::new(&[embeddings(9)], "{}"), "tokenizer.json", "token \"##s\" has the number 9");
    let nowhere = Folder::plain("{}");
    let error = Model2Vec::open(&nowhere.path().join("nowhere")).unwrap_err();
    assert!(error.to_string().contains("nowhere/config.json"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    let folder = Folder::plain("{}");
    std::fs::remove_file(folder.path().join("tokenizer.json")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("tokenizer.json")).status().unwrap();
    assert!(made.success());
    refused(&folder, "tokenizer.json", "it is no file");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_damaged_folder_is_refused_or_embeds(name in 0usize..3, at in 0usize..3_000, byte: u8, is_cut: bool, text in ".{0,40}") {
        let name = ["config.json", "tokenizer.json", "model.safetensors"][name];
        let folder = Folder::new(&[embeddings(10), weights()], r#"{"normalize": true}"#);
        let mut bytes = std::fs::read(folder.path().join(name)).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(if is_cut { at } else { bytes.len() });
        folder.write(name, &bytes);
        if let Ok(model) = Model2Vec::open(folder.path()) {
            let found = model.embed(&[&text, "open the session"], Purpose::Query, &watch()).unwrap();
            prop_assert_eq!(found.len(), 2 * model.dimensions());
            prop_assert!(found.chunks(model.dimensions()).all(|vector| vector.iter().any(|part| *part != 0.0)));
        }
    }
}

/// A tree of two files, neither with a word of the question.
fn tree() -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    std::fs::write(tree.path().join("one.md"), "remove remove\n").unwrap();
    std::fs::write(tree.path().join("two.md"), "session\n").unwrap();
    tree
}

/// A model for which `open` is near to `session`, or to `remove`.
fn model_where_open_is(near: &str) -> (Folder, Arc<Model2Vec>) {
    let axis = |token: &str| if token == "open" || token == near { 0 } else { 1 + token.len() % (DIMENSIONS - 1) };
    let row = |token: &&str| (0..DIMENSIONS).map(|column| f32::from(column == axis(token))).collect::<Vec<f32>>();
    let bytes = VOCABULARY.iter().flat_map(row).flat_map(f32::to_le_bytes).collect();
    let folder = Folder::new(&[("embeddings", "F32", vec![VOCABULARY.len(), DIMENSIONS], bytes)], "{}");
    let model = Arc::new(folder.open());
    (folder, model)
}

fn search(tree: &Path, model: &Arc<Model2Vec>) -> SearchResults {
    let index = Index::open(tree, &Default::default(), Host::default().with_embedder(model.clone())).unwrap();
    index.searcher().unwrap().search(&Query::new("open"), &Limits::default()).unwrap()
}

fn update(tree: &Path, model: &Arc<Model2Vec>) -> u64 {
    let index = Index::open(tree, &Default::default(), Host::default().with_embedder(model.clone())).unwrap();
    let report = index.update(&Limits::default()).unwrap();
    assert!(report.degraded.is_empty(), "{:?}", report.degraded);
    report.embedded
}

#[test]
fn a_search_finds_by_meaning_and_vectors_of_two_models_are_never_mixed() {
    let tree = tree();
    let ((_one, session), (_other, remove)) = (model_where_open_is("session"), model_where_open_is("remove"));
    assert_eq!(update(tree.path(), &session), 2);
    assert_eq!(search(tree.path(), &session).hits[0].path.as_str(), "two.md");
    // The index has no vectors of the other model yet: it says so, and does not compare with those that it has.
    let without = search(tree.path(), &remove);
    assert!(without.degraded.iter().any(|degradation| degradation.what == "embedder"), "{:?}", without.degraded);
    assert!(without.hits.is_empty(), "{:?}", without.hits);
    assert_eq!(update(tree.path(), &remove), 2);
    assert_eq!(search(tree.path(), &remove).hits[0].path.as_str(), "one.md");
}

#[test]
fn a_configuration_names_a_folder_relative_to_the_root() {
    let (tree, (folder, model)) = (tree(), model_where_open_is("session"));
    let inside = tree.path().join("models/mine");
    std::fs::create_dir_all(&inside).unwrap();
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        std::fs::copy(folder.path().join(name), inside.join(name)).unwrap();
    }
    let text = "[indexer]\nexclude = [\"models/\"]\n[embedding]\nprovider = \"model2vec\"\npath = \"models/mine\"\n";
    let config = Config::from_toml(text).unwrap();
    config.check_seams(tree.path()).unwrap();
    let host = config.equip(Host::default(), tree.path()).unwrap();
    assert_eq!(host.embedder.as_ref().unwrap().id(), model.id());
    let index = Index::open(tree.path(), &config, host).unwrap();
    assert_eq!(index.update(&Limits::default()).unwrap().embedded, 2);
    let results = index.searcher().unwrap().search(&Query::new("open"), &Limits::default()).unwrap();
    assert!(results.degraded.is_empty(), "{:?}", results.degraded);
    assert_eq!(results.hits[0].path.as_str(), "two.md");
    std::fs::remove_file(inside.join("config.json")).unwrap();
    let error = config.check_seams(tree.path()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidConfig);
    assert!(error.to_string().contains("embedding.path: ") && error.to_string().contains("config.json"), "{error}");
}
