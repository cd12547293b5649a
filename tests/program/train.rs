//! `pampax train`: a model of one's own.

use crate::program::Tree;
use pampax_core::StaticModel;
use pampax_core::host::Purpose;

const THINGS: [(&str, &str, &str); 4] = [
    ("session", "Remembers who is logged in until the browser closes.", "cookie.expires"),
    ("retry", "Calls again after a failure, waiting longer each time.", "backoff.delay"),
    ("parser", "Turns the text of a program into a tree of its grammar.", "grammar.reduce"),
    ("invoice", "Adds up what a customer has to pay, with taxes.", "ledger.total"),
];

/// A project in which things are documented.
fn project(tree: &Tree) {
    for (name, told, call) in THINGS {
        for place in ["core", "extra", "more"] {
            let code = format!(
                "def {name}_{place}(value):\n    \"\"\"{told}\"\"\"\n    step = {call}(value)\n    return step.{place}\n"
            );
            tree.write(&format!("project/src/{name}_{place}.py"), code);
        }
    }
}

const SMALL: [&str; 8] = ["--dimensions", "16", "--vocabulary", "300", "--epochs", "60", "--subwords", "64"];

#[test]
fn a_model_of_ones_own_loads_and_leads_from_words_to_code() {
    let tree = Tree::new();
    project(&tree);
    let train = [&["train", "project", "--out", "own.model", "--pairs", "own.pairs"][..], &SMALL].concat();
    let report = tree.run(&train).expect_success().json();
    assert!(report["pairs"].as_u64().is_some_and(|pairs| pairs >= 12), "{report}");
    let model = StaticModel::open(&tree.root().join("own.model")).expect("what was written is a model");
    let mut vectors = Vec::new();
    model.embed_into(&["who is logged in"], Purpose::Query, &mut vectors);
    let code: Vec<String> = THINGS.iter().map(|(_, _, call)| format!("step = {call}(value)")).collect();
    model.embed_into(&code.iter().map(String::as_str).collect::<Vec<_>>(), Purpose::Document, &mut vectors);
    let (question, documents) = vectors.split_at(16);
    let cosines: Vec<f32> = documents
        .chunks(16)
        .map(|document| document.iter().zip(question).map(|(one, other)| one * other).sum())
        .collect();
    assert!(cosines[1..].iter().all(|cosine| *cosine < cosines[0]), "{cosines:?}");
    #[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
    let first = std::fs::read(tree.root().join("own.model")).expect("it is there");
    let again = [&["train", "--out", "again.model", "--pairs", "own.pairs", "--threads", "1"][..], &SMALL].concat();
    tree.run(&again).expect_success();
    #[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
    let again = std::fs::read(tree.root().join("again.model")).expect("it is there");
    assert!(first == again, "the same pairs and options gave another model");
}

#[test]
fn nothing_to_learn_from_and_a_damaged_file_of_pairs_are_told() {
    let tree = Tree::new();
    tree.write("empty/a.txt", "nothing");
    tree.write("bad.pairs", "no pairs");
    let refused = tree.run(&["train", "empty", "--out", "own.model"]);
    assert_eq!(refused.status, Some(2), "{}", refused.stderr);
    let refused = tree.run(&["train", "--pairs", "bad.pairs", "--out", "own.model"]);
    assert_eq!(refused.status, Some(2), "{}", refused.stderr);
    assert!(!tree.root().join("own.model").exists());
    let refused = tree.run(&["train", "--pairs", "bad.pairs", "--out", "./bad.pairs"]);
    assert!(refused.status == Some(2) && refused.stderr.contains("holds the pairs"), "{}", refused.stderr);
}
