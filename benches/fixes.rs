//! Finding the files that a real fix changed, asked with the fix's own message, in the tree before it.
//!
//! `python3 benches/mine_fixes.py GIT_DIR... --out FIXES.jsonl`
//! `cargo bench --bench fixes -- --git DIR --fixes FIXES.jsonl [--work DIR] [--budget 8000] [--variants NAME,NAME]
//! [--repo NAME] [--out FILE] [--signals FILE]`
//!
//! `--git` is a folder with a git directory for each repository: `NAME`, `NAME.git`, `NAME/.git` or `NAME/repo`. They
//! are only read; trees and indexes are made below `--work`, and an index that is there is brought up to date. `--out`
//! writes one JSON line for each fix; `--signals` writes every candidate with its signals, as the bench `retrieval` does.

#![expect(clippy::disallowed_methods, reason = "a bench makes its own files")]

#[path = "fixes/checkout.rs"]
mod checkout;
#[path = "fixes/measures.rs"]
mod measures;

use checkout::Checkout;
use measures::{Answer, Bundled, Ranks};
use pampax_core::assemble::{Level, Policies};
use pampax_core::parse::language;
use pampax_core::search::Intent;
use pampax_core::source::{Language, RepoPath};
use pampax_core::{Assembler, Config, Hit, Host, Index, Limits, Query, Request, Searcher};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

type Failure = Box<dyn Error>;

/// One way to assemble. Gains are measured against the first that runs.
struct Variant {
    name: &'static str,
    alter: fn(&mut Request),
    /// Keys of a policy, which replace those of every intent's.
    policy: &'static str,
}

/// Every way to assemble: a row alters the default request or the built-in policies.
const VARIANTS: &[Variant] = &[
    Variant { name: "default", alter: |_| {}, policy: "" },
    Variant { name: "no-graph", alter: |_| {}, policy: "neighbours = 0" },
    Variant {
        name: "only-callees",
        alter: |_| {},
        policy: "closeness = { caller = 0.0, base = 0.0, user = 0.0, test = 0.0 }",
    },
    Variant {
        name: "only-callers",
        alter: |_| {},
        policy: "closeness = { callee = 0.0, base = 0.0, user = 0.0, test = 0.0 }",
    },
    Variant { name: "only-types", alter: |_| {}, policy: "closeness = { callee = 0.0, caller = 0.0, test = 0.0 }" },
    Variant {
        name: "strong-graph",
        alter: |_| {},
        policy: "closeness = { callee = 0.6, caller = 0.4, base = 0.4, user = 0.2, test = 0.1 }",
    },
    Variant {
        name: "weak-graph",
        alter: |_| {},
        policy: "closeness = { callee = 0.15, caller = 0.1, base = 0.1, user = 0.05, test = 0.02 }",
    },
    Variant { name: "as-search", alter: |request| request.intent = Some(Intent::Search), policy: "" },
];

/// How many hits a search is asked for, and how many where every candidate's signals are wanted.
const LIMIT: usize = 50;
const SIGNALS_LIMIT: usize = 200;

struct Options {
    git: PathBuf,
    fixes: PathBuf,
    work: PathBuf,
    budget: usize,
    variants: Vec<&'static Variant>,
    only: Option<String>,
    out: Option<File>,
    signals: Option<File>,
}

/// One line of the miner.
struct Fix {
    repository: String,
    commit: String,
    parent: String,
    query: String,
    changed: Vec<RepoPath>,
    mentions_path: bool,
}

fn main() -> Result<(), Failure> {
    let Some(mut options) = options()? else { return Ok(()) };
    let mut repositories: BTreeMap<String, Vec<Fix>> = BTreeMap::new();
    for line in read(&options.fixes)?.lines() {
        let fix = fix(&serde_json::from_str(line)?)?;
        if options.only.as_ref().is_none_or(|only| *only == fix.repository) {
            repositories.entry(fix.repository.clone()).or_default().push(fix);
        }
    }
    let mut answers = Vec::new();
    for (repository, fixes) in &repositories {
        let started = Instant::now();
        answers.extend(ask_all(&mut options, repository, fixes)?);
        eprintln!("{repository}: {} fixes in {:.0} s", fixes.len(), started.elapsed().as_secs_f64());
    }
    if answers.is_empty() {
        return Err("no fix was asked for: check --fixes and --repo".into());
    }
    let names: Vec<&str> = options.variants.iter().map(|variant| variant.name).collect();
    println!("{}", serde_json::to_string_pretty(&measures::report(&answers, &names, options.budget))?);
    Ok(())
}

fn options() -> Result<Option<Options>, Failure> {
    let mut values = BTreeMap::new();
    let mut arguments = std::env::args().skip(1).filter(|argument| !matches!(argument.as_str(), "--bench" | "--test"));
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        values.insert(name.trim_start_matches('-').to_owned(), value);
    }
    let (Some(git), Some(fixes)) = (values.remove("git"), values.remove("fixes")) else {
        println!("fixes: nothing to do without --git and --fixes");
        return Ok(None);
    };
    let create = |path: Option<String>| path.map(File::create).transpose();
    let options = Options {
        git: git.into(),
        fixes: fixes.into(),
        work: values.remove("work").map_or_else(|| std::env::temp_dir().join("pampax-fixes"), PathBuf::from),
        budget: values.remove("budget").map_or(Ok(8_000), |budget| budget.parse())?,
        variants: variants(values.remove("variants").as_deref())?,
        only: values.remove("repo"),
        out: create(values.remove("out"))?,
        signals: create(values.remove("signals"))?,
    };
    match values.keys().next() {
        Some(unknown) => Err(format!("there is no option --{unknown}").into()),
        None => Ok(Some(options)),
    }
}

/// The variants with these names, or all of them.
fn variants(names: Option<&str>) -> Result<Vec<&'static Variant>, Failure> {
    let Some(names) = names else { return Ok(VARIANTS.iter().collect()) };
    let variant = |name: &str| VARIANTS.iter().find(|variant| variant.name == name);
    names.split(',').map(|name| variant(name).ok_or_else(|| format!("there is no variant `{name}`").into())).collect()
}

fn fix(line: &Value) -> Result<Fix, Failure> {
    let text = |key: &str| line[key].as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` is missing in {line}"));
    let paths = line["changed"].as_array().ok_or_else(|| format!("`changed` is missing in {line}"))?;
    let path = |path: &Value| Ok::<_, Failure>(RepoPath::new(path.as_str().ok_or("a path is no text")?)?);
    Ok(Fix {
        repository: text("repository")?,
        commit: text("commit")?,
        parent: text("parent")?,
        query: text("query")?,
        changed: paths.iter().map(path).collect::<Result<_, _>>()?,
        mentions_path: line["mentions_path"].as_bool().unwrap_or(false),
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn ask_all(options: &mut Options, repository: &str, fixes: &[Fix]) -> Result<Vec<Answer>, Failure> {
    let work = options.work.join(repository);
    let mut checkout = Checkout::new(&options.git, repository, &work)?;
    let config = Config::default().with_index_dir(work.join("index"));
    let index = Index::open(checkout.tree(), &config, Host::default())?;
    let mut answers = Vec::new();
    for fix in fixes {
        checkout.move_to(&fix.parent)?;
        let totals = index.update(&Limits::default())?.totals;
        if totals.files == 0 || totals.chunks == 0 {
            return Err(format!("{repository} at {} has an empty index", fix.parent).into());
        }
        let answer = ask(options, fix, (&index, &checkout)).map_err(|error| format!("{}: {error}", fix.commit))?;
        answers.push(answer);
    }
    Ok(answers)
}

/// Asks one fix of the tree before it, by search and by every variant.
fn ask(options: &mut Options, fix: &Fix, (index, checkout): (&Index, &Checkout)) -> Result<Answer, Failure> {
    let searcher = index.searcher()?;
    let limit = if options.signals.is_some() { SIGNALS_LIMIT } else { LIMIT };
    let found = searcher.search(&Query::new(&fix.query).with_limit(limit), &Limits::default())?.hits;
    let hits = &found[..found.len().min(LIMIT)];
    if hits.is_empty() {
        return Err("search found nothing at all".into());
    }
    let bundles = options.variants.iter().map(|variant| bundled(&searcher, fix, (variant, options.budget)));
    let answer = Answer {
        repository: fix.repository.clone(),
        language: language_of(&checkout.tree().join(fix.changed[0].as_str()), &fix.changed[0])?.name(),
        mentions_path: fix.mentions_path,
        not_indexed: not_indexed(fix, index)?,
        search: Ranks::of(&fix.changed, hits.iter().map(|hit| &hit.path)),
        bundles: bundles.collect::<Result<_, _>>()?,
    };
    write_answer(options, (fix, hits), &answer)?;
    write_signals(options, fix, (&answer, &found))?;
    Ok(answer)
}

fn bundled(searcher: &Searcher, fix: &Fix, (variant, budget): (&Variant, usize)) -> Result<Bundled, Failure> {
    let mut request = Request::new(&fix.query, budget);
    (variant.alter)(&mut request);
    let policies = Policies::for_every_intent(variant.policy)?;
    let bundle = Assembler::new(searcher.clone()).with_policies(policies).assemble(&request, &Limits::default())?;
    if bundle.items.is_empty() {
        return Err(format!("the bundle of `{}` is empty: {}", variant.name, bundle.stop.detail).into());
    }
    let mut tokens = 0;
    let until_first = bundle.items.iter().find_map(|item| {
        tokens += item.tokens;
        fix.changed.contains(&item.path).then_some(tokens)
    });
    let ranks = Ranks::of(&fix.changed, bundle.items.iter().map(|item| &item.path));
    let in_full = bundle.items.iter().filter(|item| item.level == Level::Full).map(|item| &item.path);
    Ok(Bundled { ranks, in_full: Ranks::of(&fix.changed, in_full), tokens: bundle.tokens, until_first })
}

/// The language of a changed file, which must be in the tree before the fix.
fn language_of(place: &Path, path: &RepoPath) -> Result<Language, Failure> {
    let bytes = std::fs::read(place).map_err(|error| format!("{}: {error}", place.display()))?;
    Ok(language::detect(path, &String::from_utf8_lossy(&bytes[..bytes.len().min(4_096)])))
}

/// How many of the changed files the index leaves out.
fn not_indexed(fix: &Fix, index: &Index) -> Result<usize, Failure> {
    let mut missing = 0;
    for path in &fix.changed {
        missing += usize::from(index.why(path.as_str())?.in_index != Some(true));
    }
    Ok(missing)
}

fn write_answer(options: &mut Options, (fix, hits): (&Fix, &[Hit]), answer: &Answer) -> Result<(), Failure> {
    let Some(out) = &mut options.out else { return Ok(()) };
    let mut top: Vec<&str> = Vec::new();
    for hit in hits {
        if top.len() < 10 && !top.contains(&hit.path.as_str()) {
            top.push(hit.path.as_str());
        }
    }
    let bundles: BTreeMap<&str, Value> = options
        .variants
        .iter()
        .zip(&answer.bundles)
        .map(|(variant, bundle)| {
            (variant.name, json!({"ranks": bundle.ranks.0, "tokens": bundle.tokens, "until_first": bundle.until_first}))
        })
        .collect();
    let row = json!({"repository": fix.repository, "commit": fix.commit, "language": answer.language,
        "query": fix.query, "mentions_path": fix.mentions_path, "changed": fix.changed,
        "not_indexed": answer.not_indexed, "search": answer.search.0, "top": top, "bundles": bundles});
    writeln!(out, "{row}")?;
    Ok(())
}

fn write_signals(options: &mut Options, fix: &Fix, (answer, hits): (&Answer, &[Hit])) -> Result<(), Failure> {
    let Some(out) = &mut options.signals else { return Ok(()) };
    let candidate = |hit: &Hit| {
        let signals: BTreeMap<&str, f64> = hit.contributions.iter().map(|part| (part.signal, part.value)).collect();
        let found: Vec<usize> = (0..fix.changed.len()).filter(|place| fix.changed[*place] == hit.path).collect();
        json!({"path": hit.path, "line": hit.start_line, "signals": signals, "targets": found})
    };
    let row = json!({"repo": fix.repository, "language": answer.language, "category": "fix", "query": fix.query,
        "target_count": fix.changed.len(), "candidates": hits.iter().map(candidate).collect::<Vec<_>>()});
    writeln!(out, "{row}")?;
    Ok(())
}
