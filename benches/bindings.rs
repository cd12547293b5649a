//! What a warm search costs through the bindings, against the same search in Rust, in one run.
//!
//! `cargo build --release --workspace && npm --prefix pampax-node ci && npm --prefix pampax-node run build:release`, then
//! `cargo bench --bench bindings [-- --rounds N]`. It needs a C compiler and Node. It fails when C takes more than a
//! twentieth longer than Rust, or Node more than three tenths and more than 0.2 ms.
//!
//! Every skin answers each question once a round, one after the other, so that what disturbs the machine disturbs all. A
//! figure is the median over questions and rounds of the ratio to Rust. Answers are not kept. Each must be the one that
//! Rust gives: as many hits, and the same first one.

#![expect(clippy::disallowed_methods, reason = "a bench measures time and makes its own files")]

mod corpus;

use pampax_core::protocol::{Engine, Options, ask};
use pampax_core::{Host, Limits, Query, Searcher};
use serde_json::{Value, json};
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

type Failure = Box<dyn Error>;

const FILES: usize = 5_000;
const ROUNDS: usize = 40;
/// Rounds that are not counted.
const WARMING: usize = 3;

const QUESTIONS: &[&str] = &[
    "how does the aho corasick automaton build its transition table",
    "AhoCorasickBuilder",
    "anstyle color to ansi escape codes",
    "blake3 keyed hash",
    "parse command line arguments with subcommands",
    "crossbeam channel select operation",
    "gitignore file parsing",
    "compute a levenshtein automaton",
    "glob set matching many patterns",
    "decode utf8 with replacement characters",
];

/// One answer: how long it took in ms, how many hits, and the first.
struct Answer {
    ms: f64,
    hits: usize,
    first: String,
}

/// Something that answers questions.
trait Skin {
    fn ask(&mut self, question: &str) -> Result<Answer, Failure>;
}

/// The Rust API: what hosts in Rust call.
struct Rust(Searcher);

impl Skin for Rust {
    fn ask(&mut self, question: &str) -> Result<Answer, Failure> {
        let start = Instant::now();
        let results = self.0.search(&Query::new(question), &Limits::default())?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        let first = results.hits.first().ok_or("no hits")?;
        Ok(Answer { ms, hits: results.hits.len(), first: format!("{}:{}", first.path, first.start_line) })
    }
}

/// The protocol in Rust: a request and an answer as text.
struct Protocol(Searcher);

impl Skin for Protocol {
    fn ask(&mut self, question: &str) -> Result<Answer, Failure> {
        let request = json!({ "op": "search", "params": { "text": question } }).to_string();
        let start = Instant::now();
        let answer = ask(&self.0, &request, &Limits::default())?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        let answer: Value = serde_json::from_str(&answer)?;
        let hits = answer["hits"].as_array().ok_or("no hits")?;
        let first = format!("{}:{}", hits[0]["path"].as_str().ok_or("no path")?, hits[0]["start_line"]);
        Ok(Answer { ms, hits: hits.len(), first })
    }
}

/// A program that answers a question a line with `NANOSECONDS HITS FIRST`.
struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start(command: &mut Command) -> Result<Program, Failure> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.map_err(|error| format!("{command:?}: {error}"))?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        Ok(Program { child, input, output })
    }
}

impl Skin for Program {
    fn ask(&mut self, question: &str) -> Result<Answer, Failure> {
        writeln!(self.input, "{question}")?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let [nanoseconds, hits, first] = line.trim_end().splitn(3, ' ').collect::<Vec<_>>()[..] else {
            return Err(format!("a program answered {line:?}").into());
        };
        Ok(Answer { ms: nanoseconds.parse::<f64>()? / 1e6, hits: hits.parse()?, first: first.to_owned() })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It is ended either way; nothing that it could say matters by now.
        drop(self.child.kill().and_then(|()| self.child.wait()));
    }
}

/// Compiles the C program against the library of the release build.
fn c_program(manifest: &Path, into: &Path) -> Result<PathBuf, Failure> {
    let (program, link) = (into.join("search"), into.join("libpampax.so.1"));
    // Programs ask for the library by the name that it was given.
    std::os::unix::fs::symlink(manifest.join("target/release/libpampax.so"), &link)?;
    let mut compile = Command::new("cc");
    compile
        .args(["-O2", "-std=c11", "-I"])
        .arg(manifest.join("include"))
        .arg(manifest.join("benches/bindings/search.c"));
    compile.arg(&link).arg(format!("-Wl,-rpath,{}", into.display())).arg("-o").arg(&program);
    match compile.status()?.success() {
        true => Ok(program),
        false => Err("the C program cannot be compiled: run `cargo build --release --workspace` first".into()),
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let rounds = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => ROUNDS,
        ["--rounds", count] => count.parse()?,
        _ => return Err("usage: bindings [--rounds N]".into()),
    };
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (root, scratch) = (corpus::tree(FILES)?, tempfile::tempdir()?);
    let folder = scratch.path().join("index");
    let options = json!({ "index_dir": folder, "settings": { "cache.enabled": false }, "metrics": false }).to_string();
    let engine = Engine::open(&root, &Options::from_json(&options)?, Host::default())?;
    engine.index().update(&Limits::default())?;
    let mut c_handles = Command::new(c_program(manifest, scratch.path())?);
    c_handles.arg(&root).arg(&options).arg("handles");
    let mut c_json = Command::new(c_handles.get_program());
    c_json.arg(&root).arg(&options).arg("json");
    let mut node = Command::new("node");
    node.arg(manifest.join("benches/bindings/search.mjs")).arg(&root).arg(&options);
    let mut skins: [(&str, Box<dyn Skin>); 5] = [
        ("Rust", Box::new(Rust(engine.searcher()?))),
        ("Rust, JSON", Box::new(Protocol(engine.searcher()?))),
        ("C, handles", Box::new(Program::start(&mut c_handles)?)),
        ("C, JSON", Box::new(Program::start(&mut c_json)?)),
        ("Node", Box::new(Program::start(&mut node)?)),
    ];
    // By skin: times, ratios to Rust, differences from Rust.
    let mut measured: Vec<[Vec<f64>; 3]> = skins.iter().map(|_| Default::default()).collect();
    for round in 0..rounds + WARMING {
        for question in QUESTIONS {
            let answers = skins.iter_mut().map(|(_, skin)| skin.ask(question)).collect::<Result<Vec<_>, _>>()?;
            for (answer, (name, _)) in answers.iter().zip(&skins) {
                if (answer.hits, &answer.first) != (answers[0].hits, &answers[0].first) || answer.hits == 0 {
                    return Err(
                        format!("{name} answers {question:?} with {} hits, {}", answer.hits, answer.first).into()
                    );
                }
            }
            if round < WARMING {
                continue;
            }
            for (answer, [times, ratios, differences]) in answers.iter().zip(&mut measured) {
                times.push(answer.ms);
                ratios.push(answer.ms / answers[0].ms);
                differences.push(answer.ms - answers[0].ms);
            }
        }
    }
    println!("| skin | median | against Rust | more than Rust |\n|---|---|---|---|");
    let mut broken = Vec::new();
    for ((name, _), [times, ratios, differences]) in skins.iter().zip(&mut measured) {
        let (time, ratio, difference) = (median(times), median(ratios), median(differences));
        println!("| {name} | {time:.3} ms | {ratio:.3} × | {difference:+.3} ms |");
        let holds = match *name {
            "C, handles" => ratio <= 1.05,
            "Node" => ratio <= 1.3 || difference <= 0.2,
            _ => true,
        };
        broken.extend((!holds).then_some(*name));
    }
    if broken.is_empty() { Ok(()) } else { Err(format!("bounds are broken: {}", broken.join(", ")).into()) }
}
