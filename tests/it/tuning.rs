//! Weights that are fitted to a repository: kept when they win on what came later, and given up without a trace.

#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

use pampax_core::eval::{Question, Source, Target};
use pampax_core::tune::Tune;
use pampax_core::{Config, ErrorCode, Host, Index, Limits, Query};
use tempfile::TempDir;

/// How many questions there are; the newest 30 % of them prove.
const COUNT: usize = 170;

/// A word that no other number has.
fn word(number: usize) -> String {
    const PARTS: &[&str] = &["bak", "dor", "fim", "gul", "hep", "jov", "kan", "lur", "mez", "nid", "pof", "rus", "tav"];
    [number / 169 % 13, number / 13 % 13, number % 13].map(|part| PARTS[part]).concat()
}

/// For each word a file that has it in its path, and one that says it.
fn tree() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..COUNT {
        let word = word(number);
        let named = folder.path().join("src").join(&word);
        std::fs::create_dir_all(&named).unwrap();
        std::fs::write(named.join("core.rs"), format!("pub fn run() -> u32 {{\n    {number}\n}}\n")).unwrap();
        let said = format!("// The {word} is here.\nfn go() {{}}\n");
        std::fs::write(folder.path().join(format!("src/part_{number}.rs")), said).unwrap();
    }
    folder
}

/// Without vectors, by which all of these small files are near to each other.
fn index(folder: &TempDir, config: &Config) -> Index {
    let mut config = config.clone();
    config.features.embedding = false;
    Index::open(folder.path(), &config, Host::default()).unwrap()
}

fn indexed(folder: &TempDir) -> Index {
    let index = index(folder, &Config::default());
    index.update(&Limits::default()).unwrap();
    index
}

/// Questions for each word, the newest first, of which the answer is the hit at the place that `wanted` says.
fn questions(index: &Index, wanted: fn(usize) -> usize) -> Vec<Question> {
    let searcher = index.searcher().unwrap();
    let question = |number: usize| {
        let hits = searcher.search(&Query::new(word(number)), &Limits::default()).unwrap().hits;
        assert_eq!(hits.len(), 2, "the file that is named and the one that says it");
        Question::new(word(number), vec![Target::new(hits[wanted(number)].path.as_str())], Source::History)
    };
    (0..COUNT).map(question).collect()
}

fn answer(index: &Index) -> String {
    let results = index.searcher().unwrap().search(&Query::new(word(3)), &Limits::default()).unwrap();
    serde_json::to_string(&results).unwrap()
}

fn first_path(answer: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    answer["hits"][0]["path"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_decisive_wins_is_kept_and_can_be_given_up() {
    let folder = tree();
    let index = indexed(&folder);
    let tune = Tune::new(questions(&index, |_| 1));
    let before = answer(&index);
    let dry = index.tune(&tune.clone().dry(), &Limits::default()).unwrap();
    assert!(dry.accepted && dry.version.is_none(), "{dry:?}");
    assert_eq!(answer(&index), before, "nothing is changed by a trial");

    let report = index.tune(&tune, &Limits::default()).unwrap();
    assert_eq!((report.accepted, report.version, report.proved_on), (true, Some(1), 51), "{report:?}");
    assert!(report.factors.values().all(|factor| (0.5..=2.0).contains(factor)), "{:?}", report.factors);
    let (ndcg, after) = (report.before.unwrap().measures, report.after.unwrap().measures);
    assert!(after.get("ndcg@10").unwrap().mean > ndcg.get("ndcg@10").unwrap().mean + 0.2);
    assert_eq!(
        (&report.factors, report.fitted_on),
        (&dry.factors, dry.fitted_on),
        "the same questions, the same factors"
    );

    let tuned = answer(&index);
    assert_ne!(first_path(&tuned), first_path(&before));
    let ranking = index.status().unwrap().ranking;
    assert_eq!((ranking.tuning, ranking.unused), (Some(1), None));
    let mut config = Config::default();
    config.features.tuning = false;
    let without = self::index(&folder, &config);
    assert_eq!(answer(&without), before);
    assert!(without.status().unwrap().ranking.unused.unwrap().contains("features.tuning"));

    assert_eq!(index.use_tuning(None, &Limits::default()).unwrap().versions.len(), 1);
    assert_eq!(answer(&index), before, "the bytes of before");
    index.use_tuning(Some(1), &Limits::default()).unwrap();
    assert_eq!(answer(&index), tuned);
    let missing = index.use_tuning(Some(2), &Limits::default()).unwrap_err();
    assert_eq!(missing.code(), ErrorCode::InvalidArgument);
    std::fs::write(folder.path().join("src/new.rs"), "fn later() {}\n").unwrap();
    index.update(&Limits::default()).unwrap();
    assert_eq!(index.status().unwrap().ranking.tuning, Some(1), "an update keeps it");
    assert_eq!(first_path(&answer(&index)), first_path(&tuned));
}

#[test]
fn what_has_no_rule_is_refused() {
    let folder = tree();
    let index = indexed(&folder);
    let before = answer(&index);
    let report = index.tune(&Tune::new(questions(&index, |number| number / 2 % 2)), &Limits::default()).unwrap();
    assert!(!report.accepted && report.version.is_none(), "{report:?}");
    assert!(!report.why.is_empty());
    assert_eq!((answer(&index), index.tunings().unwrap().versions.len()), (before, 0));
}

#[test]
fn too_few_questions_prove_nothing() {
    let folder = tree();
    let index = indexed(&folder);
    let mut few = questions(&index, |_| 1);
    few.truncate(166);
    let report = index.tune(&Tune::new(few), &Limits::default()).unwrap();
    assert_eq!((report.accepted, report.proved_on, report.before), (false, 49, None));
    assert!(report.why.contains("too few"), "{}", report.why);
}
