//! Precision and recall of callers and callees on hand-checked symbols of real trees.
//!
//! `cargo bench --bench graph -- --trees DIR --truth DIR [--language NAME] [--symbol QUALIFIED] [--misses] [--min-confidence N]`
//!
//! `--truth` holds one JSON file per language: `symbols`, each with `repository`, `path`, `line`, `name`, `kind`,
//! `callers` (path, name, sites) and `callees` (path, name, line; `any_of` lines, `alternatives`, `optional`).

#![expect(clippy::print_stdout, reason = "a bench reports to its user")]
#![expect(clippy::disallowed_methods, reason = "a bench reads its own files")]

use pampax_core::graph::{Direction, Graph, GraphEdge, GraphNode, GraphQuery, MIN_CONFIDENCE};
use pampax_core::source::EdgeKind;
use pampax_core::{Config, Host, Index, Limits, Searcher};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

type Failure = Box<dyn std::error::Error>;

/// How many answers are right, how many answers and how many truths there are, and how many truths are found.
#[derive(Default, Clone, Copy)]
struct Tally {
    answers: usize,
    right: usize,
    truths: usize,
    found: usize,
}

impl Tally {
    fn report(&self) -> Value {
        let share = |part: usize, whole: usize| (part as f64 / whole.max(1) as f64 * 1_000.0).round() / 1_000.0;
        json!({"precision": share(self.right, self.answers), "recall": share(self.found, self.truths),
            "answers": self.answers, "truths": self.truths})
    }
}

struct Options {
    trees: PathBuf,
    truth: PathBuf,
    indexes: PathBuf,
    language: Option<String>,
    symbol: Option<String>,
    shows_misses: bool,
    min_confidence: f64,
}

fn main() -> Result<(), Failure> {
    let Some(options) = options()? else { return Ok(()) };
    let mut searchers = BTreeMap::new();
    let mut report = BTreeMap::new();
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&options.truth)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Failure>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    for file in files {
        let language = file.file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
        if options.language.as_ref().is_some_and(|only| *only != language) {
            continue;
        }
        let truth: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
        report.insert(language, of_language(&options, &truth, &mut searchers)?);
    }
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

fn options() -> Result<Option<Options>, Failure> {
    let mut values = BTreeMap::new();
    let mut shows_misses = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" | "--test" => {}
            "--misses" => shows_misses = true,
            name => {
                let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
                values.insert(name.trim_start_matches('-').to_owned(), value);
            }
        }
    }
    let path = |name: &str| values.get(name).map(PathBuf::from);
    let (Some(trees), Some(truth)) = (path("trees"), path("truth")) else {
        println!("graph: nothing to do without --trees and --truth");
        return Ok(None);
    };
    let indexes = path("indexes").unwrap_or_else(|| std::env::temp_dir().join("pampax-graph"));
    let min_confidence = values.get("min-confidence").map_or(Ok(MIN_CONFIDENCE), |value| value.parse())?;
    Ok(Some(Options {
        trees,
        truth,
        indexes,
        language: values.get("language").cloned(),
        symbol: values.get("symbol").cloned(),
        shows_misses,
        min_confidence,
    }))
}

fn of_language(options: &Options, truth: &Value, searchers: &mut BTreeMap<String, Searcher>) -> Result<Value, Failure> {
    let (mut callers, mut callees) = (Tally::default(), Tally::default());
    let (mut missed, mut count) = (Vec::new(), 0);
    for symbol in truth["symbols"].as_array().ok_or("`symbols` is missing")? {
        if options.symbol.as_ref().is_some_and(|only| symbol["qualified"] != only.as_str()) {
            continue;
        }
        let repository = text(&symbol["repository"]);
        if !searchers.contains_key(&repository) {
            searchers.insert(repository.clone(), searcher(options, &repository)?);
        }
        let searcher = &searchers[&repository];
        let start = format!("{}:{}", text(&symbol["path"]), symbol["line"]);
        let ask = |direction| {
            let query = GraphQuery::new(&start)
                .with_direction(direction)
                .with_kinds(&[EdgeKind::Call])
                .with_min_confidence(options.min_confidence);
            let mut graph = searcher.graph(&query, &Limits::default())?;
            // A definition that was not parsed has no edges; those of its file are not its own.
            if graph.starts.iter().all(|start| graph.nodes[*start].symbol.is_none()) {
                graph.edges.clear();
            }
            Ok::<Graph, Failure>(graph)
        };
        let label = format!("{repository} {start} {}", text(&symbol["qualified"]));
        count += 1;
        if options.symbol.is_some() {
            println!("{:#?}", ask(Direction::Both)?);
        }
        score(&label, &ask(Direction::In)?, &symbol["callers"], &is_caller, &mut callers, &mut missed);
        if symbol["kind"] != "class" {
            let mut graph = ask(Direction::Out)?;
            // What the members of a type call is theirs.
            let starts = std::mem::take(&mut graph.starts);
            graph.edges.retain(|edge| starts.contains(&edge.from));
            score(&label, &graph, &symbol["callees"], &is_callee, &mut callees, &mut missed);
        }
    }
    let mut report = json!({"symbols": count, "callers": callers.report(), "callees": callees.report()});
    if options.shows_misses {
        report["misses"] = json!(missed);
    }
    Ok(report)
}

fn searcher(options: &Options, repository: &str) -> Result<Searcher, Failure> {
    let folder = options.indexes.join(repository);
    let config = Config::default().with_index_dir(folder);
    let index = Index::open(&options.trees.join(repository), &config, Host::default())?;
    index.update(&Limits::default())?;
    Ok(index.searcher()?)
}

type Matches = dyn Fn(&Graph, &GraphEdge, &Value) -> bool;

fn score(label: &str, graph: &Graph, truth: &Value, matches: &Matches, tally: &mut Tally, missed: &mut Vec<String>) {
    let truths: Vec<&Value> = truth.as_array().into_iter().flatten().collect();
    let is_optional = |truth: &Value| truth["optional"] == true;
    let side = |edge: &GraphEdge| if graph.starts.contains(&edge.to) { "caller" } else { "callee" };
    for edge in &graph.edges {
        let fitting: Vec<&&Value> = truths.iter().filter(|truth| matches(graph, edge, truth)).collect();
        if !fitting.is_empty() && fitting.iter().all(|truth| is_optional(truth)) {
            continue;
        }
        tally.answers += 1;
        tally.right += usize::from(!fitting.is_empty());
        if fitting.is_empty() {
            let (from, to) = (shown(&graph.nodes[edge.from]), shown(&graph.nodes[edge.to]));
            let receiver = edge.receiver.as_deref().unwrap_or("-");
            let how = format!("{} {:.2} of `{receiver}`", edge.resolution, edge.confidence);
            missed.push(format!("wrong {} of {label}: {from} line {} to {to} {how}", side(edge), edge.line));
        }
    }
    for truth in truths.iter().filter(|truth| !is_optional(truth)) {
        tally.truths += 1;
        let is_found = graph.edges.iter().any(|edge| matches(graph, edge, truth));
        tally.found += usize::from(is_found);
        if !is_found {
            missed.push(format!("missing of {label}: {truth}"));
        }
    }
}

fn shown(node: &GraphNode) -> String {
    format!("{}:{} {}", node.path, node.start_line, node.symbol.as_deref().unwrap_or("(file)"))
}

/// A site lies in the definition that the edge comes from, or is its line.
fn is_caller(graph: &Graph, edge: &GraphEdge, truth: &Value) -> bool {
    let from = &graph.nodes[edge.from];
    let sites = truth["sites"].as_array().into_iter().flatten().filter_map(Value::as_u64);
    let lines = u64::from(from.start_line)..=u64::from(from.end_line);
    let holds = |site: u64| {
        site == u64::from(edge.line) || (from.symbol.is_some() || truth["name"].is_null()) && lines.contains(&site)
    };
    truth["path"] == from.path.as_str() && sites.into_iter().any(holds)
}

/// The definition has the name and begins where the truth says.
fn is_callee(graph: &Graph, edge: &GraphEdge, truth: &Value) -> bool {
    let to = &graph.nodes[edge.to];
    let lines = u64::from(to.start_line)..=u64::from(to.end_line.min(to.start_line + 20));
    let fits = |place: &Value| {
        let any = place["any_of"].as_array().into_iter().flatten().chain(std::iter::once(&place["line"]));
        let is_path = place["path"].is_null() || place["path"] == to.path.as_str();
        is_path && any.filter_map(Value::as_u64).any(|line| lines.contains(&line))
    };
    let alternatives = truth["alternatives"].as_array().into_iter().flatten();
    fits(truth) || alternatives.into_iter().any(fits)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
