//! The one table of operations: name, what is asked, parameters, and the method that answers.
//!
//! Never here: what a method does.

use crate::assemble::{Assembler, Expansion};
use crate::error::{Error, Result};
use crate::eval::{EvalReport, Evaluation, evaluate};
use crate::graph::{Graph, GraphPath, GraphQuery};
use crate::health::HealthQuery;
use crate::index::backup::{Existing, OtherRoot};
use crate::index::{Index, Warm};
use crate::limits::{CancelToken, Limits};
use crate::parse::language::recognised;
use crate::protocol::engine::{Engine, Target};
use crate::protocol::options::Options;
use crate::protocol::parameters::{
    Backup, BackupFile, Ends, Files, Key, Lines, Metrics, Missing, Nothing, OfReceipt, Pampa, Path, Restore, Symbol,
    Symbols, Text, Version, Walk,
};
use crate::protocol::request::Call;
use crate::protocol::{VERSION, parameters};
use crate::search::{Query, Searcher, SymbolList};
use crate::source::RepoPath;
use crate::tune::Tune;
use serde::Serialize;
use serde_json::json;
use std::time::Duration;

/// What an operation is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// An index: the operation sees the last state, and may make a new one.
    Index,
    /// A searcher, or an index, whose last state then answers.
    Searcher,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The name in a request.
    pub name: &'static str,
    /// What it is asked of.
    pub subject: Subject,
    /// What it does, as a sentence without a full stop.
    pub description: &'static str,
}

/// The name, or the nearest one there is.
fn unknown(name: &str) -> Error {
    let meant = crate::config::nearest(name, OPERATIONS.iter().map(|operation| operation.name));
    let meant = meant.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Error::argument("op", format!("there is no operation `{name}`{meant}"))
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal(format!("an answer has no JSON form: {error}")))
}

/// The type that answers.
macro_rules! asked {
    (Index) => {
        Engine
    };
    (Searcher) => {
        Searcher
    };
}

/// What answers.
macro_rules! subject {
    (Index, $target:expr, $name:expr) => {
        $target.engine($name)?
    };
    (Searcher, $target:expr, $name:expr) => {
        &$target.searcher()?
    };
}

macro_rules! operations {
    ($($name:literal, $subject:ident, $parameters:ty, $description:literal, $run:expr;)*) => {
        /// Every operation.
        pub const OPERATIONS: &[Operation] =
            &[$(Operation { name: $name, subject: Subject::$subject, description: $description },)*];

        /// Answers a request of `target`.
        pub(super) fn answer(target: &Target<'_>, call: Call, limits: &Limits) -> Result<String> {
            match call.op.as_str() {
                $($name => {
                    let limits = call.limits(limits);
                    check(&limits)?;
                    let parameters = call.parameters::<$parameters>()?;
                    let subject = subject!($subject, target, $name);
                    to_json(&run::<asked!($subject), $parameters, _>($run)(subject, parameters, &limits)?)
                })*
                other => Err(unknown(other)),
            }
        }
    };
}

/// Also what takes no time does not begin when its time is over, or when it is not wanted any more.
fn check(limits: &Limits) -> Result<()> {
    if limits.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
        return Err(Error::Cancelled { stage: "begin" });
    }
    match limits.timeout {
        Some(Duration::ZERO) => Err(Error::DeadlineExceeded { stage: "begin" }),
        _ => Ok(()),
    }
}

/// Tells the compiler the types of a row's closure.
fn run<S, P, R>(run: impl Fn(&S, P, &Limits) -> Result<R>) -> impl Fn(&S, P, &Limits) -> Result<R> {
    run
}

operations! {
    "update", Index, Files, "brings the index, or what it has of some files, up to date with the tree",
        |engine, Files { files }, limits| match files {
            Some(files) => engine.index().update_files(&files, limits),
            None => engine.index().update(limits),
        };
    "status", Index, Nothing, "tells what the index holds",
        |engine, Nothing {}, _| engine.index().status();
    "health", Index, HealthQuery, "tells how the index is, within a time and without a change",
        |engine, query, limits| Ok(engine.index().health(&query, limits));
    "why", Index, Path, "tells why a file is or is not indexed",
        |engine, Path { path }, _| engine.index().why(&path);
    "verify", Index, Nothing, "checks the whole index",
        |engine, Nothing {}, limits| engine.index().verify(limits);
    "verify_backup", Index, BackupFile, "checks a backup as a whole",
        |engine, BackupFile { file }, limits| engine.index().verify_backup(&file, limits);
    "backup", Index, Backup, "writes the index into one file",
        |engine, Backup { file, replace }, limits| {
            engine.index().backup(&file, if replace { Existing::Replace } else { Existing::Keep }, limits)
        };
    "restore", Index, Restore, "replaces the index with the one in a backup",
        |engine, Restore { file, accept_other_root }, limits| {
            engine.index().restore(&file, if accept_other_root { OtherRoot::Accept } else { OtherRoot::Refuse }, limits)
        };
    "compact", Index, Nothing, "takes away the room that the index does not need",
        |engine, Nothing {}, limits| engine.index().compact(limits);
    "mend", Index, Nothing, "mends what health found and what can be mended without a loss",
        |engine, Nothing {}, limits| mend(&engine.index(), limits);
    "cache_statistics", Index, Nothing, "tells how often kept answers were of use",
        |engine, Nothing {}, _| Ok(engine.index().cache().statistics());
    "cache_clear", Index, Nothing, "drops all kept answers",
        |engine, Nothing {}, _| {
            let index = engine.index();
            index.cache().clear()?;
            Ok(index.cache().statistics())
        };
    "cache_warm", Index, parameters::Warm, "answers questions ahead and saves the answers",
        |engine, parameters::Warm { queries, requests }, limits| {
            engine.index().warm(&Warm::new(queries).with_requests(requests), limits)
        };
    "config", Index, Key, "tells the configuration in effect, or one key or section of it",
        |engine, Key { key }, _| Ok(json!({ "values": engine.index().config().shown(key.as_deref())? }));
    "tune", Index, Tune, "fits the weights to questions of the repository and keeps them if they win on later ones",
        |engine, tune, limits| engine.index().tune(&tune, limits);
    "tunings", Index, Nothing, "lists the adjustments of the weights that were accepted",
        |engine, Nothing {}, _| engine.index().tunings();
    "use_tuning", Index, Version, "chooses another adjustment of the weights, or with null those of the table",
        |engine, Version { version }, limits| engine.index().use_tuning(version, limits);
    "explain_missing", Index, Missing, "tells why a file is not among the results of a query",
        |engine, Missing { query, path }, limits| engine.index().explain_missing(&engine.searcher()?, &query, &path, limits);
    "import_pampa", Index, Pampa, "reads what a .pampa folder of the JavaScript system holds, by the present index",
        |engine, Pampa { folder }, limits| engine.index().import_pampa(&folder, limits);
    "search", Searcher, Query, "answers one question",
        |searcher, query, limits| searcher.search(&query, limits);
    "symbols", Searcher, Symbols, "finds definitions by name",
        |searcher, Symbols { name, limit }, _| {
            Ok(SymbolList { symbols: searcher.symbols(&name, limit)?, generation: searcher.generation() })
        };
    "graph", Searcher, GraphQuery, "follows edges from definitions and files",
        |searcher, query, limits| searcher.graph(&query, limits);
    "callers", Searcher, Walk, "lists what calls a definition", |searcher, walk, limits| {
        walked(searcher, walk.query(GraphQuery::callers), limits)
    };
    "callees", Searcher, Walk, "lists what a definition calls", |searcher, walk, limits| {
        walked(searcher, walk.query(GraphQuery::callees), limits)
    };
    "references", Searcher, Walk, "lists what mentions a definition", |searcher, walk, limits| {
        walked(searcher, walk.query(GraphQuery::references), limits)
    };
    "imports", Searcher, Walk, "lists what a file imports, and what imports it", |searcher, walk, limits| {
        walked(searcher, walk.query(GraphQuery::imports), limits)
    };
    "tests", Searcher, Symbol, "lists the tests of a definition",
        |searcher, Symbol { symbol }, limits| searcher.tests_of(&symbol, limits);
    "path", Searcher, Ends, "finds the surest way from one definition to another, or null",
        |searcher, Ends { from, to, query }, limits| -> Result<Option<GraphPath>> {
            searcher.graph_path((&from, &to), &query, limits)
        };
    "assemble", Searcher, crate::assemble::Request, "puts together context within a budget of tokens",
        |searcher, request, limits| Assembler::new(searcher.clone()).assemble(&request, limits);
    "expand", Searcher, Expansion, "shows named pieces at a level of detail",
        |searcher, expansion, limits| Assembler::new(searcher.clone()).expand(&expansion, limits);
    "verify_bundle", Searcher, OfReceipt, "tells whether what a bundle was made from has moved",
        |searcher, OfReceipt { receipt }, limits| Assembler::new(searcher.clone()).verify(&receipt, limits);
    "replay", Searcher, OfReceipt, "makes a bundle again and compares it",
        |searcher, OfReceipt { receipt }, limits| Assembler::new(searcher.clone()).replay(&receipt, limits);
    "eval", Searcher, Evaluation, "asks questions whose answers are known and measures the answers",
        |searcher, evaluation, limits| evaluated(searcher, &evaluation, limits);
    "recognise", Searcher, Text, "tells what a question is about",
        |searcher, Text { text }, _| searcher.recognise(&text);
    "show", Searcher, Lines, "gives the lines of an indexed file",
        |searcher, Lines { path, first_line, last_line }, _| {
            searcher.show(&RepoPath::new(&path)?, first_line, last_line)
        };
    "generation", Searcher, Nothing, "tells which state of the index answers",
        |searcher, Nothing {}, _| Ok(json!({ "generation": searcher.generation() }));
    "metrics", Index, Metrics, "gives what was measured since the index was opened",
        |engine, Metrics { format }, _| Ok(format.of(&engine.metrics()));
    "reload", Index, Options, "takes over another configuration",
        |engine, options, _| engine.reload(&options);
    "languages", Index, Nothing, "lists the languages that are recognised",
        |_, Nothing {}, _| Ok(json!({ "languages": recognised() }));
    "version", Index, Nothing, "tells the versions of the engine and of the protocol",
        |_, Nothing {}, _| Ok(json!({ "engine": env!("CARGO_PKG_VERSION"), "protocol": VERSION }));
}

fn walked(searcher: &Searcher, query: GraphQuery, limits: &Limits) -> Result<Graph> {
    searcher.graph(&query, limits)
}

/// A report, with each answer only where it is wanted.
fn evaluated(searcher: &Searcher, evaluation: &Evaluation, limits: &Limits) -> Result<EvalReport> {
    let mut report = evaluate(searcher, evaluation, limits)?;
    if !evaluation.details {
        report.answers.clear();
    }
    Ok(report)
}

/// Mends what a look at the health finds, and looks again.
fn mend(index: &Index, limits: &Limits) -> Result<crate::health::HealthReport> {
    for mend in index.health(&HealthQuery::default(), limits).mends() {
        index.mend(mend, limits)?;
    }
    Ok(index.health(&HealthQuery::default(), limits))
}
