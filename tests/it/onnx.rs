//! What models in the ONNX format promise, with the library that the variable `TEST_ONNXRUNTIME` names. Where it is
//! missing, these tests fail.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files and is told where the library lies")]

use pampax_core::config::Pooling;
use pampax_core::host::{Embedder, Purpose, SystemClock};
use pampax_core::model::Prefixes;
use pampax_core::model::onnx::{OnnxEmbedder, OnnxOptions};
use pampax_core::{CancelToken, Config, Error, ErrorCode, Host, Index, Limits, Query, Watch};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The library.
fn runtime() -> PathBuf {
    let path = std::env::var("TEST_ONNXRUNTIME");
    path.expect("TEST_ONNXRUNTIME is the path of the library of ONNX Runtime").into()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models/onnx")
}

/// A folder with `model` as its model.
fn folder(model: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixtures().join(model), folder.path().join("model.onnx")).unwrap();
    std::fs::copy(fixtures().join("tokenizer.json"), folder.path().join("tokenizer.json")).unwrap();
    folder
}

fn options() -> OnnxOptions {
    OnnxOptions::new(runtime())
}

fn watch() -> Watch {
    Watch::start(&Limits::default(), Arc::new(SystemClock::new()))
}

#[track_caller]
fn check(model: &str, options: OnnxOptions, text: &str, expected: [f32; 4]) {
    let folder = folder(model);
    let embedder = OnnxEmbedder::open(folder.path(), &options).unwrap();
    assert_eq!(embedder.dimensions(), 4);
    let found = embedder.embed(&[text], Purpose::Document, &watch()).unwrap();
    let is_near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
    assert!(is_near && found.len() == 4, "{text}: {found:?} instead of {expected:?}");
}

// The rows of `[CLS]`, `log`, `##in` and `[SEP]`, each with half a one added to its first component for its type, are
// [0.25, 0.5, 1.25, -0.75], [1, 1.25, -0.75, 0], [0, 0.25, 1, -1] and [2, -0.5, 0.25, 1].

#[test]
fn the_vectors_of_tokens_become_one() {
    let of = |pooling| options().with_pooling(pooling);
    check("model.onnx", of(Pooling::Mean), "Login", [0.8125, 0.375, 0.4375, -0.1875]);
    check("model.onnx", of(Pooling::Cls), "Login", [0.25, 0.5, 1.25, -0.75]);
    check("model.onnx", of(Pooling::Last), "Login", [2.0, -0.5, 0.25, 1.0]);
    check("model.onnx", of(Pooling::Model), "Login", [3.25, 1.5, 1.75, -0.75]);
    check("ids-only.onnx", of(Pooling::Mean), "Login", [0.3125, 0.375, 0.4375, -0.1875]);
    check("of-text-only.onnx", of(Pooling::Model), "Login", [1.25, 1.5, 1.75, -0.75]);
    // An unknown word has a token here, and a text without words has those around it.
    check("model.onnx", of(Pooling::Model), "zebra", [3.5, 1.5, 1.0, 0.5]);
    check("model.onnx", of(Pooling::Model), "", [2.25, 0.0, 1.5, 0.25]);
}

#[test]
fn the_tokens_around_a_text_count_for_the_most_tokens() {
    let of = |max_tokens| options().with_pooling(Pooling::Model).with_max_tokens(max_tokens);
    check("model.onnx", of(3), "Login", [3.25, 1.25, 0.75, 0.25]);
    check("model.onnx", of(2), "Login", [2.25, 0.0, 1.5, 0.25]);
    for max_tokens in [0, 1] {
        let error = OnnxEmbedder::open(folder("model.onnx").path(), &of(max_tokens)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArgument, "{error}");
    }
}

#[test]
fn a_text_has_the_same_vector_whatever_else_is_asked_for() {
    let folder = folder("model.onnx");
    let embedder = OnnxEmbedder::open(folder.path(), &options()).unwrap();
    let texts = ["login", "open the session of a user", "", "remove"];
    let alone = texts.map(|text| embedder.embed(&[text], Purpose::Query, &watch()).unwrap());
    assert_eq!(embedder.embed(&texts, Purpose::Query, &watch()).unwrap(), alone.concat());
    let prefixed = options().with_prefixes(Prefixes::new("open ", "remove "));
    let prefixed = OnnxEmbedder::open(folder.path(), &prefixed).unwrap();
    let of = |purpose| prefixed.embed(&["session"], purpose, &watch()).unwrap();
    assert_eq!(of(Purpose::Query), embedder.embed(&["open session"], Purpose::Query, &watch()).unwrap());
    assert_eq!(of(Purpose::Document), embedder.embed(&["remove session"], Purpose::Query, &watch()).unwrap());
}

#[test]
fn whatever_changes_vectors_changes_the_name() {
    let (one, other) = (folder("model.onnx"), folder("ids-only.onnx"));
    let name = |folder: &tempfile::TempDir, options: OnnxOptions| {
        OnnxEmbedder::open(folder.path(), &options).unwrap().id().to_owned()
    };
    assert_eq!(name(&one, options()), name(&folder("model.onnx"), options().with_threads(1)));
    let prefixes = Prefixes::new("", "passage: ");
    let mut names = vec![
        name(&one, options()),
        name(&other, options()),
        name(&one, options().with_pooling(Pooling::Cls)),
        name(&one, options().with_max_tokens(64)),
        name(&one, options().with_prefixes(prefixes)),
    ];
    std::fs::write(one.path().join("model.onnx_data"), "numbers").unwrap();
    names.push(name(&one, options()));
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
}

#[test]
fn a_call_ends_with_its_watch() {
    let token = CancelToken::new();
    let watch = Watch::start(&Limits::default().with_cancel(token.clone()), Arc::new(SystemClock::new()));
    token.cancel();
    let folder = folder("model.onnx");
    let error =
        OnnxEmbedder::open(folder.path(), &options()).unwrap().embed(&["a"], Purpose::Query, &watch).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(Error::Cancelled { .. })), "{error}");
}

#[track_caller]
fn refused(folder: &Path, options: OnnxOptions, parts: &[&str]) {
    let error = OnnxEmbedder::open(folder, &options).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
    let said = error.to_string();
    assert!(parts.iter().all(|part| said.contains(part)), "{said}");
}

#[test]
fn a_model_that_asks_or_gives_something_else_is_refused() {
    let of =
        |model: &str, options: OnnxOptions, why: &str| refused(folder(model).path(), options, &["model.onnx: ", why]);
    of("other-input.onnx", options(), "it asks for pixels, and is given input_ids, attention_mask, token_type_ids");
    of("narrow-input.onnx", options(), "it asks for input_ids as");
    of("of-text-only.onnx", options(), "it gives no numbers of 32 bits by texts, tokens and components");
    of("ids-only.onnx", options().with_pooling(Pooling::Model), "which pooling = \"model\" needs");
}

#[test]
fn a_damaged_folder_is_refused() {
    let good = folder("model.onnx");
    for name in ["model.onnx", "tokenizer.json"] {
        let damaged = folder("model.onnx");
        std::fs::remove_file(damaged.path().join(name)).unwrap();
        refused(damaged.path(), options(), &[name, "No such file"]);
        for bytes in [&b""[..], b"\x08\x07\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"{\"model\": {}}"] {
            std::fs::write(damaged.path().join(name), bytes).unwrap();
            refused(damaged.path(), options(), &[name]);
        }
    }
    let bytes = std::fs::read(good.path().join("model.onnx")).unwrap();
    for cut in (0..bytes.len()).step_by(61) {
        let damaged = folder("model.onnx");
        std::fs::write(damaged.path().join("model.onnx"), &bytes[..cut]).unwrap();
        refused(damaged.path(), options(), &["model.onnx"]);
    }
}

#[test]
fn a_library_that_is_missing_or_another_one_is_refused() {
    let folder = folder("model.onnx");
    let of = |path: PathBuf, why: &str| refused(folder.path(), OnnxOptions::new(path), &["runtime", why]);
    of(folder.path().join("nowhere.so"), "No such file");
    of(folder.path().to_path_buf(), "it is no file");
    // What was refused does not stand in the way of the library, and the library stands in the way of any other one.
    OnnxEmbedder::open(folder.path(), &options()).unwrap();
    of(folder.path().join("nowhere.so"), "No such file");
    of(folder.path().join("model.onnx"), "a process can load one such library");
    let copy = folder.path().join("libonnxruntime.so");
    std::fs::copy(runtime(), &copy).unwrap();
    of(copy, "a process can load one such library");
    OnnxEmbedder::open(folder.path(), &options()).unwrap();
}

#[test]
fn an_index_is_searched_with_the_model_that_its_configuration_names() {
    let (tree, model) = (tempfile::tempdir().unwrap(), folder("model.onnx"));
    std::fs::write(tree.path().join("one.md"), "remove remove\n").unwrap();
    std::fs::write(tree.path().join("two.md"), "login\n").unwrap();
    let text = format!(
        "[embedding]\nprovider = \"onnx\"\npath = {:?}\nruntime = {:?}\npooling = \"mean\"\nmax_tokens = 16\n",
        model.path(),
        runtime()
    );
    let config = Config::from_toml(&text).unwrap();
    let host = config.equip(Host::default(), tree.path()).unwrap();
    let index = Index::open(tree.path(), &config, host).unwrap();
    assert_eq!(index.update(&Limits::default()).unwrap().embedded, 2);
    let results = index.searcher().unwrap().search(&Query::new("log"), &Limits::default()).unwrap();
    assert!(results.degraded.is_empty(), "{:?}", results.degraded);
    assert_eq!(results.hits[0].path.as_str(), "two.md");
}
