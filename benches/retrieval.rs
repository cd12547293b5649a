//! Retrieval quality on a folder of trees with questions.
//!
//! `cargo bench --bench retrieval -- --trees DIR --specs repos.json --questions DIR [--out FILE] [--signals FILE]
//! [--whole] [--limit N] [--repo NAME] [--indexes DIR] [--budgets 500,1000,…] [--bundles FILE]
//! [--policy KEYS]`
//!
//! A spec is `{name, language, benchmark_root}`; a question is `{query, relevant, secondary, category}` with targets
//! that are paths or `{path, start_line, end_line}`. `--out` writes one JSON line for each question with its results;
//! `--signals` writes every candidate with its signals, for fitting the ranker. `--whole` indexes whole trees.
//! `--budgets` assembles a bundle for each question and budget, and reports which share of the targets each bundle
//! shows and how many tokens of its text stand before the first of them; `--bundles` writes what each of them holds.
//! `--policy` replaces keys of every intent's policy, such as `neighbours = 0`.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

use pampax_core::assemble::{Item, Level, Policies};
use pampax_core::eval::{self, Quality, Target};
use pampax_core::search::Intent;
use pampax_core::source::LineRange;
use pampax_core::{Assembler, Bundle, Config, Hit, Host, Index, Limits, Query, Request, Searcher};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

type Failure = Box<dyn Error>;

struct Options {
    trees: PathBuf,
    specs: PathBuf,
    questions: PathBuf,
    indexes: PathBuf,
    out: Option<PathBuf>,
    signals: Option<PathBuf>,
    only: Option<String>,
    whole: bool,
    limit: usize,
    budgets: Vec<usize>,
    policy: String,
    bundles: Option<PathBuf>,
}

struct Question {
    repository: String,
    language: String,
    category: String,
    text: String,
    targets: Vec<Target>,
}

fn main() -> Result<(), Failure> {
    let Some(options) = options()? else { return Ok(()) };
    let mut out = options.out.as_ref().map(std::fs::File::create).transpose()?;
    let mut signals = options.signals.as_ref().map(std::fs::File::create).transpose()?;
    let mut bundles = options.bundles.as_ref().map(std::fs::File::create).transpose()?;
    let mut rows = Vec::new();
    let mut shown: BTreeMap<usize, Vec<Shown>> = BTreeMap::new();
    for spec in read_json(&options.specs)?.as_array().ok_or("specs are not a list")? {
        let name = text(spec, "name")?;
        let file = options.questions.join(format!("{name}.json"));
        if !file.exists() || options.only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let searcher = searcher(&options, spec, &name)?;
        let policies = Policies::for_every_intent(&options.policy)?;
        let assembler = Assembler::new(searcher.clone()).with_policies(policies);
        for question in questions(&name, &text(spec, "language")?, &read_json(&file)?)? {
            let limit = if signals.is_some() { 200 } else { options.limit };
            let hits = searcher.search(&Query::new(&question.text).with_limit(limit), &Limits::default())?.hits;
            write_results(&mut out, &question, &hits[..hits.len().min(options.limit)])?;
            write_signals(&mut signals, &question, &hits)?;
            for budget in &options.budgets {
                let bundle = assembler.assemble(&Request::new(&question.text, *budget), &Limits::default())?;
                write_bundle(&mut bundles, &question, &bundle)?;
                shown.entry(*budget).or_default().push(Shown::of(&question, &bundle)?);
            }
            rows.push((eval::quality(&ranks(&question, &hits), 10), question));
        }
    }
    if rows.is_empty() {
        return Err("no question was asked: check --trees, --specs and --questions".into());
    }
    report(&rows, &shown)
}

fn options() -> Result<Option<Options>, Failure> {
    let mut values = BTreeMap::new();
    let mut whole = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" | "--test" => {}
            "--whole" => whole = true,
            name => {
                let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
                values.insert(name.trim_start_matches('-').to_owned(), value);
            }
        }
    }
    let path = |name: &str| values.get(name).map(PathBuf::from);
    let (Some(trees), Some(specs), Some(questions)) = (path("trees"), path("specs"), path("questions")) else {
        println!("retrieval: nothing to do without --trees, --specs and --questions");
        return Ok(None);
    };
    let indexes = path("indexes").unwrap_or_else(|| std::env::temp_dir().join("pampax-retrieval"));
    let limit = values.get("limit").map_or(Ok(10), |limit| limit.parse())?;
    let only = values.get("repo").cloned();
    let budgets = values.get("budgets").map_or("", String::as_str).split(',').filter(|budget| !budget.is_empty());
    let budgets = budgets.map(str::parse).collect::<Result<_, _>>()?;
    Ok(Some(Options {
        trees,
        specs,
        questions,
        indexes,
        budgets,
        policy: values.get("policy").cloned().unwrap_or_default(),
        bundles: path("bundles"),
        out: path("out"),
        signals: path("signals"),
        only,
        whole,
        limit,
    }))
}

fn searcher(options: &Options, spec: &Value, name: &str) -> Result<Searcher, Failure> {
    let within = if options.whole { "" } else { spec["benchmark_root"].as_str().unwrap_or("") };
    let root = options.trees.join(name).join(within);
    let folder = options.indexes.join(if options.whole { format!("{name}-whole") } else { name.to_owned() });
    let index = Index::open(&root, &Config::default().with_index_dir(folder), Host::default())?;
    index.update(&Limits::default())?;
    Ok(index.searcher()?)
}

fn questions(repository: &str, language: &str, list: &Value) -> Result<Vec<Question>, Failure> {
    let mut questions = Vec::new();
    for entry in list.as_array().ok_or("questions are not a list")? {
        if entry["repo"].as_str().is_some_and(|named| named != repository) {
            continue;
        }
        let query = text(entry, "query")?;
        let targets = ["relevant", "secondary"].iter().filter_map(|key| entry[*key].as_array()).flatten();
        questions.push(Question {
            repository: repository.to_owned(),
            language: language.to_owned(),
            category: entry["category"].as_str().map_or_else(|| eval::infer_category(&query).to_owned(), str::to_owned),
            targets: targets.cloned().map(serde_json::from_value).collect::<Result<_, _>>()?,
            text: query,
        });
    }
    Ok(questions)
}

fn text(value: &Value, key: &str) -> Result<String, Failure> {
    Ok(value[key].as_str().ok_or_else(|| format!("`{key}` is missing in {value}"))?.to_owned())
}

fn read_json(path: &Path) -> Result<Value, Failure> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn matches(hit: &Hit, target: &Target) -> bool {
    target.is_hit_by(hit.path.as_str(), hit.lines())
}

fn ranks(question: &Question, hits: &[Hit]) -> Vec<Option<usize>> {
    question.targets.iter().map(|target| eval::rank(hits, |hit| matches(hit, target))).collect()
}

fn write_results(out: &mut Option<std::fs::File>, question: &Question, hits: &[Hit]) -> Result<(), Failure> {
    let Some(out) = out else { return Ok(()) };
    let results: Vec<Value> = hits
        .iter()
        .map(
            |hit| json!({"path": hit.path, "start_line": hit.start_line, "end_line": hit.end_line, "score": hit.score}),
        )
        .collect();
    writeln!(out, "{}", json!({"repo": question.repository, "query": question.text, "results": results}))?;
    Ok(())
}

fn write_signals(out: &mut Option<std::fs::File>, question: &Question, hits: &[Hit]) -> Result<(), Failure> {
    let Some(out) = out else { return Ok(()) };
    let candidates: Vec<Value> = hits
        .iter()
        .map(|hit| {
            let signals: BTreeMap<&str, f64> = hit.contributions.iter().map(|part| (part.signal, part.value)).collect();
            let found: Vec<usize> =
                (0..question.targets.len()).filter(|target| matches(hit, &question.targets[*target])).collect();
            json!({"path": hit.path, "line": hit.start_line, "signals": signals, "targets": found, "score": hit.score})
        })
        .collect();
    let row = json!({"repo": question.repository, "language": question.language, "category": question.category,
        "query": question.text, "target_count": question.targets.len(), "candidates": candidates});
    writeln!(out, "{row}")?;
    Ok(())
}

/// What one bundle shows of the targets of its question.
struct Shown {
    recall: f64,
    /// The tokens of the items up to the first that shows a target, that item included.
    tokens_to_first: Option<usize>,
    tokens: usize,
    items: usize,
    full: usize,
    intent: Intent,
}

impl Shown {
    fn of(question: &Question, bundle: &Bundle) -> Result<Shown, Failure> {
        if bundle.items.is_empty() && bundle.budget >= 500 {
            return Err(format!("nothing was assembled for `{}` within {}", question.text, bundle.budget).into());
        }
        let shows = |target: &Target| bundle.items.iter().position(|item| item_matches(item, target));
        let places: Vec<Option<usize>> = question.targets.iter().map(shows).collect();
        let first = places.iter().flatten().min();
        Ok(Shown {
            recall: places.iter().flatten().count() as f64 / places.len().max(1) as f64,
            tokens_to_first: first.map(|first| bundle.items[..=*first].iter().map(|item| item.tokens).sum()),
            tokens: bundle.tokens,
            intent: bundle.intent,
            items: bundle.items.len(),
            full: bundle.items.iter().filter(|item| item.level == Level::Full).count(),
        })
    }
}

fn item_matches(item: &Item, target: &Target) -> bool {
    target.is_hit_by(item.path.as_str(), LineRange { start: item.start_line, end: item.end_line })
}

fn write_bundle(out: &mut Option<std::fs::File>, question: &Question, bundle: &Bundle) -> Result<(), Failure> {
    let Some(out) = out else { return Ok(()) };
    let items: Vec<Value> = bundle
        .items
        .iter()
        .map(|item| {
            let is_target = question.targets.iter().any(|target| item_matches(item, target));
            json!({"path": item.path, "start_line": item.start_line, "end_line": item.end_line, "level": item.level,
                "tokens": item.tokens, "score": item.score, "is_target": is_target})
        })
        .collect();
    writeln!(
        out,
        "{}",
        json!({"repo": question.repository, "query": question.text, "budget": bundle.budget, "tokens": bundle.tokens,
            "target_count": question.targets.len(), "stop": bundle.stop.reason, "items": items})
    )?;
    Ok(())
}

/// The measures of the bundles of each budget, over all questions and over those of each intent.
fn report_bundles(shown: &BTreeMap<usize, Vec<Shown>>) -> Value {
    let mut report = serde_json::Map::new();
    for (budget, group) in shown {
        let mut measures = report_group(group.iter());
        let intents = Intent::ALL.iter().map(|intent| {
            let group = group.iter().filter(|shown| shown.intent == *intent);
            (intent.name().to_owned(), report_group(group))
        });
        measures["by_intent"] = intents.collect::<serde_json::Map<_, _>>().into();
        report.insert(budget.to_string(), measures);
    }
    report.into()
}

fn report_group<'a>(group: impl Iterator<Item = &'a Shown> + Clone) -> Value {
    let mut first: Vec<usize> = group.clone().filter_map(|shown| shown.tokens_to_first).collect();
    first.sort_unstable();
    let at = |share: f64| first.get(((first.len() as f64 * share) as usize).min(first.len().saturating_sub(1)));
    let count = group.clone().count();
    json!({
        "questions": count,
        "recall": eval::mean_of(group.clone().map(|shown| shown.recall)),
        "bundles_with_a_target": first.len() as f64 / count.max(1) as f64,
        "tokens_to_first_p50": at(0.5), "tokens_to_first_p90": at(0.9),
        "tokens": eval::mean_of(group.clone().map(|shown| shown.tokens as f64)),
        "items": eval::mean_of(group.clone().map(|shown| shown.items as f64)),
        "items_in_full": eval::mean_of(group.map(|shown| shown.full as f64)),
    })
}

fn report(rows: &[(Quality, Question)], shown: &BTreeMap<usize, Vec<Shown>>) -> Result<(), Failure> {
    let by = |key: fn(&Question) -> &str| {
        let mut groups: BTreeMap<&str, Vec<Quality>> = BTreeMap::new();
        for (quality, question) in rows {
            groups.entry(key(question)).or_default().push(*quality);
        }
        groups.into_iter().map(|(name, group)| (name.to_owned(), eval::mean(&group))).collect::<BTreeMap<_, _>>()
    };
    let repositories = by(|question| &question.repository);
    let overall = eval::mean(&repositories.values().copied().collect::<Vec<_>>());
    let mut languages: BTreeMap<&str, Vec<Quality>> = BTreeMap::new();
    for (name, quality) in &repositories {
        let language =
            rows.iter().find(|(_, question)| question.repository == *name).map(|(_, question)| &question.language);
        languages.entry(language.map_or("", String::as_str)).or_default().push(*quality);
    }
    let languages: BTreeMap<&str, Quality> = languages.iter().map(|(name, group)| (*name, eval::mean(group))).collect();
    let report = json!({"questions": rows.len(), "repositories": repositories.len(), "mean_over_repositories": overall,
        "by_category": by(|question| &question.category), "by_language": languages, "by_repository": repositories,
        "bundles": report_bundles(shown)});
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}
