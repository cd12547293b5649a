//! Retrieval quality on a folder of trees with questions.
//!
//! `cargo bench --bench retrieval -- --trees DIR --specs repos.json --questions DIR [--out FILE] [--signals FILE]
//! [--whole] [--limit N] [--repo NAME] [--indexes DIR]`
//!
//! A spec is `{name, language, benchmark_root}`; a question is `{query, relevant, secondary, category}` with targets
//! that are paths or `{path, start_line, end_line}`. `--out` writes one JSON line for each question with its results;
//! `--signals` writes every candidate with its signals, for fitting the ranker. `--whole` indexes whole trees.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

use pampax_core::eval::{self, Quality};
use pampax_core::{Config, Hit, Host, Index, Limits, Query, Searcher};
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
}

struct Question {
    repository: String,
    language: String,
    category: String,
    text: String,
    targets: Vec<Target>,
}

struct Target {
    path: String,
    lines: Option<(u64, u64)>,
}

fn main() -> Result<(), Failure> {
    let Some(options) = options()? else { return Ok(()) };
    let mut out = options.out.as_ref().map(std::fs::File::create).transpose()?;
    let mut signals = options.signals.as_ref().map(std::fs::File::create).transpose()?;
    let mut rows = Vec::new();
    for spec in read_json(&options.specs)?.as_array().ok_or("specs are not a list")? {
        let name = text(spec, "name")?;
        let file = options.questions.join(format!("{name}.json"));
        if !file.exists() || options.only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let searcher = searcher(&options, spec, &name)?;
        for question in questions(&name, &text(spec, "language")?, &read_json(&file)?)? {
            let limit = if signals.is_some() { 200 } else { options.limit };
            let hits = searcher.search(&Query::new(&question.text).with_limit(limit), &Limits::default())?.hits;
            write_results(&mut out, &question, &hits[..hits.len().min(options.limit)])?;
            write_signals(&mut signals, &question, &hits)?;
            rows.push((eval::quality(&ranks(&question, &hits), 10), question));
        }
    }
    if rows.is_empty() {
        return Err("no question was asked: check --trees, --specs and --questions".into());
    }
    report(&rows)
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
    Ok(Some(Options {
        trees,
        specs,
        questions,
        indexes,
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
            category: entry["category"].as_str().map_or_else(|| infer_category(&query), str::to_owned),
            targets: targets.map(target).collect::<Result<_, _>>()?,
            text: query,
        });
    }
    Ok(questions)
}

fn infer_category(query: &str) -> String {
    let is_word = !query.trim().contains(' ');
    let category = if is_word {
        "symbol"
    } else if query.to_lowercase().starts_with("how ") {
        "architecture"
    } else {
        "semantic"
    };
    category.to_owned()
}

fn target(value: &Value) -> Result<Target, Failure> {
    match value.as_str() {
        Some(path) => Ok(Target { path: path.to_owned(), lines: None }),
        None => {
            let lines = value["start_line"].as_u64().zip(value["end_line"].as_u64());
            Ok(Target { path: text(value, "path")?, lines })
        }
    }
}

fn text(value: &Value, key: &str) -> Result<String, Failure> {
    Ok(value[key].as_str().ok_or_else(|| format!("`{key}` is missing in {value}"))?.to_owned())
}

fn read_json(path: &Path) -> Result<Value, Failure> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn matches(hit: &Hit, target: &Target) -> bool {
    let (path, wanted) = (hit.path.as_str(), target.path.as_str());
    let same = path == wanted || path.ends_with(&format!("/{wanted}")) || wanted.ends_with(&format!("/{path}"));
    let overlaps = |(start, end)| u64::from(hit.start_line) <= end && start <= u64::from(hit.end_line);
    same && target.lines.is_none_or(overlaps)
}

fn ranks(question: &Question, hits: &[Hit]) -> Vec<Option<usize>> {
    let rank = |target| hits.iter().position(|hit| matches(hit, target)).map(|position| position + 1);
    question.targets.iter().map(rank).collect()
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
            json!({"path": hit.path, "line": hit.start_line, "signals": signals, "targets": found})
        })
        .collect();
    let row = json!({"repo": question.repository, "language": question.language, "category": question.category,
        "query": question.text, "target_count": question.targets.len(), "candidates": candidates});
    writeln!(out, "{row}")?;
    Ok(())
}

fn report(rows: &[(Quality, Question)]) -> Result<(), Failure> {
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
        "by_category": by(|question| &question.category), "by_language": languages, "by_repository": repositories});
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}
