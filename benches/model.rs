//! What a static model is worth alone: how well its vectors rank files, how fast it embeds and loads.
//!
//! `cargo bench --bench model -- --trees DIR --specs repos.json --questions DIR [--model FILE] [--indexes DIR]
//! [--repo NAME] [--paths] [--out FILE]`
//!
//! A file's score is the greatest cosine of its chunks with the question. `--model` is an artefact of `pampax train`
//! (default: the built-in one); `--paths` puts the last two names of a file's path in front of its chunks. Specs and
//! questions are those of the bench `retrieval`, and so are the indexes, from which the chunks are read.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and reads its own files")]

use pampax_core::eval::{self, Quality};
use pampax_core::host::Purpose;
use pampax_core::source::RepoPath;
use pampax_core::{Config, Host, Index, Limits, Searcher, StaticModel};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

type Failure = Box<dyn Error>;

struct Options {
    trees: PathBuf,
    specs: PathBuf,
    questions: PathBuf,
    indexes: PathBuf,
    model: Option<PathBuf>,
    only: Option<String>,
    out: Option<PathBuf>,
    with_paths: bool,
}

/// The chunks of one repository.
#[derive(Default)]
struct Chunks {
    texts: Vec<String>,
    /// The file of each chunk, as an index of `paths`.
    files: Vec<usize>,
    paths: Vec<String>,
}

/// What was measured.
#[derive(Default)]
struct Measured {
    bytes: usize,
    seconds: f64,
    repositories: BTreeMap<String, Quality>,
    languages: BTreeMap<String, Vec<Quality>>,
    categories: BTreeMap<String, Vec<Quality>>,
}

fn main() -> Result<(), Failure> {
    let Some(options) = options()? else { return Ok(()) };
    let (model, load_ms) = load(&options)?;
    let mut measured = Measured::default();
    for spec in read_json(&options.specs)?.as_array().ok_or("specs are not a list")? {
        let name = text(spec, "name")?;
        let file = options.questions.join(format!("{name}.json"));
        if file.exists() && options.only.as_ref().is_none_or(|only| *only == name) {
            measure(&mut measured, &model, &options, spec, &read_json(&file)?)?;
        }
    }
    if measured.repositories.is_empty() {
        return Err("no question was asked: check --trees, --specs and --questions".into());
    }
    report(&measured, &model, load_ms, &options)
}

fn options() -> Result<Option<Options>, Failure> {
    let mut values = BTreeMap::new();
    let mut with_paths = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" | "--test" => {}
            "--paths" => with_paths = true,
            name => {
                let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
                values.insert(name.trim_start_matches('-').to_owned(), value);
            }
        }
    }
    let path = |name: &str| values.get(name).map(PathBuf::from);
    let (Some(trees), Some(specs), Some(questions)) = (path("trees"), path("specs"), path("questions")) else {
        println!("model: nothing to do without --trees, --specs and --questions");
        return Ok(None);
    };
    let indexes = path("indexes").unwrap_or_else(|| std::env::temp_dir().join("pampax-retrieval"));
    let only = values.get("repo").cloned();
    Ok(Some(Options { trees, specs, questions, indexes, model: path("model"), only, out: path("out"), with_paths }))
}

/// The model, and the median of how long loading it takes, in milliseconds.
fn load(options: &Options) -> Result<(StaticModel, f64), Failure> {
    let open = || match &options.model {
        Some(path) => StaticModel::open(path),
        None => Ok(StaticModel::clone(&StaticModel::built_in())),
    };
    let mut times = Vec::new();
    for _ in 0..11 {
        let start = Instant::now();
        std::hint::black_box(open()?);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok((open()?, times[times.len() / 2]))
}

fn measure(
    measured: &mut Measured,
    model: &StaticModel,
    options: &Options,
    spec: &Value,
    questions: &Value,
) -> Result<(), Failure> {
    let (name, language) = (text(spec, "name")?, text(spec, "language")?);
    let root = options.trees.join(&name).join(spec["benchmark_root"].as_str().unwrap_or(""));
    let index = Index::open(&root, &Config::default().with_index_dir(options.indexes.join(&name)), Host::default())?;
    index.update(&Limits::default())?;
    let chunks = chunks(&index.searcher()?, &root, options.with_paths)?;
    let texts: Vec<&str> = chunks.texts.iter().map(String::as_str).collect();
    let mut vectors = Vec::new();
    let start = cpu_seconds()?;
    model.embed_into(&texts, Purpose::Document, &mut vectors);
    measured.seconds += cpu_seconds()? - start;
    measured.bytes += texts.iter().map(|text| text.len()).sum::<usize>();
    let mut qualities = Vec::new();
    for question in questions.as_array().ok_or("questions are not a list")? {
        let query = text(question, "query")?;
        let quality = eval::quality(&ranks(model, (&chunks, &vectors), &query, question)?, 10);
        let category = question["category"].as_str().unwrap_or("other").to_owned();
        measured.categories.entry(category).or_default().push(quality);
        qualities.push(quality);
    }
    let mean = eval::mean(&qualities);
    measured.languages.entry(language).or_default().push(mean);
    measured.repositories.insert(name, mean);
    Ok(())
}

/// The time that this thread has worked, whatever else the machine does. Known on Linux only.
fn cpu_seconds() -> Result<f64, Failure> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = told.split_whitespace().next().ok_or("the system tells no times")?.parse()?;
    Ok(nanoseconds / 1e9)
}

/// The chunks of the files below `root` that the index holds.
fn chunks(searcher: &Searcher, root: &Path, with_paths: bool) -> Result<Chunks, Failure> {
    let mut chunks = Chunks::default();
    for entry in ignore::WalkBuilder::new(root).hidden(false).git_ignore(false).sort_by_file_path(Path::cmp).build() {
        let entry = entry?;
        let Some(path) = entry.path().strip_prefix(root)?.to_str().filter(|path| !path.is_empty()) else { continue };
        let Ok(path) = RepoPath::new(path) else { continue };
        let Some(document) = searcher.document(&path)? else { continue };
        for chunk in &document.parsed.chunks {
            let piece = chunk.bytes.slice(&document.text);
            let names = if with_paths { last_names(path.as_str()) } else { String::new() };
            chunks.texts.push(format!("{names}\n{}\n{piece}", chunk.breadcrumb));
            chunks.files.push(chunks.paths.len());
        }
        chunks.paths.push(path.as_str().to_owned());
    }
    Ok(chunks)
}

fn last_names(path: &str) -> String {
    let names: Vec<&str> = path.rsplit('/').take(2).collect();
    names.into_iter().rev().collect::<Vec<_>>().join(" ")
}

/// The rank of each target of a question among the files, ordered by their best chunk.
fn ranks(
    model: &StaticModel,
    (chunks, vectors): (&Chunks, &[f32]),
    query: &str,
    question: &Value,
) -> Result<Vec<Option<usize>>, Failure> {
    let mut asked = Vec::new();
    model.embed_into(&[query], Purpose::Query, &mut asked);
    let mut best = vec![f32::NEG_INFINITY; chunks.paths.len()];
    for (vector, file) in vectors.chunks(model.dimensions()).zip(&chunks.files) {
        let cosine: f32 = vector.iter().zip(&asked).map(|(one, other)| one * other).sum();
        best[*file] = best[*file].max(cosine);
    }
    let mut order: Vec<usize> = (0..best.len()).collect();
    order.sort_by(|one, other| best[*other].total_cmp(&best[*one]).then(one.cmp(other)));
    let targets = ["relevant", "secondary"].iter().filter_map(|key| question[*key].as_array()).flatten();
    let rank = |target: &Value| {
        let wanted = target.as_str().or(target["path"].as_str()).ok_or("a target has no path")?;
        Ok(order.iter().position(|file| is_same_path(&chunks.paths[*file], wanted)).map(|position| position + 1))
    };
    targets.map(rank).collect()
}

fn is_same_path(path: &str, wanted: &str) -> bool {
    path == wanted || path.ends_with(&format!("/{wanted}")) || wanted.ends_with(&format!("/{path}"))
}

fn report(measured: &Measured, model: &StaticModel, load_ms: f64, options: &Options) -> Result<(), Failure> {
    let means = |groups: &BTreeMap<String, Vec<Quality>>| -> BTreeMap<String, f64> {
        groups.iter().map(|(name, group)| (name.clone(), eval::mean(group).ndcg)).collect()
    };
    let repositories: Vec<Quality> = measured.repositories.values().copied().collect();
    let report = json!({
        "ndcg_at_10": eval::mean(&repositories).ndcg,
        "languages": means(&measured.languages),
        "categories": means(&measured.categories),
        "load_ms_median": load_ms,
        "embed_mb_per_cpu_second": measured.bytes as f64 / 1e6 / measured.seconds,
        "bytes": model.byte_count(), "tokens": model.token_count(), "dimensions": model.dimensions(),
    });
    println!("{report:#}");
    if let Some(out) = &options.out {
        let ndcg: BTreeMap<&String, f64> =
            measured.repositories.iter().map(|(name, quality)| (name, quality.ndcg)).collect();
        std::fs::write(out, serde_json::to_string_pretty(&ndcg)?)?;
    }
    Ok(())
}

fn text(value: &Value, key: &str) -> Result<String, Failure> {
    Ok(value[key].as_str().ok_or_else(|| format!("`{key}` is missing in {value}"))?.to_owned())
}

fn read_json(path: &Path) -> Result<Value, Failure> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}
