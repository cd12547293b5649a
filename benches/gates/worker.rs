//! One process that answers from an index, told what to do line by line, so that two builds can take turns.
//!
//! Steps: `index`, `update`, `open`, `questions`, `search N`, `bundle N`, `health`, `sqlite`, `memory`. The answer to each
//! is one line of JSON; that of a timed step has `ms`. This is what an older build is asked too: steps may be added, and
//! keep their meaning.

use crate::Failure;
use crate::embedder::Words;
use crate::figures::{memory, milliseconds};
use crate::process::answer_lines;
use crate::question::{self, Question};
use pampax_core::health::{Component, HealthStatus};
use pampax_core::host::metrics::{Metric, MetricsSink, Registry};
use pampax_core::{Assembler, Config, HealthQuery, HealthReport, Host, Index, Limits, Searcher};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// The configuration of every index that is measured: answers are not kept, or only the first would be computed.
pub fn config(folder: &Path) -> Config {
    let mut config = Config::default().with_index_dir(folder);
    config.cache.enabled = false;
    config
}

/// A host with an embedder, so that searches are hybrid.
pub fn host() -> Host {
    Host::default().with_embedder(Arc::new(Words))
}

/// Answers the lines of standard input until it ends.
pub fn serve(root: &Path, folder: &Path) -> Result<(), Failure> {
    let mut worker = Worker::new(root, folder)?;
    answer_lines(|line| worker.step(line))
}

struct Worker {
    root: PathBuf,
    folder: PathBuf,
    index: Index,
    open: Option<(Searcher, Assembler)>,
    questions: Vec<&'static Question>,
    registry: Arc<Registry>,
}

impl Worker {
    fn new(root: &Path, folder: &Path) -> Result<Worker, Failure> {
        let registry = Arc::new(Registry::new());
        let host = host().with_metrics(registry.clone() as Arc<dyn MetricsSink>);
        let index = Index::open(root, &config(folder), host)?;
        let questions = question::in_tree(root)?;
        Ok(Worker { root: root.to_owned(), folder: folder.to_owned(), index, open: None, questions, registry })
    }

    fn step(&mut self, line: &str) -> Result<Value, Failure> {
        let (step, number) = line.split_once(' ').unwrap_or((line, "0"));
        match step {
            "index" => self.index_anew(),
            "update" => self.update(),
            "open" => self.open_again(),
            "questions" => Ok(json!({"count": self.questions.len()})),
            "search" => self.search(number.parse()?),
            "bundle" => self.bundle(number.parse()?),
            "health" => self.health(),
            "sqlite" => self.sqlite(),
            "memory" => memory(),
            _ => Err(format!("there is no step {step}").into()),
        }
    }

    fn index_anew(&mut self) -> Result<Value, Failure> {
        self.open = None;
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder)?;
        }
        let start = Instant::now();
        let report = self.index.update(&Limits::default())?;
        let ms = milliseconds(start);
        if report.added == 0 || report.embedded == 0 || !report.degraded.is_empty() {
            return Err(format!("indexing {} went wrong: {:?}", self.root.display(), report.degraded).into());
        }
        Ok(json!({"ms": ms, "files": report.added, "chunks": report.totals.chunks, "bytes": report.totals.bytes,
            "disk_bytes": crate::folder_bytes(&self.folder)?}))
    }

    fn update(&mut self) -> Result<Value, Failure> {
        let start = Instant::now();
        let report = self.index.update(&Limits::default())?;
        let ms = milliseconds(start);
        match (report.added + report.changed + report.removed, report.unchanged) {
            (0, 1..) => Ok(json!({"ms": ms})),
            _ => Err("an update of an unchanged tree changed something".into()),
        }
    }

    fn open_again(&mut self) -> Result<Value, Failure> {
        self.open = None;
        let start = Instant::now();
        self.opened()?;
        Ok(json!({"ms": milliseconds(start)}))
    }

    fn opened(&mut self) -> Result<&(Searcher, Assembler), Failure> {
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let searcher = self.index.searcher()?;
                (searcher.clone(), Assembler::new(searcher))
            }
        };
        Ok(self.open.insert(open))
    }

    fn question(&self, number: usize) -> Result<&'static Question, Failure> {
        self.questions.get(number).copied().ok_or_else(|| format!("there is no question {number}").into())
    }

    fn search(&mut self, number: usize) -> Result<Value, Failure> {
        let question = self.question(number)?;
        let (searcher, _) = self.opened()?;
        let start = Instant::now();
        let check = question.search(searcher)?;
        let ms = milliseconds(start);
        check()?;
        Ok(json!({"ms": ms}))
    }

    fn bundle(&mut self, number: usize) -> Result<Value, Failure> {
        let question = self.question(number)?;
        let (_, assembler) = self.opened()?;
        let start = Instant::now();
        let check = question.assemble(assembler)?;
        let ms = milliseconds(start);
        check()?;
        Ok(json!({"ms": ms}))
    }

    fn health(&self) -> Result<Value, Failure> {
        let start = Instant::now();
        let report = self.index.health(&HealthQuery::default(), &Limits::default());
        let ms = milliseconds(start);
        check_health(&report)?;
        Ok(json!({"ms": ms}))
    }

    /// The reads of the catalog so far, as the engine itself measured them.
    fn sqlite(&self) -> Result<Value, Failure> {
        let reads = self.registry.snapshot().distribution(Metric::SqliteReadMs).ok_or("the catalog was not read")?;
        Ok(json!({"reads": reads.count(), "ms": reads.quantile(0.95)}))
    }
}

/// Every component was looked at to its end, and none was found broken.
pub fn check_health(report: &HealthReport) -> Result<(), Failure> {
    let looked = report.components.iter().filter(|component| component.facts.is_some()).count();
    match looked == Component::ALL.len() && report.status != HealthStatus::Unhealthy {
        true => Ok(()),
        false => Err(format!("{looked} components were looked at: {:?}", report.conditions).into()),
    }
}
